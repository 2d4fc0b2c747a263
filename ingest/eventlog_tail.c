#include "eventlog_tail.h"

#include <stdlib.h>
#include <string.h>

#include "eventlog_inside.h"
#include "base/wire.h"
#include "domain/event_canonical.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, SLOTS_FIRST = 256, NAMES_BYTES_MAX = 64 * 1024 * 1024, PARTS_A_COMMIT = 4 };

struct tail_entry {
    struct event_hash hash;
    uint64_t offset;
    uint32_t name_at, name_len;          /* its identity */
};

struct tail {
    uint64_t begin, end;                 /* the offsets it knows of */
    struct tail_entry *entries;
    size_t count, size;
    uint32_t *slots;                     /* of a hash table: 0 is free, n is entries[n - 1] */
    size_t slot_count;
    struct strbuf names;
    bool known, noted;                   /* noted: LOG_INDEXED has a row of it */
    bool changed;                        /* in a transaction that is not committed yet */
};

struct tails { uint32_t count; size_t long_events; struct tail tail[]; };

enum err tails_open(uint32_t partitions, struct tails **ret_tails)
{
    struct tails *tails = calloc(1, sizeof *tails + partitions * sizeof tails->tail[0]);

    if (!tails)
        return ERR_MEMORY;
    tails->count = partitions;
    tails->long_events = TAIL_EVENTS / partitions;
    for (uint32_t p = 0; p < partitions; p++)
        strbuf_init(&tails->tail[p].names, NAMES_BYTES_MAX);
    *ret_tails = tails;
    return ERR_OK;
}

static void empty(struct tail *tail)
{
    tail->count = 0;
    strbuf_reset(&tail->names);
    if (tail->slots)
        memset(tail->slots, 0, tail->slot_count * sizeof *tail->slots);
}

static void forget(struct tail *tail)
{
    empty(tail);
    tail->known = tail->noted = tail->changed = false;
}

void tails_close(struct tails *tails)
{
    for (uint32_t p = 0; tails && p < tails->count; p++) {
        free(tails->tail[p].entries);
        free(tails->tail[p].slots);
        strbuf_free(&tails->tail[p].names);
    }
    free(tails);
}

void tails_begin(struct tails *tails)
{
    for (uint32_t p = 0; p < tails->count; p++)
        if (tails->tail[p].changed)
            forget(&tails->tail[p]);
}

void tails_forget(struct tails *tails)
{
    for (uint32_t p = 0; p < tails->count; p++)
        forget(&tails->tail[p]);
}

void tails_end(struct tails *tails, enum err err)
{
    if (err)
        tails_begin(tails);
    for (uint32_t p = 0; p < tails->count; p++)
        tails->tail[p].changed = false;
}

/* ---- one partition's, in memory ---- */

static struct str name_of(const struct tail *tail, const struct tail_entry *entry)
{
    return (struct str){ tail->names.bytes + entry->name_at, entry->name_len };
}

static size_t slot_of(const struct tail *tail, struct str name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);            /* FNV-1a */

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (uint8_t)name.bytes[i]) * UINT64_C(0x100000001b3);
    return (size_t)(hash ^ hash >> 32) & (tail->slot_count - 1);
}

static void put_slot(struct tail *tail, uint32_t number)
{
    size_t slot = slot_of(tail, name_of(tail, &tail->entries[number - 1]));

    while (tail->slots[slot])
        slot = (slot + 1) & (tail->slot_count - 1);
    tail->slots[slot] = number;
}

/* Half of the slots stay free. */
static enum err grow(struct tail *tail)
{
    size_t slot_count = tail->slot_count ? 2 * tail->slot_count : SLOTS_FIRST;
    struct tail_entry *entries = realloc(tail->entries, slot_count / 2 * sizeof *entries);
    uint32_t *slots = calloc(slot_count, sizeof *slots);

    if (entries)
        tail->entries = entries;
    if (!entries || !slots) {
        free(slots);
        return ERR_MEMORY;
    }
    free(tail->slots);
    tail->slots = slots;
    tail->slot_count = slot_count;
    tail->size = slot_count / 2;
    for (size_t i = 0; i < tail->count; i++)
        put_slot(tail, (uint32_t)i + 1);
    return ERR_OK;
}

static enum err add(struct tail *tail, struct str identity, const struct event_hash *hash, uint64_t offset)
{
    enum err err = tail->count == tail->size ? grow(tail) : ERR_OK;
    size_t at = tail->names.len;

    if (err)
        return err;
    strbuf_add(&tail->names, identity);
    if (tail->names.failed)
        return ERR_MEMORY;
    tail->entries[tail->count++] = (struct tail_entry){ *hash, offset, (uint32_t)at, (uint32_t)identity.len };
    put_slot(tail, (uint32_t)tail->count);
    return ERR_OK;
}

enum err tail_add(struct tails *tails, uint32_t partition, struct str identity, const struct event_hash *hash, uint64_t offset)
{
    struct tail *tail = &tails->tail[partition];

    ensure(tail->known && offset == tail->end);
    tail->changed = true;
    tail->end = offset + 1;
    return add(tail, identity, hash, offset);
}

enum err tail_find(const struct tails *tails, uint32_t partition, struct str identity, tail_visit visit, void *context)
{
    const struct tail *tail = &tails->tail[partition];
    enum err err = ERR_OK;

    ensure(tail->known);
    if (!tail->count)
        return ERR_OK;
    for (size_t slot = slot_of(tail, identity); tail->slots[slot] && !err; slot = (slot + 1) & (tail->slot_count - 1)) {
        const struct tail_entry *entry = &tail->entries[tail->slots[slot] - 1];

        if (str_equal(name_of(tail, entry), identity))
            err = visit(&entry->hash, entry->offset, context);
    }
    return err == ERR_STOP ? ERR_OK : err;
}

bool tail_is_long(const struct tails *tails, uint32_t partition, unsigned parts_indexed)
{
    return tails->tail[partition].count > (parts_indexed < PARTS_A_COMMIT ? 1 : 2) * tails->long_events;
}

/* ---- beside the store ---- */

static void partition_key(uint32_t partition, struct key *ret_key)
{
    key_init(ret_key);
    key_u32(ret_key, partition);
}

enum err tail_begin(struct txn *txn, uint32_t partition, uint64_t *ret_begin)
{
    struct str value;
    struct key key;
    size_t at = 0;
    enum err err;

    partition_key(partition, &key);
    err = store_get(txn, LOG_INDEXED, key_str(&key), &value);
    return err ? err : key_take_u64(value, &at, ret_begin) ? ERR_OK : ERR_STORE_DAMAGED;
}

static enum err note_begin(struct txn *txn, uint32_t partition, uint64_t begin)
{
    struct key key, value;

    partition_key(partition, &key);
    key_init(&value);
    key_u64(&value, begin);
    return store_put(txn, LOG_INDEXED, key_str(&key), key_str(&value));
}

struct learning { struct tail *tail; struct arena arena; };

static enum err learn_event(struct learning *learning, struct str canonical)
{
    struct tail *tail = learning->tail;
    struct event event;
    struct event_hash hash;
    struct key identity;
    enum err err;

    arena_reset(&learning->arena);
    err = event_decode(canonical, &learning->arena, &event);
    if (err)
        return err == ERR_MEMORY ? err : ERR_STORE_DAMAGED;
    eventlog_identity(&event, &identity);
    if (identity.failed)
        return ERR_STORE_DAMAGED;
    event_hash(canonical, &hash);
    return add(tail, key_str(&identity), &hash, tail->end++);
}

static enum err learn_record(struct txn *txn, struct str key, struct str record, void *context)
{
    struct learning *learning = context;
    uint64_t offset;
    size_t at = sizeof(uint32_t), count;
    struct reader in;
    enum err err = ERR_OK;

    (void)txn;
    reader_init(&in, record);
    count = take_array(&in, EVENTS_PER_RECORD_MAX);
    if (in.failed || !key_take_u64(key, &at, &offset) || offset > learning->tail->end)
        return ERR_STORE_DAMAGED;
    for (; count > 0 && !err; count--, offset++) {
        struct str canonical = take_any(&in);

        if (in.failed)
            return ERR_STORE_DAMAGED;
        if (offset == learning->tail->end)
            err = learn_event(learning, canonical);
    }
    return err;
}

/* The events from tail->end on. Where one is damaged, it and what follows are as if trimmed: one that comes again is new here,
 * and known to the mapper. Sales are taken in all the same. */
static enum err learn(struct txn *txn, struct tail *tail, uint32_t partition, uint64_t next)
{
    struct learning learning = { .tail = tail };
    struct key prefix, key;
    struct str start, record;
    enum err err;

    partition_key(partition, &prefix);
    key = prefix;
    key_u64(&key, tail->end);
    arena_init(&learning.arena, ARENA_BYTES);
    err = store_floor(txn, LOG_EVENTS, key_str(&prefix), key_str(&key), &start, &record);
    if (!err)
        err = store_walk(txn, LOG_EVENTS, key_str(&prefix), start, learn_record, &learning);
    arena_free(&learning.arena);
    if (err == ERR_NOT_FOUND || err == ERR_STORE_DAMAGED)
        err = ERR_OK;
    tail->end = next;
    return err;
}

enum err tail_read(struct txn *txn, struct eventlog *log, uint32_t partition)
{
    struct tail *tail = &log->tails->tail[partition];
    uint64_t begin, next;
    enum err err = eventlog_next_offset(txn, partition, &next), found = err ? err : tail_begin(txn, partition, &begin);

    if (found && found != ERR_NOT_FOUND)
        return found;
    if (found || begin > next)
        begin = next;
    if (!tail->known || tail->begin != begin || tail->end > next) {
        forget(tail);
        tail->begin = tail->end = begin;
    }
    tail->noted = !found && tail->begin == begin;
    if (tail->end < next)
        err = learn(txn, tail, partition, next);
    tail->known = !err;
    return err;
}

enum err tail_note_begin(struct txn *txn, struct tails *tails, uint32_t partition)
{
    struct tail *tail = &tails->tail[partition];

    if (tail->noted)
        return ERR_OK;
    tail->noted = tail->changed = true;
    return note_begin(txn, partition, tail->begin);
}

enum err tail_index(struct txn *txn, struct tails *tails, uint32_t partition)
{
    struct tail *tail = &tails->tail[partition];
    enum err err = ERR_OK;

    ensure(tail->known);
    tail->changed = true;
    for (size_t i = 0; i < tail->count && !err; i++) {
        struct key value;

        eventlog_seen_value(&tail->entries[i].hash, tail->entries[i].offset, &value);
        err = store_put(txn, LOG_SEEN, name_of(tail, &tail->entries[i]), key_str(&value));
    }
    if (!err)
        err = note_begin(txn, partition, tail->end);
    empty(tail);
    tail->begin = tail->end;
    tail->noted = true;
    return err;
}
