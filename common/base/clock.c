#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_A_DAY = 86400, CLOCK_FILE_AGE_MS = 20 };

static int64_t clock_read_us(clockid_t clock)
{
    struct timespec now;

    ensure(clock_gettime(clock, &now) == 0);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_steady_us(void)
{
    return clock_read_us(CLOCK_MONOTONIC);
}

int64_t clock_steady_ms(void)
{
    return clock_steady_us() / 1000;
}

/* The offset in the test's file. A file that is missing or half written leaves it as it was. */
static int64_t clock_file_offset_ms(const char *path, int64_t kept_ms)
{
    char text[32];
    char *end;
    long long seconds;
    ssize_t len;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return kept_ms;
    len = read(fd, text, sizeof text - 1);
    (void)close(fd);
    if (len <= 0)
        return kept_ms;
    text[len] = '\0';
    errno = 0;
    seconds = strtoll(text, &end, 10);
    if (end == text || errno || seconds > INT64_C(100000000000) || seconds < -INT64_C(100000000000))
        return kept_ms;
    return seconds * 1000;
}

int64_t clock_now_ms(void)
{
    /* Several threads may ask at once; the worst that a race does is to read the file twice. */
    static _Atomic int64_t offset_ms, read_at_ms = INT64_MIN / 2;
    int64_t steady_ms = clock_steady_ms();

    if (steady_ms - atomic_load(&read_at_ms) >= CLOCK_FILE_AGE_MS) {
        const char *path = getenv("BILAG_CLOCK");

        atomic_store(&offset_ms, path && *path ? clock_file_offset_ms(path, atomic_load(&offset_ms)) : 0);
        atomic_store(&read_at_ms, steady_ms);
    }
    return clock_read_us(CLOCK_REALTIME) / 1000 + atomic_load(&offset_ms);
}

/* Days are counted in years that begin on 1 March, so that the leap day is the last of its year; 400
 * of those years are always 146097 days. */
int32_t day_of_civil(int32_t year, int32_t month, int32_t day)
{
    int64_t march_year = month > 2 ? year : (int64_t)year - 1;
    int64_t march_month = month > 2 ? month - 3 : month + 9;
    int64_t era = (march_year >= 0 ? march_year : march_year - 399) / 400;
    int64_t of_era = march_year - era * 400;
    int64_t of_year = (153 * march_month + 2) / 5 + day - 1;

    return (int32_t)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468);
}

void day_to_civil(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day)
{
    int64_t since_march_0 = (int64_t)day + 719468;
    int64_t era = (since_march_0 >= 0 ? since_march_0 : since_march_0 - 146096) / 146097;
    int64_t of_era = since_march_0 - era * 146097;
    int64_t era_year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * era_year + era_year / 4 - era_year / 100);
    int64_t march_month = (5 * of_year + 2) / 153;

    *ret_day = (int32_t)(of_year - (153 * march_month + 2) / 5 + 1);
    *ret_month = (int32_t)(march_month < 10 ? march_month + 3 : march_month - 9);
    *ret_year = (int32_t)(era_year + era * 400 + (*ret_month <= 2));
}

static bool digits_take(const char *at, size_t count, int32_t *ret_number)
{
    int32_t number = 0;

    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        number = number * 10 + (at[i] - '0');
    }
    *ret_number = number;
    return true;
}

enum err day_parse(struct str text, int32_t *ret_day)
{
    int32_t year, month, day, parsed, back_year, back_month, back_day;

    if (text.len != 10 || text.bytes[4] != '-' || text.bytes[7] != '-' ||
        !digits_take(text.bytes, 4, &year) || !digits_take(text.bytes + 5, 2, &month) ||
        !digits_take(text.bytes + 8, 2, &day))
        return ERR_FORMAT;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31)
        return ERR_RANGE;
    parsed = day_of_civil(year, month, day);
    day_to_civil(parsed, &back_year, &back_month, &back_day);
    if (back_month != month || back_day != day)      /* 30 February comes back as 2 March */
        return ERR_RANGE;
    *ret_day = parsed;
    return ERR_OK;
}

const char *day_text(int32_t day, char buffer[16])
{
    int32_t year, month, of_month;

    day_to_civil(day, &year, &month, &of_month);
    (void)snprintf(buffer, 16, "%04" PRId32 "-%02" PRId32 "-%02" PRId32, year, month, of_month);
    return buffer;
}

const char *time_text_utc(int64_t time_ms, char buffer[32])
{
    int64_t time = time_ms / 1000 - (time_ms % 1000 < 0);
    int64_t days = time / SECONDS_A_DAY - (time % SECONDS_A_DAY < 0);
    uint32_t second = (uint32_t)(time - days * SECONDS_A_DAY);
    char date[16];

    if (days > INT32_MAX || days < INT32_MIN) {      /* no such date: nonsense, but never a crash */
        days = days > 0 ? INT32_MAX : INT32_MIN;
        second = 0;
    }
    (void)snprintf(buffer, 32, "%sT%02" PRIu32 ":%02" PRIu32 ":%02" PRIu32 "Z",
                   day_text((int32_t)days, date), second / 3600 % 24, second / 60 % 60, second % 60);
    return buffer;
}
