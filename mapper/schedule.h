/* schedule.h - the days that are not wholly sealed, and when to look at each again.
 *
 * Kept in memory and rebuilt from TABLE_DUE when a partition is taken over. Times are steady ms.
 */
#ifndef BILAG_MAPPER_SCHEDULE_H
#define BILAG_MAPPER_SCHEDULE_H

#include "base/err.h"

struct day_due {
    char venue[65];
    int32_t day;
    uint32_t partition;
    bool dirty;                          /* dirty: something changed, so the draft is built again */
    bool awaits;                         /* numbers or Z reports are missing: any event of the venue may mend it;
                                            schedule_awaits(), and so is awaits_log */
    bool untold;                         /* a draft of it was new, and no validator took it */
    bool damaged;                        /* its record cannot be read: schedule_damaged() */
    bool awaits_log;                     /* it closes as soon as the partition is read to its end */
    int64_t look_ms;                     /* next look: schedule_look_at() */
    int64_t look_wall_ms;                /* wall clock at which it is built again without an event; INT64_MAX: none */
    int64_t resend_ms;                   /* when its drafts are repeated; INT64_MAX: nothing is on its way */
    int64_t resend_wait_ms;              /* doubles up to its bound */
    int64_t previewed_ms;
};

struct schedule;
USED enum err schedule_open(struct schedule **ret_schedule);
void schedule_close(struct schedule *schedule);
size_t schedule_count(const struct schedule *schedule);
/* The entry of a day, made if it is new. NULL: out of memory. Dead after it is dropped. */
struct day_due *schedule_put(struct schedule *schedule, struct str venue, int32_t day, uint32_t partition);
struct day_due *schedule_find(struct schedule *schedule, struct str venue, int32_t day);
void schedule_drop(struct schedule *schedule, struct str venue, int32_t day);
void schedule_drop_partition(struct schedule *schedule, uint32_t partition);
void schedule_look_at(struct schedule *schedule, struct day_due *due, int64_t ms);
void schedule_awaits(struct schedule *schedule, struct day_due *due, bool numbers, bool log);
/* Whether its record can be read, and how many days there are whose record cannot; *ret_first is one of them, or NULL. */
void schedule_set_damaged(struct schedule *schedule, struct day_due *due, bool damaged);
size_t schedule_damaged(const struct schedule *schedule, const struct day_due **ret_first);
/* The next entry to look at now; NULL: none before *ret_next_ms. The one that has waited longest comes first. */
struct day_due *schedule_next(struct schedule *schedule, int64_t now_ms, int64_t *ret_next_ms);
/* Every day is to be built again, now (the configuration changed). */
void schedule_all_dirty(struct schedule *schedule, int64_t now_ms);
/* The partition is read to its end: days that wait for that are looked at now. */
void schedule_log_read(struct schedule *schedule, uint32_t partition, int64_t now_ms);
/* The venue's days that wait for numbers are to be looked at again. */
void schedule_venue_awaits(struct schedule *schedule, struct str venue, int64_t at_ms);

#endif
