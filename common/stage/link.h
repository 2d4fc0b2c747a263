/* link.h - the sockets of a stage: who binds, who connects, what is bounded. Comes with stage.h. */
#ifndef BILAG_STAGE_LINK_H
#define BILAG_STAGE_LINK_H

#include "stage.h"

/* Sockets live in RUN_DIR/<name>.ipc; those of stages that decide what is booked (validator-N, uploader-N, invoicer-N, mapper-N)
 * in RUN_DIR/<name>.curve.ipc, and so does the uploader's errands-N: there only a stage that may send is heard, by its key (peers.h). type is ZMQ_PULL, ZMQ_PUSH, ZMQ_ROUTER, ZMQ_DEALER. handler NULL: a
 * socket that is only written to. link_connect() may be called again for further peers of one link.
 * PUSH sends only to peers that are up. ERR_CONFIG: path too long; ERR_IN_USE. */
USED enum err link_listen(struct stage *stage, int type, const char *name, link_handler handler,
                          struct link **ret_link, struct fault *fault);
USED enum err link_open(struct stage *stage, int type, link_handler handler, struct link **ret_link);
/* What link_listen() does after link_open(): for a link that is bounded first. */
USED enum err link_bind(struct link *link, const char *name, struct fault *fault);
/* For who comes from outside, over TCP and with a CURVE key: the socket shows this stage's, and `admit` says of each public key
 * (Z85) whether it may come in (NULL), or why not; it is asked in the stage's turn, after open. No message is larger than
 * bytes_max. address: host and port. ERR_CONFIG: none of this machine; ERR_IN_USE. */
typedef const char *(*link_admit)(struct stage *stage, void *state, struct str key);
USED enum err link_bind_outside(struct link *link, const char *address, link_admit admit, int64_t bytes_max,
                                struct fault *fault);
/* Takes at most so many messages from each peer before they are handled (a thousand if not told); further ones wait
 * with the sender. Holds for what is bound or connected afterwards. */
USED enum err link_bound(struct link *link, int messages);
/* ... and no message larger than that (MESSAGE_BYTES_MAX if not told). */
USED enum err link_bound_bytes(struct link *link, int64_t bytes_max);
USED enum err link_connect(struct link *link, const char *name, struct fault *fault);
/* Never blocks: ERR_BUSY when no peer is up or all are full; nothing was sent then. */
USED enum err link_send(struct link *link, const struct str *part, size_t count);
/* Connects one PUSH to all `instances` of a stage: RUN_DIR/<stage>-<N>.ipc. */
USED enum err link_push_to(struct stage *stage, const char *to, int instances, struct link **ret_link,
                           struct fault *fault);
/* The stage it pushes to has more instances now (fewer are no matter: only those that are up are sent to). */
USED enum err link_push_widen(struct link *link, const char *to, int instances);

#endif
