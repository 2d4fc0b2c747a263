/* Goal: nobody who keeps books is ever probed; what is posted is on disk before and after, and read again as it stood. */
#include "bilag/probe/probing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void places(void **unused)
{
    static const struct { const char *url; bool allowed; } rows[] = {
        { "https://goapi.poweroffice.net/Demo/v2", true },       { "https://goapi.poweroffice.net/demo/OAuth/Token", true },
        { "http://127.0.0.1:8080/v2", true },                    { "http://[::1]:8080/v2", true },
        { "http://localhost:8080/v2", true },                    { "https://goapi.poweroffice.net/v2", false },
        { "https://goapi.poweroffice.net/OAuth/Token", false },  { "https://goapi.poweroffice.net/DemoX/v2", false },
        { "https://goapi.poweroffice.net.example/Demo/v2", false }, { "http://goapi.poweroffice.net/Demo/v2", false },
        { "http://127.0.0.1.example/v2", false },                { "http://127.0.0.1:1@books.example/v2", false },
        { "http://localhost.example:1/v2", false },              { "", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (probing_allows(str_of(rows[i].url)) != rows[i].allowed)
            fail_msg("%s", rows[i].url);
}

static void what_is_left(void **unused)
{
    static struct left left, again, third_look;
    char folder[] = "/tmp/bilag-left-XXXXXX";
    struct fault fault;
    size_t first, second, third;
    int fd;

    (void)unused;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(left_open(str_of(folder), &left, &fault), ERR_OK);
    assert_int_equal(left_posting(&left, "bp-1", 20777, &first), ERR_OK);
    assert_int_equal(left_posted(&left, first, "aa-1"), ERR_OK);
    assert_int_equal(left_posting(&left, "bp-1", 20777, &second), ERR_OK);       /* the same reference again */
    assert_int_equal(left_gone(&left, second), ERR_OK);
    assert_int_equal(left_posting(&left, "bp-2", 20778, &third), ERR_OK);
    fd = open(left.path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "posting bp-3 2026-", 18), 18);                   /* torn */
    (void)close(fd);
    assert_int_equal(left_open(str_of(folder), &again, &fault), ERR_OK);
    assert_int_equal(left_standing(&again), 2);
    assert_string_equal(again.at[0].id, "aa-1");
    assert_true(again.at[1].gone);
    assert_string_equal(again.at[2].reference, "bp-2");
    assert_int_equal(again.at[2].day, 20778);
    assert_string_equal(again.at[2].id, "");
    assert_int_equal(left_posting(&again, "bp-4", 20779, &first), ERR_OK);       /* behind the torn one */
    assert_int_equal(left_posted(&again, first, "aa-4"), ERR_OK);
    assert_int_equal(left_open(str_of(folder), &third_look, &fault), ERR_OK);
    assert_int_equal(third_look.count, again.count);
    assert_string_equal(third_look.at[first].id, "aa-4");
    left_close(&third_look);
    assert_int_equal(left_gone(&again, first), ERR_OK);
    assert_int_equal(left_gone(&again, 0), ERR_OK);
    assert_int_equal(left_gone(&again, 2), ERR_OK);
    left_close(&left);
    assert_int_equal(access(again.path, F_OK), 0);                               /* that one knew of two */
    left_close(&again);
    assert_int_not_equal(access(again.path, F_OK), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(places), cmocka_unit_test(what_is_left) };

    return cmocka_run_group_tests_name("probing", tests, NULL, NULL);
}
