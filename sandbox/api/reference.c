/* reference.c - the reads that mapping checks need. */
#include "reference.h"

#include <string.h>

#include "sandbox/http/exchange.h"
#include "sandbox/base/json.h"
#include "sandbox/http/list.h"
#include "sandbox/privilege.h"
#include "sandbox/http/query.h"
#include "sandbox/base/text.h"

#define SETTINGS_CHANGED_MS INT64_C(1577836800000)            /* 2020-01-01: long ago */

void integration_get(struct exchange *x)
{
    const struct client *client = x->client;
    cJSON *answer = cJSON_CreateObject();

    json_add_text(answer, "ClientId", client->go_id);
    json_add_text(answer, "ClientName", client->name);
    json_add(answer, "ValidPrivileges",
             privilege_list(client->privileges & ~client->invalid_privileges));
    json_add(answer, "InvalidPrivileges", privilege_list(client->invalid_privileges));
    json_add(answer, "ActiveClientSubscriptions", cJSON_Parse(client->subscriptions));
    if (exchange_is(x, SET_allow_send_said, "yes"))
        json_add_bool(answer, "AllowSendInvoice", exchange_may_send(x));
    answer_json(x, 200, answer);
}

static void vat_of_account(const struct exchange *x, const struct account *account, cJSON *answer)
{
    char today[DATE_BYTES];
    const struct vat_code *vat;

    date_of(x->arrived_ms, today);
    vat = account->vat_code[0] ? books_vat_on(x->books, account->vat_code, today) : NULL;
    json_add_text(answer, "VatCode", account->vat_code[0] ? account->vat_code : NULL);
    if (vat)
        json_add_int(answer, "VatCodeId", vat->id);
    else
        json_add_null(answer, "VatCodeId");
}

static const char account_members[] =
    "AccountNo AgricultureDepartment CurrencyCode DepartmentCode DepartmentId "
    "GeneralLedgerAccountType Id IsActive IsDepartmentRequired IsProjectRequired IsVatCodeLocked "
    "LastChangedDateTimeOffset Name Unit1 Unit2 VatCode VatCodeId VatReturnSpecification";

void accounts_get(struct exchange *x)
{
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < x->books->account_count; i++) {
        const struct account *account = &x->books->accounts[i];
        cJSON *answer;

        if (!query_number(x, "accountNos", account->no) ||
            !query_later(x, "lastChangedDateTimeOffsetGreaterThan", account->changed_ms))
            continue;
        answer = cJSON_CreateObject();
        json_add_int(answer, "Id", account->id);
        json_add_int(answer, "AccountNo", account->no);
        json_add_text(answer, "Name", account->name);
        json_add_text(answer, "GeneralLedgerAccountType", account->type);
        json_add_bool(answer, "IsActive", account->active);
        vat_of_account(x, account, answer);
        json_add_bool(answer, "IsVatCodeLocked", account->vat_locked);
        json_add_bool(answer, "IsDepartmentRequired", account->department_required);
        json_add_bool(answer, "IsProjectRequired", account->project_required);
        json_add_null(answer, "DepartmentId");
        answer_add_moment(x, answer, "LastChangedDateTimeOffset", account->changed_ms);
        (void)cJSON_AddItemToArray(array, answer);
    }
    list_answer(x, array, account_members);
}

static const char vat_members[] =
    "BaseVatCodeId Code Description Id IsActive IsCustom Name Rate ValidFrom ValidTo VatBasisRatio "
    "VatBasisRatioValidFrom VatBasisRatios";

void vat_codes_get(struct exchange *x)
{
    bool active_asked = exchange_query(x, "isActive") != NULL;
    bool active = query_flag(x, "isActive", true), expired = query_flag(x, "includeExpired", false);
    cJSON *array = cJSON_CreateArray();
    char today[DATE_BYTES];

    date_of(x->arrived_ms, today);
    for (size_t i = 0; i < x->books->vat_code_count; i++) {
        const struct vat_code *vat = &x->books->vat_codes[i];
        cJSON *answer;

        if ((active_asked && vat->active != active) ||
            (!expired && vat->to[0] && strcmp(vat->to, today) < 0))
            continue;
        answer = cJSON_CreateObject();
        json_add_int(answer, "Id", vat->id);
        json_add_text(answer, "Code", vat->code);
        json_add_text(answer, "Name", vat->name);
        json_add_text(answer, "Description", vat->name);
        json_add_decimal(answer, "Rate", vat->rate, 4);
        json_add_bool(answer, "IsActive", vat->active);
        json_add_bool(answer, "IsCustom", vat->code[0] == 'C');
        answer_add_date(x, answer, "ValidFrom", vat->from);
        answer_add_date(x, answer, "ValidTo", vat->to);
        json_add_null(answer, "BaseVatCodeId");
        (void)cJSON_AddItemToArray(array, answer);
    }
    list_answer(x, array, vat_members);
}

static void dimensions_get(struct exchange *x, enum dimension_kind kind, const char *codes,
                           const char *members)
{
    const struct dimensions *dimensions = &x->books->dimensions[kind];
    bool active_asked = exchange_query(x, "isActive") != NULL;
    bool active = query_flag(x, "isActive", true);
    bool no_archived = query_flag(x, "excludeArchivedProject", false);
    cJSON *array = cJSON_CreateArray();

    for (size_t i = 0; i < dimensions->count; i++) {
        const struct dimension *dimension = &dimensions->list[i];
        cJSON *answer;

        if (!query_word(x, codes, dimension->code) || !query_word(x, "name", dimension->name) ||
            (active_asked && dimension->active != active) || (no_archived && !dimension->active) ||
            !query_later(x, "lastChangedDateTimeOffsetGreaterThan", dimension->changed_ms) ||
            !query_later(x, "createdDateTimeOffsetGreaterThan", dimension->changed_ms))
            continue;
        answer = cJSON_CreateObject();
        json_add_int(answer, "Id", dimension->id);
        json_add_text(answer, "Code", dimension->code);
        json_add_text(answer, "Name", dimension->name);
        json_add_bool(answer, "IsActive", dimension->active);
        answer_add_moment(x, answer, "CreatedDateTimeOffset", dimension->changed_ms);
        answer_add_moment(x, answer, "LastChangedDateTimeOffset", dimension->changed_ms);
        if (kind == DIMENSION_PROJECT)
            json_add_null(answer, "DepartmentId");
        (void)cJSON_AddItemToArray(array, answer);
    }
    list_answer(x, array, members);
}

void departments_get(struct exchange *x)
{
    dimensions_get(x, DIMENSION_DEPARTMENT, "codes",
                   "Code CreatedDateTimeOffset CreatedFromImportJournalId Id IsActive "
                   "LastChangedDateTimeOffset ManagerEmployeeId ManagerEmployeeNo Name");
}

void locations_get(struct exchange *x)
{
    dimensions_get(x, DIMENSION_LOCATION, "codes",
                   "Code CreatedDateTimeOffset Id IsActive LastChangedDateTimeOffset Name");
}

void projects_get(struct exchange *x)
{
    dimensions_get(x, DIMENSION_PROJECT, "projectCodes",
                   "Code CreatedDateTimeOffset CustomerId CustomerNo DepartmentCode DepartmentId Id "
                   "IsActive IsBillable IsInternal LastChangedDateTimeOffset LocationCode LocationId "
                   "Name ParentProjectCode ParentProjectId ProjectStatus StartDate EndDate");
}

void lock_date_get(struct exchange *x)
{
    cJSON *answer = cJSON_CreateObject();

    answer_add_date(x, answer, "LockDate", x->books->lock_date);
    answer_json(x, 200, answer);
}

void financial_settings_get(struct exchange *x)
{
    cJSON *answer = cJSON_CreateObject();

    answer_add_date(x, answer, "ConversionDate", x->books->conversion_date);
    json_add_text(answer, "CurrencyCode", "NOK");
    json_add_text(answer, "FinancialYearEndMonth", "December");
    json_add_bool(answer, "UseTrustAccountManagement", false);
    answer_add_moment(x, answer, "LastChangedDateTimeOffset", SETTINGS_CHANGED_MS);
    answer_json(x, 200, answer);
}
