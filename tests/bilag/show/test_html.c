/* Goal: whatever a text holds, a page has the elements that its writer began, and no others; a link leads nowhere else. */
#include "bilag/show/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *made(struct html *html)
{
    html_end_to(html, 0);
    strbuf_char(&html->out, '\0');
    return html->out.bytes + strlen("<!doctype html>\n");
}

static void texts_are_escaped(void **unused)
{
    static const struct { const char *why, *text, *text_html, *attr_html; } rows[] = {
        { "plain", "Kaffe 45", "<p>Kaffe 45</p>", "<p title=\"Kaffe 45\"></p>" },
        { "an element", "<script>x</script>", "<p>&#60;script&#62;x&#60;/script&#62;</p>",
          "<p title=\"&#60;script&#62;x&#60;/script&#62;\"></p>" },
        { "an end of an attribute", "\" onclick=\"x", "<p>&#34; onclick=&#34;x</p>", "<p title=\"&#34; onclick=&#34;x\"></p>" },
        { "the other quote", "'x'", "<p>&#39;x&#39;</p>", "<p title=\"&#39;x&#39;\"></p>" },
        { "an entity", "&lt;", "<p>&#38;lt;</p>", "<p title=\"&#38;lt;\"></p>" },
        { "letters with marks", "Blåbær €", "<p>Blåbær €</p>", "<p title=\"Blåbær €\"></p>" },
        { "what steers", "a\x1b[2J\nb\xe2\x80\xae", "<p>a?[2J?b?</p>", "<p title=\"a?[2J?b?\"></p>" },
        { "no UTF-8", "a\xff\xc0<", "<p>a??&#60;</p>", "<p title=\"a??&#60;\"></p>" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct html html;

        html_init(&html, 4096);
        html_element(&html, "p", NULL, str_of(rows[i].text));
        if (strcmp(made(&html), rows[i].text_html) != 0)
            fail_msg("%s: %s", rows[i].why, made(&html));
        html_free(&html);
        html_init(&html, 4096);
        html_begin(&html, "p");
        html_attr(&html, "title", str_of(rows[i].text));
        if (strcmp(made(&html), rows[i].attr_html) != 0)
            fail_msg("%s: %s", rows[i].why, made(&html));
        html_free(&html);
    }
}

static void links_stay_here(void **unused)
{
    static const struct { const char *path, *href; } rows[] = {
        { "/venues/oslo", "/venues/oslo" }, { "/", "/" }, { "?month=2026-11", "?month=2026-11" }, { "#main", "#main" },
        { "//evil.example", "/" }, { "/\\evil.example", "/" }, { "https://evil.example", "/" }, { "javascript:alert(1)", "/" },
        { "", "/" }, { "/a\"b", "/a&#34;b" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char wanted[128];
        struct html html;

        html_init(&html, 4096);
        html_begin(&html, "a");
        html_link(&html, "href", str_of(rows[i].path));
        (void)snprintf(wanted, sizeof wanted, "<a href=\"%s\"></a>", rows[i].href);
        if (strcmp(made(&html), wanted) != 0)
            fail_msg("%s: %s", rows[i].path, made(&html));
        html_free(&html);
    }
}

static void forms_are_read(void **unused)
{
    static const struct { const char *form, *said; } rows[] = {
        { "a=b&c=d", "a=b;c=d;" }, { "a=b+c%20d&e", "a=b c d;e=;" }, { "a=%C3%A5", "a=å;" }, { "=x", "=x;" }, { "", "" },
        { "a=%", "!" }, { "a=%4", "!" }, { "a=%zz", "!" }, { "a=%00", "!" }, { "a=1&b=%", "a=1;!" },
    };

    (void)unused;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str rest = str_of(rows[i].form), name, value;
        char said[128] = "";
        struct arena arena;
        bool fine = true;

        arena_init(&arena, 65536);
        while (url_pair(&rest, &arena, &name, &value, &fine))
            (void)snprintf(said + strlen(said), sizeof said - strlen(said), STR_FMT "=" STR_FMT ";", STR_ARG(name),
                           STR_ARG(value));
        if (!fine)
            (void)strcat(said, "!");
        if (strcmp(said, rows[i].said) != 0)
            fail_msg("%s: %s", rows[i].form, said);
        arena_free(&arena);
    }
}

static void no_form_has_a_nul(void **unused)
{
    struct str rest = STR("a=1\0"), name, value;
    struct arena arena;
    bool fine = true;

    (void)unused;
    arena_init(&arena, 65536);
    assert_false(url_pair(&rest, &arena, &name, &value, &fine));
    assert_false(fine);
    arena_free(&arena);
}

static void pieces_of_addresses(void **unused)
{
    struct strbuf out;

    (void)unused;
    strbuf_init(&out, 4096);
    url_add(&out, STR("a/b?c&d=e #å%\"-_.~"));
    strbuf_char(&out, '\0');
    assert_string_equal(out.bytes, "a%2Fb%3Fc%26d%3De%20%23%C3%A5%25%22-_.~");
    strbuf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_escaped), cmocka_unit_test(links_stay_here), cmocka_unit_test(forms_are_read),
        cmocka_unit_test(no_form_has_a_nul), cmocka_unit_test(pieces_of_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
