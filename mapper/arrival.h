/* arrival.h - on which day a partition's events came, so that what was imported late is kept as long as what came at once.
 *
 * A row for each day (UTC) on which something came: the first place of that day. Places of before the first row came
 * at some time before it.
 */
#ifndef BILAG_MAPPER_ARRIVAL_H
#define BILAG_MAPPER_ARRIVAL_H

#include "tables.h"

/* The event at `place` comes now. */
USED enum err arrival_note(struct txn *txn, uint32_t partition, int64_t now_ms, uint64_t place);
/* The first place that came on `day` or later; UINT64_MAX if nothing did. */
USED enum err arrival_since(struct txn *txn, uint32_t partition, int32_t day, uint64_t *ret_place);
/* Days before `day` are not asked for any longer. */
USED enum err arrival_forget(struct txn *txn, uint32_t partition, int32_t day);

#endif
