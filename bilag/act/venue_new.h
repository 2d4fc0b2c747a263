/* venue_new.h - a venue that is not there yet gets its file: like another of the same books, or the first of a company, with
 * nothing in
 * it but who it is. All else is its set-up (venue_edit.h); its key is put in place for itself (add_on.h, and who takes keys).
 *
 * Durability  the audit trail has who made what, and then the file is on disk. A crash between the two leaves no file, and the
 *             trail's line of what was to be.
 */
#ifndef BILAG_BILAG_ACT_VENUE_NEW_H
#define BILAG_BILAG_ACT_VENUE_NEW_H

#include "venue_setup.h"

/* In the audit trail: subject the venue, detail its company and whom it is like. */
#define VENUE_NEW_VERB "venue-new"

/* wish->like empty: the first of its company. ERR_FORMAT, ERR_REFUSED, ERR_CONFIG: it cannot be, and the context's fault says
 * why;
 * ERR_EXISTS: its file is there by now. */
USED enum err venue_new(struct context *context, const struct venue_wish *wish, struct str reason, uint64_t *ret_number);

#endif
