/* offer_orders.c - the orders of one part of a day: each that is not sealed is offered, and each that is none any more is
 * taken back. */
#include "offer_inside.h"

#include "order_mark.h"
#include "orders.h"

#include <stdlib.h>
#include <string.h>

struct order_work {
    struct offer *offer;
    struct settlement_part *part;
    uint32_t number;                     /* of the part */
    bool released;
    uint32_t open;
    enum err err;                        /* of is_released() */
    struct there { struct str reg; uint64_t seq; } *there;   /* orders of the part, sorted before they are asked for */
    size_t there_count, there_room;
};

static int by_receipt(const void *a, const void *b)
{
    const struct there *x = a, *y = b;

    if (x->seq != y->seq)
        return x->seq < y->seq ? -1 : 1;
    return str_compare(x->reg, y->reg);
}

/* A receipt that was voided before it became an order leaves none. But this store may be a new one, and its order
 * sent long ago: where there is no mark the invoicer is asked, by taking back what it should not have. */
static bool is_released(const struct build *build, struct str reg, uint64_t seq, void *context)
{
    struct order_work *work = context;
    struct order_mark mark = { .reg = reg, .seq = seq, .part = work->number };
    enum err err = order_mark_get(build->txn, build->venue->id, build->day, reg, seq, &mark);

    if (err == ERR_NOT_FOUND && work->released)
        work->err = order_mark_put(build->txn, build->venue->id, build->day, &mark);
    else if (err && err != ERR_NOT_FOUND)
        work->err = err;
    return !err && mark.released;
}

static enum err note_there(struct order_work *work, const struct doc *doc)
{
    if (work->there_count == work->there_room) {
        size_t room = work->there_room ? work->there_room * 2 : 64;
        void *there = arena_array(work->offer->arena, room, sizeof *work->there);

        if (!there)
            return ERR_MEMORY;
        if (work->there_count)
            memcpy(there, work->there, work->there_count * sizeof *work->there);
        work->there = there;
        work->there_room = room;
    }
    work->there[work->there_count].reg = doc->reg;
    work->there[work->there_count++].seq = doc->seq;
    return ERR_OK;
}

static enum err offer_order(struct order_work *work, const struct build *build, struct draft *order,
                            struct order_mark *mark)
{
    char id[DOC_ID_SIZE];
    bool changed;
    enum err err;

    order->phase = work->released ? DRAFT_CLOSED : DRAFT_OPEN;
    order->asks = work->offer->asks;
    order->undone = mark->undone;
    err = offer_keep(build->txn, order, &mark->revision, &mark->content, &changed);
    if (err)
        return err;
    mark->reg = order->doc.reg;
    mark->seq = order->doc.seq;
    mark->part = work->number;
    mark->heard = mark->heard == order->asks ? order->asks : 0;
    mark->released |= work->released;
    mark->withdrawn = false;
    work->open++;
    work->offer->unsealed = true;
    work->offer->final |= changed && work->released;
    if (changed)
        err = order_mark_put(build->txn, build->venue->id, build->day, mark);
    if (!err && (changed || work->offer->resend))
        err = offer_send(work->offer, doc_text(&order->doc, id));
    return err;
}

static enum err order_built(const struct build *build, struct draft *order, void *context)
{
    struct order_work *work = context;
    struct order_mark mark = { 0 };
    enum err err = order_mark_get(build->txn, build->venue->id, build->day, order->doc.reg, order->doc.seq, &mark);

    if (err && err != ERR_NOT_FOUND)
        return err;
    err = note_there(work, &order->doc);
    return err || mark.sealed ? err : offer_order(work, build, order, &mark);
}

struct gone { struct order_work *work; struct order_mark *marks; size_t count, room; };

static enum err mark_seen(struct txn *txn, const struct order_mark *mark, void *context)
{
    struct gone *gone = context;
    struct order_work *work = gone->work;

    (void)txn;
    if (mark->sealed || mark->withdrawn || mark->part != work->number)
        return ERR_OK;
    if (work->there_count && bsearch(&(struct there){ mark->reg, mark->seq }, work->there, work->there_count,
                                     sizeof *work->there, by_receipt))
        return ERR_OK;
    if (gone->count == gone->room) {
        size_t room = gone->room ? gone->room * 2 : 16;
        struct order_mark *marks = arena_array(work->offer->arena, room, sizeof *marks);

        if (!marks)
            return ERR_MEMORY;
        if (gone->count)
            memcpy(marks, gone->marks, gone->count * sizeof *marks);
        gone->marks = marks;
        gone->room = room;
    }
    gone->marks[gone->count] = *mark;
    gone->marks[gone->count++].reg = arena_copy(work->offer->arena, mark->reg);
    return ERR_OK;
}

/* Orders that are none any more (voided, or the switch was turned): an empty draft takes each back. */
static enum err withdraw_orders(struct order_work *work, const struct build *build)
{
    struct gone gone = { .work = work };
    enum err err = order_mark_walk(build->txn, build->venue->id, build->day, mark_seen, &gone);

    for (size_t i = 0; !err && i < gone.count; i++) {
        char reference[REFERENCE_SIZE];
        struct draft empty = {
            .doc = { DOC_ORDER, build->venue->id, build->day, 0, gone.marks[i].reg, gone.marks[i].seq },
            .phase = DRAFT_CLOSED, .company = build->venue->company, .client_id = build->venue->client_id,
            .currency = build->venue->currency, .language = build->config->language, .post_on = build->day,
            .undone = gone.marks[i].undone,
        };
        bool changed;
        char id[DOC_ID_SIZE];

        doc_reference(&empty.doc, build->venue->company, reference);
        empty.reference = str_of(reference);
        err = offer_keep(build->txn, &empty, &gone.marks[i].revision, &gone.marks[i].content, &changed);
        gone.marks[i].empty = gone.marks[i].revision;
        work->offer->final |= changed;
        work->open++;
        work->offer->unsealed = true;
        if (!err && changed)
            err = order_mark_put(build->txn, build->venue->id, build->day, &gone.marks[i]);
        if (!err && (changed || work->offer->resend))
            err = offer_send(work->offer, doc_text(&empty.doc, id));
    }
    return err;
}

enum err offer_orders(struct offer *offer, const struct build *build, struct settlement_part *part)
{
    struct order_work work = { .offer = offer, .part = part, .number = build->part };
    bool ordered;
    enum err err;

    (void)build_switches(build, &ordered);
    work.released = ordered && !offer->asks && (part->sealed || (build->phase == DRAFT_CLOSED && !part->emitted_unordered &&
                                                  !build->not_come &&
                                                  !offer->contested));     /* a receipt may yet get another name */
    err = orders_build(build, is_released, order_built, &work);
    if (!err)
        err = work.err;
    if (work.there_count)
        qsort(work.there, work.there_count, sizeof *work.there, by_receipt);
    if (!err && work.released && work.open)
        part->fate = CREDIT_ORDERED;
    if (!err)
        err = withdraw_orders(&work, build);
    part->orders_open = work.open;
    return err;
}
