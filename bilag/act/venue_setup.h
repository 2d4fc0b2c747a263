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

#include "bilag/cmd/shell.h"

/* The text of a venue's file, to be freed (form_free()), and the venue as it is but for its key, which may be missing,
 * and its zone. */
USED enum err venue_setup_read(struct shell *shell, struct str id, struct str *ret_text, struct venue *ret_venue,
                               struct fault *fault);
/* The options are those of `bilag venues`; gives the exit code. */
int venue_setup(struct shell *shell, const struct args *args, const char *id);

#endif
