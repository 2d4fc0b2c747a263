/* wholefile.h - a file written whole or not at all.
 *
 * Durability  ERR_OK: the file is on disk. Any other answer: what was there before is as it was, but that a disk that
 *             fails in the very last step may leave the new one, which a power cut could take back.
 * Owner       that of the folder when root writes, so that the stages' user can read what an operator put there.
 * Folder      is made, for its owner only, if its own folder is there.
 */
#ifndef BILAG_BASE_WHOLEFILE_H
#define BILAG_BASE_WHOLEFILE_H

#include "err.h"

#include <sys/types.h>

enum wholefile_mode { WHOLEFILE_NEW, WHOLEFILE_REPLACE };    /* NEW: ERR_EXISTS if there is one already */

USED enum err wholefile_write(const char *path, struct str bytes, mode_t permissions, enum wholefile_mode mode,
                              struct fault *fault);

#endif
