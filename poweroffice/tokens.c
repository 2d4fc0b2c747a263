#include "tokens.h"

#include <sodium.h>
#include <string.h>

enum { SPARE_MS = 60000, LIFE_S_MAX = 86400 };

void token_name(struct str token_url, struct str subscription_key, struct str application_key, struct str client_key,
                char name[TOKEN_NAME_SIZE])
{
    const struct str parts[] = { token_url, subscription_key, application_key, client_key };
    crypto_generichash_state state;
    unsigned char hash[(TOKEN_NAME_SIZE - 1) / 2];

    (void)crypto_generichash_init(&state, NULL, 0, sizeof hash);
    for (size_t i = 0; i < COUNT(parts); i++) {
        uint64_t len = parts[i].len;

        (void)crypto_generichash_update(&state, (const unsigned char *)&len, sizeof len);
        (void)crypto_generichash_update(&state, (const unsigned char *)parts[i].bytes, parts[i].len);
    }
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    (void)sodium_bin2hex(name, TOKEN_NAME_SIZE, hash, sizeof hash);
}

/* A record is the wall clock's time until which the token is good, and the token. record: what to put, or the
 * token to drop. */
struct token_work { struct key key; int64_t now_ms; struct token *token; struct str record; };

static void name_key(struct key *key, const char *name)
{
    key_init(key);
    key_name(key, str_of(name));
}

static enum err token_get_work(struct txn *txn, void *context)
{
    struct token_work *work = context;
    struct str value;
    int64_t until_ms;
    enum err err = store_get(txn, QUOTA_TOKENS, key_str(&work->key), &value);

    if (err)
        return err;
    if (value.len <= sizeof until_ms || value.len - sizeof until_ms > TOKEN_MAX)
        return ERR_NOT_FOUND;
    memcpy(&until_ms, value.bytes, sizeof until_ms);
    if (work->now_ms >= until_ms || until_ms - work->now_ms > INT64_C(1000) * LIFE_S_MAX)
        return ERR_NOT_FOUND;                                /* or the clock was set back */
    work->token->len = value.len - sizeof until_ms;
    memcpy(work->token->text, value.bytes + sizeof until_ms, work->token->len);
    return ERR_OK;
}

enum err token_get(struct quota *quota, const char *name, int64_t now_ms, struct token *ret_token)
{
    struct token_work work = { .now_ms = now_ms, .token = ret_token };

    name_key(&work.key, name);
    return store_read(quota->store, token_get_work, &work);
}

static enum err token_put_work(struct txn *txn, void *context)
{
    struct token_work *work = context;

    return store_put(txn, QUOTA_TOKENS, key_str(&work->key), work->record);
}

enum err token_put(struct quota *quota, const char *name, struct str token, int64_t life_s, int64_t now_ms)
{
    char record[sizeof(int64_t) + TOKEN_MAX];
    struct token_work work;
    int64_t life_ms, until_ms;
    enum err err;

    if (token.len == 0 || life_s <= 0)
        return ERR_FORMAT;
    if (token.len > TOKEN_MAX)
        return ERR_TOO_LONG;
    life_ms = 1000 * (life_s > LIFE_S_MAX ? (int64_t)LIFE_S_MAX : life_s);
    until_ms = now_ms + life_ms - (life_ms / 10 < SPARE_MS ? life_ms / 10 : SPARE_MS);
    memcpy(record, &until_ms, sizeof until_ms);
    memcpy(record + sizeof until_ms, token.bytes, token.len);
    name_key(&work.key, name);
    work.record = (struct str){ record, sizeof until_ms + token.len };
    err = store_write(quota->store, token_put_work, &work);
    sodium_memzero(record, sizeof record);
    return err;
}

static enum err token_drop_work(struct txn *txn, void *context)
{
    struct token_work *work = context;
    struct str value;
    size_t ahead = sizeof(int64_t);
    enum err err = store_get(txn, QUOTA_TOKENS, key_str(&work->key), &value);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (value.len < ahead || !str_equal((struct str){ value.bytes + ahead, value.len - ahead }, work->record))
        return ERR_OK;
    return store_delete(txn, QUOTA_TOKENS, key_str(&work->key));
}

enum err token_drop(struct quota *quota, const char *name, struct str token)
{
    struct token_work work = { .record = token };

    name_key(&work.key, name);
    return store_write(quota->store, token_drop_work, &work);
}
