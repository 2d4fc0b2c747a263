/* vault.h - where keys lie: memory that is locked, in no core file, between guard pages, and wiped when it is freed (libsodium).
 *
 * Where the system lets no memory be locked (RLIMIT_MEMLOCK), the rest holds all the same.
 */
#ifndef BILAG_BASE_VAULT_H
#define BILAG_BASE_VAULT_H

#include "str.h"

struct vault_block;
struct vault { struct vault_block *first; };                 /* all zero: empty */

/* Ended by a NUL as well; no bytes: no memory, or longer than a block. */
struct str vault_copy(struct vault *vault, struct str key);
void       vault_free(struct vault *vault);

#endif
