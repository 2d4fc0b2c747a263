#include "quota.h"

#include "base/clock.h"
#include "base/lease.h"
#include "base/store_engine.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { QUOTA_LAYOUT = 1 };           /* for good: a record of another length is as if there were none */

struct quota_lease { uint64_t owner; int64_t until_ms; };

enum { BOOT_NAME_SIZE = 2 * 8 + 1, MEASURE_EVERY_US = 10000000, FLEET_LEASE_MS = 10000 };

static const char *const tables[] = { [QUOTA_BUCKETS] = "buckets", [QUOTA_TOKENS] = "tokens", [QUOTA_LEASES] = "leases" };

/* Which run of the machine this is. */
static void boot_name(char name[BOOT_NAME_SIZE])
{
    char text[64] = "";
    unsigned char hash[crypto_generichash_BYTES_MIN];
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        if (read(fd, text, sizeof text - 1) < 0)
            text[0] = '\0';
        (void)close(fd);
    }
    (void)crypto_generichash(hash, sizeof hash, (const unsigned char *)text, sizeof text, NULL, 0);
    (void)sodium_bin2hex(name, BOOT_NAME_SIZE, hash, 8);
}

/* What former boots left; nobody can have them open. */
static void remove_former(const char *run_dir, const char *ours)
{
    static const char *const files[] = { "data.mdb", "lock.mdb" };
    DIR *dir = opendir(run_dir);
    const struct dirent *entry;
    char path[1024];

    while (dir && (entry = readdir(dir))) {
        if (!str_starts(str_of(entry->d_name), STR("quota-")) || strcmp(entry->d_name, ours) == 0)
            continue;
        for (size_t i = 0; i < COUNT(files); i++)
            if (snprintf(path, sizeof path, "%s/%s/%s", run_dir, entry->d_name, files[i]) < (int)sizeof path)
                (void)unlink(path);
        if (snprintf(path, sizeof path, "%s/%s", run_dir, entry->d_name) < (int)sizeof path)
            (void)rmdir(path);
    }
    if (dir)
        (void)closedir(dir);
}

/* Nothing of it matters when it is lost with a server: who takes over does so a second later or more, which is what buckets
 * remember; a token is fetched again. */
static enum err open_shared(struct quota *quota, struct fault *fault)
{
    const struct store_engine *engine = store_engine();
    char folder[1100];
    enum err err;

    quota->fleet = quota->store;
    if (!engine || !engine->root[0])
        return ERR_OK;
    (void)snprintf(folder, sizeof folder, "%s/quota", engine->root);
    err = store_open(str_of(folder), tables, COUNT(tables), QUOTA_LAYOUT, STORE_VOLATILE, &quota->fleet, fault);
    quota->shared = !err;
    if (!err && lease_clock(&quota->ahead_us, &quota->unsure_us))
        err = fault_set(fault, ERR_STORE_FULL, "PostgreSQL does not tell its time");
    quota->measured_us = clock_steady_us();
    return err;
}

void quota_look_at_clock(struct quota *quota)
{
    int64_t now_us = clock_steady_us(), ahead_us, unsure_us;

    if (!quota->shared || now_us < quota->measured_us + MEASURE_EVERY_US)
        return;
    quota->measured_us = now_us;
    if (lease_clock(&ahead_us, &unsure_us))
        return;
    quota->ahead_us = ahead_us;
    quota->unsure_us = unsure_us;
}

enum err quota_open(struct str run_dir, struct quota *ret_quota, struct fault *fault)
{
    struct quota quota = { .store = NULL };
    char folder[512], path[600], name[6 + BOOT_NAME_SIZE] = "quota-";
    enum err err;

    randombytes_buf(&quota.owner, sizeof quota.owner);
    boot_name(name + 6);
    if (!str_copy(run_dir, folder, sizeof folder))
        return fault_set(fault, ERR_CONFIG, "run_dir is longer than 511 characters: choose another in bilag.yaml");
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    err = store_open(str_of(path), tables, COUNT(tables), QUOTA_LAYOUT, STORE_VOLATILE, &quota.store, fault);
    if (err)
        return err;
    remove_former(folder, name);
    err = open_shared(&quota, fault);
    if (err)
        quota_close(&quota);
    else
        *ret_quota = quota;
    return err;
}

void quota_close(struct quota *quota)
{
    if (quota->shared)
        store_close(quota->fleet);
    store_close(quota->store);
    quota->store = quota->fleet = NULL;
    quota->shared = false;
}

/* until_ms: when it ends, ours or another's. */
struct lease_work { struct quota *quota; struct key key; int64_t now_ms, for_ms, until_ms; };

static enum err lease_take_work(struct txn *txn, void *context)
{
    struct lease_work *work = context;
    struct quota_lease lease;
    struct str value;
    enum err err = store_get(txn, QUOTA_LEASES, key_str(&work->key), &value);

    if (err && err != ERR_NOT_FOUND)
        return err;
    if (!err && value.len == sizeof lease) {
        memcpy(&lease, value.bytes, sizeof lease);
        /* Further ahead than anybody takes it for: by the clock of a server that is gone. */
        if (lease.owner != work->quota->owner && lease.until_ms > work->now_ms &&
            lease.until_ms <= work->now_ms + work->for_ms) {
            work->until_ms = lease.until_ms;
            return ERR_BUSY;
        }
    }
    lease = (struct quota_lease){ work->quota->owner, work->now_ms + work->for_ms };
    return store_put(txn, QUOTA_LEASES, key_str(&work->key), (struct str){ (const char *)&lease, sizeof lease });
}

static enum err lease_give_work(struct txn *txn, void *context)
{
    struct lease_work *work = context;
    struct quota_lease lease;
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

/* Among the machines, and for no longer than the others can wait where this one is lost. */
static enum err take_in_fleet(struct lease_work *work)
{
    int64_t ahead_ms = work->quota->ahead_us / 1000;
    enum err err;

    work->now_ms += ahead_ms;
    work->for_ms = work->for_ms < FLEET_LEASE_MS ? work->for_ms : FLEET_LEASE_MS;
    err = store_write(work->quota->fleet, lease_take_work, work);
    work->until_ms -= ahead_ms;
    if (err && store_write(work->quota->store, lease_give_work, work))
        return ERR_STORE_IO;
    return err;
}

enum err quota_lease_take(struct quota *quota, struct str name, int64_t steady_ms, int64_t for_ms, int64_t *ret_until_ms)
{
    struct lease_work work = { .quota = quota, .now_ms = steady_ms, .for_ms = for_ms };
    enum err err;

    key_init(&work.key);
    key_name(&work.key, name);
    if (work.key.failed)
        return ERR_TOO_LONG;
    err = store_write(quota->store, lease_take_work, &work);
    if (!err && quota->shared)
        err = take_in_fleet(&work);
    if (err == ERR_BUSY)
        *ret_until_ms = work.until_ms;
    return err;
}

enum err quota_lease_give(struct quota *quota, struct str name)
{
    struct lease_work work = { .quota = quota };
    enum err err;

    key_init(&work.key);
    key_name(&work.key, name);
    if (work.key.failed)
        return ERR_TOO_LONG;
    err = store_write(quota->store, lease_give_work, &work);
    return err || !quota->shared ? err : store_write(quota->fleet, lease_give_work, &work);
}
