/* Goal: the venues of a company, and of a client key, are those that going through all of them finds, in the same order. */
#include "domain/siblings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

enum { VENUES = 400, TRIES = 20 };

static struct str drawn(const char *what, int of)
{
    static char texts[50][2][16];
    int n = rand() % of;
    char *text = texts[n][what[0] == 'k'];

    (void)snprintf(text, 16, "%s%d", what, n);
    return str_of(text);
}

static void same(const struct config *config, struct siblings siblings, const struct venue *venue, bool by_key)
{
    size_t count = 0;

    for (size_t i = 0; i < config->venue_count; i++) {
        const struct venue *other = &config->venues[i];
        bool is = by_key ? venue->client_id.len && str_equal(other->client_id, venue->client_id)
                         : str_equal(other->company, venue->company);

        if (!is)
            continue;
        assert_true(count < siblings.count);
        assert_int_equal(siblings.at[count++], i);
    }
    assert_int_equal(count, siblings.count);
}

static void as_by_going_through_all(void **unused)
{
    static struct venue venues[VENUES];
    unsigned seed = (unsigned)time(NULL);

    (void)unused;
    print_message("seed %u\n", seed);
    srand(seed);
    for (int n = 0; n < TRIES; n++) {
        struct config config = { .venues = venues, .venue_count = (size_t)rand() % VENUES };

        arena_init(&config.arena, 1 << 20);
        for (size_t i = 0; i < config.venue_count; i++) {
            venues[i].company = drawn("c", 50);
            venues[i].client_id = rand() % 4 ? drawn("k", 50) : STR_NONE;
        }
        assert_int_equal(siblings_index(&config), ERR_OK);
        for (size_t i = 0; i < config.venue_count; i++) {
            same(&config, siblings_of_company(&config, &venues[i]), &venues[i], false);
            same(&config, siblings_of_client(&config, &venues[i]), &venues[i], true);
        }
        arena_free(&config.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_by_going_through_all) };

    return cmocka_run_group_tests_name("siblings", tests, NULL, NULL);
}
