/* spool.h - events from a folder of NDJSON files that tills or transfers append to.
 *
 * Files     regular files NAME.ndjson (names beginning with "." are not looked at, so a transfer can write
 *           aside and rename). Each is read from where the log says it was read to; that position is
 *           committed with the events, so nothing is skipped and nothing acknowledged twice.
 * Half      the last line waits until its end comes.
 * Changed   a file that became shorter, or is another file under the same name, or whose bytes before the
 *           position are no longer the same, is logged and noted among what was refused, and read from its
 *           beginning: what was in the log already are duplicates.
 * Gone      a removed file's position is forgotten; if it was not read to its end, that is logged.
 * Sharing   file NAME belongs to instance hash(NAME) % stages.ingest.
 */
#ifndef BILAG_INGEST_SPOOL_H
#define BILAG_INGEST_SPOOL_H

#include "intake.h"
#include "stage/stage.h"

enum { SPOOL_SCAN_MS = 200, SPOOL_FILES_MAX = 65536 };

struct spool;

/* The folder is made if it is not there. ERR_CONFIG: it cannot be used. */
USED enum err spool_open(struct stage *stage, struct intake *intake, struct eventlog *log, struct str folder,
                         struct spool **ret_spool, struct fault *fault);
void spool_close(struct spool *spool);               /* NULL is fine */
/* Looks for what is new and adds some of it to the group; sets the stage's next wake. */
USED enum err spool_turn(struct spool *spool);
void spool_status(const struct spool *spool, struct strbuf *json);

#endif
