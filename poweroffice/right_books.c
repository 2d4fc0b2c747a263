#include "right_books.h"

#include "refstore.h"

enum { OF_COMPANY = 1, OF_CLIENT = 2, OPENED_BYTES = 64 * 1024 };

/* Two rows a pair: company -> client, client -> company. */
static enum err pair_key(uint32_t side, struct str name, struct key *ret_key)
{
    key_init(ret_key);
    key_u32(ret_key, side);
    key_name(ret_key, name);
    return ret_key->failed ? ERR_TOO_LONG : ERR_OK;
}

/* ERR_OK and empty: none is kept. */
static enum err other_side(struct txn *txn, uint32_t side, struct str name, struct str *ret_other)
{
    struct key key;
    enum err err = pair_key(side, name, &key);

    *ret_other = STR_NONE;
    if (!err)
        err = store_get(txn, TABLE_BOOKS, key_str(&key), ret_other);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err forget(struct txn *txn, uint32_t side, struct str name)
{
    struct key key;
    enum err err = name.len ? pair_key(side, name, &key) : ERR_NOT_FOUND;

    if (!err)
        err = store_delete(txn, TABLE_BOOKS, key_str(&key));
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err keep(struct txn *txn, struct str company, struct str client)
{
    struct key key;
    enum err err = pair_key(OF_COMPANY, company, &key);

    if (!err)
        err = store_put(txn, TABLE_BOOKS, key_str(&key), client);
    if (!err)
        err = pair_key(OF_CLIENT, client, &key);
    return err ? err : store_put(txn, TABLE_BOOKS, key_str(&key), company);
}

enum err books_company(struct txn *txn, struct str client, struct str *ret_company)
{
    return other_side(txn, OF_CLIENT, client, ret_company);
}

enum err books_claim(struct txn *txn, struct str company, struct str client)
{
    struct str kept = STR_NONE, owner = STR_NONE;
    enum err err = other_side(txn, OF_COMPANY, company, &kept);

    if (!err)
        err = other_side(txn, OF_CLIENT, client, &owner);
    return err || kept.len || owner.len ? err : keep(txn, company, client);
}

struct pair { struct str company, client; struct arena *arena; };

/* Customers' numbers are those of the books that it had: in others they are somebody else's. */
static enum err leave_books(struct txn *txn, struct str company, struct str client)
{
    char name[64];                        /* a view ends with the first delete */
    struct str company_kept = { name, company.len };
    enum err err = !company.len || !client.len ? ERR_NOT_FOUND
                                               : str_copy(company, name, sizeof name) ? ERR_OK : ERR_TOO_LONG;

    if (!err)
        err = forget(txn, OF_CLIENT, client);
    if (!err)
        err = forget(txn, OF_COMPANY, company_kept);
    if (!err)
        err = links_forget(txn, company_kept);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static enum err give_work(struct txn *txn, void *context)
{
    const struct pair *pair = context;
    struct str kept, owner;
    enum err err = other_side(txn, OF_COMPANY, pair->company, &kept);

    if (!err && str_equal(kept, pair->client))
        return ERR_OK;
    if (!err)
        err = leave_books(txn, pair->company, kept);
    if (!err)
        err = other_side(txn, OF_CLIENT, pair->client, &owner);
    if (!err)
        err = leave_books(txn, owner, pair->client);
    if (!err)
        err = keep(txn, pair->company, pair->client);
    return err ? err : links_version_raise(txn);
}

enum err right_books_give(struct refstore *store, struct str company, struct str client)
{
    struct pair pair = { company, client, NULL };

    ensure(company.len && client.len);
    return store_write(store->store, give_work, &pair);
}

static enum err of_work(struct txn *txn, void *context)
{
    struct pair *pair = context;
    enum err err = other_side(txn, OF_COMPANY, pair->company, &pair->client);

    if (!err && !pair->client.len)
        return ERR_NOT_FOUND;
    pair->client = arena_copy(pair->arena, pair->client);
    return err;
}

enum err right_books_of(struct refstore *store, struct str company, struct arena *arena, struct str *ret_client)
{
    struct pair pair = { .company = company, .arena = arena };
    enum err err = store_read(store->store, of_work, &pair);

    if (!err && arena_failed(arena))
        err = ERR_MEMORY;
    if (!err)
        *ret_client = pair.client;
    return err;
}

static enum err fit_work(struct txn *txn, void *context)
{
    const struct pair *pair = context;
    struct str kept = STR_NONE, owner = STR_NONE;
    enum err err = other_side(txn, OF_COMPANY, pair->company, &kept);

    if (!err)
        err = other_side(txn, OF_CLIENT, pair->client, &owner);
    if (err)
        return err;
    if ((kept.len && !str_equal(kept, pair->client)) || (owner.len && !str_equal(owner, pair->company)))
        return ERR_REFUSED;
    return ERR_OK;
}

enum err right_books_fit(struct refstore *store, struct str company, struct str client)
{
    struct pair pair = { company, client, NULL };

    return store_read(store->store, fit_work, &pair);
}

bool right_books(struct refstore *store, struct str client_id, struct str company)
{
    struct opened opened;
    struct arena arena;
    bool right;

    arena_init(&arena, OPENED_BYTES);
    right = company.len && !right_books_opened(store, client_id, &arena, &opened) && opened.client.len &&
            str_equal(opened.company, company);
    arena_free(&arena);
    return right;
}
