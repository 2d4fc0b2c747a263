/* Goal: a slip of the fingers is answered with the name that was meant, and what is far from all of them with none. */
#include "bilag/cmd/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = { "status", "check", "import", "export", "explain", "orders", "fsck" };

static const char *name_at(const void *list, size_t i)
{
    return ((const char *const *)list)[i];
}

static void nearest_table(void **unused)
{
    static const struct { const char *written, *meant; } rows[] = {
        { "statuss", "status" },   { "staus", "status" },    { "sttaus", "status" },  { "stqtus", "status" },
        { "chekc", "check" },      { "exprot", "export" },   { "imprt", "import" },   { "order", "orders" },
        { "fscl", "fsck" },        { "status", "status" },   { "", NULL },            { "invoices", NULL },
        { "f", NULL },             { "ab", NULL },
        { "a-name-that-is-longer-than-any-of-ours", NULL },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *found = nearest(str_of(rows[i].written), name_at, names, COUNT(names));

        if (found != rows[i].meant && (!found || !rows[i].meant || strcmp(found, rows[i].meant) != 0))
            fail_msg("%s: %s", rows[i].written, found ? found : "none");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nearest_table) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
