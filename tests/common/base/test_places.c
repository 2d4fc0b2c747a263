/* Goal: what was put under a name is found under it and under no other, however many there are. */
#include "base/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NAMES = 20000 };

static void found_again(void **unused)
{
    static char names[NAMES][16];
    struct places places = { .rows = NULL };
    size_t at = 7;

    (void)unused;
    assert_false(places_find(&places, STR("a"), &at));
    for (size_t i = 0; i < NAMES; i++) {
        (void)snprintf(names[i], sizeof names[i], "name-%zu", i);
        assert_true(places_put(&places, str_of(names[i]), i));
    }
    for (size_t i = 0; i < NAMES; i++) {
        assert_true(places_find(&places, str_of(names[i]), &at));
        assert_int_equal(at, i);
    }
    assert_false(places_find(&places, STR("name-"), &at));
    assert_ptr_equal(places_name(&places, STR("name-7")).bytes, names[7]);
    assert_null(places_name(&places, STR("name-")).bytes);
    assert_int_equal(places.count, NAMES);
    places_free(&places);
    assert_false(places_find(&places, str_of(names[1]), &at));
}

/* No name is a name as well; whoever was first keeps the place. */
static void first_stays(void **unused)
{
    struct places places = { .rows = NULL };
    size_t at = 0;

    (void)unused;
    assert_true(places_put(&places, STR_NONE, 3));
    assert_true(places_put(&places, STR(""), 4));
    assert_true(places_put(&places, STR("a"), 5));
    assert_true(places_put(&places, STR("a"), 6));
    assert_true(places_find(&places, STR_NONE, &at) && at == 3);
    assert_true(places_find(&places, STR("a"), &at) && at == 5);
    assert_int_equal(places.count, 2);
    places_free(&places);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(found_again), cmocka_unit_test(first_stays) };

    return cmocka_run_group_tests_name("places", tests, NULL, NULL);
}
