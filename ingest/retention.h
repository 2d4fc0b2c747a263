/* retention.h - old events leave the log after retention_days, refused lines after refused_days.
 *
 * Once a day, first a minute after the start, and when the configuration is loaded again: in slices of RETENTION_SLICE
 * events, so that no turn is long and commits come in between. A partition is trimmed by the instance that its reader
 * asks, and only below what the reader asks for and what it says is needed (mapper/needed.h); one that nobody reads is left as it is
 * until the next round.
 */
#ifndef BILAG_INGEST_RETENTION_H
#define BILAG_INGEST_RETENTION_H

#include "logservice.h"

enum { RETENTION_SLICE = 1000 };

struct retention;
USED enum err retention_open(struct stage *stage, struct eventlog *log, const struct logservice *readers,
                             struct retention **ret_retention);
void retention_close(struct retention *retention);           /* NULL is fine */
void retention_again(struct retention *retention);           /* the next round is now */
/* One slice if one is due; sets the stage's next wake. */
USED enum err retention_turn(struct retention *retention);

#endif
