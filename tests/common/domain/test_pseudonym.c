/* Goal: the same name gives the same pseudonym for ever, and nobody without the key can tell; what a till sends again under the name is
 * what is kept under the pseudonym; what was begun is known until it is ended. */
#include "domain/pseudonym.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static char folder[64];

static struct pseudonyms *opened(const char *state)
{
    struct fault fault = { "" };
    struct pseudonyms *pseudonyms = NULL;

    if (pseudonyms_open(str_of(state), 0, &pseudonyms, &fault))
        fail_msg("%s", fault.text);
    return pseudonyms;
}

static void the_same_for_ever(void **unused)
{
    static const struct { const char *why; enum person a, b; const char *name_a, *name_b; bool same; } rows[] = {
        { "the same name", PERSON_CUSTOMER, PERSON_CUSTOMER, "kunde-77", "kunde-77", true },
        { "another name", PERSON_CUSTOMER, PERSON_CUSTOMER, "kunde-77", "kunde-7", false },
        { "another letter's size", PERSON_CUSTOMER, PERSON_CUSTOMER, "Kari", "kari", false },
        { "an employee of a customer's name", PERSON_CUSTOMER, PERSON_STAFF, "Kari", "Kari", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char a[PSEUDONYM_SIZE], b[PSEUDONYM_SIZE];
        struct pseudonyms *pseudonyms = opened(folder);

        pseudonym_of(pseudonyms, rows[i].a, str_of(rows[i].name_a), a);
        pseudonyms_close(pseudonyms);
        pseudonyms = opened(folder);
        pseudonym_of(pseudonyms, rows[i].b, str_of(rows[i].name_b), b);
        pseudonyms_close(pseudonyms);
        if ((strcmp(a, b) == 0) != rows[i].same || strlen(a) != PSEUDONYM_SIZE - 1 || strncmp(a, "forgotten-", 10) != 0)
            fail_msg("%s: %s, %s", rows[i].why, a, b);
    }
}

static void keyed_with_what_is_made_once(void **unused)
{
    char other[80], a[PSEUDONYM_SIZE], b[PSEUDONYM_SIZE];
    struct pseudonyms *first = opened(folder), *second;

    (void)unused;
    (void)snprintf(other, sizeof other, "%s/other", folder);
    second = opened(other);
    pseudonym_of(first, PERSON_STAFF, STR("Kari"), a);
    pseudonym_of(second, PERSON_STAFF, STR("Kari"), b);
    assert_string_not_equal(a, b);
    pseudonyms_close(first);
    pseudonyms_close(second);
}

static void nobody_was_ever_forgotten(void **unused)
{
    struct fault fault = { "" };
    struct pseudonyms *pseudonyms;
    struct event kept = { .customer = STR("kunde-77") }, later = kept;

    (void)unused;
    assert_int_equal(pseudonyms_open(STR("/tmp/bilag-nowhere"), STORE_READ_ONLY, &pseudonyms, &fault), ERR_OK);
    assert_null(pseudonyms);
    assert_false(pseudonyms_settle(pseudonyms, &kept, &later));
}

static void a_later_content_says_what_is_kept(void **unused)
{
    static const struct {
        const char *why, *kept_customer, *kept_staff, *customer, *staff;     /* "#": the pseudonym of "Kari" */
        const char *says_customer, *says_staff;
    } rows[] = {
        { "both names are forgotten", "#", "#", "Kari", "Kari", "#", "#" },
        { "the employee's is", "kunde-77", "#", "kunde-77", "Kari", "kunde-77", "#" },
        { "another customer's is", "#", "Per", "Ola", "Per", "Ola", "Per" },
        { "nobody's is", "Kari", "Kari", "Kari", "Kari", "Kari", "Kari" },
        { "the later one says no name", "#", "", "", "", "", "" },
        { "what is kept says no name", "", "", "Kari", "Kari", "Kari", "Kari" },
        { "it looks like one and is none", "forgotten-0123456789abcdef0123", "", "Kari", "", "Kari", "" },
        { "it says the pseudonym already", "#", "", "#", "", "#", "" },
    };
    struct pseudonyms *pseudonyms = opened(folder);
    char customer[PSEUDONYM_SIZE], staff[PSEUDONYM_SIZE];

    (void)unused;
    pseudonym_of(pseudonyms, PERSON_CUSTOMER, STR("Kari"), customer);
    pseudonym_of(pseudonyms, PERSON_STAFF, STR("Kari"), staff);
#define C(text) (strcmp(text, "#") == 0 ? str_of(customer) : str_of(text))
#define S(text) (strcmp(text, "#") == 0 ? str_of(staff) : str_of(text))
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct event kept = { .customer = C(rows[i].kept_customer), .staff = S(rows[i].kept_staff) };
        struct event later = { .customer = C(rows[i].customer), .staff = S(rows[i].staff) }, before = later;
        bool settled = pseudonyms_settle(pseudonyms, &kept, &later);
        bool changed = !str_equal(before.customer, later.customer) || !str_equal(before.staff, later.staff);

        if (!str_equal(later.customer, C(rows[i].says_customer)) || !str_equal(later.staff, S(rows[i].says_staff)) ||
            settled != changed)
            fail_msg("%s", rows[i].why);
    }
    pseudonyms_close(pseudonyms);
}

struct listed { size_t count; char text[128]; };

static enum err list(struct str scope, struct str pseudonym, void *context)
{
    struct listed *listed = context;
    size_t at = strlen(listed->text);

    (void)snprintf(listed->text + at, sizeof listed->text - at, STR_FMT " " STR_FMT "\n", STR_ARG(scope), STR_ARG(pseudonym));
    return ++listed->count == 2 ? ERR_STOP : ERR_OK;
}

static void what_was_begun(void **unused)
{
    struct pseudonyms *pseudonyms = opened(folder);
    struct listed listed = { 0 };
    uint64_t since = 0;
    bool begun = true;

    (void)unused;
    assert_int_equal(pseudonyms_has_begun(pseudonyms, STR("oslo"), STR("forgotten-1"), &begun), ERR_OK);
    assert_false(begun);
    assert_int_equal(pseudonyms_begin(pseudonyms, STR("oslo"), STR("forgotten-1"), 7, &since), ERR_OK);
    assert_int_equal(since, 7);
    pseudonyms_close(pseudonyms);
    pseudonyms = opened(folder);
    assert_int_equal(pseudonyms_begin(pseudonyms, STR("oslo"), STR("forgotten-1"), 12, &since), ERR_OK);
    assert_int_equal(since, 7);          /* begun then, and not again */
    assert_int_equal(pseudonyms_has_begun(pseudonyms, STR("oslo"), STR("forgotten-1"), &begun), ERR_OK);
    assert_true(begun);
    assert_int_equal(pseudonyms_begin(pseudonyms, STR("912345678"), STR("forgotten-2"), 12, &since), ERR_OK);
    assert_int_equal(pseudonyms_begun(pseudonyms, list, &listed), ERR_OK);
    assert_string_equal(listed.text, "912345678 forgotten-2\noslo forgotten-1\n");
    assert_int_equal(pseudonyms_end(pseudonyms, STR("912345678"), STR("forgotten-2")), ERR_OK);
    assert_int_equal(pseudonyms_end(pseudonyms, STR("oslo"), STR("forgotten-1")), ERR_OK);
    assert_int_equal(pseudonyms_end(pseudonyms, STR("oslo"), STR("forgotten-1")), ERR_OK);
    listed = (struct listed){ 0 };
    assert_int_equal(pseudonyms_begun(pseudonyms, list, &listed), ERR_OK);
    assert_int_equal(listed.count, 0);
    pseudonyms_close(pseudonyms);
}

static int start(void **unused)
{
    (void)unused;
    return temporary_folder("pseudonym", folder, sizeof folder) ? 0 : -1;
}

static int stop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_for_ever, start, stop),
        cmocka_unit_test_setup_teardown(keyed_with_what_is_made_once, start, stop),
        cmocka_unit_test(nobody_was_ever_forgotten),
        cmocka_unit_test_setup_teardown(a_later_content_says_what_is_kept, start, stop),
        cmocka_unit_test_setup_teardown(what_was_begun, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
