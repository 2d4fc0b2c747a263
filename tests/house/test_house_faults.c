/* Goal: whatever PowerOffice's answers come to (late, lost, refused, cut off after it has booked), each day is there once. */
#include "house_rig.h"

enum { DAYS = 12 };

static int start(void **unused)
{
    static const char *const faults[] = { "fault_5xx_before=80", "fault_5xx_after=80", "fault_drop_before=60",
                                          "fault_drop_after=80", "fault_reset=60", "fault_429=60", "reversal_ms=300", "fault_count=400", NULL };

    (void)unused;
    house_make(faults);
    return 0;
}

/* How often it says so. */
static size_t times(const char *text, const char *says)
{
    size_t count = 0;

    while ((text = strstr(text, says))) {
        count++;
        text += strlen(says);
    }
    return count;
}

static void until_all_are(const char *state, size_t count)
{
    time_t end = house_end();

    while ((void)house_bilag("status --json"), times(house.out, state) != count) {
        if (time(NULL) > end)
            fail_msg("not %zu %s; %s\n%s", count, state, house.folder.path, house.out);
        house_pause();
    }
}

static void each_day_once(void **unused)
{
    struct strbuf body;

    (void)unused;
    assert_int_equal(house_bilag("customers --venue oslo-grill connect kunde 10001"), 0);
    house_start_all();
    strbuf_init(&body, 1 << 20);
    for (int i = 0; i < 3 * DAYS; i++) {
        char day[16];

        (void)snprintf(day, sizeof day, "2026-11-%02d", 1 + i / 3);
        house_sale(&body, day, 1 + i, i % 3 == 2 ? "beer" : "food", 1000 + i, i % 3 == 1 ? "credit" : "card");
    }
    house_import(house_text(&body));
    strbuf_free(&body);
    until_all_are("\"state\":\"sent\"", 2 * DAYS);
    assert_int_equal(house_bilag("export --venue oslo-grill --from 2026-11-01 --to 2026-11-30 --json"), 0);
    for (int number = 1; number <= DAYS; number++) {         /* without a gap: nothing was booked twice */
        char says[32];

        (void)snprintf(says, sizeof says, "\"voucher_no\":%d,", number);
        assert_int_equal(times(house.out, says), 1);
    }
    house_stop_all();
    house_start_all();
}

/* Goal: a stage that is killed takes up where it was; what is reversed and sent again stands once more. */
static void after_a_kill(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < HOUSE_STAGES; i++) {
        assert_int_equal(kill(house.stages[i], SIGKILL), 0);
        assert_int_equal(waitpid(house.stages[i], NULL, 0), house.stages[i]);
    }
    house_start_all();
    until_all_are("\"state\":\"sent\"", 2 * DAYS);
    assert_int_equal(house_bilag("reverse oslo-grill/2026-11-03/1 --reason 'wrong day' --yes"), 0);
    house_until("explain oslo-grill/2026-11-03/1", "reversed");
    until_all_are("\"state\":\"sent\"", 2 * DAYS);
    for (size_t i = 0; i < HOUSE_STAGES; i++) {
        assert_int_equal(kill(house.stages[i], SIGHUP), 0);
        assert_int_equal(kill(house.stages[i], SIGUSR1), 0);
    }
    house_until("status", "0 red");
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(each_day_once), cmocka_unit_test(after_a_kill) };

    return cmocka_run_group_tests_name("house_faults", tests, start, house_leave);
}
