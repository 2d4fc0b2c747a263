/* completeness.h - is all of a day here? Numbers, Z reports, totals (docs/rules.md section 5, docs/design.md section 4).
 *
 * Which checks a venue uses follows from what its source can give: venues that close by the clock have no Z
 * reports, and a source whose receipt numbers are not one series per register (saft: sequence: false) has no gaps.
 */
#ifndef BILAG_MAPPER_COMPLETENESS_H
#define BILAG_MAPPER_COMPLETENESS_H

#include "settlement.h"
#include "tables.h"

struct completeness {
    const struct venue *venue;
    int32_t day;
    const struct settlement *settlement;
    struct arena *arena;
    /* out */
    bool zs_there;                       /* every register that sold, and every one listed, has its Z report */
    bool gapless;                        /* no number is missing */
    struct problems *problems;           /* NULL: only the two answers above */
};

/* Adds a problem, if somebody wants to know them; a to d are its arguments. */
void completeness_say(struct completeness *completeness, enum problem_code code, struct str first, struct str a, struct str b,
                      struct str c, struct str d);
USED enum err completeness_check(struct txn *txn, struct completeness *completeness);

#endif
