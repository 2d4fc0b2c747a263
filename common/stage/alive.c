#include "alive.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static bool answered(void *socket, const char *where, int patience_ms)
{
    zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
    int none = 0;

    return zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none) == 0 && zmq_connect(socket, where) == 0 &&
           zmq_send(socket, "status", strlen("status"), ZMQ_DONTWAIT) >= 0 && zmq_poll(&item, 1, patience_ms) == 1;
}

bool alive_asked(struct str run_dir, const char *stage, int instance, int patience_ms)
{
    char where[300];
    int len = snprintf(where, sizeof where, "ipc://" STR_FMT "/status-%s-%d.ipc", STR_ARG(run_dir), stage, instance);
    void *zmq, *socket;
    bool alive;

    if (len < 0 || (size_t)len >= sizeof where || access(where + strlen("ipc://"), F_OK) != 0)
        return false;
    zmq = zmq_ctx_new();
    socket = zmq ? zmq_socket(zmq, ZMQ_DEALER) : NULL;
    alive = socket && answered(socket, where, patience_ms);
    if (socket)
        (void)zmq_close(socket);
    if (zmq)
        (void)zmq_ctx_term(zmq);
    return alive;
}
