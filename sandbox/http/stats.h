/* stats.h - what was asked and what was answered: counters, the last requests, the last bodies.
 *
 * Bounds  2,000 requests, 10,000 bodies and 64 MiB of bodies; the oldest make room.
 * Never holds a key, a token or a header.
 */
#ifndef BILAG_SANDBOX_HTTP_STATS_H
#define BILAG_SANDBOX_HTTP_STATS_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <stdint.h>

#define STATS_REQUESTS 2000
#define STATS_BODIES   10000
#define STATS_ROUTES   64
#define STATS_BODIES_BYTES ((size_t)64 << 20)

struct exchange;
struct sandbox;

struct stats {
    uint64_t total, throttled, tokens, vouchers, orders;
    uint64_t by_route[STATS_ROUTES + 1];                      /* the last: no such route */
    uint64_t by_status[600], dropped;
    int64_t  first_ms, last_ms;
    struct seen { int64_t ms; unsigned status; char method[8], path[160], client[64], fate[8]; }
        *requests;                                            /* ring */
    uint64_t request_count;
    struct kept { int64_t ms; unsigned status; char *path, *body; size_t bytes; } *bodies;
    uint64_t body_first, body_count;
    size_t   body_bytes;
};

void   stats_open(struct stats *stats);
void   stats_close(struct stats *stats);
void   stats_reset(struct stats *stats);
void   stats_count(struct stats *stats, const struct exchange *x);
cJSON *stats_json(const struct sandbox *box);
cJSON *stats_requests_json(const struct stats *stats, uint64_t last);
cJSON *stats_bodies_json(const struct stats *stats);

#endif
