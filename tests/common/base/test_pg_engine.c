/* Goal: a server that would acknowledge alone, or what no disk has, is refused by a sentence that says what to set; one that keeps what
 * it acknowledges is not. */
#include "base/pg_engine.h"
#include "base/pg_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#ifdef HAVE_POSTGRESQL

static void judged(void **unused)
{
    static const struct { const char *why; unsigned replicas; struct pg_engine engine; const char *says; } rows[] = {
        { "as it should be",          2, { "f", "off", "on", "on", "on", "ANY 1 (a,b)" }, NULL },
        { "waits for more",           2, { "f", "off", "on", "on", "remote_apply", "a" }, NULL },
        { "alone, as asked",          1, { "f", "off", "on", "on", "on", "" },            NULL },
        { "its own disk, as asked",   1, { "f", "off", "on", "on", "local", "" },         NULL },
        { "a standby",                1, { "t", "on", "on", "on", "on", "" },             "standby" },
        { "a standby, named others",  2, { "t", "on", "on", "on", "on", "a" },            "standby" },
        { "read-only",                1, { "f", "on", "on", "on", "on", "" },             "read-only" },
        { "fsync off",                1, { "f", "off", "off", "on", "on", "" },           "fsync" },
        { "half pages",               1, { "f", "off", "on", "off", "on", "" },           "full_page_writes" },
        { "asynchronous",             1, { "f", "off", "on", "on", "off", "" },           "synchronous_commit" },
        { "asynchronous, named",      2, { "f", "off", "on", "on", "off", "a" },          "synchronous_commit" },
        { "alone",                    2, { "f", "off", "on", "on", "on", "" },            "no standby is named" },
        { "blanks name nobody",       2, { "f", "off", "on", "on", "on", "  " },          "no standby is named" },
        { "its own disk only",        2, { "f", "off", "on", "on", "local", "a" },        "standby's disk" },
        { "the standby's memory",     2, { "f", "off", "on", "on", "remote_write", "a" }, "standby's disk" },
        { "three, none named",        3, { "f", "off", "on", "on", "on", "" },            "no standby is named" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault = { "" };
        enum err err = pg_engine_judge(&rows[i].engine, rows[i].replicas, &fault);

        if (err != (rows[i].says ? ERR_STORE_FULL : ERR_OK) || (rows[i].says && !strstr(fault.text, rows[i].says)))
            fail_msg("%s: %s, %s", rows[i].why, err_text(err), fault.text);
    }
}

static void no_server(void **unused)
{
    struct pg_link *link;
    struct fault fault = { "" };
    enum err err = pg_link_open("host=/nowhere/at/all dbname=bilag", &link, &fault);

    (void)unused;
    assert_true(err == ERR_STORE_FULL || (err == ERR_CONFIG && strstr(fault.text, "install libpq5")));
    assert_true(err == ERR_CONFIG || strstr(fault.text, "PostgreSQL cannot be reached"));
    err = pg_link_open("host=/nowhere/at/all dbnaem=bilag", &link, &fault);
    assert_true(err != ERR_OK && fault.text[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(judged), cmocka_unit_test(no_server) };

    return cmocka_run_group_tests_name("pg_engine", tests, NULL, NULL);
}

#else

int main(void)
{
    (void)puts("built without libpq: nothing to test");
    return 0;
}

#endif
