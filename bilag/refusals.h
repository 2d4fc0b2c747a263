/* refusals.h - what ingest did not take, and what stands against each line now.
 *
 * Ownership  everything lives in the caller's arena.
 */
#ifndef BILAG_REFUSALS_H
#define BILAG_REFUSALS_H

#include "config.h"
#include "ingest/eventlog.h"

enum refusal_state {
    REFUSAL_NO_EVENT,                    /* still */
    REFUSAL_CUT,                         /* too long to be kept whole, or nothing of it was kept */
    REFUSAL_NO_VENUE,                    /* an event of a venue that is not set up */
    REFUSAL_READY,                       /* can be sent again and would be taken in */
    REFUSAL_TAKEN,                       /* was sent again: the log has it */
    REFUSAL_REPLACED,                    /* the log has this receipt with other content: sent again, it would be a
                                            conflict that holds its day */
    REFUSAL_STATE_COUNT
};

struct refusal {
    int64_t time_ms;
    uint64_t line;
    struct str source, venue, reason, bytes;         /* as kept (eventlog.h) */
    enum refusal_state state;
    struct str canonical;                            /* event_encode(); empty: it is no event, or not known */
};

bool refusal_is_settled(const struct refusal *refusal);      /* nothing to do about it any more */

struct refusals { struct refusal *at; size_t count; };

/* Since a time, oldest first; none if there is no log yet. */
USED enum err refusals_load(const struct config *config, int64_t from_ms, struct arena *arena,
                            struct refusals *ret_refusals, struct fault *fault);

#endif
