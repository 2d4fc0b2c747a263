/* partitions.h - which partitions of the log are this mapper's.
 *
 * Instance i of n wants the partitions p with p % n == i. A partition is held by a lock on a file
 * (STATE_DIR/mapper/partition-NN.lock), which ends with the process however it ends: when instances come, go or
 * are counted anew, a partition is never folded by two.
 */
#ifndef BILAG_MAPPER_PARTITIONS_H
#define BILAG_MAPPER_PARTITIONS_H

#include "base/err.h"

enum { PARTITIONS_MAX = 256 };

struct partition {
    uint32_t number;
    bool wanted, held;
    int lock_fd;
    uint64_t next;                       /* offset to read from */
    uint64_t lag;                        /* events behind the log, as last heard */
    bool caught_up;
    bool parked;                         /* what waited for its venue is folded before the log goes on */
    bool told_older;                     /* that the log is an older copy */
    uint64_t audit_next;                 /* decision to read from */
    int64_t needed_ms;                   /* steady: when it is asked next what the log must keep */
    bool undecided;                      /* the audit trail has not been read to its end: no day closes */
    uint64_t asks;                       /* a decision waits for what the senders have of this venue (asking.h); 0: none */
    char asks_venue[65];
};

struct partitions;
USED enum err partitions_open(const char *folder, int32_t count, struct partitions **ret_partitions,
                              struct fault *fault);
void partitions_close(struct partitions *partitions);        /* releases all; NULL is fine */
void partitions_wanted(struct partitions *partitions, int instance, int instances);
/* The next one to let go (its lock is released then), or NULL. */
struct partition *partitions_lost(struct partitions *partitions);
/* The next one newly held, or NULL; tries locks at most every 200 ms. */
struct partition *partitions_won(struct partitions *partitions, int64_t now_ms);
struct partition *partitions_mine(struct partitions *partitions, uint32_t number);           /* NULL: not held */
size_t partitions_count(const struct partitions *partitions);
uint64_t partitions_lag(const struct partitions *partitions);

#endif
