#include "reading.h"

#include "decisions.h"
#include "fold.h"
#include "needed.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>

enum { CREDIT_EVENTS = 4096, NEEDED_EVERY_MS = 10 * 60 * 1000 };

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

enum err reading_all_due(struct stage *stage, struct mapper *mapper, uint32_t partition)
{
    struct due_load load = { mapper, stage, partition };

    return store_read(mapper->store, due_work, &load);
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
enum err reading_take_partition(struct stage *stage, struct mapper *mapper, struct partition *partition)
{
    enum err err = fold_offset(mapper->store, partition->number, &partition->next);

    if (!err)
        err = decisions_place(mapper->store, partition->number, &partition->audit_next);
    if (!err)
        err = reading_all_due(stage, mapper, partition->number);
    partition->caught_up = false;
    partition->needed_ms = 0;
    partition->parked = partition->undecided = true;
    partition->waiting_count = 0;        /* it is read again from the first of them */
    mapper->audit_ms = 0;
    return err;
}

/* What the log must keep changes slowly, for what comes to be needed comes at its end: what is read after this counts as
 * needed until it is asked again. A partition a turn. */
enum err reading_say_needed(struct stage *stage, struct mapper *mapper)
{
    int64_t now = stage_steady_ms(stage);

    for (uint32_t i = 0; i < (uint32_t)stage_config(stage)->partitions; i++) {
        struct partition *partition = partitions_mine(mapper->partitions, i);
        uint64_t from;
        enum err err;

        if (!partition || partition->needed_ms > now)
            continue;
        partition->needed_ms = now + NEEDED_EVERY_MS;
        err = needed_from(mapper->store, stage_config(stage), i, &mapper->build_arena, &from);
        if (!err)
            logclient_needs(mapper->log, i, from < partition->next ? from : partition->next);
        return err;
    }
    return ERR_OK;
}

/* A piece a turn and partition, however much it is. */
enum err reading_fold_parked(struct stage *stage, struct mapper *mapper)
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

enum err reading_share_partitions(struct stage *stage, struct mapper *mapper)
{
    struct partition *partition;
    enum err err = ERR_OK;

    while ((partition = partitions_lost(mapper->partitions)) != NULL) {
        logclient_drop(mapper->log, partition->number);
        schedule_drop_partition(mapper->schedule, partition->number);
    }
    while (!err && (partition = partitions_won(mapper->partitions, stage_steady_ms(stage))) != NULL)
        err = reading_take_partition(stage, mapper, partition);
    stage_counter_set(stage, "partitions", (int64_t)partitions_count(mapper->partitions));
    return err;
}

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

enum err reading_log(struct stage *stage, void *state, struct link *link, const struct frames *frames)
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
