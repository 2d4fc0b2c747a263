/* decide.h - a person's decision into the audit trail, from which the stages take it up.
 *
 * Order  What an act does besides comes behind its decision: nothing is without one that says by whom. Who is stopped in between leaves
 *        a decision without effect, which no page and no list takes for one; done again, it is decided again and done.
 */
#ifndef BILAG_BILAG_ACT_DECIDE_H
#define BILAG_BILAG_ACT_DECIDE_H

#include "bilag/read/context.h"

/* ERR_OK: written down durably, with who (the context's person, else the system user), when, what and why. ret_number may be NULL. */
USED enum err decide(struct context *context, const char *verb, struct str subject, struct str detail, struct str reason,
                     uint64_t *ret_number);

#endif
