#include "tables.h"

#include "run.h"
#include "domain/draft.h"
#include "domain/event_canonical.h"
#include "domain/register.h"
#include "base/wire.h"

#include <inttypes.h>
#include <string.h>

enum { EFFECT_MEMBERS = 6, EFFECT_MEMBERS_MAX = 9, REASON_MAX = 4096 };

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

enum err known_read(struct str value, struct known *ret_known)
{
    struct known known = { 0 };
    struct reader in;
    struct str hash;

    reader_init(&in, value);
    if (take_array(&in, 5) != 5)
        return ERR_STORE_DAMAGED;
    known.place = take_uint(&in);
    known.day = (int32_t)take_int(&in);
    known.booked = take_bool(&in);
    hash = take_bin(&in, sizeof known.hash.bytes);
    known.bytes = take_bin(&in, EVENT_BYTES_MAX);
    if (reader_done(&in) || hash.len != sizeof known.hash.bytes)
        return ERR_STORE_DAMAGED;
    memcpy(known.hash.bytes, hash.bytes, hash.len);
    *ret_known = known;
    return ERR_OK;
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

enum err known_put(struct txn *txn, const struct event *event, const struct known *known)
{
    struct strbuf out;
    struct key key;
    enum err err;

    strbuf_init(&out, EVENT_BYTES_MAX + 128);
    wire_array(&out, 5);
    wire_uint(&out, known->place);
    wire_int(&out, known->day);
    wire_bool(&out, known->booked);
    wire_bin(&out, (struct str){ (const char *)known->hash.bytes, sizeof known->hash.bytes });
    wire_bin(&out, known->bytes);
    known_key(&key, event->venue, event->reg, event->series, event->seq);
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_RECEIPTS, key_str(&key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
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

/* words NULL: an effect of the log. */
static enum err effect_write(struct txn *txn, const struct key *key, const struct effect *effect,
                             const struct removal_words *words)
{
    struct strbuf out;
    enum err err;

    strbuf_init(&out, 8192);
    wire_array(&out, words ? EFFECT_MEMBERS_MAX : EFFECT_MEMBERS);
    wire_bool(&out, effect->negative);
    wire_str(&out, effect->reg);
    wire_uint(&out, effect->series);
    wire_uint(&out, effect->seq);
    wire_str(&out, effect->by_reg);
    wire_uint(&out, effect->by_seq);
    if (words) {
        wire_bool(&out, words->has_amount);
        wire_money(&out, words->amount);
        wire_str(&out, words->reason);
    }
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_EFFECTS, key_str(key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

enum err effect_put(struct txn *txn, struct str venue, int32_t day, enum effect_class class_, uint64_t place,
                    uint32_t n, const struct effect *effect)
{
    struct key key;

    effect_prefix(&key, venue, day, class_);
    key_u64(&key, place);
    key_u32(&key, n);
    return effect_write(txn, &key, effect, NULL);
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
    return effect_write(txn, &key, effect, words);
}

static enum err effect_read(struct str value, struct effect *ret_effect, struct removal_words *ret_words)
{
    struct effect effect = { 0 };
    struct removal_words words = { false, { 0 }, STR_NONE };
    struct reader in;
    size_t members;

    reader_init(&in, value);
    members = take_array(&in, EFFECT_MEMBERS_MAX);
    if (members != EFFECT_MEMBERS && members != EFFECT_MEMBERS_MAX)
        return ERR_STORE_DAMAGED;
    effect.negative = take_bool(&in);
    effect.reg = take_str(&in, REGISTER_NAME_MAX);
    effect.series = (uint32_t)take_uint(&in);
    effect.seq = take_uint(&in);
    effect.by_reg = take_str(&in, REGISTER_NAME_MAX);
    effect.by_seq = take_uint(&in);
    if (members == EFFECT_MEMBERS_MAX) {
        words.has_amount = take_bool(&in);
        words.amount = take_money(&in);
        words.reason = take_str(&in, REASON_MAX);
    }
    if (reader_done(&in))
        return ERR_STORE_DAMAGED;
    *ret_effect = effect;
    *ret_words = words;
    return ERR_OK;
}

static enum err effect_decode(struct str value, struct effect *ret_effect)
{
    struct removal_words words;

    return effect_read(value, ret_effect, &words);
}

enum err effect_removal_words(struct txn *txn, struct str venue, int32_t day, uint64_t number,
                              struct removal_words *ret_words)
{
    struct effect effect;
    struct str value;
    struct key key;
    enum err err;

    removal_key(&key, venue, day, number);
    err = store_get(txn, TABLE_EFFECTS, key_str(&key), &value);
    return err ? err : effect_read(value, &effect, ret_words);
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
    struct key key;

    key_init(&key);
    key_name(&key, venue);
    key_day(&key, day);
    return store_put(txn, TABLE_DUE, key_str(&key), STR("1"));
}
