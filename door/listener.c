#include "listener.h"

#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 256, START_TRIES = 500, START_PAUSE_MS = 10 };

/* Bytes of the lock file: one for who is starting, one held by all who listen. */
enum { LOCK_STARTING, LOCK_LISTENING };

struct listener { const char *section; int lock_fd; bool loopback; };

/* "host:port" or "[host]:port" in its two parts. */
static bool split(struct str listen, char *host, size_t host_size, char *port, size_t port_size)
{
    size_t colon = listen.len;
    struct str name;

    while (colon > 0 && listen.bytes[colon - 1] != ':')
        colon--;
    if (colon < 2)
        return false;
    name = (struct str){ listen.bytes, colon - 1 };
    if (name.bytes[0] == '[' && name.bytes[name.len - 1] == ']')
        name = (struct str){ name.bytes + 1, name.len - 2 };
    return str_copy(name, host, host_size) &&
           str_copy((struct str){ listen.bytes + colon, listen.len - colon }, port, port_size);
}

static bool is_loopback(const struct sockaddr *address)
{
    const struct sockaddr_in *v4 = (const void *)address;
    const struct sockaddr_in6 *v6 = (const void *)address;

    return address->sa_family == AF_INET ? (ntohl(v4->sin_addr.s_addr) >> 24) == 127
                                         : IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/* Locks end with the process however it ends. */
static bool lock(const struct listener *listener, int byte, short type)
{
    struct flock wanted = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

    return fcntl(listener->lock_fd, F_OFD_SETLK, &wanted) == 0;
}

/* One instance at a time finds out whether others listen. */
static enum err wait_to_start(const struct listener *listener, struct fault *fault)
{
    for (int i = 0; i < START_TRIES; i++) {
        struct timespec pause = { 0, START_PAUSE_MS * 1000000 };

        if (lock(listener, LOCK_STARTING, F_WRLCK))
            return ERR_OK;
        (void)nanosleep(&pause, NULL);
    }
    return fault_set(fault, ERR_BUSY, "%s.http: another instance has been starting for seconds", listener->section);
}

static int failed(int fd)
{
    int error = errno;

    if (fd >= 0)
        (void)close(fd);
    errno = error;
    return -1;
}

/* The first listens alone, which fails if anybody else has the address, whatever that one allows; only then may others
 * join. Gives -1 with errno. */
static int listen_on(const struct addrinfo *found, bool first)
{
    int on = 1, fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (!first && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) ||
        bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
        return failed(fd);
    return fd;
}

static enum err find_address(const char *section, struct str address, bool guarded, struct addrinfo **ret_found,
                             struct fault *fault)
{
    const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
    char host[256], port[16];
    int rc;

    if (!split(address, host, sizeof host, port, sizeof port))
        return fault_set(fault, ERR_CONFIG, "%s.http: " STR_FMT " is not an address like 127.0.0.1:7420", section,
                         STR_ARG(address));
    rc = getaddrinfo(host, port, &hints, ret_found);
    if (rc != 0)
        return fault_set(fault, rc == EAI_SYSTEM || rc == EAI_MEMORY || rc == EAI_AGAIN ? ERR_SYSTEM : ERR_CONFIG,
                         "%s.http: " STR_FMT ": %s", section, STR_ARG(address), gai_strerror(rc));
    if (guarded || is_loopback((*ret_found)->ai_addr))
        return ERR_OK;
    freeaddrinfo(*ret_found);
    return fault_set(fault, ERR_CONFIG, "%s.http: " STR_FMT " can be reached from other machines, and what opens this door "
                     "would travel there in the open: give it %s.certificate and %s.certificate_key, or listen on 127.0.0.1 and put "
                     "a proxy with TLS before it (docs/operator.md has one for nginx)", section, STR_ARG(address), section,
                     section);
}

static enum err open_lock(struct str folder, struct str address, struct listener *listener, struct fault *fault)
{
    char path[1024], name[280];

    (void)snprintf(name, sizeof name, STR_FMT, STR_ARG(address));
    for (char *c = name; *c; c++)
        *c = *c == '/' ? '_' : *c;
    (void)snprintf(path, sizeof path, STR_FMT "/http-%s.lock", STR_ARG(folder), name);
    listener->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, file_mode());
    if (listener->lock_fd < 0)
        return fault_set(fault, ERR_STORE_IO, "cannot make %s: %s", path, strerror(errno));
    return ERR_OK;
}

static enum err take_address(struct listener *listener, struct str address, const struct addrinfo *found, int *ret_socket,
                             struct fault *fault)
{
    bool first;
    enum err err = wait_to_start(listener, fault);
    int fd;

    if (err)
        return err;
    first = lock(listener, LOCK_LISTENING, F_WRLCK);
    fd = listen_on(found, first);
    if (fd < 0 && errno == EADDRINUSE)
        return fault_set(fault, ERR_CONFIG, "%s.http: another program listens on " STR_FMT
                         " already: stop it, or set another port in bilag.yaml", listener->section, STR_ARG(address));
    if (fd < 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s.http: cannot listen on " STR_FMT ": %s",
                         listener->section, STR_ARG(address), strerror(errno));
    if (!lock(listener, LOCK_LISTENING, F_RDLCK) || !lock(listener, LOCK_STARTING, F_UNLCK)) {
        (void)failed(fd);
        return fault_set(fault, ERR_SYSTEM, "%s.http: cannot lock the address: %s", listener->section, strerror(errno));
    }
    *ret_socket = fd;
    return ERR_OK;
}

enum err listener_open(const char *section, struct str folder, struct str address, bool guarded,
                       struct listener **ret_listener, int *ret_socket, struct fault *fault)
{
    struct listener *listener = calloc(1, sizeof *listener);
    struct addrinfo *found = NULL;
    enum err err;

    if (!listener)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    listener->section = section;
    listener->lock_fd = -1;
    err = find_address(section, address, guarded, &found, fault);
    if (!err && found) {
        listener->loopback = is_loopback(found->ai_addr);
        err = open_lock(folder, address, listener, fault);
        if (!err)
            err = take_address(listener, address, found, ret_socket, fault);
        freeaddrinfo(found);
    }
    if (err) {
        listener_close(listener);
        return err;
    }
    *ret_listener = listener;
    return ERR_OK;
}

bool listener_is_loopback(const struct listener *listener)
{
    return listener->loopback;
}

void listener_close(struct listener *listener)
{
    if (!listener)
        return;
    if (listener->lock_fd >= 0)
        (void)close(listener->lock_fd);
    free(listener);
}
