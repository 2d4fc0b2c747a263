/* Goal: a voucher of which no store has an event is found from the stores alone, sent, sealed or drafted, with its own way on; a day that
 * nobody closes is found an hour after it should have been; neither is said of what is in order. */
#include "bilag/keep/fsck.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>

#include "ingest/eventlog.h"
#include "mapper/settlement.h"
#include "mapper/tables.h"
#include "sender/docs.h"

enum { ARENA_BYTES = 1 << 24, TEN_MINUTES_MS = 600000 };
enum behind { NOTHING, EVENTS, LATE_EVENTS, PARKED, OLD };

static char folder[40];
static struct venue venue = { .id = STR("v"), .name = STR("V"), .company = STR("999999999"), .begins = DAY_ALWAYS,
                              .quiet_seconds = 1 };
static struct config config = { .venues = &venue, .venue_count = 1, .partitions = 1, .retention_days = 400,
                                .language = STR("en") };

static const struct row {
    const char *why;
    bool at_uploader, sealed, at_mapper;
    enum doc_state state;
    enum draft_phase phase;
    enum behind behind;
    const char *said, *mend;             /* NULL: nothing is said */
} rows[] = {
    { "sent, nothing behind", true, true, false, DOC_SENT, DRAFT_CLOSED, NOTHING, "it was sent, and no store", "bilag reverse" },
    { "sent, with receipts", true, true, true, DOC_SENT, DRAFT_CLOSED, EVENTS, NULL, NULL },
    { "sent so long ago that they may be gone", true, true, false, DOC_SENT, DRAFT_CLOSED, OLD, NULL, NULL },
    { "sealed, about to go", true, true, false, DOC_SENDING, DRAFT_CLOSED, NOTHING, "it is being sent", "bilag reverse" },
    { "taken back", true, true, false, DOC_REVERSED, DRAFT_CLOSED, NOTHING, NULL, NULL },
    { "waits for a word", true, false, false, DOC_WAITING, DRAFT_CLOSED, NOTHING, "it waits at bilag-uploader", "bilag restore" },
    { "drafted by the mapper alone", false, false, true, DOC_OPEN, DRAFT_CLOSED, NOTHING, "the mapper has drafted it",
      "move the folder mapper away" },
    { "of a venue whose sales are parked", true, true, false, DOC_SENT, DRAFT_CLOSED, PARKED, NULL, NULL },
    { "open, and should be closed", false, false, true, DOC_OPEN, DRAFT_OPEN, EVENTS, "is over and still not closed", NULL },
    { "open, something came ten minutes ago", false, false, true, DOC_OPEN, DRAFT_OPEN, LATE_EVENTS, NULL, NULL },
    { "closed, waits for its verdict", false, false, true, DOC_OPEN, DRAFT_CLOSED, EVENTS, NULL, NULL },
};

struct making { const struct row *row; struct arena arena; int32_t day; struct strbuf bytes; };

static enum err make_record(struct txn *txn, void *context)
{
    const struct making *making = context;
    const struct record record = { .state = making->row->state, .work = WORK_NONE, .venue = venue.id, .client_id = STR("v"),
                                   .company = venue.company, .day = making->day, .revision = 1, .sealed = making->row->sealed,
                                   .draft = strbuf_str(&making->bytes) };
    char id[64], day[16];

    (void)snprintf(id, sizeof id, "v/%s/1", day_text(making->day, day));
    return docs_save(txn, str_of(id), NULL, &record);
}

static enum err make_day(struct txn *txn, void *context)
{
    struct making *making = context;
    struct settlement settlement;
    struct key key;
    char id[64], day[16];
    enum err err = settlement_load(txn, venue.id, making->day, &making->arena, &settlement);

    settlement.last_ms = making->row->behind == LATE_EVENTS ? clock_now_ms() - TEN_MINUTES_MS : 1;
    settlement.last_place = 1;
    if (!err && (making->row->behind == EVENTS || making->row->behind == LATE_EVENTS))
        err = settlement_save(txn, venue.id, making->day, &settlement);
    key_init(&key);
    key_name(&key, venue.id);
    key_u64(&key, 1);
    if (!err && making->row->behind == PARKED)
        err = store_put(txn, TABLE_PARKED, key_str(&key), STR("an event"));
    (void)snprintf(id, sizeof id, "v/%s/1", day_text(making->day, day));
    return err || !making->row->at_mapper ? err : store_put(txn, TABLE_DRAFTS, str_of(id), strbuf_str(&making->bytes));
}

static void make_stores(struct making *making)
{
    struct docs *docs;
    struct store *mapper;
    struct eventlog *log;
    struct fault fault;
    char path[64];

    (void)snprintf(path, sizeof path, "%s/ingest", folder);
    assert_int_equal(eventlog_open(str_of(path), 1, STORE_VOLATILE, &log, &fault), ERR_OK);
    eventlog_close(log);
    assert_int_equal(docs_open(str_of(folder), "uploader", STORE_VOLATILE, &docs, &fault), ERR_OK);
    if (making->row->at_uploader)
        assert_int_equal(store_write(docs_store(docs), make_record, making), ERR_OK);
    docs_close(docs);
    (void)snprintf(path, sizeof path, "%s/mapper", folder);
    assert_int_equal(store_open(str_of(path), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_VOLATILE, &mapper, &fault),
                     ERR_OK);
    assert_int_equal(store_write(mapper, make_day, making), ERR_OK);
    store_close(mapper);
}

static void make(const struct row *row)
{
    static struct voucher_line lines[] = { { .account = 1920, .amount = { 100 } }, { .account = 3000, .amount = { -100 } } };
    int32_t today = (int32_t)(clock_now_ms() / 86400000);
    struct making making = { .row = row, .day = row->behind == OLD ? today - 401 : today - 3 };
    const struct draft draft = { .doc = { .kind = DOC_VOUCHER, .venue = venue.id, .day = making.day, .part = 1 },
                                 .phase = row->phase, .revision = 1, .lines = lines, .line_count = COUNT(lines),
                                 .company = venue.company };

    assert_true(temporary_folder("days", folder, sizeof folder));
    arena_init(&making.arena, ARENA_BYTES);
    strbuf_init(&making.bytes, ARENA_BYTES);
    draft_encode(&draft, &making.bytes);
    make_stores(&making);
    strbuf_free(&making.bytes);
    arena_free(&making.arena);
}

struct heard { int count; char why[PROBLEM_TEXT_MAX]; };

static void hear(const char *store, struct str table, struct str record, struct str why, void *context)
{
    struct heard *heard = context;

    assert_string_equal(store, "days");
    assert_true(str_equal(table, STR("documents")) && record.len > 10);
    heard->count++;
    assert_true(str_copy(why, heard->why, sizeof heard->why));
}

static void each_row(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct heard heard = { 0 };
        struct fsck_result result;
        struct fault fault = { "" };
        const char *mend;

        make(&rows[i]);
        assert_int_equal(fsck_days(&config, str_of(folder), hear, &heard, &result, &fault), ERR_OK);
        if (heard.count != (rows[i].said != NULL) || result.damaged != (uint64_t)heard.count || result.records != 1 ||
            (rows[i].said && !strstr(heard.why, rows[i].said)))
            fail_msg("%s: %d, %" PRIu64 " of %" PRIu64 ": %s", rows[i].why, heard.count, result.damaged, result.records,
                     heard.why);
        mend = fsck_days_mend(str_of(heard.why));
        if ((mend != NULL) != (rows[i].mend != NULL) || (mend && !strstr(mend, rows[i].mend)))
            fail_msg("%s: %s", rows[i].why, mend ? mend : "no mend");
        assert_int_equal(temporary_remove(folder), 0);
    }
}

static int start(void **unused)
{
    struct fault fault;

    (void)unused;
    return zone_open(STR("Europe/Oslo"), &venue.zone, &fault) ? -1 : 0;
}

static int stop(void **unused)
{
    (void)unused;
    zone_close(venue.zone);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_row) };

    return cmocka_run_group_tests(tests, start, stop);
}
