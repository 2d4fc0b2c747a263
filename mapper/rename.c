#include "rename.h"

#include "conflict.h"
#include "domain/event_canonical.h"

#include <string.h>

enum { SLICE_RECORDS = 500, DRAFT_ROOM = DRAFT_BYTES_MAX };

/* --- records that may name the person, table by table and venue by venue --- */

struct candidates {
    const struct renaming *renaming;
    struct key keys[SLICE_RECORDS];
    size_t count;
};

static enum err candidate_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct candidates *candidates = context;
    struct key *at = &candidates->keys[candidates->count];

    (void)txn;
    if (!renaming_may_be_in(candidates->renaming, value))
        return ERR_OK;
    key_init(at);
    memcpy(at->bytes, key.bytes, key.len);
    at->len = key.len;
    return ++candidates->count == SLICE_RECORDS ? ERR_STOP : ERR_OK;
}

/* Drafts are named by texts: "venue/...". */
static void venue_prefix(unsigned table, struct str venue, struct key *ret_prefix)
{
    key_init(ret_prefix);
    key_name(ret_prefix, venue);
    if (table == TABLE_DRAFTS)
        ret_prefix->bytes[ret_prefix->len - 1] = '/';
}

/* --- what one record says; renamed: with the pseudonym, if it named the person --- */

struct renaming_work {
    const struct renaming *renaming;
    struct arena *arena;
    struct txn *txn;
    unsigned table;
    struct str key;
    struct str value;                    /* a copy */
    bool named, changes;                 /* changes: it is written */
    struct event event;
    struct draft draft;
    struct named said;
};

static enum err damaged(enum err err)
{
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
}

/* *bytes of an event: as they are renamed. */
static enum err take_event(struct renaming_work *work, struct str *bytes, struct event_hash *hash)
{
    enum err err = bytes->len ? event_decode(*bytes, work->arena, &work->event) : ERR_NOT_FOUND;

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : damaged(err);
    work->said.event = &work->event;
    work->named = renaming_event(work->renaming, &work->event);
    if (!work->named || !work->changes)
        return ERR_OK;
    err = event_encode(&work->event, work->arena, bytes);
    if (!err && hash)
        event_hash(*bytes, hash);
    return err;
}

static enum err put_encoded(struct renaming_work *work, struct strbuf *out)
{
    return out->failed ? ERR_MEMORY : store_put(work->txn, work->table, work->key, strbuf_str(out));
}

static enum err take_receipt(struct renaming_work *work)
{
    struct known known;
    struct strbuf out;
    enum err err = known_read(work->value, &known);

    if (!err)
        err = take_event(work, &known.bytes, &known.hash);
    work->said.day = err ? 0 : known.day;
    if (err || !work->named || !work->changes)
        return err;
    strbuf_init(&out, EVENT_BYTES_MAX + 128);
    known_write(&known, &out);
    err = put_encoded(work, &out);
    strbuf_free(&out);
    return err;
}

/* Its content is in its key. */
static enum err take_conflict(struct renaming_work *work)
{
    struct event identity = { .kind = EVENT_RECEIPT };
    struct conflict conflict;
    struct event_hash was;
    enum err err = conflict_read(work->key, work->value, &identity.venue, &identity.reg, &conflict);

    if (err)
        return err;
    was = conflict.hash;
    identity.series = conflict.series;
    identity.seq = conflict.seq;
    work->said.day = conflict.day;
    err = take_event(work, &conflict.bytes, &conflict.hash);
    work->said.contested = conflict.state == CONFLICT_OPEN;
    if (err || !work->named || !work->changes)
        return err;
    err = conflict_drop(work->txn, &identity, &was);
    return err ? err : conflict_put(work->txn, &identity, &conflict);
}

static enum err take_parked(struct renaming_work *work)
{
    struct str bytes = work->value;
    enum err err = take_event(work, &bytes, NULL);

    work->said.parked = true;
    return err || !work->named || !work->changes ? err : store_put(work->txn, work->table, work->key, bytes);
}

static enum err take_draft(struct renaming_work *work)
{
    struct strbuf out;
    enum err err = draft_decode(work->value, work->arena, &work->draft);

    if (err)
        return damaged(err);
    work->said.draft = &work->draft;
    work->said.day = work->draft.doc.day;
    work->named = renaming_draft(work->renaming, &work->draft);
    if (!work->named || !work->changes)
        return ERR_OK;
    strbuf_init(&out, DRAFT_ROOM);
    draft_encode(&work->draft, &out);
    err = put_encoded(work, &out);
    strbuf_free(&out);
    return err;
}

static const struct { unsigned table; enum err (*take)(struct renaming_work *work); } takers[] = {
    { TABLE_RECEIPTS, take_receipt }, { TABLE_CONFLICTS, take_conflict }, { TABLE_PARKED, take_parked },
    { TABLE_DRAFTS, take_draft },
};

/* --- a slice of one table and venue --- */

struct rename_slice {
    struct candidates candidates;
    struct arena *arena;
    size_t taker;
    struct str venue;
    struct key from;                     /* empty: the venue's first */
    bool changes;
    named_visit visit;
    void *context;
    uint64_t renamed;
};

static enum err is_due(struct txn *txn, struct str venue, int32_t day, bool *ret_due)
{
    struct str value;
    struct key key;
    enum err err;

    key_init(&key);
    key_name(&key, venue);
    key_day(&key, day);
    err = store_get(txn, TABLE_DUE, key_str(&key), &value);
    *ret_due = !err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err take_one(struct txn *txn, struct rename_slice *slice, const struct key *key)
{
    struct renaming_work work = { .renaming = slice->candidates.renaming, .arena = slice->arena, .txn = txn,
                                  .table = takers[slice->taker].table, .key = key_str(key), .changes = slice->changes };
    enum err err = store_get(txn, work.table, work.key, &work.value);

    arena_reset(slice->arena);
    if (!err) {
        work.value = arena_copy(slice->arena, work.value);
        err = work.value.bytes ? takers[slice->taker].take(&work) : ERR_MEMORY;
    }
    if (err || !work.named)
        return err;
    slice->renamed++;
    if (!slice->visit)
        return ERR_OK;
    err = is_due(txn, slice->venue, work.said.day, &work.said.due);
    return err ? err : slice->visit(&work.said, slice->context);
}

static enum err slice_work(struct txn *txn, void *context)
{
    struct rename_slice *slice = context;
    struct candidates *candidates = &slice->candidates;
    struct key prefix;
    enum err err;

    candidates->count = 0;
    slice->renamed = 0;
    venue_prefix(takers[slice->taker].table, slice->venue, &prefix);
    err = store_walk(txn, takers[slice->taker].table, key_str(&prefix), key_str(slice->from.len ? &slice->from : &prefix),
                     candidate_seen, candidates);
    for (size_t i = 0; i < candidates->count && !err; i++)
        err = take_one(txn, slice, &candidates->keys[i]);
    return err;
}

/* What was looked at last is looked at again, and no longer names anybody, or is passed over. */
static void go_on_behind(struct rename_slice *slice)
{
    slice->from = slice->candidates.keys[SLICE_RECORDS - 1];
    if (slice->from.len < STORE_KEY_MAX)
        slice->from.bytes[slice->from.len++] = 0;
}

static enum err go_through(struct store *store, struct rename_slice *slice, uint64_t *ret_renamed)
{
    const struct renaming *renaming = slice->candidates.renaming;
    enum err err = ERR_OK;

    *ret_renamed = 0;
    for (slice->taker = 0; slice->taker < COUNT(takers) && !err; slice->taker++)
        for (size_t i = 0; i < renaming->venue_count && !err; i++) {
            slice->venue = renaming->venues[i];
            key_init(&slice->from);
            do {
                err = slice->changes ? store_write(store, slice_work, slice) : store_read(store, slice_work, slice);
                *ret_renamed += err ? 0 : slice->renamed;
                if (!err && slice->candidates.count == SLICE_RECORDS)
                    go_on_behind(slice);
            } while (!err && slice->candidates.count == SLICE_RECORDS);
        }
    return err;
}

enum err rename_look(struct store *store, const struct renaming *renaming, struct arena *arena, named_visit visit,
                     void *context)
{
    static struct rename_slice slice;    /* large, and one at a time */
    uint64_t named;
    enum err err;

    slice = (struct rename_slice){ .candidates = { .renaming = renaming }, .arena = arena, .visit = visit, .context = context };
    err = go_through(store, &slice, &named);
    return err == ERR_STOP ? ERR_OK : err;
}

enum err rename_all(struct store *store, const struct renaming *renaming, struct arena *arena, uint64_t *ret_renamed)
{
    static struct rename_slice slice;

    slice = (struct rename_slice){ .candidates = { .renaming = renaming }, .arena = arena, .changes = true };
    return go_through(store, &slice, ret_renamed);
}
