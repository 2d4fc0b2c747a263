/* reader.h - the XML of a SAF-T Cash Register file, pushed in pieces of any size, becomes events.
 *
 * One pass. Nothing here knows of files or of what happens to an event. Memory: see saft.h.
 */
#ifndef BILAG_SAFT_READER_H
#define BILAG_SAFT_READER_H

#include "saft.h"

struct reader;
/* `name` stands in faults for the file. The sink may be NULL: judged only. All are borrowed. */
USED enum err reader_new(const struct venue *venue, const char *name, saft_sink sink, void *context,
                         struct reader **ret_reader);
void reader_free(struct reader *reader);                                 /* NULL is fine */

/* After an error every further call answers the same. */
USED enum err reader_push(struct reader *reader, const char *bytes, size_t len, struct fault *fault);
/* The file is over: was it whole? */
USED enum err reader_end(struct reader *reader, struct fault *fault);
const struct saft_summary *reader_summary(const struct reader *reader);

#endif
