#include "hearing.h"

#include "asking.h"
#include "decisions.h"
#include "reading.h"
#include "seals.h"

#include "base/log.h"

#include <inttypes.h>
#include <unistd.h>

enum { AUDIT_POLL_MS = 200, WAITS_LONG_MS = 10000 };

static void look_again(struct stage *stage, struct mapper *mapper, struct str venue, int32_t day)
{
    uint32_t partition = venue_partition(venue, stage_config(stage)->partitions);
    struct day_due *due = schedule_put(mapper->schedule, venue, day, partition);

    if (!due) {
        reading_lacks_day(mapper, partition);
        return;
    }
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
    if (err == ERR_STORE_DAMAGED)        /* its day is red; it is told again for the draft that is built when it is put back */
        log_doc(doc_text(&seal.doc, id), "level=error what=\"a seal is not taken up: the day's record is damaged\"");
    if (err)
        return err == ERR_STORE_DAMAGED ? ERR_OK : err;
    if (seal.reversed)
        mapper->audit_ms = 0;            /* what had it built again stands in the trail: read before anything is built */
    log_doc(doc_text(&seal.doc, id), "what=%s revision=%" PRIu32,
            seal.heard ? "heard" : seal.behind ? "behind" : seal.reversed ? "unsealed" : "sealed", seal.revision);
    stage_counter_add(stage, "seals", 1);
    look_again(stage, mapper, seal.doc.venue, seal.doc.day);
    return ERR_OK;
}

struct decisions { struct stage *stage; struct mapper *mapper; struct partition *partition; };

/* Another number each time, also after a restart: what was heard with an older one is not true any more. */
static uint64_t asking_number(struct stage *stage)
{
    return ((uint64_t)stage_now_ms(stage) << 20 | ((uint64_t)getpid() & 0xfffff)) & INT64_MAX;
}

/* All that may be sealed of its venue is heard; else it is asked for. */
static enum err ask(struct decisions *decisions, struct waiting *waiting, bool *ret_heard)
{
    struct mapper *mapper = decisions->mapper;

    *ret_heard = false;
    if (waiting->asks)
        return asking_heard(mapper->store, str_of(waiting->venue), waiting->asks, &mapper->build_arena, ret_heard);
    waiting->asks = asking_number(decisions->stage);
    return reading_all_due(decisions->stage, mapper, decisions->partition->number);
}

/* Whether a decision may be judged: its venue is known (while its file is mistyped, its decisions wait as its days do), none
 * before it waits, and all that may be sealed is heard, or nothing depends on that. */
static enum err may_judge(struct decisions *decisions, const struct decision *decision, struct str venue, bool *ret_may)
{
    struct partition *partition = decisions->partition;
    struct waiting *waiting = partition_waiting(partition, venue);
    bool known = config_venue(stage_config(decisions->stage), venue) != NULL;
    enum err err = ERR_OK;

    *ret_may = false;
    if (waiting && waiting->number && waiting->number < decision->number)
        return ERR_OK;
    *ret_may = known && !decisions_ask(decision);
    if (*ret_may)
        return ERR_OK;
    waiting = partition_wait(partition, venue);
    if (!waiting)
        return ERR_MEMORY;
    if (waiting->number == 0)
        waiting->since_ms = stage_steady_ms(decisions->stage);
    waiting->number = decision->number;
    if (known)
        err = ask(decisions, waiting, ret_may);
    return err;
}

static enum err judge(struct decisions *decisions, const struct decision *decision, struct str about)
{
    struct mapper *mapper = decisions->mapper;
    struct partition *partition = decisions->partition;
    struct waiting *waiting = partition_waiting(partition, about);
    struct str venue;
    int32_t day;
    enum err err = decisions_apply(mapper->store, stage_config(decisions->stage), partition->number, decision,
                                   partition_audit_place(partition, about, decision->number + 1), &mapper->build_arena,
                                   &venue, &day);

    if (err)
        return err;
    if (waiting)
        waiting->number = 0;
    if (venue.len && day == DAY_ALWAYS)
        return reading_all_due(decisions->stage, mapper, partition->number);
    if (venue.len)
        look_again(decisions->stage, mapper, venue, day);
    return ERR_OK;
}

/* A record that it is about is damaged: it is tried again after a restart or a reload, when it may have been put back. */
static enum err wait_for_mending(struct decisions *decisions, const struct decision *decision, struct str venue)
{
    struct waiting *waiting = partition_wait(decisions->partition, venue);

    if (!waiting)
        return ERR_MEMORY;
    waiting->number = decision->number;
    waiting->asks = 0;
    log_fact("level=error what=\"a decision waits: what it is about is damaged in the mapper's store\" venue=" STR_FMT
             " decision=%" PRIu64 " do=\"bilag fsck, bilag restore\"", STR_ARG(venue), decision->number);
    return ERR_OK;
}

/* In order for each venue; one that waits holds no other's. */
static enum err decision_came(const struct decision *decision, void *context)
{
    struct decisions *decisions = context;
    struct partition *partition = decisions->partition;
    struct str venue = decisions_venue(stage_config(decisions->stage), partition->number, decision);
    bool taken = false, may = true;
    enum err err = ERR_OK;

    if (venue.len)
        err = decisions_taken(decisions->mapper->store, partition->number, venue, decision->number, &taken);
    if (!err && venue.len && !taken)
        err = may_judge(decisions, decision, venue, &may);
    if (!err && may && !taken && (venue.len || (partition->waiting_count == 0 && decision->number >= partition->audit_next)))
        err = judge(decisions, decision, venue);
    if (err == ERR_STORE_DAMAGED && venue.len)
        err = wait_for_mending(decisions, decision, venue);
    if (!err && decision->number >= partition->audit_next)
        partition->audit_next = decision->number + 1;
    return err;
}

/* A store that knows of no decision may have been lost: all that were ever made are about days that are built again only
 * when the log has been read. */
static bool may_decide(const struct partition *partition)
{
    return partition->audit_next > 1 || partition->caught_up;
}

/* From where the trail is read: what is new, and first what waited for answers that are there. */
static enum err read_from(struct mapper *mapper, const struct partition *partition, uint64_t *ret_from)
{
    enum err err = ERR_OK;

    *ret_from = partition->audit_next;
    for (size_t i = 0; !err && i < partition->waiting_count; i++) {
        const struct waiting *waiting = &partition->waiting[i];
        bool heard = false;

        if (waiting->asks && waiting->number < *ret_from)
            err = asking_heard(mapper->store, str_of(waiting->venue), waiting->asks, &mapper->build_arena, &heard);
        if (heard)
            *ret_from = waiting->number;
    }
    return err;
}

/* A sender that is down keeps the days of that venue open: it is said once, and status says it. */
static void say_waiting(struct stage *stage, struct partition *partition, int64_t *count)
{
    for (size_t i = 0; i < partition->waiting_count; i++) {
        struct waiting *waiting = &partition->waiting[i];

        *count += waiting->asks != 0;
        if (!waiting->asks || waiting->told || stage_steady_ms(stage) < waiting->since_ms + WAITS_LONG_MS)
            continue;
        waiting->told = true;
        log_fact("level=warning what=\"a decision waits for what uploader and invoicer have of its venue; its days stay open\" "
                 "venue=%s decision=%" PRIu64 " do=\"see that both run (bilag status)\"", waiting->venue, waiting->number);
    }
}

/* Of those of whom all is decided, what asked or waited for the trail is closed again. */
static enum err decided(struct stage *stage, struct mapper *mapper, struct partition *partition)
{
    bool asked = partition_waited(partition);

    if (partition->undecided)
        schedule_log_read(mapper->schedule, partition->number, stage_steady_ms(stage));
    partition->undecided = false;
    return asked ? reading_all_due(stage, mapper, partition->number) : ERR_OK;
}

static enum err hear(struct stage *stage, struct mapper *mapper, struct partition *partition, bool changed)
{
    struct decisions context = { stage, mapper, partition };
    uint64_t from;
    enum err err;

    if (!may_decide(partition)) {
        partition->undecided |= changed;
        return ERR_OK;
    }
    err = read_from(mapper, partition, &from);
    if (err || (!changed && !partition->undecided && from == partition->audit_next))
        return err;
    err = audit_read(mapper->audit, from, decision_came, &context);
    return err ? err : decided(stage, mapper, partition);
}

enum err hearing_decisions(struct stage *stage, struct mapper *mapper)
{
    int64_t waiting = 0;
    bool changed;
    enum err err = ERR_OK;

    if (stage_steady_ms(stage) >= mapper->audit_ms) {
        changed = audit_changed(mapper->audit) || mapper->audit_ms == 0;
        mapper->audit_ms = stage_steady_ms(stage) + AUDIT_POLL_MS;
        for (uint32_t i = 0; !err && i < (uint32_t)stage_config(stage)->partitions; i++) {
            struct partition *partition = partitions_mine(mapper->partitions, i);

            if (!partition)
                continue;
            err = hear(stage, mapper, partition, changed);
            say_waiting(stage, partition, &waiting);
        }
        stage_counter_set(stage, "decisions_waiting", waiting);
    }
    stage_wake_at(stage, mapper->audit_ms);
    return err;
}
