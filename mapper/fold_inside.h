/* fold_inside.h - what the source files of fold.h and refold.h share, for nobody else. */
#ifndef BILAG_MAPPER_FOLD_INSIDE_H
#define BILAG_MAPPER_FOLD_INSIDE_H

#include "clock_jump.h"
#include "conflict.h"
#include "fold.h"
#include "settlement.h"

struct open_settlement { struct str venue; int32_t day; struct settlement state; bool damaged; };

/* Sales of a register and day in this batch: days that were sent may have a Z report over them, or higher numbers. */
struct touched_numbers { struct clock_span span; bool not_come; };

enum { FOLD_RISING = 256, FOLD_NEAR = 64 };

/* One batch under way: days are loaded once, changed in memory and saved at its end. */
struct folding {
    struct fold *fold;
    struct txn *txn;
    struct open_settlement **days;
    size_t count, room;
    struct touched_numbers *numbers;     /* a register and day each */
    size_t number_count, number_room;
    struct open_settlement *near[FOLD_NEAR];     /* days that were asked for lately */
    struct rising *rising[FOLD_RISING];          /* registers: fold_rising.c */
    bool in_order;                       /* nobody but this fold changes which numbers were seen: `rising` may be used */
};

/* What one event does. */
struct one {
    const struct venue *venue, *days;    /* days: with the rule that held when it came first (day_rules.h) */
    struct event said;                   /* as it came; may be told again */
    struct event event;                  /* the same, its register named with its run */
    struct known known;
    uint32_t n;
    int32_t day_had;                     /* it was folded before, on this day; DAY_ALWAYS: it comes from the log */
    struct str name_had;                 /* ... and its register keeps this name, with its run; empty: it is found */
};

/* One event at its place, whatever is known of it. */
USED enum err fold_event(struct folding *work, uint64_t place, struct str bytes);
/* The same, once more: it stays on the day that it had, whatever the set-up says by now; so does its register's name with
 * its run, unless `name` is empty. */
USED enum err fold_event_again(struct folding *work, uint64_t place, int32_t day, struct str name, struct str bytes);
/* A batch begins: with nothing loaded; and, for all of a transaction, with nothing told. */
void fold_begin(struct folding *work, struct txn *txn);
void fold_clear(struct fold *fold);
/* Saves all days that were loaded. Those that are damaged are due: who looks at them makes them red. */
USED enum err fold_finish(struct folding *work);
USED enum err fold_tell_damaged(struct folding *work);
/* One event by itself: all that it does, or nothing of it, and then it is parked, because a record that it needs is damaged. */
USED enum err fold_or_park(struct fold *fold, struct txn *txn, uint64_t place, struct str bytes);
/* Keeps an event until it can be folded. */
USED enum err fold_park(struct folding *work, struct str venue, uint64_t place, struct str bytes);

/* ERR_STORE_DAMAGED: the day's record cannot be read. */
USED enum err fold_day(struct folding *work, struct str venue, int32_t day, struct open_settlement **ret_open);
int32_t fold_business_day(const struct one *one);            /* the day that it had, or that its time is on */
/* Above all that its register had: nothing is known of it. false also where that is not looked at. */
USED enum err fold_is_above(struct folding *work, const struct event *event, bool *ret_above);
/* Its number was seen from here on; behind fold_is_above() of the same. ERR_EXISTS: it was before. */
USED enum err fold_add_number(struct folding *work, const struct event *event);
/* The run of a register, as it is named by the till, at a place. */
USED enum err fold_run_at(struct folding *work, const struct event *event, uint64_t place, uint32_t *ret_run);
/* What was seen is in the store. */
USED enum err fold_write_numbers(struct folding *work);
/* Keeps what an event does to a day, under its place. */
USED enum err fold_effect(struct folding *work, struct one *one, struct open_settlement *open, enum effect_class class_,
                          const struct effect *effect);
/* From here on its register is named with its run. */
USED enum err fold_name_run(struct folding *work, struct one *one);
/* Where `kept` says a pseudonym for a name of this one, it says it too from here on; its content is another then. */
USED enum err fold_settle(struct folding *work, struct one *one, const struct event *kept);
/* Whether this content came before, next to the first one under this number. */
USED enum err fold_is_known(struct folding *work, const struct one *one, const struct event *identity, bool *ret_known);
/* The same for the books under a known number: nothing moves; what it says besides is shown, or added. */
USED enum err fold_again(struct folding *work, struct one *one, struct known *known, const struct event *first);
/* The same identity with other content: the first stands, the other is kept and red on its own day. */
USED enum err fold_other_content(struct folding *work, struct one *one);
/* Later Z reports of the register that hold the same receipts, and the next one, whose total goes on from this one. */
USED enum err fold_watch_beside(struct folding *work, const struct event *z);
/* Days that were sent and whose Z reports hold receipts that have come only now, or that have higher numbers than a later
 * day has got now. */
USED enum err fold_watch_days(struct folding *work);
/* The register has this number on this day. ERR_RANGE: more registers than a venue can have. */
USED enum err fold_note_number(struct folding *work, struct open_settlement *open, const struct event *event);
/* Keeps a content aside, on the day and at the place that one->known has. */
USED enum err fold_aside(struct folding *work, struct one *one, enum conflict_state state);
/* A seal may be known before all that it covers is folded (this store was made again from the log): then a place
 * before its end is not in the open part, and its sums are in what was sent. */
bool fold_in_open_part(const struct open_settlement *open, uint64_t place);
/* Books a receipt on a day, or takes it back; `by` is the event that says so. */
USED enum err fold_book(struct folding *work, struct one *one, int32_t day, const struct event *receipt, bool negative,
                        struct str by_reg, uint64_t by_seq);

#endif
