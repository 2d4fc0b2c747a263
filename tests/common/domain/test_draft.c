/* Goal: drafts, verdicts and seals have the bytes that they always had: fixed here as they were before their fields
 * became rows. What was written before a field was there is read as if it said nothing; what is damaged is refused. */
#include "domain/draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 20, HASH = 16 };

static struct voucher_line lines[] = {
    { true, 3000, { "3", 1 }, 2500, { "10", 2 }, { -125000 }, { "Mat og drikke, 25 %", 19 }, { NULL, 0 }, { NULL, 0 } },
    { false, 1920, { "", 0 }, 0, { "", 0 }, { 125000 }, { "Kort", 4 }, { NULL, 0 }, { NULL, 0 } },
};
static struct cell cells[] = {
    { true, { "food", 4 }, 2500, 3000, { "3", 1 }, { -125000 }, true, { 25000 }, 17, { "K1/10234", 8 }, { NULL, 0 }, { NULL, 0 } },
    { false, { "card", 4 }, 0, 1920, { "", 0 }, { 125000 }, false, { 0 }, 300, { "K2/7", 4 }, { NULL, 0 }, { NULL, 0 } },
};
static struct manual_item manual[] = {
    { true, { "Veksel", 6 }, { -50000 }, { "K1/12", 5 }, { "", 0 }, { "", 0 }, false, false, { "", 0 } },
    { false, { "credit", 6 }, { 70000 }, { "", 0 }, { "Nes AS", 6 }, { "B-77", 4 }, false, false, { "", 0 } },
};
static struct order_line order_lines[] = {
    { { "MAT", 3 }, 3000, { "31", 2 }, 1500, { "food", 4 }, { "Lunsj \xc3\xa5 la carte", 16 }, 2500000, { 230000 }, { 115000 }, { NULL, 0 }, { NULL, 0 } },
    { { "", 0 }, 0, { "", 0 }, 0, { "", 0 }, { "", 0 }, -1000000, { -1 }, { INT64_MIN }, { NULL, 0 }, { NULL, 0 } },
};

static struct draft voucher(void)
{
    return (struct draft){
        .doc = { DOC_VOUCHER, STR("oslo-grill"), 20777, 2, STR_NONE, 0 }, .phase = DRAFT_CLOSED, .revision = 70000,
        .undone = 3, .company = STR("912345678"), .client_id = STR("main"),
        .reference = STR("0b9fa9d6-91a5-5e8f-8a11-3f1b8f0c7a21"), .batch_id = STR("oslo-grill:20261120:2"),
        .currency = STR("NOK"), .text = STR("Dagsoppgj\xc3\xb8r 20.11.2026"), .post_on = 20778, .automatic = true,
        .send_invoice = false, .language = STR("nb"), .mapping_hash = STR("a1b2c3d4e5f60718"), .from = 5,
        .upto = 5000000000, .credit_ordered = true, .lines = lines, .line_count = COUNT(lines), .cells = cells,
        .cell_count = COUNT(cells), .manual = manual, .manual_count = COUNT(manual), .manual_more = 600, .receipts = 317,
        .lines_total = { 125000 }, .voucher_total = { 125000 }, .orders_total = { 1 }, .manual_total = { -129 },
        .has_till_vat = true, .till_vat = { 25000 }, .computed_vat = { 24999 }, .total = { 125000 },
        .problems = { .count = 1, .at = { { .code = PROBLEM_SEQUENCE_GAP, .first = STR("K1/4"), .count = 2,
                                            .arg = { STR("K1"), STR("3") } } } },
    };
}

static struct draft order(void)
{
    return (struct draft){
        .doc = { DOC_ORDER, STR("bergen"), -1, 0, STR("K1"), 1234567890123 }, .phase = DRAFT_OPEN, .revision = 1,
        .undone = UINT32_MAX, .company = STR("1"), .send_invoice = true, .department = STR("20"), .customer = STR("Nes AS"),
        .order_no = STR("K1-6"), .order_lines = order_lines, .order_line_count = COUNT(order_lines),
    };
}

static void hash_of(struct str bytes, char hex[2 * HASH + 1])
{
    unsigned char hash[HASH];

    assert_int_equal(crypto_generichash(hash, HASH, (const unsigned char *)bytes.bytes, bytes.len, NULL, 0), 0);
    (void)sodium_bin2hex(hex, 2 * HASH + 1, hash, HASH);
}

/* A third, longer than every short form: lists of hundreds, texts beyond 31 and 255 bytes. */
static struct draft many(void)
{
    static struct voucher_line more[300];
    static char text[1000];
    struct draft draft = voucher();

    memset(text, 'x', sizeof text);
    for (int32_t i = 0; i < (int32_t)COUNT(more); i++)
        more[i] = (struct voucher_line){ .account = i * 7919 - 1000, .rate = -i * 1000, .text = { text, (size_t)i * 3 },
                                         .amount = { (int64_t)i * i * i * i * i * i } };
    draft.lines = more;
    draft.line_count = COUNT(more);
    draft.manual_more = 0;
    return draft;
}

static void same_bytes_as_ever(void **unused)
{
    static const struct { const char *why; struct draft (*draft)(void); size_t len; const char *hash; } rows[] = {
        { "a voucher", voucher, 400, "28c8ee23270713567ca457d0e18fc409" },
        { "an order", order, 152, "1c1702c7edbfd8a41030b371a72766db" },
        { "long lists and texts", many, 142327, "65bfcea34dd37d06d58cc40af08780f6" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct draft draft = rows[i].draft(), read;
        char hash[2 * HASH + 1];
        struct strbuf out, again;
        struct arena arena;

        strbuf_init(&out, ROOM);
        strbuf_init(&again, ROOM);
        arena_init(&arena, ROOM);
        draft_encode(&draft, &out);
        hash_of(strbuf_str(&out), hash);
        if (out.len != rows[i].len || strcmp(hash, rows[i].hash) != 0)
            fail_msg("%s: %zu bytes, %s", rows[i].why, out.len, hash);
        assert_int_equal(draft_decode(strbuf_str(&out), &arena, &read), ERR_OK);
        draft_encode(&read, &again);
        assert_true(str_equal(strbuf_str(&out), strbuf_str(&again)));
        arena_free(&arena);
        strbuf_free(&out);
        strbuf_free(&again);
    }
}

/* The last two members of a draft of before they were there are nil. */
static void before_there_was_a_field(void **unused)
{
    struct draft draft = order(), read;
    struct strbuf out;
    struct arena arena;

    (void)unused;
    strbuf_init(&out, ROOM);
    arena_init(&arena, ROOM);
    draft_encode(&draft, &out);
    assert_memory_equal(out.bytes + out.len - 6, "\xce\xff\xff\xff\xff\xc0", 6);
    out.bytes[out.len - 6] = (char)0xc0;
    out.bytes[out.len - 5] = (char)0xc0;
    assert_int_equal(draft_decode((struct str){ out.bytes, out.len - 4 }, &arena, &read), ERR_OK);
    assert_int_equal(read.undone, UINT32_MAX);
    assert_int_equal(read.manual_more, 0);
    arena_free(&arena);
    strbuf_free(&out);
}

/* Each kind of line keeps its project and location, whichever of the two it says. */
static void projects_and_locations(void **unused)
{
    struct voucher_line line = { .account = 3000, .project = STR("P1"), .location = STR("OSLO") };
    struct cell cell = { .type = STR("food"), .location = STR("OSLO") };
    struct order_line order_line = { .project = STR("P2") };
    struct draft draft = order(), read;
    struct strbuf out;
    struct arena arena;

    (void)unused;
    draft.lines = &line;
    draft.cells = &cell;
    draft.order_lines = &order_line;
    draft.line_count = draft.cell_count = draft.order_line_count = 1;
    draft.location = STR("MOSS");
    strbuf_init(&out, ROOM);
    arena_init(&arena, ROOM);
    draft_encode(&draft, &out);
    assert_int_equal(draft_decode(strbuf_str(&out), &arena, &read), ERR_OK);
    assert_true(str_equal(read.lines[0].project, STR("P1")) && str_equal(read.lines[0].location, STR("OSLO")));
    assert_true(read.cells[0].project.len == 0 && str_equal(read.cells[0].location, STR("OSLO")));
    assert_true(str_equal(read.order_lines[0].project, STR("P2")) && read.order_lines[0].location.len == 0);
    assert_true(read.project.len == 0 && str_equal(read.location, STR("MOSS")));
    arena_free(&arena);
    strbuf_free(&out);
}

/* A member that came later stands behind the others, and only if it says something. */
static void later_members(void **unused)
{
    struct draft draft = order(), read;
    struct strbuf before, out;
    struct arena arena;

    (void)unused;
    strbuf_init(&before, ROOM);
    strbuf_init(&out, ROOM);
    arena_init(&arena, ROOM);
    draft_encode(&draft, &before);
    draft.buyer_reference = STR("PO-7");
    draft_encode(&draft, &out);
    assert_int_equal(out.len, before.len + 5);
    assert_memory_equal(before.bytes, "\xdc\x00\x25", 3);
    assert_memory_equal(out.bytes, "\xdc\x00\x26", 3);
    assert_memory_equal(out.bytes + 3, before.bytes + 3, before.len - 3);
    assert_memory_equal(out.bytes + before.len, "\xa4PO-7", 5);
    assert_int_equal(draft_decode(strbuf_str(&out), &arena, &read), ERR_OK);
    assert_true(str_equal(read.buyer_reference, STR("PO-7")));
    draft.manual = &(struct manual_item){ .movement = true, .what = STR("paid"), .paid_with = STR("card+cash") };
    draft.manual_count = 1;
    strbuf_reset(&out);
    draft_encode(&draft, &out);
    assert_int_equal(draft_decode(strbuf_str(&out), &arena, &read), ERR_OK);
    assert_true(str_equal(read.manual[0].paid_with, STR("card+cash")) && !read.manual[0].unknown);
    arena_free(&arena);
    strbuf_free(&before);
    strbuf_free(&out);
}

/* What is cut off anywhere, or has a byte too many, is no draft; a byte that is another never does harm. */
static void damaged(void **unused)
{
    struct draft draft = voucher(), read;
    struct strbuf out;
    struct arena arena;

    (void)unused;
    strbuf_init(&out, ROOM);
    arena_init(&arena, ROOM);
    draft_encode(&draft, &out);
    for (size_t len = 0; len < out.len; len++, arena_reset(&arena)) {
        char *bytes = malloc(len + 1);

        assert_non_null(bytes);
        memcpy(bytes, out.bytes, len);
        if (draft_decode((struct str){ bytes, len }, &arena, &read) != ERR_FORMAT)
            fail_msg("%zu of %zu bytes are read", len, out.len);
        free(bytes);
    }
    for (size_t at = 0; at < out.len; at++) {
        for (int bit = 0; bit < 8; bit++, arena_reset(&arena)) {
            out.bytes[at] ^= (char)(1 << bit);
            if (!draft_decode(strbuf_str(&out), &arena, &read))
                assert_true(read.doc.kind <= DOC_ORDER && read.phase <= DRAFT_CLOSED && str_is_name(read.doc.venue));
            out.bytes[at] ^= (char)(1 << bit);
        }
    }
    strbuf_char(&out, (char)0xc0);
    assert_int_equal(draft_decode(strbuf_str(&out), &arena, &read), ERR_FORMAT);
    arena_free(&arena);
    strbuf_free(&out);
}

/* Each bound: the last that fits, and the first that does not. */
static void bounds(void **unused)
{
    static const struct { const char *why; size_t at, max; } texts[] = {
        { "company", offsetof(struct draft, company), 64 },      { "client", offsetof(struct draft, client_id), 64 },
        { "reference", offsetof(struct draft, reference), 64 },  { "batch", offsetof(struct draft, batch_id), 64 },
        { "currency", offsetof(struct draft, currency), 8 },     { "text", offsetof(struct draft, text), 1024 },
        { "language", offsetof(struct draft, language), 8 },     { "mapping", offsetof(struct draft, mapping_hash), 64 },
        { "customer", offsetof(struct draft, customer), 1024 },  { "order", offsetof(struct draft, order_no), 1024 },
        { "department", offsetof(struct draft, department), 64 },
    };
    static char text[2000];

    (void)unused;
    memset(text, 'y', sizeof text);
    for (size_t i = 0; i < 2 * COUNT(texts); i++) {
        struct str value = { text, texts[i / 2].max + i % 2 };
        struct draft draft = voucher(), read;
        struct strbuf out;
        struct arena arena;

        strbuf_init(&out, ROOM);
        arena_init(&arena, ROOM);
        memcpy((char *)&draft + texts[i / 2].at, &value, sizeof value);
        draft_encode(&draft, &out);
        if (draft_decode(strbuf_str(&out), &arena, &read) != (i % 2 ? ERR_FORMAT : ERR_OK))
            fail_msg("%s of %zu bytes", texts[i / 2].why, value.len);
        arena_free(&arena);
        strbuf_free(&out);
    }
}

static void seals_and_verdicts(void **unused)
{
    static const struct { const char *why; struct seal seal; const char *hex; } seals[] = {
        { "sealed", { { DOC_VOUCHER, { "v", 1 }, 20777, 1, { "", 0 }, 0 }, 3, false, 129, true, false, 0, 0, false },
          "959600a176cd512901a00003c2cc81c3" },
        { "reversed", { { DOC_ORDER, { "v", 1 }, 0, 0, { "K1", 2 }, 6 }, 70000, true, 0, false, false, 0, 0, false },
          "959601a1760000a24b3106ce00011170c300c2" },
        { "behind", { { DOC_VOUCHER, { "v", 1 }, -3, 2, { "", 0 }, 0 }, 9, false, 5, false, true, 0, 0, false },
          "959600a176fd02a00009c005c2" },
        { "heard", { { DOC_VOUCHER, { "v", 1 }, -3, 2, { "", 0 }, 0 }, 9, false, 0, false, true, 0, 129, false },
          "979600a176fd02a00009c000c200cc81" },
        { "by hand", { { DOC_VOUCHER, { "v", 1 }, 20777, 1, { "", 0 }, 0 }, 3, false, 129, true, false, 0, 0, true },
          "989600a176cd512901a00003c2cc81c30000c3" },
    };
    struct verdict verdict = { STR("draft"), voucher().problems }, read_verdict;
    struct strbuf out;
    char hex[512];

    (void)unused;
    strbuf_init(&out, ROOM);
    for (size_t i = 0; i < COUNT(seals); i++) {
        struct seal read;

        strbuf_reset(&out);
        seal_encode(&seals[i].seal, &out);
        (void)sodium_bin2hex(hex, sizeof hex, (unsigned char *)out.bytes, out.len);
        if (strcmp(hex, seals[i].hex) != 0)
            fail_msg("%s: %s", seals[i].why, hex);
        assert_int_equal(seal_decode(strbuf_str(&out), &read), ERR_OK);
        assert_int_equal(read.revision, seals[i].seal.revision);
        assert_true(read.behind == seals[i].seal.behind && read.reversed == seals[i].seal.reversed);
        assert_true(read.heard == seals[i].seal.heard && read.by_hand == seals[i].seal.by_hand);
        assert_true(read.upto == seals[i].seal.upto && read.credit_ordered == seals[i].seal.credit_ordered);
        for (size_t len = 0; len < out.len; len++)
            assert_int_equal(seal_decode((struct str){ out.bytes, len }, &read), ERR_FORMAT);
    }
    strbuf_reset(&out);
    verdict_encode(&verdict, &out);
    (void)sodium_bin2hex(hex, sizeof hex, (unsigned char *)out.bytes, out.len);
    assert_string_equal(hex, "92c40564726166749195ac73657175656e63652d676170a44b312f3402a24b31a133");
    assert_int_equal(verdict_decode(strbuf_str(&out), &read_verdict), ERR_OK);
    assert_true(str_equal(read_verdict.draft_bytes, verdict.draft_bytes));
    assert_int_equal(read_verdict.problems.count, 1);
    for (size_t len = 0; len < out.len; len++)
        assert_int_equal(verdict_decode((struct str){ out.bytes, len }, &read_verdict), ERR_FORMAT);
    strbuf_free(&out);
}

/* A document's name is judged as it is read: no venue, no register, part 0 or another kind is no document. */
static void documents_that_are_none(void **unused)
{
    static const struct { const char *why; struct doc doc; enum err err; } rows[] = {
        { "a voucher", { DOC_VOUCHER, { "v", 1 }, 1, 1, { "", 0 }, 0 }, ERR_OK },
        { "an order", { DOC_ORDER, { "v", 1 }, 1, 0, { "K1", 2 }, 1 }, ERR_OK },
        { "no venue", { DOC_VOUCHER, { "", 0 }, 1, 1, { "", 0 }, 0 }, ERR_FORMAT },
        { "a venue that is no name", { DOC_VOUCHER, { "a/b", 3 }, 1, 1, { "", 0 }, 0 }, ERR_FORMAT },
        { "part 0", { DOC_VOUCHER, { "v", 1 }, 1, 0, { "", 0 }, 0 }, ERR_FORMAT },
        { "no register", { DOC_ORDER, { "v", 1 }, 1, 0, { "", 0 }, 1 }, ERR_FORMAT },
        { "another kind", { (enum doc_kind)2, { "v", 1 }, 1, 1, { "K1", 2 }, 1 }, ERR_FORMAT },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct seal seal = { .doc = rows[i].doc }, read;
        struct strbuf out;

        strbuf_init(&out, ROOM);
        seal_encode(&seal, &out);
        if (seal_decode(strbuf_str(&out), &read) != rows[i].err)
            fail_msg("%s", rows[i].why);
        strbuf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_as_ever),  cmocka_unit_test(before_there_was_a_field), cmocka_unit_test(damaged),
        cmocka_unit_test(bounds),              cmocka_unit_test(seals_and_verdicts),
        cmocka_unit_test(documents_that_are_none), cmocka_unit_test(later_members), cmocka_unit_test(projects_and_locations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
