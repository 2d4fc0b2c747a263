/* Values of a YAML file replaced where they stand; all else as it was. */
#include "bilag/act/yamledit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { OUT_BYTES = 4096 };

#define SET(name, text) { .key = name, .value = { text, sizeof text - 1 } }
#define IN(at, of, name, text) { .section = at, .entry = { of, sizeof of - 1 }, .key = name, .value = { text, sizeof text - 1 } }
#define ENTRY(at, of, text) { .section = at, .entry = { of, sizeof of - 1 }, .value = { text, sizeof text - 1 } }
#define GONE(at, of) { .section = at, .entry = { of, sizeof of - 1 }, .gone = true }
#define IF_THERE(at, name, text) { { .section = at, .key = name, .value = { text, sizeof text - 1 }, .only_there = true } }

/* Goal: only the value changes, in every form in which people write one, whatever stands around it. */
static void edit_table(void **unused)
{
    static const struct { const char *why, *text; struct yamledit changes[3]; const char *wanted; bool was_there; } rows[] = {
        { "a comment stays",        "# first\na: 1   # why\nb: 2\n", { SET("a", "9") },
          "# first\na: 9   # why\nb: 2\n", true },
        { "no line end",            "b: 2\na: 1", { SET("a", "9") }, "b: 2\na: 9", true },
        { "quotes",                 "a: \"x # y\" # z\n", { SET("a", "9") }, "a: 9 # z\n", true },
        { "letters of two bytes",   "n: \xC3\xA6\xC3\xB8\na: \xC3\xA5 # \xC3\xA5\nb: 2\n", { SET("a", "9") },
          "n: \xC3\xA6\xC3\xB8\na: 9 # \xC3\xA5\nb: 2\n", true },
        { "a comment right behind", "a: \"x\"#why\nb: 2\n", { SET("a", "9") }, "a: 9 #why\nb: 2\n", true },
        { "a comment right behind braces", "a: {x: 1}#why\n", { SET("a", "9") }, "a: 9 #why\n", true },
        { "lines that end with CR LF", "a: 1\r\nb: 2\r\nc: 3\r\n", { SET("b", "9") }, "a: 1\r\nb: 9\r\nc: 3\r\n", true },
        { "a list in brackets",     "a: [{value: x}, {value: y}] # z\nb: 2\n", { SET("a", "9") }, "a: 9 # z\nb: 2\n", true },
        { "a list in lines",        "a:\n  - {value: x} # x\n  - value: y\n\n# of b\nb: 2\n", { SET("a", "9") },
          "a: 9\n  # x\n\n# of b\nb: 2\n", true },
        { "a list in lines, last",  "a:\n- x\n- y\n", { SET("a", "[]") }, "a: []\n", true },
        { "a comment after the key", "a: # why\n  - x\n", { SET("a", "[]") }, "a: [] # why\n", true },
        { "the same, not indented", "a: # why\n# and how\n- x\n- y # z\nb: 2\n", { SET("a", "9") }, "a: 9 # why\n# and how\n  # z\nb: 2\n", true },
        { "one step down, in lines", "s:\n  a: # why\n  - x\n  b: 1\n", IF_THERE("s", "a", "[]"), "s:\n  a: [] # why\n  b: 1\n", true },
        { "a key in quotes",        "\"a\" :\n  - x\n", { SET("a", "9") }, "\"a\" : 9\n", true },
        { "keys in lines",          "a:\n  x: 1\n  y: 2\nb: 2\n", { SET("a", "9") }, "a: 9\nb: 2\n", true },
        { "text in lines",          "a: |\n  x\n  y\nb: 2\n", { SET("a", "9") }, "a: 9\nb: 2\n", true },
        { "nothing said",           "a:\nb: 2\n", { SET("a", "9") }, "a: 9\nb: 2\n", true },
        { "the same already",       "a: 9\n", { SET("a", "9") }, "a: 9\n", false },
        { "not there",              "# top\nb: 2\n", { SET("a", "9") }, "# top\na: 9\nb: 2\n", false },
        { "not there, further in",  "---\n  b: 2\n  c: 3\n", { SET("a", "9") }, "---\n  a: 9\n  b: 2\n  c: 3\n", false },
        { "not there, nor wanted",  "b: 2\n", IF_THERE(NULL, "a", "9"), "b: 2\n", false },
        { "all in braces",          "{b: 2, 'a': 'x'}\n", { SET("a", "9") }, "{b: 2, 'a': 9}\n", true },
        { "all in braces, not there", "{b: 2}\n", { SET("a", "9") }, "{a: 9, b: 2}\n", false },
        { "one step down",          "s: {a: [x], b: 1}\na: 2\n", IF_THERE("s", "a", "[]"),
          "s: {a: [], b: 1}\na: 2\n", true },
        { "one step down, no step", "a: 2\n", IF_THERE("s", "a", "[]"), "a: 2\n", false },
        { "a section of that name is no mapping", "s: 1\na: 2\n", IF_THERE("s", "a", "[]"), "s: 1\na: 2\n", false },
        { "several, in any order",  "a: 1\nb: 2\nc: 3\n",
          { SET("c", "9"), SET("a", "8"), SET("b", "2") }, "a: 8\nb: 2\nc: 9\n", true },
        { "in an entry",            "p: # all\n  x: {a: 1, b: 2} # why\n  y: {a: 3}\n", { IN("p", "x", "a", "9") },
          "p: # all\n  x: {a: 9, b: 2} # why\n  y: {a: 3}\n", true },
        { "in an entry in lines",   "p:\n  x:\n    a: 1 # why\n    b: 2\n", { IN("p", "x", "b", "9"), IN("p", "x", "a", "8") },
          "p:\n  x:\n    a: 8 # why\n    b: 9\n", true },
        { "new in an entry",        "p:\n  x: {a: 1}\n  y:\n    a: 1 # why\n", { IN("p", "x", "b", "9"), IN("p", "y", "b", "8") },
          "p:\n  x: {b: 9, a: 1}\n  y:\n    b: 8\n    a: 1 # why\n", false },
        { "new in an empty entry",  "p:\n  x: {}\n", { IN("p", "x", "b", "9") }, "p:\n  x: {b: 9}\n", false },
        { "an entry behind the others", "p:\n    x: {a: 1} # x\n\n# of q\nq: 1\n", { ENTRY("p", "y", "{a: 2}"), ENTRY("p", "z \xC3\xA6", "{}") },
          "p:\n    x: {a: 1} # x\n    y: {a: 2}\n    \"z \xC3\xA6\": {}\n\n# of q\nq: 1\n", false },
        { "an entry in braces",     "p: {x: {a: 1}}\n", { ENTRY("p", "y", "{a: 2}") }, "p: {y: {a: 2}, x: {a: 1}}\n", false },
        { "the first entries",      "p: {} # all\nq: 1\n", { ENTRY("p", "x", "{a: 1}"), ENTRY("p", "y", "{a: 2}") },
          "p:\n  x: {a: 1}\n  y: {a: 2} # all\nq: 1\n", false },
        { "the first entry of a blank", "p:   # all\nq: 1\n", { ENTRY("p", "x", "{a: 1}") }, "p:\n  x: {a: 1}   # all\nq: 1\n", false },
        { "a whole entry",          "p:\n  x: [{a: 1}] # x\n", { ENTRY("p", "x", "{a: 2}") }, "p:\n  x: {a: 2} # x\n", true },
        { "a whole entry in lines, with what is written in it",
          "p:\n  x: # x\n    # first\n    a: 1   # why # not \n\n    # second\n    b: \"y # no comment\" #third\n    c: z#none\n    # below\n  y: {}\n",
          { ENTRY("p", "x", "[{a: 2}]") },
          "p:\n  x: [{a: 2}] # x\n    # first\n    # why # not\n    # second\n    #third\n    # below\n  y: {}\n", true },
        { "the same by dates, once more",
          "p:\n  x:\n  - a: 1 # one\n    # \xC3\xA6\n  - {a: 2, # two\n     b: '#3'} # \xC3\xB8\n  y: {}\n",
          { ENTRY("p", "x", "[{a: 3}]") },
          "p:\n  x: [{a: 3}]\n    # one\n    # \xC3\xA6\n    # two\n    # \xC3\xB8\n  y: {}\n", true },
        { "lines of CR LF", "p:\r\n  x:\r\n    a: 1 # one\r\n    b: 2\r\n", { ENTRY("p", "x", "{}") },
          "p:\r\n  x: {}\n    # one\n", true },
        { "text is no comment", "a: |\n  # x\n  y # z\nb: 2\n", { SET("a", "9") }, "a: 9\nb: 2\n", true },
        { "nor in words on several lines", "s:\n  a: x\n    y #\xC3\xA6\n  b: \"\n    # z\n    y\"\n  c: \"\xC3\xA6\xC3\xA6\xC3\xA6#\"#x\nd: 1\n",
          { SET("s", "9") }, "s: 9\n  #\xC3\xA6\n  #x\nd: 1\n", true },
        { "a colon behind a comment with one", "? a # x: y\n: 1\nb: 2\n", { SET("a", "9") }, "? a # x: y\n: 9\nb: 2\n", true },
        { "an entry gone",          "p:\n  x: {a: 1} # x\n  # of y\n  y:\n    a: 1\n  z: {}\n", { GONE("p", "x"), GONE("p", "y") },
          "p:\n  # of y\n  z: {}\n", false },
        { "a blank entry gone",     "p:\n  x:\n  y: {}\n", { GONE("p", "x") }, "p:\n  y: {}\n", false },
        { "gone in braces",         "p: {x: 1, y: 2, z: 3}\n", { GONE("p", "x"), GONE("p", "z") }, "p: {y: 2}\n", false },
        { "all gone in braces",     "p: {x: 1, y: 2}\n", { GONE("p", "x"), GONE("p", "y") }, "p: {}\n", false },
        { "gone that is not there", "p: {x: 1}\n", { GONE("p", "y"), GONE("q", "y"), IN("p", "z", "a", "1") }, "p: {x: 1}\n", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct yamledit changes[COUNT(rows[i].changes)];
        struct fault fault = { "" };
        struct strbuf out;
        size_t count = 0;
        enum err err;

        memcpy(changes, rows[i].changes, sizeof changes);
        while (count < COUNT(changes) && (changes[count].key || changes[count].section))
            count++;
        strbuf_init(&out, OUT_BYTES);
        err = yamledit(str_of(rows[i].text), STR("x.yaml"), changes, count, &out, &fault);
        if (err || !str_equal(strbuf_str(&out), str_of(rows[i].wanted)))
            fail_msg("%s: %s %s\n%.*s", rows[i].why, err_text(err), fault.text, STR_ARG(strbuf_str(&out)));
        if (changes[0].was_there != rows[i].was_there)
            fail_msg("%s: was there %d", rows[i].why, changes[0].was_there);
        strbuf_free(&out);
    }
}

/* Goal: what cannot be replaced where it stands is refused with its line. */
static void refused_table(void **unused)
{
    static const struct { const char *why, *text, *says; struct yamledit entry; } rows[] = {
        { "an alias",       "b: &x 2\na: *x\n",  "x.yaml:2: an alias", { .key = NULL } },
        { "no colon",       "? a\n? b\n",     "x.yaml:1: no colon follows", { .key = NULL } },
        { "a colon in a comment alone", "? a\n# why: x\n? b\n", "x.yaml:1: no colon follows", { .key = NULL } },
        { "a merge",        "b: &x {a: 1}\n<<: *x\n", "x.yaml:2: a merge", { .key = NULL } },
        { "an anchor before all", "&all\nb: 2\n", "x.yaml:1: an anchor", { .key = NULL } },
        { "no YAML",        "a: [1\n",           "not YAML", { .key = NULL } },
        { "no keys",        "- a\n",             "x.yaml:1: has no keys", { .key = NULL } },
        { "nothing",        "",                  "has no keys", { .key = NULL } },
        { "two documents",  "a: 1\n---\na: 2\n", "second document", { .key = NULL } },
        { "an entry that is an alias", "b: &x {a: 1}\np:\n  x: *x\n", "x.yaml:3: an alias", IN("p", "x", "a", "9") },
        { "an entry with a merge", "b: &x {a: 1}\np:\n  x: {<<: *x, b: 1}\n", "x.yaml:3: a merge", IN("p", "x", "a", "9") },
        { "an entry by dates", "p:\n  x: [{a: 1}]\n", "x.yaml:2: has no keys of its own", IN("p", "x", "a", "9") },
        { "a section that is an alias", "b: &x {a: {}}\np: *x\n", "x.yaml:2: an alias", IN("p", "x", "a", "9") },
        { "a section in braces with a tag", "p: !t {a: {}}\n", "x.yaml:1: an anchor or a tag", ENTRY("p", "x", "{}") },
        { "a section in lines with a tag", "p: !t\n  a: {}\n", "x.yaml:1: an anchor or a tag", ENTRY("p", "x", "{}") },
        { "a section with an anchor", "p: &t {a: {}}\n", "x.yaml:1: an anchor or a tag", ENTRY("p", "x", "{}") },
        { "an entry with a tag", "p:\n  x: !t {a: 1}\n", "x.yaml:2: an anchor or a tag", IN("p", "x", "b", "9") },
        { "a section that is a list", "p:\n- a: {}\n", "x.yaml:1: has no keys of its own", ENTRY("p", "x", "{}") },
        { "no such section", "a: 1\n", "has no p", ENTRY("p", "x", "{}") },
        { "a line that ends in CR alone", "p:\n  a: {}\rb: 1\n", "x.yaml:2: the line ends", ENTRY("p", "x", "{}") },
        { "a line that ends in NEL", "p:\n  a: {}\xc2\x85""b: 1\n", "x.yaml:2: the line ends", ENTRY("p", "x", "{}") },
        { "a line that ends in LS", "p: {}\xe2\x80\xa8""b: 1\n", "x.yaml:1: the line ends", ENTRY("p", "x", "{}") },
        { "a line that begins with a tab", "p: {a: {}\n\t}\n", "x.yaml:2: the line begins with a tab", ENTRY("p", "a", "x") },
        { "a line that begins with a blank and a tab", "p: {a: {},\n \tb: 1}", "x.yaml:2: the line begins", ENTRY("p", "a", "x") },
        { "a last line that ends in CR alone", "p: {}\r", "x.yaml:1: the line ends", ENTRY("p", "x", "{}") },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct yamledit change = rows[i].entry.section ? rows[i].entry : (struct yamledit)SET("a", "9");
        struct fault fault = { "" };
        struct strbuf out;
        enum err err;

        strbuf_init(&out, OUT_BYTES);
        err = yamledit(str_of(rows[i].text), STR("x.yaml"), &change, 1, &out, &fault);
        if (err != ERR_CONFIG || !strstr(fault.text, rows[i].says))
            fail_msg("%s: %s \"%s\"\n%.*s", rows[i].why, err_text(err), fault.text, STR_ARG(strbuf_str(&out)));
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(edit_table), cmocka_unit_test(refused_table) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
