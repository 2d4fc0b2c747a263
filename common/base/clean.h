/* clean.h - text that somebody else wrote, before it leaves to a terminal, a log, a page or a table.
 *
 * Tills, files and PowerOffice say what they like. What could steer who reads it becomes a '?', one a character: control
 * characters (C0, DEL and C1, line ends and tabs among them), marks that turn the direction of writing or break lines
 * (bidirectional controls, U+2028, U+2029, the byte order mark), and bytes that are no UTF-8. Everything else stays.
 * Never longer than what it was.
 */
#ifndef BILAG_BASE_CLEAN_H
#define BILAG_BASE_CLEAN_H

#include "str.h"

/* In place; how long it is now. */
size_t clean_bytes(char *bytes, size_t len);
/* Whether nothing of it would change. */
bool clean_already(struct str s);
/* A C string, in place. */
void clean_text(char *text);
void strbuf_clean(struct strbuf *buf, struct str s);
/* How many bytes the next character has, whether it may leave, and which it is; 1 and not fine, beyond ASCII: no UTF-8. */
size_t clean_step(struct str rest, bool *ret_fine, uint32_t *ret_code);
/* The same as text or as a quoted attribute of HTML: nothing in it begins a tag, ends a quote or is an entity. */
void strbuf_clean_html(struct strbuf *out, struct str s);

#endif
