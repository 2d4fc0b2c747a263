/* Products: which a venue's orders need, and how each stands in PowerOffice. */
#include "bilag/read/products.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct product_entry entries[] = {
    { .name = { "beer", 4 }, .account = 3010, .product = { "BAR", 3 }, .valid_from = DAY_ALWAYS },
    { .name = { "beer", 4 }, .account = 3011, .product = { "BAR-NEW", 7 }, .valid_from = 30000 },
    { .name = { "cider", 5 }, .account = 3010, .product = { "BAR", 3 }, .valid_from = DAY_ALWAYS },
    { .name = { "food", 4 }, .account = 3000, .reduced_account = 3001, .product = { "MAT", 3 },
      .reduced_product = { "MAT-TA", 6 }, .valid_from = DAY_ALWAYS },
    { .name = { "hire", 4 }, .product = { "LEIE", 4 }, .valid_from = DAY_ALWAYS },
    { .name = { "soup", 4 }, .account = 3005, .reduced_account = 3001, .product = { "MAT", 3 }, .valid_from = DAY_ALWAYS },
    { .name = { "tip", 3 }, .account = 2910, .valid_from = DAY_ALWAYS },
    { .name = { "wine", 4 }, .account = 3012, .product = { "VIN", 3 }, .valid_from = DAY_ALWAYS },
    { .name = { "zoo", 3 }, .account = 3999, .product = { "ZOO", 3 }, .valid_from = DAY_ALWAYS },
};
static const struct venue venue = { .products = entries, .product_count = COUNT(entries) };

static struct ref_product products[] = {
    { { "BAR", 3 }, 1, 3010, false, { "Bar", 3 } },      { { "BAR-NEW", 7 }, 2, 3010, false, { "Bar", 3 } },
    { { "MAT-TA", 6 }, 3, 0, false, { "Mat", 3 } },      { { "VIN", 3 }, 4, 3012, true, { "Vin", 3 } },
};
static struct ref_account accounts[] = { { .no = 3000 }, { .no = 3001 }, { .no = 3010 }, { .no = 3011 }, { .no = 3012 } };

struct expected { const char *code; enum product_state state; int64_t account, other; };

static void expect(const struct refdata *data, const struct expected *rows, size_t count)
{
    struct product_needs needs;
    struct arena arena;

    arena_init(&arena, 1 << 20);
    assert_int_equal(product_needs_of(&venue, 29999, data, &arena, &needs), ERR_OK);
    assert_int_equal(needs.count, count);
    assert_int_equal(needs.codeless, 2);                     /* soup has none at the reduced rate */
    assert_true(str_equal(needs.first_codeless, STR("soup")));
    for (size_t i = 0; i < count; i++) {
        const struct product_need *need = &needs.at[i];

        if (!str_equal(need->code, str_of(rows[i].code)) || need->state != rows[i].state ||
            need->account != rows[i].account || need->other_account != rows[i].other)
            fail_msg("%s: %.*s is %d on %" PRId64 " and %" PRId64, rows[i].code, STR_ARG(need->code), need->state,
                     need->account, need->other_account);
        assert_true(product_needs_in(&needs, rows[i].state) > 0);
    }
    arena_free(&arena);
}

/* Goal: each code once with the first account that wants it; every way in which PowerOffice can differ has its name. */
static void against_poweroffice(void **unused)
{
    static const struct expected rows[] = {
        { "BAR",     PRODUCT_FINE,            3010, 0 },    { "BAR-NEW", PRODUCT_OTHER_ACCOUNT,   3011, 3010 },
        { "LEIE",    PRODUCT_NO_ACCOUNT,      0,    0 },    { "MAT",     PRODUCT_TWO_ACCOUNTS,    3000, 3005 },
        { "MAT-TA",  PRODUCT_OTHER_ACCOUNT,   3001, 0 },    { "VIN",     PRODUCT_ARCHIVED,        3012, 0 },
        { "ZOO",     PRODUCT_ACCOUNT_UNKNOWN, 3999, 0 },
    };
    const struct refdata data = { .have = REF_PRODUCTS | REF_ACCOUNTS, .products = products,
                                  .product_count = COUNT(products), .accounts = accounts,
                                  .account_count = COUNT(accounts) };

    (void)unused;
    expect(&data, rows, COUNT(rows));
}

/* Goal: what is over is asked for no longer; on its last day it is. */
static void ended_entries_need_nothing(void **unused)
{
    static const struct { int32_t day; size_t beers; } rows[] = { { 29999, 2 }, { 30000, 1 } };
    static const struct venue alone = { .products = entries, .product_count = 2 };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct product_needs needs;
        struct arena arena;

        arena_init(&arena, 1 << 20);
        assert_int_equal(product_needs_of(&alone, rows[i].day, NULL, &arena, &needs), ERR_OK);
        assert_int_equal(needs.count, rows[i].beers);
        assert_true(str_equal(needs.at[needs.count - 1].code, STR("BAR-NEW")));
        arena_free(&arena);
    }
}

/* Goal: without PowerOffice's lists only the set-up's own faults are told; without its accounts nothing is held
 * against an account. */
static void without_lists(void **unused)
{
    static const struct expected alone[] = {
        { "BAR",    PRODUCT_FINE, 3010, 0 },         { "BAR-NEW", PRODUCT_FINE, 3011, 0 },
        { "LEIE",   PRODUCT_NO_ACCOUNT, 0, 0 },      { "MAT",     PRODUCT_TWO_ACCOUNTS, 3000, 3005 },
        { "MAT-TA", PRODUCT_FINE, 3001, 0 },         { "VIN",     PRODUCT_FINE, 3012, 0 },
        { "ZOO",    PRODUCT_FINE, 3999, 0 },
    };
    static const struct expected empty[] = {
        { "BAR",    PRODUCT_MISSING, 3010, 0 },      { "BAR-NEW", PRODUCT_MISSING, 3011, 0 },
        { "LEIE",   PRODUCT_NO_ACCOUNT, 0, 0 },      { "MAT",     PRODUCT_TWO_ACCOUNTS, 3000, 3005 },
        { "MAT-TA", PRODUCT_MISSING, 3001, 0 },      { "VIN",     PRODUCT_MISSING, 3012, 0 },
        { "ZOO",    PRODUCT_MISSING, 3999, 0 },
    };
    const struct refdata unread = { .have = REF_ACCOUNTS }, no_products = { .have = REF_PRODUCTS };

    (void)unused;
    expect(NULL, alone, COUNT(alone));
    expect(&unread, alone, COUNT(alone));
    expect(&no_products, empty, COUNT(empty));
}

/* Goal: the request says code, name and account, and is JSON whatever a code looks like. */
static void body(void **unused)
{
    const struct product_need need = { .code = STR("MAT \"TA\""), .type = STR("food"), .reduced = true, .account = 3001 };
    struct strbuf out;
    struct arena arena;

    (void)unused;
    arena_init(&arena, 4096);
    strbuf_init(&out, 4096);
    product_body(&need, &arena, &out);
    strbuf_char(&out, '\0');
    assert_string_equal(out.bytes,
                        "{\"Code\":\"MAT \\\"TA\\\"\",\"Name\":\"food, reduced VAT\",\"StandardSalesAccount\":3001}");
    strbuf_free(&out);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(against_poweroffice),
        cmocka_unit_test(ended_entries_need_nothing),
        cmocka_unit_test(without_lists),
        cmocka_unit_test(body),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
