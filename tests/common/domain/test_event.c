#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <inttypes.h>

#include "domain/event_canonical.h"
#include "domain/event_read.h"
#include "base/foreign.h"
#include "base/wire.h"

#define HEAD "\"v\":1,\"venue\":\"oslo-grill\",\"register\":\"K1\",\"seq\":10234,\"time\":\"2026-11-20T23:41:07+01:00\""
#define RECEIPT HEAD ",\"kind\":\"receipt\",\"payments\":[{\"type\":\"card\",\"amount\":39800}],\"lines\":"
#define LINE "\"product_type\":\"food\",\"vat\":25"
#define Z_HEAD HEAD ",\"kind\":\"z_report\",\"z\":{\"number\":412,\"business_day\":\"2026-11-20\""
#define Z_SUMS "\"sales_by_vat\":{\"25\":5550018,\"15\":1578220},\"payments\":{\"card\":1}"

static const char *const good[] = {
    "{" RECEIPT "[{" LINE ",\"gross\":39800,\"qty\":2,\"text\":\"Burger\",\"serving\":\"eat_in\"}],"
    "\"order\":\"A-5512\",\"customer\":\"kunde-77\",\"staff\":\"14\"}",
    "{" RECEIPT "[]}",
    "{" RECEIPT "[{\"product_type\":\"food\",\"vat\":11.11,\"gross\":-9007199254740991,\"qty\":0.25,\"vat_amount\":0}]}",
    "{" RECEIPT "[{" LINE ",\"gross\":1e3,\"sku\":[1,{\"b\":null,\"a\":true}]}],\"shop \\u00e6\":-0.0,\"tax\":1.5}",
    "{" HEAD ",\"kind\":\"void\",\"voids\":{\"register\":\"K1\",\"seq\":10230},\"staff\":null}",
    "{" HEAD ",\"kind\":\"cash_movement\",\"amount\":-200000,\"reason\":\"bank deposit\"}",
    "{" Z_HEAD ",\"first_seq\":10180,\"last_seq\":10300," Z_SUMS ",\"grand_total\":907403216}}",
    "{" Z_HEAD "," Z_SUMS "}}",
    "{" HEAD ",\"kind\":\"training\"}",
    "{" HEAD ",\"kind\":\"copy\",\"lines\":[{" LINE ",\"gross\":1}],\"amount\":1} \r\n",
};

static struct arena arena;

static int start(void **unused)
{
    (void)unused;
    arena_init(&arena, 4 << 20);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    arena_free(&arena);
    return 0;
}

static void pack(const struct foreign *value, struct strbuf *out)
{
    enum foreign_type type = foreign_type(value);
    struct foreign name, item;
    struct str text;
    size_t at = 0;
    int64_t whole;

    if (type == FOREIGN_MAP)
        wire_map(out, foreign_count(value));
    else if (type == FOREIGN_LIST)
        wire_array(out, foreign_count(value));
    else if (foreign_text(value, &arena, &text))
        wire_str(out, text);
    else if (type == FOREIGN_TRUE || type == FOREIGN_FALSE)
        wire_bool(out, type == FOREIGN_TRUE);
    else if (type == FOREIGN_NULL)
        wire_nil(out);
    else if (foreign_whole(value, &whole))
        wire_int(out, whole);
    else {
        double number = strtod(value->json.bytes, NULL);
        uint64_t bits;

        memcpy(&bits, &number, sizeof bits);
        strbuf_char(out, (char)0xcb);
        for (int shift = 56; shift >= 0; shift -= 8)
            strbuf_char(out, (char)(bits >> shift));
    }
    while (foreign_next(value, &at, &name, &item)) {
        if (foreign_text(&name, &arena, &text))
            wire_str(out, text);
        pack(&item, out);
    }
}

/* The same in msgpack. */
static void to_msgpack(const char *json, struct strbuf *out)
{
    struct foreign_source source;

    assert_int_equal(foreign_from_json(str_of(json), &source, NULL), ERR_OK);
    pack(&source.value, out);
    foreign_done(&source);
}

static struct str canonical(const struct event *event)
{
    struct str bytes = STR_NONE;

    assert_int_equal(event_encode(event, &arena, &bytes), ERR_OK);
    return bytes;
}

static struct event from_json(const char *json)
{
    struct event event = { 0 };
    struct fault fault = { "" };

    if (event_from_json(str_of(json), &arena, &event, &fault))
        fail_msg("%s: %s", json, fault.text);
    return event;
}

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

/* Goal: what rests is for good: the bytes of all forms of event, by their hash, as they were before there were other readers. */
static void bytes_at_rest(void **unused)
{
    static const char *const hashes[COUNT(good)] = {
        "e2377c863c836a9268219df7da090721",
        "cb050c4580e5d39344c34b73848633b1",
        "cd73cdb63b5dbcee666584df08fd5c48",
        "afd51beb985f26a1ef3400420d6921eb",
        "522473ba11890e3e1e573df95686b5c8",
        "8c157d5405597ce8eb8650f359d65406",
        "e3477173095407f9d2c3001020ddcd91",
        "44ba20f2d2326cfc9b5c152a500e4971",
        "13c576216079eb31c995387fb30e119d",
        "d68b315e0cc674ed0c52343b4f6782c3",
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct event event;
        struct event_hash hash;
        char hex[2 * sizeof hash.bytes + 1] = "";

        arena_reset(&arena);
        event = from_json(good[i]);
        event_hash(canonical(&event), &hash);
        for (size_t j = 0; j < sizeof hash.bytes; j++)
            (void)snprintf(hex + 2 * j, 3, "%02x", hash.bytes[j]);
        assert_string_equal(hex, hashes[i]);
    }
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

/* Goal: times and rates are read strictly, and rates are written as people write them. */
static void times_and_rates(void **unused)
{
    static const struct { const char *text; enum err err; int64_t time; int32_t offset; } times[] = {
        { "2026-11-20T23:41:07+01:00", ERR_OK, 1795214467, 60 },
        { "2026-11-20T22:41:07Z", ERR_OK, 1795214467, 0 },
        { "2026-11-20T22:41:07.123456Z", ERR_OK, 1795214467, 0 },
        { "2026-11-20T17:11:07-05:30", ERR_OK, 1795214467, -330 },
        { "2026-11-20T22:41:07.Z", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:41:07", ERR_FORMAT, 0, 0 },
        { "2026-02-29T22:41:07Z", ERR_FORMAT, 0, 0 },
        { "2026-11-20T24:00:00Z", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:60:00Z", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:41:07+0100", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:41:07+19:00", ERR_FORMAT, 0, 0 },
        { "2026-11-20T22:41:07Zx", ERR_FORMAT, 0, 0 },
    };
    static const struct { const char *text; enum err err; int32_t rate; const char *back; } rates[] = {
        { "25", ERR_OK, 2500, "25" },      { "11.11", ERR_OK, 1111, "11.11" }, { "15.00", ERR_OK, 1500, "15" },
        { "0", ERR_OK, 0, "0" },           { "7.5", ERR_OK, 750, "7.5" },      { "0.05", ERR_OK, 5, "0.05" },
        { "100", ERR_OK, 10000, "100" },   { "100.01", ERR_RANGE, 0, NULL },   { "25%", ERR_FORMAT, 0, NULL },
        { "-25", ERR_FORMAT, 0, NULL },    { " 25", ERR_FORMAT, 0, NULL },     { "25.", ERR_FORMAT, 0, NULL },
        { "1.234", ERR_FORMAT, 0, NULL },  { "", ERR_FORMAT, 0, NULL },
    };
    char buffer[16];

    (void)unused;
    for (size_t i = 0; i < COUNT(times); i++) {
        int64_t time = 0;
        int32_t offset = 0;
        enum err err = event_time_parse(str_of(times[i].text), &time, &offset);

        if (err != times[i].err || time != times[i].time || offset != times[i].offset)
            fail_msg("%s: %s, %" PRId64 " %" PRId32, times[i].text, err_text(err), time, offset);
    }
    for (size_t i = 0; i < COUNT(rates); i++) {
        int32_t rate = 0;
        enum err err = rate_parse(str_of(rates[i].text), &rate);

        if (err != rates[i].err || rate != rates[i].rate)
            fail_msg("%s: %s, %" PRId32, rates[i].text, err_text(err), rate);
        if (!err)
            assert_string_equal(rate_text(rate, buffer), rates[i].back);
    }
}

/* Goal: a struct that an adapter built is judged as strictly as text. */
static void built_by_hand(void **unused)
{
    struct event event = from_json(good[0]);
    struct fault fault;

    (void)unused;
    event.extra = STR("{\"b\":1,\"a\":2}");
    assert_int_equal(event_check(&event, &fault), ERR_FORMAT);
    assert_non_null(strstr(fault.text, "sorted keys"));
    event.extra = STR("{\"a\":2,\"b\":1}");
    assert_int_equal(event_check(&event, &fault), ERR_OK);
    event.staff = STR("\xff");
    assert_int_equal(event_check(&event, &fault), ERR_FORMAT);
    event.staff = STR_NONE;
    event.seq = UINT64_MAX;
    assert_int_equal(event_check(&event, &fault), ERR_RANGE);
    event.seq = 1;
    event.series = SERIES_COUNT;
    assert_int_equal(event_check(&event, &fault), ERR_RANGE);
}

/* Goal: the hash tells content from other content. */
static void hashes(void **unused)
{
    struct event event = from_json(good[0]);
    struct event_hash a, b;

    (void)unused;
    event_hash(canonical(&event), &a);
    event_hash(canonical(&event), &b);
    assert_memory_equal(&a, &b, sizeof a);
    event.lines[0].gross.ore++;
    event_hash(canonical(&event), &b);
    assert_memory_not_equal(&a, &b, sizeof a);
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
        cmocka_unit_test(single_floats),      cmocka_unit_test(bytes_at_rest),
        cmocka_unit_test(both_forms_are_one), cmocka_unit_test(fields_of_events), cmocka_unit_test(refusals),
        cmocka_unit_test(bounds),             cmocka_unit_test(times_and_rates),  cmocka_unit_test(built_by_hand),
        cmocka_unit_test(hashes),             cmocka_unit_test(random_changes),
        cmocka_unit_test(whole_in_many_words),
    };

    return cmocka_run_group_tests_name("event", tests, start, stop);
}
