/* nearest.h - the name that was probably meant: `statuss` is answered with `status`. */
#ifndef BILAG_BILAG_CMD_NEAREST_H
#define BILAG_BILAG_CMD_NEAREST_H

#include "base/str.h"

/* The one of the names that differs least from what was written, by letters left out, put in, changed or swapped with
 * their neighbour. NULL: none is near, which is two of them at most, and fewer than half of the letters. */
const char *nearest(struct str written, const char *(*name)(const void *names, size_t i), const void *names, size_t count);

#endif
