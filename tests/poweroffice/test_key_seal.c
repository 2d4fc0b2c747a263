/* Goal: a key that is given comes out as it went in, for the uploader alone; what is torn, foreign or no name comes out not at all. */
#include "poweroffice/key_seal.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[64], other[64];

static int make(void **unused)
{
    struct fault fault;

    (void)unused;
    return temporary_folder("seal", folder, sizeof folder) && temporary_folder("seal", other, sizeof other) &&
           key_seal_folder(str_of(folder), &fault) == ERR_OK ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folder) | temporary_remove(other);
}

static struct stagekeys *keys_of(const char *state, const char *own)
{
    struct stagekeys *keys = NULL;

    assert_int_equal(stagekeys_open(str_of(state), own, &keys, NULL), ERR_OK);
    return keys;
}

static void put(char name[SEALED_NAME_SIZE])
{
    struct sealed_key *sealed = sealed_key_new();
    struct stagekeys *keys = keys_of(folder, "asker");
    struct fault fault;

    assert_non_null(sealed);
    *sealed = (struct sealed_key){ .venue = "oslo", .company = "912345678", .file = "oslo-2", .key = "sekret-0123", .extension = 3 };
    assert_int_equal(key_seal_put(str_of(folder), keys, sealed, name, &fault), ERR_OK);
    stagekeys_close(keys);
    sealed_key_free(sealed);
}

static void path_of(const char *name, char path[256])
{
    (void)snprintf(path, 256, "%s/drop/%s", folder, name);
}

static void it_comes_as_it_went(void **unused)
{
    struct sealed_key *sealed = sealed_key_new();
    struct stagekeys *keys = keys_of(folder, "drop"), *foreign = keys_of(other, "drop");
    char name[SEALED_NAME_SIZE], found[SEALED_NAME_SIZE], path[256], bytes[1024];
    struct stat st;
    int64_t since_ms;
    FILE *file;
    size_t len;

    (void)unused;
    assert_false(key_seal_any(str_of(folder), found, &since_ms));
    put(name);
    path_of(name, path);
    assert_true(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
    file = fopen(path, "rb");
    assert_non_null(file);
    len = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    assert_null(memmem(bytes, len, "sekret", 6));
    assert_null(memmem(bytes, len, "oslo", 4));
    assert_true(key_seal_any(str_of(folder), found, &since_ms));
    assert_true(since_ms == (int64_t)st.st_mtim.tv_sec * 1000);
    assert_string_equal(found, name);
    assert_int_equal(key_seal_open(str_of(folder), foreign, name, sealed), ERR_FORMAT);
    assert_int_equal(key_seal_open(str_of(folder), keys, name, sealed), ERR_OK);
    assert_string_equal(sealed->venue, "oslo");
    assert_string_equal(sealed->company, "912345678");
    assert_string_equal(sealed->file, "oslo-2");
    assert_string_equal(sealed->key, "sekret-0123");
    assert_int_equal(sealed->extension, 3);
    key_seal_remove(str_of(folder), name);
    assert_int_equal(key_seal_open(str_of(folder), keys, name, sealed), ERR_NOT_FOUND);
    stagekeys_close(keys);
    stagekeys_close(foreign);
    sealed_key_free(sealed);
}

/* A token comes out as one, however long it may be; what is a word too much comes not at all. */
static void a_token(void **unused)
{
    struct sealed_key *sealed = sealed_key_new(), *opened = sealed_key_new();
    struct stagekeys *keys = keys_of(folder, "drop");
    char name[SEALED_NAME_SIZE];
    struct fault fault;

    (void)unused;
    *sealed = (struct sealed_key){ .venue = "oslo", .company = "912345678", .file = "oslo-2" };
    memset(sealed->token, 't', sizeof sealed->token - 1);
    assert_int_equal(key_seal_put(str_of(folder), keys, sealed, name, &fault), ERR_OK);
    assert_int_equal(key_seal_open(str_of(folder), keys, name, opened), ERR_OK);
    assert_string_equal(opened->token, sealed->token);
    assert_string_equal(opened->key, "");
    assert_string_equal(opened->file, "oslo-2");
    key_seal_remove(str_of(folder), name);
    *sealed = (struct sealed_key){ .venue = "oslo", .company = "912345678", .file = "oslo-2", .key = "two words" };
    assert_int_equal(key_seal_put(str_of(folder), keys, sealed, name, &fault), ERR_OK);
    assert_int_equal(key_seal_open(str_of(folder), keys, name, opened), ERR_FORMAT);
    key_seal_remove(str_of(folder), name);
    (void)str_copy(STR("one two"), sealed->token, sizeof sealed->token);
    assert_int_equal(key_seal_put(str_of(folder), keys, sealed, name, &fault), ERR_OK);
    assert_int_equal(key_seal_open(str_of(folder), keys, name, opened), ERR_FORMAT);
    key_seal_remove(str_of(folder), name);
    stagekeys_close(keys);
    sealed_key_free(sealed);
    sealed_key_free(opened);
}

static void what_does_not_come(void **unused)
{
    static const char *const names[] = { "", "..", "../keys/stage-drop.secret", "0123", "0123456789abcdef0123456789abcdeg" };
    struct sealed_key *sealed = sealed_key_new();
    struct stagekeys *keys = keys_of(folder, "drop");
    char name[SEALED_NAME_SIZE], path[256];

    (void)unused;
    for (size_t i = 0; i < COUNT(names); i++)
        assert_int_equal(key_seal_open(str_of(folder), keys, names[i], sealed), ERR_NOT_FOUND);
    put(name);
    path_of(name, path);
    assert_int_equal(truncate(path, 60), 0);
    assert_int_equal(key_seal_open(str_of(folder), keys, name, sealed), ERR_FORMAT);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(key_seal_open(str_of(folder), keys, name, sealed), ERR_FORMAT);
    assert_int_equal(truncate(path, 100000), 0);
    assert_int_equal(key_seal_open(str_of(folder), keys, name, sealed), ERR_FORMAT);
    assert_string_equal(sealed->key, "");
    key_seal_remove(str_of(folder), name);
    stagekeys_close(keys);
    sealed_key_free(sealed);
}

static void the_folder_is_ours(void **unused)
{
    char path[256], command[300];
    struct fault fault = { "" };
    struct stat st;

    (void)unused;
    path_of("", path);
    path[strlen(path) - 1] = '\0';
    assert_int_equal(chmod(path, 0777), 0);
    assert_int_equal(key_seal_folder(str_of(folder), &fault), ERR_OK);
    assert_true(stat(path, &st) == 0 && (st.st_mode & 07777) == 0700);
    (void)snprintf(command, sizeof command, "rmdir %s && ln -s /tmp %s", path, path);
    assert_int_equal(system(command), 0);
    assert_int_equal(key_seal_folder(str_of(folder), &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "remove it"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(key_seal_folder(str_of(folder), &fault), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_comes_as_it_went), cmocka_unit_test(a_token), cmocka_unit_test(what_does_not_come),
        cmocka_unit_test(the_folder_is_ours),
    };

    return cmocka_run_group_tests(tests, make, drop);
}
