/* Goal: whatever is parked, not sealed, in conflict or taken back by something that is not sealed is told to the log as
 * needed, and nothing else; a store that was lost needs all. */
#include "table_rig.h"

#include "mapper/asking.h"
#include "mapper/needed.h"
#include "mapper/schedule.h"

#define SALE(seq, day, gross, paid) \
    "\"register\":\"K1\",\"seq\":" #seq ",\"kind\":\"receipt\",\"time\":\"" day "T12:00:00+01:00\",\"customer\":\"kunde\"," \
    "\"lines\":[{\"product_type\":\"food\",\"vat\":25,\"gross\":" #gross "}],\"payments\":[{\"type\":\"" paid "\",\"amount\":" \
    #gross "}]"
#define VOID(seq, day, target) \
    "\"register\":\"K1\",\"seq\":" #seq ",\"kind\":\"void\",\"time\":\"" day "T13:00:00+01:00\",\"voids\":{\"register\":\"K1\"," \
    "\"seq\":" #target "}"
#define ALL UINT64_MAX

static uint64_t needed(struct rig *rig)
{
    uint64_t from = 4711;

    NEEDED(needed_from(rig->store, rig->config, venue_partition(STR("v"), rig->config->partitions), &rig->build_arena, &from));
    return from;
}

/* The first day's document is sealed before the rest comes. */
static const struct row {
    const char *why;
    const char *sealed[ROW_EVENTS];               /* sold on 2026-11-20 */
    const char *more[ROW_EVENTS];
    const char *seal[2];                 /* what is sealed then */
    uint64_t from;
} rows[] = {
    { "nothing came", { 0 }, { 0 }, { 0 }, ALL },
    { "all is sealed", { SALE(1, "2026-11-20", 5, "card"), SALE(2, "2026-11-20", 5, "card") }, { 0 }, { 0 }, ALL },
    { "a day that is not", { SALE(1, "2026-11-20", 5, "card"), SALE(2, "2026-11-20", 5, "card") },
      { SALE(3, "2026-11-21", 5, "card"), SALE(4, "2026-11-21", 5, "card") }, { 0 }, 2 },
    { "it is sealed as well", { SALE(1, "2026-11-20", 5, "card") }, { SALE(2, "2026-11-21", 5, "card") },
      { "v/2026-11-21/1" }, ALL },
    { "part 2", { SALE(1, "2026-11-20", 5, "card") }, { SALE(2, "2026-11-20", 5, "card") }, { 0 }, 1 },
    { "what an open day takes back", { SALE(1, "2026-11-20", 5, "card"), SALE(2, "2026-11-20", 5, "card") },
      { SALE(3, "2026-11-21", 9, "card"), VOID(4, "2026-11-21", 2) }, { 0 }, 1 },
    { "both contents of a conflict", { SALE(1, "2026-11-20", 5, "card"), SALE(2, "2026-11-20", 5, "card") },
      { SALE(2, "2026-11-21", 7, "card") }, { 0 }, 1 },
    { "an order that waits for its customer", { SALE(1, "2026-11-20", 5, "card"), SALE(2, "2026-11-20", 5, "credit") },
      { 0 }, { 0 }, 0 },
    { "it is sealed", { SALE(1, "2026-11-20", 5, "card"), SALE(2, "2026-11-20", 5, "credit") },
      { 0 }, { "v/order/K1/2" }, ALL },
};

static void needed_table(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rig rig;

        rig_make(&rig);
        rig_events(&rig, rows[i].sealed);
        (void)rig_look(&rig);
        if (rows[i].sealed[0])
            rig_seal(&rig, "v/2026-11-20/1");
        (void)rig_look(&rig);
        rig_events(&rig, rows[i].more);
        (void)rig_look(&rig);
        for (size_t n = 0; n < COUNT(rows[i].seal) && rows[i].seal[n]; n++)
            rig_seal(&rig, rows[i].seal[n]);
        (void)rig_look(&rig);
        if (needed(&rig) != rows[i].from)
            fail_msg("%s: needed from %" PRIu64, rows[i].why, needed(&rig));
        rig_free(&rig);
    }
}

/* Parked sales of two venues that nobody has set up, of whichever partition. */
static void parked(void **unused)
{
    struct rig rig;
    struct event event;
    struct fault fault = { "" };
    uint64_t from;

    (void)unused;
    rig_make(&rig);
    rig_sale(&rig, 1, "2026-11-20T12:00:00+01:00", "food", 5, "card");
    for (int i = 0; i < 4; i++) {
        char line[400];

        (void)snprintf(line, sizeof line, "{\"v\":1,\"venue\":\"%s\"," SALE(1, "2026-11-20", 5, "card") "}",
                       i % 2 ? "nord" : "ny");
        if (event_from_json(str_of(line), &rig.event_arena, &event, &fault))
            fail_msg("%s", fault.text);
        event.seq = (uint64_t)i + 1;
        rig_put(&rig, &event);
    }
    (void)rig_look(&rig);
    rig_seal(&rig, "v/2026-11-20/1");
    (void)rig_look(&rig);
    for (size_t i = 0; i < 2; i++) {
        static const char *const names[] = { "ny", "nord" };

        NEEDED(needed_from(rig.store, rig.config, venue_partition(str_of(names[i]), rig.config->partitions), &rig.build_arena,
                           &from));
        if (venue_partition(STR("ny"), rig.config->partitions) != venue_partition(STR("nord"), rig.config->partitions))
            assert_int_equal(from, i + 1);
    }
    rig_free(&rig);
}

/* One record that cannot be read. */
static enum err damage_work(struct txn *txn, void *context)
{
    struct key key;

    key_init(&key);
    key_name(&key, STR("v"));
    key_day(&key, *(const int32_t *)context);
    return store_put(txn, TABLE_DAYS, key_str(&key), STR("no settlement"));
}

/* Goal: one damaged day needs all of the log and is known to be damaged; it ends nothing, and no decision about its venue is
 * judged. */
static void a_damaged_day(void **unused)
{
    static const char *const events[] = { SALE(1, "2026-11-20", 5, "card"), SALE(2, "2026-11-21", 5, "card"), NULL };
    int32_t day = 20777;
    bool heard = true;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_events(&rig, events);
    (void)rig_look(&rig);
    assert_non_null(rig_draft(&rig, "v/2026-11-20/1"));
    rig_seal(&rig, "v/2026-11-20/1");
    assert_int_equal(needed(&rig), 1);
    NEEDED(store_write(rig.store, damage_work, &day));
    assert_int_equal(needed(&rig), 0);
    NEEDED(asking_heard(rig.store, STR("v"), 0, &rig.build_arena, &heard));
    assert_false(heard);
    rig_free(&rig);
}

static enum err whole_work(struct txn *txn, void *context)
{
    struct key key;

    key_init(&key);
    key_name(&key, STR("v"));
    key_day(&key, *(const int32_t *)context);
    return store_delete(txn, TABLE_DAYS, key_str(&key));
}

static enum err count_work(struct txn *txn, void *context)
{
    *(uint64_t *)context = store_count(txn, TABLE_PARKED);
    return ERR_OK;
}

static uint64_t parked_count(struct rig *rig)
{
    uint64_t count = 0;

    NEEDED(store_read(rig->store, count_work, &count));
    return count;
}

struct voids { struct rig *rig; int32_t day; uint64_t count; };

static enum err voids_work(struct txn *txn, void *context)
{
    struct voids *voids = context;
    struct settlement settlement;
    enum err err = settlement_load(txn, STR("v"), voids->day, &voids->rig->build_arena, &settlement);

    voids->count = err ? 0 : settlement.voids;
    return err;
}

static uint64_t voids_of(struct rig *rig, int32_t day)
{
    struct voids voids = { rig, day, 0 };

    arena_reset(&rig->build_arena);
    NEEDED(store_read(rig->store, voids_work, &voids));
    return voids.count;
}

static struct fold fold_what_is_parked(struct rig *rig)
{
    struct fold fold = { .config = rig->config, .arena = &rig->fold_arena,
                         .partition = venue_partition(STR("v"), rig->config->partitions) };

    NEEDED(fold_parked(&fold, rig->store));
    return fold;
}

/* Goal: what comes for a damaged day, or changes what was done there, waits and does nothing at all, not even half; all other
 * days go on, the log keeps it, the day is looked at, and all is folded when the day can be read. */
static void events_of_a_damaged_day(void **unused)
{
    static const char *const before[] = { SALE(1, "2026-11-20", 5, "card"), SALE(2, "2026-11-21", 7, "card"),
                                          VOID(5, "2026-11-20", 2), NULL };
    static const char *const after[] = { SALE(3, "2026-11-20", 9, "card"), SALE(4, "2026-11-21", 11, "card"),
                                         VOID(6, "2026-11-19", 2), SALE(3, "2026-11-20", 9, "card"), NULL };
    int32_t day = 20777;
    struct fold fold;
    struct rig rig;

    (void)unused;
    rig_make(&rig);
    rig_events(&rig, before);
    rig_fold(&rig);
    NEEDED(store_write(rig.store, damage_work, &day));
    rig_events(&rig, after);
    rig_fold(&rig);
    assert_int_equal(parked_count(&rig), 3);
    assert_int_equal(needed(&rig), 0);
    assert_int_equal(voids_of(&rig, day - 1), 0);
    fold = fold_what_is_parked(&rig);                            /* still damaged: each stays */
    assert_int_equal(fold.held, 3);
    assert_int_equal(fold.events, 0);
    assert_int_equal(fold.touched_count, 1);
    assert_int_equal(fold.touched[0].day, day);
    assert_int_equal(parked_count(&rig), 3);
    NEEDED(store_write(rig.store, whole_work, &day));            /* it can be read */
    fold = fold_what_is_parked(&rig);
    assert_int_equal(fold.held, 0);
    assert_int_equal(fold.events, 3);
    assert_int_equal(fold.duplicates, 1);
    assert_int_equal(parked_count(&rig), 0);
    assert_int_equal(voids_of(&rig, day - 1), 1);
    (void)rig_look(&rig);
    assert_int_equal(rig_line(rig_draft(&rig, "v/2026-11-21/1"), 1570), 18);
    rig_free(&rig);
}

/* Goal: how many days are damaged is known at any time. */
static void damaged_days_are_counted(void **unused)
{
    const struct day_due *first;
    struct schedule *schedule;
    struct day_due *due;

    (void)unused;
    NEEDED(schedule_open(&schedule));
    for (int32_t day = 1; day <= 3; day++) {
        due = schedule_put(schedule, STR("v"), day, 0);
        schedule_set_damaged(schedule, due, day > 1);
        schedule_set_damaged(schedule, due, day > 1);
    }
    assert_int_equal(schedule_damaged(schedule, &first), 2);
    assert_true(first->day > 1);
    schedule_set_damaged(schedule, schedule_find(schedule, STR("v"), 2), false);
    assert_int_equal(schedule_damaged(schedule, &first), 1);
    assert_int_equal(first->day, 3);
    schedule_drop(schedule, STR("v"), 3);
    assert_int_equal(schedule_damaged(schedule, &first), 0);
    assert_null(first);
    schedule_close(schedule);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(needed_table), cmocka_unit_test(a_damaged_day),
                                        cmocka_unit_test(events_of_a_damaged_day),
                                        cmocka_unit_test(damaged_days_are_counted), cmocka_unit_test(parked) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
