/* Goal: what came under one number twice is decided alike in every order, and a person can always let the day go;
 * what waited for its venue is folded however much it is. */
#include "mapper_rig.h"

#define NOON "2026-11-20T12:00:00+01:00"
#define DAY "v/2026-11-20/"

static void z(struct rig *rig, unsigned seq, unsigned number, const char *day, int64_t sum, int64_t grand)
{
    rig_event(rig, "\"register\":\"K1\",\"seq\":%u,\"kind\":\"z_report\",\"time\":\"" NOON "\",\"z\":{\"number\":%u,"
              "\"business_day\":\"%s\",\"sales_by_vat\":{\"25\":%" PRId64 "},\"payments\":{\"card\":%" PRId64 "},"
              "\"grand_total\":%" PRId64 "}", seq, number, day, sum, sum, grand);
}

/* Two Z reports with one number: whichever came first, the next day is compared with the same one. */
static void z_reports_of_one_number_are_ordered(void **unused)
{
    bool broken[2];

    (void)unused;
    for (int turn = 0; turn < 2; turn++) {
        struct rig rig;

        rig_make(&rig);
        rig_config(&rig, "close: clock", "close: z_report");
        z(&rig, turn ? 2 : 1, 7, "2026-11-20", turn ? 100 : 50, turn ? 1000 : 950);
        z(&rig, turn ? 1 : 2, 7, "2026-11-20", turn ? 50 : 100, turn ? 950 : 1000);
        z(&rig, 3, 8, "2026-11-21", 30, 1030);
        (void)rig_look(&rig);
        broken[turn] = rig_draft(&rig, "v/2026-11-21/1") &&
                       rig_has_problem(rig_draft(&rig, "v/2026-11-21/1"), PROBLEM_GRAND_TOTAL_BROKEN);
        rig_free(&rig);
    }
    assert_int_equal(broken[0], broken[1]);
}

static void dismiss(struct rig *rig, const char *receipt)
{
    struct decision decision = { .number = ++rig->decisions, .who = STR("test"), .verb = STR("dismiss"),
                                 .subject = str_of(receipt), .reason = STR("test") };
    struct str venue;
    int32_t day;

    for (uint32_t i = 0; i < (uint32_t)rig->config->partitions; i++)
        NEEDED(decisions_apply(rig->store, rig->config, i, &decision, decision.number + 1, &rig->build_arena, &venue, &day));
}

/* However often other content came under a number. */
static void any_number_of_conflicts_is_dismissed(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (int i = 0; i < 200; i++)
        rig_sale(&rig, 1, NOON, "food", 100 + i, "card");
    (void)rig_look(&rig);
    assert_true(rig_has_problem(rig_draft(&rig, DAY "1"), PROBLEM_RECEIPT_CONFLICT));
    dismiss(&rig, "v/K1/1");
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->problems.count, 0);
    rig_free(&rig);
}

/* Z reports of sources that number them apart are named "K1/Z7", and so they are dismissed. */
static void conflicts_of_z_reports_are_dismissed(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    for (int64_t sum = 100; sum <= 200; sum += 100) {
        struct z_vat_sum vat = { 2500, { sum } };
        struct event event = { .venue = STR("v"), .reg = STR("K1"), .series = SERIES_Z, .seq = 7, .kind = EVENT_Z_REPORT,
                               .time = 1795172400, .z = { .number = 7, .business_day = 20777, .sales_by_vat = &vat,
                                                          .sales_by_vat_count = 1 } };

        rig_put(&rig, &event);
    }
    (void)rig_look(&rig);
    assert_true(rig_has_problem(rig_draft(&rig, DAY "1"), PROBLEM_RECEIPT_CONFLICT));
    assert_true(str_equal(rig_draft(&rig, DAY "1")->problems.at[0].first, STR("K1/Z7")));
    dismiss(&rig, "v/K1/Z7");
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->problems.count, 0);
    rig_free(&rig);
}

static void receipts_are_named_and_found(void **unused)
{
    static const struct { const char *text; bool fine; uint32_t series; uint64_t seq; } rows[] = {
        { "v/K1/12", true, SERIES_RECEIPTS, 12 }, { "v/K1/Z7", true, SERIES_Z, 7 }, { "v/K1/E0", true, SERIES_OTHER, 0 },
        { "v/K1/X7", false, 0, 0 }, { "v/K1/Z", false, 0, 0 }, { "v/K1/", false, 0, 0 }, { "v/K1", false, 0, 0 },
        { "v//1", false, 0, 0 }, { "v/K1/1/2", false, 0, 0 }, { "v/K1/ZZ1", false, 0, 0 }, { "", false, 0, 0 },
    };
    struct arena arena;

    (void)unused;
    arena_init(&arena, 1u << 16);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct receipt_name name;
        bool fine = receipt_parse(str_of(rows[i].text), &arena, &name) == ERR_OK;

        if (fine != rows[i].fine || (fine && (name.series != rows[i].series || name.seq != rows[i].seq ||
                                              !str_equal(name.venue, STR("v")) || !str_equal(name.reg, STR("K1")))))
            fail_msg("%s", rows[i].text);
    }
    arena_free(&arena);
}

/* A venue that was unknown for long, with more to fold than fits into memory at once. */
static void what_waited_for_its_venue_is_folded_in_pieces(void **unused)
{
    static struct sale_line lines[EVENT_LINES_MAX];
    struct payment payment = { STR("card"), { COUNT(lines) } };
    struct rig rig;
    struct fold fold;
    uint64_t folded = 0;

    (void)unused;
    rig_make(&rig);
    for (size_t i = 0; i < COUNT(lines); i++)
        lines[i] = (struct sale_line){ .product_type = STR("food"), .vat = 2500, .gross = { 1 }, .qty = 1000000 };
    for (unsigned seq = 1; seq <= 40; seq++) {
        struct event event = { .venue = STR("later"), .reg = STR("K1"), .seq = seq, .kind = EVENT_RECEIPT,
                               .time = 1795172400, .lines = lines, .line_count = COUNT(lines), .payments = &payment,
                               .payment_count = 1 };

        rig_put(&rig, &event);
    }
    rig_fold(&rig);
    folder_venue(&rig.folder, "later", "close: z_report", "close: clock");
    rig_config(&rig, "", "");
    arena_free(&rig.fold_arena);
    arena_init(&rig.fold_arena, 4u << 20);
    do {
        fold = (struct fold){ .config = rig.config, .arena = &rig.fold_arena, .now_ms = rig.now_ms - 86400000,
                              .partition = venue_partition(STR("later"), rig.config->partitions) };
        NEEDED(fold_parked(&fold, rig.store));
        folded += fold.events;
    } while (fold.events);
    assert_int_equal(folded, 40);
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, "later/2026-11-20/1")->receipts, 40);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(z_reports_of_one_number_are_ordered),
        cmocka_unit_test(any_number_of_conflicts_is_dismissed),
        cmocka_unit_test(conflicts_of_z_reports_are_dismissed),
        cmocka_unit_test(receipts_are_named_and_found),
        cmocka_unit_test(what_waited_for_its_venue_is_folded_in_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
