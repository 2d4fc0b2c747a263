#include "reflist.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_MAX = 200000 };

static void encode_account(struct strbuf *out, const void *item)
{
    const struct ref_account *account = item;

    wire_array(out, 7);
    wire_int(out, account->no);
    wire_int(out, account->id);
    wire_bool(out, account->active);
    wire_bool(out, account->vat_locked);
    wire_bool(out, account->department_required);
    wire_str(out, account->vat_code);
    wire_str(out, account->name);
}

static bool decode_account(struct reader *in, void *item)
{
    if (take_array(in, 7) != 7)
        return false;
    struct ref_account account = { .no = take_int(in) };

    account.id = take_int(in);
    account.active = take_bool(in);
    account.vat_locked = take_bool(in);
    account.department_required = take_bool(in);
    account.vat_code = take_str(in, REF_TEXT_MAX);
    account.name = take_str(in, REF_TEXT_MAX);
    *(struct ref_account *)item = account;
    return true;
}

static void encode_vat_code(struct strbuf *out, const void *item)
{
    const struct ref_vat_code *code = item;

    wire_array(out, 6);
    wire_str(out, code->code);
    wire_int(out, code->id);
    wire_int(out, code->rate);
    wire_bool(out, code->active);
    wire_int(out, code->valid_from);
    wire_int(out, code->valid_to);
}

static bool decode_vat_code(struct reader *in, void *item)
{
    if (take_array(in, 6) != 6)
        return false;
    struct ref_vat_code code = { .code = take_str(in, REF_TEXT_MAX) };

    code.id = (int32_t)take_int(in);
    code.rate = (int32_t)take_int(in);
    code.active = take_bool(in);
    code.valid_from = (int32_t)take_int(in);
    code.valid_to = (int32_t)take_int(in);
    *(struct ref_vat_code *)item = code;
    return true;
}

static void encode_department(struct strbuf *out, const void *item)
{
    const struct ref_department *department = item;

    wire_array(out, 3);
    wire_str(out, department->code);
    wire_int(out, department->id);
    wire_bool(out, department->active);
}

static bool decode_department(struct reader *in, void *item)
{
    if (take_array(in, 3) != 3)
        return false;
    struct ref_department department = { .code = take_str(in, REF_TEXT_MAX) };

    department.id = take_int(in);
    department.active = take_bool(in);
    *(struct ref_department *)item = department;
    return true;
}

static void encode_product(struct strbuf *out, const void *item)
{
    const struct ref_product *product = item;

    wire_array(out, 5);
    wire_str(out, product->code);
    wire_int(out, product->id);
    wire_int(out, product->account);
    wire_bool(out, product->archived);
    wire_str(out, product->name);
}

static bool decode_product(struct reader *in, void *item)
{
    if (take_array(in, 5) != 5)
        return false;
    struct ref_product product = { .code = take_str(in, REF_TEXT_MAX) };

    product.id = take_int(in);
    product.account = take_int(in);
    product.archived = take_bool(in);
    product.name = take_str(in, REF_TEXT_MAX);
    *(struct ref_product *)item = product;
    return true;
}

static void encode_customer(struct strbuf *out, const void *item)
{
    const struct ref_customer *customer = item;

    wire_array(out, customer->email.len ? 6 : 5);            /* without one: the bytes of before there was it */
    wire_int(out, customer->no);
    wire_int(out, customer->id);
    wire_bool(out, customer->archived);
    wire_str(out, customer->name);
    wire_str(out, customer->org_no);
    if (customer->email.len)
        wire_str(out, customer->email);
}

static bool decode_customer(struct reader *in, void *item)
{
    size_t members = take_array(in, 6);

    if (members < 5)
        return false;
    struct ref_customer customer = { .no = take_int(in) };

    customer.id = take_int(in);
    customer.archived = take_bool(in);
    customer.name = take_str(in, REF_TEXT_MAX);
    customer.org_no = take_str(in, REF_TEXT_MAX);
    if (members > 5)
        customer.email = take_str(in, REF_TEXT_MAX);
    *(struct ref_customer *)item = customer;
    return true;
}

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
                   offsetof(struct ref_product, code) == 0, "searched by it");

const struct reflist reflists[REFLISTS] = {
#define LIST(bit, name, one, compare) \
    { bit, offsetof(struct refdata, name##s), offsetof(struct refdata, name##_count), sizeof(struct one), \
      encode_##name, decode_##name, compare }
    LIST(REF_ACCOUNTS, account, ref_account, ref_by_number),
    LIST(REF_VAT_CODES, vat_code, ref_vat_code, ref_by_code),
    LIST(REF_DEPARTMENTS, department, ref_department, ref_by_code),
    LIST(REF_PRODUCTS, product, ref_product, ref_by_code),
    LIST(REF_CUSTOMERS, customer, ref_customer, ref_by_number),
#undef LIST
};

static void *list_items(const struct reflist *list, const struct refdata *data, size_t *ret_count)
{
    void *items;

    memcpy(&items, (const char *)data + list->items, sizeof items);
    memcpy(ret_count, (const char *)data + list->count, sizeof *ret_count);
    return items;
}

void reflist_encode(const struct reflist *list, const struct refdata *data, struct strbuf *out)
{
    size_t count;
    const char *items = list_items(list, data, &count);

    wire_array(out, count);
    for (size_t i = 0; i < count; i++)
        list->encode(out, items + i * list->size);
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
    for (size_t i = 0; i < count; i++)
        if (!list->decode(&in, items + i * list->size))
            return ERR_STORE_DAMAGED;
    if (reader_done(&in) != ERR_OK)
        return ERR_STORE_DAMAGED;
    qsort(items, count, list->size, list->compare);
    memcpy((char *)data + list->items, &items, sizeof items);
    memcpy((char *)data + list->count, &count, sizeof count);
    return ERR_OK;
}
