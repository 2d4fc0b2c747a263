/* bilag-mapper - folds the log into settlements, maps them to drafts, and sends each draft until it is sealed.
 *
 * Offsets and settlements are committed together; drafts leave after the commit that keeps them. A partition has
 * one mapper at a time (partitions.h); which of the instances follows from the number of them. */
#include "domain/audit.h"
#include "decisions.h"
#include "fold.h"
#include "base/killpoint.h"
#include "base/log.h"
#include "stage/logclient.h"
#include "round.h"
#include "partitions.h"
#include "schedule.h"
#include "seals.h"
#include "domain/setup.h"
#include "stage/stage.h"
#include "trim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

enum { CREDIT_EVENTS = 4096, AUDIT_POLL_MS = 200, RELAX_EVERY_MS = 250, ARENA_BYTES = 256 * 1024 * 1024,
       RELAX_BYTES = 32 * 1024 * 1024 };

struct mapper {
    struct store *store;
    struct audit *audit;
    struct logclient *log;
    struct link *validators;
    struct partitions *partitions;
    struct schedule *schedule;
    struct trim *trim;
    struct arena fold_arena, build_arena, sends_arena;
    bool *transfer_allowed;              /* per venue of the configuration: judged once, when it is loaded */
    int64_t audit_ms, relax_ms;
};

/* --- taking over a partition --- */

struct due_load { struct mapper *mapper; struct stage *stage; uint32_t partition; };

static enum err due_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct due_load *load = context;
    struct str venue;
    struct day_due *due;
    size_t at = 0;
    int32_t day;

    (void)txn;
    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_day(key, &at, &day))
        return ERR_STORE_DAMAGED;
    if (venue_partition(venue, stage_config(load->stage)->partitions) != load->partition)
        return ERR_OK;
    due = schedule_put(load->mapper->schedule, venue, day, load->partition);
    if (!due)
        return ERR_MEMORY;
    due->dirty = true;
    schedule_look_at(load->mapper->schedule, due, stage_steady_ms(load->stage));
    return ERR_OK;
}

static enum err due_work(struct txn *txn, void *context)
{
    return store_walk(txn, TABLE_DUE, STR_NONE, STR_NONE, due_seen, context);
}

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Any event of a venue may be the number that another of its days waits for. */
static void wake_awaiting(struct stage *stage, struct mapper *mapper, const struct fold *fold)
{
    struct str *venues = arena_array(&mapper->fold_arena, fold->touched_count, sizeof *venues);
    size_t count = 0;

    for (size_t i = 0; venues && i < fold->touched_count; i++)
        venues[i] = fold->touched[i].venue;
    if (!venues)
        return;
    qsort(venues, fold->touched_count, sizeof *venues, by_name);
    for (size_t i = 0; i < fold->touched_count; i++)
        if (count == 0 || !str_equal(venues[i], venues[count - 1]))
            venues[count++] = venues[i];
    schedule_venues_await(mapper->schedule, venues, count,
                          stage_steady_ms(stage) + stage_config(stage)->mapper.preview_ms / 4);
}

static void touched(struct stage *stage, struct mapper *mapper, const struct fold *fold)
{
    int64_t now = stage_steady_ms(stage);

    for (size_t i = 0; i < fold->touched_count; i++) {
        struct day_due *due = schedule_put(mapper->schedule, fold->touched[i].venue, fold->touched[i].day,
                                       fold->partition);
        int64_t at;

        if (!due)
            continue;                    /* out of memory: the day stays in TABLE_DUE for the next start */
        at = due->previewed_ms + stage_config(stage)->mapper.preview_ms;
        due->dirty = true;
        if (due->look_ms > at)
            schedule_look_at(mapper->schedule, due, at > now ? at : now);
    }
    wake_awaiting(stage, mapper, fold);
    stage_counter_add(stage, "events", (int64_t)fold->events);
    stage_counter_add(stage, "duplicates", (int64_t)fold->duplicates);
    stage_counter_add(stage, "conflicts", (int64_t)fold->conflicts);
    stage_counter_add(stage, "parked", (int64_t)fold->parked);
    stage_counter_add(stage, "damaged", (int64_t)fold->damaged);
}

static struct fold fold_for(struct stage *stage, struct mapper *mapper, uint32_t partition)
{
    return (struct fold){ .config = stage_config(stage), .arena = &mapper->fold_arena,
                          .now_ms = stage_now_ms(stage), .partition = partition };
}

/* What waited for its venue comes first, because places rise; the log goes on after it. */
static enum err take_partition(struct stage *stage, struct mapper *mapper, struct partition *partition)
{
    struct due_load load = { mapper, stage, partition->number };
    enum err err = fold_offset(mapper->store, partition->number, &partition->next);

    if (!err)
        err = decisions_place(mapper->store, partition->number, &partition->audit_next);
    if (!err)
        err = store_read(mapper->store, due_work, &load);
    partition->caught_up = false;
    partition->parked = true;
    mapper->audit_ms = 0;
    return err;
}

/* A piece a turn and partition, however much it is. */
static enum err fold_what_waited(struct stage *stage, struct mapper *mapper)
{
    enum err err = ERR_OK;

    for (uint32_t i = 0; !err && i < (uint32_t)stage_config(stage)->partitions; i++) {
        struct partition *partition = partitions_mine(mapper->partitions, i);
        struct fold fold;

        if (!partition || !partition->parked)
            continue;
        fold = fold_for(stage, mapper, i);
        err = fold_parked(&fold, mapper->store);
        if (err)
            return err;
        touched(stage, mapper, &fold);
        partition->parked = fold.events > 0;
        if (partition->parked)
            stage_wake_at(stage, stage_steady_ms(stage));
        else
            logclient_ask(mapper->log, i, partition->next, CREDIT_EVENTS);
    }
    return err;
}

static enum err share_partitions(struct stage *stage, struct mapper *mapper)
{
    struct partition *partition;
    enum err err = ERR_OK;

    while ((partition = partitions_lost(mapper->partitions)) != NULL) {
        logclient_drop(mapper->log, partition->number);
        schedule_drop_partition(mapper->schedule, partition->number);
    }
    while (!err && (partition = partitions_won(mapper->partitions, stage_steady_ms(stage))) != NULL)
        err = take_partition(stage, mapper, partition);
    stage_counter_set(stage, "partitions", (int64_t)partitions_count(mapper->partitions));
    return err;
}

/* --- the log --- */

static enum err fold_all(struct stage *stage, struct mapper *mapper, struct partition *partition,
                         struct logbatch *batch)
{
    size_t folded;

    for (size_t left = batch->count; left; left -= folded) {
        struct fold fold = fold_for(stage, mapper, batch->partition);
        enum err err = fold_some(&fold, mapper->store, partition->next, &batch->events, left, &folded);

        if (err)
            return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;  /* a message that is passed over would be missing */
        touched(stage, mapper, &fold);
        partition->next += folded;
    }
    return ERR_OK;
}

/* An older copy of the log was put back: what comes under its numbers now is not what came under them before. */
static void log_is_older(struct stage *stage, struct partition *partition, const struct logbatch *batch)
{
    partition->caught_up = false;                    /* no day closes on what may be missing */
    partition->lag = 0;
    stage_counter_set(stage, "log_older", 1);
    if (!partition->told_older)
        log_fact("level=error what=\"the event log ends before what was read of it: an older copy was put back; this "
                 "partition stands still\" partition=%" PRIu32 " read=%" PRIu64 " log_ends=%" PRIu64 " do=\"put back all "
                 "stores from the same backup (bilag restore)\"", partition->number, partition->next, batch->end);
    partition->told_older = true;
}

static enum err log_came(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct mapper *mapper = state;
    struct partition *partition;
    struct logbatch batch;
    bool was_caught_up;
    enum err err = logclient_take(mapper->log, link, frames, &batch);

    if (err)
        return err == ERR_BUSY ? ERR_OK : err;
    partition = partitions_mine(mapper->partitions, batch.partition);
    if (!partition || partition->parked || batch.first != partition->next)
        return ERR_OK;
    if (batch.end < batch.first) {
        log_is_older(stage, partition, &batch);
    } else {
        was_caught_up = partition->caught_up;
        err = fold_all(stage, mapper, partition, &batch);
        if (err)
            return err;
        partition->caught_up = partition->next >= batch.end;
        partition->lag = batch.end - partition->next;
        if (partition->caught_up && !was_caught_up)
            schedule_log_read(mapper->schedule, partition->number, stage_steady_ms(stage));
    }
    if (batch.last)
        logclient_ask(mapper->log, batch.partition, partition->next, CREDIT_EVENTS);
    return ERR_OK;
}

/* --- seals and decisions --- */

static void look_again(struct stage *stage, struct mapper *mapper, struct str venue, int32_t day)
{
    uint32_t partition = venue_partition(venue, stage_config(stage)->partitions);
    struct day_due *due = schedule_put(mapper->schedule, venue, day, partition);

    if (!due)
        return;
    due->dirty = true;
    due->resend_wait_ms = 0;
    schedule_look_at(mapper->schedule, due, stage_steady_ms(stage));
}

static enum err seal_came(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct mapper *mapper = state;
    struct seal seal;
    char id[DOC_ID_SIZE];
    enum err err = seal_decode(frames->part[0], &seal);

    (void)link;
    if (err)
        return err;
    if (!partitions_mine(mapper->partitions, venue_partition(seal.doc.venue, stage_config(stage)->partitions)))
        return ERR_OK;                   /* every mapper is told; one of them minds */
    err = seals_apply(mapper->store, &seal, &mapper->build_arena);
    if (err)
        return err;
    log_doc(doc_text(&seal.doc, id), "what=%s revision=%" PRIu32,
            seal.behind ? "behind" : seal.reversed ? "unsealed" : "sealed", seal.revision);
    stage_counter_add(stage, "seals", 1);
    look_again(stage, mapper, seal.doc.venue, seal.doc.day);
    return ERR_OK;
}

struct decisions { struct stage *stage; struct mapper *mapper; struct partition *partition; };

static enum err decision_came(const struct decision *decision, void *context)
{
    struct decisions *decisions = context;
    struct mapper *mapper = decisions->mapper;
    struct str venue;
    int32_t day;
    enum err err = decisions_apply(mapper->store, stage_config(decisions->stage), decisions->partition->number,
                                   decision, &mapper->build_arena, &venue, &day);

    if (err)
        return err;
    decisions->partition->audit_next = decision->number + 1;
    if (venue.len && day == DAY_ALWAYS) {
        struct due_load load = { mapper, decisions->stage, decisions->partition->number };

        return store_read(mapper->store, due_work, &load);
    }
    if (venue.len)
        look_again(decisions->stage, mapper, venue, day);
    return ERR_OK;
}

/* A store that knows of no decision may have been lost: all that were ever made are about days that are built again only
 * when the log has been read. */
static bool may_decide(struct partition *partition)
{
    partition->undecided = partition->audit_next == 1 && !partition->caught_up;
    return !partition->undecided;
}

static enum err read_decisions(struct stage *stage, struct mapper *mapper)
{
    bool changed;
    enum err err = ERR_OK;

    if (stage_steady_ms(stage) >= mapper->audit_ms) {
        changed = audit_changed(mapper->audit) || mapper->audit_ms == 0;
        mapper->audit_ms = stage_steady_ms(stage) + AUDIT_POLL_MS;
        for (uint32_t i = 0; !err && i < (uint32_t)stage_config(stage)->partitions; i++) {
            struct partition *partition = partitions_mine(mapper->partitions, i);
            struct decisions context = { stage, mapper, partition };

            if (partition && (changed || partition->undecided) && may_decide(partition))
                err = audit_read(mapper->audit, partition->audit_next, decision_came, &context);
        }
    }
    stage_wake_at(stage, mapper->audit_ms);
    return err;
}

static enum err look_at_days(struct stage *stage, struct mapper *mapper)
{
    struct round round = { .stage = stage, .store = mapper->store, .schedule = mapper->schedule,
                           .partitions = mapper->partitions, .validators = mapper->validators,
                           .transfer_allowed = mapper->transfer_allowed, .build_arena = &mapper->build_arena,
                           .sends_arena = &mapper->sends_arena };
    int64_t next;
    enum err err = round_turn(&round, &next);

    stage_wake_at(stage, next);
    return err;
}

/* --- the stage --- */

static enum err mapper_turn(struct stage *stage, void *state)
{
    struct mapper *mapper = state;
    int64_t now = stage_steady_ms(stage), trim_ms = INT64_MAX;
    enum err err = share_partitions(stage, mapper);

    if (!err)
        err = fold_what_waited(stage, mapper);
    if (!err)
        err = read_decisions(stage, mapper);
    if (!err)
        err = look_at_days(stage, mapper);
    if (!err)
        err = trim_turn(mapper->trim, mapper->store, stage_config(stage), mapper->partitions, stage_now_ms(stage),
                        now, &trim_ms);
    stage_wake_at(stage, trim_ms);
    logclient_turn(mapper->log);
    if (now >= mapper->relax_ms) {
        mapper->relax_ms = now + RELAX_EVERY_MS;
        store_relax_above(mapper->store, RELAX_BYTES);
    }
    stage_counter_set(stage, "days_due", (int64_t)schedule_count(mapper->schedule));
    stage_counter_set(stage, "lag", (int64_t)partitions_lag(mapper->partitions));
    stage_wake_at(stage, now + 1000);
    return err;
}

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

static enum err mapper_reload(struct stage *stage, void *state)
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
            err = take_partition(stage, mapper, partition);
        }
    }
    return err;
}

static enum err mapper_open(struct stage *stage, void **ret_state, struct fault *fault)
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
        err = judge_setups(stage, mapper);
    if (!err)
        err = schedule_open(&mapper->schedule);
    if (!err)
        err = trim_open(&mapper->trim);
    if (!err)
        err = partitions_open(folder, config->partitions, &mapper->partitions, fault);
    if (!err)
        err = link_push_to(stage, "validator", config->stages.validator, &mapper->validators, fault);
    if (!err) {
        char name[64];

        (void)snprintf(name, sizeof name, "mapper-%d", stage_instance(stage));
        err = link_listen(stage, ZMQ_PULL, name, seal_came, &seals, fault);
    }
    if (!err)
        err = logclient_open(stage, config->stages.ingest, config->partitions, log_came, &mapper->log, fault);
    if (!err)
        partitions_wanted(mapper->partitions, stage_instance(stage), config->stages.mapper);
    return err;
}

static void mapper_close(struct stage *stage, void *state)
{
    struct mapper *mapper = state;

    (void)stage;
    logclient_close(mapper->log);
    partitions_close(mapper->partitions);
    trim_close(mapper->trim);
    schedule_close(mapper->schedule);
    audit_close(mapper->audit);
    store_close(mapper->store);
    arena_free(&mapper->fold_arena);
    arena_free(&mapper->build_arena);
    arena_free(&mapper->sends_arena);
    free(mapper->transfer_allowed);
    free(mapper);
}

int main(int argc, char **argv)
{
    static const struct stage_ops ops = {
        .name = "mapper", .about = "folds receipts into settlements and maps them to drafts",
        .open = mapper_open, .close = mapper_close, .reload = mapper_reload, .turn = mapper_turn,
    };

    return stage_main(&ops, argc, argv);
}
