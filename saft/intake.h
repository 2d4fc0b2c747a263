/* intake.h - what the elements of the file mean, one after the other, as they begin and end.
 *
 * Knows nothing of XML: the reader says which element of elements.h begins, what a field holds, and
 * what ends. Faults say what is wrong, the reader adds where.
 */
#ifndef BILAG_SAFT_INTAKE_H
#define BILAG_SAFT_INTAKE_H

#include "elements.h"

struct intake;
USED enum err intake_new(const struct venue *venue, saft_sink sink, void *context, struct intake **ret_intake);
void intake_free(struct intake *intake);                                 /* NULL is fine */

/* Whether an element is none of ours though the table knows it: a register of another location. */
bool intake_skips(struct intake *intake, enum node node);
USED enum err intake_begin(struct intake *intake, enum node node, struct fault *fault);
USED enum err intake_field(struct intake *intake, const struct element *field, struct str text,
                           struct fault *fault);
USED enum err intake_end(struct intake *intake, enum node node, struct fault *fault);
/* The file is over. */
USED enum err intake_finish(struct intake *intake, struct fault *fault);

struct str intake_receipt(const struct intake *intake);                  /* number of the one being read, or empty */
const struct saft_summary *intake_summary(const struct intake *intake);

#endif
