#include "user_tokens.h"

#include "base/fields.h"
#include "users_inside.h"

#include <sodium.h>
#include <string.h>

enum { TOKEN_FORM = 1, NAME_BYTES = 64, RECORD_BYTES = 4096, RANDOM_BYTES = 32, HASH_BYTES = 32, USED_EVERY_MS = 60000 };
static const char prefix[] = "bilag_user_";

static const struct field_row token_rows[] = {
    FIELD_IS(TOKEN_FORM),
    FIELD(user_token, number),
    FIELD_MAX(user_token, user, NAME_BYTES),
    FIELD_MAX(user_token, about, USER_TOKEN_ABOUT_MAX),
    FIELD(user_token, made_ms),
    FIELD(user_token, used_ms),
};
static const struct fields token_fields = FIELDS(user_token, token_rows, 6, NULL);

static enum err put(struct txn *txn, struct str hash, const struct user_token *token)
{
    struct strbuf bytes;
    enum err err;

    strbuf_init(&bytes, RECORD_BYTES);
    fields_write(&token_fields, token, &bytes);
    err = bytes.failed ? ERR_MEMORY : store_put(txn, USER_TOKENS, hash, strbuf_str(&bytes));
    strbuf_free(&bytes);
    return err;
}

static enum err read_token(struct str key, struct str value, struct user_token *token)
{
    return key.len != HASH_BYTES || fields_read(&token_fields, value, NULL, token) ? ERR_STORE_DAMAGED : ERR_OK;
}

/* --- hashes --- */

/* What the hashes are keyed with. ERR_NOT_FOUND: no token was made yet. */
static enum err hash_key(struct txn *txn, uint8_t key[crypto_generichash_KEYBYTES])
{
    struct str value;
    enum err err = store_get(txn, USER_META, STR("key"), &value);

    if (!err && value.len != crypto_generichash_KEYBYTES)
        return ERR_STORE_DAMAGED;
    if (!err)
        memcpy(key, value.bytes, crypto_generichash_KEYBYTES);
    return err;
}

static enum err made_key(struct txn *txn, uint8_t key[crypto_generichash_KEYBYTES])
{
    enum err err = hash_key(txn, key);

    if (err != ERR_NOT_FOUND)
        return err;
    randombytes_buf(key, crypto_generichash_KEYBYTES);
    return store_put_new(txn, USER_META, STR("key"), (struct str){ (const char *)key, crypto_generichash_KEYBYTES });
}

static struct str hash_of(uint8_t key[crypto_generichash_KEYBYTES], struct str text, uint8_t hash[HASH_BYTES])
{
    (void)crypto_generichash(hash, HASH_BYTES, (const unsigned char *)text.bytes, text.len, key, crypto_generichash_KEYBYTES);
    sodium_memzero(key, crypto_generichash_KEYBYTES);
    return (struct str){ (const char *)hash, HASH_BYTES };
}

/* --- made --- */

struct adding_token { struct user_token token; struct str text; size_t of_user; };

static enum err count_one(struct txn *txn, struct str key, struct str value, void *context)
{
    struct adding_token *adding = context;
    struct user_token token = { .number = 0 };
    enum err err = read_token(key, value, &token);

    (void)txn;
    adding->of_user += !err && str_equal(token.user, adding->token.user);
    return err;
}

/* Numbers go on after the last one that there ever was. */
static enum err next_number(struct txn *txn, uint64_t *ret_number)
{
    struct str value;
    struct key key;
    size_t at = 0;
    enum err err = store_get(txn, USER_META, STR("last"), &value);

    *ret_number = 0;
    if (!err && (!key_take_u64(value, &at, ret_number) || *ret_number == UINT64_MAX))
        return ERR_STORE_DAMAGED;        /* the next would be number 0 */
    if (err && err != ERR_NOT_FOUND)
        return err;
    key_init(&key);
    key_u64(&key, ++*ret_number);
    return store_put(txn, USER_META, STR("last"), key_str(&key));
}

/* It may have one more, and that has a number. */
static enum err next_work(struct txn *txn, void *context)
{
    struct adding_token *adding = context;
    struct str user;
    struct key name;
    enum err err;

    key_init(&name);
    key_name(&name, adding->token.user);
    adding->of_user = 0;
    err = store_get(txn, USER_TABLE, key_str(&name), &user);
    if (!err)
        err = store_walk(txn, USER_TOKENS, STR_NONE, STR_NONE, count_one, adding);
    if (!err && adding->of_user >= USER_TOKENS_MAX)
        err = ERR_EXISTS;
    if (!err && !adding->token.number)
        err = next_number(txn, &adding->token.number);
    return err;
}

static enum err add_work(struct txn *txn, void *context)
{
    struct adding_token *adding = context;
    uint8_t key[crypto_generichash_KEYBYTES], hash[HASH_BYTES];
    enum err err = next_work(txn, adding);

    if (!err)
        err = made_key(txn, key);
    return err ? err : put(txn, hash_of(key, adding->text, hash), &adding->token);
}

static enum err judge(struct str user, struct str about)
{
    return !str_is_name(user) ? ERR_NOT_FOUND : about.len > USER_TOKEN_ABOUT_MAX ? ERR_TOO_LONG : ERR_OK;
}

enum err user_tokens_next(struct users *users, struct str user, struct str about, uint64_t *ret_number)
{
    struct adding_token adding = { .token = { .user = user } };
    enum err err = judge(user, about);

    if (!err)
        err = store_write(users->store, next_work, &adding);
    if (!err)
        *ret_number = users->given = adding.token.number;
    return err;
}

enum err user_tokens_add(struct users *users, struct str user, struct str about, int64_t now_ms, char ret_text[USER_TOKEN_SIZE],
                         uint64_t *ret_number)
{
    struct adding_token adding = { .token = { .number = users->given, .user = user, .about = about, .made_ms = now_ms } };
    uint8_t random[RANDOM_BYTES];
    enum err err = judge(user, about);

    users->given = 0;
    if (err)
        return err;
    randombytes_buf(random, sizeof random);
    memcpy(ret_text, prefix, sizeof prefix);
    (void)sodium_bin2base64(ret_text + sizeof prefix - 1, USER_TOKEN_SIZE - sizeof prefix + 1, random, sizeof random,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof random);
    adding.text = str_of(ret_text);
    err = store_write(users->store, add_work, &adding);
    if (err)
        sodium_memzero(ret_text, USER_TOKEN_SIZE);
    else
        *ret_number = adding.token.number;
    return err;
}

/* --- revoked --- */

/* number 0: all of the user. */
struct revoking_tokens { struct str user; uint64_t number; size_t count; uint8_t hashes[USER_TOKENS_MAX][HASH_BYTES]; };

static enum err choose_one(struct txn *txn, struct str key, struct str value, void *context)
{
    struct revoking_tokens *revoking = context;
    struct user_token token = { .number = 0 };
    enum err err = read_token(key, value, &token);

    (void)txn;
    if (err || (revoking->user.len && !str_equal(token.user, revoking->user)) ||
        (revoking->number && token.number != revoking->number))
        return err;
    if (revoking->count < USER_TOKENS_MAX)
        memcpy(revoking->hashes[revoking->count++], key.bytes, HASH_BYTES);
    return ERR_OK;
}

static enum err revoke_work(struct txn *txn, void *context)
{
    struct revoking_tokens *revoking = context;
    enum err err;

    revoking->count = 0;
    err = store_walk(txn, USER_TOKENS, STR_NONE, STR_NONE, choose_one, revoking);
    for (size_t i = 0; !err && i < revoking->count; i++)
        err = store_delete(txn, USER_TOKENS, (struct str){ (const char *)revoking->hashes[i], HASH_BYTES });
    return err;
}

enum err user_tokens_forget(struct txn *txn, struct str user)
{
    struct revoking_tokens revoking = { .user = user };

    return revoke_work(txn, &revoking);
}

enum err user_tokens_revoke(struct users *users, struct str user, uint64_t number)
{
    struct revoking_tokens revoking = { .user = user, .number = number };
    enum err err = number ? store_write(users->store, revoke_work, &revoking) : ERR_NOT_FOUND;

    return err ? err : revoking.count ? ERR_OK : ERR_NOT_FOUND;
}

/* --- listed, and judged --- */

struct listing_tokens { user_token_visit visit; void *context; };

static enum err token_listed(struct txn *txn, struct str key, struct str value, void *context)
{
    const struct listing_tokens *listing = context;
    struct user_token token = { .number = 0 };
    enum err err = read_token(key, value, &token);

    (void)txn;
    return err ? err : listing->visit(&token, listing->context);
}

static enum err list_work(struct txn *txn, void *context)
{
    return store_walk(txn, USER_TOKENS, STR_NONE, STR_NONE, token_listed, context);
}

enum err user_tokens_list(struct users *users, user_token_visit visit, void *context)
{
    struct listing_tokens listing = { visit, context };

    return store_read(users->store, list_work, &listing);
}

struct judging_token { struct str text, hash; struct arena *arena; struct user_token token; uint8_t bytes[HASH_BYTES]; };

static enum err judge_work(struct txn *txn, void *context)
{
    struct judging_token *judging = context;
    uint8_t key[crypto_generichash_KEYBYTES];
    struct str value;
    enum err err = hash_key(txn, key);

    if (err)
        return err;
    judging->hash = hash_of(key, judging->text, judging->bytes);
    err = store_get(txn, USER_TOKENS, judging->hash, &value);
    if (!err)
        err = read_token(judging->hash, value, &judging->token);
    if (!err)
        fields_copy(&token_fields, judging->arena, &judging->token);
    return !err && arena_failed(judging->arena) ? ERR_MEMORY : err;
}

/* Not of one that was revoked meanwhile. */
static enum err used_work(struct txn *txn, void *context)
{
    const struct judging_token *judging = context;
    struct str value;
    enum err err = store_get(txn, USER_TOKENS, judging->hash, &value);

    return err ? err : put(txn, judging->hash, &judging->token);
}

enum err user_tokens_judge(struct users *users, struct str text, int64_t now_ms, struct arena *arena,
                           struct user_token *ret_token)
{
    struct judging_token judging = { .text = text, .arena = arena };
    enum err err = text.len < USER_TOKEN_SIZE ? store_read(users->store, judge_work, &judging) : ERR_NOT_FOUND;

    if (!err && now_ms - judging.token.used_ms > USED_EVERY_MS) {
        judging.token.used_ms = now_ms;
        err = store_write(users->store, used_work, &judging);
        if (err && err != ERR_NOT_FOUND)
            err = ERR_OK;                    /* a full disk keeps the time from being noted, and shuts nobody out */
    }
    if (!err)
        *ret_token = judging.token;
    return err;
}
