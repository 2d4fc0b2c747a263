#include "zreport.h"

void period_reset(struct period *period)
{
    period->any = false;
    period->any_receipt = false;
    sums_reset(&period->all);
    sums_reset(&period->returns);
    for (size_t i = 0; i < PART_COUNT; i++)
        sums_reset(&period->parts[i]);
}

static enum part part_of(struct str product_type)
{
    if (str_equal(product_type, STR("tip")))
        return PART_TIP;
    if (str_equal(product_type, STR("rounding")))
        return PART_ROUNDING;
    return str_equal(product_type, STR("gift_card")) ? PART_GIFT : PART_COUNT;
}

static bool on_credit(const struct payment *payment)
{
    return str_equal(payment->type, STR("credit"));
}

/* Shares of `amount` over `of`; everything on the first if they sum to nothing. */
static enum err shares(const struct money *of, size_t count, int64_t amount, struct money *ret_shares)
{
    int64_t total = 0;

    for (size_t i = 0; i < count; i++) {
        total += of[i].ore;
        ret_shares[i].ore = 0;
    }
    if (amount == 0 || count == 0)
        return ERR_OK;
    if (total)
        return money_share(of, count, (struct money){ total }, (struct money){ amount }, ret_shares);
    ret_shares[0].ore = amount;
    return ERR_OK;
}

/* What is on credit belongs to the credit part whole; the rest of a line to its own part. */
static enum err add_lines(struct period *period, const struct event *event, int64_t credit, struct arena *arena,
                          int64_t rests[PART_COUNT])
{
    struct money *gross = arena_array(arena, 2 * event->line_count, sizeof *gross);
    struct money *share = gross ? gross + event->line_count : NULL;
    enum err err;

    if (!gross)
        return ERR_MEMORY;
    for (size_t i = 0; i < event->line_count; i++)
        gross[i] = event->lines[i].gross;
    err = shares(gross, event->line_count, credit, share);
    if (err)
        return err;
    if (event->line_count == 0)
        sums_add_vat(&period->parts[PART_CREDIT], 0, credit);
    for (size_t i = 0; i < event->line_count; i++) {
        const struct sale_line *line = &event->lines[i];
        int64_t rest = line->gross.ore - share[i].ore;
        enum part part = part_of(line->product_type);

        sums_add_vat(&period->all, line->vat, line->gross.ore);
        sums_add_vat(&period->parts[PART_CREDIT], line->vat, share[i].ore);
        if (part != PART_COUNT) {
            sums_add_vat(&period->parts[part], line->vat, rest);
            rests[part] += rest;
        } else if (rest < 0) {
            sums_add_vat(&period->returns, line->vat, rest);
        }
    }
    return ERR_OK;
}

/* Which payments carried the tips and gift cards is not said: shared. Rounding is of cash alone. */
static enum err add_payments(struct period *period, const struct event *event, struct arena *arena,
                             const int64_t rests[PART_COUNT])
{
    struct money *of = arena_array(arena, 2 * event->payment_count, sizeof *of);
    struct money *share = of ? of + event->payment_count : NULL;
    size_t cash = event->payment_count;

    if (!of)
        return ERR_MEMORY;
    for (size_t i = 0; i < event->payment_count; i++) {
        const struct payment *payment = &event->payments[i];

        of[i].ore = on_credit(payment) ? 0 : payment->amount.ore;
        if (cash == event->payment_count && str_equal(payment->type, STR("cash")))
            cash = i;
        sums_add_pay(&period->all, payment->type, payment->amount.ore);
        if (on_credit(payment))
            sums_add_pay(&period->parts[PART_CREDIT], payment->type, payment->amount.ore);
    }
    for (size_t part = 0; part < PART_CREDIT; part++) {
        enum err err;

        if (part == PART_ROUNDING && cash < event->payment_count) {
            sums_add_pay(&period->parts[part], STR("cash"), rests[part]);
            continue;
        }
        err = shares(of, event->payment_count, rests[part], share);
        if (err)
            return err;
        for (size_t i = 0; i < event->payment_count; i++)
            sums_add_pay(&period->parts[part], event->payments[i].type, share[i].ore);
    }
    return ERR_OK;
}

enum err period_add(struct period *period, const struct event *event, struct arena *arena)
{
    bool receipt = event->kind == EVENT_RECEIPT;
    int64_t rests[PART_COUNT] = { 0 }, credit = 0;
    bool failed;
    enum err err;

    if (!period->any || event->seq < period->first_seq)
        period->first_seq = event->seq;
    if (!period->any || event->seq > period->last_seq)
        period->last_seq = event->seq;
    if (!period->any || (receipt && !period->any_receipt))
        period->first_time = event->time;
    period->any = true;
    if (!receipt)
        return ERR_OK;
    period->any_receipt = true;
    for (size_t i = 0; i < event->payment_count; i++)
        credit += on_credit(&event->payments[i]) ? event->payments[i].amount.ore : 0;
    err = add_lines(period, event, credit, arena, rests);
    if (!err)
        err = add_payments(period, event, arena, rests);
    failed = period->all.failed || period->returns.failed;
    for (size_t i = 0; i < PART_COUNT; i++)
        failed = failed || period->parts[i].failed;
    return !err && failed ? ERR_RANGE : err;
}
