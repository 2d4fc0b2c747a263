/* build.h - what the documents of one part of a day are built from, and what vouchers and orders are built with alike.
 *
 * Ownership   all that a build makes lives in its arena.
 */
#ifndef BILAG_MAPPER_BUILD_H
#define BILAG_MAPPER_BUILD_H

#include "settlement.h"
#include "share.h"
#include "tables.h"

struct build {
    struct txn *txn;
    const struct config *config;
    const struct venue *venue;
    int32_t day;                      /* the business day */
    const struct settlement *settlement;
    uint32_t part;                       /* from 1 */
    enum draft_phase phase;
    struct arena *arena;
    struct str company;                  /* whose books it goes into (build_company()) */
    uint64_t asks;                       /* a decision waits for what the senders have (asking.h) */
    bool not_come;                       /* it would be posted on a day that has not come */
    bool transfer_allowed;               /* the set-up has no fault (setup.h): vouchers and orders may go by themselves */
};

/* How the switches stand for a part: what was released or sealed is not turned again. */
struct switches build_switches(const struct build *build, bool *ret_credit_ordered);
struct str build_kroner(struct arena *arena, struct money amount);
struct str build_percent(struct arena *arena, int32_t rate);
int64_t build_sold_account(const struct build *build, struct str type, int32_t rate);    /* 0: blank */
/* Sets build->company: the venue's, or that for which a part of the day was sealed, if the venue was given to another since. */
USED enum err build_company(struct build *build);
/* What every draft says of its venue, its part and its reference; draft->doc is there already. */
void build_header(const struct build *build, struct draft *draft);
/* A draft with something to post, of a company that the venue is no longer of, is sent to neither. */
void build_hold_for_former(const struct build *build, struct draft *draft);
/* Problems of the day's control that a person has decided about, as accept_bit(): accepted for one of its parts, or there
 * when a part was entered by hand. */
USED enum err build_decided(struct txn *txn, struct str venue, int32_t day, const struct settlement *settlement,
                            struct arena *arena, uint32_t *ret_decided);
/* The same problem twice is said once, with the receipt that sorts first, whichever came first. */
void build_add_problem(struct problems *problems, const struct problem *problem);

#endif
