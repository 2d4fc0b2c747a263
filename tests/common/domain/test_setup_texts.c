/* Goal: every finding has its sentence and its mend in both languages, and a name of its own. */
#include "domain/setup_texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_code_has_its_sentences) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
