/* script_server.h - a server on loopback that answers, hangs up or is silent as its script says, and remembers what it was
 * asked: what a client must bear from the network. */
#ifndef BILAG_TESTS_SCRIPT_SERVER_H
#define BILAG_TESTS_SCRIPT_SERVER_H

#include "base/str.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HELPER static __attribute__((unused))

enum { CONNECTIONS_MAX = 32, REQUEST_MAX = 16384, SEEN_MAX = 64, PATIENCE_MS = 20000 };
enum act { ANSWER, CLOSE, RESET, SILENCE };

/* What happens to the next request whose first line holds `match`; each is used once, in this order. */
struct step { const char *match; enum act act; const char *answer; bool used; };

static struct {
    int listener, port;
    pthread_t thread;
    atomic_bool stop;
    pthread_mutex_t lock;
    struct step *steps;
    size_t step_count, seen_count;
    char seen[SEEN_MAX][REQUEST_MAX];     /* whole requests */
} server;

static const char token_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 71\r\n\r\n"
                                   "{\"access_token\":\"sekret-token\",\"token_type\":\"bearer\",\"expires_in\":1200}";

static struct step *next_step(const char *request)
{
    const char *end = strstr(request, "\r\n");

    for (size_t i = 0; i < server.step_count; i++) {
        const char *hit = strstr(request, server.steps[i].match);

        if (!server.steps[i].used && hit && hit < end) {
            server.steps[i].used = true;
            return &server.steps[i];
        }
    }
    return NULL;
}

/* Says whether the connection stays. */
static bool serve(int fd, const char *request)
{
    static const char missing[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}";
    struct linger hard = { 1, 0 };
    const struct step *step;
    const char *answer;

    (void)pthread_mutex_lock(&server.lock);
    if (server.seen_count < SEEN_MAX)
        (void)snprintf(server.seen[server.seen_count++], REQUEST_MAX, "%s", request);
    step = next_step(request);
    (void)pthread_mutex_unlock(&server.lock);
    answer = step ? step->answer : strstr(request, "/OAuth/Token") ? token_answer : missing;
    if (step && step->act == RESET)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    if (answer && (!step || step->act != SILENCE))
        (void)!write(fd, answer, strlen(answer));
    return !step || step->act == ANSWER || step->act == SILENCE;
}

static bool whole(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n"), *length = strcasestr(request, "\r\nContent-Length:");

    return end && strlen(end + 4) >= (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
}

static void *serve_all(void *unused)
{
    struct pollfd fds[1 + CONNECTIONS_MAX] = { { server.listener, POLLIN, 0 } };
    static char requests[CONNECTIONS_MAX][REQUEST_MAX];
    size_t count = 1;

    while (!atomic_load(&server.stop)) {
        if (poll(fds, (nfds_t)count, 10) <= 0)
            continue;
        for (size_t i = count; i-- > 1;) {
            char *request = requests[i - 1];
            size_t len = strlen(request);
            ssize_t got = fds[i].revents ? read(fds[i].fd, request + len, REQUEST_MAX - len - 1) : -1;
            bool stays = !fds[i].revents || got > 0;

            if (got > 0) {
                request[len + (size_t)got] = '\0';
                if (whole(request)) {
                    stays = serve(fds[i].fd, request);
                    request[0] = '\0';
                }
            }
            if (!stays) {
                (void)close(fds[i].fd);
                fds[i] = fds[count - 1];
                memmove(requests[i - 1], requests[count - 2], REQUEST_MAX);
                count--;
            }
        }
        if (fds[0].revents && count <= CONNECTIONS_MAX) {
            requests[count - 1][0] = '\0';
            fds[count++] = (struct pollfd){ accept(server.listener, NULL, NULL), POLLIN, 0 };
        }
    }
    while (count > 1)
        (void)close(fds[--count].fd);
    return unused;
}

HELPER void server_start(struct step *steps, size_t count)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof address;

    server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(server.listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server.listener, 16), 0);
    assert_int_equal(getsockname(server.listener, (struct sockaddr *)&address, &size), 0);
    server.port = ntohs(address.sin_port);
    server.steps = steps;
    server.step_count = count;
    server.seen_count = 0;
    atomic_store(&server.stop, false);
    (void)pthread_mutex_init(&server.lock, NULL);
    assert_int_equal(pthread_create(&server.thread, NULL, serve_all, NULL), 0);
}

HELPER void server_stop(void)
{
    atomic_store(&server.stop, true);
    (void)pthread_join(server.thread, NULL);
    (void)close(server.listener);
}

HELPER size_t seen(const char *what)
{
    size_t count = 0;

    (void)pthread_mutex_lock(&server.lock);
    for (size_t i = 0; i < server.seen_count; i++)
        count += strstr(server.seen[i], what) != NULL;
    (void)pthread_mutex_unlock(&server.lock);
    return count;
}

#endif
