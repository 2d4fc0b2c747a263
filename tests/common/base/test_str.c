/* Goal: what is safe in ids is told from what people may call something. */
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void names_and_words(void **unused)
{
    static const struct { const char *text; bool name, word; } rows[] = {
        { "food", true, true },           { "oslo-grill_2.b", true, true }, { "", false, false },
        { ".food", false, true },         { "øl", false, true },            { "Mat og drikke", false, true },
        { "brus/vann", false, true },     { " food", false, false },        { "food ", false, false },
        { "fo\tod", false, false },       { "fo\nod", false, false },       { "fo\x7fod", false, false },
        { "fo\xc2\x85od", false, false }, { "100 % \xc2\xa7", false, true },
        { "0123456789012345678901234567890123456789012345678901234567890123", true, true },
        { "01234567890123456789012345678901234567890123456789012345678901234", false, false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (str_is_name(str_of(rows[i].text)) != rows[i].name || str_is_word(str_of(rows[i].text)) != rows[i].word)
            fail_msg("\"%s\"", rows[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names_and_words) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
