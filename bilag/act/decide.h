/* decide.h - a person's decision into the audit trail, from which the stages take it up. */
#ifndef BILAG_BILAG_ACT_DECIDE_H
#define BILAG_BILAG_ACT_DECIDE_H

#include "bilag/cmd/shell.h"

/* Written down durably: who (the system user), when, what and why. Complains and gives a code that is not
 * EXIT_FINE if it could not be. ret_number may be NULL. */
int decide(struct shell *shell, const char *verb, struct str subject, struct str detail, struct str reason,
           uint64_t *ret_number);

#endif
