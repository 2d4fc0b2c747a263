/* reflist.h - the lists in struct refdata, one row each: where they are, how their items rest in the store.
 *
 * Lists are sorted and searched by their first member, a number or a code.
 */
#ifndef BILAG_POWEROFFICE_REFLIST_H
#define BILAG_POWEROFFICE_REFLIST_H

#include "refdata.h"
#include "base/fields.h"

enum { REFLISTS = 7, REF_TEXT_MAX = 4000 };
#define NO_ID SIZE_MAX

extern const struct reflist {
    unsigned bit;                         /* REF_ACCOUNTS, ... */
    size_t items, count, size;            /* where in struct refdata the array and its count are; an item's size */
    size_t id;                            /* where in an item PowerOffice's id is, int64; NO_ID: it is not told apart by one */
    const struct fields *fields;          /* of an item */
    int (*compare)(const void *a, const void *b);
} reflists[REFLISTS];

void reflist_encode(const struct reflist *list, const struct refdata *data, struct strbuf *out);
/* Into the arena, sorted. ERR_STORE_DAMAGED, ERR_MEMORY. */
USED enum err reflist_decode(const struct reflist *list, struct str bytes, struct arena *arena, struct refdata *data);
/* Where the items are, and how many; NULL, 0 where none were read. */
void *reflist_items(const struct reflist *list, const struct refdata *data, size_t *ret_count);
int ref_by_number(const void *a, const void *b);
int ref_by_code(const void *a, const void *b);

#endif
