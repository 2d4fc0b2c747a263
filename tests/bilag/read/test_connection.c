/* Goal: where a venue's connection stands is told from what is kept: the key that is in use, what PowerOffice said with it last, the key
 * that was given last and what came of it, and whether QuickOrder must know something. */
#include "bilag/read/connection.h"

#include "bilag/act/add_on.h"
#include "bilag/act/decide.h"
#include "domain/audit.h"
#include "poweroffice/refdata.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#define MARK "0123456789abcdef"
#define OTHER "fedcba9876543210"

static char folder[64];
static struct arena arena;
static struct config config;
static struct refstore *store;

static int make(void **unused)
{
    struct fault fault;

    (void)unused;
    if (!temporary_folder("connection", folder, sizeof folder))
        return -1;
    arena_init(&arena, 1 << 20);
    config = (struct config){ .state_dir = str_of(folder), .language = STR("en") };
    return (int)refstore_open(config.state_dir, 0, &store, &fault);
}

static int drop(void **unused)
{
    (void)unused;
    refstore_close(store);
    arena_free(&arena);
    return temporary_remove(folder);
}

static struct connection now(const char *mark, int extension)
{
    struct venue venue = { .id = STR("oslo"), .company = STR("912345678"), .client_id = str_of(mark), .extension = extension };
    struct context context = { .config = &config, .arena = &arena, .who = STR("kari") };
    struct connection connection;

    assert_int_equal(connection_of(&context, &venue, &connection), ERR_OK);
    return connection;
}

static void decided(const char *verb, const char *mark, const char *reason)
{
    struct context context = { .config = &config, .arena = &arena, .who = STR("kari") };

    assert_int_equal(decide(&context, verb, STR("oslo"), str_of(mark), str_of(reason), NULL), ERR_OK);
}

static void read_as(const char *client, const char *company, const char *missing)
{
    struct refdata data = { .have = REF_PRIVILEGES, .read_ms = 1795214467000, .client_name = STR("Oslo AS"),
                            .accounting_ok = true,
                            .missing_privileges = str_of(missing), .client = str_of(client), .company = str_of(company) };

    assert_int_equal(refdata_put(store, STR(MARK), &data), ERR_OK);
}

static void what_was_said(void **unused)
{
    (void)unused;
    assert_int_equal(now("", EXTENSION_MAIN).state, CONNECTION_NONE);
    assert_int_equal(now(MARK, EXTENSION_MAIN).state, CONNECTION_UNREAD);
    read_as("7", "912345678", "");
    assert_int_equal(now(MARK, EXTENSION_MAIN).state, CONNECTION_FINE);
    assert_true(str_equal(now(MARK, EXTENSION_MAIN).client_name, STR("Oslo AS")));
    read_as("7", "912345678", "CashVoucher_Full,Location");
    assert_int_equal(now(MARK, EXTENSION_MAIN).state, CONNECTION_RIGHTS);
    assert_non_null(strstr(now(MARK, EXTENSION_MAIN).words.bytes, "CashVoucher_Full"));
    assert_int_equal(refdata_put_login(store, STR(MARK), STR("invalid"), false), ERR_OK);
    assert_int_equal(now(MARK, EXTENSION_MAIN).state, CONNECTION_REFUSED);
    assert_true(str_equal(now(MARK, EXTENSION_MAIN).words, STR("invalid")));
    assert_int_equal(refdata_put_login(store, STR(MARK), STR("invalid"), true), ERR_OK);
    assert_int_equal(now(MARK, EXTENSION_MAIN).state, CONNECTION_SUBSCRIPTION);
}

static void other_books(void **unused)
{
    (void)unused;
    read_as("7", "999999999", "");
    assert_int_equal(now(MARK, EXTENSION_MAIN).state, CONNECTION_OTHER_BOOKS);
}

/* Letters: g gives the key that is used, o another, p one by PowerOffice's own pages; r has the one used refused, x the other, q that of the
 * pages. */
static void what_was_given(void **unused)
{
    static const struct { const char *steps; enum given_state unconnected, connected; } rows[] = {
        { "", GIVEN_NONE, GIVEN_NONE },                        { "g", GIVEN_ON_ITS_WAY, GIVEN_USED },
        { "o", GIVEN_ON_ITS_WAY, GIVEN_ON_ITS_WAY },           { "ox", GIVEN_TAKEN_BACK, GIVEN_TAKEN_BACK },
        { "gox", GIVEN_TAKEN_BACK, GIVEN_TAKEN_BACK },         { "oxg", GIVEN_ON_ITS_WAY, GIVEN_USED },
        { "p", GIVEN_ON_ITS_WAY, GIVEN_ON_ITS_WAY },           { "pg", GIVEN_ON_ITS_WAY, GIVEN_USED },
        { "pq", GIVEN_TAKEN_BACK, GIVEN_TAKEN_BACK },          { "px", GIVEN_ON_ITS_WAY, GIVEN_ON_ITS_WAY },
        { "or", GIVEN_ON_ITS_WAY, GIVEN_ON_ITS_WAY },          { "gr", GIVEN_TAKEN_BACK, GIVEN_TAKEN_BACK },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(drop(unused) || make(unused), 0);
        for (const char *at = rows[i].steps; *at; at++)
            decided(strchr("gop", *at) ? "venue-key" : "venue-key-refused",
                    strchr("pq", *at) ? GIVEN_BY_PAGES : strchr("gr", *at) ? MARK : OTHER, "because");
        if (now("", EXTENSION_MAIN).given.state != rows[i].unconnected || now(MARK, EXTENSION_MAIN).given.state !=
                rows[i].connected)
            fail_msg("%s: %d, %d", rows[i].steps, now("", EXTENSION_MAIN).given.state, now(MARK, EXTENSION_MAIN).given.state);
    }
    assert_true(str_equal(now("", EXTENSION_MAIN).given.who, STR("kari")));
    assert_true(str_equal(now("", EXTENSION_MAIN).given.why, STR("because")));
}

/* A key of the pages whose mark nobody wrote down: the one with which the books were read since. */
static void by_the_pages(void **unused)
{
    struct refdata data = { .have = REF_PRIVILEGES, .read_ms = 1, .client = STR("7"), .company = STR("912345678") };

    (void)unused;
    decided("venue-key", GIVEN_BY_PAGES, "because");
    assert_int_equal(refdata_put(store, STR(MARK), &data), ERR_OK);
    assert_int_equal(now(MARK, EXTENSION_MAIN).given.state, GIVEN_ON_ITS_WAY);
    data.read_ms = now(MARK, EXTENSION_MAIN).given.time_ms + 1;
    assert_int_equal(refdata_put(store, STR(MARK), &data), ERR_OK);
    assert_int_equal(now(MARK, EXTENSION_MAIN).given.state, GIVEN_USED);
    decided("venue-key", OTHER, "because");
    assert_int_equal(now(MARK, EXTENSION_MAIN).given.state, GIVEN_ON_ITS_WAY);
}

static void an_add_on_waits(void **unused)
{
    struct context context = { .config = &config, .arena = &arena };
    bool asked;

    (void)unused;
    assert_int_equal(add_on_ask(&context, STR("oslo"), 2, &asked), ERR_OK);
    read_as("7", "912345678", "");
    assert_int_equal(now(MARK, 2).state, CONNECTION_ADD_ON);
    assert_int_equal(now(MARK, EXTENSION_MAIN).state, CONNECTION_FINE);
    read_as("7", "912345678", "CashVoucher_Full");
    assert_true(now(MARK, 2).state == CONNECTION_RIGHTS && now(MARK, 2).add_on_waits);
    assert_int_equal(add_on_confirm(&context, STR("oslo"), 2, STR("done"), NULL), ERR_OK);
    assert_false(now(MARK, 2).add_on_waits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_said, make, drop),
        cmocka_unit_test_setup_teardown(other_books, make, drop),
        cmocka_unit_test_setup_teardown(what_was_given, make, drop),
        cmocka_unit_test_setup_teardown(by_the_pages, make, drop),
        cmocka_unit_test_setup_teardown(an_add_on_waits, make, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
