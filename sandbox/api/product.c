/* product.c - products: what the file configures and what POST /Products creates. */
#include "product.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "customer.h"
#include "sandbox/books/document.h"
#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/list.h"
#include "sandbox/http/problem.h"
#include "sandbox/http/query.h"
#include "sandbox/http/shape.h"
#include "sandbox/base/text.h"

static const char title[] = "Product validation error(s)";

/* What a product without accounts inherits from the company's settings. */
#define INHERITED_STANDARD_NO 3000
#define INHERITED_OPTIONAL_NO 3100

static int64_t sales_account(const struct books *books, const cJSON *body, const char *id_member,
                             const char *no_member)
{
    const struct account *account;
    int64_t value;

    if (json_int(body, id_member, &value)) {                  /* the id wins */
        account = books_account(books, value);
        return account ? account->no : -1;
    }
    if (!json_int(body, no_member, &value))
        return 0;
    return books_account_no(books, value) ? value : -1;
}

static void product_load(const struct books *books, struct product *product)
{
    cJSON *body = json_parse(product->body, strlen(product->body));

    product->standard_no = sales_account(books, body, "StandardSalesAccountId",
                                         "StandardSalesAccount");
    product->optional_no = sales_account(books, body, "OptionalSalesAccountId",
                                         "OptionalSalesAccount");
    product->archived = false;
    (void)json_bool(body, "IsArchived", &product->archived);
    text_set(product->code, sizeof product->code, json_text(body, "Code"));
    cJSON_Delete(body);
}

const struct account *product_account(const struct books *books, const struct product *product,
                                      bool standard)
{
    int64_t no = standard ? product->standard_no : product->optional_no;

    if (no == 0)
        no = standard ? INHERITED_STANDARD_NO : INHERITED_OPTIONAL_NO;
    return books_account_no(books, no);
}

static const struct body_name file_names[] = {
    { "code", "Code" }, { "name", "Name" }, { "account", "StandardSalesAccount" },
    { "optional_account", "OptionalSalesAccount" }, { "archived", "IsArchived" },
    { "price", "UnitPrice" },
};

bool product_configure(struct books *books, const cJSON *given)
{
    const char *code = json_text(given, "code");
    struct product *product = code ? books_product_code(books, code) : NULL;
    int64_t now_ms = moment_now_ms();

    if (!code)
        return false;
    if (!product) {
        product = books_add_product(books);
        product->created_ms = now_ms;
    }
    product->changed_ms = now_ms;
    product->body = body_patch(product->body, given, file_names, COUNT(file_names));
    product_load(books, product);
    return true;
}

static struct product *product_add(struct books *books, int64_t at_ms, char *body)
{
    struct product *product = books_add_product(books);

    product->body = body;
    product->created_ms = product->changed_ms = at_ms;
    product_load(books, product);
    return product;
}

static char *body_text(const cJSON *body)
{
    cJSON *echo = shape_echo(body, &shape_product);
    char *text = json_write(echo);

    cJSON_Delete(echo);
    return text;
}

bool product_replay(struct books *books, const cJSON *record)
{
    const cJSON *body = json_member(record, "body");
    int64_t at_ms;

    if (!body || !json_int(record, "at_ms", &at_ms))
        return false;
    (void)product_add(books, at_ms, body_text(body));
    return true;
}

static const char members[] =
    "Code CreatedDateTimeOffset CreatedFromImportJournalId Description Gtin Id IsArchived IsStockItem "
    "LastChangedDateTimeOffset Name OptionalSalesAccount OptionalSalesAccountAgricultureDepartment "
    "OptionalSalesAccountId ProductGroupCode ProductGroupId ProductType StandardSalesAccount "
    "StandardSalesAccountAgricultureDepartment StandardSalesAccountId StockAvailable StockOnHand "
    "StockOnHandLastChangedDatetimeOffset UnitCost UnitOfMeasureCode UnitPrice";

static void account_set(const struct books *books, cJSON *answer, const char *id_member,
                        const char *no_member, int64_t no)
{
    cJSON_DeleteItemFromObjectCaseSensitive(answer, id_member);
    cJSON_DeleteItemFromObjectCaseSensitive(answer, no_member);
    if (no > 0) {
        json_add_int(answer, id_member, books_account_id(books, no));
        json_add_int(answer, no_member, no);
    } else {
        json_add_null(answer, id_member);
        json_add_null(answer, no_member);
    }
}

static cJSON *product_answer(const struct exchange *x, const struct product *product)
{
    cJSON *body = json_parse(product->body, strlen(product->body));
    cJSON *answer = shape_echo(body, &shape_product);

    json_add_int(answer, "Id", product->id);
    json_set(answer, "IsArchived", cJSON_CreateBool(product->archived));
    account_set(x->books, answer, "StandardSalesAccountId", "StandardSalesAccount",
                product->standard_no);
    account_set(x->books, answer, "OptionalSalesAccountId", "OptionalSalesAccount",
                product->optional_no);
    if (!json_text(body, "ProductType"))
        json_set(answer, "ProductType", cJSON_CreateString("Product"));
    answer_add_moment(x, answer, "CreatedDateTimeOffset", product->created_ms);
    answer_add_moment(x, answer, "LastChangedDateTimeOffset", product->changed_ms);
    cJSON_Delete(body);
    return answer;
}

void products_get(struct exchange *x)
{
    bool archived_asked = exchange_query(x, "isArchived") != NULL;
    bool archived = query_flag(x, "isArchived", false);
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < x->books->product_count; i++) {
        const struct product *product = x->books->products[i];

        if (query_word(x, "codes", product->code) &&
            (!archived_asked || product->archived == archived) &&
            query_word(x, "productGroupCodes", "") &&
            query_later(x, "createdDateTimeOffsetGreaterThan", product->created_ms) &&
            query_later(x, "lastChangedDateTimeOffsetGreaterThan", product->changed_ms))
            (void)cJSON_AddItemToArray(array, product_answer(x, product));
    }
    list_answer(x, array, members);
}

static void rules(struct exchange *x, const cJSON *body, struct problem *problem)
{
    unsigned unknown = setting_status(&x->box->settings, SET_unknown_id_status);
    const char *code = json_text(body, "Code");

    if (sales_account(x->books, body, "StandardSalesAccountId", "StandardSalesAccount") < 0)
        problem_add(problem, unknown, problem_not_found, "StandardSalesAccount",
                    "The standard sales account does not exist.");
    if (sales_account(x->books, body, "OptionalSalesAccountId", "OptionalSalesAccount") < 0)
        problem_add(problem, unknown, problem_not_found, "OptionalSalesAccount",
                    "The optional sales account does not exist.");
    if (code && books_product_code(x->books, code))
        problem_add(problem, 400, title, "Code", "Code %s is already in use by id = %" PRId64 ".",
                    code, books_product_code(x->books, code)->id);
}

void products_post(struct exchange *x)
{
    cJSON *body = shape_read(x, &shape_product), *record;
    struct problem problem = { 0 };
    char *text;

    if (!body)
        return;
    rules(x, body, &problem);
    if (problem_any(&problem)) {
        problem_answer(x, &problem);
        cJSON_Delete(body);
        return;
    }
    text = body_text(body);
    record = cJSON_CreateObject();
    json_add_int(record, "at_ms", x->arrived_ms);
    json_add(record, "body", cJSON_CreateRaw(text));
    cJSON_Delete(body);
    document_store_record(x, "product", record);
    answer_json(x, setting_status(&x->box->settings, SET_product_status),
                product_answer(x, product_add(x->books, x->arrived_ms, text)));
}
