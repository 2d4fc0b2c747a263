/* Goal: a moment belongs to the right local time in every zone and on every odd day, whichever build of tzdata is
 * installed; damaged zone files are refused or bounded, never believed. */
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

static struct zone *zone_of(const char *name)
{
    struct zone *zone = NULL;
    struct fault fault;

    if (zone_open(str_of(name), &zone, &fault))
        fail_msg("%s: %s", name, fault.text);
    return zone;
}

static int32_t day_of(const char *text)
{
    int32_t day = 0;

    if (day_parse(str_of(text), &day))
        fail_msg("%s is no day", text);
    return day;
}

static void wall_clock_table(void **unused)
{
    static const struct { const char *why, *zone, *day; int32_t hour, minute; const char *utc; } rows[] = {
        { "winter",                       "Europe/Oslo", "2026-01-15",  5,  0, "2026-01-15T04:00:00Z" },
        { "summer",                       "Europe/Oslo", "2026-07-15",  5,  0, "2026-07-15T03:00:00Z" },
        { "before the gap",               "Europe/Oslo", "2026-03-29",  1, 59, "2026-03-29T00:59:00Z" },
        { "in the gap: the moment after", "Europe/Oslo", "2026-03-29",  2, 30, "2026-03-29T01:00:00Z" },
        { "after the gap",                "Europe/Oslo", "2026-03-29",  3,  0, "2026-03-29T01:00:00Z" },
        { "twice: the first",             "Europe/Oslo", "2026-10-25",  2, 30, "2026-10-25T00:30:00Z" },
        { "the first of the hour",        "Europe/Oslo", "2026-10-25",  2,  0, "2026-10-25T00:00:00Z" },
        { "after the repeated hour",      "Europe/Oslo", "2026-10-25",  3,  0, "2026-10-25T02:00:00Z" },
        { "after every table, spring",    "Europe/Oslo", "2079-03-26",  5,  0, "2079-03-26T03:00:00Z" },
        { "after every table, autumn",    "Europe/Oslo", "2079-10-29",  2, 30, "2079-10-29T00:30:00Z" },
        { "year end",                     "Europe/Oslo", "2026-12-31", 23, 59, "2026-12-31T22:59:00Z" },
        { "leap day",                     "Europe/Oslo", "2028-02-29",  5,  0, "2028-02-29T04:00:00Z" },
        { "three and a half hours",       "America/St_Johns", "2026-01-15", 5, 0, "2026-01-15T08:30:00Z" },
        { "half past, summer",            "America/St_Johns", "2026-07-15", 5, 0, "2026-07-15T07:30:00Z" },
        { "a quarter, no summer time",    "Asia/Kathmandu", "2026-07-15",  5,  0, "2026-07-14T23:15:00Z" },
        { "south: summer in January",     "Pacific/Auckland", "2026-01-15", 5, 0, "2026-01-14T16:00:00Z" },
        { "half an hour of summer",       "Australia/Lord_Howe", "2026-10-04", 2, 15, "2026-10-03T15:30:00Z" },
        { "a day that was left out",      "Pacific/Apia", "2011-12-30",  5,  0, "2011-12-30T10:00:00Z" },
        { "the day after it",             "Pacific/Apia", "2011-12-31",  5,  0, "2011-12-30T15:00:00Z" },
        { "the day before it",            "Pacific/Apia", "2011-12-29",  5,  0, "2011-12-29T15:00:00Z" },
        { "winter time is the odd one",   "Europe/Dublin", "2040-07-15",  5,  0, "2040-07-15T04:00:00Z" },
        { "no rule at all",               "UTC",         "2026-07-15",  5,  0, "2026-07-15T05:00:00Z" },
        { "before all tables",            "Europe/Oslo", "1850-01-01",  0, 43, "1850-01-01T00:00:00Z" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct zone *zone = zone_of(rows[i].zone);
        int32_t day = day_of(rows[i].day);
        char text[32];

        for (int again = 0; again < 2; again++) {            /* the second answer comes from the cache */
            int64_t utc = zone_utc(zone, day, rows[i].hour * 3600 + rows[i].minute * 60);

            if (strcmp(time_text_utc(utc * 1000, text), rows[i].utc) != 0)
                fail_msg("%s (%s %s): %s", rows[i].why, rows[i].zone, rows[i].day, text);
        }
        zone_close(zone);
    }
}

static void days_of_23_24_and_25_hours(void **unused)
{
    static const struct { const char *why, *day; int32_t cutoff; int64_t hours; } rows[] = {
        { "an ordinary day",             "2026-11-20", 5 * 3600, 24 },
        { "clocks go forward",           "2026-03-28", 5 * 3600, 23 },
        { "the morning after",           "2026-03-29", 5 * 3600, 24 },
        { "clocks go back",              "2026-10-24", 5 * 3600, 25 },
        { "the morning after",           "2026-10-25", 5 * 3600, 24 },
        { "midnight, clocks go forward", "2026-03-29", 0,        23 },
        { "midnight, clocks go back",    "2026-10-25", 0,        25 },
        { "cut-off in the gap: begins at 03:00", "2026-03-29", 2 * 3600, 23 },
        { "cut-off twice: begins at the first",  "2026-10-25", 2 * 3600, 25 },
        { "by the rule only, forward",   "2079-03-25", 5 * 3600, 23 },
        { "by the rule only, back",      "2079-10-28", 5 * 3600, 25 },
        { "across the year's end",       "2026-12-31", 5 * 3600, 24 },
        { "leap day",                    "2028-02-29", 5 * 3600, 24 },
    };
    struct zone *zone = zone_of("Europe/Oslo");

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int32_t day = day_of(rows[i].day);
        int64_t seconds = zone_utc(zone, day + 1, rows[i].cutoff) - zone_utc(zone, day, rows[i].cutoff);

        if (seconds != rows[i].hours * 3600)
            fail_msg("%s (%s): %" PRId64 " s", rows[i].why, rows[i].day, seconds);
    }
    zone_close(zone);
}

/* The C library reads the same files in its own way: it must agree, everywhere and at any time. */
static void agrees_with_libc(void **unused)
{
    static const char *const zones[] = {
        "Europe/Oslo", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Europe/Dublin", "Africa/Casablanca",
        "Australia/Lord_Howe", "America/Nuuk", "Asia/Gaza", "America/Santiago", "UTC", "Antarctica/Troll", "EST5EDT",
    };
    unsigned seed = (unsigned)time(NULL);

    (void)unused;
    print_message("seed %u\n", seed);
    srand(seed);
    for (size_t z = 0; z < COUNT(zones); z++) {
        struct zone *zone = zone_of(zones[z]);

        assert_int_equal(setenv("TZ", zones[z], 1), 0);
        tzset();
        for (int i = 0; i < 4000; i++) {
            /* from 1900 to 2100, and the hours around */
            time_t when = (time_t)rand() * 3 - (time_t)2208988800;
            struct civil local;
            struct tm libc;

            assert_non_null(localtime_r(&when, &libc));
            zone_civil(zone, when, &local);
            if (zone_offset(zone, when) != libc.tm_gmtoff || local.day != libc.tm_mday ||
                local.month != libc.tm_mon + 1 || local.year != libc.tm_year + 1900 || local.hour != libc.tm_hour ||
                local.minute != libc.tm_min || local.second != libc.tm_sec)
                fail_msg("%s at %lld: %d, libc %ld", zones[z], (long long)when, zone_offset(zone, when), libc.tm_gmtoff);
        }
        zone_close(zone);
    }
    (void)unsetenv("TZ");
}

static void nonsense_times_are_bounded(void **unused)
{
    static const int64_t times[] = { INT64_MAX, INT64_MIN, INT64_C(1) << 60, -(INT64_C(1) << 60), INT64_C(1) << 46 };
    struct zone *zone = zone_of("Europe/Oslo");
    struct civil local;

    (void)unused;
    for (size_t i = 0; i < COUNT(times); i++) {
        int32_t offset = zone_offset(zone, times[i]);

        assert_true(offset > -86400 && offset < 86400);
        zone_civil(zone, times[i], &local);
        assert_true(local.month >= 1 && local.month <= 12 && local.hour >= 0 && local.hour < 24);
    }
    zone_close(zone);
}

/* ---- zone files of our own ---- */

static char zone_folder[64];

static int zones_begin(void **unused)
{
    (void)unused;
    return temporary_folder("zones", zone_folder, sizeof zone_folder) && setenv("TZDIR", zone_folder, 1) == 0 ? 0 : -1;
}

static int zones_end(void **unused)
{
    (void)unused;
    (void)unsetenv("TZDIR");
    return temporary_remove(zone_folder);
}

static void own_write(const uint8_t *bytes, size_t len)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/Own", zone_folder);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

/* As slim as can be: no table, one type (local mean time, 43 min), and the footer. */
static size_t slim_file(const char *footer, uint8_t *bytes)
{
    size_t len = 0;

    for (int block = 0; block < 2; block++) {
        memset(bytes + len, 0, 44);
        memcpy(bytes + len, "TZif2", 5);
        bytes[len + 39] = 1;             /* one type */
        bytes[len + 43] = 4;             /* four bytes of names */
        len += 44;
        memcpy(bytes + len, "\0\0\x0a\x14\0\0LMT\0", 10);
        len += 10;
    }
    bytes[len++] = '\n';
    memcpy(bytes + len, footer, strlen(footer));
    len += strlen(footer);
    bytes[len++] = '\n';
    return len;
}

static void slim_files_go_by_their_footer(void **unused)
{
    static const struct { const char *why, *footer; enum err err; const char *day; int32_t hour; const char *utc; } rows[] = {
        { "Oslo, winter", "CET-1CEST,M3.5.0,M10.5.0/3", ERR_OK, "2026-01-15", 5, "2026-01-15T04:00:00Z" },
        { "Oslo, in the gap", "CET-1CEST,M3.5.0,M10.5.0/3", ERR_OK, "2026-03-29", 2, "2026-03-29T01:00:00Z" },
        { "Oslo, summer", "CET-1CEST,M3.5.0,M10.5.0/3", ERR_OK, "2026-03-29", 5, "2026-03-29T03:00:00Z" },
        { "Oslo, back to winter", "CET-1CEST,M3.5.0,M10.5.0/3", ERR_OK, "2026-10-25", 5, "2026-10-25T04:00:00Z" },
        { "no summer", "<+0545>-5:45", ERR_OK, "2026-07-15", 5, "2026-07-14T23:15:00Z" },
        { "south", "NZST-12NZDT,M9.5.0,M4.1.0/3", ERR_OK, "2026-12-31", 5, "2026-12-30T16:00:00Z" },
        { "negative time", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", ERR_OK, "2026-03-28", 23, "2026-03-29T01:00:00Z" },
        { "days of the year", "AAA0BBB,59/2,J300/2", ERR_OK, "2026-03-01", 5, "2026-03-01T04:00:00Z" },
        { "day 60 of a leap year is 29 February", "AAA0BBB,59/2,J300/2", ERR_OK, "2028-02-29", 5, "2028-02-29T04:00:00Z" },
        { "J60 is always 1 March", "AAA0BBB,J60/2,J300/2", ERR_OK, "2028-02-29", 5, "2028-02-29T05:00:00Z" },
        { "J60 is always 1 March", "AAA0BBB,J60/2,J300/2", ERR_OK, "2028-03-01", 5, "2028-03-01T04:00:00Z" },
        { "summer all year", "EST5EDT,0/0,J365/25", ERR_OK, "2026-12-31", 23, "2027-01-01T03:00:00Z" },
        { "summer of two hours", "AAA0BBB-2,M3.5.0,M10.5.0", ERR_OK, "2026-07-15", 5, "2026-07-15T03:00:00Z" },
        { "nothing known but the table", "", ERR_OK, "2026-07-15", 5, "2026-07-15T04:17:00Z" },
        { "no name", "-1", ERR_FORMAT, "", 0, "" },
        { "no time", "CET", ERR_FORMAT, "", 0, "" },
        { "half a rule", "CET-1CEST,M3.5.0", ERR_FORMAT, "", 0, "" },
        { "month 13", "CET-1CEST,M13.5.0,M10.5.0/3", ERR_FORMAT, "", 0, "" },
        { "week 0", "CET-1CEST,M3.0.0,M10.5.0/3", ERR_FORMAT, "", 0, "" },
        { "weekday 7", "CET-1CEST,M3.5.7,M10.5.0/3", ERR_FORMAT, "", 0, "" },
        { "too far", "CET-99CEST,M3.5.0,M10.5.0/3", ERR_FORMAT, "", 0, "" },
        { "something after it", "CET-1CEST,M3.5.0,M10.5.0/3x", ERR_FORMAT, "", 0, "" },
        { "J0", "AAA0BBB,J0/2,J300/2", ERR_FORMAT, "", 0, "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t bytes[256];
        struct zone *zone = NULL;
        char text[32];
        enum err err;

        own_write(bytes, slim_file(rows[i].footer, bytes));
        err = zone_open(STR("Own"), &zone, NULL);
        if (err != rows[i].err)
            fail_msg("%s: %s", rows[i].why, err_text(err));
        if (!err && strcmp(time_text_utc(zone_utc(zone, day_of(rows[i].day), rows[i].hour * 3600) * 1000, text),
                           rows[i].utc) != 0)
            fail_msg("%s: %s", rows[i].why, text);
        zone_close(zone);
    }
}

static size_t oslo_bytes(uint8_t *bytes, size_t size)
{
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Oslo", "rb");
    size_t len;

    assert_non_null(file);
    len = fread(bytes, 1, size, file);
    assert_int_equal(fclose(file), 0);
    return len;
}

static void cut_files_are_refused(void **unused)
{
    uint8_t bytes[8192];
    size_t len = oslo_bytes(bytes, sizeof bytes);

    (void)unused;
    for (size_t cut = 0; cut < len; cut++) {
        struct zone *zone = NULL;

        own_write(bytes, cut);
        if (zone_open(STR("Own"), &zone, NULL) != ERR_FORMAT)
            fail_msg("cut to %zu of %zu bytes and still believed", cut, len);
    }
}

static void damaged_files_do_no_harm(void **unused)
{
    uint8_t whole[8192], bytes[8192];
    size_t len = oslo_bytes(whole, sizeof whole);
    unsigned seed = (unsigned)time(NULL);

    (void)unused;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int i = 0; i < 3000; i++) {
        struct zone *zone = NULL;
        struct civil local;

        memcpy(bytes, whole, len);
        for (int j = rand() % 4; j >= 0; j--)
            bytes[(size_t)rand() % (j % 2 ? len : 100)] = (uint8_t)rand();
        own_write(bytes, len);
        if (zone_open(STR("Own"), &zone, NULL) == ERR_OK) {
            int64_t utc = zone_utc(zone, rand() % 40000, 18000);

            zone_civil(zone, utc, &local);
        }
        zone_close(zone);
    }
}

static void names_that_are_no_zones(void **unused)
{
    static const struct { const char *name; enum err err; } rows[] = {
        { "", ERR_FORMAT },               { "../../etc/passwd", ERR_FORMAT }, { "/etc/passwd", ERR_FORMAT },
        { "Europe/", ERR_FORMAT },        { "Europe//Oslo", ERR_FORMAT },     { "Europe/Osl", ERR_NOT_FOUND },
        { "Europe", ERR_NOT_FOUND },      { "Oslo Norway", ERR_FORMAT },      { "tzdata.zi", ERR_FORMAT },
        { "right/UTC", ERR_FORMAT },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct zone *zone = NULL;
        struct fault fault = { "" };
        enum err err = zone_open(str_of(rows[i].name), &zone, &fault);

        /* right/ is not installed everywhere; a folder opens but cannot be read */
        if (err != rows[i].err && !(strcmp(rows[i].name, "right/UTC") == 0 && err == ERR_NOT_FOUND))
            fail_msg("\"%s\": %s", rows[i].name, err_text(err));
        assert_true(fault.text[0] != '\0');
        assert_null(zone);
    }
    zone_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wall_clock_table),           cmocka_unit_test(days_of_23_24_and_25_hours),
        cmocka_unit_test(agrees_with_libc),           cmocka_unit_test(nonsense_times_are_bounded),
        cmocka_unit_test(names_that_are_no_zones),
    };
    const struct CMUnitTest own_files[] = {
        cmocka_unit_test(slim_files_go_by_their_footer),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(damaged_files_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(own_files, zones_begin, zones_end);
}
