#include "claim.h"

#include "base/fields.h"

static const struct field_row claim_rows[] = { FIELD(claim, day), FIELD(claim, place), FIELD(claim, effective) };
static const struct fields claim_fields = FIELDS(claim, claim_rows, COUNT(claim_rows), NULL);

static void target_key(struct key *key, struct str venue, struct str reg, uint64_t seq)
{
    key_init(key);
    key_name(key, venue);
    key_name(key, reg);
    key_u64(key, seq);
}

bool claim_before(const struct claim *a, const struct claim *b)
{
    int order = str_compare(a->reg, b->reg);

    if (a->time != b->time)
        return a->time < b->time;
    return order < 0 || (order == 0 && a->seq < b->seq);
}

static void claim_key(struct key *key, const struct claim *claim)
{
    target_key(key, claim->venue, claim->target_reg, claim->target_seq);
    key_u64(key, (uint64_t)claim->time ^ (UINT64_C(1) << 63));
    key_name(key, claim->reg);
    key_u64(key, claim->seq);
}

enum err claim_drop(struct txn *txn, const struct claim *claim)
{
    struct key key;

    claim_key(&key, claim);
    return store_delete(txn, TABLE_VOIDS, key_str(&key));
}

enum err claim_put(struct txn *txn, const struct claim *claim)
{
    struct strbuf out;
    struct key key;
    enum err err;

    claim_key(&key, claim);
    strbuf_init(&out, 64);
    fields_write(&claim_fields, claim, &out);
    err = out.failed ? ERR_MEMORY : store_put(txn, TABLE_VOIDS, key_str(&key), strbuf_str(&out));
    strbuf_free(&out);
    return err;
}

static enum err claim_take(struct str key, size_t at, struct str value, struct claim *claim)
{
    struct reader in;
    uint64_t time;

    if (!key_take_u64(key, &at, &time) || !key_take_name(key, &at, &claim->reg) || !key_take_u64(key, &at, &claim->seq))
        return ERR_STORE_DAMAGED;
    claim->time = (int64_t)(time ^ (UINT64_C(1) << 63));
    reader_init(&in, value);
    fields_take(&claim_fields, &in, NULL, claim);
    return reader_done(&in) ? ERR_STORE_DAMAGED : ERR_OK;
}

struct search { struct claim claim; size_t prefix_len; bool effective_only, found; };

static enum err claim_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct search *search = context;
    struct claim claim = search->claim;
    enum err err = claim_take(key, search->prefix_len, value, &claim);

    (void)txn;
    if (err)
        return err;
    if (search->effective_only && !claim.effective)
        return ERR_OK;
    search->claim = claim;
    search->found = true;
    return ERR_STOP;
}

static enum err claim_search(struct txn *txn, struct str venue, struct str reg, uint64_t seq, bool effective_only,
                             struct claim *ret_claim)
{
    struct search search = { .claim = { .venue = venue, .target_reg = reg, .target_seq = seq },
                             .effective_only = effective_only };
    struct key key;
    enum err err;

    target_key(&key, venue, reg, seq);
    search.prefix_len = key.len;
    err = store_walk(txn, TABLE_VOIDS, key_str(&key), key_str(&key), claim_seen, &search);
    if (!err && !search.found)
        err = ERR_NOT_FOUND;
    if (!err)
        *ret_claim = search.claim;
    return err;
}

struct claims { struct str venue; claim_visit visit; void *context; };

static enum err any_claim_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct claims *claims = context;
    struct claim claim = { .venue = claims->venue };
    size_t at = 0;
    struct str venue;
    enum err err;

    if (!key_take_name(key, &at, &venue) || !key_take_name(key, &at, &claim.target_reg) ||
        !key_take_u64(key, &at, &claim.target_seq))
        return ERR_STORE_DAMAGED;
    err = claim_take(key, at, value, &claim);
    return err ? err : claims->visit(txn, &claim, claims->context);
}

enum err claim_walk(struct txn *txn, struct str venue, struct str reg, claim_visit visit, void *context)
{
    struct claims claims = { .venue = venue, .visit = visit, .context = context };
    struct key key;

    key_init(&key);
    key_name(&key, venue);
    key_name(&key, reg);
    return store_walk(txn, TABLE_VOIDS, key_str(&key), key_str(&key), any_claim_seen, &claims);
}

enum err claim_first(struct txn *txn, struct str venue, struct str reg, uint64_t seq, struct claim *ret_claim)
{
    return claim_search(txn, venue, reg, seq, false, ret_claim);
}

enum err claim_effective(struct txn *txn, struct str venue, struct str reg, uint64_t seq, struct claim *ret_claim)
{
    return claim_search(txn, venue, reg, seq, true, ret_claim);
}

enum err claim_is_effective(struct txn *txn, const struct event *void_event, bool *ret_effective)
{
    struct claim claim;
    enum err err = claim_effective(txn, void_event->venue, void_event->voids.reg, void_event->voids.seq, &claim);

    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret_effective = !err && str_equal(claim.reg, void_event->reg) && claim.seq == void_event->seq;
    return ERR_OK;
}
