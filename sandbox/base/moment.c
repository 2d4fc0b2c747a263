/* moment.c - points in time and dates, as the API writes them. */
#include "moment.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY_MS 86400000

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    if (clock_gettime(clock, &now) != 0)
        abort();
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t moment_now_ms(void)
{
    return clock_ns(CLOCK_REALTIME) / 1000000;
}

int64_t moment_steady_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* Days since 1970-01-01 of a civil date, and back; proleptic Gregorian, years from 1 on. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, in_era = y % 400;
    int64_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static void civil_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t z = days + 719468, era = z / 146097, in_era = z % 146097;
    int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * y + y / 4 - y / 100), m = (5 * in_year + 2) / 153;

    *day = in_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = y + era * 400 + (*month <= 2);
}

static void date_write(int64_t days, char to[static DATE_BYTES])
{
    int64_t year, month, day;

    civil_of(days, &year, &month, &day);
    (void)snprintf(to, DATE_BYTES, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
                   (unsigned)day % 100);
}

/* `count` digits at `at` as a number, -1 if one is not a digit. */
static int64_t digits(const char *at, size_t count)
{
    int64_t value = 0;

    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)at[i]))
            return -1;
        value = value * 10 + (at[i] - '0');
    }
    return value;
}

static bool date_days(const char *text, int64_t *ret_days)
{
    char back[DATE_BYTES];
    int64_t year, month, day;

    if (strnlen(text, 10) < 10 || text[4] != '-' || text[7] != '-')
        return false;
    year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *ret_days = days_of(year, month, day);
    date_write(*ret_days, back);
    return strncmp(back, text, 10) == 0;        /* 30 February would come back as 2 March */
}

bool date_parse(const char *text, char ret_date[static DATE_BYTES])
{
    int64_t days;

    if (!date_days(text, &days) || (text[10] != '\0' && text[10] != 'T'))
        return false;
    date_write(days, ret_date);
    return true;
}

void date_of(int64_t ms, char ret_date[static DATE_BYTES])
{
    date_write(ms / DAY_MS, ret_date);
}

void date_add(const char *date, int64_t days, char ret_date[static DATE_BYTES])
{
    int64_t base = 0;

    (void)date_days(date, &base);
    date_write(base + days, ret_date);
}

void moment_write(int64_t ms, const char *tail, char to[static MOMENT_BYTES])
{
    char date[DATE_BYTES];
    int64_t in_day = ms % DAY_MS;

    date_of(ms, date);
    (void)snprintf(to, MOMENT_BYTES, "%sT%02d:%02d:%02d.%03d0000%s", date, (int)(in_day / 3600000),
                   (int)(in_day / 60000 % 60), (int)(in_day / 1000 % 60), (int)(in_day % 1000), tail);
}

/* The tail of a time: "Z", "+02:00", "-01:00" or nothing; minutes east of Greenwich. */
static bool offset_parse(const char *at, int64_t *ret_minutes)
{
    int64_t hours, minutes;

    *ret_minutes = 0;
    if (*at == '\0' || strcmp(at, "Z") == 0 || strcmp(at, "z") == 0)
        return true;
    if ((*at != '+' && *at != '-') || strlen(at) != 6 || at[3] != ':')
        return false;
    hours = digits(at + 1, 2), minutes = digits(at + 4, 2);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return false;
    *ret_minutes = (hours * 60 + minutes) * (*at == '-' ? -1 : 1);
    return true;
}

bool moment_parse(const char *text, int64_t *ret_ms)
{
    int64_t days, hour, minute, second, fraction_ms = 0, scale = 100, offset;
    const char *at;

    if (!date_days(text, &days))
        return false;
    *ret_ms = days * DAY_MS;
    if (text[10] == '\0')
        return true;
    at = text + 11;
    if (text[10] != 'T' || strnlen(at, 8) < 8 || at[2] != ':' || at[5] != ':')
        return false;
    hour = digits(at, 2), minute = digits(at + 3, 2), second = digits(at + 6, 2);
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return false;
    at += 8;
    if (*at == '.')
        for (at++; isdigit((unsigned char)*at); at++, scale /= 10)
            fraction_ms += scale * (*at - '0');
    if (!offset_parse(at, &offset))
        return false;
    *ret_ms += ((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction_ms;
    return true;
}
