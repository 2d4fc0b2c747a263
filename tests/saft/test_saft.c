/* Goal: every file of the specification gives the totals that it says, to the øre, and its Z reports are
 * what the mapper will sum; what must be refused is refused with a sentence and not one event; the same
 * receipts are the same bytes, whatever file they come from. */
#include "kit.h"

#include <cjson/cJSON.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define CASES "tests/data/saft/cases/"

enum { WORDS_MAX = 24 };

struct word_sum { char word[64]; int64_t ore; };
struct word_sums { struct word_sum at[WORDS_MAX]; size_t count; };

static void sum_add(struct word_sums *sums, struct str word, int64_t ore)
{
    size_t i = 0;

    while (i < sums->count && !str_equal(str_of(sums->at[i].word), word))
        i++;
    ensure(i < WORDS_MAX);
    if (i == sums->count)
        ensure(str_copy(word, sums->at[sums->count++].word, sizeof sums->at[0].word));
    sums->at[i].ore += ore;
}

/* What the books make of one Z period. */
struct totals {
    int64_t sales, returns, rounding, tips, gift_cards, credit_sales, credit_memos, pay_ins, pay_outs;
    uint64_t numbers;
    struct word_sums groups, payments, customers, rates, vats, training, voids;
};

static void total_receipt(struct totals *totals, const struct event *event)
{
    int64_t credit = 0, gift = 0;

    for (size_t i = 0; i < event->payment_count; i++)
        if (str_equal(event->payments[i].type, STR("credit")))
            credit += event->payments[i].amount.ore;
    if (credit > 0)
        totals->credit_sales += credit;
    else
        totals->credit_memos -= credit;
    if (credit)
        sum_add(&totals->customers, event->customer, credit);
    for (size_t i = 0; i < event->line_count && !credit; i++) {
        const struct sale_line *line = &event->lines[i];
        char rate[16];

        if (str_equal(line->product_type, STR("tip"))) {
            totals->tips += line->gross.ore;
        } else if (str_equal(line->product_type, STR("rounding"))) {
            totals->rounding += line->gross.ore;
        } else if (str_equal(line->product_type, STR("gift_card"))) {
            totals->gift_cards += line->gross.ore;
            gift += line->gross.ore;
        } else {
            totals->sales += line->gross.ore;
            totals->returns -= line->gross.ore < 0 ? line->gross.ore : 0;
            sum_add(&totals->groups, line->product_type, line->gross.ore);
            sum_add(&totals->rates, str_of(rate_text(line->vat, rate)), line->gross.ore);
            sum_add(&totals->vats, str_of(rate_text(line->vat, rate)), line->vat_amount.ore);
        }
    }
    for (size_t i = 0; i < event->payment_count && !credit; i++)
        sum_add(&totals->payments, event->payments[i].type, event->payments[i].amount.ore - (i ? 0 : gift));
}

static void total_event(struct totals *totals, const struct event *event)
{
    char number[24];

    (void)snprintf(number, sizeof number, "%" PRIu64, event->seq);
    totals->numbers++;
    if (event->kind == EVENT_RECEIPT)
        total_receipt(totals, event);
    else if (event->kind == EVENT_TRAINING)
        sum_add(&totals->training, str_of(number), 1);
    else if (event->kind == EVENT_COPY)
        sum_add(&totals->voids, str_of(number), 1);
    else if (str_starts(event->reason, STR("pay-in")))
        totals->pay_ins += event->amount.ore;
    else if (str_starts(event->reason, STR("pay-out")))
        totals->pay_outs -= event->amount.ore;
}

static struct totals total_of(struct kept *kept, const struct event *z)
{
    struct totals totals = { 0 };

    for (size_t i = 0; i < kept->count; i++) {
        struct event event = event_at(kept, i);

        if (event.series == SERIES_RECEIPTS && str_equal(event.reg, z->reg) && event.seq >= z->z.first_seq &&
            event.seq <= z->z.last_seq)
            total_event(&totals, &event);
    }
    return totals;
}

static int64_t ore_of(const cJSON *text)
{
    struct money money = { 0 };

    if (!cJSON_IsString(text) || money_parse(str_of(text->valuestring), &money))
        fail_msg("expected.json has no amount where one must be");
    return money.ore;
}

static void same(const char *file, const char *what, int64_t is, int64_t must_be)
{
    if (is != must_be)
        fail_msg("%s: %s is %" PRId64 " øre, must be %" PRId64, file, what, is, must_be);
}

/* The words that the specification's codes stand for. */
static struct str word_of(const char *code)
{
    static const struct { const char *code, *word; } words[] = {
        { "04006/PIZZA", "food" }, { "04007/BEER", "beer" }, { "04015/ENTRY", "entrance" }, { "12001/CASH", "cash" },
        { "12002/DEBCARD", "card" }, { "12011/VIPPS", "vipps" }, { "3", "25" }, { "31", "15" }, { "33", "12" },
    };

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(words[i].code, code) == 0)
            return str_of(words[i].word);
    return str_of(code);
}

/* Every entry of the object, and no other. `field`: the amount is in that field of the entry. */
static void same_sums(const char *file, const cJSON *must_be, const char *field, const struct word_sums *are)
{
    const cJSON *entry;
    size_t found = 0;

    cJSON_ArrayForEach(entry, must_be) {
        int64_t ore = ore_of(field ? cJSON_GetObjectItem(entry, field) : entry);

        for (size_t i = 0; i < are->count; i++) {
            if (!str_equal(str_of(are->at[i].word), word_of(entry->string)))
                continue;
            found++;
            same(file, entry->string, are->at[i].ore, ore);
        }
    }
    if (found != are->count || (int)found != cJSON_GetArraySize(must_be))
        fail_msg("%s: %zu sums, must be %d", file, are->count, cJSON_GetArraySize(must_be));
}

static void same_numbers(const char *file, const cJSON *must_be, const struct word_sums *are)
{
    const cJSON *entry;
    size_t i = 0;
    char number[24];

    same(file, "count of trainings or voids", (int64_t)are->count, cJSON_GetArraySize(must_be));
    cJSON_ArrayForEach(entry, must_be) {
        (void)snprintf(number, sizeof number, "%d", entry->valueint);
        assert_string_equal(are->at[i++].word, number);
    }
}

static int64_t movement_sum(const cJSON *list)
{
    const cJSON *entry;
    int64_t sum = 0;

    cJSON_ArrayForEach(entry, list)
        sum += ore_of(cJSON_GetArrayItem(entry, 2));
    return sum;
}

static void same_period(const char *file, const cJSON *must_be, struct kept *kept, const struct event *z)
{
    struct totals are = total_of(kept, z);
    const cJSON *vat = cJSON_GetObjectItem(must_be, "sales_by_vat");

#define FIELD(name) cJSON_GetObjectItem(must_be, name)
    same(file, "receipts_all", (int64_t)are.numbers, FIELD("receipts_all")->valueint);
    same(file, "cash_sales_net_of_returns", are.sales, ore_of(FIELD("cash_sales_net_of_returns")));
    same(file, "returns", are.returns, ore_of(FIELD("returns")));
    same(file, "rounding", are.rounding, ore_of(FIELD("rounding")));
    same(file, "tips", are.tips, ore_of(FIELD("tips")));
    same(file, "gift_cards_sold", are.gift_cards, ore_of(FIELD("gift_cards_sold")));
    same(file, "credit_sales", are.credit_sales, ore_of(FIELD("credit_sales")));
    same(file, "credit_memos", are.credit_memos, ore_of(FIELD("credit_memos")));
    same(file, "payins", are.pay_ins, movement_sum(FIELD("payins")));
    same(file, "payouts", are.pay_outs, movement_sum(FIELD("payouts")));
    same_sums(file, vat, "gross", &are.rates);
    same_sums(file, vat, "vat", &are.vats);
    same_sums(file, FIELD("by_group"), NULL, &are.groups);
    same_sums(file, FIELD("payments_for_cash_sales"), NULL, &are.payments);
    same_sums(file, FIELD("credit_by_customer"), NULL, &are.customers);
    same_numbers(file, FIELD("excluded_training"), &are.training);
    same_numbers(file, FIELD("excluded_void"), &are.voids);
#undef FIELD
}

static enum err read_case(const char *file, struct kept *kept, struct saft_summary *summary, struct fault *fault)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s%s", CASES, file);
    fault->text[0] = '\0';
    return read_whole(path, keep_bytes, kept, summary, fault);
}

static cJSON *expected_load(void)
{
    static char text[65536];
    FILE *file = fopen(CASES "expected.json", "r");
    size_t len;
    cJSON *tree;

    assert_non_null(file);
    len = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[len] = '\0';
    tree = cJSON_Parse(text);
    assert_non_null(tree);
    return tree;
}

static bool in(const char *file, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(*list, file) == 0)
            return true;
    return false;
}

/* What is refused books nothing; 41 has a hole, so it cannot have the totals. */
static void expected_totals(void **unused)
{
    static const char *const refused[] = { "31-truncated.xml", "34-doctype-external-entity.xml", NULL };
    static const char *const incomplete[] = { "41-missing-receipt.xml", NULL };
    cJSON *expected = expected_load();
    const cJSON *row;

    (void)unused;
    cJSON_ArrayForEach(row, expected) {
        const cJSON *periods = cJSON_GetObjectItem(row, "z_periods");
        struct saft_summary summary;
        struct fault fault;
        struct kept kept;
        int period = 0;
        enum err err;

        kept_init(&kept);
        err = read_case(row->string, &kept, &summary, &fault);
        if (in(row->string, refused)) {
            if (!err || kept.count || !fault.text[0])
                fail_msg("%s: taken, or refused without a sentence, or after %zu events", row->string, kept.count);
        } else if (err) {
            fail_msg("%s: %s", row->string, fault.text);
        }
        for (size_t i = 0; i < kept.count && !in(row->string, incomplete); i++) {
            struct event event = event_at(&kept, i);

            if (event.kind == EVENT_Z_REPORT)
                same_period(row->string, cJSON_GetArrayItem(periods, period++), &kept, &event);
        }
        if (!err && !in(row->string, incomplete))
            same(row->string, "Z reports", period, cJSON_GetArraySize(periods));
        kept_free(&kept);
    }
    cJSON_Delete(expected);
}

/* The Z's sums as the mapper compares them: against all lines and payments of its numbers. */
static int64_t z_distance(struct kept *kept, const struct event *z)
{
    struct word_sums rates = { 0 }, payments = { 0 };
    int64_t distance = 0;
    char rate[16];

    for (size_t i = 0; i < kept->count; i++) {
        struct event event = event_at(kept, i);

        if (event.kind != EVENT_RECEIPT || event.seq < z->z.first_seq || event.seq > z->z.last_seq)
            continue;
        for (size_t j = 0; j < event.line_count; j++)
            sum_add(&rates, str_of(rate_text(event.lines[j].vat, rate)), -event.lines[j].gross.ore);
        for (size_t j = 0; j < event.payment_count; j++)
            sum_add(&payments, event.payments[j].type, -event.payments[j].amount.ore);
    }
    for (size_t i = 0; i < z->z.sales_by_vat_count; i++)
        sum_add(&rates, str_of(rate_text(z->z.sales_by_vat[i].vat, rate)), z->z.sales_by_vat[i].amount.ore);
    for (size_t i = 0; i < z->z.payment_count; i++)
        sum_add(&payments, z->z.payments[i].type, z->z.payments[i].amount.ore);
    for (size_t i = 0; i < rates.count; i++)
        distance += llabs(rates.at[i].ore);
    for (size_t i = 0; i < payments.count; i++)
        distance += llabs(payments.at[i].ore);
    return distance;
}

static void z_tells(void **unused)
{
    static const struct { const char *file; int64_t distance; } rows[] = {
        { "10-plain.xml", 0 },  { "11-unsigned-amounts.xml", 0 }, { "12-namespace-prefix-n1.xml", 0 },
        { "41-missing-receipt.xml", 16545 + 16500 },                 /* one sale, and its cash */
        { "43-z-total-wrong.xml", 5000 },
        { "50-tips-outside-amount.xml", 0 }, { "53-gift-card-mixed-receipt.xml", 0 }, { "54-credit-sales.xml", 0 },
        { "59-training-void-payin-payout-float.xml", 0 }, { "61-z-after-midnight.xml", 0 },
        { "66-vendor-own-vat-codes.xml", 0 }, { "70a-split-part1.xml", 0 }, { "70c-overlap-whole-day.xml", 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct saft_summary summary;
        struct fault fault;
        struct kept kept;
        int64_t distance = 0;

        kept_init(&kept);
        if (read_case(rows[i].file, &kept, &summary, &fault))
            fail_msg("%s: %s", rows[i].file, fault.text);
        for (size_t j = 0; j < kept.count; j++) {
            struct event event = event_at(&kept, j);

            if (event.kind == EVENT_Z_REPORT)
                distance += z_distance(&kept, &event);
        }
        same(rows[i].file, "what Z and receipts differ", distance, rows[i].distance);
        same(rows[i].file, "the note of it", summary.notes[SAFT_Z_DIFFERS].count != 0, rows[i].distance != 0);
        kept_free(&kept);
    }
}

static void midnight_day(void **unused)
{
    struct saft_summary summary;
    struct fault fault;
    struct kept kept;
    struct event z;
    char day[16];

    (void)unused;
    kept_init(&kept);
    assert_int_equal(read_case("61-z-after-midnight.xml", &kept, &summary, &fault), ERR_OK);
    z = event_at(&kept, kept.count - 1);
    assert_int_equal(z.kind, EVENT_Z_REPORT);
    assert_string_equal(day_text(z.z.business_day, day), "2025-06-10");
    assert_int_equal(z.z.first_seq, 101);
    assert_int_equal(z.z.last_seq, 102);
    kept_free(&kept);
}

/* Signs, prefixes and repetition change nothing: what the log compares is these bytes. */
static void same_bytes(void **unused)
{
    static const struct { const char *a, *b; } rows[] = {
        { "10-plain.xml", "10-plain.xml" }, { "10-plain.xml", "11-unsigned-amounts.xml" },
        { "10-plain.xml", "12-namespace-prefix-n1.xml" }, { "54-credit-sales.xml", "54-credit-sales.xml" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kept a, b;
        struct fault fault;

        kept_init(&a);
        kept_init(&b);
        assert_int_equal(read_case(rows[i].a, &a, NULL, &fault), ERR_OK);
        assert_int_equal(read_case(rows[i].b, &b, NULL, &fault), ERR_OK);
        if (!a.count || !kept_equal(&a, &b))
            fail_msg("%s and %s differ", rows[i].a, rows[i].b);
        kept_free(&a);
        kept_free(&b);
    }
}

static void overlap(void **unused)
{
    struct kept part, whole;
    struct fault fault;
    size_t shared = 0;

    (void)unused;
    kept_init(&part);
    kept_init(&whole);
    assert_int_equal(read_case("70a-split-part1.xml", &part, NULL, &fault), ERR_OK);
    assert_int_equal(read_case("70c-overlap-whole-day.xml", &whole, NULL, &fault), ERR_OK);
    for (size_t i = 0; i < part.count; i++)
        for (size_t j = 0; j < whole.count; j++)
            shared += str_equal(part.bytes[i], whole.bytes[j]);
    assert_int_equal(part.count, 3);
    assert_int_equal(shared, 3);
    assert_int_equal(whole.count, 5);
    kept_free(&part);
    kept_free(&whole);
}

/* The official example of 2021 adds up; the withdrawn one of 2016 does not, and says so. */
static void official_examples(void **unused)
{
    struct saft_summary summary;
    struct fault fault;
    struct kept kept;
    struct event z;

    (void)unused;
    kept_init(&kept);
    if (read_whole("tests/data/saft/examples/2021.xml", keep_bytes, &kept, &summary, &fault))
        fail_msg("%s", fault.text);
    assert_int_equal(summary.receipts, 4);
    assert_int_equal(summary.notes[SAFT_RECEIPT_UNBALANCED].count, 0);
    z = event_at(&kept, 4);
    assert_int_equal(z_distance(&kept, &z), 0);
    assert_int_equal(z.z.sales_by_vat_count, 3);
    assert_int_equal(z.z.sales_by_vat[0].amount.ore, -40);
    assert_int_equal(z.z.sales_by_vat[1].amount.ore, 10280);
    assert_int_equal(z.z.sales_by_vat[2].amount.ore, 41140);
    assert_int_equal(z.z.payments[0].amount.ore, 21880);
    assert_int_equal(z.z.payments[1].amount.ore, 29500);
    kept_free(&kept);

    kept_init(&kept);
    if (read_whole("tests/data/saft/examples/2016.xml", keep_bytes, &kept, &summary, &fault))
        fail_msg("%s", fault.text);
    assert_int_equal(summary.receipts, 3);
    assert_int_equal(summary.notes[SAFT_RECEIPT_UNBALANCED].count, 3);
    assert_int_equal(summary.notes[SAFT_ROUNDING_ODD].count, 3);
    assert_int_equal(summary.notes[SAFT_VAT_DIFFERS].count, 3);
    kept_free(&kept);
}

/* Each with the words that a person needs to mend it. */
static void refused_table(void **unused)
{
    static const struct { const char *why, *text; enum err err; const char *says; } rows[] = {
        { "Danish", "<auditfile xmlns=\"urn:StandardAuditFile-Taxation-CashRegister:DK\"/>", ERR_REFUSED, "Danish" },
        { "home-made", "<AuditFile><MasterData/></AuditFile>", ERR_REFUSED, "begins with <AuditFile> of no namespace" },
        { "no namespace", "<auditfile/>", ERR_REFUSED, "not a Norwegian SAF-T Cash Register file" },
        { "other root", "<x:company xmlns:x=\"" NS "\"/>", ERR_REFUSED, "<company>" },
        { "empty", "", ERR_FORMAT, "cut off" },
        { "no XML", "receipt;amount\n1;100\n", ERR_FORMAT, "line 1" },
        { "zip", "PK\003\004rest", ERR_REFUSED, "unpack it" },
        { "DTD bomb", "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">"
          "<!ENTITY c \"&b;&b;&b;&b;\">]><auditfile xmlns=\"" NS "\">&c;</auditfile>", ERR_REFUSED, "DOCTYPE" },
        { "entity", "<auditfile xmlns=\"" NS "\"><header><curCode>&x;</curCode></header></auditfile>", ERR_FORMAT,
          "not well-formed" },
        { "decimal comma", ONE_REGISTER(PIZZA_SALE("1", "100.00") PIZZA_SALE("2", "189,50")), ERR_FORMAT,
          "receipt 2: transAmntIn is '189,50'" },
        { "three decimals", ONE_REGISTER(PIZZA_SALE("1", "1.005")), ERR_FORMAT, "two decimals" },
        { "exponent", ONE_REGISTER(PIZZA_SALE("1", "1e3")), ERR_FORMAT, "'1e3'" },
        { "beyond 2^53", ONE_REGISTER(PIZZA_SALE("1", "90071992547409.92")), ERR_RANGE, "2^53" },
        { "comma in a later receipt's VAT", ONE_REGISTER(PIZZA_SALE("1", "1") SALE("2", "SALE", "1", "C",
          "<ctLine><lineAmntIn>1</lineAmntIn><amntTp>C</amntTp><vat><vatPerc>25,0</vatPerc></vat></ctLine>")),
          ERR_FORMAT, "receipt 2: vatPerc" },
        { "number with letters", ONE_REGISTER(PIZZA_SALE("A-1", "1")), ERR_FORMAT, "receipt A-1: its number" },
        { "no line amount", ONE_REGISTER(SALE("7", "SALE", "1", "C", "<ctLine/>")), ERR_FORMAT,
          "receipt 7: lineAmntIn is missing on line 1" },
        { "no amount paid", ONE_REGISTER(SALE("7", "SALE", "1", "C", "<payment/>")), ERR_FORMAT, "paidAmnt" },
        { "no date", ONE_REGISTER("<cashtransaction><nr>3</nr><transAmntIn>1</transAmntIn></cashtransaction>"),
          ERR_FORMAT, "receipt 3: transDate" },
        { "day that is none", ONE_REGISTER("<cashtransaction><nr>3</nr><transDate>2026-02-30</transDate>"
          "</cashtransaction>"), ERR_RANGE, "transDate is '2026-02-30'" },
        { "lost clock", ONE_REGISTER("<cashtransaction><nr>3</nr><transAmntIn>0</transAmntIn><transDate>1970-01-01"
          "</transDate><transTime>00:00:00</transTime></cashtransaction>"), ERR_RANGE, "receipt 3: time" },
        { "side", ONE_REGISTER(SALE("1", "SALE", "1", "X", "")), ERR_FORMAT, "C or D" },
        { "VAT code that nothing maps", ONE_REGISTER(SALE("9", "SALE", "1", "C", "<ctLine><lineAmntIn>1</lineAmntIn>"
          "<amntTp>C</amntTp><vat><vatCode>Q</vatCode></vat></ctLine>")), ERR_FORMAT, "receipt 9: VAT code 'Q'" },
        { "no VAT at all", ONE_REGISTER(SALE("9", "SALE", "1", "C", "<ctLine><lineAmntIn>1</lineAmntIn></ctLine>")),
          ERR_FORMAT, "neither vatPerc nor vatCode" },
        { "Z without time", ONE_REGISTER("<event><eventType>Z</eventType><eventReport><reportType>Z report</reportType>"
          "</eventReport></event>"), ERR_FORMAT, "Z report has no date" },
        { "register without id", FILE_HEAD "<location><name>Bar</name><cashregister><event/></cashregister></location>"
          FILE_TAIL, ERR_FORMAT, "registerID" },
        { "foreign currency", "<auditfile xmlns=\"" NS "\"><header><curCode>SEK</curCode></header></auditfile>",
          ERR_REFUSED, "SEK" },
        { "two locations", FILE_HEAD PLACE_HEAD PIZZA_SALE("1", "1") PLACE_TAIL "<location><name>Club</name>"
          "<cashregister><registerID>K1</registerID>" PIZZA_SALE("1", "2") "</cashregister></location>" FILE_TAIL,
          ERR_REFUSED, "'Bar', 'Club'" },
        { "bad tail", ONE_REGISTER(PIZZA_SALE("1", "1")) "<more/>", ERR_FORMAT, "not well-formed" },
        { "not UTF-8", ONE_REGISTER(PIZZA_SALE("\xff\xfe", "1")), ERR_FORMAT, "not well-formed" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fault fault;
        struct kept kept;
        enum err err;

        kept_init(&kept);
        err = read_text(str_of(rows[i].text), &kept, NULL, &fault);
        if (err != rows[i].err || kept.count || !strstr(fault.text, rows[i].says))
            fail_msg("%s: %s, %zu events, says: %s", rows[i].why, err_text(err), kept.count, fault.text);
        kept_free(&kept);
    }
}

static void other_faults(void **unused)
{
    struct fault fault;

    (void)unused;
    assert_int_equal(read_whole("/nonexistent/x.xml", keep_bytes, NULL, NULL, &fault), ERR_NOT_FOUND);
    assert_non_null(strstr(fault.text, "/nonexistent/x.xml"));
    assert_int_equal(read_whole("/tmp", keep_bytes, NULL, NULL, &fault), ERR_REFUSED);
    for (enum saft_note note = 0; note < SAFT_NOTE_COUNT; note++)
        assert_true(saft_note_code(note)[0] && saft_note_text(note)[0]);
}

static enum err no_room(struct str event, void *context)
{
    (void)event;
    ++*(int *)context;
    return ERR_STORE_FULL;
}

static void take_fails(void **unused)
{
    struct fault fault;
    int calls = 0;

    (void)unused;
    assert_int_equal(read_whole(CASES "10-plain.xml", no_room, &calls, NULL, &fault), ERR_STORE_FULL);
    assert_int_equal(calls, 1);
    assert_non_null(strstr(fault.text, "receipt 101"));
}

/* Many receipts, in a file of the test's own. */
static void write_many(char path[32], int receipts, long *ret_last)
{
    FILE *file = fdopen(mkstemp(path), "w");

    assert_non_null(file);
    temporary_own(path);
    (void)fputs(FILE_HEAD PLACE_HEAD, file);
    for (int i = 1; i <= receipts; i++) {
        *ret_last = ftell(file) + (long)strlen("<cashtransaction><nr>");
        (void)fprintf(file, PIZZA_SALE("%d", "10.00"), i, i);
    }
    (void)fputs(PLACE_TAIL FILE_TAIL, file);
    (void)fclose(file);
}

/* What is handed on is what was judged, whoever writes into the file meanwhile. */
struct changing { char path[32]; long at; struct kept kept; };

static enum err change(struct str event, void *context)
{
    struct changing *changing = context;

    if (changing->kept.count == 0) {
        FILE *file = fopen(changing->path, "r+");

        ensure(file && fseek(file, changing->at, SEEK_SET) == 0 && fputs("9", file) >= 0 && fclose(file) == 0);
    }
    return keep_bytes(event, &changing->kept);
}

static void changed_meanwhile(void **unused)
{
    struct changing changing = { .path = "/tmp/bilag-saft-XXXXXX" };
    struct fault fault = { "" };

    (void)unused;
    kept_init(&changing.kept);
    write_many(changing.path, 2000, &changing.at);
    assert_true(changing.at > 512 * 1024);
    assert_int_equal(read_whole(changing.path, change, &changing, NULL, &fault), ERR_OK);
    assert_int_equal(changing.kept.count, 2000);
    assert_int_equal(event_at(&changing.kept, 1999).seq, 2000);
    assert_int_equal(read_whole(changing.path, keep_bytes, &changing.kept, NULL, &fault), ERR_OK);
    assert_int_equal(event_at(&changing.kept, 3999).seq, 9000);              /* it was changed */
    kept_free(&changing.kept);
    assert_int_equal(temporary_remove(changing.path), 0);
}

/* Nothing of a file is handed on if its events find no room; nor is anything left where they were put. */
static void no_room_aside(void **unused)
{
    const struct rlimit full = { 65536, RLIM_INFINITY }, free = { RLIM_INFINITY, RLIM_INFINITY };
    static const struct saft_wishes nowhere = { .folder = "/nonexistent", .other_company = true };
    char path[32] = "/tmp/bilag-saft-XXXXXX";
    struct fault fault = { "" };
    struct kept kept;
    enum err err;
    long last;

    (void)unused;
    kept_init(&kept);
    write_many(path, 2000, &last);
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    err = read_whole(path, keep_bytes, &kept, NULL, &fault);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &free), 0);
    assert_int_equal(err, ERR_STORE_FULL);
    assert_non_null(strstr(fault.text, "the disk or the store is full"));
    assert_int_equal(saft_read(path, &venue, keep_bytes, &nowhere, &kept, NULL, &fault), ERR_SYSTEM);
    assert_non_null(strstr(fault.text, "/nonexistent: "));
    assert_int_equal(kept.count, 0);
    kept_free(&kept);
    assert_int_equal(temporary_remove(path), 0);
}

/* What comes through a pipe is read as a file is. */
static void through_a_pipe(void **unused)
{
    char path[32], text[32 * 1024];
    struct fault fault = { "" };
    struct kept kept;
    FILE *file = fopen(CASES "10-plain.xml", "r");
    size_t len = file ? fread(text, 1, sizeof text, file) : 0;
    int ends[2];

    (void)unused;
    assert_true(len > 0 && len < sizeof text);
    (void)fclose(file);
    kept_init(&kept);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], text, len), len);        /* a pipe holds 64 KB */
    (void)close(ends[1]);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(read_whole(path, keep_bytes, &kept, NULL, &fault), ERR_OK);
    assert_int_equal(kept.count, 6);
    (void)close(ends[0]);
    kept_free(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expected_totals), cmocka_unit_test(z_tells),       cmocka_unit_test(midnight_day),
        cmocka_unit_test(same_bytes),      cmocka_unit_test(overlap),       cmocka_unit_test(official_examples),
        cmocka_unit_test(refused_table),   cmocka_unit_test(other_faults),  cmocka_unit_test(take_fails),
        cmocka_unit_test(changed_meanwhile), cmocka_unit_test(no_room_aside), cmocka_unit_test(through_a_pipe),
    };

    return cmocka_run_group_tests(tests, venue_make, venue_drop);
}
