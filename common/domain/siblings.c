#include "siblings.h"

#include <stdlib.h>

/* A key's first bytes as a number: most pairs are told apart without the texts, which lie all over the memory. */
struct place { uint64_t first; struct str key; size_t at; };

static struct str company_of(const struct venue *venue)
{
    return venue->company;
}

static struct str client_of(const struct venue *venue)
{
    return venue->client_id;
}

/* What shares a key stays in the order of the configuration. */
static int by_key(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = (x->first > y->first) - (x->first < y->first);

    if (!order)
        order = str_compare(x->key, y->key);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static struct place place_of(const struct config *config, size_t at, struct str (*key)(const struct venue *venue))
{
    struct place place = { 0, key(&config->venues[at]), at };

    for (size_t i = 0; i < sizeof place.first; i++)
        place.first = place.first << 8 | (i < place.key.len ? (unsigned char)place.key.bytes[i] : 0);
    return place;
}

static size_t *sorted(struct config *config, struct str (*key)(const struct venue *venue))
{
    size_t *at = arena_array(&config->arena, config->venue_count, sizeof *at);
    struct place *places = malloc((config->venue_count ? config->venue_count : 1) * sizeof *places);

    for (size_t i = 0; at && places && i < config->venue_count; i++)
        places[i] = place_of(config, i, key);
    if (at && places)
        qsort(places, config->venue_count, sizeof *places, by_key);
    for (size_t i = 0; at && places && i < config->venue_count; i++)
        at[i] = places[i].at;
    if (!places)
        at = NULL;
    free(places);
    return at;
}

enum err siblings_index(struct config *config)
{
    config->by_company = sorted(config, company_of);
    config->by_client = sorted(config, client_of);
    return config->by_company && config->by_client ? ERR_OK : ERR_MEMORY;
}

static struct siblings of(const struct config *config, const size_t *at, struct str (*key)(const struct venue *venue),
                          const struct venue *venue)
{
    size_t low = 0, high = config->venue_count, end;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (str_compare(key(&config->venues[at[middle]]), key(venue)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < config->venue_count && str_equal(key(&config->venues[at[end]]), key(venue));)
        end++;
    return (struct siblings){ at + low, end - low };
}

struct siblings siblings_of_company(const struct config *config, const struct venue *venue)
{
    return of(config, config->by_company, company_of, venue);
}

struct siblings siblings_of_client(const struct config *config, const struct venue *venue)
{
    return venue->client_id.len ? of(config, config->by_client, client_of, venue) : (struct siblings){ NULL, 0 };
}
