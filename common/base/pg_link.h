/* pg_link.h - one connection to PostgreSQL: what is sent travels in a pipeline, and is answered in order.
 *
 * Loading     libpq is not linked into the programs: with what it brings along (TLS, Kerberos, LDAP) a program's start took 54 ms
 *             instead of 18, and most installations keep their stores in folders. The first pg_link_open() loads libpq.so.5 and
 *             looks its functions up, whose types are those of the header it was built with (HAVE_POSTGRESQL; without it there
 *             is none of this, and store_engine.c says so). No such library: ERR_CONFIG.
 * Time        every wait has an end (PG_PATIENCE_MS); once the process was told to stop (SIGTERM pending), a second more.
 * Failed      after an error, or an answer that did not come, a link is good for nothing but to be closed; what was in the
 *             transaction is gone, unless it was COMMIT that was not answered.
 * Ownership   rows are the caller's (pg_rows_free()); what they lend lives as long as they do. Arguments are copied.
 * Bytes       arguments and rows are binary: bytea and text as they are, numbers big-endian.
 */
#ifndef BILAG_BASE_PG_LINK_H
#define BILAG_BASE_PG_LINK_H

#include "err.h"

#if __has_include(<libpq-fe.h>)
#define HAVE_POSTGRESQL 1
#endif

struct pg_link;
struct pg_rows;

enum { PG_PATIENCE_MS = 6000, PG_LOCK_MS = 2000, PG_ARGS_MAX = 6, PG_NAMES_MAX = 64 * 512 };

/* ERR_CONFIG: no libpq, or a text that names no server. ERR_STORE_FULL: no server answered. */
USED enum err pg_link_open(const char *conninfo, struct pg_link **ret_link, struct fault *fault);
void pg_link_close(struct pg_link *link);            /* NULL is fine */
bool pg_link_failed(const struct pg_link *link);
/* Of an idle one: whether the server has not closed it meanwhile. */
bool pg_link_alive(struct pg_link *link);
/* SQLSTATE of what failed first; "" if the connection did. */
const char *pg_link_state(const struct pg_link *link);
const char *pg_link_why(const struct pg_link *link);
/* The process ends: from now on it is told to stop. */
void pg_hurry(void);
/* That was said, or SIGTERM or SIGINT is pending, blocked. */
bool pg_told_to_stop(void);
/* Since it was last asked: whether the server warned of anything. */
bool pg_link_warned(struct pg_link *link);

/* A number as an argument. */
struct pg_number { char bytes[8]; };
struct str pg_number(uint64_t value, struct pg_number *number);

/* number: the statement is prepared under it, once for a link; PG_NAMES_MAX: it is not kept. */
void pg_send(struct pg_link *link, unsigned number, const char *sql, const struct str *args, size_t count);
/* What came of the last one sent, all before it having gone well; NULL: failed. */
struct pg_rows *pg_answer(struct pg_link *link);
/* All that was sent is answered, and went well. */
bool pg_settle(struct pg_link *link);
/* It leaves now; what comes of it is looked at before the next answer. */
void pg_part(struct pg_link *link);

size_t     pg_rows_count(const struct pg_rows *rows);
size_t     pg_rows_changed(const struct pg_rows *rows);
struct str pg_rows_at(const struct pg_rows *rows, size_t row, int column);
uint64_t   pg_rows_number(const struct pg_rows *rows, size_t row, int column);       /* of 4 or 8 bytes */
void       pg_rows_free(struct pg_rows *rows);

#endif
