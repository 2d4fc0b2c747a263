/* claim.h - which void takes which receipt back, docs/rules.md section 1.
 *
 * Every void that names a receipt is a claim on it. One claim is effective: the earliest by the till's time,
 * then register and number, whatever the order of arrival; the others are the problem `void-unknown`. A claim
 * that was effective in a sealed part (or whose order was released) stays effective for good, because nothing
 * that was sent is ever edited.
 */
#ifndef BILAG_MAPPER_CLAIM_H
#define BILAG_MAPPER_CLAIM_H

#include "tables.h"

struct claim {
    struct str venue;
    struct str target_reg; uint64_t target_seq;
    int64_t time;                        /* of the void */
    struct str reg; uint64_t seq;        /* of the void */
    int32_t day;                         /* the business day it books on */
    uint64_t place;                      /* where it took effect */
    bool effective;
};

USED enum err claim_put(struct txn *txn, const struct claim *claim);
/* It never was: its void is another one's. ERR_NOT_FOUND. */
USED enum err claim_drop(struct txn *txn, const struct claim *claim);
/* All claims on one register's receipts, views into the store; visit() must not write to this table. */
typedef enum err (*claim_visit)(struct txn *txn, const struct claim *claim, void *context);
USED enum err claim_walk(struct txn *txn, struct str venue, struct str reg, claim_visit visit, void *context);
/* The first by order and the effective one, views into the store; ERR_NOT_FOUND: none. */
USED enum err claim_first(struct txn *txn, struct str venue, struct str reg, uint64_t seq, struct claim *ret_claim);
USED enum err claim_effective(struct txn *txn, struct str venue, struct str reg, uint64_t seq, struct claim *ret_claim);
/* Whether this void took its receipt back. */
USED enum err claim_is_effective(struct txn *txn, const struct event *void_event, bool *ret_effective);
bool claim_before(const struct claim *a, const struct claim *b);

#endif
