#include "conflict.h"

#include "share.h"
#include "base/fields.h"

#include <string.h>

static const struct field_row conflict_rows[] = {
    FIELD(conflict, state),
    FIELD(conflict, place),
    FIELD(conflict, day),
    FIELD_BYTES(conflict, bytes, EVENT_BYTES_MAX),
    FIELD_LATER(conflict, decided, 0, NIL_NEVER, 0),
    FIELD_LATER(conflict, was_booked, 0, NIL_NEVER, 0),
};
static const struct fields conflict_fields = FIELDS(conflict, conflict_rows, 4, NULL);

static void register_key(struct key *key, struct str venue, struct str reg)
{
    key_init(key);
    key_name(key, venue);
    key_name(key, reg);
}

static void conflict_key(struct key *key, const struct event *identity)
{
    register_key(key, identity->venue, identity->reg);
    key_u32(key, identity->series);
    key_u64(key, identity->seq);
}

static void hash_key(struct key *key, const struct event *identity, const struct event_hash *hash)
{
    conflict_key(key, identity);
    for (size_t i = 0; i < sizeof hash->bytes; i += 8) {
        uint64_t half;

        memcpy(&half, hash->bytes + i, sizeof half);
        key_u64(key, half);
    }
}

enum err conflict_put(struct txn *txn, const struct event *identity, const struct conflict *conflict)
{
    struct strbuf out;
    struct key key;
    enum err err;

    hash_key(&key, identity, &conflict->hash);
    strbuf_init(&out, EVENT_BYTES_MAX + 128);
    fields_write(&conflict_fields, conflict, &out);
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_CONFLICTS, key_str(&key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

/* Older programs wrote "0", or "1" once it was dismissed. */
static enum err conflict_decode(struct str value, struct conflict *ret_conflict)
{
    if (value.len == 1) {
        *ret_conflict = (struct conflict){ .state = value.bytes[0] == '0' ? CONFLICT_OPEN : CONFLICT_NOT_BOOKED };
        return ERR_OK;
    }
    if (fields_read(&conflict_fields, value, NULL, ret_conflict))
        return ERR_STORE_DAMAGED;
    if (ret_conflict->state != CONFLICT_OPEN)
        ret_conflict->state = CONFLICT_NOT_BOOKED;
    return ERR_OK;
}

bool conflict_is_whole(struct str value)
{
    struct conflict conflict;

    return conflict_decode(value, &conflict) == ERR_OK;
}

enum err conflict_by_hash(struct txn *txn, const struct event *identity, const struct event_hash *hash,
                          struct conflict *ret_conflict)
{
    struct str value;
    struct key key;
    enum err err;

    hash_key(&key, identity, hash);
    err = store_get(txn, TABLE_CONFLICTS, key_str(&key), &value);
    if (!err)
        err = conflict_decode(value, ret_conflict);
    if (!err) {
        ret_conflict->hash = *hash;
        ret_conflict->series = identity->series;
        ret_conflict->seq = identity->seq;
    }
    return err;
}

/* What a key says behind venue and register. */
static enum err take_place(struct str key, size_t at, struct conflict *conflict)
{
    if (!key_take_u32(key, &at, &conflict->series) || !key_take_u64(key, &at, &conflict->seq))
        return ERR_STORE_DAMAGED;
    for (size_t i = 0; i < sizeof conflict->hash.bytes; i += 8) {
        uint64_t half;

        if (!key_take_u64(key, &at, &half))
            return ERR_STORE_DAMAGED;
        memcpy(conflict->hash.bytes + i, &half, sizeof half);
    }
    return ERR_OK;
}

enum err conflict_read(struct str key, struct str value, struct str *ret_venue, struct str *ret_reg,
                       struct conflict *ret_conflict)
{
    size_t at = 0;
    enum err err = conflict_decode(value, ret_conflict);

    if (err)
        return err;
    return key_take_name(key, &at, ret_venue) && key_take_name(key, &at, ret_reg) ? take_place(key, at, ret_conflict)
                                                                                  : ERR_STORE_DAMAGED;
}

struct conflict_walking { size_t prefix_len; conflict_visit visit; void *context; };        /* venue and register */

static enum err conflict_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct conflict_walking *walking = context;
    struct conflict conflict;
    enum err err = conflict_decode(value, &conflict);

    if (!err)
        err = take_place(key, walking->prefix_len, &conflict);
    return err ? err : walking->visit(txn, &conflict, walking->context);
}

enum err conflict_walk(struct txn *txn, const struct event *identity, conflict_visit visit, void *context)
{
    struct conflict_walking walking = { .visit = visit, .context = context };
    struct key key;

    register_key(&key, identity->venue, identity->reg);
    walking.prefix_len = key.len;
    conflict_key(&key, identity);
    return store_walk(txn, TABLE_CONFLICTS, key_str(&key), key_str(&key), conflict_seen, &walking);
}

enum err conflict_walk_register(struct txn *txn, struct str venue, struct str reg, conflict_visit visit, void *context)
{
    struct conflict_walking walking = { .visit = visit, .context = context };
    struct key key;

    register_key(&key, venue, reg);
    walking.prefix_len = key.len;
    return store_walk(txn, TABLE_CONFLICTS, key_str(&key), key_str(&key), conflict_seen, &walking);
}

enum err conflict_drop(struct txn *txn, const struct event *identity, const struct event_hash *hash)
{
    struct key key;

    hash_key(&key, identity, hash);
    return store_delete(txn, TABLE_CONFLICTS, key_str(&key));
}

struct conflict_search { uint64_t place; bool found; struct conflict conflict; };

static enum err place_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    struct conflict_search *search = context;

    (void)txn;
    if (conflict->place != search->place)
        return ERR_OK;
    search->found = true;
    search->conflict = *conflict;
    return ERR_STOP;
}

enum err conflict_by_place(struct txn *txn, const struct event *identity, uint64_t place, struct conflict *ret_conflict)
{
    struct conflict_search search = { .place = place };
    enum err err = conflict_walk(txn, identity, place_seen, &search);

    if (!err && search.found)
        *ret_conflict = search.conflict;
    return err ? err : search.found ? ERR_OK : ERR_NOT_FOUND;
}

static enum err open_seen(struct txn *txn, const struct conflict *conflict, void *context)
{
    (void)txn;
    *(bool *)context |= conflict->state == CONFLICT_OPEN;
    return *(bool *)context ? ERR_STOP : ERR_OK;
}

enum err conflict_any_open(struct txn *txn, const struct event *identity, bool *ret_open)
{
    *ret_open = false;
    return conflict_walk(txn, identity, open_seen, ret_open);
}

static struct str amount_text(struct arena *arena, struct money amount, bool known)
{
    char text[MONEY_TEXT_SIZE];

    return known ? arena_format(arena, "%s kr", money_kroner(amount, text)) : STR("?");
}

struct str conflict_content_text(struct arena *arena, const struct event *event, int32_t day)
{
    struct money amount = event->amount, payments;
    bool known = event->kind != EVENT_RECEIPT || !receipt_sums(event, &amount, &payments);
    char date[16];
    struct str what = event->kind == EVENT_VOID
        ? arena_format(arena, "void %.*s/%llu", (int)event->voids.reg.len, event->voids.reg.bytes,
                       (unsigned long long)event->voids.seq)
        : event->kind == EVENT_Z_REPORT ? arena_format(arena, "Z %llu", (unsigned long long)event->z.number)
        : event->kind == EVENT_TRAINING || event->kind == EVENT_COPY ? str_of(event_kind_text(event->kind))
                                                                     : amount_text(arena, amount, known);

    return arena_format(arena, STR_FMT ", %s", STR_ARG(what), day_text(day, date));
}
