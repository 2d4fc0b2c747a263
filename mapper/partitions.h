/* partitions.h - which partitions of the log are this mapper's.
 *
 * Instance i of n wants the partitions p with p % n == i. A partition is held by a lock on a file
 * (STATE_DIR/mapper/partition-NN.lock), which ends with the process however it ends, or where machines share the stores by its
 * lease (base/lease.h): when instances or machines come, go or are counted anew, a partition is never folded by two.
 */
#ifndef BILAG_MAPPER_PARTITIONS_H
#define BILAG_MAPPER_PARTITIONS_H

#include "base/err.h"
#include "base/str.h"

enum { PARTITIONS_MAX = 256 };

struct lease_thing;

/* A decision about a venue that cannot be judged yet; what was decided later about the same venue waits behind it. */
struct waiting {
    char venue[65];
    uint64_t number;                     /* of the decision; 0: it was judged, and `asks` still holds */
    uint64_t asks;                       /* the senders are asked with this number (asking.h); 0: its venue is not known */
    int64_t since_ms;                    /* steady */
    bool told;
};

struct partition {
    uint32_t number;
    bool wanted, held;
    struct lease_thing *thing;
    uint64_t next;                       /* offset to read from: what is before it is folded */
    struct strbuf heard;                 /* events from there on that came and are not folded yet: reading_fold() */
    size_t heard_count;
    bool was_heard;                      /* ... or that it was told where the log ends */
    uint64_t heard_end;                  /* there the log ended */
    uint64_t lag;                        /* events behind the log, as last heard */
    bool caught_up;
    bool lacks_days;                     /* memory lacked for one that is due: it is looked for again */
    bool parked;                         /* what waited for its venue is folded before the log goes on */
    bool told_older;                     /* that the log is an older copy */
    uint64_t audit_next;                 /* decision to read from: all before are taken up, or wait */
    int64_t needed_ms;                   /* steady: when it is asked next what the log must keep */
    bool undecided;                      /* the audit trail has not been read to its end: no day closes */
    struct waiting *waiting;             /* one of a venue */
    size_t waiting_count, waiting_room;
};

struct partitions;
USED enum err partitions_open(const char *folder, int32_t count, struct partitions **ret_partitions,
                              struct fault *fault);
void partitions_close(struct partitions *partitions);        /* releases all; NULL is fine */
void partitions_wanted(struct partitions *partitions, int instance, int instances);
/* All are let go, and none is wanted, until it is said otherwise: another machine is better at them. */
void partitions_leave(struct partitions *partitions, bool leave);
/* The next one to let go (its lock is released then), or NULL. */
struct partition *partitions_lost(struct partitions *partitions);
/* The next one newly held, or NULL; tries locks at most every 200 ms. */
struct partition *partitions_won(struct partitions *partitions, int64_t now_ms);
struct partition *partitions_mine(struct partitions *partitions, uint32_t number);           /* NULL: not held */
size_t partitions_count(const struct partitions *partitions);
uint64_t partitions_lag(const struct partitions *partitions);

/* What is decided about a venue and waits; dead after the next partition_wait(). NULL: nothing. */
struct waiting *partition_waiting(const struct partition *partition, struct str venue);
/* The same, made if there is none. NULL: no memory. */
struct waiting *partition_wait(struct partition *partition, struct str venue);
/* Those that wait for nothing any more are gone. Whether senders were asked for one of them. */
bool partition_waited(struct partition *partition);
/* From which decision on the trail is read after a restart, if all of `venue` before `next` is taken up, and of the others
 * all but what waits. */
uint64_t partition_audit_place(const struct partition *partition, struct str venue, uint64_t next);
/* Whether all is read that was decided about a venue, and nothing of it waits: its days may close. */
bool partition_has_decided(const struct partition *partition, struct str venue);

#endif
