/* Goal: the events of several partitions are folded in one commit, each with its own offset; of one that fails nothing is there;
 * and partitions give the same days, whether they are folded together or each alone. */
#include "tests/mapper/mapper_rig.h"

#include "base/wire.h"

enum { FOLDS = 4 };

struct part { struct strbuf bytes; size_t count; };

static struct rig rig;

static int start(void **unused)
{
    (void)unused;
    rig_make(&rig);
    return 0;
}

static int stop(void **unused)
{
    (void)unused;
    rig_free(&rig);
    return 0;
}

/* Receipts of the venue's registers, dealt to partitions as if these were of other venues: a fold looks at its own only. */
static void deal(struct part parts[FOLDS])
{
    for (int i = 0; i < FOLDS; i++) {
        strbuf_init(&parts[i].bytes, 1 << 20);
        parts[i].count = 0;
    }
    for (unsigned seq = 1; seq <= 40; seq++) {
        rig_sale(&rig, seq, "2026-11-20T12:00:00+01:00", "food", 1000 + seq, "card");
        strbuf_add(&parts[seq % FOLDS].bytes, strbuf_str(&rig.waiting));
        parts[seq % FOLDS].count++;
        rig.waiting_count = 0;
        strbuf_reset(&rig.waiting);
    }
}

static void folds_of(struct part parts[FOLDS], struct fold folds[FOLDS])
{
    for (uint32_t i = 0; i < FOLDS; i++) {
        folds[i] = (struct fold){ .config = rig.config, .arena = &rig.fold_arena, .now_ms = rig.now_ms - 86400000,
                                  .partition = i, .count = parts[i].count };
        NEEDED(fold_offset(rig.store, i, &folds[i].first));
        reader_init(&folds[i].bytes, strbuf_str(&parts[i].bytes));
    }
}

static uint64_t offset(uint32_t partition)
{
    uint64_t offset = 99;

    NEEDED(fold_offset(rig.store, partition, &offset));
    return offset;
}

static int64_t sold(void)
{
    struct draft *draft;

    assert_int_equal(rig_look_as(&rig, true), 1);
    draft = rig_draft(&rig, "v/2026-11-20/1");
    assert_non_null(draft);
    return draft->total.ore;
}

static void one_commit(void **unused)
{
    struct part parts[FOLDS];
    struct fold folds[FOLDS];
    uint64_t before = store_generation(rig.store);

    (void)unused;
    deal(parts);
    folds_of(parts, folds);
    NEEDED(fold_together(folds, FOLDS, rig.store));
    assert_int_equal(store_generation(rig.store), before + 1);
    for (uint32_t i = 0; i < FOLDS; i++) {
        assert_int_equal(offset(i), 10);
        assert_int_equal(folds[i].events, 10);
        assert_int_equal(folds[i].touched_count, 1);
    }
    assert_int_equal(sold(), 40 * 1000 + 40 * 41 / 2);
    for (int i = 0; i < FOLDS; i++)
        strbuf_free(&parts[i].bytes);
}

static void alone_is_the_same(void **unused)
{
    struct part parts[FOLDS];
    struct fold folds[FOLDS];

    (void)unused;
    deal(parts);
    folds_of(parts, folds);
    for (int i = FOLDS; i-- > 0;)
        NEEDED(fold_together(&folds[i], 1, rig.store));
    assert_int_equal(sold(), 40 * 1000 + 40 * 41 / 2);
    for (int i = 0; i < FOLDS; i++)
        strbuf_free(&parts[i].bytes);
}

/* Bytes that are no events behind good ones: not even the other partitions' are there. */
static void all_or_nothing(void **unused)
{
    struct part parts[FOLDS];
    struct fold folds[FOLDS];
    uint64_t before = store_generation(rig.store);

    (void)unused;
    deal(parts);
    parts[FOLDS - 1].count++;
    folds_of(parts, folds);
    assert_int_equal(fold_together(folds, FOLDS, rig.store), ERR_FORMAT);
    assert_int_equal(store_generation(rig.store), before);
    for (uint32_t i = 0; i < FOLDS; i++)
        assert_int_equal(offset(i), 0);
    assert_int_equal(rig_look_as(&rig, true), 0);
    for (int i = 0; i < FOLDS; i++)
        strbuf_free(&parts[i].bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_commit, start, stop),
        cmocka_unit_test_setup_teardown(alone_is_the_same, start, stop),
        cmocka_unit_test_setup_teardown(all_or_nothing, start, stop),
    };

    return cmocka_run_group_tests_name("together", tests, NULL, NULL);
}
