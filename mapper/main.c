/* bilag-mapper - folds the log into settlements, maps them to drafts, and sends each draft until it is sealed.
 *
 * Offsets and settlements are committed together; drafts leave after the commit that keeps them. A partition has
 * one mapper at a time (partitions.h); which of the instances follows from the number of them. */
#include "hearing.h"
#include "mapper.h"
#include "reading.h"
#include "round.h"

enum { RELAX_EVERY_MS = 50 };

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

static enum err take_old_away(struct stage *stage, struct mapper *mapper)
{
    int64_t next = INT64_MAX;
    enum err err = trim_turn(mapper->trim, mapper->store, stage_config(stage), mapper->partitions, stage_now_ms(stage),
                             stage_steady_ms(stage), &next);

    stage_wake_at(stage, next);
    return err;
}

static enum err mapper_turn(struct stage *stage, void *state)
{
    struct mapper *mapper = state;
    int64_t now = stage_steady_ms(stage);
    enum err err = reading_fold(stage, mapper);

    if (!err)
        err = reading_share_partitions(stage, mapper);
    if (!err)
        err = reading_fold_parked(stage, mapper);
    if (!err)
        err = hearing_decisions(stage, mapper);
    if (!err)
        err = reading_days_again(stage, mapper);
    if (!err)
        err = look_at_days(stage, mapper);
    if (!err)
        err = take_old_away(stage, mapper);
    if (!err)
        err = reading_say_needed(stage, mapper);
    logclient_turn(mapper->log);
    if (now >= mapper->relax_ms) {
        mapper->relax_ms = now + RELAX_EVERY_MS;
        store_relax_if_many(mapper->store);
    }
    stage_counter_set(stage, "days_due", (int64_t)schedule_count(mapper->schedule));
    stage_counter_set(stage, "lag", (int64_t)partitions_lag(mapper->partitions));
    stage_wake_at(stage, now + 1000);
    return err;
}

/* A day that cannot be read is red (bilag/read/stages.h). */
static void mapper_status(struct stage *stage, void *state, struct strbuf *json)
{
    const struct mapper *mapper = state;
    const struct day_due *first;
    size_t count = schedule_damaged(mapper->schedule, &first);
    char day[16];

    (void)stage;
    if (count)
        strbuf_format(json, ",\"damaged_days\":%zu,\"damaged_day\":\"%s/%s\"", count, first->venue, day_text(first->day, day));
}

int main(int argc, char **argv)
{
    static const struct stage_ops ops = {
        .name = "mapper", .about = "folds receipts into settlements and maps them to drafts",
        .open = mapper_open, .close = mapper_close, .reload = mapper_reload, .turn = mapper_turn,
        .status = mapper_status,
    };

    return stage_main(&ops, argc, argv);
}
