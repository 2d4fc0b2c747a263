#include "order_mark.h"

#include "base/wire.h"

enum { FIELDS_BEFORE = 8, FIELDS_NOW = 9 };            /* `heard` came later */

static void day_prefix(struct key *key, struct str venue, int32_t day)
{
    key_init(key);
    key_name(key, venue);
    key_day(key, day);
}

static enum err decode(struct str value, struct order_mark *mark)
{
    struct reader in;
    size_t count;

    reader_init(&in, value);
    count = take_array(&in, FIELDS_NOW);
    if (count < FIELDS_BEFORE)
        return ERR_STORE_DAMAGED;
    mark->part = (uint32_t)take_uint(&in);
    mark->revision = (uint32_t)take_uint(&in);
    mark->content = take_uint(&in);
    mark->released = take_bool(&in);
    mark->sealed = take_bool(&in);
    mark->withdrawn = take_bool(&in);
    mark->empty = (uint32_t)take_uint(&in);
    mark->undone = (uint32_t)take_uint(&in);
    mark->heard = count > FIELDS_BEFORE ? take_uint(&in) : 0;
    return reader_done(&in) ? ERR_STORE_DAMAGED : ERR_OK;
}

enum err order_mark_get(struct txn *txn, struct str venue, int32_t day, struct str reg, uint64_t seq,
                  struct order_mark *ret_mark)
{
    struct order_mark mark = { .reg = reg, .seq = seq };
    struct str value;
    struct key key;
    enum err err;

    day_prefix(&key, venue, day);
    key_name(&key, reg);
    key_u64(&key, seq);
    err = store_get(txn, TABLE_ORDERS, key_str(&key), &value);
    if (!err)
        err = decode(value, &mark);
    if (!err)
        *ret_mark = mark;
    return err;
}

enum err order_mark_put(struct txn *txn, struct str venue, int32_t day, const struct order_mark *mark)
{
    struct strbuf out;
    struct key key;
    enum err err;

    day_prefix(&key, venue, day);
    key_name(&key, mark->reg);
    key_u64(&key, mark->seq);
    strbuf_init(&out, 128);
    wire_array(&out, FIELDS_NOW);
    wire_uint(&out, mark->part);
    wire_uint(&out, mark->revision);
    wire_uint(&out, mark->content);
    wire_bool(&out, mark->released);
    wire_bool(&out, mark->sealed);
    wire_bool(&out, mark->withdrawn);
    wire_uint(&out, mark->empty);
    wire_uint(&out, mark->undone);
    wire_uint(&out, mark->heard);
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_ORDERS, key_str(&key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

struct walk { size_t prefix_len; order_mark_visit visit; void *context; };

static enum err mark_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct walk *walk = context;
    struct order_mark mark = { 0 };
    size_t at = walk->prefix_len;
    enum err err;

    if (!key_take_name(key, &at, &mark.reg) || !key_take_u64(key, &at, &mark.seq))
        return ERR_STORE_DAMAGED;
    err = decode(value, &mark);
    return err ? err : walk->visit(txn, &mark, walk->context);
}

enum err order_mark_walk(struct txn *txn, struct str venue, int32_t day, order_mark_visit visit, void *context)
{
    struct walk walk = { 0, visit, context };
    struct key prefix;

    day_prefix(&prefix, venue, day);
    walk.prefix_len = prefix.len;
    return store_walk(txn, TABLE_ORDERS, key_str(&prefix), key_str(&prefix), mark_seen, &walk);
}
