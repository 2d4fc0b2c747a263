/* Goal: each phase of a connection has its patience; strangers make room before those who have shown a token. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "door/visitors.h"

enum { HEAD_MS = 1000, BODY_MS = 5000 };

static struct visitor *come(struct visitors *visitors, int pair[2], int64_t now_ms)
{
    struct visitor *visitor;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    visitor = visitors_add(visitors, pair[0], now_ms);
    assert_non_null(visitor);
    return visitor;
}

static bool is_shut(const int pair[2])
{
    char byte;

    return recv(pair[1], &byte, 1, MSG_DONTWAIT) == 0;
}

static void leave(const int pair[2])
{
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
}

static void each_phase_has_its_patience(void **unused)
{
    static const struct { const char *why; enum visitor_phase phase; int64_t lasts_ms; } rows[] = {
        { "a head", VISITOR_HEAD, HEAD_MS }, { "a body", VISITOR_BODY, BODY_MS }, { "idle", VISITOR_IDLE, VISITORS_IDLE_MS },
        { "our own answer", VISITOR_ANSWER, INT64_MAX },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t last_ms = rows[i].lasts_ms == INT64_MAX ? INT64_MAX / 2 : 1000 + rows[i].lasts_ms, next_ms;
        struct visitors *visitors;
        struct visitor *visitor;
        int pair[2];

        assert_int_equal(visitors_open(&visitors), ERR_OK);
        visitor = come(visitors, pair, 1000);
        visitor_is(visitor, rows[i].phase, false, 1000);
        assert_int_equal(visitors_turn(visitors, HEAD_MS, BODY_MS, last_ms, &next_ms), 0);
        assert_false(is_shut(pair));
        assert_true(next_ms > last_ms && next_ms != INT64_MAX);
        if (rows[i].lasts_ms != INT64_MAX) {
            assert_int_equal(visitors_turn(visitors, HEAD_MS, BODY_MS, last_ms + 1000, &next_ms), 1);
            assert_true(is_shut(pair));
            assert_int_equal(visitors_turn(visitors, HEAD_MS, BODY_MS, last_ms + 2000, &next_ms), 0);     /* once */
        }
        visitors_drop(visitors, visitor);
        assert_int_equal(visitors_turn(visitors, HEAD_MS, BODY_MS, last_ms + 3000, &next_ms), 0);
        assert_int_equal(next_ms, INT64_MAX);
        visitors_close(visitors);
        leave(pair);
    }
}

static void strangers_make_room(void **unused)
{
    enum { FULL = VISITORS_MAX - VISITORS_RESERVE };
    static int pairs[FULL + 2][2];
    struct visitors *visitors;

    (void)unused;
    assert_int_equal(visitors_open(&visitors), ERR_OK);
    for (int i = 0; i < FULL; i++)
        visitor_is(come(visitors, pairs[i], i), VISITOR_BODY, i == 0, i);            /* the oldest has a token */
    assert_false(is_shut(pairs[1]));
    (void)come(visitors, pairs[FULL], FULL);
    assert_true(is_shut(pairs[1]));
    assert_false(is_shut(pairs[0]));
    assert_false(is_shut(pairs[2]));
    (void)come(visitors, pairs[FULL + 1], FULL);
    assert_true(is_shut(pairs[2]));
    visitors_close(visitors);
    for (int i = 0; i < FULL + 2; i++)
        leave(pairs[i]);
    visitor_is(NULL, VISITOR_HEAD, false, 0);
    visitors_drop(NULL, NULL);
    visitors_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_phase_has_its_patience), cmocka_unit_test(strangers_make_room) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
