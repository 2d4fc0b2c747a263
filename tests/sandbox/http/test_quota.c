/* test_quota.c - the sandbox's rate limit: a sliding window of exactly one second. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "sandbox/http/quota.c"
#include "sandbox/base/text.c"

#define MS INT64_C(1000000)

/* Goal: in no second, wherever it begins, are more than the limit let through; refused ones do not
 * count; keys do not share. */
static void quota_table(void **unused)
{
    static const struct { const char *why; size_t key; int64_t at_ms; bool passes; } rows[] = {
        { "first",                        0, 5000, true },  { "second",             0, 5100, true },
        { "third, the limit",             0, 5900, true },  { "fourth",             0, 5950, false },
        { "another key",                  1, 5950, true },  { "just not a second",  0, 5999, false },
        { "a second after the first",     0, 6000, true },  { "window still full",  0, 6001, false },
        { "a second after the second",    0, 6100, true },  { "long after",         0, 60000, true },
    };
    struct quotas quotas = { 0 };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (quota_take(&quotas, rows[i].key, 3, rows[i].at_ms * MS) != rows[i].passes)
            fail_msg("%s", rows[i].why);
    assert_int_equal(quotas.over_limit, 3);
    assert_int_equal(quotas.max_in_a_second, 6);              /* 5100 to 6001 */
    quotas_free(&quotas);
}

/* Goal: whatever the rhythm, the windows of accepted requests keep the limit. Seed printed. */
static void quota_random(void **unused)
{
    static int64_t accepted[100000];
    size_t count = 0;
    uint64_t state = 20261123;
    int64_t now = 0;
    struct quotas quotas = { 0 };

    (void)unused;
    (void)printf("seed %llu\n", (unsigned long long)state);
    for (int i = 0; i < 100000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        now += (int64_t)(state >> 40) % (60 * MS);
        if (quota_take(&quotas, 0, 10, now))
            accepted[count++] = now;
    }
    for (size_t i = 10; i < count; i++)
        assert_true(accepted[i] - accepted[i - 10] >= 1000 * MS);
    assert_true(count > 1000);
    quotas_free(&quotas);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(quota_table), cmocka_unit_test(quota_random) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
