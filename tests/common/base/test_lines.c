#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "base/lines.h"

enum { MAX = 20000 };

/* What came out, as text: "1:abc 2:! ..." where ! is a line too long. */
static void note(struct strbuf *out, const struct line *line)
{
    if (line->too_long)
        strbuf_format(out, "%d:!%zu ", (int)line->number, line->text.len);
    else
        strbuf_format(out, "%d:%s" STR_FMT " ", (int)line->number, line_is_blank(line) ? "blank" : "",
                      STR_ARG(line->text));
}

static void feed(struct lines *lines, struct str input, struct strbuf *out)
{
    struct line line;

    while (lines_next(lines, &input, &line))
        note(out, &line);
    assert_int_equal(input.len, 0);
}

/* Goal: the same lines come out however the bytes are cut. */
static void cut_anywhere(void **unused)
{
    static const char text[] = "one\n\n{\"two\":2}\r\nthree\n   \nlast";
    static const char expected[] = "1:one 2:blank 3:{\"two\":2}\r 4:three 5:blank    6:last ";

    (void)unused;
    for (size_t piece = 1; piece < sizeof text; piece++) {
        struct strbuf out;
        struct lines lines;
        struct line line;

        strbuf_init(&out, 1000);
        lines_init(&lines, MAX);
        for (size_t at = 0; at < sizeof text - 1; at += piece) {
            size_t len = sizeof text - 1 - at < piece ? sizeof text - 1 - at : piece;
            char *copy = malloc(len);        /* so that a view kept too long is seen by the sanitizer */

            assert_non_null(copy);
            memcpy(copy, text + at, len);
            feed(&lines, (struct str){ copy, len }, &out);
            free(copy);
        }
        if (lines_last(&lines, &line))
            note(&out, &line);
        assert_false(lines_last(&lines, &line));
        assert_string_equal(out.bytes, expected);
        strbuf_free(&out);
        lines_free(&lines);
    }
}

/* Goal: a line of exactly the bound is a line, one byte more is not, and memory stays at the bound. */
static void bounds(void **unused)
{
    static char bytes[3 * MAX];
    static const struct { size_t length, piece; bool too_long; } rows[] = {
        { MAX, 1000, false }, { MAX + 1, 1000, true }, { MAX, 3 * MAX, false }, { MAX + 1, 3 * MAX, true },
        { 2 * MAX, MAX / 2 + 7, true }, { MAX - 1, 1, false },
    };

    (void)unused;
    memset(bytes, 'x', sizeof bytes);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out;
        struct lines lines;
        char expected[32];

        strbuf_init(&out, 100000);
        lines_init(&lines, MAX);
        bytes[rows[i].length] = '\n';
        for (size_t at = 0; at <= rows[i].length; at += rows[i].piece) {
            size_t left = rows[i].length + 1 - at;

            feed(&lines, (struct str){ bytes + at, left < rows[i].piece ? left : rows[i].piece }, &out);
            assert_true(lines.tail.len <= MAX);
        }
        feed(&lines, STR("next\n"), &out);
        (void)snprintf(expected, sizeof expected, rows[i].too_long ? "1:!16384 2:next " : "1:xxx");
        assert_true(str_starts(strbuf_str(&out), str_of(expected)));
        assert_true(strstr(out.bytes, "2:next "));
        bytes[rows[i].length] = 'x';
        strbuf_free(&out);
        lines_free(&lines);
    }
}

/* Goal: half a line is never taken for a line: where memory was out it is said to be lost, and the next one is whole. */
static void memory_was_out(void **unused)
{
    struct str input = STR("{\"half\":"), rest = STR("1}\nnext\n");
    struct lines lines;
    struct line line;

    (void)unused;
    lines_init(&lines, MAX);
    assert_false(lines_next(&lines, &input, &line));
    lines.tail.failed = lines.tail.starved = true;
    assert_true(lines_next(&lines, &rest, &line));
    assert_true(line.lost);
    assert_true(lines_next(&lines, &rest, &line));
    assert_false(line.lost);
    assert_true(str_equal(line.text, STR("next")));
    lines_free(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cut_anywhere), cmocka_unit_test(bounds),
                                        cmocka_unit_test(memory_was_out) };

    return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
