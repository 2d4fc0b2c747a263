/* Goal: whatever is put, dropped, moved and woken, in any order, the schedule gives the days that are due, the one that has
 * waited longest first, and says when the next one is; a slow list of all days is the witness. */
#include "mapper/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { VENUES = 40, DAYS = 60, PARTITIONS = 4, STEPS = 200000 };

struct witness { bool there, dirty, numbers, log; int64_t look_ms; };

static struct witness witness[VENUES][DAYS];
static struct schedule *schedule;
static int64_t now_ms;

static struct str name(int venue)
{
    static char text[16];

    return (struct str){ text, (size_t)snprintf(text, sizeof text, "v%d", venue) };
}

static struct day_due *found(int venue, int day)
{
    return schedule_find(schedule, name(venue), day);
}

static void put(int venue, int day)
{
    struct day_due *due = schedule_put(schedule, name(venue), day, (uint32_t)(venue % PARTITIONS));

    assert_non_null(due);
    assert_true(due->day == day && str_equal(str_of(due->venue), name(venue)));
    if (!witness[venue][day].there)
        witness[venue][day] = (struct witness){ .there = true, .look_ms = INT64_MAX };
}

static void drop(int venue, int day)
{
    schedule_drop(schedule, name(venue), day);
    witness[venue][day].there = false;
}

static void look_at(int venue, int day)
{
    struct day_due *due = found(venue, day);
    int64_t ms = now_ms + rand() % 100;

    if (!due)
        return;
    schedule_look_at(schedule, due, ms);
    witness[venue][day].look_ms = ms;
}

static void awaits(int venue, int day)
{
    struct day_due *due = found(venue, day);
    bool numbers = rand() % 2, log = rand() % 2;

    if (!due)
        return;
    schedule_awaits(schedule, due, numbers, log);
    witness[venue][day].numbers = numbers;
    witness[venue][day].log = log;
}

static void wake(struct witness *day, int64_t ms, bool later_only)
{
    day->dirty = true;
    if (!later_only || day->look_ms > ms)
        day->look_ms = ms;
}

static void wake_venue(int venue, int unused)
{
    (void)unused;
    schedule_venue_awaits(schedule, name(venue), now_ms + 50);
    for (int d = 0; d < DAYS; d++)
        if (witness[venue][d].there && witness[venue][d].numbers)
            wake(&witness[venue][d], now_ms + 50, true);
}

static void log_read(int venue, int unused)
{
    (void)unused;
    schedule_log_read(schedule, (uint32_t)(venue % PARTITIONS), now_ms);
    for (int v = venue % PARTITIONS; v < VENUES; v += PARTITIONS)
        for (int d = 0; d < DAYS; d++)
            if (witness[v][d].there && witness[v][d].log) {
                witness[v][d].log = false;
                wake(&witness[v][d], now_ms, false);
            }
}

static void all(int venue, int day)
{
    if (rand() % 200)
        return;
    if ((venue + day) % 2) {
        schedule_all_dirty(schedule, now_ms);
        for (int v = 0; v < VENUES; v++)
            for (int d = 0; d < DAYS; d++)
                if (witness[v][d].there)
                    wake(&witness[v][d], now_ms, false);
        return;
    }
    schedule_drop_partition(schedule, (uint32_t)(venue % PARTITIONS));
    for (int v = venue % PARTITIONS; v < VENUES; v += PARTITIONS)
        for (int d = 0; d < DAYS; d++)
            witness[v][d].there = false;
}

static void next_is_right(void)
{
    int64_t earliest = INT64_MAX, next = 0;
    struct day_due *due = schedule_next(schedule, now_ms, &next);
    size_t count = 0;

    for (int v = 0; v < VENUES; v++)
        for (int d = 0; d < DAYS; d++) {
            if (!witness[v][d].there)
                continue;
            count++;
            earliest = witness[v][d].look_ms < earliest ? witness[v][d].look_ms : earliest;
        }
    assert_int_equal(schedule_count(schedule), count);
    if (!due) {
        assert_true(earliest > now_ms && next == earliest);
        return;
    }
    assert_true(due->look_ms == earliest && earliest <= now_ms);
    assert_true(due->dirty == witness[atoi(due->venue + 1)][due->day].dirty);
}

static void at_random(void **unused)
{
    static void (*const steps[])(int, int) = { put, put, put, put, drop, look_at, look_at, look_at, awaits, wake_venue,
                                               log_read, all };
    unsigned seed = (unsigned)time(NULL);

    (void)unused;
    print_message("seed %u\n", seed);
    srand(seed);
    assert_int_equal(schedule_open(&schedule), ERR_OK);
    for (int i = 0; i < STEPS; i++) {
        int venue = rand() % VENUES, day = rand() % DAYS;

        now_ms += rand() % 3;
        steps[(size_t)rand() % COUNT(steps)](venue, day);
        if (i % 50 == 0)
            next_is_right();
    }
    schedule_close(schedule);
}

/* A fleet's days, and the way through all that are due, take no time that anybody notices. */
static void many(void **unused)
{
    struct day_due *due;
    int64_t next;
    size_t given = 0;

    (void)unused;
    assert_int_equal(schedule_open(&schedule), ERR_OK);
    for (int i = 0; i < 100000; i++) {
        due = schedule_put(schedule, name(i % 10000), i / 10000, (uint32_t)(i % 16));
        assert_non_null(due);
        schedule_look_at(schedule, due, i % 977);
    }
    for (int64_t last = 0; (due = schedule_next(schedule, 1000, &next)) != NULL; given++) {
        assert_true(due->look_ms >= last);
        last = due->look_ms;
        schedule_look_at(schedule, due, INT64_MAX);
    }
    assert_int_equal(given, 100000);
    assert_true(next == INT64_MAX);
    schedule_close(schedule);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(at_random), cmocka_unit_test(many) };

    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
