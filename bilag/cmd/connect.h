/* connect.h - `bilag venues connect` and `confirm`: a client key comes, pasted or by the browser, is put in place and tested
 * (new_key.h), and QuickOrder is written to where the venue is on an add-on. */
#ifndef BILAG_BILAG_CMD_CONNECT_H
#define BILAG_BILAG_CMD_CONNECT_H

#include "shell.h"

int connect_run(struct shell *shell, const struct args *args, const char *id);
int confirm_run(struct shell *shell, const struct args *args, const char *id);

/* One line of stdin, not shown while it is typed; to be wiped. False: none came. */
bool connect_read_key(char *line, int size);
/* Asked for when a venue is connected (docs/rules.md section 8): there is no preset that fits. */
void connect_ask_when_it_begins(const struct shell *shell, const char *id);

#endif
