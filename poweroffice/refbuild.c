#include "refbuild.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "privilege.h"

enum { NAME_MAX_BYTES = 200, GRANTED_MAX = 512, YEAR_MEANS_NONE = 1902 };

static const double WHOLE_MAX = 9007199254740991.0;          /* 2^53 - 1 */

static bool get_int(const cJSON *item, const char *name, int64_t *ret_value)
{
    const cJSON *member = cJSON_GetObjectItem(item, name);
    int64_t value;

    if (!cJSON_IsNumber(member) || member->valuedouble > WHOLE_MAX || member->valuedouble < -WHOLE_MAX)
        return false;
    value = (int64_t)member->valuedouble;
    if ((double)value < member->valuedouble || (double)value > member->valuedouble)
        return false;
    *ret_value = value;
    return true;
}

static bool get_bool(const cJSON *item, const char *name, bool otherwise)
{
    const cJSON *member = cJSON_GetObjectItem(item, name);

    return cJSON_IsBool(member) ? (bool)cJSON_IsTrue(member) : otherwise;
}

/* Cut between characters; names are for people only. */
static struct str get_text(struct arena *arena, const cJSON *item, const char *name)
{
    struct str text = str_of(cJSON_GetStringValue(cJSON_GetObjectItem(item, name)));

    if (text.len > NAME_MAX_BYTES) {
        text.len = NAME_MAX_BYTES;
        while (text.len && ((unsigned char)text.bytes[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    return text.len ? arena_copy(arena, text) : STR_NONE;
}

/* PowerOffice has no null for some dates: years before 1902 stand for "none". */
static bool get_date(const cJSON *item, const char *name, int32_t *ret_day)
{
    struct str text = str_of(cJSON_GetStringValue(cJSON_GetObjectItem(item, name)));
    int32_t year, month, day_of_month, day;

    if (text.len > 10)
        text.len = 10;
    if (!text.len || day_parse(text, &day) != ERR_OK)
        return false;
    day_to_civil(day, &year, &month, &day_of_month);
    if (year < YEAR_MEANS_NONE)
        return false;
    *ret_day = day;
    return true;
}

static bool read_account(struct arena *arena, const cJSON *item, void *to)
{
    struct ref_account account = { .active = get_bool(item, "IsActive", true) };

    account.vat_locked = get_bool(item, "IsVatCodeLocked", false);
    account.department_required = get_bool(item, "IsDepartmentRequired", false);
    account.vat_code = get_text(arena, item, "VatCode");
    account.name = get_text(arena, item, "Name");
    if (!get_int(item, "AccountNo", &account.no) || !get_int(item, "Id", &account.id))
        return false;
    *(struct ref_account *)to = account;
    return true;
}

/* Rate 0..1 to hundredths of a percent: 0.1111 is 1111. The nearest whole one, whatever the double's tail. */
static bool read_vat_code(struct arena *arena, const cJSON *item, void *to)
{
    struct ref_vat_code code = { .code = get_text(arena, item, "Code"), .active = get_bool(item, "IsActive", true),
                                 .valid_from = INT32_MIN, .valid_to = INT32_MAX };
    const cJSON *rate = cJSON_GetObjectItem(item, "Rate");
    int64_t id;

    if (!code.code.len || !get_int(item, "Id", &id) || id < INT32_MIN || id > INT32_MAX || !cJSON_IsNumber(rate) ||
        rate->valuedouble < 0 || rate->valuedouble > 1)
        return false;
    code.id = (int32_t)id;
    code.rate = (int32_t)(rate->valuedouble * 10000 + 0.5);
    (void)get_date(item, "ValidFrom", &code.valid_from);
    (void)get_date(item, "ValidTo", &code.valid_to);
    *(struct ref_vat_code *)to = code;
    return true;
}

static bool read_department(struct arena *arena, const cJSON *item, void *to)
{
    struct ref_department department = { .code = get_text(arena, item, "Code"),
                                         .active = get_bool(item, "IsActive", true) };

    if (!department.code.len || !get_int(item, "Id", &department.id))
        return false;
    *(struct ref_department *)to = department;
    return true;
}

static bool read_product(struct arena *arena, const cJSON *item, void *to)
{
    struct ref_product product = { .code = get_text(arena, item, "Code"), .name = get_text(arena, item, "Name"),
                                   .archived = get_bool(item, "IsArchived", false) };

    if (!product.code.len || !get_int(item, "Id", &product.id))
        return false;
    (void)get_int(item, "StandardSalesAccount", &product.account);           /* null: inherited, 0 */
    *(struct ref_product *)to = product;
    return true;
}

static bool read_customer(struct arena *arena, const cJSON *item, void *to)
{
    struct ref_customer customer = { .name = get_text(arena, item, "Name"),
                                     .org_no = get_text(arena, item, "OrganizationNumber"),
                                     .email = get_text(arena, item, "InvoiceEmailAddress"),
                                     .archived = get_bool(item, "IsArchived", false) };

    if (!get_int(item, "Number", &customer.no) || !get_int(item, "Id", &customer.id))
        return false;
    if (!customer.email.len)
        customer.email = get_text(arena, item, "EmailAddress");
    if (!customer.name.len) {                                /* a person */
        struct str first = get_text(arena, item, "FirstName"), last = get_text(arena, item, "LastName");

        customer.name = first.len ? arena_format(arena, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(last)) : last;
    }
    *(struct ref_customer *)to = customer;
    return true;
}

static const struct { unsigned bit; bool (*read)(struct arena *arena, const cJSON *item, void *to); } readers[] = {
    { REF_ACCOUNTS, read_account }, { REF_VAT_CODES, read_vat_code }, { REF_DEPARTMENTS, read_department },
    { REF_PRODUCTS, read_product }, { REF_CUSTOMERS, read_customer },
};
_Static_assert(COUNT(readers) == REFLISTS, "a reader for every list");

void refbuild_init(struct refbuild *build)
{
    *build = (struct refbuild){ .data = { .accounting_ok = true } };
    arena_init(&build->arena, REFBUILD_BYTES_MAX);
}

static void **items_of(struct refbuild *build, size_t list)
{
    return (void **)(void *)((char *)&build->data + reflists[list].items);
}

static size_t *count_of(struct refbuild *build, size_t list)
{
    return (size_t *)(void *)((char *)&build->data + reflists[list].count);
}

void refbuild_free(struct refbuild *build)
{
    for (size_t i = 0; i < REFLISTS; i++)
        free(*items_of(build, i));
    arena_free(&build->arena);
    *build = (struct refbuild){ .room = { 0 } };
}

/* Room for one more; NULL if there is no memory. */
static void *next_item(struct refbuild *build, size_t list)
{
    size_t count = *count_of(build, list);

    if (count == build->room[list]) {
        size_t room = count ? 2 * count : 64;
        void *more = reallocarray(*items_of(build, list), room, reflists[list].size);

        if (!more)
            return NULL;
        *items_of(build, list) = more;
        build->room[list] = room;
    }
    return (char *)*items_of(build, list) + count * reflists[list].size;
}

static size_t list_of(unsigned bit)
{
    for (size_t i = 0; i < REFLISTS; i++) {
        ensure(readers[i].bit == reflists[i].bit);
        if (reflists[i].bit == bit)
            return i;
    }
    ensure(bit == 0);
    return 0;
}

enum err refbuild_page(struct refbuild *build, unsigned bit, struct str body, size_t *ret_items)
{
    size_t list = list_of(bit), items = 0, taken = 0;
    cJSON *json;
    const cJSON *array, *item;
    enum err err = ERR_OK;

    if (body.len == 0) {
        *ret_items = 0;
        return ERR_OK;
    }
    json = cJSON_ParseWithLength(body.bytes, body.len);
    array = cJSON_IsObject(json) ? cJSON_GetObjectItem(json, "value") : json;
    if (!cJSON_IsArray(array))
        err = ERR_FORMAT;
    for (item = err ? NULL : array->child; item && !err; item = item->next, items++) {
        void *to = next_item(build, list);

        if (!to || arena_failed(&build->arena))
            err = ERR_MEMORY;
        else if (readers[list].read(&build->arena, item, to))
            taken += ++*count_of(build, list) > 0;
    }
    cJSON_Delete(json);
    if (!err && items && !taken)
        err = ERR_FORMAT;                                    /* nothing was as it must be: not an empty list */
    if (!err)
        *ret_items = items;
    return err;
}

/* One object, or nothing at all. */
static enum err parse_object(struct str body, cJSON **ret_json)
{
    cJSON *json = NULL;

    if (body.len) {
        json = cJSON_ParseWithLength(body.bytes, body.len);
        if (!cJSON_IsObject(json)) {
            cJSON_Delete(json);
            return ERR_FORMAT;
        }
    }
    *ret_json = json;
    return ERR_OK;
}

enum err refbuild_lock_date(struct refbuild *build, struct str body)
{
    cJSON *json;
    enum err err = parse_object(body, &json);

    if (err)
        return err;
    build->data.has_lock_date = get_date(json, "LockDate", &build->data.lock_date);
    cJSON_Delete(json);
    return ERR_OK;
}

enum err refbuild_conversion_date(struct refbuild *build, struct str body)
{
    cJSON *json;
    enum err err = parse_object(body, &json);

    if (err)
        return err;
    build->data.has_conversion_date = get_date(json, "ConversionDate", &build->data.conversion_date);
    cJSON_Delete(json);
    return ERR_OK;
}

static bool list_has(const cJSON *list, const char *wanted)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
        if (cJSON_GetStringValue(item) && strcmp(cJSON_GetStringValue(item), wanted) == 0)
            return true;
    return false;
}

enum err refbuild_client(struct refbuild *build, struct str body)
{
    struct str granted[GRANTED_MAX];
    size_t count = 0;
    struct strbuf missing;
    const cJSON *valid, *subscriptions, *item;
    cJSON *json;
    enum err err = parse_object(body, &json);

    if (err || !json)
        return err ? err : ERR_FORMAT;
    strbuf_init(&missing, 4096);
    valid = cJSON_GetObjectItem(json, "ValidPrivileges");
    subscriptions = cJSON_GetObjectItem(json, "ActiveClientSubscriptions");
    cJSON_ArrayForEach(item, valid)
        if (cJSON_GetStringValue(item) && count < GRANTED_MAX)
            granted[count++] = str_of(cJSON_GetStringValue(item));
    if (cJSON_IsArray(valid))                                /* not said at all: the calls themselves will tell */
        privileges_missing(granted, count, &missing);
    build->data.missing_privileges = missing.len ? arena_copy(&build->arena, strbuf_str(&missing)) : STR_NONE;
    build->data.client_name = get_text(&build->arena, json, "ClientName");
    build->data.accounting_ok = !cJSON_IsArray(subscriptions) || list_has(subscriptions, "Accounting");
    build->data.sending_off = cJSON_IsFalse(cJSON_GetObjectItem(json, "AllowSendInvoice"));
    build->data.login_fault = STR_NONE;
    strbuf_free(&missing);
    cJSON_Delete(json);
    return arena_failed(&build->arena) ? ERR_MEMORY : ERR_OK;
}

const struct refdata *refbuild_done(struct refbuild *build, unsigned have, int64_t read_ms)
{
    for (size_t i = 0; i < REFLISTS; i++)
        if (*count_of(build, i))
            qsort(*items_of(build, i), *count_of(build, i), reflists[i].size, reflists[i].compare);
    build->data.have = have;
    build->data.read_ms = read_ms;
    return &build->data;
}
