/* A person's name is taken out of the log (eventlog.h): record by record, each at its place, with what is known of its contents. */
#include "eventlog_inside.h"

#include "base/wire.h"
#include "domain/config.h"
#include "domain/event_canonical.h"

#include <string.h>

enum { RECORDS_A_SLICE = 200 };

struct naming {
    struct eventlog *log;
    const struct renaming *renaming;
    uint32_t partition;
    uint64_t from;                       /* the first offset not looked at yet */
    uint64_t indexed;                    /* identities below are in LOG_SEEN */
    struct key key;                      /* of the record in log->record that may name the person */
    bool found;
    eventlog_visit visit;
    void *context;
    uint64_t renamed, slice;
};

/* --- records that may name the person --- */

static enum err record_seen(struct txn *txn, struct str key, struct str record, void *context)
{
    struct naming *naming = context;

    (void)txn;
    if (!renaming_may_be_in(naming->renaming, record))
        return ERR_OK;
    key_init(&naming->key);
    memcpy(naming->key.bytes, key.bytes, key.len);
    naming->key.len = key.len;
    strbuf_reset(&naming->log->record);
    strbuf_add(&naming->log->record, record);
    naming->found = true;
    return naming->log->record.failed ? ERR_MEMORY : ERR_STOP;
}

/* The next one from naming->from on, which is moved on over it. */
static enum err next_record(struct txn *txn, struct naming *naming, uint64_t *ret_first, size_t *ret_count,
                            struct reader *ret_in)
{
    struct key prefix, from;
    size_t at = sizeof(uint32_t);
    enum err err;

    key_init(&prefix);
    key_u32(&prefix, naming->partition);
    from = prefix;
    key_u64(&from, naming->from);
    naming->found = false;
    err = store_walk(txn, LOG_EVENTS, key_str(&prefix), key_str(&from), record_seen, naming);
    if (err || !naming->found)
        return err ? err : ERR_NOT_FOUND;
    reader_init(ret_in, strbuf_str(&naming->log->record));
    *ret_count = take_array(ret_in, EVENTS_PER_RECORD_MAX);
    if (ret_in->failed || !key_take_u64(key_str(&naming->key), &at, ret_first))
        return ERR_STORE_DAMAGED;
    naming->from = *ret_first + 1;
    return ERR_OK;
}

/* Does this one name the person? In the log's scratch arena, with the pseudonym. */
static enum err names_person(const struct naming *naming, struct str canonical, struct event *ret_event, bool *ret_names)
{
    enum err err;

    *ret_names = false;
    if (!renaming_may_be_in(naming->renaming, canonical))
        return ERR_OK;
    arena_reset(&naming->log->scratch);
    err = event_decode(canonical, &naming->log->scratch, ret_event);
    if (err)
        return err == ERR_MEMORY ? err : ERR_OK;             /* not readable: fsck tells it */
    *ret_names = renaming_event(naming->renaming, ret_event);
    return ERR_OK;
}

/* --- who is named --- */

static enum err visit_record(struct naming *naming, struct reader *in, uint64_t first, size_t count)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < count && !err; i++) {
        struct str canonical = take_any(in);
        struct event event;
        bool names = false;

        err = in->failed ? ERR_STORE_DAMAGED : names_person(naming, canonical, &event, &names);
        if (!err && names)
            err = naming->visit(naming->partition, first + i, canonical, naming->context);
    }
    return err;
}

static enum err named_work(struct txn *txn, void *context)
{
    struct naming *naming = context;
    struct reader in;
    uint64_t first;
    size_t count;
    enum err err;

    while ((err = next_record(txn, naming, &first, &count, &in)) == ERR_OK)
        if ((err = visit_record(naming, &in, first, count)) != ERR_OK)
            return err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err eventlog_named(struct eventlog *log, const struct renaming *renaming, eventlog_visit visit, void *context)
{
    enum err err = ERR_OK;

    for (uint32_t p = 0; p < log->partitions && !err; p++) {
        struct naming naming = { .log = log, .renaming = renaming, .partition = p, .visit = visit, .context = context };

        if (renaming_touches(renaming, p, log->partitions))
            err = store_read(log->store, named_work, &naming);
    }
    return err == ERR_STOP ? ERR_OK : err;
}

/* --- and no longer is --- */

static enum err seen_again(struct txn *txn, const struct naming *naming, const struct event *event, struct str was,
                           struct str now, uint64_t offset)
{
    struct event_hash hash;
    struct key identity, value;
    enum err err;

    if (offset >= naming->indexed)
        return ERR_OK;
    eventlog_identity(event, &identity);
    event_hash(was, &hash);
    eventlog_seen_value(&hash, offset, &value);
    err = store_delete_value(txn, LOG_SEEN, key_str(&identity), key_str(&value));
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    event_hash(now, &hash);
    eventlog_seen_value(&hash, offset, &value);
    return store_put(txn, LOG_SEEN, key_str(&identity), key_str(&value));
}

/* *bytes: as it is, or as it is said now, in the scratch arena. */
static enum err rename_event(struct txn *txn, struct naming *naming, uint64_t offset, struct str *bytes, bool *changed)
{
    struct event event;
    struct str now;
    bool names;
    enum err err = names_person(naming, *bytes, &event, &names);

    if (err || !names)
        return err;
    err = event_encode(&event, &naming->log->scratch, &now);
    if (!err)
        err = seen_again(txn, naming, &event, *bytes, now, offset);
    if (err)
        return err;
    *bytes = now;
    *changed = true;
    naming->slice++;
    return ERR_OK;
}

static enum err rename_record(struct txn *txn, struct naming *naming, struct reader *in, uint64_t first, size_t count)
{
    struct strbuf *piece = &naming->log->piece;
    bool changed = false;
    enum err err = ERR_OK;

    strbuf_reset(piece);
    wire_array(piece, count);
    for (size_t i = 0; i < count && !err; i++) {
        struct str bytes = take_any(in);

        err = in->failed ? ERR_STORE_DAMAGED : rename_event(txn, naming, first + i, &bytes, &changed);
        strbuf_add(piece, bytes);
    }
    if (err || !changed)
        return err;
    return piece->failed ? ERR_MEMORY : store_put(txn, LOG_EVENTS, key_str(&naming->key), strbuf_str(piece));
}

struct rename_slice { struct naming *naming; uint64_t from; bool more; };

static enum err rename_work(struct txn *txn, void *context)
{
    struct rename_slice *slice = context;
    struct naming *naming = slice->naming;
    struct reader in;
    uint64_t first;
    size_t count, records = 0;
    enum err err = tail_begin(txn, naming->partition, &naming->indexed);

    if (err == ERR_NOT_FOUND) {          /* LOG_SEEN has all there is */
        naming->indexed = UINT64_MAX;
        err = ERR_OK;
    }
    naming->from = slice->from;          /* the transaction may be run again */
    naming->slice = 0;
    while (!err && records++ < RECORDS_A_SLICE) {
        err = next_record(txn, naming, &first, &count, &in);
        if (!err)
            err = rename_record(txn, naming, &in, first, count);
    }
    slice->more = !err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err rename_partition(struct eventlog *log, struct naming *naming)
{
    struct rename_slice slice = { .naming = naming, .more = true };
    enum err err = ERR_OK;

    while (!err && slice.more) {
        err = store_write(log->store, rename_work, &slice);
        slice.from = naming->from;
        naming->renamed += err ? 0 : naming->slice;
    }
    return err;
}

enum err eventlog_rename(struct eventlog *log, const struct renaming *renaming, uint64_t *ret_renamed)
{
    enum err err = ERR_OK;

    *ret_renamed = 0;
    for (uint32_t p = 0; p < log->partitions && !err; p++) {
        struct naming naming = { .log = log, .renaming = renaming, .partition = p };

        if (!renaming_touches(renaming, p, log->partitions))
            continue;
        err = rename_partition(log, &naming);
        *ret_renamed += naming.renamed;
    }
    tails_forget(log->tails);            /* what they know of is said otherwise now */
    return err;
}
