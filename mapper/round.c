#include "round.h"

#include "offer.h"
#include "base/killpoint.h"
#include "base/log.h"

#include <inttypes.h>
#include <string.h>

enum { BATCH = 64, BUSY_WAIT_MS = 1000, WALL_EVERY_MS = 1000, RESEND_WAIT_MAX_MS = 60000 };

struct look {
    char venue[65];
    int32_t day;
    struct offer offer;                /* as it was answered; its drafts are in the visit */
    bool untold;                       /* what is sent again is new to the log */
    enum err err;
};

struct send { struct str doc; struct look *of; };

struct visit {
    const struct round *round;
    struct look at[BATCH];
    size_t count;
    struct look *under_way;              /* NULL: none, so that an error is not a day's */
    struct send *sends;
    size_t send_count, send_room;
    int64_t began_ms;                    /* steady */
};

/* --- which days --- */

/* The wall clock may be moved: it is asked often, and the day is built only when it is time. */
static int64_t next_look(const struct day_due *due, int64_t steady, int64_t wall)
{
    int64_t look = INT64_MAX;

    if (due->look_wall_ms != INT64_MAX) {
        look = due->look_wall_ms > wall ? due->look_wall_ms - wall : 0;
        look = steady + (look < WALL_EVERY_MS ? look : WALL_EVERY_MS);
    }
    return look < due->resend_ms ? look : due->resend_ms;
}

static void collect(struct visit *visit)
{
    const struct round *round = visit->round;
    const struct config *config = stage_config(round->stage);
    int64_t steady = stage_steady_ms(round->stage), wall = stage_now_ms(round->stage), next;
    struct day_due *due;

    visit->count = 0;
    while (visit->count < BATCH && (due = schedule_next(round->schedule, steady, &next)) != NULL) {
        struct look *look = &visit->at[visit->count];

        schedule_look_at(round->schedule, due, INT64_MAX);
        if (!config_venue(config, str_of(due->venue)))
            continue;                    /* left out of the configuration at present: its days wait */
        if (!due->dirty && steady < due->resend_ms && wall < due->look_wall_ms) {
            schedule_look_at(round->schedule, due, next_look(due, steady, wall));
            continue;
        }
        *look = (struct look){ .day = due->day };
        memcpy(look->venue, due->venue, sizeof look->venue);
        visit->count++;
    }
}

/* --- building them --- */

static enum err note_sends(struct visit *visit, struct look *look)
{
    struct arena *arena = visit->round->sends_arena;
    size_t want = visit->send_count + look->offer.send_count;

    if (want > visit->send_room) {
        size_t room = want * 2;
        struct send *sends = arena_array(arena, room, sizeof *sends);

        if (!sends)
            return ERR_MEMORY;
        if (visit->send_count)
            memcpy(sends, visit->sends, visit->send_count * sizeof *sends);
        visit->sends = sends;
        visit->send_room = room;
    }
    for (size_t i = 0; i < look->offer.send_count; i++)
        visit->sends[visit->send_count++] = (struct send){ arena_copy(arena, look->offer.sends[i]), look };
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

static enum err look_at(struct txn *txn, struct visit *visit, struct look *look)
{
    const struct round *round = visit->round;
    const struct config *config = stage_config(round->stage);
    const struct venue *venue = config_venue(config, str_of(look->venue));
    struct day_due *due = schedule_find(round->schedule, str_of(look->venue), look->day);
    struct partition *partition = due ? partitions_mine(round->partitions, due->partition) : NULL;
    const struct waiting *waiting = partition && venue ? partition_waiting(partition, venue->id) : NULL;
    enum err err;

    ensure(venue && due);                /* collected in this turn */
    arena_reset(round->build_arena);
    look->offer = (struct offer){ .config = config, .venue = venue, .day = look->day,
                                    .arena = round->build_arena, .now_ms = stage_now_ms(round->stage),
                                    .transfer_allowed = round->transfer_allowed[venue - config->venues],
                                    .caught_up = partition && partition->caught_up &&
                                                 partition_has_decided(partition, venue->id),
                                    .asks = waiting ? waiting->asks : 0,
                                    .resend = stage_steady_ms(round->stage) >= due->resend_ms };
    err = offer_day(txn, &look->offer);
    return err ? err : note_sends(visit, look);
}

/* Begins from the start when the store has to grow, so it touches nothing but the visit. */
static enum err look_work(struct txn *txn, void *context)
{
    struct visit *visit = context;
    enum err err = ERR_OK;

    arena_reset(visit->round->sends_arena);
    visit->sends = NULL;
    visit->send_count = visit->send_room = 0;
    for (size_t i = 0; !err && i < visit->count; i++) {
        visit->under_way = &visit->at[i];
        if (!visit->at[i].err)
            err = look_at(txn, visit, &visit->at[i]);
    }
    if (!err)
        visit->under_way = NULL;
    KILLPOINT("mapper.before-draft-commit");
    return err;
}

static bool is_of_the_day(enum err err)
{
    return err != ERR_STORE_FULL && err != ERR_STORE_IO;
}

static enum err look_at_all(struct visit *visit)
{
    for (;;) {
        enum err err = store_write(visit->round->store, look_work, visit);
        struct look *failed = visit->under_way;
        char day[16];

        if (!err || !failed || !is_of_the_day(err))
            return err;
        failed->err = err;
        stage_counter_add(visit->round->stage, "days_failed", 1);
        log_fact("level=error what=\"a day cannot be built; it is tried again\" day=%s/%s why=\"%s\"", failed->venue,
                 day_text(failed->day, day), err_text(err));
    }
}

/* --- what follows --- */

static void wait_longer(const struct round *round, struct day_due *due, int64_t most_ms)
{
    due->resend_wait_ms = due->resend_wait_ms ? due->resend_wait_ms * 2 : stage_config(round->stage)->mapper.resend_ms;
    if (due->resend_wait_ms > most_ms)
        due->resend_wait_ms = most_ms;
}

/* Up to a quarter early, each at a moment of its own: a fleet's days, offered together at five in the morning, are not
 * repeated in one burst that keeps the senders from their clocks. */
static int64_t resend_at(const struct day_due *due, int64_t now)
{
    uint32_t own = (uint32_t)due->day;

    for (const char *at = due->venue; *at; at++)
        own = own * 31 + (unsigned char)*at;
    return now + due->resend_wait_ms - due->resend_wait_ms / 4 * (own % 64) / 64;
}

static void settle(const struct round *round, struct look *look)
{
    struct day_due *due = schedule_find(round->schedule, str_of(look->venue), look->day);
    int64_t now = stage_steady_ms(round->stage);
    const struct offer *offer = &look->offer;

    ensure(due != NULL);
    schedule_set_damaged(round->schedule, due, look->err == ERR_STORE_DAMAGED);
    if (look->err) {                     /* memory may be there again in a moment; a day that cannot be built costs little */
        wait_longer(round, due, ROUND_FAILED_WAIT_MS);
        schedule_look_at(round->schedule, due, now + due->resend_wait_ms);
        return;
    }
    if (offer->done) {
        schedule_drop(round->schedule, str_of(look->venue), look->day);
        return;
    }
    due->dirty = false;
    look->untold = due->untold;
    due->untold = false;
    schedule_awaits(round->schedule, due, offer->awaits, offer->awaits_log);
    due->previewed_ms = now;
    due->look_wall_ms = offer->look_at_ms;
    if (offer->final)
        due->resend_wait_ms = 0;         /* previews may have made it long: the first repetition must not wait for that */
    if (!offer->unsealed) {
        due->resend_ms = INT64_MAX;
        due->resend_wait_ms = 0;
    } else if (offer->send_count || offer->resend || due->resend_ms == INT64_MAX) {
        wait_longer(round, due, RESEND_WAIT_MAX_MS);
        due->resend_ms = resend_at(due, now);
    }
    schedule_look_at(round->schedule, due, next_look(due, now, stage_now_ms(round->stage)));
}

/* What could not be sent is tried again soon, not at the end of a long wait. */
static void retry_soon(const struct round *round, const struct look *look)
{
    struct day_due *due = schedule_find(round->schedule, str_of(look->venue), look->day);

    if (!due)
        return;
    due->untold |= look->offer.final || look->untold;
    due->resend_wait_ms = 0;
    due->resend_ms = stage_steady_ms(round->stage) + BUSY_WAIT_MS;
    schedule_look_at(round->schedule, due, due->resend_ms);
}

/* A draft that is final, when it is new: previews change by the second, and what is sent again was said. */
static void say_sent(const struct visit *visit, const struct send *send, struct str bytes)
{
    const struct round *round = visit->round;
    struct draft draft;

    if ((!send->of->offer.final && !send->of->untold) || draft_decode(bytes, round->sends_arena, &draft) ||
        draft.phase != DRAFT_CLOSED)
        return;
    log_doc(send->doc, "what=draft revision=%" PRIu32 " lines=%zu ms=%" PRId64, draft.revision,
            draft.line_count + draft.order_line_count, stage_steady_ms(round->stage) - visit->began_ms);
}

static enum err send_work(struct txn *txn, void *context)
{
    struct visit *visit = context;
    const struct round *round = visit->round;

    for (size_t i = 0; i < visit->send_count; i++) {
        struct str bytes;
        enum err err = offer_draft(txn, visit->sends[i].doc, &bytes);

        if (err == ERR_NOT_FOUND)
            continue;
        if (!err)
            err = link_send(round->validators, &bytes, 1);
        if (err == ERR_BUSY) {           /* no validator is up, or all are behind */
            stage_counter_add(round->stage, "drafts_not_taken", (int64_t)(visit->send_count - i));
            for (; i < visit->send_count; i++)
                retry_soon(round, visit->sends[i].of);
            return ERR_OK;
        }
        if (err)
            return err;
        stage_counter_add(round->stage, "drafts", 1);
        say_sent(visit, &visit->sends[i], bytes);
    }
    return ERR_OK;
}

enum err round_turn(const struct round *round, int64_t *ret_next_ms)
{
    static struct visit visit;           /* large, and one at a time */
    int64_t began = stage_steady_ms(round->stage), now = began, next = INT64_MAX;
    enum err err = ERR_OK;

    while (!err && now < began + ROUND_BUDGET_MS && schedule_next(round->schedule, now, &next)) {
        visit = (struct visit){ .round = round, .began_ms = stage_steady_ms(round->stage) };
        collect(&visit);
        if (visit.count)
            err = look_at_all(&visit);
        KILLPOINT("mapper.after-draft-commit");
        for (size_t i = 0; !err && i < visit.count; i++)
            settle(round, &visit.at[i]);
        if (!err && visit.send_count)
            err = store_read(round->store, send_work, &visit);
        if (visit.count == BATCH)        /* a fleet's days, looked at in one turn, have many pages */
            store_relax_if_many(round->store);
        now = next = stage_steady_ms(round->stage);
    }
    *ret_next_ms = next;
    return err;
}
