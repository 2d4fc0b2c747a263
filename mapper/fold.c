#include "fold_inside.h"

#include "arrival.h"
#include "base/killpoint.h"

#include <string.h>

enum err fold_day(struct folding *work, struct str venue, int32_t day, struct open_settlement **ret_open)
{
    struct arena *arena = work->fold->arena;
    struct open_settlement *open;
    enum err err;

    for (size_t i = work->count; i > 0; i--)
        if (work->days[i - 1]->day == day && str_equal(work->days[i - 1]->venue, venue)) {
            *ret_open = work->days[i - 1];
            return ERR_OK;
        }
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
    if (!err)
        *ret_open = work->days[work->count++] = open;
    return err;
}

bool fold_in_open_part(const struct open_settlement *open, uint64_t place)
{
    const struct settlement_part *last = &open->state.parts[open->state.part_count - 1];

    return !last->sealed && place > last->from;
}

static void begin(struct folding *work, struct txn *txn)
{
    struct fold *fold = work->fold;

    work->txn = txn;
    work->days = NULL;
    work->count = work->room = 0;
    work->numbers = NULL;
    work->number_count = work->number_room = 0;
    fold->events = fold->duplicates = fold->conflicts = fold->parked = fold->damaged = 0;
}

static void fold_begin(struct folding *work, struct txn *txn)
{
    arena_reset(work->fold->arena);
    begin(work, txn);
}

static bool is_due(const struct settlement *settlement)
{
    for (size_t i = 0; i < settlement->part_count; i++)
        if (!settlement->parts[i].sealed || settlement->parts[i].orders_open)
            return true;
    return settlement->watch;
}

enum err fold_finish(struct folding *work)
{
    struct fold *fold = work->fold;
    enum err err = fold_watch_days(work);

    if (err)
        return err;
    fold->touched_count = 0;
    fold->touched = arena_array(fold->arena, work->count, sizeof *fold->touched);
    if (!fold->touched)
        return ERR_MEMORY;
    for (size_t i = 0; !err && i < work->count; i++) {
        struct open_settlement *open = work->days[i];
        struct key key;

        key_init(&key);
        key_name(&key, open->venue);
        key_day(&key, open->day);
        err = settlement_save(work->txn, open->venue, open->day, &open->state);
        if (!err && is_due(&open->state))
            err = store_put(work->txn, TABLE_DUE, key_str(&key), STR("1"));
        fold->touched[fold->touched_count++] = (struct touched){ open->venue, open->day };
    }
    return err;
}

static void offset_key(struct key *key, uint32_t partition)
{
    key_init(key);
    key_name(key, STR("offset"));
    key_u32(key, partition);
}

/* One partition's events, and its offset behind them. */
static enum err fold_events(struct fold *fold, struct txn *txn)
{
    struct folding work = { .fold = fold };
    struct reader events = fold->bytes;
    struct key key, next;
    enum err err = ERR_OK;

    begin(&work, txn);
    if (fold->count)
        err = arrival_note(txn, fold->partition, fold->now_ms, fold->first + 1);
    for (size_t i = 0; !err && i < fold->count; i++) {
        struct str bytes = take_any(&events);

        err = events.failed ? ERR_FORMAT : fold_event(&work, fold->first + i + 1, bytes);
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

struct together { struct fold *folds; size_t count; struct store *store; };

static enum err together_work(struct txn *txn, void *context)
{
    enum { RELAX_EVENTS = 512, RELAX_BYTES = 32 * 1024 * 1024 };
    const struct together *together = context;
    size_t events = 0;
    enum err err = ERR_OK;

    arena_reset(together->folds[0].arena);
    for (size_t i = 0; !err && i < together->count; i++) {
        err = fold_events(&together->folds[i], txn);
        events += together->folds[i].count;
        if (events < RELAX_EVENTS)
            continue;
        events = 0;                      /* each venue has pages of its own, and the kernel maps those beside them too */
        store_relax_above(together->store, RELAX_BYTES);
    }
    KILLPOINT("mapper.before-commit");
    return err;
}

enum err fold_together(struct fold *folds, size_t count, struct store *store)
{
    struct together together = { folds, count, store };
    enum err err = store_write_again(store, together_work, &together);

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

struct parked_walk { struct folding *work; struct key done[2048]; size_t count, limit; };

static enum err parked_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct parked_walk *walk = context;
    struct folding *work = walk->work;
    struct str venue;
    uint64_t place;
    size_t at = 0;

    (void)txn;
    if (!key_take_name(key, &at, &venue) || !key_take_u64(key, &at, &place))
        return ERR_STORE_DAMAGED;
    if (walk->count == walk->limit)
        return ERR_STOP;
    key_init(&walk->done[walk->count]);
    key_name(&walk->done[walk->count], venue);
    key_u64(&walk->done[walk->count++], place);
    return fold_event(work, place, arena_copy(work->fold->arena, value));
}

/* Venue by venue: what is parked for venues that are still not there is not looked at, however much it is. */
static enum err parked_work(struct txn *txn, void *context)
{
    struct parked_walk *walk = context;
    const struct config *config = walk->work->fold->config;
    enum err err = ERR_OK;

    fold_begin(walk->work, txn);
    walk->count = 0;
    for (size_t i = 0; i < config->venue_count && !err && walk->count < walk->limit; i++) {
        struct key prefix;

        if (venue_partition(config->venues[i].id, config->partitions) != walk->work->fold->partition)
            continue;
        key_init(&prefix);
        key_name(&prefix, config->venues[i].id);
        err = store_walk(txn, TABLE_PARKED, key_str(&prefix), key_str(&prefix), parked_seen, walk);
    }
    if (arena_failed(walk->work->fold->arena))
        err = ERR_MEMORY;
    for (size_t i = 0; !err && i < walk->count; i++)
        err = store_delete(txn, TABLE_PARKED, key_str(&walk->done[i]));
    return err ? err : fold_finish(walk->work);
}

enum err fold_parked(struct fold *fold, struct store *store)
{
    static struct parked_walk walk;      /* large, and one at a time */
    struct folding work = { .fold = fold };
    enum err err;

    walk.work = &work;
    walk.limit = COUNT(walk.done);
    err = store_write(store, parked_work, &walk);
    while (err == ERR_MEMORY && walk.limit > 1) {
        walk.limit /= 2;
        err = store_write(store, parked_work, &walk);
    }
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
