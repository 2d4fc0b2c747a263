#include "schedule.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 1024 };

/* Found by venue and day (open addressing), by venue (its chain), by partition (what awaits its log is counted), and by when
 * the next look is (a heap): nothing goes through all days but what is of all days. */
struct schedule {
    struct entry **at;                   /* by venue and day; a dropped one's followers are moved up, so there are no graves */
    struct entry **heads;                /* by venue: as many as `at` has places */
    struct entry **heap;                 /* the earliest look first */
    size_t room, count, damaged;
    size_t *awaits_log;                  /* by partition: how many days wait for its end */
    size_t partitions;
};

struct entry { struct day_due due; size_t in_heap; struct entry *next, **before; };

static struct entry *entry_of(struct day_due *due)
{
    return (struct entry *)(void *)((char *)due - offsetof(struct entry, due));
}

static enum err tables_make(size_t room, struct schedule *schedule)
{
    schedule->at = calloc(room, sizeof *schedule->at);
    schedule->heads = calloc(room, sizeof *schedule->heads);
    schedule->heap = calloc(room, sizeof *schedule->heap);
    schedule->room = room;
    if (schedule->at && schedule->heads && schedule->heap)
        return ERR_OK;
    free(schedule->at);
    free(schedule->heads);
    free(schedule->heap);
    return ERR_MEMORY;
}

enum err schedule_open(struct schedule **ret_schedule)
{
    struct schedule *schedule = calloc(1, sizeof *schedule);

    if (!schedule || tables_make(ROOM_FIRST, schedule)) {
        free(schedule);
        return ERR_MEMORY;
    }
    *ret_schedule = schedule;
    return ERR_OK;
}

void schedule_close(struct schedule *schedule)
{
    if (!schedule)
        return;
    for (size_t i = 0; i < schedule->count; i++)
        free(schedule->heap[i]);
    free(schedule->at);
    free(schedule->heads);
    free(schedule->heap);
    free(schedule->awaits_log);
    free(schedule);
}

size_t schedule_count(const struct schedule *schedule)
{
    return schedule->count;
}

/* --- by name --- */

static uint64_t hash_of(struct str venue, uint32_t day)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ day;

    for (size_t i = 0; i < venue.len; i++)
        hash = (hash ^ (unsigned char)venue.bytes[i]) * UINT64_C(1099511628211);
    return hash ^ hash >> 29;
}

static bool is(const struct entry *entry, struct str venue, int32_t day)
{
    return entry->due.day == day && str_equal(str_of(entry->due.venue), venue);
}

static size_t slot(const struct schedule *schedule, struct str venue, int32_t day)
{
    size_t i = (size_t)hash_of(venue, (uint32_t)day) & (schedule->room - 1);

    while (schedule->at[i] && !is(schedule->at[i], venue, day))
        i = (i + 1) & (schedule->room - 1);
    return i;
}

static struct entry **head_of(const struct schedule *schedule, struct str venue)
{
    return &schedule->heads[(size_t)hash_of(venue, 0) & (schedule->room - 1)];
}

static void chain(struct schedule *schedule, struct entry *entry)
{
    struct entry **head = head_of(schedule, str_of(entry->due.venue));

    entry->next = *head;
    entry->before = head;
    if (*head)
        (*head)->before = &entry->next;
    *head = entry;
}

static bool grow(struct schedule *schedule)
{
    struct schedule bigger = *schedule;

    if (schedule->count * 2 < schedule->room)
        return true;
    if (tables_make(schedule->room * 2, &bigger))
        return false;
    for (size_t i = 0; i < schedule->count; i++) {
        struct entry *entry = schedule->heap[i];

        bigger.heap[i] = entry;
        bigger.at[slot(&bigger, str_of(entry->due.venue), entry->due.day)] = entry;
        chain(&bigger, entry);
    }
    free(schedule->at);
    free(schedule->heads);
    free(schedule->heap);
    *schedule = bigger;
    return true;
}

/* --- by time --- */

static void place(struct schedule *schedule, struct entry *entry, size_t i)
{
    schedule->heap[i] = entry;
    entry->in_heap = i;
}

/* Where the entry belongs, from place i on, whose former content is elsewhere. */
static void sift(struct schedule *schedule, struct entry *entry, size_t i)
{
    struct entry **heap = schedule->heap;

    while (i > 0 && entry->due.look_ms < heap[(i - 1) / 2]->due.look_ms) {
        place(schedule, heap[(i - 1) / 2], i);
        i = (i - 1) / 2;
    }
    for (size_t child; (child = 2 * i + 1) < schedule->count; i = child) {
        if (child + 1 < schedule->count && heap[child + 1]->due.look_ms < heap[child]->due.look_ms)
            child++;
        if (heap[child]->due.look_ms >= entry->due.look_ms)
            break;
        place(schedule, heap[child], i);
    }
    place(schedule, entry, i);
}

/* --- days --- */

struct day_due *schedule_find(struct schedule *schedule, struct str venue, int32_t day)
{
    struct entry *entry = schedule->at[slot(schedule, venue, day)];

    return entry ? &entry->due : NULL;
}

static bool partition_known(struct schedule *schedule, uint32_t partition)
{
    size_t *more;

    if (partition < schedule->partitions)
        return true;
    more = reallocarray(schedule->awaits_log, partition + 1, sizeof *more);
    if (!more)
        return false;
    memset(more + schedule->partitions, 0, (partition + 1 - schedule->partitions) * sizeof *more);
    schedule->awaits_log = more;
    schedule->partitions = partition + 1;
    return true;
}

struct day_due *schedule_put(struct schedule *schedule, struct str venue, int32_t day, uint32_t partition)
{
    struct day_due *there = schedule_find(schedule, venue, day);
    struct entry *entry;

    if (there)
        return there;
    entry = grow(schedule) && partition_known(schedule, partition) ? calloc(1, sizeof *entry) : NULL;
    if (!entry)
        return NULL;
    entry->due = (struct day_due){ .day = day, .partition = partition, .look_ms = INT64_MAX,
                                   .look_wall_ms = INT64_MAX, .resend_ms = INT64_MAX, .previewed_ms = INT64_MIN / 2 };
    if (!str_copy(venue, entry->due.venue, sizeof entry->due.venue)) {
        free(entry);
        return NULL;
    }
    schedule->at[slot(schedule, venue, day)] = entry;
    chain(schedule, entry);
    sift(schedule, entry, schedule->count++);
    return &entry->due;
}

static void unslot(struct schedule *schedule, const struct entry *entry)
{
    size_t mask = schedule->room - 1, i = slot(schedule, str_of(entry->due.venue), entry->due.day);

    schedule->at[i] = NULL;
    for (size_t next = (i + 1) & mask; schedule->at[next]; next = (next + 1) & mask) {
        struct entry *moved = schedule->at[next];

        schedule->at[next] = NULL;
        schedule->at[slot(schedule, str_of(moved->due.venue), moved->due.day)] = moved;
    }
}

static void drop(struct schedule *schedule, struct entry *entry)
{
    struct entry *last = schedule->heap[--schedule->count];

    unslot(schedule, entry);
    *entry->before = entry->next;
    if (entry->next)
        entry->next->before = entry->before;
    if (last != entry)
        sift(schedule, last, entry->in_heap);
    schedule->awaits_log[entry->due.partition] -= entry->due.awaits_log;
    schedule->damaged -= entry->due.damaged;
    free(entry);
}

void schedule_drop(struct schedule *schedule, struct str venue, int32_t day)
{
    struct entry *entry = schedule->at[slot(schedule, venue, day)];

    if (entry)
        drop(schedule, entry);
}

/* What is moved up into a dropped one's place is looked at next; what was moved to the end from the front was looked at. */
void schedule_drop_partition(struct schedule *schedule, uint32_t partition)
{
    for (size_t i = 0; i < schedule->room; i++)
        while (schedule->at[i] && schedule->at[i]->due.partition == partition)
            drop(schedule, schedule->at[i]);
}

void schedule_set_damaged(struct schedule *schedule, struct day_due *due, bool damaged)
{
    schedule->damaged += damaged;
    schedule->damaged -= due->damaged;
    due->damaged = damaged;
}

size_t schedule_damaged(const struct schedule *schedule, const struct day_due **ret_first)
{
    *ret_first = NULL;
    for (size_t i = 0; schedule->damaged && !*ret_first && i < schedule->count; i++)
        if (schedule->heap[i]->due.damaged)
            *ret_first = &schedule->heap[i]->due;
    return schedule->damaged;
}

/* --- looks --- */

void schedule_look_at(struct schedule *schedule, struct day_due *due, int64_t ms)
{
    struct entry *entry = entry_of(due);

    due->look_ms = ms;
    sift(schedule, entry, entry->in_heap);
}

void schedule_awaits(struct schedule *schedule, struct day_due *due, bool numbers, bool log)
{
    due->awaits = numbers;
    schedule->awaits_log[due->partition] += log;
    schedule->awaits_log[due->partition] -= due->awaits_log;
    due->awaits_log = log;
}

struct day_due *schedule_next(struct schedule *schedule, int64_t now_ms, int64_t *ret_next_ms)
{
    struct day_due *due = schedule->count ? &schedule->heap[0]->due : NULL;

    if (due && due->look_ms <= now_ms)
        return due;
    *ret_next_ms = due ? due->look_ms : INT64_MAX;
    return NULL;
}

/* All at the same moment: in any order they are a heap. */
void schedule_all_dirty(struct schedule *schedule, int64_t now_ms)
{
    for (size_t i = 0; i < schedule->count; i++) {
        schedule->heap[i]->due.dirty = true;
        schedule->heap[i]->due.look_ms = now_ms;
    }
}

void schedule_log_read(struct schedule *schedule, uint32_t partition, int64_t now_ms)
{
    size_t left = partition < schedule->partitions ? schedule->awaits_log[partition] : 0;

    for (size_t i = 0; left && i < schedule->room; i++) {
        struct entry *entry = schedule->at[i];

        if (!entry || !entry->due.awaits_log || entry->due.partition != partition)
            continue;
        schedule_awaits(schedule, &entry->due, entry->due.awaits, false);
        entry->due.dirty = true;
        schedule_look_at(schedule, &entry->due, now_ms);
        left--;
    }
}

void schedule_venue_awaits(struct schedule *schedule, struct str venue, int64_t at_ms)
{
    for (struct entry *entry = *head_of(schedule, venue); entry; entry = entry->next) {
        if (!entry->due.awaits || !str_equal(str_of(entry->due.venue), venue))
            continue;
        entry->due.dirty = true;
        if (entry->due.look_ms > at_ms)
            schedule_look_at(schedule, &entry->due, at_ms);
    }
}
