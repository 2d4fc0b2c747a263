#include "fold_inside.h"

#include "arrival.h"
#include "base/killpoint.h"

#include <string.h>

static enum err load_day(struct folding *work, struct str venue, int32_t day, struct open_settlement **ret_open)
{
    struct arena *arena = work->fold->arena;
    struct open_settlement *open;
    enum err err;

    if (work->count == work->room) {
        size_t room = work->room ? work->room * 2 : 64;
        struct open_settlement **days = arena_array(arena, room, sizeof(struct open_settlement *));

        if (!days)
            return ERR_MEMORY;
        if (work->count)
            memcpy(days, work->days, work->count * sizeof *days);
        work->days = days;
        work->room = room;
    }
    open = arena_alloc(arena, sizeof *open);
    if (!open)
        return ERR_MEMORY;
    *open = (struct open_settlement){ .venue = arena_copy(arena, venue), .day = day };
    err = settlement_load(work->txn, venue, day, arena, &open->state);
    open->damaged = err == ERR_STORE_DAMAGED;        /* remembered: somebody must look at it */
    if (!err || open->damaged)
        *ret_open = work->days[work->count++] = open;
    return err;
}

static bool is_day(const struct open_settlement *open, struct str venue, int32_t day)
{
    return open && open->day == day && str_equal(open->venue, venue);
}

/* Where a day is remembered that was asked for lately: venues mostly differ in their last letters. */
static struct open_settlement **near_day(struct folding *work, struct str venue, int32_t day)
{
    uint32_t hash = (uint32_t)day;

    for (size_t i = venue.len > 4 ? venue.len - 4 : 0; i < venue.len; i++)
        hash = hash * 31 + (uint8_t)venue.bytes[i];
    return &work->near[(hash ^ hash >> 8) % FOLD_NEAR];
}

enum err fold_day(struct folding *work, struct str venue, int32_t day, struct open_settlement **ret_open)
{
    struct open_settlement **near = near_day(work, venue, day);

    for (size_t i = work->count; i > 0 && !is_day(*near, venue, day); i--)
        if (is_day(work->days[i - 1], venue, day))
            *near = work->days[i - 1];
    if (!is_day(*near, venue, day)) {
        enum err err = load_day(work, venue, day, near);

        if (err && err != ERR_STORE_DAMAGED)
            return err;
    }
    *ret_open = *near;
    return (*near)->damaged ? ERR_STORE_DAMAGED : ERR_OK;
}

bool fold_in_open_part(const struct open_settlement *open, uint64_t place)
{
    const struct settlement_part *last = &open->state.parts[open->state.part_count - 1];

    return !last->sealed && place > last->from;
}

void fold_begin(struct folding *work, struct txn *txn)
{
    *work = (struct folding){ .fold = work->fold, .txn = txn };
}

void fold_clear(struct fold *fold)
{
    fold->touched = NULL;
    fold->touched_count = fold->touched_room = 0;
    fold->events = fold->duplicates = fold->conflicts = fold->parked = fold->damaged = fold->held = 0;
}

static bool is_due(const struct settlement *settlement)
{
    for (size_t i = 0; i < settlement->part_count; i++)
        if (!settlement->parts[i].sealed || settlement->parts[i].orders_open)
            return true;
    return settlement->watch;
}

static enum err touch(struct fold *fold, const struct open_settlement *open)
{
    for (size_t i = fold->touched_count; i > 0; i--)
        if (fold->touched[i - 1].day == open->day && str_equal(fold->touched[i - 1].venue, open->venue))
            return ERR_OK;
    if (fold->touched_count == fold->touched_room) {
        size_t room = fold->touched_room ? fold->touched_room * 2 : 64;
        struct touched *touched = arena_array(fold->arena, room, sizeof *touched);

        if (!touched)
            return ERR_MEMORY;
        if (fold->touched_count)
            memcpy(touched, fold->touched, fold->touched_count * sizeof *touched);
        fold->touched = touched;
        fold->touched_room = room;
    }
    fold->touched[fold->touched_count++] = (struct touched){ open->venue, open->day };
    return ERR_OK;
}

/* Due, whatever it says: whoever looks at it finds it damaged, and it is red. */
enum err fold_tell_damaged(struct folding *work)
{
    enum err err = ERR_OK;

    for (size_t i = 0; !err && i < work->count; i++) {
        if (!work->days[i]->damaged)
            continue;
        err = due_put(work->txn, work->days[i]->venue, work->days[i]->day);
        if (!err)
            err = touch(work->fold, work->days[i]);
    }
    return err;
}

enum err fold_finish(struct folding *work)
{
    enum err err = fold_write_numbers(work);

    if (!err)
        err = fold_watch_days(work);
    for (size_t i = 0; !err && i < work->count; i++) {
        struct open_settlement *open = work->days[i];

        if (open->damaged)
            continue;
        err = settlement_save(work->txn, open->venue, open->day, &open->state);
        if (!err && is_due(&open->state))
            err = due_put(work->txn, open->venue, open->day);
        if (!err)
            err = touch(work->fold, open);
    }
    return err ? err : fold_tell_damaged(work);
}

static void offset_key(struct key *key, uint32_t partition)
{
    key_init(key);
    key_name(key, STR("offset"));
    key_u32(key, partition);
}

/* One partition's events, and its offset behind them. Apart: each alone, and what needs a damaged record is parked. */
static enum err fold_events(struct fold *fold, struct txn *txn, bool apart)
{
    struct folding work = { .fold = fold };
    struct reader events = fold->bytes;
    struct key key, next;
    enum err err = ERR_OK;

    fold_clear(fold);
    fold_begin(&work, txn);
    work.in_order = !apart;
    if (fold->count)
        err = arrival_note(txn, fold->partition, fold->now_ms, fold->first + 1);
    for (size_t i = 0; !err && i < fold->count; i++) {
        struct str bytes = take_any(&events);

        if (events.failed)
            err = ERR_FORMAT;
        else
            err = apart ? fold_or_park(fold, txn, fold->first + i + 1, bytes) : fold_event(&work, fold->first + i + 1, bytes);
        if (arena_failed(fold->arena))
            err = ERR_MEMORY;            /* whatever it looked like where a copy was missing */
    }
    if (!err)
        err = fold_finish(&work);
    offset_key(&key, fold->partition);
    key_init(&next);
    key_u64(&next, fold->first + fold->count);
    return err ? err : store_put(txn, TABLE_META, key_str(&key), key_str(&next));
}

struct together { struct fold *folds; size_t count; struct store *store; bool apart; };

static enum err together_work(struct txn *txn, void *context)
{
    enum { RELAX_EVENTS = 512 };
    const struct together *together = context;
    size_t events = 0;
    enum err err = ERR_OK;

    arena_reset(together->folds[0].arena);
    for (size_t i = 0; !err && i < together->count; i++) {
        err = fold_events(&together->folds[i], txn, together->apart);
        events += together->folds[i].count;
        if (events < RELAX_EVENTS)
            continue;
        events = 0;                      /* each venue has pages of its own, and the kernel maps those beside them too */
        store_relax_if_many(together->store);
    }
    KILLPOINT("mapper.before-commit");
    return err;
}

/* A damaged record ends nothing but what needs it: once more then, each event alone. */
enum err fold_together(struct fold *folds, size_t count, struct store *store)
{
    struct together together = { folds, count, store, false };
    enum err err = store_write_again(store, together_work, &together);

    if (err == ERR_STORE_DAMAGED) {
        together.apart = true;
        err = store_write_again(store, together_work, &together);
    }
    KILLPOINT("mapper.after-commit");
    return err;
}

enum err fold_batch(struct fold *fold, struct store *store, uint64_t first, const struct reader *events, size_t count)
{
    fold->first = first;
    fold->bytes = *events;
    fold->count = count;
    return fold_together(fold, 1, store);
}

/* A few events may need much: each void of a long receipt has all of it in memory. */
enum err fold_some(struct fold *fold, struct store *store, uint64_t first, struct reader *events, size_t count,
                   size_t *ret_folded)
{
    enum err err = fold_batch(fold, store, first, events, count);

    while (err == ERR_MEMORY && count > 1) {
        count /= 2;
        err = fold_batch(fold, store, first, events, count);
    }
    for (size_t i = 0; !err && i < count; i++)
        (void)take_any(events);
    if (!err)
        *ret_folded = count;
    return err;
}

struct offset_read { uint32_t partition; uint64_t offset; };

static enum err offset_work(struct txn *txn, void *context)
{
    struct offset_read *read = context;
    struct str value;
    struct key key;
    size_t at = 0;
    enum err err;

    offset_key(&key, read->partition);
    err = store_get(txn, TABLE_META, key_str(&key), &value);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (!err && !key_take_u64(value, &at, &read->offset))
        err = ERR_STORE_DAMAGED;
    return err;
}

enum err fold_offset(struct store *store, uint32_t partition, uint64_t *ret_offset)
{
    struct offset_read read = { partition, 0 };
    enum err err = store_read(store, offset_work, &read);

    if (!err)
        *ret_offset = read.offset;
    return err;
}
