/* limiter.h - requests per second, shared by every process that uses a subscription key.
 *
 * Pace      GCRA: one number per key, the time at which the next request is due; each request moves it on by one
 *           interval. Nothing is saved up in quiet times. A request may leave up to 50 ms before it is due, so that
 *           one late wake-up (a busy machine) does not delay all that follow.
 * Limit     the times of the last N requests are kept beside it, N being the number allowed in a second: a request
 *           leaves a second and 6 ms after the N-th before it, or later. So any 1,000 ms at the server hold no more
 *           than allowed as long as the way there varies by less than 6 ms over a second, whatever pace was kept;
 *           99.4 % of the quota is used. Each 429 in spite of it makes the 6 ms 2 ms longer, up to 26, until ten
 *           minutes passed without: the way is less even than that, and a pause costs more. (Above 240 a second only
 *           the pace is kept, 1.5 ms early at most.)
 * Leaving   a request leaves when its connection stands, which may be seconds after it was taken. Until that is said
 *           (limiter_left()) it holds its place as if it were still to come, for hold_us at most: its process may
 *           be gone.
 * Late      an answer that came a few ms later than the quickest of the latest ones may mean that its request was held up
 *           on its way there, and then the other side counts it later than we do: its place is moved. By how much is
 *           for the caller to judge: what lies within the 6 ms needs nothing.
 * Throttled 429 means that the other side counts differently: nobody on the key sends until the time it names,
 *           or else 1 s, 2 s, 4 s ... 60 s, until ten seconds passed without one.
 * Time      steady microseconds of this machine (CLOCK_MONOTONIC), given by the caller. Where machines share the buckets they are
 *           counted by the engine's clock, which is measured now and then; what that may be wrong by, on both sides, is added
 *           to the 6 ms.
 */
#ifndef BILAG_POWEROFFICE_LIMITER_H
#define BILAG_POWEROFFICE_LIMITER_H

#include "quota.h"

struct limiter { struct quota *quota; struct key bucket; int32_t per_second; int64_t interval_us, early_us, hold_us; };

/* The bucket is named by a hash of the key. */
void limiter_init(struct limiter *limiter, struct quota *quota, struct str subscription_key, int32_t per_second,
                  int64_t hold_us);
/* ERR_OK: one request may be started now. ERR_BUSY: ask again at ret_at_us. */
USED enum err limiter_take(struct limiter *limiter, int64_t now_us, int64_t *ret_at_us);
/* The same without taking. */
USED enum err limiter_look(struct limiter *limiter, int64_t now_us, int64_t *ret_at_us);
/* The one taken at taken_us has left now, or never will: the limit goes by when it left. */
USED enum err limiter_left(struct limiter *limiter, int64_t taken_us, int64_t sent_us);
/* The one that left at sent_us may have come there this much later than is borne: its place is moved by late_us. Nothing
 * happens where it is no longer among the last N. */
USED enum err limiter_came_late(struct limiter *limiter, int64_t sent_us, int64_t late_us);
/* 429 for a request that left at sent_us; wait_s: what the answer asks for, 0 if it does not say. */
USED enum err limiter_throttled(struct limiter *limiter, int64_t sent_us, int64_t now_us, int64_t wait_s);

#endif
