/* server.h - the HTTP side: one thread, one event loop, late answers without blocking anybody.
 *
 * An answer with a delay waits in a heap while its connection is suspended; thousands may wait.
 * server_run() returns when SIGTERM or SIGINT comes: true, told to stop; false, the loop failed.
 */
#ifndef BILAG_SANDBOX_HTTP_SERVER_H
#define BILAG_SANDBOX_HTTP_SERVER_H

#include <stdbool.h>

#include "sandbox/sandbox.h"

struct server;
/* address "127.0.0.1:8080" or "[::1]:0"; box->port becomes the port in use. */
bool server_open(const char *address, struct sandbox *box, struct server **ret_server,
                 const char **ret_why);
bool server_run(struct server *server);
void server_close(struct server *server);

#endif
