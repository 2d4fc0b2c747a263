#include "control.h"

#include "build.h"
#include "claim.h"
#include "domain/event_canonical.h"
#include "run.h"
#include "share.h"

#include <inttypes.h>

/* Signed sums of a register's receipts and voids in a Z report's range. */
struct control {
    struct completeness *completeness;
    size_t *budget;
    const struct event *z;
    struct str truly, walked;            /* the run it is of; under which name receipts are looked at */
    size_t prefix_len;
    struct z_vat_sum vat[EVENT_Z_SUMS_MAX];
    size_t vat_count;
    struct payment payments[EVENT_Z_SUMS_MAX];
    size_t payment_count;
    bool too_large;
};

static void control_vat(struct control *control, int32_t rate, struct money amount, bool negative)
{
    size_t i = 0;

    while (i < control->vat_count && control->vat[i].vat != rate)
        i++;
    if (i == EVENT_Z_SUMS_MAX) {
        control->too_large = true;
        return;
    }
    if (i == control->vat_count)
        control->vat[control->vat_count++] = (struct z_vat_sum){ rate, { 0 } };
    if (negative ? money_subtract(control->vat[i].amount, amount, &control->vat[i].amount)
                 : money_add(control->vat[i].amount, amount, &control->vat[i].amount))
        control->too_large = true;
}

static void control_payment(struct control *control, struct str type, struct money amount, bool negative)
{
    size_t i = 0;

    while (i < control->payment_count && !str_equal(control->payments[i].type, type))
        i++;
    if (i == EVENT_Z_SUMS_MAX) {
        control->too_large = true;
        return;
    }
    if (i == control->payment_count)
        control->payments[control->payment_count++] =
            (struct payment){ arena_copy(control->completeness->arena, type), { 0 } };
    if (negative ? money_subtract(control->payments[i].amount, amount, &control->payments[i].amount)
                 : money_add(control->payments[i].amount, amount, &control->payments[i].amount))
        control->too_large = true;
}

static void control_receipt(struct control *control, const struct event *receipt, bool negative)
{
    for (size_t i = 0; i < receipt->line_count; i++)
        control_vat(control, receipt->lines[i].vat, receipt->lines[i].gross, negative);
    for (size_t i = 0; i < receipt->payment_count; i++)
        control_payment(control, receipt->payments[i].type, receipt->payments[i].amount, negative);
}

static enum err control_event(struct txn *txn, struct control *control, const struct event *event, struct arena *arena)
{
    struct known target;
    struct event receipt;
    bool effective;
    enum err err;

    if (event->kind == EVENT_RECEIPT)
        control_receipt(control, event, false);
    if (event->kind != EVENT_VOID)
        return ERR_OK;
    err = claim_is_effective(txn, event, &effective);
    if (err || !effective)
        return err;
    err = known_event(txn, event->venue, event->voids.reg, SERIES_RECEIPTS, event->voids.seq, arena, &target, &receipt);
    if (!err)
        control_receipt(control, &receipt, true);
    return err == ERR_NOT_FOUND ? ERR_OK : err;      /* trimmed: the Z report differs then, and that is said */
}

static enum err control_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct control *control = context;
    struct arena *arena = receipt_arena();
    struct known known;
    struct event event;
    struct str truly;
    uint64_t seq;
    size_t at = control->prefix_len;
    enum err err;

    if (!key_take_u64(key, &at, &seq))
        return ERR_STORE_DAMAGED;
    if (seq > control->z->z.last_seq || *control->budget == 0)
        return ERR_STOP;
    --*control->budget;
    err = known_read(value, &known);
    if (!err)
        err = event_decode(known.bytes, arena, &event);
    if (!err)
        err = run_truly(txn, event.venue, control->walked, known.place, arena, &truly);
    if (err || !str_equal(truly, control->truly))
        return err;
    err = run_adopt(txn, &event, control->walked, known.place, arena);
    return err ? err : control_event(txn, control, &event, arena);
}

static struct str difference(struct arena *arena, struct money z, struct money receipts)
{
    return arena_format(arena, STR_FMT " / " STR_FMT, STR_ARG(build_kroner(arena, z)), STR_ARG(build_kroner(arena, receipts)));
}

static struct money z_vat_amount(const struct z_report *z, int32_t rate)
{
    for (size_t i = 0; i < z->sales_by_vat_count; i++)
        if (z->sales_by_vat[i].vat == rate)
            return z->sales_by_vat[i].amount;
    return (struct money){ 0 };
}

static struct money z_payment_amount(const struct z_report *z, struct str type)
{
    for (size_t i = 0; i < z->payment_count; i++)
        if (str_equal(z->payments[i].type, type))
            return z->payments[i].amount;
    return (struct money){ 0 };
}

static void control_judge(struct control *control)
{
    struct completeness *completeness = control->completeness;
    struct arena *arena = completeness->arena;
    const struct event *event = control->z;
    struct str number = arena_format(arena, "%" PRIu64, event->z.number);
    struct str first = receipt_text(arena, event->reg, SERIES_RECEIPTS, event->z.first_seq);
    char rate[16];

    for (size_t i = 0; i < event->z.sales_by_vat_count; i++)     /* so that both sides have every key */
        control_vat(control, event->z.sales_by_vat[i].vat, (struct money){ 0 }, false);
    for (size_t i = 0; i < event->z.payment_count; i++)
        control_payment(control, event->z.payments[i].type, (struct money){ 0 }, false);
    for (size_t i = 0; i < control->vat_count; i++) {
        struct money z = z_vat_amount(&event->z, control->vat[i].vat);

        if (z.ore != control->vat[i].amount.ore)
            completeness_say(completeness, PROBLEM_Z_DIFFERS, first, arena_format(arena, STR_FMT, STR_ARG(event->reg)),
                             number, arena_format(arena, "%s %%", rate_text(control->vat[i].vat, rate)),
                             difference(arena, z, control->vat[i].amount));
    }
    for (size_t i = 0; i < control->payment_count; i++) {
        struct money z = z_payment_amount(&event->z, control->payments[i].type);

        if (z.ore != control->payments[i].amount.ore)
            completeness_say(completeness, PROBLEM_Z_DIFFERS, first, event->reg, number, control->payments[i].type,
                             difference(arena, z, control->payments[i].amount));
    }
    if (control->too_large)
        completeness_say(completeness, PROBLEM_AMOUNT_RANGE, first, arena_format(arena, "Z " STR_FMT, STR_ARG(number)),
                         STR_NONE, STR_NONE, STR_NONE);
}

/* Receipts of its numbers, wherever those of its run rest. */
static enum err add_up(struct txn *txn, struct control *control, struct str name)
{
    const struct event *z = control->z;
    struct key prefix, start;

    if (!name.bytes || z->z.first_seq > z->z.last_seq)       /* it says that nothing was sold: its sums must be 0 */
        return ERR_OK;
    control->walked = name;
    key_init(&prefix);
    key_name(&prefix, z->venue);
    key_name(&prefix, name);
    key_u32(&prefix, SERIES_RECEIPTS);
    control->prefix_len = prefix.len;
    start = prefix;
    key_u64(&start, z->z.first_seq);
    return store_walk(txn, TABLE_RECEIPTS, key_str(&prefix), key_str(&start), control_seen, control);
}

enum err control_z(struct txn *txn, struct completeness *completeness, size_t *budget, const struct event *z, struct str truly)
{
    struct control *control = arena_alloc(completeness->arena, sizeof *control);
    enum err err;

    if (!control)
        return ERR_MEMORY;
    if (!z->z.has_range || *budget == 0)
        return ERR_OK;
    control->completeness = completeness;
    control->budget = budget;
    control->z = z;
    control->truly = truly;
    err = add_up(txn, control, truly);
    if (!err)
        err = add_up(txn, control, run_before(completeness->arena, truly));
    if (!err && *budget == 0)
        completeness_say(completeness, PROBLEM_DAY_TOO_LARGE, STR_NONE,
                         arena_format(completeness->arena, "Z %" PRIu64, z->z.number), STR_NONE, STR_NONE, STR_NONE);
    else if (!err)
        control_judge(control);
    return err;
}
