/* text.h - small helpers for text and memory.
 *
 * Memory   out of memory ends the program (abort): a simulator has nothing to save by going on.
 *          What a function returns as char * belongs to the caller, who frees it with free().
 */
#ifndef BILAG_SANDBOX_BASE_TEXT_H
#define BILAG_SANDBOX_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void *must_alloc(size_t bytes);                               /* zeroed */
void *must_grow(void *memory, size_t bytes);
char *text_copy(const char *text);                            /* NULL stays NULL */
char *text_copy_bytes(const char *bytes, size_t length);
char *text_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
void  text_set(char *to, size_t to_bytes, const char *text);  /* cut if too long; NULL is "" */
bool  text_same(const char *a, const char *b);                /* case does not matter; NULL is "" */
bool  text_has(const char *text, const char *part);           /* case does not matter */
bool  text_is_uuid(const char *text);
size_t text_chars(const char *text);                          /* characters in UTF-8 */
uint64_t text_hash(const char *text);

/* Is `word` one of the members of a list such as "400|409|accept"? Index, or -1. */
int   text_choice(const char *choices, char separator, const char *word);

/* ensure - for our own mistakes, stays on in production. */
#define ensure(condition) \
    ((condition) ? (void)0 : ensure_failed(#condition, __FILE__, __LINE__))
_Noreturn void ensure_failed(const char *condition, const char *file, int line);

#endif
