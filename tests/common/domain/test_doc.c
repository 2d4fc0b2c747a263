/* Goal: a document's name is read back as it was, no other text is one, and its reference is its own for ever. */
#include "domain/doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void names(void **unused)
{
    static const char *const good[] = { "oslo-grill/2026-11-20/1", "v/2026-01-01/999", "oslo-grill/order/K1/10234",
                                        "oslo-grill/order/K1~2/7" };
    static const char *const bad[] = { "", "oslo-grill", "oslo-grill/2026-11-20", "oslo-grill/2026-11-20/0",
                                       "oslo-grill/2026-11-20/1/2",
                                       "oslo-grill/2026-13-20/1", "oslo-grill/2026-11-20/x", "/2026-11-20/1",
                                       "oslo-grill/order/K1", "oslo-grill/order/K1/x", "a b/2026-11-20/1" };
    char buffer[DOC_ID_SIZE];
    struct doc doc;

    (void)unused;
    for (size_t i = 0; i < COUNT(good); i++) {
        if (doc_parse(str_of(good[i]), &doc))
            fail_msg("%s", good[i]);
        assert_true(str_equal(doc_text(&doc, buffer), str_of(good[i])));
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        if (!doc_parse(str_of(bad[i]), &doc))
            fail_msg("\"%s\" is one", bad[i]);
}

/* Goal: what PowerOffice knows a document by: the same for the same document and company, another for any other. */
static void references(void **unused)
{
    char one[REFERENCE_SIZE], again[REFERENCE_SIZE], other[REFERENCE_SIZE];
    struct doc doc, next;

    (void)unused;
    assert_int_equal(doc_parse(STR("oslo-grill/2026-11-20/1"), &doc), ERR_OK);
    assert_int_equal(doc_parse(STR("oslo-grill/2026-11-20/2"), &next), ERR_OK);
    doc_reference(&doc, STR("912345678"), one);
    doc_reference(&doc, STR("912345678"), again);
    assert_string_equal(one, again);
    doc_reference(&next, STR("912345678"), other);
    assert_string_not_equal(one, other);
    doc_reference(&doc, STR("987654321"), other);
    assert_string_not_equal(one, other);
    assert_string_equal(one, "16039895-acd5-5ab9-a7ae-912f09d74da1");
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(references) };

    return cmocka_run_group_tests_name("doc", tests, NULL, NULL);
}
