#include "removal.h"

#include "claim.h"
#include "order_mark.h"
#include "run.h"
#include "domain/event_canonical.h"

#include <string.h>

static void out_key(struct key *key, struct str venue, struct str reg, uint32_t series, uint64_t seq)
{
    key_init(key);
    key_name(key, STR("out"));
    key_name(key, venue);
    key_name(key, reg);
    key_u32(key, series);
    key_u64(key, seq);
}

enum err removal_stands(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq,
                        uint64_t *ret_number)
{
    struct str value;
    struct key key;
    size_t at = 0;
    enum err err;

    out_key(&key, venue, reg, series, seq);
    err = store_get(txn, TABLE_META, key_str(&key), &value);
    return !err && !key_take_u64(value, &at, ret_number) ? ERR_STORE_DAMAGED : err;
}

enum err removal_day(struct txn *txn, const struct removal *removal, int32_t *ret_day)
{
    struct known known;
    enum err err = known_get(txn, removal->name.venue, removal->name.reg, removal->name.series, removal->name.seq, &known);

    if (!err)
        *ret_day = known.day;
    return err;
}

struct removed removal_meaning(const struct effect *effect, const struct known *content, const struct event *event)
{
    bool itself = effect->seq == effect->by_seq && str_equal(effect->reg, effect->by_reg);

    return (struct removed){ .back = !effect->negative, .booked = event->kind == EVENT_RECEIPT && content->booked,
                             .void_ = !itself };
}

/* --- what may be decided --- */

/* What is decided about: the event, and the receipt whose content moves (of a void that took effect: its target). */
struct subject { struct event event; struct known known; struct effect effect; bool effective; };

static enum err find(struct txn *txn, const struct removal *removal, struct arena *arena, struct subject *subject)
{
    const struct receipt_name *name = &removal->name;
    enum err err = known_event(txn, name->venue, name->reg, name->series, name->seq, arena, &subject->known, &subject->event);

    if (err)
        return err;
    err = event_decode(arena_copy(arena, subject->known.bytes), arena, &subject->event);  /* the store's pages move */
    if (!err)
        err = run_adopt(txn, &subject->event, name->reg, subject->known.place, arena);       /* as every key names it */
    if (err)
        return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
    subject->effect = (struct effect){ .negative = true, .reg = name->reg, .series = name->series, .seq = name->seq,
                                       .by_reg = name->reg, .by_seq = name->seq };
    if (subject->event.kind != EVENT_VOID)
        return ERR_OK;
    err = claim_is_effective(txn, &subject->event, &subject->effective);
    if (!err && subject->effective) {
        subject->effect.reg = subject->event.voids.reg;
        subject->effect.seq = subject->event.voids.seq;
    }
    return err;
}

static bool has_credit(const struct event *event)
{
    for (size_t i = 0; i < event->payment_count; i++)
        if (str_equal(event->payments[i].type, STR("credit")))
            return true;
    return false;
}

/* An order of it is with the invoicer, or will be: its part has given its credit to orders. What was sealed with this decision in it (the
 * store was made again since, and hears the seal first) has given none. */
static enum err is_ordered(struct txn *txn, const struct subject *subject, const struct settlement *settlement,
                           uint64_t decision, bool *ret_ordered)
{
    const struct event *event = &subject->event;
    struct order_mark mark = { 0 };
    enum err err = order_mark_get(txn, event->venue, subject->known.day, event->reg, event->seq, &mark);

    *ret_ordered = !err && mark.released && !mark.withdrawn;
    if (err && err != ERR_NOT_FOUND)
        return err;
    for (size_t i = 0; i < settlement->part_count && has_credit(event); i++) {
        const struct settlement_part *part = &settlement->parts[i];

        if (part->sealed && part->credit_ordered && part->decided < decision && subject->known.place > part->from &&
            subject->known.place <= part->upto)
            *ret_ordered = true;
    }
    return ERR_OK;
}

static enum err is_out(struct txn *txn, struct str venue, struct str reg, uint64_t seq, bool *ret_out)
{
    uint64_t number;
    enum err err = removal_stands(txn, venue, reg, SERIES_RECEIPTS, seq, &number);

    *ret_out = !err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* A void stands against it, and is not out itself. */
static enum err is_voided(struct txn *txn, const struct event *event, bool *ret_voided)
{
    struct claim claim;
    bool out = true;
    enum err err = claim_effective(txn, event->venue, event->reg, event->seq, &claim);

    if (!err)
        err = is_out(txn, event->venue, claim.reg, claim.seq, &out);
    *ret_voided = !err && !out;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* --- the day --- */

/* As with what comes from the log: the part that is open, or the one that nobody has heard of, or a new one. */
static enum err open_part(struct txn *txn, const struct removal *removal, int32_t day, struct settlement *settlement,
                          struct arena *arena)
{
    struct settlement_part *last = settlement_last_part(settlement);

    if (!last->sealed)
        return ERR_OK;
    if (!last->nothing || last->revision != 0)
        return settlement_new_part(settlement, last->upto, arena);
    last->sealed = last->nothing = last->credit_ordered = false;
    last->upto = last->decided = 0;
    return settlement_resum(txn, removal->name.venue, day, settlement, last->from, arena);
}

static enum err write_down(struct txn *txn, const struct removal *removal, const struct subject *subject,
                           struct settlement *settlement, struct arena *arena)
{
    enum err err = open_part(txn, removal, subject->known.day, settlement, arena);

    settlement->decided = removal->number;
    return err ? err : effect_put_removal(txn, removal->name.venue, subject->known.day, removal->number, &subject->effect,
                                          &removal->words);
}

/* A void that found nothing will find nothing: what it is for is entered by hand, and a receipt that comes is booked. */
static struct claim claim_of(const struct subject *subject)
{
    const struct event *event = &subject->event;

    return (struct claim){ event->venue, event->voids.reg, event->voids.seq, event->time, event->reg, event->seq,
                           subject->known.day, subject->known.place, false };
}

enum err removal_take_out(struct txn *txn, const struct removal *removal, struct settlement *settlement,
                          struct arena *arena, bool *ret_done)
{
    const struct receipt_name *name = &removal->name;
    struct subject subject = { .effective = false };
    bool ordered = false, voided = false;
    struct claim claim;
    struct key key, value;
    uint64_t number;
    enum err err = find(txn, removal, arena, &subject);

    *ret_done = false;
    if (err || name->series != SERIES_RECEIPTS || (subject.event.kind != EVENT_RECEIPT && subject.event.kind != EVENT_VOID))
        return err;
    err = removal_stands(txn, name->venue, name->reg, name->series, name->seq, &number);
    if (err != ERR_NOT_FOUND)
        return err;                      /* out already */
    err = is_ordered(txn, &subject, settlement, removal->number, &ordered);
    if (!err && subject.event.kind == EVENT_RECEIPT)
        err = is_voided(txn, &subject.event, &voided);
    if (err || ordered || voided)
        return err;
    claim = claim_of(&subject);
    if (subject.event.kind == EVENT_VOID && !subject.effective)
        err = claim_drop(txn, &claim);
    out_key(&key, name->venue, name->reg, name->series, name->seq);
    key_init(&value);
    key_u64(&value, removal->number);
    if (!err)
        err = store_put(txn, TABLE_META, key_str(&key), key_str(&value));
    if (!err)
        err = write_down(txn, removal, &subject, settlement, arena);
    *ret_done = !err;
    return err;
}

/* --- what is put back --- */

/* A void stands against it, or came while it was out: then nothing took it back. */
static enum err is_receipt_overtaken(struct txn *txn, const struct subject *subject, bool *ret_overtaken)
{
    const struct event *event = &subject->event;
    struct claim claim;
    enum err err = claim_effective(txn, event->venue, event->reg, event->seq, &claim);

    if (!err)
        return is_voided(txn, event, ret_overtaken);
    if (err == ERR_NOT_FOUND && subject->known.booked)
        err = claim_first(txn, event->venue, event->reg, event->seq, &claim);
    *ret_overtaken = !err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* It took a receipt back that is out by now; or it found none, and one came while it was out that no other void takes back. */
static enum err is_void_overtaken(struct txn *txn, const struct subject *subject, bool *ret_overtaken)
{
    const struct event *event = &subject->event;
    struct claim claim;
    struct known known;
    bool out;
    enum err err = is_out(txn, event->venue, event->voids.reg, event->voids.seq, &out);

    *ret_overtaken = !err && out && subject->effective;
    if (err || out || subject->effective)
        return err;
    err = known_get(txn, event->venue, event->voids.reg, SERIES_RECEIPTS, event->voids.seq, &known);
    if (err || !known.booked)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = claim_effective(txn, event->venue, event->voids.reg, event->voids.seq, &claim);
    *ret_overtaken = err == ERR_NOT_FOUND;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err judge(struct txn *txn, const struct removal *removal, uint64_t before, struct arena *arena,
                      struct subject *ret_subject)
{
    const struct receipt_name *name = &removal->name;
    bool overtaken = false;
    uint64_t number = 0;
    enum err err = removal_stands(txn, name->venue, name->reg, name->series, name->seq, &number);

    if (err || number != before)
        return err ? err : ERR_NOT_FOUND;
    err = find(txn, removal, arena, ret_subject);
    if (!err)
        err = ret_subject->event.kind == EVENT_VOID ? is_void_overtaken(txn, ret_subject, &overtaken)
                                                    : is_receipt_overtaken(txn, ret_subject, &overtaken);
    return err ? err : overtaken ? ERR_REFUSED : ERR_OK;
}

enum err removal_may_be_put_back(struct txn *txn, const struct removal *removal, uint64_t before, struct arena *arena)
{
    struct subject subject = { .effective = false };

    return judge(txn, removal, before, arena, &subject);
}

enum err removal_put_back(struct txn *txn, const struct removal *removal, uint64_t before, struct settlement *settlement,
                          struct arena *arena, bool *ret_done)
{
    const struct receipt_name *name = &removal->name;
    struct subject subject = { .effective = false };
    struct claim claim;
    struct key key;
    enum err err = judge(txn, removal, before, arena, &subject);

    *ret_done = false;
    if (err)
        return err == ERR_NOT_FOUND || err == ERR_REFUSED ? ERR_OK : err;
    subject.effect.negative = false;
    claim = claim_of(&subject);
    if (subject.event.kind == EVENT_VOID && !subject.effective)
        err = claim_put(txn, &claim);
    out_key(&key, name->venue, name->reg, name->series, name->seq);
    if (!err)
        err = store_delete(txn, TABLE_META, key_str(&key));
    if (!err)
        err = write_down(txn, removal, &subject, settlement, arena);
    *ret_done = !err;
    return err;
}
