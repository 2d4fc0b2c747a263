/* tips.h - whose tips a venue's days brought, by employee, as payroll needs them.
 *
 * Made of the receipts of each voucher by the rule that the mapper uses, so that what stands on the tip account adds up
 * to the øre; a tip that left the voucher (in an order, or under manual) is the employee's all the same and is told
 * beside it. Tips that a person handles (vouchers entered by hand or left reversed, receipts that were left out or do not
 * balance) are told beside as well.
 * Where the receipts are no longer kept, the voucher's own sum stands with `unknown`: nobody's, never passed over.
 * Ownership  everything lives in the list's arena.
 * Order      by day and part, then by employee; sums by employee.
 */
#ifndef BILAG_BILAG_READ_TIPS_H
#define BILAG_BILAG_READ_TIPS_H

#include "books.h"
#include "receipts.h"

struct tip_row {
    struct str doc;
    int32_t day;
    enum doc_state state;                /* of the voucher: only DOC_SENT stands in PowerOffice */
    int64_t voucher_no;                  /* 0: none yet */
    int64_t account;                     /* of the voucher's tips; 0: none */
    struct str staff;                    /* as the till writes it; empty: not said */
    bool unknown;                        /* whose they are is not known any more */
    bool by_person;                      /* the voucher goes out no more: a person enters it, or left it reversed */
    struct money booked;                 /* on the tip account with this voucher, what employees are owed positive */
    struct money beside;                 /* in orders, or left to be entered by hand */
    uint64_t receipts;
};

struct tip_sum { struct str staff; bool unknown; struct money sent, waiting, beside; };
/* Where a voucher's own tips stand: one of the three. */
struct money *tips_place(struct tip_sum *sum, const struct tip_row *row);

struct tip_list {
    struct tip_row *at; size_t count, room;
    struct tip_sum *sums; size_t sum_count;
    struct arena *arena;
};

/* Adds a voucher's tips. receipts NULL: nothing is kept of them. */
USED enum err tips_add(struct tip_list *list, struct receipts *receipts, const struct venue *venue, const struct book_doc *doc);
/* When all are added: per employee. `sent` stands in PowerOffice, `waiting` in vouchers that do not (yet). */
USED enum err tips_sum(struct tip_list *list);

#endif
