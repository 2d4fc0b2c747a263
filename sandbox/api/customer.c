/* customer.c - customers: what the file configures and what POST /Customers creates. */
#include "customer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sandbox/books/document.h"
#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/list.h"
#include "sandbox/http/problem.h"
#include "sandbox/http/query.h"
#include "sandbox/http/shape.h"
#include "sandbox/base/text.h"

#define SERIES_FIRST 10000                                    /* the preset number series */
#define SERIES_LAST  19999
#define ALLOWANCE_SCALE 4

static const char title[] = "Customer validation error(s)";

char *body_patch(char *body, const cJSON *given, const struct body_name *rows, size_t count)
{
    cJSON *old = json_parse(body ? body : "{}", strlen(body ? body : "{}"));
    cJSON *patched = json_echo(old);
    char *text;

    for (size_t i = 0; i < count; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(given, rows[i].file);

        if (item)
            json_set(patched, rows[i].api, json_echo(item));
    }
    text = json_write(patched);
    cJSON_Delete(patched);
    cJSON_Delete(old);
    free(body);
    return text;
}

/* The members that decide something, read out of the body. */
static void customer_load(struct customer *customer)
{
    cJSON *body = json_parse(customer->body, strlen(customer->body));
    int64_t days = 14;

    customer->vat_free = customer->archived = false;
    customer->invoice_fee = true;                             /* the API's preset */
    customer->allowance = customer->external_no = customer->department_id = 0;
    (void)json_bool(body, "IsVatFree", &customer->vat_free);
    (void)json_bool(body, "IsArchived", &customer->archived);
    (void)json_bool(body, "UseInvoiceFee", &customer->invoice_fee);
    (void)json_decimal(body, "Allowance", ALLOWANCE_SCALE, &customer->allowance);
    (void)json_int(body, "ExternalNumber", &customer->external_no);
    (void)json_int(body, "DepartmentId", &customer->department_id);
    (void)json_int(body, "PaymentTerm", &days);
    customer->payment_days = (int32_t)days;
    text_set(customer->reference, sizeof customer->reference,
             json_text(body, "ExternalImportReference"));
    cJSON_Delete(body);
}

static const struct body_name file_names[] = {
    { "name", "Name" },             { "org_no", "OrganizationNumber" },
    { "allowance", "Allowance" },   { "vat_free", "IsVatFree" },
    { "email", "EmailAddress" },    { "invoice_fee", "UseInvoiceFee" },
    { "archived", "IsArchived" },   { "reference", "ExternalImportReference" },
    { "person", "IsPerson" },       { "payment_days", "PaymentTerm" },
    { "external_no", "ExternalNumber" }, { "phone", "PhoneNumber" },
};

bool customer_configure(struct books *books, const cJSON *given)
{
    const char *department = json_text(given, "department");
    struct customer *customer;
    int64_t no, now_ms = moment_now_ms();

    if (!json_int(given, "no", &no) || no < 1 || no > 99999)
        return false;
    customer = books_customer_no(books, no);
    if (!customer) {
        customer = books_add_customer(books, no);
        customer->created_ms = now_ms;
    }
    customer->changed_ms = now_ms;
    customer->body = body_patch(customer->body, given, file_names, COUNT(file_names));
    customer_load(customer);
    if (department && books_dimension_code(books, DIMENSION_DEPARTMENT, department))
        customer->department_id = books_dimension_code(books, DIMENSION_DEPARTMENT, department)->id;
    return true;
}

static struct customer *customer_add(struct books *books, int64_t no, int64_t at_ms, char *body)
{
    struct customer *customer = books_customer_no(books, no);

    if (!customer)
        customer = books_add_customer(books, no);
    free(customer->body);
    customer->body = body;
    customer->created_ms = customer->changed_ms = at_ms;
    customer_load(customer);
    return customer;
}

static char *body_text(const cJSON *body, const struct shape *shape)
{
    cJSON *echo = shape_echo(body, shape);
    char *text = json_write(echo);

    cJSON_Delete(echo);
    return text;
}

bool customer_replay(struct books *books, const cJSON *record)
{
    const cJSON *body = json_member(record, "body");
    int64_t no, at_ms;

    if (!body || !json_int(record, "no", &no) || !json_int(record, "at_ms", &at_ms))
        return false;
    (void)customer_add(books, no, at_ms, body_text(body, &shape_customer));
    return true;
}

static const char members[] =
    "Allowance BillableRate ContactCreatedDateTimeOffset ContactGroupIds CreatedFromImportJournalId "
    "CurrencyCode CustomerCreatedDateTimeOffset CustomerSince DateOfBirth DeliveryTerm DeliveryTermId "
    "DepartmentCode DepartmentId DoNotAddLatePaymentFees DoNotAddLatePaymentInterest "
    "DoNotAutomatePaymentNotifications EmailAddress ExternalImportReference ExternalNumber FirstName "
    "Id InvoiceBrandingThemeCode InvoiceBrandingThemeId InvoiceDeliveryType InvoiceEmailAddress "
    "InvoiceEmailAddressCC IsActive IsArchived IsPerson IsVatFree LastChangedDateTimeOffset LastName "
    "LegalName MailAddress Name NationalIdNumber NoticeOfDebtCollectionDeliveryType Number "
    "OrganizationNumber PaymentReminderEmailAddress PaymentTerm PaymentTermId PhoneNumber "
    "ReminderDeliveryType SalesPersonEmployeeId SalesPersonEmployeeNumber SendPaymentReminders "
    "SubledgerAccountId TransferToDebtCollectionAgency UseInvoiceFee WebsiteUrl";

static cJSON *customer_answer(const struct exchange *x, const struct customer *customer)
{
    cJSON *body = json_parse(customer->body, strlen(customer->body));
    cJSON *answer = shape_echo(body, &shape_customer);
    const char *first = json_text(body, "FirstName"), *last = json_text(body, "LastName");

    if (!json_text(body, "Name") && first && last) {
        char *name = text_print("%s %s", first, last);

        json_set(answer, "Name", cJSON_CreateString(name));
        free(name);
    }
    cJSON_DeleteItemFromObjectCaseSensitive(answer, "Number");
    cJSON_DeleteItemFromObjectCaseSensitive(answer, "SubLedgerNumberSeriesId");
    json_add_int(answer, "Id", customer->id);
    json_add_int(answer, "Number", customer->no);
    json_add_int(answer, "SubledgerAccountId", customer->subledger_id);
    json_set(answer, "IsArchived", cJSON_CreateBool(customer->archived));
    json_set(answer, "IsVatFree", cJSON_CreateBool(customer->vat_free));
    json_set(answer, "UseInvoiceFee", cJSON_CreateBool(customer->invoice_fee));
    json_add_bool(answer, "IsActive", !customer->archived);
    answer_add_moment(x, answer, "CustomerCreatedDateTimeOffset", customer->created_ms);
    answer_add_moment(x, answer, "ContactCreatedDateTimeOffset", customer->created_ms);
    answer_add_moment(x, answer, "LastChangedDateTimeOffset", customer->changed_ms);
    cJSON_Delete(body);
    return answer;
}

void customers_get(struct exchange *x)
{
    const char *reference = exchange_query(x, "externalImportReference");
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < x->books->customer_count; i++) {
        const struct customer *customer = x->books->customers[i];

        if (query_number(x, "customerNos", customer->no) &&
            query_number(x, "externalNos", customer->external_no) &&
            (!reference || strcmp(reference, customer->reference) == 0) &&
            query_later(x, "lastChangedDateTimeOffsetGreaterThan", customer->changed_ms) &&
            query_later(x, "customerCreatedDateTimeOffsetGreaterThan", customer->created_ms))
            (void)cJSON_AddItemToArray(array, customer_answer(x, customer));
    }
    list_answer(x, array, members);
}

static void rule_names(const cJSON *body, struct problem *problem)
{
    bool person = false;

    (void)json_bool(body, "IsPerson", &person);
    if (person && (!json_text(body, "FirstName") || !json_text(body, "LastName")))
        problem_add(problem, 400, title, "FirstName", "A person needs FirstName and LastName.");
    if (!person && !json_text(body, "Name"))
        problem_add(problem, 400, title, "Name", "A company needs a Name.");
}

static void rule_delivery(const cJSON *body, struct problem *problem)
{
    const char *type = json_text(body, "InvoiceDeliveryType");
    bool email = json_text(body, "InvoiceEmailAddress") || json_text(body, "EmailAddress");

    if (!type || strcmp(type, "Print") == 0)
        return;
    if (strcmp(type, "PdfByEmail") == 0 ? !email
        : strcmp(type, "EHF") == 0      ? !json_text(body, "OrganizationNumber")
                                        : true)
        problem_add(problem, 400, title, "InvoiceDeliveryType",
                    "InvoiceDeliveryType %s cannot be set for this customer.", type);
}

static void rule_unique(const struct books *books, const cJSON *body, struct problem *problem)
{
    const char *reference = json_text(body, "ExternalImportReference");
    int64_t external_no = 0, no = 0;

    (void)json_int(body, "ExternalNumber", &external_no);
    if (json_int(body, "Number", &no) &&
        (no < SERIES_FIRST || no > SERIES_LAST || books_customer_no(books, no)))
        problem_add(problem, 400, title, "Number",
                    "Number %" PRId64 " is in use or outside the series %d-%d.", no, SERIES_FIRST,
                    SERIES_LAST);
    for (size_t i = 0; i < books->customer_count; i++) {
        const struct customer *other = books->customers[i];

        if (reference && reference[0] && strcmp(other->reference, reference) == 0)
            problem_add(problem, 400, title, "ExternalImportReference",
                        "ExternalImportReference %s is already in use by id = %" PRId64 ".",
                        reference, other->id);
        if (external_no && other->external_no == external_no)
            problem_add(problem, 400, title, "ExternalNumber",
                        "ExternalNumber %" PRId64 " is already in use by id = %" PRId64 ".",
                        external_no, other->id);
    }
}

/* An unknown department is 404 here, unlike everywhere else. */
static void rule_department(const struct books *books, const cJSON *body, struct problem *problem)
{
    const char *code = json_text(body, "DepartmentCode");
    int64_t id;

    if (json_int(body, "DepartmentId", &id) ? !books_dimension(books, DIMENSION_DEPARTMENT, id)
                                            : code && !books_dimension_code(
                                                          books, DIMENSION_DEPARTMENT, code))
        problem_add(problem, 404, title, "DepartmentCode", "The department does not exist.");
}

static void rule_allowance(const cJSON *body, struct problem *problem)
{
    int64_t allowance;

    if (json_decimal(body, "Allowance", ALLOWANCE_SCALE, &allowance) &&
        (allowance < -10000000 || allowance > 1000000))
        problem_add(problem, 400, title, "Allowance", "Allowance must be within -1000 and 100.");
}

static int64_t next_number(const struct books *books)
{
    int64_t no = SERIES_FIRST;

    for (size_t i = 0; i < books->customer_count; i++)
        if (books->customers[i]->no >= no && books->customers[i]->no <= SERIES_LAST)
            no = books->customers[i]->no + 1;
    return no;
}

void customers_post(struct exchange *x)
{
    cJSON *body = shape_read(x, &shape_customer), *record;
    struct problem problem = { 0 };
    int64_t no;
    char *text;

    if (!body)
        return;
    rule_department(x->books, body, &problem);
    rule_names(body, &problem);
    rule_delivery(body, &problem);
    rule_unique(x->books, body, &problem);
    rule_allowance(body, &problem);
    if (!json_int(body, "Number", &no))
        no = next_number(x->books);
    if (no > SERIES_LAST)
        problem_add(&problem, 400, title, "Number", "The number series is full.");
    if (problem_any(&problem)) {
        problem_answer(x, &problem);
        cJSON_Delete(body);
        return;
    }
    text = body_text(body, &shape_customer);
    record = cJSON_CreateObject();
    json_add_int(record, "no", no);
    json_add_int(record, "at_ms", x->arrived_ms);
    json_add(record, "body", cJSON_CreateRaw(text));
    cJSON_Delete(body);
    document_store_record(x, "customer", record);
    answer_json(x, 201, customer_answer(x, customer_add(x->books, no, x->arrived_ms, text)));
}
