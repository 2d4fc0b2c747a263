#include "asking.h"

#include "order_mark.h"
#include "settlement.h"

struct hearing { struct str venue; uint64_t number; struct arena *arena; const struct settlement *day; bool heard; };

/* Of a part that has ended with all of its orders nothing is offered any more: there is nothing to wait for. */
static bool has_ended(const struct settlement *day, uint32_t part)
{
    return part == 0 || part > day->part_count || (day->parts[part - 1].sealed && !day->parts[part - 1].orders_open);
}

static enum err mark_seen(struct txn *txn, const struct order_mark *mark, void *context)
{
    struct hearing *hearing = context;

    (void)txn;
    hearing->heard &= mark->sealed || mark->withdrawn || mark->heard == hearing->number || has_ended(hearing->day, mark->part);
    return hearing->heard ? ERR_OK : ERR_STOP;
}

static enum err hear_day(struct txn *txn, struct hearing *hearing, int32_t day)
{
    struct settlement settlement;
    enum err err;

    arena_reset(hearing->arena);
    err = settlement_load(txn, hearing->venue, day, hearing->arena, &settlement);
    if (err)
        return err;
    hearing->day = &settlement;
    hearing->heard &= settlement.asked == hearing->number;
    for (size_t i = 0; i < settlement.part_count; i++)
        hearing->heard &= settlement.parts[i].sealed || settlement.parts[i].heard == hearing->number;
    return order_mark_walk(txn, hearing->venue, day, mark_seen, hearing);
}

/* Of a day that is damaged nobody knows what is sent: the decision waits until it is put back. */
static enum err day_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct hearing *hearing = context;
    size_t at = hearing->venue.len + 1;
    int32_t day;
    enum err err;

    (void)value;
    if (!key_take_day(key, &at, &day))
        return ERR_STORE_DAMAGED;
    err = hear_day(txn, hearing, day);
    if (err == ERR_STORE_DAMAGED) {
        hearing->heard = false;
        err = ERR_OK;
    }
    return err ? err : hearing->heard ? ERR_OK : ERR_STOP;
}

static enum err hearing_work(struct txn *txn, void *context)
{
    struct hearing *hearing = context;
    struct key prefix;

    key_init(&prefix);
    key_name(&prefix, hearing->venue);
    return store_walk(txn, TABLE_DUE, key_str(&prefix), key_str(&prefix), day_seen, hearing);
}

enum err asking_heard(struct store *store, struct str venue, uint64_t number, struct arena *arena, bool *ret_heard)
{
    struct hearing hearing = { .venue = venue, .number = number, .arena = arena, .heard = true };
    enum err err = store_read(store, hearing_work, &hearing);

    *ret_heard = hearing.heard;
    return err;
}
