/* refbuild.h - a struct refdata out of PowerOffice's answers, page by page.
 *
 * Names are compared without case, a list may stand alone or as {"value": [...]}, unknown members are passed over,
 * dates are their first ten characters. An item without its number or code cannot be used and is left out.
 * Ownership   all is the build's until refbuild_free().
 * Errors      ERR_FORMAT: not what the contract says (the build stays as it was, but for items already taken);
 *             ERR_MEMORY.
 */
#ifndef BILAG_POWEROFFICE_REFBUILD_H
#define BILAG_POWEROFFICE_REFBUILD_H

#include "reflist.h"

enum { REFBUILD_BYTES_MAX = 32 * 1024 * 1024 };

struct refbuild { struct arena arena; struct refdata data; size_t room[REFLISTS]; };

void refbuild_init(struct refbuild *build);
void refbuild_free(struct refbuild *build);
/* bit: REF_ACCOUNTS, REF_VAT_CODES, ... An empty body is an empty list. */
USED enum err refbuild_page(struct refbuild *build, unsigned bit, struct str body, size_t *ret_items);
USED enum err refbuild_lock_date(struct refbuild *build, struct str body);
USED enum err refbuild_conversion_date(struct refbuild *build, struct str body);
USED enum err refbuild_client(struct refbuild *build, struct str body);      /* /ClientIntegrationInformation */
/* Of this list only what changed was read: what `kept` has beside it stays as it was, told apart by PowerOffice's id and by
 * number or code. Only before refbuild_done(); `kept` must live as long as the build. Not of VAT codes. */
USED enum err refbuild_unchanged(struct refbuild *build, unsigned bit, const struct refdata *kept);
/* Sorts what was read; have: the REF_ bits that were read whole. */
const struct refdata *refbuild_done(struct refbuild *build, unsigned have, int64_t read_ms);

#endif
