/* query.h - the query members of a request: which are known, are they well formed, what do they match.
 *
 * A route lists its members as "name:kind name:kind"; kinds: n numbers and ranges (3000-3999,9000-),
 * w words, m moment, d date, b bool, u UUIDs; a trailing ! says required. Lists also have paging.
 */
#ifndef BILAG_SANDBOX_HTTP_QUERY_H
#define BILAG_SANDBOX_HTTP_QUERY_H

#include "exchange.h"

/* false: answered with 400. */
bool query_check(struct exchange *x, const char *members, bool paging);

/* A member that is not given matches everything. Only after query_check(). */
bool query_number(const struct exchange *x, const char *name, int64_t value);
bool query_word(const struct exchange *x, const char *name, const char *value);
bool query_later(const struct exchange *x, const char *name, int64_t moment_ms);
bool query_flag(const struct exchange *x, const char *name, bool preset);   /* its value */
bool query_from(const struct exchange *x, const char *name, const char *date);   /* date >= */
bool query_to(const struct exchange *x, const char *name, const char *date);     /* date <= */

#endif
