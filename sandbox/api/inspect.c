/* inspect.c - /_sandbox/...: what a test wants to see and to change. */
#include "inspect.h"

#include <stdlib.h>
#include <string.h>

#include "sandbox/books/document.h"
#include "sandbox/books/order.h"
#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/problem.h"
#include "sandbox/base/text.h"

static const char title[] = "Sandbox";

static cJSON *body_read(struct exchange *x)
{
    cJSON *body = json_parse(x->body ? x->body : "", x->body_bytes);

    if (!body || (!cJSON_IsObject(body) && !cJSON_IsArray(body))) {
        problem_now(x, 400, title, "The body is not JSON.");
        cJSON_Delete(body);
        return NULL;
    }
    return body;
}

void inspect_settings(struct exchange *x)
{
    answer_json(x, 200, settings_list(&x->box->settings));
}

/* All or nothing: settings are changed in a copy first. */
void inspect_settings_post(struct exchange *x)
{
    cJSON *body = body_read(x);
    struct settings changed = x->box->settings;
    enum setting_id id;
    const char *why;

    if (!body)
        return;
    for (const cJSON *item = body->child; item; item = item->next)
        if (!item->string || !setting_set_json(&changed, item, &id, &why)) {
            problem_now(x, 400, title, "%s: %s", item->string ? item->string : "an entry", why);
            cJSON_Delete(body);
            return;
        }
    cJSON_Delete(body);
    if (setting_is(&changed, SET_expire_tokens, "now")) {
        tokens_expire_all(&x->box->tokens);
        (void)setting_set(&changed, "expire_tokens", "no", &id, &why);
    }
    x->box->settings = changed;
    answer_json(x, 200, settings_list(&x->box->settings));
}

static bool client_put(struct exchange *x, const cJSON *given)
{
    cJSON *record = cJSON_CreateObject();
    char *why = NULL;

    if (!registry_apply(&x->box->registry, given, &why)) {
        problem_now(x, 400, title, "%s", why);
        free(why);
        cJSON_Delete(record);
        return false;
    }
    json_add(record, "given", json_echo(given));
    document_store_record(x, "client", record);
    return true;
}

void inspect_clients_post(struct exchange *x)
{
    cJSON *body = body_read(x);
    bool good = body != NULL;

    if (cJSON_IsArray(body)) {
        for (const cJSON *item = body->child; item && good; item = item->next)
            good = client_put(x, item);
    } else if (body) {
        good = client_put(x, body);
    }
    if (good)
        answer_empty(x, 204);
    cJSON_Delete(body);
}

/* When, as the journal will say it when it is read back. */
static cJSON *with_moment(const struct exchange *x, cJSON *body)
{
    char *text;

    json_add_int(body, "at_ms", x->arrived_ms);
    text = json_write(body);
    cJSON_Delete(body);
    body = json_parse(text, strlen(text));
    free(text);
    return body;
}

/* {"id": an order's, "deleted": true}, {"sent": true} or {"credited": true}: somebody did so in PowerOffice. */
void inspect_hand_post(struct exchange *x)
{
    cJSON *body = body_read(x), *record;
    const char *id;
    bool done = false;

    if (!body)
        return;
    body = with_moment(x, body);
    id = json_text(body, "id");
    for (size_t b = 0; id && b < x->box->registry.books_count && !done; b++) {
        x->books = x->box->registry.books[b];
        done = order_find(x->books, id) && order_replay_hand(x->books, body);
    }
    if (done) {
        record = json_echo(body);
        document_store_record(x, "hand", record);
        answer_empty(x, 204);
    } else {
        problem_now(x, 400, title, "No order with this id.");
    }
    cJSON_Delete(body);
}

static bool asked_for(const struct exchange *x, const char *client_key, const char *company)
{
    const char *key = exchange_query(x, "client_key"), *org_no = exchange_query(x, "org_no");

    return (!key || strcmp(key, client_key) == 0) &&
           (!org_no || strcmp(org_no, company ? company : "") == 0);
}

void inspect_vouchers(struct exchange *x)
{
    cJSON *array = cJSON_CreateArray();

    for (size_t b = 0; b < x->box->registry.books_count; b++) {
        const struct books *books = x->box->registry.books[b];

        for (size_t i = 0; i < books->voucher_count; i++)
            if (asked_for(x, books->vouchers[i]->client_key, books->vouchers[i]->company))
                (void)cJSON_AddItemToArray(array, voucher_encode(books->vouchers[i]));
    }
    answer_json(x, 200, array);
}

/* With what a test wants to see of the request beside. */
static cJSON *order_shown(const struct order *order, int64_t now_ms)
{
    cJSON *item = order_encode(order, now_ms), *body = json_parse(order->body, strlen(order->body));

    json_add_text(item, "customer_reference", json_text(body, "CustomerReference"));
    json_add_text(item, "invoice_date", order->invoice_date[0] ? order->invoice_date : NULL);
    json_add_text(item, "send_email", order->send_email);
    json_add_bool(item, "deleted", order->deleted);
    json_add_bool(item, "credited", order->credited);
    cJSON_Delete(body);
    return item;
}

void inspect_orders(struct exchange *x)
{
    cJSON *array = cJSON_CreateArray();

    for (size_t b = 0; b < x->box->registry.books_count; b++) {
        const struct books *books = x->box->registry.books[b];

        for (size_t i = 0; i < books->order_count; i++)
            if (asked_for(x, books->orders[i]->client_key, books->orders[i]->company))
                (void)cJSON_AddItemToArray(array, order_shown(books->orders[i], x->arrived_ms));
    }
    answer_json(x, 200, array);
}

void inspect_stats(struct exchange *x)
{
    answer_json(x, 200, stats_json(x->box));
}

void inspect_requests(struct exchange *x)
{
    const char *last = exchange_query(x, "last");

    answer_json(x, 200, stats_requests_json(&x->box->stats,
                                            last ? strtoul(last, NULL, 10) : STATS_REQUESTS));
}

void inspect_bodies(struct exchange *x)
{
    answer_json(x, 200, stats_bodies_json(&x->box->stats));
}

void inspect_reset_stats(struct exchange *x)
{
    stats_reset(&x->box->stats);
    quotas_reset_stats(&x->box->quotas);
    answer_empty(x, 204);
}

void inspect_reset(struct exchange *x)
{
    document_store_record(x, "reset", cJSON_CreateObject());
    for (size_t i = 0; i < x->box->registry.books_count; i++)
        books_empty(x->box->registry.books[i]);
    answer_empty(x, 204);
}
