/* status_pages.h - the files of `bilag status --html FOLDER`: written where they differ from what lies there, mode 0600, each whole. */
#ifndef BILAG_BILAG_CMD_STATUS_PAGES_H
#define BILAG_BILAG_CMD_STATUS_PAGES_H

#include "domain/config.h"

/* What lies there already, as it should, is left alone: its time is that of the last change. */
USED enum err status_pages_put(const char *folder, const char *name, struct str bytes, struct fault *fault);
/* Takes away the pages of venues that are no more: nobody would make them true again. */
USED enum err status_pages_sweep(const char *folder, const struct config *config, struct fault *fault);

#endif
