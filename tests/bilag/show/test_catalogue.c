/* Goal: a sentence that another process has filled and kept in English is said in Norwegian as far as it is known, with what stood
 * in its places; what is not known stays as it is, to the letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <string.h>

#include "bilag/show/catalogue.h"

static void kept_sentences(void **unused)
{
    static const struct { const char *en, *nb; } rows[] = {
        { "register: is missing", "register: mangler" },
        { "lines[0].gross: must be a whole number of øre, not \"many\"", "lines[0].gross: må være et helt antall øre, ikke \"many\"" },
        { "lines[1].vat: must be a percentage from 0 to 100 with at most two decimals, not a list",
          "lines[1].vat: må være en prosent fra 0 til 100 med høyst to desimaler, ikke en liste" },
        { "register: must be a name of 1 to 64 letters, digits, '.', '_' or '-', not beginning with '.'",
          "register: må være et navn på 1 til 64 bokstaver, sifre, '.', '_' eller '-', og ikke begynne med '.'" },
        { "not JSON: wrong at byte 17", "ikke JSON: feil ved byte 17" },
        { "lines: at most 1000 on one receipt", "lines: høyst 1000 på én bong" },
        { "not msgpack: nested deeper than 16", "ikke msgpack: nøstet dypere enn 16" },
        { "venue: this token may not write bar; nothing of this line was taken",
          "venue: dette tokenet kan ikke skrive bar; ingenting av denne linjen ble tatt inn" },
        { "a sentence of 2031: that nobody knows", "a sentence of 2031: that nobody knows" },
        { "100 % of it", "100 % of it" },
        { ": ", ": " },
        { "", "" },
    };

    (void)unused;
    for (int norwegian = 0; norwegian < 2; norwegian++) {
        catalogue_speak(norwegian ? STR("nb") : STR("en"), WORDING_COMMAND);
        for (size_t i = 0; i < COUNT(rows); i++) {
            const char *wanted = norwegian ? rows[i].nb : rows[i].en;
            struct strbuf out;

            strbuf_init(&out, 4096);
            catalogue_said(str_of(rows[i].en), &out);
            if (!str_equal(strbuf_str(&out), str_of(wanted)))
                fail_msg("%s: " STR_FMT, rows[i].en, STR_ARG(strbuf_str(&out)));
            strbuf_free(&out);
        }
    }
}

static void words_of_both_tables(void **unused)
{
    (void)unused;
    catalogue_speak(STR("nb"), WORDING_COMMAND);
    assert_string_equal(catalogue_words("not there"), "finnes ikke");
    assert_string_equal(catalogue_words("sales account"), "salgskonto");
    assert_string_equal(catalogue_words("no such row"), "no such row");
    catalogue_speak(STR("en"), WORDING_COMMAND);
    assert_string_equal(catalogue_words("sales account"), "sales account");
}

/* The console's readers are told of its pages, also of what ingest kept. */
static void words_of_pages(void **unused)
{
    static const char *const kept =
        "venue: bar is not set up here, or its file is wrong, so that nobody can say whether this company's token opens it; put "
        "that right, then bilag refused retry";
    struct strbuf out;

    (void)unused;
    for (int norwegian = 0; norwegian < 2; norwegian++) {
        catalogue_speak(norwegian ? STR("nb") : STR("en"), WORDING_PAGES);
        strbuf_init(&out, 4096);
        catalogue_said(str_of(kept), &out);
        strbuf_char(&out, '\0');
        assert_non_null(strstr(out.bytes, norwegian ? "venue: bar er ikke satt opp her" : "venue: bar is not set up here"));
        assert_non_null(strstr(out.bytes, norwegian ? "ta inn linjen på nytt" : "take the line in again"));
        assert_null(strstr(out.bytes, "retry"));
        strbuf_free(&out);
    }
    assert_string_equal(catalogue_words("there is no venue %.*s; `bilag venues list` shows those there are"),
                        "salgsstedet %.*s finnes ikke");
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(kept_sentences), cmocka_unit_test(words_of_both_tables),
                                              cmocka_unit_test(words_of_pages) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
