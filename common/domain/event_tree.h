/* event_tree.h - inside of event.h: what its source files share, for nobody else.
 *
 * JSON text and msgpack bytes both become a tree of cJSON nodes, and one reader takes the event out of
 * that tree: so both forms have the same fields, bounds and errors, and equal events become equal bytes
 * whichever way they came. Trees live in the arena and are never given to cJSON_Delete().
 */
#ifndef BILAG_DOMAIN_EVENT_TREE_H
#define BILAG_DOMAIN_EVENT_TREE_H

#include <cjson/cJSON.h>

#include "event.h"

enum { TREE_DEPTH_MAX = 16 };

/* In `valueint` of a number: it was written with a fraction that its double does not show. Else 0. */
enum { TREE_INEXACT = 1 };

/* Whole, and small enough that a double holds every such number. */
bool number_is_whole(double number);

/* Parses strictly: one value and nothing after it, UTF-8, no NUL, bounded by the arena. */
USED enum err tree_from_json(struct str json, struct arena *arena, cJSON **ret_tree, struct fault *fault);

USED enum err event_from_tree(const cJSON *tree, struct arena *arena, struct event *ret_event,
                              struct fault *fault);

/* Why a buffer that has failed did: ERR_MEMORY, or ERR_TOO_LONG. */
enum err event_buffer_err(const struct strbuf *out);

/* JSON text of a value: object keys sorted, no blanks. ERR_FORMAT: a key twice, or nested too deep. */
USED enum err tree_write(const cJSON *value, struct strbuf *out);

/* Everything of event_check() but that `extra` is the canonical text of an object. */
USED enum err event_check_fields(struct event *event, struct fault *fault);

#endif
