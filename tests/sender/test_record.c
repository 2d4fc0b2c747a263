/* Goal: every state meets every event, and only what the table below says happens; what is not in it changes
 * nothing. A record comes back from its bytes as it was, and damaged bytes are refused. */
#include "sender/record.h"

#include "base/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 5000, BEFORE = 1000 };

/* Written down once more, by hand, from the words of the design: (state, work) x event -> (state, work). */
static const struct expected {
    enum doc_state from; enum work during; enum doc_step event; enum doc_state to; enum work work;
} expected[] = {
#define ANEW(from, during) \
    { from, during, STEP_PREVIEW, DOC_OPEN, WORK_NONE },    { from, during, STEP_PROBLEMS, DOC_HELD, WORK_NONE }, \
    { from, during, STEP_READY, DOC_WAITING, WORK_NONE },   { from, during, STEP_READY_AUTO, DOC_QUEUED, WORK_SEND }
    ANEW(DOC_OPEN, WORK_NONE), ANEW(DOC_HELD, WORK_NONE), ANEW(DOC_WAITING, WORK_NONE), ANEW(DOC_QUEUED, WORK_SEND),
    ANEW(DOC_HELD, WORK_SEND), ANEW(DOC_FAILED, WORK_NONE), ANEW(DOC_FAILED, WORK_TELL), ANEW(DOC_REVERSED, WORK_TELL),
    ANEW(DOC_OPEN, WORK_TELL), ANEW(DOC_REVERSED, WORK_NONE),
#undef ANEW
    { DOC_WAITING, WORK_NONE, STEP_TRANSFER, DOC_QUEUED, WORK_SEND },

    { DOC_QUEUED, WORK_SEND, STEP_CLAIM, DOC_SENDING, WORK_SEND },
    { DOC_QUEUED, WORK_SEND, STEP_RESEND, DOC_QUEUED, WORK_SEND },
    { DOC_HELD, WORK_SEND, STEP_CLAIM, DOC_SENDING, WORK_SEND },
    { DOC_HELD, WORK_SEND, STEP_RESEND, DOC_QUEUED, WORK_SEND },

    { DOC_SENDING, WORK_SEND, STEP_DONE, DOC_SENT, WORK_NONE },
    { DOC_SENDING, WORK_SEND, STEP_NOT_PROCESSED, DOC_QUEUED, WORK_SEND },
    { DOC_SENDING, WORK_SEND, STEP_UNKNOWN, DOC_SENDING, WORK_LOOKUP },
    { DOC_SENDING, WORK_SEND, STEP_LOGIN, DOC_HELD, WORK_SEND },
    { DOC_SENDING, WORK_SEND, STEP_REFUSED, DOC_FAILED, WORK_NONE },
    { DOC_SENDING, WORK_SEND, STEP_DOUBTED, DOC_SENDING, WORK_LOOKUP },

    { DOC_SENDING, WORK_LOOKUP, STEP_CLAIM, DOC_SENDING, WORK_LOOKUP },
    { DOC_SENDING, WORK_LOOKUP, STEP_DONE, DOC_SENT, WORK_NONE },
    { DOC_SENDING, WORK_LOOKUP, STEP_FOUND, DOC_SENT, WORK_NONE },
    { DOC_SENDING, WORK_LOOKUP, STEP_DIFFERS, DOC_FAILED, WORK_NONE },
    { DOC_SENDING, WORK_LOOKUP, STEP_NOT_FOUND, DOC_SENDING, WORK_LOOKUP },
    { DOC_SENDING, WORK_LOOKUP, STEP_ABSENT, DOC_QUEUED, WORK_SEND },
    { DOC_SENDING, WORK_LOOKUP, STEP_NOT_PROCESSED, DOC_SENDING, WORK_LOOKUP },
    { DOC_SENDING, WORK_LOOKUP, STEP_UNKNOWN, DOC_SENDING, WORK_LOOKUP },
    { DOC_SENDING, WORK_LOOKUP, STEP_LOGIN, DOC_SENDING, WORK_LOOKUP },
    { DOC_SENDING, WORK_LOOKUP, STEP_REFUSED, DOC_FAILED, WORK_NONE },

    { DOC_FAILED, WORK_NONE, STEP_RESEND, DOC_FAILED, WORK_TELL },

    { DOC_SENT, WORK_NONE, STEP_REVERSE, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_NUMBER, STEP_REVERSE, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_INVOICE, STEP_REVERSE, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_INVOICED, STEP_REVERSE, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_REVERSE, STEP_REVERSE, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_REVERSE, STEP_CLAIM, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_REVERSE, STEP_UNDO_ASKED, DOC_SENT, WORK_UNDOING },
    { DOC_SENT, WORK_REVERSE, STEP_NOT_PROCESSED, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_REVERSE, STEP_UNKNOWN, DOC_SENT, WORK_UNDOING },
    { DOC_SENT, WORK_REVERSE, STEP_LOGIN, DOC_SENT, WORK_REVERSE },

    { DOC_OPEN, WORK_NONE, STEP_BY_HAND, DOC_BY_HAND, WORK_NONE },
    { DOC_HELD, WORK_NONE, STEP_BY_HAND, DOC_BY_HAND, WORK_NONE },
    { DOC_HELD, WORK_SEND, STEP_BY_HAND, DOC_BY_HAND, WORK_NONE },
    { DOC_WAITING, WORK_NONE, STEP_BY_HAND, DOC_BY_HAND, WORK_NONE },
    { DOC_FAILED, WORK_NONE, STEP_BY_HAND, DOC_BY_HAND, WORK_NONE },
    { DOC_BY_HAND, WORK_NONE, STEP_UNDO_BY_HAND, DOC_OPEN, WORK_TELL },

    { DOC_SENT, WORK_NONE, STEP_RESEND, DOC_REVERSED, WORK_TELL },       /* a person took it back in PowerOffice ... */
    { DOC_SENT, WORK_NONE, STEP_BY_HAND, DOC_BY_HAND, WORK_NONE },
    { DOC_SENT, WORK_NONE, STEP_LEAVE, DOC_REVERSED, WORK_NONE },
    { DOC_REVERSED, WORK_NONE, STEP_RESEND, DOC_REVERSED, WORK_TELL },
    { DOC_SENT, WORK_CHECK, STEP_REVERSE, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_TWIN, STEP_REVERSE, DOC_SENT, WORK_REVERSE },

    { DOC_SENT, WORK_UNDOING, STEP_REVERSE, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_UNDOING, STEP_UNDO_AGAIN, DOC_SENT, WORK_REVERSE },
    { DOC_SENT, WORK_UNDOING, STEP_REVERSED, DOC_REVERSED, WORK_TELL },
    { DOC_SENT, WORK_UNDOING, STEP_KEPT, DOC_SENT, WORK_NONE },
};

/* The states in which a document can be at all. */
static const struct { enum doc_state state; enum work work; } places[] = {
    { DOC_OPEN, WORK_NONE },     { DOC_HELD, WORK_NONE },      { DOC_HELD, WORK_SEND },    { DOC_WAITING, WORK_NONE },
    { DOC_QUEUED, WORK_SEND },   { DOC_SENDING, WORK_SEND },   { DOC_SENDING, WORK_LOOKUP },
    { DOC_SENT, WORK_NONE },     { DOC_SENT, WORK_REVERSE },   { DOC_SENT, WORK_NUMBER },  { DOC_SENT, WORK_INVOICE },
    { DOC_SENT, WORK_UNDOING },  { DOC_SENT, WORK_CHECK },     { DOC_REVERSED, WORK_NONE },
    { DOC_SENT, WORK_INVOICED }, { DOC_FAILED, WORK_NONE },    { DOC_FAILED, WORK_TELL },  { DOC_REVERSED, WORK_TELL },
    { DOC_BY_HAND, WORK_NONE },  { DOC_OPEN, WORK_TELL },      { DOC_SENT, WORK_TWIN },
};

static const struct expected *expectation(enum doc_state state, enum work work, enum doc_step event)
{
    for (size_t i = 0; i < COUNT(expected); i++)
        if (expected[i].from == state && expected[i].during == work && expected[i].event == event)
            return &expected[i];
    return NULL;
}

static bool is_place(enum doc_state state, enum work work)
{
    for (size_t i = 0; i < COUNT(places); i++)
        if (places[i].state == state && places[i].work == work)
            return true;
    return false;
}

static void every_state_meets_every_event(void **unused)
{
    (void)unused;
    for (size_t p = 0; p < COUNT(places); p++) {
        for (int event = 0; event < DOC_STEP_COUNT; event++) {
            struct record record = { .state = places[p].state, .work = places[p].work, .since_ms = BEFORE,
                                     .claimed = true };
            const struct expected *row = expectation(record.state, record.work, (enum doc_step)event);
            enum err err = record_move(&record, (enum doc_step)event, NOW);
            enum doc_state to = row ? row->to : places[p].state;
            enum work work = row ? row->work : places[p].work;

            if (err != (row ? ERR_OK : ERR_REFUSED) || record.state != to || record.work != work ||
                record.claimed != !row || record.since_ms != (to != places[p].state ? NOW : BEFORE))
                fail_msg("%s/%s + %s: %s, now %s/%s", doc_state_text(places[p].state), work_text(places[p].work),
                         doc_step_text((enum doc_step)event), err_text(err), doc_state_text(record.state),
                         work_text(record.work));
            assert_true(is_place(record.state, record.work));
        }
    }
}

/* What may stand in PowerOffice takes no new draft, whatever comes. */
static void sealed_takes_no_draft(void **unused)
{
    static const struct { const char *why; bool sealed; enum work work; uint32_t revision; bool open; } rows[] = {
        { "never sealed",                false, WORK_NONE,   1, true },
        { "never sealed, older (the caller compares)", false, WORK_SEND, 1, true },
        { "sealed, not processed",       true,  WORK_SEND,   9, false },
        { "sealed, answer lost",         true,  WORK_LOOKUP, 9, false },
        { "sent",                        true,  WORK_NONE,   9, false },
        { "being reversed",              true,  WORK_REVERSE, 9, false },
        { "reversed, the sealed one again", true, WORK_TELL, 5, false },
        { "reversed, an older one",      true,  WORK_TELL,   4, false },
        { "reversed, the next one",      true,  WORK_TELL,   6, true },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct record record = { .sealed = rows[i].sealed, .work = rows[i].work, .revision = 5 };

        if (record_open_for(&record, rows[i].revision) != rows[i].open)
            fail_msg("%s", rows[i].why);
    }
}

static void bytes_come_back(void **unused)
{
    struct record record = {
        .state = DOC_SENDING, .work = WORK_LOOKUP, .next_ms = 1764000000000, .claimed = true,
        .owner = { 3, UINT64_MAX }, .venue = STR("oslo-grill"), .client_id = STR("abcd"), .company = STR("912345678"),
        .day = 20777, .revision = 7, .draft = { "dr\0ft", 5 }, .problems = STR_NONE, .sealed = true,
        .automatic = true, .transfer = true, .body = STR("{}"), .upto = UINT64_MAX, .credit_ordered = true,
        .id = STR("id"), .number = 1187, .has_total = true, .total = { -8547 }, .first_ms = 1, .since_ms = 2,
        .sealed_ms = 3, .sent_ms = 4, .attempts = 5, .lookups = 6, .refusals = 7, .words = STR("words"),
        .accepted = STR("total-differs"), .old_ids = STR("a,b"), .invoice_no = 9, .round = 10, .facts = 11, .asked = true,
    };
    struct record back;
    struct strbuf bytes, again;
    char hex[1000];

    (void)unused;
    strbuf_init(&bytes, 1 << 20);
    strbuf_init(&again, 1 << 20);
    record_encode(&record, &bytes);
    assert_int_equal(record_decode(strbuf_str(&bytes), &back), ERR_OK);
    (void)sodium_bin2hex(hex, sizeof hex, (const unsigned char *)bytes.bytes, bytes.len);
    assert_string_equal(hex,
        "dc00270402cf0000019ab697e800c303cfffffffffffffffffaa6f736c6f2d6772696c6ca461626364a9393132333435363738cd512907c405647200"
        "6674c400c3c3c3c4027b7dcfffffffffffffffffc3a26964cd04a3c3d1de9d01020304050607a5776f726473ad746f74616c2d64696666657273a361"
        "2c62090a0bc3c0c0");
    assert_int_equal(back.number, 1187);
    assert_int_equal(back.total.ore, -8547);
    assert_int_equal(back.facts, 11);
    assert_true(str_equal(back.draft, record.draft) && str_equal(back.old_ids, record.old_ids));
    record_encode(&back, &again);
    assert_true(str_equal(strbuf_str(&bytes), strbuf_str(&again)));
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(record_decode((struct str){ bytes.bytes, len }, &back), ERR_STORE_DAMAGED);
    strbuf_free(&bytes);
    strbuf_free(&again);
}

/* What a record says of fields that are younger than it is nil; its bytes are those of before. */
static void before_there_was_a_field(void **unused)
{
    struct record record = { .state = DOC_OPEN, .venue = STR("v") }, back;
    struct strbuf bytes;
    struct arena arena;
    char hex[400];

    (void)unused;
    strbuf_init(&bytes, 1 << 20);
    arena_init(&arena, 4096);
    record_encode(&record, &bytes);
    (void)sodium_bin2hex(hex, sizeof hex, (const unsigned char *)bytes.bytes, bytes.len);
    assert_string_equal(hex,
        "dc0027000000c20000a176a0a00000c400c400c2c2c2c40000c2a000c20000000000000000a0a0a0000000c0c0c0");
    assert_int_equal(record_decode(strbuf_str(&bytes), &back), ERR_OK);
    assert_true(!back.asked && back.invoice_day == 0);
    bytes.bytes[bytes.len - 3] = (char)0xc3;                  /* asked */
    bytes.bytes[bytes.len - 2] = 7;                           /* the day of the invoice */
    bytes.bytes[bytes.len - 1] = 9;                           /* what a later program wrote */
    assert_int_equal(record_decode(strbuf_str(&bytes), &back), ERR_OK);
    assert_true(back.asked && back.invoice_day == 7);
    assert_int_equal(record_copy(&arena, &back, &back), ERR_OK);
    memset(bytes.bytes, 'z', bytes.len);
    assert_true(str_equal(back.venue, STR("v")));
    arena_free(&arena);
    strbuf_free(&bytes);
}

static void lists(void **unused)
{
    (void)unused;
    assert_true(list_has(STR("a,bc,d"), STR("bc")));
    assert_true(list_has(STR("a,bc,d"), STR("d")));
    assert_true(list_has(STR("a, bc, d"), STR("bc")));       /* as missing rights are written */
    assert_false(list_has(STR("a,bc,d"), STR("b")));
    assert_false(list_has(STR(""), STR("b")));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_meets_every_event), cmocka_unit_test(sealed_takes_no_draft),
        cmocka_unit_test(bytes_come_back), cmocka_unit_test(before_there_was_a_field), cmocka_unit_test(lists),
    };

    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
