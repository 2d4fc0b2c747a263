#include "tests/common/domain/config_folder.h"

#include "ingest/intake.h"
#include "tests/on_engine.h"

#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

static struct folder folder;
static struct config *config;
static struct eventlog *event_log;
static struct intake *intake;

static int start(void **unused)
{
    char path[128];
    struct fault fault = { "" };

    (void)unused;
    folder_make(&folder);
    folder_root(&folder, "sender:\n", "ingest_limits: {batch_events: 8}\nsender:\n");
    config = folder_load(&folder);
    (void)snprintf(path, sizeof path, "%s/log", folder.path);
    if (eventlog_open(str_of(path), config->partitions, 0, &event_log, &fault))
        fail_msg("%s", fault.text);
    return intake_open(event_log, config, &intake) != ERR_OK;
}

static int stop(void **unused)
{
    (void)unused;
    intake_close(intake);
    eventlog_close(event_log);
    config_free(config);
    folder_remove(&folder);
    return 0;
}

static const char *receipt(const char *venue, int seq)
{
    static char text[512];

    (void)snprintf(text, sizeof text, "{\"v\":1,\"venue\":\"%s\",\"register\":\"K1\",\"seq\":%d,\"kind\":\"receipt\","
                   "\"time\":\"2026-11-20T23:41:07+01:00\",\"lines\":[],\"payments\":[]}", venue, seq);
    return text;
}

static void add(struct delivery *delivery, uint64_t line, const char *text)
{
    assert_int_equal(intake_add(intake, delivery, FORM_JSON, line, str_of(text)), ERR_OK);
}

/* Goal: nothing counts as accepted before the commit, and then each delivery has its own counts. */
static void counted_at_commit(void **unused)
{
    struct delivery a, b;

    (void)unused;
    delivery_init(&a, "http", STR_NONE);
    delivery_init(&b, "spool", STR("x.ndjson"));
    assert_string_equal(b.source, "spool/x.ndjson");
    add(&a, 1, receipt("oslo-grill", 1));
    add(&b, 1, receipt("oslo-grill", 1));
    add(&a, 2, receipt("nowhere", 2));
    add(&a, 3, "{\"venue\":\"nowhere\"}");
    assert_true(a.accepted == 0 && a.waiting == 2 && b.waiting == 1 && a.rejected == 1);
    assert_int_equal(intake_commit(intake, 1), ERR_OK);
    assert_true(a.accepted == 2 && a.parked == 1 && a.waiting == 0 && b.duplicates == 1 && b.accepted == 0);
    assert_true(b.parked == 0 && intake_counts(intake)->parked == 1);
    assert_true(a.reject_count == 1 && a.rejects[0].line == 3);
    assert_int_equal(intake_pending(intake), 0);
    delivery_free(&a, intake);
    delivery_free(&b, intake);
}

/* Goal: a refused line is answered when it is kept, not before: one sent by itself, and one whose sender has gone meanwhile. */
static void refused_is_kept_before_it_is_answered(void **unused)
{
    struct delivery delivery, gone;

    (void)unused;
    delivery_init(&delivery, "http", STR_NONE);
    delivery_init(&gone, "http", STR_NONE);
    add(&gone, 1, "{");
    add(&delivery, 1, "{");
    assert_true(delivery.rejected == 1 && delivery.waiting == 0 && delivery_undecided(&delivery) && delivery_undecided(&gone));
    delivery_free(&gone, intake);
    assert_int_equal(intake_commit(intake, 1), ERR_OK);
    assert_false(delivery_undecided(&delivery) || delivery.failed);
    delivery_free(&delivery, intake);
}

/* Goal: a flood of garbage and of sales of no venue is one line of each kind a second, with the counts of all of it. */
static void told_once_a_second(void **unused)
{
    struct delivery delivery;

    (void)unused;
    (void)intake_tell(intake, INT64_MAX - 2000);
    delivery_init(&delivery, "http", STR_NONE);
    assert_int_equal(intake_tell(intake, INT64_MAX - 500), INT64_MAX);
    for (int i = 0; i < 100; i++) {
        add(&delivery, 1, "{");
        add(&delivery, 1, receipt("nowhere", 50 + i));
        assert_int_equal(intake_commit(intake, 1), ERR_OK);
        assert_true(intake_tell(intake, INT64_MAX - 1500) == INT64_MAX - 1000);
    }
    delivery_free(&delivery, intake);
    assert_true(intake_tell(intake, INT64_MAX - 1000) == INT64_MAX);
}

/* Goal: a full group commits by itself, and only what is in it is decided. */
static void full_group(void **unused)
{
    struct delivery delivery;

    (void)unused;
    delivery_init(&delivery, "http", STR_NONE);
    for (int i = 0; i < 9; i++)
        add(&delivery, 1, receipt("oslo-grill", 100 + i));
    assert_true(delivery.accepted == 8 && delivery.waiting == 1);
    assert_int_equal(intake_commit(intake, 1), ERR_OK);
    assert_true(delivery.accepted == 9 && delivery.waiting == 0);
    delivery_free(&delivery, intake);
}

/* Goal: a sender that goes away leaves its events, and nobody writes to what it left. */
static void sender_gone(void **unused)
{
    struct delivery *gone = malloc(sizeof *gone);
    uint64_t before = intake_counts(intake)->accepted;

    (void)unused;
    assert_non_null(gone);
    delivery_init(gone, "http", STR_NONE);
    add(gone, 1, receipt("oslo-grill", 200));
    delivery_free(gone, intake);
    free(gone);
    assert_int_equal(intake_commit(intake, 1), ERR_OK);
    assert_true(intake_counts(intake)->accepted == before + 1);
}

static enum err last_venue(int64_t time_ms, const struct eventlog_refusal *refusal, void *context)
{
    (void)time_ms;
    return str_copy(refusal->venue, context, 65) ? ERR_OK : ERR_TOO_LONG;
}

/* Goal: a refusal is listed under its venue, where the bytes say one; and answers are bounded. */
static void refusals(void **unused)
{
    static const struct { enum event_form form; struct str bytes; const char *venue; } rows[] = {
        { FORM_JSON, STR("{\"v\":1, \"venue\" : \"oslo-grill\", \"x"), "oslo-grill" },
        { FORM_JSON, STR("{\"venue\":\"a b\"}"), "" },
        { FORM_JSON, STR("venue"), "" },
        { FORM_JSON, STR("{\"venue\":\"oslo-gri"), "oslo-gri" },
        { FORM_MSGPACK, STR("\x81\xa5venue\xa4" "aker"), "aker" },
        { FORM_MSGPACK, STR("\xc1venue\xd9\xff"), "" },
        { FORM_CANONICAL, STR("\x91\xa5venue"), "" },
    };
    struct delivery delivery;
    char venue[65];

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        delivery_init(&delivery, "zmq", STR_NONE);
        assert_int_equal(intake_add(intake, &delivery, rows[i].form, 1, rows[i].bytes), ERR_OK);
        assert_int_equal(intake_commit(intake, 1), ERR_OK);
        assert_int_equal(eventlog_refused(event_log, 0, last_venue, venue), ERR_OK);
        assert_string_equal(venue, rows[i].venue);
        assert_int_equal(delivery.rejected, 1);
        delivery_free(&delivery, intake);
    }
    delivery_init(&delivery, "http", STR_NONE);
    for (uint64_t i = 1; i <= 1500; i++)
        assert_int_equal(intake_refuse(intake, &delivery, i, STR("x"), "no"), ERR_OK);
    assert_true(delivery.rejected == 1500 && delivery.reject_count == DELIVERY_REJECTS_MAX);
    assert_true(delivery.rejects[DELIVERY_REJECTS_MAX - 1].line == DELIVERY_REJECTS_MAX);
    assert_int_equal(intake_commit(intake, 1), ERR_OK);
    delivery_free(&delivery, intake);
}

static enum err take_mark(struct str key, struct str value, void *context)
{
    (void)key;
    return str_copy(value, context, 32) ? ERR_OK : ERR_TOO_LONG;
}

/* Goal: a mark stands for exactly the events before it, also when the group commits by itself. */
static void marks_follow_events(void **unused)
{
    struct delivery delivery;
    char value[32] = "";

    (void)unused;
    delivery_init(&delivery, "spool", STR("f"));
    for (int i = 0; i < 20; i++) {
        char number[32];

        add(&delivery, 1, receipt("oslo-grill", 300 + i));
        assert_int_equal(eventlog_marks(event_log, STR("m/"), take_mark, value), ERR_OK);
        assert_true((value[0] ? strtol(value, NULL, 10) : 0) == (long)delivery.accepted);
        (void)snprintf(number, sizeof number, "%02d", i + 1);
        assert_int_equal(intake_mark(intake, STR("m/f"), str_of(number)), ERR_OK);
    }
    assert_int_equal(intake_commit(intake, 1), ERR_OK);
    assert_int_equal(eventlog_marks(event_log, STR("m/"), take_mark, value), ERR_OK);
    assert_string_equal(value, "20");
    delivery_free(&delivery, intake);
}

/* Goal: when nothing can be stored every sender of the group is told, and the same events go in later. */
static void failed_commit(void **unused)
{
    struct delivery delivery, refused;
    struct rlimit old, none;
    enum err err;

    (void)unused;
    SKIP_ON_ENGINE();
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    none = (struct rlimit){ 0, old.rlim_max };
    delivery_init(&delivery, "http", STR_NONE);
    delivery_init(&refused, "http", STR_NONE);
    add(&delivery, 1, receipt("oslo-grill", 400));
    add(&refused, 1, "{");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    err = intake_commit(intake, 1);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_true(err != ERR_OK && delivery.failed && delivery.waiting == 0 && delivery.accepted == 0);
    assert_true(refused.failed && !delivery_undecided(&refused));
    assert_true(intake_counts(intake)->failures == 1 && intake_pending(intake) == 0);
    delivery_free(&delivery, intake);
    delivery_free(&refused, intake);
    delivery_init(&delivery, "http", STR_NONE);
    add(&delivery, 1, receipt("oslo-grill", 400));
    assert_int_equal(intake_commit(intake, 1), ERR_OK);
    assert_true(delivery.accepted == 1 && !delivery.failed);
    delivery_free(&delivery, intake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counted_at_commit), cmocka_unit_test(told_once_a_second), cmocka_unit_test(full_group),
        cmocka_unit_test(sender_gone),       cmocka_unit_test(refused_is_kept_before_it_is_answered),
        cmocka_unit_test(refusals),          cmocka_unit_test(marks_follow_events), cmocka_unit_test(failed_commit),
    };

    return cmocka_run_group_tests_name("intake", tests, start, stop);
}
