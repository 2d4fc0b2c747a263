/* store.h - records that several processes may share, in a base that keeps them (store_base.h says what a base promises; there are
 * two, LMDB in a folder and PostgreSQL: store_engine.h says which).
 *
 * Durability  store_write() returning ERR_OK: the whole transaction survives a power cut. Any other
 *             answer: nothing of it is there and the store is as it was (the transaction is ended).
 * Again       store_write() may run the caller's function more than once (LMDB's map was too small and has grown; PostgreSQL
 *             broke off before COMMIT), so that function must be repeatable (all it does is in the transaction).
 * Full        a full disk is ERR_STORE_FULL, an outcome like others: free space and go on. So is an engine that is away, of
 *             which a read transaction may be told, too.
 * Readers     those left by killed processes are cleared on open and on every growth.
 * Views       what store_get() and cursors give is dead after the transaction ends or writes.
 * Checksums   rest behind every record (store_sum.h): one that is not as it was put is ERR_STORE_DAMAGED.
 * Sharing     within one process, opening a folder again gives the same store; each open wants its close.
 * No store transaction may be open while a socket is waited for.
 */
#ifndef BILAG_BASE_STORE_H
#define BILAG_BASE_STORE_H

#include "err.h"
#include "store_key.h"

struct store;
struct txn;
struct cursor;

enum { STORE_TABLES_MAX = 24 };
/* STORE_VOLATILE: commits do not wait for the disk; a crash of the machine (not of processes) may damage it. */
enum store_flags { STORE_READ_ONLY = 1, STORE_VOLATILE = 2 };
enum table_flags { TABLE_DUPLICATES = 1 };           /* several values per key, sorted (each <= 507 bytes) */

/* `tables` are created unless read-only; the index in this array names a table in every call. A table
 * name may be prefixed "+" for TABLE_DUPLICATES. Read-only, a table that is not there yet (of a newer program) is
 * empty. Layout version is checked and written: another
 * version is refused with a sentence (ERR_CONFIG). ERR_NOT_FOUND: read-only and no store there. */
USED enum err store_open(struct str folder, const char *const *tables, size_t table_count,
                         uint32_t layout_version, unsigned flags, struct store **ret_store,
                         struct fault *fault);
void store_close(struct store *store);               /* NULL is fine */

/* The process ends: an engine that gives no answer is waited for once more, and a second at most. */
void store_hurry(void);
/* A store of this process met an error of the disk after which only a fresh start helps (stage.c ends it with 111). */
bool store_broken(void);
/* Changes with every commit by any process, and not before that commit can be read: not the number in the file's head,
 * which is there while the commit still waits for the disk. Not while a transaction of this store is open. 0:
 * it cannot be told at present. */
uint64_t store_generation(struct store *store);

/* Runs work() in a write transaction and commits; may run it again from the start. work() returning another error
 * than ERR_OK aborts and hands that error back. */
USED enum err store_write(struct store *store, enum err (*work)(struct txn *txn, void *context),
                          void *context);
/* The same for what can be done again from elsewhere: a power cut may undo the last such transaction, whole, until another one
 * is committed. It waits for the disk once instead of twice. */
USED enum err store_write_again(struct store *store, enum err (*work)(struct txn *txn, void *context), void *context);
/* Within a write transaction: what work() puts is there if it ends with ERR_OK; otherwise none of it is, and the transaction goes
 * on as if it had not been run. */
USED enum err store_within(struct txn *txn, enum err (*work)(struct txn *txn, void *context), void *context);
/* Runs work() in a read transaction: one consistent picture. */
USED enum err store_read(struct store *store, enum err (*work)(struct txn *txn, void *context),
                         void *context);

USED enum err store_get(struct txn *txn, unsigned table, struct str key, struct str *ret_value);
USED enum err store_put(struct txn *txn, unsigned table, struct str key, struct str value);
/* ERR_EXISTS if the key (or, with duplicates, the pair) is there; nothing is changed then. */
USED enum err store_put_new(struct txn *txn, unsigned table, struct str key, struct str value);
/* Keys must come in rising order: cheapest. */
USED enum err store_append(struct txn *txn, unsigned table, struct str key, struct str value);
USED enum err store_delete(struct txn *txn, unsigned table, struct str key);     /* ERR_NOT_FOUND */
/* One of several values of a key (TABLE_DUPLICATES). ERR_NOT_FOUND. */
USED enum err store_delete_value(struct txn *txn, unsigned table, struct str key, struct str value);
uint64_t store_count(struct txn *txn, unsigned table);

/* Walks: seek to the first key >= from (or <= from, backwards), then step while keys start with prefix.
 * visit() returning ERR_STOP ends the walk as ERR_OK; another error ends it as that error. visit()
 * must not write to the same table. */
typedef enum err (*store_visit)(struct txn *txn, struct str key, struct str value, void *context);
USED enum err store_walk(struct txn *txn, unsigned table, struct str prefix, struct str from,
                         store_visit visit, void *context);
/* The whole table, damaged records too: `whole` says that the value is as it was put. */
typedef enum err (*store_examiner)(struct txn *txn, struct str key, struct str value, bool whole, void *context);
USED enum err store_examine(struct txn *txn, unsigned table, store_examiner examine, void *context);
/* The last entry whose key is <= key and starts with prefix. ERR_NOT_FOUND. */
USED enum err store_floor(struct txn *txn, unsigned table, struct str prefix, struct str key,
                          struct str *ret_key, struct str *ret_value);

/* Gives mapped pages back to the page cache, so that resident memory stays small. */
void store_relax(struct store *store);
/* The same once the process has many file pages mapped: whoever gives back what he needs at once reads it in again. */
void store_relax_if_many(struct store *store);

#endif
