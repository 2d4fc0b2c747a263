/* pg_session.h - the connections of this process to its engine: kept open between transactions, each judged once (pg_engine.h).
 *
 * Away        with no server to be had it is said at once for some time, so that a stage which asks often does not stand still.
 * Told        that the engine is away or refused, and that it is back, is one line of the log each.
 * Forked      a child has none of its parent's.
 */
#ifndef BILAG_BASE_PG_SESSION_H
#define BILAG_BASE_PG_SESSION_H

#include "pg_engine.h"
#include "pg_link.h"

struct pg_session { struct pg_link *link; struct pg_engine engine; struct fault refused; struct pg_session *next; };

/* The engine's settings are those of pg_engine_ask(): a condition. */
#define PG_AS_JUDGED(fsync, full_pages, commit, standbys) \
    "current_setting('fsync')=" fsync " AND current_setting('full_page_writes')=" full_pages \
    " AND current_setting('synchronous_commit')=" commit " AND current_setting('synchronous_standby_names')=" standbys

/* To write: of an engine that is not refused. ERR_STORE_FULL with the sentence. */
USED enum err pg_session_take(bool write, struct pg_session **ret_session, struct fault *fault);
/* fine: nothing of a transaction is left in it. */
void pg_session_give(struct pg_session *session, bool fine);
/* What was sent is answered, and the settings still are those that were judged. */
bool pg_session_as_judged(struct pg_session *session);
/* Before numbers of statements become others'. */
void pg_session_close_idle(void);

#endif
