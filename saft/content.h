/* content.h - what the elements of the file mean, one after the other, as they begin and end.
 *
 * Knows nothing of XML: the parser says which element of elements.h begins, what a field holds, and
 * what ends. Faults say what is wrong, the parser adds where.
 */
#ifndef BILAG_SAFT_CONTENT_H
#define BILAG_SAFT_CONTENT_H

#include "elements.h"

struct content;
USED enum err content_new(const struct venue *venue, saft_sink sink, void *context, struct content **ret_content);
void content_free(struct content *content);                                 /* NULL is fine */

/* Whether an element is none of ours though the table knows it: a register of another location. */
bool content_skips(struct content *content, enum node node);
USED enum err content_begin(struct content *content, enum node node, struct fault *fault);
USED enum err content_field(struct content *content, const struct element *field, struct str text,
                           struct fault *fault);
USED enum err content_end(struct content *content, enum node node, struct fault *fault);
/* The file is over. */
USED enum err content_finish(struct content *content, struct fault *fault);

struct str content_receipt(const struct content *content);                  /* number of the one being read, or empty */
const struct saft_summary *content_summary(const struct content *content);

#endif
