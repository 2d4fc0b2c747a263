/* Goal: an order's request says every value that somebody's setting could change, in the same bytes for ever; it is
 * found again as an order or as the invoice it became; sending it as an invoice ends in a number or in a reason. */
#include "invoicer/order_body.h"
#include "invoicer/order_request.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OURS "5fc3a3a4-6f6b-5a1e-9d2f-000000000001"

static struct ref_product products[] = { { .code = { "MAT", 3 }, .id = 501 }, { .code = { "MAT-TA", 6 }, .id = 502 } };
static struct ref_department departments[] = { { .code = { "10", 2 }, .id = 55 } };
static struct ref_customer customers[] = { { .no = 10001, .id = 90001 } };
static struct ref_project projects[] = { { .code = { "P1", 2 }, .id = 77 }, { .code = { "P2", 2 }, .id = 78 } };
static struct ref_location locations[] = { { .code = { "OSLO", 4 }, .id = 88 } };
static const struct refdata books = { .products = products, .product_count = 2, .departments = departments,
                                      .department_count = 1, .customers = customers, .customer_count = 1,
                                      .projects = projects, .project_count = 2, .locations = locations,
                                      .location_count = 1 };
static const struct sender_settings settings = { .price_decimals = 4 };

static char folder[64];
static struct refstore *links;
static struct arena arena;
static struct order_line lines[2];
static struct draft draft;
static struct record record;
static struct task task;

static int fresh(void **unused)
{
    (void)unused;
    arena_init(&arena, 1 << 20);
    if (!temporary_folder("order", folder, sizeof folder) || refstore_open(str_of(folder), 0, &links, NULL) ||
        customer_link_put(links, STR("912345678"), STR("kunde-77"), 10001))
        return -1;
    lines[0] = (struct order_line){ .product = STR("MAT"), .rate = 2500, .text = STR("Burger"), .qty = 2000000,
                                    .gross = { 39800 }, .share = { 39800 } };
    lines[1] = (struct order_line){ .product = STR("MAT-TA"), .rate = 1500, .text = STR("Wrap"), .qty = 3000000,
                                    .gross = { 33300 }, .share = { 8547 } };
    draft = (struct draft){ .doc = { .kind = DOC_ORDER, .venue = STR("v"), .day = 20777, .reg = STR("K1"), .seq = 6 },
                            .company = STR("912345678"), .reference = STR(OURS), .currency = STR("NOK"), .post_on = 20777,
                            .customer = STR("kunde-77"), .order_no = STR("A-5512"), .order_lines = lines,
                            .order_line_count = 2, .total = { 48347 }, .send_invoice = true, .department = STR("10") };
    record = (struct record){ .state = DOC_SENDING, .id = STR("b2"), .old_ids = STR("c9,d1"),
                                .sealed_ms = INT64_C(1795176000000) };
    task = (struct task){ .record = &record, .draft = &draft, .ref = &books, .links = links, .settings = &settings,
                          .arena = &arena };
    return 0;
}

static int stale(void **unused)
{
    (void)unused;
    refstore_close(links);
    arena_free(&arena);
    return temporary_remove(folder);
}

/* Orders are looked for since the day of the sale, also by a store that was lost or put back and sealed them anew. */
static void looks_since_the_sale(void **unused)
{
    static const struct { const char *why; int64_t sealed_days; const char *from; } rows[] = {
        { "sealed on the day",     20777, "GreaterThan=2026-11-19T" },
        { "sealed again later on", 20877, "GreaterThan=2026-11-19T" },
        { "a day still to come",   20770, "GreaterThan=2026-11-12T" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lookup lookup = { .page = 1, .page_size = LOOK_PAGE_SIZE };
        struct strbuf path;

        strbuf_init(&path, 2000);
        record.sealed_ms = rows[i].sealed_days * 86400000 + 3600000;
        order_ops.lookup_path(&task, &lookup, &path);
        if (!strstr(path.bytes, rows[i].from))
            fail_msg("%s: %s", rows[i].why, path.bytes);
        strbuf_free(&path);
    }
}

static const char *built(enum err want)
{
    static char text[4096];
    struct strbuf body;
    enum err err;

    strbuf_init(&body, 1 << 16);
    err = order_build(&task, &body);
    assert_int_equal(err, want);
    assert_true(err || str_copy(strbuf_str(&body), text, sizeof text));
    strbuf_free(&body);
    return text;
}

static void bytes(void **unused)
{
    (void)unused;
    assert_string_equal(built(ERR_OK),
        "{\"CustomerId\":90001,\"ExternalImportReference\":\"" OURS "\",\"CurrencyCode\":\"NOK\",\"CustomerReference\":\"A-5512\","
        "\"SalesOrderDate\":\"2026-11-20\",\"DeliveryDate\":\"2026-11-20\",\"SalesOrderStatus\":\"Draft\","
        "\"PurchaseOrderReference\":\"A-5512\",\"DepartmentId\":55,\"SalesOrderLines\":["
        "{\"LineType\":\"Normal\",\"ProductId\":501,\"Description\":\"Burger\",\"Quantity\":2,\"ProductUnitPrice\":159.2,"
        "\"Allowance\":0,\"UseStandardSalesAccount\":true,\"SortOrder\":0,\"ExternalImportReference\":\"" OURS "/1\"},"
        "{\"LineType\":\"Normal\",\"ProductId\":502,\"Description\":\"Wrap (85,47 of 333,00)\",\"Quantity\":1,"
        "\"ProductUnitPrice\":74.3217,\"Allowance\":0,\"UseStandardSalesAccount\":true,\"SortOrder\":1,"
        "\"ExternalImportReference\":\"" OURS "/2\"}]}");
}

/* The order says the venue's, a line only what differs: another, or none on purpose. */
static void projects_and_locations(void **unused)
{
    const char *body, *line;

    (void)unused;
    draft.project = lines[0].project = STR("P1");
    lines[1].project = STR("P2");
    lines[1].location = STR("OSLO");
    body = built(ERR_OK);
    line = strstr(body, "\"LineType\"");
    assert_non_null(strstr(body, "\"DepartmentId\":55,\"ProjectId\":77,\"SalesOrderLines\""));
    assert_non_null(strstr(line, OURS "/1\"},"));
    assert_non_null(strstr(line, OURS "/2\",\"ProjectId\":78,\"LocationId\":88}]}"));
    lines[1].project = lines[1].location = STR_NONE;
    assert_non_null(strstr(built(ERR_OK), OURS "/2\",\"ProjectId\":-1}]}"));
}

static void numbers_and_departments(void **unused)
{
    static const struct { const char *order_no, *expected; } rows[] = {
        { "4711", ",\"ImportedOrderNo\":4711," },
        { "0012", ",\"PurchaseOrderReference\":\"0012\"," },               /* a number would lose its zeros */
        { "12345678901234567890", ",\"PurchaseOrderReference\":\"12345678901234567890\"," },
        { "K1-6", ",\"PurchaseOrderReference\":\"K1-6\"," },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        draft.order_no = str_of(rows[i].order_no);
        if (!strstr(built(ERR_OK), rows[i].expected))
            fail_msg("%s", rows[i].order_no);
    }
    draft.department = STR_NONE;
    assert_non_null(strstr(built(ERR_OK), "\"DepartmentId\":-1,"));
    lines[0].qty = 1234567;               /* finer than PowerOffice keeps */
    assert_non_null(strstr(built(ERR_OK), "\"Description\":\"1.2345 x Burger\",\"Quantity\":1,"));
}

static void not_connected(void) { draft.customer = STR("kunde-78"); }
static void no_product(void)    { lines[1].product = STR("VIN"); }
static void no_place(void)      { draft.department = STR("11"); }
static void no_project(void)    { draft.project = lines[0].project = lines[1].project = STR("P9"); }
static void no_location(void)   { lines[1].location = STR("P1"); }
static void no_lines(void)      { draft.order_line_count = 0; }
static void absurd(void)        { lines[0].share.ore = lines[0].gross.ore = INT64_MAX; }

static void what_never_leaves(void **unused)
{
    static const struct { const char *why; void (*spoil)(void); enum err err; } rows[] = {
        { "customer not connected", not_connected, ERR_NOT_FOUND }, { "no such product", no_product, ERR_NOT_FOUND },
        { "no such project", no_project, ERR_NOT_FOUND },           { "no such location", no_location, ERR_NOT_FOUND },
        { "no such department", no_place, ERR_NOT_FOUND },          { "no lines", no_lines, ERR_RANGE },
        { "an absurd amount", absurd, ERR_RANGE },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(stale(NULL), 0);
        assert_int_equal(fresh(NULL), 0);
        rows[i].spoil();
        (void)built(rows[i].err);
    }
}

enum { ORDERS, DATED, INVOICES, CONFIRM, ORDERS_PLAIN, INVOICES_PLAIN };

static void search(void **unused)
{
#define ROW "{\"Id\":\"b2\",\"SalesOrderNo\":7,\"OrderNo\":7,\"ExternalImportReference\":\"" OURS "\",\"TotalAmount\":483.47}"
#define FORMER "{\"Id\":\"d1\",\"SalesOrderNo\":6,\"OrderNo\":6,\"ExternalImportReference\":\"" OURS "\",\"TotalAmount\":483.47}"
    static const struct { const char *why; int step; const char *missing, *text; bool last; long status;
                          enum look look; int to; } rows[] = {
        { "an order", ORDERS, "", "[{\"Id\":\"a1\"}," ROW "]", true, 200, LOOK_MORE, CONFIRM },
        { "no order: perhaps an invoice", ORDERS, "", "", true, 204, LOOK_MORE, INVOICES },
        { "no order, no right to look at invoices", ORDERS, "OutgoingInvoice", "", true, 204, LOOK_ABSENT, ORDERS },
        { "dates are demanded", ORDERS, "", "{}", true, 400, LOOK_MORE, DATED },
        { "refused even so: all of them", DATED, "", "{}", true, 400, LOOK_MORE, ORDERS_PLAIN },
        { "refused as well", ORDERS_PLAIN, "", "{}", true, 400, LOOK_LATER, ORDERS_PLAIN },
        { "an order among all", ORDERS_PLAIN, "", "[" ROW "]", true, 200, LOOK_MORE, CONFIRM },
        { "not among all", ORDERS_PLAIN, "", "[{\"Id\":\"a1\"}]", true, 200, LOOK_MORE, INVOICES },
        { "fields of invoices are refused", INVOICES, "", "{}", true, 400, LOOK_MORE, INVOICES_PLAIN },
        { "invoices are refused", INVOICES_PLAIN, "", "{}", true, 400, LOOK_LATER, INVOICES_PLAIN },
        { "an invoice among all", INVOICES_PLAIN, "", "[" ROW "]", true, 200, LOOK_FOUND, INVOICES_PLAIN },
        { "an invoice", INVOICES, "", "[" ROW "]", true, 200, LOOK_FOUND, INVOICES },
        { "neither", INVOICES, "", "[{\"Id\":\"a1\"}]", true, 200, LOOK_ABSENT, INVOICES },
        { "a former round's order", ORDERS, "", "[" FORMER "]", true, 200, LOOK_MORE, INVOICES },
        { "a former round's invoice, credited by a note", INVOICES, "", "[" FORMER "]", true, 200, LOOK_ABSENT, INVOICES },
        { "... and this one's", INVOICES, "", "[" FORMER "," ROW "]", true, 200, LOOK_FOUND, INVOICES },
        { "orders with a name", ORDERS, "", "{\"value\":[" ROW "]}", true, 200, LOOK_MORE, CONFIRM },
        { "no list of orders", ORDERS, "", "{}", true, 200, LOOK_LATER, ORDERS },
        { "no list of invoices", INVOICES, "", "\"down\"", true, 200, LOOK_LATER, INVOICES },
        { "no word of invoices", INVOICES, "", "", true, 200, LOOK_LATER, INVOICES },
        { "more of them", INVOICES, "", "[{\"Id\":\"a1\"}]", false, 200, LOOK_MORE, INVOICES },
        { "confirmed", CONFIRM, "", "{\"Id\":\"b2\",\"SalesOrderLines\":[{},{}]}", true, 200, LOOK_FOUND, CONFIRM },
        { "other lines", CONFIRM, "", "{\"Id\":\"b2\",\"SalesOrderLines\":[{}]}", true, 200, LOOK_DIFFERS, CONFIRM },
        { "gone meanwhile", CONFIRM, "", "{}", true, 404, LOOK_LATER, CONFIRM },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lookup lookup = { .step = rows[i].step, .page = 1, .page_size = LOOK_PAGE_SIZE };
        enum look look;

        (void)str_copy(str_of(rows[i].missing), lookup.missing, sizeof lookup.missing);
        look = order_ops.lookup_read(&task, &lookup, rows[i].status, str_of(rows[i].text), rows[i].last);
        if (look != rows[i].look || lookup.step != rows[i].to)
            fail_msg("%s: %d, step %d", rows[i].why, look, lookup.step);
    }
}

static void a_list_without_end_proves_nothing(void **unused)
{
    struct lookup lookup = { .step = ORDERS_PLAIN, .page = 1, .page_size = LOOK_PAGE_SIZE };
    enum look look = LOOK_MORE;
    int pages = 0;

    (void)unused;
    for (; look == LOOK_MORE && pages < 1000; pages++)
        look = order_ops.lookup_read(&task, &lookup, 200, STR("[{\"Id\":\"a1\"}]"), false);
    assert_int_equal(look, LOOK_LATER);
    assert_int_equal(pages, 200);
}

static void totals(void **unused)
{
    static const struct { const char *why, *answer; bool differs; enum work work; } rows[] = {
        { "the same", "{\"Id\":\"b2\",\"SalesOrderNo\":7,\"TotalAmount\":483.47}", false, WORK_INVOICE },
        { "as a double comes", "{\"Id\":\"b2\",\"TotalAmount\":483.47000000000003}", false, WORK_INVOICE },
        { "an øre a line: rounding", "{\"Id\":\"b2\",\"TotalAmount\":483.49}", false, WORK_INVOICE },
        { "or less", "{\"Id\":\"b2\",\"TotalAmount\":483.45}", false, WORK_INVOICE },
        { "one more", "{\"Id\":\"b2\",\"TotalAmount\":483.50}", true, WORK_NONE },         /* no invoice of a wrong sum */
        { "not said", "{\"Id\":\"b2\"}", false, WORK_INVOICE },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct problems problems = { .count = 0 };
        struct sent sent = { .number = 0 };

        assert_true(order_ops.read_sent(&task, str_of(rows[i].answer), &sent));
        order_ops.judge_sent(&task, &sent, &problems, &arena);
        if (problems_have(&problems, PROBLEM_TOTAL_DIFFERS) != rows[i].differs ||
            order_ops.after_sent(&task, &sent) != rows[i].work)
            fail_msg("%s", rows[i].why);
        if (rows[i].differs)
            assert_true(str_equal(problems.at[0].arg[0], STR("483,47")) && str_equal(problems.at[0].arg[1], STR("483,50")));
    }
}

static void invoice_follows_once(void **unused)
{
    static const struct { const char *why; bool wanted, invoiced; int64_t total; enum work work; } rows[] = {
        { "wanted",               true,  false, 48347, WORK_INVOICE }, { "not wanted",   false, false, 48347, WORK_NONE },
        { "invoiced by somebody", true,  true,  48347, WORK_NONE },    { "another sum", true,  false, 48350, WORK_NONE },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sent sent = { .has_total = true, .total = { rows[i].total }, .invoiced = rows[i].invoiced };

        draft.send_invoice = rows[i].wanted;
        if (order_ops.after_sent(&task, &sent) != rows[i].work)
            fail_msg("%s", rows[i].why);
    }
}

static void invoices(void **unused)
{
    static const struct { const char *why; enum work asked; enum outcome outcome; long status; const char *text;
                          uint32_t attempts; enum work work; int64_t invoice_no; bool problem; } rows[] = {
        { "taken", WORK_INVOICE, OUTCOME_DONE, 202, "{}", 1, WORK_INVOICED, 0, false },
        { "answer lost", WORK_INVOICE, OUTCOME_UNKNOWN, 0, "", 1, WORK_INVOICED, 0, false },
        { "no right", WORK_INVOICE, OUTCOME_REFUSED, 400, "{\"title\":\"Missing privilege\"}", 1, WORK_NONE, 0, true },
        { "no right, by status", WORK_INVOICE, OUTCOME_LOGIN, 403, "", 1, WORK_NONE, 0, true },
        { "sent", WORK_INVOICED, OUTCOME_DONE, 200, "[{\"SentDateTimeOffset\":\"2026-11-20T10:00:00Z\",\"InvoiceNo\":8}]", 2,
          WORK_NONE, 8, false },
        { "sent, as an object", WORK_INVOICED, OUTCOME_DONE, 200, "{\"SentDateTimeOffset\":\"2026\",\"InvoiceNo\":8}", 2,
          WORK_NONE, 8, false },
        { "under way", WORK_INVOICED, OUTCOME_DONE, 200, "[{\"IsInvoiceBeingProcessed\":true}]", 3, WORK_INVOICED, 0, false },
        { "acknowledged, and failed", WORK_INVOICED, OUTCOME_DONE, 200, "[{\"LastErrorMessage\":\"no address\"}]", 2, WORK_NONE,
          0, true },
        { "failed before, and asked for again by a person", WORK_INVOICED, OUTCOME_DONE, 200,
          "[{\"LastErrorMessage\":\"no address\"}]", 1, WORK_INVOICE, 0, false },
        { "failed, and nobody hears the answer", WORK_INVOICED, OUTCOME_DONE, 200, "[{\"LastErrorMessage\":\"no address\"}]", 40,
          WORK_NONE, 0, true },
        { "nobody asked, says the first look", WORK_INVOICED, OUTCOME_DONE, 204, "", 2, WORK_INVOICED, 0, false },
        { "nobody asked, says the third", WORK_INVOICED, OUTCOME_DONE, 204, "", 3, WORK_INVOICE, 0, false },
        { "acknowledged, and nothing said since", WORK_INVOICED, OUTCOME_DONE, 204, "", 3, WORK_INVOICED, 0, false },
        { "never", WORK_INVOICED, OUTCOME_DONE, 204, "", 40, WORK_NONE, 0, true },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct answer answer = { .outcome = rows[i].outcome, .status = rows[i].status };
        struct record now = { .state = DOC_SENT, .work = WORK_INVOICED, .attempts = rows[i].attempts, .words = STR("words"),
                              .asked = strncmp(rows[i].why, "acknowledged", 12) == 0 };
        struct problems problems;

        order_ops.later_read(&task, rows[i].asked, &answer, str_of(rows[i].text), 1000, &now);
        record_problems(&now, &problems);
        if (rows[i].asked == WORK_INVOICE)
            assert_int_equal(now.asked, rows[i].outcome == OUTCOME_DONE);
        if (now.work != rows[i].work || now.invoice_no != rows[i].invoice_no ||
            problems_have(&problems, PROBLEM_INVOICE_NOT_SENT) != rows[i].problem)
            fail_msg("%s: %s", rows[i].why, work_text(now.work));
    }
}

/* 25 % of no net in whole øre comes to 7 øre: with the setting, two lines that do; the answer is found by as many. */
static void a_line_without_a_net_is_split(void **unused)
{
    static const struct sender_settings splitting = { .price_decimals = 4, .order_split = true };
    static const struct { const char *why; int64_t gross, share, qty; const char *first, *second; } rows[] = {
        { "a sale",        7,  7, 1000000, "\"Burger 1/2\",\"Quantity\":1,", "\"Burger 2/2\",\"Quantity\":1," },
        { "three of them", 7,  7, 3000000, "\"3 x Burger 1/2\",\"Quantity\":1,", "\"3 x Burger 2/2\",\"Quantity\":1," },
        { "a refund",     -7, -7, 1000000, "\"Burger 1/2\",\"Quantity\":-1,", "\"Burger 2/2\",\"Quantity\":-1," },
        { "a share",      70,  7, 1000000, "\"Burger (0,07 av 0,70) 1/2\",\"Quantity\":1,",
          "\"Burger (0,07 av 0,70) 2/2\",\"Quantity\":1," },
    };

    (void)unused;
    task.settings = &splitting;
    draft.language = STR("nb");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lookup lookup = { .step = 3, .page = 1, .page_size = LOOK_PAGE_SIZE };
        struct strbuf body;

        lines[0].gross.ore = rows[i].gross;
        lines[0].share.ore = rows[i].share;
        lines[0].qty = rows[i].qty;
        strbuf_init(&body, 1 << 16);
        assert_int_equal(order_build(&task, &body), ERR_OK);
        record.body = strbuf_str(&body);
        assert_int_equal(order_ops.lookup_read(&task, &lookup, 200, STR("{\"Id\":\"b2\",\"TotalAmount\":1,"
                         "\"SalesOrderLines\":[{},{},{}]}"), true), LOOK_FOUND);
        strbuf_char(&body, '\0');
        if (!strstr(body.bytes, rows[i].first) || !strstr(body.bytes, rows[i].second) || !strstr(body.bytes, OURS "/3\""))
            fail_msg("%s: %s", rows[i].why, body.bytes);
        strbuf_free(&body);
    }
}

/* The venue's own word goes before the installation's. */
static void a_venue_says_whether_lines_are_split(void **unused)
{
    static const struct { const char *why; bool all; int venue; bool split; } rows[] = {
        { "nobody says", false, SPLIT_UNSAID, false },          { "the installation", true, SPLIT_UNSAID, true },
        { "the venue", false, SPLIT_YES, true },                { "not this venue", true, SPLIT_NO, false },
    };

    (void)unused;
    lines[0].gross.ore = lines[0].share.ore = 7;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct sender_settings said = { .price_decimals = 4, .order_split = rows[i].all };
        const struct venue its = { .order_split = rows[i].venue };
        struct strbuf body;

        task.settings = &said;
        task.venue = &its;
        strbuf_init(&body, 1 << 16);
        assert_int_equal(order_build(&task, &body), ERR_OK);
        strbuf_char(&body, '\0');
        if (!strstr(body.bytes, " 2/2\"") == rows[i].split)
            fail_msg("%s: %s", rows[i].why, body.bytes);
        strbuf_free(&body);
    }
}

/* The reference: the receipt's, else the one kept with the connection, else the till's order number. */
static void every_order_says_a_reference(void **unused)
{
    static const struct { const char *receipt, *kept, *said; } rows[] = {
        { "", "", "A-5512" }, { "", "PO 9", "PO 9" }, { "Kari \"X\"", "PO 9", "Kari \\\"X\\\"" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char wanted[64];
        struct strbuf body;

        assert_int_equal(customer_link_put_reference(links, draft.company, draft.customer, str_of(rows[i].kept)), ERR_OK);
        draft.buyer_reference = str_of(rows[i].receipt);
        strbuf_init(&body, 1 << 16);
        assert_int_equal(order_build(&task, &body), ERR_OK);
        (void)snprintf(wanted, sizeof wanted, "\"CustomerReference\":\"%s\",", rows[i].said);
        strbuf_char(&body, '\0');
        if (!strstr(strbuf_str(&body).bytes, wanted))
            fail_msg("%s not in %s", wanted, strbuf_str(&body).bytes);
        strbuf_free(&body);
    }
}

/* 2026-11-20 is 20777; the invoice is asked for at 23:30 UTC of the day after, which is the 22nd in Oslo. */
static void an_invoice_says_its_date_and_address(void **unused)
{
    static const struct { const char *why; int date; bool read, locked; const char *email, *said; } rows[] = {
        { "today at the venue",          INVOICE_TODAY,        true,  false, NULL,
          "{\"DeliveryType\":\"Auto\",\"VoucherDate\":\"2026-11-22\"}" },
        { "the business day",            INVOICE_BUSINESS_DAY, true,  false, "a@b.no",
          "{\"DeliveryType\":\"Auto\",\"VoucherDate\":\"2026-11-20\",\"EmailAddress\":\"a@b.no\"}" },
        { "the business day is locked",  INVOICE_BUSINESS_DAY, true,  true,  NULL,
          "{\"DeliveryType\":\"Auto\",\"VoucherDate\":\"2026-11-22\"}" },
        { "nothing is known of the books", INVOICE_BUSINESS_DAY, false, false, "a@b.no",
          "{\"DeliveryType\":\"Auto\",\"VoucherDate\":\"2026-11-22\"}" },
    };
    struct fault fault;
    struct venue venue = { .id = STR("v") };

    (void)unused;
    assert_int_equal(zone_open(STR("Europe/Oslo"), &venue.zone, &fault), ERR_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ref_customer buyer = { .no = 10001, .id = 90001, .email = str_of(rows[i].email) };
        struct refdata data = { .have = REF_DATES, .has_lock_date = rows[i].locked, .lock_date = 20777,
                                .customers = &buyer, .customer_count = 1 };
        enum call_method method = CALL_GET;
        struct strbuf path, body;

        strbuf_init(&path, 1000);
        strbuf_init(&body, 1000);
        venue.invoice_date = rows[i].date;
        task.venue = &venue;
        task.ref = rows[i].read ? &data : NULL;
        record.body = STR("{\"CustomerId\":90001}");
        order_ops.later_prepare(&task, WORK_INVOICE, INT64_C(20778) * 86400000 + 23 * 3600000 + 30 * 60000, &record);
        order_ops.later_call(&task, WORK_INVOICE, &method, &path, &body);
        if (method != CALL_POST || !str_equal(strbuf_str(&body), str_of(rows[i].said)))
            fail_msg("%s: " STR_FMT, rows[i].why, STR_ARG(strbuf_str(&body)));
        strbuf_free(&path);
        strbuf_free(&body);
    }
    zone_close(venue.zone);
}

int main(void)
{
#define ORDER_TEST(f) cmocka_unit_test_setup_teardown(f, fresh, stale)
    static const struct CMUnitTest tests[] = {
        ORDER_TEST(bytes),  ORDER_TEST(numbers_and_departments), ORDER_TEST(projects_and_locations),
        ORDER_TEST(what_never_leaves),
        ORDER_TEST(search), ORDER_TEST(totals),                  ORDER_TEST(invoices),
        ORDER_TEST(looks_since_the_sale), ORDER_TEST(invoice_follows_once), ORDER_TEST(a_list_without_end_proves_nothing),
        ORDER_TEST(every_order_says_a_reference), ORDER_TEST(a_line_without_a_net_is_split),
        ORDER_TEST(a_venue_says_whether_lines_are_split),
        ORDER_TEST(an_invoice_says_its_date_and_address),
    };

    return cmocka_run_group_tests_name("order request", tests, NULL, NULL);
}
