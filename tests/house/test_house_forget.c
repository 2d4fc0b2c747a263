/* Goal: a person's name gives way to a pseudonym in all that is kept: not while anything runs, is under way or must be kept by law, and
 * with everything else as it was. */
#include "house_rig.h"
#include "tests/on_engine.h"

#define GUEST "Ola Nordmann-Gjest"
#define OLD   "Gammel Kunde-AS"
#define STAFF "Kari Nordmann-Kelner"

static void sale(struct strbuf *out, const char *day, const char *reg, int seq, const char *customer, const char *paid)
{
    strbuf_format(out, "{\"v\":1,\"venue\":\"oslo-grill\",\"register\":\"%s\",\"seq\":%d,\"kind\":\"receipt\","
                  "\"time\":\"%sT18:00:%02d+01:00\",\"customer\":\"%s\",\"staff\":\"" STAFF "\",\"lines\":[{\"product_type\":\"food\","
                  "\"vat\":25,\"gross\":10000,\"text\":\"Burger\"}],\"payments\":[{\"type\":\"%s\",\"amount\":10000}]}\n",
                  reg, seq, day, seq % 60, customer, paid);
}

static int start(void **unused)
{
    (void)unused;
    house_make(NULL);
    house_start_all();
    return 0;
}

/* Goal: whoever is not said, or is said in the reason, is forgotten by nobody; nor is anybody while the stages run. */
static void what_forgets_nobody(void **unused)
{
    static const struct house_row rows[] = {
        { "forget --staff Kari --reason asked", 2, "--venue" },
        { "forget --venue nowhere --staff Kari --reason asked", 2, "nowhere" },
        { "forget --venue oslo-grill --reason asked", 2, "--customer NAME, or --staff NAME" },
        { "forget --venue oslo-grill --staff Kari --customer Ola --reason asked", 2, "--customer NAME, or --staff NAME" },
        { "forget --venue oslo-grill --staff '' --reason asked", 2, "nobody's name" },
        { "forget --venue oslo-grill --staff Kari", 2, "--reason" },
        { "forget --venue oslo-grill --staff Kari --reason ' '", 2, "--reason" },
        { "forget --venue oslo-grill --staff Kari --reason 'as kari asked'", 2, "names the person" },
        { "forget --venue oslo-grill --staff 'Åse Ås' --reason 'åSE åS has left'", 2, "names the person" },
        { "forget --venue oslo-grill --staff 14 --reason 'a letter of 2014' --yes", 1, "stop all stages first" },
    }, norwegian[] = {
        { "forget --venue oslo-grill --reason bedt", 2, "si hvem" },
        { "forget --venue oslo-grill --staff Kari", 2, "må oppgis" },
        { "forget --venue oslo-grill --staff Kari --reason 'Kari ba om det'", 2, "navngir personen" },
    };

    (void)unused;
    house_rows(rows, COUNT(rows));
    house_root("nb");
    house_rows(norwegian, COUNT(norwegian));
    house_root("en");
}

/* Goal: what is under way, and what the law wants kept, is named with the date from which it need not be. */
static void what_must_be_kept(void **unused)
{
    static const struct house_row rows[] = {
        { "forget --venue oslo-grill --customer '" GUEST "' --reason asked --yes", 1, "it must be kept until 2031-12-31" },
        { "forget --venue oslo-grill --customer '" GUEST "' --reason asked --yes", 1, "From 2032-01-01 on" },
        { "forget --venue oslo-grill --customer Vent --reason asked --yes", 1, "not yet: oslo-grill/2026-11-21/1" },
        { "forget --venue oslo-grill --customer Parkert --reason asked --yes", 1, "nothing that is kept names" },
        { "forget --venue oslo-grill --staff Avvist --reason asked --yes", 1, "a refused line names the person" },
        { "forget --venue oslo-grill --staff forgotten-0123456789abcdef0123 --reason x --yes", 1, "is a pseudonym already" },
        { "forget --venue oslo-grill --staff Ingen --reason asked --yes", 1, "nothing that is kept names" },
    }, norwegian[] = {
        { "forget --venue oslo-grill --customer '" GUEST "' --reason bedt --yes", 1, "bokføringsloven § 13" },
        { "forget --venue oslo-grill --customer Vent --reason bedt --yes", 1, "ikke ennå: oslo-grill/2026-11-21/1" },
        { "forget --venue oslo-grill --staff Ingen --reason bedt --yes", 1, "ingenting som er lagret" },
    };
    struct strbuf body;
    char path[160];

    (void)unused;
    strbuf_init(&body, 1 << 16);
    sale(&body, "2026-11-20", "K1", 1, GUEST, "card");
    sale(&body, "2026-11-20", "K1", 2, GUEST, "credit");
    sale(&body, "2019-11-19", "K2", 1, OLD, "credit");
    house_import_all(&body);
    strbuf_free(&body);
    assert_int_equal(house_bilag("customers --venue oslo-grill connect '" GUEST "' 10001"), 0);
    assert_int_equal(house_bilag("customers --venue oslo-grill connect '" OLD "' 10002"), 0);
    house_until("explain oslo-grill/2026-11-20/1", " sent");
    house_until("explain oslo-grill/order/K1/2", " sent");
    house_until("explain oslo-grill/order/K2/1", " sent");
    strbuf_init(&body, 1 << 16);
    sale(&body, "2026-11-21", "K1", 3, "Vent", "odd");
    house_import_all(&body);
    house_until("status --json", "payment-type-unmapped");
    strbuf_add(&body, STR("{\"v\":1,\"venue\":\"oslo-grill\",\"register\":\"K1\",\"seq\":5,"
                         "\"kind\":\"nothing\",\"staff\":\"Avvist\"}\n"));
    (void)house_bilag_from(house_text(&body), "import -");
    strbuf_free(&body);
    assert_non_null(strstr(house.out, "1 refused"));
    house_stop_all();
    house_rows(rows, COUNT(rows));
    house_root("nb");
    house_rows(norwegian, COUNT(norwegian));
    house_root("en");
    house_file("venues/moss.yaml", "name: [\n");
    assert_int_equal(house_bilag("forget --venue oslo-grill --customer '" OLD "' --reason asked --yes"), 1);
    assert_non_null(strstr(house.err, "moss.yaml is wrong"));
    (void)snprintf(path, sizeof path, "%s/venues/moss.yaml", house.folder.path);
    assert_int_equal(unlink(path), 0);
}

static bool any_file_has(const char *name)
{
    static const char *const stores[] = { "ingest", "mapper", "validator", "uploader", "invoicer", "audit", "refdata" };
    bool found = false;

    for (size_t i = 0; i < COUNT(stores); i++) {
        char path[64];
        size_t len;

        (void)snprintf(path, sizeof path, "state/%s/data.mdb", stores[i]);
        len = house_read(path, house.out, sizeof house.out);
        found |= memmem(house.out, len, name, strlen(name)) != NULL;
    }
    return found;
}

/* Goal: gone from every store, once, in one decision of the trail; what a till sends again is known all the same, and the books stand. */
static void forgotten(void **unused)
{
    static const struct house_row rows[] = {
        { "forget --venue oslo-grill --customer '" OLD "' --reason asked", 2, "say --yes" },
        { "forget --venue oslo-grill --customer '" OLD "' --reason 'a letter of 2026' --yes", 0, "The connection with a customer" },
        { "forget --venue oslo-grill --customer '" OLD "' --reason 'a letter of 2026' --yes", 1, "nothing that is kept" },
        { "audit", 0, "a letter of 2026" },
        { "explain oslo-grill/order/K2/1", 0, "customer forgotten-" },
        { "fsck", 0, "each with receipts behind it" },
    };
    struct strbuf body;

    (void)unused;
    SKIP_ON_ENGINE();
    assert_true(any_file_has(OLD));
    house_rows(rows, COUNT(rows));
    assert_false(any_file_has(OLD));
    assert_true(any_file_has(GUEST));
    house_start_all();
    strbuf_init(&body, 1 << 16);
    sale(&body, "2019-11-19", "K2", 1, OLD, "credit");
    (void)house_bilag_from(house_text(&body), "import -");
    strbuf_free(&body);
    assert_non_null(strstr(house.out, "1 duplicate"));
    house_stop_all();
    assert_false(any_file_has(OLD));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_forgets_nobody),
        cmocka_unit_test(what_must_be_kept),
        cmocka_unit_test(forgotten),
    };

    return cmocka_run_group_tests(tests, start, house_leave);
}
