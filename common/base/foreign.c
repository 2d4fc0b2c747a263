#include "foreign.h"

#include <inttypes.h>
#include <math.h>
#include <msgpack/unpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "json_write.h"
#include "utf8.h"
#include "wire.h"

enum { DEPTH_MAX = 16, VALUES_MAX = 65536, SHOWN_MAX = 40 };

/* What JSON may say and no value from outside: NULL, or why. */
static const char *beyond_json(struct str text)
{
    unsigned depth = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.bytes[i];

        if (c == ' ' || (c >= '/' && c < '[') || (c >= 'a' && c <= 'z')) {
            continue;                                /* most of a text */
        } else if (quoted && c == '\\') {
            if (str_starts((struct str){ text.bytes + i, text.len - i }, STR("\\u0000")))
                return "a text holds \\u0000, which no text may";
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '[' || c == '{') && ++depth > DEPTH_MAX) {
            return "nested deeper than 16";
        } else if (!quoted && (c == ']' || c == '}')) {
            depth -= depth > 0;
        }
    }
    return NULL;
}

enum err foreign_from_json(struct str text, struct foreign_source *ret, struct fault *fault)
{
    const struct str mark = STR("\xef\xbb\xbf");
    size_t skipped = str_starts(text, mark) ? mark.len : 0, place;
    const char *why;
    enum err err;

    *ret = (struct foreign_source){ 0 };
    if (!utf8_is_valid(text))
        return fault_set(fault, ERR_FORMAT, "not JSON: not text in UTF-8");
    why = beyond_json(text);
    if (why)
        return fault_set(fault, ERR_FORMAT, "%s", why);
    err = json_check_place((struct str){ text.bytes + skipped, text.len - skipped }, &ret->value.json, &place);
    if (err == ERR_NOT_FOUND)
        return fault_set(fault, ERR_FORMAT, "not JSON: nothing there");
    if (err && ret->value.json.len)
        return fault_set(fault, err, "byte %zu: something follows the value", skipped + place + 1);
    return err ? fault_set(fault, err, "not JSON: wrong at byte %zu", skipped + place + 1) : ERR_OK;
}

struct judging { struct reader in; size_t values; const char *why; };

static void judge(struct judging *j, unsigned depth);

static void refuse(struct judging *j, const char *why)
{
    if (!j->in.failed)
        j->why = why;
    j->in.failed = true;
}

static void judge_text(struct judging *j)
{
    struct str text = take_str(&j->in, SIZE_MAX);

    if (!j->in.failed && !utf8_is_valid(text))
        refuse(j, "a text is not UTF-8, or holds a NUL");
}

/* A 32-bit float of 2^24 or more may have been a whole number that its sender's float could not hold: an øre is not worth a
 * guess. */
static void judge_float(struct judging *j)
{
    struct str bytes = take_any(&j->in);
    uint32_t bits = 0;
    float number;

    if (j->in.failed || bytes.len != 5)
        return;
    for (size_t i = 1; i < bytes.len; i++)
        bits = bits << 8 | (uint8_t)bytes.bytes[i];
    memcpy(&number, &bits, sizeof number);
    if (!(fabsf(number) < 0x1p24f))
        refuse(j, "a 32-bit float of 16777216 or more is not exact; send whole numbers as integers");
}

static void judge_nest(struct judging *j, bool map, unsigned depth)
{
    size_t count;

    if (depth >= DEPTH_MAX) {
        refuse(j, "nested deeper than 16");
        return;
    }
    count = map ? take_map(&j->in, VALUES_MAX) : take_array(&j->in, VALUES_MAX);
    for (; count > 0 && !j->in.failed; count--) {
        if (map && reader_peek(&j->in) != WIRE_STR)
            refuse(j, "a field's name is not a text");
        else if (map)
            judge_text(j);
        judge(j, depth + 1);
    }
}

/* Goes over one value as it stands in the bytes. */
static void judge(struct judging *j, unsigned depth)
{
    enum wire_type type;

    if (++j->values > VALUES_MAX)
        refuse(j, "more values than an event may have");
    if (take_plain(&j->in))
        return;
    type = reader_peek(&j->in);
    switch (type) {
    case WIRE_NIL:
    case WIRE_BOOL:
    case WIRE_INT:
        (void)take_any(&j->in);
        return;
    case WIRE_FLOAT:
        judge_float(j);
        return;
    case WIRE_STR:
        judge_text(j);
        return;
    case WIRE_ARRAY:
    case WIRE_MAP:
        judge_nest(j, type == WIRE_MAP, depth);
        return;
    case WIRE_BIN:
    case WIRE_OTHER:
        refuse(j, "a value is neither number, text, true, false, nil, list nor map, or is cut off");
    }
}

enum err foreign_from_msgpack(struct str bytes, struct foreign_source *ret, struct fault *fault)
{
    struct judging j = { 0 };
    msgpack_unpacked unpacked;
    msgpack_unpack_return done;
    size_t at = 0;

    *ret = (struct foreign_source){ 0 };
    reader_init(&j.in, bytes);
    judge(&j, 0);
    if (j.in.failed)
        return fault_set(fault, ERR_FORMAT, "not msgpack: %s", j.why ? j.why : "cut off, or not well-formed");
    if (reader_done(&j.in))
        return fault_set(fault, ERR_FORMAT, "not msgpack: something follows the map");
    msgpack_unpacked_init(&unpacked);
    done = msgpack_unpack_next(&unpacked, bytes.bytes, bytes.len, &at);
    ret->zone = msgpack_unpacked_release_zone(&unpacked);
    if (done == MSGPACK_UNPACK_PARSE_ERROR)
        return fault_set(fault, ERR_FORMAT, "not msgpack: not well-formed");
    if (done == MSGPACK_UNPACK_SUCCESS && !ret->zone)
        ret->zone = msgpack_zone_new(sizeof unpacked.data);      /* a lone value needed none */
    if (done != MSGPACK_UNPACK_SUCCESS || !ret->zone)
        return ERR_MEMORY;
    ret->value.packed = msgpack_zone_malloc(ret->zone, sizeof unpacked.data);
    if (!ret->value.packed)
        return ERR_MEMORY;
    *(msgpack_object *)(uintptr_t)ret->value.packed = unpacked.data;
    return ERR_OK;
}

void foreign_done(struct foreign_source *source)
{
    if (source->zone)
        msgpack_zone_free(source->zone);
    *source = (struct foreign_source){ 0 };
}

enum foreign_type foreign_type(const struct foreign *value)
{
    static const enum foreign_type packed[] = {
        [MSGPACK_OBJECT_NIL] = FOREIGN_NULL,           [MSGPACK_OBJECT_POSITIVE_INTEGER] = FOREIGN_NUMBER,
        [MSGPACK_OBJECT_NEGATIVE_INTEGER] = FOREIGN_NUMBER, [MSGPACK_OBJECT_FLOAT32] = FOREIGN_NUMBER,
        [MSGPACK_OBJECT_FLOAT64] = FOREIGN_NUMBER,     [MSGPACK_OBJECT_STR] = FOREIGN_TEXT,
        [MSGPACK_OBJECT_ARRAY] = FOREIGN_LIST,         [MSGPACK_OBJECT_MAP] = FOREIGN_MAP,
    };

    if (value->packed && value->packed->type == MSGPACK_OBJECT_BOOLEAN)
        return value->packed->via.boolean ? FOREIGN_TRUE : FOREIGN_FALSE;
    if (value->packed)
        return packed[value->packed->type];
    switch (value->json.len ? value->json.bytes[0] : 'n') {
    case '{': return FOREIGN_MAP;
    case '[': return FOREIGN_LIST;
    case '"': return FOREIGN_TEXT;
    case 't': return FOREIGN_TRUE;
    case 'f': return FOREIGN_FALSE;
    case 'n': return FOREIGN_NULL;
    default:  return FOREIGN_NUMBER;
    }
}

bool foreign_next(const struct foreign *nest, size_t *at, struct foreign *ret_name, struct foreign *ret_item)
{
    enum foreign_type type = foreign_type(nest);

    *ret_name = *ret_item = (struct foreign){ 0 };
    if (!nest->packed)
        return type == FOREIGN_MAP ? json_pair(nest->json, at, &ret_name->json, &ret_item->json)
                                 : json_item(nest->json, at, &ret_item->json);
    if (type == FOREIGN_MAP && *at < nest->packed->via.map.size) {
        ret_name->packed = &nest->packed->via.map.ptr[*at].key;
        ret_item->packed = &nest->packed->via.map.ptr[(*at)++].val;
        return true;
    }
    if (type == FOREIGN_LIST && *at < nest->packed->via.array.size) {
        ret_item->packed = &nest->packed->via.array.ptr[(*at)++];
        return true;
    }
    return false;
}

size_t foreign_count(const struct foreign *nest)
{
    struct foreign name, item;
    size_t at = 0, count = 0;

    if (nest->packed && nest->packed->type == MSGPACK_OBJECT_ARRAY)
        return nest->packed->via.array.size;
    while (foreign_next(nest, &at, &name, &item))
        count++;
    return count;
}

static bool is_called(const struct foreign *name, const char *text)
{
    char buffer[64];

    if (name->packed)
        return str_equal((struct str){ name->packed->via.str.ptr, name->packed->via.str.size }, str_of(text));
    if (!memchr(name->json.bytes, '\\', name->json.len))
        return str_equal((struct str){ name->json.bytes + 1, name->json.len - 2 }, str_of(text));
    return json_text(name->json, buffer, sizeof buffer) && strcmp(buffer, text) == 0;
}

bool foreign_member(const struct foreign *map, const char *name, struct foreign *ret_item)
{
    struct foreign found;
    size_t at = 0;

    if (foreign_type(map) != FOREIGN_MAP)
        return false;
    while (foreign_next(map, &at, &found, ret_item))
        if (is_called(&found, name))
            return true;
    return false;
}

bool foreign_text_lent(const struct foreign *value, struct arena *arena, struct str *ret_text)
{
    char *text;

    if (foreign_type(value) != FOREIGN_TEXT)
        return false;
    if (value->packed) {
        *ret_text = (struct str){ value->packed->via.str.ptr, value->packed->via.str.size };
        return true;
    }
    if (!memchr(value->json.bytes, '\\', value->json.len)) {
        *ret_text = (struct str){ value->json.bytes + 1, value->json.len - 2 };
        return true;
    }
    text = arena_alloc(arena, value->json.len);      /* unescaping makes nothing longer */
    if (!text || !json_text(value->json, text, value->json.len))
        return false;
    *ret_text = str_of(text);
    return true;
}

bool foreign_text(const struct foreign *value, struct arena *arena, struct str *ret_text)
{
    struct str text;

    if (!foreign_text_lent(value, arena, &text))
        return false;
    *ret_text = arena_copy(arena, text);
    return ret_text->bytes;
}

/* msgpack's whole numbers pass through no double. */
static bool as_integer(const struct foreign *value, int64_t *ret_number)
{
    const struct msgpack_object *packed = value->packed;

    if (packed->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        *ret_number = packed->via.i64;
    else if (packed->type == MSGPACK_OBJECT_POSITIVE_INTEGER && packed->via.u64 <= INT64_MAX)
        *ret_number = (int64_t)packed->via.u64;
    else
        return false;
    return true;
}

/* The double that the sender meant, and for JSON the nearest one. false: no number, or beyond all doubles. */
static bool as_double(const struct foreign *value, double *ret_number)
{
    char text[400];
    int64_t whole;

    if (foreign_type(value) != FOREIGN_NUMBER)
        return false;
    if (value->packed)
        *ret_number = value->packed->type == MSGPACK_OBJECT_POSITIVE_INTEGER   ? (double)value->packed->via.u64
                      : value->packed->type == MSGPACK_OBJECT_NEGATIVE_INTEGER ? (double)value->packed->via.i64
                                                                               : value->packed->via.f64;
    else if (json_int(value->json, &whole) && llabs(whole) < FOREIGN_WHOLE_END)
        *ret_number = (double)whole;
    else if (str_copy(value->json, text, sizeof text))
        *ret_number = strtod(text, NULL);
    else
        return false;
    return isfinite(*ret_number);
}

bool foreign_whole(const struct foreign *value, int64_t *ret_number)
{
    double number;

    if (value->packed ? as_integer(value, ret_number) : json_int(value->json, ret_number))
        return *ret_number < FOREIGN_WHOLE_END && *ret_number > -FOREIGN_WHOLE_END;
    if (!value->packed || !as_double(value, &number) || !(fabs(number) < 0x1p53) || number != trunc(number))
        return false;
    *ret_number = (int64_t)number;
    return true;
}

bool foreign_scaled(const struct foreign *value, int decimals, int64_t *ret_number)
{
    double number;

    if (!value->packed)
        return json_scaled(value->json, decimals, ret_number);
    if (as_integer(value, ret_number)) {
        for (; decimals > 0; decimals--)
            if (__builtin_mul_overflow(*ret_number, 10, ret_number))
                return false;
        return true;
    }
    if (!as_double(value, &number))
        return false;
    for (; decimals > 0; decimals--)
        number *= 10;
    if (!(fabs(number) < 9e18))
        return false;
    *ret_number = llround(number);
    return true;
}

static void describe_text(const struct foreign *value, struct strbuf *out)
{
    struct arena arena;
    struct str text = STR_NONE;
    size_t len;

    arena_init(&arena, 1 << 20);
    (void)foreign_text(value, &arena, &text);
    len = text.len;
    if (len > SHOWN_MAX)
        for (len = SHOWN_MAX - 4; len > 0 && ((unsigned char)text.bytes[len] & 0xc0) == 0x80;)
            len--;
    strbuf_char(out, '"');
    for (size_t i = 0; i < len; i++)
        strbuf_char(out, (unsigned char)text.bytes[i] < ' ' ? '?' : text.bytes[i]);
    strbuf_add(out, len < text.len ? STR("...\"") : STR("\""));
    arena_free(&arena);
}

static void describe_number(const struct foreign *value, struct strbuf *out)
{
    double number;

    if (!value->packed)
        strbuf_format(out, "%.*s%s", (int)(value->json.len > SHOWN_MAX ? SHOWN_MAX - 4 : value->json.len), value->json.bytes,
                      value->json.len > SHOWN_MAX ? "..." : "");
    else if (value->packed->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        strbuf_format(out, "%" PRIu64, value->packed->via.u64);
    else if (as_double(value, &number))
        strbuf_format(out, "%.17g", number);
    else
        strbuf_add(out, STR("a number beyond all bounds"));
}

void foreign_describe(const struct foreign *value, char buffer[64])
{
    static const char *const others[] = {
        [FOREIGN_NULL] = "null",   [FOREIGN_FALSE] = "false",   [FOREIGN_TRUE] = "true",
        [FOREIGN_LIST] = "a list", [FOREIGN_MAP] = "an object",
    };
    enum foreign_type type = foreign_type(value);
    struct strbuf text;

    strbuf_init(&text, 60);
    if (type == FOREIGN_TEXT)
        describe_text(value, &text);
    else if (type == FOREIGN_NUMBER)
        describe_number(value, &text);
    else
        strbuf_add(&text, str_of(others[type]));
    (void)str_copy(strbuf_str(&text), buffer, 64);
    strbuf_free(&text);
}

static enum err buffer_err(const struct strbuf *out)
{
    return !out->failed ? ERR_OK : out->starved ? ERR_MEMORY : ERR_TOO_LONG;
}

static int by_name(const void *a, const void *b)
{
    return str_compare(((const struct foreign_member *)a)->name, ((const struct foreign_member *)b)->name);
}

enum err foreign_write_members(struct foreign_member *members, size_t count, struct arena *arena, struct strbuf *out)
{
    enum err err = ERR_OK;

    if (count > 1)
        qsort(members, count, sizeof *members, by_name);
    strbuf_char(out, '{');
    for (size_t i = 0; i < count && !err; i++) {
        if (i && str_equal(members[i - 1].name, members[i].name))
            return ERR_FORMAT;
        if (i)
            strbuf_char(out, ',');
        json_quote(out, members[i].name);
        strbuf_char(out, ':');
        err = foreign_write(&members[i].value, arena, out);
    }
    strbuf_char(out, '}');
    return err ? err : buffer_err(out);
}

static enum err write_nest(const struct foreign *nest, struct arena *arena, struct strbuf *out)
{
    bool map = foreign_type(nest) == FOREIGN_MAP;
    size_t count = foreign_count(nest), at = 0, index = 0;
    struct foreign_member *members = NULL;
    struct foreign name, item;
    enum err err = ERR_OK;

    if (count > out->limit / (map ? 4 : 2))          /* cannot fit: nothing is asked for */
        return ERR_TOO_LONG;
    if (map && count && !(members = arena_array(arena, count, sizeof *members)))
        return ERR_MEMORY;
    if (!map)
        strbuf_char(out, '[');
    for (; !err && foreign_next(nest, &at, &name, &item); index++) {
        if (!map && index)
            strbuf_char(out, ',');
        if (!map)
            err = foreign_write(&item, arena, out);
        else if (foreign_text(&name, arena, &members[index].name))
            members[index].value = item;
        else
            err = ERR_MEMORY;
    }
    if (!map)
        strbuf_char(out, ']');
    else if (!err)
        err = foreign_write_members(members, count, arena, out);
    return err ? err : buffer_err(out);
}

enum err foreign_write(const struct foreign *value, struct arena *arena, struct strbuf *out)
{
    static const char *const words[] = { [FOREIGN_NULL] = "null", [FOREIGN_FALSE] = "false", [FOREIGN_TRUE] = "true" };
    enum foreign_type type = foreign_type(value);
    struct str text;
    double number;

    if (type == FOREIGN_MAP || type == FOREIGN_LIST)
        return write_nest(value, arena, out);
    if (type == FOREIGN_TEXT && !foreign_text(value, arena, &text))
        return ERR_MEMORY;
    if (type == FOREIGN_NUMBER && !as_double(value, &number))
        return ERR_FORMAT;
    if (type == FOREIGN_TEXT)
        json_quote(out, text);
    else if (type == FOREIGN_NUMBER)
        strbuf_format(out, "%.17g", number == 0 ? 0 : number);       /* also for -0 */
    else
        strbuf_add(out, str_of(words[type]));
    return buffer_err(out);
}
