#include "trouble.h"

#include "claim.h"
#include "conflict.h"
#include "domain/event_canonical.h"
#include "removal.h"

#include <inttypes.h>
#include <stdlib.h>

/* Booked nowhere: because of an amount of its own, or because the day has too much already? */
static bool has_giant(const struct event *event)
{
    for (size_t i = 0; i < event->line_count; i++)
        if (llabs(event->lines[i].gross.ore) > MONEY_SUM_MAX / EVENT_LINES_MAX ||
            llabs(event->lines[i].vat_amount.ore) > MONEY_SUM_MAX / EVENT_LINES_MAX)
            return true;
    for (size_t i = 0; i < event->payment_count; i++)
        if (llabs(event->payments[i].amount.ore) > MONEY_SUM_MAX / EVENT_PAYMENTS_MAX)
            return true;
    return false;
}

struct trouble { const struct build *build; struct problems *problems; };

/* What a person has left out is no problem any more. */
static enum err is_out(struct txn *txn, const struct build *build, const struct effect *effect, bool *ret_out)
{
    uint64_t number;
    enum err err = removal_stands(txn, build->venue->id, effect->by_reg, SERIES_RECEIPTS, effect->by_seq, &number);

    *ret_out = !err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err broken_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct trouble *trouble = context;
    const struct build *build = trouble->build;
    struct problem problem = { PROBLEM_DAY_TOO_LARGE, { STR_NONE }, STR_NONE, 1 };
    struct money lines = { 0 }, payments = { 0 };
    struct event event;
    struct known known;
    bool out;
    enum err err = is_out(txn, build, effect, &out);

    (void)place;
    if (err || out)
        return err;
    err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, receipt_arena(), &known, &event);
    if (err)
        return err;
    problem.first = receipt_text(build->arena, effect->reg, effect->series, effect->seq);
    if (has_giant(&event))
        problem.code = PROBLEM_AMOUNT_RANGE;
    if (event.kind == EVENT_RECEIPT && !receipt_sums(&event, &lines, &payments) && lines.ore != payments.ore) {
        problem.code = PROBLEM_RECEIPT_UNBALANCED;
        problem.arg[0] = build_kroner(build->arena, lines);
        problem.arg[1] = build_kroner(build->arena, payments);
    }
    build_add_problem(trouble->problems, &problem);
    return ERR_OK;
}

/* A void of a number under which two contents came: which of them it takes back is decided with them. */
static enum err say_contested(struct txn *txn, struct trouble *trouble, const struct event *event)
{
    struct event identity = { .venue = event->venue, .reg = event->voids.reg, .seq = event->voids.seq };
    struct problem problem = { PROBLEM_RECEIPT_CONFLICT, { STR_NONE }, STR_NONE, 1 };
    bool open;
    enum err err = conflict_any_open(txn, &identity, &open);

    if (err || !open)
        return err;
    problem.first = problem.arg[0] = receipt_text(trouble->build->arena, identity.reg, SERIES_RECEIPTS, identity.seq);
    build_add_problem(trouble->problems, &problem);
    return ERR_OK;
}

static enum err void_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct trouble *trouble = context;
    const struct build *build = trouble->build;
    struct problem problem = { PROBLEM_VOID_UNKNOWN, { STR_NONE }, STR_NONE, 1 };
    struct event event;
    struct known known;
    bool effective, out;
    enum err err = is_out(txn, build, effect, &out);

    (void)place;
    if (err || out)
        return err;
    err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, receipt_arena(), &known, &event);
    if (!err)
        err = say_contested(txn, trouble, &event);
    if (!err)
        err = claim_is_effective(txn, &event, &effective);
    if (err || effective)
        return err;
    problem.arg[0] = receipt_text(build->arena, event.voids.reg, SERIES_RECEIPTS, event.voids.seq);
    problem.first = receipt_text(build->arena, event.reg, event.series, event.seq);
    build_add_problem(trouble->problems, &problem);
    return ERR_OK;
}

/* The first content, as a problem says it; "?" if it is no longer kept. */
static enum err first_content(struct txn *txn, const struct build *build, const struct effect *effect, struct str *ret_text)
{
    struct event first;
    struct known known;
    enum err err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, receipt_arena(), &known,
                               &first);

    if (!err)
        *ret_text = conflict_content_text(build->arena, &first, known.day);
    else if (err == ERR_NOT_FOUND)
        *ret_text = STR("?");
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Kept by an older program, which knew neither its content nor its day: the number's day is red for it. */
static enum err old_conflict(struct txn *txn, const struct event *identity, struct conflict *conflict)
{
    bool open;
    enum err err = conflict_any_open(txn, identity, &open);

    *conflict = (struct conflict){ .state = open ? CONFLICT_OPEN : CONFLICT_NOT_BOOKED };
    return err;
}

static enum err conflict_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct trouble *trouble = context;
    const struct build *build = trouble->build;
    struct event identity = { .venue = build->venue->id, .reg = effect->reg, .series = effect->series, .seq = effect->seq };
    struct problem problem = { PROBLEM_RECEIPT_CONFLICT, { STR_NONE }, STR_NONE, 1 };
    struct conflict conflict;
    struct event later;
    enum err err = conflict_by_place(txn, &identity, place, &conflict);

    if (err == ERR_NOT_FOUND)
        err = old_conflict(txn, &identity, &conflict);
    if (err || conflict.state != CONFLICT_OPEN)
        return err;
    problem.first = problem.arg[0] = receipt_text(build->arena, effect->reg, effect->series, effect->seq);
    if (conflict.bytes.len) {
        err = event_decode(conflict.bytes, receipt_arena(), &later);
        if (!err)
            problem.arg[2] = conflict_content_text(build->arena, &later, conflict.day);
        if (!err)
            err = first_content(txn, build, effect, &problem.arg[1]);
    }
    build_add_problem(trouble->problems, &problem);
    return err;
}

struct rival { struct trouble *trouble; const struct effect *effect; };

static enum err rival_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    const struct rival *rival = context;

    return conflict->state == CONFLICT_OPEN && conflict->place
               ? conflict_seen(txn, conflict->place, rival->effect, rival->trouble) : ERR_OK;
}

/* A voucher is reversed so that another content of one of its receipts can be chosen: it is not sent again with the first
 * before that is done. */
static enum err contested_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct trouble *trouble = context;
    struct event identity = { .venue = trouble->build->venue->id, .reg = effect->reg, .series = effect->series,
                              .seq = effect->seq };

    (void)place;
    return conflict_walk(txn, &identity, rival_seen, &(struct rival){ trouble, effect });
}

/* Put back after the part that it lies in was sealed: it is told here, or it would be nowhere. */
static enum err put_back_seen(struct txn *txn, uint64_t number, const struct effect *effect, void *context)
{
    struct trouble *trouble = context;
    const struct build *build = trouble->build;
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    struct known known;
    struct event event;
    struct removed meaning;
    enum err err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, receipt_arena(), &known,
                               &event);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    meaning = removal_meaning(effect, &known, &event);
    if (!meaning.back || meaning.booked || (known.place > part->from && (!part->upto || known.place <= part->upto)))
        return ERR_OK;
    return (event.kind == EVENT_VOID ? void_seen : broken_seen)(txn, number, effect, context);
}

enum err trouble_find(const struct build *build, struct problems *problems)
{
    static const struct { enum effect_class class_; effect_visit visit; bool reversed; } classes[] = {
        { EFFECT_BROKEN, broken_seen, false },   { EFFECT_VOID, void_seen, false }, { EFFECT_CONFLICT, conflict_seen, false },
        { EFFECT_PLAIN, contested_seen, true },  { EFFECT_MIXED, contested_seen, true },
    };
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    struct trouble trouble = { build, problems };
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < COUNT(classes); i++)
        if (!classes[i].reversed || part->undone_revision)
            err = effect_walk(build->txn, build->venue->id, build->day, classes[i].class_, part->from,
                              part->upto ? part->upto : UINT64_MAX, classes[i].visit, &trouble);
    return err ? err : effect_walk(build->txn, build->venue->id, build->day, EFFECT_REMOVED,
                                   settlement_decided_from(build->settlement, build->part),
                                   settlement_decided_upto(build->settlement, build->part), put_back_seen, &trouble);
}
