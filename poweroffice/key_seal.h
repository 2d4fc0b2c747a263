/* key_seal.h - a client key that a person gave, or the token of PowerOffice's own pages that is changed for one, on its way to the uploader: sealed, in a folder into which others only write.
 *
 * Folder      STATE_DIR/drop, the uploader's; where two users run the programs the other may put files there, and see none.
 * Sealed      for the uploader's key pair (STATE_DIR/keys/stage-drop.*): nobody else opens it, not even who put it there.
 * File        of a random name, never written again; one that was torn does not open.
 * Secret      struct sealed_key is wiped by whoever holds it, and lies in locked memory (sealed_key_new).
 * Errors      ERR_NOT_FOUND: there is none of that name; ERR_FORMAT: it does not open, or holds no key.
 */
#ifndef BILAG_POWEROFFICE_KEY_SEAL_H
#define BILAG_POWEROFFICE_KEY_SEAL_H

#include "base/secret.h"
#include "domain/config.h"
#include "stage/stagekeys.h"

enum { SEALED_NAME_SIZE = 33, SEALED_TOKEN_SIZE = 2049 };

/* file: a plain name in the configuration's folder keys. Either a key or a token. */
struct sealed_key { char venue[65], company[33], file[65], key[SECRET_MAX + 1], token[SEALED_TOKEN_SIZE]; int extension; };

struct sealed_key *sealed_key_new(void);                     /* empty; NULL: no memory */
void sealed_key_free(struct sealed_key *sealed);             /* wipes; NULL is fine */

/* The uploader's: makes the folder, and judges what is there. */
USED enum err key_seal_folder(struct str state_dir, struct fault *fault);
/* On disk when it returns. keys: of stage/stagekeys.h, with the uploader's public one. */
USED enum err key_seal_put(struct str state_dir, const struct stagekeys *keys, const struct sealed_key *sealed,
                           char ret_name[SEALED_NAME_SIZE], struct fault *fault);
/* keys: opened as "drop". */
USED enum err key_seal_open(struct str state_dir, const struct stagekeys *keys, const char *name,
                            struct sealed_key *ret_sealed);
void key_seal_remove(struct str state_dir, const char *name);
/* Any that lies there, also one that does not open, and since when (wall clock); false: none. */
bool key_seal_any(struct str state_dir, char ret_name[SEALED_NAME_SIZE], int64_t *ret_since_ms);

#endif
