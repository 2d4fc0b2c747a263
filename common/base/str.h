/* str.h - bytes with a length, an arena to hold them and a buffer to build them.
 *
 * struct str  A view. It never owns; whoever made the bytes says how long they live.
 * Arena       Bump allocation for the life of one message or one answer. arena_alloc() gives NULL
 *             when `limit` bytes are used up or memory is out; a failed arena keeps failing until
 *             arena_reset(), so a builder may check once, at the end (arena_failed()).
 * strbuf      Grows in its own memory up to `limit`; a failed one keeps failing; never half a text.
 * starved     A failed one says so when memory was out: nothing is wrong with what was to be built then, and it may fit
 *             later. Else it was longer than `limit`.
 */
#ifndef BILAG_BASE_STR_H
#define BILAG_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define USED __attribute__((warn_unused_result))

struct str { const char *bytes; size_t len; };

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, ((s).bytes ? (s).bytes : "")

/* View of a C string; NULL gives none. */
static inline struct str str_of(const char *text)
{
    return text ? (struct str){ text, strlen(text) } : STR_NONE;
}

static inline bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || (a.bytes[0] == b.bytes[0] && memcmp(a.bytes, b.bytes, a.len) == 0));
}

int        str_compare(struct str a, struct str b);          /* byte order, shorter first */
bool       str_starts(struct str s, struct str prefix);
bool       str_copy(struct str s, char *to, size_t size);    /* with NUL; false (and "") if too long */
bool       str_is_word(struct str s);   /* 1-64 bytes as people write them: no control character, no blank at the ends */
bool       str_is_name(struct str s);   /* 1-64 of A-Z a-z 0-9 . _ - and not "." first: safe in ids */

struct arena_block;
struct arena { struct arena_block *first; size_t used, limit; bool failed, starved; };

void       arena_init(struct arena *arena, size_t limit);
void      *arena_alloc(struct arena *arena, size_t size);    /* zeroed, aligned for any type */
void      *arena_array(struct arena *arena, size_t count, size_t size);
struct str arena_copy(struct arena *arena, struct str s);    /* NUL-terminated as well */
struct str arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool       arena_failed(const struct arena *arena);
void       arena_reset(struct arena *arena);                 /* keeps one block for the next message */
void       arena_free(struct arena *arena);
void       arena_wipe(struct arena *arena);                  /* the same, and what it held since it was last reset is zeroed */

struct strbuf { char *bytes; size_t len, cap, limit; bool failed, starved; };

void       strbuf_init(struct strbuf *buf, size_t limit);
void       strbuf_reserve(struct strbuf *buf, size_t bytes);  /* so many go in without a move, which leaves a copy behind */
void       strbuf_add_far(struct strbuf *buf, struct str s);  /* strbuf_add() where there is no room yet */
void       strbuf_format(struct strbuf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
struct str strbuf_str(const struct strbuf *buf);             /* view, dead after the next add */
void       strbuf_reset(struct strbuf *buf);
void       strbuf_free(struct strbuf *buf);
void       strbuf_wipe(struct strbuf *buf);                  /* the same, and what it holds is zeroed; what it outgrew is not */

/* Most adds are small and fit; `cap` has room for no more than `limit` and a NUL. */
static inline void strbuf_add(struct strbuf *buf, struct str s)
{
    if (buf->failed || s.len >= buf->cap - buf->len) {
        strbuf_add_far(buf, s);
        return;
    }
    if (s.len)
        memcpy(buf->bytes + buf->len, s.bytes, s.len);
    buf->len += s.len;
    buf->bytes[buf->len] = '\0';
}

static inline void strbuf_char(struct strbuf *buf, char c)
{
    if (buf->failed || buf->cap - buf->len < 2) {
        strbuf_add_far(buf, (struct str){ &c, 1 });
        return;
    }
    buf->bytes[buf->len++] = c;
    buf->bytes[buf->len] = '\0';
}

#endif
