/* log.h - one line per fact to stderr, the document first, so that one search follows it everywhere.
 *
 * `doc=oslo-grill/2026-11-20/1 stage=uploader.0 outcome=done voucher_no=1187 ms=312 at=2026-...Z`
 * Secrets and personal data reach no log: callers pass ids, codes, counts and amounts only. Control
 * characters in a value are written as '?', so that a fact stays one line. Safe before log_open().
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
