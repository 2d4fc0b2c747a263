/* store_base.h - what stands behind store.h: LMDB in a folder (store_lmdb.c), or PostgreSQL (store_pg.c, where store_engine.h
 * chooses it). store.c shares what is opened twice and passes every call on; programs know store.h alone.
 *
 * A base promises
 * Writer      one write transaction of a store at a time, over all processes; others wait for it. Each raises the generation.
 * Whole       a transaction is there as a whole or not at all, whatever crashes. Within it, what was put can be read.
 * Commit      write() returning ERR_OK: it survives a power cut of the machine (with `again`: undone only whole, and only until
 *             another is committed). An error: nothing of it is there. A base that cannot tell which of the two it is looks it
 *             up, and where it still cannot tell, it calls store_break() and returns ERR_STORE_IO: the process ends, and what
 *             it finds in the store when it is started again is the truth.
 * Within      within() is part of its write transaction, and undone alone if its work() ends with an error; walks of the outer one
 *             may be under way, and go on behind it.
 * Again       it may run work() more than once, each time on the store as it was.
 * Picture     read() sees the store as it stood at one moment, however long it lasts; it waits for no writer and holds up none.
 * Order       keys are strings of bytes of 1 to STORE_KEY_MAX, in the order of memcmp(), a prefix before what is longer; in a
 *             table with duplicates, values of one key are too. So the same walk gives the same records on each base.
 * Bytes       key and value rest as they were put, the sum (store_sum.h) behind the value: records can be carried from base to
 *             base as they lie.
 * Read-only   makes nothing, neither a store nor a table, and is refused no record because a writer stands still.
 * Full        what cannot be kept now, but can be later without this process being started again, is ERR_STORE_FULL: no room, or
 *             the engine is away. ERR_STORE_IO is everything else.
 * Time        no call stands still for more than some seconds for an engine that is away, and a process that was told to
 *             stop (SIGTERM, blocked) waits a second at most.
 */
#ifndef BILAG_BASE_STORE_BASE_H
#define BILAG_BASE_STORE_BASE_H

#include "store.h"

struct store_base;

struct store {
    const struct store_base *base;
    char *place;                          /* its own: by it openers of one store find each other */
    unsigned flags, users;
    struct store *next;
};

struct txn { struct store *store; };      /* a base's own has it first */

struct store_asked {
    struct str folder;
    const char *const *tables;
    size_t table_count;
    uint32_t layout_version;
    unsigned flags;
};

enum store_how { PUT_OVER, PUT_NEW, PUT_RISING };
typedef enum err (*store_work)(struct txn *txn, void *context);

struct store_base {
    /* ret_place: malloc()ed. ERR_NOT_FOUND: read-only, and there is none. */
    enum err (*locate)(const struct store_asked *asked, char **ret_place, struct fault *fault);
    /* place becomes the store's with ERR_OK alone. */
    enum err (*open)(const struct store_asked *asked, char *place, struct store **ret_store, struct fault *fault);
    void (*close)(struct store *store);   /* frees it, its place too */
    uint64_t (*generation)(struct store *store);
    enum err (*write)(struct store *store, store_work work, void *context, bool again);
    enum err (*within)(struct txn *txn, store_work work, void *context);
    enum err (*read)(struct store *store, store_work work, void *context);
    enum err (*get)(struct txn *txn, unsigned table, struct str key, struct str *ret_value);
    enum err (*put)(struct txn *txn, unsigned table, struct str key, struct str value, enum store_how how);
    enum err (*remove)(struct txn *txn, unsigned table, struct str key);
    enum err (*remove_value)(struct txn *txn, unsigned table, struct str key, struct str value);
    uint64_t (*count)(struct txn *txn, unsigned table);
    enum err (*walk)(struct txn *txn, unsigned table, struct str prefix, struct str from, store_visit visit, void *context);
    enum err (*examine)(struct txn *txn, unsigned table, store_examiner examine, void *context);
    enum err (*floor)(struct txn *txn, unsigned table, struct str prefix, struct str key, struct str *ret_key,
                      struct str *ret_value);
    void (*relax)(struct store *store);
};

extern const struct store_base store_lmdb;

/* From now on store_broken(). */
void store_break(void);

#endif
