/* store_picture.h - several stores as they stand at one moment, while others write, and whole copies of them.
 *
 * Moment      store_pictures_fix() takes the write locks of all stores, fixes a picture of each and gives the locks back:
 *             some milliseconds, in which nobody commits. It waits for whoever is inside a commit, for ever if that process
 *             stands still; the locks end with the process.
 * Copies      have their records in order, no free pages, and open like any store. A store's tables need not be known.
 * Durability  ERR_OK: the copy is on disk, its folder included.
 * Ownership   a picture keeps old pages in use until it is closed. This process must not have the store open.
 * Errors      ERR_NOT_FOUND: no store in that folder. Else ERR_STORE_..., ERR_SYSTEM or ERR_TOO_LONG, and the fault says what
 *             could not be done with which store.
 */
#ifndef BILAG_BASE_STORE_PICTURE_H
#define BILAG_BASE_STORE_PICTURE_H

#include "err.h"

struct store_picture;

USED enum err store_picture_open(struct str folder, struct store_picture **ret_picture, struct fault *fault);
void store_picture_close(struct store_picture *picture);      /* NULL is fine */
/* Some may be NULL: they are left out. */
USED enum err store_pictures_fix(struct store_picture *const *pictures, size_t count, struct fault *fault);
/* Into a folder that is made, and was not there. records: without what the store keeps of itself. */
USED enum err store_picture_copy(struct store_picture *picture, struct str folder, uint64_t *ret_records,
                                 uint64_t *ret_bytes, struct fault *fault);

#endif
