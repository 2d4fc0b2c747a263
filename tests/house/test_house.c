/* Goal: what a bookkeeper and an operator do with the command, from the first sale to the restored backup, with all stages
 * running and PowerOffice answering: each command says what it says, with its exit code. Amounts in a row are those of the sales
 * below. */
#include "house_rig.h"
#include "tests/on_engine.h"

static int start(void **unused)
{
    (void)unused;
    house_make(NULL);
    return 0;
}

/* Goal: the command helps, and complains of what is wrong, before anything runs. */
static void before_anything_runs(void **unused)
{
    static const struct house_row rows[] = {
        { "", 0, "usage: bilag COMMAND" },
        { "--version", 0, "bilag " },
        { "help settings", 0, "requests_per_second" },
        { "help status", 0, "usage: bilag status" },
        { "help", 0, "\nDeciding\n  accept " },
        { "help statsu", 2, "did you mean status?" },
        { "statsu", 2, "did you mean status?" },
        { "status --rde", 2, "did you mean --red?" },
        { "status --venue", 2, "--venue wants a value" },
        { "status --config /nowhere", 100, "bilag.yaml" },
        { "status", 1, "ingest 0 down" },
        { "status --venue nobody", 2, "nobody" },
        { "status --from yesterday", 2, "yesterday" },
        { "check", 0, "oslo-grill" },
        { "check --online", 0, "oslo-grill" },
        { "venues list", 0, "Oslo Grill" },
        { "venues setup fjord --like nobody", 2, "nobody" },
        { "venues setup fjord --like oslo-grill --name 'Fjord Bar' --department 20 --share-key", 0, "fjord" },
        { "venues setup fjord --like oslo-grill --department 20", 1, "there already" },
        { "check --venue fjord", 0, "fjord" },
        { "manual --venue oslo-grill", 0, "nothing is to be invoiced" },
        { "explain oslo-grill/2026-11-20/1", 1, "oslo-grill/2026-11-20/1" },
        { "audit", 0, "" },
        { "fsck", 0, "" },
    };

    (void)unused;
    house_rows(rows, COUNT(rows));
}

/* Goal: sales come in by file, spool and HTTP, once each, and become a voucher that is sent. */
/* Seconds beside the machine's clock. */
static void set_clock(int64_t seconds)
{
    char path[160], text[32];

    (void)snprintf(path, sizeof path, "%s/clock", house.folder.path);
    (void)snprintf(text, sizeof text, "%" PRId64, seconds);
    house_file("clock", text);
    assert_int_equal(setenv("BILAG_CLOCK", path, 1), 0);
}

/* It is still that evening until all of it has come, by whichever way. */
static void the_first_evening(void **unused)
{
    static const int64_t evening_s = 1795204800;             /* 2026-11-20 20:00 UTC */
    static const struct house_row rows[] = {
        { "import evening.ndjson", 1, "No such file" },
        { "tokens add --venue a/b", 2, "a/b" },
        { "tokens list", 0, "the till" },
        { "status --venue oslo-grill", 0, "oslo-grill/2026-11-20/1" },
        { "status --brief", 1, "oslo-grill" },
        { "status --red", 1, "refused 1 line" },
        { "status --json", 1, "\"state\":\"sent\"" },
        { "status --prometheus", 1, "bilag_" },
        { "explain oslo-grill/2026-11-20/1", 0, "1570" },
        { "explain oslo-grill/2026-11-20/1:1", 0, "3 receipts, together 150,00" },
        { "explain oslo-grill/K1/1", 0, "Burger" },
        { "explain oslo-grill/K1/999", 1, "999" },
        { "export --venue oslo-grill --from 2026-11-01 --to 2026-11-30", 0, "1570" },
        { "export --venue oslo-grill --from 2026-11-01 --to 2026-11-30 --csv", 0, "1570" },
        { "export --venue oslo-grill --from 2026-11-01 --to 2026-11-30 --json", 0, "\"account\":1570" },
        { "export --venue oslo-grill --from 2026-11-30 --to 2026-11-01", 0, "no vouchers" },
        { "tips --venue oslo-grill --from 2026-11-01 --to 2026-11-30", 0, "" },
        { "tips --venue oslo-grill --from 2026-11-01 --to 2026-11-30 --json", 0, "\"venue\":\"oslo-grill\"" },
        { "tips --venue oslo-grill --from 2026-11-01 --to 2026-11-30 --csv", 0, ";" },
    };
    char path[160], request[8192], answer[8192], token[256];
    struct strbuf body;
    int len;

    (void)unused;
    set_clock(evening_s - (int64_t)time(NULL));
    house_start_all();
    strbuf_init(&body, 1 << 16);
    house_sale(&body, "2026-11-20", 1, "food", 10000, "card");
    house_sale(&body, "2026-11-20", 2, "beer", 5000, "cash");
    assert_int_equal(house_bilag_from(house_text(&body), "import -"), 0);
    assert_non_null(strstr(house.out, "2 accepted"));
    strbuf_add(&body, STR("{not json\n"));
    house_file("evening.ndjson", house_text(&body));
    (void)snprintf(path, sizeof path, "import %s/evening.ndjson", house.folder.path);
    assert_int_equal(house_bilag("%s", path), 1);
    assert_non_null(strstr(house.out, "2 duplicates, 1 refused"));

    assert_int_equal(house_bilag("tokens add --venue oslo-grill --about 'the till'"), 0);
    (void)str_copy((struct str){ house.out, strcspn(house.out, "\n") }, token, sizeof token);
    strbuf_reset(&body);
    house_sale(&body, "2026-11-20", 3, "food", 2500, "card");
    len = snprintf(request, sizeof request, "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/x-ndjson\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s", house.port, token,
                   body.len, house_text(&body));
    house_http(request, (size_t)len, answer, sizeof answer);
    if (!strstr(answer, "{\"accepted\":1,\"duplicates\":0,\"rejected\":[]}"))
        fail_msg("%s\n%s", token, answer);
    strbuf_reset(&body);
    house_sale(&body, "2026-11-20", 4, "food", 2500, "card");
    house_file("spool/till.ndjson", house_text(&body));
    strbuf_free(&body);
    house_until("status --json", "\"voucher_total\":20000");
    assert_null(strstr(house.out, "\"state\":\"sent\""));
    set_clock(0);
    house_until("status --json", "\"state\":\"sent\"");
    assert_non_null(strstr(house.out, "\"voucher_total\":20000"));
    house_rows(rows, COUNT(rows));
}

/* Goal: what was posted by hand is laid beside what stands, from PowerOffice and from a file; a page and the requests of a
 * document are there for a person. */
static void beside_the_books(void **unused)
{
    static const char period[] = "--venue oslo-grill --from 2026-11-15 --to 2026-11-30";
    static const struct house_row rows[] = {
        { "export --venue oslo-grill --from 2026-11-01 --to 2026-11-30 --compare --transfer", 2, "transfers nothing" },
        { "export --venue oslo-grill --from 1990-01-01 --to 2028-11-30 --compare", 2, "" },
        { "export --venue oslo-grill --from 2026-11-15 --to 2026-11-30 --compare", 1, "nothing was posted for this day" },
        { "export --venue oslo-grill --from 2026-11-15 --to 2026-11-30 --compare --csv", 1, "2026-11-21;3000;\"3\";\"10\";-100,00;0,00;100,00;not-posted;" },
        { "export --venue oslo-grill --from 2026-11-15 --to 2026-11-30 --compare --json", 1, "\"cause\":\"not-posted\"" },
        { "settlement oslo-grill/2026-11-20/1", 2, "--pdf" },
        { "settlement oslo-grill/2026-11-20/7 --pdf /nowhere/page.pdf", 2, "oslo-grill/2026-11-20/7" },
        { "settlement oslo-grill/2026-11-20/1 --pdf /nowhere/page.pdf", 1, "/nowhere/page.pdf" },
        { "explain oslo-grill/2026-11-20/1 --requests", 0, "POST" },
        { "products --venue oslo-grill create --yes", 0, "" },
    };
    static const char *const beside[] = {
        "      1570  0     10               0,00          99,00          99,00  not explained",
        "      3000  3     10               0,00         -15,00         -15,00  posted besides what Bilag has sent (902)",
    };
    char command[400];

    (void)unused;
    house_rows(rows, COUNT(rows));
    (void)snprintf(command, sizeof command, "settlement oslo-grill/2026-11-20/1 --pdf %s/page.pdf", house.folder.path);
    assert_int_equal(house_bilag("%s", command), 0);
    assert_true(house_read("page.pdf", house.out, sizeof house.out) > 1000);
    assert_memory_equal(house.out, "%PDF-", 5);
    house_file("posted.csv", "Bilagsnr;Dato;Konto;Mva-kode;Avdeling;Debet;Kredit;Tekst\n"
               "901;21.11.2026;1570;;10;99,00;;kort\n901;21.11.2026;3000;3;10;;99,00;salg\n"
               "902;22.11.2026;1570;;10;15,00;;kort\n902;22.11.2026;3000;3;10;;15,00;salg\n");
    assert_int_equal(house_bilag("export %s --compare %s/posted.csv", period, house.folder.path), 1);
    for (size_t i = 0; i < COUNT(beside); i++)
        if (!strstr(house.out, beside[i]))
            fail_msg("%s is not in\n%s", beside[i], house.out);
}

/* Goal: a first venue's file is suggested from the chart of the company that its key opens, and of no other. */
static void a_venue_from_its_chart(void **unused)
{
    static const char another[] = "22222222-2222-4222-8222-222222222222\n";

    (void)unused;
    assert_int_equal(house_bilag_from(another, "venues setup moss --company 912345678 --name Moss --department 10"), 1);
    if (house_bilag_from(HOUSE_KEY "\n", "venues setup moss --company 912345678 --name Moss --department 10"))
        fail_msg("%s%s", house.out, house.err);
    assert_true(house_read("venues/moss.yaml", house.out, sizeof house.out) > 100);
    assert_non_null(strstr(house.out, "1570"));
    assert_int_equal(house_bilag("check --venue moss"), 1);                 /* of the same books as another's department 10 */
    assert_non_null(strstr(house.out, "client-shared"));
}

/* Goal: what is no event, has no token or does not fit is answered with its status, and nothing of it is kept. */
static void at_the_door(void **unused)
{
    static const struct { const char *request, *says; } rows[] = {
        { "GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", "{\"ok\":true}" },
        { "POST /v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", " 405 " },
        { "GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", " 405 " },
        { "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", " 404 " },
        { "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", " 401 " },
        { "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer nonsense\r\n"
          "Content-Length: 2\r\n\r\n{}", " 401 " },
        { "nonsense\r\n\r\n", "" },
    };
    char answer[4096];

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        house_http(rows[i].request, strlen(rows[i].request), answer, sizeof answer);
        if (!strstr(answer, rows[i].says))
            fail_msg("%s: %s", rows[i].request, answer);
    }
}

/* Goal: whatever is red has a way on, and a decision its number, its reason and its way back. */
static void ways_on(void **unused)
{
    static const struct house_row rows[] = {
        { "status --red", 1, "payment-type-unmapped" },
        { "explain oslo-grill/2026-11-21/1", 0, "odd" },
        { "accept oslo-grill/2026-11-21/1 payment-type-unmapped --reason no", 1, "payment-type-unmapped" },
        { "accept oslo-grill/2026-11-21/1 nonsense --reason no", 2, "nonsense" },
        { "by-hand oslo-grill/2026-11-21/1", 2, "--reason" },
        { "by-hand oslo-grill/2026-11-21/1 --reason 'typed into PowerOffice'", 0, "decision" },
    }, by_hand[] = {
        { "by-hand oslo-grill/2026-11-21/1 --reason again", 1, "by hand already" },
        { "undo @ --reason 'another day'", 0, "decision" },
        { "resend oslo-grill/2026-11-20/1 --reason again", 1, "oslo-grill/2026-11-20/1" },
        { "leave-out oslo-grill/K1/12 --reason 'a test of the till'", 0, "decision" },
        { "audit oslo-grill", 0, "leave-out" },
        { "audit oslo-grill/2026-11-21/1", 0, "typed into PowerOffice" },
        { "undo 999 --reason no", 2, "999" },
        { "undo 1 --reason 'another day'", 1, "taken back" },
        { "refused list", 1, "not json" },
        { "refused show 1", 1, "{not json" },
        { "refused retry", 1, "" },
        { "refused dismiss 1 --reason 'a broken line'", 0, "" },
        { "refused list", 1, "nowhere" },
        { "status", 1, "nowhere" },
        { "refused dismiss parked --venue nowhere --reason 'no venue of ours'", 0, "" },
        { "reverse oslo-grill/2026-11-20/1 --reason 'wrong day' --yes", 0, "decision" },
    }, reversed[] = {
        { "resend --venue oslo-grill --from 2026-11-01 --to 2026-11-02 --reason no --yes", 1, "" },
        { "by-hand --venue oslo-grill --from 2026-11-01 --to 2026-11-02 --reason no --yes", 1, "" },
        { "leave-out --venue oslo-grill --from 2026-11-01 --to 2026-11-02 --problem sequence-gap --reason no --yes", 1, "" },
        { "choose oslo-grill/K1/1 first --reason no --yes", 1, "oslo-grill/K1/1" },
        { "restarted oslo-grill/K1/1 --reason no --yes", 1, "oslo-grill/K1/1" },
    };
    struct strbuf body;

    (void)unused;
    strbuf_init(&body, 1 << 16);
    house_sale(&body, "2026-11-21", 11, "food", 10000, "odd");
    house_sale(&body, "2026-11-22", 12, "food", 700, "card");
    house_sale(&body, "2026-11-22", 13, "food", 800, "card");
    strbuf_add(&body, STR("{\"v\":1,\"venue\":\"nowhere\",\"register\":\"K1\",\"seq\":1,\"kind\":\"receipt\","
                          "\"time\":\"2026-11-22T18:00:00+01:00\",\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":500}],"
                          "\"payments\":[{\"type\":\"card\",\"amount\":500}]}\n"));
    house_import(house_text(&body));
    strbuf_free(&body);
    house_until("status --red", "payment-type-unmapped");
    house_rows(rows, COUNT(rows));
    house_until("status --json", "\"state\":\"by_hand\"");
    house_rows(by_hand, COUNT(by_hand));
    house_until("explain oslo-grill/2026-11-20/1", "reversed");
    house_until("accept --venue oslo-grill --from 2026-11-01 --to 2026-11-30 --problem sequence-gap --reason no",
                "To be accepted");
    house_until("accept oslo-grill/2026-11-21/1 sequence-gap --reason 'the old till'", "decision");
    house_rows(reversed, COUNT(reversed));
}

/* Goal: credit sales become orders of connected customers, and what is sold on credit to nobody says so. */
static void orders(void **unused)
{
    static const struct house_row rows[] = {
        { "orders --venue oslo-grill", 1, "customer" },
        { "orders --venue oslo-grill --red", 1, "oslo-grill/order/K1/21" },
        { "manual --venue oslo-grill", 0, "" },
        { "manual --venue oslo-grill --csv", 0, ";" },
        { "manual --venue oslo-grill --json", 0, "\"items\":[" },
        { "customers --venue oslo-grill list", 0, "Lunsj AS" },
        { "customers --venue oslo-grill list --search Ann", 0, "Annen AS" },
        { "customers --venue oslo-grill suggest", 0, "nobody alike" },
        { "customers --venue oslo-grill connect kunde 77", 1, "77" },
        { "customers --venue oslo-grill connect kunde 10001 --reference 'Kari'", 0, "10001" },
        { "customers --venue oslo-grill list", 0, "kunde" },
        { "products --venue oslo-grill check", 0, "MAT" },
        { "invoicing --venue oslo-grill --from 2026-11-01 --reason start", 0, "" },
    };
    struct strbuf body;
    char path[160];

    (void)unused;
    strbuf_init(&body, 1 << 16);
    house_sale(&body, "2026-11-23", 21, "food", 12500, "credit");
    house_import(house_text(&body));
    strbuf_free(&body);
    house_until("status --json", "\"kind\":\"order\"");
    house_until("orders --venue oslo-grill --red", "not connected");
    house_rows(rows, COUNT(rows));
    house_until("status --json", "\"order_no\":");
    house_file("customers.csv", "till_customer;number\nannen;10002\n");
    (void)snprintf(path, sizeof path, "customers --venue oslo-grill import %s/customers.csv", house.folder.path);
    (void)house_bilag("%s", path);
    assert_int_equal(house_bilag("customers --venue oslo-grill disconnect kunde --reason moved"), 0);
}

/* Goal: two contents of one number are shown, and one of them is chosen. */
static void two_contents(void **unused)
{
    static const struct house_row rows[] = {
        { "explain oslo-grill/K1/13", 0, "8,00" },
        { "choose oslo-grill/K1/13 third --reason no", 2, "first" },
        { "choose oslo-grill/K1/13 second --reason 'the till corrected it' --yes", 1, "reverse it first" },
    };
    struct strbuf body;

    (void)unused;
    strbuf_init(&body, 1 << 16);
    house_sale(&body, "2026-11-22", 13, "food", 900, "card");
    house_import(house_text(&body));
    strbuf_free(&body);
    house_until("status --json", "receipt-conflict");
    house_rows(rows, COUNT(rows));
}

/* Goal: a till's archive is taken in for a venue of its own, and what it lacks is said. */
static void an_archive(void **unused)
{
    static const char bar[] =
        "venue: bar\nname: Bar\ntimezone: Europe/Oslo\ncompany: \"999999999\"\nclient_key: {file: keys/shared}\n"
        "auto_transfer: false\nclose: clock\nquiet_seconds: 1\nvat: " HOUSE_VAT "\n"
        "product_types: {food: {account: 3000}}\npayment_types: {cash: {account: 1900}}\n";
    static const struct house_row rows[] = {
        { "import --format saft --venue nobody tests/data/saft/examples/2021.xml", 2, "nobody" },
        { "import --format saft --venue bar tests/data/saft/cases/31-truncated.xml", 1, "31-truncated.xml" },
        { "import --format saft --venue oslo-grill tests/data/saft/examples/2021.xml", 1, "912345678" },
        { "import --format saft --venue bar --other-company tests/data/saft/examples/2021.xml", 0, "accepted" },
        { "status --venue bar", 0, "has faults" },
        { "check --venue bar", 1, "bar" },
        { "manual --venue bar", 0, "" },
    };

    (void)unused;
    house_file("venues/bar.yaml", bar);
    assert_int_equal(kill(house.stages[0], SIGHUP), 0);
    assert_int_equal(kill(house.stages[1], SIGHUP), 0);
    house_rows(rows, COUNT(rows));
}

/* Goal: the whole state is copied while all runs, judged, and put back where nothing runs. */
static void backed_up(void **unused)
{
    static const struct house_row rows[] = {
        { "fsck", 0, "" },
        { "status --json", 1, "\"venue\":\"oslo-grill\"" },
        { "explain oslo-grill/K1/1", 0, "Burger" },
    };
    char page[160], old[160];

    (void)unused;
    SKIP_ON_ENGINE();
    (void)snprintf(page, sizeof page, "status --html %s/page.html", house.folder.path);
    (void)house_bilag("%s", page);
    assert_true(house_read("page.html", house.out, sizeof house.out) > 1000);
    assert_non_null(strstr(house.out, "Oslo Grill"));
    house_root("nb");
    (void)house_bilag("status");
    assert_non_null(strstr(house.out, "oppe"));
    assert_int_equal(house_bilag("backup %s/copy", house.folder.path), 0);
    assert_int_equal(house_bilag("fsck %s/copy", house.folder.path), 0);
    assert_int_not_equal(house_bilag("restore %s/copy", house.folder.path), 0);
    house_stop_all();
    house_root("en");
    (void)snprintf(page, sizeof page, "%s/state", house.folder.path);
    (void)snprintf(old, sizeof old, "%s/state.old", house.folder.path);
    assert_int_equal(rename(page, old), 0);
    assert_int_equal(house_bilag("restore %s/copy", house.folder.path), 0);
    house_rows(rows, COUNT(rows));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_anything_runs), cmocka_unit_test(the_first_evening), cmocka_unit_test(at_the_door),
        cmocka_unit_test(ways_on),              cmocka_unit_test(orders),            cmocka_unit_test(two_contents),
        cmocka_unit_test(beside_the_books),     cmocka_unit_test(an_archive),        cmocka_unit_test(backed_up),
        cmocka_unit_test(a_venue_from_its_chart),
    };

    return cmocka_run_group_tests_name("house", tests, start, house_leave);
}
