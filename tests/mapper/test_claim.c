#include "table_rig.h"

enum { DAYS = 3, VOIDS = 3 };
static const char *const days[DAYS] = { "2026-11-19", "2026-11-20", "2026-11-21" };

/* Receipt 1 of 100 øre is sold on the second day. Voids come as they are listed, before or after it. */
static const struct row {
    const char *why;
    int before;                                              /* how many of the voids come before the receipt */
    struct { unsigned seq; int day; unsigned target; } voids[VOIDS];
    int64_t sums[DAYS];                                      /* paid, of each day */
    int unknown[DAYS];                                       /* voids there that took nothing back */
} rows[] = {
    { "none", 0, { { 0 } }, { 0, 100, 0 }, { 0 } },
    { "the same day", 0, { { 2, 1, 1 } }, { 0, 0, 0 }, { 0 } },
    { "the day after", 0, { { 2, 2, 1 } }, { 0, 100, -100 }, { 0 } },
    { "the day before, by a wrong clock", 0, { { 2, 0, 1 } }, { -100, 100, 0 }, { 0 } },
    { "it came before its receipt", 1, { { 2, 2, 1 } }, { 0, 100, -100 }, { 0 } },
    { "of nothing", 0, { { 2, 2, 77 } }, { 0, 100, 0 }, { 0, 0, 1 } },
    { "of a void", 0, { { 2, 1, 1 }, { 3, 2, 2 } }, { 0, 0, 0 }, { 0, 0, 1 } },
    { "twice: the earlier one counts", 0, { { 2, 1, 1 }, { 3, 2, 1 } }, { 0, 0, 0 }, { 0, 0, 1 } },
    { "twice, the later one came first", 0, { { 3, 2, 1 }, { 2, 1, 1 } }, { 0, 0, 0 }, { 0, 0, 1 } },
    { "twice, both before the receipt", 2, { { 3, 2, 1 }, { 2, 1, 1 } }, { 0, 0, 0 }, { 0, 0, 1 } },
    { "twice, one before the receipt", 1, { { 3, 2, 1 }, { 2, 1, 1 } }, { 0, 0, 0 }, { 0, 0, 1 } },
    { "three times, the earliest last", 1, { { 4, 2, 1 }, { 3, 1, 1 }, { 2, 0, 1 } }, { -100, 100, 0 }, { 0, 1, 1 } },
    { "at the same time, the lower number", 0, { { 3, 2, 1 }, { 2, 2, 1 } }, { 0, 100, -100 }, { 0, 0, 1 } },
};

static void put(struct rig *rig, const struct row *row, bool before)
{
    char time[40];

    for (int i = 0; i < VOIDS && row->voids[i].seq; i++) {
        (void)snprintf(time, sizeof time, "%sT13:00:00+01:00", days[row->voids[i].day]);
        if ((i < row->before) == before)
            rig_void(rig, row->voids[i].seq, time, row->voids[i].target);
    }
}

static void same_days(struct rig *rig, const struct row *row, const char *paid)
{
    for (int i = 0; i < DAYS; i++) {
        char doc[40];
        const struct draft *draft;
        int64_t sum;
        uint64_t unknown = 0;

        (void)snprintf(doc, sizeof doc, "v/%s/1", days[i]);
        draft = rig_draft(rig, doc);
        sum = !draft ? 0 : strcmp(paid, "credit") == 0 ? draft->orders_total.ore : rig_line(draft, 1570);
        for (size_t k = 0; draft && k < draft->problems.count; k++)
            if (draft->problems.at[k].code == PROBLEM_VOID_UNKNOWN)
                unknown += draft->problems.at[k].count;
        if (sum != row->sums[i] || (int)unknown != row->unknown[i])
            fail_msg("%s, %s, %s: %" PRId64 " øre and %" PRIu64 " unknown, must be %" PRId64 " and %d", row->why, paid,
                     days[i], sum, unknown, row->sums[i], row->unknown[i]);
    }
}

/* Goal: one void takes a receipt back, on its own day, whatever the order of arrival; the others are said. */
static void void_table(void **unused)
{
    static const char *const types[] = { "card", "credit" };             /* summed, and gone through one by one */

    (void)unused;
    for (size_t i = 0; i < COUNT(rows) * COUNT(types); i++) {
        const struct row *row = &rows[i / COUNT(types)];
        const char *paid = types[i % COUNT(types)];
        struct rig rig;

        rig_make(&rig);
        put(&rig, row, true);
        rig_fold(&rig);
        rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 100, paid);
        rig_fold(&rig);
        put(&rig, row, false);
        (void)rig_look(&rig);
        same_days(&rig, row, paid);
        rig_free(&rig);
    }
}

/* None, or an empty one that takes back what the invoicer should not have. */
static bool is_no_order(const struct draft *draft)
{
    return !draft || (draft->order_line_count == 0 && draft->total.ore == 0);
}

/* Goal: sold and voided on one day is no order at all; voided later, the order gets a credit note of its own. */
static void orders_of_voided_sales(void **unused)
{
    struct draft *note;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 100, "credit");
    rig_sale(&rig, 2, "2026-11-20T12:00:00+01:00", "food", 70, "credit");
    rig_void(&rig, 3, "2026-11-20T13:00:00+01:00", 1);
    (void)rig_look(&rig);
    assert_true(is_no_order(rig_draft(&rig, "v/order/K1/1")));
    assert_true(is_no_order(rig_draft(&rig, "v/order/K1/3")));
    assert_int_equal(rig_draft(&rig, "v/order/K1/2")->total.ore, 70);
    rig_seal(&rig, "v/order/K1/2");
    rig_void(&rig, 4, "2026-11-21T13:00:00+01:00", 2);
    (void)rig_look(&rig);
    note = rig_draft(&rig, "v/order/K1/4");
    assert_non_null(note);
    assert_int_equal(note->total.ore, -70);
    assert_int_equal(note->order_lines[0].qty, -1000000);
    assert_true(str_equal(note->order_no, STR("K1-2")) && str_equal(note->customer, STR("kunde")));
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(void_table), cmocka_unit_test(orders_of_voided_sales) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
