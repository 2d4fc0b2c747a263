/* Goal: what is text, and nothing else: the edges of each form, and every single byte. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void edges(void **unused)
{
    static const struct { struct str bytes; bool valid; } rows[] = {
        { STR(""), true },                 { STR("\x01 a~\x7f"), true },
        { STR("\0"), false },              { STR("a\0b"), false },
        { STR("\x80"), false },            { STR("\xc1\xbf"), false },
        { STR("\xc2\x80\xdf\xbf"), true }, { STR("\xc2"), false },
        { STR("\xe0\x9f\xbf"), false },    { STR("\xe0\xa0\x80\xef\xbf\xbf"), true },
        { STR("\xe2\x82"), false },        { STR("\xe2\x28\xa1"), false },
        { STR("\xed\x9f\xbf"), true },     { STR("\xed\xa0\x80"), false },
        { STR("\xf0\x8f\xbf\xbf"), false },{ STR("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), true },
        { STR("\xf4\x90\x80\x80"), false },{ STR("\xf5\x80\x80\x80"), false },
        { STR("\xf0\x9f\x98"), false },    { STR("Sm\xc3\xb8rbr\xc3\xb8" "d \xf0\x9f\x98\x80"), true },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (utf8_is_valid(rows[i].bytes) != rows[i].valid)
            fail_msg("row %zu", i);
}

static void single_bytes(void **unused)
{
    (void)unused;
    for (unsigned byte = 0; byte < 256; byte++) {
        char c = (char)byte;

        assert_int_equal(utf8_is_valid((struct str){ &c, 1 }), byte > 0 && byte < 0x80);
    }
}

static void letters(void **unused)
{
    (void)unused;
    assert_int_equal(utf8_letters(STR_NONE), 0);
    assert_int_equal(utf8_letters(STR("ol")), 2);
    assert_int_equal(utf8_letters(STR("\xc3\xb8l \xe2\x82\xac \xf0\x9f\x98\x80")), 6);
}

/* What would break a line, or turn the rest of it around; the neighbours are text. */
static void one_line(void **unused)
{
    static const struct { struct str text; bool fine; } rows[] = {
        { STR(""), true },             { STR("Sm\xc3\xb8rbr\xc3\xb8" "d \xf0\x9f\x98\x80"), true },
        { STR("a\x1f"), false },       { STR("a\x7f"), false },
        { STR("\xc2\x85"), false },    { STR("\xc2\x9f"), false },
        { STR("\xc2\xa0"), true },     { STR("\xd8\x9b\xd8\x9d"), true },
        { STR("\xd8\x9c"), false },    { STR("\xe2\x80\x8d"), true },
        { STR("\xe2\x80\x8e"), false }, { STR("\xe2\x80\x90"), true },
        { STR("\xe2\x80\xa7"), true }, { STR("\xe2\x80\xa8"), false },
        { STR("\xe2\x80\xa9"), false }, { STR("\xe2\x80\xae" "lort"), false },
        { STR("\xe2\x80\xaf"), true }, { STR("\xe2\x81\xa6"), false },
        { STR("\xe2\x81\xaa"), true }, { STR("\xc2"), false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (utf8_is_line(rows[i].text) != rows[i].fine)
            fail_msg("row %zu", i);
}

static void blanks(void **unused)
{
    static const struct { struct str text; bool blank; } rows[] = {
        { STR(""), false }, { STR(" "), true }, { STR(" \t\xc2\xa0\xe2\x80\x89\xe3\x80\x80\xe2\x80\x8b"), true },
        { STR(" a"), false }, { STR("\xc2\xa0."), false }, { STR("\xc3\xa6"), false }, { STR("\xc2"), false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (utf8_is_blank(rows[i].text) != rows[i].blank)
            fail_msg("row %zu", i);
}

/* Goal: what is cut ends with a whole letter, and what fits is as it was. */
static void cut_between_letters(void **unused)
{
    static const struct { const char *text; size_t max; const char *left; } rows[] = {
        { "abc", 3, "abc" }, { "abc", 2, "ab" }, { "abc", 0, "" }, { "", 5, "" },
        { "xå", 3, "xå" }, { "xå", 2, "x" }, { "å", 1, "" }, { "€x", 3, "€" }, { "€x", 2, "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!str_equal(utf8_cut(str_of(rows[i].text), rows[i].max), str_of(rows[i].left)))
            fail_msg("\"%s\" to %zu", rows[i].text, rows[i].max);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges),
        cmocka_unit_test(single_bytes),
        cmocka_unit_test(letters),
        cmocka_unit_test(one_line),
        cmocka_unit_test(blanks),
        cmocka_unit_test(cut_between_letters),
    };

    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
