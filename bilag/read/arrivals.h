/* arrivals.h - how an event came: its way in, the token it came with, and when, from the event log, read-only.
 *
 * Ownership   texts live in the caller's arena.
 */
#ifndef BILAG_BILAG_READ_ARRIVALS_H
#define BILAG_BILAG_READ_ARRIVALS_H

#include "domain/config.h"
#include "ingest/eventlog.h"

struct arrival { struct eventlog_arrival came; struct str token_about; };

/* place: the mapper's, one more than the log's offset. ERR_NOT_FOUND: that was not written down then. */
USED enum err arrival_of(const struct config *config, struct str venue, uint64_t place, struct arena *arena,
                         struct arrival *ret_arrival);

#endif
