/* Goal: what only stores in PostgreSQL do (tests/engine.py runs it with a server; without one it is skipped): damage of one record
 * is told, another's store is refused, a transaction whose connection was cut before COMMIT is run again, one whose answer was lost is
 * looked up and there once. test_store.c, test_store_sum.c and all that use stores are run on it as well. */
#include "base/pg_link.h"
#include "base/store_engine.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#ifdef HAVE_POSTGRESQL

static const char *const tables[] = { "things", "+pairs" };
enum { THINGS, PAIRS };

static char folder[64], schema[STORE_NAME_SIZE + 8];

static int make(void **unused)
{
    (void)unused;
    return temporary_folder("pg", folder, sizeof folder) ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

static struct store *opened(void)
{
    struct fault fault = { "" };
    struct store *store = NULL;
    char name[STORE_NAME_SIZE];

    if (store_open(str_of(folder), tables, COUNT(tables), 1, 0, &store, &fault) != ERR_OK)
        fail_msg("%s", fault.text);
    assert_true(store_engine_name(str_of(folder), name));
    (void)snprintf(schema, sizeof schema, "bilag_%s", name);
    return store;
}

/* Something else does this to the server. */
static void other(const char *form)
{
    struct pg_link *link;
    char sql[600];

    assert_int_equal(pg_link_open(store_engine()->conninfo, &link, NULL), ERR_OK);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(sql, sizeof sql, form, schema);
#pragma GCC diagnostic pop
    pg_send(link, PG_NAMES_MAX, sql, NULL, 0);
    if (!pg_settle(link))
        fail_msg("%s: %s", sql, pg_link_why(link));
    pg_link_close(link);
}

/* All connections of Bilag but the one that says so. */
static const char cut[] = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name='bilag' "
                          "AND pid<>pg_backend_pid() AND '%s'<>''";

struct counting { int runs, cut_in_run; };

static enum err put_one(struct txn *txn, void *context)
{
    struct counting *counting = context;
    enum err err = store_put_new(txn, THINGS, STR("a"), STR("1"));

    if (++counting->runs == counting->cut_in_run)
        other(cut);
    return err;
}

static enum err count_work(struct txn *txn, void *context)
{
    *(uint64_t *)context = store_count(txn, THINGS);
    return ERR_OK;
}

static void cut_before_commit(void **unused)
{
    struct counting counting = { 0, 1 };
    struct store *store;
    uint64_t there = 0;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    store = opened();
    assert_int_equal(store_write(store, put_one, &counting), ERR_OK);
    assert_int_equal(counting.runs, 2);
    assert_int_equal(store_read(store, count_work, &there), ERR_OK);
    assert_int_equal(there, 1);
    store_close(store);
}

/* The engine takes the commit back from a former one: an idle connection that was cut is found before it is used. */
static void cut_while_idle(void **unused)
{
    struct counting counting = { 0, 0 };
    struct store *store;
    uint64_t there = 0;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    store = opened();
    other(cut);
    assert_int_equal(store_write(store, put_one, &counting), ERR_OK);
    assert_int_equal(counting.runs, 1);
    other(cut);
    assert_int_equal(store_read(store, count_work, &there), ERR_OK);
    assert_int_equal(there, 1);
    store_close(store);
}

static enum err get_one(struct txn *txn, void *context)
{
    return store_get(txn, THINGS, STR("a"), context);
}

static void damage_is_told(void **unused)
{
    struct counting counting = { 0, 0 };
    struct store *store;
    struct str value;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    store = opened();
    assert_int_equal(store_write(store, put_one, &counting), ERR_OK);
    other("UPDATE \"%s\".things SET v = set_byte(v, 0, 50)");
    assert_int_equal(store_read(store, get_one, &value), ERR_STORE_DAMAGED);
    store_close(store);
}

/* A store that was taken over is written no more by who had it open: his memory may not be its truth. */
static void another_term(void **unused)
{
    struct counting counting = { 0, 0 };
    struct store *store;
    pid_t child;
    int how;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    store = opened();
    other("UPDATE \"%s\"._store SET term = term + 1");
    child = fork();                       /* a store that is broken stays so for its process */
    if (child == 0)
        _exit(store_write(store, put_one, &counting) == ERR_STORE_IO && store_broken() && counting.runs == 0 ? 0 : 1);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    store_close(store);
    store = opened();
    assert_int_equal(store_write(store, put_one, &counting), ERR_OK);
    store_close(store);
}

/* Two pages and more, of keys and of one key's values; each once and in order, also when what is walked was put just now. */
static enum err put_pages(struct txn *txn, void *context)
{
    char key[8], *value = key;
    enum err err = ERR_OK;

    (void)context;
    for (int i = 0; i < 3000 && !err; i++) {
        (void)snprintf(key, sizeof key, "%05d", i);
        err = store_put(txn, THINGS, str_of(key), STR("v"));
        if (!err)
            err = store_put(txn, PAIRS, STR("k"), str_of(value));
    }
    return err;
}

struct seen { int count; char last[16]; bool value; };

static enum err see(struct txn *txn, struct str key, struct str value, void *context)
{
    struct seen *seen = context;
    struct str it = seen->value ? value : key;

    (void)txn;
    assert_true(str_compare(str_of(seen->last), it) < 0);
    assert_true(str_copy(it, seen->last, sizeof seen->last));
    seen->count++;
    return ERR_OK;
}

static enum err walk_pages(struct txn *txn, void *context)
{
    struct seen keys = { 0, "", false }, values = { 0, "", true }, some = { 0, "", false };

    (void)context;
    assert_int_equal(store_walk(txn, THINGS, STR_NONE, STR_NONE, see, &keys), ERR_OK);
    assert_int_equal(store_walk(txn, THINGS, STR("01"), STR("01500"), see, &some), ERR_OK);
    assert_true(keys.count == 3000 && some.count == 500);           /* 01500 to 01999 */
    assert_int_equal(store_walk(txn, PAIRS, STR("k"), STR_NONE, see, &values), ERR_OK);
    assert_int_equal(values.count, 3000);
    return ERR_OK;
}

static enum err put_and_walk(struct txn *txn, void *context)
{
    enum err err = put_pages(txn, context);

    return err ? err : walk_pages(txn, context);
}

static void pages(void **unused)
{
    struct store *store;

    (void)unused;
    SKIP_WITHOUT_ENGINE();
    store = opened();
    assert_int_equal(store_write(store, put_and_walk, NULL), ERR_OK);
    assert_int_equal(store_read(store, walk_pages, NULL), ERR_OK);
    store_close(store);
}

int main(void)
{
#define PG_TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
    const struct CMUnitTest tests[] = {
        PG_TEST(cut_before_commit), PG_TEST(cut_while_idle), PG_TEST(damage_is_told), PG_TEST(another_term), PG_TEST(pages),
    };

    return cmocka_run_group_tests_name("store_pg", tests, NULL, NULL);
}

#else

int main(void)
{
    (void)puts("built without libpq: nothing to test");
    return 0;
}

#endif
