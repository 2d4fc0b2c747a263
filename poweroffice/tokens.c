#include "tokens.h"

#include <sodium.h>
#include <string.h>

enum { SPARE_MS = 60000, LIFE_S_MAX = 86400 };

/* The same parts under two names give two hashes that say nothing of each other. */
static void hash_parts(const struct str parts[4], const char *about, unsigned char *hash, size_t size)
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, (const unsigned char *)about, strlen(about), size);
    for (size_t i = 0; i < 4; i++) {
        uint64_t len = parts[i].len;

        (void)crypto_generichash_update(&state, (const unsigned char *)&len, sizeof len);
        (void)crypto_generichash_update(&state, (const unsigned char *)parts[i].bytes, parts[i].len);
    }
    (void)crypto_generichash_final(&state, hash, size);
    sodium_memzero(&state, sizeof state);
}

void token_lock(struct str token_url, struct str subscription_key, struct str application_key, struct str client_key,
                struct token_lock *ret_lock)
{
    const struct str parts[] = { token_url, subscription_key, application_key, client_key };
    unsigned char hash[(TOKEN_NAME_SIZE - 1) / 2];

    hash_parts(parts, "bilag: a token's name", hash, sizeof hash);
    (void)sodium_bin2hex(ret_lock->name, TOKEN_NAME_SIZE, hash, sizeof hash);
    hash_parts(parts, "bilag: a token's key", ret_lock->key, sizeof ret_lock->key);
}

/* At rest: the wall clock's time until which the token is good, a nonce, and the token under the lock's key, bound to that
 * time. */
#define NONCE_BYTES ((size_t)crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
#define PROOF_BYTES ((size_t)crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define AHEAD_BYTES (sizeof(int64_t) + NONCE_BYTES)
#define TOKEN_RECORD_MAX (AHEAD_BYTES + TOKEN_MAX + PROOF_BYTES)

struct token_work {
    struct key key;
    const struct token_lock *lock;
    int64_t now_ms;
    struct token *token;                 /* what was read */
    struct str record;                   /* what is put, or the token to drop */
    unsigned char *kept;                 /* TOKEN_RECORD_MAX bytes for the record that was read; NULL: nobody wants it */
};

static struct token_work work_of(const struct token_lock *lock)
{
    struct token_work work = { .lock = lock };

    key_init(&work.key);
    key_name(&work.key, str_of(lock->name));
    return work;
}

static enum err unlock(const struct token_lock *lock, struct str record, int64_t *ret_until_ms, struct token *ret_token)
{
    const unsigned char *bytes = (const unsigned char *)record.bytes;
    unsigned long long len = 0;

    if (record.len <= AHEAD_BYTES + PROOF_BYTES || record.len - AHEAD_BYTES - PROOF_BYTES > TOKEN_MAX ||
        crypto_aead_xchacha20poly1305_ietf_decrypt((unsigned char *)ret_token->text, &len, NULL, bytes + AHEAD_BYTES,
                                                   record.len - AHEAD_BYTES, bytes, sizeof *ret_until_ms,
                                                   bytes + sizeof *ret_until_ms, lock->key) != 0)
        return ERR_NOT_FOUND;
    memcpy(ret_until_ms, bytes, sizeof *ret_until_ms);
    ret_token->len = (size_t)len;
    return ERR_OK;
}

static enum err token_get_work(struct txn *txn, void *context)
{
    struct token_work *work = context;
    struct str value;
    int64_t until_ms;
    enum err err = store_get(txn, QUOTA_TOKENS, key_str(&work->key), &value);

    if (!err)
        err = unlock(work->lock, value, &until_ms, work->token);
    if (err)
        return err;
    if (work->now_ms >= until_ms || until_ms - work->now_ms > INT64_C(1000) * LIFE_S_MAX)
        return ERR_NOT_FOUND;                                /* or the clock was set back */
    if (work->kept) {
        memcpy(work->kept, value.bytes, value.len);
        work->record = (struct str){ (const char *)work->kept, value.len };
    }
    return ERR_OK;
}

static enum err token_put_work(struct txn *txn, void *context)
{
    struct token_work *work = context;

    return store_put(txn, QUOTA_TOKENS, key_str(&work->key), work->record);
}

enum err token_get(struct quota *quota, const struct token_lock *lock, int64_t now_ms, struct token *ret_token)
{
    unsigned char kept[TOKEN_RECORD_MAX];
    struct token_work work = work_of(lock);
    enum err err;

    work.now_ms = now_ms;
    work.token = ret_token;
    err = store_read(quota->store, token_get_work, &work);
    if (err != ERR_NOT_FOUND || !quota->shared)
        return err;
    work.kept = kept;
    err = store_read(quota->fleet, token_get_work, &work);
    return err ? err : store_write(quota->store, token_put_work, &work);
}

/* The other machines' first: what is only there is found. */
static enum err in_both(struct quota *quota, enum err (*what)(struct txn *txn, void *context), struct token_work *work)
{
    enum err err = quota->shared ? store_write(quota->fleet, what, work) : ERR_OK;

    return err ? err : store_write(quota->store, what, work);
}

enum err token_put(struct quota *quota, const struct token_lock *lock, struct str token, int64_t life_s, int64_t now_ms)
{
    unsigned char record[TOKEN_RECORD_MAX];
    unsigned long long len = 0;
    struct token_work work = work_of(lock);
    int64_t life_ms, until_ms;

    if (token.len == 0 || life_s <= 0)
        return ERR_FORMAT;
    if (token.len > TOKEN_MAX)
        return ERR_TOO_LONG;
    life_ms = 1000 * (life_s > LIFE_S_MAX ? (int64_t)LIFE_S_MAX : life_s);
    until_ms = now_ms + life_ms - (life_ms / 10 < SPARE_MS ? life_ms / 10 : SPARE_MS);
    memcpy(record, &until_ms, sizeof until_ms);
    randombytes_buf(record + sizeof until_ms, NONCE_BYTES);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(record + AHEAD_BYTES, &len, (const unsigned char *)token.bytes, token.len,
                                                     record, sizeof until_ms, NULL, record + sizeof until_ms, lock->key);
    work.record = (struct str){ (const char *)record, AHEAD_BYTES + (size_t)len };
    return in_both(quota, token_put_work, &work);
}

static enum err token_drop_work(struct txn *txn, void *context)
{
    struct token_work *work = context;
    struct token token;
    struct str value;
    int64_t until_ms;
    bool same;
    enum err err = store_get(txn, QUOTA_TOKENS, key_str(&work->key), &value);

    if (!err)
        err = unlock(work->lock, value, &until_ms, &token);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    same = str_equal((struct str){ token.text, token.len }, work->record);
    sodium_memzero(&token, sizeof token);
    return same ? store_delete(txn, QUOTA_TOKENS, key_str(&work->key)) : ERR_OK;
}

enum err token_drop(struct quota *quota, const struct token_lock *lock, struct str token)
{
    struct token_work work = work_of(lock);

    work.record = token;
    return in_both(quota, token_drop_work, &work);
}
