/* Goal: fsck finds each kind of row of the watch's store that is not what the watch writes, says which, and nothing against a whole one. */
#include "watch_config.h"

#include "watch/notices_inside.h"
#include "watch/notices_judge.h"

static char folder[64];
static struct arena arena;

struct putting { unsigned table; struct str key, value; };

static enum err put_row(struct txn *txn, void *context)
{
    const struct putting *putting = context;

    return store_put(txn, putting->table, putting->key, putting->value);
}

/* As the watch has it: a matter that began, with a notice for each recipient and a letter of the first. */
static void fill(void)
{
    struct matters found = { .arena = &arena };
    const struct matter matter = { STR("disk"), MATTER_DISK, DAY_ALWAYS, STR_NONE, STR_NONE, STR("english"), STR("norsk"),
                                  false };
    struct settling settling = { .config = &config, .found = &found, .from = 1, .forget = 1, .now_ms = 5000 };
    const struct letter letter = { .id = STR("0123456789abcdef0123456789abcdef"), .to = STR("mail x@example.no"),
                                   .made_ms = 5000, .next_ms = 5000, .upto = 0, .notices = 1,
                                   .body = STR("Subject: x\r\n\r\nx") };
    struct fault fault = { "" };
    struct notices *notices;

    NEEDED(notices_open(str_of(folder), &notices, &fault));
    NEEDED(matters_add(&found, &matter));
    matters_sort(&found);
    NEEDED(notices_settle(notices, &settling));
    NEEDED(notices_put_letter(notices, recipients[0].name, &letter));
    notices_close(notices);
}

static void put(unsigned table, struct str key, struct str value)
{
    struct putting putting = { table, key, value };
    struct fault fault = { "" };
    struct store *store;
    struct str path = arena_format(&arena, "%s/watch", folder);

    NEEDED(store_open(path, notices_tables, NOTICES_TABLES, NOTICES_LAYOUT, 0, &store, &fault));
    NEEDED(store_write(store, put_row, &putting));
    store_close(store);
}

static uint64_t judged(char *said, size_t size)
{
    struct storecheck check = { .state_dir = str_of(folder), .out = fmemopen(said, size, "w") };
    struct fault fault = { "" };

    assert_non_null(check.out);
    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    NEEDED(notices_judge(&check, &fault));
    arena_free(&check.arena);
    (void)fclose(check.out);
    return check.damaged;
}

static void damaged_rows(void **unused)
{
    static const char letter_without[] = "\x9a\x01\xa0\xa1x\x05\x05\x00\x01\x00\xa0\xa1x";
    static const struct { unsigned table; struct str key, value; const char *why; } bad[] = {
        { MATTERS, { "m", 1 }, { "\x93\x01\x02", 3 }, "it cannot be decoded" },
        { NOTICES, { "drift", 5 }, { "x", 1 }, "its key is not of the form it must have" },
        { NOTICES, { "drift\0\0\0\0\0\0\0\0\x01", 14 }, { "x", 1 }, "it cannot be decoded" },
        { LETTERS, { "a b", 3 }, { "x", 1 }, "its key is not of the form it must have" },
        { LETTERS, { "late", 4 }, { "x", 1 }, "it cannot be decoded" },
        { LETTERS, { "empty", 5 }, { letter_without, sizeof letter_without - 1 }, "it is a letter without an id" },
        { NUMBERS, { "last", 4 }, { "\x01", 1 }, "its key is not of the form it must have" },
        { NUMBERS, { "summary", 7 }, { "\xa1x", 2 }, "it cannot be decoded" },
        { NUMBERS, { "next", 4 }, { "\x00", 1 }, "it has a number that was not given yet" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(bad); i++) {
        char said[8192] = "";

        arena_reset(&arena);
        assert_true(temporary_folder("judge", folder, sizeof folder));
        fill();
        if (judged(said, sizeof said))
            fail_msg("whole, and %s", said);
        put(bad[i].table, bad[i].key, bad[i].value);
        if (!judged(said, sizeof said) || !strstr(said, bad[i].why))
            fail_msg("row %zu: not \"%s\" but \"%s\"", i, bad[i].why, said);
        temporary_remove(folder);
    }
}

static void not_there(void **unused)
{
    struct storecheck check = { .state_dir = STR("/nowhere") };
    struct fault fault = { "" };

    (void)unused;
    arena_init(&check.arena, STORECHECK_RECORD_BYTES);
    assert_int_equal(notices_judge(&check, &fault), ERR_NOT_FOUND);
    arena_free(&check.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(damaged_rows), cmocka_unit_test(not_there) };
    int failed;

    config_make();
    arena_init(&arena, 1 << 20);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&arena);
    zone_close(config.watch.zone);
    return failed;
}
