/* venue_setup.h - `bilag venues setup`: a venue's file, made like another's.
 *
 * Taken over  accounts, VAT codes, product and payment types, hours: all but what is one venue's own.
 * Its own     id, name, extension and client key, department; the switches are off; registers and SAF-T locations are
 *             empty. A venue has a department and a key of its own, and a company the main extension and nine add-ons
 *             (docs/bookkeeper.md, Connecting).
 * A file that is there is never written over, none is written that could not be loaded, and none that would stop the
 * transfer of a venue that is there.
 */
#ifndef BILAG_BILAG_ACT_VENUE_SETUP_H
#define BILAG_BILAG_ACT_VENUE_SETUP_H

#include "bilag/read/context.h"

/* The text of a venue's file, to be freed (form_free()), and the venue as it is but for its key, which may be missing,
 * and its zone. */
USED enum err venue_setup_read(struct context *context, struct str id, struct str *ret_text, struct venue *ret_venue);

struct venue_wish {
    struct str id, like;                 /* like: the venue that it is made after */
    struct str name, company, department;            /* empty: the id, the other's, none */
    bool share_key;                      /* the other's client key and extension; else its own */
    bool only_judged;                    /* nothing is written: whether it could be */
    bool for_one;                        /* who wishes does not see all companies: other venues' files are not named */
};
struct venue_made {
    struct str path, company;
    const char *extension;
    bool no_registers, no_locations;     /* the other has some, which were not taken over */
};
/* ERR_FORMAT: the wish itself is wrong. ERR_CONFIG: no file could be written that can be loaded. ERR_REFUSED: something
 * there is in the way. Nothing is written then. */
USED enum err venue_setup(struct context *context, const struct venue_wish *wish, struct venue_made *ret_made);

#endif
