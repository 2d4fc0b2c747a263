/* Goal: no receipt, however absurd, ends the mapper, keeps a day from being seen, or takes more time or memory
 * than its bound: what cannot be posted is held, and says why. */
#include "mapper_rig.h"

#include "mapper/partitions.h"

#include <time.h>

#define NOON "2026-11-20T12:00:00+01:00"
#define DAY "v/2026-11-20/"
enum { THE_DAY = 20777 };                                    /* 2026-11-20 */

static struct event receipt_of(uint64_t seq, struct sale_line *lines, size_t line_count, struct payment *payments,
                               size_t payment_count)
{
    return (struct event){ .venue = STR("v"), .reg = STR("K1"), .seq = seq, .kind = EVENT_RECEIPT, .time = 1795172400,
                           .offset_min = 60, .lines = lines, .line_count = line_count, .payments = payments,
                           .payment_count = payment_count };
}

/* 1,000 lines of a type at the largest amount, and 1,000 that take it back under another. */
static void put_giant(struct rig *rig, uint64_t seq, const char *up, const char *down)
{
    static struct sale_line lines[EVENT_LINES_MAX];
    struct payment payments[2] = { { STR("card"), { 5 } }, { STR("cash"), { -5 } } };
    struct event event = receipt_of(seq, lines, COUNT(lines), payments, 2);

    for (size_t i = 0; i < COUNT(lines); i++)
        lines[i] = (struct sale_line){ .product_type = str_of(i % 2000 < 1000 ? up : down), .vat = 2500, .qty = 1000000,
                                       .gross = { i < 1000 ? MONEY_INPUT_MAX : -MONEY_INPUT_MAX },
                                       .has_vat_amount = true,
                                       .vat_amount = { i < 1000 ? MONEY_INPUT_MAX : -MONEY_INPUT_MAX } };
    rig_put(rig, &event);
}

static void sums_beyond_every_bound_are_held(void **unused)
{
    struct draft *draft;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    put_giant(&rig, 1, "food", "x1");
    put_giant(&rig, 2, "beer", "x2");
    (void)rig_look(&rig);
    draft = rig_draft(&rig, DAY "1");
    assert_true(rig_has_problem(draft, PROBLEM_AMOUNT_RANGE));
    assert_int_equal(draft->line_count, 0);
    rig_free(&rig);
}

/* The till's own VAT has no relation to the line, and the share of a line is far larger than the line. */
static void absurd_shares_are_held(void **unused)
{
    struct sale_line lines[3] = {
        { .product_type = STR("food"), .vat = 2500, .gross = { MONEY_INPUT_MAX }, .qty = 1000000, .has_vat_amount = true,
          .vat_amount = { MONEY_INPUT_MAX } },
        { .product_type = STR("beer"), .vat = 2500, .gross = { -MONEY_INPUT_MAX + 600 }, .qty = 1000000 },
        { .product_type = STR("beer"), .vat = 1500, .gross = { 1 }, .qty = 1, .has_vat_amount = true,
          .vat_amount = { -MONEY_INPUT_MAX } },
    };
    struct payment payments[2] = { { STR("credit"), { 150601 } }, { STR("card"), { -150000 } } };
    struct draft *draft;
    struct event event = receipt_of(1, lines, 3, payments, 2);
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_put(&rig, &event);
    (void)rig_look(&rig);
    draft = rig_draft(&rig, DAY "1");
    assert_true(rig_has_problem(draft, PROBLEM_AMOUNT_RANGE));
    assert_null(rig_draft(&rig, "v/order/K1/1"));
    rig_free(&rig);
}

/* A source that gives every article a product type of its own. */
static void too_many_product_types_are_held_in_the_open(void **unused)
{
    struct draft *draft;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (unsigned i = 1; i <= 2100; i++) {
        char type[16];

        (void)snprintf(type, sizeof type, "article-%u", i);
        rig_sale(&rig, i, NOON, type, 100, "card");
    }
    (void)rig_look(&rig);
    draft = rig_draft(&rig, DAY "1");
    assert_non_null(draft);
    assert_true(rig_has_problem(draft, PROBLEM_DAY_TOO_LARGE));
    assert_int_equal(draft->line_count, 0);
    rig_free(&rig);
}

static enum err parts_work(struct txn *txn, void *context)
{
    struct arena *arena = context;
    struct settlement settlement;

    NEEDED(settlement_load(txn, STR("v"), THE_DAY, arena, &settlement));
    while (settlement.part_count < SETTLEMENT_PARTS_MAX) {
        struct settlement_part *last = settlement_last_part(&settlement);

        if (!last->sealed)
            last->upto = settlement.last_place;
        last->sealed = true;
        last->revision = last->sealed_revision = 1;
        NEEDED(settlement_new_part(&settlement, last->upto, arena));
    }
    settlement.sum_count = settlement.receipts = 0;
    return settlement_save(txn, STR("v"), THE_DAY, &settlement);
}

/* A till whose clock stands still fills one day for ever: its last part is never closed. */
static void the_last_part_a_day_can_have_stays_open(void **unused)
{
    struct draft *draft;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    NEEDED(store_write(rig.store, parts_work, &rig.build_arena));
    rig_sale(&rig, 2, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    draft = rig_draft(&rig, DAY "10000");
    assert_true(rig_has_problem(draft, PROBLEM_DAY_TOO_LARGE));
    rig_sale(&rig, 3, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "10000")->receipts, 2);
    rig_free(&rig);
}

static int64_t cpu_ms(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

/* Z reports that each claim all numbers there are. */
static void z_reports_over_everything_have_a_bound(void **unused)
{
    int64_t began;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_config(&rig, "close: clock", "close: z_report");
    for (unsigned i = 1; i <= 2000; i++)
        rig_sale(&rig, i, NOON, "food", 100, "card");
    for (unsigned i = 0; i < 1000; i++)
        rig_event(&rig, "\"register\":\"K1\",\"seq\":%u,\"kind\":\"z_report\",\"time\":\"" NOON "\",\"z\":{\"number\":%u,"
                  "\"business_day\":\"2026-11-20\",\"first_seq\":0,\"last_seq\":9007199254740991,\"sales_by_vat\":"
                  "{\"25\":200000},\"payments\":{\"card\":200000}}", 3000 + i, i + 1);
    rig_fold(&rig);
    began = cpu_ms();
    (void)rig_look(&rig);
    assert_true(cpu_ms() - began < 3000);
    assert_true(rig_has_problem(rig_draft(&rig, DAY "1"), PROBLEM_DAY_TOO_LARGE));
    rig_free(&rig);
}

/* Long receipts need memory one at a time, not all at once. */
static void a_day_of_long_receipts_fits_into_little_memory(void **unused)
{
    static struct sale_line lines[EVENT_LINES_MAX];
    struct payment payments[2] = { { STR("card"), { 1000 } }, { STR("cash"), { 1000 } } };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (size_t i = 0; i < COUNT(lines); i++)
        lines[i] = (struct sale_line){ .product_type = STR("food"), .vat = 2500, .gross = { 1 }, .qty = 1000000 };
    for (unsigned seq = 1; seq <= 200; seq++) {
        struct event event = receipt_of(seq, lines, COUNT(lines), payments, seq % 2 + 1);

        lines[1999].gross.ore = seq % 2 ? 1 : -999;
        rig_put(&rig, &event);
    }
    rig_fold(&rig);
    arena_free(&rig.build_arena);
    arena_init(&rig.build_arena, 8u << 20);
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "1"), 3000), -(100 * 2000 + 100 * 1000));
    rig_seal(&rig, DAY "1");
    rig_tell(&rig, rig_draft(&rig, DAY "1"), true);          /* and all of it is added up again */
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "1"), 3000), -(100 * 2000 + 100 * 1000));
    rig_free(&rig);
}

/* A batch that needs more memory than there is at once is folded in pieces. */
static void a_batch_too_large_is_folded_in_pieces(void **unused)
{
    static struct sale_line lines[EVENT_LINES_MAX];
    struct payment payment = { STR("card"), { 2000 } };
    struct fold fold;
    struct reader events;
    struct rig rig;
    size_t folded, calls = 0;
    enum { RECEIPTS = 5, VOIDS = 300 };

    (void)unused;
    rig_make(&rig);
    for (size_t i = 0; i < COUNT(lines); i++)
        lines[i] = (struct sale_line){ .product_type = STR("food"), .vat = 2500, .gross = { 1 }, .qty = 1000000 };
    for (unsigned seq = 1; seq <= RECEIPTS; seq++) {
        struct event event = receipt_of(seq, lines, COUNT(lines), &payment, 1);

        rig_put(&rig, &event);
    }
    for (unsigned i = 0; i < VOIDS; i++)
        rig_void(&rig, RECEIPTS + 1 + i, NOON, i % RECEIPTS + 1);
    arena_free(&rig.fold_arena);
    arena_init(&rig.fold_arena, 4u << 20);
    fold = (struct fold){ .config = rig.config, .arena = &rig.fold_arena, .now_ms = rig.now_ms - 86400000 };
    reader_init(&events, strbuf_str(&rig.waiting));
    for (size_t left = rig.waiting_count; left; left -= folded, calls++) {
        NEEDED(fold_some(&fold, rig.store, rig.next, &events, left, &folded));
        assert_true(folded > 0 && folded <= left);
        rig.next += folded;
    }
    assert_true(calls > 1);
    assert_int_equal(events.at, events.end);
    rig.waiting_count = 0;
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->lines_total.ore, 0);
    rig_free(&rig);
}

/* A receipt too large to be booked is not taken back either. */
static void what_was_not_booked_is_not_taken_back(void **unused)
{
    static struct sale_line lines[2];
    struct payment payment = { STR("card"), { MONEY_INPUT_MAX } };
    struct event event = receipt_of(1, lines, 1, &payment, 1);
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    lines[0] = (struct sale_line){ .product_type = STR("food"), .vat = 2500, .gross = { MONEY_INPUT_MAX }, .qty = 1000000 };
    rig_void(&rig, 2, "2026-11-21T12:00:00+01:00", 1);
    rig_put(&rig, &event);
    (void)rig_look(&rig);
    assert_true(rig_has_problem(rig_draft(&rig, DAY "1"), PROBLEM_AMOUNT_RANGE));
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-21/1"), PROBLEM_VOID_UNKNOWN));
    assert_int_equal(rig_draft(&rig, "v/2026-11-21/1")->problems.count, 1);
    rig_free(&rig);
}

/* How many numbers are missing, however many ranges they are in. */
static void missing_numbers_are_counted_in_bounded_time(void **unused)
{
    struct draft *draft;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (unsigned i = 1; i <= 3000; i++)
        rig_sale(&rig, 2 * i, NOON, "food", 100, "card");
    rig_event(&rig, "\"register\":\"K1\",\"seq\":9007199254740991,\"kind\":\"training\",\"time\":\"" NOON "\"");
    (void)rig_look(&rig);
    draft = rig_draft(&rig, DAY "1");
    assert_int_equal(draft->problems.count, 1);
    assert_int_equal(draft->problems.at[0].code, PROBLEM_SEQUENCE_GAP);
    assert_int_equal(draft->problems.at[0].count, 2999 + 9007199254740990 - 6000);
    rig_free(&rig);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_beyond_every_bound_are_held),
        cmocka_unit_test(absurd_shares_are_held),
        cmocka_unit_test(too_many_product_types_are_held_in_the_open),
        cmocka_unit_test(the_last_part_a_day_can_have_stays_open),
        cmocka_unit_test(z_reports_over_everything_have_a_bound),
        cmocka_unit_test(a_day_of_long_receipts_fits_into_little_memory),
        cmocka_unit_test(a_batch_too_large_is_folded_in_pieces),
        cmocka_unit_test(what_was_not_booked_is_not_taken_back),
        cmocka_unit_test(missing_numbers_are_counted_in_bounded_time),
    };

    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
