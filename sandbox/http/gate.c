/* gate.c - the way of a request: gateway, login, rights, handler, and the faults around them. */
#include "gate.h"

#include <string.h>
#include <strings.h>

#include "sandbox/base/json.h"
#include "sandbox/privilege.h"
#include "problem.h"
#include "query.h"
#include "route.h"
#include "sandbox/base/text.h"

static bool throttled(struct exchange *x)
{
    if (exchange_is(x, SET_retry_after, "on"))
        answer_header(x, "Retry-After", "1");
    answer_gateway(x, 429, "Rate limit is exceeded. Try again in 1 seconds.");
    return false;
}

/* What the gateway itself decides; true: let through. */
static bool gateway_passes(struct exchange *x)
{
    const struct registry *registry = &x->box->registry;
    int key = x->subscription_key ? registry_subscription(registry, x->subscription_key) : -1;

    if (x->url_bytes > (size_t)exchange_number(x, SET_max_url_bytes)) {
        answer_gateway(x, 404, "Resource not found");
        return false;
    }
    if (key >= 0 && strcmp(x->subscription_key, setting_text(&x->box->settings, SET_refused_key)) == 0)
        key = -1;
    if (key < 0) {
        answer_gateway(x, 401, x->subscription_key ? "The subscription key is not valid."
                                                   : "The subscription key is missing.");
        return false;
    }
    if (exchange_is(x, SET_subscription_quota, "used_up")) {
        answer_gateway(x, 403, "Out of call volume quota. Quota will be replenished in 01:23:45.");
        return false;
    }
    if (!quota_take(&x->box->quotas, (size_t)key, exchange_number(x, SET_rate_limit),
                    moment_steady_ns()))
        return throttled(x);
    return true;
}

static bool bearer_passes(struct exchange *x)
{
    const char *header = x->authorization;
    const struct token *token = NULL;

    if (header && strncasecmp(header, "Bearer ", 7) == 0)
        token = token_find(&x->box->tokens, header + 7, x->arrived_ms);
    if (!token || (token->client->revoked && exchange_is(x, SET_revoked_tokens, "refuse"))) {
        answer_header(x, "WWW-Authenticate", "Bearer");
        answer_gateway(x, 401, "The access token is missing, wrong or expired.");
        return false;
    }
    x->token = token;
    x->client = token->client;
    x->books = token->client->books;
    return true;
}

static bool rights_pass(struct exchange *x)
{
    if (!x->route->needs || (x->route->needs & x->token->privileges))
        return true;
    if (exchange_is(x, SET_body_403, "problem"))
        problem_now(x, 403, "Forbidden", "The integration lacks the privilege for %s %s.",
                    x->route->method, x->route->path);
    else
        answer_empty(x, 403);
    return false;
}

static void api_serve(struct exchange *x)
{
    if (!x->route) {
        answer_gateway(x, 404, "Resource not found");
    } else if (x->body_too_large) {
        answer_gateway(x, 413, "The body is too large.");
    } else if (x->route->auth == AUTH_KEY || (bearer_passes(x) && rights_pass(x))) {
        json_any_case = exchange_is(x, SET_body_names, "any");
        if (query_check(x, x->route->query, x->route->list))
            x->route->handle(x);
        json_any_case = false;
    }
}

static void cut(struct exchange *x, enum fate fate)
{
    answer_drop_all(x);
    x->answer.fate = fate;
}

static void server_error(struct exchange *x)
{
    unsigned status = fault_status(&x->box->faults);

    answer_drop_all(x);
    answer_text(x, status, "text/html", "<html><body>The service is unavailable.</body></html>");
}

static void api_serve_with_fault(struct exchange *x, enum fault fault)
{
    switch (fault) {
    case FAULT_429:          (void)throttled(x); return;
    case FAULT_5XX_BEFORE:   server_error(x); return;
    case FAULT_DROP_BEFORE:  cut(x, FATE_DROP); return;
    case FAULT_RESET_BEFORE: cut(x, FATE_RESET); return;
    default:                 break;
    }
    api_serve(x);
    switch (fault) {
    case FAULT_5XX_AFTER:   server_error(x); return;
    case FAULT_DROP_AFTER:  cut(x, FATE_DROP); return;
    case FAULT_RESET_AFTER: cut(x, FATE_RESET); return;
    default:                return;
    }
}

void gate_serve(struct exchange *x)
{
    struct sandbox *box = x->box;
    bool touched = fault_touches(&box->settings, x->path, x->is_token_path);
    int64_t slow_ms = 0;

    x->arrived_ms = moment_now_ms();
    x->route = route_find(x->method, x->path, x->id);
    if (x->route && x->route->auth == AUTH_NONE) {            /* /_sandbox: neither counted nor hurt */
        if (query_check(x, x->route->query, false))
            x->route->handle(x);
        return;
    }
    if (exchange_is(x, SET_down, "close"))
        cut(x, FATE_DROP);
    else if (exchange_is(x, SET_down, "503"))
        answer_text(x, 503, "text/html", "<html><body>The service is unavailable.</body></html>");
    else if (gateway_passes(x))
        api_serve_with_fault(x, touched ? fault_draw(&box->faults, &box->settings) : FAULT_NONE);
    if (touched)
        slow_ms = fault_slow_ms(&box->faults, &box->settings);
    x->answer.delay_ms = exchange_number(x, SET_latency_ms) + slow_ms;
    stats_count(&box->stats, x);
}
