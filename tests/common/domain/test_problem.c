/* Goal: every problem is said in both languages with all that it knows and what to do about it; codes travel
 * and come back; what does not fit is counted, never lost. */
#include "domain/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static const struct { enum problem_code code; int args; const char *mend_en, *mend_nb; } rows[] = {
    { PROBLEM_PRODUCT_TYPE_UNMAPPED, 3, "Give it an account", "Legg inn en konto" },
    { PROBLEM_PAYMENT_TYPE_UNMAPPED, 2, "Give it an account", "Legg inn en konto" },
    { PROBLEM_VAT_UNMAPPED, 4, "Add a class", "Legg inn en klasse" },
    { PROBLEM_ACCOUNT_UNKNOWN, 1, "Create it", "Opprett den" },
    { PROBLEM_ACCOUNT_INACTIVE, 1, "Activate it", "Aktiver den" },
    { PROBLEM_ACCOUNT_VAT_LOCKED, 3, "Unlock", "Lås opp" },
    { PROBLEM_DEPARTMENT_REQUIRED, 2, "Give the venue a department", "Legg inn avdeling" },
    { PROBLEM_DEPARTMENT_UNKNOWN, 2, "Create or activate", "Opprett eller aktiver" },
    { PROBLEM_VAT_CODE_UNKNOWN, 2, "Activate it", "Aktiver den" },
    { PROBLEM_VAT_RATE_DIFFERS, 3, "Choose the VAT code", "Velg mva-koden" },
    { PROBLEM_BANK_ACCOUNT, 2, "choose a clearing account", "velg en mellomkonto" },
    { PROBLEM_ALCOHOL_REDUCED, 2, "correct the sale", "rett salget" },
    { PROBLEM_DOUBLE_ENTRY, 0, "Set transfer: false", "Sett transfer: false" },
    { PROBLEM_RECEIPT_UNBALANCED, 2, "leave the receipt out", "hold bongen utenfor" },
    { PROBLEM_SHARE_UNDEFINED, 2, "Leave the receipt out", "Hold bongen utenfor" },
    { PROBLEM_VOID_UNKNOWN, 1, "Send the missing receipt", "Send den manglende bongen" },
    { PROBLEM_RECEIPT_CONFLICT, 3, "Find out", "Finn ut" },
    { PROBLEM_SEQUENCE_GAP, 2, "bilag accept", "bilag accept" },
    { PROBLEM_Z_DIFFERS, 4, "bilag accept", "bilag accept" },
    { PROBLEM_Z_MISSING, 5, "bilag accept", "bilag accept" },
    { PROBLEM_GRAND_TOTAL_BROKEN, 4, "bilag accept", "bilag accept" },
    { PROBLEM_PERIOD_LOCKED, 2, "--post-on", "--post-on" },
    { PROBLEM_CUSTOMER_MISSING, 0, "Choose the customer", "Velg kunden" },
    { PROBLEM_CUSTOMER_UNCONNECTED, 1, "bilag customers connect", "bilag customers connect" },
    { PROBLEM_CUSTOMER_UNKNOWN, 2, "Restore the customer", "Hent kunden" },
    { PROBLEM_PRODUCT_UNMAPPED, 2, "Give it one", "Legg inn en" },
    { PROBLEM_PRODUCT_UNKNOWN, 1, "bilag products create", "bilag products create" },
    { PROBLEM_PRODUCT_ACCOUNT, 3, "Correct the product", "Rett standard" },
    { PROBLEM_TOTAL_DIFFERS, 2, "bilag accept", "bilag accept" },
    { PROBLEM_LOGIN, 1, "key file", "nøkkelfilen" },
    { PROBLEM_PRIVILEGE_MISSING, 1, "Have them granted", "Få dem gitt" },
    { PROBLEM_AMOUNT_RANGE, 1, "Leave the receipt out", "Hold bongen utenfor" },
    { PROBLEM_VENUE_UNKNOWN, 1, "Add a file", "Legg inn en fil" },
    { PROBLEM_REFERENCE_DATA, 1, "nothing to do", "ingenting å gjøre" },
    { PROBLEM_REFUSED, 2, "bilag resend", "bilag resend" },
    { PROBLEM_WAITING_ANSWER, 1, "nothing to do", "ingenting å gjøre" },
    { PROBLEM_INVOICE_NOT_SENT, 1, "bilag resend", "bilag resend" },
    { PROBLEM_DAY_TOO_LARGE, 1, "have it corrected", "få det rettet" },
    { PROBLEM_RECEIPTS_TRIMMED, 0, "Enter it by hand", "Før det for hånd" },
    { PROBLEM_OTHER_COMPANY, 2, "enter it by hand", "før det for hånd" },
    { PROBLEM_SENDING_OFF, 0, "send_invoice: false", "send_invoice: false" },
    { PROBLEM_REVERSAL_REFUSED, 1, "bilag reverse", "bilag reverse" },
    { PROBLEM_ALCOHOL_RATE, 3, "correct the sale", "rett salget" },
    { PROBLEM_VAT_ZERO, 2, "bilag accept", "bilag accept" },
    { PROBLEM_DAY_NOT_COME, 1, "--post-on", "--post-on" },
    { PROBLEM_Z_GAP, 2, "bilag accept", "bilag accept" },
    { PROBLEM_Z_OVERLAP, 4, "bilag accept", "bilag accept" },
    { PROBLEM_CLOCK_JUMP, 3, "bilag leave-out", "bilag leave-out" },
    { PROBLEM_PROJECT_REQUIRED, 1, "a project (project:)", "et prosjekt (project:)" },
    { PROBLEM_SUBSCRIPTION, 1, "there is nothing to do", "det er ingenting å gjøre" },
    { PROBLEM_PROJECT_UNKNOWN, 2, "Create or activate it there", "Opprett eller aktiver det" },
    { PROBLEM_LOCATION_UNKNOWN, 2, "Create or activate it there", "Opprett eller aktiver den" },
    { PROBLEM_ADD_ON_AWAITED, 1, "bilag venues confirm", "bilag venues confirm" },
    { PROBLEM_REVERSED_ELSEWHERE, 2, "bilag leave-reversed", "bilag leave-reversed" },
    { PROBLEM_OTHER_CLIENT, 4, "bilag venues connect --new-client", "bilag venues connect --new-client" },
};

static const struct str marks[PROBLEM_ARGS] = { { "ARG-A", 5 }, { "ARG-B", 5 }, { "ARG-C", 5 }, { "ARG-D", 5 },
                                                { "ARG-E", 5 } };

static void check_sentence(enum problem_code code, int args, const char *language, const char *mend)
{
    struct problem problem = { .code = code, .first = STR("K1/10234"), .count = 3 };
    const char *name = problem_code_text(code);
    struct strbuf out;

    strbuf_init(&out, PROBLEM_TEXT_MAX);
    memcpy(problem.arg, marks, sizeof marks);
    problem_write(&problem, str_of(language), &out);
    if (out.failed || out.len < 40)
        fail_msg("%s (%s): no sentence, or one without end", name, language);
    for (int i = 0; i < PROBLEM_ARGS; i++)
        if ((strstr(out.bytes, marks[i].bytes) != NULL) != (i < args))
            fail_msg("%s (%s): argument %d: %s", name, language, i, out.bytes);
    if (!strstr(out.bytes, mend))
        fail_msg("%s (%s) does not say what to do: %s", name, language, out.bytes);
    if (strpbrk(out.bytes, "{}[]?"))
        fail_msg("%s (%s): something is left over: %s", name, language, out.bytes);
    strbuf_free(&out);
}

static void every_code_has_both_sentences(void **unused)
{
    bool seen[PROBLEM_COUNT] = { false };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        check_sentence(rows[i].code, rows[i].args, "en", rows[i].mend_en);
        check_sentence(rows[i].code, rows[i].args, "nb", rows[i].mend_nb);
        seen[rows[i].code] = true;
    }
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        if (!seen[i])
            fail_msg("%s is not in this test", problem_code_text((enum problem_code)i));
}

static void sentence_leaves_out_what_is_not_known(void **unused)
{
    static const struct { struct problem problem; const char *text; } cases[] = {
        { { .code = PROBLEM_LOGIN, .count = 1 },
          "PowerOffice refuses the venue's key. Check in PowerOffice (Settings, Extensions) that the extension is "
          "active, and put its key into the venue's key file." },
        { { .code = PROBLEM_PRODUCT_TYPE_UNMAPPED, .count = 1, .arg = { { "beer", 4 }, { "25", 2 }, { "10,00", 5 } } },
          "Product type \"beer\" at 25 % VAT has no account (10,00 kr so far). Give it an account for this VAT rate "
          "under product_types in the venue's set-up; an account cannot be blank." },
        { { .code = PROBLEM_VAT_RATE_DIFFERS, .count = 1, .arg = { { "3", 1 }, { "15 %", 4 }, { "25", 2 } } },
          "VAT code 3 is 25 % in PowerOffice, but the receipts were sold with 15 % VAT. Choose the VAT code with the "
          "right rate in the venue's set-up, or correct the rate on the till." },
        { { .code = PROBLEM_Z_DIFFERS, .count = 1, .arg = { { "K1", 2 }, { "7", 1 }, { "25 %", 4 }, { "10,00 / 9,00", 12 } } },
          "Register K1, Z report 7, 25 %: the Z report and its receipts differ (Z report / receipts: 10,00 / 9,00 kr). "
          "Check the Z report on the till and send missing receipts again; if the receipts are right, accept it with "
          "bilag accept and a reason." },
        { { .code = PROBLEM_Z_MISSING, .count = 1, .arg = { { "K1", 2 } } },
          "Register K1 has no Z report for this day. Run the Z report on the till; if there will be none, accept it "
          "with bilag accept and a reason." },
        { { .code = PROBLEM_RECEIPT_UNBALANCED, .count = 12, .first = { "K1/7", 4 },
            .arg = { { "10,00", 5 }, { "9,00", 4 } } },
          "Receipt K1/7: the lines add up to 10,00 kr, but the payments to 9,00 kr (12 in all). The difference is "
          "never plugged: leave the receipt out with bilag leave-out, and enter it by hand; the rest of the day then goes." },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct strbuf out;

        strbuf_init(&out, PROBLEM_TEXT_MAX);
        problem_write(&cases[i].problem, STR("en"), &out);
        assert_string_equal(out.bytes, cases[i].text);
        strbuf_free(&out);
    }
}

static void code_texts_come_back(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        enum problem_code code = PROBLEM_COUNT;

        assert_true(problem_code_parse(str_of(problem_code_text((enum problem_code)i)), &code));
        assert_int_equal(code, i);
    }
    enum problem_code code = PROBLEM_COUNT;

    assert_false(problem_code_parse(STR("sequence"), &code));
    assert_int_equal(code, PROBLEM_COUNT);
}

/* docs/rules.md section 5, last paragraph: these and no other. */
static void only_these_can_be_accepted(void **unused)
{
    static const enum problem_code acceptable[] = { PROBLEM_SEQUENCE_GAP, PROBLEM_Z_DIFFERS, PROBLEM_Z_MISSING,
                                                    PROBLEM_GRAND_TOTAL_BROKEN, PROBLEM_TOTAL_DIFFERS, PROBLEM_VAT_ZERO,
                                                    PROBLEM_Z_GAP, PROBLEM_Z_OVERLAP, PROBLEM_CLOCK_JUMP };
    size_t count = 0;

    (void)unused;
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        count += problem_acceptable((enum problem_code)i);
    assert_int_equal(count, COUNT(acceptable));
    for (size_t i = 0; i < COUNT(acceptable); i++)
        assert_true(problem_acceptable(acceptable[i]));
}

static void same_code_and_argument_add_up(void **unused)
{
    struct problems problems = { .count = 0 };

    (void)unused;
    problems_add(&problems, &(struct problem){ .code = PROBLEM_Z_MISSING, .arg = { STR("K1") }, .first = STR("K1/1") });
    problems_add(&problems, &(struct problem){ .code = PROBLEM_Z_MISSING, .arg = { STR("K2") }, .count = 2 });
    problems_add(&problems, &(struct problem){ .code = PROBLEM_Z_MISSING, .arg = { STR("K1") }, .first = STR("K1/9"),
                                               .count = 4 });
    assert_int_equal(problems.count, 2);
    assert_int_equal(problems.at[0].count, 5);
    assert_true(str_equal(problems.at[0].first, STR("K1/1")));
    problems_remove(&problems, PROBLEM_Z_MISSING);
    assert_false(problems_have(&problems, PROBLEM_Z_MISSING));
}

static void full_list_keeps_every_code_and_count(void **unused)
{
    static const struct str names[] = { { "a", 1 }, { "b", 1 }, { "c", 1 } };
    struct problems problems = { .count = 0 };
    uint64_t total = 0;

    (void)unused;
    for (size_t code = 0; code < PROBLEM_COUNT; code++)
        for (size_t i = 0; i < COUNT(names); i++)
            problems_add(&problems, &(struct problem){ .code = (enum problem_code)code, .arg = { names[i] }, .count = 1 });
    assert_int_equal(problems.count, PROBLEMS_MAX);
    for (size_t i = 0; i < problems.count; i++)
        total += problems.at[i].count;
    assert_int_equal(total, 3 * PROBLEM_COUNT);
    for (size_t code = 0; code < PROBLEM_COUNT; code++)
        assert_true(problems_have(&problems, (enum problem_code)code));
}

static void problems_round_trip(void **unused)
{
    struct problems problems = { .count = 0 }, back;
    struct strbuf out;
    struct reader in;

    (void)unused;
    strbuf_init(&out, 65536);
    for (size_t i = 0; i < PROBLEM_COUNT; i++)
        problems_add(&problems, &(struct problem){ .code = (enum problem_code)i, .count = i + 1,
                                                   .first = i % 2 ? STR("K1/1") : STR_NONE,
                                                   .arg = { [PROBLEM_ARGS - 1] = i % 3 ? STR("last") : STR_NONE } });
    problems_encode(&problems, &out);
    reader_init(&in, strbuf_str(&out));
    problems_decode(&in, &back);
    assert_int_equal(reader_done(&in), ERR_OK);
    assert_int_equal(back.count, problems.count);
    for (size_t i = 0; i < back.count; i++) {
        assert_int_equal(back.at[i].code, problems.at[i].code);
        assert_int_equal(back.at[i].count, problems.at[i].count);
        assert_true(str_equal(back.at[i].first, problems.at[i].first));
        for (size_t k = 0; k < PROBLEM_ARGS; k++)
            assert_true(str_equal(back.at[i].arg[k], problems.at[i].arg[k]));
    }
    for (size_t len = 0; len < out.len; len++) {              /* cut anywhere: refused, never half a list */
        reader_init(&in, (struct str){ out.bytes, len });
        problems_decode(&in, &back);
        assert_true(in.failed);
        assert_int_equal(back.count, 0);
    }
    strbuf_free(&out);
}

static void long_argument_is_cut_between_characters(void **unused)
{
    static char text[PROBLEM_TEXT_MAX + 51];
    struct problems problems = { .count = 0 }, back;
    struct strbuf out;
    struct reader in;

    (void)unused;
    memset(text, 'x', PROBLEM_TEXT_MAX - 1);
    memcpy(text + PROBLEM_TEXT_MAX - 1, "ø", 2);
    memset(text + PROBLEM_TEXT_MAX + 1, 'x', 50);
    strbuf_init(&out, 65536);
    problems_add(&problems, &(struct problem){ .code = PROBLEM_REFUSED, .arg = { { text, sizeof text } } });
    problems_encode(&problems, &out);
    reader_init(&in, strbuf_str(&out));
    problems_decode(&in, &back);
    assert_int_equal(reader_done(&in), ERR_OK);
    assert_int_equal(back.at[0].arg[0].len, PROBLEM_TEXT_MAX - 1);
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_both_sentences),
        cmocka_unit_test(sentence_leaves_out_what_is_not_known),
        cmocka_unit_test(code_texts_come_back),
        cmocka_unit_test(only_these_can_be_accepted),
        cmocka_unit_test(same_code_and_argument_add_up),
        cmocka_unit_test(full_list_keeps_every_code_and_count),
        cmocka_unit_test(problems_round_trip),
        cmocka_unit_test(long_argument_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
