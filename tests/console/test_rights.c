/* Goal: role by role and act by act, what is open is what the table below says. */
#include "console/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void role_by_act(void **unused)
{
    static const struct { uint32_t roles; bool may[ACT_COUNT]; } rows[] = {
        /*                            none  look  transfer decide connect set-up operate undo */
        { 0,                        { true, false, false, false, false, false, false, false } },
        { ROLE_READS,               { true, true,  false, false, false, false, false, false } },
        { ROLE_DECIDES,             { true, true,  true,  true,  false, false, false, true } },
        { ROLE_SETS_UP,             { true, true,  false, false, true,  true,  false, false } },
        { ROLE_OPERATES,            { true, true,  false, false, false, false, true, true } },
        { ROLE_READS | ROLE_DECIDES | ROLE_SETS_UP, { true, true, true, true, true, true, false, true } },
        { ROLE_ALL,                 { true, true,  true,  true,  true,  true,  true, true } },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int act = 0; act < ACT_COUNT; act++) {
            const struct user user = { .roles = rows[i].roles };

            if (user_may(&user, (enum console_act)act) != rows[i].may[act])
                fail_msg("roles %u, act %d", (unsigned)rows[i].roles, act);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(role_by_act) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
