/* pg_engine.h - whether a PostgreSQL server keeps what it acknowledges, by what it says of itself.
 *
 * A commit must survive the loss of the machine: fsync and full pages are on, and with two replicas or more a standby is named and
 * waited for until it has flushed. A server that would acknowledge alone is refused, unless one replica is what was asked for.
 */
#ifndef BILAG_BASE_PG_ENGINE_H
#define BILAG_BASE_PG_ENGINE_H

#include "err.h"

struct pg_link;

enum { PG_SETTING_SIZE = 512 };
struct pg_engine { char standby[2], read_only[4], fsync[4], full_pages[4], commit[16], standbys[PG_SETTING_SIZE]; };

/* ERR_STORE_FULL: the link failed. */
USED enum err pg_engine_ask(struct pg_link *link, struct pg_engine *ret_engine, struct fault *fault);
/* ERR_STORE_FULL, with the sentence: it may become what is wanted while we run. */
USED enum err pg_engine_judge(const struct pg_engine *engine, unsigned replicas, struct fault *fault);

#endif
