/* offer.h - looks after one day that is not wholly sealed: closes it, builds its drafts, says what to send.
 *
 * Inside one transaction: what changed gets its next revision and is kept in TABLE_DRAFTS; only after the
 * commit are drafts sent, from there. A closed draft that is on its way may be sealed at any moment, so what
 * it decided about credit stands until its seal comes (settlement.h, credit_fate).
 */
#ifndef BILAG_MAPPER_OFFER_H
#define BILAG_MAPPER_OFFER_H

#include "build.h"

struct offer {
    const struct config *config;
    const struct venue *venue;
    int32_t day;
    struct arena *arena;                 /* for the drafts; the caller empties it */
    int64_t now_ms;                      /* wall clock */
    bool transfer_allowed;               /* the venue's set-up has no fault */
    uint64_t asks;                       /* not 0: a person's decision waits, and every draft asks its sender with this number
                                            whether it has sealed one (asking.h); until all have answered nothing closes */
    bool caught_up;                      /* the partition has been read to its end */
    bool resend;                         /* repeat everything that is not sealed */
    /* out */
    struct str *sends;                   /* document ids whose draft is to be sent, from TABLE_DRAFTS */
    size_t send_count, send_room;
    bool done;                           /* nothing left: the day leaves the schedule */
    bool awaits;                         /* numbers or Z reports are missing, or do not add up yet */
    bool awaits_log;                     /* it is time to close it, but the log has not been read to its end: more may come */
    bool contested;                      /* of the part just offered: one number came with two contents, and nobody has said
                                            which is right; so its orders are not released yet */
    bool unsealed;                       /* something was sent that is not sealed: it is repeated */
    bool final;                          /* a closed draft is sent for the first time: repeated soon if it is not heard */
    int64_t look_at_ms;                  /* wall clock of the next look without an event; INT64_MAX: none */
};

USED enum err offer_day(struct txn *txn, struct offer *offer);
/* The draft as last built; a view into the store. */
USED enum err offer_draft(struct txn *txn, struct str doc, struct str *ret_bytes);

#endif
