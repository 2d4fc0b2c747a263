/* http.h - requests over libcurl's multi interface: several under way, one wait for all.
 *
 * HTTP/1.1 on kept connections; no redirects; certificates are checked; http and https only; an answer is at most
 * HTTP_REPLY_MAX bytes. A request leaves once: libcurl would repeat one whose kept connection turns out dead, and
 * that could post twice, so the second attempt is stopped (http.c).
 * Ownership   the request is copied; the reply's strings are dead after done() returns.
 * done()      is called from http_turn() only, exactly once a request, or never if http_close() comes first; it may
 *             start requests.
 */
#ifndef BILAG_HTTP_H
#define BILAG_HTTP_H

#include "err.h"

#include <poll.h>

enum { HTTP_REPLY_MAX = 64 * 1024 * 1024, HTTP_HEADERS_MAX = 6 };
enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT };

struct http_request {
    enum http_method method;
    struct str url, body;
    struct str headers[HTTP_HEADERS_MAX]; /* "Name: value"; wiped after use */
};

struct http_reply {
    long status;                          /* 0: none came */
    int curl_code;                        /* 0: the reply is whole */
    bool sent;                            /* some of the request may have left */
    struct str body, location, retry_after, pagination;
};

struct http;
typedef void (*http_done)(void *context, const struct http_reply *reply);

USED enum err http_open(struct http **ret_http);
void http_close(struct http *http);                          /* NULL is fine */
void http_patience(struct http *http, int32_t connect_ms, int32_t answer_ms, int32_t connections);
USED enum err http_start(struct http *http, const struct http_request *request, http_done done, void *context);
void http_turn(struct http *http);                           /* moves what can move, ends what has ended */
size_t http_under_way(const struct http *http);
/* Waits for these descriptors and for the requests: a stage_wait (stage.h) with the http as its context. */
int http_wait(void *http, struct pollfd *fds, size_t count, int timeout_ms);

#endif
