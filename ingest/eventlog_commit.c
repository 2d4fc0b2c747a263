/* Appending: everything of one batch in one transaction (eventlog.h). */
#include <stdlib.h>
#include <string.h>

#include "eventlog_inside.h"
#include "base/wire.h"

enum { SEEN_BYTES = sizeof(struct event_hash) + sizeof(uint64_t), DAY_MS = 24 * 3600 * 1000 };

struct appending { struct eventlog *log; struct eventlog_batch *batch; unsigned parts_indexed; };

struct meeting { const struct event_hash *hash; bool found, same; };

static enum err meet(struct txn *txn, struct str key, struct str value, void *context)
{
    struct meeting *meeting = context;

    (void)txn;
    (void)key;
    if (value.len != SEEN_BYTES)
        return ERR_STORE_DAMAGED;
    meeting->found = true;
    meeting->same = memcmp(value.bytes, meeting->hash, sizeof *meeting->hash) == 0;
    return meeting->same ? ERR_STOP : ERR_OK;
}

static enum err meet_late(const struct event_hash *hash, uint64_t offset, void *context)
{
    struct meeting *meeting = context;

    (void)offset;
    meeting->found = true;
    meeting->same = memcmp(hash, meeting->hash, sizeof *hash) == 0;
    return meeting->same ? ERR_STOP : ERR_OK;
}

static enum err meet_all(struct txn *txn, struct tails *tails, const struct eventlog_entry *entry, struct meeting *ret_meeting)
{
    struct str value;
    enum err err;

    *ret_meeting = (struct meeting){ .hash = &entry->hash };
    err = tail_find(tails, entry->partition, entry->identity, meet_late, ret_meeting);
    if (!err && !ret_meeting->same)
        err = store_get(txn, LOG_SEEN, entry->identity, &value) == ERR_NOT_FOUND
                  ? ERR_OK : store_walk(txn, LOG_SEEN, entry->identity, entry->identity, meet, ret_meeting);
    return err;
}

/* Tells whether this content is new under its identity, and remembers it if so. */
static enum err remember(struct txn *txn, struct eventlog *log, struct eventlog_entry *entry, uint64_t offset)
{
    struct meeting meeting;
    bool settled = false;
    enum err err = meet_all(txn, log->tails, entry, &meeting);

    if (!err && meeting.found && !meeting.same && log->pseudonyms)
        err = eventlog_settle(txn, log, entry, &settled);
    if (!err && settled)
        err = meet_all(txn, log->tails, entry, &meeting);
    entry->outcome = !meeting.found ? EVENTLOG_NEW : meeting.same ? EVENTLOG_DUPLICATE : EVENTLOG_CONFLICT;
    if (err || entry->outcome == EVENTLOG_DUPLICATE)
        return err;
    return tail_add(log->tails, entry->partition, entry->identity, &entry->hash, offset);
}

struct record { uint32_t partition; uint64_t first; size_t count; };

/* The events gathered in log->record become one record. */
static enum err put_record(struct txn *txn, struct eventlog *log, struct record *record)
{
    struct key key;
    enum err err;

    if (record->count == 0)
        return ERR_OK;
    key_init(&key);
    key_u32(&key, record->partition);
    key_u64(&key, record->first);
    strbuf_reset(&log->piece);
    wire_array(&log->piece, record->count);
    strbuf_add(&log->piece, strbuf_str(&log->record));
    if (log->piece.failed || log->record.failed)
        return ERR_MEMORY;
    err = store_put(txn, LOG_EVENTS, key_str(&key), strbuf_str(&log->piece));
    record->first += record->count;
    record->count = 0;
    strbuf_reset(&log->record);
    return err;
}

static enum err put_next(struct txn *txn, uint32_t partition, uint64_t next)
{
    struct key key, value;

    key_init(&key);
    key_u32(&key, partition);
    key_init(&value);
    key_u64(&value, next);
    return store_put(txn, LOG_NEXT, key_str(&key), key_str(&value));
}

/* Told where it changes, so that the log is not asked for every event. */
static enum err note_arrival(struct txn *txn, const struct appending *a, const struct eventlog_entry *entry, uint64_t offset,
                             const struct eventlog_entry **before)
{
    const struct eventlog_arrival arrival = { entry->source, entry->token, a->batch->now_ms };
    bool same = *before && (*before)->token == entry->token && str_equal((*before)->source, entry->source);

    *before = entry;
    return same ? ERR_OK : eventlog_note_arrival(txn, entry->partition, offset, &arrival);
}

static enum err keep_tail_short(struct txn *txn, struct appending *a, uint32_t partition)
{
    enum err err = tail_note_begin(txn, a->log->tails, partition);

    if (err || !tail_is_long(a->log->tails, partition, a->parts_indexed))
        return err;
    a->parts_indexed++;
    return tail_index(txn, a->log->tails, partition);
}

/* The entries order[0..count), all of one partition. */
static enum err append_partition(struct txn *txn, struct appending *a, const size_t *order, size_t count)
{
    struct record record = { .partition = a->batch->entries[order[0]].partition };
    const struct eventlog_entry *last = NULL;
    uint64_t before;
    enum err err = tail_read(txn, a->log, record.partition);

    if (!err)
        err = eventlog_next_offset(txn, record.partition, &record.first);
    before = record.first;
    strbuf_reset(&a->log->record);
    for (size_t i = 0; i < count && !err; i++) {
        struct eventlog_entry *entry = &a->batch->entries[order[i]];

        if (record.count && a->log->record.len + entry->canonical.len > EVENTLOG_RECORD_BYTES)
            err = put_record(txn, a->log, &record);
        if (!err)
            err = remember(txn, a->log, entry, record.first + record.count);
        if (err || entry->outcome == EVENTLOG_DUPLICATE)
            continue;
        err = note_arrival(txn, a, entry, record.first + record.count, &last);
        strbuf_add(&a->log->record, entry->canonical);
        record.count++;
    }
    if (!err)
        err = put_record(txn, a->log, &record);
    if (err || record.first == before)
        return err;
    err = eventlog_note_day(txn, record.partition, (int32_t)(a->batch->now_ms / DAY_MS), before);
    if (!err)
        err = put_next(txn, record.partition, record.first);
    return err ? err : keep_tail_short(txn, a, record.partition);
}

static enum err append_entries(struct txn *txn, struct appending *a)
{
    const size_t *order = a->log->order;
    size_t from = 0;
    enum err err = ERR_OK;

    while (from < a->batch->entry_count && !err) {
        uint32_t partition = a->batch->entries[order[from]].partition;
        size_t to = from + 1;

        while (to < a->batch->entry_count && a->batch->entries[order[to]].partition == partition)
            to++;
        err = append_partition(txn, a, order + from, to - from);
        from = to;
    }
    return err;
}

static enum err put_marks(struct txn *txn, const struct eventlog_batch *batch)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < batch->mark_count && !err; i++) {
        const struct eventlog_mark *mark = &batch->marks[i];

        if (mark->value.len)
            err = store_put(txn, LOG_MARKS, mark->key, mark->value);
        else if ((err = store_delete(txn, LOG_MARKS, mark->key)) == ERR_NOT_FOUND)
            err = ERR_OK;
    }
    return err;
}

struct last_place { uint64_t time_ms, number; bool there; };

static enum err place_seen(struct str key, const struct eventlog_refusal *refusal, struct str value, void *context)
{
    struct last_place *last = context;
    size_t at = 0;

    (void)refusal;
    (void)value;
    last->there = key_take_u64(key, &at, &last->time_ms) && key_take_u64(key, &at, &last->number);
    return ERR_OK;
}

static enum err last_refused(struct txn *txn, struct last_place *ret_last)
{
    static const char highest[16] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    struct str key, value;
    size_t at = 0;
    enum err err = store_floor(txn, LOG_REFUSED, STR_NONE, (struct str){ highest, sizeof highest }, &key, &value);

    *ret_last = (struct last_place){ .there = !err };
    if (err == ERR_STORE_DAMAGED)        /* its place is told by its key all the same */
        return eventlog_refused_rows(txn, place_seen, ret_last);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    return key_take_u64(key, &at, &ret_last->time_ms) && key_take_u64(key, &at, &ret_last->number) ? ERR_OK : ERR_STORE_DAMAGED;
}

/* Numbered behind the last one there, so that several processes and a clock set back keep the order. */
static enum err refused_place(struct txn *txn, int64_t now_ms, uint64_t *ret_time, uint64_t *ret_number)
{
    struct last_place last;
    enum err err = last_refused(txn, &last);

    *ret_time = now_ms > 0 ? (uint64_t)now_ms : 0;
    *ret_number = 0;
    if (err || !last.there)
        return err;
    *ret_time = last.time_ms > *ret_time ? last.time_ms : *ret_time;
    *ret_number = last.number + 1;
    return ERR_OK;
}

static enum err put_refusals(struct txn *txn, struct eventlog_batch *batch)
{
    uint64_t time_ms = 0, number = 0;
    bool *listed = NULL;
    struct strbuf row;
    enum err err = ERR_OK;

    if (batch->refusal_count) {
        err = eventlog_refused_listed(txn, batch, &listed);
        if (!err)
            err = refused_place(txn, batch->now_ms, &time_ms, &number);
    }
    strbuf_init(&row, EVENTLOG_REFUSED_BYTES + 8192);
    for (size_t i = 0; i < batch->refusal_count && !err; i++) {
        const struct eventlog_refusal *refusal = &batch->refusals[i];
        struct key key;

        if (listed[i])
            continue;
        key_init(&key);
        key_u64(&key, time_ms);
        key_u64(&key, number++);
        strbuf_reset(&row);
        eventlog_refusal_write(refusal, &row);
        err = row.failed ? ERR_MEMORY : store_append(txn, LOG_REFUSED, key_str(&key), strbuf_str(&row));
    }
    strbuf_free(&row);
    free(listed);
    return err ? err : eventlog_trim_refused(txn, &batch->trimmed);
}

static enum err append_all(struct txn *txn, void *context)
{
    struct appending *a = context;
    enum err err;

    tails_begin(a->log->tails);
    a->parts_indexed = 0;
    err = append_entries(txn, a);
    if (!err)
        err = put_marks(txn, a->batch);
    if (!err)
        err = put_refusals(txn, a->batch);
    return err;
}

static int by_partition(const void *a, const void *b, void *context)
{
    const struct eventlog_entry *entries = context;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;

    if (entries[left].partition != entries[right].partition)
        return entries[left].partition < entries[right].partition ? -1 : 1;
    return left < right ? -1 : left > right;         /* what came first stays first */
}

enum err eventlog_commit(struct eventlog *log, struct eventlog_batch *batch)
{
    struct appending appending = { .log = log, .batch = batch };
    enum err err;

    if (batch->entry_count > log->order_size) {
        size_t *grown = realloc(log->order, batch->entry_count * sizeof *grown);

        if (!grown)
            return ERR_MEMORY;
        log->order = grown;
        log->order_size = batch->entry_count;
    }
    for (size_t i = 0; i < batch->entry_count; i++) {
        ensure(batch->entries[i].partition < log->partitions);
        ensure(batch->entries[i].canonical.len <= EVENT_BYTES_MAX);
        log->order[i] = i;
    }
    if (batch->entry_count > 1)
        qsort_r(log->order, batch->entry_count, sizeof *log->order, by_partition, batch->entries);
    arena_reset(&log->settled);
    err = store_write(log->store, append_all, &appending);
    tails_end(log->tails, err);
    return err;
}
