/* life.c - a voucher from its posting to its reversal: references, PDF, rows, what a reversal does and when. */
#include "questions.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LAG_LOOKS = 120, SETTLED_MS = 3000, ROW_LOOKS = 8 };

struct life { struct probe_posted posted; struct probe_posting posting; int64_t posted_ms, reversed_ms; };

static enum err get_voucher(struct probing *p, const char *id, struct probe_heard *ret_heard)
{
    char path[120];

    (void)snprintf(path, sizeof path, "/Vouchers/CashJournals/%s", id);
    return probing_ask(p, HTTP_GET, path, STR_NONE, NULL, ret_heard);
}

/* The same reference at once, while reads may not see the first; and again when they do. */
static enum err ask_duplicate(struct probing *p, struct life *life, bool seen_by_reads, bool *ret_taken)
{
    struct probe_posting again = life->posting;
    struct probe_posted second;
    struct probe_heard reply;
    enum err err;

    again.reference = life->posted.reference;
    err = probing_post(p, &again, &reply, &second);
    if (err)
        return err;
    *ret_taken = second.stands;
    if (second.stands)
        return probing_take_back(p, &second);
    probing_found_status(p, "21.1", "a reference that is in use", "duplicate_reference", &reply);
    probing_found(p, "21.4", "whether the check of references sees every document", "duplicate_check",
                  seen_by_reads ? "replica" : "immediate", seen_by_reads ? "only those that reads see" : "at once");
    probing_found(p, "21.2", "the refusal names the id that has the reference", "duplicate_names_id",
                  heard_has(&reply, life->posted.id) ? "on" : "off",
                  heard_has(&reply, life->posted.id) ? "it does" : "it does not");
    return ERR_OK;
}

static enum err wait_visible(struct probing *p, struct life *life)
{
    char value[24], seen[120];
    struct probe_heard reply = { .status = 404 };
    enum err err = ERR_OK;

    for (int look = 0; look < LAG_LOOKS && !err && reply.status >= 300; look++)
        err = get_voucher(p, life->posted.id, &reply);
    if (err)
        return err;
    (void)snprintf(value, sizeof value, "%" PRId64, clock_steady_ms() - life->posted_ms);
    (void)snprintf(seen, sizeof seen, "after %s ms, looked at every %" PRId64 " ms", value, p->pause_us / 1000);
    probing_found(p, "21.4", "how long a new voucher cannot be read, ms (about)", "read_lag_ms", value, seen);
    return ERR_OK;
}

static enum err post_life(struct probing *p, struct life *life, struct probe_heard *reply)
{
    enum err err;

    life->posting = (struct probe_posting){ .debit = "5.00", .credit = "-5.00", .debit_day = p->books.today - 1,
                                      .credit_day = p->books.today - 1, .sale = true };
    err = probing_post(p, &life->posting, reply, &life->posted);
    life->posted_ms = clock_steady_ms();
    if (!err && !life->posted.stands)
        err = fault_set(&p->context->fault, ERR_REFUSED, "a plain voucher of 5 kroner was refused (status %ld): %.300s",
                        reply->status, reply->body.len ? reply->body.bytes : "");
    return err;
}

/* Taken twice while reads did not see the first: once more with another voucher, when they do. What was reversed has freed the
 * reference, so the first one says nothing more. */
static enum err ask_duplicate_again(struct probing *p, struct life *life)
{
    struct probe_heard reply;
    bool taken;
    enum err err = probing_take_back(p, &life->posted);

    if (!err)
        err = post_life(p, life, &reply);
    for (int look = 0; look < LAG_LOOKS && !err && (look == 0 || reply.status >= 300); look++)
        err = get_voucher(p, life->posted.id, &reply);
    if (!err)
        err = ask_duplicate(p, life, true, &taken);
    if (!err && taken)
        probing_found(p, "21.1", "a reference that is in use", "duplicate_reference", "accept", "taken twice");
    return err;
}

static enum err begin_life(struct probing *p, struct life *life)
{
    struct probe_heard reply;
    int64_t number = 0;
    char seen[120];
    bool taken = false;
    enum err err = post_life(p, life, &reply);

    if (err)
        return err;
    (void)json_member_int(heard_object(&reply), "VoucherNo", &number);
    (void)snprintf(seen, sizeof seen, "VoucherNo %" PRId64, number);
    probing_found(p, "21.5", "VoucherNo in the answer to a POST", "voucher_no_in_201", number ? "real" : "zero", seen);
    err = ask_duplicate(p, life, false, &taken);
    if (!err)
        err = wait_visible(p, life);
    return err || !taken ? err : ask_duplicate_again(p, life);
}

static enum err ask_pdf(struct probing *p, const struct life *life)
{
    static const char page[] =
        "--bilag-probe\r\nContent-Disposition: form-data; name=\"file\"; filename=\"probe.pdf\"\r\n"
        "Content-Type: application/pdf\r\n\r\n%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 "
        "obj<</Type/Pages/Kids[3 0 R]"
        "/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        "\r\n--bilag-probe--\r\n";
    struct probe_heard reply;
    char path[120];
    enum err err;

    (void)snprintf(path, sizeof path, "/VoucherDocumentation?id=%s", life->posted.id);
    err = probing_ask(p, HTTP_PUT, path, str_of(page), "multipart/form-data; boundary=bilag-probe", &reply);
    if (!err && reply.status < 300)
        probing_found_status(p, "13", "success of PUT /VoucherDocumentation", "pdf_status", &reply);
    return err;
}

/* The rows of our reference, or of the reversal of our voucher. */
static enum err get_rows(struct probing *p, const char *more, struct probe_heard *ret_heard)
{
    char path[300], from[16], to[16];

    (void)snprintf(path, sizeof path, "/AccountTransactions?fromDate=%s&toDate=%s&PageNumber=1&PageSize=5000%s",
                   day_text(p->books.today - 2, from), day_text(p->books.today + 1, to), more);
    return probing_ask(p, HTTP_GET, path, STR_NONE, NULL, ret_heard);
}

static bool row_has(struct str row, const char *member, const char *text)
{
    char value[80];

    return json_member_text(row, member, value, sizeof value) && strcmp(value, text) == 0;
}

static enum err ask_amounts(struct probing *p, const struct life *life)
{
    struct str list, row;
    struct probe_heard reply;
    struct money amount, most = { 0 };
    char seen[120];
    size_t at = 0;
    enum err err = get_rows(p, "", &reply);

    if (err)
        return err;
    list = heard_object(&reply);
    while (json_item(list, &at, &row))
        if (row_has(row, "VoucherId", life->posted.id) && json_member_money(row, "Amount", &amount) && amount.ore < most.ore)
            most = amount;
    (void)snprintf(seen, sizeof seen, "a sale of 5.00 with 25 %% VAT has a row of %" PRId64 " oere", most.ore);
    probing_found(p, "18", "Amount of a sale's row", "transactions_amount",
                  !most.ore          ? ""
                  : most.ore == -500 ? "gross"
                                     : "net",
                  seen);
    return ERR_OK;
}

/* What the ledger has of it when it is reversed. */
static enum err ask_reversal_rows(struct probing *p, const struct life *life, const char *since)
{
    struct str list, row;
    struct probe_heard reply;
    char more[120], date[16], day[16] = "", seen[120];
    bool repeats = false, changed = false, there = false;
    size_t at = 0;
    enum err err = ERR_OK;

    (void)snprintf(more, sizeof more, "&lastChangedDateTimeOffsetGreaterThan=%s", since);
    for (int look = 0; look < ROW_LOOKS && (look == 0 || !heard_has(&reply, "ReversedVoucherId\":\"")); look++) {
        err = get_rows(p, more, &reply); /* a replica may lag */
        if (err)
            return err;
    }
    list = heard_object(&reply);
    while (json_item(list, &at, &row)) {
        changed |= row_has(row, "VoucherId", life->posted.id);
        if (!row_has(row, "ReversedVoucherId", life->posted.id))
            continue;
        there = true;
        repeats |= row_has(row, "ExternalImportReference", life->posted.reference);
        (void)json_member_text(row, "PostingDate", date, sizeof date);
        (void)snprintf(day, sizeof day, "%.10s", date);
    }
    (void)snprintf(seen, sizeof seen, "posted on %s", day);
    probing_found(p, "21.7", "posting date of a reversal", "reversal_date",
                  !there ? "" : strcmp(day, day_text(life->posting.credit_day, date)) == 0 ? "original" : "today", seen);
    probing_found(p, "21.8", "rows of a reversal repeat the reference", "reversal_reference",
                  !there    ? ""
                  : repeats ? "on"
                            : "off",
                  there ? "" : "no rows of it were seen");
    probing_found(p, "22.19", "rows of what was reversed count as changed", "reversal_changes", changed ? "on" : "off",
                  changed ? "they are in the list of what changed" : "they are not");
    return ERR_OK;
}

static enum err reverse_it(struct probing *p, struct life *life)
{
    struct probe_heard reply;
    char path[120];
    enum err err;

    (void)snprintf(path, sizeof path, "/Vouchers/Reverse/%s", life->posted.id);
    err = probing_ask(p, HTTP_POST, path, STR_NONE, NULL, &reply);
    life->reversed_ms = clock_steady_ms();
    if (err)
        return err;
    if (reply.status >= 300)
        return fault_set(&p->context->fault, ERR_REFUSED, "the reversal was refused (status %ld): %.300s", reply.status,
                         reply.body.len ? reply.body.bytes : "");
    probing_found_status(p, "12", "success of POST /Vouchers/Reverse", "reverse_status", &reply);
    return ERR_OK;
}

/* Its reference again, before the reversal is done, if it is not done at once. */
static enum err ask_freed(struct probing *p, const struct life *life, bool at_once)
{
    struct probe_posting again = life->posting;
    struct probe_posted second;
    struct probe_heard reply;
    enum err err;

    if (at_once) {
        probing_found(p, "22.13", "when a reversal frees the reference", "reversal_frees", "",
                      "it was done when it was answered");
        return ERR_OK;
    }
    again.reference = life->posted.reference;
    err = probing_post(p, &again, &reply, &second);
    if (err)
        return err;
    probing_found(p, "22.13", "when a reversal frees the reference", "reversal_frees", second.stands ? "at_once" : "done",
                  second.stands ? "before it was done" : "not before it was done");
    return probing_take_back(p, &second);
}

static enum err wait_reversed(struct probing *p, struct life *life)
{
    char value[24], seen[120];
    struct probe_heard reply;
    bool done = false, at_once = false;
    enum err err = ERR_OK;

    for (int look = 0; look < LAG_LOOKS && !err && !done; look++) {
        err = get_voucher(p, life->posted.id, &reply);
        done = !err && json_member_true(heard_object(&reply), "IsReversed");
        if (look == 0)
            at_once = done;
        if (look == 0 && !err)
            err = ask_freed(p, life, at_once);
    }
    if (err)
        return err;
    (void)snprintf(value, sizeof value, "%" PRId64, at_once ? (int64_t)0 : clock_steady_ms() - life->reversed_ms);
    (void)snprintf(seen, sizeof seen, "%s", !done ? "not seen" : at_once ? "done when it was answered" : "done later");
    probing_found(p, "22.13", "how long after its answer a reversal is done, ms (about)", "reversal_ms", done ? value : "",
                  seen);
    return done ? left_gone(&p->left, life->posted.index) : ERR_OK;
}

static enum err ask_second_reversal(struct probing *p, const struct life *life)
{
    struct probe_heard reply;
    char path[120], seen[120];
    enum err err;

    (void)snprintf(path, sizeof path, "/Vouchers/Reverse/%s", life->posted.id);
    err = probing_ask(p, HTTP_POST, path, STR_NONE, NULL, &reply);
    if (!err) {
        (void)snprintf(seen, sizeof seen, "status %ld, %.90s", reply.status, reply.body.len ? reply.body.bytes : "no body");
        probing_found(p, "22.14", "words of a second reversal", NULL, "", seen);
    }
    return err;
}

enum err questions_of_life(struct probing *p)
{
    struct life life = { .posted = { .stands = false } };
    char since[32];
    enum err err = begin_life(p, &life);

    if (!err)
        err = ask_pdf(p, &life);
    if (!err)
        err = ask_amounts(p, &life);
    while (clock_steady_ms() < life.posted_ms + SETTLED_MS)  /* its posting is not what changed */
        (void)usleep(100000);
    (void)time_text_utc(clock_now_ms() - SETTLED_MS / 2, since);
    if (!err)
        err = reverse_it(p, &life);
    if (!err)
        err = wait_reversed(p, &life);
    if (!err)
        err = ask_second_reversal(p, &life);
    return err ? err : ask_reversal_rows(p, &life, since);
}
