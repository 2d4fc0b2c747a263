/* Goal: a register that counts anew is told from itself, and no name that a till can send is taken for one. */
#include "domain/register.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void runs(void **unused)
{
    static const struct { const char *name; bool is; const char *base; } rows[] = {
        { "K1", true, "K1" },    { "K1~2", true, "K1" },   { "a.b_c-d~17", true, "a.b_c-d" },
        { "K1~1", false, "K1" }, { "K1~02", false, "K1" }, { "K1~", false, "K1" },
        { "~2", false, "" },     { "K 1", false, "K 1" },  { "K1~2~3", false, NULL },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (register_is_name(str_of(rows[i].name)) != rows[i].is)
            fail_msg("%s", rows[i].name);
        if (rows[i].is)
            assert_true(str_equal(register_base(str_of(rows[i].name)), str_of(rows[i].base)));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(runs) };

    return cmocka_run_group_tests_name("register", tests, NULL, NULL);
}
