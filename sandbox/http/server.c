/* server.c - the HTTP side: libmicrohttpd in an event loop of our own. */
#include "server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "gate.h"
#include "sandbox/base/text.h"

#define CONNECTIONS_MAX    4000u
#define CONNECTION_IDLE_S  300u
#define CONNECTION_MEMORY  ((size_t)128 << 10)
#define UPLOAD_BYTES_MAX   ((size_t)32 << 20)                 /* a PDF of 30 MB and its wrapping */

struct pending {
    struct server         *server;
    struct MHD_Connection *connection;
    struct exchange       *x;
    bool    served;
    int64_t due_ns;
};

struct server {
    struct sandbox    *box;
    struct MHD_Daemon *daemon;
    int                signals;
    bool               stopping;
    struct pending   **waiting;                               /* heap, the earliest due first */
    size_t             waiting_count, waiting_room;
};

static void waiting_swap(struct server *server, size_t a, size_t b)
{
    struct pending *kept = server->waiting[a];

    server->waiting[a] = server->waiting[b];
    server->waiting[b] = kept;
}

static void waiting_put(struct server *server, struct pending *pending)
{
    size_t at = server->waiting_count;

    if (at == server->waiting_room) {
        server->waiting_room = at ? at * 2 : 64;
        server->waiting = must_grow(server->waiting, server->waiting_room * sizeof pending);
    }
    server->waiting[server->waiting_count++] = pending;
    for (; at && server->waiting[at]->due_ns < server->waiting[(at - 1) / 2]->due_ns;
         at = (at - 1) / 2)
        waiting_swap(server, at, (at - 1) / 2);
}

static struct pending *waiting_take(struct server *server)
{
    struct pending *first = server->waiting[0];
    size_t at = 0;

    server->waiting[0] = server->waiting[--server->waiting_count];
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= server->waiting_count)
            return first;
        if (child + 1 < server->waiting_count &&
            server->waiting[child + 1]->due_ns < server->waiting[child]->due_ns)
            child++;
        if (server->waiting[at]->due_ns <= server->waiting[child]->due_ns)
            return first;
        waiting_swap(server, at, child);
        at = child;
    }
}

/* Until the earliest late answer is due, ms; -1: none waits. */
static int waiting_ms(const struct server *server)
{
    int64_t left;

    if (!server->waiting_count)
        return -1;
    left = server->waiting[0]->due_ns - moment_steady_ns();
    return left <= 0 ? 0 : (int)(left / 1000000) + 1;
}

static char *header_copy(struct MHD_Connection *connection, const char *name)
{
    return text_copy(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

static enum MHD_Result query_copy(void *context, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct exchange *x = context;

    (void)kind;
    if (x->query_count == QUERY_MAX)
        return MHD_NO;
    x->query[x->query_count].name = text_copy(name);
    x->query[x->query_count++].value = text_copy(value ? value : "");
    return MHD_YES;
}

static const char *after_prefix(const char *path, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncasecmp(path, prefix, length) == 0 && (path[length] == '/' || !path[length])
               ? path + length : NULL;
}

/* The path within the API. Both environments' bases are known: /v2, /Demo/v2, /OAuth/Token,
 * /Demo/OAuth/Token. What lies elsewhere gets a path that no route has. */
static char *path_copy(const char *url, bool *ret_is_token)
{
    const char *demo = after_prefix(url, "/Demo"), *path = demo ? demo : url;
    const char *api = after_prefix(path, "/v2");

    *ret_is_token = text_same(path, "/OAuth/Token");
    if (*ret_is_token || (!demo && after_prefix(url, "/_sandbox")))
        return text_copy(path);
    if (api && !after_prefix(api, "/_sandbox") && !after_prefix(api, "/OAuth"))
        return text_copy(api);
    return text_print("!%s", url);
}

static void request_read(struct pending *pending, const char *url, const char *method)
{
    struct exchange *x = pending->x;

    x->method = text_copy(method);
    x->path = path_copy(url, &x->is_token_path);
    x->authorization = header_copy(pending->connection, "Authorization");
    x->subscription_key = header_copy(pending->connection, "Ocp-Apim-Subscription-Key");
    x->content_type = header_copy(pending->connection, "Content-Type");
    (void)MHD_get_connection_values(pending->connection, MHD_GET_ARGUMENT_KIND, query_copy, x);
}

static void body_add(struct exchange *x, const char *bytes, size_t count, bool upload)
{
    size_t limit = upload ? UPLOAD_BYTES_MAX : (size_t)exchange_number(x, SET_max_body_bytes);

    if (x->body_bytes + count > limit)
        x->body_too_large = true;
    if (x->body_too_large)
        return;
    if (x->body_bytes + count + 1 > x->body_room) {
        x->body_room = (x->body_bytes + count + 1) * 2;
        x->body = must_grow(x->body, x->body_room);
    }
    memcpy(x->body + x->body_bytes, bytes, count);
    x->body_bytes += count;
    x->body[x->body_bytes] = '\0';
}

/* Disconnecting a connected socket makes Linux send RST at once. */
static void connection_reset(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

    if (info)
        (void)connect(info->connect_fd, &nowhere, sizeof nowhere);
}

static enum MHD_Result respond(struct pending *pending)
{
    const struct answer *answer = &pending->x->answer;
    size_t length = answer->body ? strlen(answer->body) : 0;
    struct MHD_Response *response;
    enum MHD_Result result;

    if (answer->fate == FATE_RESET)
        connection_reset(pending->connection);
    if (answer->fate != FATE_ANSWER || pending->server->stopping)
        return MHD_NO;
    response = MHD_create_response_from_buffer(length, answer->body, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    if (answer->body)
        (void)MHD_add_response_header(response, "Content-Type", answer->type);
    for (size_t i = 0; i < answer->header_count; i++)
        (void)MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value);
    result = MHD_queue_response(pending->connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Called for the header, for each piece of the body, at its end, and after a late answer's wait. */
static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_bytes, void **request)
{
    struct pending *pending = *request;
    struct server *server = context;

    (void)version;
    if (!pending->connection) {
        pending->connection = connection;
        request_read(pending, url, method);
        return MHD_YES;
    }
    if (*upload_bytes) {
        body_add(pending->x, upload, *upload_bytes, strcmp(method, "PUT") == 0);
        *upload_bytes = 0;
        return MHD_YES;
    }
    if (!pending->served) {
        pending->served = true;
        gate_serve(pending->x);
        /* Nothing is told before it is on disk, not even by a read that came in between. */
        if (pending->x->answer.delay_ms || journal_is_dirty(server->box->journal)) {
            pending->due_ns = moment_steady_ns() + pending->x->answer.delay_ms * 1000000;
            waiting_put(server, pending);
            MHD_suspend_connection(connection);
            return MHD_YES;
        }
    }
    return respond(pending);
}

/* The first that is heard of a request, and the only place where the raw URL is seen. */
static void *request_begin(void *context, const char *uri, struct MHD_Connection *connection)
{
    struct pending *pending = must_alloc(sizeof *pending);

    (void)connection;
    pending->server = context;
    pending->x = must_alloc(sizeof *pending->x);
    pending->x->box = pending->server->box;
    pending->x->url_bytes = strlen(uri);
    return pending;
}

static void request_end(void *context, struct MHD_Connection *connection, void **request,
                        enum MHD_RequestTerminationCode code)
{
    struct pending *pending = *request;

    (void)context;
    (void)connection;
    (void)code;
    if (pending)
        exchange_free(pending->x);
    free(pending);
    *request = NULL;
}

/* A listening socket for "host:port"; its port in *ret_port. */
static int listen_at(const char *address, unsigned *ret_port, const char **ret_why)
{
    char host[128];
    const char *colon = strrchr(address, ':');
    struct addrinfo hints = { .ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM }, *found;
    struct sockaddr_storage bound = { 0 };
    socklen_t bound_bytes = sizeof bound;
    int on = 1, rc, fd;

    *ret_why = "the address must be HOST:PORT";
    if (!colon || (size_t)(colon - address) >= sizeof host)
        return -1;
    text_set(host, (size_t)(colon - address) + 1, address[0] == '[' ? address + 1 : address);
    host[strcspn(host, "]")] = '\0';
    rc = getaddrinfo(host, colon + 1, &hints, &found);
    if (rc) {
        *ret_why = gai_strerror(rc);
        return -1;
    }
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&bound, &bound_bytes) != 0) {
        *ret_why = strerror(errno);
        freeaddrinfo(found);
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    freeaddrinfo(found);
    /* The port lies at the same place for IPv4 and IPv6. */
    *ret_port = ntohs(((const struct sockaddr_in *)&bound)->sin_port);
    return fd;
}

static int signals_open(void)
{
    sigset_t stop;

    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTERM);
    (void)sigaddset(&stop, SIGINT);
    (void)signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &stop, NULL) != 0)
        return -1;
    return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void files_allow_many(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

bool server_open(const char *address, struct sandbox *box, struct server **ret_server,
                 const char **ret_why)
{
    struct server *server = must_alloc(sizeof *server);
    int fd = listen_at(address, &box->port, ret_why);

    server->box = box;
    server->signals = signals_open();
    files_allow_many();
    if (fd >= 0) {
        *ret_why = "the HTTP server did not start";
        server->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, server,
            MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, request_begin, server,
            MHD_OPTION_NOTIFY_COMPLETED, request_end, server,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
            MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
            MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_IDLE_S, MHD_OPTION_END);
    }
    if (!server->daemon || server->signals < 0) {
        if (!server->daemon && fd >= 0)
            (void)close(fd);
        server_close(server);
        return false;
    }
    *ret_server = server;
    return true;
}

static int wait_ms(struct server *server)
{
    MHD_UNSIGNED_LONG_LONG http_ms;
    int late_ms = waiting_ms(server);

    if (MHD_get_timeout(server->daemon, &http_ms) != MHD_YES)
        return late_ms;
    if (http_ms > 60000)
        http_ms = 60000;
    return late_ms >= 0 && late_ms < (int)http_ms ? late_ms : (int)http_ms;
}

static void resume_due(struct server *server, bool all)
{
    int64_t now_ns = moment_steady_ns();

    while (server->waiting_count && (all || server->waiting[0]->due_ns <= now_ns))
        MHD_resume_connection(waiting_take(server)->connection);
}

bool server_run(struct server *server)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);

    while (info && !server->stopping) {
        struct pollfd wait[] = { { .fd = info->epoll_fd, .events = POLLIN },
                                 { .fd = server->signals, .events = POLLIN } };

        if (poll(wait, COUNT(wait), wait_ms(server)) < 0 && errno != EINTR)
            return false;
        server->stopping = wait[1].revents != 0;
        resume_due(server, server->stopping);
        if (MHD_run(server->daemon) != MHD_YES)
            return false;
        journal_commit(server->box->journal);                 /* one flush for all who wait */
    }
    return info != NULL;
}

void server_close(struct server *server)
{
    if (!server)
        return;
    server->stopping = true;
    if (server->daemon) {
        resume_due(server, true);
        (void)MHD_run(server->daemon);
        MHD_stop_daemon(server->daemon);
    }
    if (server->signals >= 0)
        (void)close(server->signals);
    free(server->waiting);
    free(server);
}
