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

/* Goal: the browser is sent to where PowerOffice says, by https; to this machine for the simulator; and to nothing that only looks so. */
static void where_the_browser_goes(void **unused)
{
    static const struct { const char *address; bool fine; } rows[] = {
        { "https://goapi.poweroffice.net/x?y=z", true },     { "http://127.0.0.1:8080/_sandbox/onboarding?ticket=1", true },
        { "https://", false },                               { "https:///x", false },
        { "http://127.0.0.1:/x", false },                    { "http://127.0.0.1:80@evil.example/", false },
        { "http://127.0.0.1:80evil.example/", false },       { "http://goapi.poweroffice.net/x", false },
        { "https://go.example@evil.example/", false },       { "https://go.example/\"x", false },
        { "https://go.example/ x", false },                  { "https://go.example/\nx", false },
        { "javascript:alert(1)", false },                    { "//evil.example/x", false },
        { "https://go.example/\xc3\xa6", false },            { "", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (onboarding_is_address(str_of(rows[i].address)) != rows[i].fine)
            fail_msg("%s", rows[i].address);
}

static void what_it_is_answered(void **unused)
{
    static const char clients[] = "{\"OnboardedClientsInformation\":[{\"ClientKey\":\"a\",\"ClientOrganizationNumber\":\"1\"},"
                                  "{\"ClientKey\":\"b\",\"ClientName\":\"B\",\"ClientOrganizationNumber\":\"2\"}]}";
    struct onboarded onboarded;
    struct fault fault;
    char address[1024];

    (void)unused;
    assert_int_equal(onboarding_end_read(str_of(clients), STR("2"), &onboarded, &fault), ERR_OK);
    assert_string_equal(onboarded.key, "b");
    assert_int_equal(onboarding_end_read(str_of(clients), STR("3"), &onboarded, &fault), ERR_NOT_FOUND);
    assert_int_equal(onboarding_end_read(STR("[]"), STR("2"), &onboarded, &fault), ERR_FORMAT);
    assert_int_equal(onboarding_begin_read(STR("{\"TemporaryUrl\":\"https://go.example/x\"}"), address, &fault), ERR_OK);
    assert_string_equal(address, "https://go.example/x");
    assert_int_equal(onboarding_begin_read(STR("{\"TemporaryUrl\":\"http://go.example/x\"}"), address, &fault), ERR_FORMAT);
    assert_int_equal(onboarding_begin_read(STR("{}"), address, &fault), ERR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_place_for_the_quota), cmocka_unit_test(where_the_browser_goes),
        cmocka_unit_test(what_it_is_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
