/* visitors.h - the connections of the HTTP door, and how long each may take.
 *
 * A whole head has head_wait_ms, a whole body body_wait_ms, however its bytes are dealt out; who had a token may stay idle
 * for IDLE_MS. When nearly all places are taken, the oldest visitor who has shown no token makes room for the next: slow
 * strangers cannot shut the door for tills.
 * Ownership   a visitor lives from its connection's start to its end; a shut one ends by itself at the server's next run.
 * Units       steady ms.
 */
#ifndef BILAG_DOOR_VISITORS_H
#define BILAG_DOOR_VISITORS_H

#include "base/err.h"

enum { VISITORS_MAX = 512, VISITORS_RESERVE = 64, VISITORS_IDLE_MS = 60000 };

enum visitor_phase { VISITOR_HEAD, VISITOR_BODY, VISITOR_ANSWER, VISITOR_IDLE };

struct visitors;
struct visitor;
USED enum err visitors_open(struct visitors **ret_visitors);
void visitors_close(struct visitors *visitors);              /* NULL is fine */

/* NULL: no memory; the connection is then not watched. */
struct visitor *visitors_add(struct visitors *visitors, int fd, int64_t now_ms);
void visitors_drop(struct visitors *visitors, struct visitor *visitor);                  /* NULL is fine */
/* known: it has shown a token. NULL is fine. */
void visitor_is(struct visitor *visitor, enum visitor_phase phase, bool known, int64_t now_ms);
/* Shuts those whose time is over; says how many, and when to look again (INT64_MAX: nobody is there). */
size_t visitors_turn(struct visitors *visitors, int64_t head_wait_ms, int64_t body_wait_ms, int64_t now_ms,
                     int64_t *ret_next_ms);

#endif
