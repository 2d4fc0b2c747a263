#include "zreport.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/json_write.h"

enum { FIGURES_MAX = 12000 };

/* What is added to the Z's own figures. `stated` are the period's parts, corrected by what the Z itself
 * says of tips and credit: its word counts, so that a difference shows. */
struct fitting {
    const struct zreport *z;
    const struct period *period;
    struct sums stated[PART_COUNT];
    struct sums trial;
};

static int64_t credit_stated(const struct zreport *z, int64_t of_receipts)
{
    int64_t sales = z->credit_sales.value.ore, memos = llabs(z->credit_memos.value.ore);

    /* The till may have taken the memos off already. */
    return sales == of_receipts ? sales : sales - memos;
}

static void state_parts(struct fitting *fit)
{
    const struct zreport *z = fit->z;
    int64_t tips = sums_vat_total(&fit->period->parts[PART_TIP]);
    int64_t credit = sums_pay_total(&fit->period->parts[PART_CREDIT]);

    for (size_t i = 0; i < PART_COUNT; i++)
        fit->stated[i] = fit->period->parts[i];
    if (z->tips.said)
        sums_add_vat(&fit->stated[PART_TIP], 0, z->tips.value.ore - tips);
    if (z->credit_sales.said || z->credit_memos.said) {
        int64_t more = credit_stated(z, credit) - credit;

        sums_add_vat(&fit->stated[PART_CREDIT], 0, more);
        sums_add_pay(&fit->stated[PART_CREDIT], STR("credit"), more);
    }
}

static int64_t vat_rows_total(const struct zreport *z, bool with_vat)
{
    int64_t total = 0;

    for (size_t i = 0; i < z->vat_count; i++)
        total += z->vats[i].net + (with_vat ? z->vats[i].vat : 0);
    return total;
}

/* The Z's total may count what its VAT rates leave out, and may be before returns. What no such reading
 * explains is the Z contradicting itself. */
static int64_t total_beyond(struct fitting *fit, int64_t of_rates)
{
    const struct zreport *z = fit->z;
    int64_t parts[PART_COUNT + 1], beyond = z->total.value.ore - of_rates;

    if (!z->total.said)
        return 0;
    for (size_t i = 0; i < PART_COUNT; i++)
        parts[i] = sums_vat_total(&fit->stated[i]);
    parts[PART_COUNT] = llabs(z->returns.value.ore);
    for (unsigned mask = 0; mask < 1u << COUNT(parts); mask++) {
        int64_t sum = 0;

        for (size_t i = 0; i < COUNT(parts); i++)
            sum += mask & 1u << i ? parts[i] : 0;
        if (sum == beyond)
            return 0;
    }
    return beyond;
}

/* One reading of the Z's rates. Into `trial`; true: it is what the receipts are. */
struct vat_reading { bool with_vat, before_returns; unsigned kept_out; };

static bool try_vat(struct fitting *fit, struct vat_reading reading)
{
    const struct zreport *z = fit->z;

    sums_reset(&fit->trial);
    for (size_t i = 0; i < z->vat_count; i++)
        sums_add_vat(&fit->trial, z->vats[i].rate, z->vats[i].net + (reading.with_vat ? z->vats[i].vat : 0));
    for (size_t i = 0; i < PART_COUNT; i++)
        if (reading.kept_out & 1u << i)
            sums_add_vats(&fit->trial, &fit->stated[i], 1);
    if (reading.before_returns)
        sums_add_vats(&fit->trial, &fit->period->returns, 1);
    return sums_vat_equal(&fit->trial, &fit->period->all);
}

static bool total_is(struct fitting *fit, bool with_vat)
{
    return fit->z->total.said && total_beyond(fit, vat_rows_total(fit->z, with_vat)) == 0;
}

/* cashSaleAmnt is net of VAT, but gross at some tills: their own total tells. If no reading is what the
 * receipts are, `trial` ends as the usual one: net, after returns, all four parts kept out. */
static bool fit_vat(struct fitting *fit)
{
    bool gross_rows = !total_is(fit, true) && total_is(fit, false);
    int64_t returns = -sums_vat_total(&fit->period->returns);
    bool may_be_before = returns && returns == llabs(fit->z->returns.value.ore);
    struct vat_reading usual = { .with_vat = !gross_rows, .kept_out = (1u << PART_COUNT) - 1 };
    struct vat_reading taken = usual;
    int64_t beyond;
    bool fits = false;

    for (unsigned step = 0; step < 4u << PART_COUNT && !fits; step++) {
        taken = usual;
        taken.kept_out ^= step & usual.kept_out;
        taken.before_returns = step & 1u << PART_COUNT;
        taken.with_vat ^= (bool)(step & 2u << PART_COUNT);
        if (!taken.before_returns || may_be_before)
            fits = try_vat(fit, taken);
    }
    if (!fits) {
        taken = usual;
        (void)try_vat(fit, taken);
    }
    beyond = total_beyond(fit, vat_rows_total(fit->z, taken.with_vat));
    sums_add_vat(&fit->trial, 0, beyond);
    return fits && beyond == 0;
}

static bool try_pay(struct fitting *fit, unsigned kept_out)
{
    const struct zreport *z = fit->z;

    sums_reset(&fit->trial);
    for (size_t i = 0; i < z->payment_count; i++)
        sums_add_pay(&fit->trial, z->payments[i].type, z->payments[i].amount.ore);
    for (size_t i = 0; i < PART_COUNT; i++)
        if (kept_out & 1u << i)
            sums_add_pays(&fit->trial, &fit->stated[i], 1);
    return sums_pay_equal(&fit->trial, &fit->period->all);
}

/* Gift cards and credit are usually not among a Z's payments, tips and rounding usually are. */
static bool fit_pay(struct fitting *fit)
{
    unsigned usual = 1u << PART_GIFT | 1u << PART_CREDIT;
    bool fits = false;

    for (size_t i = 0; i < fit->z->payment_count; i++)
        if (str_equal(fit->z->payments[i].type, STR("credit")))
            usual = 1u << PART_GIFT;
    for (unsigned step = 0; step < 1u << PART_COUNT && !fits; step++)
        fits = try_pay(fit, step ^ usual);
    if (!fits)
        (void)try_pay(fit, usual);
    return fits;
}

static enum err take_vat(const struct sums *sums, struct arena *arena, struct z_report *z)
{
    z->sales_by_vat = arena_array(arena, sums->vat_count, sizeof *z->sales_by_vat);
    if (!z->sales_by_vat)
        return ERR_MEMORY;
    for (size_t i = 0; i < sums->vat_count; i++)
        if (sums->vat[i].amount.ore)
            z->sales_by_vat[z->sales_by_vat_count++] = sums->vat[i];
    return sums->failed ? ERR_RANGE : ERR_OK;
}

static enum err take_pay(const struct sums *sums, struct arena *arena, struct z_report *z)
{
    z->payments = arena_array(arena, sums->pay_count, sizeof *z->payments);
    if (!z->payments)
        return ERR_MEMORY;
    for (size_t i = 0; i < sums->pay_count; i++)
        if (sums->pay[i].amount.ore)
            z->payments[z->payment_count++] = sums->pay[i];
    return sums->failed ? ERR_RANGE : ERR_OK;
}

static int64_t beside_sales(const struct period *period)
{
    int64_t sum = 0;

    for (size_t i = 0; i < PART_CREDIT; i++)
        sum += llabs(sums_vat_total(&period->parts[i]));
    return sum;
}

enum err zreport_settle(const struct zreport *z, const struct period *period, struct arena *arena,
                        struct z_report *ret_z, bool *ret_fits)
{
    struct fitting *fit = arena_alloc(arena, sizeof *fit);
    struct z_report native = { .number = z->number, .has_range = true, .first_seq = 1, .last_seq = 0 };
    bool fits;
    enum err err;

    if (!fit)
        return ERR_MEMORY;
    fit->z = z;
    fit->period = period;
    state_parts(fit);
    if (period->any) {
        native.first_seq = period->first_seq;
        native.last_seq = period->last_seq;
    }
    /* The till's running total knows no tips, rounding or gift cards; the native one is of all lines. Said
     * only if that is the same, as the difference of two is compared with the lines. */
    native.has_grand_total = z->grand_net.said && beside_sales(period) == 0;
    if (native.has_grand_total)
        native.grand_total = z->grand_net.value;
    fits = fit_vat(fit);
    err = take_vat(&fit->trial, arena, &native);
    if (err)
        return err;
    fits = fit_pay(fit) && fits;
    err = take_pay(&fit->trial, arena, &native);
    if (err)
        return err;
    *ret_z = native;
    *ret_fits = fits;
    return ERR_OK;
}

struct str zreport_figures(const struct zreport *z, struct arena *arena)
{
    const struct { const char *name; const struct saft_amount *amount; } before[] = {
        { "credit_memos", &z->credit_memos }, { "credit_sales", &z->credit_sales },
        { "grand_net", &z->grand_net }, { "grand_returns", &z->grand_returns },
        { "grand_sales", &z->grand_sales },
    }, after[] = { { "returns", &z->returns }, { "tips", &z->tips }, { "total", &z->total } };
    struct strbuf text;
    struct str copy;

    strbuf_init(&text, FIGURES_MAX);
    json_open(&text, NULL, '{');
    json_open(&text, "saft_z", '{');
    for (size_t i = 0; i < COUNT(before); i++)
        if (before[i].amount->said)
            json_put_int(&text, before[i].name, before[i].amount->value.ore);
    json_open(&text, "payments", '[');
    for (size_t i = 0; i < z->payment_count; i++) {
        json_open(&text, NULL, '[');
        json_put_str(&text, NULL, z->payments[i].type);
        json_put_int(&text, NULL, z->payments[i].amount.ore);
        json_close(&text, ']');
    }
    json_close(&text, ']');
    for (size_t i = 0; i < COUNT(after); i++)
        if (after[i].amount->said)
            json_put_int(&text, after[i].name, after[i].amount->value.ore);
    json_open(&text, "vat", '[');
    for (size_t i = 0; i < z->vat_count; i++) {
        json_open(&text, NULL, '[');
        json_put_int(&text, NULL, z->vats[i].rate);
        json_put_int(&text, NULL, z->vats[i].net);
        json_put_int(&text, NULL, z->vats[i].vat);
        json_close(&text, ']');
    }
    json_close(&text, ']');
    json_close(&text, '}');
    json_close(&text, '}');
    copy = text.failed ? STR_NONE : arena_copy(arena, strbuf_str(&text));    /* kept only if it is short */
    strbuf_free(&text);
    return copy;
}
