/* Goal: whoever asks, and however late or often, no second holds more requests than allowed, and when there is work at
 * least 99 % of them are used; 429 stops all; tokens and leases of one process serve the others. */
#include "poweroffice/limiter.h"
#include "poweroffice/poweroffice_inside.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[64];
static struct quota quota;

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("limiter", folder, sizeof folder))
        return -1;
    return quota_open(str_of(folder), &quota, NULL) == ERR_OK ? 0 : -1;
}

static int drop(void **unused)
{
    (void)unused;
    quota_close(&quota);
    return temporary_remove(folder);
}

static uint64_t random_state;

static uint64_t random_below(uint64_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % below;
}

enum { RUN_MAX = 8000 };

/* Two senders that always have work, each waking up to late_us after it was told to; times of what left. */
static size_t run(int32_t per_second, int64_t late_us, int64_t span_us, int64_t sent[RUN_MAX])
{
    struct limiter limiters[2];
    int64_t wake_us[2] = { 1000000000, 1000000000 }, now_us, at_us;
    size_t count = 0;

    for (size_t i = 0; i < COUNT(limiters); i++)
        limiter_init(&limiters[i], &quota, STR("a key"), per_second, 0);
    do {
        size_t who = wake_us[0] <= wake_us[1] ? 0 : 1;
        enum err err;

        now_us = wake_us[who];
        err = limiter_take(&limiters[who], now_us, &at_us);
        assert_true(err == ERR_OK || err == ERR_BUSY);
        if (err == ERR_OK) {
            assert_true(count < RUN_MAX);
            sent[count++] = now_us;
            wake_us[who] = now_us + 1;
        } else {
            assert_true(at_us > now_us);
            wake_us[who] = at_us + (late_us ? (int64_t)random_below((uint64_t)late_us) : 0);
        }
    } while (now_us < 1000000000 + span_us);
    return count;
}

static void no_second_above_and_the_quota_used(void **unused)
{
    static const struct { int32_t per_second; int64_t late_us; } rows[] = {
        { 10, 0 }, { 10, 1000 }, { 10, 6000 }, { 1, 3000 }, { 100, 3000 }, { 200, 3000 }, { 240, 3000 }, { 241, 500 },
        { 7, 5000 },
    };
    static int64_t sent[RUN_MAX];

    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t span_us = 30 * 1000000;
        size_t count, first = 0;

        random_state = 20261120 + i;
        assert_int_equal(drop(unused) || make(unused), 0);
        count = run(rows[i].per_second, rows[i].late_us, span_us, sent);
        for (size_t k = 0; k < count; k++) {
            /* 6 ms of difference in the way there is allowed for */
            while (sent[k] - sent[first] >= 1000000 + (rows[i].per_second > 240 ? 4000 : 6000))
                first++;
            if (k - first + 1 > (size_t)rows[i].per_second)
                fail_msg("seed %zu, %d/s: %zu in the second before %" PRId64, 20261120 + i, rows[i].per_second,
                         k - first + 1, sent[k]);
        }
        if ((double)count < 0.99 * rows[i].per_second * 30)
            fail_msg("%d/s, late %" PRId64 ": only %zu used", rows[i].per_second, rows[i].late_us, count);
    }
}

static void idle_time_is_not_saved_up(void **unused)
{
    struct limiter limiter;
    int64_t at_us = 0;

    (void)unused;
    limiter_init(&limiter, &quota, STR("a key"), 10, 0);
    assert_int_equal(limiter_take(&limiter, 1000000, &at_us), ERR_OK);
    assert_int_equal(limiter_take(&limiter, 900000000, &at_us), ERR_OK);
    assert_int_equal(limiter_take(&limiter, 900000001, &at_us), ERR_BUSY);
    assert_in_range(at_us, 900000000 + 50000, 900000000 + 101000);
}

static void keys_have_buckets_of_their_own(void **unused)
{
    struct limiter a, b;
    int64_t at_us = 0;

    (void)unused;
    limiter_init(&a, &quota, STR("one"), 10, 0);
    limiter_init(&b, &quota, STR("two"), 10, 0);
    assert_int_equal(limiter_take(&a, 1000000, &at_us), ERR_OK);
    assert_int_equal(limiter_take(&b, 1000000, &at_us), ERR_OK);
    assert_int_equal(limiter_look(&a, 1000001, &at_us), ERR_BUSY);
}

static void late_request_counts_from_when_it_left(void **unused)
{
    struct limiter limiter;
    int64_t at_us = 0;

    (void)unused;
    limiter_init(&limiter, &quota, STR("a key"), 10, 0);
    assert_int_equal(limiter_take(&limiter, 1000000, &at_us), ERR_OK);
    for (int64_t i = 1; i < 10; i++)
        assert_int_equal(limiter_take(&limiter, 1000000 + 100600 * i, &at_us), ERR_OK);
    assert_int_equal(limiter_left(&limiter, 1000000, 1030000), ERR_OK);      /* the first left 30 ms late ... */
    assert_int_equal(limiter_take(&limiter, 2006000, &at_us), ERR_BUSY);     /* ... so the eleventh waits for it */
    assert_int_equal(at_us, 2036000);
}

static void late_answer_moves_the_place(void **unused)
{
    struct limiter limiter;
    int64_t at_us = 0;

    (void)unused;
    limiter_init(&limiter, &quota, STR("a key"), 10, 0);
    for (int64_t i = 0; i < 10; i++)
        assert_int_equal(limiter_take(&limiter, 1000000 + 100600 * i, &at_us), ERR_OK);
    assert_int_equal(limiter_came_late(&limiter, 1000000, 12000), ERR_OK);
    assert_int_equal(limiter_take(&limiter, 2006000, &at_us), ERR_BUSY);
    assert_int_equal(at_us, 2018000);
    assert_int_equal(limiter_came_late(&limiter, 999999, 12000), ERR_OK);   /* not among the last ten */
    assert_int_equal(limiter_take(&limiter, 2018000, &at_us), ERR_OK);
}

/* What an answer's time says about the way there: measured against the quickest of the latest, within bounds. */
static void only_a_way_that_took_longer_moves_the_place(void **unused)
{
    static const struct { const char *why; int64_t took_us, moved_us; } rows[] = {
        { "as quick as ever", 20000, 0 },         { "within the margin", 24000, 0 },
        { "held up on the way", 32000, 8000 },    { "work over there", 51000, 0 },
        { "none came", 0, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct poweroffice po = { .took_us = { 0 } };
        struct http_reply usual = { .left_us = 1, .took_us = 20000 };
        struct http_reply reply = { .left_us = 1000000, .took_us = rows[i].took_us };
        int64_t at_us = 0;

        assert_int_equal(drop(unused) || make(unused), 0);
        limiter_init(&po.limiter, &quota, STR("a key"), 10, 0);
        for (int64_t k = 0; k < 10; k++)
            assert_int_equal(limiter_take(&po.limiter, 1000000 + 100600 * k, &at_us), ERR_OK);
        po_answered(&po, &usual);
        po_answered(&po, &reply);
        assert_int_equal(limiter_look(&po.limiter, 2005999, &at_us), ERR_BUSY);
        if (at_us != 2006000 + rows[i].moved_us)
            fail_msg("%s: at %" PRId64, rows[i].why, at_us);
    }
}

/* Connections take two seconds to stand: whatever leaves then, and whoever asks meanwhile, no second has more. */
static void what_has_not_left_holds_its_place(void **unused)
{
    struct limiter limiter, other;
    int64_t at_us = 0, taken_us[10], now_us = 0;

    (void)unused;
    limiter_init(&limiter, &quota, STR("a key"), 10, 5000000);
    limiter_init(&other, &quota, STR("a key"), 10, 5000000);
    for (size_t i = 0; i < COUNT(taken_us); i++) {
        taken_us[i] = 1000000 + 100600 * (int64_t)i;
        assert_int_equal(limiter_take(&limiter, taken_us[i], &at_us), ERR_OK);
    }
    for (now_us = 2100000; now_us < 3000000; now_us += 100000) {             /* they are on their way: nobody else goes */
        assert_int_equal(limiter_take(&other, now_us, &at_us), ERR_BUSY);
        assert_int_equal(at_us, now_us + 20000);
    }
    for (size_t i = 0; i < 9; i++)
        assert_int_equal(limiter_left(&limiter, taken_us[i], 3000000), ERR_OK);
    assert_int_equal(limiter_take(&other, 4005999, &at_us), ERR_BUSY);
    assert_int_equal(limiter_take(&other, 4006000, &at_us), ERR_OK);
    assert_int_equal(limiter_left(&other, 4006000, 4006000), ERR_OK);
    for (now_us = 4106600; limiter_take(&other, now_us, &at_us) == ERR_OK; now_us += 100600)
        assert_int_equal(limiter_left(&other, now_us, now_us), ERR_OK);
    assert_int_equal(now_us, 4006000 + 100600 * 9);          /* the tenth of the first is still to come ... */
    now_us = taken_us[9] + 5000000 + 1006000;
    assert_int_equal(limiter_take(&other, now_us, &at_us), ERR_OK);          /* ... or its process is gone */
}

static void throttled_stops_everybody(void **unused)
{
    struct limiter limiter, other;
    int64_t at_us = 0, now_us = 100000000;

    (void)unused;
    limiter_init(&limiter, &quota, STR("a key"), 10, 0);
    limiter_init(&other, &quota, STR("a key"), 10, 0);
    assert_int_equal(limiter_throttled(&limiter, now_us, now_us, 7), ERR_OK);         /* as told */
    assert_int_equal(limiter_take(&other, now_us + 6999999, &at_us), ERR_BUSY);
    assert_int_equal(at_us, now_us + 7000000);
    assert_int_equal(limiter_take(&other, now_us + 7000000, &at_us), ERR_OK);

    now_us += 60000000;                                      /* not told: 1 s, then 2 s for one sent after it */
    assert_int_equal(limiter_throttled(&limiter, now_us, now_us, 0), ERR_OK);
    assert_int_equal(limiter_look(&other, now_us + 1, &at_us), ERR_BUSY);
    assert_int_equal(at_us, now_us + 1000000);
    assert_int_equal(limiter_throttled(&limiter, now_us - 5, now_us + 10, 0), ERR_OK);       /* sent before: the same */
    assert_int_equal(limiter_look(&other, now_us + 1, &at_us), ERR_BUSY);
    assert_int_equal(at_us, now_us + 1000000);
    assert_int_equal(limiter_throttled(&limiter, now_us + 1000000, now_us + 1100000, 0), ERR_OK);
    assert_int_equal(limiter_look(&other, now_us + 1100000, &at_us), ERR_BUSY);
    assert_int_equal(at_us, now_us + 3100000);
}

static void throttled_makes_the_guard_longer_for_a_while(void **unused)
{
    struct limiter limiter;
    int64_t at_us = 0, now_us = 100000000;

    (void)unused;
    limiter_init(&limiter, &quota, STR("a key"), 1, 0);
    assert_int_equal(limiter_throttled(&limiter, now_us, now_us, 1), ERR_OK);
    now_us += 1000000;
    assert_int_equal(limiter_take(&limiter, now_us, &at_us), ERR_OK);
    assert_int_equal(limiter_look(&limiter, now_us, &at_us), ERR_BUSY);
    assert_int_equal(at_us, now_us + 1008000);
    now_us += 700000000;
    assert_int_equal(limiter_throttled(&limiter, now_us, now_us, 1), ERR_OK);        /* the first one is forgotten */
    now_us += 1000000;
    assert_int_equal(limiter_take(&limiter, now_us, &at_us), ERR_OK);
    assert_int_equal(limiter_look(&limiter, now_us, &at_us), ERR_BUSY);
    assert_int_equal(at_us, now_us + 1008000);
}

static void throttled_wait_is_bounded(void **unused)
{
    struct limiter limiter;
    int64_t at_us = 0, now_us = 100000000;

    (void)unused;
    limiter_init(&limiter, &quota, STR("a key"), 10, 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(limiter_throttled(&limiter, now_us, now_us, 0), ERR_OK);
        assert_int_equal(limiter_look(&limiter, now_us, &at_us), ERR_BUSY);
        assert_true(at_us - now_us <= 60000000);
        now_us = at_us;
    }
    assert_true(limiter_throttled(&limiter, now_us, now_us, INT64_MAX) == ERR_OK);
    assert_int_equal(limiter_look(&limiter, now_us, &at_us), ERR_BUSY);
    assert_int_equal(at_us - now_us, INT64_C(3600000000));
}

static void tokens_are_kept_until_near_expiry(void **unused)
{
    static const struct { int64_t life_s, spare_ms; } rows[] = { { 1200, 60000 }, { 600, 60000 }, { 5, 500 }, { 1, 100 } };
    static struct token token;
    struct token_lock name, other;

    (void)unused;
    token_lock(STR("url"), STR("sub"), STR("app"), STR("client"), &name);
    token_lock(STR("url"), STR("sub"), STR("appc"), STR("lient"), &other);
    assert_string_not_equal(name.name, other.name);
    assert_int_equal(token_get(&quota, &name, 0, &token), ERR_NOT_FOUND);
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t until_ms = 5000 + rows[i].life_s * 1000 - rows[i].spare_ms;

        assert_int_equal(token_put(&quota, &name, STR("secret"), rows[i].life_s, 5000), ERR_OK);
        assert_int_equal(token_get(&quota, &name, until_ms - 1, &token), ERR_OK);
        assert_true(str_equal((struct str){ token.text, token.len }, STR("secret")));
        assert_int_equal(token_get(&quota, &name, until_ms, &token), ERR_NOT_FOUND);
        assert_int_equal(token_get(&quota, &other, 5000, &token), ERR_NOT_FOUND);
    }
    memcpy(other.name, name.name, sizeof other.name);        /* who finds it, and has not the keys, has no token */
    assert_int_equal(token_get(&quota, &other, 5000, &token), ERR_NOT_FOUND);
    assert_int_equal(token_drop(&quota, &other, STR("secret")), ERR_OK);
    assert_int_equal(token_get(&quota, &name, 5000, &token), ERR_OK);
    assert_int_equal(token_put(&quota, &name, STR(""), 1200, 0), ERR_FORMAT);
    assert_int_equal(token_put(&quota, &name, STR("x"), 0, 0), ERR_FORMAT);
}

struct three { struct quota own[3], seen[2]; char folders[3][64]; };

/* Two machines, as each sees what they share: the third store, by a clock that is 41 s ahead of the second's. */
static void machines_open(struct three *three)
{
    for (size_t i = 0; i < 3; i++) {
        assert_true(temporary_folder("machine", three->folders[i], sizeof three->folders[i]));
        assert_int_equal(quota_open(str_of(three->folders[i]), &three->own[i], NULL), ERR_OK);
    }
    for (size_t i = 0; i < 2; i++) {
        three->seen[i] = three->own[i];
        three->seen[i].fleet = three->own[2].store;
        three->seen[i].shared = true;
        three->seen[i].ahead_us = i ? 41000000 : 0;
        three->seen[i].measured_us = INT64_MAX / 2;
    }
}

static void machines_close(struct three *three)
{
    for (size_t i = 0; i < 3; i++) {
        quota_close(&three->own[i]);
        assert_int_equal(temporary_remove(three->folders[i]), 0);
    }
}

/* Fetched by one for all; each keeps a copy, and what one had refused is found by nobody any more who has none. */
static void a_token_is_every_machines(void **unused)
{
    static struct token token;
    struct three three;
    struct quota *one = &three.seen[0], *two = &three.seen[1];
    struct token_lock name;

    (void)unused;
    machines_open(&three);
    token_lock(STR("url"), STR("sub"), STR("app"), STR("client"), &name);
    assert_int_equal(token_put(one, &name, STR("secret"), 1200, 5000), ERR_OK);
    assert_int_equal(token_get(two, &name, 5000, &token), ERR_OK);
    assert_true(str_equal((struct str){ token.text, token.len }, STR("secret")));
    assert_int_equal(token_get(&three.own[1], &name, 5000, &token), ERR_OK);                /* the copy */
    assert_int_equal(token_get(two, &name, 5000 + 1140000, &token), ERR_NOT_FOUND);
    assert_int_equal(token_drop(two, &name, STR("secret")), ERR_OK);
    assert_int_equal(token_get(two, &name, 5000, &token), ERR_NOT_FOUND);
    assert_int_equal(token_get(&three.own[2], &name, 5000, &token), ERR_NOT_FOUND);
    assert_int_equal(token_put(two, &name, STR("newer"), 1200, 5000), ERR_OK);
    assert_int_equal(token_drop(one, &name, STR("secret")), ERR_OK);                        /* which is not that one */
    assert_int_equal(token_get(one, &name, 5000, &token), ERR_OK);
    assert_true(str_equal((struct str){ token.text, token.len }, STR("newer")));
    machines_close(&three);
}

/* Times are those of the clock that the machines share; no machine that is lost holds the other for long, however long the
 * lease is among its own, and one that a server's clock has put far ahead holds nobody. */
static void a_lease_is_among_machines(void **unused)
{
    struct three three;
    struct quota *one = &three.seen[0], *two = &three.seen[1], beside;
    int64_t until_ms = 0;

    (void)unused;
    machines_open(&three);
    beside = *one;                       /* another process of the first machine */
    beside.owner++;
    assert_int_equal(quota_lease_take(one, STR("read/x"), 100000, 5000, &until_ms), ERR_OK);
    assert_int_equal(quota_lease_take(two, STR("read/x"), 60000, 5000, &until_ms), ERR_BUSY);
    assert_int_equal(until_ms, 64000);
    assert_int_equal(quota_lease_take(two, STR("read/x"), 64000, 5000, &until_ms), ERR_OK);
    assert_int_equal(quota_lease_take(one, STR("read/x"), 106000, 5000, &until_ms), ERR_BUSY);
    assert_int_equal(quota_lease_take(&beside, STR("read/x"), 106000, 5000, &until_ms), ERR_BUSY);
    assert_int_equal(until_ms, 110000);  /* not by one beside it, that was told the same */
    assert_int_equal(quota_lease_give(two, STR("read/x")), ERR_OK);
    assert_int_equal(quota_lease_take(one, STR("read/x"), 106000, 60000, &until_ms), ERR_OK);
    assert_int_equal(quota_lease_take(two, STR("read/x"), 66000, 60000, &until_ms), ERR_BUSY);
    assert_int_equal(quota_lease_take(two, STR("read/x"), 75000, 60000, &until_ms), ERR_OK);
    assert_int_equal(quota_lease_take(&beside, STR("read/x"), 117000, 60000, &until_ms), ERR_BUSY);
    assert_int_equal(until_ms, 166000);
    two->ahead_us = -600000000;
    beside.ahead_us = -600000000;
    assert_int_equal(quota_lease_give(one, STR("read/x")), ERR_OK);
    assert_int_equal(quota_lease_take(&beside, STR("read/x"), 118000, 5000, &until_ms), ERR_OK);
    machines_close(&three);
}

static void only_the_refused_token_is_dropped(void **unused)
{
    static struct token token;
    struct token_lock name;

    (void)unused;
    token_lock(STR("url"), STR("sub"), STR("app"), STR("client"), &name);
    assert_int_equal(token_put(&quota, &name, STR("new"), 1200, 0), ERR_OK);
    assert_int_equal(token_drop(&quota, &name, STR("old")), ERR_OK);
    assert_int_equal(token_get(&quota, &name, 1, &token), ERR_OK);
    assert_int_equal(token_drop(&quota, &name, STR("new")), ERR_OK);
    assert_int_equal(token_get(&quota, &name, 1, &token), ERR_NOT_FOUND);
    assert_int_equal(token_drop(&quota, &name, STR("new")), ERR_OK);
}

static void leases_exclude_others_and_end_by_themselves(void **unused)
{
    struct quota other = quota;
    int64_t until_ms = 0;

    (void)unused;
    other.owner++;
    assert_int_equal(quota_lease_take(&quota, STR("token/x"), 1000, 5000, &until_ms), ERR_OK);
    assert_int_equal(quota_lease_take(&quota, STR("token/x"), 1001, 5000, &until_ms), ERR_OK);     /* one's own again */
    assert_int_equal(quota_lease_take(&other, STR("token/x"), 1002, 5000, &until_ms), ERR_BUSY);
    assert_int_equal(until_ms, 6001);
    assert_int_equal(quota_lease_take(&other, STR("token/y"), 1002, 5000, &until_ms), ERR_OK);
    assert_int_equal(quota_lease_give(&other, STR("token/x")), ERR_OK);                            /* not its own: stays */
    assert_int_equal(quota_lease_take(&other, STR("token/x"), 1002, 5000, &until_ms), ERR_BUSY);
    assert_int_equal(quota_lease_take(&other, STR("token/x"), 6001, 5000, &until_ms), ERR_OK);     /* its holder died */
    assert_int_equal(quota_lease_give(&other, STR("token/x")), ERR_OK);
    assert_int_equal(quota_lease_take(&quota, STR("token/x"), 6002, 5000, &until_ms), ERR_OK);
}

static void lowered_setting_counts_what_left_before(void **unused)
{
    struct limiter many, few;
    int64_t at_us = 0;

    (void)unused;
    limiter_init(&many, &quota, STR("a key"), 100, 0);
    limiter_init(&few, &quota, STR("a key"), 5, 0);
    for (int64_t i = 0; i < 100; i++)
        assert_int_equal(limiter_take(&many, 1000000 + 10060 * i, &at_us), ERR_OK);
    assert_int_equal(limiter_take(&few, 2006000, &at_us), ERR_BUSY);
    assert_int_equal(at_us, 1000000 + 10060 * 95 + 1006000);
}

static enum err cut_bucket(struct txn *txn, void *context)
{
    enum { OF_128 = 4 * 8 + 128 * 8 };
    const struct limiter *limiter = context;
    char kept[OF_128];
    struct str value;

    assert_int_equal(store_get(txn, QUOTA_BUCKETS, key_str(&limiter->bucket), &value), ERR_OK);
    assert_true(value.len > sizeof kept);
    memcpy(kept, value.bytes, sizeof kept);
    return store_put(txn, QUOTA_BUCKETS, key_str(&limiter->bucket), (struct str){ kept, sizeof kept });
}

/* The programs were changed between two requests; what left stays counted. */
static void a_former_programs_bucket_counts(void **unused)
{
    struct limiter limiter;
    int64_t at_us = 0;

    (void)unused;
    limiter_init(&limiter, &quota, STR("a key"), 100, 0);
    for (int64_t i = 0; i < 100; i++)
        assert_int_equal(limiter_take(&limiter, 1000000 + 10060 * i, &at_us), ERR_OK);
    assert_int_equal(store_write(quota.fleet, cut_bucket, &limiter), ERR_OK);
    assert_int_equal(limiter_take(&limiter, 2005999, &at_us), ERR_BUSY);
    assert_int_equal(at_us, 2006000);
}

/* As another machine has it: its steady clock is that much behind the one that buckets go by. */
static struct quota seen_from(int64_t ahead_us)
{
    struct quota other = quota;

    other.shared = true;
    other.ahead_us = ahead_us;
    other.unsure_us = 1000;
    other.measured_us = INT64_MAX / 2;    /* for good */
    return other;
}

static void machines_whose_clocks_differ(void **unused)
{
    struct quota seen[] = { seen_from(0), seen_from(41000000) };
    int64_t sent[64], at_us = 0;
    struct limiter limiters[2];
    size_t count = 0;

    (void)unused;
    for (size_t i = 0; i < COUNT(limiters); i++)
        limiter_init(&limiters[i], &seen[i], STR("a key"), 10, 2000000);
    for (int64_t now_us = 1000000000; now_us < 1005000000; now_us += 2000) {
        size_t who = (size_t)(now_us / 2000 % 2);
        int64_t own_us = now_us - seen[who].ahead_us;

        if (limiter_take(&limiters[who], own_us, &at_us) == ERR_OK) {
            sent[count++] = now_us;
            assert_int_equal(limiter_left(&limiters[who], own_us, own_us), ERR_OK);
        } else if (at_us <= own_us || at_us > own_us + 3000000) {
            fail_msg("it is to ask again %" PRId64 " us later", at_us - own_us);
        }
    }
    assert_true(count >= 49);
    for (size_t i = 10; i < count; i++)
        assert_true(sent[i] - sent[i - 10] >= 1008000);
}

/* It took over, a minute behind: nobody waits for that minute. */
static void another_server_behind(void **unused)
{
    struct quota seen = seen_from(60000000);
    struct limiter limiter;
    int64_t at_us = 0;

    (void)unused;
    limiter_init(&limiter, &seen, STR("a key"), 5, 0);
    for (int64_t i = 0; i < 5; i++)
        assert_int_equal(limiter_take(&limiter, 1000000000 + i * 202000, &at_us), ERR_OK);
    assert_int_equal(limiter_take(&limiter, 1000900000, &at_us), ERR_BUSY);
    seen.ahead_us = 0;
    assert_int_equal(limiter_take(&limiter, 1000900000, &at_us), ERR_OK);
    assert_int_equal(limiter_throttled(&limiter, 1001000000, 1001000000, 3600), ERR_OK);
    assert_int_equal(limiter_take(&limiter, 1002200000, &at_us), ERR_BUSY);  /* what PowerOffice asks for is kept: an hour */
    assert_int_equal(at_us, 4601000000);
    seen.ahead_us = -60000000;
    assert_int_equal(limiter_take(&limiter, 1002200000, &at_us), ERR_OK);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(no_second_above_and_the_quota_used), ROW(idle_time_is_not_saved_up), ROW(keys_have_buckets_of_their_own),
        ROW(late_request_counts_from_when_it_left), ROW(late_answer_moves_the_place),
        ROW(only_a_way_that_took_longer_moves_the_place), ROW(what_has_not_left_holds_its_place),
        ROW(throttled_stops_everybody), ROW(throttled_wait_is_bounded),
        ROW(throttled_makes_the_guard_longer_for_a_while),
        ROW(tokens_are_kept_until_near_expiry), ROW(only_the_refused_token_is_dropped),
        ROW(lowered_setting_counts_what_left_before), ROW(a_former_programs_bucket_counts),
        ROW(machines_whose_clocks_differ), ROW(another_server_behind),
        ROW(leases_exclude_others_and_end_by_themselves),
        ROW(a_token_is_every_machines), ROW(a_lease_is_among_machines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
