/* parser.h - the XML of a SAF-T Cash Register file, pushed in pieces of any size, becomes events.
 *
 * One pass. Nothing here knows of files or of what happens to an event. Memory: see saft.h.
 */
#ifndef BILAG_SAFT_PARSER_H
#define BILAG_SAFT_PARSER_H

#include "saft.h"

struct parser;
/* `name` stands in faults for the file. refuse: see content_new(). All are borrowed. */
USED enum err parser_new(const struct venue *venue, const char *name, saft_sink sink, saft_refuse refuse, void *context,
                         struct parser **ret_parser);
void parser_free(struct parser *parser);                                 /* NULL is fine */

/* After an error every further call answers the same. */
USED enum err parser_push(struct parser *parser, const char *bytes, size_t len, struct fault *fault);
/* The file is over: was it whole? */
USED enum err parser_end(struct parser *parser, struct fault *fault);
const struct saft_summary *parser_summary(const struct parser *parser);

#endif
