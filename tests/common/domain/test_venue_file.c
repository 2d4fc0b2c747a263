/* Goal: a text that is to be a venue's file is judged as the file would be, before it is one: without its key, without a zone left
 * open, with the fault at its place; what it says comes out, and what it is like stays for the rest. */
#include "domain/venue_file.h"

#include "config_folder.h"

static struct arena arena;

static enum err parsed(const char *from, const char *to, struct venue *venue, struct fault *fault)
{
    char *text = replaced(good_venue, from, to);
    enum err err = venue_file_parse(arena_copy(&arena, str_of(text)), STR("oslo-grill"), STR("/nowhere"), &arena, venue, fault);

    free(text);
    return err;
}

static void a_text_before_it_is_a_file(void **unused)
{
    struct fault fault = { "" };
    struct venue venue;

    (void)unused;
    if (parsed("", "", &venue, &fault))                      /* keys/oslo-grill is nowhere: it will be there */
        fail_msg("%s", fault.text);
    assert_true(str_equal(venue.id, STR("oslo-grill")) && venue.zone == NULL);
    assert_int_equal(venue_product(&venue, STR("beer"), 0)->account, 3010);
    assert_true(venue_payment(&venue, STR("credit"), 0)->account == 0 && !venue_payment(&venue, STR("nobody"), 0));
    assert_int_equal(venue.client_key.len, 0);
    assert_int_equal(parsed("auto_transfer: true", "auto_transfer: [{value: true}, {valid_from: 2027-01-01, value: false}]",
                            &venue, &fault), ERR_OK);
}

static void faults_at_their_place(void **unused)
{
    static const struct { const char *from, *to, *says; } rows[] = {
        { "venue: oslo-grill", "venue: bergen", "venues/oslo-grill.yaml:1: venue" },
        { "timezone: Europe/Oslo", "timezone: Europe/Olso", "timezone" },
        { "{account: 3010,", "{acount: 3010,", "product_types.beer.acount: unknown key; did you mean account?" },
        { "close: z_report", "close: never", ":13: close" },
        { "name: ", "name: [", "venues/oslo-grill.yaml" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault = { "" };
        struct venue venue;

        assert_int_equal(parsed(rows[i].from, rows[i].to, &venue, &fault), ERR_CONFIG);
        if (!strstr(fault.text, rows[i].says))
            fail_msg("%s: \"%s\" is not in: %s", rows[i].to, rows[i].says, fault.text);
    }
}

static void a_name_that_is_no_file(void **unused)
{
    struct fault fault = { "" };
    struct venue venue;

    (void)unused;
    assert_int_equal(venue_file_parse(STR("venue: a/b\n"), STR("a/b"), STR("/nowhere"), &arena, &venue, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "a/b"));
}

static void every_setting_has_help(void **unused)
{
    static const char *const keys[] = { "business_day_start", "product_types.NAME.reduced_account",
                                        "payment_types.NAME.transfer", "vat.NAME.rate", "expected_by", "like" };
    struct strbuf out;

    (void)unused;
    strbuf_init(&out, 1 << 20);
    venue_file_help(&out);
    strbuf_add(&out, (struct str){ "", 1 });
    for (size_t i = 0; i < COUNT(keys); i++)
        if (!strstr(out.bytes, keys[i]))
            fail_msg("%s is not in the help", keys[i]);
    strbuf_free(&out);
}

static int start(void **unused)
{
    (void)unused;
    arena_init(&arena, 8 << 20);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_before_it_is_a_file), cmocka_unit_test(faults_at_their_place),
        cmocka_unit_test(a_name_that_is_no_file), cmocka_unit_test(every_setting_has_help),
    };

    return cmocka_run_group_tests_name("venue_file", tests, start, stop);
}
