/* company.c - reads the books' part of a client object. */
#include "company.h"

#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "sandbox/api/customer.h"
#include "sandbox/base/decimal.h"
#include "sandbox/base/json.h"
#include "sandbox/api/product.h"
#include "sandbox/base/text.h"

static bool account_read(struct books *books, const cJSON *given)
{
    struct account *account;
    int64_t no;
    const cJSON *vat_code = cJSON_GetObjectItemCaseSensitive(given, "vat_code");

    if (!json_int(given, "no", &no) || no < 1 || no > 99999)
        return false;
    account = chart_put_account(books, no);
    account->changed_ms = moment_now_ms();
    if (json_text(given, "name"))
        text_set(account->name, sizeof account->name, json_text(given, "name"));
    if (json_text(given, "type"))
        text_set(account->type, sizeof account->type, json_text(given, "type"));
    if (vat_code)                                             /* null takes it away */
        text_set(account->vat_code, sizeof account->vat_code,
                 json_is_text(vat_code) ? vat_code->valuestring : "");
    (void)json_bool(given, "vat_locked", &account->vat_locked);
    (void)json_bool(given, "department_required", &account->department_required);
    (void)json_bool(given, "project_required", &account->project_required);
    (void)json_bool(given, "location_required", &account->location_required);
    (void)json_bool(given, "active", &account->active);
    (void)json_bool(given, "control", &account->control);
    return true;
}

/* The rate is in percent as on a receipt (25, 11.11); a share of one (0.25) is understood too. */
static bool rate_read(const cJSON *given, int32_t *ret_rate)
{
    int64_t rate;

    if (!json_decimal(given, "rate", 4, &rate) || rate < 0 || rate > 1000000)
        return false;
    *ret_rate = (int32_t)(rate <= 10000 ? rate : rate / 100);
    return true;
}

static bool vat_read(struct books *books, const cJSON *given)
{
    const char *code = json_text(given, "code"), *from = json_text(given, "valid_from");
    const char *to = json_text(given, "valid_to");
    char date[DATE_BYTES];
    struct vat_code *vat;

    if (!code || (from && !date_parse(from, date)) || (to && !date_parse(to, date)))
        return false;
    vat = chart_put_vat(books, code, from ? from : "2000-01-01");
    text_set(vat->to, sizeof vat->to, to);
    text_set(vat->name, sizeof vat->name, json_text(given, "name") ? json_text(given, "name") : code);
    (void)json_bool(given, "active", &vat->active);
    return rate_read(given, &vat->rate);
}

static bool dimension_read(struct books *books, enum dimension_kind kind, const cJSON *given)
{
    const char *code = json_text(given, "code");
    struct dimension *dimension;

    if (!code)
        return false;
    dimension = chart_put_dimension(books, kind, code);
    dimension->changed_ms = moment_now_ms();
    if (json_text(given, "name"))
        text_set(dimension->name, sizeof dimension->name, json_text(given, "name"));
    (void)json_bool(given, "active", &dimension->active);
    return true;
}

static bool read_department(struct books *books, const cJSON *given)
{
    return dimension_read(books, DIMENSION_DEPARTMENT, given);
}

static bool read_location(struct books *books, const cJSON *given)
{
    return dimension_read(books, DIMENSION_LOCATION, given);
}

static bool read_project(struct books *books, const cJSON *given)
{
    return dimension_read(books, DIMENSION_PROJECT, given);
}

static void clear_accounts(struct books *books)
{
    books->account_count = 0;
}

static void clear_vat_codes(struct books *books)
{
    books->vat_code_count = 0;
}

static void clear_departments(struct books *books)
{
    books->dimensions[DIMENSION_DEPARTMENT].count = 0;
}

static void clear_locations(struct books *books)
{
    books->dimensions[DIMENSION_LOCATION].count = 0;
}

static void clear_projects(struct books *books)
{
    books->dimensions[DIMENSION_PROJECT].count = 0;
}

static const struct {
    const char *member;
    void      (*clear)(struct books *books);                  /* NULL: adds and changes */
    bool      (*read)(struct books *books, const cJSON *given);
    const char *needs;
} lists[] = {
    { "accounts",         clear_accounts,    account_read,       "no (1 to 99999)" },
    { "accounts_changed", NULL,              account_read,       "no (1 to 99999)" },
    { "vat_codes",        clear_vat_codes,   vat_read,           "code, rate, and real dates" },
    { "departments",      clear_departments, read_department,    "code" },
    { "locations",        clear_locations,   read_location,      "code" },
    { "projects",         clear_projects,    read_project,       "code" },
    { "customers",        NULL,              customer_configure, "no (1 to 99999)" },
    { "products",         NULL,              product_configure,  "code" },
};

/* A date, or null for none; not mentioned: unchanged. */
static bool date_read(const cJSON *given, const char *member, char to[static DATE_BYTES])
{
    const cJSON *date = cJSON_GetObjectItemCaseSensitive(given, member);

    if (!date)
        return true;
    if (cJSON_IsNull(date)) {
        to[0] = '\0';
        return true;
    }
    return json_is_text(date) && date_parse(date->valuestring, to);
}

bool company_read(struct books *books, const cJSON *given, char **ret_why)
{
    if (!date_read(given, "lock_date", books->lock_date) ||
        !date_read(given, "closed_until", books->closed_until) ||
        !date_read(given, "conversion_date", books->conversion_date)) {
        *ret_why = text_copy("lock_date, closed_until and conversion_date: YYYY-MM-DD or null");
        return false;
    }
    for (size_t i = 0; i < COUNT(lists); i++) {
        const cJSON *list = json_member(given, lists[i].member);

        if (!list)
            continue;
        if (lists[i].clear)
            lists[i].clear(books);
        for (const cJSON *item = list->child; item; item = item->next)
            if (!cJSON_IsArray(list) || !lists[i].read(books, item)) {
                *ret_why = text_print("%s: each entry needs %s", lists[i].member, lists[i].needs);
                return false;
            }
    }
    return true;
}
