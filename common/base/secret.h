/* secret.h - keys, which live in files of their own and are never shown.
 *
 * A key file is a plain file of ours or root's with mode 0600 or 0400; blanks and line ends around the
 * key are dropped, and the rest must be one word of printable ASCII. A systemd credential is such a
 * file in $CREDENTIALS_DIRECTORY; systemd itself guards that folder and may add its group bit (0440).
 * The fault never holds a part of the key; it ends with the command that mends.
 * Most programs hold no keys: for them a key is read, marked (keymarks.h) and wiped at once, or, where it is readable for
 * another user only, known by the mark that the uploader wrote.
 */
#ifndef BILAG_BASE_SECRET_H
#define BILAG_BASE_SECRET_H

#include "form.h"

enum { SECRET_MAX = 512 };

/* The key is copied into the arena; secret_wipe() it before the arena is freed. */
USED enum err secret_read(const char *path, bool credential, struct arena *arena, struct str *ret_secret,
                          struct fault *fault);
/* The `read` of a field that names a key: {file: keys/x}, relative to the configuration's folder, or
 * {credential: x}. `to` is a struct str: the key, in the form's vault, or its mark; it stays as it is where the form takes keys later, and where
 * the mark of one that only others can read is not known. */
USED enum err secret_field(struct form *form, const yaml_node_t *node, const struct field *field, void *to);
void secret_wipe(struct str *secret);

#endif
