/* trim.h - old receipts leave the mapper's store after retention_days; what their days came to stays.
 *
 * Trimmed are the contents of receipts and which of them made up a day, so `bilag explain` can no longer list
 * them; settlements, drafts, numbers seen and everything the senders keep stay, so nothing is ever booked again.
 * What came to the log within retention_days is kept as well, however old its day: the log keeps it too, and it may
 * just have been imported. A day that is not wholly sealed is never trimmed. Slices are small, so that no turn is long.
 */
#ifndef BILAG_MAPPER_TRIM_H
#define BILAG_MAPPER_TRIM_H

#include "partitions.h"
#include "tables.h"

struct trim;
USED enum err trim_open(struct trim **ret_trim);
void trim_close(struct trim *trim);
/* Does one slice if one is due, and says when the next is (steady ms). A whole round starts once a day. */
USED enum err trim_turn(struct trim *trim, struct store *store, const struct config *config,
                        struct partitions *mine, int64_t now_ms, int64_t steady_ms, int64_t *ret_next_ms);

#endif
