/* settlement.h - a settlement: one venue's business day, folded (docs/design.md section 4).
 *
 * Sums are kept by their raw keys, for the day's last, open part, and mapped only when a draft is built, so a
 * changed mapping costs no replay. Receipts that the switches could divide (several payment types, credit) are
 * not summed but counted: the draft goes through them one by one (EFFECT_MIXED), which keeps every switch free
 * to change until the part is sealed.
 *
 * Parts  A part covers the effects at places (from, upto]; the last one is open at its end (upto = 0). Sealing
 *        fixes upto; what comes afterwards is the next part. A reversed part is built again over its own places.
 */
#ifndef BILAG_MAPPER_SETTLEMENT_H
#define BILAG_MAPPER_SETTLEMENT_H

#include "domain/draft.h"
#include "domain/event.h"
#include "base/store.h"

enum { SETTLEMENT_SUMS_MAX = 4000, SETTLEMENT_PARTS_MAX = 10000, SETTLEMENT_REGISTERS_MAX = 200 };

/* One raw sum. Sold lines are kept by the payment type they were paid with, because a type that is not
 * transferred takes them along; a paid sum has an empty product and rate 0. */
struct settlement_sum {
    struct str paid_with;                /* empty: the receipt's payments sum to 0 */
    struct str product;
    int32_t rate;
    struct money amount;                 /* as on the receipts: positive is a sale or a payment */
    uint64_t count;
    uint64_t with_vat;                   /* how many of them said their VAT */
    struct money till_vat;
    int64_t first_time;                  /* the earliest receipt in it */
    struct str first_reg;
    uint64_t first_seq;
};

/* What was bought on credit stands in the voucher, or in orders of its own. CREDIT_FREE: the switches decide at each draft.
 * CREDIT_ORDERED: an order of this part was released, it may be posted, so the voucher never has them again. */
enum credit_fate { CREDIT_FREE, CREDIT_ORDERED };

struct settlement_part {
    uint64_t from, upto;                 /* upto 0: open, the last part */
    bool sealed;                         /* being sent, or sent; or nothing to send */
    bool nothing;                        /* sealed because there was nothing to send */
    uint32_t revision;                   /* of the draft last built; 0: none yet */
    uint32_t sealed_revision;            /* of the draft that was sealed; others may have been built after it */
    uint32_t undone_revision;            /* of the draft last reversed: its seal, heard again, says nothing */
    uint64_t content;                    /* hash of it without the revision */
    bool emitted_credit_in;              /* a closed draft with credit in the voucher may be on its way */
    bool emitted_unordered;              /* a closed draft that gives credit to no order may be on its way */
    enum credit_fate fate;
    bool credit_ordered;                 /* as sealed */
    uint32_t accepted;                   /* bit per acceptable problem code (accept_bit) */
    int32_t post_on;                     /* DAY_ALWAYS: the business day */
    uint32_t orders_open;                /* orders of this part that are not sealed */
    uint64_t decided;                    /* of a part that has ended: the last decision that is in it (removal.h) */
    bool ahead;                          /* it was more than a day ahead of the clock once: a person decides (section 8) */
    bool control;                        /* begun because something was found about a day that was sent */
    bool sent;                           /* sealed to be sent, not entered by hand; false: of an older program, too */
    uint64_t heard;                      /* the number last asked with (asking.h) to which its sender has answered that
                                            nothing is sealed; equal to offer.asks: this part keeps no decision waiting */
};

struct settlement_register { struct str reg; uint64_t first, last, last_sale; bool sold; };

struct settlement {
    int64_t last_ms;                     /* when something last came for this day (wall clock) */
    uint64_t last_place;
    uint64_t receipts;                   /* of the open part */
    uint64_t decided;                    /* the last decision about what is in this day */
    uint64_t broken, voids, conflicts, movements, zs;   /* how many effects of these classes there are at all */
    uint64_t asked;                      /* last looked at while a decision asked with this number (asking.h) */
    bool watch;                          /* sealed, and to be looked at again: what came for another day (a Z report, a number
                                            in this day's range) may show that something is missing here */
    uint32_t accepted;                   /* for a part that is not there: this store was made again (accept_bit) */
    struct settlement_sum *sums; size_t sum_count, sum_room;
    struct settlement_part *parts; size_t part_count, part_room;
    struct settlement_register *registers; size_t register_count, register_room;
};

/* A day not yet there is empty, with one open part. */
USED enum err settlement_load(struct txn *txn, struct str venue, int32_t day, struct arena *arena,
                              struct settlement *ret_settlement);
USED enum err settlement_save(struct txn *txn, struct str venue, int32_t day, const struct settlement *state);

/* Adds a receipt of class EFFECT_PLAIN, or takes it back. ERR_RANGE: a sum would be too large or there would be
 * too many, and the day is as it was; ERR_MEMORY: the arena. */
USED enum err settlement_add_plain(struct settlement *settlement, const struct event *receipt, bool negative,
                                   struct arena *arena);
/* Which class a balanced receipt belongs to. */
bool settlement_receipt_is_plain(const struct event *receipt);
/* Notes that a register used this number on this day. ERR_RANGE: more registers than a venue can have. */
USED enum err settlement_note_register(struct settlement *settlement, const struct event *event, struct arena *arena);
struct settlement_part *settlement_last_part(struct settlement *settlement);
USED enum err settlement_new_part(struct settlement *settlement, uint64_t from, struct arena *arena);

/* The open part's sums again, from the effects after `from`: after a seal usually none. */
USED enum err settlement_resum(struct txn *txn, struct str venue, int32_t day, struct settlement *settlement, uint64_t from,
                        struct arena *arena);

/* Sealed because there was nothing to send, and nobody was told: the last part goes on when there is something. */
bool settlement_is_unheard(const struct settlement_part *part);
USED enum err settlement_go_on(struct txn *txn, struct str venue, int32_t day, struct settlement *settlement,
                               struct arena *arena);

/* Decisions with these numbers, (from, upto], are in the part. */
uint64_t settlement_decided_from(const struct settlement *settlement, uint32_t part);
uint64_t settlement_decided_upto(const struct settlement *settlement, uint32_t part);

/* The day was more than a day ahead of the clock once. */
bool settlement_was_ahead(const struct settlement *settlement);

/* All that was accepted for any part of the day. */
uint32_t settlement_accepted(const struct settlement *settlement);
uint32_t accept_bit(enum problem_code code);         /* 0: cannot be accepted */

#endif
