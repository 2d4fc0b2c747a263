/* Goal: a picture is of the moment at which it was fixed, whatever is written afterwards; its copy is a store like any other; what
 * is not there, or cannot be made, says which store and why. Two stores at one moment: tests/bilag/keep/test_snapshot.c. */
#include "base/store.h"
#include "base/store_picture.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>

enum { BEFORE = 1000, AFTER = 1500 };                        /* after: pages are used anew, those of the picture are not */

static const char *const tables[] = { "table", "+many" };
static char folder[64], state[80], copy[80];

static struct store *opened(const char *path)
{
    struct fault fault = { "" };
    struct store *store;

    if (store_open(str_of(path), tables, COUNT(tables), 1, 0, &store, &fault))
        fail_msg("%s", fault.text);
    return store;
}

static enum err put_work(struct txn *txn, void *context)
{
    uint32_t upto = *(const uint32_t *)context;
    enum err err = ERR_OK;

    for (uint32_t i = 0; i < upto && !err; i++) {
        struct key key;

        key_init(&key);
        key_u32(&key, i);
        err = store_put(txn, 0, key_str(&key), upto == BEFORE ? STR("before") : STR("afterwards, and longer"));
        if (!err)
            err = store_put(txn, 1, STR("same"), key_str(&key));
    }
    return err;
}

static enum err seen(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)key;
    *(size_t *)context += str_equal(value, STR("before"));
    return ERR_OK;
}

static enum err read_work(struct txn *txn, void *context)
{
    assert_int_equal(store_count(txn, 0), BEFORE);
    assert_int_equal(store_count(txn, 1), BEFORE);
    return store_walk(txn, 0, STR_NONE, STR_NONE, seen, context);
}

/* By another process, as the stages do: this one may not have the store open beside its picture. */
static void written_elsewhere(uint32_t upto)
{
    pid_t child = fork();
    int how;

    assert_true(child >= 0);
    if (child == 0)
        _exit(store_write(opened(state), put_work, &upto) != ERR_OK);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
}

static void of_its_moment(void **unused)
{
    struct store_picture *pictures[2] = { NULL, NULL };
    struct fault fault = { "" };
    uint64_t records = 0, bytes = 0;
    size_t same = 0;
    struct store *store;

    (void)unused;
    written_elsewhere(BEFORE);
    if (store_picture_open(str_of(state), &pictures[1], &fault) || store_pictures_fix(pictures, 2, &fault))
        fail_msg("%s", fault.text);
    written_elsewhere(AFTER);
    if (store_picture_copy(pictures[1], str_of(copy), &records, &bytes, &fault))
        fail_msg("%s", fault.text);
    assert_int_equal(records, 2 * BEFORE);
    assert_true(bytes > BEFORE * strlen("before"));
    assert_int_equal(store_picture_copy(pictures[1], str_of(copy), &records, &bytes, &fault), ERR_SYSTEM);
    assert_non_null(strstr(fault.text, copy));               /* it is there already */
    store_picture_close(pictures[1]);
    store = opened(copy);
    assert_int_equal(store_read(store, read_work, &same), ERR_OK);
    assert_int_equal(same, BEFORE);
    store_close(store);
}

static void what_is_not_there(void **unused)
{
    struct store_picture *picture = NULL;
    struct fault fault = { "" };
    char path[100];

    (void)unused;
    (void)snprintf(path, sizeof path, "%s/none", folder);
    assert_int_equal(store_picture_open(str_of(path), &picture, &fault), ERR_NOT_FOUND);
    assert_non_null(strstr(fault.text, path));
    assert_null(picture);
    store_picture_close(NULL);
}

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("picture", folder, sizeof folder))
        return -1;
    (void)snprintf(state, sizeof state, "%s/state", folder);
    (void)snprintf(copy, sizeof copy, "%s/copy", folder);
    return 0;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(of_its_moment), cmocka_unit_test(what_is_not_there) };

    return cmocka_run_group_tests(tests, make, drop);
}
