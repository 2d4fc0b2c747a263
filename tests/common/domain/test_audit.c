/* Goal: decisions keep their order and numbers for good, are read on from any place, and every field
 * comes back as it was written, also to another opener; a text without bound is refused whole. */
#include "domain/audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[64];

static int make(void **unused)
{
    (void)unused;
    (void)snprintf(folder, sizeof folder, "/tmp/bilag-audit-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int drop(void **unused)
{
    char command[96];

    (void)unused;
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const struct decision rows[] = {
    { 0, 1000, { "kari", 4 }, { "resend", 6 }, { "v/2026-11-20/1", 14 }, { "", 0 }, { "fixed", 5 } },
    { 0, 2000, { "ola", 3 }, { "accept", 6 }, { "v/2026-11-21/1", 14 }, { "z-differs", 9 }, { "known", 5 } },
    { 0, 3000, { "kari", 4 }, { "reverse", 7 }, { "v/2026-11-22/2", 14 }, { "", 0 }, { "wrong æøå", 12 } },
};

struct seen { size_t count; uint64_t first; bool equal; size_t stop_after; };

static enum err compare(const struct decision *decision, void *context)
{
    struct seen *seen = context;
    const struct decision *row = &rows[(decision->number - 1) % COUNT(rows)];

    if (!seen->count++)
        seen->first = decision->number;
    seen->equal &= decision->time_ms == row->time_ms && str_equal(decision->who, row->who) &&
                   str_equal(decision->verb, row->verb) && str_equal(decision->subject, row->subject) &&
                   str_equal(decision->detail, row->detail) && str_equal(decision->reason, row->reason);
    return seen->count == seen->stop_after ? ERR_STOP : ERR_OK;
}

static void fill(struct audit *audit, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 0;

        assert_int_equal(audit_append(audit, &rows[i % COUNT(rows)], &number), ERR_OK);
        assert_int_equal(number, i + 1);
    }
}

static void order_and_places(void **unused)
{
    static const struct { const char *why; uint64_t from; size_t stop, count; uint64_t first; } places[] = {
        { "all",                 0,   0, 300, 1 },
        { "from the first",      1,   0, 300, 1 },
        { "from a byte border",  256, 0, 45,  256 },
        { "past the end",        301, 0, 0,   0 },
        { "stopped by visit",    10,  5, 5,   10 },
    };
    struct audit *audit = NULL;

    (void)unused;
    assert_int_equal(audit_open(str_of(folder), &audit, NULL), ERR_OK);
    fill(audit, 300);
    for (size_t i = 0; i < COUNT(places); i++) {
        struct seen seen = { 0, 0, true, places[i].stop };

        assert_int_equal(audit_read(audit, places[i].from, compare, &seen), ERR_OK);
        if (seen.count != places[i].count || seen.first != places[i].first || !seen.equal)
            fail_msg("%s: %zu from %ju", places[i].why, seen.count, (uintmax_t)seen.first);
    }
    audit_close(audit);
}

static void another_opener_reads_it(void **unused)
{
    struct audit *audit = NULL;
    struct seen seen = { 0, 0, true, 0 };

    (void)unused;
    assert_int_equal(audit_open(str_of(folder), &audit, NULL), ERR_OK);
    fill(audit, 3);
    audit_close(audit);
    assert_int_equal(audit_open(str_of(folder), &audit, NULL), ERR_OK);
    assert_int_equal(audit_read(audit, 2, compare, &seen), ERR_OK);
    assert_int_equal(seen.count, 2);
    assert_true(seen.equal);
    audit_close(audit);
}

static void change_is_noticed(void **unused)
{
    struct audit *audit = NULL;
    uint64_t number;

    (void)unused;
    assert_int_equal(audit_open(str_of(folder), &audit, NULL), ERR_OK);
    assert_true(audit_changed(audit));
    assert_false(audit_changed(audit));
    assert_int_equal(audit_append(audit, &rows[0], &number), ERR_OK);
    assert_true(audit_changed(audit));
    assert_false(audit_changed(audit));
    audit_close(audit);
}

static void too_long_is_refused(void **unused)
{
    static char text[5000];
    struct decision decision = rows[0];
    struct audit *audit = NULL;
    struct seen seen = { 0, 0, true, 0 };
    uint64_t number = 77;

    (void)unused;
    memset(text, 'x', sizeof text);
    decision.reason = (struct str){ text, sizeof text };
    assert_int_equal(audit_open(str_of(folder), &audit, NULL), ERR_OK);
    assert_int_equal(audit_append(audit, &decision, &number), ERR_TOO_LONG);
    assert_int_equal(number, 77);
    assert_int_equal(audit_read(audit, 0, compare, &seen), ERR_OK);
    assert_int_equal(seen.count, 0);
    audit_close(audit);
}

static void looking_makes_no_trail(void **unused)
{
    struct audit *writer, *looker;
    struct seen seen = { .equal = true };

    (void)unused;
    assert_int_equal(audit_open_there(str_of(folder), &looker, NULL), ERR_NOT_FOUND);
    assert_int_equal(audit_open_there(str_of(folder), &looker, NULL), ERR_NOT_FOUND);        /* it made none */
    assert_int_equal(audit_open(str_of(folder), &writer, NULL), ERR_OK);
    assert_int_equal(audit_append(writer, &rows[0], &(uint64_t){ 0 }), ERR_OK);
    assert_int_equal(audit_open_there(str_of(folder), &looker, NULL), ERR_OK);
    assert_int_equal(audit_read(looker, 1, compare, &seen), ERR_OK);
    assert_true(seen.equal && seen.count == 1);
    audit_close(looker);
    audit_close(writer);
}

int main(void)
{
#define AUDIT_TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
    static const struct CMUnitTest tests[] = {
        AUDIT_TEST(order_and_places), AUDIT_TEST(another_opener_reads_it),
        AUDIT_TEST(change_is_noticed), AUDIT_TEST(too_long_is_refused),
        AUDIT_TEST(looking_makes_no_trail),
    };

    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
