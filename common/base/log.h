/* log.h - one line per fact to stderr, the document first, so that one search follows it everywhere.
 *
 * `doc=oslo-grill/2026-11-20/1 stage=uploader.0 outcome=done voucher_no=1187 ms=312 at=2026-...Z`
 * Secrets and personal data reach no log: callers pass ids, codes, counts and amounts only. What a value holds is
 * cleaned (clean.h), a quote in it becomes ', and in `name=%s` without quotes a blank becomes _: nobody's words end a line
 * or a value, or begin another. Conversions: %s %.*s %d %u %ld %lu %lld %llu %zu. Safe before log_open().
 */
#ifndef BILAG_BASE_LOG_H
#define BILAG_BASE_LOG_H

#include "str.h"

void log_open(const char *stage, int instance);
/* No more lines: for a command whose own words are what a person reads. */
void log_silence(void);
void log_fact(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same with doc= in front. */
void log_doc(struct str doc, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
