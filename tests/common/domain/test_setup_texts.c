/* Goal: every finding has its sentence and its mend in both languages, and a name of its own. */
#include "domain/setup_texts.h"

#include "pages_kit.h"

#include <string.h>

/* Both languages say the same facts: the same arguments, in the sentence or its mend. */
static void every_code_has_its_sentences(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        const struct finding_text *text = &finding_texts[i];

        if (!text->en || !text->nb || !text->en_mend || !text->nb_mend)
            fail_msg("%s has no sentence", finding_code_text((enum finding_code)i));
        for (char argument[] = "{0}"; argument[1] <= '2'; argument[1]++)
            if (!strstr(text->en, argument) != !strstr(text->nb, argument) ||
                !strstr(text->en_mend, argument) != !strstr(text->nb_mend, argument))
                fail_msg("%s: %s is in one language only", finding_code_text((enum finding_code)i), argument);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(finding_code_text((enum finding_code)i), finding_code_text((enum finding_code)j));
    }
}

/* As the console says it: numbers of arguments stand for what is filled in. */
static void check_for_pages(enum finding_code code, const char *text, const char *language)
{
    struct strbuf picked;
    size_t len = 0;

    strbuf_init(&picked, 4096);
    wording_pick(text, WORDING_PAGES, str_of(language), &picked);
    strbuf_char(&picked, '\0');
    assert_false(picked.failed);
    for (const char *at = picked.bytes; *at; at++)
        if (*at != '{' && *at != '=' && *at != '}')
            picked.bytes[len++] = *at;
    picked.bytes[len] = '\0';
    reads_in_a_browser(finding_code_text(code), language, picked.bytes);
    if (strstr(picked.bytes, "  ") || strstr(picked.bytes, " ."))
        fail_msg("%s (%s): something is left over: %s", finding_code_text(code), language, picked.bytes);
    strbuf_free(&picked);
}

static void every_code_can_be_followed_on_the_pages(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < FINDING_COUNT; i++) {
        const struct finding_text *text = &finding_texts[i];

        check_for_pages((enum finding_code)i, text->en, "en");
        check_for_pages((enum finding_code)i, text->nb, "nb");
        check_for_pages((enum finding_code)i, text->en_mend, "en");
        check_for_pages((enum finding_code)i, text->nb_mend, "nb");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_sentences),
        cmocka_unit_test(every_code_can_be_followed_on_the_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
