/* stagekeys.h - who the stages are to each other: a CURVE key pair for each, shared by its instances (docs/design.md section
 * 10).
 *
 * Files       STATE_DIR/keys/stage-mapper.secret (mode 0600) and .public, for each stage, Z85. Whichever stage starts first
 *             makes what is missing, and those that start at the same moment wait for it; what is there stays for ever. A public
 *             key that is gone is made of its secret one. A stage reads its own secret key and all public ones, so the other secret ones
 *             may be hidden from it. Where two users run the stages, each makes and owns the keys of his own, and waits for the
 *             other's public ones (ERR_BUSY).
 * Memory      the secret key lies in memory that is locked, in no core file, and wiped.
 * Errors      ERR_CONFIG: a folder or file of another owner or mode, a key that is none, a pair that is no pair.
 */
#ifndef BILAG_STAGE_STAGEKEYS_H
#define BILAG_STAGE_STAGEKEYS_H

#include "base/err.h"

/* Two are no stages: the asker is whoever wants something from PowerOffice and has no key of it, the command and the console;
 * for the drop's pair keys are sealed that are given to the uploader (poweroffice/key_seal.h). */
enum stage_kind { KIND_INGEST, KIND_MAPPER, KIND_VALIDATOR, KIND_UPLOADER, KIND_INVOICER, KIND_ASKER, KIND_DROP,
                  STAGE_KINDS };
enum { CURVE_BYTES = 32, CURVE_TEXT_SIZE = 41 };

struct stagekeys;

/* own: "mapper". */
USED enum err stagekeys_open(struct str state_dir, const char *own, struct stagekeys **ret_keys, struct fault *fault);
void stagekeys_close(struct stagekeys *keys);                /* NULL is fine */

/* Both as ZeroMQ takes them: Z85, ended by a 0. */
const char *stagekeys_secret(const struct stagekeys *keys);
const char *stagekeys_public(const struct stagekeys *keys, enum stage_kind kind);
/* Whose public key these CURVE_BYTES are; STAGE_KINDS: nobody's here. */
enum stage_kind stagekeys_whose(const struct stagekeys *keys, const unsigned char *public);
const char *stage_kind_text(enum stage_kind kind);           /* "mapper" */
enum stage_kind stage_kind_of(struct str name);              /* STAGE_KINDS: none of that name */

#endif
