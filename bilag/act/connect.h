/* connect.h - a till's customer is connected with one of PowerOffice's: judged, and written down before it is done. */
#ifndef BILAG_BILAG_ACT_CONNECT_H
#define BILAG_BILAG_ACT_CONNECT_H

#include "bilag/read/customer_ledger.h"

/* ERR_NOT_FOUND, ERR_REFUSED: it cannot be connected, and the context's fault says why. A list that was never read refuses
 * nothing: it is judged before anything is sent. */
USED enum err connect_judge(struct customer_ledger *ledger, int64_t number);
/* For `was`: whatever it is connected with, or with nobody. */
#define CONNECTED_ANYHOW ((int64_t)-1)
/* Audit first: whoever finds a connection finds who made it. was: the number that the person saw, 0: none.
 * *ret_decision: its number there; 0: they were connected already. ERR_TOO_LONG: the till customer's name. ERR_REFUSED: it is
 * connected otherwise than was seen, and the context's fault says how and by whom. */
USED enum err customer_connect(struct customer_ledger *ledger, struct str till_customer, int64_t number, int64_t was,
                               struct str reason, uint64_t *ret_decision);
/* Audit first. Its orders that are not sent yet are held from then on. seen: the number that the person saw; 0: whatever it is.
 * ERR_NOT_FOUND: it is not connected; ERR_REFUSED: with another number than was seen, and the context's fault says so.
 * *ret_before: whom it was connected with. */
USED enum err customer_disconnect(struct customer_ledger *ledger, struct str till_customer, int64_t seen, struct str reason,
                                  int64_t *ret_before, uint64_t *ret_decision);

#endif
