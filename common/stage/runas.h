/* runas.h - two users run the programs: one has the keys of PowerOffice (uploader, invoicer), the other has not (all others, and
 * the command). bilag.yaml names them (run_as); where it does not, one user runs all of it, and nothing here changes anything.
 *
 * Their primary group is the same. From then on folders and files that both work on are their group's (base/folder.h); keys
 * stay of mode 0600.
 * Errors      ERR_CONFIG: there is no such user, or this process is another one's, with the mend.
 */
#ifndef BILAG_STAGE_RUNAS_H
#define BILAG_STAGE_RUNAS_H

#include "domain/config.h"

/* A stage: as the user that its keys, or their absence, ask for. */
USED enum err runas_stage(const struct config *config, struct fault *fault);
/* The command: as either. As root it changes nothing. */
USED enum err runas_command(const struct config *config, struct fault *fault);

#endif
