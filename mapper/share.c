#include "share.h"

#include <string.h>

static const struct str credit = { "credit", 6 }, gift_card = { "gift_card", 9 };

bool switches_transfer(const struct switches *switches, struct str payment_type)
{
    const struct payment_entry *entry = venue_payment(switches->venue, payment_type, switches->day);

    if (str_equal(payment_type, credit))
        return !switches->credit_out;
    return !entry || entry->transfer;    /* an unmapped type stays in, as a blank that holds the day */
}

bool switches_gift_cards_out(const struct switches *switches)
{
    return !switches_transfer(switches, gift_card);
}

enum err receipt_sums(const struct event *receipt, struct money *ret_lines, struct money *ret_payments)
{
    struct money lines = { 0 }, payments = { 0 };
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < receipt->line_count; i++)
        err = money_add(lines, receipt->lines[i].gross, &lines);
    for (size_t i = 0; !err && i < receipt->payment_count; i++)
        err = money_add(payments, receipt->payments[i].amount, &payments);
    if (err)
        return err;
    *ret_lines = lines;
    *ret_payments = payments;
    return ERR_OK;
}

static enum err sum_of(const struct money *amounts, size_t count, struct money *ret_sum)
{
    struct money sum = { 0 };
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < count; i++)
        err = money_add(sum, amounts[i], &sum);
    if (!err)
        *ret_sum = sum;
    return err;
}

/* With payments of both signs a share can be far larger than its line. */
static enum err bounded(const struct money *amounts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (amounts[i].ore > MONEY_INPUT_MAX || amounts[i].ore < -MONEY_INPUT_MAX)
            return ERR_RANGE;
    return ERR_OK;
}

static bool first_of_its_type(const struct event *receipt, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_equal(receipt->payments[i].type, receipt->payments[at].type))
            return false;
    return true;
}

/* Takes one type's share out of what is left of the lines; its payments become 0. */
static enum err take_out(const struct event *receipt, struct str type, struct shares *shares, struct arena *arena)
{
    struct left_out *out = &shares->left_out[shares->left_out_count];
    struct money total = { 0 }, left;
    enum err err;

    for (size_t i = 0; i < receipt->payment_count; i++)
        if (str_equal(receipt->payments[i].type, type)) {
            err = money_add(total, receipt->payments[i].amount, &total);
            if (err)
                return err;
            shares->payments[i].ore = 0;
        }
    if (total.ore == 0)
        return ERR_OK;
    err = sum_of(shares->lines, receipt->line_count, &left);
    if (err)
        return err;
    if (left.ore == 0)
        return ERR_REFUSED;
    out->type = type;
    out->total = total;
    out->lines = arena_array(arena, receipt->line_count, sizeof *out->lines);
    if (!out->lines)
        return ERR_MEMORY;
    err = money_share(shares->lines, receipt->line_count, left, total, out->lines);
    for (size_t i = 0; !err && i < receipt->line_count; i++)
        err = money_subtract(shares->lines[i], out->lines[i], &shares->lines[i]);
    if (!err)
        err = bounded(out->lines, receipt->line_count);
    if (!err)
        err = bounded(shares->lines, receipt->line_count);
    if (!err)
        shares->left_out_count++;
    return err;
}

static enum err gift_cards_out(const struct event *receipt, struct shares *shares, struct arena *arena)
{
    struct money total = { 0 }, payments, *part;
    enum err err = ERR_OK;

    shares->gift_lines = arena_array(arena, receipt->line_count, sizeof *shares->gift_lines);
    part = arena_array(arena, receipt->payment_count, sizeof *part);
    if (!shares->gift_lines || !part)
        return ERR_MEMORY;
    for (size_t i = 0; !err && i < receipt->line_count; i++)
        if (str_equal(receipt->lines[i].product_type, gift_card)) {
            shares->gift_lines[i] = shares->lines[i];
            shares->lines[i].ore = 0;
            err = money_add(total, shares->gift_lines[i], &total);
        }
    if (err || total.ore == 0)
        return err;
    err = sum_of(shares->payments, receipt->payment_count, &payments);
    if (err)
        return err;
    if (payments.ore == 0)
        return ERR_REFUSED;
    err = money_share(shares->payments, receipt->payment_count, payments, total, part);
    for (size_t i = 0; !err && i < receipt->payment_count; i++)
        err = money_subtract(shares->payments[i], part[i], &shares->payments[i]);
    if (!err)
        err = bounded(shares->payments, receipt->payment_count);
    shares->gift_total = total;
    return err;
}

static bool sells_gift_cards(const struct event *receipt)
{
    for (size_t i = 0; i < receipt->line_count; i++)
        if (str_equal(receipt->lines[i].product_type, gift_card))
            return true;
    return false;
}

enum err shares_of(const struct event *receipt, const struct switches *switches, struct arena *arena,
                   struct shares *ret_shares)
{
    struct shares shares = {
        .lines = arena_array(arena, receipt->line_count, sizeof *shares.lines),
        .payments = arena_array(arena, receipt->payment_count, sizeof *shares.payments),
        .left_out = arena_array(arena, receipt->payment_count, sizeof *shares.left_out),
    };
    enum err err = ERR_OK;

    if (!shares.lines || !shares.payments || !shares.left_out)
        return ERR_MEMORY;
    for (size_t i = 0; i < receipt->line_count; i++)
        shares.lines[i] = receipt->lines[i].gross;
    for (size_t i = 0; i < receipt->payment_count; i++)
        shares.payments[i] = receipt->payments[i].amount;
    for (size_t i = 0; !err && i < receipt->payment_count; i++)
        if (first_of_its_type(receipt, i) && !switches_transfer(switches, receipt->payments[i].type))
            err = take_out(receipt, receipt->payments[i].type, &shares, arena);
    if (!err && switches_gift_cards_out(switches) && sells_gift_cards(receipt))
        err = gift_cards_out(receipt, &shares, arena);
    if (!err)
        *ret_shares = shares;
    return err;
}
