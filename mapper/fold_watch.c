/* Days that were sent, and of which what comes now may tell something: they are looked at again. */
#include "fold_inside.h"

#include "zindex.h"

#include <string.h>

struct watching { struct folding *work; struct str venue; };

static enum err watch_on(int32_t day, void *context)
{
    const struct watching *watching = context;
    struct open_settlement *open;
    enum err err = fold_day(watching->work, watching->venue, day, &open);

    if (!err)
        open->state.watch = true;        /* also while a draft is on its way: its seal may come before it is built anew */
    return err == ERR_STORE_DAMAGED ? ERR_OK : err;          /* red by itself (fold_finish), and holds no other day */
}

static enum err watch_day(const struct zmark *mark, void *context)
{
    return watch_on(mark->day, context);
}

struct beside { struct watching watching; struct zmark self, next; bool any; };

static enum err beside_seen(const struct zmark *mark, void *context)
{
    struct beside *beside = context;
    const struct zmark *self = &beside->self;

    if (zmark_compare(mark, self) <= 0)
        return ERR_OK;
    if (!beside->any || zmark_compare(mark, &beside->next) < 0)
        beside->next = *mark;
    beside->any = true;
    return self->has_range && mark->has_range && mark->first <= self->last && self->first <= mark->last
               ? watch_day(mark, &beside->watching) : ERR_OK;
}

/* Later Z reports of the register that hold the same receipts, and the next one, whose total goes on from this one. */
enum err fold_watch_beside(struct folding *work, const struct event *z)
{
    struct beside beside = { .watching = { work, z->venue },
                             .self = { .time = z->time, .series = z->series, .seq = z->seq, .first = z->z.first_seq,
                                       .last = z->z.last_seq, .has_range = z->z.has_range } };
    enum err err = zindex_walk(work->txn, z->venue, z->reg, beside_seen, &beside);

    return err || !beside.any ? err : watch_day(&beside.next, &beside.watching);
}

/* On a day that has not come: its clock is wrong, and it tells nothing about others (clock_jump.h). */
static bool has_not_come(const struct folding *work, const struct open_settlement *open)
{
    const struct venue *venue = config_venue(work->fold->config, open->venue);
    int64_t start, end;

    venue_day_span(venue, open->day, &start, &end);
    return (work->fold->now_ms && start > work->fold->now_ms / 1000) || settlement_was_ahead(&open->state);
}

static enum err note_sale(struct folding *work, const struct open_settlement *open, const struct event *event)
{
    struct touched_numbers *numbers = NULL;

    if (event->series != SERIES_RECEIPTS || (event->kind != EVENT_RECEIPT && event->kind != EVENT_VOID))
        return ERR_OK;
    for (size_t i = work->number_count; i > 0 && !numbers; i--)
        if (work->numbers[i - 1].span.day == open->day && str_equal(work->numbers[i - 1].span.reg, event->reg) &&
            str_equal(work->numbers[i - 1].span.venue, event->venue))
            numbers = &work->numbers[i - 1];
    if (!numbers && work->number_count == work->number_room) {
        size_t room = work->number_room ? work->number_room * 2 : 16;
        struct touched_numbers *bigger = arena_array(work->fold->arena, room, sizeof *bigger);

        if (!bigger)
            return ERR_MEMORY;
        if (work->number_count)
            memcpy(bigger, work->numbers, work->number_count * sizeof *bigger);
        work->numbers = bigger;
        work->number_room = room;
    }
    if (!numbers) {
        numbers = &work->numbers[work->number_count++];
        *numbers = (struct touched_numbers){ { event->venue, event->reg, open->day, UINT64_MAX, 0 },
                                             has_not_come(work, open) };
    }
    numbers->span.first = event->seq < numbers->span.first ? event->seq : numbers->span.first;
    numbers->span.last = event->seq > numbers->span.last ? event->seq : numbers->span.last;
    return ERR_OK;
}

enum err fold_note_number(struct folding *work, struct open_settlement *open, const struct event *event)
{
    enum err err = settlement_note_register(&open->state, event, work->fold->arena);

    return err ? err : note_sale(work, open, event);
}

/* Days that were sent and whose Z reports hold receipts that have come only now, or that have higher numbers than a later
 * day has got now. */
enum err fold_watch_days(struct folding *work)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < work->number_count; i++) {
        const struct clock_span *span = &work->numbers[i].span;
        struct watching watching = { work, span->venue };

        err = zindex_over(work->txn, span->venue, span->reg, span->first, span->last, watch_day, &watching);
        if (!err && !work->numbers[i].not_come)
            err = clock_jump_note(work->txn, span, watch_on, &watching);
    }
    return err;
}
