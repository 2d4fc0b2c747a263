#include "eventlog.h"

#include <stdlib.h>
#include <string.h>

#include "domain/config.h"
#include "eventlog_inside.h"
#include "base/wire.h"

enum { LAYOUT = 1, PEEK_BYTES_MAX = 4 * 1024 * 1024 };

static const char *const tables[] = {
    [LOG_EVENTS] = "events",       /* partition, first offset -> msgpack array of canonical events */
    [LOG_NEXT] = "next",           /* partition -> next offset */
    [LOG_SEEN] = "+seen",          /* identity -> content hash, offset: of what is below LOG_INDEXED (eventlog_tail.h) */
    [LOG_MARKS] = "marks",
    [LOG_REFUSED] = "refused",     /* time ms, number -> [source, line, venue, reason, bytes] */
    [LOG_FIXED] = "fixed",         /* what was decided when the log was made */
    [LOG_DAYS] = "days",           /* partition, UTC day -> first offset appended that day */
    [LOG_ARRIVALS] = "arrivals",   /* partition, first offset -> [source, token, time ms] */
    [LOG_INDEXED] = "indexed",     /* partition -> first offset whose identity is not in LOG_SEEN yet */
};

struct opening { uint32_t wanted, found; bool read_only; };

static enum err check_partitions(struct txn *txn, void *context)
{
    struct opening *opening = context;
    struct key key;
    struct str value;
    size_t at = 0;
    enum err err = store_get(txn, LOG_FIXED, STR("partitions"), &value);

    if (err == ERR_NOT_FOUND && !opening->read_only) {
        key_init(&key);
        key_u32(&key, opening->wanted);
        opening->found = opening->wanted;
        return store_put(txn, LOG_FIXED, STR("partitions"), key_str(&key));
    }
    if (err)
        return err;
    return key_take_u32(value, &at, &opening->found) && opening->found > 0 && opening->found <= CONFIG_PARTITIONS_MAX
               ? ERR_OK : ERR_STORE_DAMAGED;
}

enum err eventlog_open(struct str folder, int32_t partitions, unsigned flags, struct eventlog **ret_log,
                       struct fault *fault)
{
    struct opening opening = { (uint32_t)partitions, 0, flags & STORE_READ_ONLY };
    struct eventlog *log = calloc(1, sizeof *log);
    enum err err;

    if (!log)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    strbuf_init(&log->piece, PEEK_BYTES_MAX);
    strbuf_init(&log->record, EVENTLOG_RECORD_BYTES + EVENT_BYTES_MAX + 16);
    arena_init(&log->scratch, EVENTLOG_SCRATCH_BYTES);
    arena_init(&log->settled, EVENTLOG_SETTLED_BYTES);
    err = store_open(folder, tables, COUNT(tables), LAYOUT, flags, &log->store, fault);
    if (err) {
        eventlog_close(log);
        return err;
    }
    err = opening.read_only ? store_read(log->store, check_partitions, &opening)
                            : store_write(log->store, check_partitions, &opening);
    if (err)
        err = fault_set(fault, err, "the event log in " STR_FMT " cannot be used: %s", STR_ARG(folder),
                        err_text(err));
    else if (!opening.read_only && opening.found != opening.wanted)
        err = fault_set(fault, ERR_CONFIG,
                        "the event log in " STR_FMT " was made with %u partitions, the configuration says %u: "
                        "set partitions back to %u in bilag.yaml",
                        STR_ARG(folder), opening.found, opening.wanted, opening.found);
    log->partitions = opening.found;
    if (!err && tails_open(log->partitions, &log->tails))
        err = fault_set(fault, ERR_MEMORY, "out of memory");
    if (err) {
        eventlog_close(log);
        return err;
    }
    *ret_log = log;
    return ERR_OK;
}

void eventlog_close(struct eventlog *log)
{
    if (!log)
        return;
    store_close(log->store);
    tails_close(log->tails);
    strbuf_free(&log->piece);
    strbuf_free(&log->record);
    arena_free(&log->scratch);
    arena_free(&log->settled);
    free(log->order);
    free(log);
}

void eventlog_use_pseudonyms(struct eventlog *log, const struct pseudonyms *pseudonyms)
{
    log->pseudonyms = pseudonyms;
}

uint32_t eventlog_partitions(const struct eventlog *log)
{
    return log->partitions;
}

void eventlog_identity(const struct event *event, struct key *ret_key)
{
    key_init(ret_key);
    key_name(ret_key, event->venue);
    key_name(ret_key, event->reg);
    key_u32(ret_key, event->series);
    key_u64(ret_key, event->seq);
}

uint64_t eventlog_generation(struct eventlog *log)
{
    return store_generation(log->store);
}

void eventlog_relax(struct eventlog *log)
{
    store_relax_if_many(log->store);
}

enum err eventlog_next_offset(struct txn *txn, uint32_t partition, uint64_t *ret_next)
{
    struct key key;
    struct str value;
    size_t at = 0;
    enum err err;

    key_init(&key);
    key_u32(&key, partition);
    err = store_get(txn, LOG_NEXT, key_str(&key), &value);
    if (err == ERR_NOT_FOUND) {
        *ret_next = 0;
        return ERR_OK;
    }
    if (err)
        return err;
    return key_take_u64(value, &at, ret_next) ? ERR_OK : ERR_STORE_DAMAGED;
}

struct ending { uint32_t partition; uint64_t end; };

static enum err read_end(struct txn *txn, void *context)
{
    struct ending *ending = context;

    return eventlog_next_offset(txn, ending->partition, &ending->end);
}

enum err eventlog_end(struct eventlog *log, uint32_t partition, uint64_t *ret_end)
{
    struct ending ending = { .partition = partition };
    enum err err = store_read(log->store, read_end, &ending);

    if (!err)
        *ret_end = ending.end;
    return err;
}

struct peeking {
    struct strbuf *bodies;               /* canonical events, one after the other */
    uint32_t partition;
    uint64_t from, begin, end;
    size_t count, count_max, bytes_max;
};

/* Adds the events of one record, from the wanted offset on; ERR_STOP when there are enough. */
static enum err peek_record(struct txn *txn, struct str key, struct str record, void *context)
{
    struct peeking *peek = context;
    struct reader in;
    uint32_t partition;
    uint64_t offset;
    size_t at = 0, count;

    (void)txn;
    if (!key_take_u32(key, &at, &partition) || !key_take_u64(key, &at, &offset))
        return ERR_STORE_DAMAGED;
    reader_init(&in, record);
    count = take_array(&in, EVENTS_PER_RECORD_MAX);
    if (partition != peek->partition || offset > peek->from + peek->count)
        return ERR_STORE_DAMAGED;
    for (; count > 0 && !in.failed; count--, offset++) {
        struct str event = take_any(&in);

        if (offset < peek->from)
            continue;
        if (peek->count == peek->count_max ||
            (peek->count > 0 && peek->bodies->len + event.len > peek->bytes_max))
            return ERR_STOP;
        strbuf_add(peek->bodies, event);
        peek->count++;
    }
    if (peek->bodies->failed)
        return ERR_MEMORY;
    return reader_done(&in) ? ERR_STORE_DAMAGED : ERR_OK;
}

static enum err first_offset(struct txn *txn, struct str key, struct str record, void *context)
{
    struct peeking *peek = context;
    uint32_t partition;
    size_t at = 0;

    (void)txn;
    (void)record;
    return key_take_u32(key, &at, &partition) && key_take_u64(key, &at, &peek->begin) ? ERR_STOP : ERR_STORE_DAMAGED;
}

static enum err peek_records(struct txn *txn, void *context)
{
    struct peeking *peek = context;
    struct key prefix, key;
    struct str start, record;
    enum err err = eventlog_next_offset(txn, peek->partition, &peek->end);

    peek->count = 0;
    peek->begin = peek->from;
    strbuf_reset(peek->bodies);
    if (err || peek->from >= peek->end)
        return err;
    key_init(&prefix);
    key_u32(&prefix, peek->partition);
    key = prefix;
    key_u64(&key, peek->from);
    err = store_floor(txn, LOG_EVENTS, key_str(&prefix), key_str(&key), &start, &record);
    if (err == ERR_NOT_FOUND) {          /* trimmed: it begins later, or all of it is gone */
        peek->begin = peek->end;
        return store_walk(txn, LOG_EVENTS, key_str(&prefix), key_str(&prefix), first_offset, peek);
    }
    if (err)
        return err;
    return store_walk(txn, LOG_EVENTS, key_str(&prefix), start, peek_record, peek);
}

enum err eventlog_peek(struct eventlog *log, uint32_t partition, uint64_t from, size_t count_max,
                       size_t batch_bytes, struct eventlog_piece *ret_piece)
{
    struct peeking peek = {
        .bodies = &log->record, .partition = partition, .from = from, .count_max = count_max,
        .bytes_max = batch_bytes < EVENTLOG_RECORD_BYTES ? batch_bytes : EVENTLOG_RECORD_BYTES,
    };
    enum err err = store_read(log->store, peek_records, &peek);

    if (err)
        return err;
    if (peek.count == 0 && from < peek.end && peek.begin <= from)
        return ERR_STORE_DAMAGED;
    strbuf_reset(&log->piece);
    wire_array(&log->piece, peek.count);
    strbuf_add(&log->piece, strbuf_str(&log->record));
    if (log->piece.failed)
        return ERR_MEMORY;
    *ret_piece = (struct eventlog_piece){ from, peek.count, peek.begin, peek.end, strbuf_str(&log->piece) };
    return ERR_OK;
}

static enum err find_offset(struct txn *txn, struct str key, struct str value, void *context)
{
    struct eventlog_same *same = context;
    size_t at = sizeof(struct event_hash);

    (void)txn;
    (void)key;
    if (same->count == COUNT(same->offsets))
        return ERR_STOP;
    return key_take_u64(value, &at, &same->offsets[same->count++]) ? ERR_OK : ERR_STORE_DAMAGED;
}

static enum err find_late_offset(const struct event_hash *hash, uint64_t offset, void *context)
{
    struct eventlog_same *same = context;

    (void)hash;
    if (same->count == COUNT(same->offsets))
        return ERR_STOP;
    same->offsets[same->count++] = offset;
    return ERR_OK;
}

enum err eventlog_same(struct txn *txn, const struct eventlog *log, uint32_t partition, struct str identity,
                       struct eventlog_same *ret_same)
{
    enum err err;

    ret_same->count = 0;
    err = store_walk(txn, LOG_SEEN, identity, identity, find_offset, ret_same);
    return err ? err : tail_find(log->tails, partition, identity, find_late_offset, ret_same);
}

struct finding { struct eventlog *log; uint32_t partition; struct key identity; struct eventlog_same same; };

static enum err find_offsets(struct txn *txn, void *context)
{
    struct finding *finding = context;
    enum err err = tail_read(txn, finding->log, finding->partition);

    return err ? err : eventlog_same(txn, finding->log, finding->partition, key_str(&finding->identity), &finding->same);
}

enum err eventlog_find(struct eventlog *log, const struct event *identity, eventlog_visit visit, void *context)
{
    uint32_t partition = venue_partition(identity->venue, (int32_t)log->partitions);
    struct finding finding = { .log = log, .partition = partition };
    enum err err;

    eventlog_identity(identity, &finding.identity);
    err = store_read(log->store, find_offsets, &finding);
    if (!err && finding.same.count == 0)
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < finding.same.count && !err; i++) {
        struct eventlog_piece piece;
        struct reader in;

        err = eventlog_peek(log, partition, finding.same.offsets[i], 1, EVENTLOG_RECORD_BYTES, &piece);
        if (err)
            return err;
        if (piece.count == 0)
            return ERR_NOT_FOUND;        /* trimmed since its offset was looked up */
        reader_init(&in, piece.record);
        if (take_array(&in, 1) != 1)
            return ERR_STORE_DAMAGED;
        err = visit(partition, finding.same.offsets[i], take_any(&in), context);
    }
    return err == ERR_STOP ? ERR_OK : err;
}

struct marking { struct str prefix; eventlog_mark_visit visit; void *context; };

static enum err visit_mark(struct txn *txn, struct str key, struct str value, void *context)
{
    struct marking *marking = context;

    (void)txn;
    return marking->visit(key, value, marking->context);
}

static enum err walk_marks(struct txn *txn, void *context)
{
    struct marking *marking = context;

    return store_walk(txn, LOG_MARKS, marking->prefix, marking->prefix, visit_mark, marking);
}

enum err eventlog_marks(struct eventlog *log, struct str prefix, eventlog_mark_visit visit, void *context)
{
    struct marking marking = { prefix, visit, context };

    return store_read(log->store, walk_marks, &marking);
}

struct listing { int64_t from_ms; eventlog_refusal_visit visit; void *context; };

static enum err visit_refusal(struct str key, const struct eventlog_refusal *refusal, struct str value, void *context)
{
    const struct listing *listing = context;
    uint64_t time_ms = 0;
    size_t at = 0;

    (void)value;
    if (!refusal || !key_take_u64(key, &at, &time_ms) || (int64_t)time_ms < listing->from_ms)
        return ERR_OK;
    return listing->visit((int64_t)time_ms, refusal, listing->context);
}

static enum err walk_refusals(struct txn *txn, void *context)
{
    return eventlog_refused_rows(txn, visit_refusal, context);
}

enum err eventlog_refused(struct eventlog *log, int64_t from_ms, eventlog_refusal_visit visit, void *context)
{
    struct listing listing = { from_ms < 0 ? 0 : from_ms, visit, context };

    return store_read(log->store, walk_refusals, &listing);
}
