#include "api_routes.h"

#include <string.h>

static const struct route routes[] = {
    { "GET",  "/style.css",                        ACT_NONE,     page_style },
    { "GET",  "/favicon.ico",                      ACT_NONE,     page_icon },
    { "GET",  "/sign-in",                          ACT_NONE,     page_sign_in },
    { "POST", "/sign-in",                          ACT_NONE,     do_sign_in },
    { "POST", "/sign-out",                         ACT_LOOK,     do_sign_out },
    { "GET",  "/",                                 ACT_LOOK,     page_overview },
    { "GET",  "/venues/{}",                        ACT_LOOK,     page_venue },
    { "GET",  "/venues/{}/days/{}",                ACT_LOOK,     page_day },
    { "GET",  "/venues/{}/period",                 ACT_LOOK,     page_period },
    { "GET",  "/venues/{}/vouchers.csv",           ACT_LOOK,     file_vouchers },
    { "GET",  "/venues/{}/days/{}/{}/settlement.pdf", ACT_LOOK,  file_settlement },
    { "GET",  "/venues/{}/days/{}/{}/lines/{}",    ACT_LOOK,     page_line },
    { "GET",  "/venues/{}/receipt",                ACT_LOOK,     page_receipt },
    { "GET",  "/venues/{}/many",                   ACT_DECIDE,   page_many },
    { "GET",  "/venues/{}/requests",               ACT_LOOK,     page_requests },
    { "GET",  "/venues/{}/orders",                 ACT_LOOK,     page_orders },
    { "GET",  "/venues/{}/customers",              ACT_LOOK,     page_customers },
    { "POST", "/venues/{}/customers",              ACT_CONNECT,  do_connect },
    { "POST", "/venues/{}/customers/disconnect",   ACT_CONNECT,  do_disconnect },
    { "GET",  "/venues/{}/customers/import",       ACT_CONNECT,  page_import },
    { "POST", "/venues/{}/customers/import",       ACT_CONNECT,  do_import },
    { "GET",  "/venues/{}/manual",                 ACT_LOOK,     page_manual },
    { "POST", "/venues/{}/manual",                 ACT_DECIDE,   do_tick },
    { "GET",  "/venues/{}/setup",                  ACT_SET_UP,   page_setup },
    { "POST", "/venues/{}/setup",                  ACT_SET_UP,   do_setup },
    { "POST", "/venues/{}/setup/read",             ACT_SET_UP,   do_read_books },
    { "POST", "/venues/{}/setup/confirm",          ACT_SET_UP,   do_confirm },
    { "GET",  "/venues/{}/connect",                ACT_SET_UP,   page_connect },
    { "POST", "/venues/{}/connect",                ACT_SET_UP,   do_give_key },
    { "POST", "/venues/{}/connect/ask",            ACT_SET_UP,   do_ask },
    { "POST", "/venues/{}/connect/pages",          ACT_SET_UP,   do_pages },
    { "GET",  "/connected",                        ACT_NONE,     page_connected },
    { "POST", "/connected",                        ACT_SET_UP,   do_connected },
    { "GET",  "/refused",                          ACT_OPERATE,  page_refused },
    { "POST", "/refused",                          ACT_OPERATE,  do_dismiss },
    { "POST", "/refused/retry",                    ACT_OPERATE,  do_retry },
    { "GET",  "/new-venue",                        ACT_SET_UP,   page_new_venue },
    { "POST", "/new-venue",                        ACT_SET_UP,   do_new_venue },
    { "GET",  "/operate",                          ACT_OPERATE,  page_operate },
    { "GET",  "/metrics",                          ACT_OPERATE,  page_metrics },
    { "GET",  "/users",                            ACT_OPERATE,  page_users },
    { "POST", "/users",                            ACT_OPERATE,  do_user_add },
    { "POST", "/users/remove",                     ACT_OPERATE,  do_user_remove },
    { "GET",  "/tokens",                           ACT_OPERATE,  page_tokens },
    { "POST", "/tokens",                           ACT_OPERATE,  do_token_add },
    { "POST", "/tokens/revoke",                    ACT_OPERATE,  do_token_revoke },
    { "GET",  "/me",                               ACT_LOOK,     page_me },
    { "POST", "/me",                               ACT_LOOK,     do_me },
    { "POST", "/me/tokens",                        ACT_LOOK,     do_my_token_add },
    { "POST", "/me/tokens/revoke",                 ACT_LOOK,     do_my_token_revoke },
    { "GET",  "/audit",                            ACT_LOOK,     page_audit },
    { "POST", "/decide",                           ACT_DECIDE,   do_decide },
    { "POST", "/choose",                           ACT_DECIDE,   do_choose },
    { "POST", "/restarted",                        ACT_DECIDE,   do_restarted },
    { "POST", "/leave-out",                        ACT_DECIDE,   do_leave_out },
    { "POST", "/undo",                             ACT_UNDO,     do_undo },
    { "POST", "/venues/{}/transfer",               ACT_TRANSFER, do_transfer },
};

/* A piece of the path: up to the next slash, percent signs taken away. */
static bool fits(struct view *view, const char *path)
{
    const char *at = view->path.bytes, *end = at + view->path.len;
    size_t parts = 0;

    for (; *path; path++) {
        if (path[0] != '{') {
            if (at == end || *at++ != *path)
                return false;
            continue;
        }
        for (view->parts[parts] = (struct str){ at, 0 }; at < end && *at != '/'; at++)
            view->parts[parts].len++;
        if (!view->parts[parts++].len)
            return false;
        path++;
    }
    return at == end;
}

const struct route *route_of(struct view *view, bool *ret_known)
{
    bool head = str_equal(view->method, STR("HEAD"));
    bool api = str_starts(view->path, STR("/api"));          /* /metrics asks for a token as they do, and is none of them */
    const struct route *rows = api ? api_routes : routes;
    size_t count = api ? api_route_count : COUNT(routes);

    *ret_known = false;
    for (size_t i = 0; i < count; i++) {
        if (!fits(view, rows[i].path))
            continue;
        *ret_known = true;
        if (str_equal(view->method, str_of(rows[i].method)) || (head && strcmp(rows[i].method, "GET") == 0))
            return &rows[i];
    }
    return NULL;
}

const struct route *route_of_act(const char *path)
{
    size_t i = 0;

    while (i < COUNT(routes) && (strcmp(routes[i].method, "POST") != 0 || strcmp(routes[i].path, path) != 0))
        i++;
    ensure(i < COUNT(routes));
    return &routes[i];
}
