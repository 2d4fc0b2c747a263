/* judge.c - the mapper's store: receipts against their content hashes, days, drafts, indexes. */
#include "judge.h"

#include "conflict.h"
#include "settlement.h"
#include "order_mark.h"
#include "tables.h"

#include "domain/draft.h"
#include "domain/event_canonical.h"
#include "domain/register.h"

#include <string.h>

static const char bad_key[] = "its key is not of the form it must have";
static const char bad_value[] = "it cannot be decoded";

static const char *judge_meta(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str word;
    size_t at = 0;

    (void)check;
    (void)txn;
    if (key_take_name(key, &at, &word) && str_equal(word, STR("days")))
        return value.len ? NULL : bad_value;                 /* a text (day_rules.h) */
    return key.len && (value.len == sizeof(uint64_t) || value.len == 2 * sizeof(uint64_t)) ? NULL : bad_value;
}

static const char *judge_receipt(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str venue, reg;
    uint32_t series;
    uint64_t seq;
    struct known known;
    struct event event;
    struct event_hash hash;
    size_t at = 0;

    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_name(key, &at, &reg) || !key_take_u32(key, &at, &series) ||
        !key_take_u64(key, &at, &seq))
        return bad_key;
    if (known_event(txn, venue, reg, series, seq, &check->arena, &known, &event))
        return bad_value;
    event_hash(known.bytes, &hash);
    if (memcmp(&hash, &known.hash, sizeof hash) != 0)
        return "its content is not what its hash says";
    return str_equal(event.venue, venue) && str_equal(event.reg, reg) && event.series == series && event.seq == seq
               ? NULL : "it is another receipt than its key says";
}

static const char *judge_interval(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str venue, reg;
    uint32_t series;
    uint64_t first, last;
    size_t at = 0, from = 0;

    (void)check;
    (void)txn;
    if (!key_take_name(key, &at, &venue) || !key_take_name(key, &at, &reg) || !key_take_u32(key, &at, &series) ||
        !key_take_u64(key, &at, &first))
        return bad_key;
    return key_take_u64(value, &from, &last) && first <= last ? NULL : bad_value;
}

/* venue, name, number, ...: tables whose values are small and whose keys say the most. */
static const char *judge_named(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str venue, reg;
    size_t at = 0;

    (void)check;
    (void)txn;
    if (!key_take_name(key, &at, &venue) || !key_take_name(key, &at, &reg) || !str_is_name(venue) ||
        !register_is_name(reg))
        return bad_key;
    return value.len ? NULL : bad_value;
}

static const char *judge_conflict(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    const char *named = judge_named(check, txn, key, value);

    return named ? named : conflict_is_whole(value) ? NULL : bad_value;
}

static enum err effect_fine(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    (void)txn;
    (void)place;
    *(bool *)context = register_is_name(effect->reg) && effect->series < SERIES_COUNT;
    return ERR_OK;
}

static const char *judge_effect(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str venue;
    int32_t day;
    uint32_t class_;
    uint64_t place;
    size_t at = 0;
    bool fine = false;

    (void)check;
    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_day(key, &at, &day) || !key_take_u32(key, &at, &class_) ||
        !key_take_u64(key, &at, &place) || class_ > EFFECT_REMOVED || place == 0)
        return bad_key;
    return effect_walk(txn, venue, day, (enum effect_class)class_, place - 1, place, effect_fine, &fine) || !fine
               ? bad_value : NULL;
}

static const char *judge_day(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str venue;
    struct settlement settlement;
    int32_t day;
    size_t at = 0;

    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_day(key, &at, &day))
        return bad_key;
    return settlement_load(txn, venue, day, &check->arena, &settlement) ? bad_value : NULL;
}

static const char *judge_due(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str venue, kept;
    int32_t day;
    size_t at = 0;

    (void)check;
    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_day(key, &at, &day))
        return bad_key;
    return store_get(txn, TABLE_DAYS, key, &kept) ? "there is no such day" : NULL;
}

static const char *judge_draft(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    char id[DOC_ID_SIZE];
    struct draft draft;

    (void)txn;
    if (draft_decode(value, &check->arena, &draft))
        return bad_value;
    return str_equal(doc_text(&draft.doc, id), key) ? NULL : "it is another document than its key says";
}

static const char *judge_order(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str venue, reg;
    struct order_mark mark;
    int32_t day;
    uint64_t seq;
    size_t at = 0;

    (void)check;
    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_day(key, &at, &day) || !key_take_name(key, &at, &reg) ||
        !key_take_u64(key, &at, &seq))
        return bad_key;
    return order_mark_get(txn, venue, day, reg, seq, &mark) ? bad_value : NULL;
}

static const char *judge_parked(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct event event;
    struct str venue;
    size_t at = 0;

    (void)txn;
    if (!key_take_name(key, &at, &venue))
        return bad_key;
    return event_decode(value, &check->arena, &event) ? bad_value : NULL;
}

static const storecheck_judge judges[TABLE_COUNT] = {
    [TABLE_META] = judge_meta,       [TABLE_RECEIPTS] = judge_receipt, [TABLE_SEEN] = judge_interval,
    [TABLE_VOIDS] = judge_named,     [TABLE_EFFECTS] = judge_effect,   [TABLE_ZS] = judge_named,
    [TABLE_CONFLICTS] = judge_conflict, [TABLE_DAYS] = judge_day,         [TABLE_DUE] = judge_due,
    [TABLE_DRAFTS] = judge_draft,    [TABLE_ORDERS] = judge_order,     [TABLE_PARKED] = judge_parked,
};

static enum err judge_all(struct txn *txn, void *context)
{
    enum err err = ERR_OK;

    for (unsigned table = 0; table < TABLE_COUNT && !err; table++)
        err = storecheck_walk(context, txn, table, mapper_tables[table], judges[table]);
    return err;
}

enum err mapper_judge_run(struct storecheck *check, struct fault *fault)
{
    struct strbuf folder;
    struct store *store;
    enum err err;

    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/mapper", STR_ARG(check->state_dir));
    err = store_open(strbuf_str(&folder), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_READ_ONLY, &store, fault);
    strbuf_free(&folder);
    if (err)
        return err;
    err = check->open_only ? ERR_OK : store_read(store, judge_all, check);
    store_close(store);
    return err;
}
