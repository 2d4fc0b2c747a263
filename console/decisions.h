/* decisions.h - what people decided about what a person sees, the latest first: for the page and for programs.
 *
 * Read from the trail's end, a piece at a time, until there are as many as are asked for: a trail grows for years.
 * Ownership   texts live in the request's arena.
 */
#ifndef BILAG_CONSOLE_DECISIONS_H
#define BILAG_CONSOLE_DECISIONS_H

#include "domain/audit.h"
#include "view.h"

struct decisions {
    struct decision *at; uint64_t count;
    uint64_t before;                     /* there are earlier ones: before this number; 0: there are none */
};

/* Those whose subject begins so (empty: all), with numbers below `before`, limit of them at most. Nobody has decided anything: none. */
USED enum err decisions_take(struct view *view, struct str subject, uint64_t before, uint64_t limit,
                             struct decisions *ret_decisions);

/* Whether a decision about this subject is this person's to see. */
bool decision_is_seen(const struct view *view, struct str subject);
/* Whose right it is to take back a decision of this verb: whose it is to make it. */
enum console_act undo_act(struct str verb);

#endif
