/* transport.h - requests over libcurl's multi interface: several under way, one wait for all.
 *
 * HTTP/1.1 on kept connections; no redirects; certificates are checked; http and https only; an answer is at most
 * HTTP_REPLY_MAX bytes, all that are being read together at most HTTP_REPLIES_MAX. A request leaves once: libcurl would repeat one whose kept connection turns out dead, and
 * that could post twice, so the second attempt is stopped (transport.c).
 * Ownership   the request is copied; the reply's strings are dead after done() returns.
 * done()      is called from transport_turn() only, exactly once a request, or never if transport_close() comes first; it may
 *             start requests.
 */
#ifndef BILAG_POWEROFFICE_TRANSPORT_H
#define BILAG_POWEROFFICE_TRANSPORT_H

#include "base/err.h"

#include <poll.h>

enum { HTTP_REPLY_MAX = 64 * 1024 * 1024, HTTP_REPLIES_MAX = 128 * 1024 * 1024, HTTP_HEADERS_MAX = 6 };
enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT };

struct http_request {
    enum http_method method;
    struct str url, body;
    struct str headers[HTTP_HEADERS_MAX]; /* "Name: value"; wiped after use */
    int64_t mark;                         /* for transport_leaving */
    int32_t answer_ms;                    /* patience of its own; 0: that of all */
};

struct http_reply {
    long status;                          /* 0: none came */
    int curl_code;                        /* 0: the reply is whole */
    bool sent;                            /* some of the request may have left */
    int64_t left_us;                      /* steady; when it had left, or ended without (sent) */
    int64_t took_us;                      /* from just before it left to the answer's first byte; 0: none came */
    struct str body, location, retry_after, pagination;
};

struct transport;
typedef void (*transport_done)(void *context, const struct http_reply *reply);
typedef void (*transport_left)(void *context, int64_t mark, int64_t left_us);

USED enum err transport_open(struct transport **ret_transport);
void transport_close(struct transport *transport);                          /* NULL is fine */
void transport_patience(struct transport *transport, int32_t connect_ms, int32_t answer_ms, int32_t connections);
/* left() is called as soon as each request has left (left_us, steady), its connection standing, or ends without having left: once for each
 * that transport_start() took, and it must not start any. */
void transport_agent(struct transport *transport, struct str agent);        /* User-Agent; before it: Bilag and its version */
void transport_leaving(struct transport *transport, transport_left left, void *context);
USED enum err transport_start(struct transport *transport, const struct http_request *request, transport_done done,
                              void *context);
void transport_turn(struct transport *transport);                           /* moves what can move, ends what has ended */
size_t transport_under_way(const struct transport *transport);
/* Waits for these descriptors and for the requests: a stage_wait (stage.h) with the http as its context. */
int transport_wait(void *transport, struct pollfd *fds, size_t count, int timeout_ms);

#endif
