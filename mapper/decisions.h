/* decisions.h - what people decided about a day, taken up from the audit trail.
 *
 * Each in one transaction with the partition's place in the trail; each may come twice or late and then changes nothing.
 */
#ifndef BILAG_MAPPER_DECISIONS_H
#define BILAG_MAPPER_DECISIONS_H

#include "base/store.h"
#include "domain/audit.h"
#include "domain/config.h"

/* Takes up one decision (accept, post-on, dismiss, invoice-from, leave-out, what takes them back) that concerns a venue of
 * `partition`, and moves that partition's place in the audit trail to `place` with it: behind the decision, or to an
 * earlier one that waits; then that venue's own place is kept as well. *ret_venue and *ret_day name what is to be looked
 * at again; an empty venue: nothing; DAY_ALWAYS: all its days. */
USED enum err decisions_apply(struct store *store, const struct config *config, uint32_t partition,
                              const struct decision *decision, uint64_t place, struct arena *arena, struct str *ret_venue,
                              int32_t *ret_day);
/* The venue of `partition` that a decision is about, known or not; empty: it is not the mapper's, or not this one's. A view. */
struct str decisions_venue(const struct config *config, uint32_t partition, const struct decision *decision);
/* Whether all seals of its venue must be heard before it is judged (asking.h). */
bool decisions_ask(const struct decision *decision);
/* The partition's place in the trail; and whether a decision behind it, about this venue, was taken up all the same. */
USED enum err decisions_place(struct store *store, uint32_t partition, uint64_t *ret_next);
USED enum err decisions_taken(struct store *store, uint32_t partition, struct str venue, uint64_t number, bool *ret_taken);

#endif
