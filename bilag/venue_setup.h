/* venue_setup.h - `bilag venues setup`: a venue's file, made like another's.
 *
 * Taken over  accounts, VAT codes, product and payment types, hours: all but what is one venue's own.
 * Its own     id, name, extension and client key, department; the switches are off; registers and SAF-T locations are
 *             empty. An API key and a department per venue, the main extension and nine add-ons in a company: GUIDE.md.
 * A file that is there is never written over, and none is written that could not be loaded.
 */
#ifndef BILAG_VENUE_SETUP_H
#define BILAG_VENUE_SETUP_H

#include "shell.h"

/* The text of a venue's file, to be freed (form_free()), and the venue as it is but for its key, which may be missing. */
USED enum err venue_setup_read(struct shell *shell, struct str id, struct str *ret_text, struct venue *ret_venue,
                               struct fault *fault);
/* The options are those of `bilag venues`; gives the exit code. */
int venue_setup(struct shell *shell, const struct args *args, const char *id);

#endif
