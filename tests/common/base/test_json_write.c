/* Goal: what is written is JSON whatever it holds, with commas where they belong, also when several hands write it or the
 * buffer is emptied in the middle of a list. */
#include "base/json_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "base/json.h"

static void commas(void **unused)
{
    struct strbuf out;

    (void)unused;
    strbuf_init(&out, 1000);
    json_open(&out, NULL, '{');
    json_open(&out, "none", '[');
    json_close(&out, ']');
    json_put_str(&out, "text", STR("{\"a\":["));
    json_put_str(&out, "empty", STR_NONE);
    json_open(&out, "list", '[');
    json_put_int(&out, NULL, INT64_MIN);
    json_put_uint(&out, NULL, UINT64_MAX);
    json_open(&out, NULL, '{');
    json_close(&out, '}');
    json_put_null(&out, NULL);
    json_close(&out, ']');
    json_put_bool(&out, "yes", true);
    json_put_number(&out, "price", "12.50");
    json_put_day(&out, "day", 20777);
    json_put_time(&out, "at", INT64_C(1795214467000));
    json_close(&out, '}');
    assert_string_equal(out.bytes, "{\"none\":[],\"text\":\"{\\\"a\\\":[\",\"empty\":\"\",\"list\":[-9223372036854775808,"
                        "18446744073709551615,{},null],\"yes\":true,\"price\":12.50,\"day\":\"2026-11-20\","
                        "\"at\":\"2026-11-20T22:41:07Z\"}");
    strbuf_free(&out);
}

static void emptied_within(void **unused)
{
    struct strbuf out;

    (void)unused;
    strbuf_init(&out, 1000);
    strbuf_char(&out, ',');
    json_put_int(&out, NULL, 2);
    json_put_int(&out, NULL, 3);
    assert_string_equal(out.bytes, ",2,3");
    strbuf_reset(&out);
    json_close(&out, ']');
    json_put_int(&out, "n", 1);
    assert_string_equal(out.bytes, "],\"n\":1");
    strbuf_reset(&out);
    strbuf_add(&out, STR("{}\n"));
    json_open(&out, NULL, '{');
    assert_string_equal(out.bytes, "{}\n{");
    strbuf_free(&out);
}

/* Goal: every byte but those of other languages is readable for the reader of the house. */
static void texts_come_back(void **unused)
{
    struct strbuf out;
    char all[128], back[128];
    struct str value;

    (void)unused;
    for (size_t i = 0; i < sizeof all - 1; i++)
        all[i] = (char)(i + 1);
    strbuf_init(&out, 4000);
    json_quote(&out, (struct str){ all, sizeof all - 1 });
    assert_int_equal(json_check(strbuf_str(&out), &value), ERR_OK);
    assert_true(json_text(value, back, sizeof back));
    assert_memory_equal(back, all, sizeof all - 1);
    assert_null(memchr(out.bytes, '\n', out.len));
    strbuf_free(&out);
}

/* Goal: what is no UTF-8 is JSON all the same, each byte of it one letter of its own, and its neighbours stay. */
static void no_text(void **unused)
{
    static const struct { const char *why, *bytes, *written; } rows[] = {
        { "a byte that never is",      "a\xff" "b",             "\"a\\ufffdb\"" },
        { "latin-1",                   "Caf\xe9",              "\"Caf\\ufffd\"" },
        { "half a letter at the end",  "pris \xe2\x82",        "\"pris \\ufffd\\ufffd\"" },
        { "half a letter, and a whole", "\xc3\xc3\xb8",         "\"\\ufffd\xc3\xb8\"" },
        { "a behind without a front",  "\xbf\"",               "\"\\ufffd\\\"\"" },
        { "written too long",          "\xc0\xaf",             "\"\\ufffd\\ufffd\"" },
        { "half of a pair",            "\xed\xa0\x80",         "\"\\ufffd\\ufffd\\ufffd\"" },
        { "beyond all letters",        "\xf4\x90\x80\x80",     "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
        { "the last letter",           "\xf4\x8f\xbf\xbf",     "\"\xf4\x8f\xbf\xbf\"" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct strbuf out;
        struct str value;

        strbuf_init(&out, 200);
        json_quote(&out, str_of(rows[i].bytes));
        if (!str_equal(strbuf_str(&out), str_of(rows[i].written)) || json_check(strbuf_str(&out), &value))
            fail_msg("%s: " STR_FMT, rows[i].why, STR_ARG(strbuf_str(&out)));
        strbuf_free(&out);
    }
}

static void full(void **unused)
{
    struct strbuf out;

    (void)unused;
    strbuf_init(&out, 8);
    json_open(&out, NULL, '{');
    json_put_str(&out, "name", STR("much too long"));
    json_close(&out, '}');
    assert_true(out.failed);
    assert_null(strbuf_str(&out).bytes);
    strbuf_free(&out);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas), cmocka_unit_test(emptied_within), cmocka_unit_test(texts_come_back),
        cmocka_unit_test(no_text), cmocka_unit_test(full),
    };

    return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
