/* The checksum behind every record: any change of key, value or sum is damage, and damage of one record stops no other. */
#include "base/store.h"
#include "base/store_sum.h"
#include "tests/on_engine.h"

#include <lmdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const char *const tables[] = { "plain", "+many" };
static char folder[] = "/tmp/bilag-sum-XXXXXX";

/* Goal: each single bit of key, value and sum counts; an empty value has a sum, too. */
static void every_bit_counts(void **unused)
{
    char key[] = "oslo-grill";
    const size_t lens[] = { 0, 1, 9 };

    (void)unused;
    for (size_t n = 0; n < COUNT(lens); n++) {
        char bytes[64] = "12500 ore";
        struct str name = { key, sizeof key - 1 }, value = { bytes, lens[n] }, whole = { bytes, lens[n] + STORE_SUM };
        struct str read;

        store_sum(name, value, (uint8_t *)bytes + lens[n]);
        assert_int_equal(store_unsum(name, whole, &read), ERR_OK);
        assert_true(read.len == lens[n] && read.bytes == bytes);
        for (size_t bit = 0; bit < 8 * whole.len; bit++) {
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << (bit % 8)));
            assert_int_equal(store_unsum(name, whole, &read), ERR_STORE_DAMAGED);
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << (bit % 8)));
        }
        for (size_t bit = 0; bit < 8 * name.len; bit++) {
            key[bit / 8] = (char)(key[bit / 8] ^ (1 << (bit % 8)));
            assert_int_equal(store_unsum(name, whole, &read), ERR_STORE_DAMAGED);
            key[bit / 8] = (char)(key[bit / 8] ^ (1 << (bit % 8)));
        }
        for (size_t len = 0; len < whole.len; len++)
            assert_int_equal(store_unsum(name, (struct str){ bytes, len }, &read), ERR_STORE_DAMAGED);
    }
}

static enum err fill(struct txn *txn, void *context)
{
    enum err err = store_put(txn, 0, STR("a"), STR("first"));

    (void)context;
    if (!err)
        err = store_put_new(txn, 0, STR("b"), STR(""));
    if (!err)
        err = store_append(txn, 0, STR("c"), STR("third"));
    if (!err)
        err = store_put(txn, 1, STR("k"), STR("one"));
    if (!err)
        err = store_put(txn, 1, STR("k"), STR("two"));
    if (!err && (store_put_new(txn, 1, STR("k"), STR("two")) != ERR_EXISTS ||
                 store_put_new(txn, 0, STR("a"), STR("x")) != ERR_EXISTS))
        err = ERR_EXISTS;
    return err ? err : store_put(txn, 0, STR("a"), STR("again!"));
}

static enum err add_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    strbuf_format(context, STR_FMT "=" STR_FMT " ", STR_ARG(key), STR_ARG(value));
    return ERR_OK;
}

static enum err add_examined(struct txn *txn, struct str key, struct str value, bool whole, void *context)
{
    return add_seen(txn, key, whole ? value : STR("damaged"), context);
}

struct look { enum err get, walk, floor; struct strbuf walked, examined, many; struct str got; };

static enum err look(struct txn *txn, void *context)
{
    struct look *it = context;
    struct str key;

    it->get = store_get(txn, 0, STR("c"), &it->got);
    it->floor = store_floor(txn, 0, STR_NONE, STR("d"), &key, &it->got);
    it->walk = store_walk(txn, 0, STR_NONE, STR_NONE, add_seen, &it->walked);
    if (store_walk(txn, 1, STR_NONE, STR_NONE, add_seen, &it->many))
        return ERR_STORE_IO;
    return store_examine(txn, 0, add_examined, &it->examined);
}

static void look_at(struct look *it)
{
    struct fault fault = { "" };
    struct store *store;

    *it = (struct look){ .get = ERR_OK };
    strbuf_init(&it->walked, 1024);
    strbuf_init(&it->examined, 1024);
    strbuf_init(&it->many, 1024);
    if (store_open(str_of(folder), tables, COUNT(tables), 1, STORE_READ_ONLY, &store, &fault))
        fail_msg("%s", fault.text);
    assert_int_equal(store_read(store, look, it), ERR_OK);
    store_close(store);
    strbuf_char(&it->walked, '\0');
    strbuf_char(&it->examined, '\0');
    strbuf_char(&it->many, '\0');
}

static void look_free(struct look *it)
{
    strbuf_free(&it->walked);
    strbuf_free(&it->examined);
    strbuf_free(&it->many);
}

/* Past store.c: the record itself, or a whole table's mark. */
static void put_raw(const char *table, const char *key, const char *bytes, size_t len)
{
    MDB_val k = { strlen(key), (void *)(uintptr_t)key }, v = { len, (void *)(uintptr_t)bytes };
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;

    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, 8), 0);
    assert_int_equal(mdb_env_open(env, folder, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    assert_int_equal(mdb_dbi_open(txn, table, 0, &dbi), 0);
    assert_int_equal(bytes ? mdb_put(txn, dbi, &k, &v, 0) : mdb_del(txn, dbi, &k, NULL), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

/* Goal: what was put reads back; a changed record is an error for whoever reads it, and named by who examines. */
static void records(void **unused)
{
    struct fault fault = { "" };
    struct store *store;
    struct look it;

    (void)unused;
    SKIP_ON_ENGINE();
    assert_int_equal(store_open(str_of(folder), tables, COUNT(tables), 1, 0, &store, &fault), ERR_OK);
    assert_int_equal(store_write(store, fill, NULL), ERR_OK);
    store_close(store);
    look_at(&it);
    assert_string_equal(it.walked.bytes, "a=again! b= c=third ");
    assert_string_equal(it.examined.bytes, "a=again! b= c=third ");
    assert_string_equal(it.many.bytes, "k=one k=two ");
    assert_true(it.get == ERR_OK && it.floor == ERR_OK && it.walk == ERR_OK);
    look_free(&it);
    put_raw("plain", "c", "third+sum", 9);
    look_at(&it);
    assert_string_equal(it.walked.bytes, "a=again! b= ");
    assert_string_equal(it.examined.bytes, "a=again! b= c=damaged ");
    assert_true(it.get == ERR_STORE_DAMAGED && it.floor == ERR_STORE_DAMAGED && it.walk == ERR_STORE_DAMAGED);
    look_free(&it);
}

/* Goal: a store of a program that put no sums is refused with a sentence. */
static void former_store(void **unused)
{
    struct fault fault = { "" };
    struct store *store;

    (void)unused;
    SKIP_ON_ENGINE();
    put_raw("_layout", "sums", NULL, 0);
    assert_int_equal(store_open(str_of(folder), tables, COUNT(tables), 1, 0, &store, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "use the version of the program that wrote it"));
}

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    static const char *const names[] = { "/data.mdb", "/lock.mdb", "" };
    char path[128];

    (void)unused;
    for (size_t i = getenv("BILAG_UNITS_ENGINE") ? COUNT(names) - 1 : 0; i < COUNT(names); i++) {
        (void)snprintf(path, sizeof path, "%s%s", folder, names[i]);
        if (remove(path) != 0)
            return -1;
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_counts), cmocka_unit_test(records), cmocka_unit_test(former_store),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
