#include "batches.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/killpoint.h"
#include "base/utf8.h"
#include "base/wire.h"
#include "rates.h"

enum { OPEN_MAX = 256, ANSWER_BYTES_MAX = 2 * 1024 * 1024, REASON_BYTES_MAX = 4096, FILE_BYTES_MAX = 255 };

struct open_batch {
    struct link *link;                   /* it came by, and is answered on */
    char peer[256], id[BATCH_ID_MAX];
    size_t peer_len, id_len;
    struct delivery delivery;
    const char *error;                   /* no batch at all, or none of somebody who may send one */
    int64_t again_s;                     /* with an error: when to send it again; 0: never as it is */
};

struct batches {
    struct stage *stage;
    struct intake *intake;
    struct link *link, *outside;         /* outside NULL: only ipc */
    struct doors *doors;
    struct rates *rates;                 /* of keys */
    struct open_batch *open[OPEN_MAX];
    size_t open_count;
};

/* host:port of the configuration, the port raised by the instance. */
static enum err outside_address(struct stage *stage, char address[280], struct fault *fault)
{
    struct str text = stage_config(stage)->zeromq_listen;
    const char *colon = memrchr(text.bytes, ':', text.len);
    long port = strtol(colon + 1, NULL, 10) + stage_instance(stage);

    if (port > 65535)
        return fault_set(fault, ERR_CONFIG, "ingest.zeromq: instance %d would listen on port %ld; write a lower one",
                         stage_instance(stage), port);
    (void)snprintf(address, 280, "%.*s:%ld", (int)(colon - text.bytes), text.bytes, port);
    return ERR_OK;
}

static enum err open_outside(struct batches *batches, link_handler handler, link_admit admit, struct fault *fault)
{
    char address[280];
    enum err err = outside_address(batches->stage, address, fault);

    if (!err)
        err = rates_open(&batches->rates);
    if (!err)
        err = link_open(batches->stage, ZMQ_ROUTER, handler, &batches->outside);
    if (!err)
        err = link_bound(batches->outside, BATCHES_AHEAD);
    return err ? err : link_bind_outside(batches->outside, address, admit, BATCH_BYTES_MAX, fault);
}

enum err batches_open(struct stage *stage, struct intake *intake, struct doors *doors, link_handler handler,
                      link_admit admit, struct batches **ret_batches, struct fault *fault)
{
    struct batches *batches = calloc(1, sizeof *batches);
    char name[32];
    enum err err;

    if (!batches)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    batches->stage = stage;
    batches->intake = intake;
    batches->doors = doors;
    (void)snprintf(name, sizeof name, "ingest-%d", stage_instance(stage));
    err = link_open(stage, ZMQ_ROUTER, handler, &batches->link);
    if (!err)
        err = link_bound(batches->link, BATCHES_AHEAD);
    if (!err)
        err = link_bind(batches->link, name, fault);
    if (!err && stage_config(stage)->zeromq_listen.len)
        err = open_outside(batches, handler, admit, fault);
    if (err) {
        batches_close(batches);
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
    rates_close(batches->rates);
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

const char *batches_admit(struct batches *batches, struct str key)
{
    const struct door_token *token;
    enum err err = doors_judge_key(batches->doors, key, stage_now_ms(batches->stage), &token);

    if (!err)
        return NULL;
    return err == ERR_NOT_FOUND ? "its key is not known here, or it was revoked; bilag tokens add --zeromq KEY"
                                : "keys cannot be looked up at the moment";
}

/* Whose key it is now, for it may have been revoked since the peer came in; and whether that one may send already again. */
static void judge_sender(struct batches *batches, const char *key, struct open_batch *batch)
{
    struct stage *stage = batches->stage;
    enum err err = ERR_NOT_FOUND;

    batch->delivery.guarded = true;
    if (key)
        err = doors_judge_key(batches->doors, str_of(key), stage_now_ms(stage), &batch->delivery.token);
    if (err) {
        stage_counter_add(stage, "unauthorized", 1);
        batch->again_s = err == ERR_NOT_FOUND ? 0 : 1;
        batch->error = err == ERR_NOT_FOUND ? "this key is not known here, or it was revoked: nothing of this batch was taken"
                                            : "keys cannot be looked up at the moment: send this batch again later";
        return;
    }
    batch->again_s = rates_judge(batches->rates, batch->delivery.token->number,
                                 stage_config(stage)->ingest.token_events_per_second, stage_steady_ms(stage));
    if (batch->again_s) {
        stage_counter_add(stage, "too_many_requests", 1);
        batch->error = "this key brings more than token_events_per_second: send this batch again later";
    }
}

static void charge(struct batches *batches, const struct delivery *delivery)
{
    uint64_t events = delivery->waiting + delivery->accepted + delivery->duplicates + delivery->rejected;
    int64_t per_second = stage_config(batches->stage)->ingest.token_events_per_second;

    if (rates_charge(batches->rates, delivery->token->number, events, per_second, stage_steady_ms(batches->stage)))
        stage_counter_add(batches->stage, "uncharged", 1);
}

static struct open_batch *open_batch(struct batches *batches, struct link *link, struct str peer, struct str id)
{
    struct open_batch *batch = batches_full(batches) ? NULL : calloc(1, sizeof *batch);

    if (!batch || peer.len > sizeof batch->peer) {
        free(batch);
        return NULL;
    }
    batch->link = link;
    memcpy(batch->peer, peer.bytes, peer.len);
    batch->peer_len = peer.len;
    batch->id_len = id.len <= BATCH_ID_MAX ? id.len : BATCH_ID_MAX;
    if (batch->id_len)
        memcpy(batch->id, id.bytes, batch->id_len);
    batches->open[batches->open_count++] = batch;
    return batch;
}

enum err batches_take(struct batches *batches, struct link *link, const struct frames *frames)
{
    struct str peer = frames->part[0], id = frames->count > 1 ? frames->part[1] : STR_NONE;
    struct open_batch *batch;
    bool lines, outside = link == batches->outside;

    if (batches_full(batches)) {
        if (intake_commit(batches->intake, stage_now_ms(batches->stage)) == ERR_OK)
            stage_counter_add(batches->stage, "commits_forced", 1);
        batches_answer(batches);
    }
    batch = open_batch(batches, link, peer, id);
    if (!batch)
        return ERR_FORMAT;
    if (id.len > BATCH_ID_MAX || !frames_are_good(frames, &lines) || (lines && outside)) {
        delivery_init(&batch->delivery, "zmq", STR_NONE);
        batch->error = "a batch is [id of at most 255 bytes, \"map\", array of events]";
        return ERR_OK;
    }
    delivery_init(&batch->delivery, lines ? "import" : "zmq", lines ? frames->part[3] : STR_NONE);
    if (outside)
        judge_sender(batches, frames->key, batch);
    if (!batch->error)
        batch->error = take_elements(batches->intake, &batch->delivery, lines, frames->part[frames->count - 1]);
    if (outside && batch->delivery.token && !batch->again_s)
        charge(batches, &batch->delivery);
    return ERR_OK;
}

/* again_s: 0 never as it is; 1 and more: after so many seconds. */
static void write_error(struct strbuf *out, const char *text, int64_t again_s)
{
    wire_map(out, again_s ? 3 : 2);
    wire_str(out, STR("error"));
    wire_str(out, str_of(text));
    wire_str(out, STR("retry"));
    wire_bool(out, again_s != 0);
    if (!again_s)
        return;
    wire_str(out, STR("retry_after_s"));
    wire_int(out, again_s);
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
        wire_map(out, 2 + (size_t)delivery->rejects[i].forbidden);
        wire_str(out, STR("line"));
        wire_uint(out, delivery->rejects[i].line);
        wire_str(out, STR("reason"));
        wire_str(out, str_of(delivery->rejects[i].reason));
        if (delivery->rejects[i].forbidden) {
            wire_str(out, STR("status"));
            wire_uint(out, 403);
        }
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
        write_error(&body, "nothing can be stored at the moment: send this batch again later", 1);
    else if (batch->error)
        write_error(&body, batch->error, batch->again_s);
    else
        write_counts(&body, &batch->delivery);
    parts[2] = strbuf_str(&body);
    KILLPOINT("ingest.before-ack");
    if (body.failed || link_send(batch->link, parts, COUNT(parts)))
        stage_counter_add(batches->stage, "answers_unsent", 1);
    strbuf_free(&body);
}

void batches_answer(struct batches *batches)
{
    size_t kept = 0;

    for (size_t i = 0; i < batches->open_count; i++) {
        struct open_batch *batch = batches->open[i];

        if (delivery_undecided(&batch->delivery) && !batch->delivery.failed) {
            batches->open[kept++] = batch;
            continue;
        }
        send_answer(batches, batch);
        forget(batches, batch);
    }
    batches->open_count = kept;
}
