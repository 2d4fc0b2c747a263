#include "store_engine.h"

#include "pg_link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* LMDB forbids opening an environment twice in one process, so openers of one place share it. */
static struct store *open_stores;

static bool broken;

static struct store *already_open(const struct store_base *base, const char *place)
{
    for (struct store *store = open_stores; store; store = store->next)
        if (store->base == base && strcmp(store->place, place) == 0)
            return store;
    return NULL;
}

enum err store_open(struct str folder, const char *const *tables, size_t table_count,
                    uint32_t layout_version, unsigned flags, struct store **ret_store, struct fault *fault)
{
    struct store_asked asked = { folder, tables, table_count, layout_version, flags };
    const struct store_base *base = store_engine_base(folder);
    struct store *store;
    char *place;
    enum err err;

    ensure(table_count <= STORE_TABLES_MAX);
    err = base->locate(&asked, &place, fault);
    if (err)
        return err;
    store = already_open(base, place);
    if (store) {
        free(place);
        ensure(!(store->flags & STORE_READ_ONLY) || (flags & STORE_READ_ONLY));
        store->users++;
        *ret_store = store;
        return ERR_OK;
    }
    err = base->open(&asked, place, &store, fault);
    if (err) {
        free(place);
        return err;
    }
    store->users = 1;
    store->next = open_stores;
    open_stores = store;
    *ret_store = store;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (!store || --store->users > 0)
        return;
    for (struct store **at = &open_stores; *at; at = &(*at)->next)
        if (*at == store) {
            *at = store->next;
            break;
        }
    store->base->close(store);
}

void store_hurry(void)
{
#ifdef HAVE_POSTGRESQL
    pg_hurry();
#endif
}

void store_break(void)
{
    broken = true;
}

bool store_broken(void)
{
    return broken;
}

uint64_t store_generation(struct store *store)
{
    return store->base->generation(store);
}

enum err store_write(struct store *store, enum err (*work)(struct txn *txn, void *context), void *context)
{
    return store->base->write(store, work, context, false);
}

enum err store_write_again(struct store *store, enum err (*work)(struct txn *txn, void *context), void *context)
{
    return store->base->write(store, work, context, true);
}

enum err store_within(struct txn *txn, enum err (*work)(struct txn *txn, void *context), void *context)
{
    return txn->store->base->within(txn, work, context);
}

enum err store_read(struct store *store, enum err (*work)(struct txn *txn, void *context), void *context)
{
    return store->base->read(store, work, context);
}

enum err store_get(struct txn *txn, unsigned table, struct str key, struct str *ret_value)
{
    return txn->store->base->get(txn, table, key, ret_value);
}

enum err store_put(struct txn *txn, unsigned table, struct str key, struct str value)
{
    return txn->store->base->put(txn, table, key, value, PUT_OVER);
}

enum err store_put_new(struct txn *txn, unsigned table, struct str key, struct str value)
{
    return txn->store->base->put(txn, table, key, value, PUT_NEW);
}

enum err store_append(struct txn *txn, unsigned table, struct str key, struct str value)
{
    return txn->store->base->put(txn, table, key, value, PUT_RISING);
}

enum err store_delete(struct txn *txn, unsigned table, struct str key)
{
    return txn->store->base->remove(txn, table, key);
}

enum err store_delete_value(struct txn *txn, unsigned table, struct str key, struct str value)
{
    return txn->store->base->remove_value(txn, table, key, value);
}

uint64_t store_count(struct txn *txn, unsigned table)
{
    return txn->store->base->count(txn, table);
}

enum err store_walk(struct txn *txn, unsigned table, struct str prefix, struct str from, store_visit visit,
                    void *context)
{
    return txn->store->base->walk(txn, table, prefix, from, visit, context);
}

enum err store_examine(struct txn *txn, unsigned table, store_examiner examine, void *context)
{
    return txn->store->base->examine(txn, table, examine, context);
}

enum err store_floor(struct txn *txn, unsigned table, struct str prefix, struct str key, struct str *ret_key,
                     struct str *ret_value)
{
    return txn->store->base->floor(txn, table, prefix, key, ret_key, ret_value);
}

void store_relax(struct store *store)
{
    store->base->relax(store);
}

/* Files' pages alone: what a large set-up holds of its own is no reason to give the store's pages back in every turn. */
void store_relax_if_many(struct store *store)
{
    enum { MANY_BYTES = 32 * 1024 * 1024 };
    FILE *statm = fopen("/proc/self/statm", "re");
    unsigned long of_files = 0;

    if (!statm)
        return;
    if (fscanf(statm, "%*u %*u %lu", &of_files) == 1 && of_files * (unsigned long)sysconf(_SC_PAGESIZE) > MANY_BYTES)
        store_relax(store);
    (void)fclose(statm);
}
