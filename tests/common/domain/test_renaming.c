/* Goal: a name gives way where it stands as that person's name at one of the venues, and nowhere else. */
#include "domain/config.h"
#include "domain/renaming.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static const struct str venues[] = { { "oslo", 4 }, { "moss", 4 } };

static struct renaming of(enum person person)
{
    return (struct renaming){ .person = person, .name = STR("Kari"), .pseudonym = STR("forgotten-1"), .venues = venues,
                              .venue_count = COUNT(venues) };
}

static void in_events(void **unused)
{
    static const struct { const char *why; enum person person; const char *venue, *customer, *staff; bool renamed; } rows[] = {
        { "the customer", PERSON_CUSTOMER, "oslo", "Kari", "Kari", true },
        { "the employee, at the other venue", PERSON_STAFF, "moss", "Kari", "Kari", true },
        { "another venue's", PERSON_STAFF, "bergen", "Kari", "Kari", false },
        { "an employee of that name is no customer", PERSON_CUSTOMER, "oslo", "Ola", "Kari", false },
        { "a part of a name", PERSON_CUSTOMER, "oslo", "Kari Nordmann", "", false },
        { "nobody", PERSON_CUSTOMER, "oslo", "", "", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct renaming renaming = of(rows[i].person);
        struct event event = { .venue = str_of(rows[i].venue), .customer = str_of(rows[i].customer),
                               .staff = str_of(rows[i].staff), .reason = STR("Kari"), .order = STR("Kari") };
        bool renamed = renaming_event(&renaming, &event);
        const char *customer = rows[i].renamed && rows[i].person == PERSON_CUSTOMER ? "forgotten-1" : rows[i].customer;
        const char *staff = rows[i].renamed && rows[i].person == PERSON_STAFF ? "forgotten-1" : rows[i].staff;

        if (renamed != rows[i].renamed || !str_equal(event.customer, str_of(customer)) ||
            !str_equal(event.staff, str_of(staff)) || !str_equal(event.reason, STR("Kari")) ||
            !str_equal(event.order, STR("Kari")))
            fail_msg("%s", rows[i].why);
    }
}

/* An order, a voucher's credit and what is invoiced by hand; and a problem that names the customer. */
static void in_documents(void **unused)
{
    struct renaming renaming = of(PERSON_CUSTOMER), staff = of(PERSON_STAFF);
    struct manual_item manual[2] = { { .customer = STR("Ola") }, { .customer = STR("Kari"), .what = STR("Kari") } };
    struct order_ref orders[1] = { { .customer = STR("Kari") } };
    struct draft draft = { .doc = { .venue = STR("oslo") }, .customer = STR("Kari"), .manual = manual, .manual_count = 2,
                           .orders = orders, .order_count = 1 };

    (void)unused;
    problems_add(&draft.problems, &(struct problem){ PROBLEM_CUSTOMER_UNCONNECTED, { STR("Kari") }, STR_NONE, 1 });
    assert_false(renaming_draft(&staff, &draft));
    assert_true(renaming_draft(&renaming, &draft));
    assert_true(str_equal(draft.customer, STR("forgotten-1")) && str_equal(manual[0].customer, STR("Ola")));
    assert_true(str_equal(manual[1].customer, STR("forgotten-1")) && str_equal(manual[1].what, STR("Kari")));
    assert_true(str_equal(orders[0].customer, STR("forgotten-1")));
    assert_true(str_equal(draft.problems.at[0].arg[0], STR("forgotten-1")));
    assert_false(renaming_draft(&renaming, &draft));
    draft.doc.venue = STR("bergen");
    draft.customer = STR("Kari");
    assert_false(renaming_draft(&renaming, &draft));
}

static void where_to_look(void **unused)
{
    struct renaming renaming = of(PERSON_CUSTOMER);
    uint32_t touched = 0;

    (void)unused;
    assert_true(renaming_may_be_in(&renaming, STR("xxKarixx")));
    assert_false(renaming_may_be_in(&renaming, STR("kari")));
    assert_false(renaming_may_be_in(&renaming, STR_NONE));
    for (uint32_t p = 0; p < 16; p++)
        touched += renaming_touches(&renaming, p, 16);
    assert_true(touched == 1 || touched == 2);
    assert_true(renaming_touches(&renaming, venue_partition(STR("oslo"), 16), 16));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_events), cmocka_unit_test(in_documents), cmocka_unit_test(where_to_look),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
