/* Which day the log got what, and taking the oldest away (eventlog.h). */
#include <string.h>

#include "eventlog_inside.h"
#include "base/wire.h"
#include "domain/event_canonical.h"

enum { ARENA_BYTES = 8 * 1024 * 1024 };

void eventlog_seen_value(const struct event_hash *hash, uint64_t offset, struct key *ret_value)
{
    key_init(ret_value);
    memcpy(ret_value->bytes, hash, sizeof *hash);
    ret_value->len = sizeof *hash;
    key_u64(ret_value, offset);
}

struct day_row { uint32_t partition; int32_t day; uint64_t first; };

static enum err day_row_of(struct str key, struct str value, struct day_row *ret_row)
{
    size_t at = 0, from = 0;

    if (!key_take_u32(key, &at, &ret_row->partition) || !key_take_day(key, &at, &ret_row->day) ||
        !key_take_u64(value, &from, &ret_row->first))
        return ERR_STORE_DAMAGED;
    return ERR_OK;
}

static void day_key(uint32_t partition, int32_t day, struct key *ret_key)
{
    key_init(ret_key);
    key_u32(ret_key, partition);
    key_day(ret_key, day);
}

enum err eventlog_note_day(struct txn *txn, uint32_t partition, int32_t day, uint64_t first)
{
    struct key prefix, key, value;
    struct str last_key, last_value;
    struct day_row last;
    enum err err;

    key_init(&prefix);
    key_u32(&prefix, partition);
    day_key(partition, INT32_MAX, &key);
    err = store_floor(txn, LOG_DAYS, key_str(&prefix), key_str(&key), &last_key, &last_value);
    if (!err)
        err = day_row_of(last_key, last_value, &last);
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err && last.day >= day)
        return ERR_OK;
    day_key(partition, day, &key);
    key_init(&value);
    key_u64(&value, first);
    return store_put(txn, LOG_DAYS, key_str(&key), key_str(&value));
}

/* --- how far --- */

struct trimming {
    struct eventlog *log;
    struct eventlog_trim *trim;
    struct arena arena;                  /* one event */
    struct key key;                      /* of the record in log->record */
    uint64_t cut;                        /* the first offset that is not old */
    bool held, found;                    /* held: a reader has not asked for all of it yet */
};

struct seeking { struct day_row row; bool found; };

static enum err first_row(struct txn *txn, struct str key, struct str value, void *context)
{
    struct seeking *seeking = context;
    enum err err = day_row_of(key, value, &seeking->row);

    (void)txn;
    seeking->found = true;
    return err ? err : ERR_STOP;
}

/* The partition's first row from a day on. ERR_NOT_FOUND. */
static enum err row_from(struct txn *txn, uint32_t partition, int32_t day, struct day_row *ret_row)
{
    struct seeking seeking = { .found = false };
    struct key prefix, from;
    enum err err;

    key_init(&prefix);
    key_u32(&prefix, partition);
    day_key(partition, day, &from);
    err = store_walk(txn, LOG_DAYS, key_str(&prefix), key_str(&from), first_row, &seeking);
    if (!err && !seeking.found)
        return ERR_NOT_FOUND;
    *ret_row = seeking.row;
    return err;
}

/* The oldest day, if it is to go. ERR_NOT_FOUND: there is none. */
static enum err oldest_day(struct txn *txn, const struct eventlog_trim *trim, struct day_row *ret_row)
{
    enum err err = row_from(txn, trim->partition, INT32_MIN, ret_row);

    return !err && ret_row->day >= trim->before_day ? ERR_NOT_FOUND : err;
}

static enum err find_cut(struct txn *txn, struct trimming *trimming)
{
    struct day_row row;
    enum err err = row_from(txn, trimming->trim->partition, trimming->trim->before_day, &row);

    if (err == ERR_NOT_FOUND)            /* nothing came since: all of it is old */
        return eventlog_next_offset(txn, trimming->trim->partition, &trimming->cut);
    trimming->cut = row.first;
    return err;
}

/* --- records --- */

static enum err copy_record(struct txn *txn, struct str key, struct str record, void *context)
{
    struct trimming *trimming = context;

    (void)txn;
    key_init(&trimming->key);
    memcpy(trimming->key.bytes, key.bytes, key.len);
    trimming->key.len = key.len;
    strbuf_reset(&trimming->log->record);
    strbuf_add(&trimming->log->record, record);
    trimming->found = true;
    return trimming->log->record.failed ? ERR_MEMORY : ERR_STOP;
}

static enum err forget_event(struct txn *txn, struct trimming *trimming, struct str canonical, uint64_t offset)
{
    struct event event;
    struct event_hash hash;
    struct key identity, value;
    enum err err;

    arena_reset(&trimming->arena);
    err = event_decode(canonical, &trimming->arena, &event);
    if (err)
        return err == ERR_MEMORY ? err : ERR_OK;     /* not readable: nobody can ask for it by name either */
    event_hash(canonical, &hash);
    eventlog_identity(&event, &identity);
    eventlog_seen_value(&hash, offset, &value);
    err = store_delete_value(txn, LOG_SEEN, key_str(&identity), key_str(&value));
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* What goes is taken out of LOG_SEEN, so it must be there: events of a partition to which little comes may not be yet. */
static enum err index_up_to(struct txn *txn, struct trimming *trimming, uint64_t end)
{
    uint32_t partition = trimming->trim->partition;
    uint64_t begin;
    enum err err = tail_begin(txn, partition, &begin);

    if (err == ERR_NOT_FOUND || (!err && end <= begin))
        return ERR_OK;
    if (!err)
        err = tail_read(txn, trimming->log, partition);
    return err ? err : tail_index(txn, trimming->log->tails, partition);
}

/* The partition's first record, if all of it is old. ERR_NOT_FOUND: no such record (any more). */
static enum err drop_record(struct txn *txn, struct trimming *trimming)
{
    struct key prefix;
    struct reader in;
    uint64_t offset;
    size_t at = sizeof(uint32_t), count;
    enum err err;

    key_init(&prefix);
    key_u32(&prefix, trimming->trim->partition);
    trimming->found = false;
    err = store_walk(txn, LOG_EVENTS, key_str(&prefix), key_str(&prefix), copy_record, trimming);
    if (err || !trimming->found)
        return err ? err : ERR_NOT_FOUND;
    reader_init(&in, strbuf_str(&trimming->log->record));
    count = take_array(&in, EVENTS_PER_RECORD_MAX);
    if (in.failed || !key_take_u64(key_str(&trimming->key), &at, &offset))
        return ERR_STORE_DAMAGED;
    if (offset + count > trimming->cut)
        return ERR_NOT_FOUND;
    if (offset + count > trimming->trim->below) {
        trimming->held = true;
        return ERR_NOT_FOUND;
    }
    err = index_up_to(txn, trimming, offset + count);
    for (size_t i = 0; i < count && !err; i++) {
        struct str canonical = take_any(&in);

        err = in.failed ? ERR_STORE_DAMAGED : forget_event(txn, trimming, canonical, offset + i);
    }
    if (!err)
        err = store_delete(txn, LOG_EVENTS, key_str(&trimming->key));
    if (!err)
        err = eventlog_drop_arrivals(txn, trimming->trim->partition, offset + count);
    trimming->trim->trimmed += count;
    return err;
}

/* The rows of old days are needed until the last of their events is gone. */
static enum err drop_days(struct txn *txn, const struct eventlog_trim *trim)
{
    struct day_row row;
    struct key key;
    enum err err;

    while ((err = oldest_day(txn, trim, &row)) == ERR_OK) {
        day_key(row.partition, row.day, &key);
        err = store_delete(txn, LOG_DAYS, key_str(&key));
        if (err)
            return err;
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err trim_work(struct txn *txn, void *context)
{
    struct trimming *trimming = context;
    struct eventlog_trim *trim = trimming->trim;
    struct day_row oldest;
    enum err err = oldest_day(txn, trim, &oldest);

    tails_begin(trimming->log->tails);
    trimming->held = false;
    trim->trimmed = 0;
    trim->more = false;
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = find_cut(txn, trimming);
    while (!err && trim->trimmed < trim->events_max)
        err = drop_record(txn, trimming);
    if (err == ERR_NOT_FOUND)
        return trimming->held ? ERR_OK : drop_days(txn, trim);
    trim->more = !err;
    return err;
}

enum err eventlog_trim(struct eventlog *log, struct eventlog_trim *trim)
{
    struct trimming trimming = { .log = log, .trim = trim };
    enum err err;

    ensure(trim->partition < log->partitions && trim->events_max > 0);
    arena_init(&trimming.arena, ARENA_BYTES);
    err = store_write(log->store, trim_work, &trimming);
    tails_end(log->tails, err);
    arena_free(&trimming.arena);
    return err;
}
