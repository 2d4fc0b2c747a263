#include "order_request.h"

#include "base/clock.h"
#include "base/json_write.h"
#include "order_body.h"
#include "poweroffice/refreader.h"
#include "sender/taken.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { STEP_ORDERS, STEP_ORDERS_DATED, STEP_INVOICES, STEP_CONFIRM, STEP_ORDERS_PLAIN, STEP_INVOICES_PLAIN };
enum { POLLS_BEFORE_AGAIN = 3, POLLS_MAX = 40, MARGIN_MS = 24 * 3600 * 1000, HOUR_MS = 3600 * 1000, DAY_MS = 24 * 3600 * 1000 };

static bool read_totals(struct str json, struct sent *sent)
{
    if (!json_member_id(json, "Id", sent->id, sizeof sent->id))
        return false;
    (void)json_member_int(json, "SalesOrderNo", &sent->number);
    sent->has_total = json_member_money(json, "TotalAmount", &sent->total);
    return true;
}

static bool order_read_sent(const struct task *task, struct str json, struct sent *sent)
{
    (void)task;
    return read_totals(json, sent);
}

/* More than PowerOffice's rounding can do: an øre a line (docs/rules.md section 4). Less is noted with both totals. */
static bool totals_differ(const struct task *task, const struct sent *sent)
{
    int64_t till = task->draft->total.ore, lines = (int64_t)task->draft->order_line_count;

    return sent->has_total && (sent->total.ore < till - lines || sent->total.ore > till + lines);
}

static void order_judge_sent(const struct task *task, const struct sent *sent, struct problems *problems,
                             struct arena *arena)
{
    char till[MONEY_TEXT_SIZE], theirs[MONEY_TEXT_SIZE];
    struct problem problem = { .code = PROBLEM_TOTAL_DIFFERS, .count = 1 };

    if (!totals_differ(task, sent))
        return;
    problem.arg[0] = arena_copy(arena, str_of(money_kroner(task->draft->total, till)));
    problem.arg[1] = arena_copy(arena, str_of(money_kroner(sent->total, theirs)));
    problems_add(problems, &problem);
}

/* The list is narrowed by time with a generous margin: clocks differ, an order may have waited sealed, and a store that
 * was lost or put back seals again what was sent since the day of the sale. Some versions of PowerOffice are said to
 * demand dates; then the second step gives them, and the third asks for all if that is refused, too. */
static void orders_path(const struct task *task, const struct lookup *lookup, struct strbuf *path)
{
    int64_t sold_ms = (int64_t)task->draft->post_on * DAY_MS;
    int64_t since_ms = task->record->sealed_ms < sold_ms ? task->record->sealed_ms : sold_ms;
    char from[32], day[16], until[16];

    if (lookup->step == STEP_ORDERS_PLAIN) {
        strbuf_format(path, "/SalesOrders?PageNumber=%d&PageSize=%d", lookup->page, lookup->page_size);
        return;
    }
    strbuf_format(path, "/SalesOrders?onlyCreatedByCurrentIntegration=true&lastChangedDateTimeOffsetGreaterThan=%s",
                  time_text_utc(since_ms - MARGIN_MS, from));
    if (lookup->step == STEP_ORDERS_DATED)
        strbuf_format(path, "&fromDate=%s&toDate=%s", day_text(task->draft->post_on - 1, day),
                      day_text(task->draft->post_on + 1, until));
    strbuf_format(path, "&Fields=Id,SalesOrderNo,ExternalImportReference&PageNumber=%d&PageSize=%d", lookup->page,
                  lookup->page_size);
}

/* Invoices have the date on which they were sent: any day since the order was sealed. */
static void invoices_path(const struct task *task, const struct lookup *lookup, struct strbuf *path)
{
    int32_t sealed = (int32_t)(task->record->sealed_ms / DAY_MS);
    int32_t from = sealed < task->draft->post_on ? sealed : task->draft->post_on;
    char day[16], until[16];

    strbuf_format(path, "/OutgoingInvoices?fromDate=%s&toDate=%s%s&PageNumber=%d&PageSize=%d", day_text(from - 1, day),
                  day_text(sealed + 400, until),
                  lookup->step == STEP_INVOICES_PLAIN
                      ? "" : "&Fields=Id,OrderNo,InvoiceNo,ExternalImportReference,TotalAmount,IsReversed", lookup->page,
                  lookup->page_size);
}

static bool is_of_invoices(const struct lookup *lookup)
{
    return lookup->step == STEP_INVOICES || lookup->step == STEP_INVOICES_PLAIN;
}

static void order_lookup_path(const struct task *task, const struct lookup *lookup, struct strbuf *path)
{
    if (lookup->step == STEP_CONFIRM)
        strbuf_format(path, "/SalesOrders/%s/Complete", lookup->found.id);
    else if (is_of_invoices(lookup))
        invoices_path(task, lookup, path);
    else
        orders_path(task, lookup, path);
}

/* What is no list says of nothing that it is not there. */
static bool is_no_list(long status, struct str *json)
{
    return status >= 300 || (status != 204 && !json_list(*json, json));
}

/* A round that was deleted or credited is none: the list lags, or a credit note has left its invoice as it was. */
static bool is_former(const struct task *task, struct str row)
{
    char id[sizeof ((struct sent *)0)->id];

    return json_member_id(row, "Id", id, sizeof id) && list_has(task->record->old_ids, str_of(id));
}

static bool find_row(const struct task *task, struct str list, struct str *ret_row, size_t *ret_rows)
{
    size_t at = 0;

    *ret_rows = 0;
    while (json_item(list, &at, ret_row)) {
        char reference[64];

        ++*ret_rows;
        if (json_member_text(*ret_row, "ExternalImportReference", reference, sizeof reference) &&
            str_equal(str_of(reference), task->draft->reference) && !json_member_true(*ret_row, "IsReversed") &&
            !is_former(task, *ret_row))
            return true;
    }
    return false;
}

static enum look next_step(struct lookup *lookup, int step)
{
    lookup->step = step;
    lookup->page = 1;
    lookup->page_size = LOOK_PAGE_SIZE;
    return LOOK_MORE;
}

static enum look read_orders(const struct task *task, struct lookup *lookup, long status, struct str json,
                             bool last_page)
{
    enum look turned;
    struct str row;
    size_t rows;

    if (status == 400 && lookup->step != STEP_ORDERS_PLAIN)
        return next_step(lookup, lookup->step == STEP_ORDERS ? STEP_ORDERS_DATED : STEP_ORDERS_PLAIN);
    if (is_no_list(status, &json))
        return LOOK_LATER;
    if (find_row(task, json, &row, &rows)) {
        if (!json_member_id(row, "Id", lookup->found.id, sizeof lookup->found.id))
            return LOOK_LATER;
        (void)json_member_int(row, "SalesOrderNo", &lookup->found.number);
        return next_step(lookup, STEP_CONFIRM);
    }
    turned = lookup_turn(lookup, last_page, rows);
    if (turned != LOOK_ABSENT)
        return turned;
    if (list_has(str_of(lookup->missing), STR("OutgoingInvoice")))
        return LOOK_ABSENT;
    return next_step(lookup, STEP_INVOICES);
}

/* An invoice has lost its order's lines; that it is ours, the reference says. */
static enum look read_invoices(const struct task *task, struct lookup *lookup, long status, struct str json,
                               bool last_page)
{
    struct str row;
    size_t rows;

    if (status == 400 && lookup->step == STEP_INVOICES)
        return next_step(lookup, STEP_INVOICES_PLAIN);
    if (is_no_list(status, &json))
        return LOOK_LATER;
    if (find_row(task, json, &row, &rows)) {
        if (!json_member_id(row, "Id", lookup->found.id, sizeof lookup->found.id))
            return LOOK_LATER;
        (void)json_member_int(row, "OrderNo", &lookup->found.number);
        lookup->found.has_total = json_member_money(row, "TotalAmount", &lookup->found.total);
        lookup->found.invoiced = true;
        return LOOK_FOUND;
    }
    return lookup_turn(lookup, last_page, rows);
}

/* As the request said, which has more than the draft where lines were split. */
static size_t lines_sent(const struct task *task)
{
    struct str body, lines, line;
    size_t at = 0, count = 0;

    if (json_check(task->record->body, &body) || !json_member(body, "SalesOrderLines", &lines))
        return task->draft->order_line_count;
    while (json_item(lines, &at, &line))
        count++;
    return count;
}

static enum look read_order(const struct task *task, struct lookup *lookup, long status, struct str json)
{
    struct str lines, line;
    size_t at = 0, count = 0;

    if (status >= 300 || !json_member(json, "SalesOrderLines", &lines) || !read_totals(json, &lookup->found))
        return LOOK_LATER;                                   /* 404: a replica lags, or it was invoiced just now */
    while (json_item(lines, &at, &line))
        count++;
    if (count == lines_sent(task))
        return LOOK_FOUND;
    (void)snprintf(lookup->note, sizeof lookup->note, "order %" PRId64 " has this reference, but %zu lines where %zu "
                   "were sent", lookup->found.number, count, lines_sent(task));
    return LOOK_DIFFERS;
}

static enum look order_lookup_read(const struct task *task, struct lookup *lookup, long status, struct str json,
                                   bool last_page)
{
    if (lookup->step == STEP_CONFIRM)
        return read_order(task, lookup, status, json);
    return is_of_invoices(lookup) ? read_invoices(task, lookup, status, json, last_page)
                                         : read_orders(task, lookup, status, json, last_page);
}

static enum work order_after_sent(const struct task *task, const struct sent *sent)
{
    return task->draft->send_invoice && !sent->invoiced && !totals_differ(task, sent) ? WORK_INVOICE : WORK_NONE;
}

/* The customer of the order as it was sealed, whoever the till's is connected to by now. */
static const struct ref_customer *buyer(const struct task *task)
{
    int64_t id;
    struct str body;

    if (!task->ref || json_check(task->record->body, &body) || !json_member_int(body, "CustomerId", &id))
        return NULL;
    for (size_t i = 0; i < task->ref->customer_count; i++)
        if (task->ref->customers[i].id == id)
            return &task->ref->customers[i];
    return NULL;
}

/* docs/rules.md section 4: the day of sending at the venue, or the business day where the books are open for it. */
static int32_t invoice_day(const struct task *task, int64_t now_ms)
{
    const struct refdata *ref = task->ref;
    int32_t day = task->draft->post_on;
    struct civil local;

    if (task->venue->invoice_date == INVOICE_BUSINESS_DAY && ref && (ref->have & REF_DATES) &&
        !(ref->has_lock_date && day <= ref->lock_date) && !(ref->has_conversion_date && day < ref->conversion_date))
        return day;
    zone_civil(task->venue->zone, now_ms / 1000, &local);
    return day_of_civil(local.year, local.month, local.day);
}

static void order_later_prepare(const struct task *task, enum work work, int64_t now_ms, struct record *record)
{
    if (work == WORK_INVOICE && task->venue)
        record->invoice_day = invoice_day(task, now_ms);
}

static void invoice_body(const struct task *task, struct strbuf *body)
{
    const struct ref_customer *customer = buyer(task);

    json_open(body, NULL, '{');
    json_put_str(body, "DeliveryType", STR("Auto"));
    if (task->record->invoice_day)
        json_put_day(body, "VoucherDate", task->record->invoice_day);
    if (customer && customer->email.len)
        json_put_str(body, "EmailAddress", customer->email);
    json_close(body, '}');
}

/* sentState: an array of one, or the object itself. */
static bool state_of(struct str json, struct str *ret_state)
{
    size_t at = 0;

    if (json_is_array(json))
        return json_item(json, &at, ret_state);
    *ret_state = json;
    return json_is_object(json);
}

enum { WATCH_OPEN, WATCH_OPEN_DATED, WATCH_INVOICES, WATCH_MARGIN_DAYS = 31 };

/* An order that is not invoiced stands in the one list, an invoiced one in the other; dates as orders_path() has them. What
 * stands in neither was deleted. Invoices are everybody's: one that a person sent, or a credit note, is not created by us. */
static void order_watch_path(const struct taken_list *list, struct strbuf *path)
{
    char from[16];

    if (list->step == WATCH_INVOICES)
        strbuf_format(path, "/OutgoingInvoices?fromDate=%s&toDate=2099-12-31"
                      "&Fields=OrderNo,InvoiceNo,ExternalImportReference,IsReversed,VoucherType,RelatedInvoiceNo,"
                      "TotalAmount",
                      day_text(list->oldest - WATCH_MARGIN_DAYS, from));
    else
        strbuf_format(path, "/SalesOrders?onlyCreatedByCurrentIntegration=true%s"
                      "&Fields=Id,SalesOrderNo,ExternalImportReference",
                      list->step == WATCH_OPEN_DATED ? "&fromDate=2000-01-01&toDate=2099-12-31" : "");
    strbuf_format(path, "&PageNumber=%d&PageSize=%d", list->page, list->page_size);
}

static int order_watch_next(int step, bool refused)
{
    if (step == WATCH_OPEN && refused)
        return WATCH_OPEN_DATED;
    return refused ? WATCH_DENIED : step == WATCH_INVOICES ? WATCH_END : WATCH_INVOICES;
}

static void by_number(int64_t number, char id[64])
{
    (void)snprintf(id, 64, "order %" PRId64, number);
}

static void by_credit(int64_t invoice, char id[64])
{
    (void)snprintf(id, 64, "credit of %" PRId64, invoice);
}

static int order_watch_keys(const struct record *record, char keys[WATCH_KEYS][64])
{
    by_number(record->number, keys[0]);
    by_credit(record->invoice_no, keys[1]);
    return str_copy(record->id, keys[2], sizeof keys[2]) ? 3 : 2;
}

static bool is_credit_note(struct str row, int64_t *ret_of)
{
    char type[40];

    return json_member_text(row, "VoucherType", type, sizeof type) && strcmp(type, "OutgoingCreditNote") == 0 &&
           json_member_int(row, "RelatedInvoiceNo", ret_of) && *ret_of > 0;
}

/* What stands under a reference is an order by its number, invoiced or not. */
static void name_of(struct str row, int64_t number, struct taken *taken)
{
    if (number <= 0 || !json_member_text(row, "ExternalImportReference", taken->reference, sizeof taken->reference))
        taken->reference[0] = '\0';
    (void)snprintf(taken->name, sizeof taken->name, "%" PRId64, number);
}

/* A credit note says which invoice it is of, and what of it. */
static bool order_watch_row(int step, struct str row, struct taken *taken)
{
    int64_t number = 0, invoice = 0, of = 0;

    if (step != WATCH_INVOICES) {
        taken->stands = true;
        (void)json_member_int(row, "SalesOrderNo", &number);
        name_of(row, number, taken);
        return json_member_id(row, "Id", taken->id, sizeof taken->id);
    }
    (void)json_member_int(row, "InvoiceNo", &invoice);
    if (is_credit_note(row, &of)) {
        by_credit(of, taken->id);
        (void)snprintf(taken->by, sizeof taken->by, "credit note %" PRId64, invoice);
        taken->kept = true;              /* of an invoice that a person sent only its own row knows the order */
        taken->stands = json_member_true(row, "IsReversed");
        return json_member_money(row, "TotalAmount", &taken->amount);
    }
    if (!json_member_int(row, "OrderNo", &number) || number <= 0)
        return false;
    by_number(number, taken->id);
    (void)snprintf(taken->by, sizeof taken->by, "invoice %" PRId64, invoice);
    (void)json_member_money(row, "TotalAmount", &taken->amount);
    taken->invoice = invoice;
    taken->stands = !json_member_true(row, "IsReversed");
    if (taken->stands)
        name_of(row, number, taken);
    taken->kept = taken->reference[0];   /* ours, or another's under a reference of ours: of that, whether it was credited */
    return true;
}

/* Credit notes of the whole of it: what is credited in part stands, as far as we are concerned. Which invoice it became we know of
 * those that we sent; of one that a person sent, who may have changed it before, the list says number and amount. */
static const char *credited_by(const struct record *record, const struct taken_list *list)
{
    int64_t invoice = record->invoice_no, whole = record->total.ore;
    const struct taken *credit, *theirs;
    char id[64];

    if (!record->has_total || whole <= 0)
        return NULL;
    if (invoice <= 0) {
        by_number(record->number, id);
        theirs = taken_find(list, str_of(id));
        invoice = theirs ? theirs->invoice : 0;
        whole = theirs && theirs->amount.ore > whole ? theirs->amount.ore : whole;
    }
    by_credit(invoice, id);
    credit = invoice > 0 ? taken_find(list, str_of(id)) : NULL;
    return credit && !credit->stands && credit->amount.ore <= -whole ? credit->by : NULL;
}

/* Another order of the same reference, which is not of a former round that was credited. */
static bool order_watch_is_twin(const struct record *record, const struct taken_list *list, const char *name)
{
    const struct taken *theirs, *credit;
    char id[64], ours[24];

    (void)snprintf(ours, sizeof ours, "%" PRId64, record->number);
    if (record->number <= 0 || strcmp(ours, name) == 0)
        return false;
    (void)snprintf(id, sizeof id, "order %.40s", name);
    theirs = taken_find(list, str_of(id));
    if (!theirs)
        return true;                     /* not invoiced */
    by_credit(theirs->invoice, id);
    credit = taken_find(list, str_of(id));
    return theirs->stands && !(credit && !credit->stands && credit->amount.ore <= -theirs->amount.ore);
}

/* What was sent while the lists were read, or just before, may be in neither yet. */
static const char *order_watch_by(const struct record *record, const struct taken_list *list)
{
    const struct taken *taken;
    const char *credit;
    char id[64];

    if (record->number <= 0 || record->sent_ms > list->began_ms - HOUR_MS)
        return NULL;
    credit = credited_by(record, list);
    if (credit)
        return credit;
    by_number(record->number, id);
    taken = taken_find(list, str_of(id));
    if (taken)
        return taken->stands ? NULL : taken->by;
    return taken_find(list, record->id) ? NULL : "";
}

/* The state of its sending: 404 for an order that is gone, but not the gateway's, which knows no such path. An invoice that
 * was credited is said to be so by PowerOffice's list of invoices (then words say by what); of an order that a person sent the
 * state says nothing. */
static enum reversal order_read_reversal(const struct record *record, long status, struct str json)
{
    struct str code;

    if (status == 404 && json_is_object(json) && !json_member(json, "statusCode", &code))
        return REVERSAL_DONE;
    if (status >= 300)
        return REVERSAL_UNSAID;
    return record->words.len ? REVERSAL_DONE : REVERSAL_NOT;
}

static void order_later_call(const struct task *task, enum work work, enum call_method *method, struct strbuf *path,
                             struct strbuf *body)
{
    if (work == WORK_INVOICE) {
        *method = CALL_POST;
        strbuf_format(path, "/SalesOrders/" STR_FMT "/createAndSendInvoice", STR_ARG(task->record->id));
        invoice_body(task, body);
        return;
    }
    *method = CALL_GET;
    strbuf_format(path, "/SalesOrders/sentState?id=" STR_FMT, STR_ARG(task->record->id));
}

static void not_invoiced(const struct task *task, struct str words, struct record *record)
{
    struct problem problem = { .code = PROBLEM_INVOICE_NOT_SENT, .count = 1, .arg = { words } };
    struct problems problems;

    record_problems(record, &problems);
    problems_add(&problems, &problem);
    record->work = WORK_NONE;
    if (record_set_problems(record, task->arena, &problems))
        record->problems = STR_NONE;      /* the arena has failed, which the commit refuses */
}

static int64_t poll_wait_ms(uint32_t attempts)
{
    static const int64_t waits[] = { 1000, 1000, 4000, 10000, 30000, 60000 };

    return waits[attempts < COUNT(waits) ? attempts : COUNT(waits) - 1];
}

static void read_state(const struct task *task, struct str json, struct record *record)
{
    char text[256];
    struct str state;

    if (state_of(json, &state)) {
        if (json_member_text(state, "SentDateTimeOffset", text, sizeof text) && text[0]) {
            (void)json_member_int(state, "InvoiceNo", &record->invoice_no);
            record->work = WORK_NONE;
            return;
        }
        if (json_member_text(state, "LastErrorMessage", text, sizeof text) && text[0]) {
            if (!record->asked && record->attempts < POLLS_MAX) {    /* of an earlier request, or of one that was lost */
                record->work = WORK_INVOICE;
                return;
            }
            not_invoiced(task, arena_copy(task->arena, str_of(text)), record);
            return;
        }
        if (json_member_true(state, "IsInvoiceBeingProcessed"))
            return;
    }
    if (record->attempts >= POLLS_MAX)
        not_invoiced(task, STR("PowerOffice does not say that it was sent"), record);
    else if (!record->asked && record->attempts % POLLS_BEFORE_AGAIN == 0)
        record->work = WORK_INVOICE;      /* nobody seems to have asked: the request was lost */
}

static void order_later_read(const struct task *task, enum work asked, const struct answer *answer, struct str json,
                             int64_t now_ms, struct record *record)
{
    bool refused = answer->outcome == OUTCOME_REFUSED || answer->outcome == OUTCOME_LOGIN;

    record->next_ms = now_ms + poll_wait_ms(record->attempts);
    if (asked == WORK_INVOICE) {
        record->asked = answer->outcome == OUTCOME_DONE;     /* a second request might send it a second time */
        if (refused)
            not_invoiced(task, record->words, record);
        return;
    }
    if (answer->outcome == OUTCOME_DONE || (answer->outcome == OUTCOME_REFUSED && answer->status == 404))
        read_state(task, json, record);
    else if (refused)
        not_invoiced(task, record->words, record);
}

const struct sender_ops order_ops = {
    .stage = "invoicer",
    .about = "sends credit sales as sales orders to PowerOffice and keeps their send status",
    .kind = DOC_ORDER,
    .ref_bits = REF_FOR_ORDERS,
    .post_path = "/SalesOrders/Complete",
    .send_right = "SalesOrders_Full",
    .lookup_right = { "SalesOrders", sizeof "SalesOrders" - 1 },
    .build = order_build,
    .read_sent = order_read_sent,
    .judge_sent = order_judge_sent,
    .lookup_path = order_lookup_path,
    .lookup_read = order_lookup_read,
    .after_sent = order_after_sent,
    .read_reversal = order_read_reversal,
    .watch_path = order_watch_path,
    .watch_next = order_watch_next,
    .watch_row = order_watch_row,
    .watch_keys = order_watch_keys,
    .watch_by = order_watch_by,
    .watch_is_twin = order_watch_is_twin,
    .watch_whole = true,
    .later_prepare = order_later_prepare,
    .later_call = order_later_call,
    .later_read = order_later_read,
};
