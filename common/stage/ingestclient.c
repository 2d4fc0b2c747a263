#include "ingestclient.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/wire.h"

enum { INSTANCES_MAX = 64, ANSWER_WAIT_MS = 3000, FULL_WAIT_MS = 500, REJECTS_MAX = 1000 };

struct ingestclient {
    void *zmq, *socket;
    char run_dir[256];
    int instances, instance;             /* who is asked now */
    uint64_t batch;                      /* the number of the batch under way */
};

/* What one try ended with. */
enum tried { TRIED_ANSWERED, TRIED_SILENT, TRIED_FULL, TRIED_REFUSED, TRIED_FAILED };

static void disconnect(struct ingestclient *client)
{
    if (client->socket)
        (void)zmq_close(client->socket);
    client->socket = NULL;
}

static enum err connect_to(struct ingestclient *client, struct fault *fault)
{
    char where[320];
    int none = 0;
    int len = snprintf(where, sizeof where, "ipc://%s/ingest-%d.ipc", client->run_dir, client->instance);

    if (client->socket)
        return ERR_OK;
    if (len < 0 || (size_t)len - 6 >= sizeof ((struct sockaddr_un *)0)->sun_path)
        return fault_set(fault, ERR_CONFIG, "run_dir %s is too long for a socket", client->run_dir);
    client->socket = zmq_socket(client->zmq, ZMQ_DEALER);
    if (!client->socket || zmq_setsockopt(client->socket, ZMQ_LINGER, &none, sizeof none) != 0 ||
        zmq_connect(client->socket, where) != 0)
        return fault_set(fault, ERR_SYSTEM, "cannot connect to %s: %s", where, zmq_strerror(errno));
    return ERR_OK;
}

enum err ingestclient_open(struct str run_dir, int instances, struct ingestclient **ret_client,
                           struct fault *fault)
{
    struct ingestclient *client = calloc(1, sizeof *client);

    ensure(instances > 0 && instances <= INSTANCES_MAX);
    if (!client)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    client->instances = instances;
    client->batch = (uint64_t)getpid() << 32;
    client->zmq = zmq_ctx_new();
    if (!client->zmq || !str_copy(run_dir, client->run_dir, sizeof client->run_dir)) {
        ingestclient_close(client);
        return fault_set(fault, ERR_CONFIG, "run_dir " STR_FMT " is too long", STR_ARG(run_dir));
    }
    *ret_client = client;
    return ERR_OK;
}

void ingestclient_close(struct ingestclient *client)
{
    if (!client)
        return;
    disconnect(client);
    if (client->zmq)
        (void)zmq_ctx_term(client->zmq);
    free(client);
}

static bool send_frames(void *socket, const struct str *part, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (zmq_send(socket, part[i].bytes, part[i].len, ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0)) < 0)
            return false;
    return true;
}

static void take_rejects(struct reader *in, struct arena *arena, struct ingest_answer *answer)
{
    size_t count = take_array(in, REJECTS_MAX);

    answer->rejects = arena_array(arena, count, sizeof *answer->rejects);
    for (size_t i = 0; i < count && answer->rejects && !in->failed; i++) {
        size_t fields = take_map(in, 8);

        for (; fields > 0 && !in->failed; fields--) {
            struct str key = take_str(in, 64);

            if (str_equal(key, STR("line")))
                answer->rejects[i].line = take_uint(in);
            else if (str_equal(key, STR("reason")))
                answer->rejects[i].reason = arena_copy(arena, take_str(in, 4096));
            else
                (void)take_any(in);
        }
        answer->reject_count = i + 1;
    }
}

enum err ingest_answer_read(struct str bytes, struct arena *arena, struct ingest_answer *ret_answer, struct fault *fault)
{
    struct ingest_answer answer = { 0 };
    struct str error = STR_NONE;
    struct reader in;
    size_t fields;
    bool retry = false;

    reader_init(&in, bytes);
    for (fields = take_map(&in, 16); fields > 0 && !in.failed; fields--) {
        struct str key = take_str(&in, 64);

        if (str_equal(key, STR("accepted")))
            answer.accepted = take_uint(&in);
        else if (str_equal(key, STR("duplicates")))
            answer.duplicates = take_uint(&in);
        else if (str_equal(key, STR("parked")))
            answer.parked = take_uint(&in);
        else if (str_equal(key, STR("rejected")))
            take_rejects(&in, arena, &answer);
        else if (str_equal(key, STR("rejected_total")))
            answer.rejected = take_uint(&in);
        else if (str_equal(key, STR("error")))
            error = take_str(&in, 4096);
        else if (str_equal(key, STR("retry")))
            retry = take_bool(&in);
        else
            (void)take_any(&in);
    }
    if (reader_done(&in) || arena_failed(arena))
        return fault_set(fault, ERR_FORMAT, "bilag-ingest answered with something that is no answer");
    if (error.bytes)
        return fault_set(fault, retry ? ERR_STORE_FULL : ERR_REFUSED, "bilag-ingest: " STR_FMT, STR_ARG(error));
    if (answer.rejected == 0)
        answer.rejected = answer.reject_count;
    *ret_answer = answer;
    return ERR_OK;
}

static enum tried read_answer(struct str bytes, struct arena *arena, struct ingest_answer *ret_answer, struct fault *fault)
{
    switch (ingest_answer_read(bytes, arena, ret_answer, fault)) {
    case ERR_OK:         return TRIED_ANSWERED;
    case ERR_STORE_FULL: return TRIED_FULL;
    case ERR_REFUSED:    return TRIED_REFUSED;
    default:             return TRIED_FAILED;
    }
}

/* The answer to this batch; those to former tries of other batches are passed over. */
static enum tried await_answer(struct ingestclient *client, int64_t until_ms, struct arena *arena,
                               struct ingest_answer *ret_answer, struct fault *fault)
{
    for (;;) {
        int64_t left = until_ms - clock_steady_ms();
        zmq_pollitem_t item = { .socket = client->socket, .events = ZMQ_POLLIN };
        enum tried tried = TRIED_SILENT;
        zmq_msg_t id, body;
        bool ours;

        if (left <= 0)
            return TRIED_SILENT;
        if (zmq_poll(&item, 1, (long)left) <= 0)
            continue;
        (void)zmq_msg_init(&id);
        (void)zmq_msg_init(&body);
        ours = zmq_msg_recv(&id, client->socket, ZMQ_DONTWAIT) == (int)sizeof client->batch &&
               memcmp(zmq_msg_data(&id), &client->batch, sizeof client->batch) == 0;
        if (zmq_msg_more(&id) && zmq_msg_recv(&body, client->socket, ZMQ_DONTWAIT) >= 0 && ours)
            tried = read_answer((struct str){ zmq_msg_data(&body), zmq_msg_size(&body) }, arena, ret_answer, fault);
        (void)zmq_msg_close(&id);
        (void)zmq_msg_close(&body);
        if (tried != TRIED_SILENT)
            return tried;
    }
}

struct batch { struct str source, payload; };

static enum tried try_once(struct ingestclient *client, const struct batch *batch, int64_t until_ms,
                           struct arena *arena, struct ingest_answer *ret_answer, struct fault *fault)
{
    const struct str parts[] = { { (const char *)&client->batch, sizeof client->batch }, STR("lines"), batch->source,
                                 batch->payload };
    int64_t wait_until = clock_steady_ms() + ANSWER_WAIT_MS;

    if (connect_to(client, fault))
        return TRIED_FAILED;
    if (!send_frames(client->socket, parts, COUNT(parts)))
        return TRIED_SILENT;
    return await_answer(client, wait_until < until_ms ? wait_until : until_ms, arena, ret_answer, fault);
}

static enum err give_up(struct ingestclient *client, enum tried last, struct fault *fault)
{
    if (last == TRIED_FULL)
        return ERR_STORE_FULL;                       /* the fault has ingest's own words */
    return fault_set(fault, ERR_NETWORK, "no bilag-ingest answers in %s: is it running?", client->run_dir);
}

static enum err try_until(struct ingestclient *client, const struct batch *batch, int64_t until_ms,
                          struct arena *arena, struct ingest_answer *ret_answer, struct fault *fault)
{
    enum tried tried = TRIED_SILENT;

    for (;;) {
        tried = try_once(client, batch, until_ms, arena, ret_answer, fault);
        if (tried == TRIED_ANSWERED)
            return ERR_OK;
        if (tried == TRIED_REFUSED)
            return ERR_REFUSED;
        if (tried == TRIED_FAILED)
            return ERR_SYSTEM;
        if (clock_steady_ms() >= until_ms)
            return give_up(client, tried, fault);
        if (tried == TRIED_FULL) {
            struct timespec pause = { 0, FULL_WAIT_MS * 1000000 };

            (void)nanosleep(&pause, NULL);
            continue;
        }
        disconnect(client);                          /* what was sent into silence is not sent later */
        client->instance = (client->instance + 1) % client->instances;
    }
}

static void write_item(struct strbuf *out, const struct ingest_item *item)
{
    wire_array(out, item->reason.len ? 3 : 2);
    wire_uint(out, item->line);
    if (!item->reason.len) {
        strbuf_add(out, item->bytes);
        return;
    }
    wire_bin(out, item->bytes);
    wire_str(out, item->reason);
}

enum err ingestclient_send(struct ingestclient *client, struct str source, const struct ingest_item *items,
                           size_t count, int64_t patience_ms, struct arena *arena,
                           struct ingest_answer *ret_answer, struct fault *fault)
{
    struct strbuf payload;
    struct batch batch;
    enum err err;

    ensure(count <= INGESTCLIENT_EVENTS_MAX);
    strbuf_init(&payload, INGESTCLIENT_BYTES_MAX + 16);
    wire_array(&payload, count);
    for (size_t i = 0; i < count; i++)
        write_item(&payload, &items[i]);
    batch = (struct batch){ source, strbuf_str(&payload) };
    client->batch++;
    if (payload.failed)
        err = fault_set(fault, ERR_TOO_LONG, "a batch may have 8 MB at most: send smaller ones");
    else
        err = try_until(client, &batch, clock_steady_ms() + patience_ms, arena, ret_answer, fault);
    strbuf_free(&payload);
    return err;
}
