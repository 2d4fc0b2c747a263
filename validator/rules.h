/* rules.h - which problems keep a draft from being sent: docs/rules.md section 5, a table of rules.
 *
 * A pure function of the draft, of PowerOffice's reference data and of the customer's link. Every rule is asked, so
 * that the bookkeeper sees all that is wrong at once. Problems of the mapping itself (nothing mapped, gaps, Z
 * reports ...) are in the draft already and are not repeated here.
 */
#ifndef BILAG_VALIDATOR_RULES_H
#define BILAG_VALIDATOR_RULES_H

#include "domain/draft.h"
#include "poweroffice/refdata.h"

struct facts {
    const struct refdata *refdata;        /* NULL: never read */
    int64_t customer_no;                  /* orders: the till customer is connected to it; 0: to none */
    struct str kept_client;               /* the ClientId that is kept for the draft's company; empty: none, or not asked for */
};

/* Adds to problems. Texts are in the arena, the draft or the reference data; ERR_MEMORY: the arena is full. */
USED enum err rules_judge(const struct draft *draft, const struct facts *facts, struct arena *arena,
                          struct problems *problems);

#endif
