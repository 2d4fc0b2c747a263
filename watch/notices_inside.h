/* notices_inside.h - the watch's store as it rests, for its writer and its judge. */
#ifndef BILAG_WATCH_NOTICES_INSIDE_H
#define BILAG_WATCH_NOTICES_INSIDE_H

#include "notices.h"
#include "base/fields.h"

enum { NOTICES_LAYOUT = 1, NAME_BYTES = 64 };
enum notices_table { MATTERS, NOTICES, LETTERS, NUMBERS, NOTICES_TABLES };
extern const char *const notices_tables[NOTICES_TABLES];

/* A matter that began and has not ended. */
struct told { struct matter matter; int64_t since_ms; };

extern const struct fields notices_told_fields, notices_notice_fields, notices_letter_fields;
bool notices_key_take(struct str key, struct str *ret_recipient, uint64_t *ret_number);
/* ERR_NOT_FOUND */
USED enum err notices_number(struct txn *txn, struct str name, int64_t *ret_number);

#endif
