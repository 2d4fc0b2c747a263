/* Goal: nothing that somebody else wrote steers who reads it, and every letter stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"

static void table(void **unused)
{
    static const struct { const char *why, *text, *clean; } rows[] = {
        { "letters", "Blåbær & Ærø, 日本 🍕", "Blåbær & Ærø, 日本 🍕" },
        { "a till that colours", "\x1b[31mred\x1b[0m", "?[31mred?[0m" },
        { "lines and tabs", "a\r\nb\tc", "a??b?c" },
        { "DEL", "a\x7f", "a?" },
        { "C1: a control sequence in two bytes", "a\xc2\x9b" "31mb", "a?31mb" },
        { "the letter next to C1", "a\xc2\xa0" "b", "a\xc2\xa0" "b" },
        { "turned writing", "a\xe2\x80\xae" "fdp.exe", "a?fdp.exe" },
        { "isolates", "\xe2\x81\xa6x\xe2\x81\xa9", "?x?" },
        { "a line of Unicode's own", "a\xe2\x80\xa8" "b\xe2\x80\xa9", "a?b?" },
        { "Arabic mark", "\xd8\x9c", "?" },
        { "byte order mark", "\xef\xbb\xbf" "a", "?a" },
        { "no UTF-8", "a\xff\xfe" "b", "a??b" },
        { "cut off", "a\xe2\x80", "a??" },
        { "longer than need be", "\xc0\xaf\xe0\x80\xaf", "?????" },
        { "half of a pair", "\xed\xa0\x80", "???" },
        { "beyond all", "\xf4\x90\x80\x80\xf5", "?????" },
        { "nothing", "", "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char copy[64];
        struct strbuf out;

        strbuf_init(&out, 64);
        strbuf_clean(&out, str_of(rows[i].text));
        strcpy(copy, rows[i].text);
        clean_text(copy);
        if (strcmp(copy, rows[i].clean) != 0 || !str_equal(strbuf_str(&out), str_of(rows[i].clean)))
            fail_msg("%s: %s, " STR_FMT, rows[i].why, copy, STR_ARG(strbuf_str(&out)));
        if (clean_already(str_of(rows[i].text)) != (strcmp(rows[i].text, rows[i].clean) == 0))
            fail_msg("%s: is it clean?", rows[i].why);
        strbuf_free(&out);
    }
}

/* Whatever comes: no longer than before, clean, and clean once more is the same. */
static void any_bytes(void **unused)
{
    (void)unused;
    srand(7);
    for (int round = 0; round < 20000; round++) {
        char bytes[12], again[12];
        size_t len = (size_t)rand() % sizeof bytes, now;

        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)(rand() % 3 ? rand() % 256 : 0xe2);
        now = clean_bytes(bytes, len);
        assert_true(now <= len && clean_already((struct str){ bytes, now }));
        memcpy(again, bytes, now);
        assert_int_equal(clean_bytes(again, now), now);
        assert_memory_equal(again, bytes, now);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(table), cmocka_unit_test(any_bytes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
