/* eventlog_judge.c - the event log: every event decodes, is what its content hash says, and stands in an unbroken row. */
#include "eventlog_judge.h"

#include "eventlog_inside.h"
#include "base/wire.h"
#include "domain/event_canonical.h"

#include <string.h>

enum { HASH_BYTES = sizeof(struct event_hash) };

struct judging { struct storecheck *check; struct eventlog *log; };

/* The row so far: events are walked in order of partition and offset. */
static struct row {
    uint32_t partition;
    uint64_t next, indexed;              /* what is not below indexed is not in LOG_SEEN yet */
    bool begun;
    uint64_t events;
} row;

struct remembered { struct key wanted; bool found; };

static enum err same(struct txn *txn, struct str key, struct str value, void *context)
{
    struct remembered *remembered = context;

    (void)txn;
    (void)key;
    remembered->found = str_equal(value, key_str(&remembered->wanted));
    return remembered->found ? ERR_STOP : ERR_OK;
}

static const char *judge_event(struct storecheck *check, struct txn *txn, struct str canonical, uint64_t offset)
{
    struct remembered remembered = { .found = false };
    struct event_hash hash;
    struct event event;
    struct key identity;

    if (event_decode(canonical, &check->arena, &event))
        return "an event in it cannot be decoded";
    if (offset >= row.indexed)
        return NULL;
    event_hash(canonical, &hash);
    eventlog_identity(&event, &identity);
    key_init(&remembered.wanted);
    memcpy(remembered.wanted.bytes, hash.bytes, HASH_BYTES);
    remembered.wanted.len = HASH_BYTES;
    key_u64(&remembered.wanted, offset);
    if (identity.failed || store_walk(txn, LOG_SEEN, key_str(&identity), key_str(&identity), same, &remembered) ||
        !remembered.found)
        return "an event in it is not the one whose content hash was stored";
    return NULL;
}

static const char *judge_record(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    uint32_t partition;
    uint64_t offset;
    struct reader in;
    size_t at = 0, count;

    if (!key_take_u32(key, &at, &partition) || !key_take_u64(key, &at, &offset) || at != key.len)
        return "its key is not of the form it must have";
    if (!row.begun || row.partition != partition) {
        row.begun = true;
        row.partition = partition;
        row.next = offset;               /* what was before it may have been trimmed */
        if (tail_begin(txn, partition, &row.indexed))
            row.indexed = UINT64_MAX;
    }
    if (offset != row.next)
        return "events before it are missing";
    reader_init(&in, value);
    count = take_array(&in, EVENTS_PER_RECORD_MAX);
    for (size_t i = 0; i < count && !in.failed; i++) {
        struct str event = take_any(&in);
        const char *why;

        if (in.failed)
            break;
        arena_reset(&check->arena);
        why = judge_event(check, txn, event, offset + i);
        if (why)
            return why;
    }
    if (reader_done(&in) || count == 0)
        return "it cannot be decoded";
    row.next = offset + count;
    row.events += count;
    return NULL;
}

static const char *judge_next(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct str last_key, last;
    struct reader in;
    struct key end;
    uint32_t partition;
    uint64_t next, offset;
    size_t at = 0, count;
    enum err err;

    (void)check;
    if (!key_take_u32(key, &at, &partition))
        return "its key is not of the form it must have";
    at = 0;
    if (!key_take_u64(value, &at, &next))
        return "it cannot be decoded";
    key_init(&end);
    key_u32(&end, partition);
    key_u64(&end, UINT64_MAX);
    err = store_floor(txn, LOG_EVENTS, key, key_str(&end), &last_key, &last);
    if (err)                             /* nothing is left of its days either: all of it was trimmed */
        return next == 0 || store_floor(txn, LOG_DAYS, key, key_str(&end), &last_key, &last) == ERR_NOT_FOUND
                   ? NULL : "the partition's events are missing";
    at = 0;
    if (!key_take_u32(last_key, &at, &partition) || !key_take_u64(last_key, &at, &offset))
        return "the partition's last record has no proper key";
    reader_init(&in, last);
    count = take_array(&in, EVENTS_PER_RECORD_MAX);
    return offset + count == next ? NULL : "the partition does not end where it should";
}

static const char *judge_seen(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    (void)check;
    (void)txn;
    return key.len && value.len == HASH_BYTES + sizeof(uint64_t) ? NULL : "it is not of the form it must have";
}

static const char *judge_indexed(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    uint32_t partition;
    uint64_t begin, next;
    size_t at = 0, from = 0;

    (void)check;
    if (!key_take_u32(key, &at, &partition) || !key_take_u64(value, &from, &begin))
        return "it is not of the form it must have";
    return eventlog_next_offset(txn, partition, &next) || begin > next ? "it lies behind the partition's end" : NULL;
}

static const char *judge_refused(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct eventlog_refusal refusal;
    uint64_t time;
    size_t at = 0;

    (void)check;
    (void)txn;
    return eventlog_refusal_read(value, &refusal) || !key_take_u64(key, &at, &time) ? "it cannot be decoded" : NULL;
}

static const char *judge_arrival(struct storecheck *check, struct txn *txn, struct str key, struct str value)
{
    struct eventlog_arrival arrival;

    (void)check;
    (void)txn;
    return key.len == sizeof(uint32_t) + sizeof(uint64_t) && eventlog_arrival_decode(value, &arrival) == ERR_OK
               ? NULL : "it cannot be decoded";
}

static enum err judge_all(struct txn *txn, void *context)
{
    struct judging *judging = context;
    struct storecheck *check = judging->check;
    enum err err = storecheck_walk(check, txn, LOG_EVENTS, "events", judge_record);

    if (!err)
        err = storecheck_walk(check, txn, LOG_NEXT, "next", judge_next);
    if (!err)
        err = storecheck_walk(check, txn, LOG_SEEN, "seen", judge_seen);
    if (!err && check->damaged == 0 && store_count(txn, LOG_SEEN) > row.events)
        storecheck_damaged(check, STR_NONE, "there are more identities than events");
    if (!err)
        err = storecheck_walk(check, txn, LOG_INDEXED, "indexed", judge_indexed);
    if (!err)
        err = storecheck_walk(check, txn, LOG_ARRIVALS, "arrivals", judge_arrival);
    if (!err)
        err = storecheck_walk(check, txn, LOG_MARKS, "marks", storecheck_any);
    if (!err)
        err = storecheck_walk(check, txn, LOG_FIXED, "fixed", storecheck_any);
    if (!err)
        err = storecheck_walk(check, txn, LOG_DAYS, "days", storecheck_any);
    return err ? err : storecheck_walk(check, txn, LOG_REFUSED, "refused", judge_refused);
}

enum err eventlog_judge_run(struct storecheck *check, struct fault *fault)
{
    struct judging judging = { .check = check };
    struct strbuf folder;
    enum err err;

    row = (struct row){ 0 };
    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/ingest", STR_ARG(check->state_dir));
    err = eventlog_open(strbuf_str(&folder), 1, STORE_READ_ONLY, &judging.log, fault);
    strbuf_free(&folder);
    if (err)
        return err;
    err = check->open_only ? ERR_OK : store_read(judging.log->store, judge_all, &judging);
    eventlog_close(judging.log);
    return err;
}
