/* Goal: a look by itself asks for what changed since the list was read whole, and is right whatever is answered: nothing, one
 * item, a refusal of the filter. A person's act, the next day and another process read the list whole. */
#include "poweroffice/refreader.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "script_server.h"

enum { HOUR = 3600, DAY = 20777 };
#define FILTER "lastChangedDateTimeOffsetGreaterThan=2026-11-17T11:0"

static char folder[64], clock_path[80], api_url[64], token_url[64];
static struct venue venue;
static struct config config;
static struct poweroffice *po;
static struct refreader *reader;
static struct zone *zone;

/* Moves the wall clock; clock.c looks at the file every 20 ms. */
static void set_clock(int64_t to)
{
    int64_t until_ms = clock_steady_ms() + 5000, offset = to - (int64_t)time(NULL);
    FILE *file = fopen(clock_path, "w");

    assert_non_null(file);
    assert_true(fprintf(file, "%" PRId64 "\n", offset) > 0);
    assert_int_equal(fclose(file), 0);
    while (llabs(clock_now_ms() / 1000 - to) > 2 && clock_steady_ms() < until_ms)
        continue;
}

/* 2026-11-20 12:00 in Oslo, and so many seconds. */
static int64_t noon(int64_t and_s)
{
    return (int64_t)DAY * 24 * HOUR + 11 * (int64_t)HOUR + 60 + and_s;
}

static void begin(struct step *steps, size_t count)
{
    server_start(steps, count);
    (void)snprintf(api_url, sizeof api_url, "http://127.0.0.1:%d/v2", server.port);
    (void)snprintf(token_url, sizeof token_url, "http://127.0.0.1:%d/OAuth/Token", server.port);
    venue = (struct venue){ .id = STR("v"), .client_id = STR("client"), .client_key = STR("key"), .zone = zone };
    config = (struct config){ .holds_keys = true,
                              .state_dir = str_of(folder), .run_dir = str_of(folder), .api_url = str_of(api_url),
                              .token_url = str_of(token_url), .subscription_key = STR("s"), .application_keys = { STR("a") },
                              .requests_per_second = 1000, .venues = &venue, .venue_count = 1,
                              .sender = { .answer_wait_ms = 400, .connect_wait_ms = 200, .in_flight_max = 8,
                                          .retry_first_ms = 10, .retry_max_ms = 40, .look_again_s = 60 } };
    assert_int_equal(poweroffice_open_alone(&config, &po, NULL), ERR_OK);
    assert_int_equal(refreader_open(po, &reader), ERR_OK);
}

static void end(void)
{
    refreader_close(reader);
    poweroffice_close(po);
    server_stop();
}

static int make(void **unused)
{
    (void)unused;
    if (!temporary_folder("refreading", folder, sizeof folder) || zone_open(STR("Europe/Oslo"), &zone, NULL) != ERR_OK)
        return -1;
    (void)snprintf(clock_path, sizeof clock_path, "%s/clock", folder);
    (void)setenv("BILAG_CLOCK", clock_path, 1);
    set_clock(noon(0));
    return 0;
}

static int drop(void **unused)
{
    (void)unused;
    zone_close(zone);
    (void)unsetenv("BILAG_CLOCK");
    return temporary_remove(folder);
}

static const char whole_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 108\r\n\r\n"
    "[{\"Id\":73000,\"AccountNo\":3000,\"Name\":\"Salg\",\"IsActive\":false},{\"Id\":71900,\"AccountNo\":1900,\"IsActive\":true}]";
static const char changed_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 59\r\n\r\n"
    "[{\"Id\":73000,\"AccountNo\":3000,\"Name\":\"Sa\",\"IsActive\":true}]";
static const char refused_answer[] = "HTTP/1.1 400 x\r\nContent-Length: 14\r\n\r\n{\"title\":\"No\"}";
static const char nothing_answer[] = "HTTP/1.1 204 x\r\n\r\n";

static void run(void)
{
    poweroffice_run(po, clock_steady_ms() + PATIENCE_MS);
    assert_int_equal(refreader_under_way(reader), 0);
}

static bool sales_are_open(void)
{
    struct refdata data;
    struct arena arena;
    bool open;

    arena_init(&arena, 1 << 20);
    assert_int_equal(refdata_load(poweroffice_refstore(po), STR("client"), &arena, &data), ERR_OK);
    assert_int_equal(data.account_count, 2);
    assert_true(refdata_account(&data, 1900)->active);
    open = refdata_account(&data, 3000)->active;
    arena_free(&arena);
    return open;
}

static void looks(void **unused)
{
    static const struct {
        const char *why, *first, *second;
        bool acted;
        int passed_s;
        size_t filtered, whole;
        bool open;
    } rows[] = {
        { "what changed is taken", changed_answer, NULL, false, 65, 1, 0, true },
        { "nothing changed", nothing_answer, NULL, false, 65, 1, 0, false },
        { "the filter is refused: whole", refused_answer, whole_answer, false, 65, 1, 1, false },
        { "a person acted: whole", whole_answer, NULL, true, 65, 0, 1, false },
        { "a day later: whole", whole_answer, NULL, false, 24 * HOUR + 65, 0, 1, false },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct step steps[] = { { "/GeneralLedgerAccounts", ANSWER, whole_answer, false },
                                { "/GeneralLedgerAccounts", ANSWER, rows[i].first, false },
                                { "/GeneralLedgerAccounts", ANSWER, rows[i].second, false } };

        assert_int_equal(drop(unused) || make(unused), 0);
        begin(steps, COUNT(steps));
        assert_int_equal(refreader_read(reader, &venue, REF_ACCOUNTS, NULL, NULL), ERR_OK);
        run();
        assert_false(sales_are_open());
        refreader_mend(reader, &venue, REF_ACCOUNTS);        /* held; read just now */
        assert_int_equal(poweroffice_waiting(po), 0);
        set_clock(noon(rows[i].passed_s));
        if (rows[i].acted)
            refreader_acted(reader, STR("client"));
        refreader_mend(reader, &venue, REF_ACCOUNTS);
        run();
        if (seen(FILTER) != rows[i].filtered || seen("/GeneralLedgerAccounts?Page") != rows[i].whole + 1 ||
            sales_are_open() != rows[i].open)
            fail_msg("%s: %zu filtered, %zu whole", rows[i].why, seen(FILTER), seen("/GeneralLedgerAccounts?Page") - 1);
        end();
    }
}

/* Refused once: the next look does not ask in that form again. */
static void a_refused_filter_is_remembered(void **unused)
{
    struct step steps[] = { { "/GeneralLedgerAccounts", ANSWER, whole_answer, false },
                            { "/GeneralLedgerAccounts", ANSWER, refused_answer, false },
                            { "/GeneralLedgerAccounts", ANSWER, whole_answer, false },
                            { "/GeneralLedgerAccounts", ANSWER, whole_answer, false } };

    (void)unused;
    begin(steps, COUNT(steps));
    assert_int_equal(refreader_read(reader, &venue, REF_ACCOUNTS, NULL, NULL), ERR_OK);
    run();
    for (int look = 1; look < 3; look++) {
        refreader_mend(reader, &venue, REF_ACCOUNTS);
        set_clock(noon(look == 1 ? 400 : 1300));      /* after the looks at 6 and at 21 minutes are due */
        refreader_mend(reader, &venue, REF_ACCOUNTS);
        run();
    }
    assert_int_equal(seen(FILTER), 1);
    assert_int_equal(seen("/GeneralLedgerAccounts?Page"), 3);
    end();
}

/* Who did not read the list himself does not know from when on what changed is asked for. */
static void another_process_reads_whole(void **unused)
{
    struct step steps[] = { { "/GeneralLedgerAccounts", ANSWER, whole_answer, false },
                            { "/GeneralLedgerAccounts", ANSWER, whole_answer, false } };

    (void)unused;
    begin(steps, COUNT(steps));
    assert_int_equal(refreader_read(reader, &venue, REF_ACCOUNTS, NULL, NULL), ERR_OK);
    run();
    refreader_close(reader);
    assert_int_equal(refreader_open(po, &reader), ERR_OK);
    refreader_mend(reader, &venue, REF_ACCOUNTS);
    set_clock(noon(65));
    refreader_mend(reader, &venue, REF_ACCOUNTS);
    run();
    assert_int_equal(seen(FILTER), 0);
    assert_int_equal(seen("/GeneralLedgerAccounts?Page"), 2);
    end();
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(looks), ROW(a_refused_filter_is_remembered), ROW(another_process_reads_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
