#include "tables.h"

#include "run.h"
#include "domain/draft.h"
#include "domain/event_canonical.h"
#include "domain/register.h"
#include "base/fields.h"

#include <inttypes.h>
#include <string.h>

enum { REASON_MAX = 4096 };

const char *const mapper_tables[TABLE_COUNT] = {
    "meta", "receipts", "seen", "voids", "effects", "zs", "conflicts", "days", "due", "drafts", "orders", "parked",
};

static void known_key(struct key *key, struct str venue, struct str reg, uint32_t series, uint64_t seq)
{
    key_init(key);
    key_name(key, venue);
    key_name(key, reg);
    key_u32(key, series);
    key_u64(key, seq);
}

static void hash_write(const void *member, struct strbuf *out)
{
    const struct event_hash *hash = member;

    wire_bin(out, (struct str){ (const char *)hash->bytes, sizeof hash->bytes });
}

static void hash_take(struct reader *in, void *member)
{
    struct event_hash *hash = member;
    struct str bytes = take_bin(in, sizeof hash->bytes);

    if (bytes.len == sizeof hash->bytes)
        memcpy(hash->bytes, bytes.bytes, bytes.len);
    else
        in->failed = true;
}

static const struct field_codec hash_codec = { hash_write, hash_take };
static const struct field_row known_rows[] = {
    FIELD(known, place),
    FIELD(known, day),
    FIELD(known, booked),
    FIELD_BY(known, hash, &hash_codec),
    FIELD_BYTES(known, bytes, EVENT_BYTES_MAX),
};
static const struct fields known_fields = FIELDS(known, known_rows, COUNT(known_rows), NULL);

enum err known_read(struct str value, struct known *ret_known)
{
    return fields_read(&known_fields, value, NULL, ret_known) ? ERR_STORE_DAMAGED : ERR_OK;
}

enum err known_get(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq,
                   struct known *ret_known)
{
    struct str value;
    struct key key;
    enum err err;

    known_key(&key, venue, reg, series, seq);
    err = store_get(txn, TABLE_RECEIPTS, key_str(&key), &value);
    return err ? err : known_read(value, ret_known);
}

void known_write(const struct known *known, struct strbuf *out)
{
    fields_write(&known_fields, known, out);
}

/* Where a record is written before it is put: room is not asked for again for each. */
static struct strbuf *record_room(void)
{
    static struct strbuf room;

    if (room.limit == 0)
        strbuf_init(&room, EVENT_BYTES_MAX + 128);
    strbuf_reset(&room);
    return &room;
}

enum err known_put(struct txn *txn, const struct event *event, const struct known *known)
{
    struct strbuf *out = record_room();
    struct key key;

    known_write(known, out);
    known_key(&key, event->venue, event->reg, event->series, event->seq);
    return out->failed ? ERR_MEMORY : store_put(txn, TABLE_RECEIPTS, key_str(&key), strbuf_str(out));
}

enum err known_event(struct txn *txn, struct str venue, struct str reg, uint32_t series, uint64_t seq,
                     struct arena *arena, struct known *ret_known, struct event *ret_event)
{
    enum err err = known_get(txn, venue, reg, series, seq, ret_known);

    if (err)
        return err;
    err = event_decode(ret_known->bytes, arena, ret_event);
    if (!err)
        err = run_adopt(txn, ret_event, reg, ret_known->place, arena);
    return err == ERR_FORMAT ? ERR_STORE_DAMAGED : err;
}

struct arena *receipt_arena(void)
{
    enum { RECEIPT_ARENA_BYTES = 32 * 1024 * 1024 };
    static struct arena arena;

    if (arena.limit == 0)
        arena_init(&arena, RECEIPT_ARENA_BYTES);
    arena_reset(&arena);
    return &arena;
}

static void effect_prefix(struct key *key, struct str venue, int32_t day, enum effect_class class_)
{
    key_init(key);
    key_name(key, venue);
    key_day(key, day);
    key_u32(key, class_);
}

/* An effect of the log is the first rows alone; one of a person has its words behind them. */
struct worded { struct effect effect; struct removal_words words; };

static const struct field_row effect_rows[] = {
    FIELD(worded, effect.negative),
    FIELD_MAX(worded, effect.reg, REGISTER_NAME_MAX),
    FIELD(worded, effect.series),
    FIELD(worded, effect.seq),
    FIELD_MAX(worded, effect.by_reg, REGISTER_NAME_MAX),
    FIELD(worded, effect.by_seq),
    FIELD_LATER(worded, words.has_amount, 0, NIL_NEVER, 0),
    FIELD_LATER(worded, words.amount, 0, NIL_NEVER, 0),
    FIELD_LATER(worded, words.reason, REASON_MAX, NIL_NEVER, 0),
};
enum { EFFECT_ROWS = COUNT(effect_rows) - 3 };
static const struct fields effect_fields = { effect_rows, EFFECT_ROWS, EFFECT_ROWS, sizeof(struct worded), NULL };
static const struct fields worded_fields = FIELDS(worded, effect_rows, EFFECT_ROWS, NULL);

static enum err effect_write(struct txn *txn, const struct key *key, const struct fields *fields, const struct worded *worded)
{
    struct strbuf *out = record_room();

    fields_write(fields, worded, out);
    return out->failed ? ERR_MEMORY : store_put(txn, TABLE_EFFECTS, key_str(key), strbuf_str(out));
}

enum err effect_put(struct txn *txn, struct str venue, int32_t day, enum effect_class class_, uint64_t place,
                    uint32_t n, const struct effect *effect)
{
    struct key key;

    effect_prefix(&key, venue, day, class_);
    key_u64(&key, place);
    key_u32(&key, n);
    return effect_write(txn, &key, &effect_fields, &(struct worded){ .effect = *effect });
}

static void removal_key(struct key *key, struct str venue, int32_t day, uint64_t number)
{
    effect_prefix(key, venue, day, EFFECT_REMOVED);
    key_u64(key, number);
    key_u32(key, 0);
}

enum err effect_put_removal(struct txn *txn, struct str venue, int32_t day, uint64_t number, const struct effect *effect,
                            const struct removal_words *words)
{
    struct key key;

    removal_key(&key, venue, day, number);
    return effect_write(txn, &key, &worded_fields, &(struct worded){ *effect, *words });
}

static enum err effect_decode(struct str value, struct effect *ret_effect)
{
    struct worded worded;

    if (fields_read(&worded_fields, value, NULL, &worded))
        return ERR_STORE_DAMAGED;
    *ret_effect = worded.effect;
    return ERR_OK;
}

enum err effect_removal_words(struct txn *txn, struct str venue, int32_t day, uint64_t number,
                              struct removal_words *ret_words)
{
    struct worded worded;
    struct str value;
    struct key key;
    enum err err;

    removal_key(&key, venue, day, number);
    err = store_get(txn, TABLE_EFFECTS, key_str(&key), &value);
    if (!err && fields_read(&worded_fields, value, NULL, &worded))
        err = ERR_STORE_DAMAGED;
    if (!err)
        *ret_words = worded.words;
    return err;
}

struct effect_walk_ { size_t prefix_len; uint64_t upto; effect_visit visit; void *context; };

static enum err effect_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct effect_walk_ *walk = context;
    struct effect effect;
    uint64_t place;
    size_t at = walk->prefix_len;
    enum err err;

    if (!key_take_u64(key, &at, &place))
        return ERR_STORE_DAMAGED;
    if (place > walk->upto)
        return ERR_STOP;
    err = effect_decode(value, &effect);
    return err ? err : walk->visit(txn, place, &effect, walk->context);
}

enum err effect_walk(struct txn *txn, struct str venue, int32_t day, enum effect_class class_, uint64_t from,
                     uint64_t upto, effect_visit visit, void *context)
{
    struct effect_walk_ walk = { 0, upto, visit, context };
    struct key prefix, start;

    if (from >= upto)
        return ERR_OK;
    effect_prefix(&prefix, venue, day, class_);
    walk.prefix_len = prefix.len;
    start = prefix;
    key_u64(&start, from + 1);
    return store_walk(txn, TABLE_EFFECTS, key_str(&prefix), key_str(&start), effect_seen, &walk);
}

struct drop { struct key key; bool negative; struct str by_reg; uint64_t by_seq; bool found; };

static enum err drop_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct drop *drop = context;
    struct effect effect;

    (void)txn;
    if (effect_decode(value, &effect))
        return ERR_STORE_DAMAGED;
    if (effect.negative != drop->negative || effect.by_seq != drop->by_seq || !str_equal(effect.by_reg, drop->by_reg))
        return ERR_OK;
    memcpy(drop->key.bytes, key.bytes, key.len);
    drop->key.len = key.len;
    drop->found = true;
    return ERR_STOP;
}

enum err effect_drop(struct txn *txn, struct str venue, int32_t day, enum effect_class class_, uint64_t place,
                     bool negative, struct str by_reg, uint64_t by_seq)
{
    struct drop drop = { .negative = negative, .by_reg = by_reg, .by_seq = by_seq };
    struct key prefix;
    enum err err;

    effect_prefix(&prefix, venue, day, class_);
    key_u64(&prefix, place);
    err = store_walk(txn, TABLE_EFFECTS, key_str(&prefix), key_str(&prefix), drop_seen, &drop);
    if (!err && !drop.found)
        err = ERR_NOT_FOUND;
    return err ? err : store_delete(txn, TABLE_EFFECTS, key_str(&drop.key));
}

static const char *const prefixes[SERIES_COUNT] = { "", "Z", "E" };

struct str receipt_text(struct arena *arena, struct str reg, uint32_t series, uint64_t seq)
{
    return arena_format(arena, STR_FMT "/%s%" PRIu64, STR_ARG(reg), series < SERIES_COUNT ? prefixes[series] : "?",
                        seq);
}

enum err receipt_parse(struct str text, struct arena *arena, struct receipt_name *ret_name)
{
    const char *first = text.len ? memchr(text.bytes, '/', text.len) : NULL;
    const char *last = text.len ? memrchr(text.bytes, '/', text.len) : NULL;
    struct receipt_name name = { .series = SERIES_RECEIPTS };
    struct str number, order;
    struct doc doc;

    if (!first || first == last)
        return ERR_FORMAT;
    number = (struct str){ last + 1, text.len - (size_t)(last + 1 - text.bytes) };
    for (uint32_t series = SERIES_RECEIPTS + 1; series < SERIES_COUNT; series++)
        if (number.len > 1 && number.bytes[0] == prefixes[series][0]) {
            name.series = series;
            number = (struct str){ number.bytes + 1, number.len - 1 };
            break;
        }
    /* an order's name has the same form, with that word between */
    order = arena_format(arena, "%.*s/order%.*s/" STR_FMT, (int)(first - text.bytes), text.bytes, (int)(last - first),
                         first, STR_ARG(number));
    if (!order.bytes)
        return ERR_MEMORY;
    if (doc_parse(order, &doc) || doc.kind != DOC_ORDER)
        return ERR_FORMAT;
    name.venue = doc.venue;
    name.reg = doc.reg;
    name.seq = doc.seq;
    *ret_name = name;
    return ERR_OK;
}

enum err due_put(struct txn *txn, struct str venue, int32_t day)
{
    struct str there;
    struct key key;

    key_init(&key);
    key_name(&key, venue);
    key_day(&key, day);
    if (!store_get(txn, TABLE_DUE, key_str(&key), &there) && str_equal(there, STR("1")))
        return ERR_OK;                   /* mostly: a page less that is written */
    return store_put(txn, TABLE_DUE, key_str(&key), STR("1"));
}
