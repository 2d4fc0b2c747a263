/* Goal: one day that cannot be built delays no other, and a store that grows in the middle of a look loses none. */
#include "mapper_rig.h"

#include "mapper/round.h"
#include "stage/peers.h"

#include <zmq.h>

enum { DAYS = 64 };

struct turner {
    struct stage stage, validator;
    struct round round;
    struct arena sends;
    struct partitions *partitions;
    bool allowed[8];
};

static const struct stage_ops mapper_ops = { .name = "mapper" }, validator_ops = { .name = "validator" };

static void turner_open(struct turner *turner, struct rig *rig)
{
    struct fault fault;
    struct link *link;
    char folder[128];

    *turner = (struct turner){ .stage = { .ops = &mapper_ops, .config = rig->config, .zmq = zmq_ctx_new() } };
    arena_init(&turner->sends, 64u << 20);
    arena_init(&turner->stage.arena, 1u << 20);
    NEEDED(link_open(&turner->stage, ZMQ_PUSH, NULL, &link));
    (void)snprintf(folder, sizeof folder, "%s/state", rig->folder.path);
    NEEDED(partitions_open(folder, rig->config->partitions, &turner->partitions, &fault));
    partitions_wanted(turner->partitions, 0, 1);
    for (struct partition *p; (p = partitions_won(turner->partitions, 0)) != NULL;)
        p->caught_up = true;
    turner->round = (struct round){ .stage = &turner->stage, .store = rig->store, .partitions = turner->partitions,
                                    .validators = link, .transfer_allowed = turner->allowed,
                                    .build_arena = &rig->build_arena, .sends_arena = &turner->sends };
    NEEDED(schedule_open(&turner->round.schedule));
}

static void turner_close(struct turner *turner)
{
    schedule_close(turner->round.schedule);
    partitions_close(turner->partitions);
    for (struct stage *stage = &turner->stage; stage; stage = stage == &turner->validator ? NULL : &turner->validator) {
        link_close_all(stage);
        if (stage->zmq)
            (void)zmq_ctx_term(stage->zmq);
        peers_close(stage);
    }
    arena_free(&turner->sends);
    arena_free(&turner->stage.arena);
}

static void look_now(struct turner *turner, const char *venue, int32_t day)
{
    struct day_due *due = schedule_put(turner->round.schedule, str_of(venue), day,
                                   venue_partition(str_of(venue), turner->stage.config->partitions));

    assert_non_null(due);
    due->dirty = true;
    schedule_look_at(turner->round.schedule, due, 0);
}

static void turns(struct turner *turner)
{
    int64_t next = 0, until = stage_steady_ms(&turner->stage) + 20000;

    while (next <= stage_steady_ms(&turner->stage) && stage_steady_ms(&turner->stage) < until)
        NEEDED(round_turn(&turner->round, &next));
}

struct garbage { const char *venue; int32_t day; struct str was; struct arena *arena; bool back; };

static enum err garbage_work(struct txn *txn, void *context)
{
    struct garbage *garbage = context;
    struct str value;
    struct key key;

    key_init(&key);
    key_name(&key, str_of(garbage->venue));
    key_day(&key, garbage->day);
    if (garbage->back)
        return store_put(txn, TABLE_DAYS, key_str(&key), garbage->was);
    NEEDED(store_get(txn, TABLE_DAYS, key_str(&key), &value));
    garbage->was = arena_copy(garbage->arena, value);
    return store_put(txn, TABLE_DAYS, key_str(&key), STR("garbage"));
}

static void a_day_that_cannot_be_built_delays_no_other(void **unused)
{
    static struct turner turner;
    struct garbage garbage = { .venue = "v", .day = 20777 };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    for (unsigned i = 0; i < 20; i++)
        rig_event(
            &rig,
            "\"register\":\"K1\",\"seq\":%u,\"kind\":\"receipt\",\"time\":\"2026-11-%02uT12:00:00+01:00\",\"lines\":"
            "[{\"product_type\":\"food\",\"vat\":25,\"gross\":300}],\"payments\":[{\"type\":\"card\",\"amount\":300}]",
            i + 1, i + 1);
    rig_fold(&rig);
    garbage.arena = &rig.draft_arena;
    NEEDED(store_write(rig.store, garbage_work, &garbage));
    turner_open(&turner, &rig);
    for (int i = 0; i < 20; i++)
        look_now(&turner, "v", 20758 + i);
    turns(&turner);
    assert_non_null(rig_draft(&rig, "v/2026-11-01/1"));
    assert_non_null(rig_draft(&rig, "v/2026-11-19/1"));
    assert_null(rig_draft(&rig, "v/2026-11-20/1"));
    garbage.back = true;
    NEEDED(store_write(rig.store, garbage_work, &garbage));
    look_now(&turner, "v", 20777);
    turns(&turner);
    assert_non_null(rig_draft(&rig, "v/2026-11-20/1"));
    turner_close(&turner);
    rig_free(&rig);
}

/* Each day has an order so large that the store grows while the days are looked at, and the look begins again. */
static void a_store_that_grows_loses_no_day(void **unused)
{
    static struct sale_line lines[EVENT_LINES_MAX];
    static struct turner turner;
    static char text[400];
    struct payment payment = { STR("credit"), { COUNT(lines) / 2 } };
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < COUNT(lines) / 2; i++)
        lines[i] = (struct sale_line){ .product_type = STR("food"), .vat = 2500, .gross = { 1 }, .qty = 1000000,
                                       .text = { text, sizeof text } };
    for (int i = 0; i < DAYS; i++) {
        struct event event = { .venue = STR("v"), .reg = STR("K1"), .seq = (uint64_t)i + 1, .kind = EVENT_RECEIPT,
                               .time = 1767265200 + i * 86400, .lines = lines, .line_count = COUNT(lines) / 2,
                               .payments = &payment, .payment_count = 1 };

        rig_put(&rig, &event);
    }
    rig_fold(&rig);
    turner_open(&turner, &rig);
    for (int i = 0; i < DAYS; i++)
        look_now(&turner, "v", 20454 + i);
    turns(&turner);
    for (int i = 0; i < DAYS; i++) {
        char doc[64];

        (void)snprintf(doc, sizeof doc, "v/order/K1/%d", i + 1);
        assert_non_null(rig_draft(&rig, doc));
    }
    turner_close(&turner);
    rig_free(&rig);
}

static enum err ignored(struct stage *stage, void *state, struct link *link, const struct frames *frames)
{
    (void)stage, (void)state, (void)link, (void)frames;
    return ERR_OK;
}

/* A validator that takes everything and answers nothing. */
static void validator_open(struct turner *turner, struct rig *rig)
{
    struct fault fault = { "" };
    struct link *drafts;
    zmq_pollitem_t writable;
    int64_t until = stage_steady_ms(&turner->stage) + 20000;

    rig->config->run_dir = rig->config->state_dir = str_of(rig->folder.path);
    turner->validator = (struct stage){ .ops = &validator_ops, .config = rig->config, .zmq = zmq_ctx_new() };
    NEEDED(peers_open(&turner->stage, &fault));
    NEEDED(peers_open(&turner->validator, &fault));
    NEEDED(link_listen(&turner->validator, ZMQ_PULL, "validator-0", ignored, &drafts, &fault));
    NEEDED(link_connect(turner->round.validators, "validator-0", &fault));
    writable = (zmq_pollitem_t){ .socket = turner->round.validators->socket, .events = ZMQ_POLLOUT };
    while (zmq_poll(&writable, 1, 10) == 0 && stage_steady_ms(&turner->stage) < until)
        for (size_t i = 0; i < turner->validator.link_count; i++)            /* it says who may come in */
            NEEDED(link_drain(&turner->validator, &turner->validator.links[i]));
    assert_true(writable.revents & ZMQ_POLLOUT);
}

/* Previews wait longer and longer for their repetition; a draft that is closed does not inherit their patience. */
static void a_closed_draft_that_is_not_heard_is_repeated_soon(void **unused)
{
    const int32_t today = (int32_t)(clock_now_ms() / 86400000);
    char date[16];
    const struct { const char *why, *date; int32_t day; bool soon; } rows[] = {
        { "a day that has closed", "2026-11-01", 20758, true },
        { "a day that is open", day_text(today, date), today, false },
    };
    static struct turner turner;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig.now_ms = clock_now_ms() - 3600000;           /* all came an hour ago: it has been quiet since */
    for (unsigned i = 0; i < COUNT(rows); i++)
        rig_event(&rig, "\"register\":\"K1\",\"seq\":%u,\"kind\":\"receipt\",\"time\":\"%sT12:00:00+01:00\",\"lines\":"
                  "[{\"product_type\":\"food\",\"vat\":25,\"gross\":300}],\"payments\":[{\"type\":\"card\",\"amount\":300}]",
                  i + 1, rows[i].date);
    rig_fold(&rig);
    turner_open(&turner, &rig);
    validator_open(&turner, &rig);
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t now = stage_steady_ms(&turner.stage), next;
        struct day_due *due;

        look_now(&turner, "v", rows[i].day);
        due = schedule_find(turner.round.schedule, STR("v"), rows[i].day);
        assert_non_null(due);
        due->resend_wait_ms = 60000;
        NEEDED(round_turn(&turner.round, &next));
        due = schedule_find(turner.round.schedule, STR("v"), rows[i].day);
        if (!due || (due->resend_ms <= now + rig.config->mapper.resend_ms + 1000) != rows[i].soon)
            fail_msg("%s: repeated after %" PRId64 " ms", rows[i].why, due ? due->resend_ms - now : -1);
    }
    turner_close(&turner);
    rig_free(&rig);
}

/* What was offered in one moment is not repeated in one. */
static void repetitions_are_spread(void **unused)
{
    static struct turner turner;
    int64_t wait, began, next, at[8], first = INT64_MAX, last = 0;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig.now_ms = clock_now_ms() - 3600000;
    for (unsigned i = 0; i < COUNT(at); i++)
        rig_event(
            &rig,
            "\"register\":\"K1\",\"seq\":%u,\"kind\":\"receipt\",\"time\":\"2026-11-%02uT12:00:00+01:00\",\"lines\":"
            "[{\"product_type\":\"food\",\"vat\":25,\"gross\":300}],\"payments\":[{\"type\":\"card\",\"amount\":300}]",
            i + 1, i + 1);
    rig_fold(&rig);
    turner_open(&turner, &rig);
    validator_open(&turner, &rig);
    wait = rig.config->mapper.resend_ms;
    began = stage_steady_ms(&turner.stage);
    for (unsigned i = 0; i < COUNT(at); i++)
        look_now(&turner, "v", 20758 + (int32_t)i);
    NEEDED(round_turn(&turner.round, &next));
    for (unsigned i = 0; i < COUNT(at); i++) {
        at[i] = schedule_find(turner.round.schedule, STR("v"), 20758 + (int32_t)i)->resend_ms;
        assert_true(at[i] >= began + wait - wait / 4 && at[i] <= stage_steady_ms(&turner.stage) + wait);
        first = at[i] < first ? at[i] : first;
        last = at[i] > last ? at[i] : last;
    }
    assert_true(last - first >= wait / 4 * 7 / 64);
    turner_close(&turner);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_that_cannot_be_built_delays_no_other),
        cmocka_unit_test(repetitions_are_spread),
        cmocka_unit_test(a_store_that_grows_loses_no_day),
        cmocka_unit_test(a_closed_draft_that_is_not_heard_is_repeated_soon),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
