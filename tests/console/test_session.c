/* Goal: a session is its token's and nobody else's, and ends by its age, by not being used, and when it is ended; what rests
 * tells no token, and the token of forms is one session's own. */
#include "console/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NEEDED(call) assert_int_equal((call), ERR_OK)

enum { MINUTE = 60000 };
static const struct session_limits limits = { .age_ms = 600 * MINUTE, .idle_ms = 60 * MINUTE };
static char folder[] = "/tmp/bilag-sessions-XXXXXX";

static struct sessions *opened(void)
{
    struct fault fault = { "" };
    struct sessions *sessions;

    NEEDED(sessions_open(str_of(folder), &sessions, &fault));
    return sessions;
}

static enum err find(struct sessions *sessions, const char *text, int64_t now_ms)
{
    struct session session;
    struct arena arena;
    enum err err;

    arena_init(&arena, 65536);
    err = sessions_find(sessions, str_of(text), &limits, now_ms, &arena, &session);
    if (!err)
        assert_true(str_equal(session.user, STR("kari")));
    arena_free(&arena);
    return err;
}

static void it_ends(void **unused)
{
    struct sessions *sessions = opened();
    char text[SESSION_TEXT_SIZE], other[SESSION_TEXT_SIZE];

    (void)unused;
    NEEDED(sessions_begin(sessions, STR("kari"), &limits, 0, text));
    NEEDED(sessions_begin(sessions, STR("kari"), &limits, 0, other));
    assert_string_not_equal(text, other);
    NEEDED(find(sessions, text, MINUTE));
    assert_int_equal(find(sessions, "x", MINUTE), ERR_NOT_FOUND);
    assert_int_equal(find(sessions, "", MINUTE), ERR_NOT_FOUND);
    for (int64_t now = 0; now <= 600; now += 50)
        NEEDED(find(sessions, text, now * MINUTE));          /* used: it lives as long as it may */
    assert_int_equal(find(sessions, text, 601 * MINUTE), ERR_NOT_FOUND);
    assert_int_equal(find(sessions, other, 62 * MINUTE), ERR_NOT_FOUND);     /* not used */
    NEEDED(sessions_begin(sessions, STR("kari"), &limits, 700 * MINUTE, text));
    NEEDED(find(sessions, text, 700 * MINUTE));
    NEEDED(sessions_end(sessions, str_of(text)));
    assert_int_equal(find(sessions, text, 700 * MINUTE), ERR_NOT_FOUND);
    assert_int_equal(sessions_end(sessions, str_of(text)), ERR_NOT_FOUND);
    sessions_close(sessions);
}

static void it_survives_a_restart(void **unused)
{
    struct sessions *sessions = opened();
    char text[SESSION_TEXT_SIZE];

    (void)unused;
    NEEDED(sessions_begin(sessions, STR("kari"), &limits, 0, text));
    sessions_close(sessions);
    sessions = opened();
    NEEDED(find(sessions, text, MINUTE));
    sessions_close(sessions);
}

static void the_oldest_goes(void **unused)
{
    struct sessions *sessions = opened();
    char text[SESSIONS_PER_USER + 1][SESSION_TEXT_SIZE];

    (void)unused;
    for (int i = 0; i <= SESSIONS_PER_USER; i++)
        NEEDED(sessions_begin(sessions, STR("kari"), &limits, 1000 * MINUTE + i, text[i]));
    assert_int_equal(find(sessions, text[0], 1001 * MINUTE), ERR_NOT_FOUND);
    NEEDED(find(sessions, text[1], 1001 * MINUTE));
    NEEDED(find(sessions, text[SESSIONS_PER_USER], 1001 * MINUTE));
    sessions_close(sessions);
}

static void forms_have_their_own_token(void **unused)
{
    char token[SESSION_TEXT_SIZE], other[SESSION_TEXT_SIZE];

    (void)unused;
    session_form_token(STR("one"), token);
    session_form_token(STR("two"), other);
    assert_string_not_equal(token, other);
    assert_true(session_form_token_is(STR("one"), str_of(token)));
    assert_false(session_form_token_is(STR("two"), str_of(token)));
    assert_false(session_form_token_is(STR("one"), STR_NONE));
    token[3] ^= 1;
    assert_false(session_form_token_is(STR("one"), str_of(token)));
}

struct putting { struct str key, value; };

static enum err put_row(struct txn *txn, void *context)
{
    const struct putting *putting = context;

    return store_put(txn, 0, putting->key, putting->value);
}

static uint64_t judged(const char *state, char *said, size_t size)
{
    struct storecheck check = { .state_dir = str_of(state), .out = fmemopen(said, size, "w") };
    struct fault fault = { "" };

    assert_non_null(check.out);
    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    NEEDED(sessions_judge(&check, &fault));
    arena_free(&check.arena);
    (void)fclose(check.out);
    return check.damaged;
}

/* Goal: fsck finds each kind of row that no sign-in makes, and nothing against one that a sign-in made. */
static void damaged_rows_are_found(void **unused)
{
    static const char *const names[] = { "sessions" };
    static const char hash[] = "0123456789abcdef0123456789abcdef";
    static const struct { struct str key, value; const char *why; } bad[] = {
        { { "short", 5 }, { "\x94\x01\xa1k\x05\x05", 6 }, "its key is not of the form" },
        { { hash, 32 }, { "\x94\x01\xa1k\x05", 5 }, "it cannot be decoded" },
        { { hash, 32 }, { "\x94\x01\xa3k/k\x05\x05", 8 }, "it cannot be decoded" },
        { { hash, 32 }, { "\x94\x01\xa1k\x05\x04", 6 }, "it was used before it began" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char text[SESSION_TEXT_SIZE], said[4096] = "", state[64], path[80];
        struct putting putting = { bad[i].key, bad[i].value };
        struct sessions *sessions;
        struct fault fault = { "" };
        struct store *store;

        (void)snprintf(state, sizeof state, "%s/state%zu", folder, i);
        (void)snprintf(path, sizeof path, "%s/console", state);
        NEEDED(sessions_open(str_of(state), &sessions, &fault));
        NEEDED(sessions_begin(sessions, STR("kari"), &limits, 1000, text));
        sessions_close(sessions);
        assert_int_equal(judged(state, said, sizeof said), 0);
        NEEDED(store_open(str_of(path), names, 1, 1, 0, &store, &fault));
        NEEDED(store_write(store, put_row, &putting));
        store_close(store);
        if (judged(state, said, sizeof said) != 1 || !strstr(said, bad[i].why))
            fail_msg("row %zu: not \"%s\" but \"%s\"", i, bad[i].why, said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_ends), cmocka_unit_test(it_survives_a_restart), cmocka_unit_test(the_oldest_goes),
        cmocka_unit_test(forms_have_their_own_token), cmocka_unit_test(damaged_rows_are_found),
    };
    char remove[64];
    int failed;

    if (!mkdtemp(folder))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)snprintf(remove, sizeof remove, "rm -rf %s", folder);
    return system(remove) ? 1 : failed;
}
