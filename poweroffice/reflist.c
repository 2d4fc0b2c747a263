#include "reflist.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_MAX = 200000 };

static const struct field_row account_rows[] = {
    FIELD(ref_account, no),
    FIELD(ref_account, id),
    FIELD(ref_account, active),
    FIELD(ref_account, vat_locked),
    FIELD(ref_account, department_required),
    FIELD_MAX(ref_account, vat_code, REF_TEXT_MAX),
    FIELD_MAX(ref_account, name, REF_TEXT_MAX),
    FIELD(ref_account, project_required),
};
static const struct fields account_fields = FIELDS(ref_account, account_rows, 7, NULL);

static const struct field_row vat_code_rows[] = {
    FIELD_MAX(ref_vat_code, code, REF_TEXT_MAX),
    FIELD(ref_vat_code, id),
    FIELD(ref_vat_code, rate),
    FIELD(ref_vat_code, active),
    FIELD(ref_vat_code, valid_from),
    FIELD(ref_vat_code, valid_to),
};
static const struct fields vat_code_fields = FIELDS(ref_vat_code, vat_code_rows, 6, NULL);

static const struct field_row department_rows[] = {
    FIELD_MAX(ref_department, code, REF_TEXT_MAX),
    FIELD(ref_department, id),
    FIELD(ref_department, active),
};
static const struct fields department_fields = FIELDS(ref_department, department_rows, 3, NULL);

static const struct field_row project_rows[] = {
    FIELD_MAX(ref_project, code, REF_TEXT_MAX),
    FIELD(ref_project, id),
    FIELD(ref_project, active),
};
static const struct fields project_fields = FIELDS(ref_project, project_rows, 3, NULL);

static const struct field_row location_rows[] = {
    FIELD_MAX(ref_location, code, REF_TEXT_MAX),
    FIELD(ref_location, id),
    FIELD(ref_location, active),
};
static const struct fields location_fields = FIELDS(ref_location, location_rows, 3, NULL);

static const struct field_row product_rows[] = {
    FIELD_MAX(ref_product, code, REF_TEXT_MAX),
    FIELD(ref_product, id),
    FIELD(ref_product, account),
    FIELD(ref_product, archived),
    FIELD_MAX(ref_product, name, REF_TEXT_MAX),
};
static const struct fields product_fields = FIELDS(ref_product, product_rows, 5, NULL);

static const struct field_row customer_rows[] = {
    FIELD(ref_customer, no),
    FIELD(ref_customer, id),
    FIELD(ref_customer, archived),
    FIELD_MAX(ref_customer, name, REF_TEXT_MAX),
    FIELD_MAX(ref_customer, org_no, REF_TEXT_MAX),
    FIELD_MAX(ref_customer, email, REF_TEXT_MAX),
};
static const struct fields customer_fields = FIELDS(ref_customer, customer_rows, 5, NULL);

int ref_by_number(const void *a, const void *b)
{
    int64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

int ref_by_code(const void *a, const void *b)
{
    struct str x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return str_compare(x, y);
}

_Static_assert(offsetof(struct ref_account, no) == 0 && offsetof(struct ref_customer, no) == 0, "searched by it");
_Static_assert(offsetof(struct ref_vat_code, code) == 0 && offsetof(struct ref_department, code) == 0 &&
                   offsetof(struct ref_product, code) == 0 && offsetof(struct ref_project, code) == 0 &&
                   offsetof(struct ref_location, code) == 0, "searched by it");

const struct reflist reflists[REFLISTS] = {
#define LIST_OF(bit, name, one, compare, id) \
    { bit, offsetof(struct refdata, name##s), offsetof(struct refdata, name##_count), sizeof(struct one), id, \
      &name##_fields, compare }
#define LIST(bit, name, one, compare) LIST_OF(bit, name, one, compare, offsetof(struct one, id))
    LIST(REF_ACCOUNTS, account, ref_account, ref_by_number),
    LIST_OF(REF_VAT_CODES, vat_code, ref_vat_code, ref_by_code, NO_ID),
    LIST(REF_DEPARTMENTS, department, ref_department, ref_by_code),
    LIST(REF_PRODUCTS, product, ref_product, ref_by_code),
    LIST(REF_CUSTOMERS, customer, ref_customer, ref_by_number),
    LIST(REF_PROJECTS, project, ref_project, ref_by_code),
    LIST(REF_LOCATIONS, location, ref_location, ref_by_code),
#undef LIST
#undef LIST_OF
};

void *reflist_items(const struct reflist *list, const struct refdata *data, size_t *ret_count)
{
    void *items;

    memcpy(&items, (const char *)data + list->items, sizeof items);
    memcpy(ret_count, (const char *)data + list->count, sizeof *ret_count);
    return items;
}

void reflist_encode(const struct reflist *list, const struct refdata *data, struct strbuf *out)
{
    size_t count;
    const char *items = reflist_items(list, data, &count);

    wire_array(out, count);
    for (size_t i = 0; i < count; i++)
        fields_write(list->fields, items + i * list->size, out);
}

enum err reflist_decode(const struct reflist *list, struct str bytes, struct arena *arena, struct refdata *data)
{
    struct reader in;
    size_t count;
    char *items;

    bytes = arena_copy(arena, bytes);                        /* what follows are views into the copy */
    reader_init(&in, bytes);
    count = take_array(&in, ITEMS_MAX);
    items = arena_array(arena, count, list->size);
    if (arena_failed(arena))
        return ERR_MEMORY;
    for (size_t i = 0; i < count && !in.failed; i++)
        fields_take(list->fields, &in, arena, items + i * list->size);
    if (reader_done(&in) != ERR_OK)
        return ERR_STORE_DAMAGED;
    qsort(items, count, list->size, list->compare);
    memcpy((char *)data + list->items, &items, sizeof items);
    memcpy((char *)data + list->count, &count, sizeof count);
    return ERR_OK;
}
