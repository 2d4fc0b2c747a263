/* yamledit.h - values of a YAML file replaced; comments, order and all else stay as a person wrote them.
 *
 * A key is looked for at the top of the file, one step down ("saft.locations"), or in an entry of a section that has names of its
 * own ("product_types.food.account"). One that is not there is written as the first of its mapping, or left out (only_there; one
 * step down always). An entry that is not there (key NULL) is written behind the others, in the section's own style.
 * A section must be there, be it empty ({}): who is to add entries puts one in first, at the top.
 * Comments within a block that is replaced stand below it.
 * What cannot be replaced where it stands (an alias, a merge, lines that begin with a tab or end in another way than LF or CR LF) is
 * refused with its line. A value that others name as an alias is replaced all the same, and the new text is no YAML then: who writes it
 * parses it first.
 */
#ifndef BILAG_BILAG_ACT_YAMLEDIT_H
#define BILAG_BILAG_ACT_YAMLEDIT_H

#include "base/err.h"

struct yamledit {
    const char *section, *key;           /* section NULL: at the top; key NULL: the entry itself */
    struct str entry;                    /* of the section; empty: the key stands in the section */
    struct str value;                    /* as YAML text, on one line */
    bool only_there;
    bool gone;                           /* the entry is taken away, with what stands on its lines */
    bool was_there;                      /* out: the file had it, and its value was another text */
};

/* Adds the new text to out. ERR_CONFIG: the fault says why, beginning with `file`. */
USED enum err yamledit(struct str text, struct str file, struct yamledit *changes, size_t count, struct strbuf *out,
                       struct fault *fault);

#endif
