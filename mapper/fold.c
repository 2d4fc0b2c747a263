#include "fold_inside.h"

#include "arrival.h"
#include "base/killpoint.h"
#include "base/log.h"
#include "order_mark.h"
#include "removal.h"
#include "seen.h"
#include "share.h"
#include "claim.h"
#include "run.h"
#include "zindex.h"
#include "conflict.h"
#include "domain/event_books.h"
#include "domain/event_canonical.h"

#include <inttypes.h>
#include <string.h>


enum err fold_day(struct folding *work, struct str venue, int32_t day, struct open_settlement **ret_open)
{
    struct arena *arena = work->fold->arena;
    struct open_settlement *open;
    enum err err;

    for (size_t i = work->count; i > 0; i--)
        if (work->days[i - 1]->day == day && str_equal(work->days[i - 1]->venue, venue)) {
            *ret_open = work->days[i - 1];
            return ERR_OK;
        }
    if (work->count == work->room) {
        size_t room = work->room ? work->room * 2 : 64;
        struct open_settlement **days = arena_array(arena, room, sizeof(struct open_settlement *));

        if (!days)
            return ERR_MEMORY;
        if (work->count)
            memcpy(days, work->days, work->count * sizeof *days);
        work->days = days;
        work->room = room;
    }
    open = arena_alloc(arena, sizeof *open);
    if (!open)
        return ERR_MEMORY;
    *open = (struct open_settlement){ .venue = arena_copy(arena, venue), .day = day };
    err = settlement_load(work->txn, venue, day, arena, &open->state);
    if (!err)
        *ret_open = work->days[work->count++] = open;
    return err;
}

bool fold_in_open_part(const struct open_settlement *open, uint64_t place)
{
    const struct settlement_part *last = &open->state.parts[open->state.part_count - 1];

    return !last->sealed && place > last->from;
}

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

static enum err effect_on(struct folding *work, struct one *one, struct open_settlement *open, enum effect_class class_,
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
    return err ? err : effect_on(work, one, open, class_, &effect);
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
        return effect_on(work, one, open, EFFECT_BROKEN, &effect);
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
    enum err err = effect_on(work, one, open, EFFECT_VOID, &effect);

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

    return effect_on(work, one, open, EFFECT_MOVEMENT, &effect);
}

struct watching { struct folding *work; struct str venue; };

static enum err watch_on(int32_t day, void *context)
{
    const struct watching *watching = context;
    struct open_settlement *open;
    enum err err = fold_day(watching->work, watching->venue, day, &open);

    if (!err && settlement_last_part(&open->state)->sealed)
        open->state.watch = true;        /* else it is built anew, because it is touched */
    return err;
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
static enum err watch_beside(struct folding *work, const struct event *z)
{
    struct beside beside = { .watching = { work, z->venue },
                             .self = { .time = z->time, .series = z->series, .seq = z->seq, .first = z->z.first_seq,
                                       .last = z->z.last_seq, .has_range = z->z.has_range } };
    enum err err = zindex_walk(work->txn, z->venue, z->reg, beside_seen, &beside);

    return err || !beside.any ? err : watch_day(&beside.next, &beside.watching);
}

static enum err fold_z(struct folding *work, struct one *one, struct open_settlement *open)
{
    const struct event *event = &one->event;
    struct effect effect = { false, event->reg, event->series, event->seq, event->reg, event->seq };
    enum err err = zindex_put(work->txn, event);

    if (!err)
        err = watch_beside(work, event);
    return err ? err : effect_on(work, one, open, EFFECT_Z, &effect);
}

static enum err fold_number_only(struct folding *work, struct one *one, struct open_settlement *open)
{
    (void)work;
    (void)one;
    (void)open;
    return ERR_OK;                       /* takes a sequence number, nothing else */
}

static int32_t business_day(const struct one *one)
{
    if (one->day_had != DAY_ALWAYS)
        return one->day_had;
    return one->event.kind == EVENT_Z_REPORT ? one->event.z.business_day
                                             : venue_business_day(one->venue, one->event.time);
}

struct repeat { struct folding *work; const struct event *event; bool same; };

static enum err repeat_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct repeat *repeat = context;
    struct event there;
    enum err err;

    (void)txn;
    if (conflict->bytes.len == 0)
        return ERR_OK;
    err = event_decode(conflict->bytes, repeat->work->fold->arena, &there);
    repeat->same = !err && event_same_for_books(&there, repeat->event);
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err ? err : repeat->same ? ERR_STOP : ERR_OK;
}

/* Came before, next to the first content under this number. */
static enum err is_known_conflict(struct folding *work, const struct one *one, const struct event *identity, bool *ret_known)
{
    struct repeat repeat = { work, &one->said, false };
    struct conflict there;
    enum err err = conflict_by_hash(work->txn, identity, &one->known.hash, &there);

    *ret_known = !err;
    if (err != ERR_NOT_FOUND)
        return err;
    err = conflict_walk(work->txn, identity, repeat_seen, &repeat);
    *ret_known = repeat.same;
    return err;
}

enum err fold_aside(struct folding *work, struct one *one, enum conflict_state state)
{
    const struct event *event = &one->event;
    struct effect effect = { false, event->reg, event->series, event->seq, event->reg, event->seq };
    struct conflict conflict = { .hash = one->known.hash, .state = state, .place = one->known.place,
                                 .day = one->known.day, .bytes = one->known.bytes };
    struct open_settlement *open;
    struct claim claim;
    enum err err = conflict_put(work->txn, event, &conflict);

    if (!err && event->series == SERIES_RECEIPTS)
        err = claim_effective(work->txn, event->venue, event->reg, event->seq, &claim);
    if (!err && event->series == SERIES_RECEIPTS)    /* the void of this number is contested as well: its day is built anew */
        err = fold_day(work, event->venue, claim.day, &open);
    if (!err || err == ERR_NOT_FOUND)
        err = fold_day(work, event->venue, conflict.day, &open);
    if (!err && work->fold->now_ms)
        open->state.last_ms = work->fold->now_ms;
    return err ? err : effect_on(work, one, open, EFFECT_CONFLICT, &effect);
}

/* The same identity with other content: the first stands, the other is kept and red on its own day. */
static enum err fold_conflict(struct folding *work, struct one *one)
{
    bool known;
    enum err err = is_known_conflict(work, one, &one->event, &known);

    if (!err && known)
        work->fold->duplicates++;
    if (err || known)
        return err;
    work->fold->conflicts++;
    one->known.day = business_day(one);
    return fold_aside(work, one, CONFLICT_OPEN);
}

/* The sums of a day's open part again, if an effect at this place is in it. */
static enum err resum_at(struct folding *work, struct str venue, int32_t day, uint64_t place)
{
    struct open_settlement *open;
    enum err err = fold_day(work, venue, day, &open);

    if (err || !fold_in_open_part(open, place))
        return err;
    return settlement_resum(work->txn, venue, day, &open->state, settlement_last_part(&open->state)->from,
                            work->fold->arena);
}

/* The till's VAT is said now: it counts where the receipt is booked and where it is taken back, unless that is sent. */
static enum err resum_for(struct folding *work, const struct one *one, const struct known *known)
{
    const struct event *event = &one->event;
    struct claim claim;
    enum err err = resum_at(work, event->venue, known->day, known->place);

    if (!err)
        err = claim_effective(work->txn, event->venue, event->reg, event->seq, &claim);
    return err ? (err == ERR_NOT_FOUND ? ERR_OK : err) : resum_at(work, event->venue, claim.day, claim.place);
}

/* An order keeps the customer that it was sealed with. */
static enum err keep_sealed_customer(struct folding *work, struct one *one, const struct known *known,
                                     const struct event *first)
{
    struct order_mark mark;
    enum err err = order_mark_get(work->txn, first->venue, known->day, one->event.reg, first->seq, &mark);

    if (!err && mark.sealed)
        one->said.customer = first->customer;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* The same for the books under a known number: nothing moves; what it says besides is shown, or added. */
static enum err fold_again(struct folding *work, struct one *one, struct known *known, const struct event *first)
{
    const struct event *event = &one->event;
    struct open_settlement *open;
    bool vat_added;
    enum err err;

    work->fold->duplicates++;
    vat_added = event_add_said(first, &one->said) && event->kind == EVENT_RECEIPT && known->booked;
    err = keep_sealed_customer(work, one, known, first);
    if (!err)
        err = event_encode(&one->said, work->fold->arena, &known->bytes);
    if (err)                             /* both together are too long: the first says enough */
        return err == ERR_TOO_LONG ? ERR_OK : err;
    event_hash(known->bytes, &known->hash);
    err = known_put(work->txn, event, known);
    if (!err)
        err = fold_day(work, event->venue, known->day, &open);         /* to be looked at again */
    return !err && vat_added ? resum_for(work, one, known) : err;
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

static enum err fold_new(struct folding *work, struct one *one)
{
    static enum err (*const kinds[EVENT_KIND_COUNT])(struct folding *, struct one *, struct open_settlement *) = {
        [EVENT_RECEIPT] = fold_receipt, [EVENT_VOID] = fold_void, [EVENT_CASH_MOVEMENT] = fold_movement,
        [EVENT_Z_REPORT] = fold_z, [EVENT_TRAINING] = fold_number_only, [EVENT_COPY] = fold_number_only,
    };
    struct event *event = &one->event;
    struct effect broken = { false, event->reg, event->series, event->seq, event->reg, event->seq };
    struct open_settlement *open;
    enum err err = seen_add(work->txn, event->venue, event->reg, event->series, event->seq);

    if (err == ERR_EXISTS)               /* seen, and trimmed since: nobody can say any more that it is the same */
        return fold_conflict(work, one);
    if (err)
        return err;
    one->known.day = business_day(one);
    err = fold_day(work, event->venue, one->known.day, &open);
    if (err)
        return err;
    if (work->fold->now_ms)
        open->state.last_ms = work->fold->now_ms;
    err = fold_note_number(work, open, event);
    if (err == ERR_RANGE)
        err = effect_on(work, one, open, EFFECT_BROKEN, &broken);
    else if (!err)
        err = kinds[event->kind](work, one, open);
    return err ? err : known_put(work->txn, event, &one->known);
}

static enum err park(struct folding *work, const struct event *event, uint64_t place, struct str bytes)
{
    struct key key;

    key_init(&key);
    key_name(&key, event->venue);
    key_u64(&key, place);
    work->fold->parked++;
    return store_put(work->txn, TABLE_PARKED, key_str(&key), bytes);
}

/* An event whose number is known: it says the same again, or something else. */
static enum err fold_known(struct folding *work, struct one *one, struct known *known)
{
    struct event first;
    enum err err;

    if (memcmp(&known->hash, &one->known.hash, sizeof known->hash) == 0) {
        work->fold->duplicates++;
        return ERR_OK;
    }
    known->bytes = arena_copy(work->fold->arena, known->bytes);      /* the store's pages move under writes */
    err = event_decode(known->bytes, work->fold->arena, &first);
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    return event_same_for_books(&first, &one->said) ? fold_again(work, one, known, &first) : fold_conflict(work, one);
}

/* What an event is to a run of its register: nothing, another content of something there, or something there. */
enum kinship { KIN_NONE, KIN_OTHER_CONTENT, KIN_SAME };

/* Its number was seen, and its content is no longer kept: it is of that run if it is older than what came after it. */
static enum err kin_of_trimmed(struct folding *work, const struct one *one, const struct event *identity, uint32_t run,
                               enum kinship *ret_kinship)
{
    int64_t ended;
    bool seen;
    enum err err = run_began(work->txn, one->said.venue, one->said.reg, run + 1, &ended);

    if (err || one->said.time >= ended)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = seen_has(work->txn, identity->venue, identity->reg, identity->series, identity->seq, &seen);
    if (!err && seen)
        *ret_kinship = KIN_OTHER_CONTENT;
    return err;
}

static enum err kin_of(struct folding *work, const struct one *one, uint32_t run, enum kinship *ret_kinship)
{
    struct arena *arena = work->fold->arena;
    struct event identity = { .venue = one->said.venue, .reg = run_name(arena, one->said.reg, run),
                              .series = one->said.series, .seq = one->said.seq };
    struct known known;
    struct event there;
    bool same = false;
    enum err err = is_known_conflict(work, one, &identity, &same);

    *ret_kinship = same ? KIN_SAME : KIN_NONE;
    if (err || same)
        return err;
    err = known_get(work->txn, identity.venue, identity.reg, identity.series, identity.seq, &known);
    if (err == ERR_NOT_FOUND)
        return kin_of_trimmed(work, one, &identity, run, ret_kinship);
    if (!err)
        err = event_decode(known.bytes, arena, &there);
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    if (event_same_for_books(&there, &one->said))
        *ret_kinship = KIN_SAME;
    else if (there.kind == one->said.kind && there.time == one->said.time)
        *ret_kinship = KIN_OTHER_CONTENT;
    return ERR_OK;
}

static enum err other_content_of(struct folding *work, const struct one *one, uint32_t run, uint32_t *ret_run)
{
    bool first;
    enum err err = run_begins_at(work->txn, one->said.venue, one->said.reg, one->known.place, &first);

    if (!err && !first)
        *ret_run = run;
    return err;
}

/* An import that comes again finds its run by content: the earlier one of which it is an event, or where another content
 * has its number and moment. The event that a person named as the first of a run is of that run. */
static enum err find_run(struct folding *work, const struct one *one, uint32_t last, uint32_t *ret_run)
{
    uint32_t other = 0;

    *ret_run = last;
    if (last == 1)
        return ERR_OK;
    for (uint32_t run = 1; run <= last; run++) {
        enum kinship kinship = KIN_NONE;
        enum err err = kin_of(work, one, run, &kinship);

        if (err)
            return err;
        if (kinship == KIN_SAME) {
            *ret_run = run;
            return ERR_OK;
        }
        if (kinship == KIN_OTHER_CONTENT && !other)
            other = run;
    }
    return other ? other_content_of(work, one, other, ret_run) : ERR_OK;
}

/* From here on its register is named with its run. */
static enum err name_run(struct folding *work, struct one *one)
{
    uint32_t last, run;
    enum err err;

    if (one->name_had.len)
        return run_adopt(work->txn, &one->event, one->name_had, one->known.place, work->fold->arena);
    err = run_at(work->txn, one->said.venue, one->said.reg, one->known.place, &last);
    if (!err)
        err = find_run(work, one, last, &run);
    return err ? err : run_adopt(work->txn, &one->event, run_name(work->fold->arena, one->said.reg, run),
                                 one->known.place, work->fold->arena);
}

enum err fold_event(struct folding *work, uint64_t place, struct str bytes)
{
    return fold_event_again(work, place, DAY_ALWAYS, STR_NONE, bytes);
}

enum err fold_event_again(struct folding *work, uint64_t place, int32_t day, struct str name, struct str bytes)
{
    struct one one = { .known = { .place = place, .bytes = bytes }, .day_had = day, .name_had = name };
    struct known known;
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
        return park(work, &one.event, place, bytes);
    event_hash(bytes, &one.known.hash);
    work->fold->events++;
    err = name_run(work, &one);
    if (!err)
        err = known_get(work->txn, one.event.venue, one.event.reg, one.event.series, one.event.seq, &known);
    if (err)
        return err == ERR_NOT_FOUND ? fold_new(work, &one) : err;
    return fold_known(work, &one, &known);
}

void fold_begin(struct folding *work, struct txn *txn)
{
    struct fold *fold = work->fold;

    arena_reset(fold->arena);
    work->txn = txn;
    work->days = NULL;
    work->count = work->room = 0;
    work->numbers = NULL;
    work->number_count = work->number_room = 0;
    fold->events = fold->duplicates = fold->conflicts = fold->parked = fold->damaged = 0;
}

static bool is_due(const struct settlement *settlement)
{
    for (size_t i = 0; i < settlement->part_count; i++)
        if (!settlement->parts[i].sealed || settlement->parts[i].orders_open)
            return true;
    return settlement->watch;
}

/* Days that were sent and whose Z reports hold receipts that have come only now, or that have higher numbers than a later
 * day has got now. */
static enum err watch_days(struct folding *work)
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

enum err fold_finish(struct folding *work)
{
    struct fold *fold = work->fold;
    enum err err = watch_days(work);

    if (err)
        return err;
    fold->touched_count = 0;
    fold->touched = arena_array(fold->arena, work->count, sizeof *fold->touched);
    if (!fold->touched)
        return ERR_MEMORY;
    for (size_t i = 0; !err && i < work->count; i++) {
        struct open_settlement *open = work->days[i];
        struct key key;

        key_init(&key);
        key_name(&key, open->venue);
        key_day(&key, open->day);
        err = settlement_save(work->txn, open->venue, open->day, &open->state);
        if (!err && is_due(&open->state))
            err = store_put(work->txn, TABLE_DUE, key_str(&key), STR("1"));
        fold->touched[fold->touched_count++] = (struct touched){ open->venue, open->day };
    }
    return err;
}

static void offset_key(struct key *key, uint32_t partition)
{
    key_init(key);
    key_name(key, STR("offset"));
    key_u32(key, partition);
}

static enum err batch_work(struct txn *txn, void *context)
{
    struct folding *work = context;
    struct reader events = *work->events;
    struct key key, next;
    enum err err = ERR_OK;

    fold_begin(work, txn);
    if (work->event_count)
        err = arrival_note(txn, work->fold->partition, work->fold->now_ms, work->first + 1);
    for (size_t i = 0; !err && i < work->event_count; i++) {
        struct str bytes = take_any(&events);

        err = events.failed ? ERR_FORMAT : fold_event(work, work->first + i + 1, bytes);
        if (arena_failed(work->fold->arena))
            err = ERR_MEMORY;            /* whatever it looked like where a copy was missing */
    }
    if (!err)
        err = fold_finish(work);
    offset_key(&key, work->fold->partition);
    key_init(&next);
    key_u64(&next, work->first + work->event_count);
    if (!err)
        err = store_put(txn, TABLE_META, key_str(&key), key_str(&next));
    KILLPOINT("mapper.before-commit");
    return err;
}

enum err fold_batch(struct fold *fold, struct store *store, uint64_t first, const struct reader *events, size_t count)
{
    struct folding work = { .fold = fold, .first = first, .events = events, .event_count = count };
    enum err err = store_write(store, batch_work, &work);

    KILLPOINT("mapper.after-commit");
    return err;
}

/* A few events may need much: each void of a long receipt has all of it in memory. */
enum err fold_some(struct fold *fold, struct store *store, uint64_t first, struct reader *events, size_t count,
                   size_t *ret_folded)
{
    enum err err = fold_batch(fold, store, first, events, count);

    while (err == ERR_MEMORY && count > 1) {
        count /= 2;
        err = fold_batch(fold, store, first, events, count);
    }
    for (size_t i = 0; !err && i < count; i++)
        (void)take_any(events);
    if (!err)
        *ret_folded = count;
    return err;
}

struct parked_walk { struct folding *work; struct key done[2048]; size_t count, limit; };

static enum err parked_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct parked_walk *walk = context;
    struct folding *work = walk->work;
    struct str venue;
    uint64_t place;
    size_t at = 0;

    (void)txn;
    if (!key_take_name(key, &at, &venue) || !key_take_u64(key, &at, &place))
        return ERR_STORE_DAMAGED;
    if (walk->count == walk->limit)
        return ERR_STOP;
    key_init(&walk->done[walk->count]);
    key_name(&walk->done[walk->count], venue);
    key_u64(&walk->done[walk->count++], place);
    return fold_event(work, place, arena_copy(work->fold->arena, value));
}

/* Venue by venue: what is parked for venues that are still not there is not looked at, however much it is. */
static enum err parked_work(struct txn *txn, void *context)
{
    struct parked_walk *walk = context;
    const struct config *config = walk->work->fold->config;
    enum err err = ERR_OK;

    fold_begin(walk->work, txn);
    walk->count = 0;
    for (size_t i = 0; i < config->venue_count && !err && walk->count < walk->limit; i++) {
        struct key prefix;

        if (venue_partition(config->venues[i].id, config->partitions) != walk->work->fold->partition)
            continue;
        key_init(&prefix);
        key_name(&prefix, config->venues[i].id);
        err = store_walk(txn, TABLE_PARKED, key_str(&prefix), key_str(&prefix), parked_seen, walk);
    }
    if (arena_failed(walk->work->fold->arena))
        err = ERR_MEMORY;
    for (size_t i = 0; !err && i < walk->count; i++)
        err = store_delete(txn, TABLE_PARKED, key_str(&walk->done[i]));
    return err ? err : fold_finish(walk->work);
}

enum err fold_parked(struct fold *fold, struct store *store)
{
    static struct parked_walk walk;      /* large, and one at a time */
    struct folding work = { .fold = fold };
    enum err err;

    walk.work = &work;
    walk.limit = COUNT(walk.done);
    err = store_write(store, parked_work, &walk);
    while (err == ERR_MEMORY && walk.limit > 1) {
        walk.limit /= 2;
        err = store_write(store, parked_work, &walk);
    }
    return err;
}

struct offset_read { uint32_t partition; uint64_t offset; };

static enum err offset_work(struct txn *txn, void *context)
{
    struct offset_read *read = context;
    struct str value;
    struct key key;
    size_t at = 0;
    enum err err;

    offset_key(&key, read->partition);
    err = store_get(txn, TABLE_META, key_str(&key), &value);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (!err && !key_take_u64(value, &at, &read->offset))
        err = ERR_STORE_DAMAGED;
    return err;
}

enum err fold_offset(struct store *store, uint32_t partition, uint64_t *ret_offset)
{
    struct offset_read read = { partition, 0 };
    enum err err = store_read(store, offset_work, &read);

    if (!err)
        *ret_offset = read.offset;
    return err;
}
