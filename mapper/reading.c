#include "reading.h"

#include "decisions.h"
#include "fold.h"
#include "needed.h"

#include "base/lease.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>

enum { CREDIT_EVENTS = 4096, NEEDED_EVERY_MS = 10 * 60 * 1000,
       HEARD_BYTES = 1024 * 1024, HEARD_SOON_BYTES = 512 * 1024, FOLD_EVERY_MS = 20,        /* folded at once, or soon */
       HEARD_KEPT_BYTES = 64 * 1024, HEARD_BYTES_MAX = 128 * 1024 * 1024, HELD_EVERY_MS = 60 * 1000,
       LACKS_EVERY_MS = 1000 };

struct due_load { struct mapper *mapper; struct stage *stage; uint32_t partition; bool lacking; };

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
    if (load->lacking && schedule_find(load->mapper->schedule, venue, day))
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
    struct due_load load = { mapper, stage, partition, false };

    return store_read(mapper->store, due_work, &load);
}

void reading_lacks_day(struct mapper *mapper, uint32_t partition)
{
    struct partition *lacking = partitions_mine(mapper->partitions, partition);

    if (lacking)
        lacking->lacks_days = true;
}

enum err reading_days_again(struct stage *stage, struct mapper *mapper)
{
    int64_t now = stage_steady_ms(stage);
    enum err err = ERR_OK;

    for (uint32_t i = 0; !err && i < (uint32_t)stage_config(stage)->partitions; i++) {
        struct partition *partition = partitions_mine(mapper->partitions, i);
        struct due_load load = { mapper, stage, i, true };

        if (!partition || !partition->lacks_days || now < mapper->lacks_ms)
            continue;
        err = store_read(mapper->store, due_work, &load);
        partition->lacks_days = err != ERR_OK;
        if (err == ERR_MEMORY) {         /* it still lacks */
            mapper->lacks_ms = now + LACKS_EVERY_MS;
            err = ERR_OK;
        }
    }
    return err;
}

/* Any event of a venue may be the number that another of its days waits for. */
static void wake_awaiting(struct stage *stage, struct mapper *mapper, const struct fold *fold)
{
    int64_t at_ms = stage_steady_ms(stage) + stage_config(stage)->mapper.preview_ms / 4;

    for (size_t i = 0; i < fold->touched_count; i++)
        schedule_venue_awaits(mapper->schedule, fold->touched[i].venue, at_ms);
}

/* Not before its preview's time, and then with others: what is due within an eighth of that time shares a commit. */
static int64_t preview_at(const struct stage *stage, const struct day_due *due, int64_t now)
{
    int64_t wait_ms = stage_config(stage)->mapper.preview_ms, grid_ms = wait_ms / 8 > 0 ? wait_ms / 8 : 1;
    int64_t at = due->previewed_ms + wait_ms;

    return at > now ? (at + grid_ms - 1) / grid_ms * grid_ms : now;
}

/* Said once a minute, however many come. */
static void say_held(struct stage *stage, struct mapper *mapper, const struct fold *fold)
{
    int64_t now = stage_steady_ms(stage);

    stage_counter_add(stage, "held_by_damage", (int64_t)fold->held);
    if (fold->held == 0 || now < mapper->held_ms)
        return;
    mapper->held_ms = now + HELD_EVERY_MS;
    log_fact("level=error what=\"events wait: a record that they need is damaged in the mapper's store\" partition=%" PRIu32
             " events=%" PRIu64 " do=\"bilag fsck says what is damaged and what to do\"", fold->partition, fold->held);
}

static void touched(struct stage *stage, struct mapper *mapper, const struct fold *fold)
{
    int64_t now = stage_steady_ms(stage);

    for (size_t i = 0; i < fold->touched_count; i++) {
        struct day_due *due = schedule_put(mapper->schedule, fold->touched[i].venue, fold->touched[i].day,
                                       fold->partition);
        int64_t at;

        if (!due) {
            reading_lacks_day(mapper, fold->partition);
            continue;
        }
        at = preview_at(stage, due, now);
        due->dirty = true;
        if (due->look_ms > at)
            schedule_look_at(mapper->schedule, due, at);
    }
    wake_awaiting(stage, mapper, fold);
    stage_counter_add(stage, "events", (int64_t)fold->events);
    stage_counter_add(stage, "duplicates", (int64_t)fold->duplicates);
    stage_counter_add(stage, "conflicts", (int64_t)fold->conflicts);
    stage_counter_add(stage, "parked", (int64_t)fold->parked);
    stage_counter_add(stage, "damaged", (int64_t)fold->damaged);
    say_held(stage, mapper, fold);
}

static struct fold fold_for(struct stage *stage, struct mapper *mapper, uint32_t partition)
{
    return (struct fold){ .config = stage_config(stage), .arena = &mapper->fold_arena,
                          .now_ms = stage_now_ms(stage), .partition = partition, .day_rules = mapper->day_rules,
                          .pseudonyms = mapper->pseudonyms };
}

/* What came and is not folded comes again. */
static void unhear(struct mapper *mapper, struct partition *partition)
{
    mapper->heard_bytes -= partition->heard.len;
    if (partition->heard.cap > HEARD_KEPT_BYTES)
        strbuf_free(&partition->heard);
    else
        strbuf_reset(&partition->heard);
    partition->heard_count = 0;
    partition->was_heard = false;
}

/* What waited for its venue comes first, because places rise; the log goes on after it. */
enum err reading_take_partition(struct stage *stage, struct mapper *mapper, struct partition *partition)
{
    enum err err = fold_offset(mapper->store, partition->number, &partition->next);

    if (!err)
        err = day_rules_keep(mapper->store, mapper->audit, stage_config(stage), partition->number, partition->next,
                             stage_now_ms(stage));
    if (!err)
        err = day_rules_read(mapper->day_rules, mapper->audit);
    if (!err)
        err = decisions_place(mapper->store, partition->number, &partition->audit_next);
    if (!err)
        err = reading_all_due(stage, mapper, partition->number);
    unhear(mapper, partition);
    partition->heard.limit = HEARD_BYTES_MAX;
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

static enum err nothing(struct txn *txn, void *context)
{
    (void)txn;
    (void)context;
    return ERR_OK;
}

/* What its former mapper had begun to write is written, or will never be: then it is read how far it is folded. */
static enum err take_partition(struct stage *stage, struct mapper *mapper, struct partition *partition, bool *settled)
{
    enum err err = ERR_OK;

    if (lease_is_shared() && !*settled)
        err = store_write(mapper->store, nothing, NULL);
    *settled = !err;
    return err ? err : reading_take_partition(stage, mapper, partition);
}

enum err reading_share_partitions(struct stage *stage, struct mapper *mapper)
{
    struct partition *partition;
    enum err err = ERR_OK;
    bool settled = false, lacks = lease_lacks_stage();

    if (lacks && partitions_count(mapper->partitions))
        log_fact("level=error what=\"a stage is lacking on this machine, and another has all: the partitions are given away\"");
    partitions_leave(mapper->partitions, lacks);
    while ((partition = partitions_lost(mapper->partitions)) != NULL) {
        logclient_drop(mapper->log, partition->number);
        unhear(mapper, partition);
        schedule_drop_partition(mapper->schedule, partition->number);
    }
    while (!err && (partition = partitions_won(mapper->partitions, stage_steady_ms(stage))) != NULL)
        err = take_partition(stage, mapper, partition, &settled);
    stage_counter_set(stage, "partitions", (int64_t)partitions_count(mapper->partitions));
    return err;
}

static void folded(struct stage *stage, struct mapper *mapper, struct partition *partition, const struct fold *fold,
                   size_t count)
{
    touched(stage, mapper, fold);
    partition->next += count;
}

/* There was no memory for all at once: a partition at a time, and of it as much as there is memory for. */
static enum err fold_apart(struct stage *stage, struct mapper *mapper, struct fold *wanted)
{
    struct partition *partition = partitions_mine(mapper->partitions, wanted->partition);
    struct reader events = wanted->bytes;
    size_t done;

    for (size_t left = wanted->count; left; left -= done) {
        struct fold fold = fold_for(stage, mapper, wanted->partition);
        enum err err = fold_some(&fold, mapper->store, partition->next, &events, left, &done);

        if (err)
            return err;
        folded(stage, mapper, partition, &fold, done);
    }
    return ERR_OK;
}

static enum err fold_heard(struct stage *stage, struct mapper *mapper, struct fold *folds, size_t count)
{
    enum err err = count ? fold_together(folds, count, mapper->store) : ERR_OK;

    for (size_t i = 0; i < count && !err; i++)
        folded(stage, mapper, partitions_mine(mapper->partitions, folds[i].partition), &folds[i], folds[i].count);
    if (err != ERR_MEMORY)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;  /* a message that is passed over would be missing */
    err = ERR_OK;
    for (size_t i = 0; i < count && !err; i++)
        err = fold_apart(stage, mapper, &folds[i]);
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
}

static void caught_up(struct stage *stage, struct mapper *mapper, struct partition *partition)
{
    bool was_caught_up = partition->caught_up;

    partition->caught_up = partition->next >= partition->heard_end;
    partition->lag = partition->caught_up ? 0 : partition->heard_end - partition->next;
    if (partition->caught_up && !was_caught_up)
        schedule_log_read(mapper->schedule, partition->number, stage_steady_ms(stage));
}

static enum err fold_now(struct stage *stage, struct mapper *mapper)
{
    struct fold folds[PARTITIONS_MAX];
    size_t count = 0;
    enum err err;

    for (uint32_t i = 0; i < (uint32_t)stage_config(stage)->partitions; i++) {
        struct partition *partition = partitions_mine(mapper->partitions, i);

        if (!partition || !partition->heard_count)
            continue;
        folds[count] = fold_for(stage, mapper, i);
        folds[count].first = partition->next;
        folds[count].count = partition->heard_count;
        reader_init(&folds[count++].bytes, strbuf_str(&partition->heard));
    }
    err = fold_heard(stage, mapper, folds, count);
    for (uint32_t i = 0; !err && i < (uint32_t)stage_config(stage)->partitions; i++) {
        struct partition *partition = partitions_mine(mapper->partitions, i);

        if (!partition || !partition->was_heard)
            continue;
        unhear(mapper, partition);
        caught_up(stage, mapper, partition);
    }
    mapper->folded_ms = stage_steady_ms(stage);
    mapper->heard = false;
    return err;
}

/* The first event after a pause at once; what comes behind it, a piece of each partition at a time, shares a commit. */
enum err reading_fold(struct stage *stage, struct mapper *mapper)
{
    int64_t at_ms = mapper->folded_ms + FOLD_EVERY_MS;

    if (!mapper->heard)
        return ERR_OK;
    if (mapper->heard_bytes >= HEARD_SOON_BYTES || stage_steady_ms(stage) >= at_ms || stage_stopping(stage))
        return fold_now(stage, mapper);
    stage_wake_at(stage, at_ms);
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

/* No day closes while something that came is not folded. */
static enum err hear(struct mapper *mapper, struct partition *partition, const struct logbatch *batch)
{
    struct str events = { (const char *)batch->events.at, (size_t)(batch->events.end - batch->events.at) };

    strbuf_add(&partition->heard, events);
    if (partition->heard.failed)
        return ERR_MEMORY;
    mapper->heard_bytes += events.len;
    partition->heard_count += batch->count;
    partition->heard_end = batch->end;
    partition->caught_up &= batch->count == 0;
    partition->was_heard = mapper->heard = true;
    return ERR_OK;
}

/* More of it is asked for before it is folded, so that the log reads while the mapper folds. */
enum err reading_log(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    struct mapper *mapper = state;
    struct partition *partition;
    struct logbatch batch;
    enum err err = logclient_take(mapper->log, link, frames, &batch);

    if (err)
        return err == ERR_BUSY ? ERR_OK : err;
    partition = partitions_mine(mapper->partitions, batch.partition);
    if (!partition || partition->parked || batch.first != partition->next + partition->heard_count)
        return ERR_OK;
    if (batch.end < batch.first)
        log_is_older(stage, partition, &batch);
    else
        err = hear(mapper, partition, &batch);
    if (!err && batch.last)
        logclient_ask(mapper->log, batch.partition, partition->next + partition->heard_count, CREDIT_EVENTS);
    return !err && mapper->heard_bytes >= HEARD_BYTES ? fold_now(stage, mapper) : err;
}
