/* Which of the refused lines are kept when there are too many (eventlog.h): sources share the room, and one that has
 * little loses nothing to one that has much. */
#include <stdlib.h>
#include <string.h>

#include "eventlog_inside.h"
#include "base/fields.h"

/* TEXT_MAX is what is read: what is written is cut to less. */
enum { TEXT_MAX = 1 << 20, ROWS_MAX = EVENTLOG_REFUSED_MAX + EVENTLOG_REFUSED_SLACK };

struct row { unsigned char key[REFUSED_KEY_BYTES]; uint32_t source; };

struct sharing {
    struct row *rows;                    /* oldest first */
    size_t row_count, row_room;
    uint64_t *sources;                   /* by first row: prints of their names */
    size_t *counts;
    size_t source_count;
};

static const struct field_row refusal_rows[] = {
    FIELD_MAX(eventlog_refusal, source, TEXT_MAX),
    FIELD(eventlog_refusal, line),
    FIELD_MAX(eventlog_refusal, venue, TEXT_MAX),
    FIELD_MAX(eventlog_refusal, reason, TEXT_MAX),
    FIELD_BYTES(eventlog_refusal, bytes, TEXT_MAX),
    FIELD_LATER(eventlog_refusal, token, 0, NIL_READ, 0),
};
static const struct fields refusal_fields = FIELDS(eventlog_refusal, refusal_rows, COUNT(refusal_rows) - 1, NULL);

enum err eventlog_refusal_read(struct str value, struct eventlog_refusal *ret_refusal)
{
    return fields_read(&refusal_fields, value, NULL, ret_refusal) ? ERR_STORE_DAMAGED : ERR_OK;
}

struct walking { refused_visit visit; void *context; };

static enum err row_found(struct txn *txn, struct str key, struct str value, bool whole, void *context)
{
    const struct walking *walking = context;
    struct eventlog_refusal refusal;
    bool reads = whole && !eventlog_refusal_read(value, &refusal);

    (void)txn;
    return key.len == REFUSED_KEY_BYTES ? walking->visit(key, reads ? &refusal : NULL, value, walking->context) : ERR_OK;
}

enum err eventlog_refused_rows(struct txn *txn, refused_visit visit, void *context)
{
    struct walking walking = { visit, context };
    enum err err = store_examine(txn, LOG_REFUSED, row_found, &walking);

    return err == ERR_STOP ? ERR_OK : err;
}

static uint64_t print_of(struct str name)
{
    uint64_t print = 14695981039346656037U;          /* FNV-1a: two names of one print would share their room, no more */

    for (size_t i = 0; i < name.len; i++)
        print = (print ^ (unsigned char)name.bytes[i]) * 1099511628211U;
    return print;
}

/* What is damaged is nobody's, and shares as one source. */
static enum err row_seen(struct str key, const struct eventlog_refusal *refusal, struct str value, void *context)
{
    struct sharing *sharing = context;
    uint64_t print = print_of(refusal ? refusal->source : STR_NONE);
    size_t at = 0;

    (void)value;
    if (sharing->row_count == sharing->row_room)
        return ERR_STOP;
    while (at < sharing->source_count && sharing->sources[at] != print)
        at++;
    if (at == sharing->source_count)
        sharing->sources[sharing->source_count++] = print;
    sharing->counts[at]++;
    memcpy(sharing->rows[sharing->row_count].key, key.bytes, REFUSED_KEY_BYTES);
    sharing->rows[sharing->row_count++].source = (uint32_t)at;
    return ERR_OK;
}

static size_t kept_at(const struct sharing *sharing, size_t share)
{
    size_t kept = 0;

    for (size_t i = 0; i < sharing->source_count; i++)
        kept += sharing->counts[i] < share ? sharing->counts[i] : share;
    return kept;
}

/* The largest share for each source with which all of them fit. */
static size_t fair_share(const struct sharing *sharing)
{
    size_t low = 1, high = EVENTLOG_REFUSED_MAX;

    while (low < high) {
        size_t middle = (low + high + 1) / 2;

        if (kept_at(sharing, middle) <= EVENTLOG_REFUSED_MAX)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static enum err drop_oldest(struct txn *txn, struct sharing *sharing, size_t *ret_trimmed)
{
    size_t share = fair_share(sharing), left = sharing->row_count;
    bool fits = kept_at(sharing, share) <= EVENTLOG_REFUSED_MAX;     /* else there are more sources than rows: the oldest go */
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < sharing->row_count && left > EVENTLOG_REFUSED_MAX; i++) {
        size_t *count = &sharing->counts[sharing->rows[i].source];

        if (fits && *count <= share)
            continue;
        err = store_delete(txn, LOG_REFUSED, (struct str){ (const char *)sharing->rows[i].key, REFUSED_KEY_BYTES });
        --*count;
        left--;
    }
    *ret_trimmed = sharing->row_count - left;
    return err;
}

static struct str cut(struct str s, size_t max)
{
    return s.len <= max ? s : (struct str){ s.bytes, max };
}

void eventlog_refusal_write(const struct eventlog_refusal *refusal, struct strbuf *row)
{
    const struct eventlog_refusal kept = { cut(refusal->source, 1024), refusal->line, cut(refusal->venue, 64),
                                           cut(refusal->reason, 1024), cut(refusal->bytes, EVENTLOG_REFUSED_BYTES),
                                           refusal->token };

    fields_write(&refusal_fields, &kept, row);
}

/* A file's lines have their place for good; what comes over HTTP or ZeroMQ is another line each time. */
static bool has_place(const struct eventlog_refusal *refusal)
{
    return refusal->source.len && memchr(refusal->source.bytes, '/', refusal->source.len);
}

/* A batch's refusals by their line, to find the few that a row could be. */
enum { BUCKETS = 1024 };
struct listing {
    const struct eventlog_batch *batch;
    size_t first[BUCKETS], *next;        /* places + 1; 0: none */
    bool *listed;
    struct strbuf row;
};

static enum err listed_seen(struct str key, const struct eventlog_refusal *kept, struct str value, void *context)
{
    struct listing *listing = context;

    (void)key;
    for (size_t at = kept ? listing->first[kept->line % BUCKETS] : 0; at; at = listing->next[at - 1]) {
        if (listing->batch->refusals[at - 1].line != kept->line || listing->listed[at - 1])
            continue;
        strbuf_reset(&listing->row);
        eventlog_refusal_write(&listing->batch->refusals[at - 1], &listing->row);
        listing->listed[at - 1] = str_equal(strbuf_str(&listing->row), value);
    }
    return ERR_OK;
}

enum err eventlog_refused_listed(struct txn *txn, const struct eventlog_batch *batch, bool **ret_listed)
{
    struct listing listing = { .batch = batch };
    enum err err = ERR_MEMORY;
    bool any = false;

    listing.next = calloc(batch->refusal_count, sizeof *listing.next);
    listing.listed = calloc(batch->refusal_count, sizeof *listing.listed);
    strbuf_init(&listing.row, EVENTLOG_REFUSED_BYTES + 8192);
    for (size_t i = 0; listing.next && i < batch->refusal_count; i++) {
        size_t *first = &listing.first[batch->refusals[i].line % BUCKETS];

        if (!has_place(&batch->refusals[i]))
            continue;
        listing.next[i] = *first;
        *first = i + 1;
        any = true;
    }
    if (listing.next && listing.listed)
        err = !any ? ERR_OK : eventlog_refused_rows(txn, listed_seen, &listing);
    strbuf_free(&listing.row);
    free(listing.next);
    if (err) {
        free(listing.listed);
        return err;
    }
    *ret_listed = listing.listed;
    return ERR_OK;
}

enum err eventlog_trim_refused(struct txn *txn, size_t *ret_trimmed)
{
    size_t there = (size_t)store_count(txn, LOG_REFUSED);
    struct sharing sharing = { .row_room = there };
    enum err err = ERR_MEMORY;

    *ret_trimmed = 0;
    if (there <= ROWS_MAX)
        return ERR_OK;
    sharing.rows = calloc(there, sizeof *sharing.rows);
    sharing.sources = calloc(there, sizeof *sharing.sources);
    sharing.counts = calloc(there, sizeof *sharing.counts);
    if (sharing.rows && sharing.sources && sharing.counts)
        err = eventlog_refused_rows(txn, row_seen, &sharing);
    if (!err)
        err = drop_oldest(txn, &sharing, ret_trimmed);
    free(sharing.rows);
    free(sharing.sources);
    free(sharing.counts);
    return err;
}
