#include "hearing.h"

#include "asking.h"
#include "decisions.h"
#include "reading.h"
#include "seals.h"

#include "base/log.h"

#include <inttypes.h>
#include <unistd.h>

enum { AUDIT_POLL_MS = 200 };

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

enum err hearing_seal(struct stage *stage, void *state, struct link *link, const struct frames *frames)
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
            seal.heard ? "heard" : seal.behind ? "behind" : seal.reversed ? "unsealed" : "sealed", seal.revision);
    stage_counter_add(stage, "seals", 1);
    look_again(stage, mapper, seal.doc.venue, seal.doc.day);
    return ERR_OK;
}

struct decisions { struct stage *stage; struct mapper *mapper; struct partition *partition; bool waits; };

/* Another number each time, also after a restart: what was heard with an older one is not true any more. */
static uint64_t asking_number(struct stage *stage)
{
    return ((uint64_t)stage_now_ms(stage) << 20 | ((uint64_t)getpid() & 0xfffff)) & INT64_MAX;
}

/* Whether a decision may be judged: all that may be sealed of its venue is heard, or nothing depends on that. */
static enum err may_judge(struct decisions *decisions, const struct decision *decision, bool *ret_may)
{
    struct mapper *mapper = decisions->mapper;
    struct partition *partition = decisions->partition;
    struct str venue = decisions_asks(stage_config(decisions->stage), partition->number, decision, &mapper->build_arena);
    bool heard = true;
    enum err err = ERR_OK;

    if (venue.len && (!partition->asks || !str_equal(str_of(partition->asks_venue), venue))) {
        heard = false;
        partition->asks = asking_number(decisions->stage);
        ensure(str_copy(venue, partition->asks_venue, sizeof partition->asks_venue));
        err = reading_all_due(decisions->stage, mapper, partition->number);
    } else if (venue.len) {
        err = asking_heard(mapper->store, str_of(partition->asks_venue), partition->asks, &mapper->build_arena, &heard);
    }
    *ret_may = heard;
    return err;
}

static enum err decision_came(const struct decision *decision, void *context)
{
    struct decisions *decisions = context;
    struct mapper *mapper = decisions->mapper;
    struct str venue;
    bool may;
    int32_t day;
    enum err err = may_judge(decisions, decision, &may);

    if (!err && !may) {
        decisions->waits = true;
        return ERR_STOP;
    }
    if (!err)
        err = decisions_apply(mapper->store, stage_config(decisions->stage), decisions->partition->number, decision,
                              &mapper->build_arena, &venue, &day);
    if (err)
        return err;
    decisions->partition->audit_next = decision->number + 1;
    if (venue.len && day == DAY_ALWAYS)
        return reading_all_due(decisions->stage, mapper, decisions->partition->number);
    if (venue.len)
        look_again(decisions->stage, mapper, venue, day);
    return ERR_OK;
}

/* A store that knows of no decision may have been lost: all that were ever made are about days that are built again only
 * when the log has been read. */
static bool may_decide(const struct partition *partition)
{
    return partition->audit_next > 1 || partition->caught_up;
}

/* All is decided: what asked, or waited for the trail, is closed again. */
static enum err decided(struct stage *stage, struct mapper *mapper, struct partition *partition)
{
    bool asked = partition->asks != 0;

    partition->asks = 0;
    if (partition->undecided)
        schedule_log_read(mapper->schedule, partition->number, stage_steady_ms(stage));
    partition->undecided = false;
    return asked ? reading_all_due(stage, mapper, partition->number) : ERR_OK;
}

enum err hearing_decisions(struct stage *stage, struct mapper *mapper)
{
    bool changed;
    enum err err = ERR_OK;

    if (stage_steady_ms(stage) >= mapper->audit_ms) {
        changed = audit_changed(mapper->audit) || mapper->audit_ms == 0;
        mapper->audit_ms = stage_steady_ms(stage) + AUDIT_POLL_MS;
        for (uint32_t i = 0; !err && i < (uint32_t)stage_config(stage)->partitions; i++) {
            struct partition *partition = partitions_mine(mapper->partitions, i);
            struct decisions context = { stage, mapper, partition, false };

            if (!partition || !(changed || partition->undecided || partition->asks))
                continue;
            if (!may_decide(partition)) {
                partition->undecided = true;
                continue;
            }
            err = audit_read(mapper->audit, partition->audit_next, decision_came, &context);
            if (!err && !context.waits)
                err = decided(stage, mapper, partition);
        }
    }
    stage_wake_at(stage, mapper->audit_ms);
    return err;
}
