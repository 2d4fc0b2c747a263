/* Goal: a connection in the browser that cannot begin says why, and does nothing else. */
#include "poweroffice/onboarding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

enum { TOO_LONG = 600, DIRT = 16384 };

/* What stands on the stack below is nobody's: not even by chance is it empty. */
static void dirty(void)
{
    volatile char dirt[DIRT];
    char seen = 0;

    for (size_t i = 0; i < DIRT; i++)
        dirt[i] = 0x55;
    for (size_t i = 0; i < DIRT; i++)
        seen ^= dirt[i];
    assert_int_equal(seen, 0);
}

static void without_a_place_for_the_quota(void **unused)
{
    static char folder[TOO_LONG + 1];
    struct config config = { .run_dir = { folder, TOO_LONG } };
    struct onboarded onboarded = { .key = "" };
    char address[1024] = "";
    struct fault fault = { "" };

    (void)unused;
    memset(folder, 'x', TOO_LONG);
    dirty();
    assert_int_equal(onboarding_begin(&config, 0, STR("912345678"), STR("http://127.0.0.1:1/"), address, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "run_dir"));
    dirty();
    assert_int_equal(onboarding_end(&config, STR("token"), STR("912345678"), &onboarded, &fault), ERR_CONFIG);
    assert_string_equal(onboarded.key, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(without_a_place_for_the_quota) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
