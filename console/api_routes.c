#include "api_routes.h"

#include <string.h>

#include "api.h"

static void api_operations(struct view *view);

#define V1 "/api/v1"
const struct route api_routes[] = {
    { "GET",  V1,                                             ACT_LOOK,     api_operations },
    { "GET",  V1 "/me",                                       ACT_LOOK,     api_me },
    { "GET",  V1 "/venues",                                   ACT_LOOK,     api_venues },
    { "GET",  V1 "/venues/{}/month",                          ACT_LOOK,     api_month },
    { "GET",  V1 "/venues/{}/days/{}",                        ACT_LOOK,     api_day_documents },
    { "GET",  V1 "/venues/{}/days/{}/{}/settlement.pdf",      ACT_LOOK,     file_settlement },
    { "GET",  V1 "/venues/{}/days/{}/{}/lines/{}",            ACT_LOOK,     api_line },
    { "GET",  V1 "/venues/{}/vouchers.csv",                   ACT_LOOK,     file_vouchers },
    { "GET",  V1 "/venues/{}/documents",                      ACT_LOOK,     api_documents },
    { "GET",  V1 "/venues/{}/document",                       ACT_LOOK,     api_document },
    { "GET",  V1 "/venues/{}/requests",                       ACT_LOOK,     api_requests },
    { "GET",  V1 "/venues/{}/receipt",                        ACT_LOOK,     api_receipt },
    { "GET",  V1 "/venues/{}/customers",                      ACT_LOOK,     api_customers },
    { "POST", V1 "/venues/{}/customers/look",                 ACT_CONNECT,  api_import_look },
    { "GET",  V1 "/venues/{}/connection",                     ACT_SET_UP,   api_connection },
    { "GET",  V1 "/venues/{}/manual",                         ACT_LOOK,     api_manual },
    { "GET",  V1 "/venues/{}/setup",                          ACT_SET_UP,   api_setup },
    { "PATCH", V1 "/venues/{}/setup",                         ACT_SET_UP,   api_setup_change },
    { "POST", V1 "/venues/{}/acts",                           ACT_LOOK,     api_venue_acts },
    { "POST", V1 "/acts",                                     ACT_LOOK,     api_acts },
    { "GET",  V1 "/refused",                                  ACT_OPERATE,  api_refused },
    { "GET",  V1 "/not-in-use",                               ACT_SET_UP,   api_not_in_use },
    { "GET",  V1 "/stages",                                   ACT_LOOK,     api_stages },
    { "GET",  V1 "/status",                                   ACT_OPERATE,  api_status },
    { "GET",  V1 "/audit",                                    ACT_LOOK,     api_audit },
    { "GET",  V1 "/users",                                    ACT_OPERATE,  api_users },
    { "GET",  V1 "/tokens",                                   ACT_OPERATE,  api_tokens },
};
const size_t api_route_count = COUNT(api_routes);

/* What there is, and whether this user may. */
static void api_operations(struct view *view)
{
    struct strbuf *out = api_begin(view);

    json_open(out, "operations", '[');
    for (size_t i = 0; i < api_route_count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "method", str_of(api_routes[i].method));
        json_put_str(out, "path", str_of(api_routes[i].path));
        json_put_bool(out, "open", user_may(&view->user, api_routes[i].act));
        json_close(out, '}');
    }
    json_close(out, ']');
    api_tell_acts(view, out);
    api_end(view);
}
