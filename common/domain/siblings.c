#include "siblings.h"

#include <stdlib.h>

struct sorting { const struct config *config; struct str (*key)(const struct venue *venue); };

static struct str company_of(const struct venue *venue)
{
    return venue->company;
}

static struct str client_of(const struct venue *venue)
{
    return venue->client_id;
}

/* What shares a key stays in the order of the configuration. */
static int by_key(const void *a, const void *b, void *context)
{
    const struct sorting *sorting = context;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int order = str_compare(sorting->key(&sorting->config->venues[x]), sorting->key(&sorting->config->venues[y]));

    return order ? order : (x > y) - (x < y);
}

static size_t *sorted(struct config *config, struct str (*key)(const struct venue *venue))
{
    struct sorting sorting = { config, key };
    size_t *at = arena_array(&config->arena, config->venue_count, sizeof *at);

    for (size_t i = 0; at && i < config->venue_count; i++)
        at[i] = i;
    if (at && config->venue_count)
        qsort_r(at, config->venue_count, sizeof *at, by_key, &sorting);
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
