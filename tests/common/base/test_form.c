/* Goal: each way in which a value is read takes what it must and refuses the rest with a sentence that names file, line and key;
 * a preset is read as if it had been said; a secret that was written by mistake is not shown. */
#include "base/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

struct filled {
    int32_t number, day, cutoff;
    struct str words, name, word, path, url, back, mail, language;
    bool yes;
    int choice;
    struct { int32_t inner; } section;
};

static const char *const choices[] = { "first", "second", NULL };
static const struct field inner[] = {
    { "inner", offsetof(struct filled, section.inner), .parse = form_number, .preset = "5", .min = 1, .max = 9, .meaning = "m" },
};
static const struct field fields[] = {
    { "number", offsetof(struct filled, number), .parse = form_number, .preset = "7", .min = -1, .max = 10, .meaning = "m" },
    { "words", offsetof(struct filled, words), .parse = form_words, .min = 1, .max = 8, .meaning = "m" },
    { "name", offsetof(struct filled, name), .parse = form_name, .meaning = "m" },
    { "word", offsetof(struct filled, word), .parse = form_word, .meaning = "m" },
    { "yes", offsetof(struct filled, yes), .parse = form_bool, .preset = "true", .meaning = "m" },
    { "choice", offsetof(struct filled, choice), .parse = form_choice, .words = choices, .preset = "second", .meaning = "m" },
    { "day", offsetof(struct filled, day), .parse = form_date, .meaning = "m" },
    { "cutoff", offsetof(struct filled, cutoff), .parse = form_cutoff, .meaning = "m" },
    { "path", offsetof(struct filled, path), .parse = form_path, .max = 100, .meaning = "m" },
    { "url", offsetof(struct filled, url), .parse = form_url, .max = 100, .meaning = "m" },
    { "back", offsetof(struct filled, back), .parse = form_url_or_none, .max = 100, .preset = "", .meaning = "m" },
    { "mail", offsetof(struct filled, mail), .parse = form_mail, .preset = "", .meaning = "m" },
    { "language", offsetof(struct filled, language), .parse = form_language, .preset = "en", .meaning = "m" },
    { "section", 0, .fields = inner, .field_count = COUNT(inner), .meaning = "m" },
};

static struct arena arena;

static enum err read_text(const char *text, struct filled *filled, struct fault *fault)
{
    struct form form;
    enum err err = form_open_text(&form, str_of(text), STR("x.yaml"), STR("/etc/x"), &arena, fault);

    *filled = (struct filled){ .number = 0 };
    if (err)
        return err;
    err = form_mapping(&form, form_root(&form), fields, COUNT(fields), filled);
    form_close(&form);
    return err;
}

static void what_is_refused(void **unused)
{
    static const struct { const char *text, *says; } rows[] = {
        { "number: 11", "x.yaml:1: number: " },              { "number: -2", "x.yaml:1: number: " },
        { "number: 1.5", "x.yaml:1: number: " },             { "number: 99999999999999999999", "x.yaml:1: number: " },
        { "number: [1]", "x.yaml:1: number: " },             { "number:", "x.yaml:1: number: " },
        { "\n\nnumbr: 1", "x.yaml:3: numbr: unknown key; did you mean number?" },
        { "nothing_alike: 1", "x.yaml:1: nothing_alike: unknown key" },
        { "number: 1\nnumber: 2", "x.yaml:2: the key number stands here twice" },    { "words: 123456789", "x.yaml:1: words: " },
        { "words: \"\"", "x.yaml:1: words: " },              { "name: a/b", "x.yaml:1: name: " },
        { "word: \"a\\tb\"", "x.yaml:1: word: " },           { "yes: 1", "x.yaml:1: yes: " },
        { "yes: yess", "x.yaml:1: yes: " },                  { "choice: third", "x.yaml:1: choice: " },
        { "day: 2026-02-29", "x.yaml:1: day: " },            { "day: yesterday", "x.yaml:1: day: " },
        { "cutoff: \"24:30\"", "x.yaml:1: cutoff: " },       { "cutoff: noon", "x.yaml:1: cutoff: " },
        { "url: http://example.no", "x.yaml:1: url: " },     { "url: ftp://example.no", "x.yaml:1: url: " },
        { "section: {inner: 0}", "x.yaml:1: section.inner: " }, { "section: 5", "x.yaml:1: section: " },
        { "section: {innr: 1}", "x.yaml:1: section.innr: unknown key; did you mean inner?" },
        { "back: example.no", "x.yaml:1: back: " },          { "language: no", "x.yaml:1: language: " },
        { "mail: anna", "x.yaml:1: mail: " },                { "mail: \"@example.no\"", "x.yaml:1: mail: " },
        { "mail: \"a@b, c@d\"", "x.yaml:1: mail: " },        { "mail: \"a@b@c\"", "x.yaml:1: mail: " },
        { "mail: \"a@b\\nBcc: x@y\"", "x.yaml:1: mail: " },  { "mail: \"-a@b\"", "x.yaml:1: mail: " },
        { "- a list", "x.yaml" },                            { "number: {", "x.yaml" },
        { "a: &a [*a]", "x.yaml" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault = { "" };
        struct filled filled;

        arena_reset(&arena);
        if (read_text(rows[i].text, &filled, &fault) != ERR_CONFIG ||
            strncmp(fault.text, rows[i].says, strlen(rows[i].says)) != 0)
            fail_msg("%s: %s", rows[i].text, fault.text);
    }
}

static void what_is_taken(void **unused)
{
    static const char text[] = "number: -1\nwords: \"a: b\"\nname: oslo-grill\nword: \"Mat og drikke\"\nyes: false\n"
                               "choice: first\n"
                               "day: 2028-02-29\ncutoff: \"05:30\"\npath: keys/k\nurl: https://example.no/v2/\nmail: a.b+c@example.no\nlanguage: nb\nsection: {inner: 9}\n";
    struct fault fault = { "" };
    struct filled filled;

    (void)unused;
    if (read_text(text, &filled, &fault))
        fail_msg("%s", fault.text);
    assert_true(filled.number == -1 && !filled.yes && filled.choice == 0 && filled.cutoff == 19800);
    assert_int_equal(filled.section.inner, 9);
    assert_true(str_equal(filled.words, STR("a: b")) && str_equal(filled.name, STR("oslo-grill")));
    assert_true(str_equal(filled.word, STR("Mat og drikke")) && str_equal(filled.path, STR("/etc/x/keys/k")));
    assert_true(str_equal(filled.url, STR("https://example.no/v2")) && filled.back.len == 0);
    assert_true(str_equal(filled.mail, STR("a.b+c@example.no")) && str_equal(filled.language, STR("nb")));
    if (read_text("path: /k\nurl: http://127.0.0.1:1/", &filled, &fault))
        fail_msg("%s", fault.text);
    assert_true(str_equal(filled.path, STR("/k")) && str_equal(filled.url, STR("http://127.0.0.1:1")));
    if (read_text("", &filled, &fault))
        fail_msg("%s", fault.text);
    assert_true(filled.number == 7 && filled.yes && filled.choice == 1 && filled.section.inner == 5 && filled.words.len == 0);
    assert_true(filled.mail.len == 0 && str_equal(filled.language, STR("en")));
}

/* Goal: help is written from the same rows. */
static void help_says_every_field(void **unused)
{
    struct strbuf out;

    (void)unused;
    strbuf_init(&out, 1 << 16);
    form_help(&out, "x.", fields, COUNT(fields));
    strbuf_char(&out, '\0');
    assert_false(out.failed);
    assert_non_null(strstr(out.bytes, "x.number"));
    assert_non_null(strstr(out.bytes, "x.section.inner"));
    assert_non_null(strstr(out.bytes, "-1 to 10"));
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused), cmocka_unit_test(what_is_taken), cmocka_unit_test(help_says_every_field),
    };
    int failed;

    arena_init(&arena, 1 << 20);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    return failed;
}
