/* Goal: what may change on a date becomes rows by name and day, whatever the order in which it is written; two that would be a
 * toss-up are refused with their place; what a venue says of its own takes the place of what it is like, name by name. */
#include "domain/form_rows.h"

#include "domain/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>

struct row { struct str name; int32_t valid_from, number; };

static const struct field dated_fields[] = {
    { "valid_from", offsetof(struct row, valid_from), .parse = form_date, .meaning = "m" },
    { "value", offsetof(struct row, number), .parse = form_number, .min = 0, .max = 9, .required = true, .meaning = "m" },
};
static const struct field entry_fields[] = {
    { "number", offsetof(struct row, number), .parse = form_number, .min = 0, .max = 9, .required = true, .meaning = "m" },
    { "valid_from", offsetof(struct row, valid_from), .parse = form_date, .meaning = "m" },
};
static const struct form_shape dated = { sizeof(struct row), offsetof(struct row, valid_from), SIZE_MAX, dated_fields,
                                         COUNT(dated_fields) };
static const struct form_shape entries = { sizeof(struct row), offsetof(struct row, valid_from), offsetof(struct row, name),
                                           entry_fields, COUNT(entry_fields) };

static struct arena arena;
static struct fault fault;
static struct row *rows;
static size_t count;

enum reading { DATED, ENTRIES, TEXTS };

/* ": x" under the key "k". */
static enum err read_text(enum reading how, const char *text)
{
    struct str *texts;
    struct form form;
    enum err err = form_open_text(&form, str_of(text), STR("x.yaml"), STR("/etc/x"), &arena, &fault);
    const yaml_node_t *node;

    if (err)
        return err;
    node = form_find(&form, "k");
    assert_non_null(node);
    err = how == DATED     ? form_dated(&form, node, &dated, &rows, &count)
          : how == ENTRIES ? form_entries_over(&form, node, &entries, &rows, &count)
                           : form_texts(&form, node, true, &texts, &count);
    form_close(&form);
    return err;
}

/* "name day number, ...", - for always. */
static const char *seen(void)
{
    static char text[512];
    size_t len = 0;
    char day[16];

    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s" STR_FMT "%s%s %d", i ? ", " : "", STR_ARG(rows[i].name),
                                rows[i].name.len ? " " : "",
                                rows[i].valid_from == DAY_ALWAYS ? "-" : day_text(rows[i].valid_from, day),
                                (int)rows[i].number);
    return text;
}

static void good(void **unused)
{
    static const struct { enum reading how; const char *text, *seen; } table[] = {
        { DATED, "k: 3", "- 3" },
        { DATED, "k: [{value: 4, valid_from: 2027-01-01}, {value: 3}]", "- 3, 2027-01-01 4" },
        { ENTRIES, "k: {b: {number: 2}, a: {number: 1}}", "a - 1, b - 2" },
        { ENTRIES, "k: {b: [{number: 5, valid_from: 2026-02-01}, {number: 2}], a: {number: 1}}", "a - 1, b - 2, b 2026-02-01 5" },
        { ENTRIES, "k: {}", "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(table); i++) {
        rows = NULL;
        count = 0;
        if (read_text(table[i].how, table[i].text))
            fail_msg("%s: %s", table[i].text, fault.text);
        assert_string_equal(seen(), table[i].seen);
    }
}

static void over_what_is_there(void **unused)
{
    (void)unused;
    rows = NULL;
    count = 0;
    assert_int_equal(read_text(ENTRIES, "k: {a: {number: 1}, b: [{number: 2}, {number: 5, valid_from: 2026-02-01}], "
                               "d: {number: 4}}"), ERR_OK);
    assert_int_equal(read_text(ENTRIES, "k: {b: {number: 9}, c: {number: 3}}"), ERR_OK);
    assert_string_equal(seen(), "a - 1, b - 9, c - 3, d - 4");
}

static void refused(void **unused)
{
    static const struct { enum reading how; const char *text, *says; } table[] = {
        { DATED, "k: [{value: 3}, {value: 4}]", "from the same day" },
        { DATED, "k: [3]", "a list holds changes" },
        { DATED, "k: 12", "0 to 9" },
        { DATED, "k: [{valid_from: 2026-12-01}]", "[1].value: is missing" },
        { ENTRIES, "k: {b: [{number: 2}, {number: 3}]}", "two entries b from the same day" },
        { ENTRIES, "k: [1, 2]", "entries belong here" },
        { ENTRIES, "k: {b: {nummer: 2}}", "b.nummer: unknown key; did you mean number?" },
        { ENTRIES, "k: {b: {number: 2}, b: {number: 3}}", "twice" },
        { TEXTS, "k: [K1, K1]", "stands in the list twice" },
        { TEXTS, "k: [K1, {a: b}]", "a word belongs here" },
        { TEXTS, "k: [a b]", "A-Z" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(table); i++) {
        rows = NULL;
        count = 0;
        fault.text[0] = '\0';
        if (read_text(table[i].how, table[i].text) != ERR_CONFIG || !strstr(fault.text, table[i].says))
            fail_msg("%s: not \"%s\" but \"%s\"", table[i].text, table[i].says, fault.text);
    }
}

static void as_many_as_there_may_be(void **unused)
{
    static char text[FORM_ROWS_MAX * 8 + 64];
    size_t len = (size_t)snprintf(text, sizeof text, "k: [");

    (void)unused;
    for (int i = 0; i < FORM_ROWS_MAX + 1; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "K%d, ", i);
    (void)snprintf(text + len, sizeof text - len, "]");
    assert_int_equal(read_text(TEXTS, text), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "nobody needs that many"));
    assert_int_equal(read_text(TEXTS, "k: K1"), ERR_OK);     /* one alone need be no list */
    assert_int_equal(count, 1);
}

static int start(void **unused)
{
    (void)unused;
    arena_init(&arena, 8 << 20);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(good), cmocka_unit_test(over_what_is_there), cmocka_unit_test(refused),
        cmocka_unit_test(as_many_as_there_may_be),
    };

    return cmocka_run_group_tests_name("form_rows", tests, start, stop);
}
