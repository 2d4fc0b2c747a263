#include "order_mark.h"

#include "base/fields.h"

static const struct field_row mark_rows[] = {
    FIELD(order_mark, part),
    FIELD(order_mark, revision),
    FIELD(order_mark, content),
    FIELD(order_mark, released),
    FIELD(order_mark, sealed),
    FIELD(order_mark, withdrawn),
    FIELD(order_mark, empty),
    FIELD(order_mark, undone),
    FIELD_LATER(order_mark, heard, 0, NIL_NEVER, 0),
};
static const struct fields mark_fields = FIELDS(order_mark, mark_rows, COUNT(mark_rows) - 1, NULL);

static void day_prefix(struct key *key, struct str venue, int32_t day)
{
    key_init(key);
    key_name(key, venue);
    key_day(key, day);
}

/* The register and number of the mark are those of its key. */
static enum err decode(struct str value, struct order_mark *mark)
{
    struct reader in;

    reader_init(&in, value);
    fields_take(&mark_fields, &in, NULL, mark);
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
    fields_write(&mark_fields, mark, &out);
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
