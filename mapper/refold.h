/* refold.h - what was folded, folded in another way, because a person said what it is (docs/rules.md section 8).
 *
 * Only what nothing sent relies on is moved: an event in a sealed part, or with an order that may be on its way, stays
 * what it was, for its money is in the books once.
 */
#ifndef BILAG_MAPPER_REFOLD_H
#define BILAG_MAPPER_REFOLD_H

#include "fold.h"

enum { REFOLD_MAX = 60000 };             /* contents that one decision moves at most: they are in memory at once */

/* The register counts anew from this place on: its events from there are of the next run. ERR_EXISTS: said before;
 * ERR_RANGE: a later run has begun; ERR_NOT_FOUND: no such venue; ERR_TOO_LONG: more than REFOLD_MAX, and nothing is written.
 * `fold` needs config, arena and partition. */
USED enum err refold_restarted(struct txn *txn, struct fold *fold, struct str venue, struct str reg, uint64_t place);
/* It does not: the run that began there is one with the run before it. ERR_NOT_FOUND: no run began there, or a later one did
 * since; ERR_REFUSED: something sent relies on one of its events, or one is no longer kept. Then nothing is written. */
USED enum err refold_may_not_restart(struct txn *txn, struct fold *fold, struct str venue, struct str reg, uint64_t place);
USED enum err refold_not_restarted(struct txn *txn, struct fold *fold, struct str venue, struct str reg, uint64_t place);

#endif
