#include "questions.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 20000, BURST = 40 };

/* --- the gateway and the token --- */

static enum err ask_token(struct probing *p)
{
    char value[24], seen[120];
    int64_t life_s = 0;
    struct probe_heard reply;
    enum err err = probing_login(p, &life_s);

    if (err)
        return err;
    (void)snprintf(value, sizeof value, "%" PRId64, life_s);
    (void)snprintf(seen, sizeof seen, "expires_in %" PRId64, life_s);
    probing_found(p, "2", "how long a token lives, s", "token_lifetime_s", value, seen);
    err = probing_ask_keyless(p, "/ClientIntegrationInformation", &reply);
    if (err)
        return err;
    (void)snprintf(seen, sizeof seen, "status %ld, %.80s", reply.status, reply.body.len ? reply.body.bytes : "no body");
    probing_found(p, "21.10", "statusCode in the gateway's own bodies (a wrong subscription key)", "gateway_status_code",
                  heard_has(&reply, "\"statusCode\":\"") ? "text" : heard_has(&reply, "\"statusCode\":") ? "number" : "", seen);
    return ERR_OK;
}

/* --- the client, and what its books have --- */

static bool has_right(struct str rights, const char *name)
{
    char text[80];
    struct str item;
    size_t at = 0;

    while (json_item(rights, &at, &item))
        if (json_text(item, text, sizeof text) && strncmp(text, name, strlen(name)) == 0)
            return true;
    return false;
}

/* A list that the key may not read. */
static enum err ask_forbidden(struct probing *p, struct str rights)
{
    static const struct { const char *right, *path; } lists[] = {
        { "Project", "/Projects" }, { "Location", "/Locations" }, { "Product", "/Products" }, { "Customer", "/Customers" },
        { "OutgoingInvoice", "/OutgoingInvoices" }, { "Department", "/Departments" }, { "SalesOrders", "/SalesOrders" },
    };
    struct probe_heard reply;
    size_t at = 0;
    enum err err;

    while (at < COUNT(lists) && has_right(rights, lists[at].right))
        at++;
    if (at == COUNT(lists)) {
        probing_found(p, "21.10", "body of a 403", "body_403", "", "the key has every right that could be tried");
        return ERR_OK;
    }
    err = probing_ask(p, HTTP_GET, lists[at].path, STR_NONE, NULL, &reply);
    if (!err)
        probing_found(p, "21.10", "body of a 403", "body_403", reply.status != 403 ? "" : reply.body.len ? "problem" : "empty",
                      reply.body.len ? "a body" : "no body");
    return err;
}

static enum err ask_client(struct probing *p)
{
    struct str json, rights = STR_NONE;
    struct probe_heard reply;
    bool said, may;
    enum err err = probing_ask(p, HTTP_GET, "/ClientIntegrationInformation", STR_NONE, NULL, &reply);

    if (err)
        return err;
    json = heard_object(&reply);
    said = heard_has(&reply, "AllowSendInvoice");
    may = json_member_true(json, "AllowSendInvoice");
    (void)json_member(json, "ValidPrivileges", &rights);
    probing_found(p, "22", "AllowSendInvoice is said of the client", "allow_send_said", said ? "yes" : "no",
                  said ? may ? "true" : "false" : "it is not there");
    if (said)
        probing_found(p, "22", "the right to send invoices, as demo clients come", "allow_send_invoice", may ? "client" : "off",
                      may ? "on" : "off");
    probing_found(p, "21.7", "name of the right to reverse", "reversal_privilege",
                  has_right(rights, "ReverseVoucher_Full")
                      ? has_right(rights, "YearEndVoucher_Full") ? "" : "ReverseVoucher_Full"
                      : has_right(rights, "YearEndVoucher_Full") ? "YearEndVoucher_Full" : "",
                  has_right(rights, "ReverseVoucher_Full") ? "the key has ReverseVoucher_Full" : "the key lacks it");
    return ask_forbidden(p, rights);
}

static bool is_usable(struct str account, int64_t no)
{
    return json_member_true(account, "IsActive") && !json_member_true(account, "IsDepartmentRequired") &&
           !json_member_true(account, "IsProjectRequired") && no != 1500 && no != 2400 && !(no >= 1920 && no <= 1929);
}

static void choose_account(struct probing *p, struct str account)
{
    char code[16] = "";
    int64_t no = 0, id = 0;

    if (!json_member_int(account, "AccountNo", &no) || !json_member_int(account, "Id", &id) || !is_usable(account, no))
        return;
    (void)json_member_text(account, "VatCode", code, sizeof code);
    if (no >= 1550 && no < 2000 && !p->books.account &&
        (!json_member_true(account, "IsVatCodeLocked") || strcmp(code, "0") == 0))
        p->books.account = id;
    if (no >= 3000 && no < 4000 && !p->books.sales_account &&
        (!json_member_true(account, "IsVatCodeLocked") || strcmp(code, "3") == 0))
        p->books.sales_account = id;
}

static void found_timestamps(struct probing *p, struct str account)
{
    char text[48] = "";
    size_t len;
    const char *value;

    (void)json_member_text(account, "LastChangedDateTimeOffset", text, sizeof text);
    len = strlen(text);
    value = !len                                                        ? ""
            : text[len - 1] == 'Z'                                      ? "z"
            : len > 6 && (text[len - 6] == '+' || text[len - 6] == '-') ? "offset"
                                                                        : "bare";
    probing_found(p, "3", "tail of timestamps", "timestamps", value, text);
}

static enum err ask_accounts(struct probing *p)
{
    struct str list, account;
    struct probe_heard reply;
    size_t at = 0;
    enum err err = probing_ask(p, HTTP_GET, "/GeneralLedgerAccounts?PageNumber=1&PageSize=5000", STR_NONE, NULL, &reply);

    if (err)
        return err;
    list = heard_object(&reply);
    if (json_item(list, &at, &account))
        found_timestamps(p, account);
    for (at = 0; json_item(list, &at, &account);)
        choose_account(p, account);
    if (!p->books.account || !p->books.sales_account)
        return fault_set(&p->context->fault, ERR_NOT_FOUND,
                         "no account of 1550 to 1999 and of 3000 to 3999 that the probe may post "
                         "on: they are not there, locked, or demand a department or project");
    return ERR_OK;
}

static enum err ask_vat_codes(struct probing *p)
{
    struct str list, code;
    struct probe_heard reply;
    char text[16];
    int64_t id;
    size_t at = 0;
    enum err err = probing_ask(p, HTTP_GET, "/VatCodes?PageNumber=1&PageSize=5000", STR_NONE, NULL, &reply);

    if (err)
        return err;
    list = heard_object(&reply);
    while (json_item(list, &at, &code)) {
        if (!json_member_text(code, "Code", text, sizeof text) || !json_member_int(code, "Id", &id))
            continue;
        if (strcmp(text, "0") == 0)
            p->books.vat_none = id;
        else if (strcmp(text, "3") == 0)
            p->books.vat_normal = id;
    }
    return p->books.vat_none && p->books.vat_normal ? ERR_OK
           : fault_set(&p->context->fault, ERR_NOT_FOUND, "VAT codes 0 and 3 are not there");
}

static enum err ask_dates(struct probing *p)
{
    char text[48] = "";
    struct probe_heard reply;
    enum err err = probing_ask(p, HTTP_GET, "/FinancialSettings", STR_NONE, NULL, &reply);

    if (err)
        return err;
    if (!json_member_text(heard_object(&reply), "ConversionDate", text, sizeof text) || strlen(text) < 10 ||
        day_parse((struct str){ text, 10 }, &p->books.conversion))
        p->books.conversion = 0;         /* not said */
    probing_found(p, "21.5", "output form of dates", "dates", !text[0] ? "" : strchr(text, 'T') ? "datetime" : "date", text);
    err = probing_ask(p, HTTP_GET, "/LockDateSettings", STR_NONE, NULL, &reply);
    if (!err && json_member_text(heard_object(&reply), "LockDate", text, sizeof text) && strlen(text) >= 10 &&
        day_parse((struct str){ text, 10 }, &p->books.locked))
        p->books.locked = 0;
    if (!err)
        probing_found(p, "21.5", "LockDate, where none is set or one is", NULL, "",
                      reply.body.len ? reply.body.bytes : "no body");
    return err;
}

/* --- lists and addresses --- */

static enum err ask_lists(struct probing *p)
{
    char seen[120];
    struct probe_heard reply;
    enum err err = probing_ask(p, HTTP_GET, "/Departments?codes=bilag-probe-none", STR_NONE, NULL, &reply);

    if (!err)
        probing_found_status(p, "3", "an empty list", "empty_list", &reply);
    if (!err)
        err = probing_ask(p, HTTP_GET, "/Departments?bilagProbe=1", STR_NONE, NULL, &reply);
    if (!err) {
        (void)snprintf(seen, sizeof seen, "status %ld", reply.status);
        probing_found(p, "3", "an unknown query member", "unknown_query", reply.status >= 400 ? "refuse" : "ignore", seen);
        err = probing_ask(p, HTTP_GET, "/VatCodes?PageNumber=1&PageSize=1", STR_NONE, NULL, &reply);
    }
    if (err)
        return err;
    (void)snprintf(seen, sizeof seen, "%.100s", reply.pagination.len ? reply.pagination.bytes : "no header");
    probing_found(p, "21.10", "X-Pagination", "pagination", !reply.pagination.len ? "absent"
                  : memmem(reply.pagination.bytes, reply.pagination.len, "otal", 4) ? "full" : "next", seen);
    err = probing_ask(p, HTTP_GET, "/SalesOrders?PageNumber=1&PageSize=1", STR_NONE, NULL, &reply);
    if (!err && reply.status != 403) {
        (void)snprintf(seen, sizeof seen, "status %ld without dates", reply.status);
        probing_found(p, "21.9", "GET /SalesOrders demands dates", "order_dates_required", reply.status >= 400 ? "on" : "off",
                      seen);
    }
    return err;
}

/* The length counts from the path's first slash, as it is sent. */
static enum err accepts_url(struct probing *p, size_t len, bool *ret_accepted)
{
    static char path[PATH_BYTES];
    const char *base = strstr(p->config->api_url.bytes, "://");
    const char *slash = base ? strchr(base + 3, '/') : NULL;
    size_t before = slash ? p->config->api_url.len - (size_t)(slash - p->config->api_url.bytes) : 0, at;
    struct probe_heard reply;
    enum err err;

    at = (size_t)snprintf(path, sizeof path, "/Departments?codes=");
    while (before + at < len && at + 1 < sizeof path)
        path[at++] = 'x';
    path[at] = '\0';
    err = probing_ask(p, HTTP_GET, path, STR_NONE, NULL, &reply);
    *ret_accepted = !err && reply.status < 300;
    return err;
}

/* The largest that is accepted, of which `from` is and `to` is not. */
static enum err search(struct probing *p, size_t from, size_t to, enum err (*accepts)(struct probing *, size_t, bool *),
                       size_t *ret_most)
{
    while (to - from > 1) {
        size_t middle = from + (to - from) / 2;
        bool accepted;
        enum err err = accepts(p, middle, &accepted);

        if (err)
            return err;
        *(accepted ? &from : &to) = middle;
    }
    *ret_most = from;
    return ERR_OK;
}

/* Most likely is tried first: it and one more, which end the search where they are the edge. */
static enum err ask_most(struct probing *p, const char *unknown, const char *what, const char *setting, size_t likely,
                         size_t least, size_t most, enum err (*accepts)(struct probing *, size_t, bool *))
{
    char value[24], seen[120];
    size_t edge = likely;
    bool fits, more = false;
    enum err err = accepts(p, likely, &fits);

    if (!err && fits)
        err = accepts(p, likely + 1, &more);
    if (!err && (!fits || more))
        err = search(p, fits ? likely + 1 : least, fits ? most : likely, accepts, &edge);
    if (err)
        return err;
    (void)snprintf(value, sizeof value, "%zu", edge);
    (void)snprintf(seen, sizeof seen, "%zu is taken, %zu is not", edge, edge + 1);
    probing_found(p, unknown, what, setting, value, seen);
    return ERR_OK;
}

/* --- what a voucher is refused for --- */

static struct probe_posting usual(const struct probing *p)
{
    return (
        struct probe_posting){ .debit = "2.00", .credit = "-2.00", .debit_day = p->books.today, .credit_day = p->books.today };
}

/* Posts it, and takes it back if it was taken. */
static enum err try_posting(struct probing *p, const struct probe_posting *posting, struct probe_heard *ret_heard,
                            bool *ret_taken)
{
    struct probe_posted posted;
    enum err err = probing_post(p, posting, ret_heard, &posted);

    *ret_taken = !err && posted.stands;
    return err ? err : probing_take_back(p, &posted);
}

static enum err accepts_reference(struct probing *p, size_t len, bool *ret_accepted)
{
    struct probe_posting posting = usual(p);
    struct probe_heard reply;

    posting.reference_len = len;
    return try_posting(p, &posting, &reply, ret_accepted);
}

static enum err accepts_batch(struct probing *p, size_t len, bool *ret_accepted)
{
    struct probe_posting posting = usual(p);
    struct probe_heard reply;

    posting.batch_len = len;
    return try_posting(p, &posting, &reply, ret_accepted);
}

static enum err accepts_imbalance(struct probing *p, size_t ore, bool *ret_accepted)
{
    struct probe_posting posting = usual(p);
    char credit[24];
    struct probe_heard reply;

    (void)snprintf(credit, sizeof credit, "-%zu.%02zu", (200 + ore) / 100, (200 + ore) % 100);
    posting.credit = credit;
    return try_posting(p, &posting, &reply, ret_accepted);
}

static void found_words(struct probing *p, const struct probe_heard *reply)
{
    static const char *const norwegian[] = { " er ", " ikke ", "finnes", "\xc3\xa5", "\xc3\xb8", "\xc3\xa6" };
    char title[100] = "", detail[200] = "", seen[120];
    const char *value = "english";
    struct str json = heard_object(reply);

    (void)json_member_text(json, "title", title, sizeof title);
    (void)json_member_text(json, "detail", detail, sizeof detail);
    if (!title[0] && !detail[0])
        value = "none";
    else if (!strstr(title, "validation error") && !strstr(title, "Validation"))
        value = "other";
    for (size_t i = 0; i < COUNT(norwegian) && strcmp(value, "none") != 0; i++)
        if (strstr(title, norwegian[i]) || strstr(detail, norwegian[i]))
            value = "norwegian";
    (void)snprintf(seen, sizeof seen, "%.50s: %.60s", title, detail);
    probing_found(p, "22.14", "words of a refusal", "words", value, seen);
    probing_found(p, "6", "names in the body of a refusal", "problem_names",
                  heard_has(reply, "\"Status\"") ? "pascal" : heard_has(reply, "\"status\"") ? "lower" : "", seen);
    probing_found(p, "6", "errors by member in the body of a refusal", "problem_errors",
                  heard_has(reply, "\"errors\"") || heard_has(reply, "\"Errors\"") ? "on" : "off", seen);
}

/* The lock date, if it is not of long ago (other rules would speak first), else the day before the books begin; 0: neither. */
static int32_t locked_day(const struct probing *p)
{
    return p->books.locked > p->books.conversion ? p->books.locked : p->books.conversion ? p->books.conversion - 1 : 0;
}

static enum err ask_refusals(struct probing *p)
{
    struct probe_posting posting = usual(p);
    struct probe_heard reply;
    bool taken;
    enum err err;

    posting.credit = "-5.00";
    err = try_posting(p, &posting, &reply, &taken);
    if (!err && !taken) {
        probing_found_status(p, "21.1", "lines that do not balance", "rule_status", &reply);
        found_words(p, &reply);
    }
    posting = usual(p);
    posting.account = INT64_C(999999999999);
    if (!err)
        err = try_posting(p, &posting, &reply, &taken);
    if (!err && !taken)
        probing_found_status(p, "21.1", "an account id that is none", "unknown_id_status", &reply);
    posting = usual(p);
    posting.debit_day = posting.credit_day = locked_day(p);
    if (!err && locked_day(p))
        err = try_posting(p, &posting, &reply, &taken);
    if (!err && locked_day(p) && !taken)
        probing_found_status(p, "21.1", "a posting date in a locked period", "lock_status", &reply);
    return err;
}

/* Which form is taken, and which is not: in the words of the switch. */
static enum err ask_forms(struct probing *p)
{
    const struct { const char *unknown, *what, *setting, *taken, *refused; struct probe_posting posting; } rows[] = {
        { "21.6", "an amount with more than two decimals", "decimals_over", "round", "refuse",
          { .debit = "1.005", .credit = "-1.005" } },
        { "21.11", "a member that no schema has", "unknown_body", "ignore", "refuse",
          { .debit = "1.00", .credit = "-1.00", .stray = true } },
        { "21.11", "names in camelCase", "body_names", "any", "exact", { .debit = "1.00", .credit = "-1.00", .camel = true } },
        { "21.3", "lines that balance, but not on each posting date", "balance_per_date", "off", "on",
          { .debit = "1.00", .credit = "-1.00", .credit_day = -1 } },
    };
    enum err err = ERR_OK;

    for (size_t i = 0; i < COUNT(rows) && !err; i++) {
        struct probe_posting posting = rows[i].posting;
        struct probe_heard reply;
        char seen[120];
        bool taken;

        posting.debit_day = p->books.today;
        posting.credit_day += p->books.today;
        err = try_posting(p, &posting, &reply, &taken);
        (void)snprintf(seen, sizeof seen, "%s (status %ld)", taken ? "taken" : "refused", err ? 0 : reply.status);
        if (!err)
            probing_found(p, rows[i].unknown, rows[i].what, rows[i].setting, taken ? rows[i].taken : rows[i].refused, seen);
    }
    return err;
}

/* --- the rate, last: it is gone over on purpose --- */

static enum err ask_rate(struct probing *p)
{
    struct probe_heard reply = { .status = 200 };
    char seen[120];
    enum err err = ERR_OK;

    for (int i = 0; i < BURST && !err && reply.status != 429; i++)
        err = probing_ask_at_once(p, "/LockDateSettings", &reply);
    if (err)
        return err;
    (void)snprintf(seen, sizeof seen, "status %ld, Retry-After %.40s", reply.status,
                   reply.retry_after.len ? reply.retry_after.bytes : "is not there");
    probing_found(p, "21.10", "Retry-After on 429", "retry_after",
                  reply.status != 429     ? ""
                  : reply.retry_after.len ? "on"
                                          : "off",
                  seen);
    return ERR_OK;
}

static enum err ask_lengths(struct probing *p)
{
    enum err err = ask_most(p, "4", "longest address that is taken, from the path's first slash", "max_url_bytes", 2000, 60,
                            12000, accepts_url);

    if (!err)
        err = ask_most(p, "21.6", "longest ExternalImportReference", "reference_chars_max", 50, 20, 1001, accepts_reference);
    if (!err)
        err = ask_most(p, "21.6", "longest SaftBatchId", "saft_chars_max", 35, 11, 1001, accepts_batch);
    if (!err)
        err = ask_most(p, "21.3", "oere that a voucher may be off by", "balance_tolerance_ore", 0, 0, 101, accepts_imbalance);
    return err;
}

enum err questions_ask(struct probing *p)
{
    static enum err (*const questions[])(struct probing *) = {
        ask_token,    ask_client, ask_accounts,      ask_vat_codes, ask_dates, ask_lists,
        ask_refusals, ask_forms,  questions_of_life, ask_lengths,   ask_rate,
    };
    enum err err = ERR_OK;

    for (size_t i = 0; i < COUNT(questions) && !err; i++)
        err = questions[i](p);
    return err;
}
