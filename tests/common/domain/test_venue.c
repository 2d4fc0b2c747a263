/* Goal: what is valid on a day is what was dated for it; a moment belongs to the right business day whatever
 * the cut-off and the clocks do; a venue's hash and partition are the same for ever. */
#include "config_folder.h"

#include "domain/mapping.h"

static int32_t day_of(const char *text)
{
    int32_t day = 0;

    assert_int_equal(day_parse(str_of(text), &day), ERR_OK);
    return day;
}

static void dated_entries_hold_from_their_day(void **unused)
{
    static const char dated[] =
        "vat:\n"
        "  normal:  [{rate: 25, code: \"3\"}]\n"
        "  reduced: [{valid_from: 2027-01-01, rate: 12, code: 33}, {rate: 15, code: \"31\"}]\n"
        "  fish:    {rate: 11.11, code: \"32\"}\n"
        "  none:    {rate: 0, code: \"0\"}\n"
        "product_types:\n"
        "  food:\n"
        "    - {account: 3000}\n"
        "    - {account: 3100, valid_from: 2026-12-01}\n"
        "  fo: {account: 3400, valid_from: 2026-12-01}\n"
        "payment_types:\n"
        "  credit: [{account: 1500}, {valid_from: 2026-12-01, transfer: false}]\n";
    struct folder folder;
    struct config *config;
    const struct venue *venue;
    int32_t before = day_of("2026-11-30"), from = day_of("2026-12-01"), next_year = day_of("2027-01-01");
    char *cut = replaced(good_venue, strstr(good_venue, "vat:\n"), dated), *one, *two, *three;

    (void)unused;
    one = replaced(cut, "auto_invoice: true", "auto_invoice: [{valid_from: 2026-12-01, value: true}]");
    two = replaced(one, "department: \"10\"", "department: [{value: \"10\"}, {valid_from: 2026-12-01, value: 20}]");
    three = replaced(two, "05:00", "\n  - {valid_from: 2026-12-01, value: \"06:00\"}");
    folder_make(&folder);
    folder_write(&folder, "venues/oslo-grill.yaml", three, strlen(three), 0644);
    config = folder_load(&folder);
    venue = config_venue(config, STR("oslo-grill"));
    if (!venue)
        fail_msg("%s", config->faults[0].text);
    assert_int_equal(venue_product(venue, STR("food"), before)->account, 3000);
    assert_int_equal(venue_product(venue, STR("food"), from)->account, 3100);
    assert_null(venue_product(venue, STR("fo"), before));
    assert_int_equal(venue_product(venue, STR("fo"), from)->account, 3400);
    assert_true(venue_payment(venue, STR("credit"), before)->transfer);
    assert_false(venue_payment(venue, STR("credit"), from)->transfer);
    assert_false(venue_switch(&venue->auto_invoice, before));
    assert_true(venue_switch(&venue->auto_invoice, from));
    assert_string_equal(venue_department(venue, before).bytes, "10");
    assert_string_equal(venue_department(venue, from).bytes, "20");
    assert_string_equal(venue_vat(venue, 1500, from)->code.bytes, "31");
    assert_null(venue_vat(venue, 1500, next_year));
    assert_null(venue_vat(venue, 1200, from));
    assert_string_equal(venue_vat(venue, 1200, next_year)->code.bytes, "33");
    assert_int_equal(venue_vat_class(venue, VAT_REDUCED, from)->rate, 1500);
    assert_int_equal(venue_vat_class(venue, VAT_REDUCED, next_year)->rate, 1200);
    assert_int_equal(venue_vat(venue, 1111, from)->class_, VAT_OTHER);
    assert_int_equal(venue_vat(venue, 2500, before)->class_, VAT_NORMAL);
    assert_int_equal(venue->cutoffs[0].seconds, 5 * 3600);   /* before the first dated one: 05:00 */
    assert_int_equal(venue->cutoffs[1].seconds, 6 * 3600);
    config_free(config);
    free(cut);
    free(one);
    free(two);
    free(three);
    folder_remove(&folder);
}

static int64_t utc(const char *day, int32_t hour, int32_t minute)
{
    return (int64_t)day_of(day) * 86400 + hour * 3600 + minute * 60;
}

static void business_days(void **unused)
{
    static const struct { const char *why, *day; int32_t hour, minute; const char *business_day; } rows[] = {
        { "evening",                         "2026-11-20", 22, 41, "2026-11-20" },
        { "after midnight",                  "2026-11-21",  1, 31, "2026-11-20" },
        { "last minute",                     "2026-11-21",  3, 59, "2026-11-20" },
        { "cut-off: 05:00 is 04:00 UTC",     "2026-11-21",  4,  0, "2026-11-21" },
        { "summer: 05:00 is 03:00 UTC",      "2026-07-21",  3,  0, "2026-07-21" },
        { "clocks forward, last minute",     "2026-03-29",  2, 59, "2026-03-28" },
        { "clocks forward, cut-off",         "2026-03-29",  3,  0, "2026-03-29" },
        { "clocks back, last minute",        "2026-10-25",  3, 59, "2026-10-24" },
        { "clocks back, cut-off",            "2026-10-25",  4,  0, "2026-10-25" },
        { "new year's morning",              "2027-01-01",  3, 59, "2026-12-31" },
        { "before the change to 06:00",      "2026-12-01",  4, 30, "2026-11-30" },
        { "at 06:00 on the day of change",   "2026-12-01",  5,  0, "2026-12-01" },
        { "from then on",                    "2026-12-02",  4, 59, "2026-12-01" },
    };
    struct folder folder;
    struct config *config;
    const struct venue *venue;
    int64_t start, end;

    (void)unused;
    folder_make(&folder);
    folder_venue(&folder, "oslo-grill", "05:00", "[{value: 5:00}, {valid_from: 2026-12-01, value: \"06:00\"}]");
    config = folder_load(&folder);
    assert_int_equal(config->venue_count, 1);
    venue = &config->venues[0];
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t time = utc(rows[i].day, rows[i].hour, rows[i].minute);
        int32_t day = venue_business_day(venue, time);
        char text[16];

        if (day != day_of(rows[i].business_day))
            fail_msg("%s: %s", rows[i].why, day_text(day, text));
        venue_day_span(venue, day, &start, &end);
        assert_true(start <= time && time < end);
    }
    venue_day_span(venue, day_of("2026-03-28"), &start, &end);
    assert_int_equal(end - start, 23 * 3600);
    venue_day_span(venue, day_of("2026-10-24"), &start, &end);
    assert_int_equal(end - start, 25 * 3600);
    venue_day_span(venue, day_of("2026-11-30"), &start, &end);
    assert_int_equal(end - start, 25 * 3600);                /* 05:00 to 06:00 */
    assert_int_equal(venue_business_day(venue, INT64_MAX - 100000), INT32_MAX);
    assert_int_equal(venue_business_day(venue, INT64_MIN + 100000), INT32_MIN);
    config_free(config);
    folder_remove(&folder);
}

/* The hash changes with all that can change a voucher, and with nothing else. key: the row of mapping_rows.h that it is about. */
static const struct hashed { const char *from, *to; bool changes; const char *key; } hashed[] = {
    { "", "", false, NULL },
    { "extension: quickorder", "extension: add-on-2", false, NULL },
    { "auto_transfer: true", "auto_transfer: false", false, NULL },
    { "[K1, K2]", "[K1]", false, NULL },
    { "beer:      {account: 3010, product: OL, alcohol: true}", "beer: {alcohol: true, account: 3010, product: OL}", false, NULL },
    { "account: 3010", "account: 3011", true, "product.account" },
    { "reduced_account: 3001", "reduced_account: 3002", true, "product.reduced_account" },
    { "product: OL", "product: OL1", true, "product.product" },
    { "reduced_product: MAT-TA", "reduced_product: MAT-TB", true, "product.reduced_product" },
    { "alcohol: true", "alcohol: false", true, "product.alcohol" },
    { "account: 3010", "account: 3010, vat_free: true", true, "product.vat_free" },
    { "account: 3010", "account: 3010, name: Øl", true, "product.name" },
    { "account: 3010", "account: 3010, project: P1", true, "product.project" },
    { "account: 3010", "account: 3010, location: \"\"", true, "product.location" },
    { "account: 3000", "account: 3000, valid_from: 2020-01-01", true, NULL },
    { "  beer: ", "  bier: ", true, NULL },
    { "rate: 15", "rate: 12", true, "vat.rate" },
    { "code: \"31\"", "code: \"32\"", true, "vat.code" },
    { "account: 1570", "account: 1571", true, "payment.account" },
    { "account: 1570", "account: 1570, name: Kort", true, "payment.name" },
    { "{transfer: false}", "{transfer: true}", true, "payment.transfer" },
    { "account: 1570", "account: 1570, project: \"\"", true, "payment.project" },
    { "account: 1570", "account: 1570, location: P1", true, "payment.location" },
    { "department: \"10\"", "department: \"11\"", true, NULL },
    { "Oslo Grill,", "Oslo Grill ,", true, NULL },
    { "912345678", "912345679", true, NULL },
    { "05:00", "05:01", true, NULL },
    { "Europe/Oslo", "Europe/Berlin", true, NULL },
    { "NOK", "EUR", true, NULL },
    { "auto_invoice: true", "auto_invoice: false", true, NULL },
    { "department: \"10\"", "department: \"10\"\nproject: P1", true, NULL },
    { "department: \"10\"", "department: \"10\"\nlocation: P1", true, NULL },
};

static void mapping_hash_table(void **unused)
{
    struct folder folder;
    char first[32] = "";

    (void)unused;
    folder_make(&folder);
    for (size_t i = 0; i < COUNT(hashed); i++) {
        struct config *config;

        folder_venue(&folder, "oslo-grill", hashed[i].from, hashed[i].to);
        config = folder_load(&folder);
        assert_int_equal(config->venue_count, 1);
        assert_int_equal(config->venues[0].mapping_hash.len, 16);
        if (i == 0)
            assert_true(str_copy(config->venues[0].mapping_hash, first, sizeof first));
        if (str_equal(config->venues[0].mapping_hash, str_of(first)) == hashed[i].changes)
            fail_msg("%s: the hash %s", hashed[i].to, hashed[i].changes ? "stayed" : "changed");
        config_free(config);
    }
    folder_remove(&folder);
}

static void every_key_of_an_entry_has_its_row(void **unused)
{
#define KEY(of, key, member, kind, max, preset, hashed_, list, en, nb, meaning, meaning_nb) { #of "." key, MAPPING_##hashed_ },
    static const struct { const char *key; enum mapping_hashed hashed; } keys[] = {
        VAT_ROWS(KEY) PRODUCT_ROWS(KEY) PAYMENT_ROWS(KEY)
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(keys); i++) {
        size_t found = 0;

        while (found < COUNT(hashed) && (!hashed[found].key || strcmp(hashed[found].key, keys[i].key) != 0))
            found++;
        if (found == COUNT(hashed))
            fail_msg("%s has no row in hashed[]", keys[i].key);
        if (hashed[found].changes != (keys[i].hashed != MAPPING_NEVER))
            fail_msg("%s: mapping_rows.h and hashed[] differ", keys[i].key);
    }
}

/* A line's project and location are its entry's, which may be none, else the venue's. */
static void projects_and_locations(void **unused)
{
    static const struct { bool sold; const char *type, *project, *location; } rows[] = {
        { true, "food", "P1", "" }, { true, "beer", "P1.2", "OSLO" }, { true, "", "P1", "" }, { true, "unheard-of", "P1", "" },
        { false, "card", "", "" }, { false, "cash", "P1", "OSLO" },
    };
    int32_t day = day_of("2026-11-20"), later = day_of("2026-12-01");
    struct folder folder;
    struct config *config;
    const struct venue *venue;
    char *one = replaced(good_venue, "account: 3010", "account: 3010, project: P1.2, location: OSLO"), *two, *three, *four;

    (void)unused;
    two = replaced(one, "account: 1570", "account: 1570, project: \"\"");
    three = replaced(two, "department: \"10\"",
                     "department: \"10\"\nproject: [{value: P1}, {value: P2, valid_from: 2026-12-01}]");
    four = replaced(three, "account: 1900", "account: 1900, location: OSLO");
    folder_make(&folder);
    config = folder_load(&folder);
    assert_false(venue_names_project(&config->venues[0]) || venue_names_location(&config->venues[0]));
    assert_int_equal(venue_project(&config->venues[0], true, STR("food"), day).len, 0);
    config_free(config);
    folder_write(&folder, "venues/oslo-grill.yaml", four, strlen(four), 0644);
    config = folder_load(&folder);
    venue = config_venue(config, STR("oslo-grill"));
    if (!venue)
        fail_msg("%s", config->faults[0].text);
    assert_true(venue_names_project(venue) && venue_names_location(venue));
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!str_equal(venue_project(venue, rows[i].sold, str_of(rows[i].type), day), str_of(rows[i].project)) ||
            !str_equal(venue_location(venue, rows[i].sold, str_of(rows[i].type), day), str_of(rows[i].location)))
            fail_msg("%s", rows[i].type);
    assert_string_equal(venue_project(venue, true, STR("food"), later).bytes, "P2");
    config_free(config);
    folder_remove(&folder);
    free(one);
    free(two);
    free(three);
    free(four);
}

/* The place of events on disk hangs on these numbers: they never change. */
static void partitions_never_change(void **unused)
{
    static const struct { const char *venue; int32_t partitions; uint32_t partition; } rows[] = {
        { "oslo-grill", 16, 10 }, { "venue-0000", 16, 9 }, { "venue-0001", 16, 10 }, { "venue-0002", 16, 3 },
        { "oslo-grill", 1, 0 },
    };
    size_t used[16] = { 0 };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(venue_partition(str_of(rows[i].venue), rows[i].partitions), rows[i].partition);
    for (int i = 0; i < 320; i++) {
        char id[32];

        (void)snprintf(id, sizeof id, "venue-%04d", i);
        used[venue_partition(str_of(id), 16)]++;
    }
    for (size_t i = 0; i < COUNT(used); i++)
        assert_in_range(used[i], 8, 40);                     /* 20 each if all were even */
}

/* A file that says `like:` holds what differs; what is one venue's own is never taken over. */
static void like_another(void **unused)
{
    static const char kiosk[] =
        "venue: kiosk\n"
        "like: oslo-grill\n"
        "department: \"20\"\n"
        "client_key: {file: keys/oslo-grill}\n"
        "close: clock\n"
        "product_types:\n"
        "  beer: {account: 3011}\n"
        "  wine: [{account: 3012}, {valid_from: 2026-12-01, account: 3013}]\n"
        "saft: {locations: [Kiosk]}\n";
    struct folder folder;
    struct config *config;
    const struct venue *venue, *other;
    int32_t day = day_of("2026-11-30");

    (void)unused;
    folder_make(&folder);
    folder_write(&folder, "venues/kiosk.yaml", kiosk, strlen(kiosk), 0644);
    config = folder_load(&folder);
    venue = config_venue(config, STR("kiosk"));
    other = config_venue(config, STR("oslo-grill"));
    if (!venue || !other)
        fail_msg("%s", config->faults[0].text);
    assert_string_equal(venue->company.bytes, "912345678");
    assert_int_equal(venue_product(venue, STR("food"), day)->account, 3000);
    assert_int_equal(venue_product(venue, STR("beer"), day)->account, 3011);
    assert_false(venue_product(venue, STR("beer"), day)->alcohol);       /* an entry is said whole */
    assert_int_equal(venue_product(venue, STR("wine"), day_of("2026-12-01"))->account, 3013);
    assert_int_equal(venue_product(other, STR("beer"), day)->account, 3010);
    assert_null(venue_product(other, STR("wine"), day));
    assert_false(venue_payment(venue, STR("credit"), day)->transfer);
    assert_string_equal(venue_vat(venue, 2500, day)->code.bytes, "3");
    assert_string_equal(venue_department(venue, day).bytes, "20");
    assert_int_equal(venue->close, CLOSE_CLOCK);
    assert_int_equal(venue->quiet_seconds, 900);
    assert_int_equal(venue->register_count, 0);
    assert_false(venue_switch(&venue->auto_transfer, day));
    assert_string_equal(venue->name.bytes, "kiosk");
    assert_int_equal(venue->saft.location_count, 1);
    assert_string_equal(venue->saft.locations[0].bytes, "Kiosk");
    assert_false(venue->saft.sequence);
    assert_int_equal(venue->saft.article_group_count, 2);
    config_free(config);
    folder_remove(&folder);
}

static void like_faults(void **unused)
{
    static const struct { const char *text, *fault; } rows[] = {
        { "venue: kiosk\nlike: nowhere\n", "nowhere" },
        { "venue: kiosk\nlike: kiosk\n", "is itself like another" },
        { "like: oslo-grill\nclient_key: {file: keys/oslo-grill}\n", "venue: is missing" },
        { "venue: kiosk\nlike: ../x\n", "no venue's name" },
        { "venue: kiosk\nlike: oslo-grill\nclient_key: {file: keys/oslo-grill}\nproduct_types: {beer: {acount: 1}}\n",
          "did you mean account" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct folder folder;
        struct config *config;

        folder_make(&folder);
        folder_write(&folder, "venues/kiosk.yaml", rows[i].text, strlen(rows[i].text), 0644);
        config = folder_load(&folder);
        assert_int_equal(config->venue_count, 1);
        assert_int_equal(config->fault_count, 1);
        if (!strstr(config->faults[0].text, rows[i].fault))
            fail_msg("%s: %s", rows[i].fault, config->faults[0].text);
        config_free(config);
        folder_remove(&folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(like_another), cmocka_unit_test(like_faults),
        cmocka_unit_test(dated_entries_hold_from_their_day),
        cmocka_unit_test(business_days),
        cmocka_unit_test(mapping_hash_table), cmocka_unit_test(every_key_of_an_entry_has_its_row),
        cmocka_unit_test(projects_and_locations),
        cmocka_unit_test(partitions_never_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
