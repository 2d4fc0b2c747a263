/* Goal: a store whose file is cut off under a program that reads it ends that program with 111 and a sentence that names the
 * store and no other; a store that was closed is not named. */
#include "base/store.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { RECORDS = 4000 };

static const char *const tables[] = { "table" };
static char folder[64];

static enum err fill_work(struct txn *txn, void *context)
{
    static const char page[500];
    enum err err = ERR_OK;

    (void)context;
    for (uint32_t i = 0; i < RECORDS && !err; i++) {
        struct key key;

        key_init(&key);
        key_u32(&key, i);
        err = store_put(txn, 0, key_str(&key), (struct str){ page, sizeof page });
    }
    return err;
}

static enum err seen(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)key;
    (void)value;
    (void)context;
    return ERR_OK;
}

static enum err read_all(struct txn *txn, void *context)
{
    (void)context;
    return store_walk(txn, 0, STR_NONE, STR_NONE, seen, NULL);
}

static struct store *opened(const char *name)
{
    char path[96];
    struct fault fault = { "" };
    struct store *store = NULL;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    if (store_open(str_of(path), tables, 1, 1, 0, &store, &fault))
        fail_msg("%s", fault.text);
    return store;
}

static _Noreturn void read_what_is_cut_off(int out)
{
    char path[96];
    struct store *closed = opened("closed"), *store;

    store_close(closed);
    store = opened("cut");
    (void)snprintf(path, sizeof path, "%s/cut/data.mdb", folder);
    if (dup2(out, STDERR_FILENO) < 0 || store_write(store, fill_work, NULL))
        _exit(1);
    store_relax(store);
    if (truncate(path, 16384) != 0)
        _exit(2);
    _exit(store_read(store, read_all, NULL) ? 3 : 0);
}

static void cut_off_while_it_is_read(void **unused)
{
    char said[4096] = "";
    int ends[2], status;
    pid_t child;

    (void)unused;
    assert_true(temporary_folder("fault", folder, sizeof folder));
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0)
        read_what_is_cut_off(ends[1]);
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(read(ends[0], said, sizeof said - 1) > 0);
    assert_int_equal(close(ends[0]), 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 111);
    assert_non_null(strstr(said, "a store cannot be read"));
    assert_non_null(strstr(said, "/cut\""));
    assert_null(strstr(said, "/closed"));
    assert_int_equal(temporary_remove(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cut_off_while_it_is_read) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
