/* zone.h - local wall clocks, from the IANA zone files (tzdata), read once: a copy of our own, so that no process-wide TZ counts.
 *
 * Boundaries of business days are cached in the zone, which makes zones not thread-safe.
 */
#ifndef BILAG_BASE_ZONE_H
#define BILAG_BASE_ZONE_H

#include "err.h"

struct civil { int32_t year, month, day, hour, minute, second; };

struct zone;
USED enum err zone_open(struct str name, struct zone **ret_zone, struct fault *fault);
void    zone_close(struct zone *zone);
int32_t zone_offset(const struct zone *zone, int64_t time);              /* seconds east of UTC */
void    zone_civil(const struct zone *zone, int64_t time, struct civil *ret_local);
/* Local wall clock to UTC: a time that occurs twice gives the first, one that does not exist the
 * first moment after the gap. */
int64_t zone_utc(const struct zone *zone, int32_t day, int32_t seconds_of_day);

#endif
