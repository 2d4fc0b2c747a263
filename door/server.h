/* server.h - a door of HTTP, plain on loopback or with TLS anywhere: what all programs that listen have in common.
 *
 * libmicrohttpd behind one descriptor of the stage's loop, the connections' patience (visitors.h), the address (listener.h) and
 * what is shown of us (certificate.h). What a request is and may is its owner's, who gives the two callbacks.
 * Ownership  the wish's texts are read while server_open() runs; its callbacks' context outlives the server.
 * Errors     ERR_CONFIG: the address is another's, or others could reach it without TLS, or the certificate is wrong.
 */
#ifndef BILAG_DOOR_SERVER_H
#define BILAG_DOOR_SERVER_H

#include <microhttpd.h>

#include "stage/stage.h"
#include "visitors.h"

struct server_wish {
    const char *section;                  /* of the settings: "ingest" */
    struct str folder, listen;            /* listener.h */
    struct str certificate, certificate_key;     /* files; both empty: plain HTTP */
    int32_t address_connections;          /* of one other machine's address; on loopback all are one */
    MHD_AccessHandlerCallback handle;
    MHD_RequestCompletedCallback completed;
    void *context;
};

struct server;
USED enum err server_open(struct stage *stage, const struct server_wish *wish, struct server **ret_server, struct fault *fault);
/* Nothing is suspended any more. NULL is fine. */
void server_close(struct server *server);
int  server_fd(const struct server *server);                 /* readable: server_run() */
/* Takes what has arrived, some packets of each connection. */
void server_run(struct server *server);
/* In every turn: what is due without a wake, and who takes too long. */
void server_turn(struct server *server, int64_t head_wait_ms, int64_t body_wait_ms);
/* Takes up a new certificate, for those who connect from now on. A wrong one is told, and the former stays. */
void server_reload(struct server *server, struct str certificate, struct str certificate_key);
/* ,"certificate":{...} if there is TLS. */
void server_status(const struct server *server, struct strbuf *json);
bool server_has_tls(const struct server *server);
/* What the connection does now; known: it has shown what opens the door. */
void server_visitor(struct server *server, struct MHD_Connection *connection, enum visitor_phase phase, bool known);

#endif
