#include "http.h"

#include <errno.h>
#include <inttypes.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/killpoint.h"
#include "entry.h"
#include "listener.h"
#include "visitors.h"
#include "base/lines.h"
#include "base/log.h"

enum {
    CONNECTION_BYTES = 64 * 1024,
    IDLE_S = VISITORS_IDLE_MS / 1000,
    PACKETS_PER_RUN = 8,
    HTTP_TAILS_BYTES = 16 * 1024 * 1024,
    ANSWER_BYTES_MAX = 2 * 1024 * 1024,
    STRANGERS_TOLD_EVERY_MS = 60000
};

struct http {
    struct stage *stage;
    struct intake *intake;
    struct listener *listener;
    struct doors *doors;
    struct visitors *visitors;
    int64_t told_ms;                     /* when a stranger was last told of in the log */
    struct MHD_Daemon *daemon;
    int fd;                              /* epoll's */
    int64_t due_ms;                      /* when the server wants to run without having been woken */
    size_t tails;                        /* bytes of cut lines, all requests together */
    struct request *waiting;             /* complete and suspended */
    bool closing;                        /* nothing is suspended any more: the server could not stop */
};

struct request {
    struct http *http;
    struct MHD_Connection *connection;
    struct lines lines;
    struct delivery delivery;
    enum entry_kind kind;
    unsigned status;                     /* decided before the body is looked at, or 0 */
    const char *why;
    bool complete;
    struct request *next;                /* in http->waiting */
};

static enum MHD_Result queue(struct MHD_Connection *connection, unsigned status, struct strbuf *body)
{
    struct MHD_Response *response;
    enum MHD_Result result = MHD_NO;

    response = body->failed ? NULL
                            : MHD_create_response_from_buffer(body->len, body->bytes, MHD_RESPMEM_MUST_COPY);
    if (response) {
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
        if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
            (void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "10");
        if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
            (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, POST");
        if (status == MHD_HTTP_UNAUTHORIZED)
            (void)MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"bilag\"");
        result = MHD_queue_response(connection, status, response);
        MHD_destroy_response(response);
    }
    strbuf_free(body);
    return result;
}

static enum MHD_Result answer_error(struct request *request, unsigned status, const char *why)
{
    struct strbuf body;

    strbuf_init(&body, 4096);
    strbuf_add(&body, STR("{\"error\":"));
    strbuf_json(&body, str_of(why));
    strbuf_add(&body, STR("}\n"));
    return queue(request->connection, status, &body);
}

static bool all_forbidden(const struct delivery *delivery)
{
    return delivery->forbidden > 0 && delivery->forbidden == delivery->rejected && !delivery->accepted && !delivery->duplicates;
}

static enum MHD_Result answer(struct request *request)
{
    const struct delivery *delivery = &request->delivery;
    struct strbuf body;

    if (request->status)
        return answer_error(request, request->status, request->why);
    if (delivery->failed)
        return answer_error(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                            "nothing can be stored at the moment: send all of this again later");
    KILLPOINT("ingest.before-ack");
    strbuf_init(&body, ANSWER_BYTES_MAX);
    strbuf_format(&body, "{\"accepted\":%" PRIu64 ",\"duplicates\":%" PRIu64, delivery->accepted, delivery->duplicates);
    if (delivery->parked)
        strbuf_format(&body, ",\"parked\":%" PRIu64, delivery->parked);
    strbuf_add(&body, STR(",\"rejected\":["));
    for (size_t i = 0; i < delivery->reject_count; i++) {
        strbuf_format(&body, "%s{\"line\":%" PRIu64 ",\"reason\":", i ? "," : "", delivery->rejects[i].line);
        strbuf_json(&body, str_of(delivery->rejects[i].reason));
        strbuf_add(&body, delivery->rejects[i].forbidden ? STR(",\"status\":403}") : STR("}"));
    }
    strbuf_char(&body, ']');
    if (delivery->rejected > delivery->reject_count)
        strbuf_format(&body, ",\"rejected_total\":%" PRIu64, delivery->rejected);
    strbuf_add(&body, STR("}\n"));
    return queue(request->connection, all_forbidden(delivery) ? MHD_HTTP_FORBIDDEN : MHD_HTTP_OK, &body);
}

static enum err take_line(struct request *request, const struct line *line)
{
    struct intake *intake = request->http->intake;

    if (line->lost)
        return ERR_MEMORY;
    if (line_is_blank(line))
        return ERR_OK;
    if (line->too_long)
        return intake_refuse(intake, &request->delivery, line->number, line->text,
                             "the line is longer than line_bytes_max; an event is not that long");
    return intake_add(intake, &request->delivery, FORM_JSON, line->number, line->text);
}

static void take_body(struct request *request, struct str input)
{
    struct http *http = request->http;
    struct line line;

    if (request->kind != ENTRY_EVENTS || request->status || request->delivery.failed)
        return;                              /* read, so that the answer can be sent, but not looked at */
    if (doors_look(http->doors)) {
        request->delivery.failed = true;     /* nobody can say whether the token still opens anything */
        return;
    }
    if (http->tails + input.len > HTTP_TAILS_BYTES) {
        request->status = MHD_HTTP_SERVICE_UNAVAILABLE;
        request->why = "too many long lines are under way: send all of this again later";
        return;
    }
    http->tails -= request->lines.tail.len;
    while (!request->delivery.failed && lines_next(&request->lines, &input, &line))
        if (take_line(request, &line))
            request->delivery.failed = true;
    http->tails += request->lines.tail.len;
}

static void complete(struct request *request)
{
    struct line line;

    if (request->kind == ENTRY_EVENTS && !request->status && !request->delivery.failed && lines_last(&request->lines, &line) &&
        take_line(request, &line))
        request->delivery.failed = true;
    request->complete = true;
}

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
        *visitor = info ? visitors_add(http->visitors, info->connect_fd, stage_steady_ms(http->stage)) : NULL;
    } else {
        visitors_drop(http->visitors, *visitor);
        *visitor = NULL;
    }
}

/* Counted each time, told in the log once a minute. */
static void tell_stranger(struct http *http, const struct entry *entry)
{
    int64_t now = stage_steady_ms(http->stage);

    stage_counter_add(http->stage, "unauthorized", 1);
    if (http->told_ms && now - http->told_ms < STRANGERS_TOLD_EVERY_MS)
        return;
    http->told_ms = now;
    log_fact("level=warning what=\"a request without a valid token was refused; further ones are counted\" status=%u",
             entry->status);
}

static void judge(struct request *request, const char *url, const char *method)
{
    struct http *http = request->http;
    struct entry entry;

    entry_judge(request->connection, url, method, http->doors, stage_now_ms(http->stage), &entry);
    request->kind = entry.kind;
    request->status = entry.status;
    request->why = entry.why;
    request->delivery.token = entry.token;
    visitor_is(visitor_of(request->connection), VISITOR_BODY, entry.token != NULL, stage_steady_ms(http->stage));
    if (entry.status == MHD_HTTP_UNAUTHORIZED)
        tell_stranger(http, &entry);
}

static enum MHD_Result answer_health(struct request *request)
{
    struct strbuf body;

    strbuf_init(&body, 4096);
    strbuf_add(&body, STR("{\"ok\":true}\n"));
    return queue(request->connection, MHD_HTTP_OK, &body);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **connection_context)
{
    struct http *http = context;
    struct request *request = *connection_context;

    (void)version;
    if (!request) {
        request = calloc(1, sizeof *request);
        if (!request)
            return MHD_NO;
        request->http = http;
        request->connection = connection;
        lines_init(&request->lines, (size_t)stage_config(http->stage)->ingest.line_bytes_max);
        delivery_init(&request->delivery, "http", STR_NONE);
        request->delivery.guarded = true;
        judge(request, url, method);
        *connection_context = request;
        return MHD_YES;
    }
    if (*size) {
        take_body(request, (struct str){ data, *size });
        *size = 0;
        return MHD_YES;
    }
    if (!request->status && request->kind == ENTRY_HEALTH)
        return answer_health(request);
    if (!request->complete)
        complete(request);
    visitor_is(visitor_of(connection), VISITOR_ANSWER, request->delivery.token != NULL, stage_steady_ms(http->stage));
    if (request->delivery.waiting == 0 || request->status || request->delivery.failed)
        return answer(request);
    if (http->closing) {
        request->delivery.failed = true;
        return answer(request);
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
    visitor_is(visitor_of(connection), request->delivery.token ? VISITOR_IDLE : VISITOR_HEAD, request->delivery.token != NULL,
               stage_steady_ms(http->stage));
    http->tails -= request->lines.tail.len;
    delivery_free(&request->delivery, http->intake);
    lines_free(&request->lines);
    free(request);
    *connection_context = NULL;
}

enum err http_open(struct stage *stage, struct intake *intake, struct doors *doors, struct str folder,
                   struct str listen, struct http **ret_http, struct fault *fault)
{
    struct http *http = calloc(1, sizeof *http);
    const union MHD_DaemonInfo *info = NULL;
    int listening;
    enum err err;

    if (!http)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    http->stage = stage;
    http->intake = intake;
    http->doors = doors;
    err = visitors_open(&http->visitors);
    if (!err)
        err = listener_open(folder, listen, &http->listener, &listening, fault);
    if (err) {
        visitors_close(http->visitors);
        free(http);
        return err;
    }
    http->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, http,
                                    MHD_OPTION_LISTEN_SOCKET, listening,
                                    MHD_OPTION_NOTIFY_COMPLETED, completed, http,
                                    MHD_OPTION_NOTIFY_CONNECTION, visited, http,
                                    MHD_OPTION_CONNECTION_LIMIT, (unsigned)VISITORS_MAX,
                                    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                                    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S, MHD_OPTION_END);
    if (http->daemon)
        info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info) {
        if (http->daemon)
            MHD_stop_daemon(http->daemon);
        else
            (void)close(listening);
        visitors_close(http->visitors);
        listener_close(http->listener);
        free(http);
        return fault_set(fault, ERR_SYSTEM, "the HTTP server does not start");
    }
    http->fd = info->epoll_fd;
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
        request->delivery.failed |= request->delivery.waiting > 0;   /* never acknowledged undecided */
        MHD_resume_connection(request->connection);
    }
    (void)MHD_run(http->daemon);
    MHD_stop_daemon(http->daemon);
    listener_close(http->listener);
    visitors_close(http->visitors);
    free(http);
}

int http_fd(const struct http *http)
{
    return http->fd;
}

/* Takes what has arrived, some packets of each connection, so that a commit is worth its flush. */
void http_run(struct http *http)
{
    int64_t now = stage_steady_ms(http->stage);
    MHD_UNSIGNED_LONG_LONG patience_ms = 1;

    http->due_ms = INT64_MAX;
    for (int i = 0; i < PACKETS_PER_RUN && MHD_run(http->daemon) == MHD_YES; i++) {
        if (MHD_get_timeout(http->daemon, &patience_ms) != MHD_YES)
            return;
        http->due_ms = now + (int64_t)patience_ms;
        if (patience_ms > 0)
            break;
    }
    stage_wake_at(http->stage, http->due_ms);
}

void http_turn(struct http *http)
{
    const struct config *config = stage_config(http->stage);
    int64_t now = stage_steady_ms(http->stage), next;
    size_t shut = visitors_turn(http->visitors, config->ingest.head_wait_ms, config->ingest.body_wait_ms, now, &next);

    stage_wake_at(http->stage, next);
    if (shut) {
        stage_counter_add(http->stage, "connections_too_slow", (int64_t)shut);
        http_run(http);
    }
    if (http->due_ms <= stage_steady_ms(http->stage))
        http_run(http);
    else if (http->due_ms != INT64_MAX)
        stage_wake_at(http->stage, http->due_ms);
}

void http_answer(struct http *http)
{
    struct request **at = &http->waiting;
    bool any = false;

    while (*at) {
        struct request *request = *at;

        if (request->delivery.waiting > 0 && !request->delivery.failed) {
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
