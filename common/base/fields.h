/* fields.h - one row for each member of a record says how it is written, read, bounded and copied.
 *
 * Rows      stand in the order in which the members travel: a record is a msgpack array of them. A member's type is
 *           taken from the struct, so that row and struct cannot differ. Rows are never moved or taken away: what is
 *           not used, or not any more, is FIELD_FREE.
 * Growing   old bytes may end after `least` members, as many as the record began with: a new row goes behind the last,
 *           or into the place of a free one. What is not there, or is nil where a row says so, is `absent` (0, none);
 *           at the end of a record it is not written either (but for NIL_NEVER), so that what says no more has the bytes of
 *           before.
 * Reading   from bytes that nobody vouches for: types, widths, bounds, counts and `holds` are judged, and a list's array
 *           is made in the arena after its count is known to fit. Texts are views into the bytes. After an error
 *           the object is not to be used. Members without a row are 0.
 * Errors    ERR_FORMAT, ERR_MEMORY (the arena, which may be NULL for records without lists).
 */
#ifndef BILAG_BASE_FIELDS_H
#define BILAG_BASE_FIELDS_H

#include "wire.h"

enum field_type { FIELD_BOOL, FIELD_I32, FIELD_U32, FIELD_I64, FIELD_U64, FIELD_MONEY, FIELD_STR, FIELD_BIN,
                  FIELD_ONE, FIELD_LIST, FIELD_FORM, FIELD_SPARE, FIELD_OWN };

/* How nil is met: not at all; read as `absent`, but never written; also written for it. NIL_NEVER: not at all, and the member is
 * written also where it is absent at the end of the record. */
enum field_nil { NIL_REFUSED, NIL_READ, NIL_SAID, NIL_NEVER };

/* What is no array of members: reads and writes the member itself. */
struct field_codec {
    void (*write)(const void *member, struct strbuf *out);
    void (*take)(struct reader *in, void *member);
};

struct field_row {
    enum field_type type;
    enum field_nil nil;
    size_t at, count_at;                  /* of the member, and of a list's count, in the struct */
    uint64_t max;                         /* bytes, items; last value of an enum, 0: any; FIELD_FORM: the value */
    uint64_t absent;                      /* of numbers: what it is when the record does not say it */
    const struct fields *of;              /* FIELD_ONE, FIELD_LIST */
    const struct field_codec *codec;      /* FIELD_OWN */
};

struct fields {
    const struct field_row *rows;
    size_t count, least;                  /* least: of members that were written before there were more */
    size_t size;                          /* of the struct */
    bool (*holds)(const void *object);    /* NULL: whatever can be read will do */
};

#define FIELD_TYPE_(tag, member) \
    _Generic(((struct tag *)0)->member, bool: FIELD_BOOL, int32_t: FIELD_I32, uint32_t: FIELD_U32, int64_t: FIELD_I64, \
             uint64_t: FIELD_U64, struct money: FIELD_MONEY, struct str: FIELD_STR)

#define FIELD_MAX(tag, member, max) { FIELD_TYPE_(tag, member), NIL_REFUSED, offsetof(struct tag, member), 0, max, 0, NULL, NULL }
#define FIELD(tag, member) FIELD_MAX(tag, member, 0)                  /* texts have a bound: FIELD_MAX */
#define FIELD_LATER(tag, member, max, nil, absent) \
    { FIELD_TYPE_(tag, member), nil, offsetof(struct tag, member), 0, max, absent, NULL, NULL }
#define FIELD_BYTES(tag, member, max) { FIELD_BIN, NIL_REFUSED, offsetof(struct tag, member), 0, max, 0, NULL, NULL }
#define FIELD_IN(tag, member, fields) { FIELD_ONE, NIL_REFUSED, offsetof(struct tag, member), 0, 0, 0, fields, NULL }
#define FIELD_MANY(tag, member, count, max, fields) \
    { FIELD_LIST, NIL_REFUSED, offsetof(struct tag, member), offsetof(struct tag, count), max, 0, fields, NULL }
#define FIELD_BY(tag, member, codec) { FIELD_OWN, NIL_REFUSED, offsetof(struct tag, member), 0, 0, 0, NULL, codec }
#define FIELD_ALL_BY(codec) { FIELD_OWN, NIL_REFUSED, 0, 0, 0, 0, NULL, codec }         /* ... of the whole object */
#define FIELD_IS(form) { FIELD_FORM, NIL_REFUSED, 0, 0, form, 0, NULL, NULL }
#define FIELD_FREE { FIELD_SPARE, NIL_SAID, 0, 0, 0, 0, NULL, NULL }
#define FIELDS(tag, rows, least, holds) { rows, COUNT(rows), least, sizeof(struct tag), holds }

void fields_write(const struct fields *fields, const void *object, struct strbuf *out);
USED enum err fields_read(const struct fields *fields, struct str bytes, struct arena *arena, void *object);
/* The same within other bytes: the reader fails. Members without a row stay as they are. */
void fields_take(const struct fields *fields, struct reader *in, struct arena *arena, void *object);
/* Texts and lists of an object, which lie elsewhere, into the arena; check arena_failed(). Members that are read by
 * a codec are left as they are. */
void fields_copy(const struct fields *fields, struct arena *arena, void *object);

#endif
