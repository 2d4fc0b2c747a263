/* posted.h - what a person has posted for a venue's days, as postings to compare with ours (compare.h).
 *
 * PowerOffice   rows of GET /AccountTransactions, page by page. Taken are vouchers that touch a sales account; not those
 *               that Bilag sent, that are reversed or reverse, and not invoices (their orders are compared elsewhere). A row
 *               may be net with its VAT on rows of their own, or gross (docs/poweroffice-api.md section 18): the row's own
 *               VAT tells, and it is made gross.
 * CSV           with a heading. Columns are found by their names, Norwegian or English: the day, the account, amount or
 *               debit and credit, and if they are there VAT code, department and voucher number. Amounts include VAT.
 * Errors        ERR_FORMAT: the fault says line and what is wrong; ERR_MEMORY.
 */
#ifndef BILAG_BILAG_READ_POSTED_H
#define BILAG_BILAG_READ_POSTED_H

#include "compare.h"

/* A voucher that Bilag sent, of any venue of these books, and what is seen of it: nothing of a CSV file that has none of it. */
struct posted_own {
    struct str reference;
    int64_t number;                      /* as PowerOffice numbered it; 0: not known */
    int32_t day;                         /* on which it is posted: a number alone may be another year's, or a person's own */
    bool standing, undone;               /* seen so; undone: reversed there */
};

/* Whose they are: what is not the venue's own is told by these. */
struct posted_filter {
    struct str department;               /* the venue's; empty: it has none */
    int64_t department_id;               /* in PowerOffice; 0: not known */
    struct posted_own *own; size_t own_count;
    const int64_t *sales; size_t sales_count;                /* accounts of the venue's product types */
};

/* Rows are gathered first, then judged voucher by voucher. */
struct posted_rows { struct posted_row *at; size_t count, room; };
/* One page; *ret_rows: how many it has. */
USED enum err posted_page(struct str json, struct arena *arena, struct posted_rows *rows, size_t *ret_rows);
USED enum err posted_judge(const struct posted_rows *rows, const struct posted_filter *filter, struct arena *arena,
                           struct postings *ret_postings);

USED enum err posted_csv(struct str bytes, const struct posted_filter *filter, struct arena *arena,
                         struct postings *ret_postings, struct fault *fault);

#endif
