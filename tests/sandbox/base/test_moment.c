/* test_moment.c - the sandbox's dates and times: only real ones, and the same out as in. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sandbox/base/moment.c"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BAD INT64_C(-1)

/* Goal: ISO 8601 in all the forms that clients send; anything else is refused. */
static void moment_parse_table(void **unused)
{
    static const struct { const char *text; int64_t ms; } rows[] = {
        { "1970-01-01",                         0 },
        { "2026-11-23T15:04:05Z",               INT64_C(1795446245000) },
        { "2026-11-23T16:04:05+01:00",          INT64_C(1795446245000) },
        { "2026-11-23T15:04:05",                INT64_C(1795446245000) },
        { "2026-11-23T15:04:05.1234567Z",       INT64_C(1795446245123) },
        { "2024-02-29",                         INT64_C(1709164800000) },
        { "2026-02-29", BAD }, { "2026-13-01", BAD }, { "2026-00-10", BAD }, { "26-11-23", BAD },
        { "2026-11-23T25:00:00Z", BAD }, { "2026-11-23 15:04:05", BAD }, { "2026-11-23T15:04", BAD },
        { "2026-11-23T15:04:05 01:00", BAD }, { "", BAD }, { "yesterday", BAD },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t ms = BAD;

        if (moment_parse(rows[i].text, &ms) != (rows[i].ms != BAD) || (rows[i].ms != BAD && ms != rows[i].ms))
            fail_msg("%s: %" PRId64, rows[i].text, ms);
    }
}

/* Goal: every day of 400 years comes back as itself, one day after the other. */
static void date_round_trip(void **unused)
{
    char date[DATE_BYTES] = "1900-01-01", next[DATE_BYTES], parsed[DATE_BYTES];

    (void)unused;
    for (int day = 0; day < 146097; day++) {
        date_add(date, 1, next);
        assert_true(strcmp(date, next) < 0);
        assert_true(date_parse(next, parsed));
        assert_string_equal(next, parsed);
        memcpy(date, next, sizeof date);
    }
    assert_string_equal(date, "2300-01-01");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(moment_parse_table),
                                        cmocka_unit_test(date_round_trip) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
