#include "run.h"

#include "tables.h"
#include "domain/register.h"

#include <inttypes.h>

static void run_key(struct key *key, struct str venue, struct str reg)
{
    key_init(key);
    key_name(key, STR("run"));
    key_name(key, venue);
    key_name(key, reg);
}

/* The last one that began at or before a place. ERR_NOT_FOUND: the first. */
static enum err run_floor(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint64_t *ret_place,
                          uint64_t *ret_run)
{
    struct key prefix, key;
    struct str found, value;
    size_t at, from = 0;
    enum err err;

    run_key(&prefix, venue, reg);
    at = prefix.len;
    key = prefix;
    key_u64(&key, place);
    err = store_floor(txn, TABLE_META, key_str(&prefix), key_str(&key), &found, &value);
    if (!err && (!key_take_u64(found, &at, ret_place) || !key_take_u64(value, &from, ret_run)))
        err = ERR_STORE_DAMAGED;
    return err;
}

enum err run_at(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint32_t *ret_run)
{
    uint64_t began, run;
    enum err err = run_floor(txn, venue, reg, place, &began, &run);

    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret_run = err ? 1 : (uint32_t)run;
    return ERR_OK;
}

enum err run_last(struct txn *txn, struct str venue, struct str reg, uint64_t *ret_place, uint32_t *ret_run)
{
    uint64_t run = 1;
    enum err err;

    *ret_place = 0;
    err = run_floor(txn, venue, reg, UINT64_MAX, ret_place, &run);
    *ret_run = (uint32_t)run;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err run_may_begin(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint32_t *ret_run)
{
    uint64_t began = 0, run = 1;
    enum err err = run_floor(txn, venue, reg, UINT64_MAX, &began, &run);

    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err && began >= place)
        return began == place ? ERR_EXISTS : ERR_RANGE;
    *ret_run = (uint32_t)run + 1;
    return ERR_OK;
}

enum err run_begin(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint32_t run, int64_t time)
{
    struct key key, value;

    run_key(&key, venue, reg);
    key_u64(&key, place);
    key_init(&value);
    key_u64(&value, run);
    key_u64(&value, (uint64_t)time);
    return store_put(txn, TABLE_META, key_str(&key), key_str(&value));
}

enum err run_last_begins(struct txn *txn, struct str venue, struct str reg, uint64_t place, uint32_t *ret_run)
{
    uint64_t began, run;
    enum err err = run_floor(txn, venue, reg, UINT64_MAX, &began, &run);

    if (err || began != place)
        return err ? err : ERR_NOT_FOUND;
    *ret_run = (uint32_t)run;
    return ERR_OK;
}

enum err run_drop(struct txn *txn, struct str venue, struct str reg, uint64_t place)
{
    struct key key;

    run_key(&key, venue, reg);
    key_u64(&key, place);
    return store_delete(txn, TABLE_META, key_str(&key));
}

struct search { uint32_t run; int64_t time; bool found; };

static enum err run_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct search *search = context;
    uint64_t run, time;
    size_t at = 0;

    (void)txn;
    (void)key;
    if (!key_take_u64(value, &at, &run))
        return ERR_STORE_DAMAGED;
    if (run != search->run || !key_take_u64(value, &at, &time))
        return ERR_OK;
    search->time = (int64_t)time;
    search->found = true;
    return ERR_STOP;
}

enum err run_began(struct txn *txn, struct str venue, struct str reg, uint32_t run, int64_t *ret_time)
{
    struct search search = { .run = run };
    struct key prefix;
    enum err err;

    run_key(&prefix, venue, reg);
    err = store_walk(txn, TABLE_META, key_str(&prefix), key_str(&prefix), run_seen, &search);
    if (!err && search.found)
        *ret_time = search.time;
    return err ? err : search.found ? ERR_OK : ERR_NOT_FOUND;
}

enum err run_begins_at(struct txn *txn, struct str venue, struct str reg, uint64_t place, bool *ret_begins)
{
    struct str value;
    struct key key;
    enum err err;

    run_key(&key, venue, reg);
    key_u64(&key, place);
    err = store_get(txn, TABLE_META, key_str(&key), &value);
    *ret_begins = !err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

struct str run_name(struct arena *arena, struct str reg, uint32_t run)
{
    return run <= 1 ? reg : arena_format(arena, STR_FMT "~%" PRIu32, STR_ARG(reg), run);
}

static uint32_t run_of(struct str name)
{
    struct str base = register_base(name);
    uint32_t run = 0;

    for (size_t i = base.len + 1; i < name.len; i++)
        run = run * 10 + (uint32_t)(name.bytes[i] - '0');
    return base.len == name.len ? 1 : run;
}

struct str run_before(struct arena *arena, struct str name)
{
    uint32_t run = run_of(name);

    return run == 1 ? STR_NONE : run_name(arena, register_base(name), run - 1);
}

enum err run_truly(struct txn *txn, struct str venue, struct str name, uint64_t place, struct arena *arena,
                   struct str *ret_name)
{
    uint32_t run;
    enum err err = run_at(txn, venue, register_base(name), place, &run);

    if (err)
        return err;
    *ret_name = run_of(name) < run ? run_name(arena, register_base(name), run_of(name) + 1) : name;
    return ret_name->bytes ? ERR_OK : ERR_MEMORY;
}

/* A receipt that was sent before its register was said to count anew keeps its name; a void of it finds it there. */
static enum err find_stayed(struct txn *txn, struct event *event, struct arena *arena)
{
    struct str before = run_before(arena, event->voids.reg), truly;
    struct known known;
    enum err err;

    if (!before.bytes)
        return ERR_OK;
    err = known_get(txn, event->venue, event->voids.reg, SERIES_RECEIPTS, event->voids.seq, &known);
    if (err == ERR_NOT_FOUND)
        err = known_get(txn, event->venue, before, SERIES_RECEIPTS, event->voids.seq, &known);
    else
        return err;
    if (!err)
        err = run_truly(txn, event->venue, before, known.place, arena, &truly);
    if (!err && str_equal(truly, event->voids.reg))
        event->voids.reg = before;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err run_adopt(struct txn *txn, struct event *event, struct str name, uint64_t place, struct arena *arena)
{
    uint32_t run;
    enum err err;

    event->reg = name;
    if (event->kind != EVENT_VOID)
        return ERR_OK;
    if (str_equal(event->voids.reg, register_base(name))) {
        event->voids.reg = name;
        return find_stayed(txn, event, arena);
    }
    err = run_at(txn, event->venue, event->voids.reg, place, &run);
    if (!err)
        event->voids.reg = run_name(arena, event->voids.reg, run);
    if (!err && !event->voids.reg.bytes)
        return ERR_MEMORY;
    return err ? err : find_stayed(txn, event, arena);
}
