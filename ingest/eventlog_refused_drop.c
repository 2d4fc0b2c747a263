/* Refused lines that go: those that name a person who is forgotten, and old ones (eventlog.h). */
#include "eventlog_inside.h"

#include <stdio.h>
#include <string.h>

enum { DROPS_A_SLICE = 500, QUOTED_MAX = 1024 };

struct dropping {
    const struct renaming *renaming;     /* NULL: what is older than before_ms */
    int64_t before_ms;
    struct { char bytes[REFUSED_KEY_BYTES]; } keys[DROPS_A_SLICE];
    size_t count;
    uint64_t dropped;
};

bool eventlog_refusal_names(const struct eventlog_refusal *refusal, const struct renaming *renaming)
{
    char quoted[QUOTED_MAX];
    int len = snprintf(quoted, sizeof quoted, "\"" STR_FMT "\"", STR_ARG(renaming->name));

    if (len <= 0 || (size_t)len >= sizeof quoted || !refusal->bytes.len ||
        (refusal->venue.len && !renaming_concerns(renaming, refusal->venue)))
        return false;
    return memmem(refusal->bytes.bytes, refusal->bytes.len, quoted, (size_t)len) != NULL;
}

/* What is damaged is no line that somebody can put right: it goes with those of its time, and where the name stands in what is left. */
static bool names(const struct dropping *dropping, const struct eventlog_refusal *refusal, struct str value)
{
    return refusal ? eventlog_refusal_names(refusal, dropping->renaming) : renaming_may_be_in(dropping->renaming, value);
}

static enum err row_seen(struct str key, const struct eventlog_refusal *refusal, struct str value, void *context)
{
    struct dropping *dropping = context;
    uint64_t time_ms;
    size_t at = 0;

    if (!dropping->renaming && key_take_u64(key, &at, &time_ms) && (int64_t)time_ms >= dropping->before_ms)
        return ERR_STOP;                 /* they stand in the order in which they came */
    if (dropping->renaming && !names(dropping, refusal, value))
        return ERR_OK;
    memcpy(dropping->keys[dropping->count++].bytes, key.bytes, REFUSED_KEY_BYTES);
    return dropping->count == DROPS_A_SLICE ? ERR_STOP : ERR_OK;
}

static enum err drop_work(struct txn *txn, void *context)
{
    struct dropping *dropping = context;
    enum err err;

    dropping->count = 0;
    err = eventlog_refused_rows(txn, row_seen, dropping);
    for (size_t i = 0; i < dropping->count && !err; i++)
        err = store_delete(txn, LOG_REFUSED, (struct str){ dropping->keys[i].bytes, REFUSED_KEY_BYTES });
    return err;
}

static enum err drop_all(struct eventlog *log, struct dropping *dropping)
{
    enum err err;

    do {
        err = store_write(log->store, drop_work, dropping);
        dropping->dropped += err ? 0 : dropping->count;
    } while (!err && dropping->count == DROPS_A_SLICE);
    return err;
}

enum err eventlog_refused_forget(struct eventlog *log, const struct renaming *renaming)
{
    struct dropping dropping = { .renaming = renaming };

    return drop_all(log, &dropping);
}

enum err eventlog_refused_expire(struct eventlog *log, int64_t before_ms, uint64_t *ret_expired)
{
    struct dropping dropping = { .before_ms = before_ms };
    enum err err = drop_all(log, &dropping);

    *ret_expired = dropping.dropped;
    return err;
}
