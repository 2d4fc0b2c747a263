/* Goal: a folder that somebody else could change is refused with the command that mends; one that is made is its owner's only. */
#include "base/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char top[] = "/tmp/bilag-folder-XXXXXX";

static const char *at(const char *name)
{
    static char path[1200];

    (void)snprintf(path, sizeof path, "%s/%s", top, name);
    return path;
}

static void is_made(void **unused)
{
    struct fault fault;
    struct stat st;

    (void)unused;
    for (int again = 0; again < 2; again++)
        assert_int_equal(folder_make(str_of(at("a/b/c")), &fault), ERR_OK);
    assert_true(stat(at("a/b"), &st) == 0 && (st.st_mode & 07777) == 0700);
    assert_true(stat(at("a/b/c"), &st) == 0 && (st.st_mode & 07777) == 0700);
    assert_int_equal(folder_make(str_of("/proc/self/none"), &fault), ERR_STORE_IO);
}

static void is_judged(void **unused)
{
    static const struct { mode_t mode; enum folder_rule rule; bool fine; } rows[] = {
        { 0700, FOLDER_SEEN_BY_OWNER, true },     { 0500, FOLDER_SEEN_BY_OWNER, true },
        { 0710, FOLDER_SEEN_BY_OWNER, false },    { 0701, FOLDER_SEEN_BY_OWNER, false },
        { 0755, FOLDER_WRITTEN_BY_OWNER, true },  { 0750, FOLDER_WRITTEN_BY_OWNER, true },
        { 0775, FOLDER_WRITTEN_BY_OWNER, false }, { 0702, FOLDER_WRITTEN_BY_OWNER, false },
        { 01777, FOLDER_WRITTEN_BY_OWNER, false },
    };
    struct fault fault;
    FILE *file;

    (void)unused;
    assert_int_equal(folder_make(str_of(at("judged")), &fault), ERR_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum err err;

        assert_int_equal(chmod(at("judged"), rows[i].mode), 0);
        err = folder_judge(at("judged"), "state_dir", rows[i].rule, &fault);
        if ((err == ERR_OK) != rows[i].fine)
            fail_msg("%04o: %s", (unsigned)rows[i].mode, err_text(err));
        assert_true(rows[i].fine || (err == ERR_CONFIG && strstr(fault.text, "state_dir") && strstr(fault.text, "chmod 700")));
    }
    assert_int_equal(folder_judge(at("none"), "state_dir", FOLDER_SEEN_BY_OWNER, &fault), ERR_CONFIG);
    file = fopen(at("file"), "w");
    assert_true(file && fclose(file) == 0);
    assert_int_equal(folder_judge(at("file"), "state_dir", FOLDER_SEEN_BY_OWNER, &fault), ERR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(is_made), cmocka_unit_test(is_judged) };
    char command[64];
    int failed;

    if (!mkdtemp(top))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)snprintf(command, sizeof command, "rm -r %s", top);
    return system(command) != 0 || failed;
}
