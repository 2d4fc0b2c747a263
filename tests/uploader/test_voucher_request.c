/* Goal: a voucher's request is the same bytes for ever; what does not balance or is not in the books never leaves;
 * a search finds ours, never a reversed one, and says when what it found differs. */
#include "uploader/voucher_request.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static struct ref_account accounts[] = { { .no = 1570, .id = 71570 }, { .no = 3000, .id = 73000 } };
static struct ref_vat_code vat_codes[] = {
    { .code = { "0", 1 }, .id = 200, .active = true, .valid_from = INT32_MIN, .valid_to = INT32_MAX },
    { .code = { "3", 1 }, .id = 203, .active = true, .valid_from = INT32_MIN, .valid_to = INT32_MAX },
};
static struct ref_department departments[] = { { .code = { "10", 2 }, .id = 55 } };
static struct ref_project projects[] = { { .code = { "P1", 2 }, .id = 77 } };
static struct ref_location locations[] = { { .code = { "OSLO", 4 }, .id = 88 } };
static const struct refdata books = { .accounts = accounts, .account_count = 2, .vat_codes = vat_codes,
                                      .vat_code_count = 2, .departments = departments, .department_count = 1,
                                      .projects = projects, .project_count = 1, .locations = locations,
                                      .location_count = 1 };

static struct voucher_line lines[2];
static struct draft draft;
static struct record record;
static struct task task;

static int fresh(void **unused)
{
    (void)unused;
    lines[0] = (struct voucher_line){ .account = 1570, .vat_code = STR("0"), .amount = { 1540050 }, .text = STR("Kort \"x\"") };
    lines[1] = (struct voucher_line){ .sold = true, .account = 3000, .vat_code = STR("3"), .amount = { -1540050 },
                                      .department = STR("10") };
    draft = (struct draft){ .doc = { .kind = DOC_VOUCHER, .venue = STR("oslo-grill"), .day = 20777, .part = 1 },
                            .reference = STR("5fc3a3a4-6f6b-5a1e-9d2f-000000000001"), .currency = STR("NOK"),
                            .batch_id = STR("oslo-grill:20261120:1"), .text = STR("Oslo Grill 2026-11-20"),
                            .post_on = 20778, .lines = lines, .line_count = 2 };
    record = (struct record){ .state = DOC_SENDING };
    task = (struct task){ .record = &record, .draft = &draft, .ref = &books };
    return 0;
}

static void bytes(void **unused)
{
    struct strbuf body;

    (void)unused;
    strbuf_init(&body, 1 << 16);
    assert_int_equal(voucher_ops.build(&task, &body), ERR_OK);
    strbuf_char(&body, '\0');
    assert_string_equal(body.bytes,
        "{\"VoucherDate\":\"2026-11-20\",\"CurrencyCode\":\"NOK\","
        "\"ExternalImportReference\":\"5fc3a3a4-6f6b-5a1e-9d2f-000000000001\","
        "\"SaftBatchId\":\"oslo-grill:20261120:1\",\"SaftSourceId\":\"QuickOrder\","
        "\"Description\":\"Oslo Grill 2026-11-20\",\"VoucherLines\":["
        "{\"AccountId\":71570,\"VatId\":200,\"PostingDate\":\"2026-11-21\",\"CurrencyAmount\":15400.50,"
        "\"Description\":\"Kort \\\"x\\\"\"},"
        "{\"AccountId\":73000,\"VatId\":203,\"PostingDate\":\"2026-11-21\",\"CurrencyAmount\":-15400.50,"
        "\"DepartmentId\":55}]}");
    strbuf_free(&body);
}

/* By their ids, on the lines that have them and on no other. */
static void projects_and_locations(void **unused)
{
    struct strbuf body;

    (void)unused;
    lines[0].location = STR("OSLO");
    lines[1].project = STR("P1");
    strbuf_init(&body, 1 << 16);
    assert_int_equal(voucher_ops.build(&task, &body), ERR_OK);
    strbuf_char(&body, '\0');
    assert_non_null(strstr(body.bytes, "15400.50,\"LocationId\":88,\"Description\":\"Kort"));
    assert_non_null(strstr(body.bytes, "-15400.50,\"DepartmentId\":55,\"ProjectId\":77}]}"));
    strbuf_free(&body);
}

/* What is known of the till's own SAF-T stands on the voucher. */
static void source_of_the_till(void **unused)
{
    struct strbuf body;

    (void)unused;
    draft.source_id = STR("QO-7781");
    strbuf_init(&body, 1 << 16);
    assert_int_equal(voucher_ops.build(&task, &body), ERR_OK);
    strbuf_char(&body, '\0');
    assert_non_null(strstr(body.bytes, "\"SaftSourceId\":\"QO-7781\""));
    strbuf_free(&body);
    draft.source_id = STR_NONE;
}

static void unfit(void)      { lines[0].amount.ore++; }
static void no_account(void) { lines[1].account = 3999; }
static void no_vat(void)     { lines[1].vat_code = STR("31"); }
static void no_place(void)   { lines[1].department = STR("11"); }
static void no_project(void)  { lines[1].project = STR("P2"); }
static void no_location(void) { lines[0].location = STR("P1"); }
static void no_lines(void)   { draft.line_count = 0; }
static void zero_line(void)  { lines[0].amount.ore = 0; }

static void what_never_leaves(void **unused)
{
    static const struct { const char *why; void (*spoil)(void); enum err err; } rows[] = {
        { "one øre out of balance", unfit, ERR_RANGE },  { "account unknown", no_account, ERR_NOT_FOUND },
        { "VAT code unknown", no_vat, ERR_NOT_FOUND },   { "department unknown", no_place, ERR_NOT_FOUND },
        { "project unknown", no_project, ERR_NOT_FOUND }, { "location unknown", no_location, ERR_NOT_FOUND },
        { "no lines", no_lines, ERR_RANGE },             { "a line of nothing", zero_line, ERR_RANGE },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf body;
        enum err err;

        (void)fresh(NULL);
        strbuf_init(&body, 1 << 16);
        rows[i].spoil();
        err = voucher_ops.build(&task, &body);
        strbuf_free(&body);
        if (err != rows[i].err)
            fail_msg("%s: %s", rows[i].why, err_text(err));
    }
}

#define ROW(id, reference, more) "{\"VoucherId\":\"" id "\",\"VoucherNo\":9,\"ExternalImportReference\":\"" reference "\"" more "}"
#define OURS "5fc3a3a4-6f6b-5a1e-9d2f-000000000001"

static void search(void **unused)
{
    static const struct { const char *why, *rows; bool last; long status; enum look look; int step, page; } rows[] = {
        { "nothing", "", true, 204, LOOK_ABSENT, 0, 1 },
        { "found", "[" ROW("a1", "x", "") "," ROW("b2", OURS, "") "]", true, 200, LOOK_MORE, 1, 1 },
        { "found, names small", "[{\"voucherid\":\"b2\",\"externalimportreference\":\"" OURS "\"}]", true, 200, LOOK_MORE, 1, 1 },
        { "reversed", "[" ROW("b2", OURS, ",\"IsReversed\":true") "]", true, 200, LOOK_ABSENT, 0, 1 },
        { "a round that we reversed", "[" ROW("d1", OURS, "") "]", true, 200, LOOK_ABSENT, 0, 1 },
        { "more pages", "[" ROW("a1", "x", "") "]", false, 200, LOOK_MORE, 0, 2 },
        { "an empty page ends it", "[]", false, 200, LOOK_ABSENT, 0, 1 },
        { "our question was refused", "{\"title\":\"x\"}", true, 400, LOOK_MORE, 2, 1 },
        { "not there for us", "{\"title\":\"x\"}", true, 404, LOOK_LATER, 0, 1 },
        { "a list with its name", "{\"value\":[" ROW("b2", OURS, "") "]}", true, 200, LOOK_MORE, 1, 1 },
        { "no list", "{\"data\":[]}", true, 200, LOOK_LATER, 0, 1 },
        { "null", "null", true, 200, LOOK_LATER, 0, 1 },
        { "no word at all", "", true, 200, LOOK_LATER, 0, 1 },
        { "an id that is none", "[" ROW("../x", OURS, "") "]", true, 200, LOOK_ABSENT, 0, 1 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lookup lookup = { .page = 1, .page_size = LOOK_PAGE_SIZE };
        enum look look;

        record.old_ids = STR("c9,d1");
        look = voucher_ops.lookup_read(&task, &lookup, rows[i].status, str_of(rows[i].rows), rows[i].last);
        if (look != rows[i].look || lookup.step != rows[i].step || lookup.page != rows[i].page)
            fail_msg("%s: %d, step %d, page %d", rows[i].why, look, lookup.step, lookup.page);
    }
}

static void confirmation(void **unused)
{
    static const struct { const char *why, *voucher; long status; enum look look; } rows[] = {
        { "the same", "{\"VoucherNo\":9,\"VoucherLines\":[{\"CurrencyAmount\":15400.5},{\"CurrencyAmount\":-15400.5}]}", 200,
          LOOK_FOUND },
        { "another sum", "{\"VoucherLines\":[{\"CurrencyAmount\":15400.49},{\"CurrencyAmount\":-15400.49}]}", 200, LOOK_DIFFERS },
        { "other lines", "{\"VoucherLines\":[{\"CurrencyAmount\":15400.5},{\"CurrencyAmount\":-15400},"
                         "{\"CurrencyAmount\":-0.5}]}", 200, LOOK_DIFFERS },
        { "not to be seen yet", "{\"title\":\"Object(s) not found\"}", 404, LOOK_LATER },
        { "reversed meanwhile", "{\"IsReversed\":true,\"VoucherLines\":[]}", 200, LOOK_ABSENT },
        { "not what was asked for", "[]", 200, LOOK_LATER },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct lookup lookup = { .step = 1, .page = 1, .page_size = LOOK_PAGE_SIZE };
        enum look look = voucher_ops.lookup_read(&task, &lookup, rows[i].status, str_of(rows[i].voucher), true);

        if (look != rows[i].look)
            fail_msg("%s: %d %s", rows[i].why, look, lookup.note);
        if (look == LOOK_DIFFERS)
            assert_non_null(strstr(lookup.note, "15 400,50 kr on 2 lines were sent"));
    }
}

static void paths(void **unused)
{
    struct lookup lookup = { .page = 2, .page_size = LOOK_PAGE_SIZE };
    struct strbuf path;

    (void)unused;
    strbuf_init(&path, 1024);
    voucher_ops.lookup_path(&task, &lookup, &path);
    strbuf_char(&path, '\0');
    assert_string_equal(path.bytes, "/AccountTransactions?fromDate=2026-11-21&toDate=2026-11-21&voucherTypes=CashJournal"
                        "&accountNos=1570&Fields=VoucherId,VoucherNo,ExternalImportReference,IsReversed&PageNumber=2"
                        "&PageSize=5000");
    strbuf_reset(&path);
    record.lookups = 1;                   /* from the second look on without the account */
    voucher_ops.lookup_path(&task, &lookup, &path);
    strbuf_char(&path, '\0');
    assert_null(strstr(path.bytes, "accountNos"));
    strbuf_reset(&path);
    /* The question was refused: without what is not needed. */
    lookup = (struct lookup){ .step = 2, .page = 1, .page_size = LOOK_PAGE_SIZE };
    voucher_ops.lookup_path(&task, &lookup, &path);
    strbuf_char(&path, '\0');
    assert_string_equal(path.bytes, "/AccountTransactions?fromDate=2026-11-21&toDate=2026-11-21&PageNumber=1&PageSize=5000");
    assert_int_equal(voucher_ops.lookup_read(&task, &lookup, 400, STR("{}"), true), LOOK_LATER);
    strbuf_free(&path);
}

static void answers(void **unused)
{
    struct sent sent = { .number = 0 };

    (void)unused;
    assert_true(voucher_ops.read_sent(&task, STR("{\"Id\":\"b2\",\"VoucherNo\":1187}"), &sent));
    assert_int_equal(sent.number, 1187);
    assert_int_equal(voucher_ops.after_sent(&task, &sent), WORK_NONE);
    sent.number = 0;
    assert_true(voucher_ops.read_sent(&task, STR("{\"Id\":\"b2\",\"VoucherNo\":0}"), &sent));
    assert_int_equal(voucher_ops.after_sent(&task, &sent), WORK_NUMBER);
    assert_false(voucher_ops.read_sent(&task, STR("{\"VoucherNo\":1187}"), &sent));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(projects_and_locations, fresh), cmocka_unit_test_setup(source_of_the_till, fresh),
        cmocka_unit_test_setup(bytes, fresh),
         cmocka_unit_test_setup(what_never_leaves, fresh),
        cmocka_unit_test_setup(search, fresh), cmocka_unit_test_setup(confirmation, fresh),
        cmocka_unit_test_setup(paths, fresh),  cmocka_unit_test_setup(answers, fresh),
    };

    return cmocka_run_group_tests_name("voucher request", tests, NULL, NULL);
}
