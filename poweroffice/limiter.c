#include "limiter.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { SECOND_US = 1000000, GUARD_US = 6000, GUARD_STEP_US = 2000, GUARD_MORE_US = 20000,
       GUARD_FORGET_US = 600000000, WINDOW_MAX = 240, EARLY_US = 50000, EARLY_WITHOUT_WINDOW_US = 1500,
       PACE_LATE_US = 300, HELD_AGAIN_US = 20000,
       BACK_OFF_FIRST_US = 1000000, BACK_OFF_LAST_US = 60000000, BACK_OFF_FORGET_US = 10000000, WAIT_S_MAX = 3600,
       SAME_US = 50000 };

/* sent: when the last `count` requests left, or will have left at the latest, in no order; with `per_second` of them, the
 * oldest makes room. So many that a record of it lies in half a page: more would cost pages of their own with each request. */
struct bucket {
    int64_t due_us, closed_until_us, back_off_us;
    int64_t guard_us;                     /* beyond GUARD_US */
    int64_t count, sent_us[WINDOW_MAX];
};

void limiter_init(struct limiter *limiter, struct quota *quota, struct str subscription_key, int32_t per_second,
                  int64_t hold_us)
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char name[2 * sizeof hash + 1];

    ensure(per_second > 0);
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)subscription_key.bytes, subscription_key.len,
                             (const unsigned char *)"bilag quota bucket", 18);
    (void)sodium_bin2hex(name, sizeof name, hash, sizeof hash);
    *limiter = (struct limiter){ .quota = quota, .per_second = per_second, .hold_us = hold_us,
                                 .interval_us = (SECOND_US + GUARD_US) / per_second,
                                 .early_us = per_second <= WINDOW_MAX ? EARLY_US : EARLY_WITHOUT_WINDOW_US };
    key_init(&limiter->bucket);
    key_name(&limiter->bucket, str_of(name));
}

struct limiter_work {
    struct limiter *limiter;
    int64_t now_us, sent_us, wait_us, at_us;
};

/* The place of the oldest of the last `per_second` requests; -1: there were fewer. */
static int64_t bucket_oldest(const struct bucket *bucket, const struct limiter *limiter)
{
    int64_t oldest = 0;

    if (limiter->per_second > WINDOW_MAX || bucket->count < limiter->per_second)
        return -1;
    for (int64_t i = 1; i < bucket->count; i++)
        if (bucket->sent_us[i] < bucket->sent_us[oldest])
            oldest = i;
    return oldest;
}

static void bucket_note(struct bucket *bucket, const struct limiter *limiter, int64_t now_us)
{
    int64_t oldest = bucket_oldest(bucket, limiter);

    if (oldest >= 0)
        bucket->sent_us[oldest] = now_us;
    else if (limiter->per_second <= WINDOW_MAX)
        bucket->sent_us[bucket->count++] = now_us;
}

/* A setting was lowered: the latest ones count. */
static void bucket_shrink(struct bucket *bucket, const struct limiter *limiter)
{
    if (bucket->count < 0 || bucket->count > WINDOW_MAX)
        bucket->count = 0;
    while (bucket->count > limiter->per_second) {
        int64_t oldest = bucket_oldest(bucket, limiter);

        bucket->sent_us[oldest] = bucket->sent_us[--bucket->count];
    }
}

/* Another server's clock, that took over, may be behind: what lies further ahead than anything can was before that, which is a
 * second ago or more. */
static void bucket_be_sane(struct bucket *bucket, const struct limiter *limiter, int64_t now_us)
{
    int64_t latest_us = now_us + limiter->hold_us + SECOND_US;

    for (int64_t i = 0; i < bucket->count; i++)
        if (bucket->sent_us[i] > latest_us)
            bucket->sent_us[i] = now_us - 2 * (int64_t)SECOND_US;
    if (bucket->closed_until_us > now_us + (int64_t)WAIT_S_MAX * SECOND_US)
        bucket->closed_until_us = now_us;
    if (bucket->due_us > latest_us && bucket->due_us > bucket->closed_until_us)
        bucket->due_us = now_us;
}

/* The place of what is to leave, or left, at that time; -1: it is none of the last. By a clock that is measured now and then, the
 * time is only nearly the same. */
static int64_t bucket_find(const struct bucket *bucket, const struct limiter *limiter, int64_t at_us)
{
    int64_t nearest_us = limiter->quota->shared ? SAME_US : 1, found = -1;

    for (int64_t i = 0; i < bucket->count; i++) {
        int64_t off_us = bucket->sent_us[i] > at_us ? bucket->sent_us[i] - at_us : at_us - bucket->sent_us[i];

        if (off_us < nearest_us) {
            nearest_us = off_us;
            found = i;
        }
    }
    return found;
}

static enum err bucket_get(struct txn *txn, const struct limiter *limiter, struct bucket *ret_bucket)
{
    struct str value;
    enum err err = store_get(txn, QUOTA_BUCKETS, key_str(&limiter->bucket), &value);

    *ret_bucket = (struct bucket){ .due_us = 0 };
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (!err && value.len <= sizeof *ret_bucket)             /* shorter: of a program that kept fewer */
        memcpy(ret_bucket, value.bytes, value.len);
    bucket_shrink(ret_bucket, limiter);
    return err;
}

static enum err bucket_put(struct txn *txn, const struct limiter *limiter, const struct bucket *bucket)
{
    return store_put(txn, QUOTA_BUCKETS, key_str(&limiter->bucket),
                     (struct str){ (const char *)bucket, sizeof *bucket });
}

/* ERR_BUSY and when, or ERR_OK: what both the look and the taking decide by. */
static enum err bucket_allows(const struct bucket *bucket, const struct limiter *limiter, int64_t now_us,
                              int64_t *ret_at_us)
{
    int64_t at = bucket->due_us - limiter->early_us, oldest = bucket_oldest(bucket, limiter);
    int64_t apart_us = SECOND_US + GUARD_US + bucket->guard_us + 2 * limiter->quota->unsure_us;

    if (oldest >= 0 && at < bucket->sent_us[oldest] + apart_us)
        at = bucket->sent_us[oldest] + apart_us;
    if (at < bucket->closed_until_us)
        at = bucket->closed_until_us;
    if (now_us >= at)
        return ERR_OK;
    /* Which of those under way leaves first is not known: nobody tells another process. */
    if (oldest >= 0 && bucket->sent_us[oldest] > now_us && at > now_us + HELD_AGAIN_US && bucket->closed_until_us <= now_us)
        at = now_us + HELD_AGAIN_US;
    *ret_at_us = at;
    return ERR_BUSY;
}

/* As what it is now. */
static enum err bucket_now(struct txn *txn, const struct limiter_work *work, struct bucket *ret_bucket)
{
    enum err err = bucket_get(txn, work->limiter, ret_bucket);

    if (!err && work->limiter->quota->shared)
        bucket_be_sane(ret_bucket, work->limiter, work->now_us);
    return err;
}

static enum err look_work(struct txn *txn, void *context)
{
    struct limiter_work *work = context;
    struct bucket bucket;
    enum err err = bucket_now(txn, work, &bucket);

    return err ? err : bucket_allows(&bucket, work->limiter, work->now_us, &work->at_us);
}

static enum err take_work(struct txn *txn, void *context)
{
    struct limiter_work *work = context;
    struct bucket bucket;
    enum err err = bucket_now(txn, work, &bucket);

    if (!err)
        err = bucket_allows(&bucket, work->limiter, work->now_us, &work->at_us);
    if (err)
        return err;
    bucket.due_us = (bucket.due_us > work->now_us ? bucket.due_us : work->now_us) + work->limiter->interval_us;
    bucket_note(&bucket, work->limiter, work->now_us + work->limiter->hold_us);
    return bucket_put(txn, work->limiter, &bucket);
}

static struct limiter_work work_at(struct limiter *limiter, int64_t now_us)
{
    return (struct limiter_work){ .limiter = limiter, .now_us = now_us + limiter->quota->ahead_us };
}

/* By our own clock again. */
static enum err told_when(const struct limiter_work *work, enum err err, int64_t *ret_at_us)
{
    if (err == ERR_BUSY)
        *ret_at_us = work->at_us - work->limiter->quota->ahead_us;
    return err;
}

enum err limiter_look(struct limiter *limiter, int64_t now_us, int64_t *ret_at_us)
{
    struct limiter_work work;

    quota_look_at_clock(limiter->quota);
    work = work_at(limiter, now_us);
    return told_when(&work, store_read(limiter->quota->fleet, look_work, &work), ret_at_us);
}

enum err limiter_take(struct limiter *limiter, int64_t now_us, int64_t *ret_at_us)
{
    enum err err = limiter_look(limiter, now_us, ret_at_us);         /* waiting costs no commit */
    struct limiter_work work = work_at(limiter, now_us);

    return err ? err : told_when(&work, store_write(limiter->quota->fleet, take_work, &work), ret_at_us);
}

static enum err left_work(struct txn *txn, void *context)
{
    struct limiter_work *work = context;
    int64_t held_us = work->now_us + work->limiter->hold_us, at;
    struct bucket bucket;
    enum err err = bucket_get(txn, work->limiter, &bucket);

    if (err)
        return err;
    at = bucket_find(&bucket, work->limiter, held_us);
    if (at >= 0)
        bucket.sent_us[at] = work->sent_us;
    if (bucket.due_us < work->sent_us + work->limiter->interval_us - work->limiter->early_us)
        bucket.due_us = work->sent_us + work->limiter->interval_us - work->limiter->early_us;
    return bucket_put(txn, work->limiter, &bucket);
}

static enum err late_work(struct txn *txn, void *context)
{
    struct limiter_work *work = context;
    struct bucket bucket;
    int64_t at;
    enum err err = bucket_get(txn, work->limiter, &bucket);

    if (err)
        return err;
    at = bucket_find(&bucket, work->limiter, work->sent_us);
    if (at < 0)
        return ERR_OK;                   /* it is over a second ago */
    bucket.sent_us[at] += work->wait_us;
    return bucket_put(txn, work->limiter, &bucket);
}

enum err limiter_came_late(struct limiter *limiter, int64_t sent_us, int64_t late_us)
{
    struct limiter_work work = { .limiter = limiter, .sent_us = sent_us + limiter->quota->ahead_us, .wait_us = late_us };

    return store_write(limiter->quota->fleet, late_work, &work);
}

enum err limiter_left(struct limiter *limiter, int64_t taken_us, int64_t sent_us)
{
    struct limiter_work work = work_at(limiter, taken_us);

    work.sent_us = sent_us + limiter->quota->ahead_us;
    if (limiter->per_second > WINDOW_MAX && sent_us - taken_us < PACE_LATE_US)
        return ERR_OK;                   /* nothing is held, and the pace is kept */
    return store_write(limiter->quota->fleet, left_work, &work);
}

static enum err throttled_work(struct txn *txn, void *context)
{
    struct limiter_work *work = context;
    struct bucket bucket;
    int64_t wait_us = work->wait_us;
    enum err err = bucket_get(txn, work->limiter, &bucket);

    if (err)
        return err;
    if (work->now_us - bucket.closed_until_us > BACK_OFF_FORGET_US)
        bucket.back_off_us = 0;
    if (work->now_us - bucket.closed_until_us > GUARD_FORGET_US)
        bucket.guard_us = 0;
    /* Only a request that left after the last pause says that the pause was too short. */
    if (work->sent_us >= bucket.closed_until_us) {
        bucket.guard_us += bucket.guard_us < GUARD_MORE_US ? (int64_t)GUARD_STEP_US : 0;
        bucket.back_off_us = bucket.back_off_us ? 2 * bucket.back_off_us : BACK_OFF_FIRST_US;
        if (bucket.back_off_us > BACK_OFF_LAST_US)
            bucket.back_off_us = BACK_OFF_LAST_US;
        if (wait_us < bucket.back_off_us && !work->wait_us)
            wait_us = bucket.back_off_us;
    }
    if (wait_us && bucket.closed_until_us < work->now_us + wait_us)
        bucket.closed_until_us = work->now_us + wait_us;
    if (bucket.due_us < bucket.closed_until_us)
        bucket.due_us = bucket.closed_until_us;
    return bucket_put(txn, work->limiter, &bucket);
}

enum err limiter_throttled(struct limiter *limiter, int64_t sent_us, int64_t now_us, int64_t wait_s)
{
    struct limiter_work work = work_at(limiter, now_us);

    work.sent_us = sent_us + limiter->quota->ahead_us;
    if (wait_s > WAIT_S_MAX)
        wait_s = WAIT_S_MAX;
    if (wait_s > 0)
        work.wait_us = wait_s * 1000000;
    return store_write(limiter->quota->fleet, throttled_work, &work);
}
