#include "event_books.h"

/* Only one of the two says it, or both say the same. */
static bool agree(struct str a, struct str b)
{
    return a.len == 0 || b.len == 0 || str_equal(a, b);
}

static bool same_line(const struct sale_line *a, const struct sale_line *b)
{
    return str_equal(a->product_type, b->product_type) && a->vat == b->vat && a->gross.ore == b->gross.ore &&
           (!a->has_vat_amount || !b->has_vat_amount || a->vat_amount.ore == b->vat_amount.ore);
}

static bool same_payments(const struct payment *a, const struct payment *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!str_equal(a[i].type, b[i].type) || a[i].amount.ore != b[i].amount.ore)
            return false;
    return true;
}

static bool same_sale(const struct event *a, const struct event *b)
{
    /* How a till movement was paid is one of the things that may not be said. */
    if (a->kind == EVENT_CASH_MOVEMENT && (a->payment_count == 0 || b->payment_count == 0))
        return true;
    if (a->line_count != b->line_count || a->payment_count != b->payment_count)
        return false;
    for (size_t i = 0; i < a->line_count; i++)
        if (!same_line(&a->lines[i], &b->lines[i]))
            return false;
    return same_payments(a->payments, b->payments, a->payment_count);
}

static bool same_z(const struct z_report *a, const struct z_report *b)
{
    if (a->number != b->number || a->business_day != b->business_day || a->has_range != b->has_range ||
        a->has_grand_total != b->has_grand_total || a->sales_by_vat_count != b->sales_by_vat_count ||
        a->payment_count != b->payment_count)
        return false;
    if (a->has_range && (a->first_seq != b->first_seq || a->last_seq != b->last_seq))
        return false;
    if (a->has_grand_total && a->grand_total.ore != b->grand_total.ore)
        return false;
    for (size_t i = 0; i < a->sales_by_vat_count; i++)
        if (a->sales_by_vat[i].vat != b->sales_by_vat[i].vat ||
            a->sales_by_vat[i].amount.ore != b->sales_by_vat[i].amount.ore)
            return false;
    return same_payments(a->payments, b->payments, a->payment_count);
}

bool event_same_for_books(const struct event *a, const struct event *b)
{
    return a->kind == b->kind && a->time == b->time && agree(a->order, b->order) && agree(a->customer, b->customer) &&
           same_sale(a, b) && a->voids.seq == b->voids.seq && str_equal(a->voids.reg, b->voids.reg) &&
           a->amount.ore == b->amount.ore && same_z(&a->z, &b->z);
}

bool event_add_said(const struct event *earlier, struct event *later)
{
    bool vat_added = false;

    if (later->order.len == 0)
        later->order = earlier->order;
    if (later->customer.len == 0)
        later->customer = earlier->customer;
    if (later->kind == EVENT_CASH_MOVEMENT && later->payment_count == 0) {
        later->payments = earlier->payments;
        later->payment_count = earlier->payment_count;
    }
    for (size_t i = 0; i < later->line_count; i++) {
        struct sale_line *line = &later->lines[i];

        vat_added |= line->has_vat_amount && !earlier->lines[i].has_vat_amount;
        if (!line->has_vat_amount && earlier->lines[i].has_vat_amount) {
            line->has_vat_amount = true;
            line->vat_amount = earlier->lines[i].vat_amount;
        }
    }
    return vat_added;
}

struct str event_paid_with(const struct event *event, struct arena *arena)
{
    struct str text = STR_NONE;

    for (size_t i = 0; i < event->payment_count; i++) {
        struct str type = event->payments[i].type;
        bool named = false;

        for (size_t k = 0; k < i; k++)
            named |= str_equal(event->payments[k].type, type);
        if (!named)
            text = text.len ? arena_format(arena, STR_FMT "+" STR_FMT, STR_ARG(text), STR_ARG(type)) : arena_copy(arena, type);
    }
    return text;
}
