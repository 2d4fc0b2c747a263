/* wording.h - one sentence for two readers: who has the command and the files, and who has the console's pages.
 *
 * Marks     "<bilag accept and |>a reason" says its left half to the one and its right half to the other. Halves hold no further
 *           marks; either may be blank. "{=product_types.account}" becomes the field's words in the browser, "{=vat}" those of
 *           a section, "{=auto_transfer}" those of a switch (mapping_rows.h).
 * Values    are filled in afterwards: what people wrote is never taken for a mark.
 */
#ifndef BILAG_DOMAIN_WORDING_H
#define BILAG_DOMAIN_WORDING_H

#include "base/str.h"

enum wording { WORDING_COMMAND, WORDING_PAGES };

/* The text for that reader, without marks. */
void wording_pick(const char *text, enum wording wording, struct str language, struct strbuf *out);
/* "payment_types", "product_types.account", "auto_transfer" as the browser calls it; the key itself if no page shows it. */
struct str wording_label(struct str key, struct str language);

#endif
