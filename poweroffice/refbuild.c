#include "refbuild.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "privilege.h"

enum { NAME_MAX_BYTES = 200, TEXTS_MAX = 512, YEAR_MEANS_NONE = 1902, DATE_LETTERS = 10 };

static bool get_bool(struct str item, const char *name, bool otherwise)
{
    struct str value;

    if (!json_member(item, name, &value) || !(json_true(value) || str_equal(value, STR("false"))))
        return otherwise;
    return json_true(value);
}

/* Cut between characters; names are for people only. */
static struct str get_text(struct arena *arena, struct str item, const char *name)
{
    char text[NAME_MAX_BYTES + 1];

    return json_member_text(item, name, text, sizeof text) && text[0] ? arena_copy(arena, str_of(text)) : STR_NONE;
}

/* PowerOffice has no null for some dates: years before 1902 stand for "none". */
static bool get_date(struct str item, const char *name, int32_t *ret_day)
{
    char text[DATE_LETTERS + 1];                             /* cut after the date */
    int32_t year, month, day_of_month, day;

    if (!json_member_text(item, name, text, sizeof text) || day_parse(str_of(text), &day) != ERR_OK)
        return false;
    day_to_civil(day, &year, &month, &day_of_month);
    if (year < YEAR_MEANS_NONE)
        return false;
    *ret_day = day;
    return true;
}

/* An id is a text by the contract; digits alone will do. */
static struct str get_id(struct arena *arena, struct str item, const char *name)
{
    struct str value = get_text(arena, item, name);
    int64_t number;

    if (!value.len && json_member_int(item, name, &number) && number > 0)
        return arena_format(arena, "%" PRId64, number);
    return value;
}

static bool read_account(struct arena *arena, struct str item, void *to)
{
    struct ref_account account = { .active = get_bool(item, "IsActive", true) };

    account.vat_locked = get_bool(item, "IsVatCodeLocked", false);
    account.department_required = get_bool(item, "IsDepartmentRequired", false);
    account.project_required = get_bool(item, "IsProjectRequired", false);
    account.vat_code = get_text(arena, item, "VatCode");
    account.name = get_text(arena, item, "Name");
    if (!json_member_int(item, "AccountNo", &account.no) || !json_member_int(item, "Id", &account.id))
        return false;
    *(struct ref_account *)to = account;
    return true;
}

/* Rate 0..1 to hundredths of a percent: 0.1111 is 1111. The nearest whole one. */
static bool read_vat_code(struct arena *arena, struct str item, void *to)
{
    struct ref_vat_code code = { .code = get_text(arena, item, "Code"), .active = get_bool(item, "IsActive", true),
                                 .valid_from = INT32_MIN, .valid_to = INT32_MAX };
    struct str rate_text;
    int64_t id, rate;

    if (!code.code.len || !json_member_int(item, "Id", &id) || id < INT32_MIN || id > INT32_MAX ||
        !json_member(item, "Rate", &rate_text) || !json_scaled(rate_text, 4, &rate) || rate < 0 || rate > 10000)
        return false;
    code.id = (int32_t)id;
    code.rate = (int32_t)rate;
    (void)get_date(item, "ValidFrom", &code.valid_from);
    (void)get_date(item, "ValidTo", &code.valid_to);
    *(struct ref_vat_code *)to = code;
    return true;
}

static bool read_department(struct arena *arena, struct str item, void *to)
{
    struct ref_department department = { .code = get_text(arena, item, "Code"),
                                         .active = get_bool(item, "IsActive", true) };

    if (!department.code.len || !json_member_int(item, "Id", &department.id))
        return false;
    *(struct ref_department *)to = department;
    return true;
}

static bool read_project(struct arena *arena, struct str item, void *to)
{
    struct ref_project project = { .code = get_text(arena, item, "Code"), .active = get_bool(item, "IsActive", true) };

    if (!project.code.len || !json_member_int(item, "Id", &project.id))
        return false;
    *(struct ref_project *)to = project;
    return true;
}

static bool read_location(struct arena *arena, struct str item, void *to)
{
    struct ref_location location = { .code = get_text(arena, item, "Code"), .active = get_bool(item, "IsActive", true) };

    if (!location.code.len || !json_member_int(item, "Id", &location.id))
        return false;
    *(struct ref_location *)to = location;
    return true;
}

static bool read_product(struct arena *arena, struct str item, void *to)
{
    struct ref_product product = { .code = get_text(arena, item, "Code"), .name = get_text(arena, item, "Name"),
                                   .archived = get_bool(item, "IsArchived", false) };

    if (!product.code.len || !json_member_int(item, "Id", &product.id))
        return false;
    (void)json_member_int(item, "StandardSalesAccount", &product.account);           /* null: inherited, 0 */
    *(struct ref_product *)to = product;
    return true;
}

static bool read_customer(struct arena *arena, struct str item, void *to)
{
    struct ref_customer customer = { .name = get_text(arena, item, "Name"),
                                     .org_no = get_text(arena, item, "OrganizationNumber"),
                                     .email = get_text(arena, item, "InvoiceEmailAddress"),
                                     .archived = get_bool(item, "IsArchived", false) };

    if (!json_member_int(item, "Number", &customer.no) || !json_member_int(item, "Id", &customer.id))
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

static const struct { unsigned bit; bool (*read)(struct arena *arena, struct str item, void *to); } readers[] = {
    { REF_ACCOUNTS, read_account }, { REF_VAT_CODES, read_vat_code }, { REF_DEPARTMENTS, read_department },
    { REF_PRODUCTS, read_product }, { REF_CUSTOMERS, read_customer }, { REF_PROJECTS, read_project },
    { REF_LOCATIONS, read_location },
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
    size_t list = list_of(bit), items = 0, taken = 0, at = 0;
    struct str array;
    enum err err = ERR_OK;

    if (body.len == 0) {
        *ret_items = 0;
        return ERR_OK;
    }
    if (json_check(body, &array) || !json_list(array, &array))
        return ERR_FORMAT;
    for (struct str item; !err && json_item(array, &at, &item); items++) {
        void *to = next_item(build, list);

        if (!to || arena_failed(&build->arena))
            err = ERR_MEMORY;
        else if (readers[list].read(&build->arena, item, to))
            taken += ++*count_of(build, list) > 0;
    }
    if (!err && items && !taken)
        err = ERR_FORMAT;                                    /* nothing was as it must be: not an empty list */
    if (!err)
        *ret_items = items;
    return err;
}

/* One object, or nothing at all: empty. */
static enum err parse_object(struct str body, struct str *ret_object)
{
    struct str object = STR_NONE;

    if (body.len && (json_check(body, &object) || !json_is_object(object)))
        return ERR_FORMAT;
    *ret_object = object;
    return ERR_OK;
}

enum err refbuild_lock_date(struct refbuild *build, struct str body)
{
    struct str object;
    enum err err = parse_object(body, &object);

    if (!err)
        build->data.has_lock_date = get_date(object, "LockDate", &build->data.lock_date);
    return err;
}

enum err refbuild_conversion_date(struct refbuild *build, struct str body)
{
    struct str object;
    enum err err = parse_object(body, &object);

    if (!err)
        build->data.has_conversion_date = get_date(object, "ConversionDate", &build->data.conversion_date);
    return err;
}

/* The texts of a list, in the arena; what is no text, or beyond max, is passed over. */
static size_t get_texts(struct arena *arena, struct str list, struct str *texts, size_t max)
{
    char text[NAME_MAX_BYTES + 1];
    size_t count = 0, at = 0;

    for (struct str item; count < max && json_item(list, &at, &item);)
        if (json_text(item, text, sizeof text))
            texts[count++] = arena_copy(arena, str_of(text));
    return count;
}

static bool is_among(const struct str *texts, size_t count, struct str wanted)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(texts[i], wanted))
            return true;
    return false;
}

enum err refbuild_client(struct refbuild *build, struct str body)
{
    struct str texts[TEXTS_MAX], object, list;
    struct strbuf missing;
    enum err err = parse_object(body, &object);

    if (err || !object.len)
        return ERR_FORMAT;
    build->data.client = get_id(&build->arena, object, "ClientId");
    if (!build->data.client.len)
        return ERR_FORMAT;                                   /* nobody could tell whose books they are */
    strbuf_init(&missing, 4096);
    if (json_member(object, "ValidPrivileges", &list) && json_is_array(list))   /* else: the calls themselves will tell */
        privileges_missing(texts, get_texts(&build->arena, list, texts, TEXTS_MAX), &missing);
    build->data.missing_privileges = missing.len ? arena_copy(&build->arena, strbuf_str(&missing)) : STR_NONE;
    build->data.client_name = get_text(&build->arena, object, "ClientName");
    build->data.accounting_ok = !json_member(object, "ActiveClientSubscriptions", &list) || !json_is_array(list) ||
                                is_among(texts, get_texts(&build->arena, list, texts, TEXTS_MAX), STR("Accounting"));
    build->data.sending_off = !get_bool(object, "AllowSendInvoice", true);
    build->data.login_fault = STR_NONE;
    strbuf_free(&missing);
    return arena_failed(&build->arena) ? ERR_MEMORY : ERR_OK;
}

static int64_t id_of(const struct reflist *list, const void *item)
{
    int64_t id;

    ensure(list->id != NO_ID);
    memcpy(&id, (const char *)item + list->id, sizeof id);
    return id;
}

/* What came anew, sorted twice: by its id, and as the list is. */
struct changed { const struct reflist *list; size_t count; char *items; int64_t *ids; };

static bool is_changed(const struct changed *changed, const void *item)
{
    int64_t id = id_of(changed->list, item);

    return changed->count && (bsearch(&id, changed->ids, changed->count, sizeof id, ref_by_number) ||
                              bsearch(item, changed->items, changed->count, changed->list->size, changed->list->compare));
}

static enum err changed_of(struct refbuild *build, size_t list, struct changed *changed)
{
    const struct reflist *of = &reflists[list];
    size_t count = *count_of(build, list);

    *changed = (struct changed){ of, count, arena_array(&build->arena, count, of->size),
                                 arena_array(&build->arena, count, sizeof(int64_t)) };
    if (arena_failed(&build->arena))
        return ERR_MEMORY;
    if (count == 0)
        return ERR_OK;
    memcpy(changed->items, *items_of(build, list), count * of->size);
    for (size_t i = 0; i < count; i++)
        changed->ids[i] = id_of(of, changed->items + i * of->size);
    qsort(changed->items, count, of->size, of->compare);
    qsort(changed->ids, count, sizeof *changed->ids, ref_by_number);
    return ERR_OK;
}

enum err refbuild_unchanged(struct refbuild *build, unsigned bit, const struct refdata *kept)
{
    size_t list = list_of(bit), count;
    const char *items = reflist_items(&reflists[list], kept, &count);
    struct changed changed;
    enum err err = changed_of(build, list, &changed);

    for (size_t i = 0; !err && i < count; i++) {
        const char *item = items + i * reflists[list].size;
        void *to;

        if (is_changed(&changed, item))
            continue;
        to = next_item(build, list);
        if (!to)
            return ERR_MEMORY;
        memcpy(to, item, reflists[list].size);
        ++*count_of(build, list);
    }
    return err;
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
