#include "online.h"

#include "poweroffice/asker.h"

#include <stdlib.h>

enum { READ_PATIENCE_MS = 120000, CALL_PATIENCE_MS = 60000, STEP_MS = 100 };

struct online {
    struct arena *arena;
    const struct config *config;         /* whose venues are asked about */
    struct config *keyed;                /* NULL: the uploader asks, or who opened us has the keys; else they are here alone */
    struct asker *asker;                 /* NULL: it asks by itself */
    struct poweroffice *po;
    struct refreader *reader;
};

/* Nobody else in this program has the keys. */
static enum err ask_oneself(struct context *context, struct online *online)
{
    enum err err = context->config->holds_keys ? ERR_OK : context_keys(context, &online->keyed);

    online->config = online->keyed ? online->keyed : context->config;
    return err ? err : poweroffice_open_alone(online->config, &online->po, &context->fault);
}

/* Keys of which we have the marks alone: as the uploader wrote them, for they are another user's. */
static bool keys_are_others(const struct context *context)
{
    return context->config->marks.file_missed && !context->config->holds_keys;
}

/* ERR_NOT_FOUND: the one who has keys is to ask himself. */
static enum err ask_uploader(struct context *context, struct online *online)
{
    bool others = keys_are_others(context);
    struct fault fault = { "" };
    enum err err = asker_open(context->config, &online->asker, &fault);

    if (!err && !others && !asker_same_set_up(online->asker)) {
        asker_close(online->asker);
        online->asker = NULL;
        return ERR_NOT_FOUND;
    }
    if (err && !others)
        return ERR_NOT_FOUND;
    online->config = context->config;
    if (err)
        context->fault = fault;
    return err ? err : poweroffice_open_asking(online->config, online->asker, &online->po, &context->fault);
}

/* The uploader first; without one, whoever may read the keys asks by himself, as long as this takes. */
static enum err open_way(struct context *context, enum online_use use, struct online *online)
{
    enum err err = ERR_NOT_FOUND;

    if (use == ONLINE_READS && !context->config->holds_keys)
        err = ask_uploader(context, online);
    return err == ERR_NOT_FOUND && !context->fault.text[0] ? ask_oneself(context, online) : err;
}

enum err online_open(struct context *context, enum online_use use, struct online **ret_online)
{
    struct online *online = calloc(1, sizeof *online);
    enum err err;

    if (!online)
        return ERR_MEMORY;
    online->arena = context->arena;
    context->fault = (struct fault){ "" };
    err = open_way(context, use, online);
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
    asker_close(online->asker);
    config_free(online->keyed);
    free(online);
}

struct refstore *online_refstore(struct online *online)
{
    return poweroffice_refstore(online->po);
}

const char *online_why(const struct online *online, enum err err)
{
    const char *trouble = online->asker ? asker_trouble(online->asker) : "";

    return trouble[0] ? trouble : err_text(err);
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

/* The same venue as it is asked about; NULL: it is left out by now. */
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
