/* Which way the log's events came, and with whose token: a row for each change of either, and at most one a minute else
 * (eventlog.h). */
#include "eventlog_inside.h"

#include "base/fields.h"

enum { ARRIVAL_BYTES = 400, ROW_EVERY_MS = 60000 };

static const struct field_row arrival_rows[] = {
    FIELD_MAX(eventlog_arrival, source, ARRIVAL_BYTES),
    FIELD(eventlog_arrival, token),
    FIELD(eventlog_arrival, time_ms),
};
static const struct fields arrival_fields = FIELDS(eventlog_arrival, arrival_rows, COUNT(arrival_rows), NULL);

static struct str place_key(uint32_t partition, uint64_t offset, struct key *key)
{
    key_init(key);
    key_u32(key, partition);
    key_u64(key, offset);
    return key_str(key);
}

static struct str partition_key(uint32_t partition, struct key *key)
{
    key_init(key);
    key_u32(key, partition);
    return key_str(key);
}

enum err eventlog_arrival_decode(struct str value, struct eventlog_arrival *ret_arrival)
{
    return fields_read(&arrival_fields, value, NULL, ret_arrival) ? ERR_STORE_DAMAGED : ERR_OK;
}

/* The row that covers an offset. */
static enum err row_at(struct txn *txn, uint32_t partition, uint64_t offset, struct str *ret_key,
                       struct eventlog_arrival *ret_arrival)
{
    struct key prefix, key;
    struct str value;
    enum err err = store_floor(txn, LOG_ARRIVALS, partition_key(partition, &prefix), place_key(partition, offset, &key),
                               ret_key, &value);

    return err ? err : eventlog_arrival_decode(value, ret_arrival);
}

enum err eventlog_note_arrival(struct txn *txn, uint32_t partition, uint64_t offset, const struct eventlog_arrival *arrival)
{
    struct eventlog_arrival last;
    struct strbuf value;
    struct str last_key;
    struct key key;
    enum err err = row_at(txn, partition, offset, &last_key, &last);

    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err && str_equal(last.source, arrival->source) && last.token == arrival->token &&
        arrival->time_ms - last.time_ms < ROW_EVERY_MS && arrival->time_ms >= last.time_ms)
        return ERR_OK;
    strbuf_init(&value, ARRIVAL_BYTES + 64);
    fields_write(&arrival_fields, arrival, &value);
    err = value.failed ? ERR_MEMORY : store_put(txn, LOG_ARRIVALS, place_key(partition, offset, &key), strbuf_str(&value));
    strbuf_free(&value);
    return err;
}

struct first { struct key key; bool found; };

static enum err first_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct first *first = context;

    (void)txn;
    (void)value;
    first->found = key.len == sizeof(uint32_t) + sizeof(uint64_t);
    key_init(&first->key);
    for (size_t i = 0; first->found && i < key.len; i++)
        first->key.bytes[i] = (uint8_t)key.bytes[i];
    first->key.len = first->found ? key.len : 0;
    return ERR_STOP;
}

enum err eventlog_drop_arrivals(struct txn *txn, uint32_t partition, uint64_t begin)
{
    struct eventlog_arrival arrival;
    struct str floor;
    struct key prefix;
    enum err err;

    while ((err = row_at(txn, partition, begin, &floor, &arrival)) == ERR_OK) {
        struct first first = { .found = false };

        err = store_walk(txn, LOG_ARRIVALS, partition_key(partition, &prefix), partition_key(partition, &prefix), first_row,
                         &first);
        if (err || !first.found || str_equal(key_str(&first.key), floor))
            return err;
        err = store_delete(txn, LOG_ARRIVALS, key_str(&first.key));
        if (err)
            return err;
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

struct asking { uint32_t partition; uint64_t offset; struct arena *arena; struct eventlog_arrival *arrival; };

static enum err ask_work(struct txn *txn, void *context)
{
    struct asking *asking = context;
    struct str key;
    enum err err = row_at(txn, asking->partition, asking->offset, &key, asking->arrival);

    if (!err)
        asking->arrival->source = arena_copy(asking->arena, asking->arrival->source);
    return !err && !asking->arrival->source.bytes ? ERR_MEMORY : err;
}

enum err eventlog_arrived(struct eventlog *log, uint32_t partition, uint64_t offset, struct arena *arena,
                          struct eventlog_arrival *ret_arrival)
{
    struct eventlog_arrival arrival;
    struct asking asking = { partition, offset, arena, &arrival };
    enum err err = store_read(log->store, ask_work, &asking);

    if (!err)
        *ret_arrival = arrival;
    return err;
}
