/* peers.h - whose messages count: the table of all sockets between stages, and the CURVE and ZAP that hold it. Only
 * stage.c and link.c include it.
 *
 * A socket whose name stands in the table has a key: who binds it shows its own stage's, who connects must have that of a stage
 * that may send there. Others (status, the log's stream, batches of events) carry no authority of ours and have none.
 * Endpoints with keys are RUN_DIR/<name>.curve.ipc: a program of a version without keys never meets one with.
 * Refused     is counted (peers_refused) and logged with its reason, a line a minute; nothing of it is read.
 */
#ifndef BILAG_STAGE_PEERS_H
#define BILAG_STAGE_PEERS_H

#include "inside.h"

struct peers;
struct peer_rule;

/* Loads the stage's keys and takes ZeroMQ's questions about who may come in; before the first socket is bound. A program that
 * stands in no row (the console) has no key, and opens none of those sockets. */
USED enum err peers_open(struct stage *stage, struct fault *fault);
void peers_close(struct stage *stage);

/* "mapper-0": the rule of seals. NULL: a socket without keys. */
const struct peer_rule *peers_rule(const char *socket_name);
/* Before bind: only those may send whom the rule names. */
USED enum err peers_guard(struct link *link, const struct peer_rule *rule);
/* Before bind: as this stage, for those whom stage->admit lets in. */
USED enum err peers_guard_outside(struct link *link);
/* Before connect: as this stage, and only to the one that the rule names. */
USED enum err peers_show(struct link *link, const struct peer_rule *rule);

#endif
