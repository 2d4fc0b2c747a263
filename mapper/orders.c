#include "orders.h"

#include "removal.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BUYER_REFERENCE_SIZE = 128 };

/* An event that has no effect on orders in this part: a receipt and its void cancel out. */
struct cancelled { struct str reg; uint64_t seq; };

struct orders {
    const struct build *build;
    order_released released;
    order_visit visit;
    void *context;
    struct switches switches;
    struct cancelled *cancelled;         /* sorted before they are asked for */
    size_t cancelled_count, room;
};

static bool has_credit(const struct event *receipt)
{
    for (size_t i = 0; i < receipt->payment_count; i++)
        if (str_equal(receipt->payments[i].type, STR("credit")))
            return true;
    return false;
}

static enum err cancelled_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct orders *orders = context;
    const struct build *build = orders->build;
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    bool receipt_gone, void_gone;
    struct event receipt;
    struct known known;
    uint64_t number;
    enum err err;

    (void)place;
    if (!effect->negative)
        return ERR_OK;
    err = removal_stands(txn, build->venue->id, effect->by_reg, SERIES_RECEIPTS, effect->by_seq, &number);
    if (err != ERR_NOT_FOUND)
        return err;                      /* the void is left out: the receipt is an order as if it had never come */
    err = known_event(txn, build->venue->id, effect->reg, effect->series, effect->seq, receipt_arena(), &known, &receipt);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (!has_credit(&receipt) || known.day != build->day || known.place <= part->from ||
        (part->upto && known.place > part->upto))
        return ERR_OK;
    receipt_gone = orders->released(build, effect->reg, effect->seq, orders->context);
    void_gone = orders->released(build, effect->by_reg, effect->by_seq, orders->context);
    if (receipt_gone || void_gone)
        return ERR_OK;                   /* what was sent wants its counterpart */
    if (orders->cancelled_count + 2 > orders->room) {
        size_t room = orders->room ? orders->room * 2 : 16;
        struct cancelled *cancelled = arena_array(build->arena, room, sizeof *cancelled);

        if (!cancelled)
            return ERR_MEMORY;
        if (orders->cancelled_count)
            memcpy(cancelled, orders->cancelled, orders->cancelled_count * sizeof *cancelled);
        orders->cancelled = cancelled;
        orders->room = room;
    }
    orders->cancelled[orders->cancelled_count++] =
        (struct cancelled){ arena_copy(build->arena, effect->by_reg), effect->by_seq };
    orders->cancelled[orders->cancelled_count++] =
        (struct cancelled){ arena_copy(build->arena, effect->reg), effect->seq };
    return arena_failed(build->arena) ? ERR_MEMORY : ERR_OK;
}

static int by_event(const void *a, const void *b)
{
    const struct cancelled *x = a, *y = b;

    if (x->seq != y->seq)
        return x->seq < y->seq ? -1 : 1;
    return str_compare(x->reg, y->reg);
}

static bool cancels_out(const struct orders *orders, const struct effect *effect)
{
    struct cancelled by = { effect->by_reg, effect->by_seq };

    return orders->cancelled_count &&
           bsearch(&by, orders->cancelled, orders->cancelled_count, sizeof by, by_event) != NULL;
}

static void order_lines(const struct build *build, const struct event *receipt, const struct left_out *out,
                        bool negative, struct draft *draft)
{
    for (size_t i = 0; i < receipt->line_count; i++) {
        const struct sale_line *line = &receipt->lines[i];
        const struct product_entry *entry = venue_product(build->venue, line->product_type, build->day);
        const struct vat_entry *vat = venue_vat(build->venue, line->vat, build->day);
        bool reduced = vat && vat->class_ == VAT_REDUCED;

        if (out->lines[i].ore == 0)
            continue;
        draft->order_lines[draft->order_line_count++] = (struct order_line){
            .product = entry ? (reduced ? entry->reduced_product : entry->product) : STR_NONE,
            .account = build_sold_account(build, line->product_type, line->vat),
            .vat_code = vat ? vat->code : STR_NONE, .rate = line->vat, .product_type = line->product_type,
            .text = line->text.len ? line->text : venue_title(build->venue, true, line->product_type, build->day),
            .qty = negative ? -line->qty : line->qty,
            .gross = { negative ? -line->gross.ore : line->gross.ore },
            .share = { negative ? -out->lines[i].ore : out->lines[i].ore },
            .project = venue_project(build->venue, true, line->product_type, build->day),
            .location = venue_location(build->venue, true, line->product_type, build->day),
        };
        if (!vat) {
            struct problem problem = { PROBLEM_VAT_UNMAPPED, { build_percent(build->arena, line->vat),
                                       build_kroner(build->arena, line->gross) }, STR_NONE, 1 };

            problems_add(&draft->problems, &problem);
        }
    }
}

/* Native events may say it; a field that no row of the event knows, so nothing else depends on it. */
static struct str buyer_reference(struct arena *arena, const struct event *receipt)
{
    char text[BUYER_REFERENCE_SIZE];
    struct str extra;

    if (receipt->extra.len == 0 || json_check(receipt->extra, &extra) ||
        !json_member_text(extra, "customer_reference", text, sizeof text))
        return STR_NONE;
    return arena_copy(arena, str_of(text));
}

static enum err build_order(const struct orders *orders, const struct build *build, const struct effect *effect,
                            uint64_t place, const struct event *receipt, const struct left_out *out)
{
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    struct arena *arena = build->arena;
    struct draft *draft = arena_alloc(arena, sizeof *draft);

    if (!draft)
        return ERR_MEMORY;
    draft->doc = (struct doc){ .kind = DOC_ORDER, .venue = build->venue->id, .day = build->day,
                               .reg = arena_copy(orders->build->arena, effect->by_reg), .seq = effect->by_seq };
    draft->order_lines = arena_array(arena, receipt->line_count, sizeof *draft->order_lines);
    if (!draft->order_lines)
        return ERR_MEMORY;
    build_header(build, draft);
    draft->from = place - 1;             /* its own: what else the day sells changes no order */
    draft->upto = place;
    draft->decided_from = draft->decided = 0;
    draft->post_on = part->ahead && part->post_on != DAY_ALWAYS ? part->post_on : build->day;
    draft->automatic = build->transfer_allowed;      /* an order exists only where automatic invoicing is on */
    draft->send_invoice = venue_switch(&build->venue->send_invoice, build->day);
    draft->credit_ordered = true;
    draft->customer = receipt->customer;
    draft->buyer_reference = buyer_reference(arena, receipt);
    draft->order_no = receipt->order.len ? receipt->order
                                         : arena_format(arena, STR_FMT "-%" PRIu64, STR_ARG(receipt->reg),
                                                        receipt->seq);
    draft->text = arena_format(arena, STR_FMT " " STR_FMT, STR_ARG(build->venue->name), STR_ARG(draft->order_no));
    draft->department = venue_department(build->venue, build->day);
    draft->project = venue_project(build->venue, true, STR_NONE, build->day);
    draft->location = venue_location(build->venue, true, STR_NONE, build->day);
    draft->receipts = 1;
    order_lines(build, receipt, out, effect->negative, draft);
    draft->total.ore = effect->negative ? -out->total.ore : out->total.ore;
    draft->orders_total = draft->total;
    build_hold_for_former(build, draft);
    return arena_failed(arena) ? ERR_MEMORY : orders->visit(build, draft, orders->context);
}

static enum err order_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct orders *orders = context;
    struct build build = *orders->build;             /* one order at a time: a day may have any number */
    struct event receipt;
    struct shares shares;
    struct known known;
    uint64_t number;
    enum err err;

    if (cancels_out(orders, effect))
        return ERR_OK;
    err = removal_stands(txn, build.venue->id, effect->by_reg, SERIES_RECEIPTS, effect->by_seq, &number);
    if (err != ERR_NOT_FOUND)
        return err;                      /* a person has left it out, before an order of it was on its way */
    build.arena = receipt_arena();
    err = known_event(txn, build.venue->id, effect->reg, effect->series, effect->seq, build.arena, &known, &receipt);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;                   /* trimmed, and its order has long been sent */
    if (!err)
        err = shares_of(&receipt, &orders->switches, build.arena, &shares);
    if (err == ERR_REFUSED || err == ERR_RANGE)
        return ERR_OK;                   /* the voucher holds the day for it */
    for (size_t i = 0; !err && i < shares.left_out_count; i++)
        if (str_equal(shares.left_out[i].type, STR("credit")))
            err = build_order(orders, &build, effect, place, &receipt, &shares.left_out[i]);
    return err;
}

enum err orders_build(const struct build *build, order_released released, order_visit visit, void *context)
{
    struct orders orders = { .build = build, .released = released, .visit = visit, .context = context };
    const struct settlement_part *part = &build->settlement->parts[build->part - 1];
    uint64_t upto = part->upto ? part->upto : UINT64_MAX;
    bool ordered;
    enum err err;

    orders.switches = build_switches(build, &ordered);
    if (!ordered)
        return ERR_OK;
    err = effect_walk(build->txn, build->venue->id, build->day, EFFECT_MIXED, part->from, upto, cancelled_seen, &orders);
    if (!err && orders.cancelled_count)
        qsort(orders.cancelled, orders.cancelled_count, sizeof *orders.cancelled, by_event);
    return err ? err : effect_walk(build->txn, build->venue->id, build->day, EFFECT_MIXED, part->from, upto,
                                   order_seen, &orders);
}
