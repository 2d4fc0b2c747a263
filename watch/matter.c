#include "matter.h"

#include <stdlib.h>
#include <string.h>

#define X(name, code, en, nb) { code, { en, nb } },
static const struct { const char *code, *title[2]; } kinds[MATTER_KIND_COUNT] = { MATTER_KINDS(X) };
#undef X

const char *matter_code(enum matter_kind kind)
{
    ensure(kind < MATTER_KIND_COUNT);
    return kinds[kind].code;
}

const char *matter_title(enum matter_kind kind, bool norwegian)
{
    ensure(kind < MATTER_KIND_COUNT);
    return kinds[kind].title[norwegian];
}

enum err matters_add(struct matters *list, const struct matter *matter)
{
    struct matter *to;

    if (list->count == list->room) {
        size_t room = list->room ? 2 * list->room : 64;
        struct matter *more = arena_array(list->arena, room, sizeof *more);

        if (!more)
            return ERR_MEMORY;
        if (list->count)
            memcpy(more, list->at, list->count * sizeof *more);
        list->at = more;
        list->room = room;
    }
    to = &list->at[list->count++];
    *to = *matter;
    to->id = arena_copy(list->arena, matter->id);
    to->venue = arena_copy(list->arena, matter->venue);
    to->company = arena_copy(list->arena, matter->company);
    to->en = arena_copy(list->arena, matter->en);
    to->nb = arena_copy(list->arena, matter->nb);
    return arena_failed(list->arena) ? ERR_MEMORY : ERR_OK;
}

static int by_id(const void *a, const void *b)
{
    return str_compare(((const struct matter *)a)->id, ((const struct matter *)b)->id);
}

void matters_sort(struct matters *list)
{
    size_t kept = 0;

    if (list->count)
        qsort(list->at, list->count, sizeof *list->at, by_id);
    for (size_t i = 0; i < list->count; i++)
        if (!kept || !str_equal(list->at[kept - 1].id, list->at[i].id))
            list->at[kept++] = list->at[i];
    list->count = kept;
}

const struct matter *matters_find(const struct matters *list, struct str id)
{
    const struct matter wanted = { .id = id };

    return list->count ? bsearch(&wanted, list->at, list->count, sizeof *list->at, by_id) : NULL;
}

bool matter_concerns(const struct watch_recipient *recipient, struct str company)
{
    for (size_t i = 0; i < recipient->company_count; i++)
        if (str_equal(recipient->companies[i], company))
            return true;
    return !recipient->company_count;
}
