#include "choice.h"

#include "refold_inside.h"

#include <string.h>

/* The contents that came under one number. */
enum { CONTENTS_AT_ONCE = 64 };
struct contents { struct conflict at[CONTENTS_AT_ONCE]; size_t count; struct arena *arena; uint64_t decided; };

static enum err content_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct contents *contents = context;
    bool wanted = contents->decided ? conflict->decided == contents->decided : conflict->state == CONFLICT_OPEN;

    (void)txn;
    if (!wanted || conflict->place == 0)
        return ERR_OK;
    if (contents->count == COUNT(contents->at))
        return ERR_STOP;
    contents->at[contents->count] = *conflict;
    contents->at[contents->count++].bytes = arena_copy(contents->arena, conflict->bytes);
    return ERR_OK;
}

/* All that are open are not booked, by this decision; or all that it decided are open again. */
static enum err settle_others(struct refold *refold, const struct event *identity, uint64_t decided, bool again)
{
    struct contents contents;
    struct open_settlement *open;
    enum err err;

    do {
        contents = (struct contents){ .arena = refold->work.fold->arena, .decided = again ? decided : 0 };
        err = conflict_walk(refold->work.txn, identity, content_seen, &contents);
        for (size_t i = 0; !err && i < contents.count; i++) {
            contents.at[i].state = again ? CONFLICT_OPEN : CONFLICT_NOT_BOOKED;
            contents.at[i].decided = again ? 0 : decided;
            contents.at[i].was_booked = false;
            err = conflict_put(refold->work.txn, identity, &contents.at[i]);
            if (!err)
                err = fold_day(&refold->work, refold->venue, contents.at[i].day, &open);
        }
    } while (!err && contents.count == COUNT(contents.at));
    return err;
}

/* The booked one and the chosen one change places; `aside` says what the booked one is from now on. */
static enum err swap(struct refold *refold, const struct event *identity, const struct known *first,
                     const struct conflict *chosen, struct conflict aside)
{
    struct moved booked = { .reg = identity->reg, .series = identity->series, .seq = identity->seq, .bytes = first->bytes };
    struct moved right = { .reg = identity->reg, .series = identity->series, .seq = identity->seq, .is_conflict = true,
                           .hash = chosen->hash };
    struct one one = { .event = *identity, .known = *first, .day_had = first->day };
    struct open_settlement *open;
    bool there = false;
    enum err err = unfold_is_free(refold, chosen->day, chosen->place, &there);

    if (!err && there)
        err = unfold_known(refold, &booked);
    if (err || !there || booked.stays)
        return err ? err : ERR_REFUSED;
    err = unfold_conflict(refold, &right);
    if (!err)
        err = fold_aside(&refold->work, &one, aside.state);
    aside.hash = first->hash;
    aside.place = first->place;
    aside.day = first->day;
    aside.bytes = first->bytes;
    if (!err)
        err = conflict_put(refold->work.txn, identity, &aside);
    if (!err)
        err = fold_event_again(&refold->work, chosen->place, chosen->day, identity->reg, chosen->bytes);
    return err ? err : fold_day(&refold->work, refold->venue, first->day, &open);
}

static enum err finish(struct refold *refold, enum err err)
{
    if (!err)
        err = refold_renumber(refold);
    return err ? err : refold_finish(refold);
}

enum err choice_take(struct txn *txn, struct fold *fold, const struct event *identity, uint64_t place, uint64_t decided)
{
    struct refold refold = { .work = { .fold = fold, .txn = txn }, .venue = identity->venue, .from = identity->reg };
    struct conflict chosen;
    struct known first;
    enum err err = config_venue(fold->config, identity->venue) ? ERR_OK : ERR_NOT_FOUND;

    if (!err)
        err = known_get(txn, identity->venue, identity->reg, identity->series, identity->seq, &first);
    if (!err && first.place != place) {
        first.bytes = arena_copy(fold->arena, first.bytes);
        err = conflict_by_place(txn, identity, place, &chosen);
        chosen.bytes = err ? STR_NONE : arena_copy(fold->arena, chosen.bytes);
        if (!err)
            err = chosen.bytes.len ? swap(&refold, identity, &first, &chosen,
                                          (struct conflict){ .state = CONFLICT_NOT_BOOKED, .decided = decided,
                                                             .was_booked = true })
                                   : ERR_NOT_FOUND;
    }
    if (!err)
        err = settle_others(&refold, identity, decided, false);
    return finish(&refold, err);
}

/* --- taken back --- */

struct judged { struct refold *refold; uint64_t decided, last; struct conflict former; bool has_former, any, may; };

static enum err judged_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct judged *judged = context;
    bool there = true;
    enum err err = ERR_OK;

    (void)txn;
    if (conflict->decided > judged->last)
        judged->last = conflict->decided;
    if (conflict->decided != judged->decided)
        return ERR_OK;
    judged->any = true;
    if (conflict->was_booked) {
        judged->former = *conflict;
        judged->former.bytes = arena_copy(judged->refold->work.fold->arena, conflict->bytes);
        judged->has_former = true;
    }
    err = unfold_is_free(judged->refold, conflict->day, conflict->place, &there);
    judged->may &= there;                /* what a part that has ended lists stays listed */
    return err;
}

static enum err judge(struct refold *refold, const struct event *identity, struct judged *judged)
{
    struct moved now = { .reg = identity->reg, .series = identity->series, .seq = identity->seq };
    struct known known;
    enum err err = config_venue(refold->work.fold->config, identity->venue) ? ERR_OK : ERR_NOT_FOUND;

    if (!err)
        err = conflict_walk(refold->work.txn, identity, judged_seen, judged);
    if (!err && (!judged->any || judged->last != judged->decided))
        err = ERR_NOT_FOUND;
    if (!err && judged->may && judged->has_former) {
        err = known_get(refold->work.txn, identity->venue, identity->reg, identity->series, identity->seq, &known);
        now.bytes = err ? STR_NONE : arena_copy(refold->work.fold->arena, known.bytes);
        if (!err)
            err = unfold_may(refold, &now, &judged->may);
    }
    return err ? err : judged->may ? ERR_OK : ERR_REFUSED;
}

enum err choice_may_be_taken_back(struct txn *txn, struct fold *fold, const struct event *identity, uint64_t decided)
{
    struct refold refold = { .work = { .fold = fold, .txn = txn }, .venue = identity->venue, .from = identity->reg };
    struct judged judged = { .refold = &refold, .decided = decided, .may = true };

    return judge(&refold, identity, &judged);
}

enum err choice_take_back(struct txn *txn, struct fold *fold, const struct event *identity, uint64_t decided)
{
    struct refold refold = { .work = { .fold = fold, .txn = txn }, .venue = identity->venue, .from = identity->reg };
    struct judged judged = { .refold = &refold, .decided = decided, .may = true };
    struct known now;
    enum err err = judge(&refold, identity, &judged);

    if (!err && judged.has_former) {
        err = known_get(txn, identity->venue, identity->reg, identity->series, identity->seq, &now);
        now.bytes = err ? STR_NONE : arena_copy(fold->arena, now.bytes);
        if (!err)
            err = swap(&refold, identity, &now, &judged.former, (struct conflict){ .state = CONFLICT_OPEN });
    }
    if (!err)
        err = settle_others(&refold, identity, decided, true);
    return finish(&refold, err);
}
