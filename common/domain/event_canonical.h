/* event_canonical.h - the one form in which an event travels and rests: a msgpack array, every field in its place, so that
 * equal events have equal bytes. What its first element, the version, says is for good: events rest in the log.
 */
#ifndef BILAG_DOMAIN_EVENT_CANONICAL_H
#define BILAG_DOMAIN_EVENT_CANONICAL_H

#include "event.h"

/* Canonical bytes, in the arena. The event must have passed event_check(). */
USED enum err event_encode(const struct event *event, struct arena *arena, struct str *ret_bytes);
/* Views into bytes, arrays in the arena. Never trusts: bounds as event_check(). */
USED enum err event_decode(struct str bytes, struct arena *arena, struct event *ret_event);
void event_hash(struct str canonical, struct event_hash *ret_hash);      /* BLAKE2b, 16 bytes */

#endif
