/* saying.h - a matter's sentence put together in both languages from the same values; what others wrote in it is cleaned.
 *
 * Fails as its buffers fail; saying_found() says so.
 */
#ifndef BILAG_WATCH_SAYING_H
#define BILAG_WATCH_SAYING_H

#include "matter.h"

struct saying { struct strbuf id, text[2]; };                /* text: English, Norwegian */

/* Empty, with the matter's id: its code, then the parts with a slash before each. */
void saying_begin(struct saying *saying, enum matter_kind kind, struct str part);
void saying_en(struct saying *saying, const char *format, ...) __attribute__((format(printf, 2, 3)));
void saying_nb(struct saying *saying, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Both the same. */
void saying_both(struct saying *saying, const char *format, ...) __attribute__((format(printf, 2, 3)));
void saying_foreign(struct saying *saying, struct str text);
/* Adds the matter, of which kind, day, venue and company are set, and frees the saying. */
USED enum err saying_found(struct saying *saying, struct matters *matters, struct matter matter);

#endif
