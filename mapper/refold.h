/* refold.h - what was folded, folded in another way, because a person said what it is (docs/rules.md section 8).
 *
 * Only what nothing sent relies on is moved: an event in a sealed part, or with an order that may be on its way, stays
 * what it was, for its money is in the books once.
 */
#ifndef BILAG_MAPPER_REFOLD_H
#define BILAG_MAPPER_REFOLD_H

#include "fold.h"

/* The register counts anew from this place on: its events from there are of the next run. ERR_EXISTS: said before;
 * ERR_RANGE: a later run has begun; ERR_NOT_FOUND: no such venue. `fold` needs config, arena and partition. */
USED enum err refold_restarted(struct txn *txn, struct fold *fold, struct str venue, struct str reg, uint64_t place);
/* The content that came at this place is the one that is booked; every other one of this number is not, and is listed.
 * ERR_NOT_FOUND: no such content; ERR_REFUSED: something sent relies on one of the two. */
USED enum err refold_choose(struct txn *txn, struct fold *fold, const struct event *identity, uint64_t place);

#endif
