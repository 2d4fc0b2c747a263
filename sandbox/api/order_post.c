/* order_post.c - POST /SalesOrders/Complete: what an order inherits, and what it comes to. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/base/decimal.h"
#include "sandbox/books/document.h"
#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/books/order.h"
#include "sandbox/http/problem.h"
#include "product.h"
#include "sandbox/http/shape.h"
#include "sandbox/base/text.h"

#define ALLOWANCE_SCALE 4                                     /* of a percent */
#define PERCENT_100     INT64_C(1000000)                      /* 100 % in that scale */
#define RATE_100        10000

static const char title[] = "Sales order validation error(s)";

struct draft {
    struct exchange *x;
    const struct books *books;
    struct problem problem;
    struct order *order;
    const struct customer *customer;
    const cJSON *item;
    struct order_line *line;
    size_t index;
    int64_t price, quantity, allowance;
};

#define BROKEN(d, member, ...) \
    problem_add(&(d)->problem, setting_status(&(d)->x->box->settings, SET_rule_status), title, \
                member, __VA_ARGS__)
#define UNKNOWN(d, member, ...) \
    problem_add(&(d)->problem, setting_status(&(d)->x->box->settings, SET_unknown_id_status), \
                problem_not_found, member, __VA_ARGS__)

static void customer_read(struct draft *d, const cJSON *body)
{
    int64_t id;

    if (json_int(body, "CustomerId", &id))                    /* the id wins */
        d->customer = books_customer(d->books, id);
    else if (json_int(body, "CustomerNo", &id))
        d->customer = books_customer_no(d->books, id);
    else {
        BROKEN(d, "CustomerId", "An order needs CustomerId or CustomerNo.");
        return;
    }
    if (!d->customer)
        UNKNOWN(d, "CustomerId", "No customer with id or number = %" PRId64 ".", id);
    else if (d->customer->archived)
        BROKEN(d, "CustomerId", "Customer %" PRId64 " is archived.", d->customer->no);
    if (d->customer)
        d->order->customer_no = d->customer->no;
}

/* -1 says none on purpose, nothing inherits `inherited`. */
static int64_t dimension_read(struct draft *d, const cJSON *object, enum dimension_kind kind, int64_t inherited)
{
    static const struct { const char *id, *code, *name; } members[DIMENSION_KINDS] = {
        [DIMENSION_DEPARTMENT] = { "DepartmentId", "DepartmentCode", "department" },
        [DIMENSION_LOCATION] = { "LocationId", "LocationCode", "location" },
        [DIMENSION_PROJECT] = { "ProjectId", "ProjectCode", "project" },
    };
    const char *code = json_text(object, members[kind].code);
    const struct dimension *dimension = NULL;
    int64_t id;
    bool by_id = json_int(object, members[kind].id, &id);

    if (!by_id && !code)
        return inherited;
    if ((by_id && id == -1) || (!by_id && strcmp(code, "-1") == 0))
        return 0;
    dimension = by_id ? books_dimension(d->books, kind, id) : books_dimension_code(d->books, kind, code);
    if (!dimension)
        UNKNOWN(d, members[kind].id, "The %s of the order or line does not exist.", members[kind].name);
    return dimension ? dimension->id : 0;
}

static void header_read(struct draft *d, const cJSON *body)
{
    struct order *order = d->order;
    const char *currency = json_text(body, "CurrencyCode"), *date = json_text(body, "SalesOrderDate");
    const char *status = json_text(body, "SalesOrderStatus");
    const struct dimension *department;

    customer_read(d, body);
    date_of(d->x->arrived_ms, order->date);
    if (date)
        (void)date_parse(date, order->date);
    text_set(order->status, sizeof order->status,
             status ? status : setting_text(&d->x->box->settings, SET_order_status));
    (void)json_int(body, "ImportedOrderNo", &order->imported_no);
    order->reference = text_copy(json_text(body, "ExternalImportReference"));
    if (!document_text_fits(d->x, order->reference, SET_reference_chars_max))
        BROKEN(d, "ExternalImportReference", "ExternalImportReference is too long.");
    if (currency && strcmp(currency, "NOK") != 0)
        BROKEN(d, "CurrencyCode", "Currency %s is not in use.", currency);
    order->department_id =
        dimension_read(d, body, DIMENSION_DEPARTMENT, d->customer ? d->customer->department_id : 0);
    order->project_id = dimension_read(d, body, DIMENSION_PROJECT, 0);
    order->location_id = dimension_read(d, body, DIMENSION_LOCATION, 0);
    department = books_dimension(d->books, DIMENSION_DEPARTMENT, order->department_id);
    text_set(order->department, sizeof order->department, department ? department->code : "");
}

static const struct product *product_read(struct draft *d)
{
    const char *code = json_text(d->item, "ProductCode");
    const struct product *product;
    int64_t id;
    bool by_id = json_int(d->item, "ProductId", &id);

    if (!by_id && !code) {
        BROKEN(d, "ProductId", "Line %zu: an amount line needs ProductId or ProductCode.", d->index);
        return NULL;
    }
    product = by_id ? books_product(d->books, id) : books_product_code(d->books, code);
    if (!product)
        UNKNOWN(d, "ProductId", "Line %zu: the product does not exist.", d->index);
    else if (product->archived)
        BROKEN(d, "ProductId", "Line %zu: product %s is archived.", d->index, product->code);
    return product;
}

/* The account decides the VAT code. Who does not say which account gets what the customer has. */
static void account_read(struct draft *d, const struct product *product)
{
    const struct account *account;
    const struct vat_code *vat;

    d->line->standard = !(d->customer && d->customer->vat_free);
    (void)json_bool(d->item, "UseStandardSalesAccount", &d->line->standard);
    account = product_account(d->books, product, d->line->standard);
    if (!account) {
        UNKNOWN(d, "ProductId", "Line %zu: product %s has no such sales account.", d->index,
                product->code);
        return;
    }
    d->line->account_no = account->no;
    if (!account->active)
        BROKEN(d, "ProductId", "Line %zu: account %" PRId64 " is not active.", d->index, account->no);
    vat = books_vat_on(d->books, account->vat_code[0] ? account->vat_code : "0", d->order->date);
    if (!vat) {
        BROKEN(d, "ProductId", "Line %zu: no VAT code %s on %s.", d->index, account->vat_code,
               d->order->date);
        return;
    }
    d->line->vat_id = vat->id;
    d->line->rate = vat->rate;
    text_set(d->line->vat_code, sizeof d->line->vat_code, vat->code);
}

static bool number_read(struct draft *d, const char *member, unsigned scale, int64_t *ret_units)
{
    const cJSON *item = json_member(d->item, member);

    if (!item)
        return false;
    if (decimal_parse(json_number_text(item), scale, ret_units) == DECIMAL_BAD)
        BROKEN(d, member, "Line %zu: %s is out of range.", d->index, member);
    return true;
}

static void amounts_read(struct draft *d, const struct product *product)
{
    unsigned price_scale = (unsigned)exchange_number(d->x, SET_price_decimals);
    unsigned quantity_scale = (unsigned)exchange_number(d->x, SET_quantity_decimals);
    char text[DECIMAL_BYTES];
    cJSON *body;

    d->price = d->quantity = 0;
    d->allowance = d->customer ? d->customer->allowance : 0;
    if (!number_read(d, "Quantity", quantity_scale, &d->quantity))
        BROKEN(d, "Quantity", "Line %zu: a line with a product needs a Quantity.", d->index);
    if (!number_read(d, "ProductUnitPrice", price_scale, &d->price)) {
        body = json_parse(product->body, strlen(product->body));
        (void)json_decimal(body, "UnitPrice", price_scale, &d->price);
        cJSON_Delete(body);
    }
    (void)number_read(d, "Allowance", ALLOWANCE_SCALE, &d->allowance);
    if (d->allowance < -10 * PERCENT_100 || d->allowance > PERCENT_100)
        BROKEN(d, "Allowance", "Line %zu: Allowance must be within -1000 and 100.", d->index);
    decimal_write(d->quantity, quantity_scale, 0, text);
    text_set(d->line->quantity, sizeof d->line->quantity, text);
    decimal_write(d->price, price_scale, 0, text);
    text_set(d->line->unit_price, sizeof d->line->unit_price, text);
    decimal_write(d->allowance, ALLOWANCE_SCALE, 0, text);
    text_set(d->line->allowance, sizeof d->line->allowance, text);
}

/* quantity x price x (100 - allowance) %, in ore; amounts no customer could owe are refused before
 * the multiplication could leave 128 bits. */
static void line_sum(struct draft *d)
{
    int64_t factor = PERCENT_100 - d->allowance, scale = decimal_power(
        (unsigned)exchange_number(d->x, SET_price_decimals) +
        (unsigned)exchange_number(d->x, SET_quantity_decimals));
    __int128 rough = (__int128)d->quantity * d->price / scale;

    if (rough > INT64_C(1000000000) || rough < -INT64_C(1000000000)) {
        BROKEN(d, "ProductUnitPrice", "Line %zu: the amount is out of range.", d->index);
        return;
    }
    d->line->net_ore = decimal_product(d->quantity, d->price, factor, scale, PERCENT_100 / 100);
    d->line->vat_ore = decimal_product(d->line->net_ore, d->line->rate, 1, RATE_100, 1);
    d->line->total_ore = d->line->net_ore + d->line->vat_ore;
}

static void line_reference(struct draft *d)
{
    const char *reference = json_text(d->item, "ExternalImportReference");

    if (!document_text_fits(d->x, reference, SET_reference_chars_max))
        BROKEN(d, "ExternalImportReference", "Line %zu: the reference is too long.", d->index);
    for (const cJSON *other = d->item->prev; reference && other->next; other = other->prev)
        if (json_text(other, "ExternalImportReference") &&
            strcmp(json_text(other, "ExternalImportReference"), reference) == 0)
            BROKEN(d, "ExternalImportReference", "Line %zu: reference %s is used twice.", d->index,
                   reference);
}

static void line_read(struct draft *d)
{
    const char *type = json_text(d->item, "LineType"), *text = json_text(d->item, "Description");
    const struct product *product;
    cJSON *body;

    voucher_new_id(d->line->id);
    line_reference(d);
    d->line->department_id = dimension_read(d, d->item, DIMENSION_DEPARTMENT, d->order->department_id);
    d->line->project_id = dimension_read(d, d->item, DIMENSION_PROJECT, d->order->project_id);
    d->line->location_id = dimension_read(d, d->item, DIMENSION_LOCATION, d->order->location_id);
    d->line->description = text_copy(text);
    if (type && strcmp(type, "Normal") != 0)
        return;
    product = product_read(d);
    if (!product)
        return;
    d->line->product = text_copy(product->code);
    d->line->product_id = product->id;
    if (!text) {
        body = json_parse(product->body, strlen(product->body));
        d->line->description = text_copy(json_text(body, "Name"));
        cJSON_Delete(body);
    }
    account_read(d, product);
    amounts_read(d, product);
    line_sum(d);
}

/* With vat_rounding=order, VAT is rounded once for each rate over the whole order. */
static void order_sum(struct draft *d)
{
    struct order *order = d->order;
    bool per_order = exchange_is(d->x, SET_vat_rounding, "order");

    for (size_t i = 0; i < order->line_count; i++) {
        int64_t net_of_rate = 0;
        bool first = true;

        order->net_ore += order->lines[i].net_ore;
        order->total_ore += order->lines[i].net_ore + (per_order ? 0 : order->lines[i].vat_ore);
        for (size_t j = 0; per_order && j < order->line_count; j++) {
            if (order->lines[j].rate != order->lines[i].rate)
                continue;
            first = first && j >= i;
            net_of_rate += order->lines[j].net_ore;
        }
        if (per_order && first)
            order->total_ore += decimal_product(net_of_rate, order->lines[i].rate, 1, RATE_100, 1);
    }
}

static void lines_read(struct draft *d, const cJSON *list)
{
    struct order *order = d->order;

    for (d->item = list ? list->child : NULL; d->item; d->item = d->item->next, d->index++) {
        order->lines = must_grow(order->lines, (order->line_count + 1) * sizeof *order->lines);
        d->line = &order->lines[order->line_count++];
        *d->line = (struct order_line){ 0 };
        line_read(d);
    }
}

static void order_accept(struct exchange *x, struct order *order, const cJSON *body)
{
    cJSON *echo = shape_echo(body, &shape_order);

    order->body = json_write(echo);
    cJSON_Delete(echo);
    document_store_order(x, order);
    answer_json(x, 201, order_answer(x, order, true));
}

void orders_post(struct exchange *x)
{
    cJSON *body = shape_read(x, &shape_order);
    struct draft d = { .x = x, .books = x->books };

    if (!body)
        return;
    if (document_reference_taken(x, json_text(body, "ExternalImportReference"), DOCUMENT_ORDER)) {
        cJSON_Delete(body);
        return;
    }
    d.order = must_alloc(sizeof *d.order);
    document_stamp(x, d.order->id, &d.order->client_key, &d.order->application_key,
                   &d.order->company);
    d.order->created_ms = x->arrived_ms;
    d.order->no = x->books->last_order_no + 1;
    header_read(&d, body);
    lines_read(&d, json_member(body, "SalesOrderLines"));
    order_sum(&d);
    if (problem_any(&d.problem)) {
        problem_answer(x, &d.problem);
        order_free(d.order);
    } else {
        order_accept(x, d.order, body);
    }
    cJSON_Delete(body);
}
