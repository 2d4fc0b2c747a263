/* refusals.h - what ingest did not take, and what stands against each line now.
 *
 * Whose      a line is taken in by a venue only if the token that it came with opens that venue: the company of a token is known
 *            when a venue that was not there then is set up. A line of a venue that its token does not open is nobody's but the
 *            operators', who know who has the token (refusal_venue()). Of a door's line from before tokens were written down
 *            nobody knows that; operators decide about it.
 * Ownership  everything lives in the caller's arena.
 */
#ifndef BILAG_BILAG_READ_REFUSALS_H
#define BILAG_BILAG_READ_REFUSALS_H

#include "domain/config.h"
#include "ingest/eventlog.h"

enum refusal_state {
    REFUSAL_NO_EVENT,                    /* still */
    REFUSAL_CUT,                         /* too long to be kept whole, or nothing of it was kept */
    REFUSAL_NO_VENUE,                    /* an event of a venue that is not set up, refused by a former version: sent
                                            again, it is parked */
    REFUSAL_WAITS,                       /* the same, of a token that opens the venues of its company: which it may be, is known
                                            when it is set up */
    REFUSAL_OTHERS,                      /* an event of a venue that its token does not open: another company's */
    REFUSAL_READY,                       /* can be sent again and would be taken in */
    REFUSAL_TAKEN,                       /* was sent again: the log has it */
    REFUSAL_REPLACED,                    /* the log has this receipt with other content: sent again, it would be a
                                            conflict that holds its day */
    REFUSAL_DISMISSED,                   /* a person has seen to it */
    REFUSAL_STATE_COUNT
};

struct refusal {
    int64_t time_ms;
    uint64_t line;
    struct str source, venue, reason, bytes;         /* as kept (eventlog.h) */
    enum refusal_state state;
    struct str canonical;                            /* event_encode(); empty: it is no event, or not known */
    uint64_t token;                                  /* that it came with; 0: none, or not known */
    bool operators;                                  /* its token does not open its venue, or is not known */
};

/* The venue whose people may see it; STR_NONE: nobody but operators. */
struct str refusal_venue(const struct refusal *refusal);

bool refusal_is_settled(const struct refusal *refusal);      /* nothing to do about it any more */

struct refusals { struct refusal *at; size_t count; };

/* Since a time, oldest first; none if there is no log yet. */
USED enum err refusals_load(const struct config *config, int64_t from_ms, struct arena *arena,
                            struct refusals *ret_refusals, struct fault *fault);

/* The decision that dismisses one refusal, or all so far (of a venue, unless it is empty): subject and detail of the
 * verb below, in the arena. STR_NONE: no memory. */
#define REFUSAL_VERB "dismiss-refused"
struct refusal_decision { struct str subject, detail; };
struct refusal_decision refusal_dismissal(const struct refusal *refusal, struct arena *arena);
struct refusal_decision refusals_dismissal(const struct refusals *refusals, struct str venue, struct arena *arena);

#endif
