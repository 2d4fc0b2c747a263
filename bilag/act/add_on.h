/* add_on.h - a venue on an add-on waits until QuickOrder has it (docs/guide.md, "one key each"): asked for once an extension,
 * before its key is in place, and kept until a person confirms it. What waits is in read/addons.h.
 */
#ifndef BILAG_BILAG_ACT_ADD_ON_H
#define BILAG_BILAG_ACT_ADD_ON_H

#include "bilag/read/context.h"

/* Has it wait, if it is on an add-on that was never confirmed and does not wait already; *ret_asked: it did not, and does now. */
USED enum err add_on_ask(struct context *context, struct str venue, int extension, bool *ret_asked);
/* The key that it was asked for is not in use after all. It is confirmed no more than before. */
USED enum err add_on_drop(struct context *context, struct str venue, int extension);
/* A person's word, "QuickOrder has it"; *ret_number: the decision's, NULL is fine. ERR_NOT_FOUND: the venue does not wait. */
USED enum err add_on_confirm(struct context *context, struct str venue, int extension, struct str reason, uint64_t *ret_number);

#endif
