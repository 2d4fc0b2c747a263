/* places.h - the place at which something stands in a list, by its name, without going through the list.
 *
 * Ownership  names are lent: they stay where they are as long as this does.
 * Errors     false: memory is out, and nothing is changed.
 */
#ifndef BILAG_BASE_PLACES_H
#define BILAG_BASE_PLACES_H

#include "str.h"

struct places_row { struct str name; size_t at; };
struct places { struct places_row *rows; size_t room, count; };          /* zeroed: empty */

void places_free(struct places *places);
/* A name that is there keeps its place. */
USED bool places_put(struct places *places, struct str name, size_t at);
bool places_find(const struct places *places, struct str name, size_t *ret_at);
/* The name as it was put, where it lies; no bytes: it is not there. */
struct str places_name(const struct places *places, struct str name);

#endif
