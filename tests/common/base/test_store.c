/* Goal: what was committed is there, what was not is not; the map grows by itself; walks keep to their
 * prefix; a layout of another version is refused with a sentence; a full disk is an outcome. */
#include "base/store.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const tables[] = { "things", "+pairs" };
enum { THINGS, PAIRS };

static char folder[64];

static int make(void **unused)
{
    (void)unused;
    return temporary_folder("store", folder, sizeof folder) ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

static struct store *opened(void)
{
    struct store *store = NULL;

    assert_int_equal(store_open(str_of(folder), tables, COUNT(tables), 1, 0, &store, NULL), ERR_OK);
    return store;
}

struct many { uint64_t from, count; size_t bytes; };

static enum err put_many(struct txn *txn, void *context)
{
    struct many *many = context;
    char value[4096];

    memset(value, 'x', sizeof value);
    for (uint64_t i = many->from; i < many->from + many->count; i++) {
        struct key key;
        enum err err;

        key_init(&key);
        key_name(&key, STR("venue"));
        key_u64(&key, i);
        err = store_put(txn, THINGS, key_str(&key), (struct str){ value, many->bytes });
        if (err)
            return err;
    }
    return ERR_OK;
}

static enum err count_them(struct txn *txn, void *context)
{
    *(uint64_t *)context = store_count(txn, THINGS);
    return ERR_OK;
}

static uint64_t things(struct store *store)
{
    uint64_t count = 0;

    assert_int_equal(store_read(store, count_them, &count), ERR_OK);
    return count;
}

static void map_grows_by_itself(void **unused)
{
    struct store *store = opened();
    struct many many = { 0, 20000, 4000 };           /* 80 MB through a map of 16 */

    (void)unused;
    assert_int_equal(store_write(store, put_many, &many), ERR_OK);
    assert_int_equal(things(store), 20000);
    store_relax(store);
    assert_int_equal(things(store), 20000);
    store_close(store);
}

static enum err put_and_fail(struct txn *txn, void *context)
{
    enum err err = put_many(txn, context);

    return err ? err : ERR_REFUSED;
}

static void aborted_leaves_nothing(void **unused)
{
    struct store *store = opened();
    struct many many = { 0, 10, 10 };
    uint64_t before = store_generation(store);

    (void)unused;
    assert_int_equal(store_write(store, put_and_fail, &many), ERR_REFUSED);
    assert_int_equal(things(store), 0);
    assert_int_equal(store_generation(store), before);
    assert_int_equal(store_write(store, put_many, &many), ERR_OK);
    assert_true(store_generation(store) > before);
    store_close(store);
}

static enum err within_work(struct txn *txn, void *context)
{
    struct many kept = { 0, 10, 10 }, undone = { 10, 10, 10 }, more = { 20, 5, 10 };
    enum err err = store_within(txn, put_many, &kept);

    (void)context;
    assert_int_equal(store_within(txn, put_and_fail, &undone), ERR_REFUSED);
    return err ? err : store_within(txn, put_many, &more);
}

static enum err grow_within(struct txn *txn, void *context)
{
    return store_within(txn, put_many, context);
}

/* Goal: what fails within a transaction is undone alone; the map grows for what is within as well. */
static void within_another(void **unused)
{
    struct store *store = opened();
    struct many many = { 100, 20000, 4000 };

    (void)unused;
    assert_int_equal(store_write(store, within_work, NULL), ERR_OK);
    assert_int_equal(things(store), 15);
    assert_int_equal(store_write(store, grow_within, &many), ERR_OK);
    assert_int_equal(things(store), 20015);
    store_close(store);
}

/* The moment in which a commit's head is in the file, and seen by all who map it, while its disk is still at work. */
static struct { struct store *store; uint64_t before; bool told, there; } meanwhile;

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    ssize_t written = syscall(SYS_pwrite64, fd, bytes, len, at);

    if (meanwhile.store && store_generation(meanwhile.store) > meanwhile.before) {
        meanwhile.told = true;
        meanwhile.there = things(meanwhile.store) > 0;
    }
    return written;
}

/* Who sees that something has changed reads it; told too early he would read what was, and not look again. */
static void a_change_is_told_when_it_can_be_read(void **unused)
{
    struct store *store = opened();
    struct many many = { 0, 10, 10 };

    (void)unused;
    meanwhile.before = store_generation(store);
    meanwhile.store = store;
    assert_int_equal(store_write(store, put_many, &many), ERR_OK);
    meanwhile.store = NULL;
    assert_true(!meanwhile.told || meanwhile.there);
    assert_true(store_generation(store) > meanwhile.before);
    store_close(store);
}

static enum err pairs(struct txn *txn, void *context)
{
    (void)context;
    assert_int_equal(store_put_new(txn, PAIRS, STR("k"), STR("a")), ERR_OK);
    assert_int_equal(store_put_new(txn, PAIRS, STR("k"), STR("b")), ERR_OK);
    assert_int_equal(store_put_new(txn, PAIRS, STR("k"), STR("a")), ERR_EXISTS);
    assert_int_equal(store_put_new(txn, THINGS, STR("k"), STR("a")), ERR_OK);
    assert_int_equal(store_put_new(txn, THINGS, STR("k"), STR("b")), ERR_EXISTS);
    return ERR_OK;
}

static void pairs_are_sets(void **unused)
{
    struct store *store = opened();

    (void)unused;
    assert_int_equal(store_write(store, pairs, NULL), ERR_OK);
    store_close(store);
}

static enum err count_visit(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)key;
    (void)value;
    ++*(int *)context;
    return ERR_OK;
}

static enum err walks(struct txn *txn, void *context)
{
    static const char *const names[] = { "a/1", "a/2", "a/5", "b/1" };
    struct str key, value;
    int seen = 0;

    (void)context;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(store_put(txn, THINGS, str_of(names[i]), STR("v")), ERR_OK);
    assert_int_equal(store_walk(txn, THINGS, STR("a/"), STR("a/2"), count_visit, &seen), ERR_OK);
    assert_int_equal(seen, 2);
    assert_int_equal(store_floor(txn, THINGS, STR("a/"), STR("a/4"), &key, &value), ERR_OK);
    assert_true(str_equal(key, STR("a/2")));
    assert_int_equal(store_floor(txn, THINGS, STR("a/"), STR("a/9"), &key, &value), ERR_OK);
    assert_true(str_equal(key, STR("a/5")));
    assert_int_equal(store_floor(txn, THINGS, STR("b/"), STR("b/0"), &key, &value), ERR_NOT_FOUND);
    return ERR_OK;
}

static void walks_keep_to_their_prefix(void **unused)
{
    struct store *store = opened();

    (void)unused;
    assert_int_equal(store_write(store, walks, NULL), ERR_OK);
    store_close(store);
}

static void other_layout_is_refused(void **unused)
{
    struct store *store = opened();
    struct fault fault = { "" };

    (void)unused;
    store_close(store);
    assert_int_equal(store_open(str_of(folder), tables, COUNT(tables), 2, 0, &store, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "layout 1"));
    assert_int_equal(store_open(STR("/tmp/bilag-not-there"), tables, 2, 1, STORE_READ_ONLY, &store, &fault),
                     ERR_NOT_FOUND);
}

static void full_disk_is_an_outcome(void **unused)
{
    struct rlimit small = { 24 << 20, RLIM_INFINITY }, old;
    struct many few = { 0, 10, 100 }, many = { 100, 20000, 4000 };
    struct store *store;

    (void)unused;
    SKIP_ON_ENGINE();
    store = opened();
    assert_int_equal(store_write(store, put_many, &few), ERR_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_not_equal(store_write(store, put_many, &many), ERR_OK);
    assert_int_equal(things(store), 10);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    many.count = 5;
    assert_int_equal(store_write(store, put_many, &many), ERR_OK);
    assert_int_equal(things(store), 15);
    store_close(store);
}

static void keys_keep_order(void **unused)
{
    struct key a, b;
    size_t at = 0;
    struct str name;
    int32_t day = 0;

    (void)unused;
    key_init(&a);
    key_name(&a, STR("v"));
    key_day(&a, -1);
    key_init(&b);
    key_name(&b, STR("v"));
    key_day(&b, 20000);
    assert_true(str_compare(key_str(&a), key_str(&b)) < 0);
    assert_true(key_take_name(key_str(&b), &at, &name) && str_equal(name, STR("v")));
    assert_true(key_take_day(key_str(&b), &at, &day) && day == 20000);
    assert_false(key_take_day(key_str(&b), &at, &day));
}

/* Goal: a file with nothing in it, as a power cut at the first start leaves it, is no store for who only looks (it is not
 * called damaged), and one for who may begin it. */
static void cut_at_its_beginning(void **unused)
{
    struct fault fault = { "" };
    struct store *store;
    char path[96];
    FILE *file;

    (void)unused;
    SKIP_ON_ENGINE();
    (void)snprintf(path, sizeof path, "%s/data.mdb", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(store_open(str_of(folder), tables, COUNT(tables), 1, STORE_READ_ONLY, &store, &fault), ERR_NOT_FOUND);
    store_close(opened());
}

int main(void)
{
#define STORE_TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
    static const struct CMUnitTest tests[] = {
        STORE_TEST(map_grows_by_itself),        STORE_TEST(aborted_leaves_nothing),
        STORE_TEST(within_another),
        STORE_TEST(a_change_is_told_when_it_can_be_read),
        STORE_TEST(pairs_are_sets),             STORE_TEST(walks_keep_to_their_prefix),
        STORE_TEST(other_layout_is_refused),    STORE_TEST(full_disk_is_an_outcome),
        cmocka_unit_test(keys_keep_order),
        STORE_TEST(cut_at_its_beginning),
    };

    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
