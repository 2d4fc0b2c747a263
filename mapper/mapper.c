#include "mapper.h"

#include "hearing.h"
#include "reading.h"
#include "tables.h"

#include "domain/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

enum { ARENA_BYTES = 256 * 1024 * 1024 };

static enum err judge_setups(struct stage *stage, struct mapper *mapper)
{
    const struct config *config = stage_config(stage);
    bool *allowed = calloc(config->venue_count + 1, sizeof *allowed);

    if (!allowed)
        return ERR_MEMORY;
    for (size_t i = 0; i < config->venue_count; i++)
        allowed[i] = setup_transfer_allowed(config, &config->venues[i]);
    free(mapper->transfer_allowed);
    mapper->transfer_allowed = allowed;
    return ERR_OK;
}

enum err mapper_reload(struct stage *stage, void *state)
{
    struct mapper *mapper = state;
    const struct config *config = stage_config(stage);
    enum err err = link_push_widen(mapper->validators, "validator", config->stages.validator);

    if (!err)
        err = judge_setups(stage, mapper);
    partitions_wanted(mapper->partitions, stage_instance(stage), config->stages.mapper);
    schedule_all_dirty(mapper->schedule, stage_steady_ms(stage));
    for (uint32_t i = 0; !err && i < (uint32_t)config->partitions; i++) {
        struct partition *partition = partitions_mine(mapper->partitions, i);

        if (partition) {                 /* venues that are known now: what was parked for them first */
            logclient_drop(mapper->log, i);
            err = reading_take_partition(stage, mapper, partition);
        }
    }
    return err;
}

enum err mapper_open(struct stage *stage, void **ret_state, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    struct mapper *mapper = calloc(1, sizeof *mapper);
    char folder[600];
    struct link *seals;
    enum err err;

    if (!mapper)
        return ERR_MEMORY;
    *ret_state = mapper;
    arena_init(&mapper->fold_arena, ARENA_BYTES);
    arena_init(&mapper->build_arena, ARENA_BYTES);
    arena_init(&mapper->sends_arena, ARENA_BYTES);
    (void)snprintf(folder, sizeof folder, STR_FMT "/mapper", STR_ARG(config->state_dir));
    err = store_open(str_of(folder), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, 0, &mapper->store, fault);
    if (!err)
        err = audit_open(config->state_dir, &mapper->audit, fault);
    if (!err)
        err = pseudonyms_open(config->state_dir, STORE_READ_ONLY, &mapper->pseudonyms, fault);
    if (!err)
        err = judge_setups(stage, mapper);
    if (!err)
        err = schedule_open(&mapper->schedule);
    if (!err)
        err = trim_open(&mapper->trim);
    if (!err)
        err = day_rules_open(&mapper->day_rules);
    if (!err)
        err = partitions_open(folder, config->partitions, &mapper->partitions, fault);
    if (!err)
        err = link_push_to(stage, "validator", config->stages.validator, &mapper->validators, fault);
    if (!err) {
        char name[64];

        (void)snprintf(name, sizeof name, "mapper-%d", stage_instance(stage));
        err = link_listen(stage, ZMQ_PULL, name, hearing_seal, &seals, fault);
    }
    if (!err)
        err = logclient_open(stage, config->stages.ingest, config->partitions, reading_log, &mapper->log, fault);
    if (!err)
        partitions_wanted(mapper->partitions, stage_instance(stage), config->stages.mapper);
    return err;
}

void mapper_close(struct stage *stage, void *state)
{
    struct mapper *mapper = state;

    (void)stage;
    logclient_close(mapper->log);
    partitions_close(mapper->partitions);
    trim_close(mapper->trim);
    day_rules_close(mapper->day_rules);
    schedule_close(mapper->schedule);
    audit_close(mapper->audit);
    pseudonyms_close(mapper->pseudonyms);
    store_close(mapper->store);
    arena_free(&mapper->fold_arena);
    arena_free(&mapper->build_arena);
    arena_free(&mapper->sends_arena);
    free(mapper->transfer_allowed);
    free(mapper);
}
