/* A copy of several stores as of one moment, while a process writes into them. */
#include "bilag/keep/snapshot.h"
#include "base/store.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { ROUNDS = 12, BULK = 2000, LAYOUT = 1 };   /* bulk: copying one store takes longer than writing to both */

static const char *const tables[] = { "numbers", "bulk", "+many" };
static const char *const names[] = { "first", "second", "none" };
static char folder[64];

static struct store *opened(const char *within, const char *name, unsigned flags)
{
    char path[256];
    struct fault fault = { "" };
    struct store *store;

    (void)snprintf(path, sizeof path, "%s/%s/%s", folder, within, name);
    if (store_open(str_of(path), tables, COUNT(tables), LAYOUT, flags, &store, &fault))
        fail_msg("%s", fault.text);
    return store;
}

static enum err put_number(struct txn *txn, void *context)
{
    return store_put(txn, 0, STR("n"), (struct str){ context, sizeof(uint64_t) });
}

static enum err get_number(struct txn *txn, void *context)
{
    struct str value;
    enum err err = store_get(txn, 0, STR("n"), &value);

    if (!err)
        memcpy(context, value.bytes, sizeof(uint64_t));
    return err;
}

static enum err put_bulk(struct txn *txn, void *context)
{
    static const char page[1000];
    enum err err = ERR_OK;

    (void)context;
    for (uint32_t i = 0; i < BULK && !err; i++) {
        struct key key;

        key_init(&key);
        key_u32(&key, i);
        err = store_put(txn, 1, key_str(&key), (struct str){ page, sizeof page });
        if (!err)
            err = store_put(txn, 2, STR("same"), key_str(&key));
    }
    return err;
}

static enum err count_all(struct txn *txn, void *context)
{
    uint64_t *counts = context;

    for (unsigned i = 0; i < COUNT(tables); i++)
        counts[i] = store_count(txn, i);
    return ERR_OK;
}

/* The second store always follows the first: it never has a number that the first has not. */
static void write_for_ever(void)
{
    struct store *first = opened("state", "first", 0), *second = opened("state", "second", 0);

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)               /* a test that fails leaves it behind */
        _exit(1);
    for (uint64_t n = 2;; n++)
        if (store_write(first, put_number, &n) || store_write(second, put_number, &n))
            _exit(1);
}

static uint64_t number_in(const char *within, const char *name)
{
    struct store *store = opened(within, name, STORE_READ_ONLY);
    uint64_t counts[COUNT(tables)], number = 0;

    assert_int_equal(store_read(store, get_number, &number), ERR_OK);
    assert_int_equal(store_read(store, count_all, counts), ERR_OK);
    store_close(store);
    if (counts[0] != 1 || counts[1] != BULK || counts[2] != BULK)
        fail_msg("%s has %d, %d and %d records", name, (int)counts[0], (int)counts[1], (int)counts[2]);
    return number;
}

/* Goal: whatever is written meanwhile, the copies are of one moment, whole, and open like any store. */
static void one_moment(void **unused)
{
    uint64_t last = 0, one = 1;
    pid_t writer;

    (void)unused;
    for (size_t i = 0; i < 2; i++) {
        struct store *store = opened("state", names[i], 0);

        assert_int_equal(store_write(store, put_bulk, NULL), ERR_OK);
        assert_int_equal(store_write(store, put_number, &one), ERR_OK);
        store_close(store);
    }
    writer = fork();
    assert_true(writer >= 0);
    if (writer == 0)
        write_for_ever();
    for (int i = 0; i < ROUNDS; i++) {
        struct snapshot_part parts[COUNT(names)];
        struct fault fault = { "" };
        char state[256], copy[256];
        uint64_t first, second;

        (void)snprintf(state, sizeof state, "%s/state", folder);
        (void)snprintf(copy, sizeof copy, "%s/copy%d", folder, i);
        assert_int_equal(mkdir(copy, 0700), 0);
        if (snapshot_take(str_of(state), str_of(copy), names, COUNT(names), parts, &fault))
            fail_msg("%s", fault.text);
        assert_true(parts[0].there && parts[1].there && !parts[2].there);
        (void)snprintf(copy, sizeof copy, "copy%d", i);
        first = number_in(copy, "first");
        second = number_in(copy, "second");
        if (first - second > 1 || first < last)
            fail_msg("round %d: the first has %d, the second %d, before it was %d", i, (int)first, (int)second, (int)last);
        last = first;
    }
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    assert_true(last > 1);
}

/* Goal: a copy that cannot be made says which store and why. */
static void no_room(void **unused)
{
    struct snapshot_part parts[1];
    struct fault fault = { "" };
    char state[256], copy[256];

    (void)unused;
    (void)snprintf(state, sizeof state, "%s/state", folder);
    (void)snprintf(copy, sizeof copy, "%s/nowhere/copy", folder);
    assert_int_not_equal(snapshot_take(str_of(state), str_of(copy), names, 1, parts, &fault), ERR_OK);
    assert_non_null(strstr(fault.text, "first"));
}

static int make_folder(void **unused)
{
    (void)unused;
    return temporary_folder("snapshot", folder, sizeof folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_moment), cmocka_unit_test(no_room) };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
