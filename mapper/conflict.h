/* conflict.h - contents that came under a number that another content has already, docs/rules.md section 8.
 *
 * The first content stands (struct known); every other one is kept here with its place in the log, its own business day
 * and its bytes, red on that day until a person says what it is. They are never trimmed.
 */
#ifndef BILAG_MAPPER_CONFLICT_H
#define BILAG_MAPPER_CONFLICT_H

#include "tables.h"

enum conflict_state {
    CONFLICT_OPEN,                       /* nobody has said what it is */
    CONFLICT_NOT_BOOKED,                 /* the first one is right: this one is listed under manual */
};

struct conflict {
    uint32_t series; uint64_t seq;       /* set by reading */
    struct event_hash hash;
    enum conflict_state state;
    uint64_t place;                      /* 0: kept by an older program, which kept neither place nor content */
    int32_t day;
    struct str bytes;                    /* canonical; empty: not kept */
    uint64_t decided;                    /* by this decision it is not booked; 0: an older program did not say, or it is open */
    bool was_booked;                     /* until that decision: taken back, it is again */
};

/* Puts one down, or changes its state. */
USED enum err conflict_put(struct txn *txn, const struct event *identity, const struct conflict *conflict);
/* ERR_NOT_FOUND. Views into the store. */
USED enum err conflict_by_hash(struct txn *txn, const struct event *identity, const struct event_hash *hash,
                               struct conflict *ret_conflict);
USED enum err conflict_by_place(struct txn *txn, const struct event *identity, uint64_t place,
                                struct conflict *ret_conflict);
/* All of one identity, in no order that means anything; visit() must not write. */
typedef enum err (*conflict_visit)(struct txn *txn, const struct conflict *conflict, void *context);
USED enum err conflict_walk(struct txn *txn, const struct event *identity, conflict_visit visit, void *context);
/* All of one register, by series and number. */
USED enum err conflict_walk_register(struct txn *txn, struct str venue, struct str reg, conflict_visit visit, void *context);
USED enum err conflict_drop(struct txn *txn, const struct event *identity, const struct event_hash *hash);
/* Whether any content of this identity is still open. */
USED enum err conflict_any_open(struct txn *txn, const struct event *identity, bool *ret_open);
/* Of a walk over the table. Views. */
USED enum err conflict_read(struct str key, struct str value, struct str *ret_venue, struct str *ret_reg,
                            struct conflict *ret_conflict);
/* Of the store's check: a whole value. */
bool conflict_is_whole(struct str value);

/* "600.00 kr, 2026-11-20": what a content comes to and on which day, as a problem says it. */
struct str conflict_content_text(struct arena *arena, const struct event *event, int32_t day);

#endif
