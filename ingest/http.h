/* http.h - events over HTTP: POST /v1/events with NDJSON, GET /v1/health.
 *
 * Answer   200 {"accepted":n,"duplicates":m,"rejected":[{"line":3,"reason":"..."}]} once every line of the
 *          body is durable or refused; further rejected lines than are named make "rejected_total".
 *          A line of a venue that the token does not open has "status":403 beside its reason; a body of nothing
 *          else is answered with 403. Who may come in at all: entry.h.
 *          503 with Retry-After when nothing can be stored: send the whole again, duplicates do no harm.
 * Waiting  Requests wait for the group's commit while further ones are read: many share one commit.
 * Memory   bounded by connections and HTTP_TAILS_BYTES for lines that are cut by the end of a packet.
 */
#ifndef BILAG_INGEST_HTTP_H
#define BILAG_INGEST_HTTP_H

#include "intake.h"
#include "stage/stage.h"

struct http;

/* folder: of the event log. listen: "127.0.0.1:7420" or "[::1]:7420". Instances of one log share it (listener.h); an
 * address that another program has, or another installation, is ERR_CONFIG. */
USED enum err http_open(struct stage *stage, struct intake *intake, struct doors *doors, struct str folder, struct str listen,
                        struct http **ret_http, struct fault *fault);
void http_close(struct http *http);                  /* NULL is fine */
int  http_fd(const struct http *http);               /* readable: http_run() */
void http_run(struct http *http);
void http_turn(struct http *http);                   /* in every turn: what is due without a wake */
/* After a commit: lets those requests go on whose events are decided. */
void http_answer(struct http *http);

#endif
