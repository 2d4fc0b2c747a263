/* Goal: PowerOffice's lists come out as they are, in every form that the contract leaves open; what is kept is one
 * picture whose version rises when, and only when, something changed; links raise it too. */
#include "poweroffice/refbuild.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "poweroffice/privilege.h"
#include "poweroffice/refstore.h"

static char folder[64];
static struct refstore *store;

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("refdata", folder, sizeof folder))
        return -1;
    return refstore_open(str_of(folder), 0, &store, NULL) == ERR_OK ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    refstore_close(store);
    return temporary_remove(folder);
}

static const char accounts[] =
    "[{\"Id\":73000,\"AccountNo\":3000,\"Name\":\"Salg\",\"IsActive\":true,\"VatCode\":\"3\",\"IsVatCodeLocked\":true,"
    "\"IsDepartmentRequired\":true},{\"Id\":71900,\"AccountNo\":1900,\"Name\":null,\"IsActive\":false,\"VatCode\":null}]";

static enum err page(struct refbuild *build, unsigned bit, const char *body)
{
    size_t items = 99;
    enum err err = refbuild_page(build, bit, str_of(body), &items);

    if (err)
        assert_int_equal(items, 99);
    return err;
}

static void lists_are_read(void **unused)
{
    struct refbuild build;
    const struct refdata *data;

    (void)unused;
    refbuild_init(&build);
    assert_int_equal(page(&build, REF_ACCOUNTS, accounts), ERR_OK);
    assert_int_equal(page(&build, REF_ACCOUNTS, "{\"value\":[{\"id\":1,\"accountno\":1000}],\"Count\":1}"), ERR_OK);
    assert_int_equal(page(&build, REF_DEPARTMENTS, ""), ERR_OK);
    assert_int_equal(page(&build, REF_DEPARTMENTS, "[]"), ERR_OK);
    assert_int_equal(page(&build, REF_PROJECTS, "[{\"Id\":9,\"Code\":\"P1.2\",\"IsActive\":false},{\"Id\":7,\"Code\":\"P1\"},"
                          "{\"Id\":8,\"Code\":null}]"), ERR_OK);
    assert_int_equal(page(&build, REF_LOCATIONS, "[{\"Id\":7000000000,\"Code\":\"OSLO\",\"IsActive\":true}]"), ERR_OK);
    assert_int_equal(page(&build, REF_PRODUCTS, "[{\"Id\":5,\"Code\":\"MAT\",\"Name\":\"Mat\",\"StandardSalesAccount\":"
                          "3000,\"IsArchived\":false},{\"Id\":6,\"Code\":null},{\"Id\":7,\"Code\":\"B\","
                          "\"StandardSalesAccount\":null,\"IsArchived\":true}]"), ERR_OK);
    assert_int_equal(page(&build, REF_CUSTOMERS, "[{\"Id\":9,\"Number\":10002,\"Name\":\"Ås AS\",\"OrganizationNumber\":"
                          "\"912345678\"},{\"Id\":8,\"Number\":10001,\"FirstName\":\"Kari\",\"LastName\":\"Nes\"}]"),
                     ERR_OK);
    data = refbuild_done(&build, REF_ACCOUNTS, 5);
    assert_int_equal(data->account_count, 3);
    assert_int_equal(data->accounts[0].no, 1000);
    assert_true(data->accounts[0].active);
    assert_int_equal(refdata_account(data, 1900)->id, 71900);
    assert_false(refdata_account(data, 1900)->active);
    assert_true(refdata_account(data, 3000)->vat_locked && refdata_account(data, 3000)->department_required);
    assert_true(str_equal(refdata_account(data, 3000)->vat_code, STR("3")));
    assert_null(refdata_account(data, 3001));
    assert_int_equal(data->department_count, 0);
    assert_int_equal(data->project_count, 2);
    assert_true(refdata_project(data, STR("P1"))->active && !refdata_project(data, STR("P1.2"))->active);
    assert_null(refdata_project(data, STR("P2")));
    assert_int_equal(refdata_location(data, STR("OSLO"))->id, INT64_C(7000000000));
    assert_int_equal(data->product_count, 2);
    assert_int_equal(refdata_product(data, STR("MAT"))->account, 3000);
    assert_int_equal(refdata_product(data, STR("B"))->account, 0);
    assert_true(refdata_product(data, STR("B"))->archived);
    assert_true(str_equal(refdata_customer(data, 10001)->name, STR("Kari Nes")));
    assert_true(str_equal(refdata_customer(data, 10002)->org_no, STR("912345678")));
    refbuild_free(&build);
}

/* What changed is laid over what is kept: told apart by id, so that an item with a new number does not stand twice; by number, so
 * that one made anew takes its place; nothing changed changes nothing. */
static void what_changed_is_laid_over(void **unused)
{
    static const struct { const char *why, *body; size_t count; int64_t no, id; bool active; } rows[] = {
        { "nothing", "[]", 3, 3000, 73000, true },
        { "opened again", "[{\"Id\":71900,\"AccountNo\":1900,\"IsActive\":true}]", 3, 1900, 71900, true },
        { "closed", "[{\"Id\":73000,\"AccountNo\":3000,\"IsActive\":false}]", 3, 3000, 73000, false },
        { "new", "[{\"Id\":73001,\"AccountNo\":3001,\"IsActive\":true}]", 4, 3001, 73001, true },
        { "another number", "[{\"Id\":73000,\"AccountNo\":3009,\"IsActive\":true}]", 3, 3009, 73000, true },
        { "deleted and made anew", "[{\"Id\":9,\"AccountNo\":3000,\"IsActive\":true}]", 3, 3000, 9, true },
        { "the filter was not heeded", "[{\"Id\":1,\"AccountNo\":1000},{\"Id\":73000,\"AccountNo\":3000},"
          "{\"Id\":71900,\"AccountNo\":1900,\"IsActive\":false}]", 3, 1900, 71900, false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct refbuild whole, build;
        const struct refdata *kept, *data;

        refbuild_init(&whole);
        refbuild_init(&build);
        assert_int_equal(page(&whole, REF_ACCOUNTS, accounts), ERR_OK);
        assert_int_equal(page(&whole, REF_ACCOUNTS, "[{\"Id\":1,\"AccountNo\":1000}]"), ERR_OK);
        kept = refbuild_done(&whole, REF_ACCOUNTS, 5);
        assert_int_equal(page(&build, REF_ACCOUNTS, rows[i].body), ERR_OK);
        assert_int_equal(refbuild_unchanged(&build, REF_ACCOUNTS, kept), ERR_OK);
        data = refbuild_done(&build, REF_ACCOUNTS, 6);
        if (data->account_count != rows[i].count || !refdata_account(data, rows[i].no) ||
            refdata_account(data, rows[i].no)->id != rows[i].id || refdata_account(data, rows[i].no)->active != rows[i].active)
            fail_msg("%s: %zu accounts", rows[i].why, data->account_count);
        assert_int_equal(refdata_account(data, 1000)->id, 1);
        refbuild_free(&build);
        refbuild_free(&whole);
    }
}

/* A rate is a decimal text between 0 and 1; what a double makes of it must not matter. */
static void rates_are_hundredths_of_a_percent(void **unused)
{
    static const struct { const char *text; int32_t rate; } rows[] = {
        { "0", 0 }, { "0.0", 0 }, { "0.25", 2500 }, { "0.15", 1500 }, { "0.12", 1200 }, { "0.1111", 1111 },
        { "0.11110000000000001", 1111 }, { "0.1199999999999999", 1200 }, { "0.06", 600 }, { "1", 10000 },
        { "0.29", 2900 }, { "0.57", 5700 }, { "2.5E-1", 2500 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct refbuild build;
        char body[128];

        refbuild_init(&build);
        (void)snprintf(body, sizeof body, "[{\"Id\":1,\"Code\":\"x\",\"Rate\":%s}]", rows[i].text);
        assert_int_equal(page(&build, REF_VAT_CODES, body), ERR_OK);
        if (build.data.vat_codes[0].rate != rows[i].rate)
            fail_msg("%s is %d", rows[i].text, build.data.vat_codes[0].rate);
        refbuild_free(&build);
    }
}

/* An id has all its digits, also those that a double has not. */
static void ids_are_exact(void **unused)
{
    struct refbuild build;

    (void)unused;
    refbuild_init(&build);
    assert_int_equal(page(&build, REF_ACCOUNTS, "[{\"Id\":9007199254740993,\"AccountNo\":3000.0},"
                          "{\"Id\":1.00000000000000000001,\"AccountNo\":3001}]"), ERR_OK);
    assert_int_equal(build.data.account_count, 1);
    assert_true(build.data.accounts[0].id == 9007199254740993 && build.data.accounts[0].no == 3000);
    refbuild_free(&build);
}

static void what_is_not_a_list_is_refused(void **unused)
{
    static const struct { unsigned bit; const char *body; } rows[] = {
        { REF_ACCOUNTS, "{}" }, { REF_ACCOUNTS, "null" }, { REF_ACCOUNTS, "<html>" }, { REF_ACCOUNTS, "[{\"Id\":1}]" },
        { REF_ACCOUNTS, "[{\"Id\":1,\"AccountNo\":\"3000\"}]" }, { REF_ACCOUNTS, "[{\"Id\":1.5,\"AccountNo\":3000}]" },
        { REF_ACCOUNTS, "[{\"Id\":1e300,\"AccountNo\":3000}]" }, { REF_VAT_CODES, "[{\"Id\":1,\"Code\":\"3\"}]" },
        { REF_VAT_CODES, "[{\"Id\":1,\"Code\":\"3\",\"Rate\":25}]" }, { REF_DEPARTMENTS, "[7]" },
        { REF_ACCOUNTS, "[{\"Id\":1,\"AccountNo\":3000}" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct refbuild build;

        refbuild_init(&build);
        if (page(&build, rows[i].bit, rows[i].body) != ERR_FORMAT)
            fail_msg("taken: %s", rows[i].body);
        refbuild_free(&build);
    }
}

static void dates_and_rights(void **unused)
{
    struct refbuild build;

    (void)unused;
    refbuild_init(&build);
    assert_int_equal(refbuild_lock_date(&build, STR("{\"LockDate\":\"2026-10-31T00:00:00Z\"}")), ERR_OK);
    assert_true(build.data.has_lock_date);
    assert_int_equal(build.data.lock_date, day_of_civil(2026, 10, 31));
    assert_int_equal(refbuild_lock_date(&build, STR("{\"lockdate\":\"0001-01-01\"}")), ERR_OK);
    assert_false(build.data.has_lock_date);
    assert_int_equal(refbuild_lock_date(&build, STR("{\"LockDate\":null}")), ERR_OK);
    assert_int_equal(refbuild_lock_date(&build, STR_NONE), ERR_OK);
    assert_false(build.data.has_lock_date);
    assert_int_equal(refbuild_lock_date(&build, STR("[]")), ERR_FORMAT);
    assert_int_equal(refbuild_conversion_date(&build, STR("{\"ConversionDate\":\"2020-01-01\"}")), ERR_OK);
    assert_true(build.data.has_conversion_date);

    assert_int_equal(refbuild_client(&build, STR("{\"ClientId\":\"1234567\",\"ClientName\":\"Grill AS\",\"ValidPrivileges\":["
        "\"GeneralLedgerAccount\",\"CommonServices\",\"Department_Full\",\"CashVoucher_Full\",\"SalesOrders\"],"
        "\"ActiveClientSubscriptions\":[\"Accounting\"]}")), ERR_OK);
    assert_true(build.data.accounting_ok && str_equal(build.data.client, STR("1234567")));
    assert_true(str_equal(build.data.missing_privileges,
                          STR("Project, Location, AccountTransaction, SalesOrders_Full, OutgoingInvoice, Customer, Product, "
                              "VoucherDocumentation_Full, ReverseVoucher_Full")));
    assert_int_equal(refbuild_client(&build, STR("{\"ClientId\":1234568,\"ActiveClientSubscriptions\":[]}")), ERR_OK);
    assert_true(str_equal(build.data.client, STR("1234568")));
    assert_false(build.data.accounting_ok);
    assert_int_equal(build.data.missing_privileges.len, 0);  /* nothing was said of rights */
    assert_int_equal(refbuild_client(&build, STR_NONE), ERR_FORMAT);
    assert_int_equal(refbuild_client(&build, STR("{\"ClientName\":\"Grill AS\"}")), ERR_FORMAT);   /* whose books? */
    refbuild_free(&build);
}

static void rights_by_need(void **unused)
{
    static const struct { unsigned needs; const char *list; } rows[] = {
        { NEED_VOUCHER, "CashVoucher_Full" }, { NEED_ORDER, "SalesOrders_Full" },
        { NEED_VOUCHER | NEED_DEPARTMENT, "Department, CashVoucher_Full" }, { NEED_PROJECT, "Project" },
        { NEED_LOCATION | NEED_PROJECT, "Project, Location" }, { 0, "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf list;

        strbuf_init(&list, 1000);
        privileges_needed(STR("Department, Project, Location, CashVoucher_Full, SalesOrders_Full"), rows[i].needs, &list);
        assert_string_equal(list.len ? list.bytes : "", rows[i].list);
        strbuf_free(&list);
    }
}

static void vat_code_of_the_day(void **unused)
{
    struct ref_vat_code codes[] = { { .code = STR("3"), .id = 1, .active = true, .valid_from = INT32_MIN,
                                      .valid_to = INT32_MAX },
                                    { .code = STR("33"), .id = 2, .active = true, .valid_from = 10, .valid_to = 19 },
                                    { .code = STR("33"), .id = 3, .active = false, .valid_from = 20, .valid_to = 29 },
                                    { .code = STR("33"), .id = 4, .active = true, .valid_from = 30,
                                      .valid_to = INT32_MAX } };
    struct refdata data = { .vat_codes = codes, .vat_code_count = COUNT(codes) };
    static const struct { int32_t day, id; } rows[] = { { 9, 0 }, { 10, 2 }, { 19, 2 }, { 20, 0 }, { 30, 4 }, { 99, 4 } };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ref_vat_code *code = refdata_vat_code_on(&data, STR("33"), rows[i].day);

        assert_int_equal(code ? code->id : 0, rows[i].id);
    }
    assert_int_equal(refdata_vat_code_on(&data, STR("3"), 5)->id, 1);
    assert_null(refdata_vat_code_on(&data, STR("4"), 5));
}

static uint64_t version(void)
{
    uint64_t value = 0;

    assert_int_equal(refdata_version(store, STR("client"), &value), ERR_OK);
    return value;
}

static void picture_is_kept_and_versioned(void **unused)
{
    struct refbuild build;
    struct refdata back;
    struct arena arena;
    uint64_t first;

    (void)unused;
    arena_init(&arena, 1 << 20);
    assert_int_equal(refdata_load(store, STR("client"), &arena, &back), ERR_NOT_FOUND);
    refbuild_init(&build);
    assert_int_equal(page(&build, REF_ACCOUNTS, accounts), ERR_OK);
    assert_int_equal(page(&build, REF_CUSTOMERS, "[{\"Id\":9,\"Number\":10002,\"Name\":\"Ås AS\"}]"), ERR_OK);
    assert_int_equal(refbuild_lock_date(&build, STR("{\"LockDate\":\"2026-10-31\"}")), ERR_OK);
    assert_int_equal(refdata_put(store, STR("client"), refbuild_done(&build, REF_ACCOUNTS | REF_DATES, 1000)), ERR_OK);
    first = version();
    assert_int_equal(refdata_put(store, STR("client"), refbuild_done(&build, REF_ACCOUNTS | REF_DATES, 2000)), ERR_OK);
    assert_int_equal(version(), first);                      /* the same again */
    assert_int_equal(refdata_put(store, STR("client"), refbuild_done(&build, REF_CUSTOMERS, 3000)), ERR_OK);
    assert_true(version() > first);
    first = version();
    build.data.accounts[0].active = !build.data.accounts[0].active;
    assert_int_equal(refdata_put(store, STR("client"), refbuild_done(&build, REF_ACCOUNTS, 4000)), ERR_OK);
    assert_true(version() > first);

    assert_int_equal(refdata_load(store, STR("client"), &arena, &back), ERR_OK);
    assert_int_equal(back.have, REF_ACCOUNTS | REF_DATES | REF_CUSTOMERS);
    assert_int_equal(back.read_ms, 2000);                    /* the oldest part */
    assert_int_equal(back.account_count, 2);
    assert_true(refdata_account(&back, 1900)->active);
    assert_true(str_equal(refdata_account(&back, 3000)->name, STR("Salg")));
    assert_true(back.has_lock_date && back.accounting_ok);
    assert_true(str_equal(refdata_customer(&back, 10002)->name, STR("Ås AS")));
    assert_int_equal(refdata_load(store, STR("other"), &arena, &back), ERR_NOT_FOUND);
    refbuild_free(&build);
    arena_free(&arena);
}

static enum err client_bytes_work(struct txn *txn, void *context)
{
    struct strbuf *hex = context;

    for (uint32_t bit = 0; bit <= REF_CUSTOMERS; bit = bit ? bit << 1 : 1) {
        struct str bytes;
        struct key key;
        enum err err;

        key_init(&key);
        key_name(&key, STR("client"));
        key_u32(&key, bit);
        err = store_get(txn, TABLE_REFDATA, key_str(&key), &bytes);
        for (size_t i = 0; !err && i < bytes.len; i++)
            strbuf_format(hex, "%02x", (unsigned char)bytes.bytes[i]);
        strbuf_char(hex, ' ');
    }
    return ERR_OK;
}

/* What rests in stores has the bytes that it always had, with and without what came later. */
static void same_bytes_as_ever(void **unused)
{
    struct ref_account account[] = { { 3000, 73000, true, true, false, STR("3"), STR("Salg"), false } };
    struct ref_vat_code code[] = { { STR("31"), 9, 1500, true, INT32_MIN, INT32_MAX } };
    struct ref_department department[] = { { STR("20"), 5, false } };
    struct ref_product product[] = { { STR("MAT"), 6, 3000, true, STR("Mat") } };
    struct ref_customer customers[] = { { 10001, 7, false, STR("Nes"), STR("9"), STR_NONE },
                                        { 10002, 8, true, STR("Vik"), STR_NONE, STR("a@b.no") } };
    struct refdata data = { .read_ms = 1000, .have = 127, .accounts = account, .account_count = 1, .vat_codes = code,
        .vat_code_count = 1, .departments = department, .department_count = 1, .products = product, .product_count = 1,
        .customers = customers, .customer_count = 2, .has_lock_date = true, .lock_date = -5, .client_name = STR("Grill"),
        .accounting_ok = true, .missing_privileges = STR("Product") };
    static const char *const expected[] = {
        "9a017fcd03e8cd03e8cd03e8cd03e8cd03e8cd03e8cd03e8c41598c3fbc200a54772696c6cc3a750726f64756374a0 "
        "9197cd0bb8ce00011d28c3c3c2a133a453616c67 9196a2333109cd05dcc3d280000000ce7fffffff 9193a2323005c2  "
        "9195a34d415406cd0bb8c3a34d6174 9295cd271107c2a34e6573a13996cd271208c3a356696ba0a66140622e6e6f ",
        "9a027fcd03e8cd03e8cd03e8cd03e8cd03e8cd03e8cd03e8c41699c3fbc200a54772696c6cc3a750726f64756374a0c3 "
        "9197cd0bb8ce00011d28c3c3c2a133a453616c67 9196a2333109cd05dcc3d280000000ce7fffffff 9193a2323005c2  "
        "9195a34d415406cd0bb8c3a34d6174 9295cd271107c2a34e6573a13996cd271208c3a356696ba0a66140622e6e6f " };

    (void)unused;
    for (size_t i = 0; i < COUNT(expected); i++) {
        struct refdata back;
        struct arena arena;
        struct strbuf hex;

        strbuf_init(&hex, 4096);
        arena_init(&arena, 1 << 20);
        data.sending_off = i == 1;
        assert_int_equal(refdata_put(store, STR("client"), &data), ERR_OK);
        assert_int_equal(store_read(store->store, client_bytes_work, &hex), ERR_OK);
        if (!str_equal(strbuf_str(&hex), str_of(expected[i])))
            fail_msg("%zu: " STR_FMT, i, STR_ARG(strbuf_str(&hex)));
        assert_int_equal(refdata_load(store, STR("client"), &arena, &back), ERR_OK);
        assert_true(back.sending_off == (i == 1) && back.lock_date == -5 && str_equal(back.client_name, STR("Grill")));
        assert_true(back.customers[0].email.len == 0 && str_equal(back.customers[1].email, STR("a@b.no")));
        assert_true(back.vat_codes[0].valid_from == INT32_MIN && back.products[0].archived);
        arena_free(&arena);
        strbuf_free(&hex);
    }
}

static void login_fault_comes_and_goes(void **unused)
{
    struct ref_summary summary;
    uint64_t before;

    (void)unused;
    assert_int_equal(refdata_put_login(store, STR("client"), STR_NONE, false), ERR_OK);
    assert_int_equal(refdata_summary(store, STR("client"), &summary), ERR_NOT_FOUND);
    assert_int_equal(refdata_put_login(store, STR("client"), STR("invalid_client"), false), ERR_OK);
    assert_int_equal(refdata_summary(store, STR("client"), &summary), ERR_OK);
    assert_true(summary.login_refused && summary.have == 0);
    before = refstore_generation(store);
    assert_int_equal(refdata_put_login(store, STR("client"), STR("invalid_client"), false), ERR_OK);
    assert_int_equal(refstore_generation(store), before);    /* the same words: nothing is written */
    assert_int_equal(refdata_put_login(store, STR("client"), STR_NONE, false), ERR_OK);
    assert_int_equal(refdata_summary(store, STR("client"), &summary), ERR_OK);
    assert_false(summary.login_refused);
}

static enum err count_link(struct str till_customer, int64_t customer_no, struct str reference, void *context)
{
    assert_true(till_customer.len > 0 && customer_no > 0);
    assert_true(str_equal(reference, str_equal(till_customer, STR("kunde-77")) ? STR("PO 9") : STR_NONE));
    ++*(size_t *)context;
    return ERR_OK;
}

/* Kept when the number changes, taken away by an empty one; never without a connection. */
static void references_stay_with_their_customer(void)
{
    char longest[CUSTOMER_REFERENCE_MAX + 1];
    struct str reference;
    struct arena arena;

    memset(longest, 'r', sizeof longest);
    arena_init(&arena, 4096);
    assert_int_equal(customer_link_put_reference(store, STR("9"), STR("kunde-79"), STR("x")), ERR_NOT_FOUND);
    assert_int_equal(customer_link_put_reference(store, STR("9"), STR("kunde-77"),
                                                 (struct str){ longest, sizeof longest }), ERR_TOO_LONG);
    assert_int_equal(customer_link_put_reference(store, STR("9"), STR("kunde-78"), STR("x")), ERR_OK);
    assert_int_equal(customer_link_put_reference(store, STR("9"), STR("kunde-78"), STR_NONE), ERR_OK);
    assert_int_equal(customer_link_put_reference(store, STR("9"), STR("kunde-77"), STR("PO 9")), ERR_OK);
    assert_int_equal(customer_link_put(store, STR("9"), STR("kunde-77"), 10005), ERR_OK);
    assert_int_equal(customer_link_get_reference(store, STR("9"), STR("kunde-77"), &arena, &reference), ERR_OK);
    assert_true(str_equal(reference, STR("PO 9")));
    assert_int_equal(customer_link_get_reference(store, STR("9"), STR("kunde-79"), &arena, &reference), ERR_NOT_FOUND);
    arena_free(&arena);
}

static void links_are_per_company_and_raise_versions(void **unused)
{
    struct refdata data = { .have = REF_DATES };
    uint64_t before;
    int64_t no = 0;
    size_t count = 0;
    char name[600];

    (void)unused;
    assert_int_equal(refdata_put(store, STR("client"), &data), ERR_OK);
    before = version();
    assert_int_equal(customer_link_get(store, STR("9"), STR("kunde-77"), &no), ERR_NOT_FOUND);
    assert_int_equal(customer_link_put(store, STR("9"), STR("kunde-77"), 10001), ERR_OK);
    assert_true(version() > before);
    before = version();
    assert_int_equal(customer_link_put(store, STR("9"), STR("kunde-77"), 10001), ERR_OK);
    assert_int_equal(version(), before);
    assert_int_equal(customer_link_put(store, STR("9"), STR("kunde-78"), 10002), ERR_OK);
    assert_int_equal(customer_link_put(store, STR("91"), STR("kunde-77"), 10003), ERR_OK);
    assert_int_equal(customer_link_get(store, STR("9"), STR("kunde-77"), &no), ERR_OK);
    assert_int_equal(no, 10001);
    references_stay_with_their_customer();
    assert_int_equal(customer_link_walk(store, STR("9"), count_link, &count), ERR_OK);
    assert_int_equal(count, 2);
    assert_int_equal(customer_link_remove(store, STR("9"), STR("kunde-77")), ERR_OK);
    assert_int_equal(customer_link_remove(store, STR("9"), STR("kunde-77")), ERR_NOT_FOUND);
    assert_int_equal(customer_link_get(store, STR("9"), STR("kunde-77"), &no), ERR_NOT_FOUND);
    memset(name, 'x', sizeof name);
    assert_int_equal(customer_link_put(store, STR("9"), (struct str){ name, sizeof name }, 1), ERR_TOO_LONG);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read), cmocka_unit_test(what_changed_is_laid_over),
        cmocka_unit_test(rates_are_hundredths_of_a_percent),
        cmocka_unit_test(ids_are_exact), cmocka_unit_test(what_is_not_a_list_is_refused), cmocka_unit_test(dates_and_rights),
        cmocka_unit_test(rights_by_need), cmocka_unit_test(vat_code_of_the_day), ROW(picture_is_kept_and_versioned),
        ROW(same_bytes_as_ever), ROW(login_fault_comes_and_goes), ROW(links_are_per_company_and_raise_versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
