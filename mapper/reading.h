/* reading.h - the log's partitions that are this mapper's: taken over, read, folded; what changed is to be looked at.
 *
 * A partition's offset and what was folded up to it are one commit (fold.h); a batch that is lost or comes twice does no
 * harm, because only what begins where the partition stands is taken.
 */
#ifndef BILAG_MAPPER_READING_H
#define BILAG_MAPPER_READING_H

#include "mapper.h"

/* Gives up partitions that are another's now, and takes over those that are this one's. */
USED enum err reading_share_partitions(struct stage *stage, struct mapper *mapper);
/* From its committed offset; what was parked for venues that are known now comes first. */
USED enum err reading_take_partition(struct stage *stage, struct mapper *mapper, struct partition *partition);
/* A piece a turn and partition of what waited for its venue, however much it is. */
USED enum err reading_fold_parked(struct stage *stage, struct mapper *mapper);
/* Tells the log, now and then, what it must not trim (needed.h). */
USED enum err reading_say_needed(struct stage *stage, struct mapper *mapper);
/* What has come of the log, in one fold and one commit, whatever the partitions. */
USED enum err reading_fold(struct stage *stage, struct mapper *mapper);
/* link_handler: a batch of the log; it is folded with all that came in the same turn. */
USED enum err reading_log(struct stage *stage, void *state, struct link *link, const struct frames *frames);
/* Every day of the partition that is not wholly sealed is to be looked at. */
USED enum err reading_all_due(struct stage *stage, struct mapper *mapper, uint32_t partition);
/* Memory lacked for a day of it that is due: reading_days_again() puts those that lack into the schedule, as soon as there is some. */
void reading_lacks_day(struct mapper *mapper, uint32_t partition);
USED enum err reading_days_again(struct stage *stage, struct mapper *mapper);

#endif
