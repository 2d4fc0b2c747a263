/* bilag-ingest - takes sales events in from every source, checks them, appends them to the event log,
 * answers only when they are on disk, and serves the log from any offset.
 *
 * One turn: take what has arrived (HTTP, ZeroMQ, spool files) into the group, commit the group, answer
 * those who waited for it, take old events away, send the log's new events to its readers. */
#include <stdlib.h>

#include "batches.h"
#include "eventlog.h"
#include "http.h"
#include "intake.h"
#include "logservice.h"
#include "retention.h"
#include "spool.h"
#include "stage/stage.h"

struct ingest {
    struct eventlog *log;
    struct intake *intake;
    struct http *http;
    struct batches *batches;
    struct spool *spool;
    struct logservice *logservice;
    struct retention *retention;
    int64_t group_since_ms;              /* when the group got its first event; 0: it is empty */
};

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
    (void)link;
    return batches_take(ingest->batches, frames);
}

static enum err on_reader(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct ingest *ingest = state;

    (void)stage;
    (void)link;
    return logservice_take(ingest->logservice, frames);
}

static void ingest_close(struct stage *stage, void *state)
{
    struct ingest *ingest = state;

    (void)stage;
    http_close(ingest->http);
    batches_close(ingest->batches);
    spool_close(ingest->spool);
    retention_close(ingest->retention);
    logservice_close(ingest->logservice);
    intake_close(ingest->intake);
    eventlog_close(ingest->log);
    free(ingest);
}

static enum err open_sources(struct stage *stage, struct ingest *ingest, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    enum err err = batches_open(stage, ingest->intake, on_batch, &ingest->batches, fault);

    if (!err)
        err = logservice_open(stage, ingest->log, on_reader, &ingest->logservice, fault);
    if (!err)
        err = retention_open(stage, ingest->log, ingest->logservice, &ingest->retention);
    if (!err && config->spool.len)
        err = spool_open(stage, ingest->intake, ingest->log, config->spool, &ingest->spool, fault);
    if (!err && config->http_listen.len)
        err = http_open(stage, ingest->intake, config->http_listen, &ingest->http, fault);
    if (!err && ingest->http)
        err = stage_watch(stage, http_fd(ingest->http), on_http);
    return err;
}

static enum err ingest_open(struct stage *stage, void **ret_state, struct fault *fault)
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
        err = intake_open(ingest->log, config, &ingest->intake);
    if (!err)
        err = open_sources(stage, ingest, fault);
    if (err) {
        ingest_close(stage, ingest);
        return err;
    }
    *ret_state = ingest;
    return ERR_OK;
}

static enum err ingest_reload(struct stage *stage, void *state)
{
    struct ingest *ingest = state;

    intake_config(ingest->intake, stage_config(stage));
    retention_again(ingest->retention);
    return ERR_OK;
}

/* With nothing pending there is nothing to wait for; without a linger, what is there is committed. */
static bool is_time(struct stage *stage, struct ingest *ingest)
{
    int32_t linger_ms = stage_config(stage)->ingest.linger_ms;
    int64_t now = stage_steady_ms(stage);

    if (intake_pending(ingest->intake) == 0) {
        ingest->group_since_ms = 0;
        return false;
    }
    if (ingest->group_since_ms == 0)
        ingest->group_since_ms = now;
    if (linger_ms == 0 || stage_stopping(stage) || now >= ingest->group_since_ms + linger_ms)
        return true;
    stage_wake_at(stage, ingest->group_since_ms + linger_ms);
    return false;
}

static void count(struct stage *stage, const struct ingest *ingest)
{
    const struct intake_counts *counts = intake_counts(ingest->intake);

    stage_counter_set(stage, "accepted", (int64_t)counts->accepted);
    stage_counter_set(stage, "duplicates", (int64_t)counts->duplicates);
    stage_counter_set(stage, "conflicts", (int64_t)counts->conflicts);
    stage_counter_set(stage, "rejected", (int64_t)counts->rejected);
    stage_counter_set(stage, "commits", (int64_t)counts->commits);
    stage_counter_set(stage, "commit_failures", (int64_t)counts->failures);
    stage_counter_set(stage, "refusals_trimmed", (int64_t)counts->trimmed);
    stage_counter_set(stage, "readers", (int64_t)logservice_readers(ingest->logservice));
}

/* A full disk is waited out with the senders told; a store that fails otherwise is opened anew by the
 * next process. */
static bool is_final(enum err err)
{
    return err != ERR_OK && err != ERR_STORE_FULL && err != ERR_MEMORY;
}

static enum err ingest_turn(struct stage *stage, void *state)
{
    struct ingest *ingest = state;
    enum err err = ERR_OK, commit_err = ERR_OK;

    if (ingest->http)
        http_turn(ingest->http);
    if (ingest->spool && !stage_stopping(stage))
        err = spool_turn(ingest->spool);
    if (is_time(stage, ingest)) {
        commit_err = intake_commit(ingest->intake, stage_now_ms(stage));
        ingest->group_since_ms = 0;
    }
    if (ingest->http) {
        http_answer(ingest->http);
        if (intake_pending(ingest->intake))
            stage_wake_at(stage, stage_steady_ms(stage));    /* came in while answers went out */
    }
    batches_answer(ingest->batches);
    count(stage, ingest);
    if (is_final(err) || is_final(commit_err))
        return is_final(err) ? err : commit_err;
    err = retention_turn(ingest->retention);
    return err ? err : logservice_turn(ingest->logservice);
}

static void ingest_status(struct stage *stage, void *state, struct strbuf *json)
{
    struct ingest *ingest = state;

    (void)stage;
    if (ingest->spool)
        spool_status(ingest->spool, json);
}

int main(int argc, char **argv)
{
    static const struct stage_ops ops = {
        .name = "ingest",
        .about = "takes sales events in, keeps them for good, serves them",
        .open = ingest_open,
        .close = ingest_close,
        .reload = ingest_reload,
        .turn = ingest_turn,
        .status = ingest_status,
    };

    return stage_main(&ops, argc, argv);
}
