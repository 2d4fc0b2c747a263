/* product.h - products: what the file configures and what POST /Products creates.
 * A product has no VAT code; the account that it sells to has. */
#ifndef BILAG_SANDBOX_API_PRODUCT_H
#define BILAG_SANDBOX_API_PRODUCT_H

#include <cjson/cJSON.h>

#include "sandbox/books/books.h"

struct exchange;

bool product_configure(struct books *books, const cJSON *given);
bool product_replay(struct books *books, const cJSON *record);

/* The account that a sale goes to; NULL: the company has none for it. */
const struct account *product_account(const struct books *books, const struct product *product,
                                      bool standard);

void products_get(struct exchange *x);
void products_post(struct exchange *x);

#endif
