/* books.c - one company's books: finding and adding what is in them. */
#include "books.h"

#include <stdlib.h>
#include <string.h>

#include "chart.h"
#include "order.h"
#include "sandbox/base/text.h"
#include "voucher.h"

/* A company's ids lie in a million of their own; each kind has a hundred thousand of it. */
enum { ID_ACCOUNT = 0, ID_SUBLEDGER = 100000, ID_CUSTOMER = 200000, ID_PRODUCT = 300000,
       ID_DIMENSION = 400000, ID_KIND = 100000 };

struct books *books_open(const char *id)
{
    struct books *books = must_alloc(sizeof *books);

    text_set(books->id, sizeof books->id, id);
    books->base = (int64_t)(text_hash(id) % 8000000 + 1000000) * 1000000;
    text_set(books->conversion_date, sizeof books->conversion_date, "2000-01-01");
    chart_preset(books);
    books_empty(books);
    return books;
}

void books_empty(struct books *books)
{
    for (size_t i = 0; i < books->voucher_count; i++)
        voucher_free(books->vouchers[i]);
    for (size_t i = 0; i < books->order_count; i++)
        order_free(books->orders[i]);
    books->voucher_count = books->order_count = 0;
    map_free(&books->voucher_ids);
    map_free(&books->order_ids);
    map_free(&books->voucher_references);
    map_free(&books->order_references);
    books->last_voucher_no = 0;
    books->last_order_no = 1000;
    books->last_invoice_no = 50000;
    books->last_row_id = books->base;
}

void books_free(struct books *books)
{
    if (!books)
        return;
    books_empty(books);
    for (size_t i = 0; i < books->customer_count; i++) {
        free(books->customers[i]->body);
        free(books->customers[i]);
    }
    for (size_t i = 0; i < books->product_count; i++) {
        free(books->products[i]->body);
        free(books->products[i]);
    }
    for (size_t i = 0; i < DIMENSION_KINDS; i++)
        free(books->dimensions[i].list);
    free(books->accounts);
    free(books->vat_codes);
    free(books->customers);
    free(books->products);
    free(books->vouchers);
    free(books->orders);
    free(books);
}

int64_t books_account_id(const struct books *books, int64_t no)
{
    return books->base + ID_ACCOUNT + no;
}

int32_t books_vat_id(const struct books *books, const char *code, const char *from)
{
    char *key = text_print("%s/%s/%s", books->id, code, from);
    int32_t id = (int32_t)(1000 + text_hash(key) % 2000000000);

    free(key);
    return id;
}

int64_t books_dimension_id(const struct books *books, enum dimension_kind kind, const char *code)
{
    int64_t first = books->base + ID_DIMENSION + ID_KIND * (int64_t)kind;
    int64_t slot = (int64_t)(text_hash(code) % ID_KIND);

    while (books_dimension(books, kind, first + slot))
        slot = (slot + 1) % ID_KIND;
    return first + slot;
}

const struct account *books_account(const struct books *books, int64_t id)
{
    return books_account_no(books, id - books->base - ID_ACCOUNT);
}

/* The chart is sorted by number. */
const struct account *books_account_no(const struct books *books, int64_t no)
{
    size_t low = 0, high = books->account_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (books->accounts[middle].no == no)
            return &books->accounts[middle];
        if (books->accounts[middle].no < no)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct vat_code *books_vat(const struct books *books, int64_t id)
{
    for (size_t i = 0; i < books->vat_code_count; i++)
        if (books->vat_codes[i].id == id)
            return &books->vat_codes[i];
    return NULL;
}

bool vat_code_valid(const struct vat_code *vat, const char *date)
{
    return strcmp(vat->from, date) <= 0 && (!vat->to[0] || strcmp(date, vat->to) <= 0);
}

const struct vat_code *books_vat_on(const struct books *books, const char *code, const char *date)
{
    for (size_t i = 0; i < books->vat_code_count; i++)
        if (strcmp(books->vat_codes[i].code, code) == 0 && vat_code_valid(&books->vat_codes[i], date))
            return &books->vat_codes[i];
    return NULL;
}

const struct dimension *books_dimension(const struct books *books, enum dimension_kind kind,
                                        int64_t id)
{
    const struct dimensions *dimensions = &books->dimensions[kind];

    for (size_t i = 0; i < dimensions->count; i++)
        if (dimensions->list[i].id == id)
            return &dimensions->list[i];
    return NULL;
}

const struct dimension *books_dimension_code(const struct books *books, enum dimension_kind kind,
                                             const char *code)
{
    const struct dimensions *dimensions = &books->dimensions[kind];

    for (size_t i = 0; i < dimensions->count; i++)
        if (strcmp(dimensions->list[i].code, code) == 0)
            return &dimensions->list[i];
    return NULL;
}

struct customer *books_customer_no(const struct books *books, int64_t no)
{
    for (size_t i = 0; i < books->customer_count; i++)
        if (books->customers[i]->no == no)
            return books->customers[i];
    return NULL;
}

struct customer *books_customer(const struct books *books, int64_t id)
{
    return books_customer_no(books, id - books->base - ID_CUSTOMER);
}

struct customer *books_subledger(const struct books *books, int64_t account_id)
{
    return books_customer_no(books, account_id - books->base - ID_SUBLEDGER);
}

struct product *books_product(const struct books *books, int64_t id)
{
    for (size_t i = 0; i < books->product_count; i++)
        if (books->products[i]->id == id)
            return books->products[i];
    return NULL;
}

struct product *books_product_code(const struct books *books, const char *code)
{
    for (size_t i = 0; i < books->product_count; i++)
        if (strcmp(books->products[i]->code, code) == 0)
            return books->products[i];
    return NULL;
}

struct customer *books_add_customer(struct books *books, int64_t no)
{
    struct customer *customer = must_alloc(sizeof *customer);

    ensure(no > 0 && no < ID_KIND);
    customer->no = no;
    customer->id = books->base + ID_CUSTOMER + no;
    customer->subledger_id = books->base + ID_SUBLEDGER + no;
    books->customers = must_grow(books->customers,
                                 (books->customer_count + 1) * sizeof *books->customers);
    books->customers[books->customer_count++] = customer;
    return customer;
}

struct product *books_add_product(struct books *books)
{
    struct product *product = must_alloc(sizeof *product);

    product->id = books->base + ID_PRODUCT + 1 + (int64_t)books->product_count;
    books->products = must_grow(books->products,
                                (books->product_count + 1) * sizeof *books->products);
    books->products[books->product_count++] = product;
    return product;
}
