#include "inside.h"

#include "peers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <zmq.h>

static enum err endpoint(const struct stage *stage, const char *name, const struct peer_rule *rule, char *to, size_t size,
                         struct fault *fault)
{
    struct str run = stage->config->run_dir;
    int len = snprintf(to, size, "ipc://" STR_FMT "/%s%s.ipc", STR_ARG(run), name, rule ? ".curve" : "");

    /* the kernel's bound on a socket's path, less "ipc://" counted here */
    if (len < 0 || (size_t)len >= size || (size_t)len - 6 >= sizeof ((struct sockaddr_un *)0)->sun_path)
        return fault_set(fault, ERR_CONFIG, "run_dir " STR_FMT " is too long for a socket: choose one of at most "
                         "70 characters, such as /run/bilag", STR_ARG(run));
    return ERR_OK;
}

static int set(struct link *link, int option, int value)
{
    return zmq_setsockopt(link->socket, option, &value, sizeof value);
}

enum err link_open(struct stage *stage, int type, link_handler handler, struct link **ret_link)
{
    struct link *link;
    size_t size = sizeof link->fd;
    int64_t bytes_max = MESSAGE_BYTES_MAX;

    if (stage->link_count == COUNT(stage->links))
        return ERR_MEMORY;
    link = &stage->links[stage->link_count];
    *link = (struct link){ .stage = stage, .type = type, .handler = handler };
    link->socket = zmq_socket(stage->zmq, type);
    if (!link->socket)
        return ERR_SYSTEM;
    stage->link_count++;
    if (set(link, ZMQ_LINGER, 200) || zmq_setsockopt(link->socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) ||
        (type == ZMQ_PUSH && set(link, ZMQ_IMMEDIATE, 1)) ||
        set(link, ZMQ_RECONNECT_IVL, 20) || set(link, ZMQ_RECONNECT_IVL_MAX, 500) ||
        zmq_getsockopt(link->socket, ZMQ_FD, &link->fd, &size))
        return ERR_SYSTEM;
    *ret_link = link;
    return ERR_OK;
}

enum err link_listen(struct stage *stage, int type, const char *name, link_handler handler,
                     struct link **ret_link, struct fault *fault)
{
    enum err err = link_open(stage, type, handler, ret_link);

    return err ? err : link_bind(*ret_link, name, fault);
}

enum err link_bound(struct link *link, int messages)
{
    ensure(messages > 0);
    return set(link, ZMQ_RCVHWM, messages) ? ERR_SYSTEM : ERR_OK;
}

enum err link_bound_bytes(struct link *link, int64_t bytes_max)
{
    return zmq_setsockopt(link->socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) ? ERR_SYSTEM : ERR_OK;
}

enum err link_bind(struct link *link, const char *name, struct fault *fault)
{
    const struct peer_rule *rule = peers_rule(name);
    char where[256];
    enum err err = endpoint(link->stage, name, rule, where, sizeof where, fault);

    if (!err && rule)
        err = peers_guard(link, rule);
    if (err)
        return err;
    if (zmq_bind(link->socket, where) != 0)
        return fault_set(fault, errno == EADDRINUSE ? ERR_IN_USE : ERR_SYSTEM, "cannot listen on %s: %s", where,
                         zmq_strerror(errno));
    return ERR_OK;
}

enum err link_bind_outside(struct link *link, const char *address, link_admit admit, int64_t bytes_max,
                           struct fault *fault)
{
    char where[300];
    bool v6 = address[0] == '[';
    enum err err;

    link->stage->admit = admit;
    err = peers_guard_outside(link);
    if (!err && (zmq_setsockopt(link->socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) ||
                 set(link, ZMQ_TCP_KEEPALIVE, 1) || (v6 && set(link, ZMQ_IPV6, 1))))
        err = ERR_SYSTEM;
    if (err)
        return err;
    (void)snprintf(where, sizeof where, "tcp://%s", address);
    if (zmq_bind(link->socket, where) == 0)
        return ERR_OK;
    return fault_set(fault, errno == EADDRINUSE ? ERR_IN_USE : err_of_errno(errno, ERR_CONFIG), "cannot listen on %s: %s",
                     where, zmq_strerror(errno));
}

enum err link_connect(struct link *link, const char *name, struct fault *fault)
{
    const struct peer_rule *rule = peers_rule(name);
    char where[256];
    enum err err = endpoint(link->stage, name, rule, where, sizeof where, fault);

    if (!err && rule)
        err = peers_show(link, rule);
    if (err)
        return err;
    if (zmq_connect(link->socket, where) != 0)
        return fault_set(fault, ERR_SYSTEM, "cannot connect to %s: %s", where, zmq_strerror(errno));
    return ERR_OK;
}

static enum err push_peers(struct link *link, const char *to, int instances, struct fault *fault)
{
    enum err err = ERR_OK;

    for (; !err && link->peers < instances; link->peers++) {
        char name[64];

        (void)snprintf(name, sizeof name, "%s-%d", to, link->peers);
        err = link_connect(link, name, fault);
    }
    return err;
}

enum err link_push_to(struct stage *stage, const char *to, int instances, struct link **ret_link,
                      struct fault *fault)
{
    enum err err = link_open(stage, ZMQ_PUSH, NULL, ret_link);

    return err ? err : push_peers(*ret_link, to, instances, fault);
}

enum err link_push_widen(struct link *link, const char *to, int instances)
{
    return push_peers(link, to, instances, NULL);
}

enum err link_send(struct link *link, const struct str *part, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int flags = ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0);

        if (zmq_send(link->socket, part[i].bytes, part[i].len, flags) < 0) {
            if (errno == EAGAIN || errno == EHOSTUNREACH)
                return ERR_BUSY;
            return errno == EINTR ? ERR_BUSY : ERR_NETWORK;
        }
    }
    return ERR_OK;
}

bool link_paused(const struct link *link)
{
    return link->stage->paused && link->type == ZMQ_PULL;
}

/* Asked of every link before a wait, also of those that are only written to: asking is what makes ZeroMQ take its
 * own commands, and until it has, the descriptor stays readable and the wait would spin. */
bool link_readable(const struct link *link)
{
    int events = 0;
    size_t size = sizeof events;

    return zmq_getsockopt(link->socket, ZMQ_EVENTS, &events, &size) == 0 && link->handler && (events & ZMQ_POLLIN);
}

/* Every frame is read whatever happens; a message with too many is dropped whole. */
static enum err receive(struct link *link, zmq_msg_t msgs[FRAMES_MAX], struct frames *frames)
{
    bool more = true, dropped = false;

    frames->count = 0;
    frames->key = NULL;
    while (more) {
        zmq_msg_t *msg = &msgs[frames->count < FRAMES_MAX ? frames->count : FRAMES_MAX - 1];

        if (frames->count >= FRAMES_MAX) {
            dropped = true;
            (void)zmq_msg_close(msg);
            frames->count = FRAMES_MAX - 1;
        }
        (void)zmq_msg_init(msg);
        if (zmq_msg_recv(msg, link->socket, ZMQ_DONTWAIT) < 0) {
            (void)zmq_msg_close(msg);
            return errno == EAGAIN || errno == EINTR ? ERR_BUSY : ERR_NETWORK;
        }
        frames->part[frames->count++] = (struct str){ zmq_msg_data(msg), zmq_msg_size(msg) };
        frames->key = link->outside ? zmq_msg_gets(msg, "User-Id") : NULL;
        more = zmq_msg_more(msg);
    }
    return dropped ? ERR_FORMAT : ERR_OK;
}

enum err link_drain(struct stage *stage, struct link *link)
{
    for (int i = 0; i < LINK_DRAIN_MAX && link_readable(link) && !link_paused(link); i++) {
        zmq_msg_t msgs[FRAMES_MAX];
        struct frames frames;
        enum err err = receive(link, msgs, &frames);

        if (err == ERR_OK)
            err = link->handler(stage, stage->state, link, &frames);
        for (size_t f = 0; f < frames.count; f++)
            (void)zmq_msg_close(&msgs[f]);
        arena_reset(&stage->arena);
        if (err == ERR_BUSY)
            return ERR_OK;
        if (err == ERR_FORMAT)
            stage_counter_add(stage, "messages_malformed", 1);
        else if (err)
            return err;
    }
    return ERR_OK;
}

void link_close_all(struct stage *stage)
{
    for (size_t i = 0; i < stage->link_count; i++)
        if (stage->links[i].socket)
            (void)zmq_close(stage->links[i].socket);
    stage->link_count = 0;
}
