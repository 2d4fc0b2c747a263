/* Goal: a setting that was added to an entry is hashed by what is said, and by nothing where it is not; each has its words in both
 * languages. */
#include "domain/mapping.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct entry { struct str words, code, own; int64_t account; int32_t rate; bool off, on; };

#define ROW(key, member, kind, preset, hashed) { key, offsetof(struct entry, member), MAPPING_##kind, preset, MAPPING_##hashed }
static const struct mapping_row rows[] = {
    ROW("w", words, WORDS, NULL, SAID), ROW("c", code, CODE, NULL, SAID), ROW("o", own, OWN_CODE, NULL, SAID),
    ROW("a", account, ACCOUNT, NULL, SAID), ROW("r", rate, RATE, NULL, SAID), ROW("f", off, SWITCH, "false", SAID),
    ROW("t", on, SWITCH, "true", SAID), ROW("ever", words, WORDS, NULL, AS_EVER), ROW("never", words, WORDS, NULL, NEVER),
};

static void note(void *context, struct str key, struct str said)
{
    char *text = context;

    (void)snprintf(text + strlen(text), 200 - strlen(text), STR_FMT "=" STR_FMT " ", STR_ARG(key), STR_ARG(said));
}

static void what_is_said(void **unused)
{
    static const struct { struct entry entry; const char *wanted; } cases[] = {
        { { .on = true }, "r=0 " },
        { { .words = { "", 0 }, .on = true }, "r=0 " },
        { { .words = { "Nets", 4 }, .code = { "7", 1 }, .on = true }, "w=Nets c=7 r=0 " },
        { { .own = { "", 0 }, .account = 1570, .rate = 250000, .off = true }, "o= a=1570 r=250000 f=true t=false " },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[200] = "";

        mapping_each_said(rows, COUNT(rows), &cases[i].entry, note, text);
        assert_string_equal(text, cases[i].wanted);
    }
}

#define WORDS(of, key, member, kind, max, preset, hashed, list, en, nb, meaning, meaning_nb) { key, en, nb, meaning, meaning_nb },
struct words { const char *key, *en, *nb, *meaning, *meaning_nb; };

/* Shown: words of its own; a row ends in no full stop, because the manual sets one. */
static void both_languages(void **unused)
{
    static const struct words shown[] = { VAT_ROWS_SHOWN(WORDS) PRODUCT_ROWS_SHOWN(WORDS) PAYMENT_ROWS_SHOWN(WORDS) };
    static const struct words all[] = { VAT_ROWS(WORDS) PRODUCT_ROWS(WORDS) PAYMENT_ROWS(WORDS) };

    (void)unused;
    for (size_t i = 0; i < COUNT(shown); i++)
        if (!shown[i].en || !shown[i].nb || strcmp(shown[i].en, shown[i].nb) == 0)
            assert_string_equal(shown[i].key, "has no words in the browser");
    for (size_t i = 0; i < COUNT(all); i++)
        if (strcmp(all[i].meaning, all[i].meaning_nb) == 0 || all[i].meaning[strlen(all[i].meaning) - 1] == '.')
            assert_string_equal(all[i].key, "has no meaning");
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_said), cmocka_unit_test(both_languages) };

    return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}
