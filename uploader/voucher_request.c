#include "voucher_request.h"

#include "base/clock.h"
#include "base/json_write.h"
#include "pdf/settlement_page.h"
#include "poweroffice/refreader.h"
#include "sender/taken.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STEP_TRANSACTIONS, STEP_VOUCHER, STEP_PLAIN, NUMBER_TRIES = 30 };

static void header(const struct draft *draft, struct strbuf *body)
{
    json_open(body, NULL, '{');
    json_put_day(body, "VoucherDate", draft->doc.day);
    json_put_str(body, "CurrencyCode", draft->currency);
    json_put_str(body, "ExternalImportReference", draft->reference);
    json_put_str(body, "SaftBatchId", draft->batch_id);
    json_put_str(body, "SaftSourceId", draft->source_id.len ? draft->source_id : STR("QuickOrder"));
    json_put_str(body, "Description", draft->text);
    json_open(body, "VoucherLines", '[');
}

static enum err line_body(const struct task *task, const struct voucher_line *line, struct strbuf *body)
{
    const struct ref_account *account = refdata_account(task->ref, line->account);
    const struct ref_vat_code *vat = refdata_vat_code_on(task->ref, line->vat_code, task->draft->post_on);
    const struct ref_department *department = refdata_department(task->ref, line->department);
    const struct ref_project *project = refdata_project(task->ref, line->project);
    const struct ref_location *location = refdata_location(task->ref, line->location);
    char amount[MONEY_TEXT_SIZE];

    if (!account || !vat || (line->department.len && !department) || (line->project.len && !project) ||
        (line->location.len && !location))
        return ERR_NOT_FOUND;
    if (line->amount.ore == 0)
        return ERR_RANGE;
    json_open(body, NULL, '{');
    json_put_int(body, "AccountId", account->id);
    json_put_int(body, "VatId", vat->id);
    json_put_day(body, "PostingDate", task->draft->post_on);
    json_put_number(body, "CurrencyAmount", money_text(line->amount, amount));
    if (line->department.len)
        json_put_int(body, "DepartmentId", department->id);
    if (line->project.len)
        json_put_int(body, "ProjectId", project->id);
    if (line->location.len)
        json_put_int(body, "LocationId", location->id);
    if (line->text.len)
        json_put_str(body, "Description", line->text);
    json_close(body, '}');
    return ERR_OK;
}

/* No line is ever invented to make it balance: what does not, does not leave. */
static enum err voucher_body(const struct task *task, struct strbuf *body)
{
    const struct draft *draft = task->draft;
    struct money sum = { 0 };

    if (!draft->line_count)
        return ERR_RANGE;
    header(draft, body);
    for (size_t i = 0; i < draft->line_count; i++) {
        enum err err = line_body(task, &draft->lines[i], body);

        if (!err)
            err = money_add(sum, draft->lines[i].amount, &sum);
        if (err)
            return err;
    }
    json_close(body, ']');
    json_close(body, '}');
    return sum.ore == 0 ? ERR_OK : ERR_RANGE;
}

static bool voucher_read_sent(const struct task *task, struct str json, struct sent *sent)
{
    (void)task;
    if (!json_member_id(json, "Id", sent->id, sizeof sent->id))
        return false;
    (void)json_member_int(json, "VoucherNo", &sent->number);
    return true;
}

static struct money debit(const struct draft *draft)
{
    struct money sum = { 0 };

    for (size_t i = 0; i < draft->line_count; i++)
        if (draft->lines[i].amount.ore > 0 && money_add(sum, draft->lines[i].amount, &sum))
            return (struct money){ INT64_MAX };
    return sum;
}

/* From the second look on without the account: it may have been given another number meanwhile. A list that is refused
 * is asked for once more with nothing but what it must have: the rest makes it short, no more. */
static void voucher_lookup_path(const struct task *task, const struct lookup *lookup, struct strbuf *path)
{
    const struct draft *draft = task->draft;
    char day[16];

    if (lookup->step == STEP_VOUCHER) {
        strbuf_format(path, "/Vouchers/CashJournals/%s", lookup->found.id);
        return;
    }
    (void)day_text(draft->post_on, day);
    strbuf_format(path, "/AccountTransactions?fromDate=%s&toDate=%s", day, day);
    if (lookup->step != STEP_PLAIN) {
        strbuf_add(path, STR("&voucherTypes=CashJournal"));
        if (!task->record->lookups && draft->line_count)
            strbuf_format(path, "&accountNos=%" PRId64, draft->lines[0].account);
        strbuf_add(path, STR("&Fields=VoucherId,VoucherNo,ExternalImportReference,IsReversed"));
    }
    strbuf_format(path, "&PageNumber=%d&PageSize=%d", lookup->page, lookup->page_size);
}

static bool row_is_ours(const struct task *task, struct str row, struct sent *found)
{
    char reference[64], id[sizeof found->id];

    if (!json_member_text(row, "ExternalImportReference", reference, sizeof reference) ||
        !str_equal(str_of(reference), task->draft->reference) || json_member_true(row, "IsReversed") ||
        !json_member_id(row, "VoucherId", id, sizeof id))
        return false;
    if (list_has(task->record->old_ids, str_of(id)))         /* a round that was reversed; the replica lags */
        return false;
    *found = (struct sent){ .number = 0 };
    (void)str_copy(str_of(id), found->id, sizeof found->id);
    (void)json_member_int(row, "VoucherNo", &found->number);
    return true;
}

static enum look read_transactions(const struct task *task, struct lookup *lookup, long status, struct str json,
                                   bool last_page)
{
    struct str row;
    size_t at = 0, rows = 0;

    if (status == 400 && lookup->step == STEP_TRANSACTIONS) {
        lookup->step = STEP_PLAIN;
        lookup->page = 1;
        lookup->page_size = LOOK_PAGE_SIZE;
        return LOOK_MORE;
    }
    if (status >= 300 || (status != 204 && !json_list(json, &json)))
        return LOOK_LATER;                                   /* what is no list says of nothing that it is not there */
    while (json_item(json, &at, &row)) {
        rows++;
        if (row_is_ours(task, row, &lookup->found)) {
            lookup->step = STEP_VOUCHER;
            return LOOK_MORE;
        }
    }
    return lookup_turn(lookup, last_page, rows);
}

static enum look read_voucher(const struct task *task, struct lookup *lookup, long status, struct str json)
{
    struct money sum = { 0 }, amount, ours = debit(task->draft);
    struct str lines, line;
    size_t at = 0, count = 0;
    char theirs_text[MONEY_TEXT_SIZE], ours_text[MONEY_TEXT_SIZE];

    if (status >= 300 || !json_member(json, "VoucherLines", &lines))
        return LOOK_LATER;                                   /* 404: a replica lags */
    if (json_member_true(json, "IsReversed"))
        return LOOK_ABSENT;
    while (json_item(lines, &at, &line)) {
        count++;
        if (json_member_money(line, "CurrencyAmount", &amount) && amount.ore > 0 && money_add(sum, amount, &sum))
            return LOOK_LATER;
    }
    if (!lookup->found.number)
        (void)json_member_int(json, "VoucherNo", &lookup->found.number);
    if (sum.ore == ours.ore && count == task->draft->line_count)
        return LOOK_FOUND;
    (void)snprintf(lookup->note, sizeof lookup->note, "voucher %" PRId64 " has this reference, but %s kr on %zu lines "
                   "where %s kr on %zu lines were sent", lookup->found.number, money_kroner(sum, theirs_text), count,
                   money_kroner(ours, ours_text), task->draft->line_count);
    return LOOK_DIFFERS;
}

static enum look voucher_lookup_read(const struct task *task, struct lookup *lookup, long status, struct str json,
                                     bool last_page)
{
    return lookup->step == STEP_VOUCHER ? read_voucher(task, lookup, status, json)
                                        : read_transactions(task, lookup, status, json, last_page);
}

static void voucher_reverse_path(const struct task *task, struct strbuf *path)
{
    strbuf_format(path, "/Vouchers/Reverse/" STR_FMT, STR_ARG(task->record->id));
}

static enum reversal voucher_read_reversal(const struct record *record, long status, struct str json)
{
    struct str id;

    (void)record;
    if (status >= 300 || !json_member(json, "Id", &id))
        return REVERSAL_UNSAID;
    return json_member_true(json, "IsReversed") ? REVERSAL_DONE : REVERSAL_NOT;
}

/* Rows of the voucher itself say that it was reversed, those of the reversal whose it is: it is not known whether the former
 * count as changed. A reversal may carry an old posting date, so the days looked at are all. */
static void voucher_watch_path(const struct taken_list *list, struct strbuf *path)
{
    char since[32];

    strbuf_format(path, "/AccountTransactions?fromDate=2000-01-01&toDate=2099-12-31&lastChangedDateTimeOffsetGreaterThan=%s"
                  "&Fields=VoucherId,VoucherNo,ExternalImportReference,IsReversed,ReversedVoucherId&PageNumber=%d&PageSize=%d",
                  time_text_utc(list->since_ms, since), list->page, list->page_size);
}

static int voucher_watch_keys(const struct record *record, char keys[WATCH_KEYS][64])
{
    return str_copy(record->id, keys[0], sizeof keys[0]) ? 1 : 0;
}

/* "1012 0dde2a3b-...". */
static bool name_of(struct str row, char name[64])
{
    int64_t number = 0;
    char id[64];

    if (!json_member_id(row, "VoucherId", id, sizeof id))
        id[0] = '\0';
    (void)json_member_int(row, "VoucherNo", &number);
    (void)snprintf(name, 64, "%" PRId64 " %.40s", number, id);
    return id[0];
}

static bool voucher_watch_row(int step, struct str row, struct taken *taken)
{
    (void)step;
    if (json_member_id(row, "ReversedVoucherId", taken->id, sizeof taken->id)) {
        (void)name_of(row, taken->by);
        return true;
    }
    if (json_member_true(row, "IsReversed"))
        return json_member_id(row, "VoucherId", taken->id, sizeof taken->id);
    if (!name_of(row, taken->name) ||
        !json_member_text(row, "ExternalImportReference", taken->reference, sizeof taken->reference))
        taken->reference[0] = '\0';
    return false;
}

/* The id at the end of a name. */
static struct str id_in(struct str name)
{
    while (name.len && memchr(name.bytes, ' ', name.len)) {
        name.bytes++;
        name.len--;
    }
    return name;
}

static bool voucher_watch_is_twin(const struct record *record, const struct taken_list *list, const char *name)
{
    struct str id = id_in(str_of(name));

    (void)list;
    return !str_equal(id, record->id) && !list_has(record->old_ids, id);
}

static int voucher_watch_next(int step, bool refused)
{
    (void)step;
    return refused ? WATCH_DENIED : WATCH_END;
}

static const char *voucher_watch_by(const struct record *record, const struct taken_list *list)
{
    const struct taken *taken = taken_find(list, record->id);

    return taken ? taken->by : NULL;
}

/* The number may be 0 in the answer to a POST; the voucher is final all the same. */
static enum work voucher_after_sent(const struct task *task, const struct sent *sent)
{
    (void)task;
    return sent->number > 0 ? WORK_NONE : WORK_NUMBER;
}

static void voucher_later_call(const struct task *task, enum work work, enum call_method *method, struct strbuf *path,
                               struct strbuf *body)
{
    struct str id = work == WORK_TWIN ? id_in(task->record->words) : task->record->id;

    (void)body;
    *method = CALL_GET;
    strbuf_format(path, "/Vouchers/CashJournals/" STR_FMT, STR_ARG(id));
}

static void voucher_later_read(const struct task *task, enum work asked, const struct answer *answer, struct str json,
                               int64_t now_ms, struct record *record)
{
    int64_t number;

    (void)task;
    (void)asked;
    (void)now_ms;
    if (answer->outcome == OUTCOME_DONE && json_member_int(json, "VoucherNo", &number) && number > 0)
        record->number = number;
    if (record->number > 0 || record->attempts >= NUMBER_TRIES)
        record->work = WORK_NONE;
}

/* One part named "file". The boundary is made of the voucher's own reference, so the same draft gives the same bytes; no
 * PDF of ours holds it behind a line's end and two hyphens. */
static enum err voucher_pdf_call(const struct task *task, struct strbuf *path, struct strbuf *body, struct str *type,
                                 struct fault *fault)
{
    const struct draft *draft = task->draft;
    char day[16];
    enum err err;

    strbuf_format(path, "/VoucherDocumentation?id=" STR_FMT, STR_ARG(task->record->id));
    *type = arena_format(task->arena, "multipart/form-data; boundary=bilag-" STR_FMT, STR_ARG(draft->reference));
    strbuf_format(body, "--bilag-" STR_FMT "\r\nContent-Disposition: form-data; name=\"file\"; "
                  "filename=\"settlement-%s.pdf\"\r\nContent-Type: application/pdf\r\n\r\n", STR_ARG(draft->reference),
                  day_text(draft->doc.day, day));
    err = settlement_page(draft, body, fault);
    strbuf_format(body, "\r\n--bilag-" STR_FMT "--\r\n", STR_ARG(draft->reference));
    return !err && (body->failed || path->failed || !type->len) ? fault_set(fault, ERR_MEMORY, "no memory for the PDF") : err;
}

const struct sender_ops voucher_ops = {
    .stage = "uploader",
    .about = "posts ready vouchers to PowerOffice and keeps their send status",
    .kind = DOC_VOUCHER,
    .ref_bits = REF_FOR_VOUCHERS,
    .post_path = "/Vouchers/CashJournals",
    .send_right = "CashVoucher_Full",
    .lookup_right = { "AccountTransaction", sizeof "AccountTransaction" - 1 },
    .build = voucher_body,
    .read_sent = voucher_read_sent,
    .lookup_path = voucher_lookup_path,
    .lookup_read = voucher_lookup_read,
    .reverse_path = voucher_reverse_path,
    .read_reversal = voucher_read_reversal,
    .watch_path = voucher_watch_path,
    .watch_next = voucher_watch_next,
    .watch_row = voucher_watch_row,
    .watch_keys = voucher_watch_keys,
    .watch_by = voucher_watch_by,
    .watch_is_twin = voucher_watch_is_twin,
    .after_sent = voucher_after_sent,
    .pdf_call = voucher_pdf_call,
    .later_call = voucher_later_call,
    .later_read = voucher_later_read,
};
