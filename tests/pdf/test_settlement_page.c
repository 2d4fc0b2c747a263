/* Goal: the page says what the voucher says, the same draft gives the same bytes, and no text of a till can break it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pdf/settlement_page.h"
#include "tests/temporary.h"

static struct cell cells[] = {
    { .type = { "card", 4 }, .account = 1570, .vat_code = { "0", 1 }, .amount = { 9000000 }, .count = 141 },
    { .type = { "cash", 4 }, .account = 1900, .vat_code = { "0", 1 }, .amount = { 1234550 }, .count = 31 },
    { .sold = true, .type = { "beer", 4 }, .rate = 2500, .account = 3010, .vat_code = { "3", 1 }, .amount = { -3234550 },
      .count = 90, .has_vat = true, .till_vat = { 646912 } },
    { .sold = true, .type = { "food", 4 }, .rate = 1500, .account = 3001, .vat_code = { "31", 2 }, .amount = { -2000000 },
      .count = 40, .has_vat = true, .till_vat = { 260869 } },
    { .sold = true, .type = { "food", 4 }, .rate = 2500, .account = 3000, .vat_code = { "3", 1 }, .amount = { -5000000 },
      .count = 88, .has_vat = true, .till_vat = { 1000000 } },
};
static struct voucher_line lines[] = {
    { false, 1570, { "0", 1 }, 0, { NULL, 0 }, { 9000000 }, { "card", 4 }, { NULL, 0 }, { NULL, 0 } },
    { false, 1900, { "0", 1 }, 0, { NULL, 0 }, { 1234550 }, { "cash", 4 }, { NULL, 0 }, { NULL, 0 } },
    { true, 3000, { "3", 1 }, 2500, { NULL, 0 }, { -5000000 }, { "food", 4 }, { NULL, 0 }, { NULL, 0 } },
    { true, 3001, { "31", 2 }, 1500, { NULL, 0 }, { -2000000 }, { "food", 4 }, { NULL, 0 }, { NULL, 0 } },
    { true, 3010, { "3", 1 }, 2500, { NULL, 0 }, { -3234550 }, { "beer", 4 }, { NULL, 0 }, { NULL, 0 } },
};
static struct basis_register registers[] = { { { "K1", 2 }, 10180, 10300 }, { { "Bar \xc3\xb8l", 7 }, 501, 560 } };
static struct basis_z zs[] = { { { "Bar \xc3\xb8l", 7 }, 88, 501, 559 }, { { "K1", 2 }, 412, 10180, 10240 },
                               { { "K1", 2 }, 413, 10241, 10299 } };
static struct order_ref orders[] = { { { "A-5512", 6 }, { "K1/10234", 8 }, { "kunde-77", 8 }, { 250000 } } };
static struct manual_item manual[] = {
    { .what = { "gift_card", 9 }, .amount = { 50000 } },
    { .left = true, .what = { "dobbelt sl\xc3\xa5tt p\xc3\xa5 av vikaren", 29 }, .receipt = { "K1/10250", 8 },
      .amount = { 12900 } },
    { .movement = true, .what = { "bankinnskudd", 12 }, .receipt = { "K1/10299", 8 }, .amount = { -1000000 } },
};

static struct draft draft_of(const char *language)
{
    return (struct draft){
        .doc = { .kind = DOC_VOUCHER, .venue = STR("oslo-grill"), .day = 20777, .part = 1 }, .post_on = 20777,
        .company = STR("912345678"), .reference = STR("3f0c2f6e-6a3b-5b8e-9a8e-2a4f7d1c0b11"),
        .batch_id = STR("oslo-grill:20261120:1"), .text = STR("Sm\xc3\xb8rbr\xc3\xb8" "d & \xc3\x85pen B\xc3\xa5t 2026-11-20"),
        .language = str_of(language), .cells = cells, .cell_count = COUNT(cells), .lines = lines, .line_count = COUNT(lines),
        .registers = registers, .register_count = COUNT(registers), .zs = zs, .z_count = COUNT(zs),
        .orders = orders, .order_count = COUNT(orders), .manual = manual, .manual_count = COUNT(manual), .receipts = 172,
        .lines_total = { 10547450 }, .voucher_total = { 10234550 }, .orders_total = { 250000 }, .manual_total = { 62900 },
        .has_till_vat = true, .till_vat = { 1907781 }, .computed_vat = { 1907780 }, .total = { 10234550 },
    };
}

static void make(const struct draft *draft, struct strbuf *out)
{
    struct fault fault = { "" };

    strbuf_init(out, 8u << 20);
    if (settlement_page(draft, out, &fault))
        fail_msg("%s", fault.text);
    assert_true(str_starts(strbuf_str(out), STR("%PDF-")));
}

/* What poppler reads in it; the caller frees. */
static char *text_of(const struct strbuf *pdf)
{
    char path[] = "/tmp/test_settlement_page.XXXXXX", command[128];
    int fd = mkstemp(path);
    FILE *file = fdopen(fd, "wb"), *pipe;
    char *text = calloc(1, 1 << 20);

    temporary_own(path);
    assert_non_null(text);
    assert_int_equal(fwrite(pdf->bytes, 1, pdf->len, file), pdf->len);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(command, sizeof command, "pdftotext -layout %s -", path);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_true(fread(text, 1, (1 << 20) - 1, pipe) > 0);
    assert_int_equal(pclose(pipe), 0);
    assert_int_equal(temporary_remove(path), 0);
    return text;
}

static void page_says_it(void **unused)
{
    static const struct { const char *language, *texts[16]; } rows[] = {
        { "nb", { "Dagsoppgjør", "Smørbrød & Åpen Båt 2026-11-20", "912345678", "oslo-grill:20261120:1", "50 000,00",
                  "19 077,80", "19 077,81", "102 345,50", "10180–10300", "Z 412", "Bar øl", "A-5512", "kunde-77",
                  "dobbelt slått på av vikaren", "-10 000,00", "105 474,50" } },
        { "en", { "Daily settlement", "Sold, by product type", "Paid, by payment type", "VAT in the books", "receipt numbers",
                  "Sold on credit, sent as orders", "Left out of the voucher", "Other movements", "12 345,50", "90 000,00",
                  "10180–10240", "Z 88", "500,00", "2 500,00", "1/1", "Every sale in one place" } },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct draft draft = draft_of(rows[i].language);
        struct strbuf pdf;
        char *text;

        make(&draft, &pdf);
        text = text_of(&pdf);
        for (size_t k = 0; k < COUNT(rows[i].texts); k++)
            if (!strstr(text, rows[i].texts[k]))
                fail_msg("%s: \"%s\" is not in\n%s", rows[i].language, rows[i].texts[k], text);
        free(text);
        strbuf_free(&pdf);
    }
}

static void same_draft_same_bytes(void **unused)
{
    struct draft draft = draft_of("nb");
    struct strbuf first, second;

    (void)unused;
    make(&draft, &first);
    make(&draft, &second);
    assert_true(str_equal(strbuf_str(&first), strbuf_str(&second)));
    strbuf_free(&first);
    strbuf_free(&second);
}

/* What comes from a till is any bytes: cut, and never a broken page. */
static void any_text_is_shown(void **unused)
{
    static const struct { const char *why, *text, *shown; } rows[] = {
        { "half a letter", "caf\xc3", "caf?" },
        { "latin 1", "\xe5pen", "?pen" },
        { "control characters", "a\x1b[31mb\nc", "a?[31mb?c" },
        { "overlong", "\xc0\xaf\xe0\x80\xaf", "??" },
        { "beyond the first plane", "\xf0\x9f\x8d\xba" "ol", "????ol" },
        { "Polish, Czech, Latvian", "Łódź Žižkov Ķemeri", "Łódź Žižkov Ķemeri" },
        { "Greek and Cyrillic among Latin", "kafé Αθήνα Москва bar", "kafé Αθήνα Москва bar" },
        { "no font of ours", "寿司", "??" },
        { "parentheses and backslash", "(a\\b)", "(a\\b)" },
        { "ends in a letter of three bytes", "pris \xe2\x82\xac", "pris €" },
        { "far too long", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "aaaaaaaaaaaaaaaaaaaa" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct draft draft = draft_of("nb");
        struct manual_item item = { .what = str_of(rows[i].text), .amount = { 100 } };
        struct strbuf pdf;
        char *text;

        draft.manual = &item;
        draft.manual_count = 1;
        make(&draft, &pdf);
        text = text_of(&pdf);
        if (!strstr(text, rows[i].shown))
            fail_msg("%s: \"%s\" is not in\n%s", rows[i].why, rows[i].shown, text);
        free(text);
        strbuf_free(&pdf);
    }
}

/* A day with everything that a draft can hold goes on to further sheets, all of it there. */
static void many_rows_many_sheets(void **unused)
{
    enum { MANY = 300 };
    static struct manual_item many[MANY];
    static char names[MANY][16];
    struct draft draft = draft_of("en");
    struct strbuf pdf;
    char *text;

    (void)unused;
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "K1/%d", 20000 + i);
        many[i] = (struct manual_item){ .what = STR("credit"), .receipt = str_of(names[i]), .amount = { 100 } };
    }
    draft.manual = many;
    draft.manual_count = MANY;
    draft.manual_more = 7;
    make(&draft, &pdf);
    text = text_of(&pdf);
    for (int i = 0; i < MANY; i++)
        assert_non_null(strstr(text, names[i]));
    assert_non_null(strstr(text, "and 7 more, in the sums"));
    assert_non_null(strstr(text, "7/7"));
    free(text);
    strbuf_free(&pdf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_says_it),
        cmocka_unit_test(same_draft_same_bytes),
        cmocka_unit_test(any_text_is_shown),
        cmocka_unit_test(many_rows_many_sheets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
