/* Goal: what the mapper keeps of receipts, voids, Z reports, orders and second contents rests in the bytes that it always
 * had, comes back as it was put, and is damaged when a byte is missing or a member is of another kind. */
#include "mapper_rig.h"

#include "mapper/claim.h"
#include "mapper/conflict.h"
#include "mapper/order_mark.h"
#include "mapper/tables.h"
#include "mapper/zindex.h"

#include <sodium.h>

enum { BYTES_MAX = 200 };

static const struct event_hash hash = { "0123456789abcde" };
static const struct event named = { .venue = STR("v"), .reg = STR("K1"), .series = 0, .seq = 70000, .time = 1795172400 };

static struct str mark_reg = STR("K1");

static enum err put_known(struct txn *txn)
{
    const struct known known = { .place = 70001, .day = -3, .booked = true, .hash = hash, .bytes = STR("canonical") };

    return known_put(txn, &named, &known);
}

static bool same_known(struct txn *txn)
{
    struct known known;

    return known_get(txn, STR("v"), STR("K1"), 0, 70000, &known) == ERR_OK && known.place == 70001 && known.day == -3 &&
           known.booked && memcmp(known.hash.bytes, hash.bytes, sizeof hash.bytes) == 0 &&
           str_equal(known.bytes, STR("canonical"));
}

static const struct effect effect = { true, STR("K1"), 0, 70000, STR("K2"), 5 };

static enum err put_effect(struct txn *txn)
{
    return effect_put(txn, STR("v"), 20777, EFFECT_VOID, 9, 1, &effect);
}

static enum err compare_effect(struct txn *txn, uint64_t place, const struct effect *seen, void *context)
{
    (void)txn;
    *(bool *)context = place == 9 && seen->negative && str_equal(seen->reg, effect.reg) && seen->series == 0 &&
                       seen->seq == effect.seq && str_equal(seen->by_reg, effect.by_reg) && seen->by_seq == effect.by_seq;
    return ERR_OK;
}

static bool same_effect(struct txn *txn)
{
    bool same = false;

    return effect_walk(txn, STR("v"), 20777, EFFECT_VOID, 0, 9, compare_effect, &same) == ERR_OK && same;
}

static enum err put_removal(struct txn *txn)
{
    const struct removal_words words = { true, { -12500 }, STR("a test of the till") };

    return effect_put_removal(txn, STR("v"), 20777, 9, &effect, &words);
}

static bool same_removal(struct txn *txn)
{
    struct removal_words words;

    return effect_removal_words(txn, STR("v"), 20777, 9, &words) == ERR_OK && words.has_amount && words.amount.ore == -12500 &&
           str_equal(words.reason, STR("a test of the till"));
}

static enum err put_claim(struct txn *txn)
{
    const struct claim claim = { .venue = STR("v"), .target_reg = STR("K1"), .target_seq = 7, .time = -5, .reg = STR("K2"),
                                 .seq = 300, .day = -3, .place = 70001, .effective = true };

    return claim_put(txn, &claim);
}

static bool same_claim(struct txn *txn)
{
    struct claim claim;

    return claim_effective(txn, STR("v"), STR("K1"), 7, &claim) == ERR_OK && claim.time == -5 &&
           str_equal(claim.reg, STR("K2")) && claim.seq == 300 && claim.day == -3 && claim.place == 70001;
}

static enum err put_mark(struct txn *txn)
{
    const struct order_mark mark = { .reg = mark_reg, .seq = 7, .part = 2, .revision = 300, .content = UINT64_MAX,
                                     .released = true, .withdrawn = true, .empty = 70000, .undone = 4, .heard = 129 };

    return order_mark_put(txn, STR("v"), 20777, &mark);
}

static bool same_mark(struct txn *txn)
{
    struct order_mark mark;

    return order_mark_get(txn, STR("v"), 20777, mark_reg, 7, &mark) == ERR_OK && mark.part == 2 && mark.revision == 300 &&
           mark.content == UINT64_MAX && mark.released && !mark.sealed && mark.withdrawn && mark.empty == 70000 &&
           mark.undone == 4 && mark.heard == 129;
}

static enum err put_first_mark(struct txn *txn)
{
    const struct order_mark mark = { .reg = mark_reg, .seq = 7 };

    return order_mark_put(txn, STR("v"), 20777, &mark);
}

static bool same_first_mark(struct txn *txn)
{
    struct order_mark mark = { .heard = 1 };

    return order_mark_get(txn, STR("v"), 20777, mark_reg, 7, &mark) == ERR_OK && mark.part == 0 && mark.heard == 0;
}

static enum err put_z(struct txn *txn)
{
    struct event z = named;

    z.kind = EVENT_Z_REPORT;
    z.z.number = 412;
    z.z.business_day = 20777;
    z.z.has_range = true;
    z.z.first_seq = 1;
    z.z.last_seq = 70000;
    z.z.has_grand_total = true;
    z.z.grand_total.ore = -125000;
    return zindex_put(txn, &z);
}

static enum err compare_z(const struct zmark *mark, void *context)
{
    *(bool *)context = mark->number == 412 && mark->day == 20777 && mark->ranged && mark->has_range && mark->first == 1 &&
                       mark->last == 70000 && mark->has_total && mark->total.ore == -125000 && mark->time == named.time &&
                       mark->seq == named.seq;
    return ERR_OK;
}

static bool same_z(struct txn *txn)
{
    bool same = false;

    return zindex_walk(txn, STR("v"), STR("K1"), compare_z, &same) == ERR_OK && same;
}

static enum err put_conflict(struct txn *txn)
{
    const struct conflict conflict = { .hash = hash, .state = CONFLICT_NOT_BOOKED, .place = 70001, .day = -3,
                                       .bytes = STR("canonical"), .decided = 300, .was_booked = true };

    return conflict_put(txn, &named, &conflict);
}

static bool same_conflict(struct txn *txn)
{
    struct conflict conflict;

    return conflict_by_hash(txn, &named, &hash, &conflict) == ERR_OK && conflict.state == CONFLICT_NOT_BOOKED &&
           conflict.place == 70001 && conflict.day == -3 && str_equal(conflict.bytes, STR("canonical")) &&
           conflict.decided == 300 && conflict.was_booked;
}

static bool same_old_mark(struct txn *txn)
{
    struct order_mark mark = { .heard = 1 };

    return order_mark_get(txn, STR("v"), 20777, mark_reg, 7, &mark) == ERR_OK && mark.part == 2 && mark.undone == 4 &&
           mark.heard == 0;
}

static bool same_old_conflict(struct txn *txn)
{
    struct conflict conflict;

    return conflict_by_hash(txn, &named, &hash, &conflict) == ERR_OK && conflict.state == CONFLICT_NOT_BOOKED &&
           conflict.day == -3 && conflict.decided == 0 && !conflict.was_booked;
}

static bool same_oldest_conflict(struct txn *txn)
{
    struct conflict conflict;

    return conflict_by_hash(txn, &named, &hash, &conflict) == ERR_OK && conflict.state == CONFLICT_NOT_BOOKED &&
           conflict.place == 0 && conflict.bytes.len == 0;
}

/* hex: what put() writes; or, where an older program wrote something else, what lies there in its place. */
static const struct row {
    const char *why;
    unsigned table;
    enum err (*put)(struct txn *txn);
    bool (*same)(struct txn *txn);
    const char *hex;
    bool old;
} rows[] = {
    { "receipt", TABLE_RECEIPTS, put_known, same_known,
      "95ce00011171fdc3c41030313233343536373839616263646500c40963616e6f6e6963616c", false },
    { "effect", TABLE_EFFECTS, put_effect, same_effect, "96c3a24b3100ce00011170a24b3205", false },
    { "what a person took out", TABLE_EFFECTS, put_removal, same_removal,
      "99c3a24b3100ce00011170a24b3205c3d1cf2cb2612074657374206f66207468652074696c6c", false },
    { "claim", TABLE_VOIDS, put_claim, same_claim, "93fdce00011171c3", false },
    { "order's mark", TABLE_ORDERS, put_mark, same_mark, "9902cd012ccfffffffffffffffffc3c2c3ce0001117004cc81", false },
    { "order's first mark", TABLE_ORDERS, put_first_mark, same_first_mark, "99000000c2c2c2000000", false },
    { "order's mark before it was heard", TABLE_ORDERS, put_mark, same_old_mark,
      "9802cd012ccfffffffffffffffffc3c2c3ce0001117004", true },
    { "Z report", TABLE_ZS, put_z, same_z, "97cd019ccd5129c301ce00011170c3d2fffe17b8", false },
    { "second content", TABLE_CONFLICTS, put_conflict, same_conflict,
      "9601ce00011171fdc40963616e6f6e6963616ccd012cc3", false },
    { "second content before its decision was kept", TABLE_CONFLICTS, put_conflict, same_old_conflict,
      "9401ce00011171fdc40963616e6f6e6963616c", true },
    { "second content of the first programs", TABLE_CONFLICTS, put_conflict, same_oldest_conflict, "31", true },
};

struct kept { struct key key; char bytes[BYTES_MAX]; size_t len; };

static enum err keep(struct txn *txn, struct str key, struct str value, void *context)
{
    struct kept *kept = context;

    (void)txn;
    assert_true(key.len <= sizeof kept->key.bytes && value.len <= sizeof kept->bytes);
    key_init(&kept->key);
    memcpy(kept->key.bytes, key.bytes, key.len);
    kept->key.len = key.len;
    memcpy(kept->bytes, value.bytes, value.len);
    kept->len = value.len;
    return ERR_OK;
}

static enum err row_work(struct txn *txn, void *context)
{
    const struct row *row = context;
    struct kept kept = { .len = 0 };
    char hex[2 * BYTES_MAX + 1];

    NEEDED(row->put(txn));
    NEEDED(store_walk(txn, row->table, STR_NONE, STR_NONE, keep, &kept));
    if (row->old)
        assert_int_equal(sodium_hex2bin((unsigned char *)kept.bytes, sizeof kept.bytes, row->hex, strlen(row->hex), NULL,
                                        &kept.len, NULL), 0);
    (void)sodium_bin2hex(hex, sizeof hex, (unsigned char *)kept.bytes, kept.len);
    if (strcmp(hex, row->hex) != 0)
        fail_msg("%s: %s", row->why, hex);
    NEEDED(store_put(txn, row->table, key_str(&kept.key), (struct str){ kept.bytes, kept.len }));
    if (!row->same(txn))
        fail_msg("%s does not come back", row->why);
    for (size_t len = 0; len < kept.len; len++) {
        NEEDED(store_put(txn, row->table, key_str(&kept.key), (struct str){ kept.bytes, len }));
        if (row->same(txn))
            fail_msg("%s comes back of %zu bytes", row->why, len);
    }
    for (size_t bit = 0; bit < 8 * kept.len; bit++) {        /* whatever comes of it: it is read within its bytes */
        kept.bytes[bit / 8] ^= (char)(1 << bit % 8);
        NEEDED(store_put(txn, row->table, key_str(&kept.key), (struct str){ kept.bytes, kept.len }));
        (void)row->same(txn);
        kept.bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    return ERR_STOP;                                         /* nothing stays for the next row */
}

static void same_bytes_as_ever(void **unused)
{
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(store_write(rig.store, row_work, (void *)(uintptr_t)&rows[i]), ERR_STOP);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(same_bytes_as_ever) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
