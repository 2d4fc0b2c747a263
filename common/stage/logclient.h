/* logclient.h - reading the event log from any offset, through whichever bilag-ingest answers.
 *
 * Asking     logclient_ask(partition, from, credit) asks for up to `credit` events from an offset on;
 *            asking again replaces the former ask. The log answers with batches, in order, until the
 *            credit (or the log's own bound for one ask) is used: batch.last says so, and the caller
 *            asks again when it wants more. At the log's end the ask waits there for what comes.
 * Order      Batches that do not begin at the offset awaited are not given to the caller: after a
 *            restart, a lost or a repeated message the stream simply goes on where it was.
 * Needed     logclient_needs() says below which offset the log may trim; until then, and for whoever does not say it, the
 *            log trims nothing. It goes with the next ask.
 * Silence    An ask that hears nothing for a second (the log answers at once, if only "nothing new")
 *            is sent again, to the next ingest instance. Call logclient_turn() in every turn in which
 *            messages are taken.
 * Trimmed    The log keeps retention_days. A reader that asks for what is gone stands still, which is logged with
 *            what to do, and is asked for again as after silence: it must not go on in the middle by itself.
 * Ownership  batch.events is a view into the message, dead after the link's handler returns.
 */
#ifndef BILAG_STAGE_LOGCLIENT_H
#define BILAG_STAGE_LOGCLIENT_H

#include "stage.h"
#include "base/wire.h"

enum { LOG_ASK_MAX = 65536 };

struct logclient;

struct logbatch {
    uint32_t partition;
    uint64_t first;                      /* offset of the first event */
    size_t count;                        /* events; 0: nothing new, the ask is waiting */
    uint64_t end;                        /* the offset after the last event of the partition: end - first
                                            - count is how far behind the reader is. Less than
                                            first: this is not the log that was read before (an older
                                            copy was put back), and waiting will not help */
    bool last;                           /* the ask is used up: ask again for more */
    struct reader events;                /* take_any() `count` times gives each event's canonical bytes */
};

/* A batch out of the two parts of a message that nobody vouches for; begin: the first offset there is, more than first if what was
 * asked for is trimmed. ERR_FORMAT: it is none. */
USED enum err logbatch_read(struct str head, struct str events, uint32_t partitions, struct logbatch *ret_batch,
                            uint64_t *ret_begin);

/* Opens one DEALER to each of `instances` ingest processes; their messages go to `handler`, which gives
 * them to logclient_take(). */
USED enum err logclient_open(struct stage *stage, int instances, int32_t partitions, link_handler handler,
                             struct logclient **ret_client, struct fault *fault);
void logclient_close(struct logclient *client);              /* NULL is fine; sockets belong to the stage */

void logclient_ask(struct logclient *client, uint32_t partition, uint64_t from, uint32_t credit);
void logclient_needs(struct logclient *client, uint32_t partition, uint64_t from);
void logclient_drop(struct logclient *client, uint32_t partition);       /* asks no more */

/* ERR_OK: a batch to handle. ERR_BUSY: nothing for the caller (stale, or trimmed). ERR_FORMAT: not a log's message. */
USED enum err logclient_take(struct logclient *client, struct link *link, const struct frames *frames,
                             struct logbatch *ret_batch);
/* Asks again where it is silent; sets the stage's next wake. */
void logclient_turn(struct logclient *client);

#endif
