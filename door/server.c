#include "server.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/log.h"
#include "certificate.h"
#include "listener.h"

enum { CONNECTION_BYTES = 64 * 1024, IDLE_S = VISITORS_IDLE_MS / 1000, PACKETS_PER_RUN = 8 };

static const char tls_versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

struct server {
    struct stage *stage;
    struct listener *listener;
    struct visitors *visitors;
    struct certificate *certificate;     /* NULL: plain HTTP */
    bool certificate_wrong;              /* a newer one could not be taken up */
    struct MHD_Daemon *daemon;
    int fd;                              /* epoll's */
    int64_t due_ms;                      /* when the server wants to run without having been woken */
};

void server_visitor(struct server *server, struct MHD_Connection *connection, enum visitor_phase phase, bool known)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    visitor_is(info ? info->socket_context : NULL, phase, known, stage_steady_ms(server->stage));
}

static void visited(void *context, struct MHD_Connection *connection, void **visitor,
                    enum MHD_ConnectionNotificationCode code)
{
    struct server *server = context;
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *visitor = info ? visitors_add(server->visitors, info->connect_fd, stage_steady_ms(server->stage)) : NULL;
    } else {
        visitors_drop(server->visitors, *visitor);
        *visitor = NULL;
    }
}

/* An address that others can reach gives each of them a share of the connections; behind a proxy all are one. */
static struct MHD_Daemon *start(struct server *server, const struct server_wish *wish, int listening)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (server->certificate ? MHD_USE_TLS : 0);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_HTTPS_CERT_CALLBACK2, 0, (void *)(uintptr_t)certificate_show },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_versions },
        { MHD_OPTION_END, 0, NULL },
    };
    const struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
    bool shared = listener_is_loopback(server->listener);

    return MHD_start_daemon(flags, 0, NULL, NULL, wish->handle, wish->context,
                            MHD_OPTION_LISTEN_SOCKET, listening,
                            MHD_OPTION_NOTIFY_COMPLETED, wish->completed, wish->context,
                            MHD_OPTION_NOTIFY_CONNECTION, visited, server,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)VISITORS_MAX,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, shared ? 0U : (unsigned)wish->address_connections,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
                            MHD_OPTION_ARRAY, server->certificate ? tls : plain, MHD_OPTION_END);
}

static enum err serve(struct server *server, const struct server_wish *wish, int listening, struct fault *fault)
{
    const union MHD_DaemonInfo *info = NULL;

    server->daemon = start(server, wish, listening);
    if (server->daemon)
        info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (!info) {
        if (!server->daemon)
            (void)close(listening);
        return fault_set(fault, ERR_SYSTEM, "the HTTP server does not start");
    }
    server->fd = info->epoll_fd;
    return ERR_OK;
}

enum err server_open(struct stage *stage, const struct server_wish *wish, struct server **ret_server, struct fault *fault)
{
    struct server *server = calloc(1, sizeof *server);
    int listening = -1;
    enum err err;

    if (!server)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    server->stage = stage;
    err = visitors_open(&server->visitors);
    if (!err && wish->certificate.len)
        err = certificate_open(wish->certificate, wish->certificate_key, &server->certificate, fault);
    if (!err)
        err = listener_open(wish->section, wish->folder, wish->listen, server->certificate != NULL, &server->listener,
                            &listening, fault);
    certificate_use(server->certificate);
    if (!err)
        err = serve(server, wish, listening, fault);
    if (err) {
        server_close(server);
        return err;
    }
    *ret_server = server;
    return ERR_OK;
}

void server_close(struct server *server)
{
    if (!server)
        return;
    if (server->daemon) {
        (void)MHD_run(server->daemon);
        MHD_stop_daemon(server->daemon);
    }
    listener_close(server->listener);
    visitors_close(server->visitors);
    certificate_close(server->certificate);
    free(server);
}

void server_reload(struct server *server, struct str certificate, struct str certificate_key)
{
    struct fault fault = { 0 };
    enum err err;

    if (!server->certificate || !certificate.len)
        return;
    err = certificate_load(server->certificate, certificate, certificate_key, &fault);
    server->certificate_wrong = err != ERR_OK;
    if (err)
        log_fact("level=error what=\"the former certificate stays\" why=\"%s\"", fault.text);
}

void server_status(const struct server *server, struct strbuf *json)
{
    if (!server->certificate)
        return;
    json_open(json, "certificate", '{');
    json_put_int(json, "ends_ms", certificate_ends_ms(server->certificate));
    json_put_bool(json, "newer_is_wrong", server->certificate_wrong);
    json_close(json, '}');
}

int server_fd(const struct server *server)
{
    return server->fd;
}

bool server_has_tls(const struct server *server)
{
    return server->certificate != NULL;
}

void server_run(struct server *server)
{
    int64_t now = stage_steady_ms(server->stage);
    MHD_UNSIGNED_LONG_LONG patience_ms = 1;

    server->due_ms = INT64_MAX;
    for (int i = 0; i < PACKETS_PER_RUN && MHD_run(server->daemon) == MHD_YES; i++) {
        if (MHD_get_timeout(server->daemon, &patience_ms) != MHD_YES)
            return;
        server->due_ms = now + (int64_t)patience_ms;
        if (patience_ms > 0)
            break;
    }
    stage_wake_at(server->stage, server->due_ms);
}

void server_turn(struct server *server, int64_t head_wait_ms, int64_t body_wait_ms)
{
    int64_t now = stage_steady_ms(server->stage), next;
    size_t shut = visitors_turn(server->visitors, head_wait_ms, body_wait_ms, now, &next);

    stage_wake_at(server->stage, next);
    if (shut) {
        stage_counter_add(server->stage, "connections_too_slow", (int64_t)shut);
        server_run(server);
    }
    if (server->due_ms <= stage_steady_ms(server->stage))
        server_run(server);
    else if (server->due_ms != INT64_MAX)
        stage_wake_at(server->stage, server->due_ms);
}
