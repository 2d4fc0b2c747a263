/* order.c - sales orders: keeping, finding, writing down and reading back. */
#include "order.h"

#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "sandbox/base/json.h"
#include "sandbox/base/text.h"

void order_free(struct order *order)
{
    if (!order)
        return;
    for (size_t i = 0; i < order->line_count; i++) {
        free(order->lines[i].product);
        free(order->lines[i].description);
    }
    free(order->lines);
    free(order->client_key);
    free(order->application_key);
    free(order->company);
    free(order->reference);
    free(order->body);
    free(order->send_error);
    free(order->send_email);
    free(order);
}

void order_keep(struct books *books, struct order *order)
{
    if (order->no > books->last_order_no)
        books->last_order_no = order->no;
    books->orders = must_grow(books->orders, (books->order_count + 1) * sizeof *books->orders);
    books->orders[books->order_count++] = order;
    map_put(&books->order_ids, order->id, order);
    if (order->reference)
        map_put(&books->order_references, order->reference, order);
}

struct order *order_find(const struct books *books, const char *id)
{
    char lower[ID_BYTES];
    uuid_t uuid;

    if (uuid_parse(id, uuid) != 0)
        return NULL;
    uuid_unparse_lower(uuid, lower);
    return map_find(&books->order_ids, lower);
}

bool order_is_sent(const struct order *order, int64_t now_ms)
{
    return order->sent_ms && order->sent_ms <= now_ms && !order->send_error;
}

static cJSON *line_encode(const struct order_line *line)
{
    cJSON *item = cJSON_CreateObject();

    json_add_text(item, "id", line->id);
    json_add_text(item, "product", line->product);
    json_add_int(item, "product_id", line->product_id);
    json_add_int(item, "account", line->account_no);
    json_add_text(item, "vat_code", line->vat_code);
    json_add_int(item, "vat_id", line->vat_id);
    json_add_int(item, "rate", line->rate);
    json_add_bool(item, "standard", line->standard);
    json_add_int(item, "department_id", line->department_id);
    json_add_int(item, "project_id", line->project_id);
    json_add_int(item, "location_id", line->location_id);
    json_add_text(item, "quantity", line->quantity);
    json_add_text(item, "unit_price", line->unit_price);
    json_add_text(item, "allowance", line->allowance);
    json_add_int(item, "net", line->net_ore);
    json_add_int(item, "vat", line->vat_ore);
    json_add_int(item, "total", line->total_ore);
    json_add_text(item, "description", line->description);
    return item;
}

cJSON *order_encode(const struct order *order, int64_t now_ms)
{
    cJSON *item = cJSON_CreateObject(), *lines = cJSON_CreateArray();
    char created[MOMENT_BYTES];

    moment_write(order->created_ms, "Z", created);
    json_add_text(item, "id", order->id);
    json_add_int(item, "order_no", order->no);
    json_add_text(item, "client_key", order->client_key);
    json_add_text(item, "application_key", order->application_key);
    json_add_text(item, "company", order->company);
    json_add_text(item, "reference", order->reference);
    json_add_int(item, "imported_order_no", order->imported_no);
    json_add_int(item, "customer_no", order->customer_no);
    json_add_text(item, "order_date", order->date);
    json_add_text(item, "department", order->department[0] ? order->department : NULL);
    json_add_int(item, "department_id", order->department_id);
    json_add_int(item, "project_id", order->project_id);
    json_add_int(item, "location_id", order->location_id);
    json_add_int(item, "total", order->total_ore);
    json_add_int(item, "net", order->net_ore);
    json_add_text(item, "status", order->status);
    json_add_bool(item, "sent", order_is_sent(order, now_ms));
    json_add_int(item, "invoice_no", order->invoice_no);
    json_add_int(item, "fee", order->fee_ore);
    json_add_text(item, "created_at", created);
    json_add_int(item, "created_ms", order->created_ms);
    for (size_t i = 0; i < order->line_count; i++)
        (void)cJSON_AddItemToArray(lines, line_encode(&order->lines[i]));
    json_add(item, "lines", lines);
    return item;
}

static bool line_decode(const cJSON *item, struct order_line *line)
{
    int64_t vat_id, rate;

    if (!json_int(item, "product_id", &line->product_id) ||
        !json_int(item, "account", &line->account_no) || !json_int(item, "vat_id", &vat_id) ||
        !json_int(item, "rate", &rate) || !json_bool(item, "standard", &line->standard) ||
        !json_int(item, "department_id", &line->department_id) ||
        !json_int(item, "net", &line->net_ore) || !json_int(item, "vat", &line->vat_ore) ||
        !json_int(item, "total", &line->total_ore))
        return false;
    line->vat_id = (int32_t)vat_id;
    line->rate = (int32_t)rate;
    (void)json_int(item, "project_id", &line->project_id);   /* older journals do not say them */
    (void)json_int(item, "location_id", &line->location_id);
    text_set(line->id, sizeof line->id, json_text(item, "id"));
    text_set(line->vat_code, sizeof line->vat_code, json_text(item, "vat_code"));
    text_set(line->quantity, sizeof line->quantity, json_text(item, "quantity"));
    text_set(line->unit_price, sizeof line->unit_price, json_text(item, "unit_price"));
    text_set(line->allowance, sizeof line->allowance, json_text(item, "allowance"));
    line->product = text_copy(json_text(item, "product"));
    line->description = text_copy(json_text(item, "description"));
    return true;
}

static bool header_decode(const cJSON *record, struct order *order)
{
    const cJSON *body = json_member(record, "body");
    cJSON *echo;

    if (!body || !json_int(record, "order_no", &order->no) ||
        !json_int(record, "imported_order_no", &order->imported_no) ||
        !json_int(record, "customer_no", &order->customer_no) ||
        !json_int(record, "department_id", &order->department_id) ||
        !json_int(record, "total", &order->total_ore) || !json_int(record, "net", &order->net_ore) ||
        !json_int(record, "created_ms", &order->created_ms))
        return false;
    text_set(order->id, sizeof order->id, json_text(record, "id"));
    text_set(order->date, sizeof order->date, json_text(record, "order_date"));
    text_set(order->status, sizeof order->status, json_text(record, "status"));
    text_set(order->department, sizeof order->department, json_text(record, "department"));
    (void)json_int(record, "project_id", &order->project_id);
    (void)json_int(record, "location_id", &order->location_id);
    order->client_key = text_copy(json_text(record, "client_key"));
    order->application_key = text_copy(json_text(record, "application_key"));
    order->company = text_copy(json_text(record, "company"));
    order->reference = text_copy(json_text(record, "reference"));
    echo = json_echo(body);
    order->body = json_write(echo);
    cJSON_Delete(echo);
    return order->client_key && order->application_key && text_is_uuid(order->id);
}

struct order *order_decode(const cJSON *record)
{
    struct order *order = must_alloc(sizeof *order);
    const cJSON *lines = json_member(record, "lines");
    bool good = header_decode(record, order) && cJSON_IsArray(lines);

    for (const cJSON *item = good ? lines->child : NULL; item && good; item = item->next) {
        order->lines = must_grow(order->lines, (order->line_count + 1) * sizeof *order->lines);
        order->lines[order->line_count] = (struct order_line){ 0 };
        good = line_decode(item, &order->lines[order->line_count++]);
    }
    if (!good) {
        order_free(order);
        return NULL;
    }
    return order;
}
