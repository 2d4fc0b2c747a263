/* choice.h - which of several contents of one number is booked (`bilag choose`), and that taken back: docs/rules.md section 8.
 *
 * Contents change places; nothing that something sent relies on does, for half of an exchange would be worse than none.
 */
#ifndef BILAG_MAPPER_CHOICE_H
#define BILAG_MAPPER_CHOICE_H

#include "fold.h"

/* The content that came at this place is the one that is booked; every other one of this number is not, and is listed.
 * `decided` is the decision's number. ERR_NOT_FOUND: no such content; ERR_REFUSED: something sent relies on one of the two. */
USED enum err choice_take(struct txn *txn, struct fold *fold, const struct event *identity, uint64_t place, uint64_t decided);
/* As it was before that decision: what was booked is again, the others are open. ERR_NOT_FOUND: it had no effect, or another
 * one came after it; ERR_REFUSED: something sent relies on it, or a part that lists what it did has ended. Then nothing is
 * written. */
USED enum err choice_may_be_taken_back(struct txn *txn, struct fold *fold, const struct event *identity, uint64_t decided);
USED enum err choice_take_back(struct txn *txn, struct fold *fold, const struct event *identity, uint64_t decided);

#endif
