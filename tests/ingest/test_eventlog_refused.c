/* Goal: a refused line that is damaged on the disk stops neither what comes nor what goes: others are listed, known again, numbered behind
 * it, taken away when they are old, and it goes with those of its time, or with the name that stands in it. A line that names a person
 * is known for that, however the name is written in it. */
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

static const struct { const char *why, *name, *bytes; size_t len; bool names; } rows[] = {
#define ROW(why, name, bytes, names) { why, name, bytes, sizeof(bytes) - 1, names }
    ROW("as it is", "Pål \"Å\"", "{\"staff\":\"Pål \\\"Å\\\"\"", true),
    ROW("as Python's json writes it", "Pål Å", "{\"staff\":\"P\\u00e5l \\u00C5\"", true),
    ROW("beyond the 16 bits", "a\xf0\x9f\x98\x80", "{\"staff\":\"a\\ud83d\\ude00\"", true),
    ROW("escaped without need", "A/S", "\"A\\/S\"", true),
    ROW("a backslash", "A\\S", "\"A\\\\S\"", true),
    ROW("it begins so", "Kari", "\"Kari Nordmann\"", false),
    ROW("it ends so", "Kari", "\"Lise Kari\"", false),
    ROW("cut off", "Kari", "{\"staff\":\"Kari", false),
    ROW("another letter", "Pål", "\"P\\u00e6l\"", false),
    ROW("a broken escape", "Pål", "\"P\\u00zz\"", false),
    ROW("msgpack, short", "Kari", "\x82\xa5staff\xa4Kari\xa1x", true),
    ROW("msgpack, longer than the name", "Kari", "\x82\xa5staff\xa9Kari Lise", false),
    ROW("msgpack, of 32 and more", "Kari Nordmann med et langt etternavn",
        "\xd9\x24" "Kari Nordmann med et langt etternavn", true),
    ROW("a number where a text belongs", "14", "{\"v\":1,\"staff\": 14,\"seq\":2}", true),
    ROW("another number", "14", "{\"v\":14,\"staff\":140}", false),
    ROW("another field's", "14", "{\"customer\":14}", false),
    ROW("nothing", "14", "", false),
#undef ROW
};

static void a_line_says_a_name(void **unused)
{
    static const struct str venues[] = { { "oslo", 4 } };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct renaming renaming = { .person = PERSON_STAFF, .name = str_of(rows[i].name), .venues = venues,
                                           .venue_count = 1 };
        struct eventlog_refusal refusal = { .venue = STR("oslo"), .bytes = { rows[i].bytes, rows[i].len } };

        if (eventlog_refusal_names(&refusal, &renaming) != rows[i].names)
            fail_msg("%s", rows[i].why);
        refusal = (struct eventlog_refusal){ .reason = refusal.bytes };
        if (eventlog_refusal_names(&refusal, &renaming) != rows[i].names)
            fail_msg("%s, in the reason", rows[i].why);
        refusal.venue = STR("moss");
        assert_false(eventlog_refusal_names(&refusal, &renaming));
    }
}

static void too_many_are_shared_out(void **unused)
{
    static struct eventlog_refusal lines[EVENTLOG_REFUSED_MAX + EVENTLOG_REFUSED_SLACK];
    struct eventlog_batch batch = { .refusals = lines, .refusal_count = COUNT(lines), .now_ms = 2000 };

    (void)unused;
    SKIP_ON_ENGINE();
    refuse(1000, 1, "first");
    flip(0);
    for (size_t i = 0; i < COUNT(lines); i++)
        lines[i] = (struct eventlog_refusal){ STR("http"), i, STR("oslo"), STR("?"), STR("x"), 0 };
    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
    assert_int_equal(batch.trimmed, EVENTLOG_REFUSED_SLACK + 1);
}

/* Goal: the token that a line came with is kept; a row without one has the bytes of before there were any, and is read. */
static void a_token_is_kept(void **unused)
{
    static const struct { uint64_t token; unsigned char members; } tokens[] = { { 0, 0x95 }, { 7, 0x96 } };

    (void)unused;
    for (size_t i = 0; i < COUNT(tokens); i++) {
        const struct eventlog_refusal refusal = { .source = STR("http"), .line = 3, .venue = STR("oslo"), .reason = STR("?"),
                                                  .bytes = STR("x"), .token = tokens[i].token };
        struct eventlog_refusal read;
        struct strbuf row;

        strbuf_init(&row, 4096);
        eventlog_refusal_write(&refusal, &row);
        assert_int_equal((unsigned char)row.bytes[0], tokens[i].members);
        assert_int_equal(eventlog_refusal_read(strbuf_str(&row), &read), ERR_OK);
        assert_true(read.token == tokens[i].token && read.line == 3 && str_equal(read.bytes, STR("x")));
        strbuf_free(&row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_comes_is_taken, start, stop),
        cmocka_unit_test_setup_teardown(what_is_old_goes, start, stop),
        cmocka_unit_test_setup_teardown(a_name_in_it_goes, start, stop),
        cmocka_unit_test(a_line_says_a_name),
        cmocka_unit_test(a_token_is_kept),
        cmocka_unit_test_setup_teardown(too_many_are_shared_out, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
