#include "decisions.h"

#include "base/killpoint.h"
#include "base/log.h"
#include "tables.h"
#include "verb.h"

#include <inttypes.h>
#include <string.h>

struct decision_work {
    struct verb_work verb;
    uint64_t place;
    bool passed_over;
};

static void audit_key(struct key *key, uint32_t partition)
{
    key_init(key);
    key_name(key, STR("audit"));
    key_u32(key, partition);
}

/* Documents and receipts are named by their venue first, and so are venues. */
struct str decisions_venue(const struct config *config, uint32_t partition, const struct decision *decision)
{
    struct str venue = decision->subject;
    const char *slash = venue.len ? memchr(venue.bytes, '/', venue.len) : NULL;

    if (slash)
        venue.len = (size_t)(slash - venue.bytes);
    return verb_of(decision) && str_is_name(venue) && venue_partition(venue, config->partitions) == partition ? venue
                                                                                                             : STR_NONE;
}

bool decisions_ask(const struct decision *decision)
{
    const struct verb *verb = verb_of(decision);

    return verb && verb->asks;
}

/* How far the trail is taken up of one venue, where an earlier decision about another one waits. */
static void ahead_key(struct key *key, uint32_t partition, struct str venue)
{
    audit_key(key, partition);
    key_name(key, venue);
}

static enum err ahead_get(struct txn *txn, uint32_t partition, struct str venue, uint64_t *ret_next)
{
    struct str value;
    struct key key;
    size_t at = 0;
    enum err err;

    ahead_key(&key, partition, venue);
    err = store_get(txn, TABLE_META, key_str(&key), &value);
    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret_next = 0;
    return !err && !key_take_u64(value, &at, ret_next) ? ERR_STORE_DAMAGED : ERR_OK;
}

static enum err put_places(struct txn *txn, const struct decision_work *work)
{
    struct str venue = decisions_venue(work->verb.config, work->verb.partition, work->verb.decision);
    struct key key, next;
    enum err err;

    audit_key(&key, work->verb.partition);
    key_init(&next);
    key_u64(&next, work->place);
    err = store_put(txn, TABLE_META, key_str(&key), key_str(&next));
    if (err || venue.len == 0 || work->place > work->verb.decision->number)
        return err;
    ahead_key(&key, work->verb.partition, venue);
    key_init(&next);
    key_u64(&next, work->verb.decision->number + 1);
    return store_put(txn, TABLE_META, key_str(&key), key_str(&next));
}

static enum err decision_work(struct txn *txn, void *context)
{
    struct decision_work *work = context;
    const struct verb *verb = verb_of(work->verb.decision);
    enum err err;

    arena_reset(work->verb.arena);
    work->verb.venue = STR_NONE;
    err = verb && !work->passed_over ? verb->decide(txn, &work->verb) : ERR_OK;
    return err ? err : put_places(txn, work);
}

enum err decisions_apply(struct store *store, const struct config *config, uint32_t partition,
                         const struct decision *decision, uint64_t place, struct arena *arena, struct str *ret_venue,
                         int32_t *ret_day)
{
    struct decision_work work = { .verb = { .config = config, .decision = decision, .partition = partition, .arena = arena },
                                  .place = place };
    enum err err;

    KILLPOINT("mapper.before-decision-commit");
    err = store_write(store, decision_work, &work);
    if (err == ERR_MEMORY) {             /* it would be so again: the others must not wait for it for ever */
        log_fact("level=error what=\"a decision needs more memory than a mapper has; it has no effect\" decision=%" PRIu64,
                 decision->number);
        work.passed_over = true;
        err = store_write(store, decision_work, &work);
    }
    KILLPOINT("mapper.after-decision-commit");
    if (!err) {
        *ret_venue = work.verb.venue;
        *ret_day = work.verb.day;
    }
    return err;
}

struct place { uint32_t partition; uint64_t next; };

static enum err place_work(struct txn *txn, void *context)
{
    struct place *place = context;
    struct str value;
    struct key key;
    size_t at = 0;
    enum err err;

    audit_key(&key, place->partition);
    err = store_get(txn, TABLE_META, key_str(&key), &value);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    return !err && !key_take_u64(value, &at, &place->next) ? ERR_STORE_DAMAGED : err;
}

enum err decisions_place(struct store *store, uint32_t partition, uint64_t *ret_next)
{
    struct place place = { partition, 1 };
    enum err err = store_read(store, place_work, &place);

    if (!err)
        *ret_next = place.next;
    return err;
}

struct taken { uint32_t partition; struct str venue; uint64_t next; };

static enum err taken_work(struct txn *txn, void *context)
{
    struct taken *taken = context;

    return ahead_get(txn, taken->partition, taken->venue, &taken->next);
}

enum err decisions_taken(struct store *store, uint32_t partition, struct str venue, uint64_t number, bool *ret_taken)
{
    struct taken taken = { partition, venue, 0 };
    enum err err = store_read(store, taken_work, &taken);

    if (!err)
        *ret_taken = number < taken.next;
    return err;
}
