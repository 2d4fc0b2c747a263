/* Goal: `bilag probe` settles of a PowerOffice what its documents leave open, as the simulator's switches really stand; it asks
 * nobody who keeps books, leaves nothing standing, and names what it could not take back. */
#include "house_rig.h"

static int start(void **unused)
{
    (void)unused;
    house_make(NULL);
    house_sandbox("clients", "{\"client_key\":\"" HOUSE_KEY "\",\"lock_date\":\"2026-01-31\",\"privileges\":["
                  "\"GeneralLedgerAccount\",\"CommonServices\",\"Department\",\"CashVoucher_Full\",\"AccountTransaction\","
                  "\"SalesOrders_Full\",\"OutgoingInvoice\",\"Customer\",\"Product\",\"ReverseVoucher_Full\","
                  "\"VoucherDocumentation_Full\",\"Location\"]}");
    return 0;
}

static void probe(int code)
{
    int is = house_bilag("probe --venue oslo-grill --rate 400 --out %s/evidence", house.folder.path);

    if (is != code)
        fail_msg("%d instead of %d; %s\n%s%s", is, code, house.folder.path, house.out, house.err);
}

/* What a probe found, in house.out. */
static void found(const char *const *settings, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strstr(house.out, settings[i]))
            fail_msg("%s is not in\n%s%s", settings[i], house.out, house.err);
}

/* What is posted and not reversed: each reversal names one that is no more. */
static void nothing_stands(void)
{
    size_t posted = 0, reversals = 0;

    house_sandbox("vouchers", NULL);
    for (const char *at = house.out; (at = strstr(at, "\"reverses\":")); at++)
        *(strncmp(at, "\"reverses\":\"\"", 13) == 0 || strncmp(at, "\"reverses\":null", 15) == 0 ? &posted : &reversals) += 1;
    assert_true(posted > 0);
    assert_int_equal(posted, reversals);
}

static void asks_nobody_who_keeps_books(void **unused)
{
    static const struct house_row rows[] = {
        { "probe", 2, "--venue" },
        { "probe --venue oslo-grill --rate 0", 2, "1 to 1000" },
        { "probe --venue oslo-grill --rate 1001", 2, "1 to 1000" },
        { "probe --venue oslo-grill --out /nowhere/evidence", 1, "/nowhere/evidence" },
    };
    char config[2048], real[2400], *at;

    (void)unused;
    house_rows(rows, COUNT(rows));
    (void)house_read("bilag.yaml", config, sizeof config);
    at = strstr(config, "api_url: \"");
    (void)snprintf(real, sizeof real, "%.*sapi_url: \"https://goapi.poweroffice.net/v2\"%s", (int)(at - config), config,
                   strchr(at + 10, '"') + 1);
    house_file("bilag.yaml", real);
    assert_int_equal(house_bilag("probe --venue oslo-grill"), 2);
    assert_non_null(strstr(house.err, "nothing is probed where books are kept"));
    house_file("bilag.yaml", config);
    house_sandbox("stats", NULL);
    assert_non_null(strstr(house.out, "\"total\":0"));
}

/* What could not be reversed is named, and taken back by the next probe, which settles all. */
static void settles_as_the_switches_stand(void **unused)
{
    static const char *const as_preset[] = {
        "--set token_lifetime_s=1200", "--set empty_list=204",           "--set unknown_query=refuse",
        "--set rule_status=400",       "--set lock_status=400",          "--set duplicate_reference=400",
        "--set pdf_status=204",        "--set transactions_amount=net",  "--set reverse_status=202",
        "--set reversal_date=original", "--set reference_chars_max=50",  "--set max_url_bytes=2000",
        "--set pagination=full",       "--set balance_tolerance_ore=0",
        "--set voucher_no_in_201=real", "--set duplicate_check=immediate",
    };

    (void)unused;
    house_sandbox("settings", "{\"fault_paths\":\"Reverse\",\"fault_5xx_before\":1000}");
    probe(1);
    assert_non_null(strstr(house.out, "left standing"));
    house_sandbox("settings", "{\"fault_paths\":\"\",\"fault_5xx_before\":0}");
    probe(0);
    assert_non_null(strstr(house.out, "of a probe that did not end"));
    found(as_preset, COUNT(as_preset));
    nothing_stands();
    assert_true(house_read("evidence", house.out, sizeof house.out) > 10000);
    assert_null(strstr(house.out, HOUSE_KEY));
    assert_null(strstr(house.out, HOUSE_APP));
    assert_null(strstr(house.out, "access_token"));
}

/* Another PowerOffice in everything that can be told apart. */
static void settles_another_one(void **unused)
{
    static const char *const other[] = {
        "--set rule_status=422",      "--set empty_list=200",        "--set dates=datetime",      "--set timestamps=offset",
        "--set pagination=next",      "--set max_url_bytes=1500",    "--set reference_chars_max=40", "--set saft_chars_max=60",
        "--set unknown_query=ignore", "--set body_names=any",        "--set decimals_over=round", "--set duplicate_reference=accept",
        "--set transactions_amount=gross", "--set token_lifetime_s=600", "--set order_dates_required=on",
    };

    (void)unused;
    house_sandbox("settings", "{\"rule_status\":422,\"empty_list\":200,\"dates\":\"datetime\",\"timestamps\":\"offset\","
                  "\"pagination\":\"next\",\"max_url_bytes\":1500,\"reference_chars_max\":40,\"saft_chars_max\":60,"
                  "\"unknown_query\":\"ignore\",\"body_names\":\"any\",\"decimals_over\":\"round\","
                  "\"duplicate_reference\":\"accept\",\"transactions_amount\":\"gross\","
                  "\"token_lifetime_s\":600,\"reversal_ms\":100,\"reversal_frees\":\"done\",\"order_dates_required\":\"on\"}");
    probe(0);
    found(other, COUNT(other));
    nothing_stands();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_nobody_who_keeps_books), cmocka_unit_test(settles_as_the_switches_stand),
        cmocka_unit_test(settles_another_one),
    };

    return cmocka_run_group_tests_name("house_probe", tests, start, house_leave);
}
