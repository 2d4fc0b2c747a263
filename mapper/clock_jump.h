/* clock_jump.h - a register whose numbers rise while its time falls by more than a day: its clock was wrong, docs/rules.md
 * section 5 (clock-jump).
 *
 * Told is the day on which the time fell. Of each register and business day the lowest and highest number of a sale is
 * kept, in TABLE_META under ("clock", venue, register, day); sales of a day that had not come when they came are not: that
 * is a problem of their own (day-not-come), and the days after it are good.
 */
#ifndef BILAG_MAPPER_CLOCK_JUMP_H
#define BILAG_MAPPER_CLOCK_JUMP_H

#include "completeness.h"

/* Sales of one register on one day, as they come. */
struct clock_span { struct str venue, reg; int32_t day; uint64_t first, last; };

/* visit() gets each earlier day that has higher numbers, if these are the lowest of their day until now; else only the day
 * before, if it has. */
typedef enum err (*clock_visit)(int32_t day, void *context);
USED enum err clock_jump_note(struct txn *txn, const struct clock_span *span, clock_visit visit, void *context);
/* What this day has of the register is asked anew. */
USED enum err clock_jump_forget(struct txn *txn, struct str venue, struct str reg, int32_t day);
/* The day's registers; completeness->problems must be there. */
USED enum err clock_jump_check(struct txn *txn, struct completeness *completeness);

#endif
