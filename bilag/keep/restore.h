/* restore.h - a backup's folder, and the way back from it.
 *
 * Backup      DIR/<store>/data.mdb for each store, and DIR/manifest, written last: a folder without it is none.
 * Restoring   needs every stage to be down; their locks are held meanwhile, so that none starts. The copies are
 *             made whole beside the stores first, then former stores are moved aside and the copies take their
 *             places: six renames each. Interrupted between those, the same command may be given again; nothing is
 *             ever removed.
 * Owner       that of STATE_DIR when root restores.
 */
#ifndef BILAG_BILAG_KEEP_RESTORE_H
#define BILAG_BILAG_KEEP_RESTORE_H

#include "domain/config.h"
#include "snapshot.h"

/* Made if it is not there; must be empty. */
USED enum err backup_folder(const char *folder, struct fault *fault);
USED enum err manifest_write(const char *folder, const struct snapshot_part *parts, size_t count, struct fault *fault);
/* Which of the stores it has. */
USED enum err manifest_read(const char *folder, const char *const *names, size_t count, bool *ret_there,
                            struct fault *fault);

enum { STAGE_LOCKS_MAX = 512 };
struct stage_locks { int fds[STAGE_LOCKS_MAX]; size_t count; };
/* The locks of all instances that could run (stage.h). ERR_IN_USE: the fault names who runs. */
USED enum err stage_locks_take(const struct config *config, struct stage_locks *ret_locks, struct fault *fault);
/* ... and those of the console and the watch, behind them; and where machines share the stores, nothing runs on another. */
USED enum err stage_locks_take_others(const struct config *config, struct stage_locks *locks, struct fault *fault);
void stage_locks_give(struct stage_locks *locks);

/* aside: where the former stores went. */
USED enum err restore_stores(const char *folder, struct str state_dir, const char *const *names, const bool *there,
                             size_t count, char aside[1024], struct fault *fault);

#endif
