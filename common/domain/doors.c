#include "doors.h"

#include "base/wire.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LAYOUT = 1, TOKEN_FIELDS = 5, KEY_FIELDS = 6, TEXT_MAX = 400, TOKEN_BYTES = 32, USED_EVERY_MS = 60000,
       RECORD_BYTES = 1 << 20 };
enum door_table { DOOR_TOKENS, DOOR_HASHES, DOOR_USED, DOOR_META, DOOR_TABLES };
static const char *const tables[DOOR_TABLES] = {
    [DOOR_TOKENS] = "tokens",             /* number -> about, made, revoked, scopes; behind them, of a CURVE key: true */
    [DOOR_HASHES] = "hashes",             /* keyed hash of the text -> number */
    [DOOR_USED] = "used",                 /* number -> when it was last used */
    [DOOR_META] = "meta",                 /* "key" -> what the hashes are keyed with; "last" -> the last number given */
};
static const char prefix[] = "bilag_";

/* As it is kept in memory; never moved and never freed before the doors are closed. */
struct known {
    struct door_token token;
    uint8_t hash[DOOR_HASH_BYTES];
    int64_t used_written_ms;
    struct known *next;
};

struct doors {
    struct store *store;
    struct known *known;
    struct arena arena, scratch;          /* texts and scopes of what is known; of one record */
    uint64_t last_known;                  /* the highest: one below it may come later, or be nobody's */
    uint64_t given;                       /* by doors_next(), for the next one; 0: none */
    uint8_t key[crypto_generichash_KEYBYTES];
    uint64_t generation;
    int64_t written_ms;
    bool first_use;                      /* of a token that was never used: written at once */
    bool unread;
};

static struct str number_key(uint64_t number, struct key *key)
{
    key_init(key);
    key_u64(key, number);
    return key_str(key);
}

/* --- opening --- */

static enum err key_work(struct txn *txn, void *context)
{
    struct doors *doors = context;
    struct str value, name = STR("key");
    enum err err = store_get(txn, DOOR_META, name, &value);

    if (err == ERR_NOT_FOUND) {
        randombytes_buf(doors->key, sizeof doors->key);
        return store_put_new(txn, DOOR_META, name, (struct str){ (const char *)doors->key, sizeof doors->key });
    }
    if (!err && value.len != sizeof doors->key)
        return ERR_STORE_DAMAGED;
    if (!err)
        memcpy(doors->key, value.bytes, sizeof doors->key);
    return err;
}

enum err doors_open(struct str state_dir, unsigned flags, struct doors **ret_doors, struct fault *fault)
{
    enum { KNOWN_BYTES = 64 << 20 };
    struct doors *doors = sodium_init() < 0 ? NULL : calloc(1, sizeof *doors);
    struct strbuf folder;
    enum err err;

    if (!doors)
        return fault_set(fault, ERR_MEMORY, "no memory for the tokens");
    arena_init(&doors->arena, KNOWN_BYTES);
    arena_init(&doors->scratch, RECORD_BYTES);
    doors->unread = true;
    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/doors", STR_ARG(state_dir));
    err = folder.failed ? fault_set(fault, ERR_CONFIG, "state_dir is too long")
                        : store_open(strbuf_str(&folder), tables, COUNT(tables), LAYOUT, flags, &doors->store, fault);
    strbuf_free(&folder);
    if (!err)
        err = flags & STORE_READ_ONLY ? store_read(doors->store, key_work, doors) : store_write(doors->store, key_work, doors);
    if (err) {
        doors_close(doors);
        return err;
    }
    *ret_doors = doors;
    return ERR_OK;
}

void doors_close(struct doors *doors)
{
    if (!doors)
        return;
    while (doors->known) {
        struct known *known = doors->known;

        doors->known = known->next;
        free(known);
    }
    store_close(doors->store);
    arena_free(&doors->arena);
    arena_free(&doors->scratch);
    sodium_memzero(doors->key, sizeof doors->key);
    free(doors);
}

/* --- a token's record --- */

static void encode(const struct door_token *token, const uint8_t *hash, struct strbuf *out)
{
    wire_array(out, token->curve ? KEY_FIELDS : TOKEN_FIELDS);
    wire_str(out, token->about);
    wire_int(out, token->made_ms);
    wire_int(out, token->revoked_ms);
    wire_str(out, (struct str){ (const char *)hash, DOOR_HASH_BYTES });
    wire_array(out, token->scope_count * 2);
    for (size_t i = 0; i < token->scope_count; i++) {
        wire_int(out, token->scopes[i].company);
        wire_str(out, token->scopes[i].name);
    }
    if (token->curve)
        wire_bool(out, true);
}

/* Texts are views into bytes; scopes go into the arena. */
static enum err decode(struct str bytes, struct arena *arena, struct door_token *token, struct str *ret_hash)
{
    struct reader in;
    size_t count, fields;

    reader_init(&in, bytes);
    fields = take_array(&in, KEY_FIELDS);
    if (fields < TOKEN_FIELDS)
        return ERR_STORE_DAMAGED;
    token->about = take_str(&in, TEXT_MAX);
    token->made_ms = take_int(&in);
    token->revoked_ms = take_int(&in);
    *ret_hash = take_str(&in, DOOR_HASH_BYTES);
    count = take_array(&in, 2 * DOOR_SCOPES_MAX) / 2;
    token->scopes = arena_array(arena, count ? count : 1, sizeof *token->scopes);
    if (!token->scopes)
        return ERR_MEMORY;
    for (token->scope_count = 0; token->scope_count < count && !in.failed; token->scope_count++) {
        token->scopes[token->scope_count].company = take_int(&in) != 0;
        token->scopes[token->scope_count].name = take_str(&in, TEXT_MAX);
    }
    token->curve = fields == KEY_FIELDS && take_bool(&in);
    return reader_done(&in) || ret_hash->len != DOOR_HASH_BYTES ? ERR_STORE_DAMAGED : ERR_OK;
}

/* --- making and revoking --- */

struct adding { const struct door_token *token; const uint8_t *hash; struct strbuf *bytes; uint64_t number; };

static enum err take_number(enum err err, struct str bytes, uint64_t *number)
{
    size_t at = 0;
    uint64_t found = 0;

    if (!err && (!key_take_u64(bytes, &at, &found) || found == UINT64_MAX))
        return ERR_STORE_DAMAGED;        /* the next would be number 0 */
    if (!err && found > *number)
        *number = found;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* Behind that of every token there is, and that was to be. */
static enum err next_number(struct txn *txn, uint64_t *ret_number)
{
    struct str last = STR_NONE, value = STR_NONE;
    struct key key;
    uint64_t number = 0;
    enum err err = store_floor(txn, DOOR_TOKENS, STR_NONE, number_key(UINT64_MAX, &key), &last, &value);

    err = take_number(err, last, &number);
    if (!err) {
        err = store_get(txn, DOOR_META, STR("last"), &value);
        err = take_number(err, value, &number);
    }
    *ret_number = number + 1;
    return err ? err : store_put(txn, DOOR_META, STR("last"), number_key(*ret_number, &key));
}

static enum err add_work(struct txn *txn, void *context)
{
    struct adding *adding = context;
    struct key key;
    enum err err = adding->number ? ERR_OK : next_number(txn, &adding->number);

    if (err)
        return err;
    err = store_put_new(txn, DOOR_TOKENS, number_key(adding->number, &key), strbuf_str(adding->bytes));
    return err ? err : store_put_new(txn, DOOR_HASHES, (struct str){ (const char *)adding->hash, DOOR_HASH_BYTES },
                                     key_str(&key));
}

/* A key's hash is of other bytes than a text's, so that nobody comes in over HTTP with a public key. */
static void hash_of(const struct doors *doors, bool curve, struct str text, uint8_t hash[DOOR_HASH_BYTES])
{
    static const char curve_prefix[] = "curve ";
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, doors->key, sizeof doors->key, DOOR_HASH_BYTES);
    if (curve)
        (void)crypto_generichash_update(&state, (const unsigned char *)curve_prefix, sizeof curve_prefix);
    (void)crypto_generichash_update(&state, (const unsigned char *)text.bytes, text.len);
    (void)crypto_generichash_final(&state, hash, DOOR_HASH_BYTES);
    sodium_memzero(&state, sizeof state);
}

struct giving { const uint8_t *hash; uint64_t number; };

static enum err next_work(struct txn *txn, void *context)
{
    struct giving *giving = context;
    struct str number;
    struct str hash = { (const char *)giving->hash, DOOR_HASH_BYTES };
    enum err err = giving->hash ? store_get(txn, DOOR_HASHES, hash, &number) : ERR_NOT_FOUND;

    return err == ERR_NOT_FOUND ? next_number(txn, &giving->number) : err ? err : ERR_EXISTS;
}

enum err doors_next(struct doors *doors, size_t count, struct str about, struct str key, uint64_t *ret_number)
{
    uint8_t hash[DOOR_HASH_BYTES];
    struct giving giving = { key.len ? hash : NULL, 0 };
    enum err err;

    if (about.len > TEXT_MAX || count > DOOR_SCOPES_MAX)
        return ERR_TOO_LONG;
    hash_of(doors, true, key, hash);
    err = store_write(doors->store, next_work, &giving);
    if (!err)
        *ret_number = doors->given = giving.number;
    return err;
}

static enum err add_text(struct doors *doors, const struct door_token *token, struct str text, uint64_t *ret_number)
{
    uint8_t hash[DOOR_HASH_BYTES];
    struct strbuf bytes;
    struct adding adding = { token, hash, &bytes, doors->given };
    enum err err;

    doors->given = 0;
    hash_of(doors, token->curve, text, hash);
    strbuf_init(&bytes, RECORD_BYTES);
    encode(token, hash, &bytes);
    err = bytes.failed ? ERR_MEMORY : store_write(doors->store, add_work, &adding);
    strbuf_free(&bytes);
    if (!err)
        *ret_number = adding.number;
    return err;
}

enum err doors_add(struct doors *doors, const struct door_scope *scopes, size_t count, struct str about, int64_t now_ms,
                   char ret_text[DOOR_TEXT_SIZE], uint64_t *ret_number)
{
    struct door_token token = { .about = about, .made_ms = now_ms, .scopes = (struct door_scope *)(uintptr_t)scopes,
                                .scope_count = count };
    uint8_t random[TOKEN_BYTES];
    enum err err;

    if (about.len > TEXT_MAX || count > DOOR_SCOPES_MAX)
        return ERR_TOO_LONG;
    randombytes_buf(random, sizeof random);
    memcpy(ret_text, prefix, sizeof prefix);
    (void)sodium_bin2base64(ret_text + sizeof prefix - 1, DOOR_TEXT_SIZE - sizeof prefix + 1, random, sizeof random,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof random);
    err = add_text(doors, &token, str_of(ret_text), ret_number);
    if (err)
        sodium_memzero(ret_text, DOOR_TEXT_SIZE);
    return err;
}

enum err doors_add_key(struct doors *doors, const struct door_scope *scopes, size_t count, struct str about,
                       int64_t now_ms, struct str key, uint64_t *ret_number)
{
    struct door_token token = { .about = about, .made_ms = now_ms, .scopes = (struct door_scope *)(uintptr_t)scopes,
                                .scope_count = count, .curve = true };

    if (about.len > TEXT_MAX || count > DOOR_SCOPES_MAX)
        return ERR_TOO_LONG;
    return add_text(doors, &token, key, ret_number);
}

struct revoking { uint64_t number; int64_t now_ms; struct arena *arena; };

static enum err revoke_work(struct txn *txn, void *context)
{
    struct revoking *revoking = context;
    struct door_token token = { .number = revoking->number };
    struct strbuf bytes;
    struct str value, hash;
    struct key key;
    enum err err = store_get(txn, DOOR_TOKENS, number_key(revoking->number, &key), &value);

    arena_reset(revoking->arena);
    if (!err)
        err = decode(value, revoking->arena, &token, &hash);
    if (err || token.revoked_ms)
        return err ? err : ERR_EXISTS;
    token.revoked_ms = revoking->now_ms;
    strbuf_init(&bytes, RECORD_BYTES);
    encode(&token, (const uint8_t *)hash.bytes, &bytes);
    err = bytes.failed ? ERR_MEMORY : store_put(txn, DOOR_TOKENS, key_str(&key), strbuf_str(&bytes));
    strbuf_free(&bytes);
    return err;
}

enum err doors_revoke(struct doors *doors, uint64_t number, int64_t now_ms)
{
    struct revoking revoking = { number, now_ms, &doors->scratch };

    return store_write(doors->store, revoke_work, &revoking);
}

/* --- listing --- */

struct listing { door_visit visit; void *context; struct arena arena; };

static enum err listed(struct txn *txn, struct str key, struct str value, void *context)
{
    struct listing *listing = context;
    struct door_token token = { .number = 0 };
    struct str hash, used;
    size_t at = 0, used_at = 0;
    uint64_t used_ms = 0;
    enum err err;

    arena_reset(&listing->arena);
    if (!key_take_u64(key, &at, &token.number))
        return ERR_STORE_DAMAGED;
    err = decode(value, &listing->arena, &token, &hash);
    if (!err && store_get(txn, DOOR_USED, key, &used) == ERR_OK && key_take_u64(used, &used_at, &used_ms))
        token.used_ms = (int64_t)used_ms;
    return err ? err : listing->visit(&token, listing->context);
}

static enum err list_work(struct txn *txn, void *context)
{
    return store_walk(txn, DOOR_TOKENS, STR_NONE, STR_NONE, listed, context);
}

enum err doors_list(struct doors *doors, door_visit visit, void *context)
{
    struct listing listing = { .visit = visit, .context = context };
    enum err err;

    arena_init(&listing.arena, RECORD_BYTES);
    err = store_read(doors->store, list_work, &listing);
    arena_free(&listing.arena);
    return err;
}

/* --- judging --- */

static struct known *known_of(struct doors *doors, uint64_t number)
{
    struct known *known = number > doors->last_known ? NULL : doors->known;

    while (known && known->token.number != number)
        known = known->next;
    return known;
}

static enum err know(struct doors *doors, uint64_t number, struct str value)
{
    struct known *known = calloc(1, sizeof *known);
    struct str hash;
    enum err err = ERR_MEMORY;

    value = arena_copy(&doors->arena, value);            /* its texts live as long as it is known */
    if (known && value.bytes)
        err = decode(value, &doors->arena, &known->token, &hash);
    if (err) {
        free(known);
        return err;
    }
    known->token.number = number;
    memcpy(known->hash, hash.bytes, sizeof known->hash);
    known->next = doors->known;
    doors->known = known;
    if (number > doors->last_known)
        doors->last_known = number;
    return ERR_OK;
}

static enum err known_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    struct doors *doors = context;
    struct door_token token;
    struct known *known;
    struct str hash;
    uint64_t number;
    size_t at = 0;
    enum err err;

    (void)txn;
    if (!key_take_u64(key, &at, &number))
        return ERR_STORE_DAMAGED;
    known = known_of(doors, number);
    if (!known)
        return know(doors, number, value);
    arena_reset(&doors->scratch);
    err = decode(value, &doors->scratch, &token, &hash);
    if (!err)
        known->token.revoked_ms = token.revoked_ms;
    return err;
}

static enum err know_work(struct txn *txn, void *context)
{
    return store_walk(txn, DOOR_TOKENS, STR_NONE, STR_NONE, known_seen, context);
}

enum err doors_look(struct doors *doors)
{
    uint64_t generation = store_generation(doors->store);
    enum err err;

    if (!doors->unread && generation == doors->generation && generation)
        return ERR_OK;
    err = store_read(doors->store, know_work, doors);
    doors->unread = err != ERR_OK;
    doors->generation = generation;
    return err;
}

/* Every token is compared to its end, so that the time it takes says nothing of how near a guess came. */
static enum err judge(struct doors *doors, bool curve, struct str text, int64_t now_ms, const struct door_token **ret_token)
{
    uint8_t hash[DOOR_HASH_BYTES];
    struct known *found = NULL;
    enum err err = doors_look(doors);

    if (err)
        return err;
    hash_of(doors, curve, text, hash);
    for (struct known *known = doors->known; known; known = known->next)
        if (sodium_memcmp(known->hash, hash, sizeof hash) == 0 && known->token.curve == curve)
            found = known;
    if (!found || found->token.revoked_ms)
        return ERR_NOT_FOUND;
    doors->first_use |= found->token.used_ms == 0;
    found->token.used_ms = now_ms;
    *ret_token = &found->token;
    return ERR_OK;
}

enum err doors_judge(struct doors *doors, struct str text, int64_t now_ms, const struct door_token **ret_token)
{
    return judge(doors, false, text, now_ms, ret_token);
}

enum err doors_judge_key(struct doors *doors, struct str key, int64_t now_ms, const struct door_token **ret_token)
{
    return judge(doors, true, key, now_ms, ret_token);
}

bool door_opens(const struct door_token *token, const struct config *config, struct str venue)
{
    return !token->revoked_ms && door_names(token, config, venue);
}

bool door_names(const struct door_token *token, const struct config *config, struct str venue)
{
    const struct venue *known = config_venue(config, venue);

    for (size_t i = 0; i < token->scope_count; i++) {
        const struct door_scope *scope = &token->scopes[i];

        if (scope->company ? known && str_equal(known->company, scope->name) : str_equal(scope->name, venue))
            return true;
    }
    return false;
}

bool door_by_company(const struct door_token *token)
{
    for (size_t i = 0; i < token->scope_count; i++)
        if (token->scopes[i].company)
            return true;
    return false;
}

static enum err used_work(struct txn *txn, void *context)
{
    struct doors *doors = context;
    struct key key, value;
    enum err err = ERR_OK;

    for (struct known *known = doors->known; known && !err; known = known->next) {
        if (known->token.used_ms <= known->used_written_ms)
            continue;
        key_init(&value);
        key_u64(&value, (uint64_t)known->token.used_ms);
        err = store_put(txn, DOOR_USED, number_key(known->token.number, &key), key_str(&value));
    }
    return err;
}

enum err doors_turn(struct doors *doors, int64_t now_ms)
{
    bool any = false;
    enum err err;

    if (now_ms < doors->written_ms + USED_EVERY_MS && !doors->first_use)
        return ERR_OK;
    doors->first_use = false;
    doors->written_ms = now_ms;
    for (struct known *known = doors->known; known; known = known->next)
        any |= known->token.used_ms > known->used_written_ms;
    err = any ? store_write(doors->store, used_work, doors) : ERR_OK;
    for (struct known *known = doors->known; known && !err; known = known->next)
        known->used_written_ms = known->token.used_ms;
    return err;
}

struct visiting { door_table_visit visit; void *context; };

static enum err tables_work(struct txn *txn, void *context)
{
    struct visiting *visiting = context;
    enum err err = ERR_OK;

    for (unsigned table = 0; table < DOOR_TABLES && !err; table++)
        err = visiting->visit(txn, table, tables[table], visiting->context);
    return err;
}

enum err doors_tables(struct doors *doors, door_table_visit visit, void *context)
{
    struct visiting visiting = { visit, context };

    return store_read(doors->store, tables_work, &visiting);
}
