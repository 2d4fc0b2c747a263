/* Goal: whatever a till calls a customer, a command with his name in it says that name and nothing else to a real shell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "bilag/show/shellword.h"

static void one_word_to_a_shell(void **unused)
{
    static const char *const texts[] = {
        "kunde-77", "Hansen & Co; touch /tmp/x", "$(id)", "`id`", "it's", "''", "a\\b", "-rf", "Ola Nordmann", "\"x\"", "a\tb",
        "!x", "~", "*", "a#b", "\xc3\xa6\xc3\xb8\xc3\xa5", "x=1", "a|b", "<in", "{a,b}",
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char line[512], got[256] = "";
        struct strbuf out;
        FILE *shell;

        strbuf_init(&out, 1024);
        shellword_add(&out, str_of(texts[i]));
        assert_true(snprintf(line, sizeof line, "printf '%%s|' %.*s", (int)out.len, out.bytes) < (int)sizeof line);
        shell = popen(line, "r");
        assert_non_null(shell);
        assert_true(fread(got, 1, sizeof got - 1, shell) == strlen(texts[i]) + 1);
        assert_int_equal(pclose(shell), 0);
        got[strlen(got) - 1] = '\0';                             /* the bar: one word, so one of them */
        assert_string_equal(got, texts[i]);
        strbuf_free(&out);
    }
}

static void plain_ones_stay(void **unused)
{
    struct strbuf out;

    (void)unused;
    strbuf_init(&out, 1024);
    shellword_add(&out, STR("kunde-77"));
    assert_true(str_equal(strbuf_str(&out), STR("kunde-77")));
    strbuf_reset(&out);
    shellword_add(&out, STR_NONE);
    assert_true(str_equal(strbuf_str(&out), STR("''")));
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_word_to_a_shell), cmocka_unit_test(plain_ones_stay) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
