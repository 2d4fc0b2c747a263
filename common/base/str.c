#include "str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block { struct arena_block *next; size_t size, used; _Alignas(16) char bytes[]; };

enum { ARENA_BLOCK_MIN = 16384 };

int str_compare(struct str a, struct str b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.bytes, b.bytes, shared) : 0;

    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.bytes, prefix.bytes, prefix.len) == 0);
}

bool str_copy(struct str s, char *to, size_t size)
{
    if (s.len >= size) {
        if (size)
            to[0] = '\0';
        return false;
    }
    if (s.len)
        memcpy(to, s.bytes, s.len);
    to[s.len] = '\0';
    return true;
}

bool str_is_word(struct str s)
{
    if (s.len == 0 || s.len > 64 || s.bytes[0] == ' ' || s.bytes[s.len - 1] == ' ')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.bytes[i];

        if (c < 0x20 || c == 0x7f || (c == 0xc2 && i + 1 < s.len && (unsigned char)s.bytes[i + 1] < 0xa0))
            return false;                /* 0xc2 0x80 ... 0x9f: control characters too */
    }
    return true;
}

bool str_is_name(struct str s)
{
    if (s.len == 0 || s.len > 64 || s.bytes[0] == '.')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.bytes[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '.' || c == '_' || c == '-';

        if (!fine)
            return false;
    }
    return true;
}

void arena_init(struct arena *arena, size_t limit)
{
    *arena = (struct arena){ .limit = limit };
}

static size_t room_of(size_t size)
{
    return (size + 15u) & ~(size_t)15u;
}

/* As it lies there. */
static char *arena_room(struct arena *arena, size_t size)
{
    struct arena_block *block = arena->first;
    size_t room = room_of(size);

    if (arena->failed || room < size || room > arena->limit - arena->used) {
        arena->failed = true;
        return NULL;
    }
    if (!block || block->size - block->used < room) {
        size_t bytes = room > ARENA_BLOCK_MIN ? room : ARENA_BLOCK_MIN;

        block = malloc(sizeof *block + bytes);
        if (!block) {
            arena->failed = arena->starved = true;
            return NULL;
        }
        *block = (struct arena_block){ .next = arena->first, .size = bytes };
        arena->first = block;
    }
    arena->used += room;
    block->used += room;
    return block->bytes + block->used - room;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    char *bytes = arena_room(arena, size);

    return bytes ? memset(bytes, 0, room_of(size)) : NULL;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        arena->failed = true;
        return NULL;
    }
    return arena_alloc(arena, bytes ? bytes : 1);
}

struct str arena_copy(struct arena *arena, struct str s)
{
    char *copy = arena_room(arena, s.len + 1);

    if (!copy)
        return STR_NONE;
    if (s.len)
        memcpy(copy, s.bytes, s.len);
    copy[s.len] = '\0';
    return (struct str){ copy, s.len };
}

struct str arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = len < 0 ? NULL : arena_alloc(arena, (size_t)len + 1);
    if (!text)
        return STR_NONE;
    va_start(args, format);
    len = vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return (struct str){ text, (size_t)len };
}

bool arena_failed(const struct arena *arena)
{
    return arena->failed;
}

void arena_reset(struct arena *arena)
{
    struct arena_block *keep = NULL;

    while (arena->first) {
        struct arena_block *block = arena->first;

        arena->first = block->next;
        if (!keep && block->size == ARENA_BLOCK_MIN)
            keep = block;
        else
            free(block);
    }
    if (keep) {
        keep->next = NULL;
        keep->used = 0;
    }
    arena->first = keep;
    arena->used = 0;
    arena->failed = arena->starved = false;
}

void arena_free(struct arena *arena)
{
    while (arena->first) {
        struct arena_block *block = arena->first;

        arena->first = block->next;
        free(block);
    }
    *arena = (struct arena){ .limit = arena->limit };
}

void arena_wipe(struct arena *arena)
{
    for (struct arena_block *block = arena->first; block; block = block->next)
        explicit_bzero(block->bytes, block->used);
    arena_free(arena);
}

void strbuf_init(struct strbuf *buf, size_t limit)
{
    *buf = (struct strbuf){ .limit = limit };
}

static bool strbuf_grow(struct strbuf *buf, size_t more)
{
    size_t want = buf->cap ? buf->cap : 256;
    char *grown;

    if (buf->failed || more > buf->limit || buf->len > buf->limit - more) {
        buf->failed = true;
        return false;
    }
    if (buf->len + more + 1 <= buf->cap)
        return true;
    while (want < buf->len + more + 1)
        want *= 2;
    if (want > buf->limit)
        want = buf->limit + 1;           /* no text is longer, and its NUL */
    grown = realloc(buf->bytes, want);
    if (!grown) {
        buf->failed = buf->starved = true;
        return false;
    }
    buf->bytes = grown;
    buf->cap = want;
    return true;
}

void strbuf_reserve(struct strbuf *buf, size_t bytes)
{
    if (bytes > buf->len)
        (void)strbuf_grow(buf, bytes - buf->len);
}

void strbuf_add_far(struct strbuf *buf, struct str s)
{
    if (strbuf_grow(buf, s.len))
        strbuf_add(buf, s);
}

void strbuf_format(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0 || !strbuf_grow(buf, (size_t)len))
        return;
    va_start(args, format);
    (void)vsnprintf(buf->bytes + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
}

struct str strbuf_str(const struct strbuf *buf)
{
    return buf->failed ? STR_NONE : (struct str){ buf->bytes, buf->len };
}

void strbuf_reset(struct strbuf *buf)
{
    buf->len = 0;
    buf->failed = buf->starved = false;
}

void strbuf_free(struct strbuf *buf)
{
    free(buf->bytes);
    *buf = (struct strbuf){ .limit = buf->limit };
}

void strbuf_wipe(struct strbuf *buf)
{
    if (buf->bytes)
        explicit_bzero(buf->bytes, buf->cap);
    strbuf_free(buf);
}
