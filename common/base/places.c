#include "places.h"

#include <stdlib.h>

enum { ROOM_FIRST = 64 };

void places_free(struct places *places)
{
    free(places->rows);
    *places = (struct places){ .room = 0 };
}

/* Open addressing; a free row has no bytes. */
static struct places_row *row_of(const struct places *places, struct str name)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t i;

    for (size_t c = 0; c < name.len; c++)
        hash = (hash ^ (unsigned char)name.bytes[c]) * UINT64_C(1099511628211);
    i = (size_t)(hash ^ hash >> 29) & (places->room - 1);
    while (places->rows[i].name.bytes && !str_equal(places->rows[i].name, name))
        i = (i + 1) & (places->room - 1);
    return &places->rows[i];
}

static bool grow(struct places *places)
{
    struct places bigger = { .room = places->room ? places->room * 2 : ROOM_FIRST, .count = places->count };

    if (places->count * 2 < places->room)
        return true;
    bigger.rows = calloc(bigger.room, sizeof *bigger.rows);
    if (!bigger.rows)
        return false;
    for (size_t i = 0; i < places->room; i++)
        if (places->rows[i].name.bytes)
            *row_of(&bigger, places->rows[i].name) = places->rows[i];
    free(places->rows);
    *places = bigger;
    return true;
}

bool places_put(struct places *places, struct str name, size_t at)
{
    struct places_row *row;

    if (!grow(places))
        return false;
    if (!name.bytes)
        name = STR("");
    row = row_of(places, name);
    if (row->name.bytes)
        return true;
    *row = (struct places_row){ name, at };
    places->count++;
    return true;
}

bool places_find(const struct places *places, struct str name, size_t *ret_at)
{
    const struct places_row *row = places->room ? row_of(places, name) : NULL;

    if (!row || !row->name.bytes)
        return false;
    *ret_at = row->at;
    return true;
}

struct str places_name(const struct places *places, struct str name)
{
    return places->room ? row_of(places, name)->name : STR_NONE;
}
