#include "balance.h"

#include <stdlib.h>

/* Sums below are of at most 2,000 amounts under 2^53: they fit in 64 bits. */
struct parts {
    int64_t lines, tip, rounding, total;
    bool returns;                        /* the transaction's own sign is negative */
    bool credit;                         /* may leave something unpaid */
};

/* One way to read the amounts. */
struct reading {
    bool converted;                      /* paidAmnt is in the foreign currency */
    bool negated;                        /* payments written without their sign */
    bool rounding_negated;
    bool tip_in_lines;                   /* the tip is already part of a line */
};

static bool may_leave_credit(int32_t type)
{
    return type == 11002 || type == 11015 || type == 11017;
}

static struct parts parts_of(const struct raw_sale *sale, int32_t type, const struct event *event)
{
    struct parts parts = {
        .tip = sale->tip.ore,
        .rounding = sale->rounding.value.ore,
        .total = value_signed(sale->gross.value, sale->side).ore,
        .credit = may_leave_credit(type),
    };

    parts.returns = parts.total < 0 || (parts.total == 0 && sale->side == SIDE_DEBIT);
    for (size_t i = 0; i < event->line_count; i++)
        parts.lines += event->lines[i].gross.ore;
    for (size_t i = 0; i < sale->line_count; i++)
        parts.tip += sale->lines[i].tip.ore;
    return parts;
}

/* paidAmnt * exchRt to the nearest øre, halves away from zero. */
static int64_t paid_ore(const struct raw_payment *payment, bool converted)
{
    __int128 exact = (__int128)payment->paid.value.ore * payment->exchange.millionths;
    __int128 half = exact < 0 ? -500000 : 500000;

    if (!converted || !payment->exchange.said)
        return payment->paid.value.ore;
    exact = (exact + half) / 1000000;
    return exact > MONEY_INPUT_MAX || exact < -MONEY_INPUT_MAX ? payment->paid.value.ore : (int64_t)exact;
}

static int64_t paid_sum(const struct raw_sale *sale, struct reading reading)
{
    int64_t sum = 0;

    for (size_t i = 0; i < sale->payment_count; i++)
        sum += paid_ore(&sale->payments[i], reading.converted);
    return reading.negated ? -sum : sum;
}

static int64_t due(const struct parts *parts, struct reading reading)
{
    return parts->lines + (reading.tip_in_lines ? 0 : parts->tip) +
           (reading.rounding_negated ? -parts->rounding : parts->rounding);
}

static bool unsigned_payments(const struct raw_sale *sale)
{
    for (size_t i = 0; i < sale->payment_count; i++)
        if (sale->payments[i].paid.value.ore < 0)
            return false;
    return sale->payment_count > 0;
}

/* In the order in which they are likelier; the first that fits decides. False: the plain one stays. */
static bool choose(const struct raw_sale *sale, const struct parts *parts, struct reading *ret_reading)
{
    for (unsigned bits = 0; bits < 16; bits++) {
        struct reading reading = { .tip_in_lines = bits & 1u, .negated = bits & 2u,
                                   .rounding_negated = bits & 4u, .converted = bits & 8u };

        if ((reading.tip_in_lines && !parts->tip) || (reading.rounding_negated && !parts->rounding))
            continue;
        if (reading.negated && !(parts->returns && unsigned_payments(sale)))
            continue;
        if (paid_sum(sale, reading) == due(parts, reading)) {
            *ret_reading = reading;
            return true;
        }
    }
    *ret_reading = (struct reading){ .negated = parts->returns && unsigned_payments(sale) };
    return false;
}

/* What is inside a line must not be counted again: taken off the lines that say so, or the line that is
 * the tip itself is called by its name. */
static bool tip_out_of_lines(const struct raw_sale *sale, const struct parts *parts, struct event *event,
                             bool *ret_named)
{
    int64_t on_lines = 0;

    for (size_t i = 0; i < sale->line_count; i++)
        on_lines += sale->lines[i].tip.ore;
    *ret_named = false;
    if (on_lines == parts->tip) {
        for (size_t i = 0; i < sale->line_count; i++)
            event->lines[i].gross.ore -= sale->lines[i].tip.ore;
        return true;
    }
    for (size_t i = 0; i < event->line_count; i++) {
        if (event->lines[i].gross.ore != parts->tip || event->lines[i].vat != 0)
            continue;
        event->lines[i].product_type = STR("tip");
        *ret_named = true;
        return true;
    }
    return false;
}

static void add_line(struct event *event, struct str product_type, int64_t ore)
{
    if (ore)
        event->lines[event->line_count++] = (struct sale_line){
            .product_type = product_type, .gross = { ore }, .has_vat_amount = true,
            .qty = ore < 0 ? -1000000 : 1000000,
        };
}

static void note_oddities(struct sale_maker *maker, const struct parts *parts, const struct event *event)
{
    bool cash = false;

    for (size_t i = 0; i < event->payment_count; i++)
        cash = cash || str_equal(event->payments[i].type, STR("cash"));
    if (parts->rounding && (!cash || llabs(parts->rounding) > 50))
        maker->notes |= 1u << SAFT_ROUNDING_ODD;
    if (parts->lines != parts->total && parts->lines + parts->tip != parts->total)
        maker->notes |= 1u << SAFT_LINES_DIFFER;
}

/* A credit sale owes what no payment covers. More paid than owed, or paid the other way, is no credit. */
static bool leave_credit(const struct parts *parts, int64_t paid, int64_t owed, struct event *event)
{
    int64_t rest = owed - paid;

    if (!parts->credit || llabs(paid) > llabs(owed) || (paid < 0) != (owed < 0 && paid != 0))
        return false;
    event->payments[event->payment_count++] = (struct payment){ STR("credit"), { rest } };
    return true;
}

static bool sign_payments(const struct raw_sale *sale, struct reading reading, struct event *event)
{
    bool on_account = false;

    for (size_t i = 0; i < sale->payment_count; i++) {
        int64_t ore = paid_ore(&sale->payments[i], reading.converted);

        event->payments[i].amount.ore = reading.negated ? -ore : ore;
        on_account = on_account || str_equal(event->payments[i].type, STR("credit"));
    }
    return on_account;
}

void balance_sale(struct sale_maker *maker, const struct raw_sale *sale, int32_t type, struct event *event)
{
    struct parts parts = parts_of(sale, type, event);
    struct reading reading;
    bool fits = choose(sale, &parts, &reading), named = false;
    bool on_account = sign_payments(sale, reading, event);

    note_oddities(maker, &parts, event);
    if (reading.tip_in_lines && !tip_out_of_lines(sale, &parts, event, &named))
        maker->notes |= 1u << SAFT_TIP_UNPLACED | 1u << SAFT_RECEIPT_UNBALANCED;
    if (!named)
        add_line(event, STR("tip"), parts.tip);
    add_line(event, STR("rounding"), reading.rounding_negated ? -parts.rounding : parts.rounding);
    if (fits && type == 11002 && !on_account && due(&parts, reading))
        maker->notes |= 1u << SAFT_CREDIT_PAID;
    if (!fits && !leave_credit(&parts, paid_sum(sale, reading), due(&parts, reading), event))
        maker->notes |= 1u << SAFT_RECEIPT_UNBALANCED;
}
