/* Goal: decisions keep their order and numbers for good, are read on from any place, and every field
 * comes back as it was written, also to another opener; a text without bound is refused whole. */
#include "domain/audit.h"
#include "tests/temporary.h"

#include "base/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX_MAX = 400 };

static char folder[64];

static int make(void **unused)
{
    (void)unused;
    return temporary_folder("audit", folder, sizeof folder) ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    return temporary_remove(folder);
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

static enum err hex_of(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)key;
    (void)sodium_bin2hex(context, HEX_MAX, (const unsigned char *)value.bytes, value.len);
    return ERR_OK;
}

static enum err hex_work(struct txn *txn, void *context)
{
    return store_walk(txn, 0, STR_NONE, STR_NONE, hex_of, context);
}

static enum err put_work(struct txn *txn, void *context)
{
    struct key key;

    key_init(&key);
    key_u64(&key, 1);
    return store_put(txn, 0, key_str(&key), *(struct str *)context);
}

/* Goal: a decision rests in the bytes that it always had; one that lacks a byte is no decision. */
static void same_bytes_as_ever(void **unused)
{
    static const char *const tables[] = { "decisions" };
    char path[96], hex[HEX_MAX], bytes[HEX_MAX / 2];
    struct seen seen = { .equal = true };
    struct audit *audit = NULL;
    struct store *store = NULL;
    struct str value = { bytes, 0 };

    (void)unused;
    (void)snprintf(path, sizeof path, "%s/audit", folder);
    assert_int_equal(audit_open(str_of(folder), &audit, NULL), ERR_OK);
    assert_int_equal(store_open(str_of(path), tables, 1, 1, 0, &store, NULL), ERR_OK);
    fill(audit, 2);
    assert_int_equal(store_read(store, hex_work, hex), ERR_OK);
    assert_string_equal(hex, "96cd07d0a36f6c61a6616363657074ae762f323032362d31312d32312f31a97a2d64696666657273a56b6e6f776e");
    assert_int_equal(sodium_hex2bin((unsigned char *)bytes, sizeof bytes, hex, strlen(hex), NULL, &value.len, NULL), 0);
    while (value.len-- > 0) {
        assert_int_equal(store_write(store, put_work, &value), ERR_OK);
        assert_int_equal(audit_read(audit, 0, compare, &seen), ERR_STORE_DAMAGED);
    }
    store_close(store);
    audit_close(audit);
}

/* A day, a blank, a revision: nothing else, and of no other verb. */
static void resend_on_table(void **unused)
{
    static const struct { const char *verb, *detail; bool is; uint32_t revision; } details[] = {
        { "resend-on", "2026-12-01 3", true, 3 },       { "resend-on", "2026-12-01 4294967295", true, UINT32_MAX },
        { "resend-on", "2026-12-01 4294967296", false, 0 }, { "resend-on", "2026-12-01 99999999999999999999", false, 0 },
        { "resend-on", "2026-12-01", false, 0 },        { "resend-on", "2026-12-01 ", false, 0 },
        { "resend-on", "2026-12-01 3x", false, 0 },     { "resend-on", "2026-13-01 3", false, 0 },
        { "resend-on", "", false, 0 },                  { "post-on", "2026-12-01 3", false, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(details); i++) {
        struct decision decision = { .verb = str_of(details[i].verb), .detail = str_of(details[i].detail) };
        uint32_t revision = 0;
        int32_t day;

        if (decision_resends_on(&decision, &day, &revision) != details[i].is || revision != details[i].revision)
            fail_msg("%s %s", details[i].verb, details[i].detail);
    }
}

struct subjects { const char *subject; size_t count, detailed; uint64_t last; };

static enum err count_subject(const struct decision *decision, void *context)
{
    struct subjects *subjects = context;

    assert_int_equal(decision->number, ++subjects->last);
    if (!str_equal(decision->subject, str_of(subjects->subject)))
        return ERR_OK;
    subjects->count++;
    subjects->detailed += decision->detail.len != 0;
    return ERR_OK;
}

static struct subjects about(struct audit *audit, const char *subject)
{
    struct subjects subjects = { .subject = subject };

    assert_int_equal(audit_read(audit, 1, count_subject, &subjects), ERR_OK);
    return subjects;
}

/* A name goes: exactly that subject, every decision about it, at its number; more than one transaction changes. The number in
 * PowerOffice that a decision connected it with goes as well: the name is there. */
static void a_name_goes(void **unused)
{
    struct decision named = { .time_ms = 1, .who = STR("kari"), .verb = STR("connect"), .subject = STR("9/Ola"),
                              .detail = STR("1") };
    struct decision alike = named;
    struct audit *audit = NULL;
    uint64_t number, renamed;

    (void)unused;
    assert_int_equal(audit_open(str_of(folder), &audit, NULL), ERR_OK);
    alike.subject = STR("9/Ola Nordmann");
    for (int i = 0; i < 250; i++) {
        named.verb = i % 5 == 0 ? STR("connect") : i % 5 == 1 ? STR("manual-done") : STR("disconnect");
        assert_int_equal(audit_append(audit, &named, &number), ERR_OK);
        assert_int_equal(audit_append(audit, &alike, &number), ERR_OK);
    }
    assert_int_equal(audit_rename(audit, STR("9/Ola"), STR("9/forgotten-1"), &renamed), ERR_OK);
    assert_int_equal(renamed, 250);
    assert_int_equal(audit_rename(audit, STR("9/Ola"), STR("9/forgotten-1"), &renamed), ERR_OK);
    assert_int_equal(renamed, 0);
    assert_int_equal(about(audit, "9/Ola").count, 0);
    assert_int_equal(about(audit, "9/forgotten-1").count, 250);
    assert_int_equal(about(audit, "9/forgotten-1").detailed, 50);
    assert_int_equal(about(audit, "9/Ola Nordmann").detailed, 250);
    audit_close(audit);
}

int main(void)
{
#define AUDIT_TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)
    static const struct CMUnitTest tests[] = {
        AUDIT_TEST(order_and_places), AUDIT_TEST(a_name_goes), AUDIT_TEST(another_opener_reads_it),
        AUDIT_TEST(change_is_noticed), AUDIT_TEST(too_long_is_refused),
        AUDIT_TEST(looking_makes_no_trail), AUDIT_TEST(same_bytes_as_ever),
        cmocka_unit_test(resend_on_table),
    };

    return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
