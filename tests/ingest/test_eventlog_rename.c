/* Goal: a forgotten name is in no event of the log, each event at its place and with its hash; what comes again with the name is a
 * duplicate, another content is kept under the pseudonym; refused lines go when they name the person, or are old. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "domain/config.h"
#include "domain/event_canonical.h"
#include "ingest/eventlog_inside.h"
#include "ingest/eventlog_judge.h"
#include "tests/temporary.h"

enum { PARTITIONS = 4, EVENTS_MAX = 300 };

static const struct str venues[] = { { "oslo", 4 } };
static char state[64], folder[80];
static struct eventlog *event_log;
static struct pseudonyms *pseudonyms;
static struct arena arena;
static char pseudonym[PSEUDONYM_SIZE];
static struct renaming renaming;

static void reopen(void)
{
    struct fault fault = { "" };

    eventlog_close(event_log);
    if (eventlog_open(str_of(folder), PARTITIONS, 0, &event_log, &fault))
        fail_msg("%s", fault.text);
    eventlog_use_pseudonyms(event_log, pseudonyms);
}

static int start(void **unused)
{
    struct fault fault = { "" };

    (void)unused;
    assert_true(temporary_folder("rename", state, sizeof state));
    (void)snprintf(folder, sizeof folder, "%s/ingest", state);
    arena_init(&arena, 64 << 20);
    event_log = NULL;
    assert_int_equal(pseudonyms_open(str_of(state), 0, &pseudonyms, &fault), ERR_OK);
    reopen();
    pseudonym_of(pseudonyms, PERSON_STAFF, STR("Kari"), pseudonym);
    renaming = (struct renaming){ .person = PERSON_STAFF, .name = STR("Kari"), .pseudonym = str_of(pseudonym), .venues = venues,
                                  .venue_count = 1 };
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    eventlog_close(event_log);
    pseudonyms_close(pseudonyms);
    arena_free(&arena);
    return temporary_remove(state);
}

static struct eventlog_entry entry_of(const char *venue, uint64_t seq, const char *staff, int64_t ore)
{
    struct event event = { .venue = str_of(venue), .reg = STR("K1"), .seq = seq, .kind = EVENT_RECEIPT, .time = 1795214467,
                           .offset_min = 60, .staff = str_of(staff) };
    struct eventlog_entry entry = { .partition = venue_partition(event.venue, PARTITIONS) };
    struct key identity;

    event.payments = arena_array(&arena, 1, sizeof *event.payments);
    event.payments[0] = (struct payment){ STR("card"), { ore } };
    event.payment_count = 1;
    eventlog_identity(&event, &identity);
    entry.identity = arena_copy(&arena, key_str(&identity));
    assert_int_equal(event_encode(&event, &arena, &entry.canonical), ERR_OK);
    event_hash(entry.canonical, &entry.hash);
    return entry;
}

static enum eventlog_outcome append(const char *venue, uint64_t first, size_t count, const char *staff, int64_t ore)
{
    static struct eventlog_entry entries[EVENTS_MAX];
    struct eventlog_batch batch = { .entries = entries, .entry_count = count, .now_ms = 1 };

    for (size_t i = 0; i < count; i++)
        entries[i] = entry_of(venue, first + i, staff, ore);
    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
    return entries[0].outcome;
}

struct counted { uint64_t named, offsets; };

static enum err count(uint32_t partition, uint64_t offset, struct str canonical, void *context)
{
    struct counted *counted = context;

    (void)partition;
    (void)canonical;
    counted->named++;
    counted->offsets += offset;
    return ERR_OK;
}

static uint64_t named(const char *name)
{
    struct renaming asked = renaming;
    struct counted counted = { 0 };

    asked.name = str_of(name);
    assert_int_equal(eventlog_named(event_log, &asked, count, &counted), ERR_OK);
    return counted.named;
}

/* As the stage's own check has it: offsets without a gap, every content is what its hash says. */
static void is_whole(void)
{
    char said[4096] = "";
    struct storecheck check = { .state_dir = str_of(state), .out = fmemopen(said, sizeof said, "w") };
    struct fault fault = { "" };

    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    assert_int_equal(eventlog_judge_run(&check, &fault), ERR_OK);
    (void)fclose(check.out);
    arena_free(&check.arena);
    if (check.damaged || !check.records)
        fail_msg("%s", said);
}

static enum err index_work(struct txn *txn, void *context)
{
    uint32_t partition = venue_partition(STR("oslo"), PARTITIONS);
    enum err err = tail_read(txn, event_log, partition);

    (void)context;
    return err ? err : tail_index(txn, event_log->tails, partition);
}

/* Identities may be in the table already, or only in the log behind it. */
static void the_name_is_gone(void **unused)
{
    (void)unused;
    for (int indexed = 0; indexed < 2; indexed++) {
        uint64_t renamed, end, before;
        uint32_t partition = venue_partition(STR("oslo"), PARTITIONS);

        assert_int_equal(start(NULL), 0);
        (void)append("oslo", 1, 250, "Kari", 100);
        (void)append("oslo", 251, 20, "Per", 100);
        (void)append("moss", 1, 3, "Kari", 100);
        if (indexed) {
            tails_begin(event_log->tails);
            assert_int_equal(store_write(event_log->store, index_work, NULL), ERR_OK);
            tails_end(event_log->tails, ERR_OK);
            (void)append("oslo", 271, 5, "Kari", 100);
        }
        assert_int_equal(eventlog_end(event_log, partition, &before), ERR_OK);
        assert_int_equal(named("Kari"), indexed ? 255 : 250);
        assert_int_equal(eventlog_rename(event_log, &renaming, &renamed), ERR_OK);
        assert_int_equal(renamed, indexed ? 255 : 250);
        assert_int_equal(eventlog_rename(event_log, &renaming, &renamed), ERR_OK);
        assert_int_equal(renamed, 0);
        assert_int_equal(eventlog_end(event_log, partition, &end), ERR_OK);
        assert_true(end == before && named("Kari") == 0 && named("Per") == 20 && named(pseudonym) == (indexed ? 255 : 250));
        is_whole();
        for (int again = 0; again < 2; again++) {            /* with what is remembered, and without */
            assert_int_equal(append("oslo", 1, 250, "Kari", 100), EVENTLOG_DUPLICATE);
            assert_int_equal(append("oslo", 1, 1, pseudonym, 100), EVENTLOG_DUPLICATE);
            assert_int_equal(append("moss", 1, 1, "Kari", 100), EVENTLOG_DUPLICATE);
            reopen();
        }
        assert_int_equal(eventlog_end(event_log, partition, &end), ERR_OK);
        assert_true(end == before);
        assert_int_equal(stop(NULL), 0);
    }
}

static void what_else_comes(void **unused)
{
    uint64_t renamed;

    (void)unused;
    (void)append("oslo", 1, 10, "Kari", 100);
    assert_int_equal(eventlog_rename(event_log, &renaming, &renamed), ERR_OK);
    assert_int_equal(append("oslo", 3, 1, "Kari", 120), EVENTLOG_CONFLICT);
    assert_int_equal(named("Kari"), 0);  /* kept under the pseudonym */
    assert_int_equal(append("oslo", 3, 1, "Kari", 120), EVENTLOG_DUPLICATE);
    assert_int_equal(append("oslo", 3, 1, "Per", 100), EVENTLOG_CONFLICT);
    assert_int_equal(append("oslo", 11, 1, "Kari", 100), EVENTLOG_NEW);
    assert_int_equal(named("Kari"), 1);  /* a new sale says what the till says */
    assert_int_equal(append("oslo", 11, 1, "Kari", 130), EVENTLOG_CONFLICT);
    assert_int_equal(named("Kari"), 2);  /* ... and so does another content of it */
    is_whole();
}

struct listed { size_t count; char lines[8][64]; };

static enum err list(int64_t time_ms, const struct eventlog_refusal *refusal, void *context)
{
    struct listed *listed = context;

    (void)time_ms;
    assert_true(listed->count < 8 && str_copy(refusal->bytes, listed->lines[listed->count++], 64));
    return ERR_OK;
}

static void refuse(int64_t now_ms, const char *venue, const char *bytes)
{
    struct eventlog_refusal refusal = { .source = STR("http"), .line = 1, .venue = str_of(venue), .reason = STR("?"),
                                        .bytes = str_of(bytes) };
    struct eventlog_batch batch = { .refusals = &refusal, .refusal_count = 1, .now_ms = now_ms };

    assert_int_equal(eventlog_commit(event_log, &batch), ERR_OK);
}

static void refused_lines_go(void **unused)
{
    struct listed listed = { 0 };
    uint64_t expired;

    (void)unused;
    refuse(1000, "", "{\"staff\":\"Ola\"}");
    refuse(2000, "", "{\"staff\":\"Kari\"}");
    refuse(3000, "moss", "{\"staff\":\"Kari\"}");
    refuse(4000, "oslo", "{\"staff\":\"Kari Nordmann\"}");
    assert_int_equal(eventlog_refused_forget(event_log, &renaming), ERR_OK);
    assert_int_equal(eventlog_refused(event_log, 0, list, &listed), ERR_OK);
    assert_int_equal(listed.count, 3);
    assert_string_equal(listed.lines[0], "{\"staff\":\"Ola\"}");
    assert_int_equal(eventlog_refused_expire(event_log, 3000, &expired), ERR_OK);
    assert_int_equal(expired, 1);
    listed.count = 0;
    assert_int_equal(eventlog_refused(event_log, 0, list, &listed), ERR_OK);
    assert_int_equal(listed.count, 2);
    assert_string_equal(listed.lines[0], "{\"staff\":\"Kari\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_is_gone),
        cmocka_unit_test_setup_teardown(what_else_comes, start, stop),
        cmocka_unit_test_setup_teardown(refused_lines_go, start, stop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
