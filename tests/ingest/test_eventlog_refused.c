/* Goal: a refused line that is damaged on the disk stops neither what comes nor what goes: others are listed, known again, numbered behind
 * it, taken away when they are old, and it goes with those of its time, or with the name that stands in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <lmdb.h>

#include "ingest/eventlog_inside.h"
#include "ingest/eventlog_judge.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

enum { PARTITIONS = 4 };

static char state[64], folder[80];
static struct eventlog *event_log;

static void reopen(void)
{
    struct fault fault = { "" };

    eventlog_close(event_log);
    if (eventlog_open(str_of(folder), PARTITIONS, 0, &event_log, &fault))
        fail_msg("%s", fault.text);
}

static int start(void **unused)
{
    (void)unused;
    assert_true(temporary_folder("refused", state, sizeof state));
    (void)snprintf(folder, sizeof folder, "%s/ingest", state);
    event_log = NULL;
    reopen();
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    eventlog_close(event_log);
    return temporary_remove(state);
}

static void refuse(int64_t now_ms, uint64_t line, const char *bytes)
{
    struct eventlog_refusal refusal = { .source = STR("spool/a"), .line = line, .venue = STR("oslo"), .reason = STR("?"),
                                        .bytes = str_of(bytes) };
    struct eventlog_batch batch = { .refusals = &refusal, .refusal_count = 1, .now_ms = now_ms };

    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
}

/* Behind the log's back, a bit of the row's first letter: what a disk does. */
static void flip(int row)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    MDB_val key, value;
    MDB_cursor *cursor;
    char bytes[200];

    eventlog_close(event_log);
    event_log = NULL;
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 16), 0);
    assert_int_equal(mdb_env_open(env, folder, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, "refused", 0, &table), 0);
    assert_int_equal(mdb_cursor_open(txn, table, &cursor), 0);
    for (int at = 0; at <= row; at++)
        assert_int_equal(mdb_cursor_get(cursor, &key, &value, at ? MDB_NEXT : MDB_FIRST), 0);
    assert_true(value.mv_size < sizeof bytes);
    memcpy(bytes, value.mv_data, value.mv_size);
    bytes[2] ^= 1;
    value.mv_data = bytes;
    assert_int_equal(mdb_cursor_put(cursor, &key, &value, MDB_CURRENT), 0);
    mdb_cursor_close(cursor);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
    reopen();
}

struct listed { size_t count; char text[256]; };

static enum err list(int64_t time_ms, const struct eventlog_refusal *refusal, void *context)
{
    struct listed *listed = context;
    size_t at = strlen(listed->text);

    (void)snprintf(listed->text + at, sizeof listed->text - at, "%lld " STR_FMT "\n", (long long)time_ms,
                   STR_ARG(refusal->bytes));
    listed->count++;
    return ERR_OK;
}

static void assert_listed(int64_t from_ms, const char *text)
{
    struct listed listed = { 0 };

    assert_int_equal(eventlog_refused(event_log, from_ms, list, &listed), ERR_OK);
    assert_string_equal(listed.text, text);
}

static size_t damaged(void)
{
    struct storecheck check = { .state_dir = str_of(state), .out = fopen("/dev/null", "w") };
    struct fault fault = { "" };

    eventlog_close(event_log);
    event_log = NULL;
    assert_non_null(check.out);
    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    assert_int_equal(eventlog_judge_run(&check, &fault), ERR_OK);
    arena_free(&check.arena);
    (void)fclose(check.out);
    reopen();
    return check.damaged;
}

static void what_comes_is_taken(void **unused)
{
    (void)unused;
    SKIP_ON_ENGINE();
    refuse(1000, 1, "first");
    refuse(2000, 2, "second");
    refuse(3000, 3, "last");
    flip(1);
    flip(2);
    assert_int_equal(damaged(), 2);
    refuse(2500, 4, "another");
    refuse(2500, 1, "first");            /* is known */
    assert_listed(0, "1000 first\n3000 another\n");
    assert_listed(1001, "3000 another\n");
}

static void what_is_old_goes(void **unused)
{
    uint64_t expired = 0;

    (void)unused;
    SKIP_ON_ENGINE();
    refuse(1000, 1, "first");
    refuse(2000, 2, "second");
    refuse(3000, 3, "third");
    flip(0);
    flip(2);
    assert_int_equal(eventlog_refused_expire(event_log, 2500, &expired), ERR_OK);
    assert_int_equal(expired, 2);
    assert_listed(0, "");
    assert_int_equal(damaged(), 1);
    assert_int_equal(eventlog_refused_expire(event_log, 3001, &expired), ERR_OK);
    assert_int_equal(expired, 1);
    assert_int_equal(damaged(), 0);
}

static void a_name_in_it_goes(void **unused)
{
    static const struct str venues[] = { { "oslo", 4 } };
    const struct renaming renaming = { .person = PERSON_STAFF, .name = STR("Kari"), .pseudonym = STR("nobody"),
                                       .venues = venues, .venue_count = 1 };

    (void)unused;
    SKIP_ON_ENGINE();
    refuse(1000, 1, "{\"staff\":\"Kari\"}");
    refuse(2000, 2, "{\"staff\":\"Ola\"}");
    flip(0);
    flip(1);
    assert_int_equal(eventlog_refused_forget(event_log, &renaming), ERR_OK);
    assert_int_equal(damaged(), 1);
}

static void too_many_are_shared_out(void **unused)
{
    static struct eventlog_refusal rows[EVENTLOG_REFUSED_MAX + EVENTLOG_REFUSED_SLACK];
    struct eventlog_batch batch = { .refusals = rows, .refusal_count = COUNT(rows), .now_ms = 2000 };

    (void)unused;
    SKIP_ON_ENGINE();
    refuse(1000, 1, "first");
    flip(0);
    for (size_t i = 0; i < COUNT(rows); i++)
        rows[i] = (struct eventlog_refusal){ STR("http"), i, STR("oslo"), STR("?"), STR("x") };
    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
    assert_int_equal(batch.trimmed, EVENTLOG_REFUSED_SLACK + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_comes_is_taken, start, stop),
        cmocka_unit_test_setup_teardown(what_is_old_goes, start, stop),
        cmocka_unit_test_setup_teardown(a_name_in_it_goes, start, stop),
        cmocka_unit_test_setup_teardown(too_many_are_shared_out, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
