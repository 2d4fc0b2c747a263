/* Proofs of days: what their Z reports hold beside them is told of days of which nothing is held. */
#include "bilag/read/overview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct book_doc document(enum doc_state state, enum problem_code code)
{
    struct book_doc doc = { .id = STR("v/2026-11-20/1"), .state = state };

    doc.draft.doc = (struct doc){ .kind = DOC_VOUCHER, .venue = STR("v"), .day = 20777, .part = 1 };
    doc.draft.phase = DRAFT_CLOSED;
    doc.draft.lines_total.ore = doc.draft.voucher_total.ore = 100;
    doc.draft.problems.at[0].code = code;
    doc.draft.problems.count = 1;
    doc.draft.line_count = 1;
    return doc;
}

/* Goal: a sent day whose reversal was refused is red, and what of its Z is elsewhere is told all the same. */
static void red_of_proofs(void **unused)
{
    static const struct { enum doc_state state; enum problem_code code; bool red; } rows[] = {
        { DOC_SENT, PROBLEM_REVERSAL_REFUSED, false }, { DOC_SENT, PROBLEM_REVERSED_ELSEWHERE, false },
        { DOC_HELD, PROBLEM_Z_DIFFERS, true },         { DOC_FAILED, PROBLEM_Z_DIFFERS, true },
    };
    struct arena arena;

    (void)unused;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct book_doc doc = document(rows[i].state, rows[i].code);
        struct book_list list = { &doc, 1 };
        struct day_proof *days;
        size_t count;

        assert_true(book_doc_is_red(&doc));
        assert_int_equal(status_prove(&list, &arena, &days, &count), ERR_OK);
        assert_int_equal(count, 1);
        assert_int_equal(days->lines.ore, 100);
        if (days->red != rows[i].red)
            fail_msg("row %zu", i);
    }
    arena_free(&arena);
}

/* Goal: what stands in the books and is wrong there is red until somebody has said that it may stay; what is only noted is not. */
static void red_of_what_is_sent(void **unused)
{
    static const struct { enum problem_code code; bool red; } rows[] = {
        { PROBLEM_TOTAL_DIFFERS, true }, { PROBLEM_INVOICE_NOT_SENT, true }, { PROBLEM_POSTED_TWICE, true },
        { PROBLEM_REVERSED_ELSEWHERE, true }, { PROBLEM_OTHER_CLIENT, true }, { PROBLEM_WAITING_ANSWER, false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct book_doc doc = document(DOC_SENT, rows[i].code);

        if (book_doc_is_red(&doc) != rows[i].red)
            fail_msg("%s", problem_code_text(rows[i].code));
    }
}

/* Goal: a venue that is shown red because it is not connected is red for the exit code and for alerts, though no document is. */
static void unconnected_is_red(void **unused)
{
    static const struct venue known = { .id = { "v", 1 } };
    static const struct {
        const char *why; enum connected connected; const char *login_fault; uint64_t documents, red;
    } rows[] = {
        { "its key is refused", CONNECTED_NO, "invalid_client", 0, 1 }, { "it has no key", CONNECTED_NO, "", 0, 1 },
        { "and its day is held", CONNECTED_NO, "invalid_client", 1, 2 }, { "not asked yet", CONNECTED_UNKNOWN, "", 0, 0 },
        { "connected", CONNECTED_YES, "", 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct whole_status whole = { .venues = 0 };
        struct venue_status venue = { .id = STR("v"), .venue = &known, .connected = rows[i].connected,
                                      .login_fault = str_of(rows[i].login_fault), .red = rows[i].documents };

        overview_count(&whole, &venue);
        if (whole_red(&whole) != rows[i].red || venue_is_red(&venue) != (rows[i].red > 0) || whole.red != rows[i].documents)
            fail_msg("%s: %llu red", rows[i].why, (unsigned long long)whole_red(&whole));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(red_of_proofs), cmocka_unit_test(red_of_what_is_sent),
                                        cmocka_unit_test(unconnected_is_red) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
