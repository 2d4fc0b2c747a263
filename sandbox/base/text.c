/* text.c - small helpers for text and memory. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <uuid/uuid.h>

_Noreturn void ensure_failed(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "stage=sandbox bug=\"%s\" at=%s:%d\n", condition, file, line);
    abort();
}

void *must_alloc(size_t bytes)
{
    void *memory = calloc(1, bytes ? bytes : 1);

    ensure(memory != NULL);
    return memory;
}

void *must_grow(void *memory, size_t bytes)
{
    void *grown = realloc(memory, bytes ? bytes : 1);

    ensure(grown != NULL);
    return grown;
}

char *text_copy(const char *text)
{
    return text ? text_copy_bytes(text, strlen(text)) : NULL;
}

char *text_copy_bytes(const char *bytes, size_t length)
{
    char *copy = must_alloc(length + 1);

    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

char *text_print(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    ensure(vasprintf(&text, format, arguments) >= 0);
    va_end(arguments);
    return text;
}

void text_set(char *to, size_t to_bytes, const char *text)
{
    size_t length = text ? strnlen(text, to_bytes - 1) : 0;

    if (length)
        memcpy(to, text, length);
    to[length] = '\0';
}

bool text_same(const char *a, const char *b)
{
    return strcasecmp(a ? a : "", b ? b : "") == 0;
}

bool text_has(const char *text, const char *part)
{
    return strcasestr(text, part) != NULL;
}

bool text_is_uuid(const char *text)
{
    uuid_t parsed;

    return text && uuid_parse(text, parsed) == 0;
}

size_t text_chars(const char *text)
{
    size_t chars = 0;

    for (; *text; text++)
        chars += ((unsigned char)*text & 0xC0) != 0x80;     /* continuation bytes do not count */
    return chars;
}

/* FNV-1a: ids are derived from it, so they are the same after every restart. */
uint64_t text_hash(const char *text)
{
    uint64_t hash = 14695981039346656037u;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

int text_choice(const char *choices, char separator, const char *word)
{
    size_t length = strlen(word);
    int index = 0;

    for (const char *at = choices; at; index++) {
        const char *end = strchr(at, separator);
        size_t here = end ? (size_t)(end - at) : strlen(at);

        if (here == length && strncasecmp(at, word, length) == 0)
            return index;
        at = end ? end + 1 : NULL;
    }
    return -1;
}
