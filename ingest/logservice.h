/* logservice.h - the event log for whoever reads it: a ROUTER on RUN_DIR/log-N.ipc (common/stage/logclient.h is
 * the other half).
 *
 * Ask      msgpack [partition, from, credit, needed]; the same reader's next ask for the partition replaces it. Nothing
 *          is trimmed from the offset `needed` on; who does not say it needs all.
 * Answer   [msgpack [partition, first, count, end, last], array of `count` canonical events] until the
 *          credit or LOGSERVICE_ASK_BYTES are used (last is true then). With nothing new, one answer with
 *          count 0 at once, and the ask waits for what is committed, by this process or another one.
 * Trimmed  what is asked for and no longer there is answered with count 0 and a sixth field in the first part,
 *          the first offset there is; nothing more comes until it is asked for something else.
 * Bounds   READERS_MAX asks are kept; one that is not repeated within READER_PATIENCE_MS is forgotten.
 */
#ifndef BILAG_INGEST_LOGSERVICE_H
#define BILAG_INGEST_LOGSERVICE_H

#include "eventlog.h"
#include "stage/stage.h"

enum { LOGSERVICE_ASK_BYTES = 512 * 1024, LOGSERVICE_ASK_EVENTS = 4096 };

struct logservice;

/* What a reader asks for, out of bytes that nobody vouches for. ERR_FORMAT: it is no ask. */
struct log_ask { uint64_t partition, from, credit, needed; };
USED enum err log_ask_read(struct str bytes, struct log_ask *ret_ask);

USED enum err logservice_open(struct stage *stage, struct eventlog *log, link_handler handler,
                              struct logservice **ret_service, struct fault *fault);
void logservice_close(struct logservice *service);           /* NULL is fine */
USED enum err logservice_take(struct logservice *service, const struct frames *frames);
/* Sends what there is to those who wait for it. */
USED enum err logservice_turn(struct logservice *service);
size_t logservice_readers(const struct logservice *service);
/* The lowest offset that those who read a partition here have last asked for, or said that they need: readers ask for
 * what comes behind all that they have committed. False: nobody reads it here at present. */
bool logservice_needed(const struct logservice *service, uint32_t partition, uint64_t *ret_from);

#endif
