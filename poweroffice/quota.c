#include "quota.h"

#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { QUOTA_LAYOUT = 1 };

struct lease { uint64_t boot, owner; int64_t until_ms; };

/* Which run of the machine this is, as a number; steady clocks of two boots cannot be compared. */
static uint64_t boot_number(void)
{
    char text[64] = "";
    unsigned char hash[crypto_generichash_BYTES_MIN];
    uint64_t number;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        if (read(fd, text, sizeof text - 1) < 0)
            text[0] = '\0';
        (void)close(fd);
    }
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text, sizeof text, NULL, 0);
    memcpy(&number, hash, sizeof number);
    return number;
}

enum err quota_open(struct str run_dir, struct quota *ret_quota, struct fault *fault)
{
    static const char *const tables[] = { [QUOTA_BUCKETS] = "buckets", [QUOTA_TOKENS] = "tokens",
                                          [QUOTA_LEASES] = "leases" };
    struct quota quota = { .boot = boot_number() };
    struct arena arena;
    enum err err;

    randombytes_buf(&quota.owner, sizeof quota.owner);
    arena_init(&arena, 4096);
    err = store_open(arena_format(&arena, STR_FMT "/quota", STR_ARG(run_dir)), tables, COUNT(tables), QUOTA_LAYOUT, 0,
                     &quota.store, fault);
    arena_free(&arena);
    if (!err)
        *ret_quota = quota;
    return err;
}

void quota_close(struct quota *quota)
{
    store_close(quota->store);
    quota->store = NULL;
}

struct lease_work { struct quota *quota; struct key key; int64_t steady_ms, until_ms; };

static enum err lease_take_work(struct txn *txn, void *context)
{
    struct lease_work *work = context;
    struct lease lease;
    struct str value;
    enum err err = store_get(txn, QUOTA_LEASES, key_str(&work->key), &value);

    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err && value.len == sizeof lease) {
        memcpy(&lease, value.bytes, sizeof lease);
        if (lease.boot == work->quota->boot && lease.owner != work->quota->owner && lease.until_ms > work->steady_ms) {
            work->until_ms = lease.until_ms;
            return ERR_BUSY;
        }
    }
    lease = (struct lease){ work->quota->boot, work->quota->owner, work->until_ms };
    return store_put(txn, QUOTA_LEASES, key_str(&work->key), (struct str){ (const char *)&lease, sizeof lease });
}

enum err lease_take(struct quota *quota, struct str name, int64_t steady_ms, int64_t for_ms, int64_t *ret_until_ms)
{
    struct lease_work work = { .quota = quota, .steady_ms = steady_ms, .until_ms = steady_ms + for_ms };
    enum err err;

    key_init(&work.key);
    key_name(&work.key, name);
    if (work.key.failed)
        return ERR_TOO_LONG;
    err = store_write(quota->store, lease_take_work, &work);
    if (err == ERR_BUSY)
        *ret_until_ms = work.until_ms;
    return err;
}

static enum err lease_give_work(struct txn *txn, void *context)
{
    struct lease_work *work = context;
    struct lease lease;
    struct str value;
    enum err err = store_get(txn, QUOTA_LEASES, key_str(&work->key), &value);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (value.len == sizeof lease) {
        memcpy(&lease, value.bytes, sizeof lease);
        if (lease.owner != work->quota->owner)
            return ERR_OK;
    }
    return store_delete(txn, QUOTA_LEASES, key_str(&work->key));
}

enum err lease_give(struct quota *quota, struct str name)
{
    struct lease_work work = { .quota = quota };

    key_init(&work.key);
    key_name(&work.key, name);
    return work.key.failed ? ERR_TOO_LONG : store_write(quota->store, lease_give_work, &work);
}
