/* Goal: amounts come out of PowerOffice's answers to the øre, whatever way they are written; what is not
 * JSON is refused whole; names are found without case; texts come unescaped and never half a character. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void amounts(void **unused)
{
    static const struct { const char *text; bool fine; int64_t ore; } rows[] = {
        { "0", true, 0 },                     { "-0", true, 0 },
        { "15400.50", true, 1540050 },        { "15400.5", true, 1540050 },
        { "-0.05", true, -5 },                { "85.47000000000001", true, 8547 },
        { "85.46999999999999", true, 8547 },  { "0.005", true, 1 },
        { "-0.005", true, -1 },               { "0.0049999", true, 0 },
        { "1e3", true, 100000 },              { "1.5E-1", true, 15 },
        { "9.2233720368547758e16", true, INT64_C(9223372036854775800) },
        { "92233720368547758.07", true, INT64_MAX }, { "92233720368547758.08", false, 0 },
        { "1e300", false, 0 },                { "1e-300", true, 0 },
        { "1.", false, 0 },                   { ".5", false, 0 },
        { "-", false, 0 },                    { "\"1\"", false, 0 },
        { "12,5", false, 0 },                 { "", false, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct money amount = { 77 };
        bool fine = json_money(str_of(rows[i].text), &amount);

        if (fine != rows[i].fine || amount.ore != rows[i].ore)
            fail_msg("%s: %d, %" PRId64, rows[i].text, fine, amount.ore);
    }
}

static void whole_numbers(void **unused)
{
    static const struct { const char *text; bool fine; int64_t number; } rows[] = {
        { "1187", true, 1187 }, { "1187.0", true, 1187 }, { "1187.5", false, 0 }, { "-3", true, -3 },
        { "1e2", true, 100 },   { "9223372036854775807", true, INT64_MAX },
        { "9223372036854775808", false, 0 }, { "1e-80", false, 0 }, { "null", false, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t number = 77;
        bool fine = json_int(str_of(rows[i].text), &number);

        if (fine != rows[i].fine || number != rows[i].number)
            fail_msg("%s: %d, %" PRId64, rows[i].text, fine, number);
    }
}

static void syntax(void **unused)
{
    static const struct { const char *text; enum err err; } rows[] = {
        { "[]", ERR_OK },                { " {\"a\" : [1, {\"b\":null}] } ", ERR_OK },
        { "", ERR_NOT_FOUND },           { " \n", ERR_NOT_FOUND },
        { "[1,]", ERR_FORMAT },          { "{\"a\"}", ERR_FORMAT },
        { "[1] 2", ERR_FORMAT },         { "{\"a\":1", ERR_FORMAT },
        { "<html>", ERR_FORMAT },        { "\"half", ERR_FORMAT },
        { "\"a\nb\"", ERR_OK },          { "tru", ERR_FORMAT },
        { "\"\\x\"", ERR_FORMAT },       { "\"\\u12g4\"", ERR_FORMAT },
        { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", ERR_FORMAT },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct str value;

        if (json_check(str_of(rows[i].text), &value) != rows[i].err)
            fail_msg("%s", rows[i].text);
    }
}

static void members_and_items(void **unused)
{
    struct str text = STR("{\"Id\":\"b\\u00e6\\n\\ud83d\\ude00\",\"no\":null,\"LINES\":[{\"x\":1},2 , \"],\"]"
                          ",\"last\":true}");
    struct str doc, lines, item;
    char id[32], cut[4];
    size_t at = 0, count = 0;
    int64_t number;

    (void)unused;
    assert_int_equal(json_check(text, &doc), ERR_OK);
    assert_true(json_member_text(doc, "id", id, sizeof id));
    assert_string_equal(id, "b\xc3\xa6\n\xf0\x9f\x98\x80");
    assert_true(json_member_text(doc, "ID", cut, sizeof cut));
    assert_string_equal(cut, "b\xc3\xa6");
    assert_false(json_member_id(doc, "id", id, sizeof id));
    assert_string_equal(id, "");
    assert_true(json_member_id(STR("{\"Id\":\"2684d17b-CBA6\"}"), "id", id, sizeof id));
    assert_false(json_member_id(STR("{\"Id\":\"2684/../x\"}"), "id", id, sizeof id));
    assert_false(json_member_id(STR("{\"Id\":\"\"}"), "id", id, sizeof id));
    assert_false(json_member(doc, "no", &lines));
    assert_false(json_member(doc, "absent", &lines));
    assert_true(json_member(doc, "lines", &lines));
    while (json_item(lines, &at, &item))
        count++;
    assert_int_equal(count, 3);
    assert_true(str_equal(item, STR("\"],\"")));
    assert_true(json_member_true(doc, "last"));
    assert_false(json_member_int(doc, "last", &number));
}

/* Whatever bytes come: no crash, and what json_check() takes can be walked to its end. */
static void noise(void **unused)
{
    static const char alphabet[] = "{}[]\",:\\u0a1e-.truefalsn \xc3\xa6";
    unsigned seed = 20261123;
    char text[64];

    (void)unused;
    print_message("seed %u\n", seed);
    for (int round = 0; round < 200000; round++) {
        size_t len = (size_t)rand_r(&seed) % sizeof text, at = 0;
        struct str value, item;
        char buffer[8];

        for (size_t i = 0; i < len; i++)
            text[i] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
        if (json_check((struct str){ text, len }, &value))
            continue;
        (void)json_text(value, buffer, sizeof buffer);
        (void)json_member(value, "a", &item);
        while (json_item(value, &at, &item))
            assert_true(item.len > 0);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts),           cmocka_unit_test(whole_numbers), cmocka_unit_test(syntax),
        cmocka_unit_test(members_and_items), cmocka_unit_test(noise),
    };

    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
