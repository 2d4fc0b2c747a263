/* decision_words.h - what a decision's detail says, in a person's words: the trail itself keeps codes for good (domain/audit.h).
 *
 * In the catalogue's language. Empty: the detail is for programs alone (a place in the log, a key's mark, a revision). What has no
 * words here, for it is words already (a date, a name, accounts), is given as it is.
 */
#ifndef BILAG_BILAG_SHOW_DECISION_WORDS_H
#define BILAG_BILAG_SHOW_DECISION_WORDS_H

#include "base/str.h"
#include "domain/audit.h"

/* In the arena, or a view of the decision. Of one that is taken back: which, and what it said. */
struct str decision_detail_words(const struct decision *decision, struct arena *arena);

#endif
