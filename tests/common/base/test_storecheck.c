/* Goal: every record is walked; one that is not as it was put, or that its judge does not like, is told with its table, its key
 * as people read it and why; the first twenty are told, all are counted. */
#include "base/storecheck.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <lmdb.h>
#include <string.h>

enum { MANY = 50 };

static const char *const tables[] = { "names", "many" };
static char folder[64];

static enum err fill_work(struct txn *txn, void *context)
{
    struct key key;
    enum err err;

    (void)context;
    key_init(&key);
    key_name(&key, STR("oslo-grill"));
    key_u32(&key, 7);
    err = store_put(txn, 0, key_str(&key), STR("as it was put"));
    if (!err)
        err = store_put(txn, 0, STR("b"), STR("its judge does not like it"));
    for (uint32_t i = 0; i < MANY && !err; i++) {
        key_init(&key);
        key_u32(&key, i);
        err = store_put(txn, 1, key_str(&key), STR("bad"));
    }
    return err;
}

/* Behind the store's back: what a flipped bit on the disk does. */
static void spoil(const char *name)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi table;
    MDB_val key, value;
    MDB_cursor *cursor;
    char bytes[64];

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 8), 0);
    assert_int_equal(mdb_env_open(env, folder, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, name, 0, &table), 0);
    assert_int_equal(mdb_cursor_open(txn, table, &cursor), 0);
    assert_int_equal(mdb_cursor_get(cursor, &key, &value, MDB_LAST), 0);
    assert_true(value.mv_size < sizeof bytes);
    memcpy(bytes, value.mv_data, value.mv_size);
    bytes[0] ^= 1;
    value.mv_data = bytes;
    assert_int_equal(mdb_cursor_put(cursor, &key, &value, MDB_CURRENT), 0);
    mdb_cursor_close(cursor);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

static const char *judge(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    (void)check;
    (void)txn;
    (void)key;
    return str_starts(value, STR("as")) ? NULL : "no good";
}

static enum err walk_work(struct txn *txn, void *context)
{
    enum err err = storecheck_walk(context, txn, 0, "names", judge);

    return err ? err : storecheck_walk(context, txn, 1, "many", judge);
}

static size_t lines_with(const char *text, const char *words)
{
    size_t count = 0;

    while ((text = strstr(text, words))) {
        count++;
        text += strlen(words);
    }
    return count;
}

static void what_is_not_whole_is_told(void **unused)
{
    struct fault fault = { "" };
    struct storecheck check = { .records = 0 };
    struct store *store = NULL;
    char *said = NULL;
    size_t len;

    (void)unused;
    SKIP_ON_ENGINE();
    assert_true(temporary_folder("storecheck", folder, sizeof folder));
    assert_int_equal(store_open(str_of(folder), tables, COUNT(tables), 1, 0, &store, &fault), ERR_OK);
    assert_int_equal(store_write(store, fill_work, NULL), ERR_OK);
    store_close(store);
    spoil("names");
    check.out = open_memstream(&said, &len);
    assert_non_null(check.out);
    arena_init(&check.arena, 1 << 20);
    assert_int_equal(store_open(str_of(folder), tables, COUNT(tables), 1, STORE_READ_ONLY, &store, &fault), ERR_OK);
    assert_int_equal(store_read(store, walk_work, &check), ERR_OK);
    store_close(store);
    assert_int_equal(fclose(check.out), 0);
    assert_int_equal(check.records, MANY + 2);
    assert_int_equal(check.damaged, MANY + 2);
    assert_non_null(strstr(said, "names\toslo-grill/00000007\tits checksum is not the one that was stored with it\n"));
    assert_int_equal(lines_with(said, "no good"), STORECHECK_SHOWN_MAX - 1);
    assert_int_equal(lines_with(said, "\n"), STORECHECK_SHOWN_MAX);
    free(said);
    arena_free(&check.arena);
    assert_int_equal(temporary_remove(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_not_whole_is_told) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
