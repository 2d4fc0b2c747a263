/* Goal: of PowerOffice's lists, what they say of our documents is kept, of whichever page and in whichever order, and nothing of
 * anybody else's; the reading ends whatever is answered. */
#include "invoicer/order_request.h"
#include "sender/taken.h"
#include "uploader/voucher_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { DAY = 20776, MANY = 30000 };

static struct record voucher(const char *id)
{
    return (struct record){ .state = DOC_SENT, .id = str_of(id), .number = 7, .day = DAY };
}

static struct record order(int64_t number, int64_t invoice, int64_t total)
{
    return (struct record){ .state = DOC_SENT, .id = STR("0dde"), .number = number, .invoice_no = invoice, .day = DAY,
                            .has_total = true, .total = { total } };
}

static enum err page(const struct sender_ops *ops, struct taken_list *list, const char *json, bool last)
{
    struct taken_answer answer = { OUTCOME_DONE, str_of(json), last, { .said = false } };

    return taken_answer(ops, &answer, list);
}

static void begin(const struct sender_ops *ops, struct taken_list *list, const struct record *record)
{
    taken_begin(list, 1000, (int64_t)10 * 86400000);
    assert_int_equal(taken_want(ops, STR("grill/2026-11-20/1"), record, list), ERR_OK);
}

static void rows_of_ours_only(void **unused)
{
    struct record ours = voucher("a-1"), later = voucher("a-2");
    struct taken_list list;

    (void)unused;
    begin(&voucher_ops, &list, &ours);
    assert_int_equal(taken_want(&voucher_ops, STR("grill/2026-11-20/1"), &later, &list), ERR_OK);
    assert_int_equal(page(&voucher_ops, &list, "[{\"VoucherId\":\"a-1\",\"IsReversed\":true},{\"VoucherId\":\"b0\","
                          "\"VoucherNo\":9,\"ReversedVoucherId\":\"a-1\"},{\"VoucherId\":\"a-3\",\"IsReversed\":true},"
                          "{\"VoucherId\":\"a-1\",\"IsReversed\":true},{\"VoucherId\":\"a-2\",\"IsReversed\":false}]", true),
                     ERR_OK);
    assert_int_equal(list.step, WATCH_END);
    assert_int_equal(list.row_count, 1);
    assert_string_equal(voucher_ops.watch_by(&ours, &list), "9 b0");
    assert_null(voucher_ops.watch_by(&later, &list));
    taken_free(&list);
}

/* What does not concern us is not looked for; what is busy is. */
static void who_is_looked_for(void **unused)
{
    static const struct { enum doc_state state; enum work work; size_t keys; } rows[] = {
        { DOC_SENT, WORK_NONE, 1 },    { DOC_SENT, WORK_PDF, 1 },     { DOC_SENT, WORK_NUMBER, 1 }, { DOC_SENT, WORK_INVOICED, 1 },
        { DOC_SENT, WORK_CHECK, 0 },   { DOC_SENT, WORK_UNDOING, 0 }, { DOC_REVERSED, WORK_TELL, 0 }, { DOC_FAILED, WORK_NONE, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct record record = voucher("a-1");
        struct taken_list list;

        record.state = rows[i].state;
        record.work = rows[i].work;
        begin(&voucher_ops, &list, &record);
        assert_int_equal(list.key_count, rows[i].keys);
        taken_free(&list);
    }
}

static void many_are_found_quickly(void **unused)
{
    static char text[MANY][12];
    struct record record;
    struct taken_list list;
    struct strbuf json;
    size_t found = 0;

    (void)unused;
    taken_begin(&list, 0, 0);
    strbuf_init(&json, 4u << 20);
    strbuf_char(&json, '[');
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(text[i], sizeof text[i], "a-%d", i);
        record = voucher(text[i]);
        assert_int_equal(taken_want(&voucher_ops, STR("grill/2026-11-20/1"), &record, &list), ERR_OK);
        strbuf_format(&json, "%s{\"VoucherId\":\"a-%d\",\"IsReversed\":%s}", i ? "," : "", MANY - 1 - i,
                      i % 2 ? "true" : "false");
    }
    strbuf_char(&json, ']');
    assert_false(json.failed);
    assert_int_equal(page(&voucher_ops, &list, json.bytes, true), ERR_OK);
    for (int i = 0; i < MANY; i++)
        found += taken_find(&list, str_of(text[i])) != NULL;
    assert_int_equal(found, MANY / 2);
    strbuf_free(&json);
    taken_free(&list);
}

/* The header's link is followed; without one a full page has a next; what has no rows is the end, whatever is said. */
static void pages(void **unused)
{
    struct taken_answer cut = { OUTCOME_DONE, STR("[{},{}]"), false, { .said = true, .number = 2, .size = 2 } };
    struct record ours = voucher("a-1");
    struct taken_list list;

    (void)unused;
    begin(&voucher_ops, &list, &ours);
    assert_int_equal(taken_answer(&voucher_ops, &cut, &list), ERR_OK);
    assert_int_equal(list.page, 2);
    assert_int_equal(list.page_size, 2);
    assert_int_equal(taken_answer(&voucher_ops, &cut, &list), ERR_OK);           /* the same again: on all the same */
    assert_int_equal(list.page, 3);
    assert_int_equal(page(&voucher_ops, &list, "[{}]", false), ERR_OK);          /* no header, and short */
    assert_int_equal(list.step, WATCH_END);
    taken_free(&list);
    begin(&voucher_ops, &list, &ours);
    assert_int_equal(page(&voucher_ops, &list, "[]", false), ERR_OK);
    assert_int_equal(list.step, WATCH_END);
    taken_free(&list);
    begin(&voucher_ops, &list, &ours);
    while (list.pages < TAKEN_PAGES_MAX - 1)
        assert_int_equal(taken_answer(&voucher_ops, &cut, &list), ERR_OK);
    assert_int_equal(taken_answer(&voucher_ops, &cut, &list), ERR_TOO_LONG);
    taken_free(&list);
}

static void what_cannot_be_read(void **unused)
{
    static const struct { enum outcome outcome; enum err err; } rows[] = {
        { OUTCOME_LOGIN, ERR_REFUSED },   { OUTCOME_REFUSED, ERR_REFUSED }, { OUTCOME_UNKNOWN, ERR_NETWORK },
        { OUTCOME_PASSING, ERR_NETWORK }, { OUTCOME_DONE, ERR_FORMAT },
    };
    struct record ours = voucher("a-1");

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct taken_answer answer = { rows[i].outcome, STR("{\"a\":1}"), true, { .said = false } };
        struct taken_list list;

        begin(&voucher_ops, &list, &ours);
        assert_int_equal(taken_answer(&voucher_ops, &answer, &list), rows[i].err);
        assert_int_equal(list.step == WATCH_DENIED, rows[i].err == ERR_REFUSED);
        taken_free(&list);
    }
}

/* Invoices are everybody's: a person's own are in no list of ours. */
static void orders(void **unused)
{
    static const char none[] = "";
    static const struct { const char *open, *invoices; const char *by; } rows[] = {
        { "[{\"Id\":\"0dde\"}]", "[]", NULL },
        { "[]", "[]", none },
        { "[]", "[{\"OrderNo\":5,\"InvoiceNo\":70,\"IsReversed\":false}]", NULL },
        { "[]", "[{\"OrderNo\":5,\"InvoiceNo\":70,\"IsReversed\":true}]", "invoice 70" },
        { "[]", "[{\"OrderNo\":5,\"InvoiceNo\":70},{\"InvoiceNo\":71,\"VoucherType\":\"OutgoingCreditNote\",\"RelatedInvoiceNo\":70,"
                "\"TotalAmount\":-100.00}]", "credit note 71" },
        { "[]", "[{\"InvoiceNo\":71,\"VoucherType\":\"OutgoingCreditNote\",\"RelatedInvoiceNo\":70,\"TotalAmount\":-60},"
                "{\"OrderNo\":5,\"InvoiceNo\":70},{\"InvoiceNo\":72,\"VoucherType\":\"OutgoingCreditNote\",\"RelatedInvoiceNo\":70,"
                "\"TotalAmount\":-40}]", "credit note 72" },
        { "[]", "[{\"OrderNo\":5,\"InvoiceNo\":70},{\"InvoiceNo\":71,\"VoucherType\":\"OutgoingCreditNote\",\"RelatedInvoiceNo\":70,"
                "\"TotalAmount\":-60}]", NULL },
        { "[]", "[{\"OrderNo\":5,\"InvoiceNo\":70},{\"InvoiceNo\":71,\"VoucherType\":\"OutgoingCreditNote\",\"RelatedInvoiceNo\":70,"
                "\"TotalAmount\":-100,\"IsReversed\":true}]", NULL },
        { "[]", "[{\"OrderNo\":6,\"InvoiceNo\":70},{\"InvoiceNo\":71,\"VoucherType\":\"OutgoingCreditNote\",\"RelatedInvoiceNo\":69,"
                "\"TotalAmount\":-100},{\"OrderNo\":5,\"InvoiceNo\":72}]", NULL },
    };

    (void)unused;
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof *rows); i++) {             /* sent by us, then by a person */
        struct record record = order(5, i % 2 ? 0 : 70, 10000);
        struct taken_list list;
        struct strbuf path;
        const char *by;

        begin(&order_ops, &list, &record);
        assert_int_equal(page(&order_ops, &list, rows[i / 2].open, true), ERR_OK);
        strbuf_init(&path, 600);
        order_ops.watch_path(&list, &path);
        assert_non_null(strstr(path.bytes, "/OutgoingInvoices?fromDate=2026-10-19&"));
        assert_null(strstr(path.bytes, "onlyCreatedByCurrentIntegration"));
        strbuf_free(&path);
        assert_int_equal(page(&order_ops, &list, rows[i / 2].invoices, true), ERR_OK);
        by = order_ops.watch_by(&record, &list);
        if (!by != !rows[i / 2].by || (by && strcmp(by, rows[i / 2].by) != 0))
            fail_msg("row %zu: %s", i, by ? by : "it stands");
        taken_free(&list);
    }
}

/* Of an invoice that a person sent, and made larger before: what is credited is held against what it was sent for. */
static void a_changed_invoice_is_credited_whole(void **unused)
{
    static const struct { const char *total, *credited; bool whole; } rows[] = {
        { "500.00", "-100.00", false }, { "500.00", "-500.00", true }, { "80.00", "-80.00", false },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct record record = order(5, 0, 10000);
        struct taken_list list;
        char invoices[300];

        (void)snprintf(invoices, sizeof invoices,
                       "[{\"InvoiceNo\":71,\"VoucherType\":\"OutgoingCreditNote\",\"RelatedInvoiceNo\":70,"
                       "\"TotalAmount\":%s},{\"OrderNo\":5,\"InvoiceNo\":70,\"TotalAmount\":%s}]", rows[i].credited, rows[i].total);
        begin(&order_ops, &list, &record);
        assert_int_equal(page(&order_ops, &list, "[]", true), ERR_OK);
        assert_int_equal(page(&order_ops, &list, invoices, true), ERR_OK);
        assert_int_equal(order_ops.watch_by(&record, &list) != NULL, rows[i].whole);
        taken_free(&list);
    }
}

/* One page; @ in it is the reference. */
static void page_of(const struct sender_ops *ops, struct taken_list *list, const char *text, const char *reference)
{
    struct strbuf json;

    strbuf_init(&json, 4096);
    for (const char *at = text; *at; at++) {
        if (*at == '@')
            strbuf_format(&json, "\"ExternalImportReference\":\"%s\"", reference);
        else
            strbuf_char(&json, *at);
    }
    assert_false(json.failed);
    assert_int_equal(page(ops, list, json.bytes, true), ERR_OK);
    strbuf_free(&json);
}

/* What the lists name beside the document: "" for nothing. */
static const char *twin_of(const struct sender_ops *ops, struct record *record, const char *first, const char *second)
{
    static char name[64];
    struct doc doc = { .kind = ops->kind, .venue = STR("grill"), .day = DAY, .part = 1, .reg = STR("K1"), .seq = 6 };
    char id[DOC_ID_SIZE], reference[REFERENCE_SIZE];
    struct taken_list list;
    const char *twin;

    record->company = STR("911111111");
    doc_reference(&doc, record->company, reference);
    taken_begin(&list, 1000, (int64_t)10 * 86400000);
    assert_int_equal(taken_want(ops, doc_text(&doc, id), record, &list), ERR_OK);
    page_of(ops, &list, first, reference);
    if (second)
        page_of(ops, &list, second, reference);
    twin = taken_twin(ops, str_of(id), record, &list);
    (void)snprintf(name, sizeof name, "%s", twin ? twin : "");
    taken_free(&list);
    return name;
}

static void vouchers_of_one_reference(void **unused)
{
    static const struct { const char *rows, *twin; } rows[] = {
        { "[{\"VoucherId\":\"a-1\",\"VoucherNo\":7,@}]", "" },
        { "[{\"VoucherId\":\"a-1\",\"VoucherNo\":7,@},{\"VoucherId\":\"a-1\",\"VoucherNo\":7,@}]", "" },
        { "[{\"VoucherId\":\"b-2\",\"VoucherNo\":9,@}]", "9 b-2" },
        { "[{\"VoucherId\":\"a-1\",\"VoucherNo\":7,@},{\"VoucherId\":\"b-2\",\"VoucherNo\":9,@}]", "9 b-2" },
        { "[{\"VoucherId\":\"b-2\",\"VoucherNo\":9,@},{\"VoucherId\":\"a-1\",\"VoucherNo\":7,@}]", "9 b-2" },
        { "[{\"VoucherId\":\"b-2\",\"VoucherNo\":9,@,\"IsReversed\":true},{\"VoucherId\":\"a-1\",\"VoucherNo\":7,@}]", "" },
        { "[{\"VoucherId\":\"c-3\",\"VoucherNo\":9,@,\"ReversedVoucherId\":\"b-2\"},{\"VoucherId\":\"a-1\",@}]", "" },
        { "[{\"VoucherId\":\"e-0\",\"VoucherNo\":5,@},{\"VoucherId\":\"a-1\",\"VoucherNo\":7,@}]", "" },     /* a former round */
        { "[{\"VoucherId\":\"b-2\",\"VoucherNo\":9,\"ExternalImportReference\":\"another\"},{\"VoucherId\":\"a-1\",@}]", "" },
        { "[{\"VoucherNo\":9,@},{\"VoucherId\":\"a-1\",\"VoucherNo\":7,@}]", "" },                           /* of which voucher? */
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct record ours = voucher("a-1");

        ours.old_ids = STR("d-9,e-0");
        if (strcmp(twin_of(&voucher_ops, &ours, rows[i].rows, NULL), rows[i].twin) != 0)
            fail_msg("row %zu", i);
    }
}

static void orders_of_one_reference(void **unused)
{
    static const struct { const char *open, *invoices, *twin; } rows[] = {
        { "[{\"Id\":\"0dde\",\"SalesOrderNo\":5,@}]", "[]", "" },
        { "[{\"Id\":\"0dde\",\"SalesOrderNo\":5,@},{\"Id\":\"0ddf\",\"SalesOrderNo\":6,@}]", "[]", "6" },
        { "[{\"Id\":\"0ddf\",\"SalesOrderNo\":6,@}]", "[{\"OrderNo\":5,\"InvoiceNo\":70,@}]", "6" },
        { "[{\"Id\":\"0dde\",\"SalesOrderNo\":5,@}]", "[{\"OrderNo\":5,\"InvoiceNo\":70,@}]", "" },              /* just invoiced */
        { "[]", "[{\"OrderNo\":5,\"InvoiceNo\":70,@},{\"OrderNo\":6,\"InvoiceNo\":71,@}]", "6" },
        { "[]", "[{\"OrderNo\":5,\"InvoiceNo\":70,@},{\"OrderNo\":6,\"InvoiceNo\":71,@,\"IsReversed\":true}]", "" },
        { "[]", "[{\"OrderNo\":6,\"InvoiceNo\":71,\"TotalAmount\":100,@},{\"InvoiceNo\":72,\"VoucherType\":\"OutgoingCreditNote\","
                "\"RelatedInvoiceNo\":71,\"TotalAmount\":-100},{\"OrderNo\":5,\"InvoiceNo\":73,\"TotalAmount\":100,@}]", "" },
        { "[]", "[{\"OrderNo\":6,\"InvoiceNo\":71,\"TotalAmount\":100,@},{\"InvoiceNo\":72,\"VoucherType\":\"OutgoingCreditNote\","
                "\"RelatedInvoiceNo\":71,\"TotalAmount\":-40},{\"OrderNo\":5,\"InvoiceNo\":73,\"TotalAmount\":100,@}]", "6" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct record ours = order(5, 0, 10000);

        if (strcmp(twin_of(&order_ops, &ours, rows[i].open, rows[i].invoices), rows[i].twin) != 0)
            fail_msg("row %zu", i);
    }
}

/* What says nothing of it, says nothing. */
static void an_order_that_is_gone(void **unused)
{
    struct record plain = order(5, 0, 100), credited = plain;

    (void)unused;
    credited.words = STR("invoice 70");
    assert_int_equal(order_ops.read_reversal(&plain, 404, STR("{\"status\":404}")), REVERSAL_DONE);
    assert_int_equal(order_ops.read_reversal(&plain, 404, STR("{\"statusCode\":404,\"message\":\"Resource not found\"}")),
                     REVERSAL_UNSAID);
    assert_int_equal(order_ops.read_reversal(&plain, 404, STR_NONE), REVERSAL_UNSAID);
    assert_int_equal(order_ops.read_reversal(&plain, 400, STR("{\"status\":400}")), REVERSAL_UNSAID);
    assert_int_equal(order_ops.read_reversal(&plain, 204, STR_NONE), REVERSAL_NOT);
    assert_int_equal(order_ops.read_reversal(&credited, 204, STR_NONE), REVERSAL_DONE);
    assert_int_equal(order_ops.read_reversal(&credited, 403, STR_NONE), REVERSAL_UNSAID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_ours_only), cmocka_unit_test(who_is_looked_for), cmocka_unit_test(many_are_found_quickly),
        cmocka_unit_test(pages),             cmocka_unit_test(what_cannot_be_read), cmocka_unit_test(orders),
        cmocka_unit_test(an_order_that_is_gone), cmocka_unit_test(a_changed_invoice_is_credited_whole),
        cmocka_unit_test(vouchers_of_one_reference), cmocka_unit_test(orders_of_one_reference),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
