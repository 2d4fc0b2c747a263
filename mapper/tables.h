/* tables.h - what the mapper keeps, in STATE_DIR/mapper: offsets and everything folded, committed together.
 *
 * One transaction folds one batch of the log and moves the partition's offset with it, so a crash at any
 * moment repeats at most a batch that left no trace. All keys start with the venue, all of a venue's events
 * are in one partition, and a partition has one mapper at a time (a lock file each), so two mappers never
 * write the same key.
 */
#ifndef BILAG_MAPPER_TABLES_H
#define BILAG_MAPPER_TABLES_H

#include "domain/config.h"
#include "domain/event.h"
#include "base/store.h"

enum {
    TABLE_META,         /* "offset" partition -> next offset; "audit" partition -> next decision, and "audit" partition, venue
                           -> of a venue that is ahead; "came" (arrival.h);
                           "days" venue -> its rule of business days (day_rules.h);
                           "out" venue, register, series, seq -> decision (removal.h);
                           "run" venue, register, place -> the run that begins there (run.h);
                           "clock" venue, register, day -> its numbers of that day (clock_jump.h) */
    TABLE_RECEIPTS,     /* venue, register, series, seq -> struct known: the event, its day and place */
    TABLE_SEEN,         /* venue, register, series, first -> last: the numbers seen, as intervals */
    TABLE_VOIDS,        /* venue, voided register and seq, time, register, seq of the void -> struct claim */
    TABLE_EFFECTS,      /* venue, day, class, place, n -> struct effect: what an event did to a day */
    TABLE_ZS,           /* venue, register, ... -> struct zmark (zindex.h): every Z report */
    TABLE_CONFLICTS,    /* venue, register, series, seq, hash -> struct conflict (conflict.h) */
    TABLE_DAYS,         /* venue, day -> struct settlement: the settlement */
    TABLE_DUE,          /* venue, day -> nothing: days with something not yet sealed */
    TABLE_DRAFTS,       /* document id -> the draft as last built */
    TABLE_ORDERS,       /* venue, day, register, seq -> struct order_mark */
    TABLE_PARKED,       /* venue, place -> event of a venue that the configuration does not know at present, or that needs a
                           damaged record (fold.h) */
    TABLE_COUNT
};

extern const char *const mapper_tables[TABLE_COUNT];
enum { MAPPER_LAYOUT = 1 };

/* A place is an event's offset in its partition plus one: 0 is before everything. */

/* What is known of an identity. bytes are the canonical event. */
struct known {
    uint64_t place;
    int32_t day;
    bool booked;                         /* a receipt that moved money: not broken */
    struct event_hash hash;
    struct str bytes;
};
USED enum err known_get(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq,
                        struct known *ret_known);
USED enum err known_read(struct str value, struct known *ret_known);     /* of a walk over TABLE_RECEIPTS */
void known_write(const struct known *known, struct strbuf *out);
USED enum err known_put(struct txn *txn, const struct event *event, const struct known *known);
/* The receipt that an effect names, decoded; registers are named with their runs (run.h), here as in every key. */
USED enum err known_event(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq,
                          struct arena *arena, struct known *ret_known, struct event *ret_event);

/* Memory for one receipt at a time: empty, and dead after the next call. A day may have any number of receipts, and
 * any of them may be long. */
struct arena *receipt_arena(void);

/* Classes of effects. PLAIN and MIXED move money; the others are what a draft must mention. */
enum effect_class {
    EFFECT_PLAIN,       /* a receipt with one payment type: folded into the day's sums */
    EFFECT_MIXED,       /* several payment types, credit, or a sum of 0: shared out receipt by receipt */
    EFFECT_BROKEN,      /* lines and payments differ, or sums too large: booked nowhere, the day is held */
    EFFECT_VOID,        /* a void event, whether or not it found its receipt */
    EFFECT_CONFLICT,    /* the same identity came with other content */
    EFFECT_MOVEMENT,    /* a cash movement */
    EFFECT_Z,           /* a Z report for this business day */
    EFFECT_REMOVED      /* a person took a receipt out of its day, or puts it back: at the number of that decision, not
                           at a place in the log (removal.h) */
};

struct effect {
    bool negative;                       /* takes the receipt back */
    struct str reg;                      /* the event whose content counts: the receipt, the movement, ... */
    uint32_t series;
    uint64_t seq;
    struct str by_reg;                   /* the event that caused it: the receipt itself, or its void */
    uint64_t by_seq;
};

/* What a person said with an EFFECT_REMOVED. */
struct removal_words {
    bool has_amount;                     /* what it comes to, where the receipt does not tell */
    struct money amount;
    struct str reason;
};

USED enum err effect_put(struct txn *txn, struct str venue, int32_t day, enum effect_class class_, uint64_t place,
                         uint32_t n, const struct effect *effect);
USED enum err effect_put_removal(struct txn *txn, struct str venue, int32_t day, uint64_t number,
                                 const struct effect *effect, const struct removal_words *words);
/* Views into the store. */
USED enum err effect_removal_words(struct txn *txn, struct str venue, int32_t day, uint64_t number,
                                   struct removal_words *ret_words);
/* The effect at a place that this event caused never was: another void came first, or the event is another one.
 * ERR_NOT_FOUND. */
USED enum err effect_drop(struct txn *txn, struct str venue, int32_t day, enum effect_class class_, uint64_t place,
                          bool negative, struct str by_reg, uint64_t by_seq);
/* In order of place, for places in (from, upto]. */
typedef enum err (*effect_visit)(struct txn *txn, uint64_t place, const struct effect *effect, void *context);
USED enum err effect_walk(struct txn *txn, struct str venue, int32_t day, enum effect_class class_, uint64_t from,
                          uint64_t upto, effect_visit visit, void *context);

/* (register, series, seq) as people see it: "K1/10234", "K1/Z12". */
struct str receipt_text(struct arena *arena, struct str reg, uint32_t series, uint64_t seq);
/* ... and as they write them, behind the venue: "oslo-grill/K1/10234", "oslo-grill/K1/Z12". Names are in the arena.
 * ERR_FORMAT, ERR_MEMORY. */
struct receipt_name { struct str venue, reg; uint32_t series; uint64_t seq; };
USED enum err receipt_parse(struct str text, struct arena *arena, struct receipt_name *ret_name);

/* The day is to be looked at, also after a restart. */
USED enum err due_put(struct txn *txn, struct str venue, int32_t day);

#endif
