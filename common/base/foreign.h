/* foreign.h - a value from outside, in JSON or in msgpack, behind one face: whoever takes it apart does not know which.
 *
 * JSON       is walked as views of its text (json.h): no tree is made of it.
 * msgpack    is unpacked by msgpack-c, after its counts, depth and kinds were judged: memory is asked for by what is there,
 *            never by what a count says.
 * Bounds     16 lists and maps within each other, 65,536 values in msgpack; texts are UTF-8 without NUL.
 * Ownership  a value lends from the bytes it was made of; foreign_done() ends it. Texts that are taken lie in the arena.
 * Numbers    whole ones are exact and pass through no double. A double is there only where a sender's msgpack has one (taken
 *            as whole if it is, exactly), and in foreign_write(), whose bytes have rested in stores since numbers of unknown
 *            fields were doubles.
 * Errors     ERR_FORMAT, ERR_TOO_LONG, ERR_MEMORY (the arena, or none at all).
 */
#ifndef BILAG_BASE_FOREIGN_H
#define BILAG_BASE_FOREIGN_H

#include "err.h"

enum foreign_type { FOREIGN_NULL, FOREIGN_FALSE, FOREIGN_TRUE, FOREIGN_NUMBER, FOREIGN_TEXT, FOREIGN_LIST, FOREIGN_MAP };

/* What a number must stay below to be exact for every sender. */
#define FOREIGN_WHOLE_END (INT64_C(1) << 53)

struct foreign { struct str json; const struct msgpack_object *packed; };      /* packed is NULL: json */
struct foreign_source { struct foreign value; struct msgpack_zone *zone; };      /* of a whole message */
struct foreign_member { struct str name; struct foreign value; };

/* One value and nothing behind it; a mark of byte order before JSON is passed over. */
USED enum err foreign_from_json(struct str text, struct foreign_source *ret, struct fault *fault);
USED enum err foreign_from_msgpack(struct str bytes, struct foreign_source *ret, struct fault *fault);
void foreign_done(struct foreign_source *source);                /* also after an error */

enum foreign_type foreign_type(const struct foreign *value);
/* The next item of a list or map; *at starts at 0. The name (a text) is of maps only. false: no more, or neither. */
bool foreign_next(const struct foreign *nest, size_t *at, struct foreign *ret_name, struct foreign *ret_item);
size_t foreign_count(const struct foreign *nest);
/* Whether a map has it, null too. */
bool foreign_member(const struct foreign *map, const char *name, struct foreign *ret_item);

/* ended by a NUL as well; false: no text, or the arena is full */
bool foreign_text(const struct foreign *value, struct arena *arena, struct str *ret_text);
/* The same, lent from the bytes where they say it as it is, and not ended by a NUL then. */
bool foreign_text_lent(const struct foreign *value, struct arena *arena, struct str *ret_text);
bool foreign_whole(const struct foreign *value, int64_t *ret_number);  /* exactly; magnitude below FOREIGN_WHOLE_END */
/* With so many decimals as a whole number, half away from zero. false: no number, or beyond int64. */
bool foreign_scaled(const struct foreign *value, int decimals, int64_t *ret_number);
/* For a fault: numbers and short texts as they are, without what could break a line. */
void foreign_describe(const struct foreign *value, char buffer[64]);

/* The one JSON text of a value: no blanks, members sorted by name. ERR_FORMAT: a name twice, or a number beyond all
 * doubles; ERR_TOO_LONG: beyond `out`. */
USED enum err foreign_write(const struct foreign *value, struct arena *arena, struct strbuf *out);
/* ... of these as one map; sorts them. */
USED enum err foreign_write_members(struct foreign_member *members, size_t count, struct arena *arena, struct strbuf *out);

#endif
