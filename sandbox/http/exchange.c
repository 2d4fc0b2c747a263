/* exchange.c - one request and the answer that it gets. */
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>

#include "sandbox/base/json.h"
#include "sandbox/base/text.h"

void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    answer_drop_all(x);
    for (size_t i = 0; i < x->query_count; i++) {
        free(x->query[i].name);
        free(x->query[i].value);
    }
    free(x->method);
    free(x->path);
    free(x->authorization);
    free(x->subscription_key);
    free(x->content_type);
    free(x->body);
    free(x);
}

const char *exchange_query(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->query_count; i++)
        if (text_same(x->query[i].name, name))
            return x->query[i].value ? x->query[i].value : "";
    return NULL;
}

bool exchange_is(const struct exchange *x, enum setting_id id, const char *word)
{
    return setting_is(&x->box->settings, id, word);
}

bool exchange_may_send(const struct exchange *x)
{
    return x->client->allow_send && exchange_is(x, SET_allow_send_invoice, "client");
}

int64_t exchange_number(const struct exchange *x, enum setting_id id)
{
    return setting_number(&x->box->settings, id);
}

bool exchange_visible(const struct exchange *x, int64_t since_ms)
{
    return x->arrived_ms - since_ms >= exchange_number(x, SET_read_lag_ms);
}

static void answer_set(struct exchange *x, unsigned status, const char *type, char *body)
{
    ensure(x->answer.status == 0);                            /* one answer to a request */
    x->answer.status = status;
    x->answer.type = type;
    x->answer.body = body;
}

void answer_json(struct exchange *x, unsigned status, cJSON *tree)
{
    answer_set(x, status, "application/json; charset=utf-8", json_write(tree));
    cJSON_Delete(tree);
}

void answer_empty(struct exchange *x, unsigned status)
{
    answer_set(x, status, NULL, NULL);
}

void answer_text(struct exchange *x, unsigned status, const char *type, const char *text)
{
    answer_set(x, status, type, text_copy(text));
}

/* Errors of the gateway in front of the API have a form of their own, without a title. */
void answer_gateway(struct exchange *x, unsigned status, const char *message)
{
    cJSON *body = cJSON_CreateObject();

    if (exchange_is(x, SET_gateway_status_code, "text")) {
        char text[8];

        (void)snprintf(text, sizeof text, "%u", status);
        json_add_text(body, "statusCode", text);
    } else {
        json_add_int(body, "statusCode", status);
    }
    json_add_text(body, "message", message);
    answer_json(x, status, body);
}

void answer_header(struct exchange *x, const char *name, const char *value)
{
    ensure(x->answer.header_count < HEADERS_MAX);
    x->answer.headers[x->answer.header_count].name = name;
    x->answer.headers[x->answer.header_count++].value = text_copy(value);
}

void answer_drop_all(struct exchange *x)
{
    for (size_t i = 0; i < x->answer.header_count; i++)
        free(x->answer.headers[i].value);
    free(x->answer.body);
    x->answer = (struct answer){ 0 };
}

void answer_add_date(const struct exchange *x, cJSON *object, const char *name, const char *date)
{
    char text[32];

    if (!date || !date[0]) {
        json_add_null(object, name);
        return;
    }
    (void)snprintf(text, sizeof text, "%s%s", date,
                   exchange_is(x, SET_dates, "datetime") ? "T00:00:00" : "");
    json_add_text(object, name, text);
}

void answer_add_moment(const struct exchange *x, cJSON *object, const char *name, int64_t ms)
{
    char text[MOMENT_BYTES];

    if (!ms) {
        json_add_null(object, name);
        return;
    }
    moment_write(ms, exchange_is(x, SET_timestamps, "z")        ? "Z"
                     : exchange_is(x, SET_timestamps, "offset") ? "+00:00"
                                                                : "", text);
    json_add_text(object, name, text);
}
