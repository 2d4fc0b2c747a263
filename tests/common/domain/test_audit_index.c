/* Goal: what is asked for by verb or subject is what a reading of the whole trail finds, also when it has grown, when another trail is
 * asked for, and when the trail was put back as it was earlier; and what was read once is not read again. */
#include "domain/audit_index.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

enum { DECISIONS = 2500 };

static char folders[2][64];

static int make(void **unused)
{
    (void)unused;
    return temporary_folder("auditindex", folders[0], sizeof folders[0]) && temporary_folder("auditindex", folders[1],
                                                                                            sizeof folders[1]) ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folders[0]) | temporary_remove(folders[1]);
}

static const char *const verbs[] = { "accept", "a-verb-that-is-longer-than-any-that-a-person-has-ever-seen", "resend",
                                     "undo-accept" };

static void append(struct audit *audit, size_t from, size_t count, int64_t since_ms)
{
    for (size_t i = from; i < from + count; i++) {
        char subject[32];
        struct decision decision = { .time_ms = since_ms + (int64_t)i, .who = STR("kari"),
                                     .verb = str_of(verbs[i % COUNT(verbs)]), .subject = str_of(subject), .reason = STR("so") };
        uint64_t number;

        (void)snprintf(subject, sizeof subject, "v/%zu", i % 97);
        assert_int_equal(audit_append(audit, &decision, &number), ERR_OK);
    }
}

struct sum { const struct audit_wish *wish; uint64_t count, numbers; };

static enum err add(const struct decision *decision, void *context)
{
    struct sum *sum = context;
    bool fits = !sum->wish || !sum->wish->verb_count;

    for (size_t i = 0; sum->wish && i < sum->wish->verb_count; i++)
        fits |= str_equal(decision->verb, str_of(sum->wish->verbs[i]));
    if (sum->wish && sum->wish->subject.len && !str_equal(decision->subject, sum->wish->subject))
        fits = false;
    sum->count += fits;
    sum->numbers = fits ? sum->numbers * 31 + decision->number : sum->numbers;
    return ERR_OK;
}

static void same_as_reading_all(struct audit *audit)
{
    const struct audit_wish wishes[] = {
        { verbs, 1, STR_NONE }, { verbs + 1, 1, STR_NONE }, { verbs + 1, 2, STR_NONE }, { verbs, COUNT(verbs), STR_NONE },
        { NULL, 0, STR("v/13") }, { NULL, 0, STR("nobody") }, { verbs + 2, 1, STR("v/13") }, { NULL, 0, STR_NONE },
        { (const char *const []){ "no such" }, 1, STR_NONE },
    };

    for (size_t i = 0; i < COUNT(wishes); i++) {
        struct sum all = { &wishes[i], 0, 0 }, found = { NULL, 0, 0 };

        assert_int_equal(audit_read(audit, 1, add, &all), ERR_OK);
        assert_int_equal(audit_read_of(audit, &wishes[i], add, &found), ERR_OK);
        if (all.count != found.count || all.numbers != found.numbers)
            fail_msg("wish %zu: %ju of all, %ju by index", i, (uintmax_t)all.count, (uintmax_t)found.count);
    }
}

static void as_reading_all(void **unused)
{
    struct audit *first, *second;
    uint64_t read;

    (void)unused;
    assert_int_equal(audit_open(str_of(folders[0]), &first, NULL), ERR_OK);
    assert_int_equal(audit_open(str_of(folders[1]), &second, NULL), ERR_OK);
    same_as_reading_all(first);          /* nothing yet */
    append(first, 0, DECISIONS, 1000);
    read = audit_index_read_count();
    same_as_reading_all(first);
    assert_int_equal(audit_index_read_count() - read, DECISIONS);
    append(first, DECISIONS, 3, 1000);
    same_as_reading_all(first);
    assert_int_equal(audit_index_read_count() - read, DECISIONS + 3);
    append(second, 1, 5, 9000);          /* another trail, then the first again */
    same_as_reading_all(second);
    same_as_reading_all(first);
    audit_close(second);
    audit_close(first);
}

/* A copy of an earlier day is put in its place: what had these numbers is not what has them now. */
static void put_back(void **unused)
{
    struct audit *audit;
    char folder[128];

    (void)unused;
    assert_int_equal(audit_open(str_of(folders[0]), &audit, NULL), ERR_OK);
    append(audit, 0, 50, 1000);
    same_as_reading_all(audit);
    audit_close(audit);
    (void)snprintf(folder, sizeof folder, "%s/audit", folders[0]);
    assert_int_equal(temporary_remove(folder), 0);
    assert_int_equal(audit_open(str_of(folders[0]), &audit, NULL), ERR_OK);
    append(audit, 2, 20, 5000);
    same_as_reading_all(audit);
    append(audit, 23, 60, 5000);
    same_as_reading_all(audit);
    audit_close(audit);
}

/* A name that went is not found any more, and what stands in its place is. */
static void renamed(void **unused)
{
    struct audit *audit;
    uint64_t count;

    (void)unused;
    assert_int_equal(audit_open(str_of(folders[0]), &audit, NULL), ERR_OK);
    append(audit, 0, 300, 1000);
    same_as_reading_all(audit);
    assert_int_equal(audit_rename(audit, STR("v/13"), STR("nobody"), &count), ERR_OK);
    assert_int_equal(count, 3);
    same_as_reading_all(audit);
    audit_close(audit);
}

static enum err misnumber(struct txn *txn, void *context)
{
    struct str last, value;
    struct key key, far;
    enum err err;

    key_init(&key);
    key_u64(&key, 3);
    key_init(&far);
    key_u64(&far, *(const uint64_t *)context);
    err = store_floor(txn, 0, STR_NONE, key_str(&key), &last, &value);
    return err ? err : store_put(txn, 0, key_str(&far), value);
}

static void misnumbered(uint64_t number)
{
    static const char *const tables[] = { "decisions" };
    struct audit *audit;
    struct store *store;
    struct fault fault = { "" };
    char folder[128];

    assert_int_equal(audit_open(str_of(folders[0]), &audit, NULL), ERR_OK);
    append(audit, 0, 3, 1000);
    audit_close(audit);
    (void)snprintf(folder, sizeof folder, "%s/audit", folders[0]);
    assert_int_equal(store_open(str_of(folder), tables, 1, 1, 0, &store, &fault), ERR_OK);
    assert_int_equal(store_write(store, misnumber, &number), ERR_OK);
    store_close(store);
}

/* A number that a disk made up is damage, not room to be asked for for ever. */
static void a_number_that_is_none(void **unused)
{
    const struct audit_wish wish = { verbs, 1, STR_NONE };
    struct sum found = { NULL, 0, 0 };
    struct audit *audit;

    (void)unused;
    misnumbered(UINT64_MAX / 2 + 9);
    assert_int_equal(audit_open(str_of(folders[0]), &audit, NULL), ERR_OK);
    assert_int_equal(audit_read_of(audit, &wish, add, &found), ERR_STORE_DAMAGED);
    audit_close(audit);
}

/* Behind the highest number there is comes none: not number 0, which is before all. */
static void the_highest_number(void **unused)
{
    const struct decision decision = { .time_ms = 1, .who = STR("kari"), .verb = STR("tick"), .subject = STR("x"),
                                       .reason = STR("so") };
    struct audit *audit;
    uint64_t number;

    (void)unused;
    misnumbered(UINT64_MAX);
    assert_int_equal(audit_open(str_of(folders[0]), &audit, NULL), ERR_OK);
    assert_int_equal(audit_append(audit, &decision, &number), ERR_STORE_DAMAGED);
    audit_close(audit);
}

static enum err stop(const struct decision *decision, void *context)
{
    (void)decision;
    ++*(size_t *)context;
    return ERR_STOP;
}

static void stopped(void **unused)
{
    const struct audit_wish wish = { verbs, 1, STR_NONE };
    struct audit *audit;
    size_t seen = 0;

    (void)unused;
    assert_int_equal(audit_open(str_of(folders[0]), &audit, NULL), ERR_OK);
    append(audit, 0, 9, 1000);
    assert_int_equal(audit_read_of(audit, &wish, stop, &seen), ERR_OK);
    assert_int_equal(seen, 1);
    audit_close(audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(as_reading_all, make, drop), cmocka_unit_test_setup_teardown(put_back, make, drop),
        cmocka_unit_test_setup_teardown(renamed, make, drop),
        cmocka_unit_test_setup_teardown(a_number_that_is_none, make, drop),
        cmocka_unit_test_setup_teardown(the_highest_number, make, drop),
        cmocka_unit_test_setup_teardown(stopped, make, drop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
