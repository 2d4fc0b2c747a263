/* company.h - reads the books' part of a client object: accounts, VAT codes, dimensions, customers,
 * products, lock and conversion date. Members that are not mentioned stay as they are.
 *
 * accounts, vat_codes, departments, locations and projects replace the whole list;
 * accounts_changed, customers and products add to it or change the one with the same number or code.
 * Errors  false with a text in ret_why (the caller's, free()); what came before it is in force.
 */
#ifndef BILAG_SANDBOX_BOOKS_COMPANY_H
#define BILAG_SANDBOX_BOOKS_COMPANY_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "books.h"

bool company_read(struct books *books, const cJSON *given, char **ret_why);

#endif
