/* bilag-validator - a pure function: a draft and PowerOffice's reference data come in, a verdict goes out.
 * The verdict is ready, or held with every problem named. Nothing is kept. When the next stage is busy, the one
 * verdict at hand waits, and drafts wait in the socket; when it stays down, its verdicts are let go, so that orders
 * never hold up vouchers: the mapper repeats every draft until it is sealed. */
#include "verdicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "base/json_write.h"

enum { SOCKET_NAME_MAX = 32 };

static void validator_close(struct stage *stage, void *state)
{
    struct validator *validator = state;

    (void)stage;
    refcache_close(validator->cache);
    refstore_close(validator->store);
    strbuf_free(&validator->verdict);
    free(validator);
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
    return err ? err : link_listen(stage, ZMQ_PULL, name, verdicts_judge, &drafts, fault);
}

static enum err validator_turn(struct stage *stage, void *state)
{
    return verdicts_turn(stage, state);
}

static void validator_status(struct stage *stage, void *state, struct strbuf *json)
{
    const struct validator *validator = state;

    (void)stage;
    json_put_int(json, "waiting", validator->unsent_to ? 1 : 0);
    json_put_uint(json, "reference_bytes", refcache_bytes(validator->cache));
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
