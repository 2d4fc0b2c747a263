/* decisions.h - what people decided about a day, taken up from the audit trail.
 *
 * Each in one transaction with the partition's place in the trail; each may come twice or late and then changes nothing.
 */
#ifndef BILAG_MAPPER_DECISIONS_H
#define BILAG_MAPPER_DECISIONS_H

#include "base/store.h"
#include "domain/audit.h"
#include "domain/config.h"

/* Takes up one decision (accept, post-on, dismiss, invoice-from, leave-out, what takes them back) that concerns a venue of `partition`, and moves
 * that partition's place in the audit trail with it. *ret_venue and *ret_day name what is to be looked at again;
 * an empty venue: nothing; DAY_ALWAYS: all its days. */
USED enum err decisions_apply(struct store *store, const struct config *config, uint32_t partition,
                              const struct decision *decision, struct arena *arena, struct str *ret_venue,
                              int32_t *ret_day);
/* The venue of `partition` of which all seals must be heard before this decision is judged (asking.h); empty: none. */
struct str decisions_asks(const struct config *config, uint32_t partition, const struct decision *decision,
                          struct arena *arena);
USED enum err decisions_place(struct store *store, uint32_t partition, uint64_t *ret_next);

#endif
