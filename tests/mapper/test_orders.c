/* Goal: what the day's proof says is with the orders is an order. */
#include "mapper_rig.h"

#define NOON "2026-11-20T12:00:00+01:00"

static void leave_out(struct rig *rig, const char *receipt)
{
    struct decision decision = { .number = ++rig->decisions, .verb = STR("leave-out"), .subject = str_of(receipt),
                                 .reason = STR("a test") };
    struct str venue;
    int32_t day;

    NEEDED(decisions_apply(rig->store, rig->config, venue_partition(STR("v"), rig->config->partitions),
                           &decision, decision.number + 1,
                           &rig->build_arena, &venue, &day));
    assert_true(str_equal(venue, STR("v")));
}

/* A void that a person left out takes no order with it. */
static void a_void_that_is_left_out_cancels_no_order(void **unused)
{
    static const struct { const char *why; bool left_out; size_t lines; int64_t orders; } rows[] = {
        { "the void cancels the order of its own day", false, 0, 0 },
        { "left out, it does not", true, 1, 100 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct draft *voucher, *order;
        struct rig rig;

        rig_make(&rig);
        rig_event(&rig, "\"register\":\"K1\",\"seq\":1,\"kind\":\"receipt\",\"time\":\"" NOON "\",\"customer\":\"kunde\","
                  "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":100}],"
                  "\"payments\":[{\"type\":\"credit\",\"amount\":100}]");
        rig_event(&rig, "\"register\":\"K1\",\"seq\":2,\"kind\":\"void\",\"time\":\"" NOON "\","
                  "\"voids\":{\"register\":\"K1\",\"seq\":1}");
        (void)rig_look_as(&rig, true);
        if (rows[i].left_out)
            leave_out(&rig, "v/K1/2");
        (void)rig_look(&rig);
        voucher = rig_draft(&rig, "v/2026-11-20/1");
        order = rig_draft(&rig, "v/order/K1/1");
        if ((order ? order->order_line_count : 0) != rows[i].lines ||
            (voucher ? voucher->orders_total.ore : 0) != rows[i].orders)
            fail_msg("%s: %zu lines, %" PRId64 " øre with the orders", rows[i].why, order ? order->order_line_count : 0,
                     voucher ? voucher->orders_total.ore : 0);
        rig_free(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_void_that_is_left_out_cancels_no_order) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
