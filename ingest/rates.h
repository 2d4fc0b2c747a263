/* rates.h - how much each token may bring: events a second, ten seconds of it at once.
 *
 * A request counts as one event more than it brings. What a body brought is charged when it is there, so one body is never
 * cut; who is in debt is told to come again when it will be paid. Tokens do not share.
 * Units       steady ms; events.
 */
#ifndef BILAG_INGEST_RATES_H
#define BILAG_INGEST_RATES_H

#include "base/err.h"

enum { RATES_BURST_S = 10 };

struct rates;
USED enum err rates_open(struct rates **ret_rates);
void rates_close(struct rates *rates);                       /* NULL is fine */

/* 0: it may come in; else in so many seconds. per_second: of each token. */
int64_t rates_judge(struct rates *rates, uint64_t token, int64_t per_second, int64_t now_ms);
/* ERR_MEMORY: it is not charged. */
USED enum err rates_charge(struct rates *rates, uint64_t token, uint64_t events, int64_t per_second, int64_t now_ms);

#endif
