/* Goal: what people decided about refused lines is told of those lines and no others: one line, a venue's, or all, as far as they had come
 * then; what came later, or was taken back, stands open. */
#include "bilag/read/refusals.h"

#include "bilag/act/decide.h"
#include "bilag/act/undo.h"
#include "domain/audit.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { PARTITIONS = 4, LINES = 7 };

static char folder[64];
static struct arena arena;
static struct config config;
static struct context context;

/* In the order in which they came, two of them at once; a venue of a refused line may have any name. */
static const struct { int64_t time_ms; const char *source; uint64_t line; const char *venue; } lines[LINES] = {
    { 1000, "spool/a", 1, "oslo" },      { 2000, "spool/a", 2, "oslo" },  { 2000, "spool/b", 2, "bergen" },
    { 3000, "spool/a", 12, "no place" }, { 4000, "http", 2, "" },         { 5000, "http", 12, "oslo" },
    { 5000, "http", 2, "bergen" },
};

static int make(void **unused)
{
    struct fault fault;
    struct eventlog *event_log;
    char place[80];
    int err;

    (void)unused;
    if (!temporary_folder("refusals", folder, sizeof folder))
        return -1;
    (void)snprintf(place, sizeof place, "%s/ingest", folder);
    arena_init(&arena, 16 << 20);
    config = (struct config){ .state_dir = str_of(folder), .language = STR("en"), .partitions = PARTITIONS };
    context = (struct context){ .config = &config, .arena = &arena, .who = STR("kari") };
    err = (int)eventlog_open(str_of(place), PARTITIONS, 0, &event_log, &fault);
    for (size_t i = 0; !err && i < LINES; i++) {
        struct eventlog_refusal refusal = { .source = str_of(lines[i].source), .line = lines[i].line,
                                            .venue = str_of(lines[i].venue), .reason = STR("?"), .bytes = STR("{}") };
        struct eventlog_batch batch = { .refusals = &refusal, .refusal_count = 1, .now_ms = lines[i].time_ms };

        err = (int)eventlog_commit(event_log, &batch);
    }
    eventlog_close(event_log);
    return err;
}

static int drop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    return temporary_remove(folder);
}

static uint64_t dismissed(const char *subject, const char *detail)
{
    uint64_t number;

    assert_int_equal(decide(&context, REFUSAL_VERB, str_of(subject), str_of(detail), STR("seen to"), &number), ERR_OK);
    return number;
}

/* A letter a line: d is dismissed, o is open. */
static void assert_stand(const char *why, const char *letters)
{
    char got[LINES + 1] = "";
    struct refusals refusals;
    struct fault fault;

    arena_reset(&arena);
    assert_int_equal(refusals_load(&config, 0, &arena, &refusals, &fault), ERR_OK);
    assert_int_equal(refusals.count, LINES);
    for (size_t i = 0; i < LINES; i++)
        got[i] = refusal_is_settled(&refusals.at[i]) ? 'd' : 'o';
    if (strcmp(got, letters) != 0)
        fail_msg("%s: %s, not %s", why, got, letters);
}

/* One decision each, on stores of its own. */
static void one_decision(void **unused)
{
    static const struct { const char *why, *subject, *detail, *letters; } rows[] = {
        { "none of them is the first's neighbour",    "spool/a line 1", "1000",  "doooooo" },
        { "of two at once, one",                      "spool/a line 2", "2000",  "odooooo" },
        { "the other",                                "spool/b line 2", "2000",  "oodoooo" },
        { "of that source, another time",             "spool/a line 2", "2001",  "ooooooo" },
        { "the end of a number is none",              "http line 2",    "5000",  "ooooood" },
        { "the last ones",                            "http line 12",   "5000",  "ooooodo" },
        { "a venue's, so far",                        "oslo",           "2000",  "ddooooo" },
        { "a venue's, the time of the last included", "oslo",           "5000",  "ddooodo" },
        { "a venue's, before all",                    "oslo",           "999",   "ooooooo" },
        { "a venue with a blank",                     "no place",       "9000",  "ooodooo" },
        { "all, so far",                              "all",            "3000",  "ddddooo" },
        { "all",                                      "all",            "5000",  "ddddddd" },
        { "all, of no time",                          "all",            "x",     "ooooooo" },
        { "no line there",                            "spool/a line 3", "2000",  "ooooooo" },
        { "a number alone",                           "12",             "3000",  "ooooooo" },
        { "a line of nothing",                        " line 2",        "4000",  "ooooooo" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t number = dismissed(rows[i].subject, rows[i].detail);
        struct undo back;

        assert_stand(rows[i].why, rows[i].letters);
        assert_int_equal(undo_find(&context, number, &back), ERR_OK);
        assert_int_equal(undo_do(&back, STR("it was not"), &number), ERR_OK);
        assert_stand("taken back", "ooooooo");
    }
}

static void together(void **unused)
{
    (void)unused;
    dismissed("spool/a line 12", "3000");
    dismissed("bergen", "2000");
    dismissed("http line 2", "5000");
    assert_stand("each its own", "ooddood");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_decision, make, drop), cmocka_unit_test_setup_teardown(together, make, drop),
    };

    return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
