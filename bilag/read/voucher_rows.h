/* voucher_rows.h - a voucher as the guide shows it: account and counter account, debit and credit, and nothing left blank
 * without saying so.
 *
 * Ownership  texts live in the arena, or with the document.
 */
#ifndef BILAG_BILAG_READ_VOUCHER_ROWS_H
#define BILAG_BILAG_READ_VOUCHER_ROWS_H

#include "overview.h"

#define VOUCHER_BLANK "BLANK"

struct voucher_row {
    const struct voucher_line *line;
    struct str account, counter, vat_code, department;       /* VOUCHER_BLANK where something is missing; department: none */
    struct money debit, credit;
    struct money vat;                    /* what PowerOffice will compute; with the line's sign */
};

/* The line of that place. */
struct voucher_row voucher_row_of(struct arena *arena, const struct book_doc *doc, size_t line);
bool voucher_row_is_blank(const struct voucher_row *row);
/* ERR_RANGE: more than an amount holds. */
USED enum err voucher_sums(struct arena *arena, const struct book_doc *doc, struct money *ret_debit, struct money *ret_credit);
/* The proof of the document's day, with the last voucher of that day; NULL: with another one, or there is none. */
const struct day_proof *voucher_proof(const struct book_list *list, const struct book_doc *doc, const struct day_proof *days,
                                      size_t count);

#endif
