#include "http.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/log.h"
#include "certificate.h"
#include "listener.h"
#include "request.h"
#include "visitors.h"

enum {
    CONNECTION_BYTES = 64 * 1024,
    IDLE_S = VISITORS_IDLE_MS / 1000,
    PACKETS_PER_RUN = 8,
    STRANGERS_TOLD_EVERY_MS = 60000
};

static const char tls_versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct http {
    struct request_shared shared;
    struct listener *listener;
    struct visitors *visitors;
    struct certificate *certificate;     /* NULL: plain HTTP */
    bool certificate_wrong;              /* a newer one could not be taken up */
    int64_t told_ms;                     /* when a stranger was last told of in the log */
    struct MHD_Daemon *daemon;
    int fd;                              /* epoll's */
    int64_t due_ms;                      /* when the server wants to run without having been woken */
    struct request *waiting;             /* complete and suspended */
    bool closing;                        /* nothing is suspended any more: the server could not stop */
};

static struct visitor *visitor_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info ? info->socket_context : NULL;
}

static void visited(void *context, struct MHD_Connection *connection, void **visitor,
                    enum MHD_ConnectionNotificationCode code)
{
    struct http *http = context;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *visitor = info ? visitors_add(http->visitors, info->connect_fd, stage_steady_ms(http->shared.stage)) : NULL;
    } else {
        visitors_drop(http->visitors, *visitor);
        *visitor = NULL;
    }
}

/* Counted each time, told in the log once a minute. */
static void tell_stranger(struct http *http, const struct entry *entry)
{
    int64_t now = stage_steady_ms(http->shared.stage);

    stage_counter_add(http->shared.stage, "unauthorized", 1);
    if (http->told_ms && now - http->told_ms < STRANGERS_TOLD_EVERY_MS)
        return;
    http->told_ms = now;
    log_fact("level=warning what=\"a request without a valid token was refused; further ones are counted\" status=%u",
             entry->status);
}

static struct request *begin(struct http *http, struct MHD_Connection *connection, const char *url, const char *method)
{
    struct request *request = request_begin(&http->shared, connection, url, method);

    if (!request)
        return NULL;
    visitor_is(visitor_of(connection), VISITOR_BODY, request->entry.token != NULL, stage_steady_ms(http->shared.stage));
    if (request->entry.status == MHD_HTTP_UNAUTHORIZED)
        tell_stranger(http, &request->entry);
    return request;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **connection_context)
{
    struct http *http = context;
    struct request *request = *connection_context;

    (void)version;
    if (!request) {
        *connection_context = request = begin(http, connection, url, method);
        return request ? MHD_YES : MHD_NO;
    }
    if (*size) {
        request_take(request, (struct str){ data, *size });
        *size = 0;
        return MHD_YES;
    }
    request_complete(request);
    visitor_is(visitor_of(connection), VISITOR_ANSWER, request->entry.token != NULL, stage_steady_ms(http->shared.stage));
    if (!request_undecided(request) || request->entry.status)
        return request_answer(request);
    if (http->closing) {
        request->delivery.failed = true;
        return request_answer(request);
    }
    request->next = http->waiting;
    http->waiting = request;
    MHD_suspend_connection(connection);
    return MHD_YES;
}

static void completed(void *context, struct MHD_Connection *connection, void **connection_context,
                      enum MHD_RequestTerminationCode why)
{
    struct http *http = context;
    struct request *request = *connection_context;

    (void)why;
    if (!request)
        return;
    visitor_is(visitor_of(connection), request->entry.token ? VISITOR_IDLE : VISITOR_HEAD, request->entry.token != NULL,
               stage_steady_ms(http->shared.stage));
    request_end(request);
    *connection_context = NULL;
}

/* An address that others can reach gives each of them a share of the connections; behind a proxy all are one. */
static struct MHD_Daemon *start(struct http *http, int listening)
{
    const struct config *config = stage_config(http->shared.stage);
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (http->certificate ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, (void *)(uintptr_t)certificate_show },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_versions },
        { MHD_OPTION_END, 0, NULL },
    };
    const struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
    bool shared = listener_is_loopback(http->listener);

    return MHD_start_daemon(flags, 0, NULL, NULL, handle, http,
                            MHD_OPTION_LISTEN_SOCKET, listening,
                            MHD_OPTION_NOTIFY_COMPLETED, completed, http,
                            MHD_OPTION_NOTIFY_CONNECTION, visited, http,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)VISITORS_MAX,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, shared ? 0U : (unsigned)config->ingest.address_connections,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
                            MHD_OPTION_ARRAY, http->certificate ? tls : plain, MHD_OPTION_END);
}

static enum err serve(struct http *http, int listening, struct fault *fault)
{
    const union MHD_DaemonInfo *info = NULL;

    http->daemon = start(http, listening);
    if (http->daemon)
        info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info) {
        if (!http->daemon)
            (void)close(listening);
        return fault_set(fault, ERR_SYSTEM, "the HTTP server does not start");
    }
    http->fd = info->epoll_fd;
    return ERR_OK;
}

enum err http_open(struct stage *stage, struct intake *intake, struct doors *doors, struct str folder,
                   struct http **ret_http, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    struct http *http = calloc(1, sizeof *http);
    int listening = -1;
    enum err err;

    if (!http)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    http->shared = (struct request_shared){ .stage = stage, .intake = intake, .doors = doors };
    err = visitors_open(&http->visitors);
    if (!err)
        err = rates_open(&http->shared.rates);
    if (!err && config->certificate.len)
        err = certificate_open(config->certificate, config->certificate_key, &http->certificate, fault);
    if (!err)
        err = listener_open(folder, config->http_listen, http->certificate != NULL, &http->listener, &listening, fault);
    certificate_use(http->certificate);
    if (!err)
        err = serve(http, listening, fault);
    if (err) {
        http_close(http);
        return err;
    }
    *ret_http = http;
    return ERR_OK;
}

static void stop(struct http *http)
{
    while (http->waiting) {
        struct request *request = http->waiting;

        http->waiting = request->next;
        request->delivery.failed |= request->delivery.waiting > 0;   /* never acknowledged undecided */
        MHD_resume_connection(request->connection);
    }
    (void)MHD_run(http->daemon);
    MHD_stop_daemon(http->daemon);
}

void http_close(struct http *http)
{
    if (!http)
        return;
    http->closing = true;
    if (http->daemon)
        stop(http);
    listener_close(http->listener);
    visitors_close(http->visitors);
    rates_close(http->shared.rates);
    certificate_close(http->certificate);
    free(http);
}

void http_reload(struct http *http)
{
    const struct config *config = stage_config(http->shared.stage);
    struct fault fault = { 0 };
    enum err err;

    if (!http->certificate || !config->certificate.len)
        return;
    err = certificate_load(http->certificate, config->certificate, config->certificate_key, &fault);
    http->certificate_wrong = err != ERR_OK;
    if (err)
        log_fact("level=error what=\"the former certificate stays\" why=\"%s\"", fault.text);
}

void http_status(const struct http *http, struct strbuf *json)
{
    if (!http->certificate)
        return;
    json_open(json, "certificate", '{');
    json_put_int(json, "ends_ms", certificate_ends_ms(http->certificate));
    json_put_bool(json, "newer_is_wrong", http->certificate_wrong);
    json_close(json, '}');
}

int http_fd(const struct http *http)
{
    return http->fd;
}

/* Takes what has arrived, some packets of each connection, so that a commit is worth its flush. */
void http_run(struct http *http)
{
    int64_t now = stage_steady_ms(http->shared.stage);
    MHD_UNSIGNED_LONG_LONG patience_ms = 1;

    http->due_ms = INT64_MAX;
    for (int i = 0; i < PACKETS_PER_RUN && MHD_run(http->daemon) == MHD_YES; i++) {
        if (MHD_get_timeout(http->daemon, &patience_ms) != MHD_YES)
            return;
        http->due_ms = now + (int64_t)patience_ms;
        if (patience_ms > 0)
            break;
    }
    stage_wake_at(http->shared.stage, http->due_ms);
}

void http_turn(struct http *http)
{
    const struct config *config = stage_config(http->shared.stage);
    int64_t now = stage_steady_ms(http->shared.stage), next;
    size_t shut = visitors_turn(http->visitors, config->ingest.head_wait_ms, config->ingest.body_wait_ms, now, &next);

    stage_wake_at(http->shared.stage, next);
    if (shut) {
        stage_counter_add(http->shared.stage, "connections_too_slow", (int64_t)shut);
        http_run(http);
    }
    if (http->due_ms <= stage_steady_ms(http->shared.stage))
        http_run(http);
    else if (http->due_ms != INT64_MAX)
        stage_wake_at(http->shared.stage, http->due_ms);
}

void http_answer(struct http *http)
{
    struct request **at = &http->waiting;
    bool any = false;

    while (*at) {
        struct request *request = *at;

        if (request_undecided(request)) {
            at = &request->next;
            continue;
        }
        *at = request->next;
        MHD_resume_connection(request->connection);
        any = true;
    }
    if (any)
        http_run(http);
}
