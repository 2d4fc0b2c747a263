/* right_books.h - which PowerOffice client belongs to which company, kept in STATE_DIR/poweroffice for good.
 *
 * A client is named by its ClientId, which PowerOffice says of every key. One company, one client: the first reading of a
 * company's key keeps the pair, if neither is another's by then; nothing but a person's word changes it. So vouchers and
 * orders never land in the books of another company because keys were mixed up, nor in other books than before.
 */
#ifndef BILAG_POWEROFFICE_RIGHT_BOOKS_H
#define BILAG_POWEROFFICE_RIGHT_BOOKS_H

#include "refdata.h"

/* A person says that the company's books are this client from now on; what either was kept for is forgotten. The version
 * of every client rises, so that all that is held is judged again. */
USED enum err right_books_give(struct refstore *store, struct str company, struct str client);
/* In the arena. ERR_NOT_FOUND: no client is kept for the company. */
USED enum err right_books_of(struct refstore *store, struct str company, struct arena *arena, struct str *ret_client);
/* What the key opens, and whose it is; either may be empty: not known. Copies in the arena; cheap: without lists. */
struct opened { struct str client, company; };
USED enum err right_books_opened(struct refstore *store, struct str client_id, struct arena *arena, struct opened *ret_opened);
/* Would this client be the company's? ERR_REFUSED: another is, or it is another company's. */
USED enum err right_books_fit(struct refstore *store, struct str company, struct str client);
/* May anything of the company be sent with the key? */
bool right_books(struct refstore *store, struct str client_id, struct str company);

#endif
