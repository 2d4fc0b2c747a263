/* json_write.h - JSON out: commas, quotes and escapes are put here and nowhere else.
 *
 * Writes into a strbuf, without blanks; fails as the strbuf fails (look at `failed` once, at the end). A comma goes before what
 * is not the first of its object or list, so parts of one object may be written by several hands; who empties the buffer in
 * the middle of a list puts the next comma.
 * name   of the member; NULL in a list. Names are the program's own: they need no escapes.
 * Texts  are UTF-8; what could break a line is escaped, and a byte that is no UTF-8 becomes U+FFFD: what comes out is JSON,
 *        whatever was stored.
 */
#ifndef BILAG_BASE_JSON_WRITE_H
#define BILAG_BASE_JSON_WRITE_H

#include "str.h"

void json_open(struct strbuf *out, const char *name, char nest);             /* '{' or '[' */
void json_close(struct strbuf *out, char nest);                              /* '}' or ']' */
void json_put_str(struct strbuf *out, const char *name, struct str text);
void json_put_int(struct strbuf *out, const char *name, int64_t number);
void json_put_uint(struct strbuf *out, const char *name, uint64_t number);
void json_put_bool(struct strbuf *out, const char *name, bool is);
void json_put_null(struct strbuf *out, const char *name);
void json_put_number(struct strbuf *out, const char *name, const char *text);        /* as it is written: "12.50" */
void json_put_day(struct strbuf *out, const char *name, int32_t day);        /* "2026-11-20" */
void json_put_time(struct strbuf *out, const char *name, int64_t time_ms);   /* "2026-11-20T22:41:07Z" */

/* The text alone, in quotes. */
void json_quote(struct strbuf *out, struct str text);

#endif
