/* products.h - the products that a venue's orders need in PowerOffice, and which of them are as they must be.
 *
 * PowerOffice takes account and VAT of an order line from its product, so there is one product for each sales account
 * and VAT rate. A code may be named by several product types as long as all want the same account.
 * Days        those entries count that are in force on `day` or begin later (docs/rules.md section 7).
 * Ownership   texts are views into the venue and the reference data, arrays are in the arena.
 */
#ifndef BILAG_BILAG_READ_PRODUCTS_H
#define BILAG_BILAG_READ_PRODUCTS_H

#include "domain/config.h"
#include "poweroffice/refdata.h"

enum product_state {
    PRODUCT_FINE,
    PRODUCT_MISSING,                     /* can be made */
    PRODUCT_ARCHIVED,
    PRODUCT_OTHER_ACCOUNT,               /* PowerOffice has it on another one, or on none of its own */
    PRODUCT_TWO_ACCOUNTS,                /* the set-up wants it on two */
    PRODUCT_NO_ACCOUNT,                  /* the set-up names no account */
    PRODUCT_ACCOUNT_UNKNOWN,             /* missing, and PowerOffice has no such account */
    PRODUCT_STATE_COUNT
};

struct product_need {
    struct str code, type;               /* type: the first that names it */
    bool reduced;
    int64_t account, other_account;      /* other_account: the second one wanted, or PowerOffice's; 0: none */
    enum product_state state;
};

struct product_needs {
    struct product_need *at;
    size_t count;
    size_t codeless;                     /* product types with an account that has no code: credit sales on it are held */
    struct str first_codeless;
};

/* Sorted by code. data NULL or without REF_PRODUCTS: states are those that the set-up alone tells. */
USED enum err product_needs_of(const struct venue *venue, int32_t day, const struct refdata *data, struct arena *arena,
                               struct product_needs *ret_needs);
size_t product_needs_in(const struct product_needs *needs, enum product_state state);

/* What it will be called: "food", "food, reduced VAT". */
struct str product_name(const struct product_need *need, struct arena *arena);
/* The body of POST /Products. */
void product_body(const struct product_need *need, struct arena *arena, struct strbuf *out);

#endif
