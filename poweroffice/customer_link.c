#include "refstore.h"

#include <string.h>

/* Key: company and till customer. Value: the customer's number. */
struct link_work {
    struct key key;
    int64_t customer_no;
    size_t company_len;
    customer_link_visit visit;
    void *context;
};

static enum err link_key(struct str company, struct str till_customer, struct key *ret_key)
{
    key_init(ret_key);
    key_name(ret_key, company);
    if (till_customer.bytes)
        key_name(ret_key, till_customer);
    return ret_key->failed ? ERR_TOO_LONG : ERR_OK;
}

enum err links_version_get(struct txn *txn, uint64_t *ret_version)
{
    struct str value;
    enum err err = store_get(txn, TABLE_VERSIONS, STR("links"), &value);

    if (err == ERR_NOT_FOUND) {
        *ret_version = 0;
        return ERR_OK;
    }
    if (!err && value.len != sizeof *ret_version)
        return ERR_STORE_DAMAGED;
    if (!err)
        memcpy(ret_version, value.bytes, sizeof *ret_version);
    return err;
}

static enum err links_version_raise(struct txn *txn)
{
    uint64_t version;
    enum err err = links_version_get(txn, &version);

    version++;
    return err ? err : store_put(txn, TABLE_VERSIONS, STR("links"),
                                 (struct str){ (const char *)&version, sizeof version });
}

static enum err link_get_work(struct txn *txn, void *context)
{
    struct link_work *work = context;
    struct str value;
    enum err err = store_get(txn, TABLE_LINKS, key_str(&work->key), &value);

    if (!err && value.len != sizeof work->customer_no)
        return ERR_STORE_DAMAGED;
    if (!err)
        memcpy(&work->customer_no, value.bytes, sizeof work->customer_no);
    return err;
}

static enum err link_put_work(struct txn *txn, void *context)
{
    struct link_work *work = context;
    struct link_work there = *work;
    enum err err = link_get_work(txn, &there);

    if (!err && there.customer_no == work->customer_no)
        return ERR_OK;
    if (err && err != ERR_NOT_FOUND)
        return err;
    err = store_put(txn, TABLE_LINKS, key_str(&work->key),
                    (struct str){ (const char *)&work->customer_no, sizeof work->customer_no });
    return err ? err : links_version_raise(txn);
}

enum err customer_link_put(struct refstore *store, struct str company, struct str till_customer, int64_t customer_no)
{
    struct link_work work = { .customer_no = customer_no };
    enum err err = link_key(company, till_customer, &work.key);

    return err ? err : store_write(store->store, link_put_work, &work);
}

static enum err link_remove_work(struct txn *txn, void *context)
{
    struct link_work *work = context;
    enum err err = store_delete(txn, TABLE_LINKS, key_str(&work->key));

    return err ? err : links_version_raise(txn);
}

enum err customer_link_remove(struct refstore *store, struct str company, struct str till_customer)
{
    struct link_work work = { .customer_no = 0 };
    enum err err = link_key(company, till_customer, &work.key);

    return err ? err : store_write(store->store, link_remove_work, &work);
}

enum err customer_link_get(struct refstore *store, struct str company, struct str till_customer,
                           int64_t *ret_customer_no)
{
    struct link_work work = { .customer_no = 0 };
    enum err err = link_key(company, till_customer, &work.key);

    if (!err)
        err = store_read(store->store, link_get_work, &work);
    if (!err)
        *ret_customer_no = work.customer_no;
    return err;
}

static enum err visit_link(struct txn *txn, struct str key, struct str value, void *context)
{
    struct link_work *work = context;
    size_t at = work->company_len;
    int64_t customer_no;
    struct str till_customer;

    (void)txn;
    if (!key_take_name(key, &at, &till_customer) || value.len != sizeof customer_no)
        return ERR_STORE_DAMAGED;
    memcpy(&customer_no, value.bytes, sizeof customer_no);
    return work->visit(till_customer, customer_no, work->context);
}

static enum err link_walk_work(struct txn *txn, void *context)
{
    struct link_work *work = context;

    return store_walk(txn, TABLE_LINKS, key_str(&work->key), STR_NONE, visit_link, work);
}

enum err customer_link_walk(struct refstore *store, struct str company, customer_link_visit visit, void *context)
{
    struct link_work work = { .visit = visit, .context = context };
    enum err err = link_key(company, STR_NONE, &work.key);

    work.company_len = work.key.len;
    return err ? err : store_read(store->store, link_walk_work, &work);
}
