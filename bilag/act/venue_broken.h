/* venue_broken.h - a venue's file of which single values are none: read as if others stood in their place, so that a person mends them
 * in a form. What is no YAML, or wrong in a place that no form shows, cannot be read so.
 */
#ifndef BILAG_BILAG_ACT_VENUE_BROKEN_H
#define BILAG_BILAG_ACT_VENUE_BROKEN_H

#include "bilag/read/context.h"
#include "venue_field.h"

struct venue_broken {
    struct venue_place place;
    struct str is, why;                  /* as the file has it; what the reader says of that, without file and line */
    struct str instead;                  /* as YAML: what it was read as */
};

/* The file as it is, and the venue that it would be; none is broken of what the reader takes. ERR_CONFIG: it cannot be read; the
 * context's fault says where. Everything lives in the context's arena. */
USED enum err venue_broken_read(struct context *context, struct str id, struct str *ret_text, struct venue *ret_venue,
                                struct venue_broken **ret_broken, size_t *ret_count);
/* NULL: what stands there is a value. */
const struct venue_broken *venue_broken_at(const struct venue_broken *broken, size_t count, const struct venue_place *place);

#endif
