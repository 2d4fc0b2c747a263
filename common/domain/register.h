/* register.h - a register's name with its run, docs/rules.md section 8: "K1" counts for the first time, "K1~2" anew.
 *
 * No till can send such a name: a tilde is in no name (str_is_name).
 */
#ifndef BILAG_DOMAIN_REGISTER_H
#define BILAG_DOMAIN_REGISTER_H

#include "base/str.h"

enum { REGISTER_NAME_MAX = 64 + 11 };

/* A name, or one with "~<run>", from 2 on and without leading zeros. */
bool register_is_name(struct str name);
/* The register, whatever its run: a view. */
struct str register_base(struct str name);

#endif
