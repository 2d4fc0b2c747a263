/* The event in a tree: one row per field says its name, how its value is taken, which kinds of event
 * have it and which cannot do without. What no row knows is kept in `extra` under its path. */
#include "event_tree.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"

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

struct taking {
    struct arena *arena;
    struct fault *fault;
    struct event *event;
    unsigned kind;                                   /* one bit */
    struct place place;
    cJSON *extra;                                    /* last of the list that begins at extra_first */
    cJSON *extra_first;
};

struct field {
    const char *name;
    enum err (*take)(struct taking *t, const struct field *field, const cJSON *value, void *to);
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

/* What stands there instead: numbers and short texts as they are, without what could break a line. */
static void describe(const cJSON *value, char buffer[64])
{
    struct strbuf text;

    strbuf_init(&text, 60);
    if (cJSON_IsNumber(value)) {
        strbuf_format(&text, "%.17g%s", value->valuedouble, value->valueint == TREE_INEXACT ? " and a fraction" : "");
    } else if (cJSON_IsString(value)) {
        size_t len = strnlen(value->valuestring, 41);

        if (len > 40)
            for (len = 36; len > 0 && ((unsigned char)value->valuestring[len] & 0xc0) == 0x80;)
                len--;
        strbuf_char(&text, '"');
        for (size_t i = 0; i < len; i++)
            strbuf_char(&text, (unsigned char)value->valuestring[i] < ' ' ? '?' : value->valuestring[i]);
        strbuf_add(&text, str_of(value->valuestring[len] ? "...\"" : "\""));
    } else {
        strbuf_add(&text, str_of(cJSON_IsArray(value)    ? "a list"
                                 : cJSON_IsObject(value) ? "an object"
                                 : cJSON_IsNull(value)   ? "null"
                                 : cJSON_IsTrue(value)   ? "true"
                                                         : "false"));
    }
    (void)str_copy(strbuf_str(&text), buffer, 64);
    strbuf_free(&text);
}

static enum err refuse(struct taking *t, const char *name, const cJSON *value, enum err err, const char *must)
{
    struct str path = path_of(t, name);
    char found[64];

    describe(value, found);
    return fault_set(t->fault, err, STR_FMT ": must be %s, not %s", STR_ARG(path), must, found);
}

bool number_is_whole(double number)
{
    return fabs(number) < 0x1p53 && number == trunc(number);
}

/* A whole number in a double: whole ones below 2^53 are exact in it, and larger ones, NaN and infinity are refused, and so is
 * what was written with a fraction too small for it. Money is an int64 from here on, bounded by the same 2^53
 * (MONEY_INPUT_MAX). */
static bool is_whole(const cJSON *value)
{
    return cJSON_IsNumber(value) && number_is_whole(value->valuedouble) && value->valueint != TREE_INEXACT;
}

static enum err take_version(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    (void)to;
    if (is_whole(value) && value->valuedouble == 1)
        return ERR_OK;
    return refuse(t, field->name, value, ERR_FORMAT, "1");
}

/* Texts may name people: a fault says only what kind of value stands there. */
static enum err take_text(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    struct str path;

    if (cJSON_IsString(value)) {
        *(struct str *)to = str_of(value->valuestring);
        return ERR_OK;
    }
    path = path_of(t, field->name);
    return fault_set(t->fault, ERR_FORMAT, STR_FMT ": must be text, not %s", STR_ARG(path),
                     cJSON_IsNumber(value)   ? "a number"
                     : cJSON_IsArray(value)  ? "a list"
                     : cJSON_IsObject(value) ? "an object"
                                             : "true or false");
}

static enum err take_number(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    if (!is_whole(value) || value->valuedouble < 0)
        return refuse(t, field->name, value, ERR_FORMAT, "a whole number from 0, below 2^53");
    *(uint64_t *)to = (uint64_t)value->valuedouble;
    return ERR_OK;
}

static enum err take_money_field(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    if (cJSON_IsNumber(value) && fabs(value->valuedouble) >= 0x1p53)
        return refuse(t, field->name, value, ERR_RANGE, "a whole number of øre below 2^53");
    if (!is_whole(value))
        return refuse(t, field->name, value, ERR_FORMAT, "a whole number of øre");
    ((struct money *)to)->ore = (int64_t)value->valuedouble;
    return ERR_OK;
}

static enum err take_rate(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    static const char must[] = "a percentage from 0 to 100 with at most two decimals";
    double hundredths;

    if (!cJSON_IsNumber(value))
        return refuse(t, field->name, value, ERR_FORMAT, must);
    hundredths = value->valuedouble * 100;
    if (!(hundredths >= 0 && hundredths <= 10000))
        return refuse(t, field->name, value, ERR_RANGE, must);
    if (fabs(hundredths - round(hundredths)) > 1e-6)
        return refuse(t, field->name, value, ERR_FORMAT, must);
    *(int32_t *)to = (int32_t)lround(hundredths);
    return ERR_OK;
}

static enum err take_qty(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    if (!cJSON_IsNumber(value))
        return refuse(t, field->name, value, ERR_FORMAT, "a number");
    if (!(fabs(value->valuedouble) <= 1e9))
        return refuse(t, field->name, value, ERR_RANGE, "at most 1000000000");
    *(int64_t *)to = llround(value->valuedouble * 1e6);
    return ERR_OK;
}

static enum err take_time(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    struct event *event = to;

    if (!cJSON_IsString(value) ||
        event_time_parse(str_of(value->valuestring), &event->time, &event->offset_min))
        return refuse(t, field->name, value, ERR_FORMAT, "a time like 2026-11-20T23:41:07+01:00");
    return ERR_OK;
}

static enum err take_day(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    if (!cJSON_IsString(value) || day_parse(str_of(value->valuestring), to))
        return refuse(t, field->name, value, ERR_FORMAT, "a day like 2026-11-20");
    return ERR_OK;
}

static enum err take_kind(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    for (unsigned kind = 0; kind < EVENT_KIND_COUNT && cJSON_IsString(value); kind++) {
        if (strcmp(value->valuestring, event_kind_text((enum event_kind)kind)) == 0) {
            *(enum event_kind *)to = (enum event_kind)kind;
            return ERR_OK;
        }
    }
    return refuse(t, field->name, value, ERR_FORMAT,
                  "receipt, void, cash_movement, z_report, training or copy");
}

/* An unknown field, kept as it is; its key is its path, so that it cannot hide another. */
static enum err keep_extra(struct taking *t, const cJSON *value)
{
    cJSON *copy = arena_alloc(t->arena, sizeof *copy);
    struct str path = path_of(t, value->string);

    if (!copy || !path.bytes)
        return fault_set(t->fault, ERR_MEMORY, "more values than an event may have");
    *copy = *value;
    copy->string = (char *)(uintptr_t)path.bytes;
    copy->next = NULL;
    if (t->extra)
        t->extra->next = copy;
    else
        t->extra_first = copy;
    t->extra = copy;
    return ERR_OK;
}

static const struct field *field_named(const struct field *fields, size_t count, const char *name,
                                       unsigned kind)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].kinds & kind ? &fields[i] : NULL;
    return NULL;
}

/* Takes every field of an object. ret_seen (may be NULL) gets bit i for row i. */
static enum err take_object(struct taking *t, const struct field *fields, size_t count, const cJSON *object,
                            void *base, unsigned *ret_seen)
{
    unsigned seen = 0, said = 0;

    for (const cJSON *value = object->child; value; value = value->next) {
        const struct field *field = field_named(fields, count, value->string, t->kind);
        unsigned bit = field ? 1u << (field - fields) : 0;
        enum err err;

        if (said & bit)
            return fault_set(t->fault, ERR_FORMAT, STR_FMT ": is there twice",
                             STR_ARG(path_of(t, value->string)));
        said |= bit;
        if (field && cJSON_IsNull(value))
            continue;                                /* as good as absent */
        seen |= bit;
        err = field ? field->take(t, field, value, (char *)base + field->offset) : keep_extra(t, value);
        if (err)
            return err;
    }
    for (size_t i = 0; i < count; i++)
        if (fields[i].required & t->kind && !(seen & 1u << i))
            return fault_set(t->fault, ERR_FORMAT, STR_FMT ": is missing",
                             STR_ARG(path_of(t, fields[i].name)));
    if (ret_seen)
        *ret_seen = seen;
    return ERR_OK;
}

/* Rows of a list of objects; the caller says how large one is. */
static enum err take_list(struct taking *t, const char *name, const cJSON *list, size_t max, size_t size,
                          const struct field *fields, size_t field_count, void **ret_rows,
                          size_t *ret_count, int flag_row, size_t flag_offset)
{
    size_t count = 0, index = 0;
    char *rows;

    if (!cJSON_IsArray(list))
        return refuse(t, name, list, ERR_FORMAT, "a list");
    for (const cJSON *row = list->child; row; row = row->next)
        if (++count > max)
            return fault_set(t->fault, ERR_TOO_LONG, "%s: at most %zu on one receipt", name, max);
    rows = arena_array(t->arena, count, size);
    if (!rows)
        return fault_set(t->fault, ERR_MEMORY, "more values than an event may have");
    t->place = (struct place){ name, 0, true };
    for (const cJSON *row = list->child; row; row = row->next, index++) {
        unsigned seen;
        enum err err;

        t->place.index = index;
        if (!cJSON_IsObject(row))
            return fault_set(t->fault, ERR_FORMAT, "%s[%zu]: must be an object", name, index);
        err = take_object(t, fields, field_count, row, rows + index * size, &seen);
        if (err)
            return err;
        if (flag_row >= 0)
            *(bool *)(rows + index * size + flag_offset) = seen >> flag_row & 1;
    }
    t->place = (struct place){ 0 };
    *ret_rows = rows;
    *ret_count = count;
    return ERR_OK;
}

enum { LINE_VAT_AMOUNT = 3 };

static enum err take_lines(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    static const struct field fields[] = {
        { "product_type", take_text, offsetof(struct sale_line, product_type), ALL, ALL },
        { "vat", take_rate, offsetof(struct sale_line, vat), ALL, ALL },
        { "gross", take_money_field, offsetof(struct sale_line, gross), ALL, ALL },
        [LINE_VAT_AMOUNT] = { "vat_amount", take_money_field, offsetof(struct sale_line, vat_amount), ALL,
                              NONE },
        { "qty", take_qty, offsetof(struct sale_line, qty), ALL, NONE },
        { "text", take_text, offsetof(struct sale_line, text), ALL, NONE },
        { "serving", take_text, offsetof(struct sale_line, serving), ALL, NONE },
    };
    struct event *event = to;
    const cJSON *row;
    void *rows = NULL;
    enum err err = take_list(t, field->name, value, EVENT_LINES_MAX, sizeof *event->lines, fields,
                             COUNT(fields), &rows, &event->line_count, LINE_VAT_AMOUNT,
                             offsetof(struct sale_line, has_vat_amount));

    if (err)
        return err;
    event->lines = rows;
    row = value->child;
    for (size_t i = 0; i < event->line_count; i++, row = row->next) {
        const cJSON *qty = cJSON_GetObjectItemCaseSensitive(row, "qty");

        if (!qty || cJSON_IsNull(qty))
            event->lines[i].qty = 1000000;
    }
    return ERR_OK;
}

static enum err take_payments(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    static const struct field fields[] = {
        { "type", take_text, offsetof(struct payment, type), ALL, ALL },
        { "amount", take_money_field, offsetof(struct payment, amount), ALL, ALL },
    };
    struct event *event = to;
    void *rows = NULL;
    enum err err = take_list(t, field->name, value, EVENT_PAYMENTS_MAX, sizeof *event->payments, fields,
                             COUNT(fields), &rows, &event->payment_count, -1, 0);

    if (!err)
        event->payments = rows;
    return err;
}

static enum err take_voids(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    static const struct field fields[] = {
        { "register", take_text, offsetof(struct event, voids.reg), ALL, ALL },
        { "seq", take_number, offsetof(struct event, voids.seq), ALL, ALL },
    };
    enum err err;

    if (!cJSON_IsObject(value))
        return refuse(t, field->name, value, ERR_FORMAT, "an object with register and seq");
    t->place = (struct place){ .list = field->name };
    err = take_object(t, fields, COUNT(fields), value, to, NULL);
    t->place = (struct place){ 0 };
    return err;
}

/* The amounts of {"25": 100, "15": 200}: how many there are, after their bound is checked. */
static enum err sums_of(struct taking *t, const struct field *field, const cJSON *value, size_t *ret_count)
{
    size_t count = 0;

    if (!cJSON_IsObject(value))
        return refuse(t, field->name, value, ERR_FORMAT, "an object of amounts in øre");
    for (const cJSON *sum = value->child; sum; sum = sum->next)
        if (++count > EVENT_Z_SUMS_MAX)
            return fault_set(t->fault, ERR_TOO_LONG, "z.%s: at most %d", field->name, EVENT_Z_SUMS_MAX);
    *ret_count = count;
    return ERR_OK;
}

static enum err refuse_key(struct taking *t, const char *name, const cJSON *sum, enum err err,
                           const char *must)
{
    const cJSON key = { .type = cJSON_String, .valuestring = sum->string };

    return refuse(t, name, &key, err, must);
}

static enum err take_sum(struct taking *t, const char *list, const cJSON *sum, struct money *ret_amount)
{
    const struct field field = { .name = sum->string };
    enum err err;

    t->place.list = list;
    err = take_money_field(t, &field, sum, ret_amount);
    t->place.list = "z";
    return err;
}

static enum err take_sales_by_vat(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    struct z_report *z = to;
    size_t count;
    enum err err = sums_of(t, field, value, &count);

    if (err)
        return err;
    z->sales_by_vat = arena_array(t->arena, count, sizeof *z->sales_by_vat);
    if (!z->sales_by_vat)
        return fault_set(t->fault, ERR_MEMORY, "more values than an event may have");
    for (const cJSON *sum = value->child; sum; sum = sum->next) {
        struct z_vat_sum *row = &z->sales_by_vat[z->sales_by_vat_count++];

        err = rate_parse(str_of(sum->string), &row->vat);
        if (err)
            return refuse_key(t, "sales_by_vat", sum, err, "keyed by rates like \"25\" or \"11.11\"");
        err = take_sum(t, "z.sales_by_vat", sum, &row->amount);
        if (err)
            return err;
    }
    return ERR_OK;
}

static enum err take_z_payments(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    struct z_report *z = to;
    size_t count;
    enum err err = sums_of(t, field, value, &count);

    if (err)
        return err;
    z->payments = arena_array(t->arena, count, sizeof *z->payments);
    if (!z->payments)
        return fault_set(t->fault, ERR_MEMORY, "more values than an event may have");
    for (const cJSON *sum = value->child; sum; sum = sum->next) {
        struct payment *row = &z->payments[z->payment_count++];

        row->type = str_of(sum->string);
        if (!str_is_name(row->type))
            return refuse_key(t, "payments", sum, ERR_FORMAT, "keyed by names of payment types");
        err = take_sum(t, "z.payments", sum, &row->amount);
        if (err)
            return err;
    }
    return ERR_OK;
}

enum { Z_FIRST = 2, Z_LAST = 3, Z_GRAND = 6 };

static enum err take_z(struct taking *t, const struct field *field, const cJSON *value, void *to)
{
    static const struct field fields[] = {
        { "number", take_number, offsetof(struct z_report, number), ALL, ALL },
        { "business_day", take_day, offsetof(struct z_report, business_day), ALL, ALL },
        [Z_FIRST] = { "first_seq", take_number, offsetof(struct z_report, first_seq), ALL, NONE },
        [Z_LAST] = { "last_seq", take_number, offsetof(struct z_report, last_seq), ALL, NONE },
        { "sales_by_vat", take_sales_by_vat, 0, ALL, ALL },
        { "payments", take_z_payments, 0, ALL, ALL },
        [Z_GRAND] = { "grand_total", take_money_field, offsetof(struct z_report, grand_total), ALL, NONE },
    };
    struct z_report *z = to;
    unsigned seen;
    enum err err;

    if (!cJSON_IsObject(value))
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
    { "v", take_version, 0, ALL, ALL },
    { "venue", take_text, offsetof(struct event, venue), ALL, ALL },
    { "register", take_text, offsetof(struct event, reg), ALL, ALL },
    { "seq", take_number, offsetof(struct event, seq), ALL, ALL },
    { "kind", take_kind, offsetof(struct event, kind), ALL, ALL },
    { "time", take_time, 0, ALL, ALL },
    { "order", take_text, offsetof(struct event, order), ALL, NONE },
    { "customer", take_text, offsetof(struct event, customer), ALL, NONE },
    { "staff", take_text, offsetof(struct event, staff), ALL, NONE },
    { "lines", take_lines, 0, SALES, RECEIPT },
    { "payments", take_payments, 0, SALES, RECEIPT },
    { "voids", take_voids, 0, VOID, VOID },
    { "amount", take_money_field, offsetof(struct event, amount), MOVEMENT, MOVEMENT },
    { "reason", take_text, offsetof(struct event, reason), MOVEMENT, NONE },
    { "z", take_z, offsetof(struct event, z), Z, Z },
};

static enum err write_extra(struct taking *t)
{
    cJSON object = { .type = cJSON_Object, .child = t->extra_first };
    struct strbuf text;
    enum err err;

    if (!t->extra_first)
        return ERR_OK;
    strbuf_init(&text, EVENT_EXTRA_MAX);
    err = tree_write(&object, &text);
    if (err == ERR_TOO_LONG)
        err = fault_set(t->fault, err, "unknown fields: at most %d bytes of them are kept", EVENT_EXTRA_MAX);
    else if (err)
        err = fault_set(t->fault, err, "unknown fields: a name is there twice, or a number is too large");
    else
        t->event->extra = arena_copy(t->arena, strbuf_str(&text));
    strbuf_free(&text);
    return err;
}

enum err event_from_tree(const cJSON *tree, struct arena *arena, struct event *ret_event, struct fault *fault)
{
    struct event event = { 0 };
    struct taking t = { .arena = arena, .fault = fault, .event = &event, .kind = ALL };
    const struct field *kind_field = field_named(event_fields, COUNT(event_fields), "kind", ALL);
    const cJSON *kind;
    enum err err;

    if (!cJSON_IsObject(tree))
        return fault_set(fault, ERR_FORMAT, "not an event: must be an object with venue, register, seq, kind");
    kind = cJSON_GetObjectItemCaseSensitive(tree, "kind");
    if (kind) {                                      /* first, because it says which fields there are */
        err = take_kind(&t, kind_field, kind, &event.kind);
        if (err)
            return err;
        t.kind = 1u << event.kind;
    }
    err = take_object(&t, event_fields, COUNT(event_fields), tree, &event, NULL);
    if (!err)
        err = write_extra(&t);
    if (!err && arena_failed(arena))
        err = fault_set(fault, ERR_MEMORY, "more values than an event may have");
    if (!err)
        err = event_check_fields(&event, fault);
    if (!err)
        *ret_event = event;
    return err;
}
