#include "sale.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_write.h"
#include "balance.h"

enum { NR_DIGITS_MAX = 18, MILLION = 1000000 };

/* Transaction types that move money without selling anything (docs/saft-format.md section 6). 11005, a payment from a
 * customer, is one too, unless it turns out to be a gift card sold. */
static const struct { int32_t predefined; const char *reason; } movements[] = {
    { 11003, "purchase paid from the till" }, { 11004, "payment" },
    { 11005, "payment from a customer" },     { 11007, "opening float" },
    { 11008, "cash difference" },             { 11010, "pay-out" },
    { 11011, "pay-in" },
};

static const char *sale_movement(int32_t predefined)
{
    for (size_t i = 0; i < COUNT(movements); i++)
        if (movements[i].predefined == predefined)
            return movements[i].reason;
    return NULL;
}

static enum err number_of(struct str nr, uint64_t *ret_seq)
{
    uint64_t seq = 0;

    if (nr.len == 0 || nr.len > NR_DIGITS_MAX)
        return ERR_FORMAT;
    for (size_t i = 0; i < nr.len; i++) {
        if (nr.bytes[i] < '0' || nr.bytes[i] > '9')
            return ERR_FORMAT;
        seq = seq * 10 + (uint64_t)(nr.bytes[i] - '0');
    }
    *ret_seq = seq;
    return ERR_OK;
}

/* What must be there and in range before anything else is asked. */
static enum err check_frame(const struct raw_sale *sale, struct event *event, struct fault *fault)
{
    if (number_of(sale->nr, &event->seq))
        return fault_set(fault, ERR_FORMAT,
                         "its number is not a whole number of at most %d digits; gaps cannot be seen without. "
                         "Ask the till's vendor for the printed receipt number in nr", NR_DIGITS_MAX);
    if (!sale->date.said || !sale->time.said)
        return fault_set(fault, ERR_FORMAT, "transDate or transTime is missing; ask the till's vendor");
    if (!sale->gross.said)
        return fault_set(fault, ERR_FORMAT, "transAmntIn is missing; ask the till's vendor");
    for (size_t i = 0; i < sale->line_count; i++)
        if (!sale->lines[i].gross.said)
            return fault_set(fault, ERR_FORMAT, "lineAmntIn is missing on line %zu; ask the till's vendor", i + 1);
    for (size_t i = 0; i < sale->payment_count; i++)
        if (!sale->payments[i].paid.said)
            return fault_set(fault, ERR_FORMAT, "paidAmnt is missing on payment %zu; ask the till's vendor", i + 1);
    return ERR_OK;
}

/* A code that the file does not map is refused: a guess would be a wrong VAT return. */
static enum err rate_said(struct sale_maker *maker, int32_t day, struct saft_rate rate, struct str code, int32_t *ret_rate,
                          struct fault *fault)
{
    if (rate.said) {
        *ret_rate = rate.rate;
        return ERR_OK;
    }
    if (!code.len)
        return fault_set(fault, ERR_FORMAT, "a line has neither vatPerc nor vatCode; ask the till's vendor");
    if (codelist_rate(maker->codes, code, day, ret_rate))
        return fault_set(fault, ERR_FORMAT,
                         "VAT code '" STR_FMT "' has no vatPerc and no standard code of sales in vatCodeDetails; "
                         "map it in the till and export again", STR_ARG(code));
    return ERR_OK;
}

/* A line that says no VAT and whose net is its gross has none: no guess comes before what it says. Else the rate from the
 * line, from its code, or from the receipt if it has only one. */
static enum err rate_of(struct sale_maker *maker, const struct raw_sale *sale, const struct raw_line *line,
                        int32_t *ret_rate, struct fault *fault)
{
    struct saft_rate rate = line->rate;
    struct str code = line->vat_code;

    if (!rate.said && !code.len && line->net.said && line->net.value.ore == line->gross.value.ore) {
        *ret_rate = 0;
        return ERR_OK;
    }
    if (!rate.said && !code.len && sale->vat_count == 1) {
        rate = sale->vats[0].rate;
        code = sale->vats[0].code;
    }
    return rate_said(maker, sale->date.day, rate, code, ret_rate, fault);
}

static bool is_gift(struct sale_maker *maker, const struct raw_line *line, const struct code *group,
                    const struct code *article)
{
    if (code_says_gift(group) || code_says_gift(article))
        return true;
    return line->type.len && code_says_gift(codelist_find(maker->codes, CODE_LINE, line->type));
}

static enum err product_of(struct sale_maker *maker, const struct raw_line *line, int32_t rate,
                           struct sale_line *ret_line)
{
    const struct code *article = codelist_article(maker->codes, line->article);
    struct str id = line->group.len || !article ? line->group : article->group;
    const struct code *group = id.len ? codelist_find(maker->codes, CODE_GROUP, id) : NULL;

    if (id.len && !group)
        return ERR_MEMORY;
    if (rate == 0 && is_gift(maker, line, group, article))
        ret_line->product_type = STR("gift_card");
    else if (group)
        ret_line->product_type = group->word;
    else
        ret_line->product_type = STR("no-article-group");
    if (!group || !group->known)
        maker->notes |= 1u << SAFT_GROUP_UNKNOWN;
    return ERR_OK;
}

/* Quantity and VAT follow the sign of the line, so that files with and without signs give the same. */
static enum err line_of(struct sale_maker *maker, const struct raw_sale *sale, const struct raw_line *line,
                        struct sale_line *ret_line, struct fault *fault)
{
    enum saft_side side = value_signed(line->gross.value, line->side).ore < 0 ? SIDE_DEBIT : SIDE_CREDIT;
    int64_t qty = line->qty.said && line->qty.millionths ? llabs(line->qty.millionths) : MILLION;
    struct money computed;
    enum err err;

    *ret_line = (struct sale_line){ .gross = value_signed(line->gross.value, line->side) };
    err = rate_of(maker, sale, line, &ret_line->vat, fault);
    if (!err)
        err = product_of(maker, line, ret_line->vat, ret_line);
    if (err)
        return err;
    ret_line->qty = side == SIDE_DEBIT ? -qty : qty;
    ret_line->has_vat_amount = line->vat.said || line->net.said;
    if (line->vat.said)
        ret_line->vat_amount = (struct money){ llabs(line->vat.value.ore) };
    else if (line->net.said)
        ret_line->vat_amount = (struct money){ llabs(line->gross.value.ore) - llabs(line->net.value.ore) };
    if (side == SIDE_DEBIT)
        ret_line->vat_amount.ore = -ret_line->vat_amount.ore;
    computed = money_vat_of_gross(ret_line->gross, ret_line->vat);
    if (ret_line->has_vat_amount && llabs(computed.ore - ret_line->vat_amount.ore) > 1)
        maker->notes |= 1u << SAFT_VAT_DIFFERS;
    return ERR_OK;
}

static enum err lines_of(struct sale_maker *maker, const struct raw_sale *sale, struct event *event,
                         struct fault *fault)
{
    /* room for the tip and the rounding */
    event->lines = arena_array(maker->arena, sale->line_count + 2, sizeof *event->lines);
    if (!event->lines)
        return ERR_MEMORY;
    for (size_t i = 0; i < sale->line_count; i++) {
        enum err err = line_of(maker, sale, &sale->lines[i], &event->lines[i], fault);

        if (err)
            return err;
    }
    event->line_count = sale->line_count;
    return ERR_OK;
}

/* What the totals come to, each with its own sign or with the receipt's; false: they do not say it. */
static bool totals_sum(const struct raw_sale *sale, bool own_signs, int64_t *ret_sum)
{
    int64_t sum = 0;

    for (size_t i = 0; i < sale->vat_count; i++) {
        const struct raw_sale_vat *vat = &sale->vats[i];

        if (!vat->base.said || !vat->vat.said)
            return false;
        sum += own_signs ? value_signed(vat->base.value, vat->side).ore + value_signed(vat->vat.value, vat->side).ore
                         : llabs(vat->base.value.ore) + llabs(vat->vat.value.ore);
    }
    *ret_sum = sum;
    return true;
}

/* Whether the totals, in one of the two ways, come to the receipt's amount, with or without its tip. */
static bool totals_add_up(const struct raw_sale *sale, bool *ret_own_signs)
{
    int64_t total = value_signed(sale->gross.value, sale->side).ore, sum;

    if (sale->vat_count == 0 || sale->vat_count > RAW_SALE_VATS_MAX)
        return false;
    if (!totals_sum(sale, true, &sum))
        return false;
    *ret_own_signs = sum == total || sum == total - sale->tip.ore;
    if (*ret_own_signs || total >= 0)
        return *ret_own_signs;
    return totals_sum(sale, false, &sum) && (-sum == total || -sum == total - sale->tip.ore);
}

static struct money total_signed(struct money amount, const struct raw_sale_vat *vat, bool own_signs)
{
    return value_signed(amount, own_signs ? vat->side : SIDE_DEBIT);
}

/* A receipt without lines is sold as `other`, by its totals at each rate. What was sold is not told, so a venue says where
 * it belongs by giving `other` an account. */
static enum err totals_of(struct sale_maker *maker, const struct raw_sale *sale, struct event *event, struct fault *fault)
{
    bool own_signs = true;

    if (!totals_add_up(sale, &own_signs)) {
        if (sale->gross.value.ore == 0)
            return ERR_OK;
        maker->notes |= 1u << SAFT_NO_LINES;
        if (sale->payment_count)
            return ERR_OK;               /* they hold the day, with the amount */
        return fault_set(fault, ERR_FORMAT, "it has an amount, but no lines, no VAT totals that add up to it and no payments: "
                         "what was sold is not told. Ask the till's vendor for a file with lines");
    }
    event->lines = arena_array(maker->arena, sale->vat_count + 2, sizeof *event->lines);
    if (!event->lines)
        return ERR_MEMORY;
    for (size_t i = 0; i < sale->vat_count; i++) {
        const struct raw_sale_vat *vat = &sale->vats[i];
        struct money net = total_signed(vat->base.value, vat, own_signs);
        struct sale_line line = { .product_type = STR("other"), .qty = MILLION, .has_vat_amount = true,
                                  .vat_amount = total_signed(vat->vat.value, vat, own_signs) };
        enum err err = rate_said(maker, sale->date.day, vat->rate, vat->code, &line.vat, fault);

        if (err)
            return err;
        line.gross.ore = net.ore + line.vat_amount.ore;
        if (line.gross.ore < 0)
            line.qty = -MILLION;
        if (line.gross.ore)
            event->lines[event->line_count++] = line;
    }
    maker->notes |= 1u << SAFT_TOTALS_TAKEN;
    return ERR_OK;
}

static enum err payments_of(struct sale_maker *maker, const struct raw_sale *sale, struct event *event)
{
    /* room for the credit that no payment covers */
    event->payments = arena_array(maker->arena, sale->payment_count + 1, sizeof *event->payments);
    if (!event->payments)
        return ERR_MEMORY;
    for (size_t i = 0; i < sale->payment_count; i++) {
        const struct code *code = codelist_find(maker->codes, CODE_PAYMENT, sale->payments[i].type);

        if (!code)
            return ERR_MEMORY;
        event->payments[i] = (struct payment){ code->word, sale->payments[i].paid.value };
        if (!code->known)
            maker->notes |= 1u << SAFT_PAYMENT_UNKNOWN;
    }
    event->payment_count = sale->payment_count;
    return ERR_OK;
}

/* Amount, reason and means of payment of a till movement; in unsigned files the transaction's side gives the sign. */
static enum err movement_of(struct sale_maker *maker, const struct raw_sale *sale, const struct code *type,
                            struct event *event)
{
    struct str said = sale->text.len ? sale->text : type->text.len ? type->text : type->id;
    bool negated = sale->side == SIDE_DEBIT;
    unsigned notes = maker->notes;
    enum err err = payments_of(maker, sale, event);

    if (err)
        return err;
    maker->notes = notes;                /* it is never transferred: no account is asked for */
    for (size_t i = 0; i < event->payment_count; i++)
        negated = negated && event->payments[i].amount.ore >= 0;
    for (size_t i = 0; i < event->payment_count; i++) {
        struct money *amount = &event->payments[i].amount;

        amount->ore = negated ? -amount->ore : amount->ore;
        event->amount.ore += amount->ore;                /* 100 payments of 2^53 fit in 63 bits */
    }
    if (event->payment_count == 0)
        event->amount = value_signed(sale->gross.value, sale->side);
    if (event->amount.ore == 0)
        maker->notes |= 1u << SAFT_MOVEMENT_EMPTY;
    event->kind = EVENT_CASH_MOVEMENT;
    event->lines = NULL;
    event->line_count = 0;
    event->reason = value_clip(arena_format(maker->arena, "%s: " STR_FMT, sale_movement(type->predefined),
                                            STR_ARG(said)));
    return event->reason.len ? ERR_OK : ERR_MEMORY;
}

/* Articles are renamed between two exports, and a receipt that is in both must stay the same to the byte: the
 * article's text is taken only where it is needed, on what will be an order. */
static void texts_of(struct sale_maker *maker, const struct raw_sale *sale, struct event *event)
{
    bool credit = false;

    for (size_t i = 0; i < event->payment_count; i++)
        credit = credit || str_equal(event->payments[i].type, STR("credit"));
    for (size_t i = 0; i < sale->line_count; i++) {
        const struct code *article = codelist_article(maker->codes, sale->lines[i].article);

        event->lines[i].text = value_clip(sale->lines[i].text);
        if (credit && article && !sale->lines[i].text.len)
            event->lines[i].text = value_clip(article->text);
    }
}

static bool sells_gift_card(const struct event *event)
{
    for (size_t i = 0; i < event->line_count; i++)
        if (str_equal(event->lines[i].product_type, STR("gift_card")))
            return true;
    return false;
}

/* The invoice's number is known later than the receipt, and another in a later export: no order number, which must stay. */
static struct str invoice_of(struct sale_maker *maker, const struct raw_sale *sale)
{
    struct strbuf text;
    struct str extra;

    if (!sale->invoice.len)
        return STR_NONE;
    strbuf_init(&text, 4 * EVENT_TEXT_MAX);
    json_open(&text, NULL, '{');
    json_put_str(&text, "saft_invoice", value_clip(sale->invoice));
    json_close(&text, '}');
    extra = text.failed ? STR_NONE : arena_copy(maker->arena, strbuf_str(&text));
    strbuf_free(&text);
    return extra;
}

/* Voids and trainings hold their number in the series, and nothing else: no line, no payment. */
static enum err frame_of(struct sale_maker *maker, const struct raw_sale *sale, struct event *event)
{
    event->venue = maker->venue->id;
    event->reg = maker->reg;
    event->series = SERIES_RECEIPTS;
    event->staff = value_clip(sale->staff);
    value_moment(maker->venue->zone, sale->date, sale->time, &event->time, &event->offset_min);
    if (sale->training) {
        event->kind = EVENT_TRAINING;
    } else if (sale->voided) {
        event->kind = EVENT_COPY;
        event->extra = STR("{\"saft\":\"void\"}");
    } else {
        event->kind = EVENT_RECEIPT;
        event->customer = value_clip(sale->customer);
        event->extra = invoice_of(maker, sale);
    }
    return event->extra.bytes || !sale->invoice.len || event->kind != EVENT_RECEIPT ? ERR_OK : ERR_MEMORY;
}

enum err sale_to_event(struct sale_maker *maker, const struct raw_sale *sale, struct event *ret_event,
                       struct fault *fault)
{
    const struct code *type = codelist_find(maker->codes, CODE_TRANSACTION, sale->type);
    struct event event = { 0 };
    enum err err;

    maker->notes = 0;
    err = type ? check_frame(sale, &event, fault) : ERR_MEMORY;
    if (!err)
        err = frame_of(maker, sale, &event);
    if (!err && event.kind == EVENT_RECEIPT)
        err = lines_of(maker, sale, &event, fault);
    if (!err && event.kind == EVENT_RECEIPT && sale->line_count == 0 && !sale_movement(type->predefined))
        err = totals_of(maker, sale, &event, fault);
    if (!err && event.kind == EVENT_RECEIPT) {
        bool moves = sale_movement(type->predefined) && !sells_gift_card(&event);

        err = moves ? movement_of(maker, sale, type, &event) : payments_of(maker, sale, &event);
        if (!err && !moves) {
            balance_sale(maker, sale, type->predefined, &event);
            texts_of(maker, sale, &event);
        }
    }
    if (!err)
        err = event_check(&event, fault);
    if (err == ERR_MEMORY)
        (void)fault_set(fault, err, "too large: it needs more memory than one receipt may; ask the till's vendor");
    if (!err)
        *ret_event = event;
    return err;
}
