/* Goal: what was deleted or written over is in no file of the store afterwards, all else is there as it was; who has it open is told,
 * and who opens it meanwhile gets the new one. */
#include "base/store.h"
#include "base/store_compact.h"
#include "tests/on_engine.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECORDS = 2000 };

static const char *const tables[] = { "table", "+many" };
static char folder[64], state[80];
static const char secret[] = "Kari-Nordmann-som-er-glemt";

static struct store *opened(unsigned flags)
{
    struct fault fault = { "" };
    struct store *store;

    if (store_open(str_of(state), tables, COUNT(tables), 1, flags, &store, &fault))
        fail_msg("%s", fault.text);
    return store;
}

static enum err put_work(struct txn *txn, void *context)
{
    enum err err = ERR_OK;

    for (uint32_t i = 0; i < RECORDS && !err; i++) {
        struct key key;

        key_init(&key);
        key_u32(&key, i);
        err = store_put(txn, 0, key_str(&key), str_of(context));
        if (!err)
            err = store_put(txn, 1, STR("same"), key_str(&key));
    }
    return err;
}

static enum err seen(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)key;
    *(size_t *)context += str_equal(value, STR("nobody"));
    return ERR_OK;
}

static enum err read_work(struct txn *txn, void *context)
{
    assert_int_equal(store_count(txn, 1), RECORDS);
    return store_walk(txn, 0, STR_NONE, STR_NONE, seen, context);
}

static bool file_says(const char *path, const char *text)
{
    static char bytes[64 << 20];
    FILE *in = fopen(path, "rb");
    size_t len = in ? fread(bytes, 1, sizeof bytes, in) : 0;

    if (in)
        (void)fclose(in);
    return memmem(bytes, len, text, strlen(text)) != NULL;
}

static bool store_says(const char *text)
{
    DIR *dir = opendir(state);
    const struct dirent *entry;
    bool says = false;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[400];

        (void)snprintf(path, sizeof path, "%s/%s", state, entry->d_name);
        says |= file_says(path, text);
        assert_string_not_equal(entry->d_name, "compact");
    }
    (void)closedir(dir);
    return says;
}

static void fill(void)
{
    struct store *store = opened(0);

    assert_int_equal(store_write(store, put_work, (void *)(uintptr_t)secret), ERR_OK);
    assert_int_equal(store_write(store, put_work, (void *)(uintptr_t)"nobody"), ERR_OK);
    store_close(store);
}

static void what_was_written_over_is_gone(void **unused)
{
    struct fault fault = { "" };
    struct store *store;
    size_t nobody = 0;
    bool there;

    (void)unused;
    SKIP_ON_ENGINE();
    fill();
    assert_true(store_says(secret));     /* else this shows nothing */
    assert_int_equal(store_compact(str_of(state), &there, &fault), ERR_OK);
    assert_true(there && !store_says(secret));
    store = opened(0);
    assert_int_equal(store_read(store, read_work, &nobody), ERR_OK);
    assert_int_equal(nobody, RECORDS);
    assert_int_equal(store_write(store, put_work, (void *)(uintptr_t)"nobody"), ERR_OK);
    store_close(store);
    assert_int_equal(store_compact(STR("/nowhere"), &there, &fault), ERR_OK);
    assert_false(there);
}

/* In another process: locks are a process's. It says that it has the store open, and waits until it is told to end. */
static pid_t open_elsewhere(int said[2], int told[2])
{
    pid_t child;

    assert_true(pipe(said) == 0 && pipe(told) == 0);
    child = fork();
    if (child == 0) {
        struct fault fault = { "" };
        struct store *store;
        char byte = 0;

        if (store_open(str_of(state), tables, COUNT(tables), 1, STORE_READ_ONLY, &store, &fault) || write(said[1], "1", 1) != 1)
            _exit(1);
        (void)close(told[1]);
        _exit(read(told[0], &byte, 1) == 0 ? 0 : 1);
    }
    (void)close(said[1]);
    (void)close(told[0]);
    return child;
}

static void who_has_it_open_is_told(void **unused)
{
    struct fault fault = { "" };
    int said[2], told[2], status;
    pid_t child;
    char byte;
    bool there;

    (void)unused;
    SKIP_ON_ENGINE();
    fill();
    child = open_elsewhere(said, told);
    assert_int_equal(read(said[0], &byte, 1), 1);
    assert_int_equal(store_compact(str_of(state), &there, &fault), ERR_IN_USE);
    assert_non_null(strstr(fault.text, "has the store open"));
    assert_true(store_says(secret));
    (void)close(told[1]);
    assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(store_compact(str_of(state), &there, &fault), ERR_OK);
    assert_false(store_says(secret));
}

static bool store_file_is_whole(void)
{
    struct store *store = opened(0);
    size_t nobody = 0;

    assert_int_equal(store_read(store, read_work, &nobody), ERR_OK);
    store_close(store);
    return nobody == RECORDS;
}

/* How many of the child's files are called so. */
static size_t files_of(pid_t child, const char *name)
{
    char path[64];
    const struct dirent *entry;
    size_t count = 0;
    DIR *dir;

    (void)snprintf(path, sizeof path, "/proc/%d/fd", (int)child);
    dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char link[400], to[400] = "";

        (void)snprintf(link, sizeof link, "%s/%s", path, entry->d_name);
        if (readlink(link, to, sizeof to - 1) > 0)
            count += strlen(to) >= strlen(name) && strcmp(to + strlen(to) - strlen(name), name) == 0;
    }
    (void)closedir(dir);
    return count;
}

/* Goal: who only reads opens the data first and waits for the lock then: what was put in their place meanwhile is what is read. */
static void who_waits_gets_the_new_one(void **unused)
{
    struct flock first = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
    struct fault fault = { "" };
    char path[128];
    int said[2], told[2], status, lock;
    pid_t child;
    char byte;
    bool there;

    (void)unused;
    SKIP_ON_ENGINE();
    fill();
    (void)snprintf(path, sizeof path, "%s/lock.mdb", state);
    lock = open(path, O_RDWR | O_CLOEXEC);
    assert_true(lock >= 0 && fcntl(lock, F_SETLK, &first) == 0);
    child = open_elsewhere(said, told);
    while (files_of(child, "/data.mdb") == 0)
        assert_int_equal(waitpid(child, &status, WNOHANG), 0);
    assert_int_equal(store_compact(str_of(state), &there, &fault), ERR_OK);
    assert_int_equal(read(said[0], &byte, 1), 1);
    assert_int_equal(files_of(child, "/data.mdb (deleted)"), 0);
    assert_int_equal(files_of(child, "/data.mdb"), 1);
    (void)close(told[1]);
    assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    (void)close(lock);
}

static size_t files_open(void)
{
    return files_of(getpid(), "");
}

/* Goal: what cannot be done is said, leaves no file open and no copy, and the store is what it was. */
static void what_fails_leaves_nothing(void **unused)
{
    struct fault fault = { "" };
    char path[128];
    size_t files;
    bool there;

    (void)unused;
    SKIP_ON_ENGINE();
    fill();
    (void)snprintf(path, sizeof path, "%s/compact", state);
    files = files_open();
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/compact/in-the-way", state);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(store_compact(str_of(state), &there, &fault), ERR_SYSTEM);
    assert_int_equal(files_open(), files);
    assert_true(strstr(fault.text, "cannot") && store_file_is_whole());
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(store_compact(str_of(state), &there, &fault), ERR_OK);
    assert_int_equal(files_open(), files);
    assert_false(store_says(secret));
}

static int start(void **unused)
{
    (void)unused;
    if (!temporary_folder("compact", folder, sizeof folder))
        return -1;
    (void)snprintf(state, sizeof state, "%s/store", folder);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_over_is_gone, start, stop),
        cmocka_unit_test_setup_teardown(who_has_it_open_is_told, start, stop),
        cmocka_unit_test_setup_teardown(who_waits_gets_the_new_one, start, stop),
        cmocka_unit_test_setup_teardown(what_fails_leaves_nothing, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
