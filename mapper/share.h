/* share.h - which part of a receipt is transferred, and what is left out, docs/rules.md section 2.
 *
 * Pure: a receipt and the switches in, shares out. Payments are looked at in their order; a type that is
 * not transferred takes its share of every line with it, by the largest remainder. If gift cards are not
 * transferred, those sold leave as well, and the remaining payments are reduced by the same sum.
 */
#ifndef BILAG_MAPPER_SHARE_H
#define BILAG_MAPPER_SHARE_H

#include "domain/config.h"
#include "domain/event.h"

/* What is decided for a venue, a day and a part of it. */
struct switches {
    const struct venue *venue;
    int32_t day;
    bool credit_out;                     /* credit leaves the voucher: as an order, or listed under manual */
};

bool switches_transfer(const struct switches *switches, struct str payment_type);
/* Gift cards sold leave the voucher because the payment type gift_card is not transferred. */
bool switches_gift_cards_out(const struct switches *switches);

struct left_out { struct str type; struct money *lines; struct money total; };

struct shares {
    struct money *lines;                 /* transferred, per line of the receipt */
    struct money *payments;              /* transferred, per payment of the receipt */
    struct left_out *left_out;           /* per payment type not transferred, in their order */
    size_t left_out_count;
    struct money *gift_lines;            /* gift cards sold that left; NULL: none */
    struct money gift_total;
};

/* The arena holds the answer. ERR_REFUSED: share-undefined; ERR_RANGE: sums too large; ERR_MEMORY. */
USED enum err shares_of(const struct event *receipt, const struct switches *switches, struct arena *arena,
                        struct shares *ret_shares);

USED enum err receipt_sums(const struct event *receipt, struct money *ret_lines, struct money *ret_payments);

#endif
