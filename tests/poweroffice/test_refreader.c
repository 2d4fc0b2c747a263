/* Goal: reference data is read when it lacks, is old or was contradicted, and at no other time: not in the rush of the
 * morning, not by two processes, not again and again for a key that is refused. Nothing is sent here: what would be
 * read is seen in the calls that wait. */
#include "poweroffice/refreader.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

enum { HOUR = 3600, ALL_VOUCHER_CALLS = 6, ALL_ORDER_CALLS = 8 };

static char folder[64], clock_path[80];
static struct venue venue;
static struct config config;
static struct poweroffice *po;
static struct refreader *reader;
static struct zone *zone;

/* Moves the wall clock; clock.c looks at the file every 20 ms. */
static void set_clock(int64_t to)
{
    int64_t until_ms = clock_steady_ms() + 5000, offset = to - (int64_t)time(NULL);
    FILE *file = fopen(clock_path, "w");

    assert_non_null(file);
    assert_true(fprintf(file, "%" PRId64 "\n", offset) > 0);
    assert_int_equal(fclose(file), 0);
    while (llabs(clock_now_ms() / 1000 - to) > 2 && clock_steady_ms() < until_ms)
        continue;
    assert_true(llabs(clock_now_ms() / 1000 - to) <= 2);
}

/* 2026-11-20 at this hour, Oslo (UTC+1). */
static int64_t at(int day, int hour)
{
    return ((int64_t)20777 + day) * 24 * HOUR + (hour - 1) * (int64_t)HOUR + 60;
}

static void open_all(void)
{
    assert_int_equal(poweroffice_open_alone(&config, &po, NULL), ERR_OK);
    assert_int_equal(refreader_open(po, &reader), ERR_OK);
}

static void close_all(void)
{
    refreader_close(reader);
    poweroffice_close(po);
}

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("refreader", folder, sizeof folder) || zone_open(STR("Europe/Oslo"), &zone, NULL) != ERR_OK)
        return -1;
    (void)snprintf(clock_path, sizeof clock_path, "%s/clock", folder);
    (void)setenv("BILAG_CLOCK", clock_path, 1);
    set_clock(at(0, 12));
    venue = (struct venue){ .id = STR("v"), .client_id = STR("client"), .client_key = STR("key"), .zone = zone };
    config = (struct config){ .holds_keys = true, .state_dir = str_of(folder), .run_dir = str_of(folder),
                              .api_url = STR("http://127.0.0.1:9/v2"), .token_url = STR("http://127.0.0.1:9/t"),
                              .subscription_key = STR("s"), .application_keys = { STR("a") },
                              .requests_per_second = 10, .venues = &venue, .venue_count = 1,
                              .sender = { .answer_wait_ms = 200, .connect_wait_ms = 200, .in_flight_max = 8,
                                          .retry_first_ms = 10, .retry_max_ms = 40, .look_again_s = 60 } };
    open_all();
    return 0;
}

static int drop(void **unused)
{
    (void)unused;
    close_all();
    zone_close(zone);
    (void)unsetenv("BILAG_CLOCK");
    return temporary_remove(folder);
}

/* As if it had been read at that moment, all that is wanted. */
static void was_read(int64_t when, unsigned have)
{
    struct refdata data = { .have = have, .read_ms = when * 1000, .accounting_ok = true, .client = STR("7") };

    assert_int_equal(refdata_put(poweroffice_refstore(po), STR("client"), &data), ERR_OK);
}

static void read_when_due(void **unused)
{
    static const struct { const char *why; unsigned have, want; int read_day, read_hour, now_day, now_hour; size_t calls; }
    rows[] = {
        { "never read", 0, REF_FOR_VOUCHERS, 0, 12, 0, 12, ALL_VOUCHER_CALLS },
        { "never read, in the rush", 0, REF_FOR_VOUCHERS, 0, 12, 1, 5, ALL_VOUCHER_CALLS },
        { "read an hour ago", REF_FOR_VOUCHERS, REF_FOR_VOUCHERS, 0, 11, 0, 12, 0 },
        { "orders want more", REF_FOR_VOUCHERS, REF_FOR_ORDERS, 0, 11, 0, 12, 2 },
        { "nearly a day old", REF_FOR_VOUCHERS, REF_FOR_VOUCHERS, 0, 12, 1, 11, 0 },
        { "a day old, midday", REF_FOR_VOUCHERS, REF_FOR_VOUCHERS, 0, 12, 1, 13, ALL_VOUCHER_CALLS },
        { "a day old: products as well", REF_FOR_ORDERS, REF_FOR_VOUCHERS, 0, 12, 1, 13, ALL_ORDER_CALLS },
        { "a day old, before four", REF_FOR_VOUCHERS, REF_FOR_VOUCHERS, 0, 2, 1, 3, ALL_VOUCHER_CALLS },
        { "a day old, in the rush", REF_FOR_VOUCHERS, REF_FOR_VOUCHERS, 0, 3, 1, 4, 0 },
        { "a day old, still in the rush", REF_FOR_VOUCHERS, REF_FOR_VOUCHERS, 0, 3, 1, 8, 0 },
        { "a day old, the rush is over", REF_FOR_VOUCHERS, REF_FOR_VOUCHERS, 0, 3, 1, 9, ALL_VOUCHER_CALLS },
        { "two days old, in the rush", REF_FOR_VOUCHERS, REF_FOR_VOUCHERS, 0, 3, 2, 5, ALL_VOUCHER_CALLS },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(drop(unused) || make(unused), 0);
        if (rows[i].have)
            was_read(at(rows[i].read_day, rows[i].read_hour), rows[i].have);
        set_clock(at(rows[i].now_day, rows[i].now_hour));
        refreader_tend(reader, &venue, rows[i].want);
        if (poweroffice_waiting(po) != rows[i].calls)
            fail_msg("%s: %zu calls", rows[i].why, poweroffice_waiting(po));
        refreader_tend(reader, &venue, rows[i].want);        /* under way: not twice */
        assert_int_equal(poweroffice_waiting(po), rows[i].calls);
    }
}

static void ignored(void *context, const struct answer *answer)
{
    (void)context;
    (void)answer;
}

static void contradiction_reads_at_once(void **unused)
{
    (void)unused;
    was_read(at(0, 12), REF_FOR_VOUCHERS);
    refreader_tend(reader, &venue, REF_FOR_VOUCHERS);
    assert_int_equal(poweroffice_waiting(po), 0);
    refreader_contradicted(reader, &venue, REF_FOR_VOUCHERS);
    assert_int_equal(poweroffice_waiting(po), ALL_VOUCHER_CALLS);
}

/* Held documents: only the parts that could release them, a minute after they were read, and after all other calls. */
static void mend_looks_at_what_documents_wait_for(void **unused)
{
    struct problems problems = { .count = 0 };
    struct call other = { .venue = &venue, .method = CALL_GET, .path = STR("/x") };

    (void)unused;
    problems_add(&problems, &(struct problem){ .code = PROBLEM_ACCOUNT_INACTIVE, .arg = { STR("3000") } });
    problems_add(&problems, &(struct problem){ .code = PROBLEM_SEQUENCE_GAP });
    assert_int_equal(refreader_bits_of(&problems), REF_ACCOUNTS);
    was_read(at(0, 12) + 2, REF_FOR_VOUCHERS);
    refreader_mend(reader, &venue, REF_ACCOUNTS);            /* read just now */
    assert_int_equal(poweroffice_waiting(po), 0);
    set_clock(at(0, 12) + 70);
    refreader_mend(reader, &venue, 0);
    assert_int_equal(poweroffice_waiting(po), 0);
    assert_int_equal(refreader_next_look_ms(reader), 0);
    refreader_mend(reader, &venue, REF_ACCOUNTS);
    assert_int_equal(poweroffice_waiting(po), 1);
    close_all();
    open_all();
    assert_int_equal(poweroffice_call(po, &other, ignored, NULL), ERR_OK);
    refreader_mend(reader, &venue, REF_ACCOUNTS);
    assert_int_equal(poweroffice_waiting(po), 1);            /* the other one */
}

/* Seldom by itself; at once when a person acts, though it was read a moment ago; anew when there is something new. */
static void mend_looks_when_somebody_acts_and_seldom_else(void **unused)
{
    static const struct { int passed_s; bool acted; unsigned bits; size_t calls; int next_s; const char *why; } rows[] = {
        { 55, false, REF_ACCOUNTS, 0, 60, "not for a minute" },
        { 65, false, REF_ACCOUNTS, 1, 0, "a minute after" },
        { 65, true, REF_ACCOUNTS, 1, 0, "a person acted" },
        { 10, true, REF_ACCOUNTS, 1, 0, "a person acted, read just now" },
        { 700, false, REF_ACCOUNTS | REF_DEPARTMENTS, 2, 0, "another reason to be held" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(drop(unused) || make(unused), 0);
        was_read(at(0, 12), REF_FOR_VOUCHERS);
        refreader_mend(reader, &venue, REF_ACCOUNTS);        /* held; read just now */
        assert_int_equal(poweroffice_waiting(po), 0);
        set_clock(at(0, 12) + rows[i].passed_s);
        if (rows[i].acted)
            refreader_acted(reader, STR("client"));
        refreader_mend(reader, &venue, rows[i].bits);
        if (poweroffice_waiting(po) != rows[i].calls)
            fail_msg("%s: %zu calls", rows[i].why, poweroffice_waiting(po));
        if (rows[i].next_s && llabs(refreader_next_look_ms(reader) / 1000 - at(0, 12) - rows[i].next_s) > 3)
            fail_msg("%s: next look %" PRId64, rows[i].why, refreader_next_look_ms(reader) / 1000 - at(0, 12));
    }
}

/* A right that is missing is no reason to read everything again and again. */
static void missing_right_is_not_read_in_circles(void **unused)
{
    struct refdata data = { .have = REF_FOR_VOUCHERS, .read_ms = clock_now_ms(), .accounting_ok = true, .client = STR("7"),
                            .missing_privileges = STR("SalesOrders_Full") };

    (void)unused;
    assert_int_equal(refdata_put(poweroffice_refstore(po), STR("client"), &data), ERR_OK);
    refreader_tend(reader, &venue, REF_FOR_VOUCHERS);
    assert_int_equal(poweroffice_waiting(po), 0);
}

static void finished(void *context, struct str client_id, enum err err)
{
    assert_true(str_equal(client_id, STR("client")));
    *(enum err *)context = err;
}

/* Nobody listens: the reading fails, keeps what was there, and is not tried again at once. */
static void failed_reading_changes_nothing_and_waits(void **unused)
{
    enum err err = ERR_OK;
    uint64_t before = 0, after = 0;

    (void)unused;
    was_read(at(0, 12), REF_FOR_VOUCHERS);
    assert_int_equal(refdata_version(poweroffice_refstore(po), STR("client"), &before), ERR_OK);
    assert_int_equal(refreader_read(reader, &venue, REF_FOR_VOUCHERS, finished, &err), ERR_OK);
    assert_int_equal(refreader_read(reader, &venue, REF_FOR_VOUCHERS, finished, &err), ERR_BUSY);
    poweroffice_run(po, clock_steady_ms() + 20000);
    assert_int_equal(err, ERR_NETWORK);
    assert_int_equal(refreader_under_way(reader), 0);
    assert_int_equal(refdata_version(poweroffice_refstore(po), STR("client"), &after), ERR_OK);
    assert_int_equal(after, before);
    refreader_contradicted(reader, &venue, REF_FOR_VOUCHERS);
    assert_int_equal(poweroffice_waiting(po), 0);
}

static void venue_that_is_gone_ends_its_reading(void **unused)
{
    enum err err = ERR_OK;

    (void)unused;
    config.venue_count = 0;
    assert_int_not_equal(refreader_read(reader, &venue, REF_FOR_VOUCHERS, finished, &err), ERR_OK);
    assert_int_equal(refreader_under_way(reader), 0);
}

/* Two processes are two openers with leases of their own. */
static void one_process_reads(void **unused)
{
    struct poweroffice *first = po;
    struct refreader *first_reader = reader;

    (void)unused;
    refreader_tend(reader, &venue, REF_FOR_VOUCHERS);
    assert_int_equal(poweroffice_waiting(po), ALL_VOUCHER_CALLS);
    open_all();
    refreader_tend(reader, &venue, REF_FOR_VOUCHERS);
    assert_int_equal(poweroffice_waiting(po), 0);
    assert_int_equal(refreader_read(reader, &venue, REF_FOR_VOUCHERS, NULL, NULL), ERR_BUSY);
    refreader_close(first_reader);                           /* it gives its lease back */
    poweroffice_close(first);
    assert_int_equal(refreader_read(reader, &venue, REF_FOR_VOUCHERS, NULL, NULL), ERR_OK);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(read_when_due), ROW(contradiction_reads_at_once), ROW(failed_reading_changes_nothing_and_waits),
        ROW(venue_that_is_gone_ends_its_reading), ROW(one_process_reads),
        ROW(mend_looks_at_what_documents_wait_for), ROW(mend_looks_when_somebody_acts_and_seldom_else),
        ROW(missing_right_is_not_read_in_circles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
