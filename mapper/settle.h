/* settle.h - what others tell the mapper about a day: seals, and people's decisions.
 *
 * Each in one transaction; each may come twice or late and then changes nothing.
 */
#ifndef BILAG_MAPPER_SETTLE_H
#define BILAG_MAPPER_SETTLE_H

#include "domain/audit.h"
#include "settlement.h"
#include "tables.h"

/* Sealed: the part ends there, and what came since is the next one. Reversed: the part is built again. */
USED enum err settle_seal(struct store *store, const struct seal *seal, struct arena *arena);

/* Takes up one decision (accept, post-on, dismiss, invoice-from) that concerns a venue of `partition`, and moves
 * that partition's place in the audit trail with it. *ret_venue and *ret_day name what is to be looked at again;
 * an empty venue: nothing; DAY_ALWAYS: all its days. */
USED enum err settle_decision(struct store *store, const struct config *config, uint32_t partition,
                              const struct decision *decision, struct arena *arena, struct str *ret_venue,
                              int32_t *ret_day);
USED enum err settle_audit_place(struct store *store, uint32_t partition, uint64_t *ret_next);

#endif
