/* Goal: a fact is one line whatever its values hold: nobody's words end it, end a value, or look like another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static char said[8192];

/* What is written to stderr meanwhile, without the time. */
static void hear(void (*say)(const void *value), const void *value)
{
    int kept = dup(STDERR_FILENO), ends[2];
    ssize_t len;
    char *at;

    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    say(value);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(ends[1]);
    (void)close(kept);
    len = read(ends[0], said, sizeof said - 1);
    (void)close(ends[0]);
    assert_true(len > 0);
    said[len] = '\0';
    assert_ptr_equal(strchr(said, '\n'), said + len - 1);
    at = strstr(said, " at=20");
    assert_non_null(at);
    *at = '\0';
}

static void quoted(const void *value)
{
    log_fact("level=error what=\"told by the till\" why=\"%s\" tries=%u", (const char *)value, 3U);
}

static void bare(const void *value)
{
    log_fact("file=%s read=%" PRIu64, (const char *)value, (uint64_t)12);
}

static void of_a_document(const void *value)
{
    log_doc(str_of(value), "outcome=done no=%" PRId64 " status=%ld ms=%lld size=%zu n=%d 100%%", (int64_t)-5, 201L, 7LL,
            (size_t)9, -1);
}

static void bounded(const void *value)
{
    log_fact("why=\"" STR_FMT "\" more=%s", 4, (const char *)value, "no");
}

static void words_stay_in_their_value(void **unused)
{
    static const struct { const char *why; void (*say)(const void *value); const char *value, *line; } rows[] = {
        { "plain", quoted, "wrong", "stage=bilag level=error what=\"told by the till\" why=\"wrong\" tries=3" },
        { "a quote", quoted, "x\" outcome=done y=\"", "stage=bilag level=error what=\"told by the till\" why=\"x' outcome=done y='\" "
          "tries=3" },
        { "a line of its own", quoted, "x\ndoc=a/b/1 outcome=done", "stage=bilag level=error what=\"told by the till\" "
          "why=\"x?doc=a/b/1 outcome=done\" tries=3" },
        { "colours", quoted, "\x1b[2Jx\xc2\x9b" "1m\xe2\x80\xae", "stage=bilag level=error what=\"told by the till\" "
          "why=\"?[2Jx?1m?\" tries=3" },
        { "a bare value", bare, "a b\" outcome=done", "stage=bilag file=a_b'_outcome=done read=12" },
        { "a document", of_a_document, "v/2026-11-20/1", "doc=v/2026-11-20/1 stage=bilag outcome=done no=-5 status=201 ms=7 "
          "size=9 n=-1 100%" },
        { "a document that is none", of_a_document, "v\n x", "doc=v?_x stage=bilag outcome=done no=-5 status=201 ms=7 size=9 n=-1 "
          "100%" },
        { "the first four", bounded, "abcdef", "stage=bilag why=\"abcd\" more=no" },
        { "half a letter", bounded, "abc\xc3\xa5", "stage=bilag why=\"abc?\" more=no" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        hear(rows[i].say, rows[i].value);
        if (strcmp(said, rows[i].line) != 0)
            fail_msg("%s:\n%s\nmust be\n%s", rows[i].why, said, rows[i].line);
    }
}

/* What is too long is cut, and its quotes are closed; the time is there all the same. */
static void too_long(void **unused)
{
    static char value[5000];

    (void)unused;
    memset(value, 'x', sizeof value - 1);
    hear(quoted, value);
    assert_in_range(strlen(said), 1900, 2048);
    assert_int_equal(said[strlen(said) - 1], '"');
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(words_stay_in_their_value), cmocka_unit_test(too_long) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
