#include "logclient.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "base/log.h"
#include "base/wire.h"

enum { SILENCE_MS = 1000, LINKS_PER_CLIENT_MAX = 64, BATCH_HEADER_FIELDS = 5, TRIMMED_HEADER_FIELDS = 6 };

struct ask {
    bool active, told_trimmed;
    uint64_t expected;
    uint64_t needed;                     /* the log keeps what is here and behind */
    uint32_t credit;
    int instance;                        /* who is asked */
    int64_t heard_ms;                    /* when it was asked, or last answered */
};

struct logclient {
    struct stage *stage;
    int instances;
    struct link *links[LINKS_PER_CLIENT_MAX];
    uint32_t partitions;
    struct ask asks[];
};

enum err logclient_open(struct stage *stage, int instances, int32_t partitions, link_handler handler,
                        struct logclient **ret_client, struct fault *fault)
{
    struct logclient *client;
    enum err err = ERR_OK;

    ensure(instances > 0 && instances <= LINKS_PER_CLIENT_MAX && partitions > 0);
    client = calloc(1, sizeof *client + (size_t)partitions * sizeof client->asks[0]);
    if (!client)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    client->stage = stage;
    client->instances = instances;
    client->partitions = (uint32_t)partitions;
    for (int i = 0; i < instances && !err; i++) {
        char name[32];

        (void)snprintf(name, sizeof name, "log-%d", i);
        err = link_open(stage, ZMQ_DEALER, handler, &client->links[i]);
        if (!err)
            err = link_connect(client->links[i], name, fault);
    }
    for (uint32_t p = 0; p < client->partitions; p++)
        client->asks[p].instance = (int)(p % (uint32_t)instances);
    if (err) {
        free(client);
        return err;
    }
    *ret_client = client;
    return ERR_OK;
}

void logclient_close(struct logclient *client)
{
    free(client);
}

static void ask_now(struct logclient *client, uint32_t partition)
{
    struct ask *ask = &client->asks[partition];
    struct strbuf message;
    struct str part;

    strbuf_init(&message, 64);
    wire_array(&message, 4);
    wire_uint(&message, partition);
    wire_uint(&message, ask->expected);
    wire_uint(&message, ask->credit);
    wire_uint(&message, ask->needed);
    part = strbuf_str(&message);
    /* Busy or failed: the silence that follows asks again. */
    if (!message.failed && link_send(client->links[ask->instance], &part, 1))
        stage_counter_add(client->stage, "log_asks_unsent", 1);
    strbuf_free(&message);
    ask->heard_ms = stage_steady_ms(client->stage);
    stage_wake_at(client->stage, ask->heard_ms + SILENCE_MS);
}

void logclient_ask(struct logclient *client, uint32_t partition, uint64_t from, uint32_t credit)
{
    struct ask *ask;

    ensure(partition < client->partitions && credit > 0);
    ask = &client->asks[partition];
    ask->active = true;
    ask->expected = from;
    ask->credit = credit < LOG_ASK_MAX ? credit : LOG_ASK_MAX;
    ask_now(client, partition);
}

void logclient_needs(struct logclient *client, uint32_t partition, uint64_t from)
{
    ensure(partition < client->partitions);
    client->asks[partition].needed = from;
}

void logclient_drop(struct logclient *client, uint32_t partition)
{
    ensure(partition < client->partitions);
    client->asks[partition].active = false;
    client->asks[partition].needed = 0;  /* it is known anew when it is read again */
}

/* Never passed over by itself: what is missing would be missing in the books. */
static void tell_trimmed(struct logclient *client, uint32_t partition, uint64_t begin)
{
    struct ask *ask = &client->asks[partition];

    ask->heard_ms = stage_steady_ms(client->stage);
    if (!ask->told_trimmed) {
        stage_counter_add(client->stage, "log_trimmed", 1);
        log_fact("level=error what=\"the event log no longer has what comes next here; this partition stands still\""
                 " partition=%" PRIu32 " offset=%" PRIu64 " log_begins=%" PRIu64 " do=\"put back this stage's "
                 "store from a backup that is younger than retention_days\"", partition, ask->expected, begin);
    }
    ask->told_trimmed = true;
}

enum err logbatch_read(struct str head, struct str events, uint32_t partitions, struct logbatch *ret_batch, uint64_t *ret_begin)
{
    struct logbatch batch = { 0 };
    struct reader in;
    uint64_t partition, begin;
    size_t fields;

    reader_init(&in, head);
    fields = take_array(&in, TRIMMED_HEADER_FIELDS);
    partition = take_uint(&in);
    batch.first = take_uint(&in);
    batch.count = (size_t)take_uint(&in);
    batch.end = take_uint(&in);
    batch.last = take_bool(&in);
    begin = fields == TRIMMED_HEADER_FIELDS ? take_uint(&in) : batch.first;
    reader_init(&batch.events, events);
    if (fields < BATCH_HEADER_FIELDS || reader_done(&in) || partition >= partitions ||
        take_array(&batch.events, batch.count) != batch.count || batch.events.failed ||
        (batch.count > 0 && (batch.end < batch.first || batch.end - batch.first < batch.count)))
        return ERR_FORMAT;
    batch.partition = (uint32_t)partition;
    *ret_batch = batch;
    *ret_begin = begin;
    return ERR_OK;
}

enum err logclient_take(struct logclient *client, struct link *link, const struct frames *frames,
                        struct logbatch *ret_batch)
{
    struct logbatch batch;
    struct ask *ask;
    uint64_t begin;

    if (frames->count != 2 || logbatch_read(frames->part[0], frames->part[1], client->partitions, &batch, &begin))
        return ERR_FORMAT;
    ask = &client->asks[batch.partition];
    if (!ask->active || link != client->links[ask->instance] || batch.first != ask->expected)
        return ERR_BUSY;
    if (begin > batch.first) {
        tell_trimmed(client, batch.partition, begin);
        return ERR_BUSY;
    }
    ask->told_trimmed = false;
    ask->heard_ms = stage_steady_ms(client->stage);
    ask->expected += batch.count;
    ask->credit -= batch.count < ask->credit ? (uint32_t)batch.count : ask->credit;
    if (ask->credit == 0)
        batch.last = true;
    ask->active = !batch.last;
    *ret_batch = batch;
    return ERR_OK;
}

void logclient_turn(struct logclient *client)
{
    int64_t now = stage_steady_ms(client->stage);

    for (uint32_t p = 0; p < client->partitions; p++) {
        struct ask *ask = &client->asks[p];

        if (!ask->active)
            continue;
        if (now - ask->heard_ms >= SILENCE_MS) {
            ask->instance = (ask->instance + 1) % client->instances;
            ask_now(client, p);
        }
        stage_wake_at(client->stage, ask->heard_ms + SILENCE_MS);
    }
}
