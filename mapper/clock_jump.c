#include "clock_jump.h"

#include "ranges.h"
#include "removal.h"

#include <string.h>

#include "domain/event_canonical.h"

/* Beyond these nothing is looked at: no till comes near. */
enum { LOOKED_AT_MAX = 200000, FALL_S = 24 * 3600 };

static void register_key(struct key *key, struct str venue, struct str reg)
{
    key_init(key);
    key_name(key, STR("clock"));
    key_name(key, venue);
    key_name(key, reg);
}

static void span_key(struct key *key, struct str venue, struct str reg, int32_t day)
{
    register_key(key, venue, reg);
    key_day(key, day);
}

static bool span_read(struct str value, uint64_t *ret_first, uint64_t *ret_last)
{
    size_t at = 0;

    return key_take_u64(value, &at, ret_first) && key_take_u64(value, &at, ret_last);
}

struct earlier { size_t prefix_len; const struct clock_span *span; clock_visit visit; void *context; };

static enum err earlier_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    const struct earlier *earlier = context;
    uint64_t first, last;
    int32_t day;
    size_t at = earlier->prefix_len;

    (void)txn;
    if (!key_take_day(key, &at, &day) || !span_read(value, &first, &last))
        return ERR_STORE_DAMAGED;
    if (day >= earlier->span->day)
        return ERR_STOP;
    return last > earlier->span->first ? earlier->visit(day, earlier->context) : ERR_OK;
}

static enum err keep_span(struct txn *txn, const struct clock_span *span, bool *ret_lowest)
{
    uint64_t first = UINT64_MAX, last = 0;
    struct key key, value;
    struct str there;
    enum err err;

    span_key(&key, span->venue, span->reg, span->day);
    err = store_get(txn, TABLE_META, key_str(&key), &there);
    if (!err && !span_read(there, &first, &last))
        return ERR_STORE_DAMAGED;
    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret_lowest = span->first < first;
    if (!err && first <= span->first && last >= span->last)
        return ERR_OK;
    key_init(&value);
    key_u64(&value, first < span->first ? first : span->first);
    key_u64(&value, last > span->last ? last : span->last);
    return store_put(txn, TABLE_META, key_str(&key), key_str(&value));
}

/* To the day before, times are compared: any number tells, and the highest time may come last. To days before that, only
 * the lowest number does. */
enum err clock_jump_note(struct txn *txn, const struct clock_span *span, clock_visit visit, void *context)
{
    struct earlier earlier = { .span = span, .visit = visit, .context = context };
    struct key prefix, from;
    bool lowest = false;
    enum err err = keep_span(txn, span, &lowest);

    if (err)
        return err;
    register_key(&prefix, span->venue, span->reg);
    earlier.prefix_len = prefix.len;
    from = prefix;
    if (!lowest)
        key_day(&from, span->day - 1);
    return store_walk(txn, TABLE_META, key_str(&prefix), key_str(&from), earlier_seen, &earlier);
}

enum err clock_jump_forget(struct txn *txn, struct str venue, struct str reg, int32_t day)
{
    struct key key;
    enum err err;

    span_key(&key, venue, reg, day);
    err = store_delete(txn, TABLE_META, key_str(&key));
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* One register of the day that is looked at. */
struct jump {
    struct completeness *completeness;
    const struct settlement_register *reg;
    size_t prefix_len, budget;
    uint64_t next_day;                   /* the lowest number of the day after: there, times are compared */
    uint64_t sure;                       /* the lowest number of a day after that: all above it fell by more than a day */
    int32_t sure_day;
    int64_t latest;                      /* time so far on the day after */
    int32_t said;                        /* the later day that is named */
    struct ranges ranges;
    struct { int32_t day; uint64_t found; } asked;
};

/* A receipt that a person has left out tells nothing, and is told by nothing. */
static enum err is_left_out(struct txn *txn, const struct jump *jump, uint64_t seq, bool *ret_out)
{
    uint64_t number;
    enum err err = removal_stands(txn, jump->completeness->venue->id, jump->reg->reg, SERIES_RECEIPTS, seq, &number);

    *ret_out = !err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err walk_receipts(struct txn *txn, struct jump *jump, uint64_t from, store_visit visit)
{
    struct key prefix, start;

    key_init(&prefix);
    key_name(&prefix, jump->completeness->venue->id);
    key_name(&prefix, jump->reg->reg);
    key_u32(&prefix, SERIES_RECEIPTS);
    jump->prefix_len = prefix.len;
    start = prefix;
    key_u64(&start, from);
    return store_walk(txn, TABLE_RECEIPTS, key_str(&prefix), key_str(&start), visit, jump);
}

/* The number and what is known of it, if it is a sale that nobody left out, within the register's last one. */
static enum err sale_of(struct txn *txn, struct jump *jump, struct str key, struct str value, uint64_t *ret_seq,
                        struct known *ret_known, bool *ret_fits)
{
    size_t at = jump->prefix_len;
    bool out;
    enum err err;

    *ret_fits = false;
    if (!key_take_u64(key, &at, ret_seq))
        return ERR_STORE_DAMAGED;
    if (*ret_seq > jump->reg->last_sale || jump->budget == 0)
        return ERR_STOP;
    jump->budget--;
    err = known_read(value, ret_known);
    if (!err)
        err = is_left_out(txn, jump, *ret_seq, &out);
    *ret_fits = !err && !out;
    return err;
}

static enum err first_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct jump *jump = context;
    struct known known;
    uint64_t seq;
    bool fits;
    enum err err = sale_of(txn, jump, key, value, &seq, &known, &fits);

    if (err || !fits || known.day != jump->asked.day)
        return err;
    jump->asked.found = seq;
    return ERR_STOP;
}

struct later { struct jump *jump; size_t prefix_len; };

/* A later day: from which of its numbers on is it told against this one? */
static enum err later_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    const struct later *later = context;
    struct jump *jump = later->jump;
    int32_t today = jump->completeness->day, day;
    uint64_t first, last;
    size_t at = later->prefix_len;
    struct known known;
    enum err err;

    if (!key_take_day(key, &at, &day) || !span_read(value, &first, &last))
        return ERR_STORE_DAMAGED;
    if (day <= today || first >= jump->reg->last_sale || first >= jump->sure)
        return ERR_OK;
    if (day == today + 1) {
        jump->next_day = first;
        return ERR_OK;
    }
    jump->asked.day = day;
    jump->asked.found = UINT64_MAX;
    err = known_get(txn, jump->completeness->venue->id, jump->reg->reg, SERIES_RECEIPTS, first, &known);
    if (err == ERR_NOT_FOUND)            /* trimmed: it was there */
        jump->asked.found = first;
    else if (!err)
        err = walk_receipts(txn, jump, first, first_seen);
    if (jump->asked.found < jump->sure) {
        jump->sure = jump->asked.found;
        jump->sure_day = day;
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err fallen_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct jump *jump = context;
    int32_t today = jump->completeness->day;
    struct event event;
    struct known known;
    uint64_t seq;
    bool fits, sure;
    enum err err = sale_of(txn, jump, key, value, &seq, &known, &fits);

    if (err || !fits || (known.day != today && known.day != today + 1))
        return err;
    if (event_decode(known.bytes, receipt_arena(), &event))
        return ERR_STORE_DAMAGED;
    if (event.kind != EVENT_RECEIPT && event.kind != EVENT_VOID)
        return ERR_OK;
    if (known.day != today) {
        if (seq >= jump->next_day && event.time > jump->latest)
            jump->latest = event.time;
        return ERR_OK;
    }
    sure = seq > jump->sure;
    if (!sure && (jump->latest == INT64_MIN || event.time >= jump->latest - FALL_S))
        return ERR_OK;
    if (jump->ranges.count == 0)
        jump->said = sure ? jump->sure_day : today + 1;
    return ranges_add(seq, seq, &jump->ranges);
}

static void say(const struct jump *jump)
{
    struct arena *arena = jump->completeness->arena;
    char day[16];
    struct problem problem = { PROBLEM_CLOCK_JUMP,
                               { jump->reg->reg, arena_copy(arena, str_of(jump->ranges.text)),
                                 arena_copy(arena, str_of(day_text(jump->said, day))) },
                               receipt_text(arena, jump->reg->reg, SERIES_RECEIPTS, jump->ranges.first),
                               jump->ranges.missing };

    problems_add(jump->completeness->problems, &problem);
}

static enum err check_register(struct txn *txn, struct completeness *completeness, const struct settlement_register *reg)
{
    struct jump *jump = arena_alloc(completeness->arena, sizeof *jump);
    struct later later = { .jump = jump };
    struct key prefix, start;
    enum err err;

    if (!jump)
        return ERR_MEMORY;
    *jump = (struct jump){ .completeness = completeness, .reg = reg, .budget = LOOKED_AT_MAX, .next_day = UINT64_MAX,
                           .sure = UINT64_MAX, .latest = INT64_MIN };
    register_key(&prefix, completeness->venue->id, reg->reg);
    later.prefix_len = prefix.len;
    start = prefix;
    key_day(&start, completeness->day + 1);
    err = store_walk(txn, TABLE_META, key_str(&prefix), key_str(&start), later_seen, &later);
    if (!err && (jump->sure != UINT64_MAX || jump->next_day != UINT64_MAX))
        err = walk_receipts(txn, jump, jump->next_day < reg->first ? jump->next_day : reg->first, fallen_seen);
    if (!err && jump->ranges.count)
        say(jump);
    return err;
}

enum err clock_jump_check(struct txn *txn, struct completeness *completeness)
{
    const struct settlement *settlement = completeness->settlement;
    enum err err = ERR_OK;

    if (!completeness->venue->saft.sequence)
        return ERR_OK;
    for (size_t i = 0; !err && i < settlement->register_count; i++)
        if (settlement->registers[i].sold)
            err = check_register(txn, completeness, &settlement->registers[i]);
    return err;
}
