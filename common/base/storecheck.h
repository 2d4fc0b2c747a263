/* storecheck.h - walks a store's tables record by record, checksum first, and tells which are not whole.
 *
 * A program's own judges decode the records: each stands beside the decoder that it judges (bilag/keep/fsck.h runs them,
 * every store in a process of its own).
 * Ownership   key and value are views into the store; the arena is emptied before every record.
 * Errors      a damaged record is told, not returned; what is returned ends the walk.
 */
#ifndef BILAG_BASE_STORECHECK_H
#define BILAG_BASE_STORECHECK_H

#include "store.h"

#include <stdio.h>

enum { STORECHECK_SHOWN_MAX = 20, STORECHECK_RECORD_BYTES = 96 * 1024 * 1024 };

struct storecheck {
    struct str state_dir;
    FILE *out;                           /* to the parent: "table TAB record TAB why" a line, last "= records" or "! why" */
    bool open_only;                      /* only whether it can be opened */
    uint64_t records, damaged;
    struct arena arena;                  /* emptied before every record */
    const char *table;                   /* being walked */
};

/* Judges one store of state_dir. ERR_NOT_FOUND: there is none; ERR_CONFIG: it is of another version. Another error: it
 * cannot be read at all, and the fault says why. */
typedef enum err (*storecheck_run)(struct storecheck *check, struct fault *fault);

/* One record that is not whole. The first STORECHECK_SHOWN_MAX are told, the others counted. */
void storecheck_damaged(struct storecheck *check, struct str key, const char *why);

/* Judges one record: NULL, or what is wrong with it. */
typedef const char *(*storecheck_judge)(struct storecheck *check, struct txn *txn, struct str key, struct str value);
/* A judge of records of which only the checksum tells anything. */
const char *storecheck_any(struct storecheck *check, struct txn *txn, struct str key, struct str value);
USED enum err storecheck_walk(struct storecheck *check, struct txn *txn, unsigned table, const char *name,
                              storecheck_judge judge);

#endif
