#include "poll.h"

enum { OPEN_HOUR = 7, SHUT_HOUR = 18, AN_HOUR = 60, HOUR_S = 3600, REFUSED_FIRST_MS = 300000, REFUSED_MAX_MS = 6 * 3600000 };

/* 1, 5, 15 and 60 after each other. */
static const int64_t looks[] = { 1, 6, 21, 81 };

/* Nobody mends anything at night: the first moment from then on that lies in working hours. */
static int64_t in_working_hours(int64_t time_ms, const struct zone *zone)
{
    struct civil local;
    int32_t day;

    zone_civil(zone, time_ms / 1000, &local);
    if (local.hour >= OPEN_HOUR && local.hour < SHUT_HOUR)
        return time_ms;
    day = day_of_civil(local.year, local.month, local.day) + (local.hour >= SHUT_HOUR);
    return zone_utc(zone, day, OPEN_HOUR * HOUR_S) * 1000;
}

int64_t poll_refused_ms(unsigned refusals)
{
    int64_t wait_ms = REFUSED_FIRST_MS;

    for (unsigned i = 1; i < refusals && wait_ms < REFUSED_MAX_MS; i++)
        wait_ms *= 2;
    return wait_ms < REFUSED_MAX_MS ? wait_ms : REFUSED_MAX_MS;
}

int64_t poll_next_ms(const struct poll *poll, int64_t read_ms, const struct zone *zone)
{
    if (read_ms < poll->began_ms - (poll->acted ? 0 : poll->first_ms))
        return poll->began_ms;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (poll->began_ms + looks[i] * poll->first_ms > read_ms)
            return poll->began_ms + looks[i] * poll->first_ms;
    return in_working_hours(read_ms + AN_HOUR * poll->first_ms, zone);
}
