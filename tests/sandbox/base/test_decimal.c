/* test_decimal.c - the sandbox's amounts: what the till sends is what the witness sees, to the øre.
 * The sandbox is no part of the library, so the file under test is compiled in. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sandbox/base/decimal.c"
#include "sandbox/base/text.c"

#define KEPT INT64_C(-77)

/* Goal: every JSON number is read exactly or reported; rounding is half away from zero. */
static void decimal_parse_table(void **unused)
{
    static const struct {
        const char *why, *text;
        unsigned scale;
        enum decimal_result result;
        int64_t units;
    } rows[] = {
        { "plain",                   "12.50",        2, DECIMAL_EXACT,   1250 },
        { "negative below one",      "-0.05",        2, DECIMAL_EXACT,   -5 },
        { "zeros are no decimals",   "10.000",       2, DECIMAL_EXACT,   1000 },
        { "0.1 has no binary error", "0.1",          8, DECIMAL_EXACT,   10000000 },
        { "half goes up",            "0.005",        2, DECIMAL_ROUNDED, 1 },
        { "half goes away from zero", "-0.005",      2, DECIMAL_ROUNDED, -1 },
        { "less than half",          "0.0049999",    2, DECIMAL_ROUNDED, 0 },
        { "exponent",                "1.25e2",       2, DECIMAL_EXACT,   12500 },
        { "exponent down",           "125E-1",       2, DECIMAL_EXACT,   1250 },
        { "far below the scale",     "1e-9",         2, DECIMAL_ROUNDED, 0 },
        { "nine hundredths of one",  "9e-3",         2, DECIMAL_ROUNDED, 1 },
        { "leading zero",            "01",           2, DECIMAL_BAD,     KEPT },
        { "no digits after point",   "1.",           2, DECIMAL_BAD,     KEPT },
        { "no digits",               "-",            2, DECIMAL_BAD,     KEPT },
        { "no number",               "abc",          2, DECIMAL_BAD,     KEPT },
        { "plus sign",               "+1",           2, DECIMAL_BAD,     KEPT },
        { "two numbers",             "1 2",          2, DECIMAL_BAD,     KEPT },
        { "largest",                 "10000000000000.00", 2, DECIMAL_EXACT, INT64_C(1000000000000000) },
        { "too large",               "10000000000000.01", 2, DECIMAL_BAD, KEPT },
        { "far too large",           "1e40",         2, DECIMAL_BAD,     KEPT },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t units = KEPT;
        enum decimal_result result = decimal_parse(rows[i].text, rows[i].scale, &units);

        if (result != rows[i].result || units != rows[i].units)
            fail_msg("%s: %s gives %d, %" PRId64, rows[i].why, rows[i].text, result, units);
    }
}

/* Goal: what is written reads back as the same number. */
static void decimal_write_table(void **unused)
{
    static const struct { int64_t units; unsigned scale, places; const char *text; } rows[] = {
        { 1250, 2, 2, "12.50" }, { 1250, 2, 0, "12.5" },  { 1200, 2, 0, "12" },  { -5, 2, 2, "-0.05" },
        { 0, 2, 2, "0.00" },     { 0, 4, 0, "0" },        { 7, 0, 0, "7" },      { -12345, 4, 2, "-1.2345" },
        { 2500, 4, 2, "0.25" },  { 1111, 4, 2, "0.1111" }, { 10, 8, 0, "0.0000001" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[DECIMAL_BYTES];
        int64_t back = KEPT;

        decimal_write(rows[i].units, rows[i].scale, rows[i].places, text);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(decimal_parse(text, rows[i].scale, &back), DECIMAL_EXACT);
        assert_true(back == rows[i].units);
    }
}

/* Goal: products are exact until the one rounding at the end. */
static void decimal_product_table(void **unused)
{
    static const struct { int64_t a, b, c, divisor_a, divisor_b, result; } rows[] = {
        { 9520, 2500, 1, 10000, 1, 2380 },   { 9519, 2500, 1, 10000, 1, 2380 },
        { 2, 2500, 1, 10000, 1, 1 },         { -2, 2500, 1, 10000, 1, -1 },
        { 1, 2500, 1, 10000, 1, 0 },
        { INT64_C(1000000000000), INT64_C(1000000000000), 1, INT64_C(1000000000000), 1,
          INT64_C(1000000000000) },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_true(decimal_product(rows[i].a, rows[i].b, rows[i].c, rows[i].divisor_a,
                                    rows[i].divisor_b) == rows[i].result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_parse_table),
        cmocka_unit_test(decimal_write_table),
        cmocka_unit_test(decimal_product_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
