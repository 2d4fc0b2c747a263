#include "event_kit.h"

/* Goal: an event is the same bytes whichever way it came, and comes back from them as it was. */
static void both_forms_are_one(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct event json, msgpack, back;
        struct str bytes;
        struct strbuf packed;
        struct fault fault = { "" };

        arena_reset(&arena);
        strbuf_init(&packed, 1 << 20);
        json = from_json(good[i]);
        to_msgpack(good[i], &packed);
        if (event_from_msgpack(strbuf_str(&packed), &arena, &msgpack, &fault))
            fail_msg("%s as msgpack: %s", good[i], fault.text);
        bytes = canonical(&json);
        assert_true(str_equal(bytes, canonical(&msgpack)));
        assert_int_equal(event_lent_from_msgpack(strbuf_str(&packed), &arena, &msgpack, &fault), ERR_OK);
        assert_true(str_equal(bytes, canonical(&msgpack)));
        assert_int_equal(event_lent_from_json(str_of(good[i]), &arena, &json, &fault), ERR_OK);
        assert_true(str_equal(bytes, canonical(&json)));
        assert_int_equal(event_decode(bytes, &arena, &back), ERR_OK);
        assert_true(str_equal(bytes, canonical(&back)));
        assert_int_equal(event_check(&back, NULL), ERR_OK);
        strbuf_free(&packed);
    }
}

/* Goal: every field lands where it belongs. */
static void fields_of_events(void **unused)
{
    struct event event = from_json(good[0]);

    (void)unused;
    assert_true(str_equal(event.venue, STR("oslo-grill")) && str_equal(event.reg, STR("K1")));
    assert_true(event.seq == 10234 && event.series == SERIES_RECEIPTS && event.kind == EVENT_RECEIPT);
    assert_true(event.time == 1795214467 && event.offset_min == 60);
    assert_true(str_equal(event.order, STR("A-5512")) && str_equal(event.customer, STR("kunde-77")));
    assert_true(str_equal(event.staff, STR("14")) && event.extra.len == 0);
    assert_true(event.line_count == 1 && event.lines[0].vat == 2500 && event.lines[0].gross.ore == 39800);
    assert_true(event.lines[0].qty == 2000000 && !event.lines[0].has_vat_amount);
    assert_true(str_equal(event.lines[0].text, STR("Burger")));
    assert_true(event.payment_count == 1 && event.payments[0].amount.ore == 39800);

    event = from_json(good[2]);
    assert_true(event.lines[0].vat == 1111 && event.lines[0].qty == 250000 && event.lines[0].has_vat_amount);
    assert_true(event.lines[0].gross.ore == -MONEY_INPUT_MAX);

    event = from_json(good[3]);
    assert_true(event.lines[0].qty == 1000000 && event.lines[0].gross.ore == 1000);
    assert_string_equal(event.extra.bytes,
                        "{\"lines[0].sku\":[1,{\"a\":true,\"b\":null}],\"shop \u00e6\":0,\"tax\":1.5}");

    event = from_json(good[4]);
    assert_true(event.kind == EVENT_VOID && event.voids.seq == 10230 && str_equal(event.voids.reg, STR("K1")));
    event = from_json(good[5]);
    assert_true(event.amount.ore == -200000 && str_equal(event.reason, STR("bank deposit")));

    event = from_json(good[6]);
    assert_true(event.z.number == 412 && event.z.business_day == 20777 && event.z.has_range);
    assert_true(event.z.first_seq == 10180 && event.z.last_seq == 10300);
    assert_true(event.z.sales_by_vat_count == 2 && event.z.sales_by_vat[0].vat == 1500);
    assert_true(event.z.sales_by_vat[1].amount.ore == 5550018);
    assert_true(event.z.has_grand_total && event.z.grand_total.ore == 907403216);
    event = from_json(good[7]);
    assert_true(!event.z.has_range && !event.z.has_grand_total);
    event = from_json(good[9]);
    assert_true(event.line_count == 1 && str_equal(event.extra, STR("{\"amount\":1}")));
}

#define LINES_BAD(text) "{" RECEIPT "[{" text "}]}"

/* Goal: every refusal names the field and what is wrong with it. */
static void refusals(void **unused)
{
    static const struct { const char *json; enum err err; const char *says; } rows[] = {
        { "", ERR_FORMAT, "not JSON: nothing there" },
        { "hello", ERR_FORMAT, "not JSON: wrong at byte 1" },
        { "{\"v\":1", ERR_FORMAT, "not JSON" },
        { "\xff\xfe{}", ERR_FORMAT, "not text in UTF-8" },
        { "{\"a\":\"x\\u0000y\"}", ERR_FORMAT, "\\u0000" },
        { "[1]", ERR_FORMAT, "not an event" },
        { "{}{}", ERR_FORMAT, "byte 3: something follows" },
        { "{" RECEIPT "[]} x", ERR_FORMAT, "something follows" },
        { "[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", ERR_FORMAT, "nested deeper than 16" },
        { "{}", ERR_FORMAT, "v: is missing" },
        { "{\"v\":2,\"kind\":\"copy\"}", ERR_FORMAT, "v: must be 1, not 2" },
        { "{" HEAD "}", ERR_FORMAT, "kind: is missing" },
        { "{" HEAD ",\"kind\":\"sale\"}", ERR_FORMAT, "kind: must be receipt, void, cash_movement, z_report, training or copy, not \"sale\"" },
        { "{" HEAD ",\"kind\":7}", ERR_FORMAT, "kind: must be receipt, void, cash_movement, z_report, training or copy, not 7" },
        { "{" HEAD ",\"kind\":\"copy\",\"seq\":5}", ERR_FORMAT, "seq: is there twice" },
        { "{" HEAD ",\"kind\":\"copy\",\"x\":1,\"x\":2}", ERR_FORMAT, "unknown fields" },
        { "{" HEAD ",\"kind\":\"copy\",\"x\":{\"y\":1,\"y\":1}}", ERR_FORMAT, "unknown fields" },
        { "{" HEAD ",\"kind\":\"copy\",\"x\":1e999}", ERR_FORMAT, "unknown fields" },
        { "{" HEAD ",\"kind\":\"copy\",\"order\":5}", ERR_FORMAT, "order: must be text, not a number" },
        { "{" HEAD ",\"kind\":\"receipt\",\"lines\":[]}", ERR_FORMAT, "payments: is missing" },
        { "{" RECEIPT "null}", ERR_FORMAT, "lines: is missing" },
        { "{" RECEIPT "{}}", ERR_FORMAT, "lines: must be a list, not an object" },
        { "{" RECEIPT "[5]}", ERR_FORMAT, "lines[0]: must be an object" },
        { "{" RECEIPT "[{" LINE ",\"gross\":1},{" LINE ",\"gross\":1},{" LINE ",\"gross\":12.5}]}", ERR_FORMAT,
          "lines[2].gross: must be a whole number of \u00f8re, not 12.5" },
        { LINES_BAD(LINE ",\"text\":\"1.5 \\\"2.5\",\"gross\":12500.00000000000000000001"), ERR_FORMAT,
          "lines[0].gross: must be a whole number of \u00f8re, not 12500.00000000000000000001" },
        { LINES_BAD(LINE ",\"gross\":1e-400"), ERR_FORMAT, "lines[0].gross: must be a whole number of \u00f8re, not 1e-400" },
        { "{" HEAD ",\"kind\":\"void\",\"voids\":{\"register\":\"K1\",\"seq\":1.00000000000000000001}}", ERR_FORMAT,
          "voids.seq: must be a whole number" },
        { LINES_BAD(LINE ",\"gross\":9007199254740992"), ERR_RANGE, "lines[0].gross: must be a whole number of \u00f8re below 2^53" },
        { LINES_BAD(LINE ",\"gross\":9223372036854775807"), ERR_RANGE, "lines[0].gross" },
        { LINES_BAD(LINE ",\"gross\":-1e300"), ERR_RANGE, "lines[0].gross" },
        { LINES_BAD(LINE ",\"gross\":\"12\""), ERR_FORMAT, "lines[0].gross: must be a whole number of \u00f8re, not \"12\"" },
        { LINES_BAD(LINE ",\"gross\":true"), ERR_FORMAT, "not true" },
        { LINES_BAD(LINE), ERR_FORMAT, "lines[0].gross: is missing" },
        { LINES_BAD(LINE ",\"gross\":1,\"gross\":2"), ERR_FORMAT, "lines[0].gross: is there twice" },
        { LINES_BAD("\"product_type\":\"food \\u0007and drink\",\"vat\":25,\"gross\":1"), ERR_FORMAT, "lines[0].product_type: must be 1 to 64" },
        { LINES_BAD("\"product_type\":\"food\",\"vat\":100.01,\"gross\":1"), ERR_RANGE, "lines[0].vat: must be a percentage" },
        { LINES_BAD("\"product_type\":\"food\",\"vat\":11.111,\"gross\":1"), ERR_FORMAT, "lines[0].vat: must be a percentage" },
        { LINES_BAD("\"product_type\":\"food\",\"vat\":-1,\"gross\":1"), ERR_RANGE, "lines[0].vat" },
        { LINES_BAD(LINE ",\"gross\":1,\"qty\":2e9"), ERR_RANGE, "lines[0].qty" },
        { "{\"v\":1,\"venue\":\"a b\",\"register\":\"K1\",\"seq\":1,\"time\":\"2026-11-20T23:41:07Z\",\"kind\":\"copy\"}", ERR_FORMAT, "venue: must be a name" },
        { "{\"v\":1,\"venue\":\"a\",\"register\":\"K1\",\"seq\":-1,\"time\":\"2026-11-20T23:41:07Z\",\"kind\":\"copy\"}", ERR_FORMAT, "seq: must be a whole number from 0" },
        { "{\"v\":1,\"venue\":\"a\",\"register\":\"K1\",\"seq\":1,\"time\":\"2026-11-20 23:41\",\"kind\":\"copy\"}", ERR_FORMAT, "time: must be a time like" },
        { "{\"v\":1,\"venue\":\"a\",\"register\":\"K1\",\"seq\":1,\"time\":\"1970-01-01T00:00:00Z\",\"kind\":\"copy\"}", ERR_RANGE, "time: must be in the years" },
        { "{" HEAD ",\"kind\":\"void\"}", ERR_FORMAT, "voids: is missing" },
        { "{" HEAD ",\"kind\":\"void\",\"voids\":{\"register\":\"K1\"}}", ERR_FORMAT, "voids.seq: is missing" },
        { "{" HEAD ",\"kind\":\"cash_movement\"}", ERR_FORMAT, "amount: is missing" },
        { "{" HEAD ",\"kind\":\"z_report\"}", ERR_FORMAT, "z: is missing" },
        { "{" Z_HEAD ",\"first_seq\":1," Z_SUMS "}}", ERR_FORMAT, "z: first_seq and last_seq must both" },
        { "{" Z_HEAD "}}", ERR_FORMAT, "z.sales_by_vat: is missing" },
        { "{" Z_HEAD ",\"payments\":{},\"sales_by_vat\":{\"25 %\":1}}}", ERR_FORMAT, "z.sales_by_vat: must be keyed by rates" },
        { "{" Z_HEAD ",\"payments\":{},\"sales_by_vat\":{\"25\":1,\"25.0\":1}}}", ERR_FORMAT, "z.sales_by_vat: says the same rate twice" },
        { "{" Z_HEAD ",\"sales_by_vat\":{},\"payments\":{\"card\":1.5}}}", ERR_FORMAT, "z.payments.card: must be a whole number" },
        { "{" Z_HEAD ",\"sales_by_vat\":{},\"payments\":{\"card\":1,\"card\":1}}}", ERR_FORMAT, "z.payments: says the same payment type twice" },
        { "{" Z_HEAD ",\"sales_by_vat\":{},\"payments\":{\"a\\nb\":1}}}", ERR_FORMAT, "z.payments: must be keyed by names of payment types, not \"a?b\"" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct event event = { .seq = 77 };
        struct fault fault = { "" };
        enum err err;

        arena_reset(&arena);
        err = event_from_json(str_of(rows[i].json), &arena, &event, &fault);
        if (err != rows[i].err || !strstr(fault.text, rows[i].says) || event.seq != 77)
            fail_msg("%s: %s, \"%s\"", rows[i].json, err_text(err), fault.text);
    }
}

/* Goal: what is larger than an event may be is refused, in bounded memory. */
static void bounds(void **unused)
{
    struct strbuf json;
    struct event event;
    struct fault fault;

    (void)unused;
    static const struct { const char *before, *each, *after; int times; const char *says; } rows[] = {
        { "{" RECEIPT "[", "{" LINE ",\"gross\":1},", "{" LINE ",\"gross\":1}]}", 2000, "lines: at most 2000" },
        { "{" HEAD ",\"kind\":\"copy\",\"text\":\"", "aaaaaaaaaaaaaaaa", "\"}", 1025, "unknown fields: at most 16384" },
        { "{" HEAD ",\"kind\":\"copy\",\"staff\":\"", "a", "\"}", 401, "staff: must be at most 400" },
        { "{" HEAD ",\"kind\":\"copy\",\"x\":[", "1,", "1]}", 200000, "unknown fields: at most 16384" },
        { "{" HEAD ",\"kind\":\"copy\",\"x\":{", "\"\":1,", "\"\":1}}", 20000, "unknown fields: at most 16384" },
    };

    strbuf_init(&json, 1 << 20);
    for (size_t i = 0; i < COUNT(rows); i++) {
        arena_reset(&arena);
        strbuf_reset(&json);
        strbuf_add(&json, str_of(rows[i].before));
        for (int j = 0; j < rows[i].times; j++)
            strbuf_add(&json, str_of(rows[i].each));
        strbuf_add(&json, str_of(rows[i].after));
        if (!event_from_json(strbuf_str(&json), &arena, &event, &fault) || !strstr(fault.text, rows[i].says))
            fail_msg("%s: %s", rows[i].says, fault.text);
    }
    strbuf_free(&json);
    arena_reset(&arena);
}

static struct str mutated(struct str source)
{
    size_t len = source.len;
    char *bytes = malloc(len + 16);

    assert_non_null(bytes);
    memcpy(bytes, source.bytes, len);
    for (long edits = 1 + random() % 4; edits > 0; edits--) {
        size_t at = (size_t)random() % (len ? len : 1);

        switch (random() % 5) {
        case 0: bytes[at] = (char)random(); break;
        case 1: bytes[at] = (char)(bytes[at] ^ (1 << random() % 8)); break;
        case 2: len = at; break;
        case 3: bytes[at] = "0123456789{}[]\",:-e.\\u"[random() % 22]; break;
        default:
            memmove(bytes + at + 1, bytes + at, len - at);
            len++;
        }
    }
    return (struct str){ realloc(bytes, len ? len : 1), len };
}

static void accept(enum err err, const struct event *event)
{
    struct event back;
    struct str bytes;

    if (err)
        return;
    bytes = canonical(event);
    assert_int_equal(event_decode(bytes, &arena, &back), ERR_OK);
    assert_true(str_equal(bytes, canonical(&back)));
    assert_int_equal(event_check(&back, NULL), ERR_OK);
}

/* Goal: no bytes crash a decoder, and what it accepts round-trips. */
static void random_changes(void **unused)
{
    unsigned seed = (unsigned)time(NULL);

    (void)unused;
    printf("seed %u\n", seed);
    srandom(seed);
    for (int round = 0; round < 6000; round++) {
        const char *json = good[round % (int)COUNT(good)];
        struct strbuf packed;
        struct event event;
        struct str bytes;

        arena_reset(&arena);
        bytes = mutated(str_of(json));
        accept(event_from_json(bytes, &arena, &event, NULL), &event);
        free((void *)(uintptr_t)bytes.bytes);

        arena_reset(&arena);
        strbuf_init(&packed, 1 << 20);
        to_msgpack(json, &packed);
        bytes = mutated(strbuf_str(&packed));
        accept(event_from_msgpack(bytes, &arena, &event, NULL), &event);
        free((void *)(uintptr_t)bytes.bytes);
        strbuf_free(&packed);

        arena_reset(&arena);
        event = from_json(json);
        bytes = mutated(canonical(&event));
        if (!event_decode(bytes, &arena, &event))
            accept(event_check(&event, NULL), &event);
        free((void *)(uintptr_t)bytes.bytes);
    }
}

/* Goal: a 32-bit float holds whole numbers to 2^24 only; above, the sender may have rounded an amount, and nobody could see it. */
static void single_floats(void **unused)
{
    static const struct { const char *why, *amount; uint8_t whole[5], single[5]; enum err err; int64_t ore; } rows[] = {
        { "the largest that is exact", "16777215", { 0xce, 0, 0xff, 0xff, 0xff }, { 0xca, 0x4b, 0x7f, 0xff, 0xff }, ERR_OK, 16777215 },
        { "may have been rounded",     "16777216", { 0xce, 1, 0, 0, 0 },          { 0xca, 0x4b, 0x80, 0, 0 },       ERR_FORMAT, 0 },
        { "the same, negative",        "16777216", { 0xce, 1, 0, 0, 0 },          { 0xca, 0xcb, 0x80, 0, 0 },       ERR_FORMAT, 0 },
        { "infinity",                  "16777216", { 0xce, 1, 0, 0, 0 },          { 0xca, 0x7f, 0x80, 0, 0 },       ERR_FORMAT, 0 },
        { "no number",                 "16777216", { 0xce, 1, 0, 0, 0 },          { 0xca, 0x7f, 0xc0, 0, 0 },       ERR_FORMAT, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct event event;
        struct strbuf packed;
        struct fault fault = { "" };
        char json[256];
        char *at;
        enum err err;

        (void)snprintf(json, sizeof json, "{\"v\":1,\"venue\":\"v\",\"register\":\"K1\",\"seq\":1,\"kind\":\"cash_movement\","
                       "\"time\":\"2026-11-20T12:00:00+01:00\",\"reason\":\"r\",\"amount\":%s}", rows[i].amount);
        arena_reset(&arena);
        strbuf_init(&packed, 1 << 20);
        to_msgpack(json, &packed);
        at = memmem(packed.bytes, packed.len, rows[i].whole, sizeof rows[i].whole);
        assert_non_null(at);
        memcpy(at, rows[i].single, sizeof rows[i].single);
        err = event_from_msgpack(strbuf_str(&packed), &arena, &event, &fault);
        if (err != rows[i].err || (!err && event.amount.ore != rows[i].ore))
            fail_msg("%s: %s, %s", rows[i].why, err_text(err), fault.text);
        strbuf_free(&packed);
    }
}

/* Goal: a whole number is one however it is written; what stands in texts is no number. */
static void whole_in_many_words(void **unused)
{
    static const char *const rows[] = { "12500", "12500.000", "1.25e4", "125E+2", "12500000e-3" };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct event event;
        char json[1000];

        arena_reset(&arena);
        (void)snprintf(json, sizeof json, "{" RECEIPT "[{\"x\":\"0.1\\\\\",\"y\":[0.1,null,true]," LINE ",\"gross\":%s}]}",
                       rows[i]);
        if (event_from_json(str_of(json), &arena, &event, NULL) || event.lines[0].gross.ore != 12500)
            fail_msg("%s", json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_floats),
        cmocka_unit_test(both_forms_are_one),
        cmocka_unit_test(fields_of_events),
        cmocka_unit_test(refusals),
        cmocka_unit_test(bounds),
        cmocka_unit_test(random_changes),
        cmocka_unit_test(whole_in_many_words),
    };

    return cmocka_run_group_tests_name("event_read", tests, start, stop);
}
