/* undo.h - a decision is taken back by its number in the audit trail, until what follows from it was sent. */
#ifndef BILAG_BILAG_ACT_UNDO_H
#define BILAG_BILAG_ACT_UNDO_H

#include "bilag/read/books.h"
#include "bilag/read/context.h"
#include "domain/audit.h"

/* What is taken back, and which decision did so already. */
struct undo {
    struct context *context;
    uint64_t number;
    struct decision found;
    uint64_t undone;                     /* by this one; 0: by none */
};

/* Whether decisions of this verb can be taken back at all. */
bool undo_is_known(struct str verb);
/* With a sentence in the context's fault ERR_NOT_FOUND: there is none of this number; ERR_EXISTS: it was taken back already. */
USED enum err undo_find(struct context *context, uint64_t number, struct undo *ret_undo);
/* ERR_REFUSED: it cannot be taken back, and the context's fault says why, and what is done instead. */
USED enum err undo_judge(struct undo *undo);
/* Of one that was judged. */
USED enum err undo_do(struct undo *undo, struct str reason, uint64_t *ret_number);

#endif
