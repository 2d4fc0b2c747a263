/* Till customers: who is alike, who is found by a search, what a file of connections says. */
#include "bilag/read/customers.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct ref_customer customers[] = {
    { 10001, 1, false, { "Hansen & S\xC3\xB8nner AS", 19 }, { "987 654 321", 11 }, { NULL, 0 } },
    { 10002, 2, true,  { "Arkivet AS", 10 }, { "912345675", 9 }, { NULL, 0 } },
    { 10003, 3, false, { "\xC3\x85s Kommune", 11 }, { "NO964948798MVA", 14 }, { NULL, 0 } },
    { 10004, 4, false, { "Dobbelt AS", 10 }, { "", 0 }, { NULL, 0 } },
    { 10005, 5, false, { "DOBBELT AS", 10 }, { "", 0 }, { NULL, 0 } },
    { 10006, 6, false, { "964948798", 9 }, { "", 0 }, { NULL, 0 } },
};
static const struct refdata data = { .have = REF_CUSTOMERS, .customers = customers, .customer_count = COUNT(customers) };

/* Goal: an organisation number in any of its spellings decides before a name; several and archived ones never. */
static void suggestion_table(void **unused)
{
    static const struct { const char *why, *till; enum suggestion suggestion; int64_t no; } rows[] = {
        { "number with blanks",         "987654321",             SUGGEST_ORG_NO,  10001 },
        { "country and VAT mark",       "NO 987 654 321 MVA",    SUGGEST_ORG_NO,  10001 },
        { "number before name",         "964948798",             SUGGEST_ORG_NO,  10003 },
        { "name without case",          "hansen & s\xC3\x98NNER as", SUGGEST_NAME, 10001 },
        { "name without marks",         "Hansen  S\xC3\xB8nner, AS", SUGGEST_NAME, 10001 },
        { "capital with a mark",        "\xC3\xA5s kommune",     SUGGEST_NAME,    10003 },
        { "two of the name",            "dobbelt as",            SUGGEST_SEVERAL, 10004 },
        { "archived, by name",          "Arkivet AS",            SUGGEST_NONE,    0 },
        { "archived, by number",        "912345675",             SUGGEST_NONE,    0 },
        { "eight digits are no number", "98765432",              SUGGEST_NONE,    0 },
        { "part of a name is no name",  "Hansen",                SUGGEST_NONE,    0 },
        { "nothing to compare",         "-- ",                   SUGGEST_NONE,    0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ref_customer *customer = NULL;
        enum suggestion suggestion = customer_suggest(&data, str_of(rows[i].till), &customer);

        if (suggestion != rows[i].suggestion || (rows[i].no && (!customer || customer->no != rows[i].no)))
            fail_msg("%s: %d, %" PRId64, rows[i].why, suggestion, customer ? customer->no : 0);
    }
}

/* Goal: searchable by name, number and organisation number. */
static void search_table(void **unused)
{
    static const struct { const char *text; unsigned found; } rows[] = {
        { "",          0x3f }, { "as",      0x1b }, { "S\xC3\x98NN", 0x01 }, { "1000",      0x3f },
        { "10003",     0x04 }, { "9649",    0x24 },          { "987 654",     0x01 }, { "54321",     0x00 },
        { "kommune \xC3\xA5", 0x00 }, { "hansen s\xC3\xB8nner", 0x01 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        unsigned found = 0;

        for (size_t k = 0; k < COUNT(customers); k++)
            found |= (unsigned)customer_matches(&customers[k], str_of(rows[i].text)) << k;
        if (found != rows[i].found)
            fail_msg("\"%s\" finds %x", rows[i].text, found);
    }
}

/* Goal: whatever a spreadsheet writes is read; what cannot be meant is named by its line. */
static void file_table(void **unused)
{
    static const struct { const char *why, *bytes, *rows; size_t faults; const char *fault; } rows[] = {
        { "semicolons",          "a;10001\nb;10002\n",                "a=10001 b=10002 ", 0, "" },
        { "a heading",           "Kunde;Nummer\na;10001\n",           "a=10001 ", 0, "" },
        { "mark, CR, no end",    "\xEF\xBB\xBF" "a;10001\r\nb;2",     "a=10001 b=2 ", 0, "" },
        { "commas",              "a,10001,Hansen\n",                  "a=10001 ", 0, "" },
        { "tabs and blanks",     " a \t 10001 \n\n  \n",              "a=10001 ", 0, "" },
        { "quotes",              "\"a;b\";10001\n\"say \"\"hi\"\"\";2\n", "a;b=10001 say \"hi\"=2 ", 0, "" },
        { "twice the same",      "a;1\na;1\n",                        "a=1 ", 0, "" },
        { "twice, differing",    "a;1\nb;1\na;2\n",                   "a=1 b=1 ", 1, "line 3: " },
        { "no number",           "a;1\nb;x\n",                        "a=1 ", 1, "line 2: " },
        { "no customer",         "a;1\n;2\n",                         "a=1 ", 1, "line 2: " },
        { "zero is no number",   "x;y\na;0\n",                        "", 1, "line 2: " },
        { "too large",           "x;y\na;1234567890123456789\n",      "", 1, "line 2: " },
        { "negative",            "x;y\na;-1\n",                       "", 1, "line 2: " },
        { "nothing",             "",                                  "", 0, "" },
        { "an open quote",       "a;1\n\"b;2\n",                      "a=1 ", 1, "line 2: " },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct customer_file file;
        struct strbuf read;
        struct arena arena;

        arena_init(&arena, 1 << 20);
        strbuf_init(&read, 4096);
        assert_int_equal(customer_file_parse(str_of(rows[i].bytes), &arena, &file), ERR_OK);
        for (size_t k = 0; k < file.count; k++)
            strbuf_format(&read, STR_FMT "=%" PRId64 " ", STR_ARG(file.rows[k].till_customer), file.rows[k].number);
        if (!str_equal(strbuf_str(&read), str_of(rows[i].rows)) || file.fault_count != rows[i].faults ||
            (file.fault_count && strncmp(file.faults[0].text, rows[i].fault, strlen(rows[i].fault)) != 0))
            fail_msg("%s: %.*s, %zu faults, %s", rows[i].why, STR_ARG(strbuf_str(&read)), file.fault_count,
                     file.fault_count ? file.faults[0].text : "");
        strbuf_free(&read);
        arena_free(&arena);
    }
}

/* Goal: a customer is counted by order, by what waits and by what was left to be invoiced by hand, and listed once. */
static void noted(void **unused)
{
    struct manual_item manual[] = {
        { .what = STR("credit"), .customer = STR("b"), .receipt = STR("K1/1") },
        { .movement = true, .what = STR("float"), .customer = STR("c") },
        { .what = STR("gift_card") },
    };
    struct draft order = { .doc = { .kind = DOC_ORDER, .venue = STR("v"), .day = 100 }, .customer = STR("b") };
    struct draft voucher = { .doc = { .venue = STR("v"), .day = 101 }, .manual = manual, .manual_count = COUNT(manual) };
    struct draft other = { .doc = { .kind = DOC_ORDER, .venue = STR("v"), .day = 99 }, .customer = STR("a") };
    struct draft nobody = { .doc = { .kind = DOC_ORDER, .venue = STR("v") } };
    struct arena arena;
    struct till_customers list = { .arena = &arena };

    (void)unused;
    arena_init(&arena, 1 << 20);
    assert_int_equal(till_customers_note(&list, &order, true), ERR_OK);
    assert_int_equal(till_customers_note(&list, &order, false), ERR_OK);
    assert_int_equal(till_customers_note(&list, &voucher, false), ERR_OK);
    assert_int_equal(till_customers_note(&list, &other, false), ERR_OK);
    assert_int_equal(till_customers_note(&list, &nobody, true), ERR_OK);
    assert_int_equal(list.count, 2);
    assert_true(str_equal(list.at[0].name, STR("a")) && list.at[0].orders == 1 && list.at[0].last_day == 99);
    assert_true(str_equal(list.at[1].name, STR("b")) && list.at[1].orders == 2 && list.at[1].waiting == 1 &&
                list.at[1].manual == 1 && list.at[1].last_day == 101);
    arena_free(&arena);
}

/* Goal: a thousand names, in whatever order they come, are found again, in order, each once. */
static void many(void **unused)
{
    struct arena arena;
    struct till_customers list = { .arena = &arena };

    (void)unused;
    arena_init(&arena, 1 << 20);
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < 1000; i++) {
            char name[16];

            (void)snprintf(name, sizeof name, "k%03u", (i * 389 + 7) % 1000);
            assert_non_null(till_customers_of(&list, str_of(name)));
        }
    assert_int_equal(list.count, 1000);
    for (size_t i = 1; i < list.count; i++)
        assert_true(str_compare(list.at[i - 1].name, list.at[i].name) < 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suggestion_table), cmocka_unit_test(search_table), cmocka_unit_test(file_table),
        cmocka_unit_test(noted), cmocka_unit_test(many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
