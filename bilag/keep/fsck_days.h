/* fsck_days.h - do the stores fit together, day by day? (base/storecheck.h, bilag/keep/fsck.h) */
#ifndef BILAG_KEEP_FSCK_DAYS_H
#define BILAG_KEEP_FSCK_DAYS_H

#include "base/storecheck.h"
#include "domain/config.h"

/* config: which venues there are and how they close; its state_dir is the one that is judged. */
USED enum err fsck_days_run(const struct config *config, struct storecheck *check, struct fault *fault);

#endif
