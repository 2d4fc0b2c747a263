/* store_pg.h - stores in PostgreSQL 15 (store_base.h says what they promise): a schema a store, a table a table (key, value).
 *
 * Writer      the row of _store: each write transaction raises the generation in it first, and so has its lock until it ends.
 * Judged      that statement raises nothing unless the store's term and the engine's settings are those judged at the opening
 *             (pg_engine.h), and they are looked at again behind COMMIT, before it counts.
 * Lost        whatever was put is answered before COMMIT is sent, so that only COMMIT's own answer can be lost. Then the transaction's
 *             mark (_writer) is looked for, under the lock that it would still hold, and a commit on top of it says that it is
 *             where it must be. A warning at COMMIT (a cancelled wait for the standby says so, and COMMIT) is no answer.
 * Again       what failed before COMMIT is run again, some times; reads are not: who reads is told that the engine is away.
 * Memory      what a transaction read is held until it ends.
 */
#ifndef BILAG_BASE_STORE_PG_H
#define BILAG_BASE_STORE_PG_H

#include "store_base.h"

/* Behind CREATE TABLE and its name; the term is 0 while a store is moved, and then nobody opens it. */
#define STORE_ENGINE_STORE "(one int PRIMARY KEY, layout bigint NOT NULL, generation bigint NOT NULL, term bigint NOT NULL) WITH (fillfactor=10)"
#define STORE_ENGINE_WRITER "(id bytea PRIMARY KEY, generation bigint NOT NULL, at timestamptz NOT NULL DEFAULT now()) WITH (fillfactor=10)"
#define STORE_ENGINE_TABLE(key) "(k bytea NOT NULL, v bytea NOT NULL, PRIMARY KEY(" key "))"

extern const struct store_base store_pg;

#endif
