/* books.h - one company's books: chart, VAT codes, dimensions, customers, products, documents.
 *
 * Ids        derived from the books' name and the number or code, so they are the same after every
 *            restart, differ between companies, and can never be taken for the number itself.
 * Ownership  everything belongs to the books; pointers to customers, products, vouchers and orders
 *            stay valid until books_empty(); the arrays may move when something is added.
 * Units      amounts in ore, rates in hundredths of a percent (2500 is 25 %), moments in ms.
 */
#ifndef BILAG_SANDBOX_BOOKS_BOOKS_H
#define BILAG_SANDBOX_BOOKS_BOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sandbox/base/map.h"
#include "sandbox/base/moment.h"

#define CODE_BYTES 24
#define NAME_BYTES 120
#define ID_BYTES   37           /* a UUID as text */

struct account {
    int64_t no, id;
    char    name[NAME_BYTES], type[12], vat_code[CODE_BYTES];   /* vat_code "" = none */
    bool    vat_locked, department_required, project_required, location_required, active, control;
    int64_t changed_ms;
};

struct vat_code {
    int32_t id;
    int32_t rate;                                             /* hundredths of a percent */
    char    code[CODE_BYTES], name[NAME_BYTES], from[DATE_BYTES], to[DATE_BYTES];   /* "" = open */
    bool    active;
};

struct dimension {                                            /* department, location or project */
    int64_t id, changed_ms;
    char    code[CODE_BYTES], name[NAME_BYTES];
    bool    active;
};

struct dimensions { struct dimension *list; size_t count; };

enum dimension_kind { DIMENSION_DEPARTMENT, DIMENSION_LOCATION, DIMENSION_PROJECT, DIMENSION_KINDS };

struct customer {
    int64_t id, no, subledger_id, created_ms, changed_ms;
    char   *body;                                             /* as posted, or made from the file */
    char    reference[52];
    int64_t external_no, department_id;                       /* 0 = none */
    int64_t allowance;                                        /* ten-thousandths of a percent */
    int32_t payment_days;
    bool    vat_free, invoice_fee, archived;
};

struct product {
    int64_t id, created_ms, changed_ms;
    char   *body;
    char    code[104];
    int64_t standard_no, optional_no;                         /* sales accounts, 0 = inherited */
    bool    archived;
};

struct voucher;
struct order;

struct books {
    char     id[80];
    int64_t  base;                                            /* where this company's ids begin */
    char     lock_date[DATE_BYTES], conversion_date[DATE_BYTES];
    char     closed_until[DATE_BYTES];                        /* closed as well, and LockDateSettings says nothing of it */
    struct account  *accounts;
    size_t           account_count;
    struct vat_code *vat_codes;
    size_t           vat_code_count;
    struct dimensions dimensions[DIMENSION_KINDS];
    struct customer **customers;
    size_t            customer_count;
    struct product  **products;
    size_t            product_count;
    struct voucher  **vouchers;
    size_t            voucher_count;
    struct order    **orders;
    size_t            order_count;
    struct map        voucher_ids, order_ids;                 /* UUID -> document */
    struct map        voucher_references, order_references;   /* in use -> document */
    int64_t           last_voucher_no, last_order_no, last_invoice_no, last_row_id, last_order_line;
};

struct books *books_open(const char *id);                     /* with the preset chart */
void          books_free(struct books *books);
void          books_empty(struct books *books);               /* vouchers, orders; not the set-up */

int64_t books_account_id(const struct books *books, int64_t no);
int32_t books_vat_id(const struct books *books, const char *code, const char *from);
/* For a code that is not there yet. */
int64_t books_dimension_id(const struct books *books, enum dimension_kind kind, const char *code);

const struct account  *books_account(const struct books *books, int64_t id);
const struct account  *books_account_no(const struct books *books, int64_t no);
const struct vat_code *books_vat(const struct books *books, int64_t id);
/* The row of a code that is valid on a date; NULL if there is none. */
const struct vat_code *books_vat_on(const struct books *books, const char *code, const char *date);
bool vat_code_valid(const struct vat_code *vat, const char *date);
const struct dimension *books_dimension(const struct books *books, enum dimension_kind kind,
                                        int64_t id);
const struct dimension *books_dimension_code(const struct books *books, enum dimension_kind kind,
                                             const char *code);
struct customer *books_customer(const struct books *books, int64_t id);
struct customer *books_customer_no(const struct books *books, int64_t no);
struct customer *books_subledger(const struct books *books, int64_t account_id);
struct product  *books_product(const struct books *books, int64_t id);
struct product  *books_product_code(const struct books *books, const char *code);

struct customer *books_add_customer(struct books *books, int64_t no);   /* fields are the caller's */
struct product  *books_add_product(struct books *books);

#endif
