/* Goal: a company has one PowerOffice client and a client one company, whichever is read first and whatever is read later;
 * only a person's word changes it, and then nothing of the former pair is left; what an older program read is read anew. */
#include "poweroffice/right_books.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

static char folder[64];
static struct refstore *store;
static struct arena arena;

static int make(void **unused)
{
    (void)unused;
    arena_init(&arena, 1 << 20);
    if (!temporary_folder("books", folder, sizeof folder))
        return -1;
    return refstore_open(str_of(folder), 0, &store, NULL) == ERR_OK ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    refstore_close(store);
    return temporary_remove(folder);
}

/* The key was read for a venue of the company, and PowerOffice says that it opens the client. */
static void reading(const char *key, const char *company, const char *client)
{
    struct refdata data = { .have = REF_PRIVILEGES, .client = str_of(client), .company = str_of(company), .read_ms = 1 };

    assert_int_equal(refdata_put(store, str_of(key), &data), ERR_OK);
}

static void is_kept(const char *company, const char *client)
{
    struct str kept = STR_NONE;

    assert_int_equal(right_books_of(store, str_of(company), &arena, &kept), client ? ERR_OK : ERR_NOT_FOUND);
    assert_true(!client || str_equal(kept, str_of(client)));
}

static void opens(const char *key, const char *client, const char *company)
{
    struct opened opened;
    struct refdata data;

    assert_int_equal(right_books_opened(store, str_of(key), &arena, &opened), ERR_OK);
    assert_true(str_equal(opened.client, str_of(client)) && str_equal(opened.company, str_of(company)));
    assert_int_equal(refdata_load(store, str_of(key), &arena, &data), ERR_OK);
    assert_true(str_equal(data.client, str_of(client)) && str_equal(data.company, str_of(company)));
}

static void first_reading_keeps_the_pair(void **unused)
{
    (void)unused;
    is_kept("1", NULL);
    assert_false(right_books(store, STR("key-a"), STR("1")));            /* never read */
    reading("key-a", "1", "X");
    is_kept("1", "X");
    opens("key-a", "X", "1");
    assert_true(right_books(store, STR("key-a"), STR("1")));
    assert_false(right_books(store, STR("key-a"), STR("2")));
    assert_false(right_books(store, STR("key-a"), STR_NONE));
    reading("key-b", "1", "X");                              /* another venue of it, by an add-on's key */
    assert_true(right_books(store, STR("key-b"), STR("1")));
}

static void nothing_that_is_read_changes_it(void **unused)
{
    (void)unused;
    reading("key-a", "1", "X");
    reading("key-b", "2", "X");                              /* the books of another company */
    is_kept("2", NULL);
    opens("key-b", "X", "1");
    assert_false(right_books(store, STR("key-b"), STR("2")));
    reading("key-c", "1", "Y");                              /* other books than its own */
    is_kept("1", "X");
    opens("key-c", "Y", "");
    assert_false(right_books(store, STR("key-c"), STR("1")));
    reading("key-a", "1", "Z");                              /* the same key, suddenly */
    is_kept("1", "X");
    assert_false(right_books(store, STR("key-a"), STR("1")));
    reading("key-d", "2", "Y");                              /* company 2 goes on with its own */
    assert_true(right_books(store, STR("key-d"), STR("2")));
}

/* Asked before anything is kept, and keeping nothing. */
static void whether_it_would_fit(void **unused)
{
    static const struct { const char *company, *client; enum err err; } rows[] = {
        { "1", "X", ERR_OK }, { "1", "Y", ERR_REFUSED }, { "2", "X", ERR_REFUSED }, { "2", "Y", ERR_OK }, { "2", "Z", ERR_OK },
    };

    (void)unused;
    reading("key-a", "1", "X");
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(right_books_fit(store, str_of(rows[i].company), str_of(rows[i].client)), rows[i].err);
    is_kept("2", NULL);
}

static void a_person_moves_a_company(void **unused)
{
    uint64_t before = 0, after = 0;

    (void)unused;
    reading("key-a", "1", "X");
    reading("key-b", "2", "Y");
    assert_int_equal(refdata_version(store, STR("key-b"), &before), ERR_OK);
    assert_int_equal(right_books_give(store, STR("1"), STR("X")), ERR_OK);
    assert_int_equal(refdata_version(store, STR("key-b"), &after), ERR_OK);
    assert_int_equal(before, after);                         /* as it was: nothing to judge anew */
    assert_int_equal(right_books_give(store, STR("1"), STR("Y")), ERR_OK);
    assert_int_equal(refdata_version(store, STR("key-b"), &after), ERR_OK);
    assert_true(after > before);
    is_kept("1", "Y");
    is_kept("2", NULL);
    opens("key-a", "X", "");
    opens("key-b", "Y", "1");
    assert_false(right_books(store, STR("key-a"), STR("1")) || right_books(store, STR("key-b"), STR("2")));
    reading("key-b", "2", "Y");
    is_kept("2", NULL);
    assert_int_equal(right_books_give(store, STR("2"), STR("X")), ERR_OK);
    opens("key-a", "X", "2");
}

static void expect_link(const char *company, const char *till_customer, int64_t customer_no)
{
    int64_t found = 0;
    enum err err = customer_link_get(store, str_of(company), str_of(till_customer), &found);

    assert_int_equal(err, customer_no ? ERR_OK : ERR_NOT_FOUND);
    assert_int_equal(found, customer_no);
}

/* Customers' numbers are those of the books: in others 10001 is somebody else. Of whom no books are moved, nothing is. */
static void customers_stay_with_their_books(void **unused)
{
    static const char *const companies[] = { "1", "2", "3" };

    (void)unused;
    reading("key-a", "1", "X");
    reading("key-b", "2", "Y");
    for (size_t i = 0; i < COUNT(companies); i++) {
        assert_int_equal(customer_link_put(store, str_of(companies[i]), STR("kunde-77"), 10001), ERR_OK);
        assert_int_equal(customer_link_put(store, str_of(companies[i]), STR("kunde-78"), 10002), ERR_OK);
    }
    assert_int_equal(right_books_give(store, STR("1"), STR("X")), ERR_OK);
    expect_link("1", "kunde-77", 10001);
    assert_int_equal(right_books_give(store, STR("1"), STR("Y")), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        expect_link(companies[i], "kunde-77", 0);
        expect_link(companies[i], "kunde-78", 0);
    }
    expect_link("3", "kunde-77", 10001);
    assert_int_equal(customer_link_put(store, STR("2"), STR("kunde-77"), 20001), ERR_OK);
    assert_int_equal(right_books_give(store, STR("2"), STR("Z")), ERR_OK);       /* its first ones, by a person's word */
    expect_link("2", "kunde-77", 20001);
}

/* What was read by a program that did not ask whose books they are, is asked again and sends nothing until then. */
static void an_older_reading_lacks_its_rights(void **unused)
{
    struct refdata old = { .have = REF_PRIVILEGES | REF_DATES, .client_name = STR("Grill AS"), .read_ms = 1 };
    struct ref_summary summary;
    struct refdata data;

    (void)unused;
    assert_int_equal(refdata_put(store, STR("key-a"), &old), ERR_OK);
    assert_int_equal(refdata_summary(store, STR("key-a"), &summary), ERR_OK);
    assert_int_equal(summary.have, REF_DATES);
    assert_int_equal(refdata_load(store, STR("key-a"), &arena, &data), ERR_OK);
    assert_int_equal(data.have, REF_DATES);
    assert_false(right_books(store, STR("key-a"), STR("1")));
    reading("key-a", "1", "X");
    assert_int_equal(refdata_summary(store, STR("key-a"), &summary), ERR_OK);
    assert_int_equal(summary.have, REF_PRIVILEGES | REF_DATES);
    assert_true(right_books(store, STR("key-a"), STR("1")));
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(first_reading_keeps_the_pair), ROW(nothing_that_is_read_changes_it), ROW(a_person_moves_a_company),
        ROW(customers_stay_with_their_books),
        ROW(an_older_reading_lacks_its_rights), ROW(whether_it_would_fit),
    };

    return cmocka_run_group_tests_name("right_books", tests, NULL, NULL);
}
