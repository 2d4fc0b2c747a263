/* Goal: a draft is judged by the newest picture of its client, and the pictures of many clients stay within the bound. */
#include "validator/refcache.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static char folder[64];
static struct refstore *store;
static struct refcache *cache;

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("refcache", folder, sizeof folder) || refstore_open(str_of(folder), 0, &store, NULL) != ERR_OK)
        return -1;
    return refcache_open(store, &cache) == ERR_OK ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    refcache_close(cache);
    refstore_close(store);
    return temporary_remove(folder);
}

static void put_account(const char *client, int64_t no)
{
    struct ref_account account = { .no = no, .id = 70000 + no, .active = true };
    struct refdata data = { .have = REF_ACCOUNTS, .accounts = &account, .account_count = 1, .read_ms = 1 };

    assert_int_equal(refdata_put(store, str_of(client), &data), ERR_OK);
}

static const struct refdata *get(const char *client)
{
    const struct refdata *data = NULL;

    assert_int_equal(refcache_get(cache, str_of(client), &data), ERR_OK);
    return data;
}

static void newest_picture_is_lent(void **unused)
{
    const struct refdata *first;

    (void)unused;
    assert_null(get("a"));                                   /* never read */
    put_account("a", 3000);
    put_account("b", 4000);
    first = get("a");
    assert_non_null(refdata_account(first, 3000));
    assert_ptr_equal(get("a"), first);                       /* nothing changed: the same one */
    put_account("b", 4001);
    assert_ptr_equal(get("a"), first);                       /* not of this client */
    put_account("a", 3001);
    assert_null(refdata_account(get("a"), 3000));
    assert_non_null(refdata_account(get("a"), 3001));
    assert_non_null(refdata_account(get("b"), 4001));
}

static void links_bring_a_new_version(void **unused)
{
    uint64_t before;

    (void)unused;
    put_account("a", 3000);
    before = get("a")->version;
    assert_int_equal(customer_link_put(store, STR("9"), STR("kunde"), 10001), ERR_OK);
    assert_true(get("a")->version > before);
}

static void many_clients_stay_within_the_bound(void **unused)
{
    enum { CLIENTS = 60, ITEMS = 8000 };
    struct ref_account *accounts = calloc(ITEMS, sizeof *accounts);
    struct refdata data = { .have = REF_ACCOUNTS, .accounts = accounts, .account_count = ITEMS, .read_ms = 1 };
    char name[16];

    (void)unused;
    assert_non_null(accounts);
    for (int i = 0; i < ITEMS; i++)
        accounts[i].no = i + 1;
    for (int i = 0; i < CLIENTS; i++) {
        (void)snprintf(name, sizeof name, "client-%d", i);
        assert_int_equal(refdata_put(store, str_of(name), &data), ERR_OK);
    }
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < CLIENTS; i++) {
            (void)snprintf(name, sizeof name, "client-%d", i);
            assert_int_equal(get(name)->account_count, ITEMS);
            assert_in_range(refcache_bytes(cache), 1, REFCACHE_BYTES_MAX);
        }
    assert_true(refcache_bytes(cache) > REFCACHE_BYTES_MAX / 2);
    free(accounts);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = { ROW(newest_picture_is_lent), ROW(links_bring_a_new_version),
                                        ROW(many_clients_stay_within_the_bound) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
