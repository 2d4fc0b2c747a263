/* http.h - the door of HTTP: POST /v1/events and GET /v1/health, plain on loopback or with TLS anywhere.
 *
 * Who may come in: entry.h. What becomes of a body, and the answer: request.h. The address and the connections: door/server.h.
 * Waiting  Requests wait for the group's commit while further ones are read: many share one commit.
 * Memory   bounded by connections, and by request.h for what bodies leave.
 */
#ifndef BILAG_INGEST_HTTP_H
#define BILAG_INGEST_HTTP_H

#include "intake.h"
#include "stage/stage.h"

struct http;

/* Listens where the configuration says. folder: of the event log; instances of one log share the address (listener.h); one
 * that another program has, or another installation, or that others could reach without TLS, is ERR_CONFIG. */
USED enum err http_open(struct stage *stage, struct intake *intake, struct doors *doors, struct str folder,
                        struct http **ret_http, struct fault *fault);
void http_close(struct http *http);                  /* NULL is fine */
int  http_fd(const struct http *http);               /* readable: http_run() */
void http_run(struct http *http);
void http_turn(struct http *http);                   /* in every turn: what is due without a wake */
/* Takes up a new certificate, for those who connect from now on. A wrong one is told, and the former stays. */
void http_reload(struct http *http);
/* After a commit: lets those requests go on whose events are decided. */
void http_answer(struct http *http);
/* ,"certificate":{...} if there is TLS. */
void http_status(const struct http *http, struct strbuf *json);

#endif
