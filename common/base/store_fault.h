/* store_fault.h - a store whose file is shorter than what it should hold, or whose disk fails, ends the process with
 * a sentence.
 *
 * LMDB reads through a map of the file; where the file has no such page, the system answers with SIGBUS, out of which
 * nothing can go on. What is on disk is as it was; the supervisor may start the process again (111).
 */
#ifndef BILAG_BASE_STORE_FAULT_H
#define BILAG_BASE_STORE_FAULT_H

#include "err.h"

void store_fault_watch(const char *folder);          /* opened; once for each store */
void store_fault_forget(const char *folder);

#endif
