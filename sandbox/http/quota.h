/* quota.h - requests per second and subscription key.
 *
 * The rule: a request is let through if fewer than `limit` requests were let through in the second
 * before it (a sliding window of exactly 1 s). Refused requests do not count against the limit.
 * Beside that, every request is counted for the largest number seen in any one second.
 */
#ifndef BILAG_SANDBOX_HTTP_QUOTA_H
#define BILAG_SANDBOX_HTTP_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window { int64_t *at_ns; size_t room, first, count; };

struct quotas {
    struct quota { struct window accepted, all; } *list;      /* one for each subscription key */
    size_t   count, max_in_a_second;
    uint64_t over_limit;
};

bool quota_take(struct quotas *quotas, size_t key, int64_t limit, int64_t now_ns);
void quotas_reset_stats(struct quotas *quotas);
void quotas_free(struct quotas *quotas);

#endif
