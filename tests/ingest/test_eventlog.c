#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "domain/config.h"
#include "domain/event_canonical.h"
#include "ingest/eventlog_inside.h"
#include "base/wire.h"
#include "tests/temporary.h"
#include "tests/on_engine.h"

enum { PARTITIONS = 4, ENTRIES_MAX = 600 };

static char folder[64];
static struct eventlog *event_log;
static struct arena arena;

static int start(void **unused)
{
    struct fault fault = { "" };

    (void)unused;
    assert_true(temporary_folder("eventlog", folder, sizeof folder));
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

static struct event receipt(const char *venue, uint64_t seq, int64_t ore)
{
    struct event event = {
        .venue = str_of(venue), .reg = STR("K1"), .seq = seq, .kind = EVENT_RECEIPT, .time = 1795214467,
        .offset_min = 60,
    };

    event.payments = arena_array(&arena, 1, sizeof *event.payments);
    event.payments[0] = (struct payment){ STR("card"), { ore } };
    event.payment_count = 1;
    return event;
}

static struct eventlog_entry entry_of(const struct event *event)
{
    struct eventlog_entry entry = { .partition = venue_partition(event->venue, PARTITIONS) };
    struct key identity;

    eventlog_identity(event, &identity);
    entry.identity = arena_copy(&arena, key_str(&identity));
    assert_int_equal(event_encode(event, &arena, &entry.canonical), ERR_OK);
    event_hash(entry.canonical, &entry.hash);
    return entry;
}

static enum err append(const char *venue, uint64_t first, size_t count, int64_t ore,
                       enum eventlog_outcome *ret_outcomes)
{
    static struct eventlog_entry entries[ENTRIES_MAX];
    struct eventlog_batch batch = { .entries = entries, .entry_count = count, .now_ms = 1 };
    enum err err;

    for (size_t i = 0; i < count; i++) {
        struct event event = receipt(venue, first + i, ore);

        entries[i] = entry_of(&event);
    }
    err = eventlog_commit(event_log, &batch);
    for (size_t i = 0; i < count && ret_outcomes; i++)
        ret_outcomes[i] = entries[i].outcome;
    return err;
}

/* Reads a partition to its end in steps; checks that sequence numbers are those expected. */
static uint64_t read_all(uint32_t partition, uint64_t from, size_t count_max, size_t bytes)
{
    for (;;) {
        struct eventlog_piece piece;
        struct reader in;

        assert_int_equal(eventlog_peek(event_log, partition, from, count_max, bytes, &piece), ERR_OK);
        if (piece.count == 0) {
            assert_true(from == piece.end);
            return from;
        }
        assert_true(piece.first == from && piece.count <= count_max);
        reader_init(&in, piece.record);
        assert_int_equal(take_array(&in, piece.count), piece.count);
        for (size_t i = 0; i < piece.count; i++) {
            struct event event;

            assert_int_equal(event_decode(take_any(&in), &arena, &event), ERR_OK);
            assert_true(event.seq == from + i);
        }
        assert_int_equal(reader_done(&in), ERR_OK);
        from += piece.count;
    }
}

/* Goal: offsets rise by one from 0 over all commits, and reading gives the events from any of them. */
static void offsets_and_reading(void **unused)
{
    uint32_t partition = venue_partition(STR("oslo"), PARTITIONS);
    static const struct { size_t count_max, bytes; } ways[] = { { 1, 1 }, { 3, 65536 }, { 1000, 200 }, { 1000, 65536 } };

    (void)unused;
    for (uint64_t at = 0; at < 1500; at += 500)
        assert_int_equal(append("oslo", at, 500, 100, NULL), ERR_OK);
    assert_int_equal(append("oslo", 1500, 1, 100, NULL), ERR_OK);
    for (size_t i = 0; i < COUNT(ways); i++)
        for (uint64_t from = 0; from <= 1501; from += 97)
            assert_true(read_all(partition, from, ways[i].count_max, ways[i].bytes) == 1501);
    assert_true(read_all(partition, 1501, 10, 65536) == 1501);
}

/* Goal: other partitions are untouched, and one past the end is told as such. */
static void partitions_are_apart(void **unused)
{
    uint32_t partition = venue_partition(STR("oslo"), PARTITIONS);
    struct eventlog_piece piece;
    uint64_t end;

    (void)unused;
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        assert_int_equal(eventlog_end(event_log, p, &end), ERR_OK);
        assert_true(end == (p == partition ? 1501 : 0));
    }
    assert_int_equal(eventlog_peek(event_log, partition, 9999, 10, 65536, &piece), ERR_OK);
    assert_true(piece.count == 0 && piece.end == 1501);
}

/* Goal: the same content is a duplicate, other content a conflict, also within one batch. */
static void duplicates_and_conflicts(void **unused)
{
    enum eventlog_outcome outcomes[4];
    struct eventlog_entry entries[5];
    struct event events[5] = { receipt("bergen", 7, 1), receipt("bergen", 7, 1), receipt("bergen", 7, 2),
                               receipt("bergen", 7, 2), receipt("bergen", 8, 1) };
    static const enum eventlog_outcome expected[5] = { EVENTLOG_NEW, EVENTLOG_DUPLICATE, EVENTLOG_CONFLICT,
                                                       EVENTLOG_DUPLICATE, EVENTLOG_NEW };
    struct eventlog_batch batch = { .entries = entries, .entry_count = 5, .now_ms = 1 };
    uint64_t before, after;

    (void)unused;
    assert_int_equal(eventlog_end(event_log, venue_partition(STR("bergen"), PARTITIONS), &before), ERR_OK);
    for (size_t i = 0; i < 5; i++)
        entries[i] = entry_of(&events[i]);
    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(entries[i].outcome, expected[i]);
    assert_int_equal(eventlog_end(event_log, venue_partition(STR("bergen"), PARTITIONS), &after), ERR_OK);
    assert_true(after == before + 3);
    assert_int_equal(append("bergen", 7, 2, 1, outcomes), ERR_OK);
    assert_true(outcomes[0] == EVENTLOG_DUPLICATE && outcomes[1] == EVENTLOG_DUPLICATE);
    assert_int_equal(append("bergen", 7, 1, 3, outcomes), ERR_OK);
    assert_true(outcomes[0] == EVENTLOG_CONFLICT);
}

static enum err count_event(uint32_t partition, uint64_t offset, struct str canonical, void *context)
{
    struct event event;
    int64_t *sum = context;

    (void)partition;
    (void)offset;
    assert_int_equal(event_decode(canonical, &arena, &event), ERR_OK);
    assert_true(event.seq == 7);
    *sum += event.payments[0].amount.ore;
    return ERR_OK;
}

/* Goal: every version of a receipt is found by its identity, and nothing else. */
static void found_by_identity(void **unused)
{
    struct event event = receipt("bergen", 7, 0);
    int64_t sum = 0;

    (void)unused;
    assert_int_equal(eventlog_find(event_log, &event, count_event, &sum), ERR_OK);
    assert_true(sum == 1 + 2 + 3);
    event.seq = 700;
    assert_int_equal(eventlog_find(event_log, &event, count_event, &sum), ERR_NOT_FOUND);
    assert_true(sum == 6);
}

static enum err mark_seen(struct str key, struct str value, void *context)
{
    struct strbuf *text = context;

    strbuf_format(text, STR_FMT "=" STR_FMT " ", STR_ARG(key), STR_ARG(value));
    return ERR_OK;
}

/* Goal: marks come true with their batch, the last one of a key, and can be taken away. */
static void marks(void **unused)
{
    const struct eventlog_mark first[] = { { STR("spool/a"), STR("1") }, { STR("spool/b"), STR("2") },
                                           { STR("spool/a"), STR("3") }, { STR("other"), STR("4") } };
    const struct eventlog_mark second[] = { { STR("spool/b"), STR_NONE }, { STR("spool/none"), STR_NONE } };
    struct eventlog_batch batch = { .marks = first, .mark_count = 4, .now_ms = 1 };
    struct strbuf text;

    (void)unused;
    strbuf_init(&text, 1000);
    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
    batch.marks = second;
    batch.mark_count = 2;
    assert_int_equal(eventlog_marks(event_log, STR("spool/"), mark_seen, &text), ERR_OK);
    assert_string_equal(text.bytes, "spool/a=3 spool/b=2 ");
    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
    strbuf_reset(&text);
    assert_int_equal(eventlog_marks(event_log, STR("spool/"), mark_seen, &text), ERR_OK);
    assert_string_equal(text.bytes, "spool/a=3 ");
    strbuf_free(&text);
}

struct listed { size_t count, quiet; uint64_t first_line, last_line; size_t bytes; int64_t last_ms; };

static enum err list(int64_t time_ms, const struct eventlog_refusal *refusal, void *context)
{
    struct listed *listed = context;

    if (listed->count++ == 0)
        listed->first_line = refusal->line;
    assert_true(time_ms >= listed->last_ms && refusal->line > listed->last_line);
    listed->quiet += str_equal(refusal->source, STR("spool/a"));
    assert_true(str_equal(refusal->source, STR("http")) || str_equal(refusal->source, STR("spool/a")));
    assert_true(str_equal(refusal->venue, STR("oslo")));
    assert_true(str_equal(refusal->reason, STR("because")));
    listed->last_ms = time_ms;
    listed->last_line = refusal->line;
    listed->bytes = refusal->bytes.len;
    return ERR_OK;
}

/* Goal: refusals are kept in order, also when the clock goes back; the oldest of the source with the most make room,
 * which is said, and a flood from one source pushes out nothing of another's. */
static void refusals(void **unused)
{
    static char bytes[20000];
    static struct eventlog_refusal rows[100];
    struct listed all = { 0 }, late = { 0 };
    uint64_t line = 0;
    size_t trimmed = 0;

    (void)unused;
    for (int commit = 0; commit < 111; commit++) {
        struct eventlog_batch batch = { .refusals = rows, .refusal_count = COUNT(rows),
                                        .now_ms = commit == 50 ? 10 : 1000 + commit };

        for (size_t i = 0; i < COUNT(rows); i++)
            rows[i] = (struct eventlog_refusal){ commit == 0 ? STR("spool/a") : STR("http"), ++line, STR("oslo"),
                                                 STR("because"), { bytes, commit == 110 ? sizeof bytes : 10 }, 0 };
        assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
        trimmed += batch.trimmed;
    }
    assert_int_equal(trimmed, 1100);
    assert_int_equal(eventlog_refused(event_log, 0, list, &all), ERR_OK);
    assert_int_equal(all.count, EVENTLOG_REFUSED_MAX);
    assert_true(all.first_line == 1 && all.quiet == 100 && all.last_line == 11100 && all.bytes == EVENTLOG_REFUSED_BYTES);
    assert_int_equal(eventlog_refused(event_log, 1110, list, &late), ERR_OK);
    assert_int_equal(late.count, 100);
}

/* Goal: the number of partitions cannot change under the readers; reading alone needs no number. */
static void partitions_are_fixed(void **unused)
{
    struct eventlog *second;
    struct fault fault;

    (void)unused;
    assert_int_equal(eventlog_open(str_of(folder), PARTITIONS + 1, 0, &second, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "set partitions back to 4"));
    assert_int_equal(eventlog_open(STR("/nonexistent/log"), 0, STORE_READ_ONLY, &second, &fault), ERR_NOT_FOUND);
}

/* Goal: what was committed is there after kill -9, and what was not is not. */
static void killed_while_appending(void **unused)
{
    uint32_t partition = venue_partition(STR("killed"), PARTITIONS);
    uint64_t committed = 0, before, end;
    int pipe_ends[2], status;
    pid_t child;

    (void)unused;
    assert_int_equal(eventlog_end(event_log, partition, &before), ERR_OK);
    eventlog_close(event_log);
    assert_int_equal(pipe(pipe_ends), 0);
    child = fork();
    if (child == 0) {
        struct fault fault;

        if (eventlog_open(str_of(folder), PARTITIONS, 0, &event_log, &fault))
            _exit(1);
        for (uint64_t seq = 0;; seq += 10) {
            uint64_t told = seq + 10;

            if (append("killed", seq, 10, 1, NULL) || write(pipe_ends[1], &told, sizeof told) != sizeof told)
                _exit(1);
        }
    }
    assert_true(child > 0);
    (void)close(pipe_ends[1]);
    while (committed < 300 && read(pipe_ends[0], &committed, sizeof committed) == sizeof committed)
        continue;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_true(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    while (read(pipe_ends[0], &committed, sizeof committed) == sizeof committed)
        continue;                                    /* what it told before it died */
    (void)close(pipe_ends[0]);
    assert_int_equal(eventlog_open(str_of(folder), PARTITIONS, 0, &event_log, NULL), ERR_OK);
    assert_int_equal(eventlog_end(event_log, partition, &end), ERR_OK);
    end -= before;
    assert_true(end >= committed && end <= committed + 10 && end % 10 == 0);
}

/* Goal: a full disk refuses the batch as a whole, and the log goes on when there is room. */
static void full_disk(void **unused)
{
    struct rlimit old, limit;
    uint64_t before, after, seq = 0;
    enum err err = ERR_OK;
    struct eventlog_piece piece;
    uint32_t partition = venue_partition(STR("full"), PARTITIONS);

    (void)unused;
    SKIP_ON_ENGINE();
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = (struct rlimit){ 1 << 20, old.rlim_max };
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    for (; !err && seq < 200000; seq += 500) {
        arena_reset(&arena);
        assert_int_equal(eventlog_end(event_log, partition, &before), ERR_OK);
        err = append("full", seq, 500, 1, NULL);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_true(err == ERR_STORE_FULL || err == ERR_STORE_IO);
    assert_int_equal(eventlog_end(event_log, partition, &after), ERR_OK);
    assert_true(after == before);
    assert_int_equal(append("full", seq - 500, 500, 1, NULL), ERR_OK);
    assert_int_equal(eventlog_peek(event_log, partition, after + 499, 10, 65536, &piece), ERR_OK);
    assert_true(piece.count == 1);
}

struct fixed { struct str key, value; };

static enum err put_fixed(struct txn *txn, void *context)
{
    const struct fixed *fixed = context;

    return store_put(txn, LOG_FIXED, fixed->key, fixed->value);
}

/* Goal: a number of partitions that nobody can have configured is damage, not memory to be asked for (found by tests/fuzz/fuzz_rows.c). */
static void partitions_are_bounded(void **unused)
{
    static const struct { const char *why; struct str value; enum err err; } rows[] = {
        { "as many as the configuration may say", { "\0\0\1\0", 4 }, ERR_OK },
        { "one more", { "\0\0\1\1", 4 }, ERR_STORE_DAMAGED }, { "3,221,225,473 of them", STR("\xc0\0\0\1"), ERR_STORE_DAMAGED },
        { "none", { "\0\0\0\0", 4 }, ERR_STORE_DAMAGED },      { "no number", STR("\1"), ERR_STORE_DAMAGED },
    };
    struct fault fault = { "" };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fixed fixed = { STR("partitions"), rows[i].value };
        char path[40];
        struct eventlog *log;
        enum err err;

        assert_true(temporary_folder("fixed", path, sizeof path));
        assert_int_equal(eventlog_open(str_of(path), 1, STORE_VOLATILE, &log, &fault), ERR_OK);
        assert_int_equal(store_write(log->store, put_fixed, &fixed), ERR_OK);
        eventlog_close(log);
        err = eventlog_open(str_of(path), 1, STORE_READ_ONLY, &log, &fault);
        if (err != rows[i].err)
            fail_msg("%s: %s", rows[i].why, err_text(err));
        if (!err)
            eventlog_close(log);
        assert_int_equal(temporary_remove(path), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_and_reading),      cmocka_unit_test(partitions_are_apart),
        cmocka_unit_test(duplicates_and_conflicts), cmocka_unit_test(found_by_identity),
        cmocka_unit_test(marks),                    cmocka_unit_test(refusals),
        cmocka_unit_test(partitions_are_fixed),     cmocka_unit_test(killed_while_appending),
        cmocka_unit_test(full_disk),                cmocka_unit_test(partitions_are_bounded),
    };

    return cmocka_run_group_tests_name("eventlog", tests, start, stop);
}
