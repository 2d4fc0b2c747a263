#include "event_canonical.h"

#include <sodium.h>

#include "base/wire.h"

enum { CANONICAL_VERSION = 1, EVENT_FIELDS = 15, LINE_FIELDS = 7, Z_FIELDS = 7 };

static void encode_payments(struct strbuf *out, const struct payment *payments, size_t count)
{
    wire_array(out, count);
    for (size_t i = 0; i < count; i++) {
        wire_array(out, 2);
        wire_str(out, payments[i].type);
        wire_money(out, payments[i].amount);
    }
}

static void encode_line(struct strbuf *out, const struct sale_line *line)
{
    wire_array(out, LINE_FIELDS);
    wire_str(out, line->product_type);
    wire_int(out, line->vat);
    wire_money(out, line->gross);
    if (line->has_vat_amount)
        wire_money(out, line->vat_amount);
    else
        wire_nil(out);
    wire_int(out, line->qty);
    wire_str(out, line->text);
    wire_str(out, line->serving);
}

static void encode_z(struct strbuf *out, const struct z_report *z)
{
    wire_array(out, Z_FIELDS);
    wire_uint(out, z->number);
    wire_int(out, z->business_day);
    if (z->has_range) {
        wire_uint(out, z->first_seq);
        wire_uint(out, z->last_seq);
    } else {
        wire_nil(out);
        wire_nil(out);
    }
    wire_array(out, z->sales_by_vat_count);
    for (size_t i = 0; i < z->sales_by_vat_count; i++) {
        wire_array(out, 2);
        wire_int(out, z->sales_by_vat[i].vat);
        wire_money(out, z->sales_by_vat[i].amount);
    }
    encode_payments(out, z->payments, z->payment_count);
    if (z->has_grand_total)
        wire_money(out, z->grand_total);
    else
        wire_nil(out);
}

/* What only one kind of event has. */
static void encode_kind(struct strbuf *out, const struct event *event)
{
    switch (event->kind) {
    case EVENT_VOID:
        wire_array(out, 2);
        wire_str(out, event->voids.reg);
        wire_uint(out, event->voids.seq);
        return;
    case EVENT_CASH_MOVEMENT:
        wire_array(out, 2);
        wire_money(out, event->amount);
        wire_str(out, event->reason);
        return;
    case EVENT_Z_REPORT:
        encode_z(out, &event->z);
        return;
    default:
        wire_nil(out);
    }
}

enum err event_encode(const struct event *event, struct arena *arena, struct str *ret_bytes)
{
    struct strbuf out;
    enum err err = ERR_OK;

    strbuf_init(&out, EVENT_BYTES_MAX);
    wire_array(&out, EVENT_FIELDS);
    wire_uint(&out, CANONICAL_VERSION);
    wire_str(&out, event->venue);
    wire_str(&out, event->reg);
    wire_uint(&out, event->series);
    wire_uint(&out, event->seq);
    wire_uint(&out, event->kind);
    wire_int(&out, event->time);
    wire_int(&out, event->offset_min);
    wire_str(&out, event->order);
    wire_str(&out, event->customer);
    wire_str(&out, event->staff);
    wire_array(&out, event->line_count);
    for (size_t i = 0; i < event->line_count; i++)
        encode_line(&out, &event->lines[i]);
    encode_payments(&out, event->payments, event->payment_count);
    encode_kind(&out, event);
    wire_str(&out, event->extra);

    if (out.failed) {
        err = out.starved ? ERR_MEMORY : ERR_TOO_LONG;
    } else {
        struct str bytes = arena_copy(arena, strbuf_str(&out));

        if (bytes.bytes)
            *ret_bytes = bytes;
        else
            err = ERR_MEMORY;
    }
    strbuf_free(&out);
    return err;
}

static void expect_array(struct reader *in, size_t count)
{
    if (take_array(in, count) != count)
        in->failed = true;
}

static int32_t take_int32(struct reader *in)
{
    int64_t value = take_int(in);

    if (value < INT32_MIN || value > INT32_MAX)
        in->failed = true;
    return in->failed ? 0 : (int32_t)value;
}

static uint32_t take_uint32(struct reader *in)
{
    uint64_t value = take_uint(in);

    if (value > UINT32_MAX)
        in->failed = true;
    return in->failed ? 0 : (uint32_t)value;
}

static struct payment *decode_payments(struct reader *in, struct arena *arena, size_t *ret_count)
{
    size_t count = take_array(in, EVENT_PAYMENTS_MAX);
    struct payment *payments = count ? arena_array(arena, count, sizeof *payments) : NULL;

    *ret_count = payments ? count : 0;
    for (size_t i = 0; i < *ret_count; i++) {
        expect_array(in, 2);
        payments[i].type = take_str(in, EVENT_TEXT_MAX);
        payments[i].amount = take_money(in);
    }
    return payments;
}

static void decode_line(struct reader *in, struct sale_line *line)
{
    expect_array(in, LINE_FIELDS);
    line->product_type = take_str(in, EVENT_TEXT_MAX);
    line->vat = take_int32(in);
    line->gross = take_money(in);
    line->has_vat_amount = !take_nil(in);
    if (line->has_vat_amount)
        line->vat_amount = take_money(in);
    line->qty = take_int(in);
    line->text = take_str(in, EVENT_TEXT_MAX);
    line->serving = take_str(in, EVENT_TEXT_MAX);
}

static void decode_lines(struct reader *in, struct arena *arena, struct event *event)
{
    size_t count = take_array(in, EVENT_LINES_MAX);

    event->lines = count ? arena_array(arena, count, sizeof *event->lines) : NULL;
    event->line_count = event->lines ? count : 0;
    for (size_t i = 0; i < event->line_count; i++)
        decode_line(in, &event->lines[i]);
}

static void decode_z(struct reader *in, struct arena *arena, struct z_report *z)
{
    size_t count;

    expect_array(in, Z_FIELDS);
    z->number = take_uint(in);
    z->business_day = take_int32(in);
    z->has_range = !take_nil(in);
    if (z->has_range) {
        z->first_seq = take_uint(in);
        z->last_seq = take_uint(in);
    } else if (!take_nil(in)) {
        in->failed = true;
    }
    count = take_array(in, EVENT_Z_SUMS_MAX);
    z->sales_by_vat = count ? arena_array(arena, count, sizeof *z->sales_by_vat) : NULL;
    z->sales_by_vat_count = z->sales_by_vat ? count : 0;
    for (size_t i = 0; i < z->sales_by_vat_count; i++) {
        expect_array(in, 2);
        z->sales_by_vat[i].vat = take_int32(in);
        z->sales_by_vat[i].amount = take_money(in);
    }
    z->payments = decode_payments(in, arena, &z->payment_count);
    z->has_grand_total = !take_nil(in);
    if (z->has_grand_total)
        z->grand_total = take_money(in);
}

static void decode_kind(struct reader *in, struct arena *arena, struct event *event)
{
    switch (event->kind) {
    case EVENT_VOID:
        expect_array(in, 2);
        event->voids.reg = take_str(in, EVENT_TEXT_MAX);
        event->voids.seq = take_uint(in);
        return;
    case EVENT_CASH_MOVEMENT:
        expect_array(in, 2);
        event->amount = take_money(in);
        event->reason = take_str(in, EVENT_TEXT_MAX);
        return;
    case EVENT_Z_REPORT:
        decode_z(in, arena, &event->z);
        return;
    default:
        if (!take_nil(in))
            in->failed = true;
    }
}

enum err event_decode(struct str bytes, struct arena *arena, struct event *ret_event)
{
    struct event event = { 0 };
    struct reader in;
    uint32_t kind;
    enum err err;

    reader_init(&in, bytes);
    expect_array(&in, EVENT_FIELDS);
    if (take_uint(&in) != CANONICAL_VERSION)
        return ERR_FORMAT;
    event.venue = take_str(&in, EVENT_TEXT_MAX);
    event.reg = take_str(&in, EVENT_TEXT_MAX);
    event.series = take_uint32(&in);
    event.seq = take_uint(&in);
    kind = take_uint32(&in);
    event.kind = kind < EVENT_KIND_COUNT ? (enum event_kind)kind : EVENT_KIND_COUNT;
    event.time = take_int(&in);
    event.offset_min = take_int32(&in);
    event.order = take_str(&in, EVENT_TEXT_MAX);
    event.customer = take_str(&in, EVENT_TEXT_MAX);
    event.staff = take_str(&in, EVENT_TEXT_MAX);
    decode_lines(&in, arena, &event);
    event.payments = decode_payments(&in, arena, &event.payment_count);
    decode_kind(&in, arena, &event);
    event.extra = take_str(&in, EVENT_EXTRA_MAX);
    if (arena_failed(arena))
        return ERR_MEMORY;
    err = reader_done(&in);
    if (!err)
        err = event_check_fields(&event, NULL);
    if (!err)
        *ret_event = event;
    return err;
}

void event_hash(struct str canonical, struct event_hash *ret_hash)
{
    static bool ready;

    if (!ready) {
        ensure(sodium_init() >= 0);
        ready = true;
    }
    (void)crypto_generichash(ret_hash->bytes, sizeof ret_hash->bytes, (const unsigned char *)canonical.bytes,
                             canonical.len, NULL, 0);
}
