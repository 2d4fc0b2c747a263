#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>

#include "domain/config.h"
#include "domain/event_canonical.h"
#include "ingest/eventlog_inside.h"
#include "ingest/eventlog_judge.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

enum { PARTITIONS = 4, ENTRIES_MAX = 1000, LONG = TAIL_EVENTS / PARTITIONS };

static char top[64], folder[80];
static struct eventlog *event_log;
static struct arena arena;

static struct eventlog *open_log(void)
{
    struct eventlog *opened = NULL;
    struct fault fault = { "" };

    if (eventlog_open(str_of(folder), PARTITIONS, STORE_VOLATILE, &opened, &fault))
        fail_msg("%s", fault.text);
    return opened;
}

static int start(void **unused)
{
    (void)unused;
    assert_true(temporary_folder("tail", top, sizeof top));
    (void)snprintf(folder, sizeof folder, "%s/ingest", top);
    arena_init(&arena, 256 << 20);
    event_log = open_log();
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    eventlog_close(event_log);
    arena_free(&arena);
    return temporary_remove(top);
}

static struct eventlog_entry entry_of(const char *venue, uint64_t seq, int64_t ore)
{
    struct event event = { .venue = str_of(venue), .reg = STR("K1"), .seq = seq, .kind = EVENT_RECEIPT, .time = 1795214467,
                           .offset_min = 60, .payment_count = 1 };
    struct eventlog_entry entry = { .partition = venue_partition(event.venue, PARTITIONS) };
    struct payment payment = { STR("card"), { ore } };
    struct key identity;

    event.payments = &payment;
    eventlog_identity(&event, &identity);
    entry.identity = arena_copy(&arena, key_str(&identity));
    assert_int_equal(event_encode(&event, &arena, &entry.canonical), ERR_OK);
    event_hash(entry.canonical, &entry.hash);
    return entry;
}

/* Receipts first, first + 1, ... in one commit; all must have the outcome. */
static void append(struct eventlog *to, const char *venue, uint64_t first, size_t count, int64_t ore,
                   enum eventlog_outcome outcome)
{
    static struct eventlog_entry entries[ENTRIES_MAX];

    while (count) {
        size_t now = count < ENTRIES_MAX ? count : ENTRIES_MAX;
        struct eventlog_batch batch = { .entries = entries, .entry_count = now, .now_ms = 1 };

        arena_reset(&arena);
        for (size_t i = 0; i < now; i++)
            entries[i] = entry_of(venue, first + i, ore);
        assert_int_equal(eventlog_commit(to, &batch), ERR_OK);
        for (size_t i = 0; i < now; i++)
            assert_int_equal(entries[i].outcome, outcome);
        first += now;
        count -= now;
    }
}

static enum err count_version(uint32_t partition, uint64_t offset, struct str canonical, void *context)
{
    (void)partition;
    (void)offset;
    (void)canonical;
    ++*(size_t *)context;
    return ERR_OK;
}

static size_t versions(struct eventlog *of, const char *venue, uint64_t seq)
{
    struct event event = { .venue = str_of(venue), .reg = STR("K1"), .seq = seq };
    size_t count = 0;
    enum err err = eventlog_find(of, &event, count_version, &count);

    assert_int_equal(err, count ? ERR_OK : ERR_NOT_FOUND);
    return count;
}

static enum err count_rows(struct txn *txn, void *context)
{
    *(uint64_t *)context = store_count(txn, LOG_SEEN);
    return ERR_OK;
}

static uint64_t in_table(void)
{
    uint64_t count = 0;

    assert_int_equal(store_read(event_log->store, count_rows, &count), ERR_OK);
    return count;
}

static void assert_whole(void)
{
    struct storecheck check = { .state_dir = str_of(top), .out = stderr };
    struct fault fault = { "" };

    arena_init(&check.arena, 8 << 20);
    eventlog_close(event_log);
    if (eventlog_judge_run(&check, &fault))
        fail_msg("%s", fault.text);
    assert_int_equal(check.damaged, 0);
    arena_free(&check.arena);
    event_log = open_log();
}

/* Goal: known is known, and another content is another, whether its identity is in the table or still in the tail, and also
 * for who opened the log meanwhile. */
static void known_in_either(void **unused)
{
    (void)unused;
    append(event_log, "a", 1, 100, 5, EVENTLOG_NEW);
    assert_int_equal(in_table(), 0);
    append(event_log, "a", 1, 100, 5, EVENTLOG_DUPLICATE);
    append(event_log, "a", 7, 1, 6, EVENTLOG_CONFLICT);
    append(event_log, "a", 7, 1, 6, EVENTLOG_DUPLICATE);
    assert_whole();
    append(event_log, "a", 1, 100, 5, EVENTLOG_DUPLICATE);
    assert_int_equal(versions(event_log, "a", 7), 2);
    append(event_log, "a", 101, LONG, 5, EVENTLOG_NEW);
    assert_true(in_table() > LONG / 2);
    append(event_log, "a", 20000, 50, 5, EVENTLOG_NEW);
    assert_true(in_table() < LONG + 151);
    assert_whole();
    append(event_log, "a", 1, 100 + LONG, 5, EVENTLOG_DUPLICATE);
    append(event_log, "a", 20000, 50, 5, EVENTLOG_DUPLICATE);
    append(event_log, "a", 8, 1, 6, EVENTLOG_CONFLICT);
    assert_int_equal(versions(event_log, "a", 8), 2);
    append(event_log, "a", 20000, 1, 7, EVENTLOG_CONFLICT);
    assert_int_equal(versions(event_log, "a", 20000), 2);
    assert_int_equal(versions(event_log, "a", 30000), 0);
    assert_whole();
}

/* Goal: two instances know what the other took, also when the other's went into the table. */
static void two_instances(void **unused)
{
    struct eventlog *other = open_log();

    (void)unused;
    append(event_log, "a", 1, 50, 5, EVENTLOG_NEW);
    append(other, "a", 1, 50, 5, EVENTLOG_DUPLICATE);
    append(other, "a", 51, LONG + 10, 5, EVENTLOG_NEW);
    append(event_log, "a", 1, LONG + 60, 5, EVENTLOG_DUPLICATE);
    append(event_log, "a", LONG + 61, 10, 5, EVENTLOG_NEW);
    append(other, "a", LONG + 61, 10, 5, EVENTLOG_DUPLICATE);
    append(other, "a", 3, 1, 6, EVENTLOG_CONFLICT);
    append(event_log, "a", 3, 1, 6, EVENTLOG_DUPLICATE);
    eventlog_close(other);
    assert_whole();
}

/* Goal: what was not committed is not known, whoever commits next, and is taken when it can be; the map may grow within the
 * commit. */
static void not_committed(void **unused)
{
    static struct eventlog_entry entries[ENTRIES_MAX];
    struct eventlog_batch batch = { .entries = entries, .entry_count = ENTRIES_MAX, .now_ms = 1 };
    struct rlimit was, small = { 0, 0 };
    struct eventlog *other;

    (void)unused;
    SKIP_ON_ENGINE();
    other = open_log();
    append(event_log, "a", 1, 10, 5, EVENTLOG_NEW);
    for (size_t i = 0; i < ENTRIES_MAX; i++)
        entries[i] = entry_of("a", 11 + i, 5);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small.rlim_max = was.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_not_equal(eventlog_commit(event_log, &batch), ERR_OK);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    append(other, "a", 20000, ENTRIES_MAX, 5, EVENTLOG_NEW);         /* at the places that those would have had */
    eventlog_close(other);
    append(event_log, "a", 11, ENTRIES_MAX, 5, EVENTLOG_NEW);
    append(event_log, "b", 1, 60000, 5, EVENTLOG_NEW);
    append(event_log, "a", 1, 10 + ENTRIES_MAX, 5, EVENTLOG_DUPLICATE);
    append(event_log, "b", 1, 60000, 5, EVENTLOG_DUPLICATE);
    assert_whole();
}

static enum err as_it_was(struct txn *txn, void *context)
{
    uint32_t partition = *(const uint32_t *)context;
    struct key key;
    enum err err = tail_read(txn, event_log, partition);

    key_init(&key);
    key_u32(&key, partition);
    if (!err)
        err = tail_index(txn, event_log->tails, partition);
    return err ? err : store_delete(txn, LOG_INDEXED, key_str(&key));
}

/* Goal: a log that the program before wrote, all of it in the table and nothing about a tail, is taken over as it is. */
static void former_layout(void **unused)
{
    uint32_t partition = venue_partition(STR("a"), PARTITIONS);

    (void)unused;
    append(event_log, "a", 1, 100, 5, EVENTLOG_NEW);
    assert_int_equal(store_write(event_log->store, as_it_was, &partition), ERR_OK);
    tails_end(event_log->tails, ERR_OK);
    assert_int_equal(in_table(), 100);
    assert_whole();
    append(event_log, "a", 1, 100, 5, EVENTLOG_DUPLICATE);
    append(event_log, "a", 101, 100, 5, EVENTLOG_NEW);
    assert_int_equal(in_table(), 100);
    append(event_log, "a", 1, 200, 5, EVENTLOG_DUPLICATE);
    assert_whole();
    append(event_log, "a", 1, 200, 5, EVENTLOG_DUPLICATE);
}

static enum err spoil(struct txn *txn, void *context)
{
    struct key key;

    key_init(&key);
    key_u32(&key, *(const uint32_t *)context);
    key_u64(&key, 0);
    return store_put(txn, LOG_EVENTS, key_str(&key), STR("\xc1"));
}

/* Goal: a damaged event in the tail stops no sales: it counts as trimmed. */
static void damaged_tail(void **unused)
{
    uint32_t partition = venue_partition(STR("a"), PARTITIONS);

    (void)unused;
    append(event_log, "a", 1, 10, 5, EVENTLOG_NEW);
    assert_int_equal(store_write(event_log->store, spoil, &partition), ERR_OK);
    eventlog_close(event_log);
    event_log = open_log();
    append(event_log, "a", 11, 10, 5, EVENTLOG_NEW);
    append(event_log, "a", 11, 10, 5, EVENTLOG_DUPLICATE);
    append(event_log, "a", 1, 1, 5, EVENTLOG_NEW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(known_in_either, start, stop),
        cmocka_unit_test_setup_teardown(two_instances, start, stop),
        cmocka_unit_test_setup_teardown(not_committed, start, stop),
        cmocka_unit_test_setup_teardown(former_layout, start, stop),
        cmocka_unit_test_setup_teardown(damaged_tail, start, stop),
    };

    (void)signal(SIGXFSZ, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
