/* customer.h - customers: what the file configures and what POST /Customers creates. */
#ifndef BILAG_SANDBOX_API_CUSTOMER_H
#define BILAG_SANDBOX_API_CUSTOMER_H

#include <cjson/cJSON.h>

#include "sandbox/books/books.h"

struct exchange;

bool customer_configure(struct books *books, const cJSON *given);   /* an entry of the file */
bool customer_replay(struct books *books, const cJSON *record);

/* Changes the stored body: members of `given` named by the rows go in under the API's names. */
struct body_name { const char *file, *api; };
char *body_patch(char *body, const cJSON *given, const struct body_name *rows, size_t count);

void customers_get(struct exchange *x);
void customers_post(struct exchange *x);

#endif
