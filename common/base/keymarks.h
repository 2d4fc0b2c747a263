/* keymarks.h - which keys there are, for programs that may not have them: a mark tells keys apart and opens nothing.
 *
 * A mark      the first 16 hex digits of the 32-byte BLAKE2b of a key. It names PowerOffice clients in stores and logs.
 * The file    STATE_DIR/key-marks: the programs that hold the keys write there which mark belongs to which place in the
 *             configuration ({file: keys/x} or {credential: x}); those that run as another user, and cannot read the keys, look
 *             there. A line is a mark, a blank, and the place.
 * Ownership   everything lives in the arena.
 * Errors      ERR_CONFIG: the file cannot be read, or could have been written by others; ERR_MEMORY.
 */
#ifndef BILAG_BASE_KEYMARKS_H
#define BILAG_BASE_KEYMARKS_H

#include "err.h"

#include <sys/stat.h>

struct keymark { struct str mark, place; };
struct keymarks {
    struct keymark *at;                  /* once sorted: by place */
    size_t count, room;
    bool sorted;
    bool missed;                         /* one was looked for here: without this file it would not be known */
    bool file_missed;                    /* and it was a file: one that only others may read */
    struct arena *arena;
    struct timespec written;             /* the file's, when it was read; 0: there was none */
};

#define KEYMARK_FILE "file:"                                  /* a place begins with it, or with "credential:" */

struct str keymark_of(struct str key, struct arena *arena);  /* no bytes: no memory */

void     keymarks_init(struct keymarks *marks, struct arena *arena);
USED enum err keymarks_add(struct keymarks *marks, struct str place, struct str mark);
struct str keymarks_find(struct keymarks *marks, struct str place);      /* no bytes: not known */

/* What is not there is empty. */
USED enum err keymarks_read(struct keymarks *marks, struct str state_dir, struct fault *fault);
/* Whole or not at all, and only where it differs from what is there. */
USED enum err keymarks_write(struct keymarks *marks, struct str state_dir, struct fault *fault);
/* Is the file another one than that which was read? */
bool     keymarks_changed(const struct keymarks *marks, struct str state_dir);

#endif
