/* session_inside.h - the store of sessions as it rests, for its writer and its judge. */
#ifndef BILAG_CONSOLE_SESSION_INSIDE_H
#define BILAG_CONSOLE_SESSION_INSIDE_H

#include "session.h"
#include "base/fields.h"

enum { SESSION_LAYOUT = 1, SESSION_HASH_BYTES = 32 };
enum session_table { SESSION_TABLE, SESSION_TABLES };
extern const char *const session_tables[SESSION_TABLES];
extern const struct fields session_fields;

#endif
