/* leave_out.h - one receipt leaves its day for what is entered by hand (docs/rules.md section 8): whether it can, and doing it.
 *
 * Ownership  everything lives in the context's arena; texts are borrowed.
 */
#ifndef BILAG_BILAG_ACT_LEAVE_OUT_H
#define BILAG_BILAG_ACT_LEAVE_OUT_H

#include "bilag/read/books.h"
#include "bilag/read/context.h"
#include "bilag/read/receipts.h"
#include "mapper/tables.h"

/* What is read for it. */
struct leave_out { struct context *context; struct books *books; struct receipts *receipts; };
USED enum err leave_out_open(struct context *context, struct leave_out *ret_leave);
void leave_out_close(struct leave_out *leave);               /* also after an open that failed */

struct leaving {
    struct str text;                     /* "oslo-grill/K1/12" */
    struct receipt_name name;
    struct receipt_fate fate;
    struct money amount;
    bool told, said;                     /* by the receipt itself; by the person */
    bool later;                          /* its day is sealed: the difference goes into the next part */
};
/* amount: what a person says that it comes to, in kroner; NULL: nothing. With a sentence in the context's fault ERR_FORMAT: no
 * receipt's name, or no amount; ERR_NOT_FOUND: it is not known; ERR_REFUSED: it cannot be left out. */
USED enum err leave_out_judge(struct leave_out *leave, struct str text, const char *amount, struct leaving *ret_leaving);
/* Of one that was judged. */
USED enum err leave_out_do(struct leave_out *leave, const struct leaving *leaving, struct str reason, uint64_t *ret_number);

#endif
