/* Goal: a day costs few looks, and a mend in PowerOffice is seen within the hour of working hours, whenever it happens. */
#include "poweroffice/poll.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE, DAY = 20777, LOOKS_A_DAY = 16,
       LISTS = 1, READING = 7, TOKENS = 2 };

static struct zone *zone;

/* 2026-11-20 is DAY, Oslo UTC+1. */
static int64_t at(int hour, int minute)
{
    return (int64_t)DAY * 24 * HOUR + (int64_t)(hour - 1) * HOUR + (int64_t)minute * MINUTE;
}

static void looks(void **unused)
{
    static const struct { const char *why; bool acted; int began[2], read[2], next[2]; } rows[] = {
        { "held just now, read long ago: now",   false, { 12, 0 }, { 11, 0 },   { 12, 0 } },
        { "held and read just now: in a minute", false, { 12, 0 }, { 12, 0 },   { 12, 1 } },
        { "an act: now, whatever was read",      true,  { 12, 1 }, { 12, 0 },   { 12, 1 } },
        { "5 minutes later",                     false, { 12, 0 }, { 12, 1 },   { 12, 6 } },
        { "15 minutes later",                    false, { 12, 0 }, { 12, 6 },   { 12, 21 } },
        { "60 minutes later",                    false, { 12, 0 }, { 12, 21 },  { 13, 21 } },
        { "then hourly",                         false, { 12, 0 }, { 13, 21 },  { 14, 21 } },
        { "not after 18",                        false, { 12, 0 }, { 17, 30 },  { 24 + 7, 0 } },
        { "not before 7",                        false, { 0, 30 }, { 2, 0 },    { 7, 0 } },
        { "held at night: the first ones come",  false, { 5, 0 },  { 5, 1 },    { 5, 6 } },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct poll poll = { at(rows[i].began[0], rows[i].began[1]), rows[i].acted, MINUTE };
        int64_t next_ms = poll_next_ms(&poll, at(rows[i].read[0], rows[i].read[1]), zone);

        if (next_ms != at(rows[i].next[0], rows[i].next[1]))
            fail_msg("%s: %" PRId64 " minutes off", rows[i].why, (next_ms - at(rows[i].next[0], rows[i].next[1])) / MINUTE);
    }
}

/* A key that nobody mends costs a dozen tries on its first day, and four on every other. */
static void a_refused_key_is_left_alone(void **unused)
{
    int64_t now_ms = 0;
    unsigned tries = 0, first_day = 0;

    (void)unused;
    for (; now_ms < (int64_t)10 * 24 * HOUR; now_ms += poll_refused_ms(tries)) {
        tries++;
        first_day += now_ms < (int64_t)24 * HOUR;
    }
    assert_in_range(first_day, 5, 12);
    assert_in_range(tries - first_day, 9 * 4 - 1, 9 * 4 + 1);
    assert_int_equal(poll_refused_ms(1), 5 * MINUTE);
    assert_int_equal(poll_refused_ms(UINT32_MAX), 6 * HOUR);
}

/* 24 hours, minute by minute, held at any of them: each look its list and a token, the daily reading of all beside. */
static void a_day_is_cheap_and_a_mend_is_seen(void **unused)
{
    (void)unused;
    for (int held = 0; held < 24 * 60; held += 7) {
        struct poll poll = { at(0, held), false, MINUTE };
        int64_t read_ms = at(0, held);
        int count = 0;

        for (int64_t now_ms = at(0, held); now_ms < at(24, held); now_ms += MINUTE) {
            struct civil local;

            zone_civil(zone, now_ms / 1000, &local);
            if (poll_next_ms(&poll, read_ms, zone) <= now_ms) {
                read_ms = now_ms;
                count++;
            }
            if (local.hour >= 8 && local.hour < 18 && now_ms - read_ms > HOUR)
                fail_msg("held at %d: a mend at %02d:%02d is not seen within the hour", held, local.hour, local.minute);
        }
        if (count > LOOKS_A_DAY || count * (LISTS + 1) + 2 * READING + TOKENS > 80)
            fail_msg("held at %d: %d looks", held, count);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks), cmocka_unit_test(a_day_is_cheap_and_a_mend_is_seen),
        cmocka_unit_test(a_refused_key_is_left_alone),
    };

    if (zone_open(STR("Europe/Oslo"), &zone, NULL) != ERR_OK)
        return 1;
    return cmocka_run_group_tests_name("poll", tests, NULL, NULL);
}
