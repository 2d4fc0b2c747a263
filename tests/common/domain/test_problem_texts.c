/* Goal: every problem is said in both languages with all that it knows and what to do about it, and nothing is left over. */
#include "domain/problem.h"

#include "pages_kit.h"

#include <string.h>

static const struct { enum problem_code code; int args; const char *mend_en, *mend_nb; } rows[] = {
    { PROBLEM_PRODUCT_TYPE_UNMAPPED, 3, "Give it an account", "Legg inn en konto" },
    { PROBLEM_PAYMENT_TYPE_UNMAPPED, 2, "Give it an account", "Legg inn en konto" },
    { PROBLEM_VAT_UNMAPPED, 4, "Add a class", "Legg inn en klasse" },
    { PROBLEM_ACCOUNT_UNKNOWN, 2, "Create it", "Opprett den" },
    { PROBLEM_ACCOUNT_INACTIVE, 2, "Activate it", "Aktiver den" },
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
    { PROBLEM_SUBSCRIPTION_KEY, 1, "puts a valid one in place", "legger inn en gyldig" },
    { PROBLEM_SUBSCRIPTION, 1, "there is nothing to do", "det er ingenting å gjøre" },
    { PROBLEM_PROJECT_UNKNOWN, 2, "Create or activate it there", "Opprett eller aktiver det" },
    { PROBLEM_LOCATION_UNKNOWN, 2, "Create or activate it there", "Opprett eller aktiver den" },
    { PROBLEM_ADD_ON_AWAITED, 1, "bilag venues confirm", "bilag venues confirm" },
    { PROBLEM_REVERSED_ELSEWHERE, 2, "bilag leave-reversed", "bilag leave-reversed" },
    { PROBLEM_POSTED_TWICE, 2, "reverse the voucher, delete the order", "reverser bilaget, slett ordren" },
    { PROBLEM_DAY_OPEN, 4, "See that every process runs", "Se til at alle prosesser kjører" },
    { PROBLEM_NO_RECEIPTS, 0, "bilag reverse", "bilag reverse" },
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

/* As the console says it: whole, in words of its pages. */
static void check_for_pages(enum problem_code code, const char *language)
{
    struct problem problem = { .code = code, .first = STR("K1/10234"), .count = 3 };
    struct strbuf out;

    strbuf_init(&out, PROBLEM_TEXT_MAX);
    memcpy(problem.arg, marks, sizeof marks);
    problem_write_for(&problem, str_of(language), WORDING_PAGES, &out);
    strbuf_char(&out, '\0');
    assert_false(out.failed);
    reads_in_a_browser(problem_code_text(code), language, out.bytes);
    if (strpbrk(out.bytes, "[]?") || strstr(out.bytes, "  ") || strstr(out.bytes, " ."))
        fail_msg("%s (%s): something is left over: %s", problem_code_text(code), language, out.bytes);
    strbuf_free(&out);
}

static void every_code_can_be_followed_on_the_pages(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        check_for_pages((enum problem_code)i, "en");
        check_for_pages((enum problem_code)i, "nb");
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_both_sentences),
        cmocka_unit_test(every_code_can_be_followed_on_the_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
