/* content.h - what the elements of the file mean, one after the other, as they begin and end.
 *
 * Knows nothing of XML: the parser says which element of elements.h begins, what a field holds, and
 * what ends. Faults say what is wrong, the parser adds where.
 */
#ifndef BILAG_SAFT_CONTENT_H
#define BILAG_SAFT_CONTENT_H

#include "elements.h"

struct content;
/* refuse: NULL, or what takes receipts that cannot be read; with it one such is no fault of the file. */
USED enum err content_new(const struct venue *venue, saft_sink sink, saft_refuse refuse, void *context,
                          struct content **ret_content);
void content_free(struct content *content);                                 /* NULL is fine */

/* Whether an element is none of ours though the table knows it: a register of another location. */
bool content_skips(struct content *content, enum node node);
USED enum err content_begin(struct content *content, enum node node, struct fault *fault);
USED enum err content_field(struct content *content, const struct element *field, struct str text,
                           struct fault *fault);
USED enum err content_end(struct content *content, enum node node, struct fault *fault);
/* Whether an error is that of the receipt being read, which is set aside for it; then the file goes on. */
bool content_sets_aside(struct content *content, enum err err, const struct fault *fault);
/* Where in the file the element begins that is begun next. */
void content_line(struct content *content, int line);
/* The file is over. */
USED enum err content_finish(struct content *content, struct fault *fault);

struct str content_receipt(const struct content *content);                  /* number of the one being read, or empty */
const struct saft_summary *content_summary(const struct content *content);

#endif
