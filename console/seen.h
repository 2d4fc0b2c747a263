/* seen.h - two people at once, about a document, a receipt, a refused line, a customer, a user.
 *
 * A form carries the number of the last decision that there was when its page was made (of documents: view_seen()). When it is pressed,
 * the decisions since are looked at: of a subject that somebody has decided about meanwhile nothing is done, and who and what is said.
 */
#ifndef BILAG_CONSOLE_SEEN_H
#define BILAG_CONSOLE_SEEN_H

#include "domain/audit.h"
#include "view.h"

/* Into the form that is begun. */
void seen_hide(struct view *view);
/* The same for a program: the last decision that there is. */
uint64_t seen_now(struct view *view);
/* False: somebody has decided about it since, and that is answered (409). */
bool seen_still(struct view *view, struct str subject);
/* The same, where the number does not stand in the form's "seen". */
bool seen_still_since(struct view *view, struct str subject, uint64_t number);
/* The same of many at once: fits() says whether a subject is one of them. */
typedef bool (*seen_fits)(const struct decision *decision, void *context);
bool seen_still_of(struct view *view, seen_fits fits, void *context);

#endif
