/* settlement_page.h - a voucher's settlement on paper: what was sold, what VAT is in it, how it was paid, which registers,
 * Z reports and receipts it rests on, what became orders, and what was left out; for the books (docs/rules.md sections 2 and 3).
 *
 * Made of the draft alone: the same draft gives the same bytes. In the draft's language. Errors as paper.h.
 */
#ifndef BILAG_PDF_SETTLEMENT_PAGE_H
#define BILAG_PDF_SETTLEMENT_PAGE_H

#include "domain/draft.h"

USED enum err settlement_page(const struct draft *draft, struct strbuf *out, struct fault *fault);

#endif
