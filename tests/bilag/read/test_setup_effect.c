/* Goal: before a set-up is saved it is told which sums of vouchers that are not sent go to another account or VAT code, as each day has it,
 * and what would go at once; and no voucher that is sealed, sent, an order or nothing is counted. */
#include "bilag/read/setup_effect.c"
#include "bilag/read/due.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DAY = 20000, CHANGE = 20010, LATER = 20020 };

/* Sorted by name and day, as a file's are when it was read. */
static struct product_entry food_now[] = {
    { .name = { "beer", 4 }, .account = 3010, .valid_from = DAY_ALWAYS },
    { .name = { "food", 4 }, .account = 3000, .reduced_account = 3005, .valid_from = DAY_ALWAYS },
};
static struct product_entry food_wanted[] = {
    { .name = { "food", 4 }, .account = 3000, .reduced_account = 3005, .valid_from = DAY_ALWAYS },
    { .name = { "food", 4 }, .account = 3090, .reduced_account = 3095, .valid_from = CHANGE },
    { .name = { "wine", 4 }, .account = 3020, .valid_from = DAY_ALWAYS },
};
static struct payment_entry paid_now[] = {
    { .name = { "card", 4 }, .account = 1570, .transfer = true, .valid_from = DAY_ALWAYS },
    { .name = { "cash", 4 }, .account = 1900, .transfer = true, .valid_from = DAY_ALWAYS },
};
static struct payment_entry paid_wanted[] = {
    { .name = { "card", 4 }, .account = 1580, .transfer = true, .valid_from = DAY_ALWAYS },
    { .name = { "cash", 4 }, .account = 1900, .transfer = false, .valid_from = DAY_ALWAYS },
};
static struct vat_entry vat_now[] = {
    { { "normal", 6 }, VAT_NORMAL, 2500, { "3", 1 }, DAY_ALWAYS }, { { "reduced", 7 }, VAT_REDUCED, 1500, { "31", 2 }, DAY_ALWAYS },
};
static struct vat_entry vat_wanted[] = {
    { { "normal", 6 }, VAT_NORMAL, 2500, { "3", 1 }, DAY_ALWAYS }, { { "normal", 6 }, VAT_NORMAL, 2500, { "33", 2 }, LATER },
    { { "reduced", 7 }, VAT_REDUCED, 1500, { "31", 2 }, DAY_ALWAYS },
};
static const struct venue now = { .products = food_now, .product_count = COUNT(food_now), .payments = paid_now,
                                  .payment_count = COUNT(paid_now), .vat = vat_now, .vat_count = COUNT(vat_now) };
static const struct venue wanted = { .products = food_wanted, .product_count = COUNT(food_wanted), .payments = paid_wanted,
                                     .payment_count = COUNT(paid_wanted), .vat = vat_wanted, .vat_count = COUNT(vat_wanted) };

static struct setup_move moves[SETUP_MOVES_MAX];

static struct cell cell_of(bool sold, const char *type, int32_t rate, int64_t ore)
{
    return (struct cell){ .sold = sold, .type = str_of(type), .rate = rate, .amount = { ore } };
}

/* Goal: each cell alone; empty: nothing of it moves. */
static void one_cell(void **unused)
{
    static const struct {
        const char *why;
        int32_t day;
        bool sold;
        const char *type;
        int32_t rate;
        int64_t ore;
        const char *says;
    } rows[] = {
        { "the same",                          DAY,    true,  "food", 2500, -100, "" },
        { "from that day",                     CHANGE, true,  "food", 2500, -100, "food 3000 3 > 3090 3: 100" },
        { "the day before",                    CHANGE - 1, true, "food", 2500, -100, "" },
        { "the other rate's account",          CHANGE, true,  "food", 1500, -100, "food 3005 31 > 3095 31: 100" },
        { "a rate that is none's",             CHANGE, true,  "food", 1200, -100, "food 3000  > 3090 : 100" },
        { "the VAT code from a day",           LATER,  true,  "food", 2500, -100, "food 3000 3 > 3090 33: 100" },
        { "a type that goes",                  DAY,    true,  "beer", 2500, -100, "beer 3010 3 > 0 3: 100" },
        { "one that comes",                    DAY,    true,  "wine", 2500, -100, "wine 0 3 > 3020 3: 100" },
        { "one that nobody knows",             LATER - 1, true, "milk", 2500, -100, "" },
        { "but its code changes",              LATER,  true,  "milk", 2500, -100, "milk 0 3 > 0 33: 100" },
        { "a payment has no VAT code",         LATER,  false, "card", 2500, 100, "card 1570  > 1580 : 100" },
        { "what is not transferred any more",  DAY,    false, "cash", 0,    100, "cash 1900  > -1 : 100" },
        { "a payment that is no product",      DAY,    false, "wine", 2500, 100, "" },
        { "a product that is called as a payment", DAY, true, "card", 2500, -100, "" },
        { "what was given back",               CHANGE, true,  "food", 2500, 300, "food 3000 3 > 3090 3: -300" },
        { "what was paid back",                DAY,    false, "card", 0,   -300, "card 1570  > 1580 : -300" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct setup_effect effect = { .moves = moves };
        struct cell cell = cell_of(rows[i].sold, rows[i].type, rows[i].rate, rows[i].ore);
        const struct draft draft = { .doc = { .day = rows[i].day }, .cells = &cell, .cell_count = 1 };
        char says[100] = "";

        assert_int_equal(look(&effect, &now, &wanted, &draft), ERR_OK);
        if (effect.move_count == 1)
            (void)snprintf(says, sizeof says, STR_FMT " %" PRId64 " " STR_FMT " > %" PRId64 " " STR_FMT ": %" PRId64,
                           STR_ARG(moves->type), moves->from, STR_ARG(moves->from_code), moves->to, STR_ARG(moves->to_code),
                           moves->amount.ore);
        if (effect.move_count > 1 || strcmp(says, rows[i].says) != 0 || (effect.move_count == 1 && moves->sold != rows[i].sold))
            fail_msg("%s: %zu: %s, not %s", rows[i].why, effect.move_count, says, rows[i].says);
    }
}

/* Goal: a sum is added to no other move than its own. */
static void which_are_the_same(void **unused)
{
    static const struct setup_move move = { true, { "food", 4 }, 3000, 3090, { "3", 1 }, { "33", 2 }, { 0 } };
    struct setup_move others[6] = { move, move, move, move, move, move };

    (void)unused;
    assert_true(is_same(&move, &others[0]));
    others[0].sold = false;
    others[1].type = STR("beer");
    others[2].from = 3001;
    others[3].to = 3091;
    others[4].from_code = STR("31");
    others[5].to_code = STR("31");
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(is_same(&move, &others[i]));
}

/* Goal: days are one effect: sums of one move together, from the first day to the last; and no more moves than anybody reads. */
static void together(void **unused)
{
    struct cell cells[] = { cell_of(true, "food", 2500, -100), cell_of(true, "food", 1500, -10),
                            cell_of(true, "food", 2500, -1) };
    struct cell many[SETUP_MOVES_MAX + 1], huge[2] = { cell_of(false, "card", 0, INT64_MAX), cell_of(false, "card", 0, 1) };
    static char names[SETUP_MOVES_MAX + 1][16];
    struct draft drafts[] = {
        { .doc = { .day = CHANGE }, .cells = cells, .cell_count = 3 }, { .doc = { .day = DAY }, .cells = cells, .cell_count = 3 },
        { .doc = { .day = LATER }, .cells = cells, .cell_count = 3 }, { .doc = { .day = CHANGE + 1 }, .cells = cells, .cell_count = 2 },
        { .doc = { .day = LATER }, .cells = many, .cell_count = COUNT(many) }, { .doc = { .day = DAY }, .cells = huge, .cell_count = 2 },
    };
    struct setup_effect effect = { .moves = moves }, full = { .moves = moves };

    (void)unused;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(look(&effect, &now, &wanted, &drafts[i]), ERR_OK);
    assert_int_equal(effect.vouchers, 4);
    assert_int_equal(effect.first, DAY);
    assert_int_equal(effect.last, LATER);
    assert_int_equal(effect.move_count, 3);              /* one with the later VAT code, and each account */
    assert_int_equal(moves[0].amount.ore, 201);
    assert_int_equal(moves[1].amount.ore, 30);
    assert_int_equal(moves[2].amount.ore, 101);
    for (size_t i = 0; i < COUNT(many); i++) {
        (void)snprintf(names[i], sizeof names[i], "type-%zu", i);
        many[i] = cell_of(true, names[i], 2500, -1);
    }
    assert_int_equal(look(&full, &now, &wanted, &drafts[4]), ERR_OK);
    assert_int_equal(full.move_count, SETUP_MOVES_MAX);
    full = (struct setup_effect){ .moves = moves };
    assert_int_not_equal(look(&full, &now, &wanted, &drafts[5]), ERR_OK);            /* a sum that is no amount */
}

static void which_are_touched(void **unused)
{
    static const struct { const char *why; enum doc_state state; bool order, sealed, empty, touched; } rows[] = {
        { "open",             DOC_OPEN,    false, false, false, true },
        { "held",             DOC_HELD,    false, false, false, true },
        { "waiting",          DOC_WAITING, false, false, false, true },
        { "on its way",       DOC_QUEUED,  false, false, false, false },
        { "being sent",       DOC_SENDING, false, true,  false, false },
        { "sent",             DOC_SENT,    false, true,  false, false },
        { "refused",          DOC_FAILED,  false, true,  false, false },
        { "taken by hand",    DOC_BY_HAND, false, false, false, false },
        { "sealed and held",  DOC_HELD,    false, true,  false, false },
        { "an order",         DOC_HELD,    true,  false, false, false },
        { "nothing in it",    DOC_OPEN,    false, false, true,  false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct book_doc doc = { .state = rows[i].state,
                                .status = { .known = true, .state = rows[i].state, .sealed = rows[i].sealed, .work = "none" },
                                .draft = { .doc = { .kind = rows[i].order ? DOC_ORDER : DOC_VOUCHER },
                                           .line_count = rows[i].empty ? 0 : 2 } };

        if (is_touched(&doc) != rows[i].touched)
            fail_msg("%s", rows[i].why);
    }
}

/* What goes at once is told by its debit. */
static void debits(void **unused)
{
    struct voucher_line lines[] = { { .amount = { 500 } }, { .amount = { -700 } }, { .amount = { 200 } } };
    struct draft draft = { .lines = lines, .line_count = COUNT(lines) };
    struct money debit;

    (void)unused;
    assert_int_equal(debit_of(&draft, &debit), ERR_OK);
    assert_int_equal(debit.ore, 700);
    lines[0].amount.ore = INT64_MAX;
    assert_int_not_equal(debit_of(&draft, &debit), ERR_OK);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_cell),          cmocka_unit_test(which_are_the_same), cmocka_unit_test(together),
        cmocka_unit_test(which_are_touched), cmocka_unit_test(debits),
    };

    return cmocka_run_group_tests_name("setup_effect", tests, NULL, NULL);
}
