/* keyfile.h - a key put into its file: whole or not at all (wholefile.h), for its owner only (secret.h reads it).
 *
 * Faults never hold a part of the key.
 */
#ifndef BILAG_BILAG_ACT_KEYFILE_H
#define BILAG_BILAG_ACT_KEYFILE_H

#include "base/err.h"

/* Blanks and line ends around it are dropped; the rest must be one word of printable ASCII of bearable length. */
USED enum err keyfile_judge(struct str text, struct str *ret_key, struct fault *fault);
USED enum err keyfile_write(const char *path, struct str key, struct fault *fault);

#endif
