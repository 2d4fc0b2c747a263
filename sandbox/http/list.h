/* list.h - the answer of every list: OrderBy, page, Fields, X-Pagination, and 204 when empty. */
#ifndef BILAG_SANDBOX_HTTP_LIST_H
#define BILAG_SANDBOX_HTTP_LIST_H

#include "exchange.h"

/* Takes the array. `members`: the names, blank between, that Fields and OrderBy may mention. */
void list_answer(struct exchange *x, cJSON *array, const char *members);

#endif
