/* till.h - one cash register of the file: its Z reports come first, then its transactions.
 *
 * The Z reports are kept (16 MB at most) in the order of their time. A transaction belongs to the first
 * Z that is not before it, and never to an earlier one than the transaction before it: file order rules,
 * as a till's clock may jump. When the period is over, its Z is handed out.
 */
#ifndef BILAG_SAFT_TILL_H
#define BILAG_SAFT_TILL_H

#include "sale.h"
#include "zreport.h"

/* An event element, with its report if it has one. */
struct raw_event {
    struct str id, type, trans_id, staff, text, report_id, report_type;
    struct saft_date date, report_date;
    struct saft_time time, report_time;
    bool has_report;
    struct raw_z z;
};

/* Where finished events go; the fault of a refusal says which event, not where in the file. */
struct till_outlet {
    enum err (*emit)(const struct event *event, void *context, struct fault *fault);
    void *context;
    struct saft_summary *summary;
};

struct till;
USED enum err till_new(const struct venue *venue, struct codelist *codes, struct till_outlet outlet,
                       struct till **ret_till);
void till_free(struct till *till);                                       /* NULL is fine */

/* Begins a register; the name is copied. */
USED enum err till_begin(struct till *till, struct str reg);
USED enum err till_event(struct till *till, const struct raw_event *event, struct fault *fault);
/* The arena is the transaction's own. */
USED enum err till_sale(struct till *till, const struct raw_sale *sale, struct str trans_id, struct arena *arena,
                        struct fault *fault);
/* Whether what the last till_sale() found wrong is wrong with that receipt alone. */
bool till_sale_is_odd(const struct till *till);
/* A receipt of the register that is refused alone: the Z report of its period is not handed out. */
USED enum err till_odd(struct till *till, const struct raw_sale *sale, struct fault *fault);
/* Hands out what is left of the register. */
USED enum err till_end(struct till *till, struct fault *fault);

void saft_summary_note(struct saft_summary *summary, enum saft_note note, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
