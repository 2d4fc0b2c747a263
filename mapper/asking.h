/* asking.h - what nobody has heard yet is asked for before a decision is judged.
 *
 * A decision about receipts must not exchange what something sent relies on. But a closed draft that is on its way may be
 * sealed at any moment, its seal may be late, and a store that was made again from the log, or put back from an older
 * copy, knows of none. So while such a decision waits, all drafts of its venue are OPEN and ask (draft.asks); a sender
 * answers with the seal that stands, or that it has none (seal.heard), and then no older draft can be sealed any more.
 * When all are heard the decision is judged, by what is true, and drafts are closed again.
 * Dies here      nothing is decided, and the decision's place in the trail stands: it is asked again, with another number.
 */
#ifndef BILAG_MAPPER_ASKING_H
#define BILAG_MAPPER_ASKING_H

#include "tables.h"

/* Whether the senders have been heard about everything of a venue that is not sealed, asked with this number. */
USED enum err asking_heard(struct store *store, struct str venue, uint64_t number, struct arena *arena, bool *ret_heard);

#endif
