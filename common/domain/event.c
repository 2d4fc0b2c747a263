#include "event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "base/foreign.h"

/* A till whose clock was lost says 1970; its receipts must not land in a closed year. */
#define TIME_MIN INT64_C(946684800)                  /* 2000-01-01 */
#define TIME_MAX INT64_C(7258118400)                 /* 2200-01-01 */
enum { DAY_MIN = 10957, DAY_MAX = 84006, OFFSET_MAX_MIN = 18 * 60 };
#define QTY_MAX INT64_C(1000000000000000)            /* 10^9 pieces, in millionths */

const char *event_kind_text(enum event_kind kind)
{
    static const char *const texts[EVENT_KIND_COUNT] = {
        [EVENT_RECEIPT] = "receipt",   [EVENT_VOID] = "void",         [EVENT_CASH_MOVEMENT] = "cash_movement",
        [EVENT_Z_REPORT] = "z_report", [EVENT_TRAINING] = "training", [EVENT_COPY] = "copy",
    };

    ensure((unsigned)kind < EVENT_KIND_COUNT);
    return texts[kind];
}

static bool digits(const char *at, size_t count, int32_t *ret_value)
{
    int32_t value = 0;

    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        value = value * 10 + (at[i] - '0');
    }
    *ret_value = value;
    return true;
}

/* "Z" or "+01:00". */
static bool offset_parse(struct str text, int32_t *ret_offset_min)
{
    int32_t hours, minutes;

    if (str_equal(text, STR("Z"))) {
        *ret_offset_min = 0;
        return true;
    }
    if (text.len != 6 || (text.bytes[0] != '+' && text.bytes[0] != '-') || text.bytes[3] != ':' ||
        !digits(text.bytes + 1, 2, &hours) || !digits(text.bytes + 4, 2, &minutes) || minutes > 59 ||
        hours * 60 + minutes > OFFSET_MAX_MIN)
        return false;
    *ret_offset_min = (text.bytes[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

enum err event_time_parse(struct str text, int64_t *ret_time, int32_t *ret_offset_min)
{
    int32_t day, hour, minute, second, offset_min;
    size_t at = 19;

    if (text.len < 20 || text.bytes[10] != 'T' || text.bytes[13] != ':' || text.bytes[16] != ':' ||
        day_parse((struct str){ text.bytes, 10 }, &day) || !digits(text.bytes + 11, 2, &hour) ||
        !digits(text.bytes + 14, 2, &minute) || !digits(text.bytes + 17, 2, &second) || hour > 23 ||
        minute > 59 || second > 59)
        return ERR_FORMAT;
    if (text.bytes[at] == '.') {
        at++;
        while (at < text.len && text.bytes[at] >= '0' && text.bytes[at] <= '9')
            at++;
        if (at == 20)
            return ERR_FORMAT;
    }
    if (!offset_parse((struct str){ text.bytes + at, text.len - at }, &offset_min))
        return ERR_FORMAT;
    *ret_time = (int64_t)day * 86400 + hour * 3600 + minute * 60 + second - offset_min * 60;
    *ret_offset_min = offset_min;
    return ERR_OK;
}

enum err rate_parse(struct str text, int32_t *ret_rate)
{
    struct money hundredths;
    enum err err;

    /* Same digits and decimals as an amount, but no sign and no blanks. */
    if (text.len == 0 || text.bytes[0] < '0' || text.bytes[0] > '9' || text.bytes[text.len - 1] < '0' ||
        text.bytes[text.len - 1] > '9')
        return ERR_FORMAT;
    err = money_parse(text, &hundredths);
    if (err)
        return err;
    if (hundredths.ore > 10000)
        return ERR_RANGE;
    *ret_rate = (int32_t)hundredths.ore;
    return ERR_OK;
}

const char *rate_text(int32_t rate, char buffer[16])
{
    if (rate % 100 == 0)
        (void)snprintf(buffer, 16, "%" PRId32, rate / 100);
    else if (rate % 10 == 0)
        (void)snprintf(buffer, 16, "%" PRId32 ".%" PRId32, rate / 100, rate / 10 % 10);
    else
        (void)snprintf(buffer, 16, "%" PRId32 ".%02" PRId32, rate / 100, rate % 100);
    return buffer;
}

struct checking { const char *list; size_t index; struct fault *fault; };

static enum err wrong(const struct checking *in, enum err err, const char *field, const char *what)
{
    if (!in->list)
        return fault_set(in->fault, err, "%s: %s", field, what);
    return fault_set(in->fault, err, "%s[%zu].%s: %s", in->list, in->index, field, what);
}

static enum err check_name(const struct checking *in, const char *field, struct str name)
{
    if (str_is_name(name))
        return ERR_OK;
    return wrong(in, name.len > 64 ? ERR_TOO_LONG : ERR_FORMAT, field,
                 "must be a name of 1 to 64 letters, digits, '.', '_' or '-', not beginning with '.'");
}

/* What a till calls its product and payment types. */
static enum err check_type(const struct checking *in, const char *field, struct str type)
{
    if (str_is_word(type) && utf8_is_valid(type))
        return ERR_OK;
    return wrong(in, type.len > 64 ? ERR_TOO_LONG : ERR_FORMAT, field,
                 "must be 1 to 64 bytes of text in UTF-8, without control characters and without blanks around it");
}

static enum err check_text(const struct checking *in, const char *field, struct str text)
{
    if (text.len > EVENT_TEXT_MAX)
        return wrong(in, ERR_TOO_LONG, field, "must be at most 400 bytes long");
    if (!utf8_is_valid(text))
        return wrong(in, ERR_FORMAT, field, "must be text in UTF-8 without NUL");
    return ERR_OK;
}

static enum err check_money(const struct checking *in, const char *field, struct money amount)
{
    if (amount.ore >= -MONEY_INPUT_MAX && amount.ore <= MONEY_INPUT_MAX)
        return ERR_OK;
    return wrong(in, ERR_RANGE, field, "must be less than 2^53 øre");
}

static enum err check_rate(const struct checking *in, const char *field, int32_t rate)
{
    return rate >= 0 && rate <= 10000 ? ERR_OK : wrong(in, ERR_RANGE, field, "must be 0 to 100 percent");
}

static enum err check_number(const struct checking *in, const char *field, uint64_t number)
{
    return number <= INT64_MAX ? ERR_OK : wrong(in, ERR_RANGE, field, "must be less than 2^63");
}

static enum err check_lines(const struct event *event, struct fault *fault)
{
    enum err err = ERR_OK;

    if (event->line_count > EVENT_LINES_MAX)
        return fault_set(fault, ERR_TOO_LONG, "lines: at most %d on one receipt", EVENT_LINES_MAX);
    for (size_t i = 0; i < event->line_count && !err; i++) {
        const struct sale_line *line = &event->lines[i];
        struct checking in = { "lines", i, fault };

        if ((err = check_type(&in, "product_type", line->product_type)) ||
            (err = check_rate(&in, "vat", line->vat)) || (err = check_money(&in, "gross", line->gross)) ||
            (err = check_money(&in, "vat_amount", line->vat_amount)) ||
            (err = check_text(&in, "text", line->text)) || (err = check_text(&in, "serving", line->serving)))
            return err;
        if (line->qty < -QTY_MAX || line->qty > QTY_MAX)
            err = wrong(&in, ERR_RANGE, "qty", "must be at most 1000000000");
        else if (!line->has_vat_amount && line->vat_amount.ore != 0)
            err = wrong(&in, ERR_FORMAT, "vat_amount", "must be 0 if it is not said");
    }
    return err;
}

static enum err check_payments(const struct payment *payments, size_t count, const char *list,
                               struct fault *fault)
{
    enum err err = ERR_OK;

    if (count > EVENT_PAYMENTS_MAX)
        return fault_set(fault, ERR_TOO_LONG, "%s: at most %d", list, EVENT_PAYMENTS_MAX);
    for (size_t i = 0; i < count && !err; i++) {
        struct checking in = { list, i, fault };

        err = check_type(&in, "type", payments[i].type);
        if (!err)
            err = check_money(&in, "amount", payments[i].amount);
    }
    return err;
}

static int by_vat(const void *a, const void *b)
{
    const struct z_vat_sum *left = a, *right = b;

    return left->vat < right->vat ? -1 : left->vat > right->vat;
}

static int by_type(const void *a, const void *b)
{
    const struct payment *left = a, *right = b;

    return str_compare(left->type, right->type);
}

static enum err check_z(struct z_report *z, struct fault *fault)
{
    struct checking in = { NULL, 0, fault };
    enum err err;

    if ((err = check_number(&in, "z.number", z->number)) ||
        (err = check_number(&in, "z.first_seq", z->first_seq)) ||
        (err = check_number(&in, "z.last_seq", z->last_seq)) ||
        (err = check_money(&in, "z.grand_total", z->grand_total)) ||
        (err = check_payments(z->payments, z->payment_count, "z.payments", fault)))
        return err;
    if (z->business_day < DAY_MIN || z->business_day >= DAY_MAX)
        return wrong(&in, ERR_RANGE, "z.business_day", "must be in the years 2000 to 2199");
    if (z->sales_by_vat_count > EVENT_Z_SUMS_MAX)
        return wrong(&in, ERR_TOO_LONG, "z.sales_by_vat", "at most 100 rates");
    if ((!z->has_range && (z->first_seq || z->last_seq)) || (!z->has_grand_total && z->grand_total.ore))
        return wrong(&in, ERR_FORMAT, "z", "holds a value for a field that is not said");
    for (size_t i = 0; i < z->sales_by_vat_count; i++) {
        struct checking sum = { "z.sales_by_vat", i, fault };

        if ((err = check_rate(&sum, "vat", z->sales_by_vat[i].vat)) ||
            (err = check_money(&sum, "amount", z->sales_by_vat[i].amount)))
            return err;
    }
    if (z->sales_by_vat_count > 1)
        qsort(z->sales_by_vat, z->sales_by_vat_count, sizeof *z->sales_by_vat, by_vat);
    if (z->payment_count > 1)
        qsort(z->payments, z->payment_count, sizeof *z->payments, by_type);
    for (size_t i = 1; i < z->sales_by_vat_count; i++)
        if (z->sales_by_vat[i - 1].vat == z->sales_by_vat[i].vat)
            return wrong(&in, ERR_FORMAT, "z.sales_by_vat", "says the same rate twice");
    for (size_t i = 1; i < z->payment_count; i++)
        if (str_equal(z->payments[i - 1].type, z->payments[i].type))
            return wrong(&in, ERR_FORMAT, "z.payments", "says the same payment type twice");
    return ERR_OK;
}

enum err event_check_fields(struct event *event, struct fault *fault)
{
    struct checking in = { NULL, 0, fault };
    enum err err;

    if ((err = check_name(&in, "venue", event->venue)) || (err = check_name(&in, "register", event->reg)) ||
        (err = check_number(&in, "seq", event->seq)) || (err = check_text(&in, "order", event->order)) ||
        (err = check_text(&in, "customer", event->customer)) ||
        (err = check_text(&in, "staff", event->staff)) || (err = check_text(&in, "reason", event->reason)) ||
        (err = check_money(&in, "amount", event->amount)) || (err = check_lines(event, fault)) ||
        (err = check_payments(event->payments, event->payment_count, "payments", fault)))
        return err;
    if ((unsigned)event->kind >= EVENT_KIND_COUNT)
        return wrong(&in, ERR_RANGE, "kind", "is none that is known");
    if (event->series >= SERIES_COUNT)
        return wrong(&in, ERR_RANGE, "series", "is none that is known");
    if (event->time < TIME_MIN || event->time >= TIME_MAX)
        return wrong(&in, ERR_RANGE, "time", "must be in the years 2000 to 2199");
    if (abs(event->offset_min) > OFFSET_MAX_MIN)
        return wrong(&in, ERR_RANGE, "time", "must be at most 18 hours from UTC");
    if (event->extra.len > EVENT_EXTRA_MAX)
        return fault_set(fault, ERR_TOO_LONG, "unknown fields: at most %d bytes of them are kept",
                         EVENT_EXTRA_MAX);
    if (event->kind == EVENT_VOID && ((err = check_name(&in, "voids.register", event->voids.reg)) ||
                                      (err = check_number(&in, "voids.seq", event->voids.seq))))
        return err;
    return event->kind == EVENT_Z_REPORT ? check_z(&event->z, fault) : ERR_OK;
}

/* `extra` must be what event_from_json() would have made of it, or equal events would not be equal. */
static enum err check_extra(struct str extra, struct fault *fault)
{
    struct foreign_source source;
    struct arena arena;
    struct strbuf text;
    enum err err;

    arena_init(&arena, 80 * (size_t)EVENT_EXTRA_MAX);
    strbuf_init(&text, EVENT_EXTRA_MAX);
    err = foreign_from_json(extra, &source, NULL);
    if (!err)
        err = foreign_type(&source.value) == FOREIGN_MAP && foreign_count(&source.value)
                  ? foreign_write(&source.value, &arena, &text)
                  : ERR_FORMAT;
    if (!err && !str_equal(strbuf_str(&text), extra))
        err = ERR_FORMAT;
    foreign_done(&source);
    strbuf_free(&text);
    arena_free(&arena);
    return err ? fault_set(fault, err, "unknown fields: not a JSON object with sorted keys") : ERR_OK;
}

enum err event_check(struct event *event, struct fault *fault)
{
    enum err err = event_check_fields(event, fault);

    return err || event->extra.len == 0 ? err : check_extra(event->extra, fault);
}
