/* Goal: nobody is left with a red document that cannot be ended: every problem has a way on, told with a command that can be
 * typed or by the problem's own sentence, in both languages, and every way is some problem's. */
#include "bilag/show/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 20777 };

struct heard { size_t commands; struct strbuf text; };

static void say(void *context, const struct advice *advice)
{
    struct heard *heard = context;

    heard->commands += advice->command.len > 0;
    strbuf_add(&heard->text, advice->sentence);
    strbuf_char(&heard->text, '\n');
}

static void say_command(void *context, const struct advice *advice)
{
    struct heard *heard = context;

    strbuf_add(&heard->text, advice->command);
    strbuf_char(&heard->text, '\n');
}

static struct problem full(enum problem_code code)
{
    return (struct problem){ .code = code, .arg = { STR("K1/12"), STR("b"), STR("c"), STR("d"), STR("e") },
                             .first = STR("K1/12"), .count = 1 };
}

static struct book_doc doc_with(enum doc_state state, enum problem_code code)
{
    struct book_doc doc = { .id = STR("grill/2026-11-20/1"), .state = state,
                            .draft = { .doc = { .kind = DOC_VOUCHER, .venue = STR("grill"), .day = DAY, .part = 1 } } };
    struct problem problem = full(code);

    problems_add(&doc.draft.problems, &problem);
    return doc;
}

static size_t advised(enum doc_state state, enum problem_code code, const char *language, struct strbuf *text)
{
    struct voice voice = { .language = str_of(language) };
    struct book_doc doc = doc_with(state, code);
    struct heard heard = { .commands = 0 };

    strbuf_init(&heard.text, 1 << 16);
    status_advise(&voice, &doc, say, &heard);
    *text = heard.text;
    return heard.commands;
}

/* Where each is met; all others hold their document. */
static enum doc_state met_in(enum problem_code code)
{
    static const struct { enum problem_code code; enum doc_state state; } rows[] = {
        { PROBLEM_REFUSED, DOC_FAILED },          { PROBLEM_WAITING_ANSWER, DOC_SENDING },
        { PROBLEM_INVOICE_NOT_SENT, DOC_SENT },   { PROBLEM_TOTAL_DIFFERS, DOC_SENT },
        { PROBLEM_REVERSAL_REFUSED, DOC_SENT },   { PROBLEM_REVERSED_ELSEWHERE, DOC_SENT },
        { PROBLEM_NO_RECEIPTS, DOC_SENT },
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].code == code)
            return rows[i].state;
    return DOC_HELD;
}

static void every_problem_has_a_way_on(void **unused)
{
    unsigned ways = 0;

    (void)unused;
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        enum problem_code code = (enum problem_code)i;
        struct strbuf en, nb;
        size_t commands = advised(met_in(code), code, "en", &en);

        ways |= problem_ways(code);
        if (!problem_ways(code))
            fail_msg("%s has no way on", problem_code_text(code));
        if (commands == 0 && problem_ways(code) != WAY_WAIT)
            fail_msg("%s: no command is told", problem_code_text(code));
        if (commands != advised(met_in(code), code, "nb", &nb) || (commands && str_equal(strbuf_str(&en), strbuf_str(&nb))))
            fail_msg("%s: not in both languages: %s%s", problem_code_text(code), en.bytes, nb.bytes);
        strbuf_free(&en);
        strbuf_free(&nb);
    }
    for (int place = 0; place < WAY_COUNT; place++)
        if (!(ways & (1u << place)))
            fail_msg("%s is no problem's way on", way_text((enum way_place)place));
}

/* What keeps nobody any more is not told about. */
static void by_hand_is_at_rest(void **unused)
{
    struct strbuf text;

    (void)unused;
    assert_int_equal(advised(DOC_BY_HAND, PROBLEM_Z_MISSING, "en", &text), 0);
    strbuf_free(&text);
}

/* All three ways on of docs/rules.md section 8; and what stands there is nobody's to enter again. */
static void taken_back_has_three_ways(void **unused)
{
    static const char *const commands[] = { "bilag resend grill/2026-11-20/1", "bilag by-hand grill/2026-11-20/1",
                                            "bilag leave-reversed grill/2026-11-20/1" };
    struct strbuf text;

    (void)unused;
    assert_int_equal(advised(DOC_SENT, PROBLEM_REVERSED_ELSEWHERE, "en", &text), COUNT(commands));
    for (size_t i = 0; i < COUNT(commands); i++)
        assert_non_null(strstr(text.bytes, commands[i]));
    strbuf_free(&text);
    (void)advised(DOC_SENT, PROBLEM_Z_DIFFERS, "en", &text);
    assert_null(strstr(text.bytes, "by-hand"));
    strbuf_free(&text);
}

/* Each command once; many of one kind in one command. */
static void each_command_once(void **unused)
{
    struct voice voice = { .language = STR("nb") };
    struct book_doc doc = doc_with(DOC_HELD, PROBLEM_RECEIPT_UNBALANCED);
    struct problem other = full(PROBLEM_RECEIPT_UNBALANCED), zero = full(PROBLEM_VAT_ZERO);
    static const char *const firsts[] = { "K1/13", "K1/14", "K1/15" };
    struct heard heard = { .commands = 0 };

    (void)unused;
    strbuf_init(&heard.text, 1 << 16);
    problems_add(&doc.draft.problems, &zero);
    status_advise(&voice, &doc, say, &heard);
    assert_non_null(strstr(heard.text.bytes, "bilag leave-out grill/K1/12 --reason"));
    assert_null(strstr(strstr(heard.text.bytes, "leave-out") + 1, "leave-out"));
    for (size_t i = 0; i < COUNT(firsts); i++) {
        other.arg[0] = other.first = str_of(firsts[i]);
        problems_add(&doc.draft.problems, &other);
    }
    strbuf_reset(&heard.text);
    status_advise(&voice, &doc, say, &heard);
    assert_non_null(strstr(heard.text.bytes, "leave-out --venue grill --from 2026-11-20 --to 2026-11-20 --problem receipt-"));
    assert_null(strstr(heard.text.bytes, "leave-out grill/K1/13"));
    strbuf_free(&heard.text);
}

/* A command of a whole group names all that the command asks for. */
static void a_group_has_its_days(void **unused)
{
    struct voice voice = { .language = STR("nb") };
    struct book_doc doc = doc_with(DOC_HELD, PROBLEM_Z_MISSING);
    struct heard heard = { .commands = 0 };

    (void)unused;
    strbuf_init(&heard.text, 1 << 16);
    status_advise_many(&voice, &doc, DAY, DAY + 3, say, &heard);
    assert_non_null(strstr(heard.text.bytes, "bilag accept --venue grill --from 2026-11-20 --to 2026-11-23 --problem z-missing "
                                             "--reason \"...\""));
    strbuf_free(&heard.text);
}

/* What a till calls a customer is one word of the command that is advised. */
static void a_customers_name_is_one_word(void **unused)
{
    struct voice voice = { .language = STR("en") };
    struct book_doc doc = doc_with(DOC_HELD, PROBLEM_CUSTOMER_UNCONNECTED);
    struct heard heard = { .commands = 0 };

    (void)unused;
    doc.draft.problems.at[0].arg[0] = STR("Hansen & Co; touch x");
    strbuf_init(&heard.text, 1 << 16);
    status_advise(&voice, &doc, say_command, &heard);
    strbuf_char(&heard.text, '\0');
    assert_non_null(strstr(heard.text.bytes, "bilag customers --venue grill connect 'Hansen & Co; touch x' NUMBER\n"));
    strbuf_free(&heard.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_problem_has_a_way_on),
        cmocka_unit_test(by_hand_is_at_rest), cmocka_unit_test(taken_back_has_three_ways),
        cmocka_unit_test(each_command_once),
        cmocka_unit_test(a_group_has_its_days),
        cmocka_unit_test(a_customers_name_is_one_word),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
