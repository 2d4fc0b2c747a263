#include "clean.h"

#include <string.h>

/* Of characters beyond ASCII, from and to. */
static const struct { uint32_t from, to; } steering[] = {
    { 0x80, 0x9f },     { 0x61c, 0x61c },   { 0x200e, 0x200f }, { 0x2028, 0x202e },
    { 0x2066, 0x2069 }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
};

/* How many bytes the next character has; 0: it is none. */
static size_t character(const unsigned char *at, size_t room, uint32_t *ret_code)
{
    static const struct { unsigned char first, mask; uint32_t least; } forms[] = {
        { 0xc0, 0x1f, 0x80 }, { 0xe0, 0x0f, 0x800 }, { 0xf0, 0x07, 0x10000 },
    };
    size_t more = at[0] >= 0xf0 ? 3 : at[0] >= 0xe0 ? 2 : 1;
    uint32_t code = at[0];

    *ret_code = code;
    if (at[0] < 0x80)
        return 1;
    if (at[0] < 0xc0 || at[0] > 0xf4 || more >= room)
        return 0;
    code &= forms[more - 1].mask;
    for (size_t i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3f);
    }
    if (code < forms[more - 1].least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    *ret_code = code;
    return more + 1;
}

size_t clean_step(struct str rest, bool *ret_fine, uint32_t *ret_code)
{
    uint32_t code;
    size_t len = character((const unsigned char *)rest.bytes, rest.len, &code);

    *ret_fine = len && code >= 0x20 && code != 0x7f;
    for (size_t i = 0; i < COUNT(steering) && code >= 0x80; i++)
        if (code >= steering[i].from && code <= steering[i].to)
            *ret_fine = false;
    *ret_code = code;
    return len ? len : 1;
}

static size_t step(const char *at, size_t room, bool *ret_fine)
{
    uint32_t code;

    return clean_step((struct str){ at, room }, ret_fine, &code);
}

size_t clean_bytes(char *bytes, size_t len)
{
    size_t to = 0;
    bool fine;

    for (size_t at = 0, more; at < len; at += more) {
        more = step(bytes + at, len - at, &fine);
        if (fine)
            memmove(bytes + to, bytes + at, more);
        else
            bytes[to] = '?';
        to += fine ? more : 1;
    }
    return to;
}

bool clean_already(struct str s)
{
    bool fine = true;

    for (size_t at = 0; fine && at < s.len;)
        at += step(s.bytes + at, s.len - at, &fine);
    return fine;
}

void clean_text(char *text)
{
    text[clean_bytes(text, strlen(text))] = '\0';
}

void strbuf_clean(struct strbuf *buf, struct str s)
{
    bool fine;

    for (size_t at = 0, more; at < s.len; at += more) {
        more = step(s.bytes + at, s.len - at, &fine);
        strbuf_add(buf, fine ? (struct str){ s.bytes + at, more } : STR("?"));
    }
}

void strbuf_clean_html(struct strbuf *out, struct str s)
{
    for (size_t at = 0, len; at < s.len; at += len) {
        struct str rest = { s.bytes + at, s.len - at };
        uint32_t c;
        bool fine;

        len = clean_step(rest, &fine, &c);
        if (c == '&' || c == '<' || c == '>' || c == '"' || c == '\'')
            strbuf_format(out, "&#%u;", (unsigned)c);
        else
            strbuf_clean(out, (struct str){ rest.bytes, len });
    }
}
