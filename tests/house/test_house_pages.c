/* Goal: whatever there is to tell - red days and orders, parked and refused sales, processes that are down or kept their former set-up,
 * venues that are left out - stands in each form that the status has, in both languages; and what is due by the switch is told before it
 * is turned. */
#include "house_rig.h"

static const char by_hand[] =
    "venue: fjord\nname: Fjord <Bar> & Grill\ntimezone: Europe/Oslo\ncompany: \"912345678\"\nclient_key: {file: keys/shared}\n"
    "department: \"20\"\nauto_transfer: %s\nclose: clock\nquiet_seconds: 1\nvat: " HOUSE_VAT "\n"
    "product_types: {food: {account: 3000, product: MAT}}\npayment_types: {card: {account: 1570}}\n";

static void write_fjord(const char *auto_transfer)
{
    char text[1024];

    (void)snprintf(text, sizeof text, by_hand, auto_transfer);
    house_file("venues/fjord.yaml", text);
}

static void sale(struct strbuf *out, const char *venue, const char *day, int seq, const char *type, int64_t gross)
{
    strbuf_format(out, "{\"v\":1,\"venue\":\"%s\",\"register\":\"K1\",\"seq\":%d,\"kind\":\"receipt\","
                  "\"time\":\"%sT18:00:%02d+01:00\",\"lines\":[{\"product_type\":\"%s\",\"vat\":25,\"gross\":%" PRId64 "}],"
                  "\"payments\":[{\"type\":\"card\",\"amount\":%" PRId64 "}]}\n", venue, seq, day, seq % 60, type, gross, gross);
}

static int start(void **unused)
{
    struct strbuf body;

    (void)unused;
    house_make(NULL);
    write_fjord("false");
    house_start_all();
    strbuf_init(&body, 1 << 16);
    sale(&body, "oslo-grill", "2026-11-20", 1, "food", 10000);
    sale(&body, "oslo-grill", "2026-11-21", 2, "unknown", 5000);
    sale(&body, "fjord", "2026-11-20", 1, "food", 20000);
    sale(&body, "fjord", "2026-11-21", 2, "food", 30000);
    sale(&body, "nowhere", "2026-11-20", 1, "food", 700);
    house_import_all(&body);
    house_sale(&body, "2026-11-21", 3, "food", 12500, "credit");
    house_import(house_text(&body));
    strbuf_free(&body);
    (void)house_bilag_from("{not json\n", "import -");
    house_until("explain oslo-grill/2026-11-20/1", " sent");
    house_until("explain oslo-grill/2026-11-21/1", "product-type-unmapped");
    house_until("explain oslo-grill/order/K1/3", "not connected");
    house_until("explain fjord/2026-11-20/1", "waiting");
    house_until("explain fjord/2026-11-21/1", "waiting");
    return 0;
}

/* Pages of a folder, as they are now: 0: there is none. */
static int64_t changed_at(const char *name)
{
    char path[160];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/pages/%s", house.folder.path, name);
    return stat(path, &st) == 0 ? (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec : 0;
}

static void page_says(const char *name, const char *words)
{
    char path[64];

    (void)snprintf(path, sizeof path, "pages/%s", name);
    if (!house_read(path, house.out, sizeof house.out) || !strstr(house.out, words))
        fail_msg("%s does not say %s: %s", name, words, house.out);
}

static int put_pages(const char *more)
{
    return house_bilag("status --html %s/pages%s", house.folder.path, more);
}

/* Goal: a page a venue, the whole before them; only what has changed is written anew, and a venue that is gone leaves no page. */
static void a_folder_of_pages(void **unused)
{
    char folder[160];
    int64_t before;

    (void)unused;
    (void)snprintf(folder, sizeof folder, "%s/pages", house.folder.path);
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(put_pages(" --venue fjord"), 2);
    assert_int_equal(put_pages(""), 1);                                     /* for there is red */
    page_says("index.html", "venue-fjord.html");
    page_says("index.html", "Fjord &#60;Bar&#62; &#38; Grill");
    page_says("index.html", "Parked: 1, 7,00, of nowhere");
    page_says("index.html", "1 line was refused by ingest");
    page_says("venue-oslo-grill.html", "All venues");
    page_says("venue-oslo-grill.html", "unknown");
    before = changed_at("venue-fjord.html");
    assert_true(before != 0);
    assert_int_equal(put_pages(""), 1);
    assert_true(changed_at("venue-fjord.html") == before);
    house_file("venues/moss.yaml", "name: [\n");
    (void)snprintf(folder, sizeof folder, "%s/pages/venue-gone.html", house.folder.path);
    house_file("pages/venue-gone.html", "old");
    assert_int_equal(put_pages(""), 1);
    assert_int_equal(changed_at("venue-gone.html"), 0);
    page_says("venue-moss.html", "moss");
    house_root("nb");
    assert_int_equal(put_pages(""), 1);
    page_says("index.html", "Parkert: 1, 7,00, fra nowhere");
    page_says("venue-oslo-grill.html", "Alle salgssteder");
    assert_true(changed_at("venue-fjord.html") != before);
    house_root("en");
}

/* Goal: one page for all, the same in text and JSON; who asks for two forms at once, or for a place that is not there, is told. */
static void one_page_text_and_json(void **unused)
{
    static const struct house_row rows[] = {
        { "status --json --prometheus", 2, "one of --json, --html and --prometheus" },
        { "status --json --red", 2, "are of the text" },
        { "status --html /nowhere/page.html", 1, "/nowhere/page.html" },
        { "status --red", 1, "parked" },
        { "status --red", 1, "oslo-grill/2026-11-21/1" },
        { "status --brief", 1, "moss" },
        { "status --json", 1, "\"parked\":[{\"venue\":\"nowhere\"" },
        { "status --json", 1, "\"refused\":1" },
        { "status --venue oslo-grill", 1, "not connected" },
        { "status --from 2026-11-21 --to 2026-11-21", 1, "oslo-grill/2026-11-21/1" },
    }, norwegian[] = {
        { "status", 1, "parkert" },
        { "status --red", 1, "oslo-grill/2026-11-21/1" },
        { "status --venue oslo-grill", 1, "ikke koblet" },
    };

    (void)unused;
    house_rows(rows, COUNT(rows));
    assert_int_equal(house_bilag("status --html %s/page.html", house.folder.path), 1);
    assert_true(house_read("page.html", house.out, sizeof house.out) > 1000);
    assert_non_null(strstr(house.out, "Fjord &#60;Bar&#62; &#38; Grill"));
    assert_int_equal(house_bilag("status --html %s/page.html --venue fjord", house.folder.path), 0);
    (void)house_read("page.html", house.out, sizeof house.out);
    assert_null(strstr(house.out, "oslo-grill/2026-11-21/1"));
    house_root("nb");
    house_rows(norwegian, COUNT(norwegian));
    house_root("en");
}

/* Goal: what goes at once when a switch is turned is listed with its sum before it is turned, and goes when a person says so. */
static void what_is_due_by_the_switch(void **unused)
{
    static const struct house_row off[] = {
        { "check --venue fjord", 0, "fjord/2026-11-20/1" },
        { "check --venue fjord", 0, "2 vouchers, 500,00 in all" },
        { "check --venue fjord", 0, "[transfer-waits]" },
    }, on[] = {
        { "check --venue fjord", 0, "[transfer-due]" },
    }, by_person[] = {
        { "export --venue fjord --from 2026-11-20 --to 2026-11-20 --transfer", 0, "1 to be transferred, 0 not ready" },
        { "export --venue oslo-grill --from 2026-11-20 --to 2026-11-21 --transfer", 1, "0 to be transferred, 2 not ready" },
        { "export --venue oslo-grill --from 2026-11-21 --to 2026-11-21", 1, "BLANK" },
        { "export --venue oslo-grill --from 2026-11-21 --to 2026-11-21 --json", 1, "\"code\":\"product-type-unmapped\"" },
        { "export --venue oslo-grill --from 2026-11-20 --to 2026-11-21", 1, "in all" },
        { "export --venue fjord", 2, "--from DATE and --to DATE are needed" },
        { "export --venue fjord --from 2026-11-20 --to 2026-11-20 books.csv", 2, "files are for --compare" },
    };

    (void)unused;
    house_rows(off, COUNT(off));
    write_fjord("true");
    house_rows(on, COUNT(on));
    write_fjord("false");
    house_rows(by_person, COUNT(by_person));
    house_until("explain fjord/2026-11-20/1", " sent");
}

/* Goal: a process that could not load its files says so in every form until it could, and one that is down is down. */

static void what_runs(void **unused)
{
    static const struct house_row rows[] = {
        { "status", 1, "former configuration" },
        { "check", 1, "[not-reloaded]" },
        { "status --json", 1, "\"configuration_refused\":\"" },
    };
    char config[4096], broken[4200];
    time_t end = house_end();

    (void)unused;
    (void)house_read("bilag.yaml", config, sizeof config);
    (void)snprintf(broken, sizeof broken, "%s  nonsense: [\n", config);
    house_file("bilag.yaml", broken);
    assert_int_equal(kill(house.stages[2], SIGHUP), 0);
    while ((void)house_read("validator.log", house.out, sizeof house.out), !strstr(house.out, "configuration not taken")) {
        if (time(NULL) > end)
            fail_msg("validator took it: %s", house.out);
        house_pause();
    }
    house_file("bilag.yaml", config);
    house_rows(rows, COUNT(rows));
    assert_int_equal(put_pages(""), 1);
    page_says("index.html", "validator 0 keeps its former configuration");
    house_stop(2);
    house_until("status", "validator 0 down");
    assert_int_equal(put_pages(""), 1);
    page_says("index.html", "<span class=\"state red\">down</span>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_of_pages),
        cmocka_unit_test(one_page_text_and_json),
        cmocka_unit_test(what_is_due_by_the_switch),
        cmocka_unit_test(what_runs),
    };

    return cmocka_run_group_tests(tests, start, house_leave);
}
