#include "logservice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/wire.h"

enum { READERS_MAX = 2048, READER_PATIENCE_MS = 10000, PIECES_PER_TURN = 64, OTHERS_POLL_MS = 20,
       BUSY_WAIT_MS = 5, RELAX_BYTES = 1024 * 1024 };

struct reading {
    char peer[256];
    size_t peer_len;
    uint32_t partition, credit;
    uint64_t needed, from;               /* the lower of what it asked for and needs; behind what was sent since */
    size_t bytes_left;
    int64_t asked_ms;
    bool told_nothing_new, done;
    uint64_t end_generation;             /* of the log, when there was nothing more */
    bool at_end;
};

struct logservice {
    struct stage *stage;
    struct eventlog *log;
    struct link *link;
    struct reading *readings[READERS_MAX];
    size_t count, served;                /* served: bytes since the last relax */
};

enum err logservice_open(struct stage *stage, struct eventlog *log, link_handler handler,
                         struct logservice **ret_service, struct fault *fault)
{
    struct logservice *service = calloc(1, sizeof *service);
    char name[32];
    enum err err;

    if (!service)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    service->stage = stage;
    service->log = log;
    (void)snprintf(name, sizeof name, "log-%d", stage_instance(stage));
    err = link_listen(stage, ZMQ_ROUTER, name, handler, &service->link, fault);
    if (err) {
        free(service);
        return err;
    }
    *ret_service = service;
    return ERR_OK;
}

void logservice_close(struct logservice *service)
{
    if (!service)
        return;
    for (size_t i = 0; i < service->count; i++)
        free(service->readings[i]);
    free(service);
}

size_t logservice_readers(const struct logservice *service)
{
    return service->count;
}

bool logservice_needed(const struct logservice *service, uint32_t partition, uint64_t *ret_from)
{
    bool found = false;

    for (size_t i = 0; i < service->count; i++) {
        const struct reading *reading = service->readings[i];

        if (reading->partition != partition || (found && reading->needed >= *ret_from))
            continue;
        *ret_from = reading->needed;
        found = true;
    }
    return found;
}

static struct reading *reading_of(struct logservice *service, struct str peer, uint32_t partition)
{
    struct reading *fresh;

    for (size_t i = 0; i < service->count; i++) {
        struct reading *reading = service->readings[i];

        if (reading->partition == partition && str_equal(peer, (struct str){ reading->peer, reading->peer_len }))
            return reading;
    }
    if (service->count == READERS_MAX || peer.len > sizeof fresh->peer)
        return NULL;
    fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return NULL;
    memcpy(fresh->peer, peer.bytes, peer.len);
    fresh->peer_len = peer.len;
    fresh->partition = partition;
    service->readings[service->count++] = fresh;
    return fresh;
}

enum err log_ask_read(struct str bytes, struct log_ask *ret_ask)
{
    struct log_ask ask;
    struct reader in;
    size_t fields;

    reader_init(&in, bytes);
    fields = take_array(&in, 4);
    ask.partition = take_uint(&in);
    ask.from = take_uint(&in);
    ask.credit = take_uint(&in);
    ask.needed = fields == 4 ? take_uint(&in) : 0;
    if (fields < 3 || reader_done(&in) || ask.credit == 0)
        return ERR_FORMAT;
    if (ask.needed > ask.from)
        ask.needed = ask.from;
    *ret_ask = ask;
    return ERR_OK;
}

enum err logservice_take(struct logservice *service, const struct frames *frames)
{
    struct reading *reading;
    struct log_ask ask;

    if (frames->count != 2 || log_ask_read(frames->part[1], &ask) || ask.partition >= eventlog_partitions(service->log))
        return ERR_FORMAT;
    reading = reading_of(service, frames->part[0], (uint32_t)ask.partition);
    if (!reading)
        return ERR_FORMAT;                           /* too many: it asks again */
    reading->from = ask.from;
    reading->needed = ask.needed;
    reading->credit = ask.credit < LOGSERVICE_ASK_EVENTS ? (uint32_t)ask.credit : LOGSERVICE_ASK_EVENTS;
    reading->bytes_left = LOGSERVICE_ASK_BYTES;
    reading->asked_ms = stage_steady_ms(service->stage);
    reading->done = false;
    reading->told_nothing_new = false;
    reading->at_end = false;
    return ERR_OK;
}

static enum err send_piece(struct logservice *service, struct reading *reading,
                           const struct eventlog_piece *piece, bool last)
{
    bool trimmed = piece->begin > piece->first;
    struct strbuf header;
    struct str parts[3];
    enum err err;

    strbuf_init(&header, 128);
    wire_array(&header, trimmed ? 6 : 5);
    wire_uint(&header, reading->partition);
    wire_uint(&header, piece->first);
    wire_uint(&header, piece->count);
    wire_uint(&header, piece->end);
    wire_bool(&header, last);
    if (trimmed)
        wire_uint(&header, piece->begin);
    parts[0] = (struct str){ reading->peer, reading->peer_len };
    parts[1] = strbuf_str(&header);
    parts[2] = piece->record;
    err = header.failed ? ERR_MEMORY : link_send(service->link, parts, COUNT(parts));
    strbuf_free(&header);
    return err;
}

/* One piece for one reader. ERR_NOT_FOUND: nothing for it now. */
static enum err serve(struct logservice *service, struct reading *reading, uint64_t generation)
{
    struct eventlog_piece piece;
    bool last;
    enum err err;

    if (reading->at_end && reading->end_generation == generation)
        return ERR_NOT_FOUND;
    err = eventlog_peek(service->log, reading->partition, reading->from, reading->credit,
                        EVENTLOG_RECORD_BYTES, &piece);
    if (err)
        return err;
    if (piece.count == 0) {
        reading->at_end = true;
        reading->end_generation = generation;
        if (reading->told_nothing_new)
            return ERR_NOT_FOUND;
        reading->told_nothing_new = true;
        err = send_piece(service, reading, &piece, false);
        return err ? err : ERR_NOT_FOUND;
    }
    last = piece.count == reading->credit || piece.record.len >= reading->bytes_left;
    err = send_piece(service, reading, &piece, last);
    if (err)
        return err;
    reading->from += piece.count;
    reading->credit -= (uint32_t)piece.count;
    reading->bytes_left -= last ? 0 : piece.record.len;
    reading->at_end = false;
    reading->told_nothing_new = true;
    reading->done = last;
    service->served += piece.record.len;
    stage_counter_add(service->stage, "events_served", (int64_t)piece.count);
    return ERR_OK;
}

/* One that has got all it asked for is remembered until it asks again: it still reads. */
static void forget_silent(struct logservice *service, int64_t now)
{
    size_t kept = 0;

    for (size_t i = 0; i < service->count; i++) {
        struct reading *reading = service->readings[i];

        if (now - reading->asked_ms > READER_PATIENCE_MS)
            free(reading);
        else
            service->readings[kept++] = reading;
    }
    service->count = kept;
}

/* Readers take turns, one piece each, so that one far behind keeps no other waiting. */
enum err logservice_turn(struct logservice *service)
{
    int64_t now = stage_steady_ms(service->stage);
    uint64_t generation = eventlog_generation(service->log);     /* before looking: what comes later counts */
    int pieces = 0;
    bool progress = true;

    while (progress && pieces < PIECES_PER_TURN) {
        progress = false;
        for (size_t i = 0; i < service->count && pieces < PIECES_PER_TURN; i++) {
            struct reading *reading = service->readings[i];
            enum err err = reading->done ? ERR_NOT_FOUND : serve(service, reading, generation);

            if (err == ERR_OK) {
                progress = true;
                pieces++;
            } else if (err == ERR_BUSY) {
                stage_wake_at(service->stage, now + BUSY_WAIT_MS);
            } else if (err != ERR_NOT_FOUND) {
                return err;
            }
        }
    }
    if (pieces == PIECES_PER_TURN)
        stage_wake_at(service->stage, now);
    forget_silent(service, now);
    if (service->served > RELAX_BYTES) {
        eventlog_relax(service->log);
        service->served = 0;
    }
    /* Our own commits are seen at once, in the turn that made them. */
    if (service->count > 0)
        stage_wake_at(service->stage, now + (stage_config(service->stage)->stages.ingest > 1 ? OTHERS_POLL_MS : 500));
    return ERR_OK;
}
