/* histogram.h - how long something took, in classes from 5 ms to a day: what Prometheus makes quantiles of.
 *
 * Counts begin anew with the process, as counters do. Adding costs a search among the bounds, and neither memory nor a clock.
 */
#ifndef BILAG_BASE_HISTOGRAM_H
#define BILAG_BASE_HISTOGRAM_H

#include "str.h"

enum { HISTOGRAM_BOUNDS = 18 };
extern const int64_t histogram_bounds_ms[HISTOGRAM_BOUNDS];

/* counts[i]: at most bounds[i], and more than the bound before; the last: more than all bounds. */
struct histogram { uint64_t counts[HISTOGRAM_BOUNDS + 1]; uint64_t sum_ms; };

void histogram_add(struct histogram *histogram, int64_t ms);             /* less than 0 (a till's clock is ahead) counts as 0 */
/* A member of the status dump's object that is open. */
void histogram_json(const struct histogram *histogram, const char *name, struct strbuf *json);
/* ... and back. False: that is none of ours. */
bool histogram_of_json(struct str json, struct histogram *ret_histogram);

#endif
