#include "table_rig.h"

#define DAY "v/2026-11-20/1"
#define SALE_AT "2026-11-20T12:00:00+01:00"
#define S(seconds) (INT64_C(1000) * (seconds))
enum { DAY_MS = 86400000 };
static const int64_t noon_ms = S(1795172400);                /* SALE_AT */

/* When the last event came, when the day is looked at, and whether it is closed then. */
static const struct row {
    const char *why;
    bool by_z, z, gap, behind;
    int64_t came_s, look_s;                  /* after noon; the business day ends 17 hours after it */
    enum draft_phase phase;
} rows[] = {
    { "by Z: quiet is not over",          true,  true,  false, false, 0,  4,         DRAFT_OPEN },
    { "by Z: quiet is over",              true,  true,  false, false, 0,  5,         DRAFT_CLOSED },
    { "by Z: the log is not read to its end", true, true, false, true, 0, 5,         DRAFT_OPEN },
    { "by Z: none yet, the day goes on",  true,  false, false, false, 0,  3600,      DRAFT_OPEN },
    { "by Z: none, and the day is over",  true,  false, false, false, 0,  17 * 3600 + 5, DRAFT_CLOSED },
    { "by Z: none, the day is just over", true,  false, false, false, 0,  17 * 3600 + 4, DRAFT_OPEN },
    { "by Z: a number is missing",        true,  true,  true,  false, 0,  3600,      DRAFT_OPEN },
    { "by Z: a number is missing, and the day is over", true, true, true, false, 0, 17 * 3600 + 5, DRAFT_CLOSED },
    { "by clock: the day goes on",        false, false, false, false, 0,  3600,      DRAFT_OPEN },
    { "by clock: quiet is not over",      false, false, false, false, 0,  17 * 3600 + 899, DRAFT_OPEN },
    { "by clock: quiet is over",          false, false, false, false, 0,  17 * 3600 + 900, DRAFT_CLOSED },
    { "by clock: a Z closes nothing",     false, true,  false, false, 0,  3600,      DRAFT_OPEN },
    { "by clock: it came after the end",  false, false, false, false, 17 * 3600 + 600, 17 * 3600 + 1499, DRAFT_OPEN },
    { "by clock: and quiet since",        false, false, false, false, 17 * 3600 + 600, 17 * 3600 + 1500, DRAFT_CLOSED },
    { "by clock: not read to its end",    false, false, false, true,  0,  17 * 3600 + 900, DRAFT_OPEN },
};

static void put_events(struct rig *rig, const struct row *row)
{
    rig_sale(rig, row->gap ? 3 : 2, SALE_AT, "food", 100, "card");
    rig_sale(rig, 1, SALE_AT, "food", 10, "card");
    if (row->z)
        rig_event(rig, "\"register\":\"K1\",\"seq\":4,\"kind\":\"z_report\",\"time\":\"" SALE_AT "\",\"z\":{\"number\":1,"
                  "\"business_day\":\"2026-11-20\",\"first_seq\":1,\"last_seq\":%d,\"sales_by_vat\":{\"25\":110},"
                  "\"payments\":{\"card\":110}}", row->gap ? 3 : 2);
    if (row->z && !row->gap)
        rig_event(rig, "\"register\":\"K1\",\"seq\":3,\"kind\":\"training\",\"time\":\"" SALE_AT "\"");
}

/* Goal: docs/design.md section 4: closed by Z when all is there and quiet, by the clock when the day is over and quiet. */
static void closing_table(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        struct draft *draft;
        struct rig rig;

        rig_make(&rig);
        rig_config(&rig, row->by_z ? "close: clock" : "", row->by_z ? "close: z_report" : "");
        put_events(&rig, row);
        rig.now_ms = noon_ms + S(row->came_s) + DAY_MS;     /* the rig folds a day before it looks */
        rig_fold(&rig);
        rig.now_ms = noon_ms + S(row->look_s);
        (void)rig_look_as(&rig, row->behind);
        draft = rig_draft(&rig, DAY);
        if (draft->phase != row->phase)
            fail_msg("%s: %s", row->why, draft->phase == DRAFT_CLOSED ? "closed" : "open");
        if (draft->phase == DRAFT_OPEN)
            same_codes(row->why, draft, (const char *const[ROW_CODES]){ NULL });      /* not a problem before its time */
        rig_free(&rig);
    }
}

/* Goal: while the set-up has a fault, a voucher and an order wait alike; both go by themselves once it is mended. */
static void faulty_set_up_lets_all_wait(void **unused)
{
    static const char *const docs[] = { DAY, "v/order/K1/2" };
    uint32_t revisions[COUNT(docs)];
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig.faulty = true;
    rig_sale(&rig, 1, SALE_AT, "food", 100, "card");
    rig_sale(&rig, 2, SALE_AT, "food", 10, "credit");
    (void)rig_look(&rig);
    for (size_t i = 0; i < COUNT(docs); i++) {
        const struct draft *draft = rig_draft(&rig, docs[i]);

        if (!draft || draft->phase != DRAFT_CLOSED || draft->automatic)
            fail_msg("%s does not wait", docs[i]);
        revisions[i] = draft->revision;
    }
    rig.faulty = false;
    (void)rig_look(&rig);
    for (size_t i = 0; i < COUNT(docs); i++) {
        const struct draft *draft = rig_draft(&rig, docs[i]);

        if (!draft->automatic || draft->revision <= revisions[i])
            fail_msg("%s is not told to go", docs[i]);
    }
    rig_free(&rig);
}

/* Goal: what comes after a seal is the next part, with its own reference and text; the sealed one stays as it was. */
static void parts_after_a_seal(void **unused)
{
    struct draft *first, *second;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, SALE_AT, "food", 100, "card");
    (void)rig_look(&rig);
    rig_seal(&rig, DAY);
    first = rig_draft(&rig, DAY);
    assert_int_equal(rig_look(&rig), 1);
    assert_int_equal(rig_look(&rig), 0);                     /* nothing left to look at */
    rig_sale(&rig, 2, SALE_AT, "food", 7, "cash");
    rig_void(&rig, 3, SALE_AT, 1);
    (void)rig_look(&rig);
    second = rig_draft(&rig, "v/2026-11-20/2");
    assert_non_null(second);
    assert_int_equal(rig_line(second, 1570), -100);
    assert_int_equal(rig_line(second, 1900), 7);
    assert_int_equal(rig_line(second, 3000), 93);
    assert_false(str_equal(second->reference, first->reference));
    assert_true(str_equal(second->text, STR("V 2026-11-20 part 2")));
    assert_int_equal(rig_draft(&rig, DAY)->revision, first->revision);
    rig_seal(&rig, "v/2026-11-20/2");
    (void)rig_look(&rig);
    rig_sale(&rig, 4, SALE_AT, "food", 3, "card");
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-20/3"), 1570), 3);
    rig_free(&rig);
}

/* Goal: a reversed part is built again over what it held, with what the set-up says now, under a higher revision;
 * what came after it stays the next part. */
static void reversed_is_built_again(void **unused)
{
    struct draft *first, *again;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, SALE_AT, "food", 100, "card");
    (void)rig_look(&rig);
    first = rig_draft(&rig, DAY);
    rig_tell(&rig, first, false);
    rig_sale(&rig, 2, SALE_AT, "food", 7, "card");
    (void)rig_look(&rig);
    rig_config(&rig, "{account: 1570}", "{account: 1579}");
    rig_tell(&rig, first, true);
    (void)rig_look(&rig);
    again = rig_draft(&rig, DAY);
    assert_true(again->revision > first->revision && again->phase == DRAFT_CLOSED);
    assert_true(str_equal(again->reference, first->reference));
    assert_int_equal(rig_line(again, 1579), 100);
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-20/2"), 1579), 7);
    rig_free(&rig);
}

/* Goal: a day that comes to nothing has no voucher, and nobody is told of it; it goes on when more comes. */
static void nothing_to_post(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, SALE_AT, "food", 100, "card");
    rig_sale(&rig, 2, SALE_AT, "food", -100, "card");
    assert_int_equal(rig_look(&rig), 1);
    assert_int_equal(rig_look(&rig), 0);
    assert_int_equal(rig_draft(&rig, DAY)->line_count, 0);
    rig_sale(&rig, 3, SALE_AT, "food", 7, "card");
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY), 1570), 7);
    assert_null(rig_draft(&rig, "v/2026-11-20/2"));
    rig_free(&rig);
}

static const char z_venue[] = "close: z_report";

static void day_z(struct rig *rig, unsigned seq, unsigned number, const char *day, unsigned first, unsigned last, int64_t gross)
{
    rig_event(rig, "\"register\":\"K1\",\"seq\":%u,\"kind\":\"z_report\",\"time\":\"%sT23:00:00+01:00\",\"z\":{\"number\":%u,"
              "\"business_day\":\"%s\",\"first_seq\":%u,\"last_seq\":%u,\"sales_by_vat\":{\"25\":%" PRId64 "},\"payments\":{"
              "\"card\":%" PRId64 "}}", seq, day, number, day, first, last, gross, gross);
}

/* Goal: nothing is posted on a day that has not come. Up to a day ahead it goes on when it has come; what was further
 * ahead stays red, also when it has come, until a person says on which day it belongs. */
static void day_not_come(void **unused)
{
    const int64_t start = INT64_C(1795147200);                                 /* 2026-11-20T04:00:00Z */
    struct rig rig;

    (void)unused;
    for (int far = 0; far < 2; far++) {
        rig_make(&rig);
        rig_config(&rig, "close: clock", z_venue);
        rig.now_ms = (start - (far ? 25 : 12) * 3600) * 1000;
        rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 500, "card");
        rig_sale(&rig, 2, "2026-11-20T12:00:00+01:00", "food", 70, "credit");
        day_z(&rig, 3, 1, "2026-11-20", 1, 2, 570);
        (void)rig_look(&rig);
        assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_DAY_NOT_COME));
        assert_true(str_equal(rig_draft(&rig, "v/2026-11-20/1")->problems.at[0].first, STR("K1/1")));   /* it can be left out */
        assert_int_equal(rig_draft(&rig, "v/2026-11-20/1")->phase, DRAFT_CLOSED);
        assert_int_equal(rig_draft(&rig, "v/order/K1/2")->phase, DRAFT_OPEN);
        rig.now_ms = (start + 30 * 3600) * 1000;
        (void)rig_look(&rig);
        assert_int_equal(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_DAY_NOT_COME), far);
        assert_int_equal(rig_draft(&rig, "v/order/K1/2")->phase, far ? DRAFT_OPEN : DRAFT_CLOSED);
        if (far) {
            struct decision decision = { .number = 1, .who = STR("test"), .reason = STR("test"), .verb = STR("post-on"),
                                         .subject = STR("v/2026-11-20/1"), .detail = STR("2026-11-19") };
            struct str venue;
            int32_t day;

            NEEDED(decisions_apply(rig.store, rig.config, venue_partition(STR("v"), rig.config->partitions),
                                   &decision, decision.number + 1,
                                   &rig.build_arena, &venue, &day));
            (void)rig_look(&rig);
            assert_false(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_DAY_NOT_COME));
            assert_int_equal(rig_draft(&rig, "v/order/K1/2")->phase, DRAFT_CLOSED);
            assert_int_equal(rig_draft(&rig, "v/order/K1/2")->post_on, rig_draft(&rig, "v/2026-11-20/1")->post_on);
        }
        rig_free(&rig);
    }
}

static void tell(struct rig *rig, uint64_t number, const char *verb, const char *doc, const char *code)
{
    struct decision decision = { .number = number, .who = STR("test"), .reason = STR("test"), .verb = str_of(verb),
                                 .subject = str_of(doc), .detail = str_of(code) };
    struct str venue;
    int32_t day;

    NEEDED(decisions_apply(rig->store, rig->config, venue_partition(STR("v"), rig->config->partitions),
                           &decision, decision.number + 1,
                           &rig->build_arena, &venue, &day));
    (void)rig_look(rig);
}

/* Goal: a day ahead of which a person has taken all out waits for nothing and is red no more. */
static void ahead_and_left_out(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig.now_ms = INT64_C(1795147200000) - INT64_C(25) * 3600000;
    rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 500, "card");
    rig_sale(&rig, 2, "2026-11-20T12:00:00+01:00", "food", 70, "card");
    (void)rig_look(&rig);
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_DAY_NOT_COME));
    tell(&rig, 1, "leave-out", "v/K1/1", "");
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_DAY_NOT_COME));
    tell(&rig, 2, "leave-out", "v/K1/2", "");
    assert_int_equal(rig_draft(&rig, "v/2026-11-20/1")->problems.count, 0);
    assert_int_equal(rig_draft(&rig, "v/2026-11-20/1")->line_count, 0);
    tell(&rig, 3, "undo-leave-out", "v/K1/2", "2");
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_DAY_NOT_COME));
    rig_free(&rig);
}

/* Goal: a void of a number that came with two contents takes nothing back for good before it is decided which one happened:
 * no order of either goes, and no credit note. Then it takes that one back. */
static void void_of_two_contents(void **unused)
{
    (void)unused;
    for (unsigned place = 1; place <= 2; place++) {
        static const char *const orders[] = { "v/order/K1/1", "v/order/K1/2" };
        int64_t total = place == 1 ? 500 : 70;
        char text[8];
        struct rig rig;

        rig_make(&rig);
        rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 500, "credit");
        rig_sale(&rig, 1, "2026-11-20T13:00:00+01:00", "food", 70, "credit");
        rig_void(&rig, 2, "2026-11-21T14:00:00+01:00", 1);
        (void)rig_look(&rig);
        assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_RECEIPT_CONFLICT));
        assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-21/1"), PROBLEM_RECEIPT_CONFLICT));
        for (size_t i = 0; i < COUNT(orders); i++) {
            const struct draft *order = rig_draft(&rig, orders[i]);

            if (order && order->phase == DRAFT_CLOSED && order->order_line_count)
                fail_msg("%s goes before it is decided", orders[i]);
        }
        (void)snprintf(text, sizeof text, "%u", place);
        tell(&rig, 1, "choose", "v/K1/1", text);
        assert_int_equal(rig_draft(&rig, "v/2026-11-20/1")->problems.count, 0);
        assert_int_equal(rig_draft(&rig, "v/2026-11-21/1")->problems.count, 0);
        for (size_t i = 0; i < COUNT(orders); i++) {
            assert_int_equal(rig_draft(&rig, orders[i])->phase, DRAFT_CLOSED);
            assert_int_equal(rig_draft(&rig, orders[i])->total.ore, i ? -total : total);
        }
        rig_free(&rig);
    }
}

/* Goal: days before a venue's begin are shown, and never closed; the others go as ever. */
static void before_the_begin(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_config(&rig, "close: clock", "close: clock\nbegins: 2026-11-20");
    rig_sale(&rig, 1, "2026-11-19T12:00:00+01:00", "food", 500, "card");
    rig_sale(&rig, 2, "2026-11-19T12:00:00+01:00", "food", 70, "credit");
    rig_sale(&rig, 3, "2026-11-20T12:00:00+01:00", "food", 500, "card");
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, "v/2026-11-19/1")->phase, DRAFT_OPEN);
    assert_int_equal(rig_draft(&rig, "v/2026-11-19/1")->voucher_total.ore, 500);
    assert_int_equal(rig_draft(&rig, "v/order/K1/2")->phase, DRAFT_OPEN);
    assert_int_equal(rig_draft(&rig, "v/2026-11-20/1")->phase, DRAFT_CLOSED);
    rig_free(&rig);
}

static void accept(struct rig *rig, uint64_t number, const char *doc, const char *code)
{
    tell(rig, number, "accept", doc, code);
}

/* Goal: what comes for another day and tells against one that was sent is red there until it is accepted; then nothing is
 * left to do. What was accepted before is not told again, and a good day is not held for the wrong Z of a later one. */
static void found_after_sealing(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_config(&rig, "close: clock", z_venue);
    rig_sale(&rig, 1, "2026-11-19T12:00:00+01:00", "food", 500, "card");
    rig_sale(&rig, 2, "2026-11-19T13:00:00+01:00", "food", 100, "card");
    day_z(&rig, 4, 1, "2026-11-19", 1, 3, 600);
    (void)rig_look(&rig);
    accept(&rig, 1, "v/2026-11-19/1", "sequence-gap");
    assert_int_equal(rig_draft(&rig, "v/2026-11-19/1")->problems.count, 0);
    rig_seal(&rig, "v/2026-11-19/1");
    assert_int_equal(rig_look(&rig), 1);
    assert_int_equal(rig_look(&rig), 0);
    rig_sale(&rig, 5, "2026-11-20T12:00:00+01:00", "food", 70, "card");
    day_z(&rig, 6, 2, "2026-11-20", 1, 5, 670);
    (void)rig_look(&rig);
    assert_null(rig_draft(&rig, "v/2026-11-19/2"));
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_Z_OVERLAP));
    rig_sale(&rig, 3, "2026-11-20T12:00:00+01:00", "food", 50, "card");      /* in the Z of the day before */
    (void)rig_look(&rig);
    assert_non_null(rig_draft(&rig, "v/2026-11-19/2"));
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-19/2"), PROBLEM_Z_DIFFERS));
    assert_int_equal(rig_draft(&rig, "v/2026-11-19/2")->phase, DRAFT_CLOSED);
    assert_int_equal(rig_draft(&rig, "v/2026-11-19/2")->line_count, 0);
    accept(&rig, 2, "v/2026-11-19/2", "z-differs");
    assert_int_equal(rig_draft(&rig, "v/2026-11-19/2")->problems.count, 0);
    rig_seal(&rig, "v/2026-11-19/2");
    (void)rig_look(&rig);
    rig_seal(&rig, "v/2026-11-20/1");
    (void)rig_look(&rig);
    assert_int_equal(rig_look(&rig), 0);
    tell(&rig, 3, "undo-accept", "v/2026-11-19/2", "2 z-differs");
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-19/3"), PROBLEM_Z_DIFFERS));
    accept(&rig, 4, "v/2026-11-19/3", "z-differs");
    rig_seal(&rig, "v/2026-11-19/3");
    (void)rig_look(&rig);
    assert_int_equal(rig_look(&rig), 0);
    rig_free(&rig);
}

static void decide(struct rig *rig, uint64_t number, const char *verb, const char *subject)
{
    struct decision decision = { .number = number, .who = STR("test"), .reason = STR("test"), .verb = str_of(verb),
                                 .subject = str_of(subject) };
    struct str venue;
    int32_t day;

    NEEDED(decisions_apply(rig->store, rig->config, venue_partition(STR("v"), rig->config->partitions),
                           &decision, decision.number + 1,
                           &rig->build_arena, &venue, &day));
    (void)rig_look(rig);
}

/* Goal: a day that was sent is red when lower numbers with a later time come only now; accepting it ends that, leaving the
 * receipt out does, and leaving out the wrong one of the later day does. */
static void clock_jump_found_late(void **unused)
{
    (void)unused;
    for (int way = 0; way < 4; way++) {
        struct rig rig;
        const char *doc = way ? "v/2026-11-20/1" : "v/2026-11-20/2";

        rig_make(&rig);
        rig_sale(&rig, 3, "2026-11-20T12:00:00+01:00", "food", 500, "card");
        (void)rig_look(&rig);
        if (way == 0)
            rig_seal(&rig, "v/2026-11-20/1");
        assert_int_equal(rig_draft(&rig, "v/2026-11-20/1")->problems.count, 0);
        rig_sale(&rig, 2, "2026-11-22T12:00:00+01:00", "food", 50, "card");
        (void)rig_look(&rig);
        assert_non_null(rig_draft(&rig, doc));
        assert_true(rig_has_problem(rig_draft(&rig, doc), PROBLEM_CLOCK_JUMP));
        assert_false(rig_has_problem(rig_draft(&rig, "v/2026-11-22/1"), PROBLEM_CLOCK_JUMP));
        if (way < 2)
            accept(&rig, 1, doc, "clock-jump");
        else
            decide(&rig, 1, "leave-out", way == 2 ? "v/K1/3" : "v/K1/2");
        assert_int_equal(rig_draft(&rig, doc)->problems.count, 0);
        assert_int_equal(rig_line(rig_draft(&rig, doc), 1570), way == 0 || way == 2 ? 0 : 500);
        rig_free(&rig);
    }
}

/* Goal: a part that only takes a receipt out of a sent day can be reversed and built again: nothing of it is trimmed. */
static void what_was_left_out_is_reversed(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 500, "card");
    rig_sale(&rig, 2, "2026-11-20T13:00:00+01:00", "food", 70, "card");
    (void)rig_look(&rig);
    rig_seal(&rig, "v/2026-11-20/1");
    decide(&rig, 1, "leave-out", "v/K1/2");
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-20/2"), 1570), -70);
    rig_seal(&rig, "v/2026-11-20/2");
    (void)rig_look(&rig);
    rig_tell(&rig, rig_draft(&rig, "v/2026-11-20/2"), true);
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, "v/2026-11-20/2")->problems.count, 0);
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-20/2"), 1570), -70);
    rig_free(&rig);
}

/* Goal: what was found after the draft that is being sent was built is found after it was sent. */
static void found_while_it_is_on_its_way(void **unused)
{
    struct rig rig;
    const struct draft *on_its_way;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 3, "2026-11-20T12:00:00+01:00", "food", 500, "card");
    (void)rig_look(&rig);
    on_its_way = rig_draft(&rig, "v/2026-11-20/1");
    rig_sale(&rig, 2, "2026-11-22T12:00:00+01:00", "food", 50, "card");
    (void)rig_look(&rig);
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_CLOCK_JUMP));
    rig_tell(&rig, on_its_way, false);
    (void)rig_look(&rig);
    assert_non_null(rig_draft(&rig, "v/2026-11-20/2"));
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/2"), PROBLEM_CLOCK_JUMP));
    rig_free(&rig);
}

/* Goal: what is found while a draft is on its way is found after it was sent, also if the day was not built anew in between:
 * it was killed, or the log was not read to its end. */
static void found_and_sealed_before_it_is_built(void **unused)
{
    (void)unused;
    for (int looked = 0; looked < 2; looked++) {
        struct rig rig;
        const struct draft *on_its_way;

        rig_make(&rig);
        rig_sale(&rig, 3, "2026-11-20T12:00:00+01:00", "food", 500, "card");
        (void)rig_look(&rig);
        on_its_way = rig_draft(&rig, "v/2026-11-20/1");
        rig_sale(&rig, 2, "2026-11-22T12:00:00+01:00", "food", 50, "card");
        rig_fold(&rig);
        if (looked)
            (void)rig_look_as(&rig, true);
        assert_int_equal(rig_draft(&rig, "v/2026-11-20/1")->revision, on_its_way->revision);
        rig_tell(&rig, on_its_way, false);
        (void)rig_look(&rig);
        assert_non_null(rig_draft(&rig, "v/2026-11-20/2"));
        assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/2"), PROBLEM_CLOCK_JUMP));
        rig_free(&rig);
    }
}

/* Goal: a store that was made again knows what was sent only from its seal, which may be of any revision: what is found about
 * that day is told, unless a person accepted it, or entered the day with it before his eyes. */
static void found_after_the_store_was_lost(void **unused)
{
    static const struct { uint32_t revision; bool by_hand; const char *accepted; bool told; } heard[] = {
        { 1, false, NULL, true },               { 7, false, NULL, true },
        { 1, true, NULL, false },               { 7, true, NULL, false },
        { 7, false, "v/2026-11-20/2", false },  { 7, false, "v/2026-11-20/1", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(heard); i++)
        for (int late = 0; late < 2; late++) {
            struct draft *second;
            struct seal seal;
            struct rig rig;

            rig_make(&rig);
            rig_sale(&rig, 3, "2026-11-20T12:00:00+01:00", "food", 500, "card");
            rig_sale(&rig, 2, "2026-11-22T12:00:00+01:00", "food", 50, "card");
            (void)rig_look(&rig);
            if (heard[i].accepted && !late)
                accept(&rig, 1, heard[i].accepted, "clock-jump");
            seal = (struct seal){ .doc = rig_draft(&rig, "v/2026-11-20/1")->doc, .revision = heard[i].revision, .upto = 1,
                                  .by_hand = heard[i].by_hand };
            NEEDED(seals_apply(rig.store, &seal, &rig.build_arena));
            if (heard[i].accepted && late)
                accept(&rig, 1, heard[i].accepted, "clock-jump");
            (void)rig_look(&rig);
            second = rig_draft(&rig, "v/2026-11-20/2");
            if (heard[i].told != (second && rig_has_problem(second, PROBLEM_CLOCK_JUMP)))
                fail_msg("row %zu", i);
            rig_free(&rig);
        }
}

/* Goal: of the next day any receipt tells, not only its lowest number: its time may be the highest. */
static void clock_jump_of_any_number(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, "2026-11-21T06:00:00+01:00", "food", 50, "card");
    rig_sale(&rig, 9, "2026-11-20T12:00:00+01:00", "food", 500, "card");
    (void)rig_look(&rig);
    assert_false(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_CLOCK_JUMP));       /* less than a day */
    rig_seal(&rig, "v/2026-11-20/1");
    (void)rig_look(&rig);
    rig_sale(&rig, 3, "2026-11-21T23:00:00+01:00", "food", 50, "card");
    (void)rig_look(&rig);
    assert_non_null(rig_draft(&rig, "v/2026-11-20/2"));
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/2"), PROBLEM_CLOCK_JUMP));
    rig_free(&rig);
}

/* Goal: a day that was entered by hand in spite of a problem is not told of it again; of another one it is. */
static void by_hand_in_spite_of_a_problem(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_config(&rig, "close: clock", z_venue);
    rig_sale(&rig, 1, "2026-11-22T12:00:00+01:00", "food", 50, "card");
    rig_sale(&rig, 2, "2026-11-20T12:00:00+01:00", "food", 500, "card");
    day_z(&rig, 3, 1, "2026-11-20", 1, 2, 550);
    (void)rig_look(&rig);
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/1"), PROBLEM_CLOCK_JUMP));
    rig_seal(&rig, "v/2026-11-20/1");
    (void)rig_look(&rig);
    rig_sale(&rig, 0, "2026-11-22T12:00:00+01:00", "food", 70, "card");      /* lower, and later: the day is looked at again */
    (void)rig_look(&rig);
    assert_null(rig_draft(&rig, "v/2026-11-20/2"));
    rig_void(&rig, 5, "2026-11-22T13:00:00+01:00", 1);
    rig_sale(&rig, 6, "2026-11-22T14:00:00+01:00", "food", 70, "card");
    day_z(&rig, 7, 0, "2026-11-19", 1, 2, 600);      /* claims the same receipts, before it: that of the 20th is the later */
    (void)rig_look(&rig);
    assert_non_null(rig_draft(&rig, "v/2026-11-20/2"));
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-20/2"), PROBLEM_Z_OVERLAP));
    assert_false(rig_has_problem(rig_draft(&rig, "v/2026-11-20/2"), PROBLEM_CLOCK_JUMP));
    rig_free(&rig);
}

static void expect_company(struct rig *rig, const char *doc, const char *company, bool held)
{
    const struct draft *draft = rig_draft(rig, doc);

    assert_non_null(draft);
    if (!str_equal(draft->company, str_of(company)) || rig_has_problem(draft, PROBLEM_OTHER_COMPANY) != held)
        fail_msg("%s is of " STR_FMT, doc, STR_ARG(draft->company));
}

/* Goal: a day of which something was sealed stays the former company's when the venue is given to another: what comes late, is
 * invoiced late or is reversed goes into neither's books, until the former is put back. Later days are the new one's. */
static void given_to_another_company(void **unused)
{
    static const char late[] = "v/2026-11-20/2", order[] = "v/order/K1/2", next[] = "v/2026-11-21/1";
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, SALE_AT, "food", 100, "card");
    rig_sale(&rig, 2, SALE_AT, "food", 200, "credit");
    (void)rig_look(&rig);
    rig_seal(&rig, DAY);
    rig_config(&rig, "912345678", "987654321");
    rig_sale(&rig, 3, SALE_AT, "food", 30, "card");
    rig_sale(&rig, 4, "2026-11-21T12:00:00+01:00", "food", 400, "card");
    (void)rig_look(&rig);
    expect_company(&rig, late, "912345678", true);
    expect_company(&rig, order, "912345678", true);
    expect_company(&rig, next, "987654321", false);
    (void)rig_look(&rig);                    /* what was held once stays so when it is built again */
    expect_company(&rig, late, "912345678", true);
    rig_tell(&rig, rig_draft(&rig, DAY), true);
    (void)rig_look(&rig);
    (void)rig_look(&rig);
    expect_company(&rig, DAY, "912345678", true);
    expect_company(&rig, order, "912345678", true);
    rig_config(&rig, "", "");
    (void)rig_look(&rig);
    expect_company(&rig, DAY, "912345678", false);
    expect_company(&rig, order, "912345678", false);
    rig_free(&rig);
}

/* Goal: of a day of which nothing was sealed the company may have been mistyped: it is built for the one that stands there now. */
static void a_mistyped_company(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, SALE_AT, "food", 100, "card");
    rig_sale(&rig, 2, SALE_AT, "food", 200, "credit");
    (void)rig_look(&rig);
    rig_config(&rig, "912345678", "987654321");
    (void)rig_look(&rig);
    expect_company(&rig, DAY, "987654321", false);
    expect_company(&rig, "v/order/K1/2", "987654321", false);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(closing_table), cmocka_unit_test(clock_jump_found_late),
                                        cmocka_unit_test(found_while_it_is_on_its_way),
                                        cmocka_unit_test(found_and_sealed_before_it_is_built),
                                        cmocka_unit_test(clock_jump_of_any_number),
                                        cmocka_unit_test(found_after_the_store_was_lost),
                                        cmocka_unit_test(what_was_left_out_is_reversed),
                                        cmocka_unit_test(by_hand_in_spite_of_a_problem),
                                        cmocka_unit_test(faulty_set_up_lets_all_wait),
                                        cmocka_unit_test(parts_after_a_seal),
                                        cmocka_unit_test(reversed_is_built_again), cmocka_unit_test(nothing_to_post),
                                        cmocka_unit_test(day_not_come), cmocka_unit_test(before_the_begin),
                                        cmocka_unit_test(ahead_and_left_out), cmocka_unit_test(void_of_two_contents),
                                        cmocka_unit_test(found_after_sealing),
                                        cmocka_unit_test(given_to_another_company),
                                        cmocka_unit_test(a_mistyped_company) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
