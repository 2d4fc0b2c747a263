/* Goal: who guesses waits, whatever he guesses at; who does not is let in beside him. */
#include "console/guesses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct guesses *opened(void)
{
    struct guesses *guesses;

    assert_int_equal(guesses_open(&guesses), ERR_OK);
    return guesses;
}

static int64_t wait_s(struct guesses *guesses, const char *name, const char *address, int64_t now_ms)
{
    return guesses_wait_s(guesses, str_of(name), str_of(address), now_ms);
}

static void a_name_from_an_address(void **unused)
{
    struct guesses *guesses = opened();

    (void)unused;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(wait_s(guesses, "kari", "::1", 1000), 0);
        guesses_wrong(guesses, STR("kari"), STR("::1"), 1000);
    }
    assert_in_range(wait_s(guesses, "kari", "::1", 1000), 170, 180);
    assert_int_equal(wait_s(guesses, "kari", "10.0.0.9", 1000), 0);          /* she herself, elsewhere */
    assert_int_equal(wait_s(guesses, "ola", "::1", 1000), 0);
    assert_int_equal(wait_s(guesses, "kari", "::1", 1000 + 181000), 0);      /* one more */
    guesses_wrong(guesses, STR("kari"), STR("::1"), 1000 + 181000);
    assert_true(wait_s(guesses, "kari", "::1", 1000 + 181000) > 100);
    assert_int_equal(wait_s(guesses, "kari", "::1", 1000 + 3600000), 0);
    guesses_close(guesses);
}

static void an_address_with_many_names(void **unused)
{
    struct guesses *guesses = opened();
    char name[16];

    (void)unused;
    for (int i = 0; i < 20; i++) {
        (void)snprintf(name, sizeof name, "n%d", i);
        assert_int_equal(wait_s(guesses, name, "10.1.1.1", 0), 0);
        guesses_wrong(guesses, str_of(name), STR("10.1.1.1"), 0);
    }
    assert_true(wait_s(guesses, "another", "10.1.1.1", 0) > 0);
    assert_int_equal(wait_s(guesses, "another", "10.1.1.2", 0), 0);
    guesses_close(guesses);
}

static void a_name_from_many_addresses(void **unused)
{
    struct guesses *guesses = opened();
    char address[24];

    (void)unused;
    for (int i = 0; i < 30; i++) {
        (void)snprintf(address, sizeof address, "10.2.0.%d", i);
        guesses_wrong(guesses, STR("kari"), str_of(address), 0);
    }
    assert_true(wait_s(guesses, "kari", "10.3.0.1", 0) > 0);
    guesses_close(guesses);
}

/* An IPv6 address is the network that its first 64 bits are; one of IPv4 is the same in IPv6. */
static void addresses_of_one_network(void **unused)
{
    static const struct { const char *tried, *asked; bool same; } rows[] = {
        { "2001:db8:1:2::%x", "2001:db8:1:2:ffff::1", true },    { "2001:db8:1:2::%x", "2001:db8:1:3::1", false },
        { "fe80::%x%%eth0", "fe80::1:1", true },                 { "::ffff:10.4.0.%d", "::ffff:10.4.1.1", false },
        { "10.4.2.1", "::ffff:10.4.2.1", true },                 { "::ffff:10.4.3.1", "10.4.3.1", true },
        { "10.4.4.1", "10.4.4.2", false },                       { "?", "?", true },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct guesses *guesses = opened();
        char name[16], address[64];

        for (int k = 0; k < 20; k++) {
            (void)snprintf(name, sizeof name, "n%d", k);
            (void)snprintf(address, sizeof address, rows[i].tried, k + 1);
            guesses_wrong(guesses, str_of(name), str_of(address), 0);
        }
        if ((wait_s(guesses, "another", rows[i].asked, 0) > 0) != rows[i].same)
            fail_msg("%s after %s", rows[i].asked, rows[i].tried);
        guesses_close(guesses);
    }
}

static void a_right_one_pays(void **unused)
{
    struct guesses *guesses = opened();

    (void)unused;
    for (int i = 0; i < 4; i++)
        guesses_wrong(guesses, STR("kari"), STR("::1"), 0);
    guesses_right(guesses, STR("kari"), STR("::1"));
    for (int i = 0; i < 5; i++) {
        assert_int_equal(wait_s(guesses, "kari", "::1", 0), 0);
        guesses_wrong(guesses, STR("kari"), STR("::1"), 0);
    }
    assert_true(wait_s(guesses, "kari", "::1", 0) > 0);
    guesses_close(guesses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_from_an_address), cmocka_unit_test(an_address_with_many_names),
        cmocka_unit_test(a_name_from_many_addresses), cmocka_unit_test(a_right_one_pays),
        cmocka_unit_test(addresses_of_one_network),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
