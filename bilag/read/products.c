#include "products.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/json_write.h"

static void need_add(struct product_needs *needs, struct str code, struct str type, bool reduced, int64_t account)
{
    if (code.len == 0)
        return;
    for (size_t i = 0; i < needs->count; i++) {
        struct product_need *need = &needs->at[i];

        if (!str_equal(need->code, code))
            continue;
        if (!need->account)
            need->account = account;
        else if (account && account != need->account && !need->other_account)
            need->other_account = account;
        return;
    }
    needs->at[needs->count++] = (struct product_need){ .code = code, .type = type, .reduced = reduced,
                                                       .account = account };
}

static int by_code(const void *a, const void *b)
{
    const struct product_need *x = a, *y = b;

    return str_compare(x->code, y->code);
}

static void judge(struct product_need *need, const struct refdata *data)
{
    const struct ref_product *product = data ? refdata_product(data, need->code) : NULL;

    if (need->other_account)
        need->state = PRODUCT_TWO_ACCOUNTS;
    else if (!need->account)
        need->state = PRODUCT_NO_ACCOUNT;
    else if (!data)
        need->state = PRODUCT_FINE;
    else if (!product && (data->have & REF_ACCOUNTS) && !refdata_account(data, need->account))
        need->state = PRODUCT_ACCOUNT_UNKNOWN;
    else if (!product)
        need->state = PRODUCT_MISSING;
    else if (product->archived)
        need->state = PRODUCT_ARCHIVED;
    else if (product->account != need->account)
        need->state = PRODUCT_OTHER_ACCOUNT;
    if (need->state == PRODUCT_OTHER_ACCOUNT)
        need->other_account = product->account;
}

/* An account that orders may come to, and no product code for it. */
static bool lacks_code(const struct product_entry *entry)
{
    return (entry->account && !entry->product.len) || (entry->reduced_account && !entry->reduced_product.len);
}

/* Another of the same name has taken its place by then. */
static bool is_over(const struct venue *venue, size_t i, int32_t day)
{
    return i + 1 < venue->product_count && str_equal(venue->products[i].name, venue->products[i + 1].name) &&
           venue->products[i + 1].valid_from <= day;
}

enum err product_needs_of(const struct venue *venue, int32_t day, const struct refdata *data, struct arena *arena,
                          struct product_needs *ret_needs)
{
    struct product_needs needs = { arena_array(arena, 2 * venue->product_count + 1, sizeof(struct product_need)),
                                   0, 0, STR_NONE };
    const struct refdata *listed = data && (data->have & REF_PRODUCTS) ? data : NULL;

    if (!needs.at)
        return ERR_MEMORY;
    for (size_t i = 0; i < venue->product_count; i++) {
        const struct product_entry *entry = &venue->products[i];

        if (is_over(venue, i, day))
            continue;
        need_add(&needs, entry->product, entry->name, false, entry->account);
        need_add(&needs, entry->reduced_product, entry->name, true, entry->reduced_account);
        if (lacks_code(entry) && needs.codeless++ == 0)
            needs.first_codeless = entry->name;
    }
    for (size_t i = 0; i < needs.count; i++)
        judge(&needs.at[i], listed);
    if (needs.count)
        qsort(needs.at, needs.count, sizeof *needs.at, by_code);
    *ret_needs = needs;
    return ERR_OK;
}

size_t product_needs_in(const struct product_needs *needs, enum product_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < needs->count; i++)
        count += needs->at[i].state == state;
    return count;
}

struct str product_name(const struct product_need *need, struct arena *arena)
{
    return arena_format(arena, STR_FMT "%s", STR_ARG(need->type), need->reduced ? ", reduced VAT" : "");
}

void product_body(const struct product_need *need, struct arena *arena, struct strbuf *out)
{
    json_open(out, NULL, '{');
    json_put_str(out, "Code", need->code);
    json_put_str(out, "Name", product_name(need, arena));
    json_put_int(out, "StandardSalesAccount", need->account);
    json_close(out, '}');
}
