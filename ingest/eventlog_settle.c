/* What comes again of a person who was forgotten, compared with what is kept under the pseudonym (eventlog.h). */
#include "eventlog_inside.h"

#include "base/wire.h"
#include "domain/event_canonical.h"

static enum err record_at(struct txn *txn, uint32_t partition, uint64_t offset, struct str *ret_key, struct str *ret_record)
{
    struct key prefix, key;

    key_init(&prefix);
    key_u32(&prefix, partition);
    key = prefix;
    key_u64(&key, offset);
    return store_floor(txn, LOG_EVENTS, key_str(&prefix), key_str(&key), ret_key, ret_record);
}

/* ERR_NOT_FOUND: trimmed, or of this transaction and in no record yet. A view. */
static enum err event_at(struct txn *txn, uint32_t partition, uint64_t offset, struct arena *arena, struct event *ret_event)
{
    struct str key, record;
    struct reader in;
    uint64_t first;
    size_t at = sizeof(uint32_t), count;
    enum err err = record_at(txn, partition, offset, &key, &record);

    if (err)
        return err;
    reader_init(&in, record);
    count = take_array(&in, EVENTS_PER_RECORD_MAX);
    if (in.failed || !key_take_u64(key, &at, &first))
        return ERR_STORE_DAMAGED;
    for (uint64_t i = 0; i < count && i < offset - first; i++)
        (void)take_any(&in);
    if (offset - first >= count)
        return ERR_NOT_FOUND;
    err = event_decode(take_any(&in), arena, ret_event);
    return in.failed || err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
}

static enum err say_settled(struct eventlog *log, struct event *event, struct eventlog_entry *entry)
{
    enum err err = event_encode(event, &log->settled, &entry->canonical);

    if (!err)
        event_hash(entry->canonical, &entry->hash);
    return err;
}

enum err eventlog_settle(struct txn *txn, struct eventlog *log, struct eventlog_entry *entry, bool *ret_settled)
{
    struct eventlog_same same;
    struct event event, kept;
    enum err err = eventlog_same(txn, log, entry->partition, entry->identity, &same);

    *ret_settled = false;
    arena_reset(&log->scratch);
    if (!err)
        err = event_decode(entry->canonical, &log->scratch, &event);
    for (size_t i = 0; i < same.count && !err && !*ret_settled; i++) {
        err = event_at(txn, entry->partition, same.offsets[i], &log->scratch, &kept);
        if (!err)
            *ret_settled = pseudonyms_settle(log->pseudonyms, &kept, &event);
        else if (err == ERR_NOT_FOUND || err == ERR_STORE_DAMAGED)
            err = ERR_OK;                /* it is compared as it is: another content, which a person sees */
    }
    if (err || !*ret_settled)
        return err;
    err = say_settled(log, &event, entry);
    *ret_settled = err != ERR_TOO_LONG;
    return err == ERR_TOO_LONG ? ERR_OK : err;
}
