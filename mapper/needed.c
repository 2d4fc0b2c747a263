#include "needed.h"

#include "settlement.h"

struct needed {
    const struct config *config;
    uint32_t partition;
    struct arena *arena;
    struct str venue;                    /* whose day is looked at */
    uint64_t place;                      /* the lowest so far */
};

static void need(struct needed *needed, uint64_t place)
{
    if (place && place < needed->place)
        needed->place = place;
}

static bool is_mine(const struct needed *needed, struct str venue)
{
    return venue_partition(venue, needed->config->partitions) == needed->partition;
}

/* --- parked --- */

struct parked { struct key next; bool found; struct str venue; uint64_t place; };

static enum err parked_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct parked *parked = context;
    size_t at = 0;

    (void)txn;
    (void)value;
    if (!key_take_name(key, &at, &parked->venue) || !key_take_u64(key, &at, &parked->place))
        return ERR_STORE_DAMAGED;
    key_init(&parked->next);
    key_name(&parked->next, parked->venue);
    key_u64(&parked->next, UINT64_MAX);  /* behind all of this venue: its first is the lowest */
    parked->found = true;
    return ERR_STOP;
}

static enum err need_parked(struct txn *txn, struct needed *needed)
{
    struct parked parked;
    enum err err;

    key_init(&parked.next);
    do {
        struct key from = parked.next;

        parked.found = false;
        err = store_walk(txn, TABLE_PARKED, STR_NONE, key_str(&from), parked_seen, &parked);
        if (!err && parked.found && is_mine(needed, parked.venue))
            need(needed, parked.place);
    } while (!err && parked.found);
    return err;
}

/* --- days with something that is not sealed --- */

/* The event at this place, and the receipt that it is about, which may have come long before. */
static enum err effect_seen(struct txn *txn, uint64_t place, const struct effect *effect, void *context)
{
    struct needed *needed = context;
    struct known known;
    enum err err;

    need(needed, place);
    err = known_get(txn, needed->venue, effect->reg, effect->series, effect->seq, &known);
    if (!err)
        need(needed, known.place);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Decisions have numbers of their own, no places in the log. */
static enum err removed_seen(struct txn *txn, uint64_t number, const struct effect *effect, void *context)
{
    (void)number;
    return effect_seen(txn, 0, effect, context);
}

static enum err need_day(struct txn *txn, struct needed *needed, struct str venue, int32_t day)
{
    struct settlement settlement;
    enum err err;

    arena_reset(needed->arena);
    needed->venue = venue;
    err = settlement_load(txn, venue, day, needed->arena, &settlement);
    for (uint32_t n = 1; !err && n <= settlement.part_count; n++) {
        const struct settlement_part *part = &settlement.parts[n - 1];

        if (part->sealed && part->orders_open == 0)
            continue;
        for (unsigned class_ = EFFECT_PLAIN; !err && class_ <= EFFECT_Z; class_++)
            err = effect_walk(txn, venue, day, class_, part->from, part->upto ? part->upto : UINT64_MAX, effect_seen, needed);
        if (!err)
            err = effect_walk(txn, venue, day, EFFECT_REMOVED, settlement_decided_from(&settlement, n),
                              settlement_decided_upto(&settlement, n), removed_seen, needed);
    }
    return err;
}

static enum err due_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct needed *needed = context;
    struct str venue;
    int32_t day;
    size_t at = 0;
    enum err err;

    (void)value;
    if (!key_take_name(key, &at, &venue) || !key_take_day(key, &at, &day))
        return ERR_STORE_DAMAGED;
    err = is_mine(needed, venue) ? need_day(txn, needed, venue, day) : ERR_OK;
    if (err != ERR_STORE_DAMAGED)
        return err;
    need(needed, 1);                     /* what it needs cannot be read: nothing is trimmed until it is put back */
    return ERR_OK;
}

static enum err needed_work(struct txn *txn, void *context)
{
    struct needed *needed = context;
    enum err err = need_parked(txn, needed);

    return err ? err : store_walk(txn, TABLE_DUE, STR_NONE, STR_NONE, due_seen, needed);
}

enum err needed_from(struct store *store, const struct config *config, uint32_t partition, struct arena *arena,
                     uint64_t *ret_offset)
{
    struct needed needed = { .config = config, .partition = partition, .arena = arena, .place = UINT64_MAX };
    enum err err = store_read(store, needed_work, &needed);

    if (!err)
        *ret_offset = needed.place == UINT64_MAX ? UINT64_MAX : needed.place - 1;
    return err;
}
