/* privilege.h - the rights that our calls need (docs/poweroffice-api.md section 7), one table.
 *
 * X_Full includes X. Lists are texts with commas, as in struct refdata.
 */
#ifndef BILAG_POWEROFFICE_PRIVILEGE_H
#define BILAG_POWEROFFICE_PRIVILEGE_H

#include "domain/config.h"

enum { NEED_VOUCHER = 1, NEED_ORDER = 2, NEED_DEPARTMENT = 4, NEED_PDF = 8, NEED_REVERSAL = 16, NEED_PROJECT = 32,
       NEED_LOCATION = 64, NEED_ANY = 127 };

/* Which of all that Bilag may ever need is not among the `granted`. */
void privileges_missing(const struct str *granted, size_t count, struct strbuf *out);
/* Which of `missing` matter for these NEED_ bits: a venue without orders is not held for SalesOrders_Full. */
void privileges_needed(struct str missing, unsigned needs, struct strbuf *out);
/* The NEED_ bits of all that is missing. */
unsigned privileges_lacking(struct str missing);
/* Every NEED_ bit but those of lists that the venue's settings do not name (projects, locations): most keys lack them, and it
 * is no matter. */
unsigned privileges_of_matter(const struct venue *venue);
/* What of `missing` is of matter to it, in the arena; check arena_failed(). */
struct str privileges_text(struct str missing, const struct venue *venue, struct arena *arena);

#endif
