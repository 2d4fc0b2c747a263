#include "pseudonym.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { LAYOUT = 1, HASH_BYTES = crypto_generichash_BYTES_MIN, DIGITS = 20 };
enum pseudonym_table { PSEUDONYM_META, PSEUDONYM_BEGUN, PSEUDONYM_TABLES };
static const char *const tables[PSEUDONYM_TABLES] = {
    [PSEUDONYM_META] = "meta",           /* "key" -> what the hashes are keyed with */
    [PSEUDONYM_BEGUN] = "begun",         /* scope, pseudonym -> the audit trail's last number as it was begun */
};
static const char prefix[] = "forgotten-";
_Static_assert(sizeof prefix - 1 + DIGITS + 1 == PSEUDONYM_SIZE && DIGITS <= 2 * HASH_BYTES, "a pseudonym's length");

struct pseudonyms { struct store *store; uint8_t key[crypto_generichash_KEYBYTES]; };

const char *person_text(enum person person)
{
    return person == PERSON_STAFF ? "staff" : "customer";
}

static enum err key_work(struct txn *txn, void *context)
{
    struct pseudonyms *pseudonyms = context;
    struct str value;
    enum err err = store_get(txn, PSEUDONYM_META, STR("key"), &value);

    if (!err && value.len != sizeof pseudonyms->key)
        return ERR_STORE_DAMAGED;
    if (!err)
        memcpy(pseudonyms->key, value.bytes, sizeof pseudonyms->key);
    return err;
}

static enum err make_key_work(struct txn *txn, void *context)
{
    struct pseudonyms *pseudonyms = context;
    enum err err = key_work(txn, context);

    if (err != ERR_NOT_FOUND)
        return err;
    randombytes_buf(pseudonyms->key, sizeof pseudonyms->key);
    return store_put_new(txn, PSEUDONYM_META, STR("key"),
                         (struct str){ (const char *)pseudonyms->key, sizeof pseudonyms->key });
}

static enum err open_store(struct pseudonyms *pseudonyms, struct str state_dir, unsigned flags, struct fault *fault)
{
    struct strbuf folder;
    enum err err;

    strbuf_init(&folder, 4096);
    strbuf_format(&folder, STR_FMT "/pseudonyms", STR_ARG(state_dir));
    err = folder.failed ? fault_set(fault, ERR_CONFIG, "state_dir is too long")
                        : store_open(strbuf_str(&folder), tables, COUNT(tables), LAYOUT, flags, &pseudonyms->store, fault);
    strbuf_free(&folder);
    if (err)
        return err;
    err = flags & STORE_READ_ONLY ? store_read(pseudonyms->store, key_work, pseudonyms)
                                  : store_write(pseudonyms->store, make_key_work, pseudonyms);
    return err && err != ERR_NOT_FOUND ? fault_set(fault, err, "the pseudonyms cannot be read: %s", err_text(err)) : err;
}

enum err pseudonyms_open(struct str state_dir, unsigned flags, struct pseudonyms **ret_pseudonyms, struct fault *fault)
{
    struct pseudonyms *pseudonyms = sodium_init() < 0 ? NULL : calloc(1, sizeof *pseudonyms);
    enum err err = pseudonyms ? open_store(pseudonyms, state_dir, flags, fault)
                              : fault_set(fault, ERR_MEMORY, "no memory for the pseudonyms");

    if (err)
        pseudonyms_close(pseudonyms);
    if (err == ERR_NOT_FOUND && (flags & STORE_READ_ONLY)) {
        *ret_pseudonyms = NULL;
        return ERR_OK;
    }
    if (!err)
        *ret_pseudonyms = pseudonyms;
    return err;
}

void pseudonyms_close(struct pseudonyms *pseudonyms)
{
    if (!pseudonyms)
        return;
    store_close(pseudonyms->store);
    sodium_memzero(pseudonyms->key, sizeof pseudonyms->key);
    free(pseudonyms);
}

/* A customer and an employee of one name are two persons. */
void pseudonym_of(const struct pseudonyms *pseudonyms, enum person person, struct str name, char ret_text[PSEUDONYM_SIZE])
{
    const unsigned char what = (unsigned char)person;
    uint8_t hash[HASH_BYTES];
    char digits[2 * HASH_BYTES + 1];
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, pseudonyms->key, sizeof pseudonyms->key, sizeof hash);
    (void)crypto_generichash_update(&state, &what, sizeof what);
    (void)crypto_generichash_update(&state, (const unsigned char *)name.bytes, name.len);
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    (void)sodium_bin2hex(digits, sizeof digits, hash, sizeof hash);
    memcpy(ret_text, prefix, sizeof prefix - 1);
    memcpy(ret_text + sizeof prefix - 1, digits, DIGITS);
    ret_text[PSEUDONYM_SIZE - 1] = '\0';
}

bool pseudonym_is(struct str name)
{
    if (name.len != PSEUDONYM_SIZE - 1 || !str_starts(name, str_of(prefix)))
        return false;
    for (size_t i = sizeof prefix - 1; i < name.len; i++)
        if (!memchr("0123456789abcdef", name.bytes[i], 16))
            return false;
    return true;
}

static bool settle(const struct pseudonyms *pseudonyms, enum person person, struct str kept, struct str *later)
{
    char text[PSEUDONYM_SIZE];

    if (!pseudonym_is(kept) || later->len == 0)
        return false;
    pseudonym_of(pseudonyms, person, *later, text);
    if (!str_equal(kept, str_of(text)))
        return false;
    *later = kept;
    return true;
}

bool pseudonyms_settle(const struct pseudonyms *pseudonyms, const struct event *kept, struct event *later)
{
    bool customer, staff;

    if (!pseudonyms)
        return false;
    customer = settle(pseudonyms, PERSON_CUSTOMER, kept->customer, &later->customer);
    staff = settle(pseudonyms, PERSON_STAFF, kept->staff, &later->staff);
    return customer || staff;
}

/* --- what was begun --- */

struct beginning { struct key key; uint64_t trail; };

static void begun_key(struct str scope, struct str pseudonym, struct key *key)
{
    key_init(key);
    key_name(key, scope);
    key_name(key, pseudonym);
}

static enum err begin_work(struct txn *txn, void *context)
{
    struct beginning *beginning = context;
    struct str there;
    struct key value;
    size_t at = 0;
    enum err err = store_get(txn, PSEUDONYM_BEGUN, key_str(&beginning->key), &there);

    if (err != ERR_NOT_FOUND)
        return err ? err : key_take_u64(there, &at, &beginning->trail) ? ERR_OK : ERR_STORE_DAMAGED;
    key_init(&value);
    key_u64(&value, beginning->trail);
    return store_put(txn, PSEUDONYM_BEGUN, key_str(&beginning->key), key_str(&value));
}

enum err pseudonyms_begin(struct pseudonyms *pseudonyms, struct str scope, struct str pseudonym, uint64_t trail,
                          uint64_t *ret_since)
{
    struct beginning beginning = { .trail = trail };
    enum err err;

    begun_key(scope, pseudonym, &beginning.key);
    err = store_write(pseudonyms->store, begin_work, &beginning);
    if (!err)
        *ret_since = beginning.trail;
    return err;
}

static enum err end_work(struct txn *txn, void *context)
{
    const struct key *key = context;
    enum err err = store_delete(txn, PSEUDONYM_BEGUN, key_str(key));

    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err pseudonyms_end(struct pseudonyms *pseudonyms, struct str scope, struct str pseudonym)
{
    struct key key;

    begun_key(scope, pseudonym, &key);
    return store_write(pseudonyms->store, end_work, &key);
}

static enum err asked_work(struct txn *txn, void *context)
{
    const struct beginning *beginning = context;
    struct str value;

    return store_get(txn, PSEUDONYM_BEGUN, key_str(&beginning->key), &value);
}

enum err pseudonyms_has_begun(struct pseudonyms *pseudonyms, struct str scope, struct str pseudonym, bool *ret_begun)
{
    struct beginning beginning = { .trail = 0 };
    enum err err;

    begun_key(scope, pseudonym, &beginning.key);
    err = store_read(pseudonyms->store, asked_work, &beginning);
    *ret_begun = !err;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

struct begun { pseudonym_begun_visit visit; void *context; };

static enum err begun_seen(struct txn *txn, struct str key, struct str value, void *context)
{
    const struct begun *begun = context;
    struct str scope, pseudonym;
    size_t at = 0;

    (void)txn;
    (void)value;
    if (!key_take_name(key, &at, &scope) || !key_take_name(key, &at, &pseudonym))
        return ERR_STORE_DAMAGED;
    return begun->visit(scope, pseudonym, begun->context);
}

static enum err begun_work(struct txn *txn, void *context)
{
    return store_walk(txn, PSEUDONYM_BEGUN, STR_NONE, STR_NONE, begun_seen, context);
}

enum err pseudonyms_begun(struct pseudonyms *pseudonyms, pseudonym_begun_visit visit, void *context)
{
    struct begun begun = { visit, context };

    return store_read(pseudonyms->store, begun_work, &begun);
}

struct visiting { pseudonym_table_visit visit; void *context; };

static enum err tables_work(struct txn *txn, void *context)
{
    const struct visiting *visiting = context;
    enum err err = ERR_OK;

    for (unsigned table = 0; table < PSEUDONYM_TABLES && !err; table++)
        err = visiting->visit(txn, table, tables[table], visiting->context);
    return err;
}

enum err pseudonyms_tables(struct pseudonyms *pseudonyms, pseudonym_table_visit visit, void *context)
{
    struct visiting visiting = { visit, context };

    return store_read(pseudonyms->store, tables_work, &visiting);
}
