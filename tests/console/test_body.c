/* Goal: a body becomes the fields of a form by its rows, and nothing else becomes any: what has no row, comes twice, is of another
 * type, or is no JSON in UTF-8 is refused by the member's name. */
#include "console/body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct body_member members[] = {
    { "text", BODY_TEXT, "t" },       { "number", BODY_NUMBER, "n" },   { "on", BODY_SWITCH, "on" },
    { "ore", BODY_ORE, "kr" },        { "list", BODY_TEXTS, "l" },      { "words", BODY_WORDS, "w" },
    { "places", BODY_PLACES, NULL },  { "customers", BODY_CONNECTIONS, "row" },
};

static void table(void **unused)
{
    /* fields: "name=value|..." */
    static const struct { const char *body; enum body_fault fault; const char *fields; } rows[] = {
        { "{}", BODY_FINE, "" },
        { " {\"text\" : \"a \\u00e6\\n\\\"b\" } ", BODY_FINE, "t=a \xc3\xa6\n\"b" },
        { "{\"number\":0}", BODY_FINE, "n=0" },
        { "{\"number\":9223372036854775807}", BODY_FINE, "n=9223372036854775807" },
        { "{\"number\":9223372036854775808}", BODY_WRONG, "number" },
        { "{\"number\":-1}", BODY_WRONG, "number" },
        { "{\"number\":1.5}", BODY_WRONG, "number" },
        { "{\"number\":\"1\"}", BODY_WRONG, "number" },
        { "{\"on\":true}", BODY_FINE, "on=1" },
        { "{\"on\":false}", BODY_FINE, "" },
        { "{\"on\":1}", BODY_WRONG, "on" },
        { "{\"ore\":-1205}", BODY_FINE, "kr=-12,05" },
        { "{\"ore\":7}", BODY_FINE, "kr=0,07" },
        { "{\"ore\":-9223372036854775808}", BODY_WRONG, "ore" },
        { "{\"list\":[]}", BODY_FINE, "" },
        { "{\"list\":[\"a\",\"b\"]}", BODY_FINE, "l=a|l=b" },
        { "{\"list\":[\"a\",1]}", BODY_WRONG, "list" },
        { "{\"list\":\"a\"}", BODY_WRONG, "list" },
        { "{\"words\":[\"1\",\"2\"]}", BODY_FINE, "w=1,2" },
        { "{\"words\":[]}", BODY_FINE, "w=" },
        { "{\"words\":[\"1,2\"]}", BODY_WRONG, "words" },
        { "{\"places\":[{\"section\":\"vat\",\"entry\":\"a/b\",\"key\":\"code\",\"value\":\"3\"}]}", BODY_FINE, "s/vat/a/b/code=3" },
        { "{\"places\":[{\"section\":\"\",\"entry\":\"\",\"key\":\"name\",\"value\":\"\"}]}", BODY_FINE, "s///name=" },
        { "{\"places\":[{\"section\":\"a/b\",\"entry\":\"\",\"key\":\"name\",\"value\":\"\"}]}", BODY_WRONG, "places" },
        { "{\"places\":[{\"section\":\"\",\"entry\":\"\",\"key\":\"a/b\",\"value\":\"\"}]}", BODY_WRONG, "places" },
        { "{\"places\":[{\"section\":\"\",\"entry\":\"\",\"key\":\"name\"}]}", BODY_WRONG, "places" },
        { "{\"places\":[{\"section\":\"\",\"entry\":\"\",\"key\":\"name\",\"value\":\"\",\"x\":1}]}", BODY_WRONG, "places" },
        { "{\"places\":[{\"key\":\"a\",\"key\":\"a\",\"entry\":\"\",\"value\":\"\"}]}", BODY_WRONG, "places" },
        { "{\"places\":[1]}", BODY_WRONG, "places" },
        { "{\"customers\":[{\"till_customer\":\"H;n\",\"number\":10001}]}", BODY_FINE, "row=10001;H;n" },
        { "{\"customers\":[{\"till_customer\":\"H\",\"number\":\"1\"}]}", BODY_WRONG, "customers" },
        { "{\"text\":null}", BODY_WRONG, "text" },
        { "{\"text\":[]}", BODY_WRONG, "text" },
        { "{\"Text\":\"a\"}", BODY_UNKNOWN, "Text" },
        { "{\"other\":\"a\"}", BODY_UNKNOWN, "other" },
        { "{\"text\":\"a\",\"text\":\"b\"}", BODY_TWICE, "text" },
        { "{\"text\":\"a\\u0000b\"}", BODY_FINE, "t=a\xef\xbf\xbd" "b" },
        { "{\"text\":\"\xff\"}", BODY_NO_JSON, "" },
        { "{\"text\":\"\x01\"}", BODY_NO_JSON, "" },
        { "", BODY_NO_JSON, "" },
        { "[]", BODY_NO_JSON, "" },
        { "{\"text\":\"a\"} {}", BODY_NO_JSON, "" },
        { "{\"text\":\"a\"", BODY_NO_JSON, "" },
        { "text=a", BODY_NO_JSON, "" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct arena arena;
        struct body body = { .arena = &arena, .members = members, .member_count = COUNT(members) };
        char said[400] = "";
        enum body_fault fault;

        arena_init(&arena, 1 << 20);
        fault = body_read(&body, str_of(rows[i].body));
        for (size_t k = 0; !fault && k < body.count; k++)
            (void)snprintf(said + strlen(said), sizeof said - strlen(said), "%s%.*s=%.*s", k ? "|" : "",
                           STR_ARG(body.fields[k].name), STR_ARG(body.fields[k].value));
        if (fault && fault != BODY_NO_JSON)
            (void)snprintf(said, sizeof said, "%.*s", STR_ARG(body.wrong));
        if (fault != rows[i].fault || strcmp(said, rows[i].fields) != 0)
            fail_msg("%s: %d %s", rows[i].body, fault, said);
        arena_free(&arena);
    }
}

/* Goal: which members were there is told by their rows, also of one that becomes no field. */
static void which_were_there(void **unused)
{
    struct arena arena;
    struct body body = { .arena = &arena, .members = members, .member_count = COUNT(members) };

    (void)unused;
    arena_init(&arena, 1 << 20);
    assert_int_equal(body_read(&body, STR("{\"on\":false,\"text\":\"\"}")), BODY_FINE);
    assert_int_equal(body.seen, 5);
    arena_free(&arena);
}

/* Goal: lists and texts have bounds, and memory that runs out is told as that. */
static void bounds(void **unused)
{
    struct arena arena;
    struct body body = { .arena = &arena, .members = members, .member_count = COUNT(members) };
    struct strbuf text;

    (void)unused;
    strbuf_init(&text, 1 << 20);
    strbuf_add(&text, STR("{\"list\":["));
    for (int i = 0; i <= BODY_LIST_MAX; i++)
        strbuf_format(&text, "%s\"\"", i ? "," : "");
    strbuf_add(&text, STR("]}"));
    arena_init(&arena, 1 << 24);
    assert_int_equal(body_read(&body, strbuf_str(&text)), BODY_TOO_LONG);
    strbuf_reset(&text);
    strbuf_add(&text, STR("{\"text\":\""));
    for (int i = 0; i <= BODY_TEXT_MAX; i++)
        strbuf_char(&text, 'a');
    strbuf_add(&text, STR("\"}"));
    assert_int_equal(body_read(&body, strbuf_str(&text)), BODY_TOO_LONG);
    arena_free(&arena);
    arena_init(&arena, 100);
    assert_int_equal(body_read(&body, STR("{\"text\":\"a\"}")), BODY_MEMORY);
    arena_free(&arena);
    strbuf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(which_were_there),
        cmocka_unit_test(bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
