#include "schedule.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 1024 };

/* Open addressing; a dropped entry's followers are moved up, so there are no graves. */
struct schedule { struct day_due *at; size_t room, count, turn; int64_t earliest_ms; };

enum err schedule_open(struct schedule **ret_schedule)
{
    struct schedule *schedule = calloc(1, sizeof *schedule);

    if (schedule)
        schedule->at = calloc(ROOM_FIRST, sizeof *schedule->at);
    if (!schedule || !schedule->at) {
        free(schedule);
        return ERR_MEMORY;
    }
    schedule->room = ROOM_FIRST;
    schedule->earliest_ms = INT64_MAX;
    *ret_schedule = schedule;
    return ERR_OK;
}

void schedule_close(struct schedule *schedule)
{
    if (schedule)
        free(schedule->at);
    free(schedule);
}

size_t schedule_count(const struct schedule *schedule)
{
    return schedule->count;
}

static size_t home(const struct schedule *schedule, struct str venue, int32_t day)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint32_t)day;

    for (size_t i = 0; i < venue.len; i++)
        hash = (hash ^ (unsigned char)venue.bytes[i]) * UINT64_C(1099511628211);
    hash ^= hash >> 29;
    return (size_t)(hash & (schedule->room - 1));
}

static bool is(const struct day_due *due, struct str venue, int32_t day)
{
    return due->day == day && str_equal(str_of(due->venue), venue);
}

static size_t slot(const struct schedule *schedule, struct str venue, int32_t day)
{
    size_t i = home(schedule, venue, day);

    while (schedule->at[i].used && !is(&schedule->at[i], venue, day))
        i = (i + 1) & (schedule->room - 1);
    return i;
}

static bool grow(struct schedule *schedule)
{
    struct schedule bigger = *schedule;

    if (schedule->count * 2 < schedule->room)
        return true;
    bigger.room *= 2;
    bigger.at = calloc(bigger.room, sizeof *bigger.at);
    if (!bigger.at)
        return false;
    for (size_t i = 0; i < schedule->room; i++)
        if (schedule->at[i].used)
            bigger.at[slot(&bigger, str_of(schedule->at[i].venue), schedule->at[i].day)] = schedule->at[i];
    free(schedule->at);
    *schedule = bigger;
    return true;
}

struct day_due *schedule_find(struct schedule *schedule, struct str venue, int32_t day)
{
    struct day_due *due = &schedule->at[slot(schedule, venue, day)];

    return due->used ? due : NULL;
}

struct day_due *schedule_put(struct schedule *schedule, struct str venue, int32_t day, uint32_t partition)
{
    struct day_due *due;

    if (!grow(schedule))
        return NULL;
    due = &schedule->at[slot(schedule, venue, day)];
    if (due->used)
        return due;
    *due = (struct day_due){ .day = day, .partition = partition, .used = true, .look_ms = INT64_MAX,
                         .look_wall_ms = INT64_MAX, .resend_ms = INT64_MAX, .previewed_ms = INT64_MIN / 2 };
    if (!str_copy(venue, due->venue, sizeof due->venue)) {
        due->used = false;
        return NULL;
    }
    schedule->count++;
    return due;
}

static void drop_at(struct schedule *schedule, size_t i)
{
    size_t mask = schedule->room - 1;

    schedule->at[i].used = false;
    schedule->count--;
    for (size_t next = (i + 1) & mask; schedule->at[next].used; next = (next + 1) & mask) {
        struct day_due moved = schedule->at[next];

        schedule->at[next].used = false;
        schedule->at[slot(schedule, str_of(moved.venue), moved.day)] = moved;
    }
}

void schedule_drop(struct schedule *schedule, struct str venue, int32_t day)
{
    size_t i = slot(schedule, venue, day);

    if (schedule->at[i].used)
        drop_at(schedule, i);
}

void schedule_drop_partition(struct schedule *schedule, uint32_t partition)
{
    for (size_t i = 0; i < schedule->room; i++)
        while (schedule->at[i].used && schedule->at[i].partition == partition)
            drop_at(schedule, i);
}

void schedule_look_at(struct schedule *schedule, struct day_due *due, int64_t ms)
{
    due->look_ms = ms;
    if (ms < schedule->earliest_ms)
        schedule->earliest_ms = ms;
}

struct day_due *schedule_next(struct schedule *schedule, int64_t now_ms, int64_t *ret_next_ms)
{
    int64_t earliest = INT64_MAX;

    if (now_ms >= schedule->earliest_ms) {
        for (size_t n = 0; n < schedule->room; n++) {
            size_t i = (schedule->turn + n) & (schedule->room - 1);
            struct day_due *due = &schedule->at[i];

            if (!due->used)
                continue;
            if (due->look_ms <= now_ms) {
                schedule->turn = i + 1;
                return due;
            }
            if (due->look_ms < earliest)
                earliest = due->look_ms;
        }
        schedule->earliest_ms = earliest;
    }
    *ret_next_ms = schedule->earliest_ms;
    return NULL;
}

void schedule_all_dirty(struct schedule *schedule, int64_t now_ms)
{
    for (size_t i = 0; i < schedule->room; i++)
        if (schedule->at[i].used) {
            schedule->at[i].dirty = true;
            schedule_look_at(schedule, &schedule->at[i], now_ms);
        }
}

void schedule_log_read(struct schedule *schedule, uint32_t partition, int64_t now_ms)
{
    for (size_t i = 0; i < schedule->room; i++) {
        struct day_due *due = &schedule->at[i];

        if (!due->used || !due->awaits_log || due->partition != partition)
            continue;
        due->awaits_log = false;
        due->dirty = true;
        schedule_look_at(schedule, due, now_ms);
    }
}

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

void schedule_venues_await(struct schedule *schedule, const struct str *venues, size_t count, int64_t at_ms)
{
    for (size_t i = 0; count && i < schedule->room; i++) {
        struct day_due *due = &schedule->at[i];
        struct str venue;

        if (!due->used || !due->awaits)
            continue;
        venue = str_of(due->venue);
        if (!bsearch(&venue, venues, count, sizeof venue, by_name))
            continue;
        due->dirty = true;
        if (due->look_ms > at_ms)
            schedule_look_at(schedule, due, at_ms);
    }
}
