/* addons.h - venues on an add-on that wait until QuickOrder has it on its side (docs/guide.md, "one key each"), and send
 * nothing until then (sender/add_on.c).
 *
 * Kept in the audit trail: connecting a venue on an add-on asks (ADD_ON_ASKED), before its key is in place; a person's word
 * ends it (ADD_ON_THERE), or that the key was refused (ADD_ON_DROPPED).
 */
#ifndef BILAG_BILAG_READ_ADDONS_H
#define BILAG_BILAG_READ_ADDONS_H

#include "context.h"
#include "domain/audit.h"

struct addons { struct str *venues; size_t count, room; };

/* Those that wait, of all venues; into the context's arena. */
USED enum err addons_load(struct context *context, struct addons *ret_addons);
bool addons_has(const struct addons *addons, struct str venue);
/* Whether it was ever said that QuickOrder has this extension of the venue: a new key for it need not be asked for again. */
USED enum err addons_confirmed(struct context *context, struct str venue, struct str extension, bool *ret_confirmed);

#endif
