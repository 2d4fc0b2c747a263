/* order_read.c - GET /SalesOrders and GET /SalesOrders/{id}/Complete. */
#include <string.h>

#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/list.h"
#include "sandbox/books/order.h"
#include "sandbox/http/problem.h"
#include "sandbox/http/query.h"
#include "sandbox/http/shape.h"
#include "sandbox/base/text.h"

static const char members[] =
    "BrandingThemeCode BrandingThemeId ContactDeliveryAddressId ContractNo CreatedDateTimeOffset "
    "CurrencyCode CurrencyExchangeRate CustomMatchingReference CustomerId CustomerNo "
    "CustomerReference CustomerReferenceContactPersonId DeliveryDate DeliveryTerm DeliveryTermId "
    "DepartmentCode DepartmentId Dim1Code Dim1Id Dim2Code Dim2Id Dim3Code Dim3Id "
    "ExternalImportReference Id ImportedOrderNo IsCreatedByCurrentIntegration "
    "LastChangedDateTimeOffset LineCount LocationCode LocationId NetAmount PaymentTerm PaymentTermId "
    "ProjectCode ProjectId PurchaseOrderReference RelatedInvoiceNo SalesOrderDate SalesOrderNo "
    "SalesOrderStatus SalesPersonEmployeeId SalesPersonEmployeeNumber TotalAmount";

static void int_set(cJSON *object, const char *name, int64_t value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    if (value)
        json_add_int(object, name, value);
    else
        json_add_null(object, name);
}

static void date_set(const struct exchange *x, cJSON *object, const char *name, const char *date)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    answer_add_date(x, object, name, date);
}

static void line_complete(cJSON *answer, const struct order *order, const struct order_line *line,
                          bool inherited)
{
    json_add_text(answer, "Id", line->id);
    json_add_text(answer, "SalesOrderId", order->id);
    json_add_decimal(answer, "NetAmount", line->net_ore, 2);
    json_add_decimal(answer, "VatAmount", line->vat_ore, 2);
    json_add_decimal(answer, "TotalAmount", line->total_ore, 2);
    if (!line->product)
        return;
    int_set(answer, "ProductId", line->product_id);
    json_set(answer, "ProductCode", cJSON_CreateString(line->product));
    json_set(answer, "ProductUnitPrice", cJSON_CreateRaw(line->unit_price));
    json_set(answer, "Quantity", cJSON_CreateRaw(line->quantity));
    json_add_text(answer, "VatCode", line->vat_code);
    json_add_int(answer, "VatId", line->vat_id);
    json_add_decimal(answer, "VatRate", line->rate, 4);
    if (!inherited)
        return;
    json_set(answer, "Allowance", cJSON_CreateRaw(line->allowance));
    json_set(answer, "UseStandardSalesAccount", cJSON_CreateBool(line->standard));
    int_set(answer, "DepartmentId", line->department_id);
    int_set(answer, "ProjectId", line->project_id);
    int_set(answer, "LocationId", line->location_id);
}

cJSON *order_answer(struct exchange *x, const struct order *order, bool with_lines)
{
    const struct customer *customer = books_customer_no(x->books, order->customer_no);
    bool inherited = query_flag(x, "showInherited", false);
    cJSON *body = json_parse(order->body, strlen(order->body));
    cJSON *answer = shape_echo(body, &shape_order), *line;
    size_t i = 0;

    json_add_text(answer, "Id", order->id);
    json_add_int(answer, "SalesOrderNo", order->no);
    int_set(answer, "CustomerId", customer ? customer->id : 0);
    int_set(answer, "CustomerNo", order->customer_no);
    json_set(answer, "SalesOrderStatus", cJSON_CreateString(order->status));
    date_set(x, answer, "SalesOrderDate", order->date);
    date_set(x, answer, "DeliveryDate", json_text(body, "DeliveryDate"));
    if (inherited || order->department_id) {
        int_set(answer, "DepartmentId", order->department_id);
        json_set(answer, "DepartmentCode", order->department[0]
                                               ? cJSON_CreateString(order->department)
                                               : cJSON_CreateNull());
    }
    if (!json_text(body, "CurrencyCode"))
        json_set(answer, "CurrencyCode", cJSON_CreateString("NOK"));
    json_add_decimal(answer, "NetAmount", order->net_ore, 2);
    json_add_decimal(answer, "TotalAmount", order->total_ore, 2);
    json_add_int(answer, "LineCount", (int64_t)order->line_count);
    json_add_bool(answer, "IsCreatedByCurrentIntegration",
                  text_same(order->application_key, x->token->application_key));
    answer_add_moment(x, answer, "CreatedDateTimeOffset", order->created_ms);
    answer_add_moment(x, answer, "LastChangedDateTimeOffset", order->created_ms);
    line = cJSON_GetObjectItemCaseSensitive(answer, "SalesOrderLines");
    if (!with_lines)
        cJSON_DeleteItemFromObjectCaseSensitive(answer, "SalesOrderLines");
    else
        for (line = line->child; line && i < order->line_count; line = line->next, i++)
            line_complete(line, order, &order->lines[i], inherited);
    cJSON_Delete(body);
    return answer;
}

/* Sent orders leave the list. */
static bool order_listed(struct exchange *x, const struct order *order, bool own_only)
{
    bool own = text_same(order->application_key, x->token->application_key);

    return exchange_visible(x, order->created_ms) && !order->deleted && !order_is_sent(order, x->arrived_ms) &&
           (own || !own_only) && query_number(x, "customerNos", order->customer_no) &&
           query_word(x, "orderStatus", order->status) &&
           query_word(x, "departmentCodes", order->department) && query_word(x, "projectCodes", "") &&
           query_from(x, "fromDate", order->date) && query_to(x, "toDate", order->date) &&
           query_later(x, "lastChangedDateTimeOffsetGreaterThan", order->created_ms);
}

void orders_get(struct exchange *x)
{
    bool own_only = query_flag(x, "onlyCreatedByCurrentIntegration", false);
    cJSON *array;

    if (exchange_is(x, SET_order_dates_required, "on") &&
        (!exchange_query(x, "fromDate") || !exchange_query(x, "toDate"))) {
        problem_now(x, 400, "Validation error(s)", "fromDate and toDate are required.");
        return;
    }
    array = cJSON_CreateArray();
    for (size_t i = 0; i < x->books->order_count; i++)
        if (order_listed(x, x->books->orders[i], own_only))
            (void)cJSON_AddItemToArray(array, order_answer(x, x->books->orders[i], false));
    list_answer(x, array, members);
}

void order_get(struct exchange *x)
{
    const struct order *order = order_find(x->books, x->id);

    if (!order || order->deleted || !exchange_visible(x, order->created_ms) || order_is_sent(order, x->arrived_ms))
        problem_now(x, 404, problem_not_found, "No sales order with id = %s.", x->id);
    else
        answer_json(x, 200, order_answer(x, order, true));
}
