/* Goal: PowerOffice's words are found in every form that an error body has, whole or cut between characters, and a
 * body that is none of them is no harm. */
#include "poweroffice/problemdetails.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void forms(void **unused)
{
    static const struct { const char *body, *title, *detail; } rows[] = {
        { "{\"title\":\"Object(s) not found\",\"detail\":\"account, id = 7\",\"status\":400}", "Object(s) not found",
          "account, id = 7" },
        { "{\"Title\":\"Missing privilege\",\"Detail\":\"may not send\"}", "Missing privilege", "may not send" },
        { "{\"title\":\"Aggregated\",\"detail\":\"Voucher:\",\"errors\":{\"VatId\":[\"is missing\",\"is 0\"],"
          "\"Amount\":[\"is 0\"]}}", "Aggregated", "Voucher: is missing is 0 is 0" },
        { "{\"title\":\"Wrong\",\"detail\":\"VatId is 0.\",\"errors\":{\"VatId\":[\"VatId is 0.\",\"ask\"]}}", "Wrong",
          "VatId is 0. ask" },
        { "{\"statusCode\":404,\"message\":\"Resource not found\"}", "", "Resource not found" },
        { "{\"statusCode\":\"429\",\"message\":\"Try again in 3 seconds.\"}", "", "Try again in 3 seconds." },
        { "{\"error\":\"invalid_client\",\"error_description\":\"wrong key\"}", "invalid_client", "wrong key" },
        { "{\"title\":7,\"detail\":null,\"errors\":\"text\"}", "", "" },
        { "{\"title\":\"two\\nlines\\ttab\"}", "two lines tab", "" },
        { "", "", "" }, { "[]", "", "" }, { "<html>busy</html>", "", "" }, { "{\"title\":", "", "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char title[128] = "x", detail[512] = "x";

        problemdetails_read(str_of(rows[i].body), title, detail);
        assert_string_equal(title, rows[i].title);
        assert_string_equal(detail, rows[i].detail);
    }
}

static void long_texts_are_cut_between_characters(void **unused)
{
    char body[4096] = "{\"title\":\"", title[128], detail[512];

    (void)unused;
    for (int i = 0; i < 300; i++)
        (void)strncat(body, i % 2 ? "ø" : "x", sizeof body - strlen(body) - 1);
    (void)strncat(body, "\"}", sizeof body - strlen(body) - 1);
    problemdetails_read(str_of(body), title, detail);
    assert_true(strlen(title) > 120);
    assert_true(title[strlen(title) - 1] == 'x' || (unsigned char)title[strlen(title) - 1] == 0xb8);
    assert_true((unsigned char)title[strlen(title) - 1] != 0xc3);
}

static void seconds(void **unused)
{
    static const struct { const char *text; int64_t seconds; } rows[] = {
        { "Rate limit is exceeded. Try again in 3 seconds.", 3 }, { "1 second", 1 }, { "wait 120 seconds", 120 },
        { "10 requests; wait 7 seconds", 7 }, { "99999999999999 seconds", 3600 }, { "3 minutes", 0 }, { "", 0 },
        { "no number", 0 }, { "7", 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(problemdetails_seconds(rows[i].text), rows[i].seconds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms), cmocka_unit_test(long_texts_are_cut_between_characters), cmocka_unit_test(seconds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
