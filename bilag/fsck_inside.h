/* fsck_inside.h - what the judges of fsck.h share, for nobody else. */
#ifndef BILAG_FSCK_INSIDE_H
#define BILAG_FSCK_INSIDE_H

#include "fsck.h"
#include "store.h"

#include <stdio.h>

enum { FSCK_RECORD_BYTES = 96 * 1024 * 1024 };

struct fsck {
    struct str state_dir;
    FILE *out;                           /* to the parent: "table TAB record TAB why" a line, last "= records" or "! why" */
    bool open_only;                      /* only whether it can be opened */
    uint64_t records, damaged;
    struct arena arena;                  /* emptied before every record */
    const char *table;                   /* being walked */
};

/* One record that is not whole. */
void fsck_damaged(struct fsck *fsck, struct str key, const char *why);

/* Judges one record: NULL, or what is wrong with it. */
typedef const char *(*fsck_judge)(struct fsck *fsck, struct txn *txn, struct str key, struct str value);
USED enum err fsck_walk(struct fsck *fsck, struct txn *txn, unsigned table, const char *name, fsck_judge judge);

/* Each judges one store; ERR_NOT_FOUND: there is none; ERR_CONFIG: it is of another version. Another error: it cannot be
 * read at all, and the fault says why. */
USED enum err fsck_log(struct fsck *fsck, struct fault *fault);
USED enum err fsck_mapper(struct fsck *fsck, struct fault *fault);
USED enum err fsck_uploader(struct fsck *fsck, struct fault *fault);
USED enum err fsck_invoicer(struct fsck *fsck, struct fault *fault);
USED enum err fsck_poweroffice(struct fsck *fsck, struct fault *fault);
USED enum err fsck_audit(struct fsck *fsck, struct fault *fault);

#endif
