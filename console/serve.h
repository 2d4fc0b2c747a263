/* serve.h - from a request to its answer: who asks, by which route, and the headers that every answer has.
 *
 * Order of judging: the name that was asked for (door/host.h); the length of the body; for what changes something, where the
 * request comes from (Origin) and the form's token; who asks (the session); the route's act (rights.h). Whose books it is, the
 * route itself judges, and answers 404 as for what is not there.
 */
#ifndef BILAG_CONSOLE_SERVE_H
#define BILAG_CONSOLE_SERVE_H

#include <microhttpd.h>

enum MHD_Result serve_handle(void *console, struct MHD_Connection *connection, const char *url, const char *method,
                             const char *version, const char *data, size_t *size, void **connection_context);
void serve_completed(void *console, struct MHD_Connection *connection, void **connection_context,
                     enum MHD_RequestTerminationCode why);

#endif
