#include "seen.h"

#include "tables.h"

#include <string.h>

struct interval { uint64_t first, last; };

static void register_key(struct key *key, struct str venue, struct str reg, uint32_t series)
{
    key_init(key);
    key_name(key, venue);
    key_name(key, reg);
    key_u32(key, series);
}

static enum err interval_of(size_t prefix_len, struct str key, struct str value, struct interval *ret_interval)
{
    size_t at = prefix_len, from = 0;

    if (!key_take_u64(key, &at, &ret_interval->first) || !key_take_u64(value, &from, &ret_interval->last))
        return ERR_STORE_DAMAGED;
    return ERR_OK;
}

/* The interval that starts at or below seq. */
static enum err interval_floor(struct txn *txn, const struct key *prefix, uint64_t seq, struct interval *ret_interval)
{
    struct key key = *prefix;
    struct str found, value;
    enum err err;

    key_u64(&key, seq);
    err = store_floor(txn, TABLE_SEEN, key_str(prefix), key_str(&key), &found, &value);
    return err ? err : interval_of(prefix->len, found, value, ret_interval);
}

static enum err interval_put(struct txn *txn, const struct key *prefix, struct interval interval)
{
    struct key key = *prefix, last;

    key_u64(&key, interval.first);
    key_init(&last);
    key_u64(&last, interval.last);
    return store_put(txn, TABLE_SEEN, key_str(&key), key_str(&last));
}

static enum err interval_drop(struct txn *txn, const struct key *prefix, uint64_t first)
{
    struct key key = *prefix;

    key_u64(&key, first);
    return store_delete(txn, TABLE_SEEN, key_str(&key));
}

/* The intervals beside a number: mostly one look-up, for most numbers come in their order and nothing lies above them. */
static enum err interval_beside(struct txn *txn, const struct key *prefix, uint64_t seq, struct interval *ret_below,
                                struct interval *ret_above, bool *ret_touches_above)
{
    enum err err = interval_floor(txn, prefix, seq == UINT64_MAX ? seq : seq + 1, ret_below);

    *ret_touches_above = !err && ret_below->first > seq;
    if (!*ret_touches_above)
        return err;
    *ret_above = *ret_below;
    return interval_floor(txn, prefix, seq, ret_below);
}

enum err seen_add(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq)
{
    struct interval below, above, merged = { seq, seq };
    struct key prefix;
    bool touches_above;
    enum err err;

    register_key(&prefix, venue, reg, series);
    err = interval_beside(txn, &prefix, seq, &below, &above, &touches_above);
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err && below.last >= seq)
        return ERR_EXISTS;
    if (!err && below.last + 1 == seq)
        merged.first = below.first;
    if (touches_above) {
        merged.last = above.last;
        err = interval_drop(txn, &prefix, above.first);
        if (err)
            return err;
    }
    return interval_put(txn, &prefix, merged);
}

enum err seen_highest(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t *ret_first,
                      uint64_t *ret_last)
{
    struct interval highest;
    struct key prefix;
    enum err err;

    register_key(&prefix, venue, reg, series);
    err = interval_floor(txn, &prefix, UINT64_MAX, &highest);
    if (!err) {
        *ret_first = highest.first;
        *ret_last = highest.last;
    }
    return err;
}

enum err seen_rise(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t first, uint64_t last)
{
    struct key prefix;

    register_key(&prefix, venue, reg, series);
    return interval_put(txn, &prefix, (struct interval){ first, last });
}

enum err seen_has(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq, bool *ret_seen)
{
    struct interval below;
    struct key prefix;
    enum err err;

    register_key(&prefix, venue, reg, series);
    err = interval_floor(txn, &prefix, seq, &below);
    *ret_seen = !err && below.last >= seq;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err seen_drop(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq)
{
    struct interval there;
    struct key prefix;
    enum err err;

    register_key(&prefix, venue, reg, series);
    err = interval_floor(txn, &prefix, seq, &there);
    if (err || there.last < seq)
        return err ? err : ERR_NOT_FOUND;
    err = there.first == seq ? interval_drop(txn, &prefix, seq)
                             : interval_put(txn, &prefix, (struct interval){ there.first, seq - 1 });
    return err || there.last == seq ? err : interval_put(txn, &prefix, (struct interval){ seq + 1, there.last });
}

struct gap_walk { size_t prefix_len; uint64_t next, last; gap_visit visit; void *context; bool over; };

static enum err gap_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct gap_walk *walk = context;
    struct interval interval;
    enum err err = interval_of(walk->prefix_len, key, value, &interval);

    (void)txn;
    if (err)
        return err;
    if (interval.first > walk->last)
        return ERR_STOP;
    if (interval.first > walk->next)
        err = walk->visit(walk->next, interval.first - 1, walk->context);
    walk->over = err == ERR_STOP || interval.last == UINT64_MAX;
    if (walk->over)
        return ERR_STOP;
    if (interval.last + 1 > walk->next)
        walk->next = interval.last + 1;
    return err;
}

enum err seen_gaps(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t first, uint64_t last,
                   gap_visit visit, void *context)
{
    struct gap_walk walk = { .next = first, .last = last, .visit = visit, .context = context };
    struct interval below;
    struct key prefix, start;
    enum err err;

    if (first > last)
        return ERR_OK;
    register_key(&prefix, venue, reg, series);
    walk.prefix_len = prefix.len;
    start = prefix;
    err = first ? interval_floor(txn, &prefix, first - 1, &below) : ERR_NOT_FOUND;
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err) {
        walk.next = below.last + 1;
        key_u64(&start, below.first);
    } else {
        key_u64(&start, first);
    }
    err = store_walk(txn, TABLE_SEEN, key_str(&prefix), key_str(&start), gap_seen, &walk);
    if (!err && !walk.over && walk.next <= last && walk.next != 0)
        err = visit(walk.next, last, context);
    return err == ERR_STOP ? ERR_OK : err;
}
