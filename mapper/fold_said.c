/* What comes again under a known number: the same for the books, or another content (docs/rules.md section 8). */
#include "fold_inside.h"

#include "claim.h"
#include "domain/event_books.h"
#include "domain/event_canonical.h"
#include "order_mark.h"

enum err fold_settle(struct folding *work, struct one *one, const struct event *kept)
{
    struct event settled = one->said;
    enum err err;

    if (!pseudonyms_settle(work->fold->pseudonyms, kept, &settled))
        return ERR_OK;
    err = event_encode(&settled, work->fold->arena, &one->known.bytes);
    if (err)                             /* too long with it: another content, which a person sees */
        return err == ERR_TOO_LONG ? ERR_OK : err;
    event_hash(one->known.bytes, &one->known.hash);
    one->said = settled;
    one->event.customer = settled.customer;
    one->event.staff = settled.staff;
    return ERR_OK;
}

struct repeat { struct folding *work; const struct event *event; bool same; };

static enum err repeat_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct repeat *repeat = context;
    struct event there, event = *repeat->event;
    enum err err;

    (void)txn;
    if (conflict->bytes.len == 0)
        return ERR_OK;
    err = event_decode(conflict->bytes, repeat->work->fold->arena, &there);
    if (!err)
        (void)pseudonyms_settle(repeat->work->fold->pseudonyms, &there, &event);
    repeat->same = !err && event_same_for_books(&there, &event);
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err ? err : repeat->same ? ERR_STOP : ERR_OK;
}

/* Came before, next to the first content under this number. */
enum err fold_is_known(struct folding *work, const struct one *one, const struct event *identity, bool *ret_known)
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
    return err ? err : fold_effect(work, one, open, EFFECT_CONFLICT, &effect);
}

/* The same identity with other content: the first stands, the other is kept and red on its own day. */
enum err fold_other_content(struct folding *work, struct one *one)
{
    bool known;
    enum err err = fold_is_known(work, one, &one->event, &known);

    if (!err && known)
        work->fold->duplicates++;
    if (err || known)
        return err;
    work->fold->conflicts++;
    one->known.day = fold_business_day(one);
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
enum err fold_again(struct folding *work, struct one *one, struct known *known, const struct event *first)
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
