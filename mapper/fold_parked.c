/* What waits for something: events of venues that are not set up, and those that need a record that is damaged. */
#include "fold_inside.h"

#include "domain/event_canonical.h"

enum err fold_park(struct folding *work, struct str venue, uint64_t place, struct str bytes)
{
    struct key key;

    key_init(&key);
    key_name(&key, venue);
    key_u64(&key, place);
    work->fold->parked++;
    return store_put(work->txn, TABLE_PARKED, key_str(&key), bytes);
}

struct alone { struct folding work; uint64_t place; struct str bytes; };

static enum err alone_work(struct txn *txn, void *context)
{
    struct alone *alone = context;
    enum err err;

    fold_begin(&alone->work, txn);
    err = fold_event(&alone->work, alone->place, alone->bytes);
    return err ? err : fold_finish(&alone->work);
}

/* What was done until the damage was met is undone with its transaction, the fold's figures with their copy. */
static enum err fold_alone(struct fold *fold, struct txn *txn, uint64_t place, struct str bytes, bool *ret_held)
{
    struct alone alone = { .work = { .fold = fold }, .place = place, .bytes = bytes };
    const struct fold before = *fold;
    enum err err = store_within(txn, alone_work, &alone);

    *ret_held = err == ERR_STORE_DAMAGED;
    if (!*ret_held)
        return err;
    *fold = before;
    fold->held++;
    alone.work.txn = txn;
    return fold_tell_damaged(&alone.work);
}

enum err fold_or_park(struct fold *fold, struct txn *txn, uint64_t place, struct str bytes)
{
    struct folding work = { .fold = fold, .txn = txn };
    struct event event;
    bool held;
    enum err err = fold_alone(fold, txn, place, bytes, &held);

    if (err || !held)
        return err;
    err = event_decode(bytes, fold->arena, &event);
    return err ? err : fold_park(&work, event.venue, place, bytes);
}

struct parked_walk { struct folding work; struct txn *txn; struct key done[2048]; size_t count, limit; bool alone; };

/* What still needs a damaged record stays where it is. */
static enum err fold_one(struct parked_walk *walk, uint64_t place, struct str bytes)
{
    bool held = false;
    enum err err = walk->alone ? fold_alone(walk->work.fold, walk->txn, place, bytes, &held)
                               : fold_event(&walk->work, place, bytes);

    if (!err && held)
        walk->count--;
    return err;
}

static enum err parked_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct parked_walk *walk = context;
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
    return fold_one(walk, place, arena_copy(walk->work.fold->arena, value));
}

/* Venue by venue: what is parked for venues that are still not there is not looked at, however much it is. */
static enum err parked_work(struct txn *txn, void *context)
{
    struct parked_walk *walk = context;
    struct fold *fold = walk->work.fold;
    const struct config *config = fold->config;
    enum err err = ERR_OK;

    arena_reset(fold->arena);
    fold_clear(fold);
    fold_begin(&walk->work, txn);
    walk->txn = txn;
    walk->count = 0;
    for (size_t i = 0; i < config->venue_count && !err && walk->count < walk->limit; i++) {
        struct key prefix;

        if (venue_partition(config->venues[i].id, config->partitions) != fold->partition)
            continue;
        key_init(&prefix);
        key_name(&prefix, config->venues[i].id);
        err = store_walk(txn, TABLE_PARKED, key_str(&prefix), key_str(&prefix), parked_seen, walk);
    }
    if (arena_failed(fold->arena))
        err = ERR_MEMORY;
    for (size_t i = 0; !err && i < walk->count; i++)
        err = store_delete(txn, TABLE_PARKED, key_str(&walk->done[i]));
    return err ? err : fold_finish(&walk->work);
}

enum err fold_parked(struct fold *fold, struct store *store)
{
    static struct parked_walk walk;      /* large, and one at a time */
    enum err err;

    walk.work = (struct folding){ .fold = fold };
    walk.limit = COUNT(walk.done);
    walk.alone = false;
    for (;;) {
        err = store_write(store, parked_work, &walk);
        if (err == ERR_STORE_DAMAGED && !walk.alone)
            walk.alone = true;
        else if (err == ERR_MEMORY && walk.limit > 1)
            walk.limit /= 2;
        else
            return err;
    }
}
