/* stats.c - what was asked and what was answered. */
#include "stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "sandbox/base/json.h"
#include "route.h"
#include "sandbox/base/text.h"

void stats_open(struct stats *stats)
{
    *stats = (struct stats){ 0 };
    stats->requests = must_alloc(STATS_REQUESTS * sizeof *stats->requests);
    stats->bodies = must_alloc(STATS_BODIES * sizeof *stats->bodies);
}

static void body_forget(struct stats *stats)
{
    struct kept *kept = &stats->bodies[stats->body_first++ % STATS_BODIES];

    stats->body_bytes -= kept->bytes;
    free(kept->path);
    free(kept->body);
    *kept = (struct kept){ 0 };
}

static void bodies_forget(struct stats *stats)
{
    while (stats->body_first < stats->body_count)
        body_forget(stats);
}

void stats_reset(struct stats *stats)
{
    struct seen *requests = stats->requests;
    struct kept *bodies = stats->bodies;

    bodies_forget(stats);
    *stats = (struct stats){ .requests = requests, .bodies = bodies };
}

void stats_close(struct stats *stats)
{
    bodies_forget(stats);
    free(stats->requests);
    free(stats->bodies);
}

static void body_keep(struct stats *stats, const struct exchange *x)
{
    struct kept *kept;

    if (strcmp(x->method, "POST") != 0 || !x->body_bytes || x->body_bytes > STATS_BODIES_BYTES / 2 ||
        (!text_has(x->path, "/Vouchers/") && !text_has(x->path, "/SalesOrders/")))
        return;
    while (stats->body_first < stats->body_count &&
           (stats->body_count - stats->body_first >= STATS_BODIES ||
            stats->body_bytes + x->body_bytes > STATS_BODIES_BYTES))
        body_forget(stats);
    kept = &stats->bodies[stats->body_count++ % STATS_BODIES];
    *kept = (struct kept){ x->arrived_ms, x->answer.status, text_copy(x->path),
                           text_copy_bytes(x->body, x->body_bytes), x->body_bytes };
    stats->body_bytes += x->body_bytes;
}

void stats_count(struct stats *stats, const struct exchange *x)
{
    static const char *const fates[] = { "answer", "drop", "reset" };
    struct seen *seen = &stats->requests[stats->request_count++ % STATS_REQUESTS];
    unsigned status = x->answer.status < 600 ? x->answer.status : 599;

    stats->total++;
    stats->first_ms = stats->first_ms ? stats->first_ms : x->arrived_ms;
    stats->last_ms = x->arrived_ms;
    stats->by_route[x->route ? route_index(x->route) : STATS_ROUTES]++;
    if (x->answer.fate == FATE_ANSWER)
        stats->by_status[status]++;
    else
        stats->dropped++;
    stats->throttled += x->answer.fate == FATE_ANSWER && status == 429;
    *seen = (struct seen){ .ms = x->arrived_ms, .status = status };
    text_set(seen->method, sizeof seen->method, x->method);
    text_set(seen->path, sizeof seen->path, x->path);
    text_set(seen->client, sizeof seen->client, x->client ? x->client->name : "");
    text_set(seen->fate, sizeof seen->fate, fates[x->answer.fate]);
    body_keep(stats, x);
}

static cJSON *by_endpoint(const struct stats *stats)
{
    cJSON *object = cJSON_CreateObject();

    for (size_t i = 0; i < STATS_ROUTES; i++)
        if (stats->by_route[i]) {
            char *name = text_print("%s %s", route_at(i)->method, route_at(i)->path);

            json_add_int(object, name, (int64_t)stats->by_route[i]);
            free(name);
        }
    if (stats->by_route[STATS_ROUTES])
        json_add_int(object, "other", (int64_t)stats->by_route[STATS_ROUTES]);
    return object;
}

static cJSON *by_status(const struct stats *stats)
{
    cJSON *object = cJSON_CreateObject();

    for (unsigned status = 0; status < COUNT(stats->by_status); status++)
        if (stats->by_status[status]) {
            char name[8];

            (void)snprintf(name, sizeof name, "%u", status);
            json_add_int(object, name, (int64_t)stats->by_status[status]);
        }
    if (stats->dropped)
        json_add_int(object, "dropped", (int64_t)stats->dropped);
    return object;
}

static void add_moment(cJSON *object, const char *name, int64_t ms)
{
    char text[MOMENT_BYTES];

    if (ms)
        moment_write(ms, "Z", text);
    json_add_text(object, name, ms ? text : NULL);
}

cJSON *stats_json(const struct sandbox *box)
{
    const struct stats *stats = &box->stats;
    cJSON *object = cJSON_CreateObject(), *requests = cJSON_CreateObject();
    uint64_t documents = stats->vouchers + stats->orders;

    json_add_int(requests, "total", (int64_t)stats->total);
    json_add(requests, "by_endpoint", by_endpoint(stats));
    json_add(requests, "by_status", by_status(stats));
    json_add(object, "requests", requests);
    json_add_int(object, "max_in_a_second", (int64_t)box->quotas.max_in_a_second);
    json_add_int(object, "throttled", (int64_t)stats->throttled);
    json_add_int(object, "over_limit", (int64_t)box->quotas.over_limit);
    json_add_int(object, "tokens", (int64_t)stats->tokens);
    json_add_int(object, "vouchers", (int64_t)stats->vouchers);
    json_add_int(object, "orders", (int64_t)stats->orders);
    add_moment(object, "first_request_at", stats->first_ms);
    add_moment(object, "last_request_at", stats->last_ms);
    if (documents)
        json_add_decimal(object, "per_voucher_requests", (int64_t)(stats->total * 100 / documents), 2);
    else
        json_add_null(object, "per_voucher_requests");
    return object;
}

cJSON *stats_requests_json(const struct stats *stats, uint64_t last)
{
    cJSON *array = cJSON_CreateArray();
    uint64_t kept = stats->request_count < STATS_REQUESTS ? stats->request_count : STATS_REQUESTS;
    uint64_t shown = last < kept ? last : kept;

    for (uint64_t i = stats->request_count - shown; i < stats->request_count; i++) {
        const struct seen *seen = &stats->requests[i % STATS_REQUESTS];
        cJSON *item = cJSON_CreateObject();

        json_add_int(item, "time_ms", seen->ms);
        json_add_text(item, "method", seen->method);
        json_add_text(item, "path", seen->path);
        json_add_int(item, "status", seen->status);
        json_add_text(item, "fate", seen->fate);
        json_add_text(item, "client", seen->client);
        (void)cJSON_AddItemToArray(array, item);
    }
    return array;
}

cJSON *stats_bodies_json(const struct stats *stats)
{
    cJSON *array = cJSON_CreateArray();

    for (uint64_t i = stats->body_first; i < stats->body_count; i++) {
        const struct kept *kept = &stats->bodies[i % STATS_BODIES];
        cJSON *item = cJSON_CreateObject(), *body = json_parse(kept->body, kept->bytes);

        json_add_text(item, "reference", json_text(body, "ExternalImportReference"));
        json_add_text(item, "path", kept->path);
        json_add_int(item, "time_ms", kept->ms);
        json_add_int(item, "status", kept->status);
        json_add_text(item, "body", kept->body);
        (void)cJSON_AddItemToArray(array, item);
        cJSON_Delete(body);
    }
    return array;
}
