/* bilag-validator - a pure function: a draft and PowerOffice's reference data come in, a verdict goes out.
 * The verdict is ready, or held with every problem named. Nothing is kept. When the next stage is busy, the one
 * verdict at hand waits, and drafts wait in the socket; when it stays down, its verdicts are let go, so that orders
 * never hold up vouchers: the mapper repeats every draft until it is sealed. */
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "refcache.h"
#include "rules.h"
#include "stage/stage.h"

enum { RETRY_MS = 20, PATIENCE_MS = 1000, VERDICT_BYTES_MAX = 2 * DRAFT_BYTES_MAX, SOCKET_NAME_MAX = 32 };

struct validator {
    struct refstore *store;
    struct refcache *cache;
    struct next { struct link *link; bool down; int64_t busy_since_ms; } uploaders, invoicers, *unsent_to;
    struct strbuf verdict;                /* being made, or unsent */
};

static void validator_close(struct stage *stage, void *state)
{
    struct validator *validator = state;

    (void)stage;
    refcache_close(validator->cache);
    refstore_close(validator->store);
    strbuf_free(&validator->verdict);
    free(validator);
}

/* The verdict leaves, or waits for a peer while no drafts are taken, or is let go. */
static enum err verdict_send(struct stage *stage, struct validator *validator, struct next *next)
{
    struct str bytes = strbuf_str(&validator->verdict);
    int64_t now = stage_steady_ms(stage);
    enum err err = link_send(next->link, &bytes, 1);

    if (err && err != ERR_BUSY)
        return err;
    if (!err)
        next->down = false;
    else if (validator->unsent_to != next)
        next->busy_since_ms = now;
    else if (now - next->busy_since_ms >= PATIENCE_MS)
        next->down = true;
    validator->unsent_to = err && !next->down ? next : NULL;
    stage_pause(stage, validator->unsent_to != NULL);
    if (validator->unsent_to)
        stage_wake_at(stage, now + RETRY_MS);
    else
        stage_counter_add(stage, err ? "verdicts_not_taken" : "verdicts", 1);
    return ERR_OK;
}

static enum err facts_gather(struct validator *validator, const struct draft *draft, struct facts *ret_facts)
{
    struct facts facts = { .refdata = NULL };
    enum err err = refcache_get(validator->cache, draft->client_id, &facts.refdata);

    if (!err && draft->doc.kind == DOC_ORDER && draft->customer.len) {
        err = customer_link_get(validator->store, draft->company, draft->customer, &facts.customer_no);
        if (err == ERR_NOT_FOUND || err == ERR_TOO_LONG)
            err = ERR_OK;
    }
    if (!err)
        *ret_facts = facts;
    return err;
}

static enum err draft_handle(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct validator *validator = state;
    struct draft draft;
    struct facts facts;
    struct verdict verdict;
    enum err err;

    (void)link;
    err = frames->count == 1 ? draft_decode(frames->part[0], stage_arena(stage), &draft) : ERR_FORMAT;
    if (!err)
        err = facts_gather(validator, &draft, &facts);
    if (err)
        return err;
    verdict = (struct verdict){ .draft_bytes = frames->part[0], .problems = draft.problems };
    err = rules_judge(&draft, &facts, stage_arena(stage), &verdict.problems);
    if (err)
        return err;
    strbuf_reset(&validator->verdict);
    verdict_encode(&verdict, &validator->verdict);
    if (validator->verdict.failed)
        return ERR_MEMORY;
    stage_counter_add(stage, verdict.problems.count ? "held" : "ready", 1);
    return verdict_send(stage, validator, draft.doc.kind == DOC_ORDER ? &validator->invoicers : &validator->uploaders);
}

static enum err validator_turn(struct stage *stage, void *state)
{
    struct validator *validator = state;

    return validator->unsent_to ? verdict_send(stage, validator, validator->unsent_to) : ERR_OK;
}

static enum err validator_reload(struct stage *stage, void *state)
{
    struct validator *validator = state;
    const struct config *config = stage_config(stage);
    enum err err = link_push_widen(validator->uploaders.link, "uploader", config->stages.uploader);

    return err ? err : link_push_widen(validator->invoicers.link, "invoicer", config->stages.invoicer);
}

static enum err validator_open(struct stage *stage, void **ret_state, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    struct validator *validator = calloc(1, sizeof *validator);
    char name[SOCKET_NAME_MAX];
    struct link *drafts;
    enum err err;

    if (!validator)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    *ret_state = validator;
    strbuf_init(&validator->verdict, VERDICT_BYTES_MAX);
    (void)snprintf(name, sizeof name, "validator-%d", stage_instance(stage));
    err = refstore_open(config->state_dir, 0, &validator->store, fault);
    if (!err)
        err = refcache_open(validator->store, &validator->cache);
    if (!err)
        err = link_push_to(stage, "uploader", config->stages.uploader, &validator->uploaders.link, fault);
    if (!err)
        err = link_push_to(stage, "invoicer", config->stages.invoicer, &validator->invoicers.link, fault);
    return err ? err : link_listen(stage, ZMQ_PULL, name, draft_handle, &drafts, fault);
}

static void validator_status(struct stage *stage, void *state, struct strbuf *json)
{
    const struct validator *validator = state;

    (void)stage;
    strbuf_format(json, ",\"waiting\":%d,\"reference_bytes\":%zu", validator->unsent_to ? 1 : 0,
                  refcache_bytes(validator->cache));
}

int main(int argc, char **argv)
{
    static const struct stage_ops ops = {
        .name = "validator", .about = "judges drafts: ready, or held with every problem named",
        .open = validator_open, .close = validator_close,
        .reload = validator_reload, .turn = validator_turn, .status = validator_status,
    };

    return stage_main(&ops, argc, argv);
}
