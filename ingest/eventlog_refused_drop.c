/* Refused lines that go: those that name a person who is forgotten, and old ones (eventlog.h). */
#include "eventlog_inside.h"

#include <stdio.h>
#include <string.h>

enum { KEY_BYTES = 2 * sizeof(uint64_t), DROPS_A_SLICE = 500, QUOTED_MAX = 1024 };

struct dropping {
    const struct renaming *renaming;     /* NULL: what is older than before_ms */
    int64_t before_ms;
    struct { char bytes[KEY_BYTES]; } keys[DROPS_A_SLICE];
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

static enum err row_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct dropping *dropping = context;
    struct eventlog_refusal refusal;
    uint64_t time_ms;
    size_t at = 0;

    (void)txn;
    if (key.len != KEY_BYTES || !key_take_u64(key, &at, &time_ms) || eventlog_refusal_read(value, &refusal))
        return ERR_STORE_DAMAGED;
    if (!dropping->renaming && (int64_t)time_ms >= dropping->before_ms)
        return ERR_STOP;                 /* they stand in the order in which they came */
    if (dropping->renaming && !eventlog_refusal_names(&refusal, dropping->renaming))
        return ERR_OK;
    memcpy(dropping->keys[dropping->count++].bytes, key.bytes, KEY_BYTES);
    return dropping->count == DROPS_A_SLICE ? ERR_STOP : ERR_OK;
}

static enum err drop_work(struct txn *txn, void *context)
{
    struct dropping *dropping = context;
    enum err err;

    dropping->count = 0;
    err = store_walk(txn, LOG_REFUSED, STR_NONE, STR_NONE, row_seen, dropping);
    for (size_t i = 0; i < dropping->count && !err; i++)
        err = store_delete(txn, LOG_REFUSED, (struct str){ dropping->keys[i].bytes, KEY_BYTES });
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
