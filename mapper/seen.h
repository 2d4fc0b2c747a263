/* seen.h - the numbers of a register that were seen, as intervals: the duplicate check and the gap check.
 *
 * Kept in TABLE_SEEN, one entry an interval, so that adding a number costs two look-ups however many gaps
 * there are. Series are those of event.h.
 */
#ifndef BILAG_MAPPER_SEEN_H
#define BILAG_MAPPER_SEEN_H

#include "base/store.h"

/* ERR_EXISTS: seen before. */
USED enum err seen_add(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq);

/* The interval of the highest number. ERR_NOT_FOUND: none was seen. */
USED enum err seen_highest(struct txn *txn, struct str venue, struct str reg, uint32_t series,
                           uint64_t *ret_first, uint64_t *ret_last);
/* It reaches from `first`, where it began or begins, to `last`; nothing is above it. */
USED enum err seen_rise(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t first, uint64_t last);

USED enum err seen_has(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq, bool *ret_seen);

/* It was never seen: what came under it is another register's, or another run's. ERR_NOT_FOUND: it was not. */
USED enum err seen_drop(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq);

/* Numbers missing in [first, last], and those just below `first` if any lower number was seen. visit() answering
 * ERR_STOP ends it well. */
typedef enum err (*gap_visit)(uint64_t from, uint64_t to, void *context);
USED enum err seen_gaps(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t first,
                        uint64_t last, gap_visit visit, void *context);

#endif
