/* bilag-ingest - takes sales events in from every source, checks them, appends them to the event log,
 * answers only when they are on disk, and serves the log from any offset.
 *
 * One turn: take what has arrived (HTTP, ZeroMQ, spool files) into the group, commit the group, answer
 * those who waited for it, take old events away, send the log's new events to its readers. */
#include "ingest.h"

#include "base/log.h"

static bool is_time(struct stage *stage, struct ingest *ingest)
{
    int32_t linger_ms = stage_stopping(stage) ? 0 : stage_config(stage)->ingest.linger_ms;
    int64_t wake_ms;
    bool ready = gather_ready(&ingest->gather, intake_pending(ingest->intake), intake_deliveries(ingest->intake), linger_ms,
                              stage_steady_ms(stage), &wake_ms);

    stage_wake_at(stage, wake_ms);
    return ready;
}

/* A full disk is waited out with the senders told; a store that fails otherwise is opened anew by the
 * next process. */
static bool is_final(enum err err)
{
    return err != ERR_OK && err != ERR_STORE_FULL && err != ERR_MEMORY;
}

/* When a token was last used is nice to know, and stops nothing. */
static void log_doors(enum err err)
{
    if (err)
        log_fact("level=warning what=\"the last use of tokens could not be written down\" why=\"%s\"", err_text(err));
}

/* What comes in while answers go out is looked at at once. */
static void answer_http(struct stage *stage, struct ingest *ingest)
{
    size_t pending = intake_pending(ingest->intake);

    http_answer(ingest->http);
    if (intake_pending(ingest->intake) != pending)
        stage_wake_at(stage, stage_steady_ms(stage));
}

static enum err ingest_turn(struct stage *stage, void *state)
{
    struct ingest *ingest = state;
    enum err err = ERR_OK, commit_err = ERR_OK;

    if (ingest->http)
        http_turn(ingest->http);
    if (ingest->spool && !stage_stopping(stage))
        err = spool_turn(ingest->spool);
    if (is_time(stage, ingest))
        commit_err = intake_commit(ingest->intake, stage_now_ms(stage));
    if (ingest->http)
        answer_http(stage, ingest);
    batches_answer(ingest->batches);
    stage_wake_at(stage, intake_tell(ingest->intake, stage_steady_ms(stage)));
    ingest_count(stage, ingest);
    if (is_final(err) || is_final(commit_err))
        return is_final(err) ? err : commit_err;
    if (ingest->doors)
        log_doors(doors_turn(ingest->doors, stage_now_ms(stage)));
    err = retention_turn(ingest->retention);
    return err ? err : logservice_turn(ingest->logservice);
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
