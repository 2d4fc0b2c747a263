/* Goal: what documents the books is kept to the end of the fifth year after its own, and not a day less. The rest of forgetting goes
 * through real processes: tests/system/test_forget.py. */
#include "bilag/keep/forget.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void kept_until(void **unused)
{
    static const struct { const char *why, *day, *until; } rows[] = {
        { "any day", "2026-11-20", "2031-12-31" },
        { "the year's first", "2026-01-01", "2031-12-31" },
        { "the year's last", "2026-12-31", "2031-12-31" },
        { "a leap year's", "2024-02-29", "2029-12-31" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[16];
        int32_t day;

        assert_int_equal(day_parse(str_of(rows[i].day), &day), ERR_OK);
        if (strcmp(day_text(forget_kept_until(day), text), rows[i].until) != 0)
            fail_msg("%s: %s", rows[i].why, text);
    }
}

/* Goal: what a person had posted in the year after is kept for that year's time. */
static void booked_on(void **unused)
{
    static const struct { const char *why, *day, *post_on, *booked; } rows[] = {
        { "as it was sold", "2026-12-31", "2026-12-31", "2026-12-31" },
        { "posted in the next year", "2026-12-31", "2027-01-02", "2027-01-02" },
        { "an order says no such day", "2026-12-31", "1970-01-01", "2026-12-31" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct draft draft = { .revision = 1 };
        char text[16];

        assert_int_equal(day_parse(str_of(rows[i].day), &draft.doc.day), ERR_OK);
        assert_int_equal(day_parse(str_of(rows[i].post_on), &draft.post_on), ERR_OK);
        if (strcmp(day_text(forget_booked_on(&draft), text), rows[i].booked) != 0)
            fail_msg("%s: %s", rows[i].why, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(kept_until), cmocka_unit_test(booked_on) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
