#include "online.h"

#include <stdlib.h>

enum { READ_PATIENCE_MS = 120000, CALL_PATIENCE_MS = 60000, STEP_MS = 100 };

struct online {
    struct arena *arena;
    struct config *config;               /* with the keys, which nobody else in this program has */
    struct poweroffice *po;
    struct refreader *reader;
};

enum err online_open(struct context *context, struct online **ret_online)
{
    struct online *online = calloc(1, sizeof *online);
    enum err err;

    if (!online)
        return ERR_MEMORY;
    online->arena = context->arena;
    err = context_keys(context, &online->config);
    if (!err)
        err = poweroffice_open_alone(online->config, &online->po, &context->fault);
    if (!err)
        err = refreader_open(online->po, &online->reader);
    if (err) {
        online_close(online);
        return err;
    }
    *ret_online = online;
    return ERR_OK;
}

void online_close(struct online *online)
{
    if (!online)
        return;
    refreader_close(online->reader);
    poweroffice_close(online->po);
    config_free(online->config);
    free(online);
}

struct refstore *online_refstore(struct online *online)
{
    return poweroffice_refstore(online->po);
}

static void read_done(void *context, struct str client_id, enum err err)
{
    (void)client_id;
    *(enum err *)context = err;
}

static bool client_before(const struct venue *const *venues, size_t i, size_t *ret_same)
{
    for (*ret_same = 0; *ret_same < i; (*ret_same)++)
        if (str_equal(venues[*ret_same]->client_id, venues[i]->client_id))
            return true;
    return false;
}

/* What the settings of the client's venues name beside what everybody wants. */
static unsigned names_of(const struct venue *const *venues, size_t count, struct str client_id)
{
    unsigned names = 0;

    for (size_t i = 0; i < count; i++)
        if (str_equal(venues[i]->client_id, client_id))
            names |= refreader_names(venues[i]);
    return names;
}

/* The same venue with its key; NULL: it is left out by now. */
static const struct venue *keyed(const struct online *online, const struct venue *venue)
{
    return config_venue(online->config, venue->id);
}

/* ERR_BUSY stands for "not yet" in result, and is no answer of the reader. */
void online_read(struct online *online, const struct venue *const *venues, size_t count, unsigned want,
                 enum err *result)
{
    int64_t until_ms = clock_steady_ms() + READ_PATIENCE_MS;
    size_t same;

    for (size_t i = 0; i < count; i++) {
        const struct venue *venue = keyed(online, venues[i]);
        enum err err = ERR_BUSY;

        result[i] = venue && venue->client_key.len ? ERR_BUSY : ERR_NOT_FOUND;
        if (result[i] == ERR_NOT_FOUND || client_before(venues, i, &same))
            continue;
        while (err == ERR_BUSY && clock_steady_ms() < until_ms) {
            err = refreader_read(online->reader, venue, want | names_of(venues, count, venues[i]->client_id), read_done,
                                 &result[i]);
            if (err == ERR_BUSY)
                poweroffice_run(online->po, clock_steady_ms() + STEP_MS);
        }
        if (err)
            result[i] = err == ERR_BUSY ? ERR_NETWORK : err;
    }
    while (refreader_under_way(online->reader) && clock_steady_ms() < until_ms)
        poweroffice_run(online->po, clock_steady_ms() + STEP_MS);
    for (size_t i = 0; i < count; i++) {
        if (result[i] == ERR_BUSY && client_before(venues, i, &same))
            result[i] = result[same];
        if (result[i] == ERR_BUSY)
            result[i] = ERR_NETWORK;
    }
}

struct waiting { struct arena *arena; bool done; struct online_answer answer; };

static void answered_(void *context, const struct answer *answer)
{
    struct waiting *waiting = context;
    const char *between = answer->title[0] && answer->detail[0] ? ": " : "";

    waiting->done = true;
    waiting->answer = (struct online_answer){
        answer->outcome, answer->status, arena_copy(waiting->arena, answer->body),
        arena_format(waiting->arena, "%s%s%s", answer->title, between, answer->detail), answer->last_page, answer->next };
}

enum err online_call(struct online *online, const struct venue *venue, enum call_method method, struct str path,
                     struct str body, struct online_answer *ret_answer)
{
    int64_t until_ms = clock_steady_ms() + CALL_PATIENCE_MS;
    struct call call = { .venue = keyed(online, venue), .method = method, .path = path, .body = body, .doc = venue->id };
    struct waiting *waiting = arena_alloc(online->arena, sizeof *waiting);
    enum err err;

    if (!waiting)
        return ERR_MEMORY;
    if (!call.venue)
        return ERR_NOT_FOUND;
    waiting->arena = online->arena;                  /* a late answer still finds its place */
    err = poweroffice_call(online->po, &call, answered_, waiting);
    while (!err && !waiting->done && clock_steady_ms() < until_ms)
        poweroffice_run(online->po, clock_steady_ms() + STEP_MS);
    if (!err && !waiting->done)
        err = ERR_NETWORK;
    if (!err)
        *ret_answer = waiting->answer;
    return err;
}
