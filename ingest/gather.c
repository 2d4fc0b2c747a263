#include "gather.h"

enum { TRIALS_APART_MAX = 8, QUIET_PART = 3 };       /* at most every 256th group is waited with for nothing */

static void begin(struct gather *gather, int64_t now_ms)
{
    gather->since_ms = gather->grown_ms = now_ms;
    gather->pending = 0;
}

static bool is_enough(struct gather *gather, size_t deliveries)
{
    if (deliveries < gather->enough || gather->before_trial == 0)
        return false;
    gather->before_trial--;
    gather->enough = deliveries;         /* more came meanwhile than were known of */
    return true;
}

/* Nobody sends who has not sent already. */
static void learn_vain(struct gather *gather, size_t deliveries)
{
    gather->enough = deliveries;
    gather->vain += gather->vain < TRIALS_APART_MAX;
    gather->before_trial = 1u << gather->vain;
}

static void learn_more_comes(struct gather *gather)
{
    gather->enough = SIZE_MAX;
    gather->vain = 0;
}

bool gather_ready(struct gather *gather, size_t pending, size_t deliveries, int32_t linger_ms, int64_t now_ms,
                  int64_t *ret_wake_ms)
{
    int64_t until, quiet;
    bool ready = true;

    *ret_wake_ms = INT64_MAX;
    if (pending == 0) {
        gather->pending = 0;
        return false;
    }
    if (gather->pending == 0 || pending < gather->pending)
        begin(gather, now_ms);           /* the one before is gone */
    if (pending > gather->pending)
        gather->grown_ms = now_ms;
    gather->pending = pending;
    until = gather->since_ms + linger_ms;
    quiet = gather->grown_ms + (linger_ms + QUIET_PART - 1) / QUIET_PART;
    if (linger_ms == 0)
        ready = true;
    else if (now_ms >= until)
        learn_more_comes(gather);
    else if (now_ms >= quiet)
        learn_vain(gather, deliveries);
    else
        ready = is_enough(gather, deliveries);
    if (ready)
        gather->pending = 0;
    else
        *ret_wake_ms = quiet < until ? quiet : until;
    return ready;
}
