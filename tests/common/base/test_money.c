/* Goal: øre are added, shared and written to the last one, and what does not fit is refused and changes nothing. */
#include "base/money.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void bounds(void **unused)
{
    struct money sum = { 7 };

    (void)unused;
    assert_int_equal(money_add((struct money){ INT64_MAX }, (struct money){ 1 }, &sum), ERR_RANGE);
    assert_int_equal(money_add((struct money){ INT64_MIN }, (struct money){ -1 }, &sum), ERR_RANGE);
    assert_int_equal(money_subtract((struct money){ INT64_MIN }, (struct money){ 1 }, &sum), ERR_RANGE);
    assert_int_equal(money_negate((struct money){ INT64_MIN }, &sum), ERR_RANGE);
    assert_int_equal(sum.ore, 7);
    assert_int_equal(money_add((struct money){ INT64_MAX }, (struct money){ INT64_MIN }, &sum), ERR_OK);
    assert_int_equal(sum.ore, -1);
    assert_int_equal(money_negate((struct money){ INT64_MAX }, &sum), ERR_OK);
    assert_true(sum.ore == -INT64_MAX);
}

/* Goal: the parts are the amount, whatever the shares; the largest remainders get the øre that are missing. */
static void shares(void **unused)
{
    static const struct { int64_t of[4]; size_t count; int64_t amount, parts[4]; } rows[] = {
        { { 1, 1, 1 }, 3, 100, { 34, 33, 33 } },
        { { 100, 200 }, 2, 50, { 17, 33 } },
        { { -1, -1 }, 2, 3, { 2, 1 } },
        { { 10, -5, 5 }, 3, -10, { -10, 5, -5 } },
        { { 39800 }, 1, 39800, { 39800 } },
        { { 0, 7 }, 2, 5, { 0, 5 } },
    };
    unsigned seed = 20261128;

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct money of[4], parts[4], total = { 0 };

        for (size_t j = 0; j < rows[i].count; j++) {
            of[j].ore = rows[i].of[j];
            total.ore += rows[i].of[j];
        }
        assert_int_equal(money_share(of, rows[i].count, total, (struct money){ rows[i].amount }, parts), ERR_OK);
        for (size_t j = 0; j < rows[i].count; j++)
            if (parts[j].ore != rows[i].parts[j])
                fail_msg("row %zu, part %zu: %" PRId64, i, j, parts[j].ore);
    }
    for (int round = 0; round < 20000; round++) {
        struct money of[5], parts[5], total = { 0 }, amount = { rand_r(&seed) % 1000000 - 500000 };
        int64_t sum = 0;

        for (size_t j = 0; j < COUNT(of); j++)
            total.ore += of[j].ore = rand_r(&seed) % 100000 + 1;
        assert_int_equal(money_share(of, COUNT(of), total, amount, parts), ERR_OK);
        for (size_t j = 0; j < COUNT(of); j++)
            sum += parts[j].ore;
        assert_true(sum == amount.ore);
    }
}

static void vat(void **unused)
{
    static const struct { int64_t gross; int32_t rate; int64_t vat; } rows[] = {
        { 12500, 2500, 2500 }, { -12500, 2500, -2500 }, { 11500, 1500, 1500 }, { 39800, 2500, 7960 },
        { 1, 2500, 0 },        { 3, 2500, 1 },          { 10000, 0, 0 },       { 11111, 1111, 1111 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (money_vat_of_gross((struct money){ rows[i].gross }, rows[i].rate).ore != rows[i].vat)
            fail_msg("%" PRId64 " at %d", rows[i].gross, rows[i].rate);
}

static void texts(void **unused)
{
    static const struct { int64_t ore; const char *text, *kroner; } rows[] = {
        { 123450, "1234.50", "1 234,50" }, { -5, "-0.05", "-0,05" }, { 0, "0.00", "0,00" },
        { 100000000, "1000000.00", "1 000 000,00" },
    };
    static const struct { const char *text; enum err err; int64_t ore; } parsed[] = {
        { "12", ERR_OK, 1200 },       { "12.5", ERR_OK, 1250 },  { " -0.05 ", ERR_OK, -5 },   { "12.500", ERR_OK, 1250 },
        { "12.505", ERR_FORMAT, 0 },  { "12,50", ERR_FORMAT, 0 }, { "1e3", ERR_FORMAT, 0 },    { "", ERR_FORMAT, 0 },
        { "-", ERR_FORMAT, 0 },       { "99999999999999999999", ERR_RANGE, 0 },
    };
    char buffer[MONEY_TEXT_SIZE];

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct money back;

        assert_string_equal(money_text((struct money){ rows[i].ore }, buffer), rows[i].text);
        assert_int_equal(money_parse(str_of(buffer), &back), ERR_OK);
        assert_int_equal(back.ore, rows[i].ore);
        assert_string_equal(money_kroner((struct money){ rows[i].ore }, buffer), rows[i].kroner);
    }
    for (size_t i = 0; i < COUNT(parsed); i++) {
        struct money amount = { 0 };
        enum err err = money_parse(str_of(parsed[i].text), &amount);

        if (err != parsed[i].err || amount.ore != parsed[i].ore)
            fail_msg("\"%s\": %s, %" PRId64, parsed[i].text, err_text(err), amount.ore);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds), cmocka_unit_test(shares), cmocka_unit_test(vat), cmocka_unit_test(texts),
    };

    return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
