/* Goal: credit is in one place only when the switches are turned while a closed day is on its way, and a clock that
 * was wrong keeps no day open. */
#include "mapper_rig.h"

#define NOON "2026-11-20T12:00:00+01:00"
#define DAY "v/2026-11-20/"

static void credit_sale(struct rig *rig, unsigned seq, int vat, int64_t gross)
{
    rig_event(rig, "\"register\":\"K1\",\"seq\":%u,\"kind\":\"receipt\",\"time\":\"" NOON "\",\"customer\":\"kunde-%u\","
              "\"lines\":[{\"product_type\":\"food\",\"vat\":%d,\"gross\":%" PRId64 "}],"
              "\"payments\":[{\"type\":\"credit\",\"amount\":%" PRId64 "}]", seq, seq, vat, gross, gross);
}

/* Credit that adds up to nothing is in the voucher all the same, with the sales behind it. */
static void credit_that_adds_up_to_nothing_is_in_the_voucher(void **unused)
{
    struct draft *sent;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_config(&rig, "{account: 1500, transfer: false}", "{account: 1500}");
    credit_sale(&rig, 1, 25, 100);
    credit_sale(&rig, 2, 15, -100);
    (void)rig_look(&rig);
    sent = rig_draft(&rig, DAY "1");
    assert_int_equal(rig_line(sent, 3000), -100);
    rig_config(&rig, "", "");
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->phase, DRAFT_OPEN);
    rig_tell(&rig, sent, false);
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->order_line_count, 0);
    assert_int_equal(rig_draft(&rig, "v/order/K1/2")->order_line_count, 0);
    rig_free(&rig);
}

/* The uploader seals a draft that was built before the credit sale came; the order of that sale is on its way already
 * and belongs to the next part: its credit stays with the orders though the switch is turned, and when it is refused
 * and sent again it is built again. */
static void an_order_released_before_its_part_ended_moves_on(void **unused)
{
    struct draft *first, *order;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 30, "card");
    (void)rig_look(&rig);
    first = rig_draft(&rig, DAY "1");
    credit_sale(&rig, 2, 25, 100);
    rig_sale(&rig, 3, NOON, "food", 50, "card");
    (void)rig_look(&rig);
    order = rig_draft(&rig, "v/order/K1/2");
    assert_int_equal(order->phase, DRAFT_CLOSED);
    rig_tell(&rig, order, false);
    rig_tell(&rig, first, false);
    rig_config(&rig, "{account: 1500, transfer: false}", "{account: 1500}");
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "2"), 1500), 0);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "2"), 1570), 50);
    rig_seal(&rig, DAY "2");
    rig_tell(&rig, order, true);
    (void)rig_look(&rig);
    assert_true(rig_draft(&rig, "v/order/K1/2")->revision > order->revision);
    assert_int_equal(rig_draft(&rig, "v/order/K1/2")->total.ore, 100);
    rig_free(&rig);
}

/* What else the day sells changes no order. */
static void an_order_is_not_built_again_for_other_receipts(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    credit_sale(&rig, 1, 25, 100);
    (void)rig_look_as(&rig, true);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->revision, 1);
    rig_sale(&rig, 2, NOON, "food", 30, "card");
    (void)rig_look_as(&rig, true);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->revision, 1);
    rig_free(&rig);
}

/* The clock stood in the year 2036 as the receipts came, and was set right since. */
static void a_clock_that_was_ahead_keeps_no_day_open(void **unused)
{
    struct rig rig;
    int64_t right;

    (void)unused;
    rig_make(&rig);
    right = rig.now_ms;
    rig.now_ms += INT64_C(10) * 366 * 86400000;
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    rig_fold(&rig);
    rig.now_ms = right;
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->phase, DRAFT_OPEN);
    rig.now_ms += 1000 * 1000;
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->phase, DRAFT_CLOSED);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credit_that_adds_up_to_nothing_is_in_the_voucher),
        cmocka_unit_test(an_order_is_not_built_again_for_other_receipts),
        cmocka_unit_test(an_order_released_before_its_part_ended_moves_on),
        cmocka_unit_test(a_clock_that_was_ahead_keeps_no_day_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
