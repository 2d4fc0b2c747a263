#include "event_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/foreign.h"

enum {
    RECEIPT = 1u << EVENT_RECEIPT,
    VOID = 1u << EVENT_VOID,
    MOVEMENT = 1u << EVENT_CASH_MOVEMENT,
    Z = 1u << EVENT_Z_REPORT,
    SALES = RECEIPT | VOID | 1u << EVENT_TRAINING | 1u << EVENT_COPY,
    ALL = SALES | MOVEMENT | Z,
    NONE = 0,
};

/* Where in the event we are, for faults and for the paths of extra fields: "lines" and 2, or "z". */
struct place { const char *list; size_t index; bool listed; };

/* An unknown field: its path, so that it cannot hide another. */
struct extra { struct foreign_member member; struct extra *before; };

struct taking {
    struct arena *arena;
    struct fault *fault;
    struct event *event;
    unsigned kind;                                   /* one bit */
    struct place place;
    struct extra *extra;                             /* the last one */
    size_t extra_count;
    bool lent;                                       /* texts may stay where they are */
};

#define NAME(text) text, sizeof(text) - 1
struct field {
    const char *name;
    size_t name_len;
    enum err (*take)(struct taking *t, const struct field *field, const struct foreign *value, void *to);
    size_t offset;
    unsigned kinds, required;
};

static struct str path_of(struct taking *t, const char *name)
{
    if (!t->place.list)
        return arena_format(t->arena, "%s", name);
    if (!t->place.listed)
        return arena_format(t->arena, "%s.%s", t->place.list, name);
    return arena_format(t->arena, "%s[%zu].%s", t->place.list, t->place.index, name);
}

static enum err no_room(struct taking *t)
{
    return fault_set(t->fault, ERR_MEMORY, "more values than an event may have");
}

static enum err refuse(struct taking *t, const char *name, const struct foreign *value, enum err err, const char *must)
{
    struct str path = path_of(t, name);
    char found[64];

    foreign_describe(value, found);
    return fault_set(t->fault, err, STR_FMT ": must be %s, not %s", STR_ARG(path), must, found);
}

static enum err take_version(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    int64_t version;

    (void)to;
    if (foreign_whole(value, &version) && version == 1)
        return ERR_OK;
    return refuse(t, field->name, value, ERR_FORMAT, "1");
}

/* Texts may name people: a fault says only what kind of value stands there. */
static enum err take_text(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    enum foreign_type type = foreign_type(value);
    struct str path;

    if (t->lent ? foreign_text_lent(value, t->arena, to) : foreign_text(value, t->arena, to))
        return ERR_OK;
    if (type == FOREIGN_TEXT)
        return no_room(t);
    path = path_of(t, field->name);
    return fault_set(t->fault, ERR_FORMAT, STR_FMT ": must be text, not %s", STR_ARG(path),
                     type == FOREIGN_NUMBER ? "a number"
                     : type == FOREIGN_LIST ? "a list"
                     : type == FOREIGN_MAP  ? "an object"
                                          : "true or false");
}

static enum err take_number(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    int64_t number;

    if (!foreign_whole(value, &number) || number < 0)
        return refuse(t, field->name, value, ERR_FORMAT, "a whole number from 0, below 2^53");
    *(uint64_t *)to = (uint64_t)number;
    return ERR_OK;
}

static enum err take_money_field(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    int64_t near;

    if (foreign_whole(value, &((struct money *)to)->ore))
        return ERR_OK;
    if (foreign_type(value) == FOREIGN_NUMBER &&
        (!foreign_scaled(value, 0, &near) || near >= FOREIGN_WHOLE_END || near <= -FOREIGN_WHOLE_END))
        return refuse(t, field->name, value, ERR_RANGE, "a whole number of øre below 2^53");
    return refuse(t, field->name, value, ERR_FORMAT, "a whole number of øre");
}

/* Hundredths of a percent; what a till's own double adds (11.110000000000001) is no third decimal. */
static enum err take_rate(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    enum { UNIT = 1000000 };                         /* of a hundredth, in the decimals that are looked at */
    static const char must[] = "a percentage from 0 to 100 with at most two decimals";
    int64_t rate, hundredths;

    if (foreign_type(value) != FOREIGN_NUMBER)
        return refuse(t, field->name, value, ERR_FORMAT, must);
    if (!foreign_scaled(value, 8, &rate) || rate < 0 || rate > (int64_t)10000 * UNIT)
        return refuse(t, field->name, value, ERR_RANGE, must);
    hundredths = (rate + UNIT / 2) / UNIT;
    if (llabs(rate - hundredths * UNIT) > 1)
        return refuse(t, field->name, value, ERR_FORMAT, must);
    *(int32_t *)to = (int32_t)hundredths;
    return ERR_OK;
}

static enum err take_qty(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    int64_t millionths;

    if (foreign_type(value) != FOREIGN_NUMBER)
        return refuse(t, field->name, value, ERR_FORMAT, "a number");
    if (!foreign_scaled(value, 6, &millionths) || llabs(millionths) > INT64_C(1000000000000000))
        return refuse(t, field->name, value, ERR_RANGE, "at most 1000000000");
    *(int64_t *)to = millionths;
    return ERR_OK;
}

/* None of what is no text. */
static struct str text_of(struct taking *t, const struct foreign *value)
{
    struct str text;

    return foreign_text(value, t->arena, &text) ? text : STR_NONE;
}

static enum err take_time(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    struct event *event = to;

    if (event_time_parse(text_of(t, value), &event->time, &event->offset_min))
        return refuse(t, field->name, value, ERR_FORMAT, "a time like 2026-11-20T23:41:07+01:00");
    return ERR_OK;
}

static enum err take_day(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    if (day_parse(text_of(t, value), to))
        return refuse(t, field->name, value, ERR_FORMAT, "a day like 2026-11-20");
    return ERR_OK;
}

static enum err take_kind(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    struct str text = text_of(t, value);

    for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        if (str_equal(text, str_of(event_kind_text((enum event_kind)kind)))) {
            *(enum event_kind *)to = (enum event_kind)kind;
            return ERR_OK;
        }
    }
    return refuse(t, field->name, value, ERR_FORMAT,
                  "receipt, void, cash_movement, z_report, training or copy");
}

static enum err keep_extra(struct taking *t, struct str name, const struct foreign *value)
{
    struct extra *extra = arena_alloc(t->arena, sizeof *extra);

    name = arena_copy(t->arena, name);               /* ended by a NUL */
    if (!extra || !name.bytes)
        return no_room(t);
    *extra = (struct extra){ { path_of(t, name.bytes), *value }, t->extra };
    if (!extra->member.name.bytes)
        return no_room(t);
    t->extra = extra;
    t->extra_count++;
    return ERR_OK;
}

static const struct field *field_named(const struct field *fields, size_t count, struct str name, unsigned kind)
{
    for (size_t i = 0; i < count && name.len; i++)
        if (str_equal((struct str){ fields[i].name, fields[i].name_len }, name))
            return fields[i].kinds & kind ? &fields[i] : NULL;
    return NULL;
}

static enum err missing(struct taking *t, const struct field *fields, size_t count, unsigned seen)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].required & t->kind && !(seen & 1u << i))
            return fault_set(t->fault, ERR_FORMAT, STR_FMT ": is missing", STR_ARG(path_of(t, fields[i].name)));
    return ERR_OK;
}

/* Takes every field of an object. ret_seen gets bit i for row i. */
static enum err take_object(struct taking *t, const struct field *fields, size_t count, const struct foreign *object,
                            void *base, unsigned *ret_seen)
{
    struct foreign name, value;
    unsigned said = 0;
    size_t at = 0;

    *ret_seen = 0;
    while (foreign_next(object, &at, &name, &value)) {
        struct str text = STR_NONE;
        bool readable = foreign_text_lent(&name, t->arena, &text);
        const struct field *field = field_named(fields, count, text, t->kind);
        unsigned bit = field ? 1u << (field - fields) : 0;
        enum err err;

        if (!readable)
            return no_room(t);
        if (said & bit)
            return fault_set(t->fault, ERR_FORMAT, STR_FMT ": is there twice", STR_ARG(path_of(t, field->name)));
        said |= bit;
        if (field && foreign_type(&value) == FOREIGN_NULL)
            continue;                                /* as good as absent */
        *ret_seen |= bit;
        err = field ? field->take(t, field, &value, (char *)base + field->offset) : keep_extra(t, text, &value);
        if (err)
            return err;
    }
    return missing(t, fields, count, *ret_seen);
}

/* What stands in a list's rows: of what size, by which fields, and what else a row is told of the fields it has. */
struct row_form {
    size_t max, size;
    const struct field *fields;
    size_t field_count;
    void (*seen)(void *row, unsigned seen);          /* may be NULL */
};

static enum err take_list(struct taking *t, const char *name, const struct foreign *list, const struct row_form *form,
                          void **ret_rows, size_t *ret_count)
{
    size_t count = foreign_count(list), index = 0, at = 0;
    struct foreign none, row;
    char *rows;

    if (foreign_type(list) != FOREIGN_LIST)
        return refuse(t, name, list, ERR_FORMAT, "a list");
    if (count > form->max)
        return fault_set(t->fault, ERR_TOO_LONG, "%s: at most %zu on one receipt", name, form->max);
    rows = arena_array(t->arena, count, form->size);
    if (!rows)
        return no_room(t);
    for (; foreign_next(list, &at, &none, &row); index++) {
        unsigned seen;
        enum err err;

        t->place = (struct place){ name, index, true };
        if (foreign_type(&row) != FOREIGN_MAP)
            return fault_set(t->fault, ERR_FORMAT, "%s[%zu]: must be an object", name, index);
        err = take_object(t, form->fields, form->field_count, &row, rows + index * form->size, &seen);
        if (err)
            return err;
        if (form->seen)
            form->seen(rows + index * form->size, seen);
    }
    t->place = (struct place){ 0 };
    *ret_rows = rows;
    *ret_count = count;
    return ERR_OK;
}

enum { LINE_VAT_AMOUNT = 3, LINE_QTY = 4 };

static void line_seen(void *row, unsigned seen)
{
    struct sale_line *line = row;

    line->has_vat_amount = seen >> LINE_VAT_AMOUNT & 1;
    if (!(seen >> LINE_QTY & 1))
        line->qty = 1000000;
}

static enum err take_lines(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    static const struct field fields[] = {
        { NAME("product_type"), take_text, offsetof(struct sale_line, product_type), ALL, ALL },
        { NAME("vat"), take_rate, offsetof(struct sale_line, vat), ALL, ALL },
        { NAME("gross"), take_money_field, offsetof(struct sale_line, gross), ALL, ALL },
        [LINE_VAT_AMOUNT] = { NAME("vat_amount"), take_money_field, offsetof(struct sale_line, vat_amount), ALL, NONE },
        [LINE_QTY] = { NAME("qty"), take_qty, offsetof(struct sale_line, qty), ALL, NONE },
        { NAME("text"), take_text, offsetof(struct sale_line, text), ALL, NONE },
        { NAME("serving"), take_text, offsetof(struct sale_line, serving), ALL, NONE },
    };
    static const struct row_form form = { EVENT_LINES_MAX, sizeof(struct sale_line), fields, COUNT(fields), line_seen };
    struct event *event = to;
    void *rows = NULL;
    enum err err = take_list(t, field->name, value, &form, &rows, &event->line_count);

    event->lines = rows;
    return err;
}

static enum err take_payments(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    static const struct field fields[] = {
        { NAME("type"), take_text, offsetof(struct payment, type), ALL, ALL },
        { NAME("amount"), take_money_field, offsetof(struct payment, amount), ALL, ALL },
    };
    static const struct row_form form = { EVENT_PAYMENTS_MAX, sizeof(struct payment), fields, COUNT(fields), NULL };
    struct event *event = to;
    void *rows = NULL;
    enum err err = take_list(t, field->name, value, &form, &rows, &event->payment_count);

    event->payments = rows;
    return err;
}

static enum err take_voids(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    static const struct field fields[] = {
        { NAME("register"), take_text, offsetof(struct event, voids.reg), ALL, ALL },
        { NAME("seq"), take_number, offsetof(struct event, voids.seq), ALL, ALL },
    };
    unsigned seen;
    enum err err;

    if (foreign_type(value) != FOREIGN_MAP)
        return refuse(t, field->name, value, ERR_FORMAT, "an object with register and seq");
    t->place = (struct place){ .list = field->name };
    err = take_object(t, fields, COUNT(fields), value, to, &seen);
    t->place = (struct place){ 0 };
    return err;
}

/* The rows for {"25": 100, "15": 200}, after their bound is checked. */
static enum err sum_rows(struct taking *t, const struct field *field, const struct foreign *value, size_t size, void **ret_rows)
{
    size_t count = foreign_count(value);

    if (foreign_type(value) != FOREIGN_MAP)
        return refuse(t, field->name, value, ERR_FORMAT, "an object of amounts in øre");
    if (count > EVENT_Z_SUMS_MAX)
        return fault_set(t->fault, ERR_TOO_LONG, "z.%s: at most %d", field->name, EVENT_Z_SUMS_MAX);
    *ret_rows = arena_array(t->arena, count, size);
    return *ret_rows ? ERR_OK : no_room(t);
}

/* Judges the key of one of them, and says where its amount goes. */
typedef enum err sum_row(struct taking *t, struct z_report *z, const struct foreign *name, struct str key,
                         struct money **ret_to);

static enum err take_sums(struct taking *t, const char *path, const struct foreign *value, struct z_report *z, sum_row *row)
{
    struct foreign key, sum;
    size_t at = 0;

    while (foreign_next(value, &at, &key, &sum)) {
        struct str text = text_of(t, &key);
        const struct field field = { .name = text.bytes };
        struct money *to = NULL;
        enum err err;

        if (!text.bytes)
            return no_room(t);
        err = row(t, z, &key, text, &to);
        if (err)
            return err;
        t->place.list = path;
        err = take_money_field(t, &field, &sum, to);
        t->place.list = "z";
        if (err)
            return err;
    }
    return ERR_OK;
}

static enum err vat_row(struct taking *t, struct z_report *z, const struct foreign *name, struct str key, struct money **ret_to)
{
    struct z_vat_sum *row = &z->sales_by_vat[z->sales_by_vat_count++];
    enum err err = rate_parse(key, &row->vat);

    *ret_to = &row->amount;
    return err ? refuse(t, "sales_by_vat", name, err, "keyed by rates like \"25\" or \"11.11\"") : ERR_OK;
}

static enum err take_sales_by_vat(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    struct z_report *z = to;
    void *rows = NULL;
    enum err err = sum_rows(t, field, value, sizeof *z->sales_by_vat, &rows);

    z->sales_by_vat = rows;
    return err ? err : take_sums(t, "z.sales_by_vat", value, z, vat_row);
}

static enum err payment_row(struct taking *t, struct z_report *z, const struct foreign *name, struct str key,
                            struct money **ret_to)
{
    struct payment *row = &z->payments[z->payment_count++];

    *row = (struct payment){ .type = key };
    *ret_to = &row->amount;
    return str_is_word(key) ? ERR_OK : refuse(t, "payments", name, ERR_FORMAT, "keyed by names of payment types");
}

static enum err take_z_payments(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    struct z_report *z = to;
    void *rows = NULL;
    enum err err = sum_rows(t, field, value, sizeof *z->payments, &rows);

    z->payments = rows;
    return err ? err : take_sums(t, "z.payments", value, z, payment_row);
}

enum { Z_FIRST = 2, Z_LAST = 3, Z_GRAND = 6 };

static enum err take_z(struct taking *t, const struct field *field, const struct foreign *value, void *to)
{
    static const struct field fields[] = {
        { NAME("number"), take_number, offsetof(struct z_report, number), ALL, ALL },
        { NAME("business_day"), take_day, offsetof(struct z_report, business_day), ALL, ALL },
        [Z_FIRST] = { NAME("first_seq"), take_number, offsetof(struct z_report, first_seq), ALL, NONE },
        [Z_LAST] = { NAME("last_seq"), take_number, offsetof(struct z_report, last_seq), ALL, NONE },
        { NAME("sales_by_vat"), take_sales_by_vat, 0, ALL, ALL },
        { NAME("payments"), take_z_payments, 0, ALL, ALL },
        [Z_GRAND] = { NAME("grand_total"), take_money_field, offsetof(struct z_report, grand_total), ALL, NONE },
    };
    struct z_report *z = to;
    unsigned seen;
    enum err err;

    if (foreign_type(value) != FOREIGN_MAP)
        return refuse(t, field->name, value, ERR_FORMAT, "an object");
    t->place = (struct place){ .list = field->name };
    err = take_object(t, fields, COUNT(fields), value, z, &seen);
    t->place = (struct place){ 0 };
    if (err)
        return err;
    z->has_range = seen >> Z_FIRST & 1;
    z->has_grand_total = seen >> Z_GRAND & 1;
    if ((seen >> Z_FIRST & 1) != (seen >> Z_LAST & 1))
        return fault_set(t->fault, ERR_FORMAT, "z: first_seq and last_seq must both be said, or neither");
    return ERR_OK;
}

static const struct field event_fields[] = {
    { NAME("v"), take_version, 0, ALL, ALL },
    { NAME("venue"), take_text, offsetof(struct event, venue), ALL, ALL },
    { NAME("register"), take_text, offsetof(struct event, reg), ALL, ALL },
    { NAME("seq"), take_number, offsetof(struct event, seq), ALL, ALL },
    { NAME("kind"), take_kind, offsetof(struct event, kind), ALL, ALL },
    { NAME("time"), take_time, 0, ALL, ALL },
    { NAME("order"), take_text, offsetof(struct event, order), ALL, NONE },
    { NAME("customer"), take_text, offsetof(struct event, customer), ALL, NONE },
    { NAME("staff"), take_text, offsetof(struct event, staff), ALL, NONE },
    { NAME("lines"), take_lines, 0, SALES, RECEIPT },
    { NAME("payments"), take_payments, 0, SALES, RECEIPT },
    { NAME("voids"), take_voids, 0, VOID, VOID },
    { NAME("amount"), take_money_field, offsetof(struct event, amount), MOVEMENT, MOVEMENT },
    { NAME("reason"), take_text, offsetof(struct event, reason), MOVEMENT, NONE },
    { NAME("z"), take_z, offsetof(struct event, z), Z, Z },
};

static enum err write_extra(struct taking *t)
{
    struct foreign_member *members;
    size_t count = t->extra_count;
    struct strbuf text;
    enum err err = ERR_TOO_LONG;

    if (!count)
        return ERR_OK;
    strbuf_init(&text, EVENT_EXTRA_MAX);
    if (count <= EVENT_EXTRA_MAX / 4) {              /* else it cannot fit: nothing is asked for */
        members = arena_array(t->arena, count, sizeof *members);
        for (const struct extra *extra = t->extra; members && extra; extra = extra->before)
            members[--count] = extra->member;
        err = members ? foreign_write_members(members, t->extra_count, t->arena, &text) : ERR_MEMORY;
    }
    if (err == ERR_TOO_LONG)
        err = fault_set(t->fault, err, "unknown fields: at most %d bytes of them are kept", EVENT_EXTRA_MAX);
    else if (err == ERR_MEMORY)
        err = no_room(t);
    else if (err)
        err = fault_set(t->fault, err, "unknown fields: a name is there twice, or a number is too large");
    else
        t->event->extra = arena_copy(t->arena, strbuf_str(&text));
    strbuf_free(&text);
    return err;
}

static enum err take_event(const struct foreign *value, bool lent, struct arena *arena, struct event *ret_event,
                           struct fault *fault)
{
    struct event event = { 0 };
    struct taking t = { .arena = arena, .fault = fault, .event = &event, .kind = ALL, .lent = lent };
    const struct field *kind_field = field_named(event_fields, COUNT(event_fields), STR("kind"), ALL);
    struct foreign kind;
    unsigned seen;
    enum err err = ERR_OK;

    if (foreign_type(value) != FOREIGN_MAP)
        return fault_set(fault, ERR_FORMAT, "not an event: must be an object with venue, register, seq, kind");
    if (foreign_member(value, "kind", &kind)) {        /* first, because it says which fields there are */
        err = take_kind(&t, kind_field, &kind, &event.kind);
        t.kind = 1u << event.kind;
    }
    if (!err)
        err = take_object(&t, event_fields, COUNT(event_fields), value, &event, &seen);
    if (!err)
        err = write_extra(&t);
    if (!err && arena_failed(arena))
        err = no_room(&t);
    if (!err)
        err = event_check_fields(&event, fault);
    if (!err)
        *ret_event = event;
    return err;
}

static enum err read_json(struct str json, bool lent, struct arena *arena, struct event *ret_event, struct fault *fault)
{
    struct foreign_source source;
    enum err err = foreign_from_json(json, &source, fault);

    if (!err)
        err = take_event(&source.value, lent, arena, ret_event, fault);
    foreign_done(&source);
    return err;
}

static enum err read_msgpack(struct str bytes, bool lent, struct arena *arena, struct event *ret_event, struct fault *fault)
{
    struct foreign_source source;
    enum err err = foreign_from_msgpack(bytes, &source, fault);

    if (!err)
        err = take_event(&source.value, lent, arena, ret_event, fault);
    foreign_done(&source);
    return err;
}

enum err event_from_json(struct str json, struct arena *arena, struct event *ret_event, struct fault *fault)
{
    return read_json(json, false, arena, ret_event, fault);
}

enum err event_from_msgpack(struct str bytes, struct arena *arena, struct event *ret_event, struct fault *fault)
{
    return read_msgpack(bytes, false, arena, ret_event, fault);
}

enum err event_lent_from_json(struct str json, struct arena *arena, struct event *ret_event, struct fault *fault)
{
    return read_json(json, true, arena, ret_event, fault);
}

enum err event_lent_from_msgpack(struct str bytes, struct arena *arena, struct event *ret_event, struct fault *fault)
{
    return read_msgpack(bytes, true, arena, ret_event, fault);
}
