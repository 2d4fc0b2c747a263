/* Goal: every difference between a day's vouchers and what was posted by hand is listed, to the øre, with the cause that
 * a bookkeeper would find; what no cause explains says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bilag/read/compare.h"

enum { MONDAY = 20773, LINES_MAX_ = 8 };

/* "1570/0=125" on day 0 (Monday), 1, ... */
struct side { int day; const char *line; };

static void put(struct postings *list, struct arena *arena, const struct side *side, bool ours)
{
    struct posting posting = { .day = MONDAY + side->day };
    char vat[8], department[8] = "", text[32];
    int got = sscanf(side->line, "%" SCNd64 "/%7[^/=]/%7[^=]=%31s", &posting.account, vat, department, text);

    if (got < 4) {
        department[0] = '\0';
        got = 1 + sscanf(side->line, "%" SCNd64 "/%7[^/=]=%31s", &posting.account, vat, text);
    }
    assert_int_equal(got, 4);
    assert_int_equal(money_parse(str_of(text), &posting.amount), ERR_OK);
    posting.vat_code = arena_copy(arena, str_of(vat));
    posting.department = arena_copy(arena, str_of(department));
    posting.rate = ours && posting.account >= 3000 && posting.account < 4000 ? (vat[0] == '3' && vat[1] ? 1500 : 2500) : 0;
    assert_int_equal(postings_add(list, arena, &posting), ERR_OK);
}

#define SOLD { 0, "1570/0=1250.00" }, { 0, "1900/0=575.00" }, { 0, "2910/0=-50.00" }, { 0, "3000/3=-1200.00" }, \
             { 0, "3001/31=-575.00" }
#define NEXT { 1, "1570/0=100.00" }, { 1, "3000/3=-100.00" }

static void causes(void **unused)
{
    static const struct {
        const char *why;
        struct side ours[10], theirs[12];
        enum difference_cause cause;
        size_t rows;                     /* differences on Monday, all with this cause */
        const char *about;               /* of the first */
        bool sent;                       /* all of Monday's; with parts, the first of them */
        size_t parts[3];
    } rows[] = {
        { "the same", { SOLD }, { SOLD }, 0, 0, "", false, { 0 } },
        { "the same in other lines", { SOLD }, { { 0, "1570/0=1000" }, { 0, "1570/0=250" }, { 0, "1900/0=575.00" },
          { 0, "2910/0=-50.00" }, { 0, "3000/3=-1200.00" }, { 0, "3001/31=-575.00" } }, 0, 0, "", false, { 0 } },
        { "sent by Bilag, and nothing else", { SOLD }, { { 1, "3000/3=-1" } }, 0, 0, "", true, { 0 } },
        { "sent by Bilag as well", { SOLD }, { SOLD }, DIFFERS_BOTH, 5, "-", true, { 0 } },
        { "sent by Bilag, and its sales corrected", { SOLD }, { { 0, "3000/3=100" }, { 0, "3010/3=-100" } }, DIFFERS_BESIDES, 2, "-",
          true, { 0 } },
        { "sent by Bilag, and all but the same by hand", { SOLD }, { { 0, "1571/0=1250.00" }, { 0, "1900/0=575.00" },
          { 0, "2910/0=-50.00" }, { 0, "3000/3=-1200.00" }, { 0, "3001/31=-575.00" } }, DIFFERS_BESIDES, 5, "-", true, { 0 } },
        { "sent by Bilag, and Tuesday posted on Monday", { SOLD, NEXT }, { { 0, "1570/0=100.00" }, { 0, "3000/3=-100.00" } },
          DIFFERS_OF_DAY, 2, "2026-11-17", true, { 0 } },
        { "Tuesday is the same, and was posted on Monday", { SOLD, { 1, "1570/0=1250.00" }, { 1, "1900/0=575.00" },
          { 1, "2910/0=-50.00" }, { 1, "3000/3=-1200.00" }, { 1, "3001/31=-575.00" } }, { SOLD }, DIFFERS_OF_DAY, 5, "2026-11-17", true,
          { 0 } },
        { "nothing sold, but on Tuesday", { NEXT }, { { 0, "1570/0=100.00" }, { 0, "3000/3=-100.00" } }, DIFFERS_OF_DAY, 2, "2026-11-17",
          false, { 0 } },
        { "the second part by hand, as it should be", { SOLD, { 0, "1900/0=10" }, { 0, "3000/3=-10" } },
          { { 0, "1900/0=10" }, { 0, "3000/3=-10" } }, 0, 0, "", true, { 5, 7 } },
        { "the second part by hand, mistyped", { SOLD, { 0, "1900/0=10" }, { 0, "3000/3=-10" } },
          { { 0, "1900/0=10" }, { 0, "3010/3=-10" } }, DIFFERS_ACCOUNT, 2, "3010", true, { 5, 7 } },
        { "both parts by hand", { SOLD, { 0, "1900/0=10" }, { 0, "3000/3=-10" } }, { SOLD, { 0, "1900/0=10" }, { 0, "3000/3=-10" } },
          DIFFERS_BOTH, 5, "-", true, { 5, 7 } },
        { "forgotten", { SOLD }, { { 5, "3000/3=-1" } }, DIFFERS_NOT_POSTED, 5, "", false, { 0 } },
        { "nothing sold", { { 1, "3000/3=-1" } }, { SOLD }, DIFFERS_NOT_OURS, 5, "", false, { 0 } },
        { "on Tuesday", { SOLD }, { { 1, "1570/0=1250.00" }, { 1, "1900/0=575.00" }, { 1, "2910/0=-50.00" },
          { 1, "3000/3=-1200.00" }, { 1, "3001/31=-575.00" } }, DIFFERS_OTHER_DAY, 5, "2026-11-17", false, { 0 } },
        { "two days as one", { SOLD, NEXT }, { { 1, "1570/0=1350.00" }, { 1, "1900/0=575.00" }, { 1, "2910/0=-50.00" },
          { 1, "3000/3=-1300.00" }, { 1, "3001/31=-575.00" } }, DIFFERS_TOGETHER, 5, "2026-11-17", false, { 0 } },
        { "twice", { SOLD }, { SOLD, SOLD }, DIFFERS_TWICE, 5, "", false, { 0 } },
        { "debit and credit", { SOLD }, { { 0, "1570/0=-1250.00" }, { 0, "1900/0=-575.00" }, { 0, "2910/0=50.00" },
          { 0, "3000/3=1200.00" }, { 0, "3001/31=575.00" } }, DIFFERS_SIGN, 5, "", false, { 0 } },
        { "without what came late", { SOLD, { 0, "1900/0=10" }, { 0, "3000/3=-10" } }, { SOLD }, DIFFERS_LATE, 2, "2", false,
          { 5, 7 } },
        { "another VAT code", { SOLD }, { { 0, "1570/0=1250.00" }, { 0, "1900/0=575.00" }, { 0, "2910/0=-50.00" },
          { 0, "3000/3=-1200.00" }, { 0, "3001/3=-575.00" } }, DIFFERS_VAT_CODE, 2, "31", false, { 0 } },
        { "another department", { { 0, "1900/0/10=10" }, { 0, "3000/3/10=-10" } }, { { 0, "1900/0/10=10" }, { 0, "3000/3/20=-10" } },
          DIFFERS_DEPARTMENT, 2, "20", false, { 0 } },
        { "no department", { { 0, "1900/0=10" }, { 0, "3000/3/10=-10" } }, { { 0, "1900/0=10" }, { 0, "3000/3=-10" } },
          DIFFERS_DEPARTMENT, 2, "10", false, { 0 } },
        { "net", { SOLD }, { { 0, "1570/0=1250.00" }, { 0, "1900/0=575.00" }, { 0, "2910/0=-50.00" }, { 0, "3000/3=-960.00" },
          { 0, "3001/31=-500.00" }, { 0, "2700/0=-315.00" } }, DIFFERS_NET, 3, "", false, { 0 } },
        { "tips left in the till", { SOLD }, { { 0, "1570/0=1200.00" }, { 0, "1900/0=575.00" }, { 0, "3000/3=-1200.00" },
          { 0, "3001/31=-575.00" } }, DIFFERS_TIPS, 2, "2910", false, { 0 } },
        { "gift cards as sales", { { 0, "1570/0=500" }, { 0, "2901/0=-500" } }, { { 0, "1570/0=500" }, { 0, "3000/3=-500" } },
          DIFFERS_GIFT_CARDS, 2, "3000", false, { 0 } },
        { "a card company's fee", { SOLD }, { { 0, "1570/0=1237.50" }, { 0, "7770/0=12.50" }, { 0, "1900/0=575.00" },
          { 0, "2910/0=-50.00" }, { 0, "3000/3=-1200.00" }, { 0, "3001/31=-575.00" } }, DIFFERS_FEE, 2, "7770", false, { 0 } },
        { "rounded to kroner", { { 0, "1900/0=99.60" }, { 0, "3000/3=-99.60" } }, { { 0, "1900/0=100" }, { 0, "3000/3=-100" } },
          DIFFERS_ROUNDING, 2, "3000", false, { 0 } },
        { "rounding on its account", { { 0, "1900/0=102" }, { 0, "3000/3=-100" }, { 0, "7740/0=-2" } },
          { { 0, "1900/0=102" }, { 0, "3000/3=-102" } }, DIFFERS_ROUNDING, 2, "7740", false, { 0 } },
        { "another account", { SOLD }, { { 0, "1571/0=1250.00" }, { 0, "1900/0=575.00" }, { 0, "2910/0=-50.00" },
          { 0, "3000/3=-1200.00" }, { 0, "3001/31=-575.00" } }, DIFFERS_ACCOUNT, 2, "1571", false, { 0 } },
        { "the credit sale as well", { SOLD }, { SOLD, { 0, "1500/0=777" }, { 0, "3000/3=-477" }, { 0, "3001/31=-300" } },
          DIFFERS_LEFT_OUT, 3, "orders", false, { 0 } },
        { "a payment without an account", { { 0, "0/0=100" }, { 0, "3000/3=-100" } }, { { 0, "1571/0=100" }, { 0, "3000/3=-100" } },
          DIFFERS_UNMAPPED, 2, "1571", false, { 0 } },
        { "a number mistyped", { SOLD }, { { 0, "1570/0=1520.00" }, { 0, "1900/0=575.00" }, { 0, "2910/0=-50.00" },
          { 0, "3000/3=-1200.00" }, { 0, "3001/31=-575.00" } }, DIFFERS_UNEXPLAINED, 1, "", false, { 0 } },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct compare_left left = { STR("orders"), { 77700 } };
        struct compare_day day = { MONDAY, rows[i].sent, &left, 1, rows[i].parts, rows[i].parts[0] ? 2 : 0 };
        struct compare_input input = { .days = &day, .day_count = 1, .tip_account = 2910, .gift_account = 2901,
                                       .rounding_account = 7740 };
        struct comparison found;
        struct arena arena;

        arena_init(&arena, 1 << 20);
        for (size_t k = 0; k < COUNT(rows[i].ours) && rows[i].ours[k].line; k++)
            put(&input.ours, &arena, &rows[i].ours[k], true);
        for (size_t k = 0; rows[i].sent && k < input.ours.count; k++)
            input.ours.at[k].sent = input.ours.at[k].day == MONDAY && (!rows[i].parts[0] || k < rows[i].parts[0]);
        for (size_t k = 0; k < COUNT(rows[i].theirs) && rows[i].theirs[k].line; k++)
            put(&input.theirs, &arena, &rows[i].theirs[k], false);
        assert_int_equal(compare(&input, &arena, &found), ERR_OK);
        for (size_t k = 0; k < found.count; k++)
            if (found.at[k].cause != rows[i].cause)
                fail_msg("%s: account %" PRId64 ": %s", rows[i].why, found.at[k].account, difference_code(found.at[k].cause));
        if (found.count != rows[i].rows)
            fail_msg("%s: %zu differences", rows[i].why, found.count);
        if (found.count && !str_equal(found.at[0].about, str_of(rows[i].about)) &&
            !str_equal(found.at[1 % found.count].about, str_of(rows[i].about)))
            fail_msg("%s: about " STR_FMT, rows[i].why, STR_ARG(found.at[0].about));
        arena_free(&arena);
    }
}

/* A payment without an account is that, also where no account is named for rounding. */
static void unmapped_is_no_rounding(void **unused)
{
    const struct side ours[] = { { 0, "0/0=100" }, { 0, "3000/3=-100" } }, theirs = { 0, "3000/3=-100" };
    struct compare_day day = { .day = MONDAY };
    struct compare_input input = { .days = &day, .day_count = 1 };
    struct comparison found;
    struct arena arena;

    (void)unused;
    arena_init(&arena, 1 << 20);
    put(&input.ours, &arena, &ours[0], true);
    put(&input.ours, &arena, &ours[1], true);
    put(&input.theirs, &arena, &theirs, false);
    assert_int_equal(compare(&input, &arena, &found), ERR_OK);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.at[0].cause, DIFFERS_UNMAPPED);
    arena_free(&arena);
}

/* Whatever the two sides are: the differences are what they lack of one another, to the øre, and each sum is told once. */
static void nothing_is_lost(void **unused)
{
    static const char *const lines[] = { "1570/0=%d.37", "1900/0=%d", "3000/3=-%d.10", "3001/31=-%d", "7740/0=0.%02d",
                                         "2910/0=-%d" };

    (void)unused;
    srand(12);
    for (int round = 0; round < 3000; round++) {
        struct compare_day day = { .day = MONDAY };
        struct compare_input input = { .days = &day, .day_count = 1, .tip_account = 2910, .rounding_account = 7740 };
        int64_t gap = 0, told = 0;
        struct comparison found;
        struct arena arena;

        arena_init(&arena, 1 << 20);
        for (int k = 0; k < 14; k++) {
            bool ours = k % 2;
            char line[32];
            struct side side = { 0, line };
            struct postings *list = ours ? &input.ours : &input.theirs;

            (void)snprintf(line, sizeof line, lines[rand() % (int)COUNT(lines)], 1 + rand() % 5);
            put(list, &arena, &side, ours);
            if (ours)
                day.sent |= list->at[list->count - 1].sent = round % 2 && rand() % 3 == 0;
            gap += ours && list->at[list->count - 1].sent ? 0
                   : ours ? -list->at[list->count - 1].amount.ore : list->at[list->count - 1].amount.ore;
        }
        assert_int_equal(compare(&input, &arena, &found), ERR_OK);
        for (size_t k = 0; k < found.count; k++) {
            told += found.at[k].theirs.ore - found.at[k].ours.ore;
            assert_true(found.at[k].theirs.ore != found.at[k].ours.ore);
            assert_true(k == 0 || found.at[k].account > found.at[k - 1].account);
        }
        assert_int_equal(told, gap);
        arena_free(&arena);
    }
}

static void sentences(void **unused)
{
    (void)unused;
    for (enum difference_cause cause = 0; cause < DIFFERENCE_CAUSE_COUNT; cause++)
        for (int norwegian = 0; norwegian < 2; norwegian++) {
            struct strbuf out;

            strbuf_init(&out, 1024);
            difference_say(cause, STR("7"), norwegian, &out);
            assert_true(out.len > 5 && difference_code(cause)[0]);
            assert_null(memchr(out.bytes, '{', out.len));
            strbuf_free(&out);
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(causes), cmocka_unit_test(unmapped_is_no_rounding),
        cmocka_unit_test(nothing_is_lost), cmocka_unit_test(sentences),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
