/* browser.h - `bilag venues connect VENUE --browser`: the person says yes in PowerOffice, and the key comes by itself.
 *
 * The browser comes back to an address of this machine that lives as long as the command, or the person pastes the address
 * that it ended at (the browser runs elsewhere; `poweroffice: onboarding_return` names another place). Either must bring
 * the state that was made for this connection.
 */
#ifndef BILAG_BILAG_CMD_BROWSER_H
#define BILAG_BILAG_CMD_BROWSER_H

#include "shell.h"

/* EXIT_FINE: the key, to be wiped. Anything else was complained about. */
int browser_key(struct shell *shell, int extension, struct str company, char *key, size_t size);

#endif
