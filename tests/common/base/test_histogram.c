/* Goal: each time is in the one class that it belongs to, a dump gives back what was counted, and what is no dump of ours is refused. */
#include "base/histogram.h"

#include "base/json.h"
#include "base/json_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void classes(void **unused)
{
    static const struct { int64_t ms; size_t at; uint64_t sum; } rows[] = {
        { -1, 0, 0 }, { 0, 0, 0 }, { 5, 0, 5 }, { 6, 1, 6 }, { 1000, 5, 1000 }, { 1001, 6, 1001 },
        { 86400000, HISTOGRAM_BOUNDS - 1, 86400000 }, { 86400001, HISTOGRAM_BOUNDS, 86400001 },
        { INT64_MIN, 0, 0 }, { INT64_C(1) << 50, HISTOGRAM_BOUNDS, UINT64_C(1) << 50 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct histogram histogram = { .sum_ms = 0 };

        histogram_add(&histogram, rows[i].ms);
        for (size_t k = 0; k <= HISTOGRAM_BOUNDS; k++)
            if (histogram.counts[k] != (k == rows[i].at) || histogram.sum_ms != rows[i].sum)
                fail_msg("row %zu: class %zu has %ju", i, k, (uintmax_t)histogram.counts[k]);
    }
    for (size_t i = 1; i < HISTOGRAM_BOUNDS; i++)
        assert_true(histogram_bounds_ms[i] > histogram_bounds_ms[i - 1]);
}

static struct strbuf dump(const struct histogram *histogram)
{
    struct strbuf json;

    strbuf_init(&json, 4096);
    json_open(&json, NULL, '{');
    histogram_json(histogram, "h", &json);
    json_close(&json, '}');
    return json;
}

static bool back(struct str text, struct histogram *ret_histogram)
{
    struct str json, of;

    return json_check(text, &json) == ERR_OK && json_member(json, "h", &of) && histogram_of_json(of, ret_histogram);
}

static void there_and_back(void **unused)
{
    struct histogram histogram = { .sum_ms = 0 }, read;
    struct strbuf json;

    (void)unused;
    for (int64_t ms = 1; ms < INT64_C(1) << 40; ms *= 3)
        histogram_add(&histogram, ms);
    json = dump(&histogram);
    assert_true(back(strbuf_str(&json), &read));
    assert_memory_equal(&read, &histogram, sizeof read);
    strbuf_free(&json);
}

static void no_dump(void **unused)
{
    static const struct { const char *from, *to; } changes[] = {
        { "\"sum_ms\":7", "\"sum_ms\":-7" }, { "\"sum_ms\"", "\"sum\"" }, { "\"le_ms\":[5,", "\"le_ms\":[6," },
        { "\"le_ms\":[5,", "\"le_ms\":[" }, { "\"counts\":[0,", "\"counts\":[-1," }, { "\"counts\":[0,", "\"counts\":[" },
        { "\"counts\":[0,", "\"counts\":[0,0," }, { "\"counts\":[0,", "\"counts\":[\"0\"," }, { "{\"sum_ms\"", "[\"sum_ms\"" },
    };
    struct histogram histogram = { .sum_ms = 0 }, read;
    struct strbuf json;

    (void)unused;
    histogram_add(&histogram, 7);
    json = dump(&histogram);
    for (size_t i = 0; i < COUNT(changes); i++) {
        struct strbuf changed;
        const char *at = strstr(json.bytes, changes[i].from);

        assert_non_null(at);
        strbuf_init(&changed, 4096);
        strbuf_format(&changed, "%.*s%s%s", (int)(at - json.bytes), json.bytes, changes[i].to, at + strlen(changes[i].from));
        if (back(strbuf_str(&changed), &read))
            fail_msg("%s is taken", changes[i].to);
        strbuf_free(&changed);
    }
    strbuf_free(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes), cmocka_unit_test(there_and_back), cmocka_unit_test(no_dump),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
