/* Goal: days and times are read and written as they are, nonsense is refused or bounded, and a test's file moves the clock. */
#include "base/clock.h"
#include "tests/temporary.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { KEPT = 12345 };

static int32_t day_of(const char *text)
{
    int32_t day = 0;

    if (day_parse(str_of(text), &day))
        fail_msg("%s is no day", text);
    return day;
}

static void days_table(void **unused)
{
    static const struct { const char *text; enum err err; int32_t day; } rows[] = {
        { "1970-01-01", ERR_OK, 0 },          { "1969-12-31", ERR_OK, -1 },
        { "2026-11-20", ERR_OK, 20777 },      { "2000-02-29", ERR_OK, 11016 },
        { "2024-02-29", ERR_OK, 19782 },      { "2024-12-31", ERR_OK, 20088 },
        { "2025-01-01", ERR_OK, 20089 },      { "0001-01-01", ERR_OK, -719162 },
        { "9999-12-31", ERR_OK, 2932896 },    { "2023-02-29", ERR_RANGE, KEPT },
        { "1900-02-29", ERR_RANGE, KEPT },    { "2026-04-31", ERR_RANGE, KEPT },
        { "2026-13-01", ERR_RANGE, KEPT },    { "2026-00-10", ERR_RANGE, KEPT },
        { "2026-01-00", ERR_RANGE, KEPT },    { "2026-01-32", ERR_RANGE, KEPT },
        { "0000-01-01", ERR_RANGE, KEPT },    { "2026-1-01", ERR_FORMAT, KEPT },
        { "2026-11-2", ERR_FORMAT, KEPT },    { "2026/11/20", ERR_FORMAT, KEPT },
        { "2026-11-20 ", ERR_FORMAT, KEPT },  { "20a6-11-20", ERR_FORMAT, KEPT },
        { "", ERR_FORMAT, KEPT },             { "+026-11-20", ERR_FORMAT, KEPT },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int32_t day = KEPT;
        enum err err = day_parse(str_of(rows[i].text), &day);
        char text[16];

        if (err != rows[i].err || day != rows[i].day)
            fail_msg("%s: %s, day %" PRId32, rows[i].text, err_text(err), day);
        if (!err)
            assert_string_equal(day_text(day, text), rows[i].text);
    }
}

static void every_day_of_four_centuries_round_trips(void **unused)
{
    int32_t last_year = 1899, last_month = 12, last_day = 31;

    (void)unused;
    for (int32_t day = day_of("1900-01-01"); day <= day_of("2300-12-31"); day++) {
        int32_t year, month, of_month;
        bool next_day, next_month, next_year;

        day_to_civil(day, &year, &month, &of_month);
        assert_int_equal(day_of_civil(year, month, of_month), day);
        next_day = year == last_year && month == last_month && of_month == last_day + 1;
        next_month = year == last_year && month == last_month + 1 && of_month == 1 && last_day >= 28;
        next_year = year == last_year + 1 && month == 1 && of_month == 1 && last_month == 12 && last_day == 31;
        assert_true(next_day || next_month || next_year);
        last_year = year;
        last_month = month;
        last_day = of_month;
    }
}

static void utc_texts(void **unused)
{
    static const struct { int64_t ms; const char *text; } rows[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { -1, "1969-12-31T23:59:59Z" },
        { INT64_C(1795300867999), "2026-11-21T22:41:07Z" },
    };
    char text[32];

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(time_text_utc(rows[i].ms, text), rows[i].text);
    assert_true(strlen(time_text_utc(INT64_MAX, text)) < 32);
    assert_true(strlen(time_text_utc(INT64_MIN, text)) < 32);
}

/* Wall clock to UTC, on the days on which it is no subtraction. */
static void offset_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Waits until the clock is `seconds` off, for at most two seconds. */
static bool clock_comes_to(int64_t seconds)
{
    int64_t until = clock_steady_ms() + 2000;

    while (clock_steady_ms() < until) {
        int64_t off = clock_now_ms() - (int64_t)time(NULL) * 1000 - seconds * 1000;

        if (off > -1500 && off < 1500)
            return true;
    }
    return false;
}

static void the_file_moves_the_clock(void **unused)
{
    char path[] = "/tmp/bilag-clock-XXXXXX";
    int fd = mkstemp(path);
    int64_t steady;

    (void)unused;
    assert_true(fd >= 0);
    temporary_own(path);
    assert_int_equal(close(fd), 0);
    assert_true(clock_comes_to(0));
    offset_write(path, "86400\n");
    assert_int_equal(setenv("BILAG_CLOCK", path, 1), 0);
    assert_true(clock_comes_to(86400));
    offset_write(path, "-3600");
    steady = clock_steady_ms();
    assert_true(clock_comes_to(-3600));
    assert_true(clock_steady_ms() - steady < 2000);          /* waits are not moved */
    offset_write(path, "");                                  /* half written: as it was, on every later reading */
    for (steady = clock_steady_ms(); clock_steady_ms() - steady < 100;)
        assert_true(clock_comes_to(-3600));
    assert_int_equal(unsetenv("BILAG_CLOCK"), 0);
    assert_true(clock_comes_to(0));
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_table), cmocka_unit_test(every_day_of_four_centuries_round_trips), cmocka_unit_test(utc_texts),
        cmocka_unit_test(the_file_moves_the_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
