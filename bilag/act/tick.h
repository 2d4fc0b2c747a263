/* tick.h - a thing to be done by hand is done: written down with who did it, and looked at no more. */
#ifndef BILAG_BILAG_ACT_TICK_H
#define BILAG_BILAG_ACT_TICK_H

#include "bilag/read/context.h"
#include "bilag/read/manual_done.h"

/* The item of that name in a list that manual_load() and manual_done_load() made; of several alike one that is not done, if
 * there is one. NULL: there is none. */
const struct manual_entry *tick_find(const struct manual_list *list, struct str name);
/* ERR_EXISTS: it is done already, and the context's fault says by whom. */
USED enum err tick_off(struct context *context, const struct manual_entry *entry, struct str reason, uint64_t *ret_number);

#endif
