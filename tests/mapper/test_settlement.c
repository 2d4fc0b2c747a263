#include "table_rig.h"

#include "mapper/settlement.h"
#include "mapper/tables.h"

#include <sodium.h>

/* Goal: a receipt books on the business day of its time: by the venue's zone and cut-off, over both clock changes,
 * leap days and the turn of the year, and as the cut-off was on that day. */
static void day_of_a_receipt(void **unused)
{
    static const struct { const char *why, *zone, *cutoff, *time, *day; } rows[] = {
        { "at the cut-off",            "Europe/Oslo", "\"05:00\"", "2026-11-21T05:00:00+01:00", "2026-11-21" },
        { "a second before it",        "Europe/Oslo", "\"05:00\"", "2026-11-21T04:59:59+01:00", "2026-11-20" },
        { "written in another zone",   "Europe/Oslo", "\"05:00\"", "2026-11-21T03:59:59Z",      "2026-11-20" },
        { "and at the cut-off there",  "Europe/Oslo", "\"05:00\"", "2026-11-21T04:00:00Z",      "2026-11-21" },
        { "clocks go forward: 23 hours", "Europe/Oslo", "\"05:00\"", "2026-03-29T04:59:59+02:00", "2026-03-28" },
        { "and the next begins",       "Europe/Oslo", "\"05:00\"", "2026-03-29T05:00:00+02:00", "2026-03-29" },
        { "the hour that is skipped",  "Europe/Oslo", "\"02:30\"", "2026-03-29T03:00:00+02:00", "2026-03-29" },
        { "just before it",            "Europe/Oslo", "\"02:30\"", "2026-03-29T01:59:59+01:00", "2026-03-28" },
        { "clocks go back: 25 hours",  "Europe/Oslo", "\"05:00\"", "2026-10-25T04:59:59+01:00", "2026-10-24" },
        { "half past two, first time", "Europe/Oslo", "\"05:00\"", "2026-10-25T02:30:00+02:00", "2026-10-24" },
        { "the hour that comes twice", "Europe/Oslo", "\"02:30\"", "2026-10-25T02:30:00+02:00", "2026-10-25" },
        { "and a second before",       "Europe/Oslo", "\"02:30\"", "2026-10-25T02:29:59+02:00", "2026-10-24" },
        { "and its second time",       "Europe/Oslo", "\"02:30\"", "2026-10-25T02:15:00+01:00", "2026-10-25" },
        { "leap day",                  "Europe/Oslo", "\"05:00\"", "2028-03-01T04:00:00+01:00", "2028-02-29" },
        { "no leap day",               "Europe/Oslo", "\"05:00\"", "2027-03-01T04:00:00+01:00", "2027-02-28" },
        { "the turn of the year",      "Europe/Oslo", "\"05:00\"", "2027-01-01T02:00:00+01:00", "2026-12-31" },
        { "midnight",                  "Europe/Oslo", "\"00:00\"", "2027-01-01T00:00:00+01:00", "2027-01-01" },
        { "New York",                  "America/New_York", "\"05:00\"", "2026-11-21T09:59:59Z", "2026-11-20" },
        { "half an hour off",          "Asia/Kolkata", "\"05:00\"", "2026-11-20T23:30:00Z",     "2026-11-21" },
        { "cut-off before the change", "Europe/Oslo",
          "[{value: \"05:00\"}, {valid_from: 2026-11-21, value: \"03:00\"}]", "2026-11-20T04:00:00+01:00", "2026-11-19" },
        { "cut-off on the day of the change", "Europe/Oslo",
          "[{value: \"05:00\"}, {valid_from: 2026-11-21, value: \"03:00\"}]", "2026-11-21T04:00:00+01:00", "2026-11-21" },
        { "and just before it",        "Europe/Oslo",
          "[{value: \"05:00\"}, {valid_from: 2026-11-21, value: \"03:00\"}]", "2026-11-21T02:59:59+01:00", "2026-11-20" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char to[200], doc[64];
        struct rig rig;

        rig_make(&rig);
        (void)snprintf(to, sizeof to, "timezone: %s\nbusiness_day_start: %s\n", rows[i].zone, rows[i].cutoff);
        rig_config(&rig, "timezone: Europe/Oslo\n", to);
        rig_sale(&rig, 1, rows[i].time, "food", 100, "card");
        (void)rig_look(&rig);
        (void)snprintf(doc, sizeof doc, "v/%s/1", rows[i].day);
        if (!rig_draft(&rig, doc))
            fail_msg("%s: %s is not of %s", rows[i].why, rows[i].time, rows[i].day);
        rig_free(&rig);
    }
}

struct kept { struct settlement settlement, read; struct arena *arena; };

static enum err keep_work(struct txn *txn, void *context)
{
    struct kept *kept = context;
    enum err err = settlement_save(txn, STR("v"), 20777, &kept->settlement);

    return err ? err : settlement_load(txn, STR("v"), 20777, kept->arena, &kept->read);
}

/* Goal: a settlement is read as it was written; a receipt that does not fit leaves it as it was. */
static void kept_and_bounded(void **unused)
{
    struct sale_line line = { .product_type = STR("food"), .vat = 2500, .gross = { 100 }, .qty = 1000000 };
    struct payment payment = { STR("card"), { 100 } };
    struct event receipt = { .venue = STR("v"), .reg = STR("K1"), .seq = 7, .time = 1795172400, .lines = &line,
                             .line_count = 1, .payments = &payment, .payment_count = 1 };
    struct kept kept = { 0 };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    kept.arena = &rig.event_arena;
    NEEDED(settlement_new_part(&kept.settlement, 5, kept.arena));
    kept.settlement.parts[0].accepted = 3;
    kept.settlement.parts[0].post_on = 20800;
    NEEDED(settlement_note_register(&kept.settlement, &receipt, kept.arena));
    NEEDED(settlement_add_plain(&kept.settlement, &receipt, false, kept.arena));
    line.gross.ore = payment.amount.ore = MONEY_SUM_MAX;
    assert_int_equal(settlement_add_plain(&kept.settlement, &receipt, false, kept.arena), ERR_RANGE);
    NEEDED(store_write(rig.store, keep_work, &kept));
    assert_int_equal(kept.read.receipts, 1);
    assert_int_equal(kept.read.sum_count, 2);
    assert_int_equal(kept.read.sums[0].amount.ore, 100);
    assert_true(str_equal(kept.read.sums[0].first_reg, STR("K1")) && kept.read.sums[0].first_seq == 7);
    assert_int_equal(kept.read.parts[0].from, 5);
    assert_int_equal(kept.read.parts[0].accepted, 3);
    assert_int_equal(kept.read.parts[0].post_on, 20800);
    assert_true(kept.read.register_count == 1 && kept.read.registers[0].last_sale == 7);
    rig_free(&rig);
}

static enum err days_bytes_work(struct txn *txn, void *context)
{
    struct str bytes;
    struct key key;

    key_init(&key);
    key_name(&key, STR("v"));
    key_day(&key, 20777);
    NEEDED(store_get(txn, TABLE_DAYS, key_str(&key), &bytes));
    (void)sodium_bin2hex(context, 600, (const unsigned char *)bytes.bytes, bytes.len);
    return ERR_OK;
}

/* Goal: a settlement rests in the bytes that it always had, and what is damaged is no settlement. */
static void same_bytes_as_ever(void **unused)
{
    struct settlement_sum sums[] = {
        { STR("card"), STR("food"), 2500, { 125000 }, 300, 17, { 25000 }, 1795172400, STR("K1"), 70000 },
        { STR_NONE, STR_NONE, 0, { -1 }, 1, 0, { 0 }, -1, STR("K2"), 1 },
    };
    struct settlement_part parts[] = {
        { .from = 1, .upto = 5, .sealed = true, .nothing = true, .revision = 2, .sealed_revision = 3, .undone_revision = 4,
          .content = UINT64_MAX, .emitted_credit_in = true, .emitted_unordered = true, .fate = CREDIT_ORDERED,
          .credit_ordered = true, .accepted = 31, .post_on = 20800, .orders_open = 6 },
        { .from = 5, .post_on = DAY_ALWAYS },
    };
    struct settlement_register registers[] = { { STR("K1"), 1, 70000, 69999, true }, { STR("K2"), 1, 1, 0, false } };
    struct kept kept = { .settlement = { .last_ms = 1764000000000, .last_place = 9, .receipts = 301, .broken = 1, .voids = 2,
                                         .conflicts = 3, .movements = 4, .zs = 5, .sums = sums, .sum_count = 2,
                                         .parts = parts, .part_count = 2, .registers = registers, .register_count = 2 } };
    char hex[600], again[600];
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    kept.arena = &rig.event_arena;
    NEEDED(store_write(rig.store, keep_work, &kept));
    NEEDED(store_read(rig.store, days_bytes_work, hex));
    assert_string_equal(hex,
        "9c01cf0000019ab697e80009cd012d0102030405929aa463617264a4666f6f64cd09c4ce0001e848cd012c11cd61a8ce6b002830a24b31ce00011170"
        "9aa0a000ff010000ffa24b3201929f0105c3c302cfffffffffffffffffc301c31fcd5140060304c39f0500c2c20000c200c200d280000000000000c2"
        "9295a24b3101ce00011170ce0001116fc395a24b32010100c2");
    assert_true(kept.read.part_count == 2 && kept.read.parts[0].undone_revision == 4 && kept.read.sums[1].first_time == -1);
    kept.settlement = kept.read;
    NEEDED(store_write(rig.store, keep_work, &kept));
    NEEDED(store_read(rig.store, days_bytes_work, again));
    assert_string_equal(hex, again);
    NEEDED(settlement_new_part(&kept.read, 7, kept.arena));   /* there is room again after it was read */
    assert_int_equal(kept.read.part_count, 3);
    assert_int_equal(kept.read.parts[0].revision, 2);
    rig_free(&rig);
}

/* Goal: what the switches could divide is not summed; everything else is. */
static void plain_or_not(void **unused)
{
    static const struct {
        const char *why;
        struct { const char *type; int64_t amount; } paid[2];
        const char *product;
        bool plain;
    } rows[] = {
        { "one payment", { { "card", 100 } }, "food", true },
        { "two of one type", { { "card", 60 }, { "card", 40 } }, "food", true },
        { "two types", { { "card", 60 }, { "cash", 40 } }, "food", false },
        { "credit", { { "credit", 100 } }, "food", false },
        { "a gift card", { { "card", 100 } }, "gift_card", true },
        { "comes to nothing", { { "card", 60 }, { "card", -60 } }, "food", true },
        { "comes to nothing with a gift card", { { "card", 60 }, { "card", -60 } }, "gift_card", false },
        { "no payment", { { NULL, 0 } }, "food", true },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct sale_line line = { .product_type = str_of(rows[i].product) };
        struct payment payments[2] = { { STR_NONE, { 0 } } };
        struct event receipt = { .lines = &line, .line_count = 1, .payments = payments };

        for (; receipt.payment_count < 2 && rows[i].paid[receipt.payment_count].type; receipt.payment_count++)
            payments[receipt.payment_count] = (struct payment){ str_of(rows[i].paid[receipt.payment_count].type),
                                                                { rows[i].paid[receipt.payment_count].amount } };
        if (settlement_receipt_is_plain(&receipt) != rows[i].plain)
            fail_msg("%s: is %splain", rows[i].why, rows[i].plain ? "not " : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(day_of_a_receipt), cmocka_unit_test(kept_and_bounded), cmocka_unit_test(plain_or_not),
        cmocka_unit_test(same_bytes_as_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
