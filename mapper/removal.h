/* removal.h - receipts that a person took out of their day (`bilag leave-out`), and put back: docs/rules.md section 8.
 *
 * What is taken out is listed under manual with the reason; the rest of the day goes on. Nothing that is there changes:
 * a decision adds an effect of its own, at its number in the audit trail, to the part of the day that is open, so what a
 * part covers is exact in both, places of the log and decisions. Hence what is decided about a sealed part is in the next.
 * What moves    a receipt that is booked, or a void that took effect: out of the voucher, into manual. What is booked
 *               nowhere (unbalanced, a void of something unknown): into manual, and no problem any more.
 * Refused       what is gone out as an order, or may be any moment: the order is ended instead. A receipt that a void takes
 *               back: the void is left out first, and put back last. To put back a receipt for which a void, or a void for
 *               which its missing receipt, has come meanwhile.
 */
#ifndef BILAG_MAPPER_REMOVAL_H
#define BILAG_MAPPER_REMOVAL_H

#include "settlement.h"
#include "tables.h"

/* One decision; the settlement is the receipt's day, loaded, and is saved by the caller. *ret_done false: it has no
 * effect, and nothing was written. `day` of removal_day(). ERR_NOT_FOUND: no such receipt. */
struct removal { struct receipt_name name; uint64_t number; struct removal_words words; };
USED enum err removal_day(struct txn *txn, const struct removal *removal, int32_t *ret_day);
USED enum err removal_take_out(struct txn *txn, const struct removal *removal, struct settlement *settlement,
                               struct arena *arena, bool *ret_done);
/* `before`: the number of the decision that took it out. ERR_NOT_FOUND: it is not out by that one; ERR_REFUSED: as above. */
USED enum err removal_may_be_put_back(struct txn *txn, const struct removal *removal, uint64_t before, struct arena *arena);
/* As that judges; else *ret_done is false. */
USED enum err removal_put_back(struct txn *txn, const struct removal *removal, uint64_t before,
                               struct settlement *settlement, struct arena *arena, bool *ret_done);
/* The decision by which a receipt is out at present. ERR_NOT_FOUND: it is not. */
USED enum err removal_stands(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq,
                             uint64_t *ret_number);

/* What a removal's effect means for sums. */
struct removed {
    bool back;                           /* put back, else taken out */
    bool booked;                         /* its content moves in the voucher */
    bool void_;                          /* by a void: the content counts the other way */
};
struct removed removal_meaning(const struct effect *effect, const struct known *content, const struct event *event);

#endif
