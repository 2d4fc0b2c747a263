/* gather.h - when the group is committed: what is there shares one flush, and what is about to come is waited for where that
 * has been seen to pay.
 *
 * Alone      a sender that waits for its answer before it sends again is not waited for: its event is committed at once. That
 *            is learned, not asked: a group that was waited with in vain says how many deliveries there are at a time, and
 *            the next ones are committed as soon as there are so many. Now and then it is tried again.
 * Together   while more keeps coming, a group grows until it is `linger_ms` old; a third of that without anything new is
 *            called in vain. With 0 nothing is ever waited for.
 * Full       what does not fit into a group is committed by itself (intake.h), whatever is said here.
 * Units      steady milliseconds.
 */
#ifndef BILAG_INGEST_GATHER_H
#define BILAG_INGEST_GATHER_H

#include "base/err.h"

/* All zero at the start. */
struct gather {
    int64_t since_ms, grown_ms;          /* of the present group: its first event, the last time that it grew */
    size_t pending;
    size_t enough;                       /* deliveries that come at a time; 0: one */
    unsigned vain, before_trial;         /* times waited in vain in a row; groups until it is tried again */
};

/* What the group holds now, and of how many deliveries. true: commit it. Else *ret_wake_ms is when to ask again at the
 * latest; nothing pending is INT64_MAX. */
bool gather_ready(struct gather *gather, size_t pending, size_t deliveries, int32_t linger_ms, int64_t now_ms,
                  int64_t *ret_wake_ms);

#endif
