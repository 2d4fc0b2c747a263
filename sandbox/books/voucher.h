/* voucher.h - posted vouchers: cash and manual journals, and the reversals of them.
 *
 * Units      amounts in ore, gross, debit positive; the lines of a voucher sum to zero.
 * Ownership  a voucher owns its texts and lines; voucher_keep() hands it to the books.
 */
#ifndef BILAG_SANDBOX_BOOKS_VOUCHER_H
#define BILAG_SANDBOX_BOOKS_VOUCHER_H

#include <cjson/cJSON.h>

#include "books.h"

enum voucher_kind { VOUCHER_CASH, VOUCHER_MANUAL, VOUCHER_REVERSAL };

struct voucher_line {
    int64_t account_no, account_id, department_id, project_id, location_id, product_id, amount_ore;
    int32_t vat_id, rate;
    char    vat_code[CODE_BYTES], department[CODE_BYTES], project[CODE_BYTES], location[CODE_BYTES];
    char    posting_date[DATE_BYTES];
    char   *description;
};

struct voucher {
    enum voucher_kind kind;
    char    id[ID_BYTES], reverses[ID_BYTES], date[DATE_BYTES];
    int64_t no, reverses_no, imported_no, created_ms, reversed_ms, first_row_id, pdf_bytes;
    int64_t pdf_print, pdf_others;        /* of its PDF, and how often another one came in its place */
    char   *client_key, *application_key, *company;
    char   *reference, *description, *saft_batch, *saft_source;   /* NULL = none */
    char   *body;                                             /* as posted; NULL for reversals */
    struct voucher_line *lines;
    size_t  line_count;
};

void voucher_free(struct voucher *voucher);
const char *voucher_kind_name(enum voucher_kind kind);
void voucher_new_id(char to[static ID_BYTES]);

/* Puts it in the books: numbers taken, reference in use (or free again), the original marked. */
void voucher_keep(struct books *books, struct voucher *voucher);
/* Its documentation, with the print of its bytes; what was there before is replaced. */
void voucher_document(struct voucher *voucher, int64_t bytes, int64_t print);
struct voucher *voucher_find(const struct books *books, const char *id);
bool voucher_in_locked_period(const struct books *books, const char *posting_date);

cJSON *voucher_encode(const struct voucher *voucher);         /* our own names, all of it */
struct voucher *voucher_decode(const cJSON *record);          /* NULL: damaged */

struct exchange;
void vouchers_post_cash(struct exchange *x);
void vouchers_post_manual(struct exchange *x);
void voucher_get_cash(struct exchange *x);
void voucher_get_manual(struct exchange *x);
void voucher_reverse(struct exchange *x);
void voucher_put_documentation(struct exchange *x);
void transactions_get(struct exchange *x);

#endif
