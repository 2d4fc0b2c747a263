#include "batches.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/killpoint.h"
#include "base/utf8.h"
#include "base/wire.h"

enum { OPEN_MAX = 256, ANSWER_BYTES_MAX = 2 * 1024 * 1024, REASON_BYTES_MAX = 4096, FILE_BYTES_MAX = 255 };

struct open_batch {
    char peer[256], id[BATCH_ID_MAX];
    size_t peer_len, id_len;
    struct delivery delivery;
    const char *error;                   /* no batch at all */
};

struct batches {
    struct stage *stage;
    struct intake *intake;
    struct link *link;
    struct open_batch *open[OPEN_MAX];
    size_t open_count;
};

enum err batches_open(struct stage *stage, struct intake *intake, link_handler handler,
                      struct batches **ret_batches, struct fault *fault)
{
    struct batches *batches = calloc(1, sizeof *batches);
    char name[32];
    enum err err;

    if (!batches)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    batches->stage = stage;
    batches->intake = intake;
    (void)snprintf(name, sizeof name, "ingest-%d", stage_instance(stage));
    err = link_open(stage, ZMQ_ROUTER, handler, &batches->link);
    if (!err)
        err = link_bound(batches->link, BATCHES_AHEAD);
    if (!err)
        err = link_bind(batches->link, name, fault);
    if (err) {
        free(batches);
        return err;
    }
    *ret_batches = batches;
    return ERR_OK;
}

static void forget(struct batches *batches, struct open_batch *batch)
{
    delivery_free(&batch->delivery, batches->intake);
    free(batch);
}

void batches_close(struct batches *batches)
{
    if (!batches)
        return;
    for (size_t i = 0; i < batches->open_count; i++)
        forget(batches, batches->open[i]);
    free(batches);
}

static bool batches_full(const struct batches *batches)
{
    return batches->open_count == OPEN_MAX;
}

/* [line, event] or [line, bytes, reason]. */
static enum err take_line(struct intake *intake, struct delivery *delivery, uint64_t place, struct str element)
{
    struct str bytes, reason;
    struct reader in;
    uint64_t line;
    size_t count;

    reader_init(&in, element);
    count = take_array(&in, 3);
    line = take_uint(&in);
    if (!in.failed && count == 2)
        return intake_add(intake, delivery, FORM_CANONICAL, line, take_any(&in));
    bytes = take_bin(&in, BATCH_BYTES_MAX);
    reason = take_str(&in, REASON_BYTES_MAX);
    if (reader_done(&in) || count != 3)
        return intake_refuse(intake, delivery, place, element, "an element is [line, event] or [line, bytes, reason]");
    return intake_refuse_for(intake, delivery, line, bytes, reason);
}

static enum err take_element(struct intake *intake, struct delivery *delivery, bool lines, uint64_t place, struct str element)
{
    return lines ? take_line(intake, delivery, place, element)
                 : intake_add(intake, delivery, FORM_MSGPACK, place, element);
}

/* Every element of the array, as far as the bytes are msgpack at all. NULL, or why they are no array of events. */
static const char *take_elements(struct intake *intake, struct delivery *delivery, bool lines, struct str bytes)
{
    const char *error = NULL;
    struct reader in;
    size_t count;

    reader_init(&in, bytes);
    count = take_array(&in, BATCH_EVENTS_MAX);
    if (in.failed || bytes.len > BATCH_BYTES_MAX) {
        error = bytes.len > BATCH_BYTES_MAX ? "a batch may be 8 MB at most: send several"
                                            : "not a msgpack array of at most 65536 events";
        delivery->failed = intake_refuse(intake, delivery, 0, bytes, error) != ERR_OK;
        return error;
    }
    for (size_t i = 0; i < count && !delivery->failed; i++) {
        struct str element = take_any(&in);
        enum err err;

        if (in.failed) {
            err = intake_refuse(intake, delivery, i + 1, bytes, "from here on the batch is not msgpack, or nested too deep");
            i = count;
        } else {
            err = take_element(intake, delivery, lines, i + 1, element);
        }
        delivery->failed |= err != ERR_OK;
    }
    if (!in.failed && in.at != in.end && !delivery->failed)
        delivery->failed = intake_refuse(intake, delivery, 0, bytes, "something follows the array of events") != ERR_OK;
    return NULL;
}

const char *batch_take(struct intake *intake, struct delivery *delivery, struct str bytes)
{
    return take_elements(intake, delivery, false, bytes);
}

/* Behind the peer: [id, array], [id, "map", array] or [id, "lines", file, array]. */
static bool frames_are_good(const struct frames *frames, bool *ret_lines)
{
    *ret_lines = frames->count == 5;
    return frames->count == 3 || (frames->count == 4 && str_equal(frames->part[2], STR("map"))) ||
           (frames->count == 5 && str_equal(frames->part[2], STR("lines")) && frames->part[3].len <= FILE_BYTES_MAX &&
            utf8_is_valid(frames->part[3]));
}

enum err batches_take(struct batches *batches, const struct frames *frames)
{
    struct str peer = frames->part[0], id = frames->count > 1 ? frames->part[1] : STR_NONE;
    struct open_batch *batch;
    bool lines;

    if (batches_full(batches)) {
        if (intake_commit(batches->intake, stage_now_ms(batches->stage)) == ERR_OK)
            stage_counter_add(batches->stage, "commits_forced", 1);
        batches_answer(batches);
    }
    batch = batches_full(batches) ? NULL : calloc(1, sizeof *batch);
    if (!batch || peer.len > sizeof batch->peer) {
        free(batch);
        return ERR_FORMAT;
    }
    memcpy(batch->peer, peer.bytes, peer.len);
    batch->peer_len = peer.len;
    batch->id_len = id.len <= BATCH_ID_MAX ? id.len : BATCH_ID_MAX;
    if (batch->id_len)
        memcpy(batch->id, id.bytes, batch->id_len);
    batches->open[batches->open_count++] = batch;
    if (id.len > BATCH_ID_MAX || !frames_are_good(frames, &lines)) {
        delivery_init(&batch->delivery, "zmq", STR_NONE);
        batch->error = "a batch is [id of at most 255 bytes, \"map\", array of events]";
        return ERR_OK;
    }
    delivery_init(&batch->delivery, lines ? "import" : "zmq", lines ? frames->part[3] : STR_NONE);
    batch->error = take_elements(batches->intake, &batch->delivery, lines, frames->part[frames->count - 1]);
    return ERR_OK;
}

static void write_error(struct strbuf *out, const char *text, bool retry)
{
    wire_map(out, 2);
    wire_str(out, STR("error"));
    wire_str(out, str_of(text));
    wire_str(out, STR("retry"));
    wire_bool(out, retry);
}

static void write_counts(struct strbuf *out, const struct delivery *delivery)
{
    bool more = delivery->rejected > delivery->reject_count;

    wire_map(out, 3 + (size_t)more + (delivery->parked > 0));
    wire_str(out, STR("accepted"));
    wire_uint(out, delivery->accepted);
    wire_str(out, STR("duplicates"));
    wire_uint(out, delivery->duplicates);
    if (delivery->parked) {
        wire_str(out, STR("parked"));
        wire_uint(out, delivery->parked);
    }
    wire_str(out, STR("rejected"));
    wire_array(out, delivery->reject_count);
    for (size_t i = 0; i < delivery->reject_count; i++) {
        wire_map(out, 2);
        wire_str(out, STR("line"));
        wire_uint(out, delivery->rejects[i].line);
        wire_str(out, STR("reason"));
        wire_str(out, str_of(delivery->rejects[i].reason));
    }
    if (more) {
        wire_str(out, STR("rejected_total"));
        wire_uint(out, delivery->rejected);
    }
}

/* A lost answer does no harm: the sender sends the batch again, and all of it is duplicates. */
static void send_answer(struct batches *batches, const struct open_batch *batch)
{
    struct strbuf body;
    struct str parts[3] = { { batch->peer, batch->peer_len }, { batch->id, batch->id_len }, STR_NONE };

    strbuf_init(&body, ANSWER_BYTES_MAX);
    if (batch->delivery.failed)
        write_error(&body, "nothing can be stored at the moment: send this batch again later", true);
    else if (batch->error)
        write_error(&body, batch->error, false);
    else
        write_counts(&body, &batch->delivery);
    parts[2] = strbuf_str(&body);
    KILLPOINT("ingest.before-ack");
    if (body.failed || link_send(batches->link, parts, COUNT(parts)))
        stage_counter_add(batches->stage, "answers_unsent", 1);
    strbuf_free(&body);
}

void batches_answer(struct batches *batches)
{
    size_t kept = 0;

    for (size_t i = 0; i < batches->open_count; i++) {
        struct open_batch *batch = batches->open[i];

        if (batch->delivery.waiting > 0 && !batch->delivery.failed) {
            batches->open[kept++] = batch;
            continue;
        }
        send_answer(batches, batch);
        forget(batches, batch);
    }
    batches->open_count = kept;
}
