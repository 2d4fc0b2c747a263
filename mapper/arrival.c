#include "arrival.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static void came_prefix(struct key *key, uint32_t partition)
{
    key_init(key);
    key_name(key, STR("came"));
    key_u32(key, partition);
}

struct came { size_t prefix_len; bool found; struct key key; int32_t day; uint64_t place; };

static enum err read_row(struct str key, struct str value, struct came *came)
{
    size_t at = came->prefix_len, from = 0;

    if (!key_take_day(key, &at, &came->day) || !key_take_u64(value, &from, &came->place))
        return ERR_STORE_DAMAGED;
    came->found = true;
    return ERR_OK;
}

static enum err first_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    enum err err = read_row(key, value, context);

    (void)txn;
    return err ? err : ERR_STOP;
}

/* The partition's first row from a day on, if there is one. */
static enum err row_from(struct txn *txn, uint32_t partition, int32_t day, struct came *ret_came)
{
    struct key prefix, from;

    *ret_came = (struct came){ .found = false };
    came_prefix(&prefix, partition);
    ret_came->prefix_len = prefix.len;
    from = prefix;
    key_day(&from, day);
    return store_walk(txn, TABLE_META, key_str(&prefix), key_str(&from), first_seen, ret_came);
}

enum err arrival_note(struct txn *txn, uint32_t partition, int64_t now_ms, uint64_t place)
{
    int32_t day = (int32_t)(now_ms / DAY_MS);
    struct str last_key, last_value;
    struct key prefix, key, value;
    struct came last = { .found = false };
    enum err err;

    came_prefix(&prefix, partition);
    last.prefix_len = prefix.len;
    key = prefix;
    key_day(&key, INT32_MAX);
    err = store_floor(txn, TABLE_META, key_str(&prefix), key_str(&key), &last_key, &last_value);
    if (!err)
        err = read_row(last_key, last_value, &last);
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (last.found && last.day >= day)
        return ERR_OK;
    key = prefix;
    key_day(&key, day);
    key_init(&value);
    key_u64(&value, place);
    return store_put(txn, TABLE_META, key_str(&key), key_str(&value));
}

enum err arrival_since(struct txn *txn, uint32_t partition, int32_t day, uint64_t *ret_place)
{
    struct came came;
    enum err err = row_from(txn, partition, day, &came);

    *ret_place = came.found ? came.place : UINT64_MAX;
    return err;
}

enum err arrival_forget(struct txn *txn, uint32_t partition, int32_t day)
{
    struct came came;
    enum err err;

    while ((err = row_from(txn, partition, INT32_MIN, &came)) == ERR_OK && came.found && came.day < day) {
        struct key key;

        came_prefix(&key, partition);
        key_day(&key, came.day);
        err = store_delete(txn, TABLE_META, key_str(&key));
        if (err)
            return err;
    }
    return err;
}
