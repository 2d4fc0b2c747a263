/* Goal: of two contents of one identity, what one does not say never differs, and is added; what both say must be the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "domain/event.h"
#include "domain/event_books.h"

static struct payment card[] = { { { "card", 4 }, { 50000 } } }, cash[] = { { { "cash", 4 }, { 50000 } } },
                      two[] = { { { "card", 4 }, { 40000 } }, { { "cash", 4 }, { 5000 } }, { { "card", 4 }, { 5000 } } };

static struct event paid(enum event_kind kind, struct payment *payments, size_t count)
{
    return (struct event){ .kind = kind, .payments = payments, .payment_count = count, .amount = { 50000 } };
}

static void payments_that_one_does_not_say(void **unused)
{
    static const struct { const char *why; enum event_kind kind; struct payment *first, *later; bool same; } rows[] = {
        { "a movement, told since", EVENT_CASH_MOVEMENT, NULL, card, true },
        { "a movement, told before", EVENT_CASH_MOVEMENT, card, NULL, true },
        { "a movement, another means", EVENT_CASH_MOVEMENT, card, cash, false },
        { "a receipt that was paid, and not", EVENT_RECEIPT, NULL, card, false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct event first = paid(rows[i].kind, rows[i].first, rows[i].first != NULL);
        struct event later = paid(rows[i].kind, rows[i].later, rows[i].later != NULL);

        if (event_same_for_books(&first, &later) != rows[i].same)
            fail_msg("%s", rows[i].why);
        if (!rows[i].same)
            continue;
        assert_false(event_add_said(&first, &later));
        assert_int_equal(later.payment_count, 1);
        assert_ptr_equal(later.payments, card);
    }
}

static void what_one_does_not_say(void **unused)
{
    static const struct { const char *why; struct str order[2], customer[2]; bool same; } rows[] = {
        { "nothing said", { { 0 }, { 0 } }, { { 0 }, { 0 } }, true },
        { "said since", { { 0 }, { "7", 1 } }, { { 0 }, { "C1", 2 } }, true },
        { "said before", { { "7", 1 }, { 0 } }, { { "C1", 2 }, { 0 } }, true },
        { "another order", { { "7", 1 }, { "8", 1 } }, { { 0 }, { 0 } }, false },
        { "another customer", { { 0 }, { 0 } }, { { "C1", 2 }, { "C2", 2 } }, false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct event first = { .order = rows[i].order[0], .customer = rows[i].customer[0] };
        struct event later = { .order = rows[i].order[1], .customer = rows[i].customer[1] };

        if (event_same_for_books(&first, &later) != rows[i].same)
            fail_msg("%s", rows[i].why);
        (void)event_add_said(&first, &later);
        if (rows[i].same && (later.order.len > 0) != (rows[i].order[0].len + rows[i].order[1].len > 0))
            fail_msg("%s: not added", rows[i].why);
    }
}

static void means_of_payment(void **unused)
{
    struct event one = paid(EVENT_RECEIPT, card, 1), several = paid(EVENT_RECEIPT, two, 3), none = paid(EVENT_RECEIPT, NULL, 0);
    struct arena arena;

    (void)unused;
    arena_init(&arena, 4096);
    assert_true(str_equal(event_paid_with(&one, &arena), STR("card")));
    assert_true(str_equal(event_paid_with(&several, &arena), STR("card+cash")));
    assert_int_equal(event_paid_with(&none, &arena).len, 0);
    arena_free(&arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(payments_that_one_does_not_say), cmocka_unit_test(what_one_does_not_say),
        cmocka_unit_test(means_of_payment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
