#include "fields.h"

#include <string.h>

/* A whole number as 64 bits, whatever its width and sign. */
static uint64_t number_of(const struct field_row *field, const void *at)
{
    switch (field->type) {
    case FIELD_BOOL:
        return *(const bool *)at;
    case FIELD_I32:
        return (uint64_t)(int64_t)*(const int32_t *)at;
    case FIELD_U32:
        return *(const uint32_t *)at;
    case FIELD_I64:
    case FIELD_U64:
        return *(const uint64_t *)at;
    case FIELD_MONEY:
        return (uint64_t)((const struct money *)at)->ore;
    default:
        return 0;
    }
}

static void number_set(const struct field_row *field, void *at, uint64_t value)
{
    switch (field->type) {
    case FIELD_BOOL:
        *(bool *)at = value != 0;
        return;
    case FIELD_I32:
    case FIELD_U32:
        *(uint32_t *)at = (uint32_t)value;
        return;
    case FIELD_I64:
    case FIELD_U64:
        *(uint64_t *)at = value;
        return;
    case FIELD_MONEY:
        ((struct money *)at)->ore = (int64_t)value;
        return;
    default:
        return;
    }
}

static bool says_nothing(const struct field_row *field, const char *object)
{
    switch (field->type) {
    case FIELD_STR:
    case FIELD_BIN:
        return ((const struct str *)(const void *)(object + field->at))->len == 0;
    case FIELD_LIST:
        return *(const size_t *)(const void *)(object + field->count_at) == 0;
    case FIELD_SPARE:
        return true;
    case FIELD_ONE:
    case FIELD_FORM:
    case FIELD_OWN:
        return false;
    default:
        return number_of(field, object + field->at) == field->absent;
    }
}

static void list_write(const struct field_row *field, const char *object, struct strbuf *out)
{
    size_t count = *(const size_t *)(const void *)(object + field->count_at);
    const char *item;

    memcpy(&item, object + field->at, sizeof item);
    wire_array(out, count);
    for (size_t i = 0; i < count; i++, item += field->of->size)
        fields_write(field->of, item, out);
}

static void member_write(const struct field_row *field, const char *object, struct strbuf *out)
{
    const void *at = object + field->at;

    switch (field->nil == NIL_SAID && says_nothing(field, object) ? FIELD_SPARE : field->type) {
    case FIELD_BOOL:
        wire_bool(out, *(const bool *)at);
        return;
    case FIELD_I32:
    case FIELD_I64:
    case FIELD_MONEY:
        wire_int(out, (int64_t)number_of(field, at));
        return;
    case FIELD_U32:
    case FIELD_U64:
        wire_uint(out, number_of(field, at));
        return;
    case FIELD_STR:
        wire_str(out, *(const struct str *)at);
        return;
    case FIELD_BIN:
        wire_bin(out, *(const struct str *)at);
        return;
    case FIELD_ONE:
        fields_write(field->of, at, out);
        return;
    case FIELD_LIST:
        list_write(field, object, out);
        return;
    case FIELD_FORM:
        wire_uint(out, field->max);
        return;
    case FIELD_SPARE:
        wire_nil(out);
        return;
    case FIELD_OWN:
        field->codec->write(at, out);
        return;
    }
}

void fields_write(const struct fields *fields, const void *object, struct strbuf *out)
{
    size_t count = fields->count;

    while (count > fields->least && fields->rows[count - 1].nil != NIL_NEVER && says_nothing(&fields->rows[count - 1], object))
        count--;
    wire_array(out, count);
    for (size_t i = 0; i < count; i++)
        member_write(&fields->rows[i], object, out);
}

/* Within the member's width, and an enum's last value. */
static uint64_t number_take(const struct field_row *field, struct reader *in)
{
    int64_t signed_value;
    uint64_t value;

    if (field->type == FIELD_I32 || field->type == FIELD_I64 || field->type == FIELD_MONEY) {
        signed_value = take_int(in);
        if (field->type == FIELD_I32 && (signed_value < INT32_MIN || signed_value > INT32_MAX))
            in->failed = true;
        return (uint64_t)signed_value;
    }
    value = take_uint(in);
    if ((field->type == FIELD_U32 && value > UINT32_MAX) || (field->max && value > field->max))
        in->failed = true;
    return value;
}

static void list_take(const struct field_row *field, struct reader *in, struct arena *arena, char *object)
{
    size_t count = take_array(in, field->max);
    char *items;

    ensure(arena != NULL);
    items = arena_array(arena, count, field->of->size);
    memcpy(object + field->at, &items, sizeof items);
    *(size_t *)(void *)(object + field->count_at) = items ? count : 0;
    for (size_t i = 0; items && i < count && !in->failed; i++)
        fields_take(field->of, in, arena, items + i * field->of->size);
}

static void member_clear(const struct field_row *field, char *object)
{
    if (field->type == FIELD_STR || field->type == FIELD_BIN)
        *(struct str *)(void *)(object + field->at) = STR_NONE;
    else if (field->type == FIELD_LIST)
        *(size_t *)(void *)(object + field->count_at) = 0;
    else
        number_set(field, object + field->at, field->absent);
}

static void member_take(const struct field_row *field, struct reader *in, struct arena *arena, char *object)
{
    void *at = object + field->at;

    if ((field->nil == NIL_READ || field->nil == NIL_SAID) && take_nil(in)) {
        member_clear(field, object);
        return;
    }
    switch (field->type) {
    case FIELD_BOOL:
        *(bool *)at = take_bool(in);
        return;
    case FIELD_I32:
    case FIELD_U32:
    case FIELD_I64:
    case FIELD_U64:
    case FIELD_MONEY:
        number_set(field, at, number_take(field, in));
        return;
    case FIELD_STR:
        *(struct str *)at = take_str(in, field->max);
        return;
    case FIELD_BIN:
        *(struct str *)at = take_bin(in, field->max);
        return;
    case FIELD_ONE:
        fields_take(field->of, in, arena, at);
        return;
    case FIELD_LIST:
        list_take(field, in, arena, object);
        return;
    case FIELD_FORM:
        in->failed |= take_uint(in) != field->max;
        return;
    case FIELD_SPARE:
        (void)take_any(in);
        return;
    case FIELD_OWN:
        field->codec->take(in, at);
        return;
    }
}

void fields_take(const struct fields *fields, struct reader *in, struct arena *arena, void *object)
{
    size_t count = take_array(in, fields->count);

    if (count < fields->least)
        in->failed = true;
    for (size_t i = 0; i < count && !in->failed; i++)
        member_take(&fields->rows[i], in, arena, object);
    for (size_t i = count; i < fields->count; i++)
        member_clear(&fields->rows[i], object);
    if (!in->failed && fields->holds && !fields->holds(object))
        in->failed = true;
}

enum err fields_read(const struct fields *fields, struct str bytes, struct arena *arena, void *object)
{
    struct reader in;

    memset(object, 0, fields->size);
    reader_init(&in, bytes);
    fields_take(fields, &in, arena, object);
    if (arena && arena_failed(arena))
        return ERR_MEMORY;
    return reader_done(&in);
}

static void list_copy(const struct field_row *field, struct arena *arena, char *object)
{
    size_t count = *(size_t *)(void *)(object + field->count_at), size = field->of->size;
    char *items = arena_array(arena, count, size), *old;

    memcpy(&old, object + field->at, sizeof old);
    memcpy(object + field->at, &items, sizeof items);
    if (!items || !count)
        return;
    memcpy(items, old, count * size);
    for (size_t i = 0; i < count; i++)
        fields_copy(field->of, arena, items + i * size);
}

void fields_copy(const struct fields *fields, struct arena *arena, void *object)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct field_row *field = &fields->rows[i];
        void *at = (char *)object + field->at;

        if (field->type == FIELD_STR || field->type == FIELD_BIN)
            *(struct str *)at = arena_copy(arena, *(struct str *)at);
        else if (field->type == FIELD_ONE)
            fields_copy(field->of, arena, at);
        else if (field->type == FIELD_LIST)
            list_copy(field, arena, object);
    }
}
