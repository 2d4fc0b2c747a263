#include "http.h"

#include <microhttpd.h>
#include <stdlib.h>

#include "base/log.h"
#include "door/server.h"
#include "request.h"

enum { STRANGERS_TOLD_EVERY_MS = 60000 };

struct http {
    struct request_shared shared;
    struct server *server;
    int64_t told_ms;                     /* when a stranger was last told of in the log */
    struct request *waiting;             /* complete and suspended */
    bool closing;                        /* nothing is suspended any more: the server could not stop */
};

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
    server_visitor(http->server, connection, VISITOR_BODY, request->entry.token != NULL);
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
    server_visitor(http->server, connection, VISITOR_ANSWER, request->entry.token != NULL);
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
    server_visitor(http->server, connection, request->entry.token ? VISITOR_IDLE : VISITOR_HEAD, request->entry.token != NULL);
    request_end(request);
    *connection_context = NULL;
}

enum err http_open(struct stage *stage, struct intake *intake, struct doors *doors, struct str folder,
                   struct http **ret_http, struct fault *fault)
{
    const struct config *config = stage_config(stage);
    struct http *http = calloc(1, sizeof *http);
    struct server_wish wish = {
        .section = "ingest", .folder = folder, .listen = config->http_listen,
        .certificate = config->certificate, .certificate_key = config->certificate_key,
        .address_connections = config->ingest.address_connections,
        .handle = handle, .completed = completed, .context = http,
    };
    enum err err;

    if (!http)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    http->shared = (struct request_shared){ .stage = stage, .intake = intake, .doors = doors };
    err = rates_open(&http->shared.rates);
    if (!err)
        err = server_open(stage, &wish, &http->server, fault);
    if (err) {
        http_close(http);
        return err;
    }
    *ret_http = http;
    return ERR_OK;
}

void http_close(struct http *http)
{
    if (!http)
        return;
    http->closing = true;
    while (http->waiting) {
        struct request *request = http->waiting;

        http->waiting = request->next;
        request->delivery.failed |= delivery_undecided(&request->delivery);   /* never acknowledged undecided */
        MHD_resume_connection(request->connection);
    }
    server_close(http->server);
    rates_close(http->shared.rates);
    free(http);
}

void http_reload(struct http *http)
{
    const struct config *config = stage_config(http->shared.stage);

    server_reload(http->server, config->certificate, config->certificate_key);
}

void http_status(const struct http *http, struct strbuf *json)
{
    server_status(http->server, json);
}

int http_fd(const struct http *http)
{
    return server_fd(http->server);
}

void http_run(struct http *http)
{
    server_run(http->server);
}

void http_turn(struct http *http)
{
    const struct config *config = stage_config(http->shared.stage);

    server_turn(http->server, config->ingest.head_wait_ms, config->ingest.body_wait_ms);
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
