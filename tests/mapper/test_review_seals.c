/* Goal: whatever order seals, reversals and their repetitions come in, and whatever was built or folded
 * meanwhile, every sale stands in exactly one part, and nothing waits for ever. */
#include "mapper_rig.h"

#define NOON "2026-11-20T12:00:00+01:00"
#define DAY "v/2026-11-20/"

/* A revision built after the one that was sealed must not make a reversal look old. */
static void a_reversal_of_an_older_revision_counts(void **unused)
{
    struct draft *sealed, *again;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    sealed = rig_draft(&rig, DAY "1");
    rig_sale(&rig, 2, NOON, "food", 30, "card");
    (void)rig_look(&rig);                                    /* revision 2 is built and on its way ... */
    rig_tell(&rig, sealed, false);                           /* ... as revision 1 is sealed */
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "2"), 1570), 30);
    rig_tell(&rig, sealed, true);
    (void)rig_look(&rig);
    again = rig_draft(&rig, DAY "1");
    assert_true(again->revision > 2);
    assert_int_equal(rig_line(again, 1570), 100);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "2"), 1570), 30);
    rig_free(&rig);
}

/* The seal of a round that was undone, heard once more, seals nothing. */
static void an_old_seal_does_not_seal_the_next_round(void **unused)
{
    struct draft *first, *second;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    first = rig_draft(&rig, DAY "1");
    rig_tell(&rig, first, false);
    rig_tell(&rig, first, true);
    rig_tell(&rig, first, false);
    assert_int_equal(rig_look(&rig), 1);
    second = rig_draft(&rig, DAY "1");
    assert_true(second->revision > first->revision);
    rig_tell(&rig, second, false);
    rig_tell(&rig, first, true);                             /* and its reversal undoes nothing of this one */
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->revision, second->revision);
    rig_free(&rig);
}

/* A seal that ended earlier, heard after the part was sealed anew and longer, makes no second part of its end. */
static void an_old_seal_makes_no_second_part(void **unused)
{
    struct draft *first;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    first = rig_draft(&rig, DAY "1");
    rig_tell(&rig, first, false);
    rig_tell(&rig, first, true);
    rig_sale(&rig, 2, NOON, "food", 30, "card");
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "1"), 1570), 130);
    rig_seal(&rig, DAY "1");
    rig_tell(&rig, first, false);
    (void)rig_look(&rig);
    assert_null(rig_draft(&rig, DAY "2"));
    rig_free(&rig);
}

static enum err heard_work(struct txn *txn, void *context)
{
    struct rig *rig = context;
    struct settlement settlement;

    NEEDED(settlement_load(txn, STR("v"), 20777, &rig->build_arena, &settlement));
    assert_int_equal(settlement.parts[0].heard, 42);
    return ERR_OK;
}

/* A decision waits for what is sealed: an answer to an older draft that comes behind the one to its question takes nothing
 * back, or it would wait for the next repetition. */
static void a_late_answer_takes_no_hearing_back(void **unused)
{
    struct seal seal = { .revision = 1, .behind = true, .heard = 42 };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    seal.doc = rig_draft(&rig, DAY "1")->doc;
    NEEDED(seals_apply(rig.store, &seal, &rig.build_arena));
    seal.heard = 0;
    NEEDED(seals_apply(rig.store, &seal, &rig.build_arena));
    NEEDED(store_read(rig.store, heard_work, &rig));
    rig_free(&rig);
}

/* The mapper's store is made again from the log while the uploader knows already what was sent: the seal comes
 * before all that it covers is folded. */
static void a_seal_may_cover_what_is_not_folded_yet(void **unused)
{
    struct draft *preview;
    struct seal seal;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    (void)rig_look_as(&rig, true);
    preview = rig_draft(&rig, DAY "1");
    seal = (struct seal){ .doc = preview->doc, .revision = 7, .upto = 3 };
    NEEDED(seals_apply(rig.store, &seal, &rig.build_arena));
    rig_sale(&rig, 2, NOON, "food", 30, "card");
    rig_sale(&rig, 3, NOON, "food", 5, "credit");
    rig_fold(&rig);
    assert_int_equal(rig_look(&rig), 1);                     /* the seal itself makes it due */
    assert_null(rig_draft(&rig, DAY "2"));
    rig_sale(&rig, 4, NOON, "food", 9, "card");
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "2"), 1570), 9);
    rig_free(&rig);
}

/* The same with more: part 2 was sealed as well, and everything comes in one batch. */
static void two_sealed_parts_are_found_again(void **unused)
{
    struct seal seal = { .revision = 4, .upto = 2 };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (unsigned seq = 1; seq <= 5; seq++)
        rig_sale(&rig, seq, NOON, "food", 1 << seq, "card");
    (void)rig_look(&rig);
    seal.doc = rig_draft(&rig, DAY "1")->doc;
    NEEDED(seals_apply(rig.store, &seal, &rig.build_arena));
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "2"), 1570), 8 + 16 + 32);
    seal.doc.part = 2;
    seal.upto = 4;
    NEEDED(seals_apply(rig.store, &seal, &rig.build_arena));
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, DAY "3"), 1570), 32);
    rig_seal(&rig, DAY "3");
    assert_int_equal(rig_look(&rig), 1);
    assert_int_equal(rig_look(&rig), 0);
    rig_free(&rig);
}

/* What PowerOffice refused and a person sends again must be built again, orders too. */
static void a_refused_order_is_built_again(void **unused)
{
    struct draft *order;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "credit");
    rig_sale(&rig, 2, NOON, "food", 30, "card");
    (void)rig_look(&rig);
    order = rig_draft(&rig, "v/order/K1/1");
    assert_int_equal(order->phase, DRAFT_CLOSED);
    rig_tell(&rig, order, false);
    rig_seal(&rig, DAY "1");
    (void)rig_look(&rig);
    assert_int_equal(rig_look(&rig), 0);
    rig_tell(&rig, order, true);
    assert_int_equal(rig_look(&rig), 1);
    assert_true(rig_draft(&rig, "v/order/K1/1")->revision > order->revision);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->total.ore, 100);
    rig_seal(&rig, "v/order/K1/1");
    (void)rig_look(&rig);
    assert_int_equal(rig_look(&rig), 0);
    rig_free(&rig);
}

/* The switch is turned off and on again while the day goes on: an order that was taken back is one again, and the
 * late answer to its taking back does not count as its seal. */
static void an_order_taken_back_may_become_one_again(void **unused)
{
    struct draft *empty;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "credit");
    rig_sale(&rig, 2, NOON, "food", 30, "card");
    (void)rig_look_as(&rig, true);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->phase, DRAFT_OPEN);
    rig_config(&rig, "auto_invoice: true", "auto_invoice: false");
    (void)rig_look_as(&rig, true);
    empty = rig_draft(&rig, "v/order/K1/1");
    assert_int_equal(empty->order_line_count, 0);
    assert_int_equal(empty->phase, DRAFT_CLOSED);
    rig_tell(&rig, empty, false);
    (void)rig_look_as(&rig, true);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->revision, empty->revision);
    rig_config(&rig, "", "");
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->total.ore, 100);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->phase, DRAFT_CLOSED);
    rig_tell(&rig, empty, false);
    rig_seal(&rig, DAY "1");
    assert_int_equal(rig_look(&rig), 1);
    assert_int_equal(rig_look(&rig), 1);                     /* still due: the order has no seal */
    rig_seal(&rig, "v/order/K1/1");
    (void)rig_look(&rig);
    assert_int_equal(rig_look(&rig), 0);
    rig_free(&rig);
}

/* The rebuilt store again: orders that were sent long ago are offered once more, and found to be sealed. */
static void orders_covered_by_an_early_seal_are_offered(void **unused)
{
    struct seal seal = { .revision = 7, .upto = 3, .credit_ordered = true };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    (void)rig_look_as(&rig, true);
    seal.doc = rig_draft(&rig, DAY "1")->doc;
    NEEDED(seals_apply(rig.store, &seal, &rig.build_arena));
    (void)rig_look_as(&rig, true);
    rig_sale(&rig, 2, NOON, "food", 5, "credit");
    rig_sale(&rig, 3, NOON, "food", 30, "card");
    assert_int_equal(rig_look(&rig), 1);
    assert_int_equal(rig_draft(&rig, "v/order/K1/2")->total.ore, 5);
    assert_null(rig_draft(&rig, DAY "2"));
    rig_free(&rig);
}

/* A sender that has seen higher revisions hears lower ones no more, so the mapper goes on from there. */
static void revisions_go_on_where_the_sender_is(void **unused)
{
    struct seal behind = { .revision = 9, .behind = true };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "credit");
    rig_sale(&rig, 2, NOON, "food", 30, "card");
    (void)rig_look(&rig);
    behind.doc = rig_draft(&rig, DAY "1")->doc;
    NEEDED(seals_apply(rig.store, &behind, &rig.build_arena));
    behind.doc = rig_draft(&rig, "v/order/K1/1")->doc;
    NEEDED(seals_apply(rig.store, &behind, &rig.build_arena));
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->revision, 10);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->revision, 10);
    NEEDED(seals_apply(rig.store, &behind, &rig.build_arena));
    rig_seal(&rig, DAY "1");
    behind.doc = rig_draft(&rig, DAY "1")->doc;
    behind.revision = 20;                                    /* never sent in earnest: it has sealed 10 */
    NEEDED(seals_apply(rig.store, &behind, &rig.build_arena));           /* sealed meanwhile: it stays */
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->revision, 10);
    assert_int_equal(rig_draft(&rig, "v/order/K1/1")->revision, 10);
    rig_free(&rig);
}

/* The same where what stood in PowerOffice had been reversed as the store was lost. */
static void a_reversal_is_heard_by_a_new_store(void **unused)
{
    struct seal undone = { .revision = 9, .reversed = true };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, NOON, "food", 100, "card");
    (void)rig_look(&rig);
    undone.doc = rig_draft(&rig, DAY "1")->doc;
    NEEDED(seals_apply(rig.store, &undone, &rig.build_arena));
    (void)rig_look(&rig);
    assert_int_equal(rig_draft(&rig, DAY "1")->revision, 10);
    NEEDED(seals_apply(rig.store, &undone, &rig.build_arena));
    rig_seal(&rig, DAY "1");
    (void)rig_look(&rig);
    assert_int_equal(rig_look(&rig), 0);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reversal_of_an_older_revision_counts),
        cmocka_unit_test(a_late_answer_takes_no_hearing_back),
        cmocka_unit_test(an_old_seal_does_not_seal_the_next_round),
        cmocka_unit_test(an_old_seal_makes_no_second_part),
        cmocka_unit_test(a_seal_may_cover_what_is_not_folded_yet),
        cmocka_unit_test(two_sealed_parts_are_found_again),
        cmocka_unit_test(a_refused_order_is_built_again),
        cmocka_unit_test(an_order_taken_back_may_become_one_again),
        cmocka_unit_test(revisions_go_on_where_the_sender_is),
        cmocka_unit_test(a_reversal_is_heard_by_a_new_store),
        cmocka_unit_test(orders_covered_by_an_early_seal_are_offered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
