/* due.h - vouchers that are ready and wait for nothing but a word: what automatic transfer sends at once when it is switched on.
 *
 * Ownership: the arena. Order: by business day and part.
 */
#ifndef BILAG_BILAG_READ_DUE_H
#define BILAG_BILAG_READ_DUE_H

#include "books.h"

struct due {
    struct str doc;
    int32_t day;                          /* business day: whose switch it is */
    struct money debit;                   /* the sum of its debit side */
    bool on;                              /* automatic transfer is on for its day, as the files say it now */
};
/* Of those whose switch is off, [0], and on, [1]. */
struct due_list { struct due *at; size_t count, each[2]; struct money sum[2]; };

/* ERR_RANGE: a sum is no amount. */
USED enum err due_of(struct books *books, const struct venue *venue, struct arena *arena, struct due_list *ret_list);

#endif
