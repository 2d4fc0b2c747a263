#include "refstore.h"

#include <string.h>

/* Key: company and till customer. Value: the customer's number, and after it the buyer's reference, if there is one. */
struct link_work {
    struct key key;
    int64_t customer_no;
    struct str reference;                 /* read: a view into the store */
    struct arena *arena;                  /* read: where reference is to be; NULL: nowhere */
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

enum err links_version_raise(struct txn *txn)
{
    uint64_t version;
    enum err err = links_version_get(txn, &version);

    version++;
    return err ? err : store_put(txn, TABLE_VERSIONS, STR("links"),
                                 (struct str){ (const char *)&version, sizeof version });
}

static enum err value_read(struct str value, int64_t *ret_no, struct str *ret_reference)
{
    if (value.len < sizeof *ret_no || value.len > sizeof *ret_no + CUSTOMER_REFERENCE_MAX)
        return ERR_STORE_DAMAGED;
    memcpy(ret_no, value.bytes, sizeof *ret_no);
    *ret_reference = (struct str){ value.bytes + sizeof *ret_no, value.len - sizeof *ret_no };
    return ERR_OK;
}

static enum err link_get_work(struct txn *txn, void *context)
{
    struct link_work *work = context;
    struct str value;
    enum err err = store_get(txn, TABLE_LINKS, key_str(&work->key), &value);

    if (!err)
        err = value_read(value, &work->customer_no, &work->reference);
    if (!err && work->arena)
        work->reference = arena_copy(work->arena, work->reference);
    return err;
}

static enum err value_put(struct txn *txn, struct link_work *work)
{
    char value[sizeof work->customer_no + CUSTOMER_REFERENCE_MAX];
    enum err err;

    ensure(work->reference.len <= CUSTOMER_REFERENCE_MAX);
    memcpy(value, &work->customer_no, sizeof work->customer_no);
    if (work->reference.len)
        memcpy(value + sizeof work->customer_no, work->reference.bytes, work->reference.len);
    err = store_put(txn, TABLE_LINKS, key_str(&work->key),
                    (struct str){ value, sizeof work->customer_no + work->reference.len });
    return err ? err : links_version_raise(txn);
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
    work->reference = err ? STR_NONE : there.reference;
    return value_put(txn, work);
}

enum err customer_link_put(struct refstore *store, struct str company, struct str till_customer, int64_t customer_no)
{
    struct link_work work = { .customer_no = customer_no };
    enum err err = link_key(company, till_customer, &work.key);

    return err ? err : store_write(store->store, link_put_work, &work);
}

static enum err link_reference_work(struct txn *txn, void *context)
{
    struct link_work *work = context;
    struct link_work there = *work;
    enum err err = link_get_work(txn, &there);

    if (err || str_equal(there.reference, work->reference))
        return err;
    work->customer_no = there.customer_no;
    return value_put(txn, work);
}

enum err customer_link_put_reference(struct refstore *store, struct str company, struct str till_customer,
                                     struct str reference)
{
    struct link_work work = { .reference = reference };
    enum err err = reference.len > CUSTOMER_REFERENCE_MAX ? ERR_TOO_LONG : link_key(company, till_customer, &work.key);

    return err ? err : store_write(store->store, link_reference_work, &work);
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

enum err customer_link_get_reference(struct refstore *store, struct str company, struct str till_customer,
                                     struct arena *arena, struct str *ret_reference)
{
    struct link_work work = { .arena = arena };
    enum err err = link_key(company, till_customer, &work.key);

    if (!err)
        err = store_read(store->store, link_get_work, &work);
    if (!err && arena_failed(arena))
        err = ERR_MEMORY;
    if (!err)
        *ret_reference = work.reference;
    return err;
}

static enum err visit_link(struct txn *txn, struct str key, struct str value, void *context)
{
    struct link_work *work = context;
    size_t at = work->company_len;
    int64_t customer_no;
    struct str till_customer, reference;
    enum err err;

    (void)txn;
    if (!key_take_name(key, &at, &till_customer))
        return ERR_STORE_DAMAGED;
    err = value_read(value, &customer_no, &reference);
    return err ? err : work->visit(till_customer, customer_no, reference, work->context);
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

struct first_link { struct key key; bool any; };

static enum err first_link(struct txn *txn, struct str key, struct str value, void *context)
{
    struct first_link *first = context;
    struct str company, till_customer;
    size_t at = 0;

    (void)txn;
    (void)value;
    first->any = key_take_name(key, &at, &company) && key_take_name(key, &at, &till_customer) &&
                 !link_key(company, till_customer, &first->key);
    return first->any ? ERR_STOP : ERR_STORE_DAMAGED;
}

enum err links_forget(struct txn *txn, struct str company)
{
    struct first_link first = { .any = true };
    struct key prefix;
    enum err err = link_key(company, STR_NONE, &prefix);

    while (!err && first.any) {
        first.any = false;
        err = store_walk(txn, TABLE_LINKS, key_str(&prefix), STR_NONE, first_link, &first);
        if (!err && first.any)
            err = store_delete(txn, TABLE_LINKS, key_str(&first.key));
    }
    return err;
}
