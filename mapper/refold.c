#include "refold_inside.h"

#include "claim.h"
#include "clock_jump.h"
#include "refold.h"
#include "run.h"
#include "seen.h"
#include "zindex.h"

#include "domain/event_canonical.h"
#include "domain/register.h"

#include <stdlib.h>
#include <string.h>

/* --- what is to be moved --- */

static enum err note(struct refold *refold, const struct moved *moved)
{
    struct arena *arena = refold->work.fold->arena;

    if (refold->count == REFOLD_MAX)
        return ERR_TOO_LONG;
    if (refold->count == refold->room) {
        size_t room = refold->room ? refold->room * 2 : 64;
        struct moved *at = arena_array(arena, room, sizeof *at);

        if (!at)
            return ERR_MEMORY;
        if (refold->count)
            memcpy(at, refold->at, refold->count * sizeof *at);
        refold->at = at;
        refold->room = room;
    }
    refold->at[refold->count] = *moved;
    refold->at[refold->count].reg = arena_copy(arena, moved->reg);
    refold->at[refold->count++].bytes = arena_copy(arena, moved->bytes);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

static enum err note_known(struct refold *refold, struct str reg, uint32_t series, uint64_t seq)
{
    struct known known;
    enum err err = known_get(refold->work.txn, refold->venue, reg, series, seq, &known);

    if (!err && known.place < refold->place && series == SERIES_RECEIPTS && str_equal(reg, refold->from) && seq > refold->last)
        refold->last = seq;
    if (err || known.place < refold->place)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    return note(refold, &(struct moved){ .reg = reg, .series = series, .seq = seq, .place = known.place,
                                         .day = known.day, .bytes = known.bytes });
}

static enum err known_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct refold *refold = context;
    struct str venue, reg;
    uint32_t series;
    uint64_t seq;
    size_t at = 0;

    (void)txn;
    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_name(key, &at, &reg) || !key_take_u32(key, &at, &series) ||
        !key_take_u64(key, &at, &seq))
        return ERR_STORE_DAMAGED;
    return note_known(refold, reg, series, seq);
}

static enum err conflict_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct refold *refold = context;

    (void)txn;
    if (conflict->place < refold->place || conflict->bytes.len == 0)
        return ERR_OK;
    return note(refold, &(struct moved){ .reg = refold->from, .series = conflict->series, .seq = conflict->seq,
                                         .place = conflict->place, .day = conflict->day, .bytes = conflict->bytes,
                                         .is_conflict = true, .hash = conflict->hash });
}

/* Voids of other registers that name a number of this one's next run. */
static enum err claim_seen(struct txn *txn, const struct claim *claim, void *context)
{
    struct refold *refold = context;

    (void)txn;
    return str_equal(claim->reg, refold->from) ? ERR_OK
                                               : note_known(refold, claim->reg, SERIES_RECEIPTS, claim->seq);
}

static int by_place(const void *a, const void *b)
{
    const struct moved *x = a, *y = b;

    return x->place < y->place ? -1 : x->place > y->place;
}

static enum err collect(struct refold *refold)
{
    struct txn *txn = refold->work.txn;
    struct key key;
    enum err err;

    key_init(&key);
    key_name(&key, refold->venue);
    key_name(&key, refold->from);
    err = store_walk(txn, TABLE_RECEIPTS, key_str(&key), key_str(&key), known_seen, refold);
    if (!err)
        err = conflict_walk_register(txn, refold->venue, refold->from, conflict_seen, refold);
    if (!err)
        err = claim_walk(txn, refold->venue, refold->from, claim_seen, refold);
    if (!err && refold->count)
        qsort(refold->at, refold->count, sizeof *refold->at, by_place);
    return err;
}

/* --- the days that it was on --- */

/* Which numbers of the former run a day has is asked of the receipts that are left. */
static enum err forget_register(struct refold *refold, struct open_settlement *open)
{
    struct settlement *state = &open->state;

    for (size_t i = 0; i < state->register_count; i++)
        if (str_equal(state->registers[i].reg, refold->from))
            state->registers[i--] = state->registers[--state->register_count];
    return clock_jump_forget(refold->work.txn, open->venue, refold->from, open->day);
}

static enum err left_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct refold *refold = context;
    struct event event = { .kind = EVENT_TRAINING };
    struct known known;
    struct str venue, reg;
    size_t at = 0;
    enum err err;

    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_name(key, &at, &reg) || !key_take_u32(key, &at, &event.series) ||
        !key_take_u64(key, &at, &event.seq))
        return ERR_STORE_DAMAGED;
    if (event.series != SERIES_RECEIPTS)
        return ERR_OK;
    err = known_get(txn, venue, reg, event.series, event.seq, &known);
    for (size_t i = 0; !err && i < refold->work.count; i++) {
        if (refold->work.days[i]->day != known.day)
            continue;
        err = known_event(txn, venue, reg, event.series, event.seq, receipt_arena(), &known, &event);
        event.reg = refold->from;
        event.venue = refold->venue;
        if (!err)
            err = fold_note_number(&refold->work, refold->work.days[i], &event);
        break;
    }
    return err == ERR_RANGE ? ERR_OK : err;
}

enum err refold_renumber(struct refold *refold)
{
    struct key key;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < refold->work.count; i++)
        err = forget_register(refold, refold->work.days[i]);
    key_init(&key);
    key_name(&key, refold->venue);
    key_name(&key, refold->from);
    key_u32(&key, SERIES_RECEIPTS);
    return err ? err : store_walk(refold->work.txn, TABLE_RECEIPTS, key_str(&key), key_str(&key), left_seen, refold);
}

enum err refold_finish(struct refold *refold)
{
    struct folding *work = &refold->work;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < work->count; i++) {
        struct open_settlement *open = work->days[i];
        struct settlement_part *last = settlement_last_part(&open->state);

        if (!last->sealed)
            err = settlement_resum(work->txn, open->venue, open->day, &open->state, last->from, work->fold->arena);
        if (!err)
            err = due_put(work->txn, open->venue, open->day);
    }
    if (!err)
        err = fold_finish(work);
    return err ? err : arena_failed(work->fold->arena) ? ERR_MEMORY : ERR_OK;
}

static enum err undo_all(struct refold *refold)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < refold->count; i++)
        err = refold->at[i].is_conflict ? unfold_conflict(refold, &refold->at[i]) : unfold_known(refold, &refold->at[i]);
    return err ? err : refold_renumber(refold);
}

/* What stays where it was is a number of the new run all the same: it is not missing there, and totals go on from it. */
static enum err stay(struct refold *refold, const struct moved *moved, uint32_t run)
{
    struct str name = run_name(refold->work.fold->arena, register_base(refold->from), run);
    struct event event;
    enum err err;

    if (moved->is_conflict || !str_equal(moved->reg, refold->from))
        return ERR_OK;
    err = seen_add(refold->work.txn, refold->venue, name, moved->series, moved->seq);
    if (!err || err == ERR_EXISTS)
        err = event_decode(moved->bytes, refold->work.fold->arena, &event);
    event.reg = name;
    return !err && event.kind == EVENT_Z_REPORT ? zindex_put(refold->work.txn, &event) : err;
}

static enum err begin(struct refold *refold, struct str reg, uint32_t run)
{
    struct event first = { .time = INT64_MIN };          /* not kept: nothing is older */
    enum err err = ERR_OK;

    if (refold->count && refold->at[0].place == refold->place)
        err = event_decode(refold->at[0].bytes, refold->work.fold->arena, &first);
    return err ? err : run_begin(refold->work.txn, refold->venue, reg, refold->place, run, first.time);
}

/* What stays stands behind numbers that have moved: they are not missing before it. */
static enum err bridge(struct refold *refold)
{
    uint64_t top = 0;
    enum err err = ERR_OK;

    for (size_t i = 0; i < refold->count; i++)
        if (refold->at[i].stays && !refold->at[i].is_conflict && refold->at[i].series == SERIES_RECEIPTS &&
            str_equal(refold->at[i].reg, refold->from) && refold->at[i].seq > top)
            top = refold->at[i].seq;
    for (size_t i = 0; !err && i < refold->count; i++) {
        const struct moved *moved = &refold->at[i];

        if (moved->stays || moved->series != SERIES_RECEIPTS || moved->seq <= refold->last || moved->seq >= top ||
            !str_equal(moved->reg, refold->from))
            continue;
        err = seen_add(refold->work.txn, refold->venue, refold->from, SERIES_RECEIPTS, moved->seq);
        err = err == ERR_EXISTS ? ERR_OK : err;
    }
    return err;
}

static enum err fold_all_again(struct refold *refold, uint32_t run)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < refold->count; i++) {
        const struct moved *moved = &refold->at[i];

        err = moved->stays ? stay(refold, moved, run)
                           : fold_event_again(&refold->work, moved->place, moved->day,
                                              str_equal(moved->reg, refold->from) ? STR_NONE : moved->reg, moved->bytes);
    }
    if (!err)
        err = bridge(refold);
    return err ? err : refold_finish(refold);
}

enum err refold_restarted(struct txn *txn, struct fold *fold, struct str venue, struct str reg, uint64_t place)
{
    struct refold refold = { .work = { .fold = fold, .txn = txn }, .venue = venue, .place = place };
    uint32_t run;
    enum err err = config_venue(fold->config, venue) ? run_may_begin(txn, venue, reg, place, &run) : ERR_NOT_FOUND;

    if (err)
        return err;
    refold.from = run_name(fold->arena, reg, run - 1);
    err = collect(&refold);
    if (!err)
        err = undo_all(&refold);
    if (!err)
        err = begin(&refold, reg, run);
    return err ? err : fold_all_again(&refold, run);
}

/* --- it did not count anew --- */

struct numbers { struct refold *refold; struct str before; struct key keys[256]; size_t count; bool all; };

/* Every number that was seen in the run is here, or stayed in the one before; else its content is no longer kept. */
static enum err numbers_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct numbers *numbers = context;
    struct refold *refold = numbers->refold;
    struct str venue, reg;
    uint32_t series;
    uint64_t first, last;
    struct known known;
    size_t at = 0, from = 0;

    if (!key_take_name(key, &at, &venue) || !key_take_name(key, &at, &reg) || !key_take_u32(key, &at, &series) ||
        !key_take_u64(key, &at, &first) || !key_take_u64(value, &from, &last))
        return ERR_STORE_DAMAGED;
    if (numbers->count == COUNT(numbers->keys) || last - first >= REFOLD_MAX)
        numbers->all = false;
    for (uint64_t seq = first; numbers->all && seq <= last; seq++)
        numbers->all = !known_get(txn, venue, reg, series, seq, &known) ||
                       (!known_get(txn, venue, numbers->before, series, seq, &known) && known.place >= refold->place);
    if (!numbers->all)
        return ERR_STOP;
    memcpy(numbers->keys[numbers->count].bytes, key.bytes, key.len);
    numbers->keys[numbers->count++].len = key.len;
    return ERR_OK;
}

static enum err may_all_move(struct refold *refold, struct numbers *numbers, bool *ret_may)
{
    struct key prefix;
    enum err err = ERR_OK;

    *ret_may = true;
    for (size_t i = 0; !err && *ret_may && i < refold->count; i++)
        err = unfold_may(refold, &refold->at[i], ret_may);
    if (err || !*ret_may)
        return err;
    key_init(&prefix);
    key_name(&prefix, refold->venue);
    key_name(&prefix, refold->from);
    err = store_walk(refold->work.txn, TABLE_SEEN, key_str(&prefix), key_str(&prefix), numbers_seen, numbers);
    *ret_may = numbers->all;
    return err;
}

static enum err end_run(struct refold *refold, struct str reg, uint64_t place, const struct numbers *numbers)
{
    struct str value;
    enum err err = run_drop(refold->work.txn, refold->venue, reg, place);

    for (size_t i = 0; !err && i < numbers->count; i++)      /* what is left of them: numbers that stayed */
        if (!store_get(refold->work.txn, TABLE_SEEN, key_str(&numbers->keys[i]), &value))
            err = store_delete(refold->work.txn, TABLE_SEEN, key_str(&numbers->keys[i]));
    return err;
}

/* What moves back was not missing before what stayed: now it is there. */
static enum err unbridge(struct refold *refold, struct str before)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < refold->count; i++) {
        const struct moved *moved = &refold->at[i];
        struct known known;

        if (moved->is_conflict || moved->series != SERIES_RECEIPTS || !str_equal(moved->reg, refold->from) ||
            !known_get(refold->work.txn, refold->venue, before, moved->series, moved->seq, &known))
            continue;
        err = seen_drop(refold->work.txn, refold->venue, before, moved->series, moved->seq);
        err = err == ERR_NOT_FOUND ? ERR_OK : err;
    }
    return err;
}

/* All that would move, and whether it may. */
static enum err judge_end(struct refold *refold, struct numbers *numbers, struct str reg, uint64_t place, uint32_t *ret_run)
{
    struct fold *fold = refold->work.fold;
    bool may = false;
    enum err err = config_venue(fold->config, refold->venue)
                       ? run_last_begins(refold->work.txn, refold->venue, reg, place, ret_run) : ERR_NOT_FOUND;

    if (err)
        return err;
    refold->from = run_name(fold->arena, reg, *ret_run);
    numbers->before = run_name(fold->arena, reg, *ret_run - 1);
    err = collect(refold);
    refold->place = place;
    if (!err)
        err = may_all_move(refold, numbers, &may);
    return err ? err : may ? ERR_OK : ERR_REFUSED;
}

enum err refold_may_not_restart(struct txn *txn, struct fold *fold, struct str venue, struct str reg, uint64_t place)
{
    struct refold refold = { .work = { .fold = fold, .txn = txn }, .venue = venue };
    struct numbers numbers = { .refold = &refold, .all = true };
    uint32_t run;

    return judge_end(&refold, &numbers, reg, place, &run);
}

enum err refold_not_restarted(struct txn *txn, struct fold *fold, struct str venue, struct str reg, uint64_t place)
{
    struct refold refold = { .work = { .fold = fold, .txn = txn }, .venue = venue };
    struct numbers numbers = { .refold = &refold, .all = true };
    uint32_t run;
    enum err err = judge_end(&refold, &numbers, reg, place, &run);

    if (!err)
        err = undo_all(&refold);
    if (!err)
        err = end_run(&refold, reg, place, &numbers);
    if (!err)
        err = unbridge(&refold, numbers.before);
    return err ? err : fold_all_again(&refold, run);
}
