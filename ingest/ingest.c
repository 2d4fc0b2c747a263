#include "ingest.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>

static enum err on_http(struct stage *stage, void *state, int fd)
{
    struct ingest *ingest = state;

    (void)stage;
    (void)fd;
    http_run(ingest->http);
    return ERR_OK;
}

static enum err on_batch(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct ingest *ingest = state;

    (void)stage;
    return batches_take(ingest->batches, link, frames);
}

static const char *on_peer(struct stage *stage, void *state, struct str key)
{
    struct ingest *ingest = state;

    (void)stage;
    return batches_admit(ingest->batches, key);
}

static enum err on_reader(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct ingest *ingest = state;

    (void)stage;
    (void)link;
    return logservice_take(ingest->logservice, frames);
}

void ingest_close(struct stage *stage, void *state)
{
    struct ingest *ingest = state;

    (void)stage;
    http_close(ingest->http);
    batches_close(ingest->batches);
    doors_close(ingest->doors);
    spool_close(ingest->spool);
    retention_close(ingest->retention);
    logservice_close(ingest->logservice);
    intake_close(ingest->intake);
    eventlog_close(ingest->log);
    pseudonyms_close(ingest->pseudonyms);
    free(ingest);
}

static enum err open_sources(struct stage *stage, struct ingest *ingest, struct str folder, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    enum err err = ERR_OK;

    if (config->http_listen.len || config->zeromq_listen.len)
        err = doors_open(config->state_dir, 0, &ingest->doors, fault);
    if (!err)
        err = batches_open(stage, ingest->intake, ingest->doors, on_batch, on_peer, &ingest->batches, fault);
    if (!err)
        err = logservice_open(stage, ingest->log, on_reader, &ingest->logservice, fault);
    if (!err)
        err = retention_open(stage, ingest->log, ingest->logservice, &ingest->retention);
    if (!err && config->spool.len)
        err = spool_open(stage, ingest->intake, ingest->log, config->spool, &ingest->spool, fault);
    if (!err && config->http_listen.len)
        err = http_open(stage, ingest->intake, ingest->doors, folder, &ingest->http, fault);
    if (!err && ingest->http)
        err = stage_watch(stage, http_fd(ingest->http), on_http);
    return err;
}

/* Who began to forget somebody must end it: only they know the name. The scope is the venue, or the company whose customer it is. */
static enum err tell_begun(struct str scope, struct str pseudonym, void *context)
{
    (void)context;
    log_fact("level=warning what=\"bilag forget was broken off\" at=" STR_FMT " pseudonym=" STR_FMT " do=\"stop the stages and "
             "give the same command again\"", STR_ARG(scope), STR_ARG(pseudonym));
    return ERR_OK;
}

static enum err open_pseudonyms(struct ingest *ingest, const struct config *config, struct fault *fault)
{
    enum err err = pseudonyms_open(config->state_dir, STORE_READ_ONLY, &ingest->pseudonyms, fault);

    if (err || !ingest->pseudonyms)
        return err;
    eventlog_use_pseudonyms(ingest->log, ingest->pseudonyms);
    return pseudonyms_begun(ingest->pseudonyms, tell_begun, NULL);
}

enum err ingest_open(struct stage *stage, void **ret_state, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    struct ingest *ingest = calloc(1, sizeof *ingest);
    struct str folder = arena_format(stage_arena(stage), STR_FMT "/ingest", STR_ARG(config->state_dir));
    enum err err;

    if (!ingest || !folder.bytes) {
        free(ingest);
        return fault_set(fault, ERR_MEMORY, "out of memory");
    }
    err = eventlog_open(folder, config->partitions, 0, &ingest->log, fault);
    if (!err)
        err = open_pseudonyms(ingest, config, fault);
    if (!err)
        err = intake_open(ingest->log, config, &ingest->intake);
    if (!err)
        err = open_sources(stage, ingest, folder, fault);
    if (err) {
        ingest_close(stage, ingest);
        return err;
    }
    *ret_state = ingest;
    return ERR_OK;
}

enum err ingest_reload(struct stage *stage, void *state)
{
    struct ingest *ingest = state;

    intake_config(ingest->intake, stage_config(stage));
    if (ingest->http)
        http_reload(ingest->http);
    retention_again(ingest->retention);
    return ERR_OK;
}

void ingest_count(struct stage *stage, const struct ingest *ingest)
{
    const struct intake_counts *counts = intake_counts(ingest->intake);

    stage_counter_set(stage, "accepted", (int64_t)counts->accepted);
    stage_counter_set(stage, "duplicates", (int64_t)counts->duplicates);
    stage_counter_set(stage, "conflicts", (int64_t)counts->conflicts);
    stage_counter_set(stage, "parked", (int64_t)counts->parked);
    stage_counter_set(stage, "rejected", (int64_t)counts->rejected);
    stage_counter_set(stage, "forbidden", (int64_t)counts->forbidden);
    stage_counter_set(stage, "commits", (int64_t)counts->commits);
    stage_counter_set(stage, "commit_failures", (int64_t)counts->failures);
    stage_counter_set(stage, "refusals_trimmed", (int64_t)counts->trimmed);
    stage_counter_set(stage, "readers", (int64_t)logservice_readers(ingest->logservice));
}

void ingest_status(struct stage *stage, void *state, struct strbuf *json)
{
    struct ingest *ingest = state;

    (void)stage;
    if (ingest->spool)
        spool_status(ingest->spool, json);
    if (ingest->http)
        http_status(ingest->http, json);
    histogram_json(&intake_counts(ingest->intake)->acknowledged, "sale_to_acknowledged", json);
}
