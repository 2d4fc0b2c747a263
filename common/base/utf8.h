/* utf8.h - whether bytes are text: UTF-8 in its shortest form, no surrogates, and no NUL, which would cut it short. */
#ifndef BILAG_BASE_UTF8_H
#define BILAG_BASE_UTF8_H

#include "str.h"

bool utf8_is_valid(struct str text);
/* Letters of valid text: æ is one. */
size_t utf8_letters(struct str text);

#endif
