/* Goal: readers that were killed while they read take no reader's place for ever. */
#include "base/store.h"
#include "tests/temporary.h"

#include <lmdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Takes every place there is, and dies. */
static void read_until_full_and_die(const char *folder)
{
    MDB_env *env;
    MDB_txn *txn;

    if (mdb_env_create(&env) || mdb_env_open(env, folder, MDB_NOTLS | MDB_RDONLY, 0600))
        _exit(1);
    while (mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) == 0)
        continue;
    _exit(0);
}

static enum err put_work(struct txn *txn, void *context)
{
    (void)context;
    return store_put(txn, 0, STR("key"), STR("value"));
}

static enum err get_work(struct txn *txn, void *context)
{
    return store_get(txn, 0, STR("key"), context);
}

static void killed_readers_leave_room(void **unused)
{
    static const char *const tables[] = { "table" };
    char folder[40];
    struct store *store;
    struct fault fault;
    struct str value;
    pid_t child;
    int status;

    (void)unused;
    assert_true(temporary_folder("readers", folder, sizeof folder));
    assert_int_equal(store_open(str_of(folder), tables, 1, 1, 0, &store, &fault), ERR_OK);
    assert_int_equal(store_write(store, put_work, NULL), ERR_OK);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        read_until_full_and_die(folder);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(store_read(store, get_work, &value), ERR_OK);
    assert_int_equal(store_write(store, put_work, NULL), ERR_OK);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(killed_readers_leave_room) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
