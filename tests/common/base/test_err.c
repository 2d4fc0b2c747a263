/* Goal: every error has words of its own; a machine that is to blame is told from what will not do; a sentence that is too long
 * is cut, never written beyond its room. */
#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

static void words(void **unused)
{
    (void)unused;
    for (int i = 0; i < ERR_COUNT_; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(err_text((enum err)i), err_text((enum err)j));
}

static void of_the_machine(void **unused)
{
    (void)unused;
    assert_int_equal(err_of_errno(ENOMEM, ERR_CONFIG), ERR_SYSTEM);
    assert_int_equal(err_of_errno(EMFILE, ERR_CONFIG), ERR_SYSTEM);
    assert_int_equal(err_of_errno(EIO, ERR_CONFIG), ERR_SYSTEM);
    assert_int_equal(err_of_errno(ENOENT, ERR_CONFIG), ERR_CONFIG);
    assert_int_equal(err_of_errno(EACCES, ERR_FORMAT), ERR_FORMAT);
}

static void sentences(void **unused)
{
    struct { struct fault fault; char after[8]; } room = { { "" }, "after" };
    char name[1000];

    (void)unused;
    assert_int_equal(fault_set(NULL, ERR_BUSY, "%s", "nobody asks"), ERR_BUSY);
    assert_int_equal(fault_set(&room.fault, ERR_RANGE, "%s: %d", "seq", 7), ERR_RANGE);
    assert_string_equal(room.fault.text, "seq: 7");
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(fault_set(&room.fault, ERR_FORMAT, "%s", name), ERR_FORMAT);
    assert_true(strlen(room.fault.text) < sizeof room.fault.text);
    assert_string_equal(room.after, "after");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(words), cmocka_unit_test(of_the_machine), cmocka_unit_test(sentences),
    };

    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
