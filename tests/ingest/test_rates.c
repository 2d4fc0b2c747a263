#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "ingest/rates.h"

/* Goal: ten seconds of the rate at once, then told when the rest will be paid; paid by time alone; tokens do not share. */
static void one_in_debt(void **unused)
{
    struct rates *rates;

    (void)unused;
    assert_int_equal(rates_open(&rates), ERR_OK);
    assert_int_equal(rates_judge(rates, 7, 10, 1000), 0);
    assert_int_equal(rates_charge(rates, 7, 99, 10, 1000), ERR_OK);              /* 100 with the request itself */
    assert_int_equal(rates_judge(rates, 7, 10, 1000), 0);
    assert_int_equal(rates_charge(rates, 7, 49, 10, 1000), ERR_OK);
    assert_int_equal(rates_judge(rates, 7, 10, 1000), 6);                        /* 50 over, ten a second */
    assert_int_equal(rates_judge(rates, 7, 10, 5999), 1);
    assert_int_equal(rates_judge(rates, 7, 10, 6000), 0);
    assert_int_equal(rates_judge(rates, 8, 10, 1000), 0);
    assert_int_equal(rates_judge(rates, UINT64_MAX, 10, 1000), 0);
    rates_close(rates);
}

/* Goal: an idle time pays no more than there was; a clock that stands still pays nothing; other rates count at once. */
static void paid_once(void **unused)
{
    struct rates *rates;

    (void)unused;
    assert_int_equal(rates_open(&rates), ERR_OK);
    assert_int_equal(rates_charge(rates, 1, 999, 10, 1000), ERR_OK);
    assert_int_equal(rates_judge(rates, 1, 10, INT64_MAX / 4), 0);
    assert_int_equal(rates_charge(rates, 1, 999, 10, INT64_MAX / 4), ERR_OK);
    assert_int_equal(rates_judge(rates, 1, 10, INT64_MAX / 4), 91);
    assert_int_equal(rates_judge(rates, 1, 1000, INT64_MAX / 4), 0);
    rates_close(rates);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_in_debt), cmocka_unit_test(paid_once) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
