/* poll.h - when what held documents wait for is looked at again in PowerOffice: seldom, for its vendor watches who polls.
 *
 * At once when a person acts here, else 1, 5, 15 and 60 minutes after each other from when the waiting began, then every
 * hour between 07 and 18 of the venue's clock (docs/poweroffice.md). A pure function of times, so that a day can be
 * simulated; all are the wall clock's, ms since 1970, because what is read is shared by processes through the store.
 */
#ifndef BILAG_POWEROFFICE_POLL_H
#define BILAG_POWEROFFICE_POLL_H

#include "base/clock.h"

struct poll {
    int64_t began_ms;                     /* the waiting, or the last act of a person, or the last change */
    bool acted;                           /* it was an act: what was read before it does not count */
    int64_t first_ms;                     /* the first wait, setting sender.look_again_s; the others are multiples of it */
};

/* read_ms: when the list was last read, by whichever process; 0: never. What lies in the past means now. */
int64_t poll_next_ms(const struct poll *poll, int64_t read_ms, const struct zone *zone);

/* How long a key that was refused so many times in a row, at least once, is left alone: five minutes, twice as long each time,
 * six hours at last. Who mends it need not wait: a reload, or `bilag check --online`, tries it at once. */
int64_t poll_refused_ms(unsigned refusals);

#endif
