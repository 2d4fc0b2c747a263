/* curve_speed.c - what a key costs a message between two stages: processor time of both ends together, with CURVE and without,
 * for sizes of drafts, verdicts and seals.
 *
 *     make build/gcc/bench/curve_speed && build/gcc/bench/curve_speed
 */
#include "base/err.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zmq.h>

enum { MESSAGES = 50000, ROUNDS = 5, KEY_SIZE = 41, BYTES_MAX = 16384 };

static double processor_us(void)
{
    struct rusage used;

    ensure(getrusage(RUSAGE_SELF, &used) == 0);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static void set_text(void *socket, int option, const char *text)
{
    ensure(zmq_setsockopt(socket, option, text, strlen(text)) == 0);
}

static void *take(void *socket)
{
    static char bytes[BYTES_MAX];

    for (int i = 0; i < MESSAGES; i++)
        ensure(zmq_recv(socket, bytes, sizeof bytes, 0) >= 0);
    return NULL;
}

static double once(const char *where, size_t size, bool keys)
{
    static char bytes[BYTES_MAX];
    char public[KEY_SIZE], secret[KEY_SIZE];
    void *zmq = zmq_ctx_new(), *in = zmq_socket(zmq, ZMQ_PULL), *out = zmq_socket(zmq, ZMQ_PUSH);
    pthread_t taker;
    int yes = 1;
    double began;

    if (keys) {
        ensure(zmq_curve_keypair(public, secret) == 0 && zmq_setsockopt(in, ZMQ_CURVE_SERVER, &yes, sizeof yes) == 0);
        set_text(in, ZMQ_CURVE_SECRETKEY, secret);
        set_text(out, ZMQ_CURVE_SERVERKEY, public);
        set_text(out, ZMQ_CURVE_PUBLICKEY, public);
        set_text(out, ZMQ_CURVE_SECRETKEY, secret);
    }
    ensure(zmq_bind(in, where) == 0 && zmq_connect(out, where) == 0);
    began = processor_us();
    ensure(pthread_create(&taker, NULL, take, in) == 0);
    for (int i = 0; i < MESSAGES; i++)
        ensure(zmq_send(out, bytes, size, 0) == (int)size);
    ensure(pthread_join(taker, NULL) == 0);
    began = processor_us() - began;
    ensure(zmq_close(in) == 0 && zmq_close(out) == 0 && zmq_ctx_term(zmq) == 0);
    return began / MESSAGES;
}

int main(void)
{
    static const struct { const char *what; size_t size; } rows[] = {
        { "a seal", 60 }, { "a small day's draft", 700 }, { "a day's draft of 24 lines", 2654 }, { "a large one", 12000 },
    };
    char where[64];

    (void)snprintf(where, sizeof where, "ipc:///tmp/curve-speed-%d.ipc", (int)getpid());
    for (size_t i = 0; i < COUNT(rows); i++) {
        double best[2] = { 1e9, 1e9 };

        for (int round = 0; round < ROUNDS; round++)
            for (int keys = 0; keys < 2; keys++) {
                double us = once(where, rows[i].size, keys);

                best[keys] = us < best[keys] ? us : best[keys];
            }
        printf("%-26s %5zu bytes: %.2f us without, %.2f us with keys\n", rows[i].what, rows[i].size, best[0], best[1]);
    }
    return 0;
}
