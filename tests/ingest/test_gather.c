#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "ingest/gather.h"

enum { LINGER = 20, QUIET = 7 };

static int64_t wake;

/* How long a group waits in which so many deliveries are there at once and nothing follows; the answers take no time. */
static int64_t closed_loop(struct gather *gather, size_t deliveries, int64_t *now)
{
    int64_t began = *now;

    while (!gather_ready(gather, deliveries, deliveries, LINGER, *now, &wake)) {
        assert_true(wake > *now && wake != INT64_MAX);
        *now = wake;
    }
    assert_false(gather_ready(gather, 0, 0, LINGER, *now, &wake));
    assert_true(wake == INT64_MAX);
    return *now - began;
}

/* Goal: who waits for each answer waits for nobody else, but for a trial now and then, ever more seldom. */
static void alone_at_once(void **unused)
{
    struct gather gather = { 0 };
    int64_t now = 1000, waited = 0;
    int trials = 0;

    (void)unused;
    for (int i = 0; i < 2000; i++, now++) {
        int64_t wait = closed_loop(&gather, 1, &now);

        assert_true(wait == 0 || wait == QUIET);
        trials += wait > 0;
        waited += wait;
    }
    assert_true(trials < 20 && waited == trials * QUIET);
}

/* Goal: as many as wait for each answer are committed together at once; fewer than last time are not waited for long, and
 * more that came meanwhile are no reason to wait. */
static void several_at_a_time(void **unused)
{
    struct gather gather = { 0 };
    int64_t now = 1000;

    (void)unused;
    assert_int_equal(closed_loop(&gather, 5, &now), QUIET);
    assert_int_equal(closed_loop(&gather, 5, &now), 0);
    assert_int_equal(closed_loop(&gather, 6, &now), 0);
    while (closed_loop(&gather, 5, &now) == 0)
        ;
    assert_int_equal(closed_loop(&gather, 5, &now), 0);
    assert_int_equal(closed_loop(&gather, 3, &now), QUIET);
    assert_int_equal(closed_loop(&gather, 3, &now), 0);
}

/* Goal: what comes every few milliseconds, whatever is answered, shares commits that are a linger apart. */
static void more_keeps_coming(void **unused)
{
    struct gather gather = { 0 };
    size_t pending = 0, commits = 0, sent = 0;

    (void)unused;
    for (int64_t now = 1000; now < 5000; now++) {
        if (now % 4 == 0) {
            pending++;
            sent++;
        }
        if (!gather_ready(&gather, pending, pending, LINGER, now, &wake))
            continue;
        commits++;
        pending = 0;
    }
    assert_true(sent == 1000 && commits < sent / 4);
}

/* Goal: nothing waits longer than a linger, and with none nothing waits; one that stops shares what is there. */
static void never_longer(void **unused)
{
    struct gather gather = { 0 };
    int64_t now = 1000;
    size_t pending = 1;

    (void)unused;
    for (; !gather_ready(&gather, pending, pending, LINGER, now, &wake); pending++)
        now++;
    assert_int_equal(now, 1000 + LINGER);
    for (size_t i = 1; i < 100; i++)
        assert_true(gather_ready(&gather, i, i, 0, now, &wake));
    assert_false(gather_ready(&gather, 1, 1, LINGER, now, &wake));
    assert_true(gather_ready(&gather, 1, 1, 0, now, &wake));
}

/* Goal: a group that went by itself because it was full begins anew. */
static void full_begins_anew(void **unused)
{
    struct gather gather = { 0 };

    (void)unused;
    assert_false(gather_ready(&gather, 100, 100, LINGER, 1000, &wake));
    assert_false(gather_ready(&gather, 2, 1, LINGER, 1019, &wake));
    assert_int_equal(wake, 1019 + QUIET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone_at_once),     cmocka_unit_test(several_at_a_time), cmocka_unit_test(more_keeps_coming),
        cmocka_unit_test(never_longer),      cmocka_unit_test(full_begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
