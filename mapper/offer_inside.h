/* offer_inside.h - what the two files of an offer share: vouchers (offer.c) and orders (offer_orders.c). */
#ifndef BILAG_MAPPER_OFFER_INSIDE_H
#define BILAG_MAPPER_OFFER_INSIDE_H

#include "offer.h"

/* Keeps a draft whose content is new under its next revision. *ret_changed tells. */
USED enum err offer_keep(struct txn *txn, struct draft *draft, uint32_t *revision, uint64_t *content, bool *ret_changed);
/* The document's draft is to be sent after the commit. */
USED enum err offer_send(struct offer *offer, struct str doc);
/* All orders of the part that is built; part->orders_open counts those that are not sealed. */
USED enum err offer_orders(struct offer *offer, const struct build *build, struct settlement_part *part);

#endif
