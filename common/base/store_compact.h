/* store_compact.h - a store in its folder is written anew, whole and in order: what was deleted or written over in it leaves the disk's
 * file, where LMDB keeps it in free pages until they are used again.
 *
 * Alone       nobody else may have the store open, this process neither; who opens it meanwhile waits. ERR_IN_USE: somebody has it.
 * Again       the new file takes the old one's place in one rename: killed anywhere, the store is the old one or the new one. A copy
 *             that was left lies beside it until the next call.
 * Elsewhere   a store in PostgreSQL is left as it is (*ret_there: false); so is a folder without a store.
 * Errors      ERR_STORE_...; ERR_SYSTEM, and the fault says what could not be done.
 */
#ifndef BILAG_BASE_STORE_COMPACT_H
#define BILAG_BASE_STORE_COMPACT_H

#include "err.h"

USED enum err store_compact(struct str folder, bool *ret_there, struct fault *fault);

#endif
