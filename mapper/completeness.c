#include "completeness.h"

#include "build.h"
#include "clock_jump.h"
#include "control.h"
#include "ranges.h"
#include "seen.h"
#include "share.h"
#include "run.h"
#include "domain/event_canonical.h"
#include "domain/register.h"
#include "zindex.h"

#include <inttypes.h>
#include <string.h>

/* Beyond these a day is held: no till comes near, and one venue's absurd reports must not keep the others waiting. */
enum { ZS_MAX = 2000, CONTROLLED_MAX = 200000 };

struct zs {
    struct event *at;
    struct str *truly;                   /* of each: the run it is of, wherever it rests (run.h) */
    size_t count, room;
    size_t budget;                       /* receipts that may still be added up */
    struct register_zs *registers;       /* as far as they were asked for */
    struct completeness *completeness;
};

/* All Z reports of one register, whatever their day, in order of time. */
struct register_zs { struct str reg; struct zmark *marks; size_t count; struct register_zs *next; };

void completeness_say(struct completeness *completeness, enum problem_code code, struct str first, struct str a, struct str b,
                struct str c, struct str d)
{
    struct problem problem = { code, { a, b, c, d }, first, 1 };

    if (completeness->problems)
        problems_add(completeness->problems, &problem);
}

static enum err z_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct zs *zs = context;
    struct known known;
    struct event event;
    enum err err;

    (void)place;
    if (zs->count == zs->room) {
        completeness_say(zs->completeness, PROBLEM_DAY_TOO_LARGE, STR_NONE, STR("Z"), STR_NONE, STR_NONE, STR_NONE);
        return ERR_STOP;
    }
    err = known_event(txn, zs->completeness->venue->id, effect->reg, effect->series, effect->seq, zs->completeness->arena,
                      &known, &event);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;                   /* trimmed: an old day to which something came late */
    if (err || event.kind != EVENT_Z_REPORT)
        return err;
    err = run_truly(txn, event.venue, event.reg, known.place, zs->completeness->arena, &zs->truly[zs->count]);
    zs->at[zs->count++] = event;
    return err;
}

static bool z_covers(const struct zs *zs, struct str reg, bool sold, uint64_t last_sale)
{
    for (size_t i = 0; i < zs->count; i++) {
        const struct z_report *z = &zs->at[i].z;

        if (!str_equal(sold ? zs->truly[i] : register_base(zs->at[i].reg), reg))
            continue;
        if (!sold || !z->has_range || (z->first_seq <= last_sale && last_sale <= z->last_seq))
            return true;
    }
    return false;
}

/* The Z report of the register that comes nearest to its last sale but ends before it. NULL: there is none. */
static const struct z_report *z_too_early(const struct zs *zs, const struct settlement_register *reg)
{
    const struct z_report *nearest = NULL;

    for (size_t i = 0; i < zs->count; i++) {
        const struct z_report *z = &zs->at[i].z;

        if (str_equal(zs->at[i].reg, reg->reg) && z->has_range && z->last_seq < reg->last_sale &&
            (!nearest || z->last_seq > nearest->last_seq))
            nearest = z;
    }
    return nearest;
}

/* The register's Z report of a day beside this one, where this day has none: it may have been meant for this day. */
static const struct zmark *z_elsewhere(const struct register_zs *all, int32_t day)
{
    const struct zmark *nearest = NULL;

    for (size_t i = 0; i < all->count; i++) {
        const struct zmark *mark = &all->marks[i];

        if (mark->day == day)
            return NULL;
        if (mark->day == day - 1 || mark->day == day + 1)
            nearest = mark;
    }
    return nearest;
}

static void say_z_missing(struct completeness *completeness, const struct zs *zs, const struct register_zs *all,
                          const struct settlement_register *reg)
{
    const struct z_report *z = z_too_early(zs, reg);
    const struct zmark *elsewhere = z ? NULL : z_elsewhere(all, completeness->day);
    struct arena *arena = completeness->arena;
    char day[16];
    struct problem problem = { PROBLEM_Z_MISSING, { reg->reg },
                               receipt_text(arena, reg->reg, SERIES_RECEIPTS, reg->last_sale), 1 };

    if (z) {
        problem.arg[1] = arena_format(arena, "%" PRIu64, z->number);
        problem.arg[2] = arena_format(arena, "%" PRIu64, z->last_seq);
        problem.arg[3] = arena_format(arena, "%" PRIu64, reg->last_sale);
    } else if (elsewhere) {
        problem.arg[1] = arena_format(arena, "%" PRIu64, elsewhere->number);
        problem.arg[4] = arena_copy(arena, str_of(day_text(elsewhere->day, day)));
    }
    if (completeness->problems)
        problems_add(completeness->problems, &problem);
}

/* In another day's Z report: nothing is missing, but the day closes only when it is over. Before a later one that begins
 * behind it: that is a gap between Z reports, and said as one. */
static bool z_elsewhere_holds(const struct register_zs *all, uint64_t seq)
{
    for (size_t i = 0; i < all->count; i++)
        if (zmark_holds(&all->marks[i], seq) || (all->marks[i].has_range && all->marks[i].first > seq))
            return true;
    return false;
}

static enum err register_zs(struct txn *txn, struct zs *zs, struct str reg, const struct register_zs **ret_all)
{
    struct arena *arena = zs->completeness->arena;
    struct register_zs *all = zs->registers;
    enum err err;

    while (all && !str_equal(all->reg, reg))
        all = all->next;
    if (!all) {
        all = arena_alloc(arena, sizeof *all);
        if (!all)
            return ERR_MEMORY;
        err = zindex_load(txn, zs->completeness->venue->id, reg, arena, &all->marks, &all->count);
        if (err)
            return err;
        all->reg = reg;
        all->next = zs->registers;
        zs->registers = all;
    }
    *ret_all = all;
    return ERR_OK;
}

static enum err check_register_zs(struct txn *txn, struct completeness *completeness, struct zs *zs,
                                  const struct settlement_register *reg)
{
    const struct register_zs *all;
    struct known known;
    struct str truly = reg->reg;
    enum err err;

    if (!reg->sold)
        return ERR_OK;
    err = known_get(txn, completeness->venue->id, reg->reg, SERIES_RECEIPTS, reg->last_sale, &known);
    if (!err)
        err = run_truly(txn, completeness->venue->id, reg->reg, known.place, completeness->arena, &truly);
    if (err && err != ERR_NOT_FOUND)
        return err;
    if (z_covers(zs, truly, true, reg->last_sale))
        return ERR_OK;
    err = register_zs(txn, zs, truly, &all);
    completeness->zs_there = false;
    if (!err && !z_elsewhere_holds(all, reg->last_sale))
        say_z_missing(completeness, zs, all, reg);
    return err;
}

static enum err check_zs_there(struct txn *txn, struct completeness *completeness, struct zs *zs)
{
    const struct venue *venue = completeness->venue;
    const struct settlement *settlement = completeness->settlement;
    enum err err = ERR_OK;

    completeness->zs_there = true;
    for (size_t i = 0; !err && i < settlement->register_count; i++)
        err = check_register_zs(txn, completeness, zs, &settlement->registers[i]);
    for (size_t i = 0; !err && i < venue->register_count; i++) {
        bool sold = false;

        for (size_t j = 0; j < settlement->register_count; j++)
            sold |= settlement->registers[j].sold &&
                    str_equal(register_base(settlement->registers[j].reg), venue->registers[i]);
        if (sold || z_covers(zs, venue->registers[i], false, 0))
            continue;
        completeness->zs_there = false;
        completeness_say(completeness, PROBLEM_Z_MISSING, STR_NONE, venue->registers[i], STR_NONE, STR_NONE, STR_NONE);
    }
    return err;
}

/* Where a register's numbers of this day begin and end, the Z reports' own ranges included. */
static void span_of(const struct settlement_register *reg, const struct zs *zs, uint64_t *first, uint64_t *last)
{
    *first = reg->first;
    *last = reg->last;
    for (size_t i = 0; i < zs->count; i++) {
        const struct z_report *z = &zs->at[i].z;

        if (!z->has_range || z->last_seq < z->first_seq || !str_equal(zs->at[i].reg, reg->reg))
            continue;
        if (z->first_seq < *first)
            *first = z->first_seq;
        if (z->last_seq > *last)
            *last = z->last_seq;
    }
}

static enum err check_gaps(struct txn *txn, struct completeness *completeness, const struct zs *zs)
{
    completeness->gapless = true;
    if (!completeness->venue->saft.sequence)
        return ERR_OK;
    for (size_t i = 0; i < completeness->settlement->register_count; i++) {
        const struct settlement_register *reg = &completeness->settlement->registers[i];
        struct ranges ranges = { .text = "" };
        struct problem problem = { PROBLEM_SEQUENCE_GAP, { reg->reg }, STR_NONE, 0 };
        uint64_t first, last;
        enum err err;

        span_of(reg, zs, &first, &last);
        err = seen_gaps(txn, completeness->venue->id, reg->reg, SERIES_RECEIPTS, first, last, ranges_add, &ranges);
        if (err)
            return err;
        if (ranges.count == 0)
            continue;
        completeness->gapless = false;
        problem.arg[1] = arena_copy(completeness->arena, str_of(ranges.text));
        problem.first = receipt_text(completeness->arena, reg->reg, SERIES_RECEIPTS, ranges.first);
        problem.count = ranges.missing;
        if (completeness->problems)
            problems_add(completeness->problems, &problem);
    }
    return ERR_OK;
}

/* --- between Z reports of one register, whatever their days --- */

static size_t place_of_z(const struct register_zs *all, const struct event *z)
{
    struct zmark self = { .time = z->time, .series = z->series, .seq = z->seq };
    size_t i = 0;

    while (i < all->count && zmark_compare(&all->marks[i], &self) < 0)
        i++;
    return i;
}

/* Against the Z before this one, by time: numbers and totals may start anew, and it is said on the day on which they do. */
static void check_grand_total(struct completeness *completeness, const struct register_zs *all, const struct event *z)
{
    struct arena *arena = completeness->arena;
    size_t place = place_of_z(all, z);
    struct money expected;
    enum err err = ERR_OK;

    if (!z->z.has_grand_total || place == 0 || !all->marks[place - 1].has_total)
        return;
    expected = all->marks[place - 1].total;
    for (size_t i = 0; !err && i < z->z.sales_by_vat_count; i++)
        err = money_add(expected, z->z.sales_by_vat[i].amount, &expected);
    if (err || expected.ore != z->z.grand_total.ore)
        completeness_say(completeness, PROBLEM_GRAND_TOTAL_BROKEN, STR_NONE, z->reg,
                         arena_format(arena, "%" PRIu64, z->z.number), build_kroner(arena, expected),
                         build_kroner(arena, z->z.grand_total));
}

/* A walk over a register's sales among some numbers. */
struct sales {
    struct completeness *completeness;
    const struct register_zs *all;
    struct str reg;
    size_t prefix_len;
    uint64_t to;
    size_t budget;
    bool any;                            /* only whether there is one */
    uint64_t found;
    uint64_t later_first;                /* the last Z report begins here */
    struct ranges ranges;
};

static bool in_any_z(const struct register_zs *all, uint64_t seq)
{
    for (size_t i = 0; i < all->count; i++)
        if (zmark_holds(&all->marks[i], seq))
            return true;
    return false;
}

static enum err sale_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct sales *sales = context;
    struct arena *arena = receipt_arena();
    struct event event;
    struct known known;
    struct str truly;
    size_t at = sales->prefix_len;
    uint64_t seq;
    enum err err;

    if (!key_take_u64(key, &at, &seq))
        return ERR_STORE_DAMAGED;
    if (seq > sales->to || sales->budget-- == 0)
        return ERR_STOP;
    if (!sales->any && (seq >= sales->later_first || in_any_z(sales->all, seq)))
        return ERR_OK;
    if (known_read(value, &known) || event_decode(known.bytes, arena, &event))
        return ERR_STORE_DAMAGED;
    if ((event.kind != EVENT_RECEIPT && event.kind != EVENT_VOID) || (!sales->any && known.day != sales->completeness->day))
        return ERR_OK;
    err = run_truly(txn, sales->completeness->venue->id, sales->reg, known.place, arena, &truly);
    if (err || !str_equal(truly, sales->reg))
        return err;                      /* it counts in its register's next run, among the Z reports there */
    sales->found = seq;
    return sales->any ? ERR_STOP : ranges_add(seq, seq, &sales->ranges);
}

static enum err walk_sales(struct txn *txn, struct sales *sales, struct str reg, uint64_t from)
{
    struct key prefix, start;

    key_init(&prefix);
    key_name(&prefix, sales->completeness->venue->id);
    key_name(&prefix, reg);
    key_u32(&prefix, SERIES_RECEIPTS);
    sales->prefix_len = prefix.len;
    sales->reg = reg;
    sales->budget = CONTROLLED_MAX;
    sales->found = UINT64_MAX;
    start = prefix;
    key_u64(&start, from);
    return store_walk(txn, TABLE_RECEIPTS, key_str(&prefix), key_str(&start), sale_seen, sales);
}

/* Receipts of this day in no Z report of the register, though there is one behind them. */
static enum err check_z_gaps(struct txn *txn, struct completeness *completeness, const struct register_zs *all,
                             const struct settlement_register *reg)
{
    struct sales *sales = arena_alloc(completeness->arena, sizeof *sales);
    struct problem problem = { PROBLEM_Z_GAP, { reg->reg }, STR_NONE, 0 };
    enum err err;

    if (!sales)
        return ERR_MEMORY;
    sales->completeness = completeness;
    sales->all = all;
    sales->to = reg->last_sale;
    for (size_t i = 0; i < all->count; i++) {
        if (!all->marks[i].ranged && all->marks[i].day >= completeness->day - 1 &&
            all->marks[i].day <= completeness->day + 1)
            return ERR_OK;               /* it does not say what it holds */
        if (all->marks[i].has_range && all->marks[i].first > sales->later_first)
            sales->later_first = all->marks[i].first;
    }
    err = walk_sales(txn, sales, reg->reg, reg->first);
    if (err || sales->ranges.count == 0)
        return err;
    problem.arg[1] = arena_copy(completeness->arena, str_of(sales->ranges.text));
    problem.first = receipt_text(completeness->arena, reg->reg, SERIES_RECEIPTS, sales->ranges.first);
    problem.count = sales->ranges.missing;
    problems_add(completeness->problems, &problem);
    return ERR_OK;
}

/* Receipts of an earlier Z report that this one holds as well: the later one is wrong, and its day is told, once. */
static enum err check_overlap(struct txn *txn, struct completeness *completeness, const struct register_zs *all,
                              const struct event *z)
{
    struct sales *sales = arena_alloc(completeness->arena, sizeof *sales);
    struct arena *arena = completeness->arena;
    size_t place = place_of_z(all, z);

    for (size_t i = 0; z->z.has_range && i < place; i++) {
        struct ranges both = { .len = 0 };
        const struct zmark *mark = &all->marks[i];
        uint64_t from = mark->first > z->z.first_seq ? mark->first : z->z.first_seq;
        enum err err;

        if (!sales)
            return ERR_MEMORY;
        if (!mark->has_range || z->z.last_seq < mark->first || mark->last < z->z.first_seq || z->z.last_seq < z->z.first_seq)
            continue;
        sales->completeness = completeness;
        sales->any = true;
        sales->to = mark->last < z->z.last_seq ? mark->last : z->z.last_seq;
        err = walk_sales(txn, sales, z->reg, from);
        if (err)
            return err;
        if (sales->found == UINT64_MAX)
            continue;
        if (ranges_add(from, sales->to, &both))
            return ERR_RANGE;            /* one range: never */
        completeness_say(completeness, PROBLEM_Z_OVERLAP, receipt_text(arena, z->reg, SERIES_RECEIPTS, sales->found),
                         z->reg, arena_format(arena, "%" PRIu64, z->z.number),
                         arena_format(arena, "%" PRIu64, mark->number),
                         arena_copy(arena, str_of(both.text)));
        return ERR_OK;
    }
    return ERR_OK;
}

static enum err check_between(struct txn *txn, struct zs *zs)
{
    struct completeness *completeness = zs->completeness;
    const struct settlement *settlement = completeness->settlement;
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < zs->count; i++) {
        const struct register_zs *all;

        if (!str_equal(zs->truly[i], zs->at[i].reg))
            continue;                    /* those beside it are under another name */
        err = register_zs(txn, zs, zs->at[i].reg, &all);
        if (!err)
            err = check_overlap(txn, completeness, all, &zs->at[i]);
        if (!err)
            check_grand_total(completeness, all, &zs->at[i]);
    }
    for (size_t i = 0; !err && i < settlement->register_count; i++) {
        const struct register_zs *all;

        if (!settlement->registers[i].sold)
            continue;
        err = register_zs(txn, zs, settlement->registers[i].reg, &all);
        if (!err)
            err = check_z_gaps(txn, completeness, all, &settlement->registers[i]);
    }
    return err;
}

enum err completeness_check(struct txn *txn, struct completeness *completeness)
{
    struct zs zs = { .completeness = completeness, .budget = CONTROLLED_MAX,
                     .room = completeness->settlement->zs < ZS_MAX ? completeness->settlement->zs : ZS_MAX };
    enum err err;

    zs.at = arena_array(completeness->arena, zs.room, sizeof *zs.at);
    zs.truly = arena_array(completeness->arena, zs.room, sizeof *zs.truly);
    if (!zs.at || !zs.truly)
        return ERR_MEMORY;
    err = effect_walk(txn, completeness->venue->id, completeness->day, EFFECT_Z, 0, UINT64_MAX, z_seen, &zs);
    completeness->zs_there = true;
    if (!err)
        err = check_gaps(txn, completeness, &zs);
    if (!err && completeness->problems)
        err = clock_jump_check(txn, completeness);
    if (err || completeness->venue->close != CLOSE_Z_REPORT)
        return err;
    if (zs.count == zs.room)             /* else some are trimmed, and were there when the day was sent */
        err = check_zs_there(txn, completeness, &zs);
    for (size_t i = 0; completeness->problems && !err && i < zs.count; i++)
        err = control_z(txn, completeness, &zs.budget, &zs.at[i], zs.truly[i]);
    return err || !completeness->problems ? err : check_between(txn, &zs);
}
