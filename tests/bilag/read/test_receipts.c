/* Goal: receipts that are no longer kept are said to be so, also when what made up the day is gone with them. */
#include "bilag/read/receipts.h"
#include "tests/temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "mapper/tables.h"

static enum err none(const struct sale *sale, void *context)
{
    (void)sale;
    (void)context;
    fail_msg("there is no receipt");
    return ERR_OK;
}

static void trimmed_receipts_are_counted(void **unused)
{
    static const struct { const char *why; uint64_t receipts; } rows[] = { { "a day that had some", 3 }, { "none", 0 } };
    char folder[40], path[64];
    struct venue venue = { .id = STR("v") };
    struct config config = { .venues = &venue, .venue_count = 1 };
    struct receipts *receipts;
    struct store *store;
    struct fault fault;

    (void)unused;
    assert_true(temporary_folder("receipts", folder, sizeof folder));
    (void)snprintf(path, sizeof path, "%s/mapper", folder);
    config.state_dir = str_of(folder);
    assert_int_equal(store_open(str_of(path), mapper_tables, TABLE_COUNT, MAPPER_LAYOUT, STORE_VOLATILE, &store, &fault),
                     ERR_OK);
    store_close(store);
    assert_int_equal(receipts_open(&config, &receipts, &fault), ERR_OK);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct draft draft = { .doc = { .venue = STR("v"), .day = 20000 }, .upto = 9, .receipts = rows[i].receipts };
        uint64_t trimmed = UINT64_MAX;

        assert_int_equal(receipts_of(receipts, &venue, &draft, none, NULL, &trimmed), ERR_OK);
        if (trimmed != rows[i].receipts)
            fail_msg("%s: %" PRIu64, rows[i].why, trimmed);
    }
    receipts_close(receipts);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(trimmed_receipts_are_counted) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
