/* Goal: what comes back from PowerOffice counts for the session and the venue that it was begun for, once, and not for ever; nobody's
 * journeys drive out all of another's. */
#include "console/journey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { BEGAN_MS = 1000 };

static struct journeys *opened(void)
{
    struct journeys *journeys = NULL;

    assert_int_equal(journeys_open(&journeys), ERR_OK);
    return journeys;
}

static struct str begin(struct journeys *journeys, const char *session, const char *venue, int64_t now_ms,
                        char state[JOURNEY_STATE_SIZE])
{
    assert_true(str_copy(str_of(journeys_begin(journeys, str_of(session), str_of(venue), now_ms)), state, JOURNEY_STATE_SIZE));
    assert_int_equal(strlen(state), JOURNEY_STATE_SIZE - 1);
    return str_of(state);
}

static void whose_it_is(void **unused)
{
    struct journeys *journeys = opened();
    char text[JOURNEY_STATE_SIZE], other[JOURNEY_STATE_SIZE];
    struct str state = begin(journeys, "kari", "oslo", BEGAN_MS, text);
    const struct journey *journey;

    (void)unused;
    assert_null(journeys_of(journeys, STR("kari"), STR("oslo"), BEGAN_MS));      /* PowerOffice has not said where */
    journeys_ready(journeys, text, "https://go.example/x");
    journey = journeys_of(journeys, STR("kari"), STR("oslo"), BEGAN_MS);
    assert_non_null(journey);
    assert_string_equal(journey->address, "https://go.example/x");
    assert_null(journeys_of(journeys, STR("ola"), STR("oslo"), BEGAN_MS));
    assert_null(journeys_of(journeys, STR("kari"), STR("bar"), BEGAN_MS));
    journey = journeys_back(journeys, STR("kari"), state, BEGAN_MS + JOURNEY_LIFE_MS - 1);
    assert_true(journey && strcmp(journey->venue, "oslo") == 0 && !journey->used);
    assert_null(journeys_back(journeys, STR("kari"), state, BEGAN_MS + JOURNEY_LIFE_MS));
    assert_null(journeys_back(journeys, STR("ola"), state, BEGAN_MS));
    assert_null(journeys_back(journeys, STR("kar"), state, BEGAN_MS));
    assert_null(journeys_back(journeys, STR_NONE, STR_NONE, BEGAN_MS));
    assert_null(journeys_back(journeys, STR("kari"), STR_NONE, BEGAN_MS));
    assert_null(journeys_back(journeys, STR("kari"), (struct str){ state.bytes, state.len - 1 }, BEGAN_MS));
    (void)begin(journeys, "ola", "oslo", BEGAN_MS, other);
    assert_string_not_equal(text, other);
    assert_null(journeys_back(journeys, STR("kari"), str_of(other), BEGAN_MS));
    journeys_close(journeys);
    journeys_close(NULL);
}

static void once(void **unused)
{
    struct journeys *journeys = opened();
    char text[JOURNEY_STATE_SIZE], next[JOURNEY_STATE_SIZE];
    struct journey *journey;

    (void)unused;
    journey = journeys_back(journeys, STR("kari"), begin(journeys, "kari", "oslo", BEGAN_MS, text), BEGAN_MS);
    assert_non_null(journey);
    journeys_ready(journeys, text, "https://go.example/x");
    journey->used = true;
    assert_null(journeys_of(journeys, STR("kari"), STR("oslo"), BEGAN_MS));
    assert_true(journeys_back(journeys, STR("kari"), str_of(text), BEGAN_MS)->used);             /* told so */
    (void)begin(journeys, "kari", "oslo", BEGAN_MS, next);
    assert_null(journeys_back(journeys, STR("kari"), str_of(text), BEGAN_MS));
    assert_false(journeys_back(journeys, STR("kari"), str_of(next), BEGAN_MS)->used);
    journeys_ready(journeys, text, "https://go.example/late");                                   /* of one that is given up */
    assert_null(journeys_of(journeys, STR("kari"), STR("oslo"), BEGAN_MS));
    journeys_close(journeys);
}

/* One session fills its own places alone; many sessions fill all, and the oldest goes. */
static void bounds(void **unused)
{
    struct journeys *journeys = opened();
    char first[JOURNEY_STATE_SIZE], own[JOURNEY_STATE_SIZE], text[JOURNEY_STATE_SIZE], name[32];

    (void)unused;
    (void)begin(journeys, "kari", "oslo", BEGAN_MS, first);
    (void)begin(journeys, "ola", "v0", BEGAN_MS + 1, own);
    for (int i = 1; i < 2 * JOURNEY_MAX; i++) {
        (void)snprintf(name, sizeof name, "v%d", i);
        (void)begin(journeys, "ola", name, BEGAN_MS + 1 + i, text);
    }
    assert_non_null(journeys_back(journeys, STR("kari"), str_of(first), BEGAN_MS));
    assert_null(journeys_back(journeys, STR("ola"), str_of(own), BEGAN_MS));
    assert_non_null(journeys_back(journeys, STR("ola"), str_of(text), BEGAN_MS));
    for (int i = 0; i < JOURNEY_MAX; i++) {
        (void)snprintf(name, sizeof name, "s%d", i);
        (void)begin(journeys, name, "oslo", 2 * BEGAN_MS, text);
    }
    assert_null(journeys_back(journeys, STR("kari"), str_of(first), BEGAN_MS));
    assert_non_null(journeys_back(journeys, str_of(name), str_of(text), BEGAN_MS));
    journeys_close(journeys);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(whose_it_is), cmocka_unit_test(once), cmocka_unit_test(bounds) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
