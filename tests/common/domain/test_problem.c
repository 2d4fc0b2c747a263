/* Goal: every problem is said in both languages with all that it knows and what to do about it; codes travel
 * and come back; what does not fit is counted, never lost. */
#include "domain/problem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

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
        { { .code = PROBLEM_SEQUENCE_GAP, .count = 1, .arg = { { "K1", 2 }, { "80", 2 } } },
          "Register K1: receipt 80 is missing. Send it from the till again; if it does not exist, accept the gap with bilag "
          "accept and a reason." },
        { { .code = PROBLEM_SEQUENCE_GAP, .count = 1, .arg = { { "K1", 2 }, { "7-9, 11", 7 } } },
          "Register K1: receipts 7-9, 11 are missing. Send them from the till again; if they do not exist, accept the gap with "
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
