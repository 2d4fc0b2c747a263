/* privilege.h - the rights that our calls need (docs/poweroffice-api.md section 7), one table.
 *
 * X_Full includes X. Lists are texts with commas, as in struct refdata.
 */
#ifndef BILAG_POWEROFFICE_PRIVILEGE_H
#define BILAG_POWEROFFICE_PRIVILEGE_H

#include "base/str.h"

enum { NEED_VOUCHER = 1, NEED_ORDER = 2, NEED_DEPARTMENT = 4, NEED_PDF = 8, NEED_REVERSAL = 16 };

/* Which of all that Bilag may ever need is not among the `granted`. */
void privileges_missing(const struct str *granted, size_t count, struct strbuf *out);
/* Which of `missing` matter for these NEED_ bits: a venue without orders is not held for SalesOrders_Full. */
void privileges_needed(struct str missing, unsigned needs, struct strbuf *out);

#endif
