/* needed.h - which events of the log are still needed: those that are parked, not sealed, in conflict, or waited for by a
 * decision (docs/rules.md section 8). The log trims nothing from the first of them on.
 */
#ifndef BILAG_MAPPER_NEEDED_H
#define BILAG_MAPPER_NEEDED_H

#include "tables.h"

/* The partition's lowest offset that is needed; UINT64_MAX: none. Of a store that was lost, nothing follows: then
 * nothing is committed either, and the log is kept from there on. Of a day that is damaged: all. The arena is emptied. */
USED enum err needed_from(struct store *store, const struct config *config, uint32_t partition, struct arena *arena,
                          uint64_t *ret_offset);

#endif
