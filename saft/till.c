#include "till.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TILL_BYTES_MAX = 16 * 1024 * 1024, WORK_BYTES_MAX = 256 * 1024, Z_FIRST = 64, WITHDRAWALS_MAX = 10000 };

/* A withdrawal that only the event log tells of, until a transaction says the same. */
struct withdrawal { struct str trans_id, text, staff; int64_t time; int32_t offset_min; uint64_t id; bool said; };

struct till {
    const struct venue *venue;
    struct codelist *codes;
    struct till_outlet outlet;
    struct arena arena;                  /* of one register */
    struct arena work;                   /* of one event that is handed out */
    struct str reg;
    struct zreport *zs;
    size_t z_count, z_room, z_at;
    bool sorted, sale_is_odd;
    unsigned odd_periods;                /* the next Z reports, of whose receipts one was refused */
    struct withdrawal *withdrawals;
    size_t withdrawal_count;
    struct period period;
};

void saft_summary_note(struct saft_summary *summary, enum saft_note note, const char *format, ...)
{
    va_list args;

    if (summary->notes[note].count++)
        return;
    va_start(args, format);
    (void)vsnprintf(summary->notes[note].first, sizeof summary->notes[note].first, format, args);
    va_end(args);
    value_printable(summary->notes[note].first);
}

enum err till_new(const struct venue *venue, struct codelist *codes, struct till_outlet outlet,
                  struct till **ret_till)
{
    struct till *till = calloc(1, sizeof *till);

    if (!till)
        return ERR_MEMORY;
    till->venue = venue;
    till->codes = codes;
    till->outlet = outlet;
    arena_init(&till->arena, TILL_BYTES_MAX);
    arena_init(&till->work, WORK_BYTES_MAX);
    *ret_till = till;
    return ERR_OK;
}

void till_free(struct till *till)
{
    if (!till)
        return;
    arena_free(&till->arena);
    arena_free(&till->work);
    free(till->zs);
    free(till->withdrawals);
    free(till);
}

bool till_sale_is_odd(const struct till *till)
{
    return till->sale_is_odd;
}

enum err till_begin(struct till *till, struct str reg)
{
    arena_reset(&till->arena);
    till->reg = arena_copy(&till->arena, reg);
    till->z_count = till->z_at = till->withdrawal_count = 0;
    till->sorted = false;
    till->odd_periods = 0;
    period_reset(&till->period);
    till->outlet.summary->registers++;
    return till->reg.bytes ? ERR_OK : ERR_MEMORY;
}

static bool all_digits(struct str text, uint64_t *ret_number)
{
    uint64_t number = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.bytes[i] - '0');
    }
    *ret_number = number;
    return text.len > 0 && text.len <= 18;
}

static enum err copy_vats(struct till *till, const struct raw_event *event, struct zreport *z,
                          struct fault *fault)
{
    z->vats = arena_array(&till->arena, event->z.vat_count, sizeof *z->vats);
    if (!z->vats)
        return ERR_MEMORY;
    for (size_t i = 0; i < event->z.vat_count; i++) {
        const struct raw_z_vat *row = &event->z.vats[i];

        z->vats[i].rate = row->rate.rate;
        if (!row->rate.said && codelist_rate(till->codes, row->code, event->date.day, &z->vats[i].rate))
            return fault_set(fault, ERR_FORMAT,
                             "VAT code '" STR_FMT "' has no vatPerc and no standard code of sales in "
                             "vatCodeDetails; map it in the till and export again", STR_ARG(row->code));
        z->vats[i].net = value_signed(row->net.value, row->side).ore;
        z->vats[i].vat = value_signed(row->vat.value, row->side).ore;
    }
    z->vat_count = event->z.vat_count;
    return ERR_OK;
}

static enum err copy_payments(struct till *till, const struct raw_z *raw, struct zreport *z)
{
    z->payments = arena_array(&till->arena, raw->payment_count, sizeof *z->payments);
    if (!z->payments)
        return ERR_MEMORY;
    for (size_t i = 0; i < raw->payment_count; i++) {
        const struct code *code = codelist_find(till->codes, CODE_PAYMENT, raw->payments[i].type);

        if (!code)
            return ERR_MEMORY;
        z->payments[i] = (struct payment){ code->word, raw->payments[i].amount.value };
    }
    z->payment_count = raw->payment_count;
    return ERR_OK;
}

static enum err z_make(struct till *till, const struct raw_event *event, struct zreport *ret_z,
                       struct fault *fault)
{
    struct saft_date date = event->report_date.said ? event->report_date : event->date;
    struct saft_time time = event->report_time.said ? event->report_time : event->time;
    struct zreport z = {
        .total = event->z.total, .tips = event->z.tips, .credit_sales = event->z.credit_sales,
        .credit_memos = event->z.credit_memos, .returns = event->z.returns,
        .grand_sales = event->z.grand_sales, .grand_returns = event->z.grand_returns,
        .grand_net = event->z.grand_net, .staff = arena_copy(&till->arena, value_clip(event->staff)),
    };
    enum err err;

    if (!date.said || !time.said)
        return fault_set(fault, ERR_FORMAT, "a Z report has no date or time; ask the till's vendor");
    value_moment(till->venue->zone, date, time, &z.time, &z.offset_min);
    if (!all_digits(event->report_id, &z.number)) {
        z.number = z.time > 0 ? (uint64_t)z.time : 0;
        saft_summary_note(till->outlet.summary, SAFT_Z_UNNUMBERED, "register " STR_FMT ", Z '" STR_FMT "'",
                          STR_ARG(till->reg), STR_ARG(event->report_id));
    }
    err = copy_vats(till, event, &z, fault);
    if (!err)
        err = copy_payments(till, &event->z, &z);
    if (!err && arena_failed(&till->arena))
        err = ERR_MEMORY;
    if (!err)
        *ret_z = z;
    return err;
}

static enum err z_keep(struct till *till, const struct raw_event *event, struct fault *fault)
{
    enum err err;

    if (till->z_count == till->z_room) {
        size_t room = till->z_room ? till->z_room * 2 : Z_FIRST;
        struct zreport *grown = room * sizeof *grown > TILL_BYTES_MAX ? NULL : realloc(till->zs, room * sizeof *grown);

        if (!grown)
            return ERR_MEMORY;
        till->zs = grown;
        till->z_room = room;
    }
    err = z_make(till, event, &till->zs[till->z_count], fault);
    if (!err)
        till->z_count++;
    return err;
}

/* An event has no amount: it is kept only to be shown if no transaction tells of it. */
static enum err withdrawal_keep(struct till *till, const struct raw_event *event)
{
    struct withdrawal kept = { .trans_id = arena_copy(&till->arena, event->trans_id),
                               .text = arena_copy(&till->arena, value_clip(event->text)),
                               .staff = arena_copy(&till->arena, value_clip(event->staff)) };

    if (!event->date.said || !event->time.said || !all_digits(event->id, &kept.id))
        return ERR_OK;
    if (till->withdrawal_count == WITHDRAWALS_MAX || arena_failed(&till->arena))
        return ERR_MEMORY;
    if (!till->withdrawals) {
        till->withdrawals = calloc(WITHDRAWALS_MAX, sizeof *till->withdrawals);
        if (!till->withdrawals)
            return ERR_MEMORY;
    }
    value_moment(till->venue->zone, event->date, event->time, &kept.time, &kept.offset_min);
    till->withdrawals[till->withdrawal_count++] = kept;
    return ERR_OK;
}

enum err till_event(struct till *till, const struct raw_event *event, struct fault *fault)
{
    const struct code *type = codelist_find(till->codes, CODE_EVENT, event->type);
    bool is_x, is_z;
    enum err err = ERR_OK;

    if (!type)
        return ERR_MEMORY;
    is_x = type->predefined == 13008 || (event->report_type.len && (event->report_type.bytes[0] | 32) == 'x');
    is_z = !is_x && (type->predefined == 13009 ||
                     (event->report_type.len && (event->report_type.bytes[0] | 32) == 'z'));
    if (is_x)
        till->outlet.summary->x_reports++;
    else if (is_z && !event->has_report)
        saft_summary_note(till->outlet.summary, SAFT_Z_EMPTY, "register " STR_FMT ", event " STR_FMT,
                          STR_ARG(till->reg), STR_ARG(event->id));
    else if (is_z)
        err = z_keep(till, event, fault);
    else if (type->predefined == 13019)
        err = withdrawal_keep(till, event);
    if (err == ERR_MEMORY)
        return fault_set(fault, err, "more events than 16 MB hold for one register; export shorter periods");
    return err;
}

static int by_time(const void *a, const void *b)
{
    const struct zreport *left = a, *right = b;

    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

/* A Z printed again stands in the file twice: the first is enough. */
static void z_sort(struct till *till)
{
    size_t kept = 0;

    if (till->sorted)
        return;
    till->sorted = true;
    if (till->z_count > 1)
        qsort(till->zs, till->z_count, sizeof *till->zs, by_time);
    for (size_t i = 0; i < till->z_count; i++)
        if (kept == 0 || by_time(&till->zs[kept - 1], &till->zs[i]) != 0)
            till->zs[kept++] = till->zs[i];
    till->z_count = kept;
}

/* How a Z counts is read from its receipts: without one of them it would be another Z than with all, and in conflict with
 * it when the file comes again. Its day waits for it meanwhile. */
static void z_withhold(struct till *till, const struct zreport *z)
{
    saft_summary_note(till->outlet.summary, SAFT_Z_WITHHELD, "register " STR_FMT ", Z %" PRIu64, STR_ARG(till->reg), z->number);
    till->odd_periods--;
    till->z_at++;
    period_reset(&till->period);
}

static enum err z_hand_out(struct till *till, struct fault *fault)
{
    const struct zreport *z = &till->zs[till->z_at];
    struct event event = {
        .venue = till->venue->id, .reg = till->reg, .series = SERIES_Z, .seq = z->number, .kind = EVENT_Z_REPORT,
        .time = z->time, .offset_min = z->offset_min, .staff = z->staff,
    };
    bool fits;
    enum err err;

    if (till->odd_periods) {
        z_withhold(till, z);
        return ERR_OK;
    }
    arena_reset(&till->work);
    event.extra = zreport_figures(z, &till->work);
    err = zreport_settle(z, &till->period, &till->work, &event.z, &fits);
    if (err)
        return fault_set(fault, err, "the sums of Z report %" PRIu64 " cannot be: %s", z->number, err_text(err));
    event.z.business_day = venue_business_day(till->venue, till->period.any ? till->period.first_time : z->time);
    err = event_check(&event, fault);
    if (err)
        return err;
    if (!fits)
        saft_summary_note(till->outlet.summary, SAFT_Z_DIFFERS, "register " STR_FMT ", Z %" PRIu64,
                          STR_ARG(till->reg), z->number);
    till->z_at++;
    period_reset(&till->period);
    till->outlet.summary->z_reports++;
    return till->outlet.emit(&event, till->outlet.context, fault);
}

static void strike_withdrawals(struct till *till, struct str trans_id, int64_t time)
{
    for (size_t i = 0; i < till->withdrawal_count; i++) {
        struct withdrawal *kept = &till->withdrawals[i];

        if (kept->time == time || (trans_id.len && str_equal(kept->trans_id, trans_id)))
            kept->said = true;
    }
}

static void count_sale(struct till *till, const struct event *event, unsigned notes)
{
    struct saft_summary *summary = till->outlet.summary;
    uint64_t *const counters[EVENT_KIND_COUNT] = {
        [EVENT_RECEIPT] = &summary->receipts, [EVENT_CASH_MOVEMENT] = &summary->movements,
        [EVENT_TRAINING] = &summary->training, [EVENT_COPY] = &summary->voids,
    };

    (*counters[event->kind])++;
    if (event->kind == EVENT_RECEIPT) {
        if (!summary->first_time || event->time < summary->first_time)
            summary->first_time = event->time;
        if (event->time > summary->last_time)
            summary->last_time = event->time;
    }
    for (unsigned note = 0; note < SAFT_NOTE_COUNT; note++)
        if (notes & 1u << note)
            saft_summary_note(summary, (enum saft_note)note, "receipt " STR_FMT "/%" PRIu64, STR_ARG(event->reg),
                              event->seq);
}

enum err till_sale(struct till *till, const struct raw_sale *sale, struct str trans_id, struct arena *arena,
                   struct fault *fault)
{
    struct sale_maker maker = { till->venue, till->codes, till->reg, arena, 0 };
    struct event event;
    enum err err = sale_to_event(&maker, sale, &event, fault);

    till->sale_is_odd = err != ERR_OK;
    if (err)
        return err;
    z_sort(till);
    while (till->z_at < till->z_count && till->zs[till->z_at].time < event.time) {
        err = z_hand_out(till, fault);
        if (err)
            return err;
    }
    if (event.kind == EVENT_CASH_MOVEMENT && till->withdrawal_count)
        strike_withdrawals(till, trans_id, event.time);
    if (till->z_at < till->z_count) {
        err = period_add(&till->period, &event, arena);
        if (err)
            return fault_set(fault, err, "the sums of its Z period cannot be: %s", err_text(err));
    }
    count_sale(till, &event, maker.notes);
    return till->outlet.emit(&event, till->outlet.context, fault);
}

static enum err withdrawal_hand_out(struct till *till, const struct withdrawal *kept, struct fault *fault)
{
    struct event event = {
        .venue = till->venue->id, .reg = till->reg, .series = SERIES_OTHER, .seq = kept->id,
        .kind = EVENT_CASH_MOVEMENT, .time = kept->time, .offset_min = kept->offset_min, .staff = kept->staff,
    };
    enum err err;

    arena_reset(&till->work);
    event.reason = value_clip(arena_format(&till->work, "cash withdrawal, amount not said: " STR_FMT,
                                           STR_ARG(kept->text)));
    err = event.reason.len ? event_check(&event, fault) : ERR_MEMORY;
    if (err)
        return err;
    saft_summary_note(till->outlet.summary, SAFT_MOVEMENT_EMPTY, "register " STR_FMT ", event %" PRIu64,
                      STR_ARG(till->reg), kept->id);
    till->outlet.summary->movements++;
    return till->outlet.emit(&event, till->outlet.context, fault);
}

/* One that does not say when it was may be of the period that ends next or of the one after. */
enum err till_odd(struct till *till, const struct raw_sale *sale, struct fault *fault)
{
    bool dated = sale->date.said && sale->time.said;
    enum err err = ERR_OK;
    int32_t offset_min;
    int64_t time;

    z_sort(till);
    if (dated)
        value_moment(till->venue->zone, sale->date, sale->time, &time, &offset_min);
    while (!err && dated && till->z_at < till->z_count && till->zs[till->z_at].time < time)
        err = z_hand_out(till, fault);
    if (!err)
        till->odd_periods = dated ? 1 : 2;
    return err;
}

enum err till_end(struct till *till, struct fault *fault)
{
    enum err err = ERR_OK;

    z_sort(till);
    while (!err && till->z_at < till->z_count)
        err = z_hand_out(till, fault);
    for (size_t i = 0; !err && i < till->withdrawal_count; i++)
        if (!till->withdrawals[i].said)
            err = withdrawal_hand_out(till, &till->withdrawals[i], fault);
    return err;
}
