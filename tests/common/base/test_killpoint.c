/* Goal: in a build with kill points the n-th pass of the named one ends the process as kill -9 would, and every pass is noted where
 * that is asked for; in other builds nothing is there at all. */
#include "base/killpoint.h"

#include <stdbool.h>

#include "tests/temporary.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
/* cmocka wants those first */
#include <cmocka.h>

enum { PASSES = 3 };

/* How a child ends that is told `which`, and passes "a" and "b" in turn. */
static int ended(const char *which, const char *list)
{
    pid_t child = fork();
    int how;

    if (child == 0) {
        (void)setenv("BILAG_KILLPOINT", which, 1);
        if (list)
            (void)setenv("BILAG_KILLPOINT_LIST", list, 1);
        for (int i = 0; i < PASSES; i++) {
            KILLPOINT("a");
            KILLPOINT("b");
        }
        _exit(0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    return WIFSIGNALED(how) ? WTERMSIG(how) : 0;
}

static void the_named_pass(void **unused)
{
    static const struct { const char *which; bool killed; } rows[] = {
        { "a:1", true }, { "b:3", true }, { "b:4", false }, { "ab:1", false }, { "a", false }, { "", false },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
#ifdef BILAG_KILLPOINTS
        assert_int_equal(ended(rows[i].which, NULL), rows[i].killed ? SIGKILL : 0);
#else
        assert_int_equal(ended(rows[i].which, NULL), 0);
#endif
    }
}

static void all_are_noted(void **unused)
{
    char folder[64], path[96], text[64] = "";
    FILE *file;

    (void)unused;
    assert_true(temporary_folder("killpoint", folder, sizeof folder));
    (void)snprintf(path, sizeof path, "%s/list", folder);
    (void)ended("b:2", path);
    file = fopen(path, "r");
#ifdef BILAG_KILLPOINTS
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    assert_string_equal(text, "a\nb\na\nb\n");
    (void)fclose(file);
#else
    assert_null(file);
    assert_string_equal(text, "");
#endif
    assert_int_equal(temporary_remove(folder), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(the_named_pass), cmocka_unit_test(all_are_noted) };

    return cmocka_run_group_tests_name("killpoint", tests, NULL, NULL);
}
