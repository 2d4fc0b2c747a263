/* clock.h - what time it is, and which business day a moment belongs to.
 *
 * Now        clock_now_ms() is real time, unless BILAG_CLOCK names a file that holds an offset in
 *            seconds (text): tests move time by rewriting it; it is read again at most every 20 ms.
 *            clock_steady_ms() never jumps with that file's help or ntp's: for waits and back-off.
 * Days       int32 days since 1970-01-01. Texts are ISO: "2026-11-20".
 * Business day  runs from its cut-off (local wall clock) to the next day's: 23, 24 or 25 hours. A
 *            cut-off that does not exist that day (clocks go forward) is the first moment after; one
 *            that occurs twice is the first of the two.
 */
#ifndef BILAG_BASE_CLOCK_H
#define BILAG_BASE_CLOCK_H

#include "zone.h"

int64_t clock_now_ms(void);              /* since 1970 UTC */
int64_t clock_steady_ms(void);
int64_t clock_steady_us(void);

int32_t day_of_civil(int32_t year, int32_t month, int32_t day);          /* no checks: see day_parse */
void    day_to_civil(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_day);
USED enum err day_parse(struct str text, int32_t *ret_day);              /* "2026-11-20", strictly */
const char *day_text(int32_t day, char buffer[16]);
const char *time_text_utc(int64_t time_ms, char buffer[32]);             /* "2026-11-20T22:41:07Z" */

#endif
