/* voucher.h - a settlement and the venue's mappings become a draft (docs/rules.md sections 2 to 4).
 *
 * The same events and the same mapping always give the same bytes. Every sum finds its account, VAT code and
 * department, or a problem says why not; the lines balance because each receipt's two sides do, and that
 * lines total = voucher + orders + manual is ensured before the draft leaves.
 */
#ifndef BILAG_MAPPER_VOUCHER_H
#define BILAG_MAPPER_VOUCHER_H

#include "build.h"

/* The voucher of a part; revision is left 0. */
USED enum err voucher_build(const struct build *build, struct draft *ret_draft);

#endif
