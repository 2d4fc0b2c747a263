/* map.c - a set of texts, each naming something; glibc's red-black tree below. */
#include "map.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

struct row { void *value; char key[]; };

static int row_compare(const void *a, const void *b)
{
    return strcmp(((const struct row *)a)->key, ((const struct row *)b)->key);
}

static struct row *row_make(const char *key)
{
    size_t length = strlen(key);
    struct row *row = must_alloc(sizeof *row + length + 1);

    memcpy(row->key, key, length);
    return row;
}

void map_put(struct map *map, const char *key, void *value)
{
    struct row *row = row_make(key);
    struct row **found = tsearch(row, &map->root, row_compare);

    ensure(found != NULL);
    if (*found != row)
        free(row);
    (*found)->value = value;
}

void *map_find(const struct map *map, const char *key)
{
    struct row *wanted = row_make(key);
    struct row **found = tfind(wanted, &map->root, row_compare);
    void *value = found ? (*found)->value : NULL;

    free(wanted);
    return value;
}

void map_drop(struct map *map, const char *key)
{
    struct row *wanted = row_make(key);
    struct row **found = tfind(wanted, &map->root, row_compare);
    struct row *row = found ? *found : NULL;

    if (row) {
        (void)tdelete(wanted, &map->root, row_compare);
        free(row);
    }
    free(wanted);
}

void map_free(struct map *map)
{
    tdestroy(map->root, free);
    map->root = NULL;
}
