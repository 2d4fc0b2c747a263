/* verb.h - what each of a person's decisions does to the settlements of its venue: one verb, one function, one row of the table.
 *
 * Inside the transaction that moves the place in the trail (decisions.h). A decision may come twice or late and then changes nothing;
 * what it is about and is not there any more (another partition's, sealed, trimmed) is no error.
 * Errors     the store's; ERR_MEMORY: it needs more than a mapper has, and would again.
 */
#ifndef BILAG_MAPPER_VERB_H
#define BILAG_MAPPER_VERB_H

#include "base/store.h"
#include "domain/audit.h"
#include "domain/config.h"

struct verb_work {
    const struct config *config;
    const struct decision *decision;
    uint32_t partition;
    struct arena *arena;
    struct str venue;                    /* out: what is to be looked at again; empty: nothing */
    int32_t day;                         /* out: of it; DAY_ALWAYS: all its days */
};

struct verb {
    const char *name;
    enum err (*decide)(struct txn *txn, struct verb_work *work);
    bool asks;                           /* all seals of the venue must be heard before it is judged (asking.h) */
};

/* NULL: the decision is none of the mapper's. */
const struct verb *verb_of(const struct decision *decision);

#endif
