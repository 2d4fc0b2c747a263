#include "trim.h"

#include "arrival.h"
#include "base/log.h"
#include "claim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE_LOOKED_AT = 2000, SLICE_EVERY_MS = 100, ROUND_EVERY_MS = 24 * 3600 * 1000, FIRST_ROUND_MS = 60 * 1000 };

struct trim {
    int64_t next_ms;
    bool started;
    unsigned table;                      /* TABLE_RECEIPTS, then TABLE_EFFECTS */
    struct key at;                       /* the first key not looked at yet */
    uint64_t receipts, effects;          /* trimmed in this round */
    struct key doomed[SLICE_LOOKED_AT];
    size_t doomed_count;
};

struct slice {
    struct trim *trim;
    const struct config *config;
    struct partitions *mine;
    int32_t before;
    size_t looked_at;
    struct { bool known; uint32_t partition; uint64_t place; } recent;   /* the first place that came lately, of whom */
};

enum err trim_open(struct trim **ret_trim)
{
    *ret_trim = calloc(1, sizeof **ret_trim);
    return *ret_trim ? ERR_OK : ERR_MEMORY;
}

void trim_close(struct trim *trim)
{
    free(trim);
}

static void key_of(struct key *key, struct str bytes)
{
    memcpy(key->bytes, bytes.bytes, bytes.len);
    key->len = bytes.len;
    key->failed = false;
}

static bool is_due(struct txn *txn, struct str venue, int32_t day)
{
    struct str value;
    struct key key;

    key_init(&key);
    key_name(&key, venue);
    key_day(&key, day);
    return store_get(txn, TABLE_DUE, key_str(&key), &value) != ERR_NOT_FOUND;
}

/* A void on a day that is not done, or not so old, needs the receipt that it takes back. */
static bool is_needed(struct txn *txn, const struct slice *slice, struct str key)
{
    struct str venue, reg;
    struct claim claim;
    uint32_t series;
    uint64_t seq;
    size_t at = 0;

    if (slice->trim->table != TABLE_RECEIPTS || !key_take_name(key, &at, &venue) || !key_take_name(key, &at, &reg) ||
        !key_take_u32(key, &at, &series) || !key_take_u64(key, &at, &seq) || series != SERIES_RECEIPTS ||
        claim_effective(txn, venue, reg, seq, &claim))
        return false;
    return claim.day >= slice->before || is_due(txn, venue, claim.day);
}

/* What came lately is kept, however long ago it was sold: five years may have been imported yesterday. */
static enum err came_lately(struct txn *txn, struct slice *slice, uint32_t partition, uint64_t place, bool *ret_lately)
{
    enum err err = ERR_OK;

    if (!slice->recent.known || slice->recent.partition != partition)
        err = arrival_since(txn, partition, slice->before, &slice->recent.place);
    slice->recent.known = !err;
    slice->recent.partition = partition;
    *ret_lately = !err && place >= slice->recent.place;
    return err;
}

struct entry { struct str venue; int32_t day; uint64_t place; bool kept; };

static enum err entry_of(struct txn *txn, const struct slice *slice, struct str key, struct entry *ret_entry)
{
    struct str reg;
    struct known known;
    uint32_t series, class_;
    uint64_t seq;
    size_t at = 0;
    enum err err;

    if (!key_take_name(key, &at, &ret_entry->venue))
        return ERR_STORE_DAMAGED;
    ret_entry->kept = false;
    if (slice->trim->table == TABLE_EFFECTS) {
        if (!key_take_day(key, &at, &ret_entry->day) || !key_take_u32(key, &at, &class_) ||
            !key_take_u64(key, &at, &ret_entry->place))
            return ERR_STORE_DAMAGED;
        ret_entry->kept = class_ == EFFECT_REMOVED;          /* decisions are kept for good */
        return ERR_OK;
    }
    if (!key_take_name(key, &at, &reg) || !key_take_u32(key, &at, &series) || !key_take_u64(key, &at, &seq))
        return ERR_STORE_DAMAGED;
    err = known_get(txn, ret_entry->venue, reg, series, seq, &known);
    if (err)
        return err;
    ret_entry->day = known.day;
    ret_entry->place = known.place;
    return ERR_OK;
}

static enum err entry_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct slice *slice = context;
    struct entry entry;
    uint32_t partition;
    bool lately;
    enum err err;

    (void)value;
    key_of(&slice->trim->at, key);
    if (slice->looked_at++ == SLICE_LOOKED_AT)
        return ERR_STOP;
    err = entry_of(txn, slice, key, &entry);
    if (err)
        return err;
    partition = venue_partition(entry.venue, slice->config->partitions);
    if (entry.kept || entry.day >= slice->before || !partitions_mine(slice->mine, partition))
        return ERR_OK;
    err = came_lately(txn, slice, partition, entry.place, &lately);
    if (!err && !lately && !is_due(txn, entry.venue, entry.day) && !is_needed(txn, slice, key))
        key_of(&slice->trim->doomed[slice->trim->doomed_count++], key);
    return err;
}

/* Of the round: the end of the second table was reached. */
static bool is_last(const struct slice *slice)
{
    return slice->trim->table == TABLE_EFFECTS && slice->looked_at <= SLICE_LOOKED_AT;
}

static enum err slice_work(struct txn *txn, void *context)
{
    struct slice *slice = context;
    struct trim *trim = slice->trim;
    struct key from = trim->at;
    enum err err;

    trim->doomed_count = 0;
    slice->looked_at = 0;
    slice->recent.known = false;
    err = store_walk(txn, trim->table, STR_NONE, key_str(&from), entry_seen, slice);
    for (size_t i = 0; !err && i < trim->doomed_count; i++)
        err = store_delete(txn, trim->table, key_str(&trim->doomed[i]));
    for (uint32_t i = 0; !err && is_last(slice) && i < (uint32_t)slice->config->partitions; i++)
        if (partitions_mine(slice->mine, i))
            err = arrival_forget(txn, i, slice->before);
    return err;
}

static void round_over(struct trim *trim, int32_t before)
{
    char day[16];

    if (trim->receipts || trim->effects)
        log_fact("what=trimmed receipts=%" PRIu64 " effects=%" PRIu64 " business_days_before=%s", trim->receipts,
                 trim->effects, day_text(before, day));
    trim->receipts = trim->effects = 0;
}

enum err trim_turn(struct trim *trim, struct store *store, const struct config *config, struct partitions *mine,
                   int64_t now_ms, int64_t steady_ms, int64_t *ret_next_ms)
{
    struct slice slice = { .trim = trim, .config = config, .mine = mine };
    enum err err;

    if (!trim->started) {
        trim->started = true;
        trim->table = TABLE_RECEIPTS;
        trim->next_ms = steady_ms + FIRST_ROUND_MS;
        key_init(&trim->at);
    }
    *ret_next_ms = trim->next_ms;
    if (steady_ms < trim->next_ms)
        return ERR_OK;
    slice.before = (int32_t)(now_ms / 86400000) - config->retention_days;
    err = store_write(store, slice_work, &slice);
    if (err)
        return err;
    *(trim->table == TABLE_RECEIPTS ? &trim->receipts : &trim->effects) += trim->doomed_count;
    trim->next_ms = steady_ms + SLICE_EVERY_MS;
    if (slice.looked_at <= SLICE_LOOKED_AT) {        /* the table's end */
        key_init(&trim->at);
        trim->next_ms = trim->table == TABLE_RECEIPTS ? trim->next_ms : steady_ms + ROUND_EVERY_MS;
        if (trim->table == TABLE_EFFECTS)
            round_over(trim, slice.before);
        trim->table = trim->table == TABLE_RECEIPTS ? TABLE_EFFECTS : TABLE_RECEIPTS;
    }
    *ret_next_ms = trim->next_ms;
    return ERR_OK;
}
