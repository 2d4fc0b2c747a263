/* manual_json.h - what a person must invoice or enter by hand, as JSON: the members of an object that is open. Amounts in øre. */
#ifndef BILAG_BILAG_SHOW_MANUAL_JSON_H
#define BILAG_BILAG_SHOW_MANUAL_JSON_H

#include "bilag/read/manual_done.h"

void manual_json(struct strbuf *out, const struct venue *venue, const struct manual_list *list, const struct manual_sum *sums,
                 size_t sum_count);

/* Millionths as a quantity, "1.5" or "1,5". */
enum { MANUAL_QTY_SIZE = 32 };
const char *manual_qty_text(int64_t qty, char mark, char buffer[MANUAL_QTY_SIZE]);

#endif
