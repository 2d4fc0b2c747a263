/* What is the same event, and what is another one under its number (docs/rules.md section 8). */
#include "table_rig.h"

#define FIRST_DAY "v/2026-11-20/1"
#define SECOND_DAY "v/2026-11-21/1"
#define HEAD "\"register\":\"K1\",\"seq\":1,\"kind\":\"receipt\","
#define NOON "\"time\":\"2026-11-20T12:00:00+01:00\","
#define LINES "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100,\"qty\":1,\"text\":\"Suppe\"}],"
#define CARD "\"payments\":[{\"type\":\"card\",\"amount\":100}]"
#define Z(number, sum) "\"register\":\"K1\",\"seq\":1,\"kind\":\"z_report\"," NOON "\"z\":{\"number\":" number ",\"business_day\":" \
                       "\"2026-11-20\",\"sales_by_vat\":{\"25\":" sum "},\"payments\":{\"card\":" sum "}}"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_for_the_books), cmocka_unit_test(what_one_says_is_added),
        cmocka_unit_test(vat_that_is_said_later_counts), cmocka_unit_test(another_content_is_red_on_its_own_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
