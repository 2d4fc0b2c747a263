/* ingestclient.h - hands events to a running bilag-ingest and waits until they are on disk.
 *
 * For programs that read events from somewhere and must not lose any (`bilag import`): a batch is sent,
 * and sent again to the next instance, until one answers or patience ends. Sent twice, it is stored once.
 */
#ifndef BILAG_STAGE_INGESTCLIENT_H
#define BILAG_STAGE_INGESTCLIENT_H

#include "base/err.h"

enum { INGESTCLIENT_EVENTS_MAX = 65536, INGESTCLIENT_BYTES_MAX = 8 * 1024 * 1024 };

struct ingestclient;

/* One event of a batch, or what is none. bytes: canonical (event_encode()); with a reason: as it came, for the list of
 * what was refused. line: where it stands in its source. */
struct ingest_item { uint64_t line; struct str bytes, reason; };

struct ingest_reject { uint64_t line; struct str reason; };

struct ingest_answer {
    uint64_t accepted, duplicates, rejected;
    uint64_t parked;                     /* of the accepted: their venues are not set up */
    struct ingest_reject *rejects;       /* the first thousand */
    size_t reject_count;
};

/* An ingest's answer, out of bytes that nobody vouches for; its texts live in the arena. ERR_FORMAT: it is none. ERR_REFUSED,
 * ERR_STORE_FULL (send it again later): it says so, and the fault in its words. */
USED enum err ingest_answer_read(struct str bytes, struct arena *arena, struct ingest_answer *ret_answer, struct fault *fault);

/* instances: of the configuration. Nothing is connected to yet. */
USED enum err ingestclient_open(struct str run_dir, int instances, struct ingestclient **ret_client,
                                struct fault *fault);
void ingestclient_close(struct ingestclient *client);        /* NULL is fine */

/* source: "import/evening.ndjson", as the list of what was refused names it. At most the maxima above in all. The answer
 * lives in the arena.
 * ERR_OK: all of the batch is durable, was known, or was refused with a reason. ERR_NETWORK: no ingest
 * answered within patience_ms. ERR_STORE_FULL: it answered that it cannot store anything. ERR_REFUSED:
 * it did not understand the batch. With any error: send the whole batch again later. */
USED enum err ingestclient_send(struct ingestclient *client, struct str source, const struct ingest_item *items,
                                size_t count, int64_t patience_ms, struct arena *arena,
                                struct ingest_answer *ret_answer, struct fault *fault);

#endif
