/* invoice.c - sending an order, how far that is, and the invoices that came of it. */
#include <stdlib.h>
#include <string.h>

#include "sandbox/base/decimal.h"
#include "sandbox/books/document.h"
#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/list.h"
#include "sandbox/books/order.h"
#include "sandbox/http/problem.h"
#include "sandbox/http/query.h"
#include "sandbox/http/shape.h"
#include "sandbox/base/text.h"

static const char title[] = "Send invoice validation error(s)";
static const char send_error[] = "The invoice could not be delivered.";

/* What the invoice adds to the order: the fee of a customer who pays one, 25 % VAT on top. Credit
 * notes carry none. */
static int64_t fee_of(struct exchange *x, const struct order *order)
{
    const struct customer *customer = books_customer_no(x->books, order->customer_no);

    return customer && customer->invoice_fee && order->total_ore >= 0
               ? exchange_number(x, SET_invoice_fee_ore) : 0;
}

static int64_t with_vat(int64_t ore)
{
    return decimal_product(ore, 125, 1, 100, 1);
}

bool order_replay_sent(struct books *books, const cJSON *record)
{
    struct order *order = order_find(books, json_text(record, "id"));

    if (!order || !json_int(record, "send_asked_ms", &order->send_asked_ms) ||
        !json_int(record, "sent_ms", &order->sent_ms) ||
        !json_int(record, "invoice_no", &order->invoice_no) ||
        !json_int(record, "voucher_no", &order->voucher_no) ||
        !json_int(record, "fee", &order->fee_ore))
        return false;
    text_set(order->invoice_date, sizeof order->invoice_date, json_text(record, "invoice_date"));
    text_set(order->due_date, sizeof order->due_date, json_text(record, "due_date"));
    text_set(order->delivery, sizeof order->delivery, json_text(record, "delivery"));
    free(order->send_error);
    order->send_error = text_copy(json_text(record, "error"));
    free(order->send_email);
    order->send_email = text_copy(json_text(record, "email"));
    if (order->invoice_no > books->last_invoice_no)
        books->last_invoice_no = order->invoice_no;
    if (order->voucher_no > books->last_voucher_no)
        books->last_voucher_no = order->voucher_no;
    return true;
}

static void sent_by_hand(struct books *books, struct order *order, int64_t at_ms)
{
    order->sent_ms = at_ms;
    order->sent_by_hand = true;
    order->invoice_no = ++books->last_invoice_no;
    order->voucher_no = ++books->last_voucher_no;
    date_of(at_ms, order->invoice_date);
    date_add(order->invoice_date, 14, order->due_date);
}

/* What a person did to it in the program itself. */
bool order_replay_hand(struct books *books, const cJSON *record)
{
    struct order *order = order_find(books, json_text(record, "id"));
    bool sent = false;
    int64_t at_ms = 0;

    if (!order)
        return false;
    (void)json_int(record, "at_ms", &at_ms);
    (void)json_bool(record, "deleted", &order->deleted);
    if (json_bool(record, "sent", &sent) && sent && !order->sent_ms)
        sent_by_hand(books, order, at_ms);
    if (json_bool(record, "credited", &order->credited) && order->credited && !order->credit_no) {
        order->credit_no = ++books->last_invoice_no;
        order->credit_ms = at_ms;
    }
    return true;
}

/* Happens now exactly as it will happen when the journal is read back. */
static void sent_apply(struct books *books, const cJSON *record)
{
    char *text = json_write(record);
    cJSON *parsed = json_parse(text, strlen(text));

    ensure(order_replay_sent(books, parsed));
    cJSON_Delete(parsed);
    free(text);
}

static cJSON *sent_record(struct exchange *x, const struct order *order, const cJSON *body)
{
    const struct customer *customer = books_customer_no(x->books, order->customer_no);
    const char *type = json_text(body, "DeliveryType");
    cJSON *record = cJSON_CreateObject();
    char date[DATE_BYTES], due[DATE_BYTES];
    bool failed = exchange_is(x, SET_send_result, "failed");

    date_of(x->arrived_ms, date);
    if (json_text(body, "VoucherDate"))
        (void)date_parse(json_text(body, "VoucherDate"), date);
    date_add(date, customer ? customer->payment_days : 14, due);
    if (json_text(body, "OverrideDueDate"))
        (void)date_parse(json_text(body, "OverrideDueDate"), due);
    json_add_text(record, "id", order->id);
    json_add_int(record, "send_asked_ms", x->arrived_ms);
    json_add_int(record, "sent_ms", x->arrived_ms + exchange_number(x, SET_send_ms));
    json_add_int(record, "invoice_no", failed ? 0 : x->books->last_invoice_no + 1);
    json_add_int(record, "voucher_no", failed ? 0 : x->books->last_voucher_no + 1);
    json_add_int(record, "fee", fee_of(x, order));
    json_add_text(record, "invoice_date", date);
    json_add_text(record, "due_date", due);
    json_add_text(record, "delivery", type && strcmp(type, "PdfPrintForDownload") == 0
                                          ? "Print" : "PdfByEmail");
    json_add_text(record, "error", failed ? send_error : NULL);
    json_add_text(record, "email", json_text(body, "EmailAddress"));
    return record;
}

/* May this order be sent now? Answers if not. A second request for the same order has no effect. */
static bool sendable(struct exchange *x, const struct order *order, const cJSON *body)
{
    const char *type = json_text(body, "DeliveryType"), *date = json_text(body, "VoucherDate");

    if (!exchange_may_send(x)) {
        problem_now(x, 400, "Missing privilege", "The integration may not send invoices.");
        return false;
    }
    if (!order || order->deleted) {
        problem_now(x, 404, problem_not_found, "No sales order with id = %s.", x->id);
        return false;
    }
    if (order->sent_ms && !order->send_error && exchange_is(x, SET_send_again, "refuse")) {
        problem_now(x, 400, title, "The order with id = %s is already being sent.", x->id);
        return false;
    }
    if (type && strcmp(type, "PdfByEmail") == 0 && !json_text(body, "EmailAddress")) {
        problem_now(x, 400, title, "PdfByEmail needs an EmailAddress.");
        return false;
    }
    if (date && voucher_in_locked_period(x->books, date)) {
        problem_now(x, setting_status(&x->box->settings, SET_lock_status), title,
                    "VoucherDate %s lies in a locked period (lock date %s).", date,
                    x->books->lock_date);
        return false;
    }
    return true;
}

void order_send(struct exchange *x)
{
    struct order *order = order_find(x->books, x->id);
    cJSON *body = shape_read(x, &shape_send), *record, *answer;
    char *location;

    if (!body)
        return;
    if (!sendable(x, order, body)) {
        cJSON_Delete(body);
        return;
    }
    if (!order->sent_ms || order->send_error) {
        record = sent_record(x, order, body);
        sent_apply(x->books, record);
        document_store_record(x, "sent", record);
    }
    answer = shape_echo(body, &shape_send);
    json_add_text(answer, "Id", order->id);
    cJSON_Delete(body);
    location = text_print("%s/v2/SalesOrders/sentState?id=%s",
                          setting_text(&x->box->settings, SET_api_root), order->id);
    answer_header(x, "Location", location);
    free(location);
    answer_json(x, 202, answer);
}

static cJSON *state_answer(struct exchange *x, const struct order *order)
{
    cJSON *state = cJSON_CreateObject();
    bool over = order->sent_ms <= x->arrived_ms, sent = order_is_sent(order, x->arrived_ms);

    json_add_text(state, "Id", order->id);
    json_add_bool(state, "IsInvoiceBeingProcessed", !over);
    answer_add_moment(x, state, "SentDateTimeOffset", sent ? order->sent_ms : 0);
    json_add_text(state, "LastErrorMessage", over ? order->send_error : NULL);
    if (sent)
        json_add_int(state, "InvoiceNo", order->invoice_no);
    else
        json_add_null(state, "InvoiceNo");
    answer_add_date(x, state, "DueDate", sent ? order->due_date : NULL);
    json_add_text(state, "InvoiceDeliveryType", order->delivery);
    return state;
}

void order_sent_state(struct exchange *x)
{
    const char *id = exchange_query(x, "id");
    const struct order *order = id ? order_find(x->books, id) : NULL;
    cJSON *array;

    if (id && (!order || order->deleted)) {
        problem_now(x, 404, problem_not_found, "No sales order with id = %s.", id);
        return;
    }
    if (!order || !order->sent_ms || order->sent_by_hand) {   /* nobody here asked for it to be sent */
        answer_empty(x, 204);
        return;
    }
    if (exchange_is(x, SET_sent_state, "object")) {
        answer_json(x, 200, state_answer(x, order));
        return;
    }
    array = cJSON_CreateArray();
    (void)cJSON_AddItemToArray(array, state_answer(x, order));
    answer_json(x, 200, array);
}

static const char members[] =
    "Balance BalanceLastChangedDateTimeOffset BrandingThemeCode BrandingThemeId Cid ContractNo "
    "CreatedDateTimeOffset CurrencyCode CurrencyExchangeRate CustomMatchingReference CustomerId "
    "CustomerNo CustomerReference CustomerReferenceContactPersonId DeliveryAddress1 DeliveryAddress2 "
    "DeliveryAddressCity DeliveryAddressCountryCode DeliveryAddressZipCode DeliveryDate DeliveryTerm "
    "DeliveryTermId DepartmentCode DepartmentId Dim1Code Dim1Id Dim2Code Dim2Id Dim3Code Dim3Id "
    "DueDate ExternalImportReference Id ImportedOrderNo InvoiceDeliveryType InvoiceNo "
    "IsCreatedByCurrentIntegration IsReversed LastChangedDateTimeOffset LocationCode LocationId "
    "MatchId NetAmount NetPostedAmount OrderDate OrderNo PaymentTerm PaymentTermId ProjectCode "
    "ProjectId PurchaseOrderReference RelatedInvoiceNo SellersReferenceEmployeeId "
    "SellersReferenceEmployeeNo SentDateTimeOffset TotalAmount TotalPostedAmount VoucherDate "
    "VoucherNo VoucherType";

/* Whose order it was does not matter: who had it sent made the invoice. */
static bool made_here(const struct exchange *x, const struct order *order)
{
    return !order->sent_by_hand && text_same(order->application_key, x->token->application_key);
}

static cJSON *invoice_answer(struct exchange *x, const struct order *order)
{
    const struct customer *customer = books_customer_no(x->books, order->customer_no);
    cJSON *body = json_parse(order->body, strlen(order->body)), *answer = cJSON_CreateObject();
    int64_t total = order->total_ore + with_vat(order->fee_ore), net = order->net_ore + order->fee_ore;

    json_add_text(answer, "Id", order->id);                   /* the invoice keeps the order's id */
    json_add_text(answer, "VoucherType", total < 0 ? "OutgoingCreditNote" : "OutgoingInvoice");
    json_add_int(answer, "InvoiceNo", order->invoice_no);
    json_add_int(answer, "VoucherNo", order->voucher_no);
    json_add_int(answer, "OrderNo", order->no);
    json_add_text(answer, "ExternalImportReference", order->reference);
    if (order->imported_no)
        json_add_int(answer, "ImportedOrderNo", order->imported_no);
    else
        json_add_null(answer, "ImportedOrderNo");
    json_add_int(answer, "CustomerNo", order->customer_no);
    json_add_int(answer, "CustomerId", customer ? customer->id : 0);
    json_add_decimal(answer, "NetAmount", net, 2);
    json_add_decimal(answer, "TotalAmount", total, 2);
    json_add_decimal(answer, "NetPostedAmount", net, 2);
    json_add_decimal(answer, "TotalPostedAmount", total, 2);
    json_add_decimal(answer, "Balance", total, 2);
    json_add_text(answer, "CurrencyCode", "NOK");
    answer_add_date(x, answer, "OrderDate", order->date);
    answer_add_date(x, answer, "VoucherDate", order->invoice_date);
    answer_add_date(x, answer, "DueDate", order->due_date);
    answer_add_moment(x, answer, "SentDateTimeOffset", order->sent_ms);
    answer_add_moment(x, answer, "CreatedDateTimeOffset", order->sent_ms);
    answer_add_moment(x, answer, "LastChangedDateTimeOffset", order->sent_ms);
    json_add_text(answer, "DepartmentCode", order->department[0] ? order->department : NULL);
    json_add_text(answer, "CustomMatchingReference", json_text(body, "CustomMatchingReference"));
    json_add_text(answer, "InvoiceDeliveryType", order->delivery);
    json_add_bool(answer, "IsReversed", order->credited && !exchange_is(x, SET_credit_marks, "note"));
    json_add_bool(answer, "IsCreatedByCurrentIntegration", made_here(x, order));
    cJSON_Delete(body);
    return answer;
}

/* A person made it: no integration did, and it has no order. */
static cJSON *credit_note_answer(struct exchange *x, const struct order *order)
{
    const char *day = order->invoice_date;
    cJSON *answer = cJSON_CreateObject();
    int64_t total = -(order->total_ore + with_vat(order->fee_ore));
    char id[ID_BYTES];

    text_set(id, sizeof id, order->id);
    memcpy(id, "c4ed1700", 8);
    json_add_text(answer, "Id", id);
    json_add_text(answer, "VoucherType", "OutgoingCreditNote");
    json_add_int(answer, "InvoiceNo", order->credit_no);
    json_add_int(answer, "RelatedInvoiceNo", order->invoice_no);
    json_add_null(answer, "OrderNo");
    json_add_int(answer, "CustomerNo", order->customer_no);
    json_add_decimal(answer, "TotalAmount", total, 2);
    json_add_text(answer, "CurrencyCode", "NOK");
    answer_add_date(x, answer, "VoucherDate", day);
    answer_add_moment(x, answer, "CreatedDateTimeOffset", order->credit_ms);
    answer_add_moment(x, answer, "LastChangedDateTimeOffset", order->credit_ms);
    json_add_bool(answer, "IsReversed", false);
    json_add_bool(answer, "IsCreatedByCurrentIntegration", false);
    return answer;
}

static void credit_note_add(struct exchange *x, const struct order *order, cJSON *array)
{
    if (order->credited && order->credit_no && !exchange_is(x, SET_credit_marks, "invoice") &&
        exchange_visible(x, order->credit_ms) && query_number(x, "invoiceNos", order->credit_no) &&
        !exchange_query(x, "invoiceIds") && query_number(x, "customerNos", order->customer_no) &&
        query_from(x, "fromDate", order->invoice_date) && query_to(x, "toDate", order->invoice_date))
        (void)cJSON_AddItemToArray(array, credit_note_answer(x, order));
}

void invoices_get(struct exchange *x)
{
    cJSON *array = cJSON_CreateArray();
    bool own_only = query_flag(x, "onlyCreatedByCurrentIntegration", false);

    for (size_t i = 0; i < x->books->order_count; i++) {
        const struct order *order = x->books->orders[i];

        if (order_is_sent(order, x->arrived_ms) && exchange_visible(x, order->sent_ms) &&
            (!own_only || made_here(x, order)) && query_word(x, "invoiceIds", order->id) &&
            query_number(x, "invoiceNos", order->invoice_no) &&
            query_number(x, "voucherNos", order->voucher_no) &&
            query_number(x, "customerNos", order->customer_no) &&
            query_word(x, "departmentCodes", order->department) &&
            query_from(x, "fromDate", order->invoice_date) &&
            query_to(x, "toDate", order->invoice_date) &&
            query_later(x, "sentDateTimeOffsetGreaterThan", order->sent_ms))
            (void)cJSON_AddItemToArray(array, invoice_answer(x, order));
        if (!own_only)
            credit_note_add(x, order, array);
    }
    list_answer(x, array, members);
}
