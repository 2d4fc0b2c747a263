/* value.h - the kinds of content a SAF-T element can have, read strictly.
 *
 * The schema allows blanks around values, a plus sign, leading zeros and further zero decimals; it
 * does not allow a comma or an exponent. Dates and times are local to the venue unless the time says
 * `Z` or an offset.
 */
#ifndef BILAG_SAFT_VALUE_H
#define BILAG_SAFT_VALUE_H

#include "base/clock.h"
#include "base/money.h"

struct saft_amount { bool said; struct money value; };
struct saft_decimal { bool said; int64_t millionths; };
struct saft_rate { bool said; int32_t rate; };
struct saft_date { bool said; int32_t day; };
struct saft_time { bool said; int32_t seconds; bool has_offset; int32_t offset_min; };
enum saft_side { SIDE_UNSAID, SIDE_CREDIT, SIDE_DEBIT };

enum value_kind { VALUE_TEXT, VALUE_AMOUNT, VALUE_DECIMAL, VALUE_RATE, VALUE_DATE, VALUE_TIME, VALUE_SIDE,
                  VALUE_FLAG, VALUE_KIND_COUNT };

/* What the value must look like, for faults: "an amount with a point and at most two decimals". */
const char *value_form(enum value_kind kind);
/* Reads trimmed text into *to, which is of the type that belongs to the kind (VALUE_TEXT: struct str,
 * copied into the arena; VALUE_FLAG: bool). */
USED enum err value_read(enum value_kind kind, struct str text, struct arena *arena, void *to);
struct str value_trim(struct str text);

/* Magnitude |amount|; negative if the amount is or the side is debit, never twice (docs/saft-format.md section 4). */
struct money value_signed(struct money amount, enum saft_side side);
/* A moment and the offset it had. A local time that occurs twice is the first of the two. */
void value_moment(const struct zone *zone, struct saft_date date, struct saft_time time, int64_t *ret_time,
                  int32_t *ret_offset_min);

/* Any text as a name (str_is_name): itself if it is one, else made of its letters and a hash of the
 * whole, so that different texts stay different. */
struct str value_name(struct str text, struct arena *arena);
/* At most EVENT_TEXT_MAX bytes, cut between characters. */
struct str value_clip(struct str text);
/* Text from a file, before it reaches a log line or a screen: control characters become '?', and a
 * character that a buffer's end cut in two goes. */
void value_printable(char *text);

#endif
