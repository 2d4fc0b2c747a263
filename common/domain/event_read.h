/* event_read.h - events as tills send them: JSON (one object a line) or the same map in msgpack (over ZeroMQ).
 *
 * One row a field says its name, how it is taken, which kinds of event have it and which cannot do without; both forms have
 * the same fields, bounds and errors, and equal events become equal bytes whichever way they came.
 * Unknown fields are kept (struct event, extra); an unknown kind or a field of a wrong type is refused with the field's name.
 * A null is as good as absent.
 */
#ifndef BILAG_DOMAIN_EVENT_READ_H
#define BILAG_DOMAIN_EVENT_READ_H

#include "event.h"

/* What the event points to lies in the arena. ERR_MEMORY with an arena that has not failed: nothing is wrong with the event. */
USED enum err event_from_json(struct str json, struct arena *arena, struct event *ret_event, struct fault *fault);
USED enum err event_from_msgpack(struct str bytes, struct arena *arena, struct event *ret_event, struct fault *fault);
/* The same, but texts lie in the bytes where they stand there as they are: these must live as long. */
USED enum err event_lent_from_json(struct str json, struct arena *arena, struct event *ret_event, struct fault *fault);
USED enum err event_lent_from_msgpack(struct str bytes, struct arena *arena, struct event *ret_event, struct fault *fault);

#endif
