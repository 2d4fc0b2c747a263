#include "request.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/json_write.h"
#include "base/killpoint.h"
#include "batches.h"

enum { ANSWER_BYTES_MAX = 2 * 1024 * 1024, NUMBER_SIZE = 24 };

/* ---- the body ---- */

struct request *request_begin(struct request_shared *shared, struct MHD_Connection *connection, const char *url,
                              const char *method)
{
    const struct config *config = stage_config(shared->stage);
    struct request *request = calloc(1, sizeof *request);
    struct entry *entry;
    int64_t wait_s;

    if (!request)
        return NULL;
    entry = &request->entry;
    request->shared = shared;
    request->connection = connection;
    lines_init(&request->lines, (size_t)config->ingest.line_bytes_max);
    strbuf_init(&request->packed, BATCH_BYTES_MAX + 1);
    delivery_init(&request->delivery, "http", STR_NONE);
    request->delivery.guarded = true;
    entry_judge(connection, url, method, config, shared->doors, stage_now_ms(shared->stage), entry);
    request->delivery.token = entry->token;
    wait_s = entry->token && !entry->status ? rates_judge(shared->rates, entry->token->number,
                                                          config->ingest.token_events_per_second,
                                                          stage_steady_ms(shared->stage)) : 0;
    if (wait_s) {
        stage_counter_add(shared->stage, "too_many_requests", 1);
        entry_refuse(entry, MHD_HTTP_TOO_MANY_REQUESTS, "this token brings more than token_events_per_second: send all of this "
                     "again later");
        entry->retry_s = wait_s;
    }
    return request;
}

/* Read, so that the answer can be sent, but not looked at? */
static bool passes_over(const struct request *request)
{
    return request->entry.kind != ENTRY_EVENTS || request->entry.status || request->delivery.failed;
}

static enum err take_line(struct request *request, const struct line *line)
{
    struct intake *intake = request->shared->intake;

    if (line->lost)
        return ERR_MEMORY;
    if (line_is_blank(line))
        return ERR_OK;
    if (line->too_long)
        return intake_refuse(intake, &request->delivery, line->number, line->text,
                             "the line is longer than line_bytes_max; an event is not that long");
    return intake_add(intake, &request->delivery, FORM_JSON, line->number, line->text);
}

static void take_lines(struct request *request, struct str piece)
{
    struct request_shared *shared = request->shared;
    struct line line;

    shared->held -= request->lines.tail.len;
    while (!request->delivery.failed && lines_next(&request->lines, &piece, &line))
        if (take_line(request, &line))
            request->delivery.failed = true;
    shared->held += request->lines.tail.len;
}

static void take_packed(struct request *request, struct str piece)
{
    if (request->packed.len + piece.len > BATCH_BYTES_MAX) {
        entry_refuse(&request->entry, MHD_HTTP_CONTENT_TOO_LARGE,
                     "a msgpack array of events may be 8 MB at most: send several");
        return;
    }
    request->shared->held -= request->packed.len;
    strbuf_add(&request->packed, piece);
    request->shared->held += request->packed.len;
    request->delivery.failed |= request->packed.failed;
}

void request_take(struct request *request, struct str piece)
{
    struct request_shared *shared = request->shared;

    if (passes_over(request))
        return;
    if (doors_look(shared->doors))
        request->delivery.failed = true;     /* nobody can say whether the token still opens anything */
    else if (shared->held + piece.len > BODIES_BYTES_MAX)
        entry_refuse(&request->entry, MHD_HTTP_SERVICE_UNAVAILABLE,
                     "too many bodies are under way: send all of this again later");
    else if (request->entry.packed)
        take_packed(request, piece);
    else
        take_lines(request, piece);
}

/* What a body brought counts, whatever became of it. */
static void charge(struct request *request)
{
    const struct delivery *delivery = &request->delivery;
    struct request_shared *shared = request->shared;

    if (request->entry.token && rates_charge(shared->rates, request->entry.token->number,
                                             delivery->waiting + delivery->accepted + delivery->duplicates + delivery->rejected,
                                             stage_config(shared->stage)->ingest.token_events_per_second,
                                             stage_steady_ms(shared->stage)))
        stage_counter_add(shared->stage, "uncharged", 1);
}

void request_complete(struct request *request)
{
    struct line line;

    if (request->complete)
        return;
    request->complete = true;
    if (passes_over(request))
        return;
    if (request->entry.packed && doors_look(request->shared->doors))
        request->delivery.failed = true;
    else if (request->entry.packed)
        request->entry.why = batch_take(request->shared->intake, &request->delivery, strbuf_str(&request->packed));
    else if (lines_last(&request->lines, &line) && take_line(request, &line))
        request->delivery.failed = true;
    if (request->entry.packed && request->entry.why)
        request->entry.status = MHD_HTTP_BAD_REQUEST;
    charge(request);
}

bool request_undecided(const struct request *request)
{
    return delivery_undecided(&request->delivery) && !request->delivery.failed;
}

void request_end(struct request *request)
{
    if (!request)
        return;
    request->shared->held -= request->lines.tail.len + request->packed.len;
    delivery_free(&request->delivery, request->shared->intake);
    lines_free(&request->lines);
    strbuf_free(&request->packed);
    free(request);
}

/* ---- its answer ---- */

static void add_headers(struct MHD_Response *response, unsigned status, int64_t retry_s)
{
    char number[NUMBER_SIZE];

    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
    (void)snprintf(number, sizeof number, "%" PRId64, retry_s ? retry_s : 10);
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE || status == MHD_HTTP_TOO_MANY_REQUESTS)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, number);
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, POST");
    if (status == MHD_HTTP_UNAUTHORIZED)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"bilag\"");
}

static enum MHD_Result queue(const struct request *request, unsigned status, struct strbuf *body)
{
    struct MHD_Response *response = body->failed ? NULL
                                                 : MHD_create_response_from_buffer(body->len, body->bytes,
                                                                                   MHD_RESPMEM_MUST_COPY);
    enum MHD_Result result = MHD_NO;

    if (response) {
        add_headers(response, status, request->entry.retry_s);
        result = MHD_queue_response(request->connection, status, response);
        MHD_destroy_response(response);
    }
    strbuf_free(body);
    return result;
}

static enum MHD_Result answer_error(const struct request *request, unsigned status, const char *why)
{
    struct strbuf body;

    strbuf_init(&body, 4096);
    json_open(&body, NULL, '{');
    json_put_str(&body, "error", str_of(why));
    json_close(&body, '}');
    strbuf_char(&body, '\n');
    return queue(request, status, &body);
}

static bool all_forbidden(const struct delivery *delivery)
{
    return delivery->forbidden > 0 && delivery->forbidden == delivery->rejected && !delivery->accepted && !delivery->duplicates;
}

static void write_counts(struct strbuf *body, const struct delivery *delivery)
{
    json_open(body, NULL, '{');
    json_put_uint(body, "accepted", delivery->accepted);
    json_put_uint(body, "duplicates", delivery->duplicates);
    if (delivery->parked)
        json_put_uint(body, "parked", delivery->parked);
    json_open(body, "rejected", '[');
    for (size_t i = 0; i < delivery->reject_count; i++) {
        json_open(body, NULL, '{');
        json_put_uint(body, "line", delivery->rejects[i].line);
        json_put_str(body, "reason", str_of(delivery->rejects[i].reason));
        if (delivery->rejects[i].forbidden)
            json_put_int(body, "status", MHD_HTTP_FORBIDDEN);
        json_close(body, '}');
    }
    json_close(body, ']');
    if (delivery->rejected > delivery->reject_count)
        json_put_uint(body, "rejected_total", delivery->rejected);
    json_close(body, '}');
    strbuf_char(body, '\n');
}

enum MHD_Result request_answer(struct request *request)
{
    const struct delivery *delivery = &request->delivery;
    struct strbuf body;

    if (request->entry.status)
        return answer_error(request, request->entry.status, request->entry.why);
    if (delivery->failed)
        return answer_error(request, MHD_HTTP_SERVICE_UNAVAILABLE,
                            "nothing can be stored at the moment: send all of this again later");
    strbuf_init(&body, ANSWER_BYTES_MAX);
    if (request->entry.kind == ENTRY_HEALTH) {
        strbuf_add(&body, STR("{\"ok\":true}\n"));
        return queue(request, MHD_HTTP_OK, &body);
    }
    KILLPOINT("ingest.before-ack");
    write_counts(&body, delivery);
    return queue(request, all_forbidden(delivery) ? MHD_HTTP_FORBIDDEN : MHD_HTTP_OK, &body);
}
