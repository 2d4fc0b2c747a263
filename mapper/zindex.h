/* zindex.h - every Z report of a register, by time: what completeness asks across business days.
 *
 * Kept in TABLE_ZS under (venue, register, all ones, last receipt, time, series, seq). Entries of older programs, under
 * (venue, register, Z number), name their event and are read as well; they are written no more.
 */
#ifndef BILAG_MAPPER_ZINDEX_H
#define BILAG_MAPPER_ZINDEX_H

#include "tables.h"

struct zmark {
    uint32_t series; uint64_t seq;       /* the Z report's own identity */
    uint64_t number;
    int32_t day;                         /* its business day */
    int64_t time;
    bool has_range;                      /* and it holds numbers: first <= last, where they are said at all */
    uint64_t first, last;
    bool ranged;                         /* first and last are said */
    bool has_total;
    struct money total;
};

USED enum err zindex_put(struct txn *txn, const struct event *z);
/* It is none of this register's any more; one that is not there is fine. */
USED enum err zindex_drop(struct txn *txn, const struct event *z);
/* In order of time, then of identity. */
USED enum err zindex_load(struct txn *txn, struct str venue, struct str reg, struct arena *arena,
                          struct zmark **ret_marks, size_t *ret_count);
/* One by one, in no order; those that hold a number of [from, to]. ERR_STOP ends it well. */
typedef enum err (*zmark_visit)(const struct zmark *mark, void *context);
USED enum err zindex_walk(struct txn *txn, struct str venue, struct str reg, zmark_visit visit, void *context);
USED enum err zindex_over(struct txn *txn, struct str venue, struct str reg, uint64_t from, uint64_t to,
                          zmark_visit visit, void *context);
int zmark_compare(const void *a, const void *b);
bool zmark_holds(const struct zmark *mark, uint64_t seq);

#endif
