/* first_venue.h - the file of a venue that is like no other, suggested from PowerOffice's own chart of accounts.
 *
 * VAT classes are those that the books have. Accounts are found by their names within the numbers where NS 4102 puts them,
 * sales by their VAT code; each stands with its name behind it, so that a bookkeeper sees what was meant. What no account
 * fits is written as a comment and not guessed: the day on which it is sold is held, with its sentence. The switches are off.
 */
#ifndef BILAG_BILAG_ACT_FIRST_VENUE_H
#define BILAG_BILAG_ACT_FIRST_VENUE_H

#include "poweroffice/refdata.h"

struct first_wish { struct str id, name, company, department; };      /* department: empty: none */

/* Without accounts and VAT codes (data NULL) the file is one that loads and can send nothing. ERR_MEMORY. */
USED enum err first_venue_text(const struct first_wish *wish, const struct refdata *data, int32_t today, struct strbuf *out);

#endif
