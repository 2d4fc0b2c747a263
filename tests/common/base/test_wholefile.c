/* A file written whole or not at all, and never over one that is there unless that is meant. */
#include "base/wholefile.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { PATH_SIZE = 1400 };

static char folder[] = "/tmp/bilag-wholefile-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[PATH_SIZE];

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void expect(const char *name, const char *wanted, mode_t permissions)
{
    char text[64] = "";
    struct stat st;
    FILE *file = fopen(path_of(name), "r");

    assert_non_null(file);
    (void)!fread(text, 1, sizeof text - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text, wanted);
    assert_true(stat(path_of(name), &st) == 0 && (st.st_mode & 07777) == permissions);
}

static void expect_no_rest(const char *name)
{
    char rest[256];

    (void)snprintf(rest, sizeof rest, ".%s.new", name);
    assert_true(access(path_of(rest), F_OK) != 0 && errno == ENOENT);
}

/* Goal: what is there stays, byte for byte, unless it is to be replaced; permissions are those said, whatever the umask. */
static void new_and_replace(void **unused)
{
    struct fault fault = { "" };
    mode_t before = umask(0077);

    (void)unused;
    assert_int_equal(wholefile_write(path_of("a"), STR("first\n"), 0644, WHOLEFILE_NEW, &fault), ERR_OK);
    expect("a", "first\n", 0644);
    assert_int_equal(wholefile_write(path_of("a"), STR("second\n"), 0600, WHOLEFILE_NEW, &fault), ERR_EXISTS);
    assert_non_null(strstr(fault.text, "is there already"));
    expect("a", "first\n", 0644);
    expect_no_rest("a");
    assert_int_equal(wholefile_write(path_of("a"), STR("third\n"), 0600, WHOLEFILE_REPLACE, &fault), ERR_OK);
    expect("a", "third\n", 0600);
    expect_no_rest("a");
    (void)umask(before);
}

/* Goal: what a killed writer has left is in nobody's way, and a link that stands there is not followed. */
static void leftovers(void **unused)
{
    struct fault fault = { "" };
    char rest[PATH_SIZE];

    (void)unused;
    (void)snprintf(rest, sizeof rest, "%s/.b.new", folder);
    assert_int_equal(symlink(path_of("a"), rest), 0);
    assert_int_equal(wholefile_write(path_of("b"), STR("b\n"), 0644, WHOLEFILE_NEW, &fault), ERR_OK);
    expect("b", "b\n", 0644);
    expect("a", "third\n", 0600);
    expect_no_rest("b");
}

/* Goal: a folder that is not there, or a name too long, is an error with the path in it, and nothing is left. */
static void not_written(void **unused)
{
    struct fault fault = { "" };
    char name[300], long_path[PATH_SIZE];

    (void)unused;
    assert_int_equal(wholefile_write(path_of("none/at/all"), STR("x"), 0644, WHOLEFILE_NEW, &fault), ERR_SYSTEM);
    assert_non_null(strstr(fault.text, "none/at/all"));
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(wholefile_write(path_of(name), STR("x"), 0644, WHOLEFILE_NEW, &fault), ERR_SYSTEM);
    memset(long_path, 'p', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = '\0';
    for (size_t len = 1190; len < sizeof long_path; len++) {             /* around the bound, without any folder in it */
        char path[PATH_SIZE];

        memcpy(path, long_path, len);
        path[len] = '\0';
        assert_int_equal(wholefile_write(path, STR("x"), 0644, WHOLEFILE_NEW, &fault), ERR_SYSTEM);
    }
}

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    return remove(path_of("a")) || remove(path_of("b")) || remove(folder) ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_and_replace), cmocka_unit_test(leftovers), cmocka_unit_test(not_written),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
