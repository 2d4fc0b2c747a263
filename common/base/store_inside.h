/* store_inside.h - what the parts of the store share: LMDB's answers as ours, and bounds of an environment. */
#ifndef BILAG_BASE_STORE_INSIDE_H
#define BILAG_BASE_STORE_INSIDE_H

#include "err.h"

enum { STORE_FOLDER_MAX = 1024, STORE_READERS_MAX = 500 };

/* folder: of the store, for a short write that a full disk looks like; NULL: not known. */
enum err store_err_of(const char *folder, int rc);

#endif
