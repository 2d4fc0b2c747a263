/* store_inside.h - what the parts of the store share: LMDB's answers as ours, bounds of an environment, and pictures without locks. */
#ifndef BILAG_BASE_STORE_INSIDE_H
#define BILAG_BASE_STORE_INSIDE_H

#include "err.h"

enum { STORE_FOLDER_MAX = 1024, STORE_READERS_MAX = 500 };

struct store_picture;
/* A picture of a store that no other process has open, and none opens meanwhile: without a look at its locks (store_compact.c). */
USED enum err store_picture_alone(struct str folder, struct store_picture **ret_picture, struct fault *fault);

/* folder: of the store, for a short write that a full disk looks like; NULL: not known. */
enum err store_err_of(const char *folder, int rc);

#endif
