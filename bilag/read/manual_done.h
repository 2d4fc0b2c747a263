/* manual_done.h - which of the things to be done by hand a person has done: ticked off in the audit trail, with a name.
 *
 * An item is named by eight characters, made of its voucher, kind, receipt (or what it is) and amount: another amount is
 * another item, and nobody has done that yet. Of items that are alike in all of this each tick is one's.
 */
#ifndef BILAG_BILAG_READ_MANUAL_DONE_H
#define BILAG_BILAG_READ_MANUAL_DONE_H

#include "manual.h"

/* Subject: the voucher; detail: the item's name, kind and amount. It can be taken back. */
#define MANUAL_VERB "manual-done"

enum { MANUAL_NAME_SIZE = 9 };
const char *manual_name(const struct manual_entry *entry, char buffer[MANUAL_NAME_SIZE]);
/* The decision's detail, in the arena. */
struct str manual_detail(const struct manual_entry *entry, struct arena *arena);
/* Sets `done` of those in the list that are. No trail: none. */
USED enum err manual_done_load(const struct config *config, struct manual_list *list, struct fault *fault);

#endif
