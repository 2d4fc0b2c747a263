/* moment.h - points in time and dates, as the API writes them.
 *
 * Units  wall-clock time in milliseconds since 1970 (UTC); dates as text "YYYY-MM-DD", which
 *        compare as text; the steady clock in nanoseconds, for windows and delays.
 */
#ifndef BILAG_SANDBOX_BASE_MOMENT_H
#define BILAG_SANDBOX_BASE_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_BYTES   11
#define MOMENT_BYTES 40

int64_t moment_now_ms(void);
int64_t moment_steady_ns(void);

/* "2026-11-23T15:04:05.1230000" and the tail ("Z", "+00:00" or ""). */
void moment_write(int64_t ms, const char *tail, char to[static MOMENT_BYTES]);

/* ISO 8601, date alone or with time, up to seven fraction digits, Z, an offset or nothing. */
bool moment_parse(const char *text, int64_t *ret_ms);

/* A real date; "2026-11-23T..." is read as its date, as the API does. */
bool date_parse(const char *text, char ret_date[static DATE_BYTES]);
void date_of(int64_t ms, char ret_date[static DATE_BYTES]);
void date_add(const char *date, int64_t days, char ret_date[static DATE_BYTES]);

#endif
