/* listener.h - the address on which others reach us over HTTP: one address, one folder.
 *
 * Sharing     the instances of one installation (one folder: ingest's is its log's) share the address: the kernel gives each
 *             of them some of the connections (SO_REUSEPORT). Nobody else shares it: an installation's first instance takes the
 *             address for itself before it opens it to the others, which they know by a lock in that folder.
 * Ownership   the socket is the caller's, and is to be closed before the listener.
 * Errors      ERR_CONFIG: no address, one that other machines can reach without TLS, or another program's (or installation's).
 */
#ifndef BILAG_DOOR_LISTENER_H
#define BILAG_DOOR_LISTENER_H

#include "base/err.h"

struct listener;
/* section: of the settings, "ingest", for sentences. address: "127.0.0.1:7420" or "[::1]:7420".
 * guarded: who comes is met with TLS, and the address may be one that other machines can reach. */
USED enum err listener_open(const char *section, struct str folder, struct str address, bool guarded,
                            struct listener **ret_listener, int *ret_socket, struct fault *fault);
bool listener_is_loopback(const struct listener *listener);
void listener_close(struct listener *listener);              /* NULL is fine */

#endif
