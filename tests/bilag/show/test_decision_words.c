/* Goal: what a decision's detail says is said in words in both languages, also of one that is taken back; what only programs need is not
 * said, and what is not known stays as it is. Every problem that may be accepted has words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "bilag/read/manual.h"
#include "bilag/show/catalogue.h"
#include "bilag/show/decision_words.h"
#include "domain/problem.h"

static struct arena arena;

static void details(void **unused)
{
    static const struct { const char *verb, *detail, *en, *nb; } rows[] = {
        { "accept", "sequence-gap", "receipts are missing", "bonger mangler" },
        { "undo-accept", "12 sequence-gap", "decision 12: receipts are missing", "beslutning 12: bonger mangler" },
        { "accept", "of-2031", "of-2031", "of-2031" },
        { "by-hand", "12345", "", "" },                      { "undo-by-hand", "7 12345", "decision 7", "beslutning 7" },
        { "undo-by-hand", "x", "x", "x" },                   /* it takes nothing back */
        { "post-on", "2026-11-20", "2026-11-20", "2026-11-20" },
        { "resend-on", "2026-11-20 3", "2026-11-20", "2026-11-20" },
        { "leave-out", "12550", "amount 125,50 kr", "beløp 125,50 kr" },
        { "leave-out", "", "", "" },                         { "leave-out", "12x", "12x", "12x" },
        { "choose", "123456", "", "" },                      { "restarted", "123456", "", "" },
        { "manual-done", "0123456789abcdef invoice 125,00", "to invoice, 125,00 kr", "å fakturere, 125,00 kr" },
        { "manual-done", "0123456789abcdef receipt_left_out ?", "left out", "holdt utenfor" },
        { "manual-done", "0123456789abcdef of_2031 1,00", "0123456789abcdef of_2031 1,00", "0123456789abcdef of_2031 1,00" },
        { "connect", "10001", "customer 10001", "kunde 10001" },
        { "connect", "10001 (was 10002)", "customer 10001, before that 10002", "kunde 10001, før det 10002" },
        { "undo-connect", "3 10001", "decision 3: customer 10001", "beslutning 3: kunde 10001" },
        { "venue-new", "company 912345678, like oslo", "company 912345678, like oslo", "firma 912345678, likt oslo" },
        { "new-client", "company 912345678 client 1234567", "company 912345678, client 1234567", "firma 912345678, klient 1234567" },
        { "token-add", "company 912345678, oslo, bar", "company 912345678, oslo, bar", "firma 912345678, oslo, bar" },
        { "forget", "staff", "an employee", "en ansatt" },   { "forget", "customer", "a customer", "en kunde" },
        { "dismiss-refused", "1795214467000", "", "" },      { "venue-key", "2f6b", "", "" },
        { "venue-setup", "name Bar -> Kafé", "name Bar -> Kafé", "name Bar -> Kafé" },
    };

    (void)unused;
    for (int norwegian = 0; norwegian < 2; norwegian++) {
        catalogue_speak(norwegian ? STR("nb") : STR("en"), WORDING_PAGES);
        for (size_t i = 0; i < COUNT(rows); i++) {
            const struct decision decision = { .number = 1, .verb = str_of(rows[i].verb), .detail = str_of(rows[i].detail) };
            struct str words = decision_detail_words(&decision, &arena);

            if (!str_equal(words, str_of(norwegian ? rows[i].nb : rows[i].en)))
                fail_msg("%s %s: " STR_FMT, rows[i].verb, rows[i].detail, STR_ARG(words));
        }
    }
}

static struct str said(const char *verb, struct str detail)
{
    const struct decision decision = { .number = 1, .verb = str_of(verb), .detail = detail };

    return decision_detail_words(&decision, &arena);
}

static void all_have_words(void **unused)
{
    (void)unused;
    catalogue_speak(STR("nb"), WORDING_PAGES);
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        struct str code = str_of(problem_code_text((enum problem_code)i));

        if (problem_acceptable((enum problem_code)i) && str_equal(said("accept", code), code))
            fail_msg(STR_FMT, STR_ARG(code));
    }
    for (int i = 0; i < MANUAL_KIND_COUNT; i++) {
        const struct manual_kind_row *row = manual_kind((enum manual_kind)i);
        struct str detail = arena_format(&arena, "0123 %s ?", row->name);

        if (!str_equal(said("manual-done", detail), str_of(row->nb)))
            fail_msg("%s", row->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(details), cmocka_unit_test(all_have_words) };
    int failed;

    arena_init(&arena, 1 << 20);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
