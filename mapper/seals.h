/* seals.h - what senders tell the mapper about a part or an order: sealed, reversed, or that its revisions are behind.
 *
 * In one transaction; a seal may come twice or late and then changes nothing.
 */
#ifndef BILAG_MAPPER_SEALS_H
#define BILAG_MAPPER_SEALS_H

#include "base/store.h"
#include "domain/draft.h"

/* Sealed: the part ends there, and what came since is the next one. Reversed: the part is built again. */
USED enum err seals_apply(struct store *store, const struct seal *seal, struct arena *arena);

#endif
