#include "refold.h"

#include "claim.h"
#include "conflict.h"
#include "fold_inside.h"
#include "order_mark.h"
#include "removal.h"
#include "run.h"
#include "seen.h"
#include "zindex.h"
#include "domain/event_canonical.h"

#include <stdlib.h>
#include <string.h>

/* One content that is to be folded again. */
struct moved {
    struct str reg; uint32_t series; uint64_t seq;       /* under this name until now */
    uint64_t place;
    int32_t day;                         /* it was on this one, and stays there */
    struct str bytes;
    bool is_conflict;
    struct event_hash hash;
    bool stays;                          /* something sent relies on it */
};

struct refold {
    struct folding work;
    struct str venue, from;              /* from: the register's name until now */
    uint64_t place;
    struct moved *at;
    size_t count, room;
};

/* --- what is to be moved --- */

static enum err note(struct refold *refold, const struct moved *moved)
{
    struct arena *arena = refold->work.fold->arena;

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

/* --- whether it can be --- */

/* Nothing sealed covers this place of the day. */
static enum err is_free(struct refold *refold, int32_t day, uint64_t place, bool *ret_free)
{
    struct open_settlement *open;
    enum err err = fold_day(&refold->work, refold->venue, day, &open);

    *ret_free = !err;
    for (size_t i = 0; !err && i < open->state.part_count; i++) {
        const struct settlement_part *part = &open->state.parts[i];

        if (part->sealed && place > part->from && place <= part->upto)
            *ret_free = false;
    }
    return err;
}

static enum err has_order(struct refold *refold, int32_t day, struct str reg, uint64_t seq, bool *ret_free)
{
    struct order_mark mark;
    enum err err = order_mark_get(refold->work.txn, refold->venue, day, reg, seq, &mark);

    if (!err && (mark.released || mark.sealed))
        *ret_free = false;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* A person has left it out: what it did stands, for his decision is about it. */
static enum err is_left_out(struct refold *refold, struct str reg, uint32_t series, uint64_t seq, bool *ret_free)
{
    uint64_t number;
    enum err err = removal_stands(refold->work.txn, refold->venue, reg, series, seq, &number);

    if (!err)
        *ret_free = false;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Where this claim takes a receipt back, if it does. */
static enum err claim_is_free(struct refold *refold, const struct claim *claim, bool *ret_free)
{
    bool there;
    enum err err;

    if (!claim->effective)
        return ERR_OK;
    err = is_free(refold, claim->day, claim->place, &there);
    if (!err)
        err = is_left_out(refold, claim->reg, SERIES_RECEIPTS, claim->seq, &there);
    if (!err && !there)
        *ret_free = false;
    return err ? err : has_order(refold, claim->day, claim->reg, claim->seq, ret_free);
}

/* The claim that this void has. ERR_NOT_FOUND. */
struct own_claim { const struct event *event; struct claim claim; bool found; };

static enum err own_claim_seen(struct txn *txn, const struct claim *claim, void *context)
{
    struct own_claim *own = context;

    (void)txn;
    if (claim->seq != own->event->seq || claim->target_seq != own->event->voids.seq || !str_equal(claim->reg, own->event->reg))
        return ERR_OK;
    own->claim = *claim;
    own->found = true;
    return ERR_STOP;
}

static enum err claim_of(struct refold *refold, const struct event *event, struct claim *ret_claim)
{
    struct arena *arena = refold->work.fold->arena;
    struct own_claim own = { .event = event };
    enum err err = claim_walk(refold->work.txn, refold->venue, event->voids.reg, own_claim_seen, &own);

    if (err || !own.found)
        return err ? err : ERR_NOT_FOUND;
    *ret_claim = own.claim;              /* its views end with the next write */
    ret_claim->venue = refold->venue;
    ret_claim->target_reg = event->voids.reg;
    ret_claim->reg = arena_copy(arena, own.claim.reg);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

static enum err known_is_free(struct refold *refold, const struct known *known, const struct event *event, bool *ret_free)
{
    struct claim claim;
    enum err err = is_free(refold, known->day, known->place, ret_free);

    if (!err)
        err = is_left_out(refold, event->reg, event->series, event->seq, ret_free);
    if (err || event->series != SERIES_RECEIPTS)
        return err;
    err = has_order(refold, known->day, event->reg, event->seq, ret_free);
    if (!err && event->kind == EVENT_RECEIPT)
        err = claim_effective(refold->work.txn, refold->venue, event->reg, event->seq, &claim);
    else if (!err)
        err = event->kind == EVENT_VOID ? claim_of(refold, event, &claim) : ERR_NOT_FOUND;
    return err ? (err == ERR_NOT_FOUND ? ERR_OK : err) : claim_is_free(refold, &claim, ret_free);
}

/* --- what it did never was --- */

static enum err undo_effect(struct refold *refold, int32_t day, enum effect_class class_, uint64_t place, bool negative,
                            struct str by_reg, uint64_t by_seq)
{
    struct open_settlement *open;
    enum err err = fold_day(&refold->work, refold->venue, day, &open);
    uint64_t *counts[] = { [EFFECT_BROKEN] = &open->state.broken, [EFFECT_VOID] = &open->state.voids,
                           [EFFECT_CONFLICT] = &open->state.conflicts, [EFFECT_MOVEMENT] = &open->state.movements,
                           [EFFECT_Z] = &open->state.zs };

    if (!err)
        err = effect_drop(refold->work.txn, refold->venue, day, class_, place, negative, by_reg, by_seq);
    if (!err && class_ >= EFFECT_BROKEN && *counts[class_])
        --*counts[class_];
    return err;
}

/* A receipt's own effect, or that of the void which takes it back; too large to be summed, it is kept as broken. */
static enum err undo_booking(struct refold *refold, int32_t day, const struct event *receipt, uint64_t place, bool negative,
                             struct str by_reg, uint64_t by_seq)
{
    enum effect_class class_ = settlement_receipt_is_plain(receipt) ? EFFECT_PLAIN : EFFECT_MIXED;
    enum err err = undo_effect(refold, day, class_, place, negative, by_reg, by_seq);

    if (err == ERR_NOT_FOUND)
        err = undo_effect(refold, day, EFFECT_BROKEN, place, negative, by_reg, by_seq);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err undo_receipt(struct refold *refold, const struct known *known, const struct event *receipt)
{
    struct claim claim;
    enum err err = undo_booking(refold, known->day, receipt, known->place, false, receipt->reg, receipt->seq);

    if (!err)
        err = claim_effective(refold->work.txn, refold->venue, receipt->reg, receipt->seq, &claim);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    claim.reg = arena_copy(refold->work.fold->arena, claim.reg);
    claim.effective = false;
    err = claim_put(refold->work.txn, &claim);
    return err ? err : undo_booking(refold, claim.day, receipt, claim.place, true, claim.reg, claim.seq);
}

/* The receipt that a void no longer takes back: the next claim does, if there is one. */
static enum err next_claim(struct refold *refold, const struct known *known, const struct event *receipt)
{
    struct one one = { .event = *receipt, .known = *known };
    struct claim claim;
    bool there = true;
    enum err err = claim_first(refold->work.txn, refold->venue, receipt->reg, receipt->seq, &claim);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    claim.reg = arena_copy(refold->work.fold->arena, claim.reg);
    err = is_free(refold, claim.day, claim.place, &there);
    if (err || !there)
        return err;
    claim.effective = true;
    one.known.place = claim.place;
    one.n = 1;                           /* beside the void's own effect */
    err = claim_put(refold->work.txn, &claim);
    return err ? err : fold_book(&refold->work, &one, claim.day, receipt, true, claim.reg, claim.seq);
}

static enum err undo_void(struct refold *refold, const struct known *known, const struct event *event)
{
    struct arena *arena = refold->work.fold->arena;
    struct claim claim;
    struct known target;
    struct event receipt;
    enum err err = undo_effect(refold, known->day, EFFECT_VOID, known->place, false, event->reg, event->seq);

    if (!err || err == ERR_NOT_FOUND)
        err = claim_of(refold, event, &claim);
    if (!err)
        err = claim_drop(refold->work.txn, &claim);
    if (err || !claim.effective)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = known_event(refold->work.txn, refold->venue, claim.target_reg, SERIES_RECEIPTS, claim.target_seq, arena, &target,
                      &receipt);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    target.bytes = arena_copy(arena, target.bytes);      /* the store's pages move under writes */
    err = event_decode(target.bytes, arena, &receipt);
    if (!err)
        err = run_adopt(refold->work.txn, &receipt, claim.target_reg, target.place, arena);
    if (!err)
        err = undo_booking(refold, claim.day, &receipt, claim.place, true, claim.reg, claim.seq);
    return err ? err : next_claim(refold, &target, &receipt);
}

static enum err undo_z(struct refold *refold, const struct known *known, const struct event *event)
{
    enum err err = undo_effect(refold, known->day, EFFECT_Z, known->place, false, event->reg, event->seq);

    return !err || err == ERR_NOT_FOUND ? zindex_drop(refold->work.txn, event) : err;
}

static enum err undo_movement(struct refold *refold, const struct known *known, const struct event *event)
{
    enum err err = undo_effect(refold, known->day, EFFECT_MOVEMENT, known->place, false, event->reg, event->seq);

    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err undo_number(struct refold *refold, const struct known *known, const struct event *event)
{
    (void)refold;
    (void)known;
    (void)event;
    return ERR_OK;
}

static enum err forget_known(struct refold *refold, const struct moved *moved)
{
    struct key key;
    enum err err;

    key_init(&key);
    key_name(&key, refold->venue);
    key_name(&key, moved->reg);
    key_u32(&key, moved->series);
    key_u64(&key, moved->seq);
    err = store_delete(refold->work.txn, TABLE_RECEIPTS, key_str(&key));
    if (!err)
        err = seen_drop(refold->work.txn, refold->venue, moved->reg, moved->series, moved->seq);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err undo_known(struct refold *refold, struct moved *moved)
{
    static enum err (*const kinds[EVENT_KIND_COUNT])(struct refold *, const struct known *, const struct event *) = {
        [EVENT_RECEIPT] = undo_receipt, [EVENT_VOID] = undo_void, [EVENT_CASH_MOVEMENT] = undo_movement,
        [EVENT_Z_REPORT] = undo_z, [EVENT_TRAINING] = undo_number, [EVENT_COPY] = undo_number,
    };
    struct arena *arena = refold->work.fold->arena;
    struct known known;
    struct event event;
    bool there = false;
    enum err err = known_get(refold->work.txn, refold->venue, moved->reg, moved->series, moved->seq, &known);

    known.bytes = moved->bytes;          /* the store's pages move under writes */
    if (!err)
        err = event_decode(known.bytes, arena, &event);
    if (!err)
        err = run_adopt(refold->work.txn, &event, moved->reg, known.place, arena);
    if (!err)
        err = known_is_free(refold, &known, &event, &there);
    moved->stays = !there;
    if (!err && there)
        err = kinds[event.kind](refold, &known, &event);
    return err || !there ? err : forget_known(refold, moved);
}

/* Decided before and in a part that is sealed: it stays what it was decided to be. */
static enum err undo_conflict(struct refold *refold, struct moved *moved)
{
    struct event identity = { .venue = refold->venue, .reg = moved->reg, .series = moved->series, .seq = moved->seq };
    struct conflict conflict;
    bool there = false;
    enum err err = conflict_by_hash(refold->work.txn, &identity, &moved->hash, &conflict);

    if (!err)
        err = is_free(refold, conflict.day, conflict.place, &there);
    moved->stays = !there;
    if (err || !there)
        return err;
    err = undo_effect(refold, conflict.day, EFFECT_CONFLICT, conflict.place, false, moved->reg, moved->seq);
    return err && err != ERR_NOT_FOUND ? err : conflict_drop(refold->work.txn, &identity, &moved->hash);
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

static enum err renumber(struct refold *refold)
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

static enum err resum(struct refold *refold)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < refold->work.count; i++) {
        struct open_settlement *open = refold->work.days[i];
        struct settlement_part *last = settlement_last_part(&open->state);

        if (!last->sealed)
            err = settlement_resum(refold->work.txn, open->venue, open->day, &open->state, last->from,
                                   refold->work.fold->arena);
        if (!err)
            err = due_put(refold->work.txn, open->venue, open->day);
    }
    return err;
}

static enum err undo_all(struct refold *refold)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < refold->count; i++)
        err = refold->at[i].is_conflict ? undo_conflict(refold, &refold->at[i]) : undo_known(refold, &refold->at[i]);
    return err ? err : renumber(refold);
}

/* What stays where it was is a number of the new run all the same: it is not missing there. */
static enum err stay(struct refold *refold, const struct moved *moved, uint32_t run)
{
    struct str name = run_name(refold->work.fold->arena, refold->from, run);
    enum err err;

    if (moved->is_conflict || !str_equal(moved->reg, refold->from))
        return ERR_OK;
    err = seen_add(refold->work.txn, refold->venue, name, moved->series, moved->seq);
    return err == ERR_EXISTS ? ERR_OK : err;
}

static enum err begin(struct refold *refold, struct str reg, uint32_t run)
{
    struct event first = { .time = INT64_MIN };          /* not kept: nothing is older */
    enum err err = ERR_OK;

    if (refold->count && refold->at[0].place == refold->place)
        err = event_decode(refold->at[0].bytes, refold->work.fold->arena, &first);
    return err ? err : run_begin(refold->work.txn, refold->venue, reg, refold->place, run, first.time);
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
    for (size_t i = 0; !err && i < refold.count; i++)
        err = refold.at[i].stays ? stay(&refold, &refold.at[i], run)
                                 : fold_event_again(&refold.work, refold.at[i].place, refold.at[i].day,
                                                    refold.at[i].bytes);
    if (!err)
        err = resum(&refold);
    if (!err)
        err = fold_finish(&refold.work);
    return err ? err : arena_failed(fold->arena) ? ERR_MEMORY : ERR_OK;
}

/* --- which of several contents is right --- */

struct contents { struct conflict at[64]; size_t count; struct arena *arena; };

static enum err content_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct contents *contents = context;

    (void)txn;
    if (conflict->state != CONFLICT_OPEN || conflict->place == 0)
        return ERR_OK;
    if (contents->count == COUNT(contents->at))
        return ERR_STOP;
    contents->at[contents->count] = *conflict;
    contents->at[contents->count].state = CONFLICT_NOT_BOOKED;
    contents->at[contents->count++].bytes = arena_copy(contents->arena, conflict->bytes);
    return ERR_OK;
}

/* All others of this number are not booked either. */
static enum err settle_others(struct refold *refold, const struct event *identity)
{
    struct contents contents;
    struct open_settlement *open;
    enum err err;

    do {
        contents = (struct contents){ .arena = refold->work.fold->arena };
        err = conflict_walk(refold->work.txn, identity, content_seen, &contents);
        for (size_t i = 0; !err && i < contents.count; i++) {
            err = conflict_put(refold->work.txn, identity, &contents.at[i]);
            if (!err)
                err = fold_day(&refold->work, refold->venue, contents.at[i].day, &open);
        }
    } while (!err && contents.count == COUNT(contents.at));
    return err;
}

/* The booked one and the chosen one change places. */
static enum err swap(struct refold *refold, const struct event *identity, const struct known *first,
                     const struct conflict *chosen)
{
    struct moved booked = { .reg = identity->reg, .series = identity->series, .seq = identity->seq, .bytes = first->bytes };
    struct moved right = { .reg = identity->reg, .series = identity->series, .seq = identity->seq, .is_conflict = true,
                           .hash = chosen->hash };
    struct one aside = { .event = *identity, .known = *first };
    struct open_settlement *open;
    bool there = false;
    enum err err = is_free(refold, chosen->day, chosen->place, &there);

    if (!err && there)
        err = undo_known(refold, &booked);
    if (err || !there || booked.stays)
        return err ? err : ERR_REFUSED;
    err = undo_conflict(refold, &right);
    if (!err)
        err = fold_aside(&refold->work, &aside, CONFLICT_NOT_BOOKED);
    if (!err)
        err = fold_event_again(&refold->work, chosen->place, chosen->day, chosen->bytes);
    return err ? err : fold_day(&refold->work, refold->venue, first->day, &open);
}

enum err refold_choose(struct txn *txn, struct fold *fold, const struct event *identity, uint64_t place)
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
            err = chosen.bytes.len ? swap(&refold, identity, &first, &chosen) : ERR_NOT_FOUND;
    }
    if (!err)
        err = settle_others(&refold, identity);
    if (!err)
        err = renumber(&refold);
    if (!err)
        err = resum(&refold);
    if (!err)
        err = fold_finish(&refold.work);
    return err ? err : arena_failed(fold->arena) ? ERR_MEMORY : ERR_OK;
}
