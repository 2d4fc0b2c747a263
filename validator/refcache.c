#include "refcache.h"

#include <stdlib.h>

enum { CLIENT_BYTES_MAX = 32 * 1024 * 1024 };

/* In a list, the most recently used first. */
struct held { struct held *next; char client_id[64]; uint64_t generation; struct arena arena; struct refdata data; };

struct refcache { struct refstore *store; struct held *first; size_t bytes; };

enum err refcache_open(struct refstore *store, struct refcache **ret_cache)
{
    struct refcache *cache = calloc(1, sizeof *cache);

    if (!cache)
        return ERR_MEMORY;
    cache->store = store;
    *ret_cache = cache;
    return ERR_OK;
}

static void held_free(struct refcache *cache, struct held *held)
{
    cache->bytes -= held->arena.used;
    arena_free(&held->arena);
    free(held);
}

void refcache_close(struct refcache *cache)
{
    if (!cache)
        return;
    while (cache->first) {
        struct held *held = cache->first;

        cache->first = held->next;
        held_free(cache, held);
    }
    free(cache);
}

size_t refcache_bytes(const struct refcache *cache)
{
    return cache->bytes;
}

/* Takes it out of the list; NULL if it is not there. */
static struct held *held_take(struct refcache *cache, struct str client_id)
{
    for (struct held **at = &cache->first; *at; at = &(*at)->next)
        if (str_equal(str_of((*at)->client_id), client_id)) {
            struct held *held = *at;

            *at = held->next;
            return held;
        }
    return NULL;
}

static void make_room(struct refcache *cache)
{
    while (cache->bytes > REFCACHE_BYTES_MAX && cache->first && cache->first->next) {
        struct held **last = &cache->first;
        struct held *held;

        while ((*last)->next)
            last = &(*last)->next;
        held = *last;
        *last = NULL;
        held_free(cache, held);
    }
}

static enum err load(struct refcache *cache, struct str client_id, struct held **ret_held)
{
    struct held *held = calloc(1, sizeof *held);
    enum err err = ERR_MEMORY;

    if (held && str_copy(client_id, held->client_id, sizeof held->client_id)) {
        arena_init(&held->arena, CLIENT_BYTES_MAX);
        err = refdata_load(cache->store, client_id, &held->arena, &held->data);
    }
    if (err) {
        if (held)
            arena_free(&held->arena);
        free(held);
        return err;
    }
    cache->bytes += held->arena.used;
    *ret_held = held;
    return ERR_OK;
}

enum err refcache_get(struct refcache *cache, struct str client_id, const struct refdata **ret_data)
{
    uint64_t generation = refstore_generation(cache->store), version = 0;
    struct held *held = held_take(cache, client_id);
    enum err err = ERR_OK;

    if (held && held->generation != generation) {            /* something changed; perhaps not of this client */
        err = refdata_version(cache->store, client_id, &version);
        if (err || version != held->data.version) {
            held_free(cache, held);
            held = NULL;
        }
    }
    if (!held)
        err = load(cache, client_id, &held);
    if (err == ERR_NOT_FOUND) {
        *ret_data = NULL;
        return ERR_OK;
    }
    if (err)
        return err;
    held->generation = generation;
    held->next = cache->first;
    cache->first = held;
    make_room(cache);
    *ret_data = &held->data;
    return ERR_OK;
}
