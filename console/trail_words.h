/* trail_words.h - what the trails of documents and of decisions say, in a bookkeeper's words.
 *
 * The trails themselves keep short English names for good (sender/record.h, domain/audit.h); commands, logs and JSON show those.
 * A name that has no words here is shown as it is. `undo-` before a decision's name is one that is taken back.
 */
#ifndef BILAG_CONSOLE_TRAIL_WORDS_H
#define BILAG_CONSOLE_TRAIL_WORDS_H

#include "domain/audit.h"
#include "view.h"

/* What became of a document: "sealed", "sent", ... */
struct str step_words(struct view *view, struct str name);
/* What was decided: "transfer", "post-on", "undo-leave-out", ... In the arena. */
struct str verb_words(struct view *view, struct str name);
/* What it was decided about: decision_detail_words() (bilag/show/decision_words.h), and what of a set-up changed, as its form calls that.
 * In the arena, or a view of the decision. */
struct str detail_words(struct view *view, const struct decision *decision);
/* Of a step's detail what is for a person: PowerOffice's words and a voucher's number, not what a decision says by itself. */
struct str step_detail(struct view *view, const struct trail_fact *fact);

#endif
