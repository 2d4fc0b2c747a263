/* utf8.h - whether bytes are text: UTF-8 in its shortest form, no surrogates, and no NUL, which would cut it short. */
#ifndef BILAG_BASE_UTF8_H
#define BILAG_BASE_UTF8_H

#include "str.h"

bool utf8_is_valid(struct str text);
/* Letters of valid text: æ is one. */
size_t utf8_letters(struct str text);
/* Valid text that people read on one line as it is written: no control character (of U+0000 to U+001F, U+007F to U+009F), no line or
 * paragraph separator, and nothing that turns the direction of what follows. */
bool utf8_is_line(struct str text);

/* Valid text of blanks alone, of any width: a reader sees nothing. "" is none. */
bool utf8_is_blank(struct str text);
/* The first bytes of valid text, max at most, cut between letters. */
struct str utf8_cut(struct str text, size_t max);

#endif
