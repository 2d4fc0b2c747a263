#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <inttypes.h>
#include <unistd.h>

#include "domain/config.h"
#include "domain/event_canonical.h"
#include "ingest/eventlog_inside.h"
#include "tests/temporary.h"

enum { PARTITIONS = 4, EVENTS_MAX = 100, ALL = 1000000 };

static char folder[64];
static struct eventlog *event_log;
static struct arena arena;

static int start(void **unused)
{
    struct fault fault = { "" };

    (void)unused;
    assert_true(temporary_folder("trim", folder, sizeof folder));
    arena_init(&arena, 64 << 20);
    if (eventlog_open(str_of(folder), PARTITIONS, 0, &event_log, &fault))
        fail_msg("%s", fault.text);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    eventlog_close(event_log);
    arena_free(&arena);
    return temporary_remove(folder);
}

static uint32_t partition_of(const char *venue)
{
    return venue_partition(str_of(venue), PARTITIONS);
}

static struct event receipt(const char *venue, uint64_t seq, int64_t ore)
{
    struct event event = { .venue = str_of(venue), .reg = STR("K1"), .seq = seq, .kind = EVENT_RECEIPT,
                           .time = 1795214467, .offset_min = 60 };

    event.payments = arena_array(&arena, 1, sizeof *event.payments);
    event.payments[0] = (struct payment){ STR("card"), { ore } };
    event.payment_count = 1;
    return event;
}

/* One record of `count` receipts, appended on a day; gives how many of them were new. */
static size_t append(const char *venue, uint64_t first, size_t count, int64_t ore, int32_t day)
{
    static struct eventlog_entry entries[EVENTS_MAX];
    struct eventlog_batch batch = { .entries = entries, .entry_count = count, .now_ms = day * (int64_t)86400000 + 5 };
    size_t fresh = 0;

    for (size_t i = 0; i < count; i++) {
        struct event event = receipt(venue, first + i, ore);
        struct key identity;

        eventlog_identity(&event, &identity);
        entries[i] = (struct eventlog_entry){ .partition = partition_of(venue) };
        entries[i].identity = arena_copy(&arena, key_str(&identity));
        assert_int_equal(event_encode(&event, &arena, &entries[i].canonical), ERR_OK);
        event_hash(entries[i].canonical, &entries[i].hash);
    }
    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
    for (size_t i = 0; i < count; i++)
        fresh += entries[i].outcome == EVENTLOG_NEW;
    return fresh;
}

static struct eventlog_trim trim(const char *venue, int32_t before_day, uint64_t below, size_t events_max)
{
    struct eventlog_trim trim = { .partition = partition_of(venue), .before_day = before_day, .below = below,
                                  .events_max = events_max };

    assert_int_equal(eventlog_trim(event_log, &trim), ERR_OK);
    return trim;
}

/* The offset that the log begins with, for one who asks for its first event. */
static uint64_t begin_of(const char *venue)
{
    struct eventlog_piece piece;

    assert_int_equal(eventlog_peek(event_log, partition_of(venue), 0, 1, 65536, &piece), ERR_OK);
    assert_true(piece.first == 0 && (piece.begin == 0) == (piece.count == 1));
    return piece.begin;
}

static enum err note_offset(uint32_t partition, uint64_t offset, struct str canonical, void *context)
{
    uint64_t *offsets = context;

    (void)partition;
    (void)canonical;
    offsets[1 + offsets[0]++] = offset;
    return ERR_OK;
}

/* How many versions of a receipt are found. */
static size_t found(const char *venue, uint64_t seq)
{
    struct event event = receipt(venue, seq, 0);
    uint64_t offsets[20] = { 0 };
    enum err err = eventlog_find(event_log, &event, note_offset, offsets);

    assert_int_equal(err, offsets[0] ? ERR_OK : ERR_NOT_FOUND);
    return (size_t)offsets[0];
}

/* Goal: what is old enough and below every reader goes, whole records of it, and nothing else. */
static void what_goes(void **unused)
{
    static const struct {
        const char *why, *venue;
        int32_t before_day;
        uint64_t below, begins;
    } rows[] = {
        { "nothing is old",                    "v0", 100, ALL, 0 },
        { "the day itself is kept",            "v1", 101, ALL, 20 },
        { "two days are old",                  "v2", 103, ALL, 30 },
        { "all of it is old",                  "v3", 200, ALL, 50 },
        { "a reader is at the beginning",      "v4", 200, 0,   0 },
        { "a reader is within a record",       "v5", 200, 15,  10 },
        { "a reader is between two records",   "v6", 200, 20,  20 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t end, base;
        struct eventlog_trim done;

        /* venues may share a partition: each row has the log to itself */
        assert_int_equal(stop(NULL), 0);
        assert_int_equal(start(NULL), 0);
        base = 0;
        assert_int_equal(append(rows[i].venue, base, 10, 1, 100), 10);
        assert_int_equal(append(rows[i].venue, base + 10, 10, 1, 100), 10);
        assert_int_equal(append(rows[i].venue, base + 20, 10, 1, 102), 10);
        assert_int_equal(append(rows[i].venue, base + 30, 20, 1, 103), 20);
        done = trim(rows[i].venue, rows[i].before_day, rows[i].below, ALL);
        if (done.more || done.trimmed != rows[i].begins || begin_of(rows[i].venue) != rows[i].begins)
            fail_msg("%s: %zu trimmed, the log begins at %" PRIu64, rows[i].why, done.trimmed,
                     begin_of(rows[i].venue));
        for (uint64_t seq = 0; seq < 50; seq++)
            assert_int_equal(found(rows[i].venue, seq), seq >= rows[i].begins);
        assert_int_equal(eventlog_end(event_log, partition_of(rows[i].venue), &end), ERR_OK);
        assert_true(end == 50);
    }
}

/* Goal: slices of bounded size come to the same, and a second round finds nothing. */
static void in_slices(void **unused)
{
    size_t slices = 0, trimmed = 0;
    struct eventlog_trim done;

    (void)unused;
    for (uint64_t at = 0; at < 100; at += 10)
        assert_int_equal(append("oslo", at, 10, 1, 100 + (int32_t)(at / 50)), 10);
    do {
        done = trim("oslo", 101, ALL, 15);
        assert_true(done.trimmed <= 20);
        trimmed += done.trimmed;
        slices++;
    } while (done.more);
    assert_int_equal(trimmed, 50);
    assert_int_equal(slices, 3);
    assert_int_equal(trim("oslo", 101, ALL, ALL).trimmed, 0);
    assert_true(begin_of("oslo") == 50);
}

/* Goal: one who reads on from behind what was trimmed sees no difference; offsets are never given twice. */
static void reading_goes_on(void **unused)
{
    struct eventlog_piece piece;

    (void)unused;
    assert_int_equal(append("oslo", 0, 30, 1, 100), 30);
    assert_int_equal(trim("oslo", 101, ALL, ALL).trimmed, 30);
    assert_int_equal(append("oslo", 30, 5, 1, 101), 5);
    assert_true(begin_of("oslo") == 30);
    assert_int_equal(eventlog_peek(event_log, partition_of("oslo"), 29, 10, 65536, &piece), ERR_OK);
    assert_true(piece.count == 0 && piece.begin == 30 && piece.end == 35);
    assert_int_equal(eventlog_peek(event_log, partition_of("oslo"), 30, 10, 65536, &piece), ERR_OK);
    assert_true(piece.count == 5 && piece.begin == 30 && piece.end == 35);
    assert_int_equal(trim("oslo", 101, ALL, ALL).trimmed, 0);
    assert_int_equal(trim("oslo", 102, ALL, ALL).trimmed, 5);
}

/* Goal: what is trimmed and sent again is new under a new offset; a younger version of it stays what it is. */
static void identities_go_with_it(void **unused)
{
    (void)unused;
    assert_int_equal(append("oslo", 0, 10, 1, 100), 10);
    assert_int_equal(append("oslo", 3, 1, 2, 101), 0);       /* receipt 3 with other content */
    assert_int_equal(found("oslo", 3), 2);
    assert_int_equal(trim("oslo", 101, ALL, ALL).trimmed, 10);
    assert_int_equal(found("oslo", 3), 1);
    assert_int_equal(append("oslo", 0, 10, 1, 102), 9);      /* 3 is a conflict with its younger version */
    assert_int_equal(append("oslo", 0, 10, 1, 102), 0);
    assert_int_equal(found("oslo", 3), 2);
    assert_true(begin_of("oslo") == 10);
}

/* Goal: other partitions are left alone. */
static void one_partition(void **unused)
{
    char other[16] = "a";

    (void)unused;
    while (partition_of(other) == partition_of("oslo"))
        other[0]++;
    assert_int_equal(append("oslo", 0, 10, 1, 100), 10);
    assert_int_equal(append(other, 0, 10, 1, 100), 10);
    assert_int_equal(trim("oslo", 200, ALL, ALL).trimmed, 10);
    assert_true(begin_of(other) == 0 && found(other, 9) == 1);
}

static enum err forget_days(struct txn *txn, void *context)
{
    struct key key;

    (void)context;
    key_init(&key);
    key_u32(&key, partition_of("oslo"));
    key_day(&key, 100);
    return store_delete(txn, LOG_DAYS, key_str(&key));
}

/* Goal: what a former program appended without a day counts as of the first day known, never as older. */
static void days_not_known(void **unused)
{
    (void)unused;
    assert_int_equal(append("oslo", 0, 10, 1, 100), 10);
    assert_int_equal(store_write(event_log->store, forget_days, NULL), ERR_OK);
    assert_int_equal(trim("oslo", 500, ALL, ALL).trimmed, 0);
    assert_int_equal(append("oslo", 10, 10, 1, 400), 10);
    assert_int_equal(trim("oslo", 400, ALL, ALL).trimmed, 0);
    assert_int_equal(append("oslo", 20, 10, 1, 401), 10);
    assert_int_equal(trim("oslo", 401, ALL, ALL).trimmed, 20);
}

/* Goal: a clock set back makes nothing older than it is, and a day is written down once. */
static void clock_set_back(void **unused)
{
    (void)unused;
    assert_int_equal(append("oslo", 0, 10, 1, 500), 10);
    assert_int_equal(append("oslo", 10, 10, 1, 3), 10);      /* 1970 */
    assert_int_equal(append("oslo", 20, 10, 1, 450), 10);
    assert_int_equal(trim("oslo", 450, ALL, ALL).trimmed, 0);
    assert_int_equal(append("oslo", 30, 10, 1, 500), 10);
    assert_int_equal(trim("oslo", 500, ALL, ALL).trimmed, 0);
    assert_int_equal(append("oslo", 40, 10, 1, 501), 10);
    assert_int_equal(trim("oslo", 501, ALL, ALL).trimmed, 40);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ALONE(what_goes),      ALONE(in_slices),      ALONE(reading_goes_on), ALONE(identities_go_with_it),
        ALONE(one_partition),  ALONE(days_not_known), ALONE(clock_set_back),
    };

    return cmocka_run_group_tests_name("eventlog_trim", tests, NULL, NULL);
}
