/* Goal: receipts leave the mapper's store only when both their day and their coming are older than retention_days, and
 * what comes late to such a day is not held for what was trimmed. */
#include "table_rig.h"

#include "mapper/arrival.h"
#include "mapper/trim.h"

#define DAY_MS INT64_C(86400000)
#define Z_1_3 "\"register\":\"K1\",\"seq\":4,\"kind\":\"z_report\",\"time\":\"2026-11-20T23:00:00+01:00\",\"z\":{\"number\":1," \
    "\"business_day\":\"2026-11-20\",\"first_seq\":1,\"last_seq\":3,\"sales_by_vat\":{\"25\":40},\"payments\":{\"card\":40}}"

struct trimming { struct rig rig; struct partitions *mine; struct trim *trim; };

static void trimming_make(struct trimming *trimming)
{
    struct fault fault = { "" };
    char folder[160];

    rig_make(&trimming->rig);
    rig_config(&trimming->rig, "close: clock\n", "close: z_report\nsaft: {sequence: false}\n");
    (void)snprintf(folder, sizeof folder, "%s/state", trimming->rig.folder.path);
    NEEDED(partitions_open(folder, trimming->rig.config->partitions, &trimming->mine, &fault));
    partitions_wanted(trimming->mine, 0, 1);
    while (partitions_won(trimming->mine, 0))
        ;
    assert_int_equal(partitions_count(trimming->mine), (size_t)trimming->rig.config->partitions);
    NEEDED(trim_open(&trimming->trim));
}

static void trimming_free(struct trimming *trimming)
{
    trim_close(trimming->trim);
    partitions_close(trimming->mine);
    rig_free(&trimming->rig);
}

/* A whole round as it is `days` after the receipts came. */
static void trim_after(struct trimming *trimming, int days)
{
    int64_t came_ms = trimming->rig.now_ms - DAY_MS, steady_ms = 0, next_ms = 0;   /* rig_fold() */

    for (int turn = 0; turn < 4; turn++, steady_ms = next_ms)
        NEEDED(trim_turn(trimming->trim, trimming->rig.store, trimming->rig.config, trimming->mine,
                         came_ms + days * DAY_MS, steady_ms, &next_ms));
}

static enum err count_one(struct txn *txn, struct str key, struct str value, void *context)
{
    (void)txn;
    (void)key;
    (void)value;
    ++*(size_t *)context;
    return ERR_OK;
}

struct counted { size_t receipts, effects, came; };

static enum err count_work(struct txn *txn, void *context)
{
    struct counted *counted = context;
    struct key came;
    enum err err;

    key_init(&came);
    key_name(&came, STR("came"));
    *counted = (struct counted){ 0 };
    err = store_walk(txn, TABLE_RECEIPTS, STR_NONE, STR_NONE, count_one, &counted->receipts);
    if (!err)
        err = store_walk(txn, TABLE_EFFECTS, STR_NONE, STR_NONE, count_one, &counted->effects);
    return err ? err : store_walk(txn, TABLE_META, key_str(&came), STR_NONE, count_one, &counted->came);
}

static struct counted count(struct trimming *trimming)
{
    struct counted counted;

    NEEDED(store_read(trimming->rig.store, count_work, &counted));
    return counted;
}

/* Sold on 2026-11-20 unless said, came on 2026-12-31. */
static void kept_as_long_as_it_has_been_here(void **unused)
{
    static const struct { const char *why, *sold; bool sealed; int days; size_t kept, came; } rows[] = {
        { "as old as the setting", "2026-11-20T12:00:00+01:00", true, 400, 1, 1 },
        { "older", "2026-11-20T12:00:00+01:00", true, 401, 0, 0 },
        { "the day is older, but it came lately", "2021-11-20T12:00:00+01:00", true, 400, 1, 1 },
        { "both are older", "2021-11-20T12:00:00+01:00", true, 401, 0, 0 },
        { "not sent yet", "2021-11-20T12:00:00+01:00", false, 4000, 1, 0 },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        static struct trimming trimming;
        struct counted counted;
        char doc[32];

        trimming_make(&trimming);
        rig_config(&trimming.rig, "", "");
        rig_sale(&trimming.rig, 1, rows[i].sold, "food", 100, "card");
        (void)rig_look(&trimming.rig);
        (void)snprintf(doc, sizeof doc, "v/%.10s/1", rows[i].sold);
        if (rows[i].sealed)
            rig_seal(&trimming.rig, doc);
        (void)rig_look(&trimming.rig);
        trim_after(&trimming, rows[i].days);
        counted = count(&trimming);
        if (counted.receipts != rows[i].kept || counted.effects != rows[i].kept || counted.came != rows[i].came)
            fail_msg("%s: %zu receipts, %zu effects, %zu days", rows[i].why, counted.receipts, counted.effects, counted.came);
        trimming_free(&trimming);
    }
}

static void what_was_trimmed_is_not_missing(void **unused)
{
    static struct trimming trimming;
    const struct draft *late;

    (void)unused;
    trimming_make(&trimming);
    rig_sale(&trimming.rig, 1, "2026-11-20T12:00:00+01:00", "food", 30, "card");
    rig_sale(&trimming.rig, 3, "2026-11-20T12:00:00+01:00", "food", 10, "card");
    rig_event(&trimming.rig, Z_1_3);
    (void)rig_look(&trimming.rig);
    assert_int_equal(rig_draft(&trimming.rig, "v/2026-11-20/1")->problems.count, 0);
    rig_seal(&trimming.rig, "v/2026-11-20/1");
    (void)rig_look(&trimming.rig);
    trim_after(&trimming, 500);
    assert_int_equal(count(&trimming).receipts, 0);
    rig_sale(&trimming.rig, 2, "2026-11-20T12:00:00+01:00", "food", 7, "card");
    (void)rig_look(&trimming.rig);
    late = rig_draft(&trimming.rig, "v/2026-11-20/2");
    assert_non_null(late);
    same_codes("late", late, (const char *const[ROW_CODES]){ NULL });
    assert_int_equal(rig_line(late, 1570), 7);
    trimming_free(&trimming);
}

/* Nobody can say any more that it is the same: it is red on its own day, and booked by nobody but a person. */
static void what_was_trimmed_and_comes_again_is_a_conflict(void **unused)
{
    static struct trimming trimming;
    const struct draft *draft;

    (void)unused;
    trimming_make(&trimming);
    rig_config(&trimming.rig, "", "");
    for (int again = 0; again < 3; again++) {
        rig_sale(&trimming.rig, 1, again ? "2026-11-21T12:00:00+01:00" : "2026-11-20T12:00:00+01:00", "food", 30, "card");
        (void)rig_look(&trimming.rig);
        if (again)
            continue;
        rig_seal(&trimming.rig, "v/2026-11-20/1");
        (void)rig_look(&trimming.rig);
        trim_after(&trimming, 500);
    }
    draft = rig_draft(&trimming.rig, "v/2026-11-21/1");
    assert_non_null(draft);
    same_codes("trimmed", draft, (const char *const[ROW_CODES]){ "receipt-conflict" });
    has_words("trimmed", draft, PROBLEM_RECEIPT_CONFLICT, "(first: ?; then: 0,30 kr, 2026-11-21)");
    assert_int_equal(draft->problems.at[0].count, 1);        /* the second time it is known */
    assert_int_equal(draft->line_count, 0);
    trimming_free(&trimming);
}

/* An old day that is held needs receipts of another that is done. */
static void what_a_held_day_takes_back_is_not_trimmed(void **unused)
{
    static struct trimming trimming;
    struct rig *rig = &trimming.rig;

    (void)unused;
    trimming_make(&trimming);
    rig_config(rig, "", "");
    rig_event(rig, "\"register\":\"K1\",\"seq\":1,\"kind\":\"receipt\",\"time\":\"2024-11-20T12:00:00+01:00\",\"lines\":"
              "[{\"product_type\":\"food\",\"vat\":25,\"gross\":300}],\"payments\":[{\"type\":\"card\",\"amount\":100},"
              "{\"type\":\"cash\",\"amount\":200}]");
    rig_void(rig, 2, "2024-11-21T12:00:00+01:00", 1);
    (void)rig_look(rig);
    rig_seal(rig, "v/2024-11-20/1");
    (void)rig_look(rig);
    trim_after(&trimming, 500);
    (void)rig_look(rig);
    assert_int_equal(rig_line(rig_draft(rig, "v/2024-11-21/1"), 1570), -100);
    trimming_free(&trimming);
}

/* What is no longer kept cannot be built again, and that is said: an empty part must not end quietly. */
static void a_trimmed_day_that_is_reversed_says_so(void **unused)
{
    static struct trimming trimming;
    struct rig *rig = &trimming.rig;
    struct draft *sealed;

    (void)unused;
    trimming_make(&trimming);
    rig_config(rig, "", "");
    rig_sale(rig, 1, "2024-11-20T12:00:00+01:00", "food", 100, "card");
    (void)rig_look(rig);
    sealed = rig_draft(rig, "v/2024-11-20/1");
    rig_tell(rig, sealed, false);
    (void)rig_look(rig);
    trim_after(&trimming, 500);
    rig_tell(rig, sealed, true);
    (void)rig_look(rig);
    assert_true(rig_has_problem(rig_draft(rig, "v/2024-11-20/1"), PROBLEM_RECEIPTS_TRIMMED));
    trimming_free(&trimming);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_as_long_as_it_has_been_here),
        cmocka_unit_test(what_was_trimmed_is_not_missing),
        cmocka_unit_test(what_was_trimmed_and_comes_again_is_a_conflict),
        cmocka_unit_test(what_a_held_day_takes_back_is_not_trimmed),
        cmocka_unit_test(a_trimmed_day_that_is_reversed_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
