/* verdicts.h - a draft comes in, is judged with what is known of its books, and its verdict goes out or waits.
 *
 * When the next stage is busy, the one verdict at hand waits, and drafts wait in the socket; when it stays down, its
 * verdicts are let go, so that orders never hold up vouchers: the mapper repeats every draft until it is sealed.
 */
#ifndef BILAG_VALIDATOR_VERDICTS_H
#define BILAG_VALIDATOR_VERDICTS_H

#include "refcache.h"
#include "domain/draft.h"
#include "stage/stage.h"

enum { VERDICT_BYTES_MAX = 2 * DRAFT_BYTES_MAX, SAID_SETS = 16384, SAID_WAYS = 4 };

struct validator {
    struct refstore *store;
    struct refcache *cache;
    struct next { struct link *link; bool down; int64_t busy_since_ms; } uploaders, invoicers, *unsent_to;
    struct strbuf verdict;                /* being made, or unsent */
    /* Hashes of the last verdict on each document that is in the log: drafts are repeated, lines are not. */
    struct said { uint64_t document[SAID_WAYS], verdict[SAID_WAYS]; } said[SAID_SETS];
};

/* link_handler: a draft. */
USED enum err verdicts_judge(struct stage *stage, void *state, struct link *link, const struct frames *frames);
/* The verdict that waits is tried again, if there is one. */
USED enum err verdicts_turn(struct stage *stage, struct validator *validator);

#endif
