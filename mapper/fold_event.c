/* What one event does to the settlements, by its kind. */
#include "fold_inside.h"

#include "base/log.h"
#include "claim.h"
#include "day_rules.h"
#include "domain/event_canonical.h"
#include "order_mark.h"
#include "removal.h"
#include "run.h"
#include "share.h"
#include "zindex.h"
#include "domain/event_books.h"

#include <inttypes.h>
#include <string.h>

/* Something of substance came for this day: it belongs to the open part, and there is one, unless a sealed one
 * covers it. */
static enum err open_part(struct folding *work, struct open_settlement *open, uint64_t place)
{
    struct settlement_part *last = settlement_last_part(&open->state);

    if (!last->sealed)
        return ERR_OK;
    if (!settlement_is_unheard(last) && place <= last->upto)
        return ERR_OK;
    if (!settlement_is_unheard(last))
        return settlement_new_part(&open->state, last->upto, work->fold->arena);
    return settlement_go_on(work->txn, open->venue, open->day, &open->state, work->fold->arena);
}

enum err fold_effect(struct folding *work, struct one *one, struct open_settlement *open, enum effect_class class_,
                     const struct effect *effect)
{
    uint64_t *counts[] = { [EFFECT_BROKEN] = &open->state.broken, [EFFECT_VOID] = &open->state.voids,
                           [EFFECT_CONFLICT] = &open->state.conflicts, [EFFECT_MOVEMENT] = &open->state.movements,
                           [EFFECT_Z] = &open->state.zs };
    enum err err = open_part(work, open, one->known.place);

    if (err)
        return err;
    if (class_ >= EFFECT_BROKEN)
        ++*counts[class_];
    if (open->state.last_place < one->known.place)
        open->state.last_place = one->known.place;
    return effect_put(work->txn, open->venue, open->day, class_, one->known.place, one->n++, effect);
}

/* The part that covers a place may have orders of it to be built, though it is sealed. */
static void note_orders(struct open_settlement *open, uint64_t place)
{
    for (size_t i = 0; i < open->state.part_count; i++) {
        struct settlement_part *part = &open->state.parts[i];

        if (part->sealed && place > part->from && place <= part->upto)
            part->orders_open++;         /* counted at the next look */
    }
}

enum err fold_book(struct folding *work, struct one *one, int32_t day, const struct event *receipt, bool negative,
                   struct str by_reg, uint64_t by_seq)
{
    struct effect effect = { negative, receipt->reg, receipt->series, receipt->seq, by_reg, by_seq };
    enum effect_class class_ = settlement_receipt_is_plain(receipt) ? EFFECT_PLAIN : EFFECT_MIXED;
    struct open_settlement *open;
    enum err err = fold_day(work, one->event.venue, day, &open);

    if (!err)
        err = open_part(work, open, one->known.place);
    if (!err && !fold_in_open_part(open, one->known.place)) {
        note_orders(open, one->known.place);
    } else if (!err && class_ == EFFECT_PLAIN) {
        err = settlement_add_plain(&open->state, receipt, negative, work->fold->arena);
        if (err == ERR_RANGE) {          /* absurd amounts: booked nowhere, and the draft says so */
            one->known.booked = one->known.booked && negative;
            class_ = EFFECT_BROKEN;
            err = ERR_OK;
        }
    } else if (!err) {
        open->state.receipts++;
    }
    return err ? err : fold_effect(work, one, open, class_, &effect);
}

static enum err fold_receipt(struct folding *work, struct one *one, struct open_settlement *open)
{
    struct event *receipt = &one->event;
    struct effect effect = { false, receipt->reg, receipt->series, receipt->seq, receipt->reg, receipt->seq };
    struct money lines, payments;
    struct claim claim;
    struct one at;
    enum err err = receipt_sums(receipt, &lines, &payments);

    if (err || lines.ore != payments.ore)
        return fold_effect(work, one, open, EFFECT_BROKEN, &effect);
    one->known.booked = true;
    err = fold_book(work, one, open->day, receipt, false, receipt->reg, receipt->seq);
    if (err || !one->known.booked)
        return err;
    err = claim_first(work->txn, receipt->venue, receipt->reg, receipt->seq, &claim);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    claim.reg = arena_copy(work->fold->arena, claim.reg);
    claim.effective = true;
    at = *one;                           /* the later of the two places: a part that was sealed between them has neither */
    if (claim.place > at.known.place)
        at.known.place = claim.place;
    claim.place = at.known.place;
    err = claim_put(work->txn, &claim);
    if (!err)
        err = fold_book(work, &at, claim.day, receipt, true, claim.reg, claim.seq);
    one->n = at.n;
    one->known.booked = at.known.booked;
    return err;
}

/* A claim that something sent relies on is never taken away again. */
static enum err claim_is_final(struct folding *work, const struct claim *claim, bool *ret_final)
{
    struct order_mark mark;
    struct open_settlement *open;
    uint64_t number;
    enum err err = order_mark_get(work->txn, claim->venue, claim->day, claim->reg, claim->seq, &mark);

    *ret_final = !err && mark.released;
    if (!err || err == ERR_NOT_FOUND)
        err = removal_stands(work->txn, claim->venue, claim->reg, SERIES_RECEIPTS, claim->seq, &number);
    *ret_final |= !err;                  /* a person has left it out: what it did stands */
    if (!err || err == ERR_NOT_FOUND)
        err = fold_day(work, claim->venue, claim->day, &open);
    for (size_t i = 0; !err && i < open->state.part_count; i++) {
        const struct settlement_part *part = &open->state.parts[i];
        bool covers = claim->place > part->from && (part->upto == 0 || claim->place <= part->upto);

        if (covers && part->sealed && !settlement_is_unheard(part))
            *ret_final = true;
    }
    return err;
}

/* Makes way for an earlier void: what the former one did to its day never was. */
static enum err unseat(struct folding *work, const struct event *receipt, struct claim *former)
{
    enum effect_class class_ = settlement_receipt_is_plain(receipt) ? EFFECT_PLAIN : EFFECT_MIXED;
    struct settlement_part *last;
    struct open_settlement *open;
    enum err err;

    former->reg = arena_copy(work->fold->arena, former->reg);
    former->effective = false;
    err = claim_put(work->txn, former);
    if (!err)
        err = fold_day(work, former->venue, former->day, &open);
    if (!err)
        err = effect_drop(work->txn, open->venue, open->day, class_, former->place, true, former->reg,
                          former->seq);
    if (err == ERR_NOT_FOUND)            /* too large to be summed: it was kept as broken, and stays that */
        return ERR_OK;
    if (err)
        return err;
    last = settlement_last_part(&open->state);
    if (settlement_is_unheard(last))
        return open_part(work, open, UINT64_MAX);
    return last->sealed ? ERR_OK
                        : settlement_resum(work->txn, open->venue, open->day, &open->state, last->from, work->fold->arena);
}

static enum err fold_void(struct folding *work, struct one *one, struct open_settlement *open)
{
    struct event *event = &one->event;
    struct effect effect = { false, event->reg, event->series, event->seq, event->reg, event->seq };
    struct claim claim = { event->venue, event->voids.reg, event->voids.seq, event->time, event->reg, event->seq,
                           open->day, one->known.place, false };
    struct claim former;
    struct known target;
    struct event receipt;
    uint64_t number;
    bool final = false;
    enum err err = fold_effect(work, one, open, EFFECT_VOID, &effect);

    if (!err)
        err = claim_put(work->txn, &claim);
    if (err)
        return err;
    err = known_event(work->txn, event->venue, claim.target_reg, SERIES_RECEIPTS, claim.target_seq,
                      work->fold->arena, &target, &receipt);
    if (err || !target.booked)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = removal_stands(work->txn, event->venue, claim.target_reg, SERIES_RECEIPTS, claim.target_seq, &number);
    if (err != ERR_NOT_FOUND)
        return err;                      /* a person has left it out: what takes it back is left out as well */
    /* the store's pages move under writes: keep the receipt's bytes */
    err = event_decode(arena_copy(work->fold->arena, target.bytes), work->fold->arena, &receipt);
    if (!err)
        err = run_adopt(work->txn, &receipt, claim.target_reg, target.place, work->fold->arena);
    if (!err) {
        err = claim_effective(work->txn, event->venue, claim.target_reg, claim.target_seq, &former);
        if (!err) {
            err = claim_is_final(work, &former, &final);
            if (err || final || claim_before(&former, &claim))
                return err;
            err = unseat(work, &receipt, &former);
        } else if (err == ERR_NOT_FOUND) {
            err = ERR_OK;
        }
    }
    claim.effective = true;
    if (!err)
        err = claim_put(work->txn, &claim);
    return err ? err : fold_book(work, one, open->day, &receipt, true, event->reg, event->seq);
}

static enum err fold_movement(struct folding *work, struct one *one, struct open_settlement *open)
{
    struct effect effect = { false, one->event.reg, one->event.series, one->event.seq, one->event.reg,
                             one->event.seq };

    return fold_effect(work, one, open, EFFECT_MOVEMENT, &effect);
}

static enum err fold_z(struct folding *work, struct one *one, struct open_settlement *open)
{
    const struct event *event = &one->event;
    struct effect effect = { false, event->reg, event->series, event->seq, event->reg, event->seq };
    enum err err = zindex_put(work->txn, event);

    if (!err)
        err = fold_watch_beside(work, event);
    return err ? err : fold_effect(work, one, open, EFFECT_Z, &effect);
}

static enum err fold_number_only(struct folding *work, struct one *one, struct open_settlement *open)
{
    (void)work;
    (void)one;
    (void)open;
    return ERR_OK;                       /* takes a sequence number, nothing else */
}

int32_t fold_business_day(const struct one *one)
{
    if (one->day_had != DAY_ALWAYS)
        return one->day_had;
    return one->event.kind == EVENT_Z_REPORT ? one->event.z.business_day
                                             : venue_business_day(one->days, one->event.time);
}

static enum err fold_new(struct folding *work, struct one *one)
{
    static enum err (*const kinds[EVENT_KIND_COUNT])(struct folding *, struct one *, struct open_settlement *) = {
        [EVENT_RECEIPT] = fold_receipt, [EVENT_VOID] = fold_void, [EVENT_CASH_MOVEMENT] = fold_movement,
        [EVENT_Z_REPORT] = fold_z, [EVENT_TRAINING] = fold_number_only, [EVENT_COPY] = fold_number_only,
    };
    struct event *event = &one->event;
    struct effect broken = { false, event->reg, event->series, event->seq, event->reg, event->seq };
    struct open_settlement *open;
    enum err err = fold_add_number(work, event);

    if (err == ERR_EXISTS)               /* seen, and trimmed since: nobody can say any more that it is the same */
        return fold_other_content(work, one);
    if (err)
        return err;
    one->known.day = fold_business_day(one);
    err = fold_day(work, event->venue, one->known.day, &open);
    if (err)
        return err;
    if (work->fold->now_ms)
        open->state.last_ms = work->fold->now_ms;
    err = fold_note_number(work, open, event);
    if (err == ERR_RANGE)
        err = fold_effect(work, one, open, EFFECT_BROKEN, &broken);
    else if (!err)
        err = kinds[event->kind](work, one, open);
    return err ? err : known_put(work->txn, event, &one->known);
}

static bool is_same(const struct known *known, const struct one *one)
{
    return memcmp(&known->hash, &one->known.hash, sizeof known->hash) == 0;
}

/* An event whose number is known: it says the same again, or something else. */
static enum err fold_known(struct folding *work, struct one *one, struct known *known)
{
    struct event first;
    enum err err;

    if (is_same(known, one)) {
        work->fold->duplicates++;
        return ERR_OK;
    }
    known->bytes = arena_copy(work->fold->arena, known->bytes);      /* the store's pages move under writes */
    err = event_decode(known->bytes, work->fold->arena, &first);
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    err = fold_settle(work, one, &first);
    if (err)
        return err;
    if (is_same(known, one)) {
        work->fold->duplicates++;
        return ERR_OK;
    }
    return event_same_for_books(&first, &one->said) ? fold_again(work, one, known, &first) : fold_other_content(work, one);
}

enum err fold_event(struct folding *work, uint64_t place, struct str bytes)
{
    return fold_event_again(work, place, DAY_ALWAYS, STR_NONE, bytes);
}

enum err fold_event_again(struct folding *work, uint64_t place, int32_t day, struct str name, struct str bytes)
{
    struct one one = { .known = { .place = place, .bytes = bytes }, .day_had = day, .name_had = name };
    struct known known;
    bool above;
    enum err err = event_decode(bytes, work->fold->arena, &one.said);

    if (err == ERR_MEMORY)
        return err;
    if (err) {
        work->fold->damaged++;
        log_fact("level=error what=\"an event in the log cannot be read; it stays there\" partition=%" PRIu32
                 " offset=%" PRIu64, work->fold->partition, place - 1);
        return ERR_OK;
    }
    one.event = one.said;
    one.venue = config_venue(work->fold->config, one.event.venue);
    if (!one.venue)
        return fold_park(work, one.event.venue, place, bytes);
    one.days = day_rules_at(work->fold->day_rules, one.venue, place);
    event_hash(bytes, &one.known.hash);
    work->fold->events++;
    err = fold_name_run(work, &one);
    if (!err)
        err = fold_is_above(work, &one.event, &above);
    if (!err && above)
        return fold_new(work, &one);
    if (!err)
        err = known_get(work->txn, one.event.venue, one.event.reg, one.event.series, one.event.seq, &known);
    if (err)
        return err == ERR_NOT_FOUND ? fold_new(work, &one) : err;
    return fold_known(work, &one, &known);
}
