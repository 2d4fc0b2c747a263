/* shellword.h - a text of somebody else's in a command that a person types, or a program runs, as it stands: one word of a
 * POSIX shell's, whatever is in it. A plain one stays as it is. Control characters are the printer's affair (base/clean.h).
 */
#ifndef BILAG_BILAG_SHOW_SHELLWORD_H
#define BILAG_BILAG_SHOW_SHELLWORD_H

#include "base/str.h"

void shellword_add(struct strbuf *out, struct str text);

#endif
