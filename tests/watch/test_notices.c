/* Goal: a matter is told once when it begins and once when it ends, to whom it concerns; what was not looked at neither begins nor
 * ends; what was taken is gone with its letter, and nothing else is. */
#include "watch_config.h"

static struct notices *notices;
static char folder[64];
static struct arena arena;
static struct matters found;

static void add(enum matter_kind kind, const char *id, int32_t day, struct str company)
{
    const struct matter matter = { str_of(id), kind, day, company.len ? STR("grill") : STR_NONE, company, STR("english"),
                                  STR("norsk"), false };

    NEEDED(matters_add(&found, &matter));
}

static void begin_look(void)
{
    found = (struct matters){ .arena = &arena };
}

static void add_young(enum matter_kind kind, const char *id)
{
    const struct matter matter = { str_of(id), kind, DAY_ALWAYS, STR_NONE, STR_NONE, STR("english"), STR("norsk"), true };

    NEEDED(matters_add(&found, &matter));
}

static void settle(int32_t from, uint64_t began, uint64_t ended, uint64_t open)
{
    struct settling settling = { .config = &config, .found = &found, .from = from, .forget = 100, .now_ms = 5000 };

    matters_sort(&found);
    NEEDED(notices_settle(notices, &settling));
    assert_int_equal(settling.ret_began, began);
    assert_int_equal(settling.ret_ended, ended);
    assert_int_equal(settling.ret_open, open);
}

static size_t waiting(size_t who, struct notice **ret_at)
{
    size_t count = 0;

    NEEDED(notices_waiting(notices, recipients[who].name, 10, &arena, ret_at, &count));
    return count;
}

static int setup(void **unused)
{
    struct fault fault = { "" };

    (void)unused;
    arena_reset(&arena);
    assert_true(temporary_folder("notices", folder, sizeof folder));
    NEEDED(notices_open(str_of(folder), &notices, &fault));
    begin_look();
    return 0;
}

static int teardown(void **unused)
{
    (void)unused;
    notices_close(notices);
    notices = NULL;
    temporary_remove(folder);
    return 0;
}

static void once_to_whom_it_concerns(void **unused)
{
    struct notice *at;

    (void)unused;
    add(MATTER_RED_DOCUMENT, "red-document/a", 200, anna_company);
    add(MATTER_DISK, "disk/state", DAY_ALWAYS, STR_NONE);
    add(MATTER_DISK, "disk/state", DAY_ALWAYS, STR_NONE);    /* found twice is one */
    settle(INT32_MIN, 2, 0, 2);
    settle(INT32_MIN, 0, 0, 2);
    assert_int_equal(waiting(ANNA, &at), 1);
    assert_true(str_equal(at[0].text, STR("norsk")) && at[0].what == NOTICE_BEGIN && str_equal(at[0].matter,
                                                                                               STR("red-document/a")));
    assert_int_equal(waiting(BO, &at), 0);
    assert_int_equal(waiting(DRIFT, &at), 2);
    assert_true(str_equal(at[0].text, STR("english")) && str_equal(at[0].matter, STR("disk/state")));
    begin_look();
    settle(INT32_MIN, 0, 2, 0);
    settle(INT32_MIN, 0, 0, 0);
    assert_int_equal(waiting(ANNA, &at), 2);
    assert_true(at[1].what == NOTICE_END && at[1].since_ms == 5000 && str_equal(at[1].text, STR("norsk")));
}

static void told_of(const char *id, struct str venue, const char *en, const char *nb)
{
    const struct matter matter = { str_of(id), MATTER_RED_DOCUMENT, 200, venue, anna_company, str_of(en), str_of(nb), false };

    NEEDED(matters_add(&found, &matter));
}

/* Goal: a name that is forgotten is in nothing that is told later, and what else waits is told as it was. */
static void a_name_goes(void **unused)
{
    static const struct str venues[] = { { "grill", 5 } };
    const struct renaming renaming = { .person = PERSON_CUSTOMER, .name = STR("Ola"), .pseudonym = STR("forgotten-1"),
                                       .venues = venues, .venue_count = 1 };
    struct letter letter = { .id = STR("0123"), .body = STR("T2xh"), .upto = 9 };
    struct notice *at;
    uint64_t renamed = 0;

    (void)unused;
    told_of("red-document/a", STR("grill"), "Till customer \"Ola\"; \"Ola Nordmann\" \"Ola\"", "Kassekunden «Ola», Ola");
    told_of("red-document/b", STR("bar"), "Till customer \"Ola\"", "Kassekunden «Ola»");
    settle(INT32_MIN, 2, 0, 2);
    NEEDED(notices_put_letter(notices, recipients[ANNA].name, &letter));
    NEEDED(notices_put_letter(notices, recipients[BO].name, &letter));
    NEEDED(notices_rename(notices, &renaming, &renamed));
    assert_int_equal(renamed, 3);        /* the matter, and what waits for anna and drift */
    assert_int_equal(waiting(ANNA, &at), 2);
    assert_true(str_equal(at[0].text, STR("Kassekunden «forgotten-1», Ola")));
    assert_true(str_equal(at[1].text, STR("Kassekunden «Ola»")));
    assert_int_equal(waiting(DRIFT, &at), 2);
    assert_true(str_equal(at[0].text, STR("Till customer \"forgotten-1\"; \"Ola Nordmann\" \"forgotten-1\"")));
    assert_int_equal(notices_letter(notices, recipients[ANNA].name, &arena, &letter), ERR_NOT_FOUND);
    NEEDED(notices_letter(notices, recipients[BO].name, &arena, &letter));
    NEEDED(notices_rename(notices, &renaming, &renamed));
    assert_int_equal(renamed, 0);
    begin_look();
    settle(INT32_MIN, 0, 2, 0);
    assert_int_equal(waiting(ANNA, &at), 4);
    assert_true(at[2].what == NOTICE_END && at[3].what == NOTICE_END);
    assert_true(str_equal(at[2].text, STR("Kassekunden «forgotten-1», Ola")) ||
                str_equal(at[3].text, STR("Kassekunden «forgotten-1», Ola")));
}

static void what_was_not_looked_at(void **unused)
{
    struct settling partial = { .config = &config, .found = &found, .partial = true, .now_ms = 6000 };
    struct notice *at;

    (void)unused;
    add(MATTER_RED_DOCUMENT, "red-document/old", 150, anna_company);
    add(MATTER_MISSING_DAY, "missing-day/very-old", 99, anna_company);
    add(MATTER_DISK, "disk/state", DAY_ALWAYS, STR_NONE);
    settle(INT32_MIN, 3, 0, 3);
    begin_look();
    add(MATTER_BLIND, "blind/stores", DAY_ALWAYS, STR_NONE);
    NEEDED(notices_settle(notices, &partial));
    assert_int_equal(partial.ret_began, 1);
    assert_int_equal(partial.ret_ended, 0);
    begin_look();
    settle(200, 0, 2, 1);                /* of the last days: the old document stays; the missing day is dropped, unsaid */
    assert_int_equal(waiting(ANNA, &at), 2);
    settle(INT32_MIN, 0, 1, 0);
    assert_int_equal(waiting(ANNA, &at), 3);
}

static void a_letter_and_its_notices(void **unused)
{
    struct letter letter = { .id = STR("00"), .to = STR("mail a"), .made_ms = 1, .next_ms = 2, .notices = 1, .tries = 3,
                            .body = STR("b") }, read;
    uint64_t count;
    int64_t oldest_ms;
    struct notice *at;

    (void)unused;
    add(MATTER_RED_DOCUMENT, "red-document/a", 200, anna_company);
    add(MATTER_RED_DOCUMENT, "red-document/b", 200, anna_company);
    settle(INT32_MIN, 2, 0, 2);
    assert_int_equal(waiting(ANNA, &at), 2);
    assert_true(at[0].number < at[1].number);
    letter.upto = at[0].number;
    assert_int_equal(notices_letter(notices, STR("anna"), &arena, &read), ERR_NOT_FOUND);
    NEEDED(notices_put_letter(notices, STR("anna"), &letter));
    NEEDED(notices_letter(notices, STR("anna"), &arena, &read));
    assert_true(str_equal(read.body, STR("b")) && read.tries == 3 && read.upto == letter.upto && !read.words.len);
    NEEDED(notices_taken(notices, STR("anna"), &read));
    assert_int_equal(notices_letter(notices, STR("anna"), &arena, &read), ERR_NOT_FOUND);
    NEEDED(notices_taken(notices, STR("anna"), &letter));    /* told again, as after a crash: nothing more is taken away */
    NEEDED(notices_count(notices, STR("anna"), &count, &oldest_ms));
    assert_int_equal(count, 1);
    assert_int_equal(oldest_ms, 5000);
    NEEDED(notices_count(notices, STR("drift"), &count, &oldest_ms));
    assert_int_equal(count, 2);
    NEEDED(notices_count(notices, STR("ann"), &count, &oldest_ms));          /* no other's name begins it */
    assert_int_equal(count, 0);
}

static struct str words(const struct watch_recipient *recipient, void *context)
{
    (void)context;
    return recipient->summary ? STR("summary") : STR_NONE;
}

static void summaries(void **unused)
{
    struct settling settling = { .config = &config, .found = &found, .now_ms = 5000, .summary = words, .summary_day = 20778 };
    struct notice *at;
    int32_t day;

    (void)unused;
    assert_int_equal(notices_summary_day(notices, &day), ERR_NOT_FOUND);
    NEEDED(notices_settle(notices, &settling));
    NEEDED(notices_summary_day(notices, &day));
    assert_int_equal(day, 20778);
    assert_int_equal(waiting(ANNA, &at), 1);
    assert_true(at[0].what == NOTICE_SUMMARY && str_equal(at[0].text, STR("summary")));
    assert_int_equal(waiting(BO, &at), 0);
}

static void who_is_gone(void **unused)
{
    struct letter letter = { .id = STR("00"), .to = STR("mail a"), .body = STR("b") };
    struct notice *at;
    uint64_t dropped;

    (void)unused;
    add(MATTER_RED_DOCUMENT, "red-document/a", 200, anna_company);
    settle(INT32_MIN, 1, 0, 1);
    NEEDED(notices_put_letter(notices, STR("drift"), &letter));
    config.watch.recipient_count = DRIFT;
    NEEDED(notices_keep_only(notices, &config, &dropped));
    config.watch.recipient_count = RECIPIENTS;
    assert_int_equal(dropped, 1);
    assert_int_equal(waiting(DRIFT, &at), 0);
    assert_int_equal(waiting(ANNA, &at), 1);
    assert_int_equal(notices_letter(notices, STR("drift"), &arena, &letter), ERR_NOT_FOUND);
}

/* After a restart nothing has held for long: what was told is not over for that. */
static void what_is_young_neither_begins_nor_ends(void **unused)
{
    struct notice *at;

    (void)unused;
    add_young(MATTER_OUTAGE, "outage/poweroffice");
    settle(INT32_MIN, 0, 0, 0);
    assert_int_equal(waiting(DRIFT, &at), 0);
    begin_look();
    add(MATTER_OUTAGE, "outage/poweroffice", DAY_ALWAYS, STR_NONE);
    settle(INT32_MIN, 1, 0, 1);
    begin_look();
    add_young(MATTER_OUTAGE, "outage/poweroffice");
    settle(INT32_MIN, 0, 0, 1);
    assert_int_equal(waiting(DRIFT, &at), 1);
    begin_look();
    settle(INT32_MIN, 0, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(once_to_whom_it_concerns, setup, teardown),
        cmocka_unit_test_setup_teardown(a_name_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_not_looked_at, setup, teardown),
        cmocka_unit_test_setup_teardown(a_letter_and_its_notices, setup, teardown),
        cmocka_unit_test_setup_teardown(summaries, setup, teardown),
        cmocka_unit_test_setup_teardown(who_is_gone, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_young_neither_begins_nor_ends, setup, teardown),
    };
    int failed;

    config_make();
    arena_init(&arena, 1 << 24);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    zone_close(config.watch.zone);
    return failed;
}
