/* Goal: what an asker may want is what one table says, whatever else is written into an address; errand and answer come out as they
 * went in, or not at all; two readings of one installation are alike, with keys and with their marks, and of no other. */
#include "poweroffice/errand.h"

#include "poweroffice/asker.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void reads_alone(void **unused)
{
    static const struct { const char *path; bool reads; } rows[] = {
        { "/VatCodes", true },                         { "/Customers?PageNumber=1&PageSize=5000", true },
        { "/VatCodes/", false },                       { "/VatCodes/1", false },
        { "/vatcodes", false },                        { "/Vouchers/CashJournals", false },
        { "/Products/../Vouchers", false },            { "/Products%2f..%2fVouchers", false },
        { "/Onboarding/Initiate", false },             { "", false },
        { "?", false },                                { "VatCodes", false },
        { "/VatCodes?a=b c", false },                  { "/VatCodes?a\r\nX: y", false },
        { "/VatCodes#x", false },                      { "/VatCodes?\xc3\xa5", false },
        { "//VatCodes", false },                       { "http://elsewhere/VatCodes", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (errand_reads(str_of(rows[i].path)) != rows[i].reads)
            fail_msg("\"%s\"", rows[i].path);
    assert_false(errand_reads((struct str){ "/VatCodes\0", 10 }));
}

static void errands_come_as_they_went(void **unused)
{
    struct errand to = { .kind = ERRAND_GET, .number = 17, .venue = "oslo", .client = "0123456789abcdef",
                         .path = "/Customers?PageNumber=1&Fields=\"Id\"" }, from;
    struct strbuf text;

    (void)unused;
    strbuf_init(&text, ERRAND_BYTES_MAX);
    errand_write(&to, &text);
    assert_int_equal(errand_read(strbuf_str(&text), &from), ERR_OK);
    assert_int_equal(from.kind, ERRAND_GET);
    assert_int_equal(from.number, 17);
    assert_string_equal(from.venue, to.venue);
    assert_string_equal(from.client, to.client);
    assert_string_equal(from.path, to.path);
    strbuf_reset(&text);
    errand_write(&(struct errand){ .kind = ERRAND_HELLO }, &text);
    assert_int_equal(errand_read(strbuf_str(&text), &from), ERR_OK);
    assert_int_equal(from.kind, ERRAND_HELLO);
    strbuf_reset(&text);
    errand_write(&(struct errand){ .kind = ERRAND_READ, .number = 3, .venue = "oslo", .client = "0123456789abcdef" }, &text);
    assert_int_equal(errand_read(strbuf_str(&text), &from), ERR_OK);
    assert_true(from.kind == ERRAND_READ && from.number == 3 && strcmp(from.venue, "oslo") == 0 &&
                strcmp(from.client, "0123456789abcdef") == 0);
    strbuf_reset(&text);
    to = (struct errand){ .kind = ERRAND_PAGES, .number = 4, .company = "912345678", .extension = 9,
                          .state = "0123456789abcdefghijklmnopqrstuvwxyzABCDE-_" };
    errand_write(&to, &text);
    assert_int_equal(errand_read(strbuf_str(&text), &from), ERR_OK);
    assert_true(from.kind == ERRAND_PAGES && from.number == 4 && from.extension == 9);
    assert_string_equal(from.company, to.company);
    assert_string_equal(from.state, to.state);
    strbuf_free(&text);
}

#define PAGES(extension, state) "{\"errand\":\"pages\",\"number\":8,\"company\":\"9\",\"extension\":" extension ",\"state\":\"" state "\"}"
#define STATE_42 "0123456789abcdefghijklmnopqrstuvwxyzABCDEF"

static void what_is_no_errand(void **unused)
{
    static const struct { const char *text; int64_t number; } rows[] = {
        { "", 0 }, { "[]", 0 }, { "{\"errand\":\"hello\"}", 0 }, { "{\"errand\":\"post\",\"number\":3}", 3 },
        { "{\"errand\":\"get\",\"number\":4,\"venue\":\"a\",\"client\":\"b\"}", 4 },
        { "{\"errand\":\"get\",\"number\":5,\"venue\":7,\"client\":\"b\",\"path\":\"/VatCodes\"}", 5 },
        { "{\"errand\":\"hellohellohellohello\",\"number\":6}", 6 },
        { "{\"errand\":\"read\",\"number\":7,\"venue\":\"a\"}", 7 },
        { PAGES("0", STATE_42), 8 },         { PAGES("0", STATE_42 "GH"), 8 },    { PAGES("0", STATE_42 "&"), 8 },
        { PAGES("-1", STATE_42 "G"), 8 },    { PAGES("10", STATE_42 "G"), 8 },
    };
    static char large[ERRAND_BYTES_MAX + 2];
    struct errand errand;

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (errand_read(str_of(rows[i].text), &errand) != ERR_FORMAT)
            fail_msg("%s", rows[i].text);
        assert_int_equal(errand.number, rows[i].number);
    }
    memset(large, ' ', sizeof large - 1);
    memcpy(large, "{\"errand\":\"hello\",\"number\":1}", 29);
    assert_int_equal(errand_read(str_of(large), &errand), ERR_FORMAT);
    (void)snprintf(large, sizeof large, "{\"errand\":\"get\",\"number\":1,\"venue\":\"a\",\"client\":\"b\","
                   "\"path\":\"/VatCodes?%*d\"}", ERRAND_PATH_SIZE, 1);
    assert_int_equal(errand_read(str_of(large), &errand), ERR_FORMAT);
}

static void answers_come_as_they_went(void **unused)
{
    struct errand_answer to = { .number = 9, .refusal = ERRAND_TAKEN, .set_up = "0123",
        .mark = "0123456789abcdef", .address = "https://go.example/x?y=\"",
        .answer = { .outcome = OUTCOME_LOGIN, .status = 403, .last_page = true, .next = { true, 3, 500 }, .closed = true,
                    .subscription_refused = true, .title = "No \"way\"", .detail = "line\nline", .took_ms = 12 } }, from;
    struct strbuf text;

    (void)unused;
    strbuf_init(&text, ERRAND_BYTES_MAX);
    errand_answer_write(&to, &text);
    assert_int_equal(errand_answer_read(strbuf_str(&text), STR("[1]"), &from), ERR_OK);
    assert_true(from.number == 9 && from.refusal == ERRAND_TAKEN && from.answer.outcome == OUTCOME_LOGIN);
    assert_true(from.answer.status == 403 && from.answer.last_page && from.answer.closed && from.answer.subscription_refused);
    assert_true(from.answer.next.said && from.answer.next.number == 3 && from.answer.next.size == 500);
    assert_string_equal(from.answer.title, to.answer.title);
    assert_string_equal(from.answer.detail, to.answer.detail);
    assert_string_equal(from.set_up, to.set_up);
    assert_string_equal(from.mark, to.mark);
    assert_string_equal(from.address, to.address);
    assert_true(str_equal(from.answer.body, STR("[1]")) && from.answer.took_ms == 12);
    assert_int_equal(errand_answer_read(STR("{\"number\":1,\"taken\":\"perhaps\",\"outcome\":\"done\"}"), STR_NONE, &from),
                     ERR_FORMAT);
    assert_int_equal(errand_answer_read(STR("{\"number\":1,\"taken\":\"taken\",\"outcome\":\"well\"}"), STR_NONE, &from),
                     ERR_FORMAT);
    assert_int_equal(errand_answer_read(STR("nothing"), STR_NONE, &from), ERR_FORMAT);
    strbuf_free(&text);
    for (size_t i = ERRAND_BUSY; i < ERRAND_REFUSAL_COUNT; i++)
        assert_true(errand_refusal_words((enum errand_refusal)i)[0]);
}

static void alike_with_keys_and_marks(void **unused)
{
    struct venue venue = { .id = STR("oslo"), .client_id = STR("0123456789abcdef"), .company = STR("912345678") };
    struct config keyed = { .holds_keys = true, .token_url = STR("http://t"), .api_url = STR("http://a"), .venues = &venue,
                            .venue_count = 1, .subscription_key = STR("sekret-1"), .application_keys = { STR("sekret-2") } };
    struct config marked = keyed, other;
    char one[SET_UP_SIZE], two[SET_UP_SIZE];
    struct arena arena;

    (void)unused;
    arena_init(&arena, 1u << 16);
    marked.holds_keys = false;
    marked.subscription_key = keymark_of(keyed.subscription_key, &arena);
    marked.application_keys[0] = keymark_of(keyed.application_keys[0], &arena);
    assert_true(errand_set_up(&keyed, &arena, one) && errand_set_up(&marked, &arena, two));
    assert_string_equal(one, two);
    for (int i = 0; i < 4; i++) {
        struct venue changed = venue;

        other = marked;
        other.venues = &changed;
        other.api_url = i == 0 ? STR("http://b") : other.api_url;
        other.subscription_key = i == 1 ? STR("fedcba9876543210") : other.subscription_key;
        changed.client_id = i == 2 ? STR("fedcba9876543210") : changed.client_id;
        other.venue_count = i == 3 ? 0 : 1;
        assert_true(errand_set_up(&other, &arena, two));
        assert_string_not_equal(one, two);
    }
    arena_free(&arena);
}

static void no_uploader_no_asker(void **unused)
{
    struct config config = { .language = STR("en") };
    struct asker *asker = NULL;
    struct fault fault;
    char folder[64];

    (void)unused;
    assert_true(temporary_folder("asker", folder, sizeof folder));
    config.run_dir = config.state_dir = str_of(folder);
    assert_int_equal(asker_open(&config, &asker, &fault), ERR_NOT_FOUND);
    assert_non_null(strstr(fault.text, "does not run"));
    assert_null(asker);
    asker_close(asker);
    assert_int_equal(temporary_remove(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_alone),               cmocka_unit_test(errands_come_as_they_went),
        cmocka_unit_test(what_is_no_errand),         cmocka_unit_test(answers_come_as_they_went),
        cmocka_unit_test(alike_with_keys_and_marks), cmocka_unit_test(no_uploader_no_asker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
