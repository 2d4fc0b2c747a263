/* wire.h - msgpack with bounds, for messages and for what rests in stores.
 *
 * Writing   by msgpack-c's packer, each value in its shortest form, into a strbuf; fails as the strbuf fails (check strbuf's `failed` once, at the end).
 * Reading   from bytes that nobody vouches for: every take checks type and bounds; after the first
 *           error the reader stays failed and every take gives zeros, so a decoder checks once, at
 *           the end (wire_done() also wants nothing left over).
 * Strings   are views into the bytes.
 * Why       reading is our own: msgpack-c makes an object of every value, in memory that a count in the bytes can ask for
 *           before one item is there. Views cost none (docs/architecture.md has the figures); msgpack-c is the witness
 *           of what they say (tests/common/base/test_wire.c).
 */
#ifndef BILAG_BASE_WIRE_H
#define BILAG_BASE_WIRE_H

#include "err.h"
#include "money.h"

void wire_array(struct strbuf *out, size_t count);
void wire_map(struct strbuf *out, size_t count);
void wire_uint(struct strbuf *out, uint64_t value);
void wire_int(struct strbuf *out, int64_t value);
void wire_bool(struct strbuf *out, bool value);
void wire_str(struct strbuf *out, struct str text);
void wire_bin(struct strbuf *out, struct str bytes);
void wire_money(struct strbuf *out, struct money amount);
void wire_nil(struct strbuf *out);

enum wire_type { WIRE_NIL, WIRE_BOOL, WIRE_INT, WIRE_FLOAT, WIRE_STR, WIRE_BIN, WIRE_ARRAY, WIRE_MAP,
                 WIRE_OTHER };

struct reader { const uint8_t *at, *end; bool failed; unsigned depth; };

void           reader_init(struct reader *in, struct str bytes);
enum wire_type reader_peek(struct reader *in);               /* WIRE_OTHER when failed or at the end */
size_t         take_array(struct reader *in, size_t max);    /* count */
size_t         take_map(struct reader *in, size_t max);      /* pairs */
uint64_t       take_uint(struct reader *in);
int64_t        take_int(struct reader *in);
bool           take_bool(struct reader *in);
struct str     take_str(struct reader *in, size_t max);
struct str     take_bin(struct reader *in, size_t max);
struct money   take_money(struct reader *in);
struct str     take_any(struct reader *in);                  /* one whole value, as its bytes */
bool           take_plain(struct reader *in);                /* true and past it: a whole number, nil, true or false */
bool           take_nil(struct reader *in);                  /* true and past it, if nil is next */
USED enum err  reader_done(const struct reader *in);         /* ERR_FORMAT if failed or bytes are left */

#endif
