#include "wire.h"

#include <msgpack/pack.h>

enum { DEPTH_MAX = 16 };

/* msgpack's type bytes: the first of each family, the rest follow in the order of their width. */
enum { FIX_MAP = 0x80, FIX_ARRAY = 0x90, FIX_STR = 0xa0, NIL = 0xc0, NEVER_USED = 0xc1, BOOL_FALSE = 0xc2,
       BOOL_TRUE = 0xc3, BIN_8 = 0xc4, EXT_8 = 0xc7, FLOAT_32 = 0xca, FLOAT_64 = 0xcb, UINT_8 = 0xcc,
       INT_8 = 0xd0, FIX_EXT_1 = 0xd4, STR_8 = 0xd9, ARRAY_16 = 0xdc, MAP_16 = 0xde, FIX_MINUS = 0xe0 };

/* msgpack-c's packer over a strbuf, which remembers itself that it has failed. */
static int add(void *out, const char *bytes, size_t len)
{
    strbuf_add(out, (struct str){ bytes, len });
    return 0;
}

static msgpack_packer packer(struct strbuf *out)
{
    return (msgpack_packer){ .data = out, .callback = add };
}

/* What fits into its first byte is written by itself: it is most of what is written. */
static void one_byte(struct strbuf *out, size_t byte)
{
    strbuf_char(out, (char)(unsigned char)byte);
}

void wire_array(struct strbuf *out, size_t count)
{
    msgpack_packer to = packer(out);

    if (count < 16)
        one_byte(out, FIX_ARRAY | count);
    else
        (void)msgpack_pack_array(&to, count);
}

void wire_map(struct strbuf *out, size_t count)
{
    msgpack_packer to = packer(out);

    if (count < 16)
        one_byte(out, FIX_MAP | count);
    else
        (void)msgpack_pack_map(&to, count);
}

void wire_uint(struct strbuf *out, uint64_t value)
{
    msgpack_packer to = packer(out);

    if (value < FIX_MAP)
        one_byte(out, (size_t)value);
    else
        (void)msgpack_pack_uint64(&to, value);
}

void wire_int(struct strbuf *out, int64_t value)
{
    msgpack_packer to = packer(out);

    if (value >= 0 && value < FIX_MAP)
        one_byte(out, (size_t)value);
    else
        (void)msgpack_pack_int64(&to, value);
}

void wire_bool(struct strbuf *out, bool value)
{
    one_byte(out, value ? BOOL_TRUE : BOOL_FALSE);
}

void wire_str(struct strbuf *out, struct str text)
{
    msgpack_packer to = packer(out);

    if (text.len < 32)
        one_byte(out, FIX_STR | text.len);
    else
        (void)msgpack_pack_str(&to, text.len);
    strbuf_add(out, text);
}

void wire_bin(struct strbuf *out, struct str bytes)
{
    msgpack_packer to = packer(out);

    (void)msgpack_pack_bin(&to, bytes.len);
    strbuf_add(out, bytes);
}

void wire_money(struct strbuf *out, struct money amount)
{
    wire_int(out, amount.ore);
}

void wire_nil(struct strbuf *out)
{
    one_byte(out, NIL);
}

void reader_init(struct reader *in, struct str bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.bytes;

    *in = (struct reader){ .at = at, .end = at ? at + bytes.len : at };
}

static size_t left(const struct reader *in)
{
    return (size_t)(in->end - in->at);
}

static const uint8_t types[256] = {
    [0x00 ... 0x7f] = WIRE_INT,   [0x80 ... 0x8f] = WIRE_MAP,   [0x90 ... 0x9f] = WIRE_ARRAY, [0xa0 ... 0xbf] = WIRE_STR,
    [0xc0] = WIRE_NIL,            [0xc1] = WIRE_OTHER,          [0xc2 ... 0xc3] = WIRE_BOOL,  [0xc4 ... 0xc6] = WIRE_BIN,
    [0xc7 ... 0xc9] = WIRE_OTHER, [0xca ... 0xcb] = WIRE_FLOAT, [0xcc ... 0xd3] = WIRE_INT,   [0xd4 ... 0xd8] = WIRE_OTHER,
    [0xd9 ... 0xdb] = WIRE_STR,   [0xdc ... 0xdd] = WIRE_ARRAY, [0xde ... 0xdf] = WIRE_MAP,   [0xe0 ... 0xff] = WIRE_INT,
};

enum wire_type reader_peek(struct reader *in)
{
    return in->failed || in->at == in->end ? WIRE_OTHER : (enum wire_type)types[*in->at];
}

/* The type byte and the number of `width` bytes after it. */
static uint64_t take_number(struct reader *in, unsigned width)
{
    uint64_t value = 0;

    if (in->failed || left(in) < 1u + width) {
        in->failed = true;
        return 0;
    }
    in->at++;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | *in->at++;
    return value;
}

/* How many elements or bytes follow; each takes at least one byte, so a count beyond what is left is
 * a lie and costs nothing. */
static size_t take_count(struct reader *in, size_t max, enum wire_type type, unsigned fix_bits,
                         unsigned first_wide, unsigned least)
{
    uint64_t count;
    uint8_t byte;

    if (reader_peek(in) != type) {
        in->failed = true;
        return 0;
    }
    byte = *in->at;
    if (byte < NIL) {
        in->at++;
        count = byte & ((1u << fix_bits) - 1);
    } else {
        count = take_number(in, 1u << (byte - first_wide + least));
    }
    if (in->failed || count > max || count > left(in)) {
        in->failed = true;
        return 0;
    }
    return (size_t)count;
}

size_t take_array(struct reader *in, size_t max)
{
    return take_count(in, max, WIRE_ARRAY, 4, ARRAY_16, 1);
}

size_t take_map(struct reader *in, size_t max)
{
    size_t pairs = take_count(in, max, WIRE_MAP, 4, MAP_16, 1);

    if (pairs > left(in) / 2) {
        in->failed = true;
        return 0;
    }
    return pairs;
}

/* Magnitude bits and whether they are those of a negative number. */
static uint64_t take_whole(struct reader *in, bool *ret_negative)
{
    uint8_t byte;
    uint64_t value;
    unsigned width;

    *ret_negative = false;
    if (reader_peek(in) != WIRE_INT) {
        in->failed = true;
        return 0;
    }
    byte = *in->at;
    if (byte < FIX_MAP || byte >= FIX_MINUS) {
        in->at++;
        *ret_negative = byte >= FIX_MINUS;
        return *ret_negative ? (uint64_t)(int64_t)(int8_t)byte : byte;
    }
    if (byte < INT_8)
        return take_number(in, 1u << (byte - UINT_8));
    width = 1u << (byte - INT_8);
    value = take_number(in, width);
    if (in->failed || !(value >> (8 * width - 1)))
        return value;
    *ret_negative = true;
    return width == 8 ? value : value | ~UINT64_C(0) << (8 * width);
}

uint64_t take_uint(struct reader *in)
{
    bool negative;
    uint64_t value = take_whole(in, &negative);

    if (negative)
        in->failed = true;
    return in->failed ? 0 : value;
}

int64_t take_int(struct reader *in)
{
    bool negative;
    uint64_t value = take_whole(in, &negative);

    if (!negative && value > INT64_MAX)
        in->failed = true;
    return in->failed ? 0 : (int64_t)value;
}

bool take_bool(struct reader *in)
{
    if (reader_peek(in) != WIRE_BOOL) {
        in->failed = true;
        return false;
    }
    return *in->at++ == BOOL_TRUE;
}

static struct str take_bytes(struct reader *in, size_t len)
{
    struct str bytes = { (const char *)in->at, len };

    if (in->failed)
        return STR_NONE;
    in->at += len;
    return bytes;
}

struct str take_str(struct reader *in, size_t max)
{
    return take_bytes(in, take_count(in, max, WIRE_STR, 5, STR_8, 0));
}

struct str take_bin(struct reader *in, size_t max)
{
    return take_bytes(in, take_count(in, max, WIRE_BIN, 0, BIN_8, 0));
}

struct money take_money(struct reader *in)
{
    return (struct money){ take_int(in) };
}

/* Extension types carry a type byte beside their bytes; nothing of ours uses them, but they can be
 * stepped over. */
static void skip_other(struct reader *in)
{
    size_t len;
    uint8_t byte;

    if (in->failed || in->at == in->end || *in->at == NEVER_USED) {
        in->failed = true;
        return;
    }
    byte = *in->at;
    if (byte >= FIX_EXT_1) {
        in->at++;
        len = (size_t)1 << (byte - FIX_EXT_1);
    } else {
        len = (size_t)take_number(in, 1u << (byte - EXT_8));
    }
    if (in->failed || len >= left(in))
        in->failed = true;
    else
        in->at += len + 1;
}

/* How long a value is whose first byte says it: numbers, short texts, nil, true and false. */
#define TEXT(byte) [byte] = (byte) - FIX_STR + 1
#define TEXTS(byte) TEXT(byte), TEXT((byte) + 1), TEXT((byte) + 2), TEXT((byte) + 3), TEXT((byte) + 4), TEXT((byte) + 5), \
    TEXT((byte) + 6), TEXT((byte) + 7)
static const uint8_t sizes[256] = {
    [0x00 ... 0x7f] = 1, [FIX_MINUS ... 0xff] = 1, [NIL] = 1, [BOOL_FALSE ... BOOL_TRUE] = 1,
    TEXTS(FIX_STR), TEXTS(FIX_STR + 8), TEXTS(FIX_STR + 16), TEXTS(FIX_STR + 24), [FLOAT_32] = 5, [FLOAT_64] = 9,
    [UINT_8] = 2, [UINT_8 + 1] = 3, [UINT_8 + 2] = 5, [UINT_8 + 3] = 9,
    [INT_8] = 2, [INT_8 + 1] = 3, [INT_8 + 2] = 5, [INT_8 + 3] = 9,
};

bool take_plain(struct reader *in)
{
    uint8_t byte = in->failed || in->at == in->end ? NEVER_USED : *in->at;

    if (sizes[byte] == 0 || sizes[byte] > left(in) || types[byte] == WIRE_STR || types[byte] == WIRE_FLOAT)
        return false;
    in->at += sizes[byte];
    return true;
}

static void skip_value(struct reader *in);

/* Most are over in one step; what does not say its length, or is cut off, is gone through. */
static void skip_values(struct reader *in, size_t count)
{
    for (; count > 0; count--) {
        size_t size = in->at == in->end ? 0 : sizes[*in->at];

        if (size > 0 && size <= left(in)) {
            in->at += size;
            continue;
        }
        skip_value(in);
        if (in->failed)
            return;
    }
}

static void skip_value(struct reader *in)
{
    enum wire_type type = reader_peek(in);
    bool negative;
    size_t count;

    switch (type) {
    case WIRE_NIL:
        (void)take_nil(in);
        return;
    case WIRE_BOOL:
        (void)take_bool(in);
        return;
    case WIRE_INT:
        (void)take_whole(in, &negative);
        return;
    case WIRE_FLOAT:
        (void)take_number(in, *in->at == FLOAT_32 ? 4 : 8);
        return;
    case WIRE_STR:
        (void)take_str(in, SIZE_MAX);
        return;
    case WIRE_BIN:
        (void)take_bin(in, SIZE_MAX);
        return;
    case WIRE_OTHER:
        skip_other(in);
        return;
    case WIRE_ARRAY:
    case WIRE_MAP:
        break;
    }
    count = type == WIRE_ARRAY ? take_array(in, SIZE_MAX) : 2 * take_map(in, SIZE_MAX / 2);
    if (++in->depth > DEPTH_MAX)
        in->failed = true;
    if (!in->failed)
        skip_values(in, count);
    in->depth--;
}

struct str take_any(struct reader *in)
{
    const uint8_t *start = in->at;

    skip_value(in);
    return in->failed ? STR_NONE : (struct str){ (const char *)start, (size_t)(in->at - start) };
}

bool take_nil(struct reader *in)
{
    if (reader_peek(in) != WIRE_NIL)
        return false;
    in->at++;
    return true;
}

enum err reader_done(const struct reader *in)
{
    return in->failed || in->at != in->end ? ERR_FORMAT : ERR_OK;
}
