#include "json.h"

#include <string.h>
#include <strings.h>

enum { DEPTH_MAX = 32 };

static size_t blanks(struct str s, size_t at)
{
    while (at < s.len && (s.bytes[at] == ' ' || s.bytes[at] == '\n' || s.bytes[at] == '\r' || s.bytes[at] == '\t'))
        at++;
    return at;
}

/* Each skip answers the place after the value; where this is not JSON, a place beyond the end: is_wrong(). */
static size_t skip_value(struct str s, size_t at, unsigned depth);

static size_t wrong(struct str s, size_t at)
{
    return s.len + 1 + at;
}

static bool is_wrong(struct str s, size_t at)
{
    return at > s.len;
}

static bool take_hex(struct str s, size_t at, uint32_t *ret_code)
{
    uint32_t code = 0;

    if (at + 4 > s.len)
        return false;
    for (size_t i = at; i < at + 4; i++) {
        const char *hex = "0123456789abcdef0123456789ABCDEF";
        const char *digit = s.bytes[i] ? strchr(hex, s.bytes[i]) : NULL;

        if (!digit)
            return false;
        code = code << 4 | ((uint32_t)(digit - hex) & 15);
    }
    *ret_code = code;
    return true;
}

/* Bytes below 0x20 may stand as they are: a tab that a till does not escape costs nobody a receipt. */
static size_t skip_string(struct str s, size_t at)
{
    uint32_t code;

    for (at++; at < s.len; at++) {
        if (s.bytes[at] == '"')
            return at + 1;
        if (s.bytes[at] != '\\')
            continue;
        at++;
        if (at >= s.len || !s.bytes[at] || !strchr("\"\\/bfnrtu", s.bytes[at]) ||
            (s.bytes[at] == 'u' && !take_hex(s, at + 1, &code)))
            return wrong(s, at - 1);
    }
    return wrong(s, s.len);
}

static size_t digits(struct str s, size_t at)
{
    while (at < s.len && s.bytes[at] >= '0' && s.bytes[at] <= '9')
        at++;
    return at;
}

static size_t skip_number(struct str s, size_t at)
{
    size_t from = at + (s.bytes[at] == '-');

    at = digits(s, from);
    if (at == from)
        return wrong(s, at);
    if (at < s.len && s.bytes[at] == '.') {
        from = at + 1;
        at = digits(s, from);
        if (at == from)
            return wrong(s, at);
    }
    if (at < s.len && (s.bytes[at] == 'e' || s.bytes[at] == 'E')) {
        from = at + 1;
        from += from < s.len && (s.bytes[from] == '+' || s.bytes[from] == '-');
        at = digits(s, from);
        if (at == from)
            return wrong(s, at);
    }
    return at;
}

static size_t skip_word(struct str s, size_t at)
{
    static const struct str words[] = { { "true", 4 }, { "false", 5 }, { "null", 4 } };

    for (size_t i = 0; i < COUNT(words); i++)
        if (s.len - at >= words[i].len && memcmp(s.bytes + at, words[i].bytes, words[i].len) == 0)
            return at + words[i].len;
    return wrong(s, at);
}

static size_t skip_name(struct str s, size_t at)
{
    if (at >= s.len || s.bytes[at] != '"')
        return wrong(s, at);
    at = skip_string(s, at);
    if (is_wrong(s, at))
        return at;
    at = blanks(s, at);
    return at < s.len && s.bytes[at] == ':' ? blanks(s, at + 1) : wrong(s, at);
}

static size_t skip_nest(struct str s, size_t at, unsigned depth)
{
    bool object = s.bytes[at] == '{';
    char end = object ? '}' : ']';

    if (depth >= DEPTH_MAX)
        return wrong(s, at);
    at = blanks(s, at + 1);
    if (at < s.len && s.bytes[at] == end)
        return at + 1;
    while (at < s.len) {
        if (object)
            at = skip_name(s, at);
        if (!is_wrong(s, at))
            at = skip_value(s, at, depth + 1);
        if (is_wrong(s, at))
            return at;
        at = blanks(s, at);
        if (at < s.len && s.bytes[at] == end)
            return at + 1;
        if (at >= s.len || s.bytes[at] != ',')
            return wrong(s, at);
        at = blanks(s, at + 1);
    }
    return wrong(s, at);
}

static size_t skip_value(struct str s, size_t at, unsigned depth)
{
    if (at >= s.len)
        return wrong(s, at);
    switch (s.bytes[at]) {
    case '{':
    case '[':
        return skip_nest(s, at, depth);
    case '"':
        return skip_string(s, at);
    case 't':
    case 'f':
    case 'n':
        return skip_word(s, at);
    default:
        return skip_number(s, at);
    }
}

static struct str part(struct str s, size_t from, size_t to)
{
    return (struct str){ s.bytes + from, to - from };
}

enum err json_check_place(struct str text, struct str *ret_value, size_t *ret_wrong)
{
    size_t from = blanks(text, 0), to;

    *ret_value = STR_NONE;
    if (from == text.len)
        return ERR_NOT_FOUND;
    to = skip_value(text, from, 0);
    if (is_wrong(text, to)) {
        *ret_wrong = to - text.len - 1;
        return ERR_FORMAT;
    }
    *ret_value = part(text, from, to);
    *ret_wrong = blanks(text, to);
    return *ret_wrong == text.len ? ERR_OK : ERR_FORMAT;
}

enum err json_check(struct str text, struct str *ret_value)
{
    size_t place;

    return json_check_place(text, ret_value, &place);
}

bool json_is_object(struct str value)
{
    return value.len && value.bytes[0] == '{';
}

bool json_is_array(struct str value)
{
    return value.len && value.bytes[0] == '[';
}

static bool is_null(struct str value)
{
    return str_equal(value, STR("null"));
}

bool json_pair(struct str object, size_t *at, struct str *ret_name, struct str *ret_value)
{
    size_t from, value, to;

    if (!json_is_object(object))
        return false;
    from = blanks(object, *at ? *at : 1);
    if (from < object.len && object.bytes[from] == ',')
        from = blanks(object, from + 1);
    value = skip_name(object, from);
    to = is_wrong(object, value) ? value : skip_value(object, value, 0);
    if (is_wrong(object, to))
        return false;
    *ret_name = part(object, from, skip_string(object, from));
    *ret_value = part(object, value, to);
    *at = to;
    return true;
}

bool json_member(struct str object, const char *name, struct str *ret_value)
{
    size_t at = 0, len = strlen(name);
    struct str found;

    while (json_pair(object, &at, &found, ret_value))
        if (found.len == len + 2 && strncasecmp(found.bytes + 1, name, len) == 0)
            return !is_null(*ret_value);
    return false;
}

bool json_list(struct str value, struct str *ret_array)
{
    if (json_is_object(value) && !json_member(value, "value", &value))
        return false;
    *ret_array = value;
    return json_is_array(value);
}

bool json_item(struct str array, size_t *at, struct str *ret_value)
{
    size_t from, to;

    if (!json_is_array(array))
        return false;
    from = blanks(array, *at ? *at : 1);
    if (from < array.len && array.bytes[from] == ',')
        from = blanks(array, from + 1);
    if (from >= array.len || array.bytes[from] == ']')
        return false;
    to = skip_value(array, from, 0);
    if (is_wrong(array, to))
        return false;
    *ret_value = part(array, from, to);
    *at = to;
    return true;
}

struct text { char *to; size_t len, size; bool full; };

static void put_code(struct text *text, uint32_t code)
{
    unsigned char bytes[4];
    size_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    if (count == 1) {
        bytes[0] = (unsigned char)code;
    } else {
        for (size_t i = count; i-- > 1; code >>= 6)
            bytes[i] = (unsigned char)(0x80 | (code & 0x3f));
        bytes[0] = (unsigned char)((0xf00u >> count & 0xf0) | code);
    }
    if (text->full || text->len + count >= text->size) {
        text->full = true;
        return;
    }
    memcpy(text->to + text->len, bytes, count);
    text->len += count;
}

/* After the backslash at `at`; answers the place after the escape, 0 if it is none. */
static size_t put_escape(struct str s, size_t at, struct text *text)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *plain = s.bytes[at] ? strchr(from, s.bytes[at]) : NULL;
    uint32_t code, low;

    if (plain) {
        put_code(text, (unsigned char)to[plain - from]);
        return at + 1;
    }
    if (s.bytes[at] != 'u' || !take_hex(s, at + 1, &code))
        return 0;
    at += 5;
    if (code >= 0xd800 && code < 0xdc00 && at + 6 <= s.len && s.bytes[at] == '\\' && s.bytes[at + 1] == 'u' &&
        take_hex(s, at + 2, &low) && low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
    }
    put_code(text, code >= 0xd800 && code < 0xe000 ? 0xfffd : code ? code : 0xfffd);
    return at;
}

bool json_text(struct str value, char *to, size_t size)
{
    struct text text = { to, 0, size, false };
    size_t at = 1;

    to[0] = '\0';
    if (value.len < 2 || value.bytes[0] != '"')
        return false;
    while (at < value.len - 1) {
        unsigned char c = (unsigned char)value.bytes[at];
        size_t count = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

        if (c == '\\') {
            at = put_escape(value, at + 1, &text);
            if (!at)
                return false;
            continue;
        }
        if (count > value.len - 1 - at)
            count = value.len - 1 - at;
        if (text.full || text.len + count >= size)
            break;
        memcpy(to + text.len, value.bytes + at, count);
        text.len += count;
        at += count;
    }
    to[text.len] = '\0';
    return true;
}

/* mantissa * 10^exponent; more: it has digits beyond those of the mantissa that are not 0. */
struct decimal { __int128 mantissa; int exponent; bool more; };

static bool decimal(struct str s, struct decimal *ret)
{
    struct decimal d = { 0 };
    size_t at = s.len && s.bytes[0] == '-';
    bool fraction = false;
    int written = 0;

    if (at >= s.len || skip_number(s, 0) != s.len)
        return false;
    for (; at < s.len && s.bytes[at] != 'e' && s.bytes[at] != 'E'; at++) {
        if (s.bytes[at] == '.') {
            fraction = true;
        } else if (d.mantissa > ((__int128)1 << 120) / 10) {
            d.more = d.more || s.bytes[at] != '0';
            d.exponent += !fraction;
        } else {
            d.mantissa = d.mantissa * 10 + (s.bytes[at] - '0');
            d.exponent -= fraction;
        }
    }
    for (size_t i = at + 1; i < s.len; i++)
        if (s.bytes[i] >= '0' && s.bytes[i] <= '9' && written < 1000000)
            written = written * 10 + (s.bytes[i] - '0');
    if (at + 1 < s.len)
        d.exponent += s.bytes[at + 1] == '-' ? -written : written;
    if (s.bytes[0] == '-')
        d.mantissa = -d.mantissa;
    *ret = d;
    return true;
}

/* As a whole number, half away from zero. */
static bool whole(struct decimal d, bool exactly, int64_t *ret_number)
{
    __int128 divisor = 1, rest;

    for (; d.exponent > 0 && d.mantissa; d.exponent--) {
        if (d.mantissa > ((__int128)1 << 120) || d.mantissa < -((__int128)1 << 120))
            return false;
        d.mantissa *= 10;
    }
    for (; d.exponent < 0 && divisor <= ((__int128)1 << 120) / 10; d.exponent++)
        divisor *= 10;
    rest = d.exponent < 0 ? 0 : d.mantissa % divisor;
    if (exactly && (d.more || rest || (d.exponent < 0 && d.mantissa)))
        return false;
    d.mantissa = d.exponent < 0 ? 0 : d.mantissa / divisor;
    if (rest * 2 >= divisor && divisor > 1)
        d.mantissa++;
    if (rest * 2 <= -divisor && divisor > 1)
        d.mantissa--;
    if (d.mantissa > INT64_MAX || d.mantissa < INT64_MIN)
        return false;
    *ret_number = (int64_t)d.mantissa;
    return true;
}

bool json_int(struct str value, int64_t *ret_number)
{
    struct decimal d;

    *ret_number = 0;
    return decimal(value, &d) && whole(d, true, ret_number);
}

bool json_scaled(struct str value, int decimals, int64_t *ret_number)
{
    struct decimal d;

    *ret_number = 0;
    if (!decimal(value, &d))
        return false;
    d.exponent += decimals;
    return whole(d, false, ret_number);
}

bool json_money(struct str value, struct money *ret_amount)
{
    return json_scaled(value, 2, &ret_amount->ore);
}

bool json_true(struct str value)
{
    return str_equal(value, STR("true"));
}

bool json_member_text(struct str object, const char *name, char *to, size_t size)
{
    struct str value;

    to[0] = '\0';
    return json_member(object, name, &value) && json_text(value, to, size);
}

bool json_member_id(struct str object, const char *name, char *to, size_t size)
{
    if (!json_member_text(object, name, to, size))
        return false;
    if (to[0] && to[strspn(to, "0123456789abcdefABCDEF-")] == '\0')
        return true;
    to[0] = '\0';
    return false;
}

bool json_member_int(struct str object, const char *name, int64_t *ret_number)
{
    struct str value;

    *ret_number = 0;
    return json_member(object, name, &value) && json_int(value, ret_number);
}

bool json_member_money(struct str object, const char *name, struct money *ret_amount)
{
    struct str value;

    ret_amount->ore = 0;
    return json_member(object, name, &value) && json_money(value, ret_amount);
}

bool json_member_true(struct str object, const char *name)
{
    struct str value;

    return json_member(object, name, &value) && json_true(value);
}
