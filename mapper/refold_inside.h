/* refold_inside.h - what the source files of refold.h share, for nobody else. */
#ifndef BILAG_MAPPER_REFOLD_INSIDE_H
#define BILAG_MAPPER_REFOLD_INSIDE_H

#include "conflict.h"
#include "fold_inside.h"

/* One content that is to be folded again. */
struct moved {
    struct str reg; uint32_t series; uint64_t seq;       /* under this name until now */
    uint64_t place;
    int32_t day;                         /* it was on this one, and stays there */
    struct str bytes;
    bool is_conflict;
    struct event_hash hash;
    bool stays;                          /* something sent relies on it */
};

struct refold {
    struct folding work;
    struct str venue, from;              /* from: the register's name until now */
    uint64_t place;
    struct moved *at;
    size_t count, room;
    uint64_t last;                       /* the highest number of the run that ends */
};

/* unfold.c: what an event did never was, unless something sent relies on it: then *moved stays. */
USED enum err unfold_known(struct refold *refold, struct moved *moved);
USED enum err unfold_conflict(struct refold *refold, struct moved *moved);
/* Whether it could be: nothing is written. */
USED enum err unfold_may(struct refold *refold, const struct moved *moved, bool *ret_may);
/* Nothing sealed covers this place of the day. */
USED enum err unfold_is_free(struct refold *refold, int32_t day, uint64_t place, bool *ret_free);

/* refold.c: which numbers of the register the touched days have; their sums; and all of it saved. */
USED enum err refold_renumber(struct refold *refold);
USED enum err refold_finish(struct refold *refold);

#endif
