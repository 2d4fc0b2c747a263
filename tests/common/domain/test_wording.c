/* Goal: each reader is told his half of a mark, and keys are called what the browser calls them. */
#include "domain/wording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void each_reader_is_told_his_half(void **unused)
{
    static const struct { const char *text, *command, *pages_en, *pages_nb; } rows[] = {
        { "no mark at all", "no mark at all", "no mark at all", "no mark at all" },
        { "with <bilag accept and |>a reason", "with bilag accept and a reason", "with a reason", "with a reason" },
        { "<|here>", "", "here", "here" },
        { "<vat|{=vat}>, <x|y>", "vat, x", "VAT codes, y", "Mva-koder, y" },
        { "<transfer: false|{=payment_types.transfer}>", "transfer: false", "Transferred", "Overføres" },
        { "{=auto_invoice} {0} {=0}", "Automatic invoicing {0} {=0}", "Automatic invoicing {0} {=0}",
          "Automatisk fakturering {0} {=0}" },
        { "{=no.such}", "no.such", "no.such", "no.such" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int pass = 0; pass < 3; pass++) {
            const char *wanted = pass == 0 ? rows[i].command : pass == 1 ? rows[i].pages_en : rows[i].pages_nb;
            struct strbuf out;

            strbuf_init(&out, 256);
            wording_pick(rows[i].text, pass ? WORDING_PAGES : WORDING_COMMAND, pass == 2 ? STR("nb") : STR("en"), &out);
            if (!str_equal(strbuf_str(&out), str_of(wanted)))
                fail_msg("%s, pass %d: " STR_FMT, rows[i].text, pass, STR_ARG(strbuf_str(&out)));
            strbuf_free(&out);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_reader_is_told_his_half) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
