/* invoice_date.h - an invoice whose date lies in another month, VAT term or year than its sale: said, for the books of
 * the two differ (docs/rules.md section 4). VAT terms are two months, from January on. */
#ifndef BILAG_BILAG_SHOW_INVOICE_DATE_H
#define BILAG_BILAG_SHOW_INVOICE_DATE_H

#include "base/str.h"

enum { INVOICE_DATE_SAID_SIZE = 160 };

/* The sentence, in the language ("en", "nb"); false: the two lie in the same month, and there is none. */
bool invoice_date_said(int32_t sold, int32_t invoiced, struct str language, char said[INVOICE_DATE_SAID_SIZE]);

#endif
