/* Goal: whatever a stage notes of a document, and whatever a person decides, has words in both languages. */
#include "console/trail_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "domain/audit.h"
#include "sender/record.h"

static struct view view;

static void speak(const char *language)
{
    view.voice.language = str_of(language);
}

static struct str step(const char *name)
{
    return step_words(&view, str_of(name));
}

static void every_step_has_words(void **unused)
{
    static const char *const notes[] = { "explained", "pdf-attached", "pdf-refused", "reversal-not-done", "round-ended",
                                         "stands-once", "taken-over" };

    (void)unused;
    speak("nb");
    for (int i = 0; i < DOC_STEP_COUNT; i++)
        if (str_equal(step(doc_step_text((enum doc_step)i)), str_of(doc_step_text((enum doc_step)i))))
            fail_msg("%s has no words", doc_step_text((enum doc_step)i));
    for (size_t i = 0; i < COUNT(notes); i++)
        if (str_equal(step(notes[i]), str_of(notes[i])))
            fail_msg("%s has no words", notes[i]);
    assert_true(str_equal(step("new-in-a-later-version"), STR("new-in-a-later-version")));
    speak("en");
    assert_true(str_equal(step("sealed"), STR("sealed: on its way to PowerOffice")));
}

static void decisions(void **unused)
{
    (void)unused;
    arena_init(&view.arena, 65536);
    speak("nb");
    assert_true(str_equal(verb_words(&view, STR("transfer")), STR("overført")));
    assert_true(str_equal(verb_words(&view, STR("undo-leave-out")), STR("tatt tilbake: bong holdt utenfor")));
    assert_true(str_equal(verb_words(&view, STR("undo-what")), STR("undo-what")));
    arena_free(&view.arena);
}

static void changes_of_a_setup(void **unused)
{
    static const struct { const char *said, *en, *nb; } table[] = {
        { "product_types.food.account 3000 -> 3005", "food: Sales account 3000 -> 3005", "food: Salgskonto 3000 -> 3005" },
        { "payment_types.a.b c.account 1 -> 2 from 2027-01-01; auto_transfer 0 -> 1", "a.b c: Account 1 -> 2, from 2027-01-01; "
          "Automatic transfer no -> yes", "a.b c: Konto 1 -> 2, fra 2027-01-01; Automatisk overføring nei -> ja" },
        { "vat.middels new; product_types.food taken away; and 3 more", "middels: new; food: taken away; and 3 more",
          "middels: ny; food: tatt bort; og 3 til" },
        { "of_2031 x -> y", "of_2031 x -> y", "of_2031 x -> y" },
    };

    (void)unused;
    arena_init(&view.arena, 65536);
    for (int norwegian = 0; norwegian < 2; norwegian++) {
        speak(norwegian ? "nb" : "en");
        for (size_t i = 0; i < COUNT(table); i++) {
            const struct decision decision = { .verb = STR("venue-setup"), .detail = str_of(table[i].said) };
            struct str words = detail_words(&view, &decision);

            if (!str_equal(words, str_of(norwegian ? table[i].nb : table[i].en)))
                fail_msg("%s: " STR_FMT, table[i].said, STR_ARG(words));
        }
    }
    arena_free(&view.arena);
}

static void details(void **unused)
{
    static const struct { const char *said, *shown; } table[] = {
        { "decision=11 who=kari (console) why=console", "" }, { "no=70012 id=6ceb8508-10c7-4a8b", "nr. 70012" },
        { "Customer 10001 is archived.", "Customer 10001 is archived." }, { "", "" }, { "no=1", "no=1" },
    };

    (void)unused;
    arena_init(&view.arena, 65536);
    speak("nb");
    for (size_t i = 0; i < COUNT(table); i++) {
        const struct trail_fact fact = { .detail = str_of(table[i].said) };

        if (!str_equal(step_detail(&view, &fact), str_of(table[i].shown)))
            fail_msg("%s: " STR_FMT, table[i].said, STR_ARG(step_detail(&view, &fact)));
    }
    arena_free(&view.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_has_words), cmocka_unit_test(decisions), cmocka_unit_test(details),
        cmocka_unit_test(changes_of_a_setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
