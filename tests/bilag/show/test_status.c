/* Goal: what programs rely on in `status --json` is there whatever a till wrote, and the day's proof adds up. */
#include "bilag/show/status.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 20777, ARENA_BYTES = 1 << 20 };

static struct book_doc voucher(uint32_t part, int64_t lines, int64_t voucher_ore, int64_t orders, int64_t manual)
{
    return (struct book_doc){
        .id = STR("grill/2026-11-20/1"), .state = DOC_SENT,
        .draft = { .doc = { .kind = DOC_VOUCHER, .venue = STR("grill"), .day = DAY, .part = part },
                   .lines_total = { lines }, .voucher_total = { voucher_ore }, .orders_total = { orders },
                   .manual_total = { manual }, .total = { voucher_ore } },
    };
}

/* Parts of one day are one proof; orders stand in their part's voucher; a difference is shown, not hidden. */
static void proof_table(void **unused)
{
    static const struct {
        const char *why;
        int64_t part[2][4];              /* lines, voucher, orders, manual */
        int64_t lines, difference;
    } rows[] = {
        { "one part",            { { 100, 60, 30, 10 }, { 0, 0, 0, 0 } },      100, 0 },
        { "two parts",           { { 100, 60, 30, 10 }, { 50, 50, 0, 0 } },    150, 0 },
        { "refunds only",        { { -100, -100, 0, 0 }, { 0, 0, 0, 0 } },    -100, 0 },
        { "an øre is missing",   { { 100, 60, 30, 9 }, { 0, 0, 0, 0 } },       100, 1 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct book_doc docs[3];
        struct book_list list = { docs, COUNT(docs) };
        struct arena arena;
        struct day_proof *days;
        size_t count;

        for (uint32_t part = 0; part < 2; part++)
            docs[part] = voucher(part + 1, rows[i].part[part][0], rows[i].part[part][1], rows[i].part[part][2],
                                 rows[i].part[part][3]);
        docs[2] = (struct book_doc){ .draft = { .doc = { .kind = DOC_ORDER, .day = DAY }, .total = { 30 } } };
        arena_init(&arena, ARENA_BYTES);
        assert_int_equal(status_prove(&list, &arena, &days, &count), ERR_OK);
        if (count != 1 || days[0].lines.ore != rows[i].lines || days[0].difference.ore != rows[i].difference)
            fail_msg("%s: %zu days, lines %lld, difference %lld", rows[i].why, count, (long long)days[0].lines.ore,
                     (long long)days[0].difference.ore);
        arena_free(&arena);
    }
}

static void red_and_empty_table(void **unused)
{
    static const struct { const char *why; enum doc_state state; size_t lines; bool sealed, red, empty; } rows[] = {
        { "held",                 DOC_HELD,     1, false, true,  false },
        { "held without lines",   DOC_HELD,     0, false, true,  false },
        { "failed",               DOC_FAILED,   1, true,  true,  false },
        { "sent",                 DOC_SENT,     1, true,  false, false },
        { "open",                 DOC_OPEN,     1, false, false, false },
        { "withdrawn",            DOC_OPEN,     0, false, false, true },
        { "waiting",              DOC_WAITING,  1, false, false, false },
        { "reversed, now empty",  DOC_REVERSED, 0, true,  false, false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct book_doc doc = { .state = rows[i].state, .status = { .sealed = rows[i].sealed },
                                .draft = { .line_count = rows[i].lines } };

        if (book_doc_is_red(&doc) != rows[i].red || book_doc_is_empty(&doc) != rows[i].empty)
            fail_msg("%s: red %d, empty %d", rows[i].why, book_doc_is_red(&doc), book_doc_is_empty(&doc));
    }
}

/* One venue with everything that could break a document: quotes, controls, markup, an order, a problem. */
static void json_is_json(void **unused)
{
    static const char odd[] = "\"quoted\"\n<b>&\\ \x01 \xc3\xb8re";
    struct voucher_line line = { .sold = true, .account = 3000, .vat_code = STR("3"), .department = STR("10"),
                                 .amount = { -INT64_C(9007199254740991) }, .text = str_of(odd) };
    struct manual_item item = { .movement = true, .what = str_of(odd), .amount = { -200000 }, .receipt = STR("K1/5") };
    struct order_line order_line = { .product = STR("MAT"), .account = 3000, .vat_code = STR("3"), .share = { 100 } };
    struct book_doc docs[2] = { voucher(1, 0, 0, 0, 0) };
    struct stage_state stages[2] = { { .stage = "ingest", .up = true, .pid = 7, .counter_count = 1 },
                                     { .stage = "mapper", .has_lag = true, .lag = 5 } };
    struct config config = { .language = STR("en") };
    struct voice voice = { .language = config.language };
    struct whole_status whole = { .config = &config, .now_ms = INT64_C(1795214467000), .stages = stages, .stage_count = 2,
                                  .venues = 1 };
    struct venue_status venue = { .id = STR("grill"), .name = str_of(odd), .company = STR("912345678"),
                                  .connected = CONNECTED_UNKNOWN, .list = { docs, 2 } };
    struct strbuf out;
    cJSON *root, *told, *doc;

    (void)unused;
    stages[0].counters[0] = (struct stage_counter){ STR("accepted"), 3 };
    docs[0].state = DOC_HELD;
    docs[0].draft.lines = &line;
    docs[0].draft.line_count = 1;
    docs[0].draft.manual = &item;
    docs[0].draft.manual_count = 1;
    problems_add(&docs[0].draft.problems, &(struct problem){ .code = PROBLEM_ACCOUNT_UNKNOWN, .arg = { str_of(odd) },
                                                             .first = STR("K1/1"), .count = 2 });
    docs[1] = (struct book_doc){ .id = STR("grill/order/K1/6"), .state = DOC_SENT,
                                 .status = { .known = true, .number = 1187, .sent_ms = INT64_C(1795214467000) },
                                 .draft = { .doc = { .kind = DOC_ORDER, .day = DAY }, .order_no = STR("A-1"),
                                            .customer = str_of(odd), .order_lines = &order_line, .order_line_count = 1 } };
    strbuf_init(&out, ARENA_BYTES);
    status_json.begin(&voice, &whole, &out);
    status_json.venue(&voice, &whole, &venue, &out);
    status_json.end(&voice, &whole, &out);
    assert_false(out.failed);
    root = cJSON_ParseWithLength(out.bytes, out.len);
    if (!root)
        fail_msg("not JSON: %.*s", (int)out.len, out.bytes);
    told = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "venues"), 0);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(told, "connected")));
    doc = cJSON_GetArrayItem(cJSON_GetObjectItem(told, "documents"), 0);
    assert_string_equal(cJSON_GetObjectItem(doc, "business_day")->valuestring, "2026-11-20");
    assert_string_equal(cJSON_GetObjectItem(doc, "state")->valuestring, "held");
    assert_null(cJSON_GetObjectItem(doc, "voucher_no"));
    assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(doc, "problems"), 0), "code")->valuestring,
                        "account-unknown");
    assert_non_null(strstr(out.bytes, "\"amount\":-9007199254740991"));
    doc = cJSON_GetArrayItem(cJSON_GetObjectItem(told, "documents"), 1);
    assert_string_equal(cJSON_GetObjectItem(doc, "kind")->valuestring, "order");
    assert_int_equal(cJSON_GetObjectItem(doc, "order_no")->valueint, 1187);
    assert_string_equal(cJSON_GetObjectItem(doc, "customer")->valuestring, odd);
    assert_int_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(told, "manual"), 0), "amount")->valueint,
                     -200000);
    doc = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "stages"), 1);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(doc, "pid")) && cJSON_IsFalse(cJSON_GetObjectItem(doc, "up")));
    assert_int_equal(cJSON_GetObjectItem(doc, "lag")->valueint, 5);
    cJSON_Delete(root);
    strbuf_free(&out);
}

/* What tills and PowerOffice wrote never becomes markup. */
static void html_is_escaped(void **unused)
{
    struct book_doc docs[1] = { voucher(1, 0, 0, 0, 0) };
    struct config config = { .language = STR("nb") };
    struct voice voice = { .language = config.language };
    struct whole_status whole = { .config = &config };
    struct venue_status venue = { .id = STR("grill"), .name = STR("<script>x</script>"), .list = { docs, 1 } };
    struct strbuf out;

    (void)unused;
    docs[0].state = DOC_FAILED;
    docs[0].status.words = STR("<img src=x>");
    strbuf_init(&out, ARENA_BYTES);
    status_html.begin(&voice, &whole, &out);
    status_html.venue(&voice, &whole, &venue, &out);
    status_html.end(&voice, &whole, &out);
    strbuf_char(&out, '\0');
    assert_null(strstr(out.bytes, "<script>x"));
    assert_null(strstr(out.bytes, "<img"));
    assert_non_null(strstr(out.bytes, "\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src "
                           "&#39;sha256-"));
    assert_null(strstr(out.bytes, "unsafe"));
    assert_null(strstr(out.bytes, " src=\""));
    assert_non_null(strstr(out.bytes, "&#60;img src=x&#62;"));
    strbuf_free(&out);
}

/* One venue and one server with everything that there is to say. */
static void tell_all(const struct status_form *form, struct str language, struct strbuf *out)
{
    static struct voucher_line line = { .account = 1900, .amount = { 100 } };
    static struct manual_item items[] = {
        { .movement = true, .what = STR("x"), .amount = { -2000 } },
        { .what = STR("x"), .amount = { 100 }, .receipt = STR("K1/5"), .order = STR("A-1"), .customer = STR("Y") },
    };
    static struct problem problem = { .code = PROBLEM_ACCOUNT_UNKNOWN, .arg = { STR("3000") }, .count = 2 };
    static const enum doc_state states[] = { DOC_FAILED, DOC_OPEN, DOC_SENDING, DOC_WAITING, DOC_SENT, DOC_SENT, DOC_SENT,
                                             DOC_SENT, DOC_SENT, DOC_SENT };      /* more than are shown */
    struct book_doc docs[COUNT(states)];
    struct day_proof day = { .day = DAY, .has_z = true, .z = { 1 }, .lines = { 2 }, .difference = { 3 }, .has_till_vat = true };
    struct stage_state stages[2] = { { .stage = "ingest", .up = true },
                                     { .stage = "mapper", .has_lag = true, .lag = 5, .damaged_days = 3,
                                       .damaged_day = STR("grill/2026-11-20") } };
    struct config config = { .language = language };
    struct voice voice = { .language = config.language };
    struct venue at = { .id = STR("grill") };
    struct zone *zone = NULL;
    struct whole_status whole = { .config = &config, .now_ms = INT64_C(1795214467000), .stages = stages, .stage_count = 2,
                                  .backlog = { 3, INT64_C(1795214467000), "grill/2026-11-20/1" }, .outage = true,
                                  .refused_total = 4, .states = { [DOC_OPEN] = 1 }, .red = 1, .warned = 2,
                                  .begun = { .at = { { STR("grill"), STR("forgotten-1") } }, .count = 1 } };
    struct venue_status venue = { .id = STR("grill"), .name = STR("Grill"), .venue = &at, .connected = CONNECTED_NO,
                                  .missing_privileges = STR("X"), .list = { docs, COUNT(docs) }, .days = &day,
                                  .day_count = 1, .refused = 4 };

    assert_int_equal(zone_open(STR("Europe/Oslo"), &zone, NULL), ERR_OK);
    at.zone = zone;
    for (size_t i = 0; i < COUNT(docs); i++) {
        docs[i] = voucher(1, 0, 0, 0, 0);
        docs[i].state = states[i];
        docs[i].status = (struct send_status){ .number = 7, .work = "POST", .since_ms = whole.now_ms, .words = STR("X") };
        docs[i].draft.lines = &line;
        docs[i].draft.line_count = 1;
        docs[i].draft.post_on = DAY + 1;
    }
    docs[5].draft.doc.kind = DOC_ORDER;
    docs[5].draft.customer = STR("Y");
    docs[4].status.sent_ms = docs[5].status.sent_ms = whole.now_ms;
    docs[1].draft.phase = DRAFT_OPEN;
    docs[1].status = (struct send_status){ .number = 0 };
    docs[1].asks = true;
    docs[0].draft.manual = items;
    docs[0].draft.manual_count = COUNT(items);
    docs[0].draft.manual_more = 6;
    problems_add(&docs[0].draft.problems, &problem);
    form->begin(&voice, &whole, out);
    form->venue(&voice, &whole, &venue, out);
    whole.outage = false;
    form->venue(&voice, &whole, &(struct venue_status){ .id = STR("x"), .venue = &at, .connected = CONNECTED_YES,
                                                        .transfer_allowed = true }, out);
    form->venue(&voice, &whole, &(struct venue_status){ .id = STR("y"), .fault = "F", .login_fault = STR("L") }, out);
    form->end(&voice, &whole, out);
    whole.outage = true;
    whole.warned = 1;
    whole.red = 2;
    form->end(&voice, &whole, out);
    strbuf_char(out, '\0');
    assert_false(out->failed);
    zone_close(zone);
}

/* As a word of its own, outside of tags, and no option's name. */
static const char *find_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    bool in_tag = false;
    char before = ' ';

    for (const char *at = text; *at; before = *at++) {
        in_tag = *at == '<' || (in_tag && *at != '>');
        if (!in_tag && before != '-' && !isalpha((unsigned char)before) && (unsigned char)before < 0x80 &&
            strncmp(at, word, len) == 0 && !isalpha((unsigned char)at[len]) && at[len] != '-' && (unsigned char)at[len] < 0x80)
            return at;
    }
    return NULL;
}

/* A fact of a venue begins in one column in every language; the English lines are those that people know. */
static void facts_table(void **unused)
{
    static const struct { struct str language; const char *line; bool html; } rows[] = {
        { { "en", 2 }, "a decision waits until uploader and invoicer have answered", false },
        { { "en", 2 }, "damaged mapper 0 cannot read 3 of its days, grill/2026-11-20 among them", false },
        { { "en", 2 }, "<p>A decision waits until uploader and invoicer have answered.", true },
        { { "en", 2 }, "<p class=\"red\">mapper 0 cannot read 3 of its days", true },
        { { "nb", 2 }, "<p>En beslutning venter til uploader og invoicer har svart.", true },
        { { "nb", 2 }, "En av dem: grill/2026-11-20", true },
        { { "en", 2 }, "\n  left out F\n", false }, { { "en", 2 }, "\n  login   L\n", false }, { { "en", 2 }, "\n  rights  the key lacks: X\n", false },
        { { "nb", 2 }, "\n  utelatt  F\n", false }, { { "nb", 2 }, "\n  n\xC3\xB8kkel  L\n", false },
        { { "nb", 2 }, "\n  tilgang n\xC3\xB8kkelen mangler: X\n", false },
        { { "en", 2 }, "\n  set-up  has faults, so no voucher and no order goes by itself: bilag check --venue grill\n", false },
        { { "en", 2 }, "\nbroken off bilag forget at grill (forgotten-1): stop the stages", false },
        { { "nb", 2 }, "<p class=\"red\">bilag forget ved grill (forgotten-1) ble avbrutt", true },
        { { "en", 2 }, "\n  sent    1 earlier ones; --venue grill shows them\n", false },
        { { "en", 2 }, " 1 open, 10 red, 1 open day with a warning\n", false }, { { "nb", 2 }, " 9 røde, 2 åpne dager med advarsel\n", false },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct strbuf out;

        strbuf_init(&out, ARENA_BYTES);
        tell_all(rows[i].html ? &status_html : &status_text, rows[i].language, &out);
        if (!strstr(out.bytes, rows[i].line))
            fail_msg("no \"%s\" in\n%s", rows[i].line, out.bytes);
        strbuf_free(&out);
    }
}

/* Whoever reads Norwegian reads no English between, but for the names of states, commands and settings; nor the reverse. */
static void one_language_table(void **unused)
{
    static const char *const english[] = {
        "the", "The", "and", "is", "are", "has", "of", "to", "wait", "waits", "order", "orders", "sales", "Sales", "voucher",
        "Voucher", "cash", "movement", "connected", "CONNECTED", "lines", "Lines", "since", "behind", "State", "Document",
        "Total", "Business", "sale", "document", "line", "Stages", "stages", "up", "down", "by", "item", "items", "documents", "days", "said", "try",
        "customer", "posted", "closed", "Then", "When", "yet", "proof", "total", "backlog", "red", "rights", "Difference",
    };
    static const char *const norwegian[] = {
        "er", "og", "ikke", "ordre", "salg", "Salg", "bong", "kasse", "det", "Det", "siden", "dokumenter", "oppe", "nede", "til",
        "av", "som", "Dag", "kunde", "venter", "tilkoblet", "nei", "linjer", "Hvis", "mva", "manuelt", "avstemt",
    };
    static const struct {
        const struct status_form *form; struct str language; const char *const *foreign; size_t count; const char *has;
    } rows[] = {
        { &status_text, { "en", 2 }, norwegian, COUNT(norwegian), "NOT CONNECTED" },
        { &status_text, { "nb", 2 }, english, COUNT(english), "IKKE TILKOBLET" },
        { &status_html, { "en", 2 }, norwegian, COUNT(norwegian), "Business day" },
        { &status_html, { "nb", 2 }, english, COUNT(english), "Z-rapporter" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *text, *style;
        struct strbuf out;

        strbuf_init(&out, ARENA_BYTES);
        tell_all(rows[i].form, rows[i].language, &out);
        style = strstr(out.bytes, "</style>");
        text = style ? style : out.bytes;
        if (!strstr(text, rows[i].has))
            fail_msg("%s, %s: no \"%s\" in\n%s", rows[i].form->name, rows[i].language.bytes, rows[i].has, text);
        for (size_t k = 0; k < rows[i].count; k++) {
            const char *at = find_word(text, rows[i].foreign[k]);

            if (at)
                fail_msg("%s, %s: \"%s\" in \"%.60s\"", rows[i].form->name, rows[i].language.bytes, rows[i].foreign[k], at);
        }
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proof_table),
        cmocka_unit_test(red_and_empty_table),
        cmocka_unit_test(json_is_json),
        cmocka_unit_test(html_is_escaped),
        cmocka_unit_test(facts_table),
        cmocka_unit_test(one_language_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
