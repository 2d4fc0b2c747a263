/* route.h - the endpoints, a row each. */
#ifndef BILAG_SANDBOX_HTTP_ROUTE_H
#define BILAG_SANDBOX_HTTP_ROUTE_H

#include "exchange.h"

enum auth { AUTH_KEY, AUTH_BEARER, AUTH_NONE };               /* KEY: subscription key only */

struct route {
    const char *method, *path;                                /* one segment may be {id} */
    enum auth   auth;
    uint32_t    needs;                                        /* any of these rights; 0 = none */
    bool        list;                                         /* has paging */
    const char *query;                                        /* see query.h */
    void      (*handle)(struct exchange *x);
};

const struct route *route_find(const char *method, const char *path, char id[static 64]);
const struct route *route_at(size_t index);
size_t              route_index(const struct route *route);

#endif
