#include "retention.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

enum { FIRST_ROUND_MS = 60 * 1000, ROUND_EVERY_MS = 24 * 3600 * 1000, SLICE_EVERY_MS = 50, FULL_WAIT_MS = 60 * 1000,
       DAY_MS = 24 * 3600 * 1000 };

struct retention {
    struct stage *stage;
    struct eventlog *log;
    const struct logservice *readers;
    int64_t next_ms;
    uint32_t partition;
    uint64_t trimmed;                    /* in this round */
};

enum err retention_open(struct stage *stage, struct eventlog *log, const struct logservice *readers,
                        struct retention **ret_retention)
{
    struct retention *retention = calloc(1, sizeof *retention);

    if (!retention)
        return ERR_MEMORY;
    retention->stage = stage;
    retention->log = log;
    retention->readers = readers;
    retention->next_ms = stage_steady_ms(stage) + FIRST_ROUND_MS;
    *ret_retention = retention;
    return ERR_OK;
}

void retention_close(struct retention *retention)
{
    free(retention);
}

void retention_again(struct retention *retention)
{
    retention->partition = 0;
    retention->next_ms = stage_steady_ms(retention->stage);
}

/* When all partitions were looked at. That lines go which nobody has seen to is said. */
static enum err expire_refused(struct retention *retention)
{
    int64_t days = stage_config(retention->stage)->refused_days, before_ms = stage_now_ms(retention->stage) - days * DAY_MS;
    uint64_t expired = 0;
    enum err err = eventlog_refused_expire(retention->log, before_ms, &expired);

    if (expired)
        log_fact("level=warning what=refused_expired lines=%" PRIu64 " refused_days=%" PRId64, expired, days);
    return err;
}

static void next_partition(struct retention *retention, int64_t now, int32_t before_day)
{
    char day[16];

    if (++retention->partition < eventlog_partitions(retention->log))
        return;
    if (retention->trimmed)
        log_fact("what=trimmed events=%" PRIu64 " before=%s", retention->trimmed, day_text(before_day, day));
    retention->partition = 0;
    retention->trimmed = 0;
    retention->next_ms = now + ROUND_EVERY_MS;
}

enum err retention_turn(struct retention *retention)
{
    int64_t now = stage_steady_ms(retention->stage);
    struct eventlog_trim trim = { .partition = retention->partition, .events_max = RETENTION_SLICE };
    enum err err = ERR_OK;

    if (now < retention->next_ms || stage_stopping(retention->stage)) {
        stage_wake_at(retention->stage, retention->next_ms);
        return ERR_OK;
    }
    retention->next_ms = now + SLICE_EVERY_MS;
    trim.before_day = (int32_t)(stage_now_ms(retention->stage) / DAY_MS) -
                      stage_config(retention->stage)->retention_days;
    if (logservice_needed(retention->readers, trim.partition, &trim.below))
        err = eventlog_trim(retention->log, &trim);
    if (err == ERR_STORE_FULL || err == ERR_MEMORY) {        /* taking away needs a little room too */
        retention->next_ms = now + FULL_WAIT_MS;
        stage_wake_at(retention->stage, retention->next_ms);
        return ERR_OK;
    }
    if (err)
        return err;
    if (trim.trimmed) {
        retention->trimmed += trim.trimmed;
        stage_counter_add(retention->stage, "events_trimmed", (int64_t)trim.trimmed);
        eventlog_relax(retention->log);
    }
    if (!trim.more) {
        next_partition(retention, now, trim.before_day);
        err = retention->partition == 0 ? expire_refused(retention) : ERR_OK;
    }
    stage_wake_at(retention->stage, retention->next_ms);
    return err == ERR_STORE_FULL || err == ERR_MEMORY ? ERR_OK : err;
}
