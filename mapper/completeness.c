#include "completeness.h"

#include "seen.h"
#include "share.h"
#include "claim.h"
#include "run.h"
#include "domain/register.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Beyond these a day is held: no till comes near, and one venue's absurd reports must not keep the others waiting. */
enum { ZS_MAX = 2000, RANGES_TEXT_MAX = 200, RANGES_MAX = 100000, CONTROLLED_MAX = 200000 };

struct zs {
    struct event *at;
    size_t count, room;
    size_t budget;                       /* receipts that may still be added up */
    struct completeness *completeness;
};

static void say(struct completeness *completeness, enum problem_code code, struct str first, struct str a, struct str b,
                struct str c, struct str d)
{
    struct problem problem = { code, { a, b, c, d }, first, 1 };

    if (completeness->problems)
        problems_add(completeness->problems, &problem);
}

static struct str kroner(struct arena *arena, struct money amount)
{
    char buffer[MONEY_TEXT_SIZE];

    return arena_copy(arena, str_of(money_kroner(amount, buffer)));
}

static enum err z_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct zs *zs = context;
    struct known known;
    struct event event;
    enum err err;

    (void)place;
    if (zs->count == zs->room) {
        say(zs->completeness, PROBLEM_DAY_TOO_LARGE, STR_NONE, STR("Z"), STR_NONE, STR_NONE, STR_NONE);
        return ERR_STOP;
    }
    err = known_event(txn, zs->completeness->venue->id, effect->reg, effect->series, effect->seq, zs->completeness->arena,
                      &known, &event);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;                   /* trimmed: an old day to which something came late */
    if (!err && event.kind == EVENT_Z_REPORT)
        zs->at[zs->count++] = event;
    return err;
}

static bool z_covers(const struct zs *zs, struct str reg, bool sold, uint64_t last_sale)
{
    for (size_t i = 0; i < zs->count; i++) {
        const struct z_report *z = &zs->at[i].z;

        if (!str_equal(sold ? zs->at[i].reg : register_base(zs->at[i].reg), reg))
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

static void say_z_missing(struct completeness *completeness, const struct zs *zs, const struct settlement_register *reg)
{
    const struct z_report *z = z_too_early(zs, reg);
    struct arena *arena = completeness->arena;

    say(completeness, PROBLEM_Z_MISSING, receipt_text(arena, reg->reg, SERIES_RECEIPTS, reg->last_sale), reg->reg,
        z ? arena_format(arena, "%" PRIu64, z->number) : STR_NONE,
        z ? arena_format(arena, "%" PRIu64, z->last_seq) : STR_NONE,
        z ? arena_format(arena, "%" PRIu64, reg->last_sale) : STR_NONE);
}

static void check_zs_there(struct completeness *completeness, const struct zs *zs)
{
    const struct venue *venue = completeness->venue;
    const struct settlement *settlement = completeness->settlement;

    completeness->zs_there = true;
    for (size_t i = 0; i < settlement->register_count; i++) {
        const struct settlement_register *reg = &settlement->registers[i];

        if (!reg->sold || z_covers(zs, reg->reg, true, reg->last_sale))
            continue;
        completeness->zs_there = false;
        say_z_missing(completeness, zs, reg);
    }
    for (size_t i = 0; i < venue->register_count; i++) {
        bool sold = false;

        for (size_t j = 0; j < settlement->register_count; j++)
            sold |= settlement->registers[j].sold &&
                    str_equal(register_base(settlement->registers[j].reg), venue->registers[i]);
        if (sold || z_covers(zs, venue->registers[i], false, 0))
            continue;
        completeness->zs_there = false;
        say(completeness, PROBLEM_Z_MISSING, STR_NONE, venue->registers[i], STR_NONE, STR_NONE, STR_NONE);
    }
}

struct ranges { char text[RANGES_TEXT_MAX]; size_t len; uint64_t first, missing; size_t count; };

static enum err gap_seen(uint64_t from, uint64_t to, void *context)
{
    struct ranges *ranges = context;
    size_t room = sizeof ranges->text - ranges->len;
    int len = from == to ? snprintf(ranges->text + ranges->len, room, "%s%" PRIu64, ranges->count ? ", " : "", from)
                         : snprintf(ranges->text + ranges->len, room, "%s%" PRIu64 "-%" PRIu64,
                                    ranges->count ? ", " : "", from, to);

    if (ranges->count == 0)
        ranges->first = from;
    ranges->count++;
    ranges->missing += to - from + 1;
    if (len > 0 && (size_t)len < room)
        ranges->len += (size_t)len;
    else
        ranges->text[ranges->len] = '\0';        /* the bound on the text: the count still says how many */
    return ranges->count >= RANGES_MAX ? ERR_STOP : ERR_OK;
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
        err = seen_gaps(txn, completeness->venue->id, reg->reg, SERIES_RECEIPTS, first, last, gap_seen, &ranges);
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

/* Signed sums of a register's receipts and voids in a Z report's range. */
struct control {
    struct completeness *completeness;
    size_t *budget;
    const struct event *z;
    size_t prefix_len;
    struct z_vat_sum vat[EVENT_Z_SUMS_MAX];
    size_t vat_count;
    struct payment payments[EVENT_Z_SUMS_MAX];
    size_t payment_count;
    bool too_large;
};

static void control_vat(struct control *control, int32_t rate, struct money amount, bool negative)
{
    size_t i = 0;

    while (i < control->vat_count && control->vat[i].vat != rate)
        i++;
    if (i == EVENT_Z_SUMS_MAX) {
        control->too_large = true;
        return;
    }
    if (i == control->vat_count)
        control->vat[control->vat_count++] = (struct z_vat_sum){ rate, { 0 } };
    if (negative ? money_subtract(control->vat[i].amount, amount, &control->vat[i].amount)
                 : money_add(control->vat[i].amount, amount, &control->vat[i].amount))
        control->too_large = true;
}

static void control_payment(struct control *control, struct str type, struct money amount, bool negative)
{
    size_t i = 0;

    while (i < control->payment_count && !str_equal(control->payments[i].type, type))
        i++;
    if (i == EVENT_Z_SUMS_MAX) {
        control->too_large = true;
        return;
    }
    if (i == control->payment_count)
        control->payments[control->payment_count++] =
            (struct payment){ arena_copy(control->completeness->arena, type), { 0 } };
    if (negative ? money_subtract(control->payments[i].amount, amount, &control->payments[i].amount)
                 : money_add(control->payments[i].amount, amount, &control->payments[i].amount))
        control->too_large = true;
}

static void control_receipt(struct control *control, const struct event *receipt, bool negative)
{
    for (size_t i = 0; i < receipt->line_count; i++)
        control_vat(control, receipt->lines[i].vat, receipt->lines[i].gross, negative);
    for (size_t i = 0; i < receipt->payment_count; i++)
        control_payment(control, receipt->payments[i].type, receipt->payments[i].amount, negative);
}

static enum err control_event(struct txn *txn, struct control *control, const struct event *event, struct arena *arena)
{
    struct known target;
    struct event receipt;
    bool effective;
    enum err err;

    if (event->kind == EVENT_RECEIPT)
        control_receipt(control, event, false);
    if (event->kind != EVENT_VOID)
        return ERR_OK;
    err = claim_is_effective(txn, event, &effective);
    if (err || !effective)
        return err;
    err = known_event(txn, event->venue, event->voids.reg, SERIES_RECEIPTS, event->voids.seq, arena, &target, &receipt);
    if (!err)
        control_receipt(control, &receipt, true);
    return err == ERR_NOT_FOUND ? ERR_OK : err;      /* trimmed: the Z report differs then, and that is said */
}

static enum err control_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct control *control = context;
    struct arena *arena = receipt_arena();
    struct reader in;
    struct event event;
    uint64_t seq, place;
    size_t at = control->prefix_len;
    enum err err;

    if (!key_take_u64(key, &at, &seq))
        return ERR_STORE_DAMAGED;
    if (seq > control->z->z.last_seq || *control->budget == 0)
        return ERR_STOP;
    --*control->budget;
    reader_init(&in, value);
    if (take_array(&in, 5) != 5)
        return ERR_STORE_DAMAGED;
    place = take_uint(&in);
    (void)take_int(&in);
    (void)take_bool(&in);
    (void)take_bin(&in, 16);
    err = event_decode(take_bin(&in, EVENT_BYTES_MAX), arena, &event);
    if (!err)
        err = run_adopt(txn, &event, control->z->reg, place, arena);
    return err ? err : control_event(txn, control, &event, arena);
}

static struct str difference(struct arena *arena, struct money z, struct money receipts)
{
    return arena_format(arena, STR_FMT " / " STR_FMT, STR_ARG(kroner(arena, z)), STR_ARG(kroner(arena, receipts)));
}

static struct money z_vat_amount(const struct z_report *z, int32_t rate)
{
    for (size_t i = 0; i < z->sales_by_vat_count; i++)
        if (z->sales_by_vat[i].vat == rate)
            return z->sales_by_vat[i].amount;
    return (struct money){ 0 };
}

static struct money z_payment_amount(const struct z_report *z, struct str type)
{
    for (size_t i = 0; i < z->payment_count; i++)
        if (str_equal(z->payments[i].type, type))
            return z->payments[i].amount;
    return (struct money){ 0 };
}

static void control_judge(struct control *control)
{
    struct completeness *completeness = control->completeness;
    struct arena *arena = completeness->arena;
    const struct event *event = control->z;
    struct str number = arena_format(arena, "%" PRIu64, event->z.number);
    struct str first = receipt_text(arena, event->reg, SERIES_RECEIPTS, event->z.first_seq);
    char rate[16];

    for (size_t i = 0; i < event->z.sales_by_vat_count; i++)     /* so that both sides have every key */
        control_vat(control, event->z.sales_by_vat[i].vat, (struct money){ 0 }, false);
    for (size_t i = 0; i < event->z.payment_count; i++)
        control_payment(control, event->z.payments[i].type, (struct money){ 0 }, false);
    for (size_t i = 0; i < control->vat_count; i++) {
        struct money z = z_vat_amount(&event->z, control->vat[i].vat);

        if (z.ore != control->vat[i].amount.ore)
            say(completeness, PROBLEM_Z_DIFFERS, first,
                arena_format(arena, STR_FMT, STR_ARG(event->reg)), number,
                arena_format(arena, "%s %%", rate_text(control->vat[i].vat, rate)),
                difference(arena, z, control->vat[i].amount));
    }
    for (size_t i = 0; i < control->payment_count; i++) {
        struct money z = z_payment_amount(&event->z, control->payments[i].type);

        if (z.ore != control->payments[i].amount.ore)
            say(completeness, PROBLEM_Z_DIFFERS, first, event->reg, number, control->payments[i].type,
                difference(arena, z, control->payments[i].amount));
    }
    if (control->too_large)
        say(completeness, PROBLEM_AMOUNT_RANGE, first, arena_format(arena, "Z " STR_FMT, STR_ARG(number)), STR_NONE,
            STR_NONE, STR_NONE);
}

static enum err check_z(struct txn *txn, struct zs *zs, const struct event *z)
{
    struct completeness *completeness = zs->completeness;
    struct control *control = arena_alloc(completeness->arena, sizeof *control);
    struct key prefix, start;
    enum err err = ERR_OK;

    if (!control)
        return ERR_MEMORY;
    if (!z->z.has_range || zs->budget == 0)
        return ERR_OK;
    control->completeness = completeness;
    control->budget = &zs->budget;
    control->z = z;
    key_init(&prefix);
    key_name(&prefix, z->venue);
    key_name(&prefix, z->reg);
    key_u32(&prefix, SERIES_RECEIPTS);
    control->prefix_len = prefix.len;
    start = prefix;
    key_u64(&start, z->z.first_seq);
    if (z->z.first_seq <= z->z.last_seq)             /* else it says that nothing was sold: its sums must be 0 */
        err = store_walk(txn, TABLE_RECEIPTS, key_str(&prefix), key_str(&start), control_seen, control);
    if (!err && zs->budget == 0)
        say(completeness, PROBLEM_DAY_TOO_LARGE, STR_NONE, arena_format(completeness->arena, "Z %" PRIu64, z->z.number),
            STR_NONE, STR_NONE, STR_NONE);
    else if (!err)
        control_judge(control);
    return err;
}

/* The Z before this one, by number. */
static enum err z_before(struct txn *txn, struct completeness *completeness, const struct event *z, struct event *ret_before)
{
    struct str found, value;
    struct key prefix, key;
    struct known known;
    uint32_t series;
    uint64_t seq;
    size_t at = 0;
    enum err err;

    if (z->z.number == 0)
        return ERR_NOT_FOUND;
    key_init(&prefix);
    key_name(&prefix, z->venue);
    key_name(&prefix, z->reg);
    key = prefix;
    key_u64(&key, z->z.number - 1);
    err = store_floor(txn, TABLE_ZS, key_str(&prefix), key_str(&key), &found, &value);
    if (err)
        return err;
    if (!key_take_u32(value, &at, &series) || !key_take_u64(value, &at, &seq))
        return ERR_STORE_DAMAGED;
    return known_event(txn, z->venue, z->reg, series, seq, completeness->arena, &known, ret_before);
}

static enum err check_grand_total(struct txn *txn, struct completeness *completeness, const struct event *z)
{
    struct arena *arena = completeness->arena;
    struct event before;
    struct money expected;
    enum err err;

    if (!z->z.has_grand_total)
        return ERR_OK;
    err = z_before(txn, completeness, z, &before);
    if (err || !before.z.has_grand_total)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    expected = before.z.grand_total;
    for (size_t i = 0; !err && i < z->z.sales_by_vat_count; i++)
        err = money_add(expected, z->z.sales_by_vat[i].amount, &expected);
    if (err || expected.ore != z->z.grand_total.ore)
        say(completeness, PROBLEM_GRAND_TOTAL_BROKEN, STR_NONE, z->reg, arena_format(arena, "%" PRIu64, z->z.number),
            kroner(arena, expected), kroner(arena, z->z.grand_total));
    return ERR_OK;
}

enum err completeness_check(struct txn *txn, struct completeness *completeness)
{
    struct zs zs = { .completeness = completeness, .budget = CONTROLLED_MAX,
                     .room = completeness->settlement->zs < ZS_MAX ? completeness->settlement->zs : ZS_MAX };
    enum err err;

    zs.at = arena_array(completeness->arena, zs.room, sizeof *zs.at);
    if (!zs.at)
        return ERR_MEMORY;
    err = effect_walk(txn, completeness->venue->id, completeness->day, EFFECT_Z, 0, UINT64_MAX, z_seen, &zs);
    completeness->zs_there = true;
    if (!err)
        err = check_gaps(txn, completeness, &zs);
    if (err || completeness->venue->close != CLOSE_Z_REPORT)
        return err;
    if (zs.count == zs.room)             /* else some are trimmed, and were there when the day was sent */
        check_zs_there(completeness, &zs);
    for (size_t i = 0; completeness->problems && !err && i < zs.count; i++) {
        err = check_z(txn, &zs, &zs.at[i]);
        if (!err)
            err = check_grand_total(txn, completeness, &zs.at[i]);
    }
    return err;
}
