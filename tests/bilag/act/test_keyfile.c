/* A client key into its file: whole or not at all, for its owner only. */
#include "bilag/act/keyfile.h"
#include "base/secret.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder[] = "/tmp/bilag-keyfile-XXXXXX";
static char long_key[2 * SECRET_MAX];

/* Goal: blanks around a key go, anything that is no key is refused, and the sentence never holds it. */
static void judge_table(void **unused)
{
    const struct { const char *why, *text, *key; } rows[] = {
        { "a key",              "5c3f7fd1-75a1-4f1e-9e62-000000000001",       "5c3f7fd1-75a1-4f1e-9e62-000000000001" },
        { "blanks around it",   " \t5c3f7fd1-75a1-4f1e-9e62\r\n",             "5c3f7fd1-75a1-4f1e-9e62" },
        { "nothing",            "\n",                                         NULL },
        { "too short",          "secret7",                                    NULL },
        { "two words",          "5c3f7fd1-75a1 4f1e-9e62",                    NULL },
        { "letters with marks", "n\xC3\xB8kkel-nokkel-nokkel",                NULL },
        { "a control byte",     "5c3f7fd1\x01-75a1-4f1e",                     NULL },
        { "endless",            long_key,                                     NULL },
    };

    (void)unused;
    memset(long_key, 'k', sizeof long_key - 1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault = { "" };
        struct str key = STR_NONE;
        enum err err = keyfile_judge(str_of(rows[i].text), &key, &fault);

        if (rows[i].key ? err != ERR_OK || !str_equal(key, str_of(rows[i].key)) : err != ERR_FORMAT)
            fail_msg("%s: %s, \"%.*s\"", rows[i].why, err_text(err), STR_ARG(key));
        if (err && (!fault.text[0] || strstr(fault.text, "5c3f7fd1") || strstr(fault.text, "kkkk")))
            fail_msg("%s: \"%s\"", rows[i].why, fault.text);
    }
}

static void expect_key(const char *path, const char *wanted)
{
    struct fault fault = { "" };
    struct arena arena;
    struct str key;

    arena_init(&arena, 4096);
    if (secret_read(path, false, &arena, &key, &fault) || !str_equal(key, str_of(wanted)))
        fail_msg("%s: %s", path, fault.text);
    arena_free(&arena);
}

/* Goal: what was written reads back, with mode 0600 whatever was there before; a folder is made; no rest is left. */
static void written(void **unused)
{
    struct fault fault = { "" };
    char path[256], rest[256];
    struct stat st;
    FILE *old;

    (void)unused;
    (void)snprintf(path, sizeof path, "%s/keys/oslo", folder);
    (void)snprintf(rest, sizeof rest, "%s/keys/.oslo.new", folder);
    assert_int_equal(keyfile_write(path, STR("first-key-1"), &fault), ERR_OK);
    expect_key(path, "first-key-1");
    assert_int_equal(chmod(path, 0644), 0);
    old = fopen(rest, "w");                                  /* a writer was killed here once */
    assert_non_null(old);
    assert_int_equal(fclose(old), 0);
    assert_int_equal(keyfile_write(path, STR("second-key-2"), &fault), ERR_OK);
    expect_key(path, "second-key-2");
    assert_true(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
    assert_int_equal(access(rest, F_OK), -1);
}

/* Goal: where it cannot be written the former key stays, and the sentence says where and why. */
static void not_written(void **unused)
{
    struct fault fault = { "" };
    char path[256];

    (void)unused;
    (void)snprintf(path, sizeof path, "%s/none/keys/oslo", folder);
    assert_int_equal(keyfile_write(path, STR("third-key-3"), &fault), ERR_SYSTEM);
    assert_non_null(strstr(fault.text, "none/keys/oslo"));
    assert_null(strstr(fault.text, "third-key-3"));
    (void)snprintf(path, sizeof path, "%s/keys/oslo/below-a-file", folder);
    assert_int_equal(keyfile_write(path, STR("third-key-3"), &fault), ERR_SYSTEM);
    (void)snprintf(path, sizeof path, "%s/keys/folder", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(keyfile_write(path, STR("third-key-3"), &fault), ERR_SYSTEM);
    (void)snprintf(path, sizeof path, "%s/keys/.folder.new", folder);
    assert_int_equal(access(path, F_OK), -1);
}

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    static const char *const names[] = { "keys/oslo", "keys/folder", "keys", "" };
    char path[256];

    (void)unused;
    for (size_t i = 0; i < COUNT(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        if (remove(path) != 0 && errno != ENOENT)
            return -1;
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judge_table), cmocka_unit_test(written), cmocka_unit_test(not_written),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
