/* What is the same event, and what is another one under its number (docs/rules.md section 8). */
#include "table_rig.h"

#include "mapper/zindex.h"

#define FIRST_DAY "v/2026-11-20/1"
#define SECOND_DAY "v/2026-11-21/1"
#define HEAD "\"register\":\"K1\",\"seq\":1,\"kind\":\"receipt\","
#define NOON "\"time\":\"2026-11-20T12:00:00+01:00\","
#define LINES "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100,\"qty\":1,\"text\":\"Suppe\"}],"
#define CARD "\"payments\":[{\"type\":\"card\",\"amount\":100}]"
#define Z(number, sum) "\"register\":\"K1\",\"seq\":1,\"kind\":\"z_report\"," NOON "\"z\":{\"number\":" number ",\"business_day\":" \
                       "\"2026-11-20\",\"sales_by_vat\":{\"25\":" sum "},\"payments\":{\"card\":" sum "}}"

/* A Z report of K1 over these numbers. */
#define ZED(seq, number, day, first, last, sum) "\"register\":\"K1\",\"seq\":" seq ",\"kind\":\"z_report\",\"time\":" \
    "\"2026-11-" day "T22:00:00+01:00\",\"z\":{\"number\":" number ",\"business_day\":\"2026-11-" day "\"," \
    "\"first_seq\":" first ",\"last_seq\":" last ",\"sales_by_vat\":{\"25\":" sum "},\"payments\":{\"card\":" sum "}}"

/* Goal: what says the same for the books is the same event; all else is a conflict. */
static void the_same_for_the_books(void **unused)
{
    static const struct { const char *why, *first, *again; bool same; } rows[] = {
        { "an attempt counter", HEAD NOON LINES CARD, HEAD NOON LINES CARD ",\"retry\":1", true },
        { "the instant in UTC", HEAD NOON LINES CARD, HEAD "\"time\":\"2026-11-20T11:00:00Z\"," LINES CARD, true },
        { "another text", HEAD NOON LINES CARD, HEAD NOON
          "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100,\"text\":\"Soup\"}]," CARD, true },
        { "staff", HEAD NOON LINES CARD, HEAD NOON LINES CARD ",\"staff\":\"7\"", true },
        { "VAT said by one", HEAD NOON LINES CARD, HEAD NOON
          "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100,\"vat_amount\":20}]," CARD, true },
        { "a customer said by one", HEAD NOON LINES CARD, HEAD NOON LINES CARD ",\"customer\":\"kunde\"", true },
        { "a customer said by the first", HEAD NOON LINES CARD ",\"customer\":\"kunde\"", HEAD NOON LINES CARD, true },
        { "an order number said by one", HEAD NOON LINES CARD, HEAD NOON LINES CARD ",\"order\":\"A-1\"", true },
        { "another customer", HEAD NOON LINES CARD ",\"customer\":\"a\"", HEAD NOON LINES CARD ",\"customer\":\"b\"", false },
        { "a second later", HEAD NOON LINES CARD, HEAD "\"time\":\"2026-11-20T12:00:01+01:00\"," LINES CARD, false },
        { "another product type", HEAD NOON LINES CARD, HEAD NOON
          "\"lines\":[{\"product_type\":\"beer\",\"vat\":25,\"gross\":100}]," CARD, false },
        { "another rate", HEAD NOON LINES CARD, HEAD NOON
          "\"lines\":[{\"product_type\":\"food\",\"vat\":15,\"gross\":100}]," CARD, false },
        { "paid otherwise", HEAD NOON LINES CARD, HEAD NOON LINES "\"payments\":[{\"type\":\"cash\",\"amount\":100}]", false },
        { "in two lines", HEAD NOON LINES CARD, HEAD NOON
          "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":60},{\"product_type\":\"food\",\"vat\":25,\"gross\":40}],"
          CARD, false },
        { "another kind", HEAD NOON LINES CARD, "\"register\":\"K1\",\"seq\":1,\"kind\":\"training\"," NOON "\"staff\":\"7\"",
          false },
        { "the same Z", Z("7", "100"), Z("7", "100") ",\"staff\":\"7\"", true },
        { "another Z number", Z("7", "100"), Z("8", "100"), false },
        { "another Z sum", Z("7", "100"), Z("7", "90"), false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct draft *draft;
        struct rig rig;

        rig_make(&rig);
        rig_event(&rig, "%s", "\"register\":\"K2\",\"seq\":1,\"kind\":\"receipt\"," NOON LINES CARD);
        rig_event(&rig, "%s", rows[i].first);
        rig_event(&rig, "%s", rows[i].again);
        (void)rig_look(&rig);
        draft = rig_draft(&rig, FIRST_DAY);
        if (rig_has_problem(draft, PROBLEM_RECEIPT_CONFLICT) == rows[i].same)
            fail_msg("%s: %s", rows[i].why, rows[i].same ? "is no conflict" : "is one");
        rig_free(&rig);
    }
}

/* Goal: what only one of two says is added, whichever came first: the customer to the order, the VAT to the proof. */
static void what_one_says_is_added(void **unused)
{
    static const char *const said[] = { HEAD NOON "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100}],"
                                        "\"payments\":[{\"type\":\"credit\",\"amount\":100}],\"customer\":\"kunde\"",
                                        HEAD NOON "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100,"
                                        "\"vat_amount\":20}],\"payments\":[{\"type\":\"credit\",\"amount\":100}]" };

    (void)unused;
    for (int turn = 0; turn < 2; turn++) {
        const struct draft *order;
        struct rig rig;

        rig_make(&rig);
        rig_event(&rig, "%s", said[turn]);
        (void)rig_look(&rig);
        rig_event(&rig, "%s", said[!turn]);
        (void)rig_look(&rig);
        order = rig_draft(&rig, "v/order/K1/1");
        assert_non_null(order);
        assert_true(str_equal(order->customer, STR("kunde")));
        rig_free(&rig);
    }
}

static void vat_that_is_said_later_counts(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_event(&rig, "%s", HEAD NOON LINES CARD);
    (void)rig_look(&rig);
    assert_false(rig_draft(&rig, FIRST_DAY)->has_till_vat);
    rig_event(&rig, "%s", HEAD NOON "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100,\"vat_amount\":20}]," CARD);
    (void)rig_look(&rig);
    assert_true(rig_draft(&rig, FIRST_DAY)->has_till_vat);
    assert_int_equal(rig_draft(&rig, FIRST_DAY)->till_vat.ore, 20);
    assert_int_equal(rig_line(rig_draft(&rig, FIRST_DAY), 1570), 100);
    rig_free(&rig);
}

/* Goal: a till that was reset makes its second day red, and leaves the first, which may be sent, as it is. */
static void another_content_is_red_on_its_own_day(void **unused)
{
    const struct draft *second;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (unsigned seq = 1; seq <= 3; seq++)
        rig_sale(&rig, seq, "2026-11-20T12:00:00+01:00", "food", 10000 * seq, "card");
    (void)rig_look(&rig);
    rig_seal(&rig, FIRST_DAY);
    for (unsigned seq = 1; seq <= 3; seq++)
        rig_sale(&rig, seq, "2026-11-21T12:00:00+01:00", "beer", 7000 * seq, "cash");
    (void)rig_look(&rig);
    assert_null(rig_draft(&rig, "v/2026-11-20/2"));
    second = rig_draft(&rig, SECOND_DAY);
    assert_non_null(second);
    same_codes("reset", second, (const char *const[ROW_CODES]){ "receipt-conflict" });
    has_words("reset", second, PROBLEM_RECEIPT_CONFLICT, "Receipt K1/2 came again with another content "
              "(first: 200,00 kr, 2026-11-20; then: 140,00 kr, 2026-11-21)");
    assert_int_equal(second->line_count, 0);
    rig_free(&rig);
}

/* A person's decision, offered to every partition as the mappers do. */
static void decide(struct rig *rig, const char *verb, const char *subject, const char *detail)
{
    struct decision decision = { .number = ++rig->decisions, .who = STR("kari"), .verb = str_of(verb),
                                 .subject = str_of(subject), .detail = str_of(detail), .reason = STR("because") };
    struct str venue;
    int32_t day;

    for (uint32_t i = 0; i < (uint32_t)rig->config->partitions; i++)
        NEEDED(decisions_apply(rig->store, rig->config, i, &decision, decision.number + 1, &rig->build_arena, &venue, &day));
}

/* The content of a receipt is trimmed; that its number was seen stays. */
static enum err forget_work(struct txn *txn, void *context)
{
    struct key key;

    key_init(&key);
    key_name(&key, STR("v"));
    key_name(&key, STR("K1"));
    key_u32(&key, SERIES_RECEIPTS);
    key_u64(&key, *(unsigned *)context);
    return store_delete(txn, TABLE_RECEIPTS, key_str(&key));
}

static void rig_forget(struct rig *rig, unsigned seq)
{
    NEEDED(store_write(rig->store, forget_work, &seq));
}

struct z_counting { const char *reg; int count; };

static enum err z_seen(const struct zmark *mark, void *context)
{
    struct z_counting *counting = context;

    (void)mark;
    counting->count++;
    return ERR_OK;
}

static enum err z_work(struct txn *txn, void *context)
{
    struct z_counting *counting = context;

    return zindex_walk(txn, STR("v"), str_of(counting->reg), z_seen, counting);
}

static int rig_z_count(struct rig *rig, const char *reg)
{
    struct z_counting counting = { reg, 0 };

    NEEDED(store_read(rig->store, z_work, &counting));
    return counting.count;
}

static void no_problems(const char *why, const struct draft *draft)
{
    assert_non_null(draft);
    same_codes(why, draft, (const char *const[ROW_CODES]){ NULL });
}

/* Goal: today's fault: a till that was reset lost its second day. Said to count anew, both days stand, each with its own. */
static void a_register_that_counts_anew(void **unused)
{
    for (int late = 0; late < 2; late++) {
        struct rig rig;

        rig_make(&rig);
        for (unsigned seq = 1; seq <= 3; seq++)
            rig_sale(&rig, seq, "2026-11-20T12:00:00+01:00", "food", 10000 * seq, "card");
        (void)rig_look(&rig);
        rig_seal(&rig, FIRST_DAY);
        for (unsigned seq = 1; seq <= 5; seq++)              /* the last two are no conflict */
            rig_sale(&rig, seq, "2026-11-21T12:00:00+01:00", "beer", 7000 * seq, "cash");
        rig_void(&rig, 6, "2026-11-21T13:00:00+01:00", 2);   /* of the new number 2 */
        (void)rig_look(&rig);
        assert_true(rig_has_problem(rig_draft(&rig, SECOND_DAY), PROBLEM_RECEIPT_CONFLICT));
        decide(&rig, "restarted", "v/K1/1", "");
        decide(&rig, "restarted", "v/K1/2", late ? "4" : "");    /* twice says nothing more */
        (void)rig_look(&rig);
        assert_null(rig_draft(&rig, "v/2026-11-20/2"));
        no_problems("restarted", rig_draft(&rig, SECOND_DAY));
        assert_int_equal(rig_line(rig_draft(&rig, SECOND_DAY), 1900), 7000 * (1 + 3 + 4 + 5));
        rig_sale(&rig, 3, "2026-11-20T12:00:00+01:00", "food", 30000, "card");       /* an import that comes again */
        rig_sale(&rig, 5, "2026-11-21T12:00:00+01:00", "beer", 35000, "cash");
        rig_sale(&rig, 7, "2026-11-21T14:00:00+01:00", "beer", 100, "cash");
        (void)rig_look(&rig);
        no_problems("again", rig_draft(&rig, SECOND_DAY));
        assert_int_equal(rig_line(rig_draft(&rig, SECOND_DAY), 1900), 7000 * (1 + 3 + 4 + 5) + 100);
        rig_sale(&rig, 3, "2026-11-22T12:00:00+01:00", "food", 5, "card");           /* and anew once more */
        (void)rig_look(&rig);
        has_words("third", rig_draft(&rig, "v/2026-11-22/1"), PROBLEM_RECEIPT_CONFLICT, "Receipt K1~2/3 came again");
        decide(&rig, "restarted", "v/K1~2/3", "");
        (void)rig_look(&rig);
        assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-22/1"), 1570), 5);
        rig_free(&rig);
    }
    (void)unused;
}

static void z_of(struct rig *rig, unsigned seq, unsigned number, const char *day, unsigned first, unsigned last, int sum,
                 int total)
{
    rig_event(rig, "\"register\":\"K1\",\"seq\":%u,\"kind\":\"z_report\",\"time\":\"%sT23:00:00+01:00\",\"z\":{"
              "\"number\":%u,\"business_day\":\"%s\",\"first_seq\":%u,\"last_seq\":%u,\"sales_by_vat\":{\"25\":%d},"
              "\"payments\":{\"card\":%d},\"grand_total\":%d}", seq, day, number, day, first, last, sum, sum, total);
}

/* Goal: what was sent under the old name before a till was said to have been reset counts in its next run: nothing is missing
 * beside it, its Z report's total is gone on from, a void finds it, and it is not red. */
static void sent_before_it_was_said(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_config(&rig, "close: clock\n", "close: z_report\n");
    for (unsigned seq = 1; seq <= 2; seq++)
        rig_sale(&rig, seq, "2026-11-20T12:00:00+01:00", "food", 100, "card");
    z_of(&rig, 3, 1, "2026-11-20", 1, 2, 200, 200);
    (void)rig_look(&rig);
    rig_seal(&rig, FIRST_DAY);
    for (unsigned seq = 1; seq <= 4; seq++)
        rig_sale(&rig, seq, "2026-11-21T12:00:00+01:00", "food", 1000, "card");
    z_of(&rig, 5, 1, "2026-11-21", 1, 4, 4000, 4000);
    for (unsigned seq = 6; seq <= 7; seq++)
        rig_sale(&rig, seq, "2026-11-22T12:00:00+01:00", "food", 10, "card");
    z_of(&rig, 8, 2, "2026-11-22", 6, 7, 20, 4020);
    (void)rig_look(&rig);
    no_problems("before it is said", rig_draft(&rig, "v/2026-11-22/1"));
    rig_seal(&rig, "v/2026-11-22/1");
    decide(&rig, "restarted", "v/K1/1", "");
    (void)rig_look(&rig);
    no_problems("the day of the reset", rig_draft(&rig, SECOND_DAY));
    assert_int_equal(rig_line(rig_draft(&rig, SECOND_DAY), 1570), 4000);
    assert_null(rig_draft(&rig, "v/2026-11-22/2"));
    rig_void(&rig, 9, "2026-11-23T12:00:00+01:00", 6);
    rig_sale(&rig, 10, "2026-11-23T13:00:00+01:00", "food", 7, "card");
    z_of(&rig, 11, 3, "2026-11-23", 9, 10, -3, 4017);
    (void)rig_look(&rig);
    no_problems("the day after", rig_draft(&rig, "v/2026-11-23/1"));
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-23/1"), 1570), -3);
    rig_free(&rig);
}

/* Goal: orders of a later run have names of their own; a number that is missing in the new run is missing. */
static void orders_of_a_later_run(void **unused)
{
    const struct draft *order;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 100, "credit");
    (void)rig_look(&rig);
    rig_seal(&rig, "v/order/K1/1");
    (void)rig_look(&rig);
    rig_sale(&rig, 1, "2026-11-21T12:00:00+01:00", "food", 300, "credit");
    rig_sale(&rig, 3, "2026-11-21T12:00:00+01:00", "food", 500, "credit");
    (void)rig_look(&rig);
    decide(&rig, "restarted", "v/K1/1", "");
    (void)rig_look(&rig);
    order = rig_draft(&rig, "v/order/K1~2/1");
    assert_non_null(order);
    assert_int_equal(order->total.ore, 300);
    assert_true(str_equal(order->order_no, STR("K1~2-1")));
    assert_int_equal(rig_draft(&rig, "v/order/K1~2/3")->total.ore, 500);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->total.ore, 100);
    same_codes("a gap", rig_draft(&rig, SECOND_DAY), (const char *const[ROW_CODES]){ "sequence-gap" });
    has_words("a gap", rig_draft(&rig, SECOND_DAY), PROBLEM_SEQUENCE_GAP, "Register K1~2: receipt 2 is missing");
    rig_free(&rig);
}

/* One number, two contents on two days: as the row says, sealed before or not. */
static void which_of_two_is_right(void **unused)
{
    static const struct { const char *why, *place; bool sealed; int64_t first, second; bool red; } rows[] = {
        { "the first, which is booked", "1", false, 100, 0, false },
        { "the first, said without a place", "", false, 100, 0, false },
        { "the second", "2", false, 0, 700, false },
        { "the second, but the first is sent", "2", true, 100, 0, true },
        { "no such content", "9", false, 100, 0, true },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct draft *first, *second;
        struct rig rig;

        rig_make(&rig);
        rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 100, "card");
        (void)rig_look(&rig);
        if (rows[i].sealed)
            rig_seal(&rig, FIRST_DAY);
        rig_sale(&rig, 1, "2026-11-21T12:00:00+01:00", "food", 700, "card");
        (void)rig_look(&rig);
        decide(&rig, "choose", "v/K1/1", rows[i].place);
        (void)rig_look(&rig);
        first = rig_draft(&rig, FIRST_DAY);
        second = rig_draft(&rig, SECOND_DAY);
        if (rig_line(first, 1570) != rows[i].first || rig_line(second, 1570) != rows[i].second ||
            rig_has_problem(second, PROBLEM_RECEIPT_CONFLICT) != rows[i].red ||
            rig_has_problem(first, PROBLEM_RECEIPT_CONFLICT))
            fail_msg("%s: %" PRId64 ", %" PRId64, rows[i].why, rig_line(first, 1570), rig_line(second, 1570));
        if (rows[i].red) {
            rig_free(&rig);
            continue;
        }
        first = rows[i].first ? second : first;              /* the day of the one that is not booked says so */
        if (first->manual_count != 1 || first->manual[0].amount.ore != (rows[i].first ? 700 : 100) ||
            !str_equal(first->manual[0].receipt, STR("K1/1")) || first->manual_total.ore != 0)
            fail_msg("%s: what is not booked is not listed", rows[i].why);
        decide(&rig, "choose", "v/K1/1", rows[i].first ? "2" : "1");         /* and decided otherwise */
        (void)rig_look(&rig);
        if (rows[i].second && rig_line(rig_draft(&rig, FIRST_DAY), 1570) != 100)
            fail_msg("%s: it cannot be decided again", rows[i].why);
        rig_free(&rig);
    }
}

/* Goal: what took the first one back takes the chosen one back. */
static void a_void_follows_the_choice(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 100, "card");
    rig_void(&rig, 2, "2026-11-21T13:00:00+01:00", 1);
    rig_sale(&rig, 1, "2026-11-21T12:00:00+01:00", "food", 700, "cash");
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, SECOND_DAY), 1570), -100);
    decide(&rig, "choose", "v/K1/1", "3");
    (void)rig_look(&rig);
    no_problems("chosen", rig_draft(&rig, SECOND_DAY));
    assert_int_equal(rig_line(rig_draft(&rig, SECOND_DAY), 1570), 0);
    assert_int_equal(rig_line(rig_draft(&rig, SECOND_DAY), 1900), 0);
    assert_int_equal(rig_draft(&rig, FIRST_DAY)->line_count, 0);
    rig_free(&rig);
}

/* Goal: what is folded again stays on the day that it had, though the venue's day begins at another hour by now: its new
 * day may be sent, and then it would stand nowhere. */
static void what_is_folded_again_keeps_its_day(void **unused)
{
    (void)unused;
    for (int restart = 0; restart < 2; restart++) {
        const struct draft *second;
        struct rig rig;

        rig_make(&rig);
        rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 100, "card");
        rig_sale(&rig, 2, "2026-11-20T12:00:00+01:00", "food", 100, "card");
        rig_sale(&rig, 1, "2026-11-22T04:00:00+01:00", "food", 700, "card");         /* the night of the 21st */
        rig_sale(&rig, 3, "2026-11-22T12:00:00+01:00", "food", 10, "card");
        (void)rig_look(&rig);
        rig_seal(&rig, "v/2026-11-22/1");
        rig_config(&rig, "close: clock\n", "close: clock\nbusiness_day_start: \"03:00\"\n");
        decide(&rig, restart ? "restarted" : "choose", "v/K1/1", "3");
        (void)rig_look(&rig);
        second = rig_draft(&rig, SECOND_DAY);
        assert_non_null(second);
        assert_int_equal(rig_line(second, 1570), 700);
        assert_null(rig_draft(&rig, "v/2026-11-22/2"));
        rig_free(&rig);
    }
}

#define AT(day, hour) "2026-11-" day "T" hour ":00:00+01:00"

/* Goal: an old number that comes again after its register began to count anew is no sale of the new run: neither the one
 * that was not chosen, nor one whose content is another at the same moment, nor one that is no longer kept. */
static void an_old_number_is_no_sale_of_the_new_run(void **unused)
{
    static const struct { const char *why, *time; unsigned seq; int64_t gross; bool red; int64_t sold; } rows[] = {
        { "the one that was not chosen", AT("20", "15"), 1, 150, false, 0 },
        { "another content at the same moment", AT("20", "12"), 2, 250, true, 0 },
        { "the same as ever", AT("20", "12"), 2, 200, false, 0 },
        { "one that is no longer kept", AT("20", "12"), 3, 300, true, 0 },
        { "a new sale", AT("21", "18"), 3, 300, false, 300 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct draft *first, *second;
        struct rig rig;

        rig_make(&rig);
        for (unsigned seq = 1; seq <= 3; seq++)
            rig_sale(&rig, seq, AT("20", "12"), "food", 100 * seq, "card");
        rig_sale(&rig, 1, AT("20", "15"), "food", 150, "card");
        (void)rig_look(&rig);
        decide(&rig, "choose", "v/K1/1", "1");
        rig_sale(&rig, 1, AT("21", "12"), "food", 7, "cash");
        rig_sale(&rig, 2, AT("21", "13"), "food", 8, "cash");
        (void)rig_look(&rig);
        decide(&rig, "restarted", "v/K1/1", "5");
        (void)rig_look(&rig);
        rig_forget(&rig, 3);
        rig_sale(&rig, rows[i].seq, rows[i].time, "food", rows[i].gross, "card");
        (void)rig_look(&rig);
        first = rig_draft(&rig, FIRST_DAY);
        second = rig_draft(&rig, SECOND_DAY);
        if (rig_line(second, 1570) != rows[i].sold || rig_has_problem(first, PROBLEM_RECEIPT_CONFLICT) != rows[i].red)
            fail_msg("%s: %" PRId64 ", %" PRId64, rows[i].why, rig_line(first, 1570), rig_line(second, 1570));
        rig_free(&rig);
    }
}

/* Goal: a receipt that is chosen is taken back by the void that named its number, at the later of the two places, whichever
 * part of the void's day is sent by then. */
static void a_chosen_one_is_taken_back_in_the_open_part(void **unused)
{
    const struct draft *late;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, AT("20", "12"), "food", 100, "card");
    rig_sale(&rig, 1, AT("21", "12"), "food", 700, "cash");
    rig_sale(&rig, 3, AT("22", "12"), "food", 5, "card");
    (void)rig_look(&rig);
    rig_seal(&rig, "v/2026-11-22/1");
    rig_void(&rig, 2, AT("22", "13"), 1);
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-22/2"), 1570), -100);
    decide(&rig, "choose", "v/K1/1", "2");               /* it came before that part began */
    (void)rig_look(&rig);
    late = rig_draft(&rig, "v/2026-11-22/2");
    assert_int_equal(rig_line(late, 1570), 0);
    assert_int_equal(rig_line(late, 1900), -700);
    assert_int_equal(rig_line(rig_draft(&rig, SECOND_DAY), 1900), 700);
    assert_false(rig_has_problem(late, PROBLEM_VOID_UNKNOWN));
    rig_free(&rig);
}

/* Goal: the Z reports of the new run leave the old one: its own next Z is judged against the one before it. */
static void z_reports_move_with_their_run(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, AT("20", "12"), "food", 100, "card");
    rig_event(&rig, "%s", ZED("2", "7", "20", "1", "1", "100"));
    (void)rig_look(&rig);
    rig_sale(&rig, 1, AT("21", "12"), "food", 300, "card");
    rig_sale(&rig, 2, AT("21", "13"), "food", 30, "card");
    rig_event(&rig, "%s", ZED("3", "8", "21", "1", "2", "330"));
    (void)rig_look(&rig);
    assert_true(rig_has_problem(rig_draft(&rig, SECOND_DAY), PROBLEM_RECEIPT_CONFLICT));
    decide(&rig, "restarted", "v/K1/1", "3");
    (void)rig_look(&rig);
    no_problems("the first run", rig_draft(&rig, FIRST_DAY));
    no_problems("the second run", rig_draft(&rig, SECOND_DAY));
    assert_int_equal(rig_z_count(&rig, "K1"), 1);
    assert_int_equal(rig_z_count(&rig, "K1~2"), 1);
    rig_free(&rig);
}

/* Two days, a till that counted anew on the second; the days as they are after each decision. */
static void expect(struct rig *rig, const char *why, int64_t first, int64_t second, bool red)
{
    const struct draft *day;

    (void)rig_look_as(rig, true);
    day = rig_draft(rig, SECOND_DAY);
    if (rig_line(rig_draft(rig, FIRST_DAY), 1570) != first || rig_line(day, 1900) != second ||
        rig_has_problem(day, PROBLEM_RECEIPT_CONFLICT) != red)
        fail_msg("%s: %" PRId64 ", %" PRId64, why, rig_line(rig_draft(rig, FIRST_DAY), 1570), rig_line(day, 1900));
}

/* Goal: what a person said about contents and runs is taken back as if it had never been said, and can be said again. */
static void decisions_taken_back(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (unsigned seq = 1; seq <= 2; seq++)
        rig_sale(&rig, seq, AT("20", "12"), "food", 100 * seq, "card");
    rig_void(&rig, 3, AT("20", "13"), 2);
    for (unsigned seq = 1; seq <= 4; seq++)                  /* places 4 to 7 */
        rig_sale(&rig, seq, AT("21", "12"), "beer", 7000 * seq, "cash");
    expect(&rig, "told", 100, 28000, true);
    decide(&rig, "choose", "v/K1/1", "4");
    expect(&rig, "the second chosen", 0, 35000, true);
    assert_int_equal(rig_draft(&rig, FIRST_DAY)->manual_count, 1);
    decide(&rig, "undo-choose", "v/K1/1", "9");
    expect(&rig, "another's", 0, 35000, true);
    decide(&rig, "undo-choose", "v/K1/1", "1 4");
    expect(&rig, "taken back", 100, 28000, true);
    assert_int_equal(rig_draft(&rig, FIRST_DAY)->manual_count, 0);
    decide(&rig, "choose", "v/K1/1", "1");
    expect(&rig, "the first chosen", 100, 28000, true);
    decide(&rig, "undo-choose", "v/K1/1", "4 1");
    decide(&rig, "restarted", "v/K1/1", "4");
    expect(&rig, "restarted", 100, 70000, false);
    decide(&rig, "undo-restarted", "v/K1/1", "6 9");
    expect(&rig, "no such run", 100, 70000, false);
    decide(&rig, "undo-restarted", "v/K1/1", "6 4");
    expect(&rig, "not restarted", 100, 28000, true);
    decide(&rig, "restarted", "v/K1/1", "4");
    expect(&rig, "restarted again", 100, 70000, false);
    (void)rig_look(&rig);
    no_problems("restarted again", rig_draft(&rig, SECOND_DAY));
    rig_seal(&rig, SECOND_DAY);
    decide(&rig, "undo-restarted", "v/K1/1", "9 4");
    expect(&rig, "sent since", 100, 70000, false);
    rig_free(&rig);
}

/* Number 1 twice, on two days, with 100 and 200: a conflict, or a till that was reset. */
static void begin_with_two_contents(struct rig *rig)
{
    rig_make(rig);
    rig_sale(rig, 1, AT("20", "12"), "food", 100, "card");
    rig_sale(rig, 1, AT("21", "12"), "food", 200, "card");
    (void)rig_look(rig);
}

/* Goal: a register that counts anew for the second time, with numbers that were sent in the run before: not missing, and
 * not there twice. */
static void what_stays_is_a_number_of_the_third_run(void **unused)
{
    struct rig rig;

    (void)unused;
    begin_with_two_contents(&rig);
    decide(&rig, "restarted", "v/K1/1", "2");
    rig_sale(&rig, 1, AT("22", "12"), "food", 300, "card");          /* place 3: anew again */
    rig_sale(&rig, 2, AT("23", "12"), "food", 400, "card");
    rig_sale(&rig, 3, AT("22", "12"), "food", 500, "card");
    (void)rig_look(&rig);
    rig_seal(&rig, "v/2026-11-23/1");
    decide(&rig, "restarted", "v/K1~2/1", "3");
    (void)rig_look(&rig);
    no_problems("the third run", rig_draft(&rig, "v/2026-11-22/1"));
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-22/1"), 1570), 800);
    assert_null(rig_draft(&rig, "v/2026-11-23/2"));
    decide(&rig, "undo-restarted", "v/K1~2/1", "2 3");
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-22/1"), 1570), 500);
    assert_true(rig_has_problem(rig_draft(&rig, "v/2026-11-22/1"), PROBLEM_RECEIPT_CONFLICT));
    rig_free(&rig);
}

/* Goal: a receipt of a later run is asked for under its own name: what a void takes back, or what is an order, is not left
 * out as well, for its money would stand twice. */
static void what_is_left_out_of_a_later_run(void **unused)
{
    struct rig rig;

    (void)unused;
    begin_with_two_contents(&rig);
    decide(&rig, "restarted", "v/K1/1", "2");
    rig_void(&rig, 2, AT("21", "13"), 1);
    rig_sale(&rig, 3, AT("21", "14"), "food", 500, "credit");
    (void)rig_look(&rig);
    decide(&rig, "leave-out", "v/K1~2/1", "");
    decide(&rig, "leave-out", "v/K1~2/3", "");
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, SECOND_DAY)->manual_total.ore, 0);
    assert_int_equal(rig_draft(&rig, SECOND_DAY)->lines_total.ore, 500);
    assert_int_equal(rig_draft(&rig, "v/order/K1~2/3")->total.ore, 500);
    rig_free(&rig);
}

/* Goal: of two contents of the first run, one of which came after the second run began, either can be chosen. */
static void a_late_content_of_the_first_run_is_chosen(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, AT("20", "12"), "food", 100, "card");
    rig_sale(&rig, 1, AT("21", "12"), "food", 200, "cash");
    expect(&rig, "told", 100, 0, true);
    decide(&rig, "restarted", "v/K1/1", "2");
    expect(&rig, "restarted", 100, 200, false);
    rig_sale(&rig, 1, AT("20", "12"), "food", 300, "card");          /* at the first one's moment: of its run */
    expect(&rig, "another one", 100, 200, false);
    assert_true(rig_has_problem(rig_draft(&rig, FIRST_DAY), PROBLEM_RECEIPT_CONFLICT));
    decide(&rig, "choose", "v/K1/1", "3");
    expect(&rig, "chosen", 300, 200, false);
    no_problems("chosen", rig_draft(&rig, FIRST_DAY));
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_late_content_of_the_first_run_is_chosen),
        cmocka_unit_test(what_is_left_out_of_a_later_run),
        cmocka_unit_test(decisions_taken_back), cmocka_unit_test(what_stays_is_a_number_of_the_third_run),
        cmocka_unit_test(what_is_folded_again_keeps_its_day), cmocka_unit_test(an_old_number_is_no_sale_of_the_new_run),
        cmocka_unit_test(a_chosen_one_is_taken_back_in_the_open_part), cmocka_unit_test(z_reports_move_with_their_run),
        cmocka_unit_test(the_same_for_the_books), cmocka_unit_test(what_one_says_is_added),
        cmocka_unit_test(vat_that_is_said_later_counts), cmocka_unit_test(a_register_that_counts_anew),
                                        cmocka_unit_test(sent_before_it_was_said),
        cmocka_unit_test(orders_of_a_later_run), cmocka_unit_test(which_of_two_is_right),
        cmocka_unit_test(a_void_follows_the_choice), cmocka_unit_test(another_content_is_red_on_its_own_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
