/* unfold.c - what an event did to its day never was, as far as nothing sent relies on it. */
#include "refold_inside.h"

#include "claim.h"
#include "order_mark.h"
#include "removal.h"
#include "run.h"
#include "seen.h"
#include "zindex.h"

#include "domain/event_canonical.h"

/* --- whether it can be --- */

enum err unfold_is_free(struct refold *refold, int32_t day, uint64_t place, bool *ret_free)
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
    err = unfold_is_free(refold, claim->day, claim->place, &there);
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
    enum err err = unfold_is_free(refold, known->day, known->place, ret_free);

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
    err = unfold_is_free(refold, claim.day, claim.place, &there);
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

/* Its event, and whether it may be moved. The bytes are not the store's: its pages move under writes. */
static enum err find_known(struct refold *refold, const struct moved *moved, struct known *ret_known, struct event *ret_event,
                           bool *ret_free)
{
    struct arena *arena = refold->work.fold->arena;
    enum err err = known_get(refold->work.txn, refold->venue, moved->reg, moved->series, moved->seq, ret_known);

    ret_known->bytes = moved->bytes;
    if (!err)
        err = event_decode(ret_known->bytes, arena, ret_event);
    if (!err)
        err = run_adopt(refold->work.txn, ret_event, moved->reg, ret_known->place, arena);
    return err ? err : known_is_free(refold, ret_known, ret_event, ret_free);
}

enum err unfold_known(struct refold *refold, struct moved *moved)
{
    static enum err (*const kinds[EVENT_KIND_COUNT])(struct refold *, const struct known *, const struct event *) = {
        [EVENT_RECEIPT] = undo_receipt, [EVENT_VOID] = undo_void, [EVENT_CASH_MOVEMENT] = undo_movement,
        [EVENT_Z_REPORT] = undo_z, [EVENT_TRAINING] = undo_number, [EVENT_COPY] = undo_number,
    };
    struct known known;
    struct event event;
    bool there = false;
    enum err err = find_known(refold, moved, &known, &event, &there);

    moved->stays = !there;
    if (!err && there)
        err = kinds[event.kind](refold, &known, &event);
    return err || !there ? err : forget_known(refold, moved);
}

/* Decided before and in a part that is sealed: it stays what it was decided to be. */
enum err unfold_conflict(struct refold *refold, struct moved *moved)
{
    struct event identity = { .venue = refold->venue, .reg = moved->reg, .series = moved->series, .seq = moved->seq };
    struct conflict conflict;
    bool there = false;
    enum err err = conflict_by_hash(refold->work.txn, &identity, &moved->hash, &conflict);

    if (!err)
        err = unfold_is_free(refold, conflict.day, conflict.place, &there);
    moved->stays = !there;
    if (err || !there)
        return err;
    err = undo_effect(refold, conflict.day, EFFECT_CONFLICT, conflict.place, false, moved->reg, moved->seq);
    return err && err != ERR_NOT_FOUND ? err : conflict_drop(refold->work.txn, &identity, &moved->hash);
}

enum err unfold_may(struct refold *refold, const struct moved *moved, bool *ret_may)
{
    struct known known;
    struct event event;

    return moved->is_conflict ? unfold_is_free(refold, moved->day, moved->place, ret_may)
                              : find_known(refold, moved, &known, &event, ret_may);
}
