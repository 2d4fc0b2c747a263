#include "table_rig.h"

#include "mapper/fold_inside.h"
#include "mapper/seen.h"

enum { OTHERS = 500 };

struct numbers {
    const uint64_t *add;
    size_t count;
    uint64_t first, last;
    char gaps[4096];
    size_t len, again;
    bool in_fold;                        /* as a fold adds them: what rises is kept in memory until its end */
    unsigned seed;                       /* of other registers, that come between: more than a fold keeps at a time */
    bool others[OTHERS][5];              /* which of their numbers came */
};

static enum err gap_noted(uint64_t from, uint64_t to, void *context)
{
    struct numbers *numbers = context;

    numbers->len += (size_t)snprintf(numbers->gaps + numbers->len, sizeof numbers->gaps - numbers->len,
                                     "%" PRIu64 "-%" PRIu64 " ", from, to);
    return ERR_OK;
}

/* What is above all that was seen is new, without a look at what is known. */
static enum err add_one(struct folding *work, struct str reg, uint64_t seq)
{
    const struct event event = { .venue = STR("v"), .reg = reg, .seq = seq };
    bool above = false;
    enum err err = fold_is_above(work, &event, &above);

    if (!err)
        err = fold_add_number(work, &event);
    assert_false(above && err == ERR_EXISTS);
    return err;
}

static enum err add_other(struct folding *work, struct numbers *numbers)
{
    int which = rand_r(&numbers->seed) % OTHERS, seq = rand_r(&numbers->seed) % 5;
    enum err err = add_one(work, arena_format(work->fold->arena, "X%d", which), (uint64_t)seq);

    if (err && err != ERR_EXISTS)
        return err;
    assert_int_equal(err == ERR_EXISTS, numbers->others[which][seq]);
    numbers->others[which][seq] = true;
    return ERR_OK;
}

static enum err add_work(struct txn *txn, void *context)
{
    struct numbers *numbers = context;
    struct arena arena;
    struct fold fold = { .arena = &arena };
    struct folding work = { .fold = &fold, .txn = txn, .in_order = numbers->in_fold };
    enum err err = ERR_OK;

    arena_init(&arena, 1 << 20);
    for (size_t i = 0; !err && i < numbers->count; i++) {
        err = add_one(&work, STR("K1"), numbers->add[i]);
        numbers->again += err == ERR_EXISTS;
        if (err == ERR_EXISTS)
            err = ERR_OK;
        for (int other = 0; !err && numbers->seed && other < 20; other++)
            err = add_other(&work, numbers);
    }
    if (!err)
        err = fold_write_numbers(&work);
    arena_free(&arena);
    return err ? err : seen_gaps(txn, STR("v"), STR("K1"), 0, numbers->first, numbers->last, gap_noted, numbers);
}


/* Goal: the numbers of a register are intervals: each is new once, and gaps are exactly what is missing. */
static void gaps_table(void **unused)
{
    static const struct {
        const char *why;
        uint64_t add[10];
        size_t count;
        uint64_t first, last;
        const char *gaps;
        size_t again;
    } rows[] = {
        { "none missing", { 1, 2, 3 }, 3, 1, 3, "", 0 },
        { "out of order", { 3, 1, 2 }, 3, 1, 3, "", 0 },
        { "one missing", { 1, 3 }, 2, 1, 3, "2-2 ", 0 },
        { "a gap is closed from both sides", { 1, 5, 3, 2, 4 }, 5, 1, 5, "", 0 },
        { "several gaps", { 1, 4, 5, 9 }, 4, 1, 9, "2-3 6-8 ", 0 },
        { "twice is known", { 1, 2, 2, 1 }, 4, 1, 2, "", 2 },
        { "inside an interval is known", { 1, 2, 3, 2 }, 4, 1, 3, "", 1 },
        { "missing after the last", { 1, 2 }, 2, 1, 4, "3-4 ", 0 },
        { "missing before the first, as a lower one was seen", { 1, 7, 8 }, 3, 7, 8, "2-6 ", 0 },
        { "a register that begins at 7", { 7, 8 }, 2, 7, 8, "", 0 },
        { "nothing but a Z's range", { 0 }, 0, 5, 6, "5-6 ", 0 },
        { "the largest number", { UINT64_MAX, UINT64_MAX - 1 }, 2, UINT64_MAX - 1, UINT64_MAX, "", 0 },
        { "number 0", { 0, 1 }, 2, 0, 1, "", 0 },
        { "an empty range", { 1, 9 }, 2, 5, 4, "", 0 },
    };

    (void)unused;
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        size_t at = i / 2;
        struct numbers numbers = { rows[at].add, rows[at].count, rows[at].first, rows[at].last, .in_fold = i % 2 };
        struct rig rig;

        rig_make(&rig);
        NEEDED(store_write(rig.store, add_work, &numbers));
        if (strcmp(numbers.gaps, rows[at].gaps) != 0 || numbers.again != rows[at].again)
            fail_msg("%s: gaps \"%s\", must be \"%s\"; %zu were known", rows[at].why, numbers.gaps, rows[at].gaps,
                     numbers.again);
        rig_free(&rig);
    }
}

/* Goal: the same against a plain table of bits, for many random orders. */
static void random_numbers(void **unused)
{
    enum { NUMBERS = 60 };
    unsigned seed = 20261120;

    (void)unused;
    for (int round = 0; round < 50; round++) {
        uint64_t add[NUMBERS];
        bool there[NUMBERS + 2] = { false };
        struct numbers numbers = { .add = add, .count = NUMBERS / 2, .first = 1, .last = NUMBERS,
                                   .in_fold = round % 2, .seed = (unsigned)round };
        struct numbers must_be = { .gaps = "" };
        size_t known = 0;
        struct rig rig;

        for (size_t i = 0; i < numbers.count; i++) {
            add[i] = (uint64_t)rand_r(&seed) % NUMBERS + 1;
            known += there[add[i]];
            there[add[i]] = true;
        }
        for (uint64_t from = 1; from <= NUMBERS; from++) {
            uint64_t to = from;

            if (there[from])
                continue;
            while (to < NUMBERS && !there[to + 1])
                to++;
            assert_int_equal(gap_noted(from, to, &must_be), ERR_OK);
            from = to;
        }
        rig_make(&rig);
        NEEDED(store_write(rig.store, add_work, &numbers));
        if (strcmp(numbers.gaps, must_be.gaps) != 0 || numbers.again != known)
            fail_msg("round %d: gaps \"%s\", must be \"%s\"", round, numbers.gaps, must_be.gaps);
        rig_free(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gaps_table), cmocka_unit_test(random_numbers) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
