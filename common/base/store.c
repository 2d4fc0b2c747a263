#include "store.h"

#include "folder.h"
#include "store_fault.h"
#include "store_inside.h"
#include "store_sum.h"

#include <errno.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAP_FIRST ((size_t)16 << 20)
#define MAP_STEP_MAX ((size_t)1 << 30)
#define MAP_MAX ((size_t)1 << 40)

struct store {
    MDB_env *env;
    MDB_dbi tables[STORE_TABLES_MAX];
    bool duplicates[STORE_TABLES_MAX];
    bool absent[STORE_TABLES_MAX];        /* read-only, and nobody has made it yet */
    char *folder;                         /* absolute: names the map in /proc/self/maps */
    unsigned flags, users;
    struct store *next;
};

/* LMDB forbids opening an environment twice in one process, so openers of one folder share it. */
static struct store *open_stores;

/* LMDB does not go on after a disk error at the wrong moment, until it is opened again. */
static bool broken;

struct txn { struct store *store; MDB_txn *mdb; bool map_full; };

static bool disk_full(const char *folder)
{
    struct statvfs fs;

    return folder && statvfs(folder, &fs) == 0 && fs.f_bavail * fs.f_frsize < (1u << 20);
}

/* LMDB answers EIO to a short write, which is what a full disk looks like. */
enum err store_err_of(const char *folder, int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return ERR_OK;
    case MDB_NOTFOUND:
        return ERR_NOT_FOUND;
    case MDB_KEYEXIST:
        return ERR_EXISTS;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_STORE_FULL;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
        return ERR_STORE_DAMAGED;
    case MDB_PANIC:
        broken = true;
        return ERR_STORE_IO;
    case MDB_BAD_VALSIZE:
        return ERR_TOO_LONG;
    case ENOMEM:
        return ERR_MEMORY;
    default:
        return rc == EIO && disk_full(folder) ? ERR_STORE_FULL : ERR_STORE_IO;
    }
}

static enum err store_err(const struct store *store, int rc)
{
    return store_err_of(store->folder, rc);
}

static enum err txn_err(struct txn *txn, int rc)
{
    if (rc == MDB_MAP_FULL)
        txn->map_full = true;
    return store_err(txn->store, rc);
}

/* Another process may have grown the map; readers that were killed may have left no place free. */
static int txn_begin(struct store *store, unsigned flags, MDB_txn **ret_txn)
{
    int rc = mdb_txn_begin(store->env, NULL, flags, ret_txn), dead = 0;

    for (int tries = 0; tries < 8 && (rc == MDB_MAP_RESIZED || rc == MDB_READERS_FULL); tries++) {
        int mended = rc == MDB_MAP_RESIZED ? mdb_env_set_mapsize(store->env, 0)
                                           : mdb_reader_check(store->env, &dead);

        if (mended != 0)
            return mended;
        rc = mdb_txn_begin(store->env, NULL, flags, ret_txn);
    }
    return rc;
}

static enum err store_grow(struct store *store)
{
    MDB_envinfo info;
    size_t step;
    int dead;

    if (mdb_env_info(store->env, &info) != 0 || info.me_mapsize >= MAP_MAX)
        return ERR_STORE_FULL;
    (void)mdb_reader_check(store->env, &dead);
    step = info.me_mapsize < MAP_STEP_MAX ? info.me_mapsize : MAP_STEP_MAX;
    return store_err(store, mdb_env_set_mapsize(store->env, info.me_mapsize + step));
}

struct layout_work { const char *const *tables; size_t count; uint32_t version; unsigned flags; uint32_t found; };

static enum err open_tables(struct txn *txn, void *context)
{
    struct layout_work *work = context;
    bool read_only = work->flags & STORE_READ_ONLY;
    unsigned create = read_only ? 0 : MDB_CREATE;
    MDB_val key = { 6, "layout" }, sums = { 4, "sums" }, value;
    MDB_dbi meta;
    int rc = mdb_dbi_open(txn->mdb, "_layout", create, &meta);

    for (size_t i = 0; rc == 0 && i < work->count; i++) {
        const char *name = work->tables[i];
        unsigned flags = create | (name[0] == '+' ? (unsigned)MDB_DUPSORT : 0);

        rc = mdb_dbi_open(txn->mdb, name[0] == '+' ? name + 1 : name, flags, &txn->store->tables[i]);
        txn->store->absent[i] = read_only && rc == MDB_NOTFOUND;
        rc = txn->store->absent[i] ? 0 : rc;
        txn->store->duplicates[i] = name[0] == '+';
    }
    if (rc != 0)
        return txn_err(txn, rc);
    rc = mdb_get(txn->mdb, meta, &key, &value);
    if (rc == MDB_NOTFOUND && !read_only) {
        value = (MDB_val){ sizeof work->version, &work->version };
        work->found = work->version;
        rc = mdb_put(txn->mdb, meta, &key, &value, 0);
        return txn_err(txn, rc ? rc : mdb_put(txn->mdb, meta, &sums, &value, 0));
    }
    if (rc != 0)
        return txn_err(txn, rc);
    if (value.mv_size != sizeof work->found)
        return ERR_STORE_DAMAGED;
    memcpy(&work->found, value.mv_data, sizeof work->found);
    if (mdb_get(txn->mdb, meta, &sums, &value) != 0)
        work->found = 0;                  /* of a program that put no sums behind records */
    return work->found == work->version ? ERR_OK : ERR_CONFIG;
}

/* A power cut may leave the file that a first start has just made, with nothing in it: LMDB would want to begin it. */
static bool is_begun(const char *folder)
{
    char path[600];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s/data.mdb", folder);
    return stat(path, &st) == 0 && st.st_size > 0;
}

static enum err open_env(struct store *store, unsigned flags, struct fault *fault)
{
    unsigned mdb_flags = MDB_NOTLS | MDB_NORDAHEAD | (flags & STORE_READ_ONLY ? (unsigned)MDB_RDONLY : 0) |
                         (flags & STORE_VOLATILE ? (unsigned)MDB_NOSYNC : 0);
    MDB_envinfo info;
    int rc, dead;

    if ((flags & STORE_READ_ONLY) && !is_begun(store->folder))
        return fault_set(fault, ERR_NOT_FOUND, "there is no store in %s", store->folder);
    rc = mdb_env_create(&store->env);
    if (rc == 0)
        store_fault_watch(store->folder);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(store->env, STORE_TABLES_MAX + 1);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(store->env, STORE_READERS_MAX);
    if (rc == 0)
        rc = mdb_env_open(store->env, store->folder, mdb_flags, 0600);
    if (rc == ENOENT && (flags & STORE_READ_ONLY))
        return fault_set(fault, ERR_NOT_FOUND, "there is no store in %s", store->folder);
    if (rc == 0)
        rc = mdb_env_info(store->env, &info);
    if (rc == 0 && !(flags & STORE_READ_ONLY) && info.me_mapsize < MAP_FIRST)
        rc = mdb_env_set_mapsize(store->env, MAP_FIRST);
    if (rc == 0)
        rc = mdb_reader_check(store->env, &dead);
    if (rc != 0)
        return fault_set(fault, store_err(store, rc), "cannot open the store in %s: %s", store->folder,
                         mdb_strerror(rc));
    return ERR_OK;
}

static enum err find_folder(struct str folder, unsigned flags, struct store *store, struct fault *fault)
{
    char path[512];

    if (!str_copy(folder, path, sizeof path))
        return fault_set(fault, ERR_CONFIG, "the folder name " STR_FMT " is too long", STR_ARG(folder));
    if (!(flags & STORE_READ_ONLY)) {
        enum err err = folder_make(folder, fault);

        if (err)
            return err;
    }
    store->folder = realpath(path, NULL);
    if (!store->folder)
        return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_STORE_IO, "there is no store in %s: %s",
                         path, strerror(errno));
    return ERR_OK;
}

static struct store *already_open(const char *folder)
{
    for (struct store *store = open_stores; store; store = store->next)
        if (strcmp(store->folder, folder) == 0)
            return store;
    return NULL;
}

static enum err open_layout(struct store *store, struct layout_work *work, struct fault *fault)
{
    enum err err = work->flags & STORE_READ_ONLY ? store_read(store, open_tables, work)
                                                 : store_write(store, open_tables, work);

    if (err == ERR_CONFIG)
        return fault_set(fault, err, "the store in %s has layout %u, this program has %u: use the version of "
                         "the program that wrote it", store->folder, work->found, work->version);
    if (err)
        return fault_set(fault, err, "the tables of the store in %s cannot be opened: %s", store->folder,
                         err_text(err));
    return ERR_OK;
}

enum err store_open(struct str folder, const char *const *tables, size_t table_count,
                    uint32_t layout_version, unsigned flags, struct store **ret_store, struct fault *fault)
{
    struct layout_work work = { tables, table_count, layout_version, flags, 0 };
    struct store *store = calloc(1, sizeof *store);
    struct store *shared;
    enum err err;

    ensure(table_count <= STORE_TABLES_MAX);
    if (!store)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    store->flags = flags;
    store->users = 1;
    err = find_folder(folder, flags, store, fault);
    shared = err ? NULL : already_open(store->folder);
    if (shared) {
        ensure(!(shared->flags & STORE_READ_ONLY) || (flags & STORE_READ_ONLY));
        shared->users++;
        store->users = 0;
        store_close(store);
        *ret_store = shared;
        return ERR_OK;
    }
    if (!err)
        err = open_env(store, flags, fault);
    if (!err)
        err = open_layout(store, &work, fault);
    if (err) {
        store->users = 0;
        store_close(store);
        return err;
    }
    store->next = open_stores;
    open_stores = store;
    *ret_store = store;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (!store || store->users > 1) {
        if (store)
            store->users--;
        return;
    }
    for (struct store **at = &open_stores; *at; at = &(*at)->next)
        if (*at == store) {
            *at = store->next;
            break;
        }
    if (store->env) {
        mdb_env_close(store->env);
        store_fault_forget(store->folder);
    }
    free(store->folder);
    free(store);
}

bool store_broken(void)
{
    return broken;
}

uint64_t store_generation(struct store *store)
{
    MDB_txn *txn;
    uint64_t generation;

    if (txn_begin(store, MDB_RDONLY, &txn) != 0)
        return 0;
    generation = mdb_txn_id(txn);
    mdb_txn_abort(txn);
    return generation;
}

static enum err write_with(struct store *store, unsigned flags, enum err (*work)(struct txn *txn, void *context), void *context)
{
    for (;;) {
        struct txn txn = { .store = store };
        enum err err;
        int rc = txn_begin(store, flags, &txn.mdb);

        if (rc != 0)
            return store_err(store, rc);
        err = work(&txn, context);
        if (err == ERR_OK) {
            rc = mdb_txn_commit(txn.mdb);
            if (rc != MDB_MAP_FULL)
                return store_err(store, rc);
            txn.map_full = true;
        } else {
            mdb_txn_abort(txn.mdb);
        }
        if (!txn.map_full)
            return err;
        err = store_grow(store);
        if (err)
            return err;
    }
}

enum err store_write(struct store *store, enum err (*work)(struct txn *txn, void *context), void *context)
{
    return write_with(store, 0, work, context);
}

/* LMDB writes the page that makes a commit valid behind a flush of all others. Here nothing waits for that page: the next
 * commit's flush takes it along, and before it is there the commit before stands, of which nothing was written over. */
enum err store_write_again(struct store *store, enum err (*work)(struct txn *txn, void *context), void *context)
{
    return write_with(store, MDB_NOMETASYNC, work, context);
}

enum err store_read(struct store *store, enum err (*work)(struct txn *txn, void *context), void *context)
{
    struct txn txn = { .store = store };
    enum err err;
    int rc = txn_begin(store, MDB_RDONLY, &txn.mdb);

    if (rc != 0)
        return store_err(store, rc);
    err = work(&txn, context);
    if (err) {
        mdb_txn_abort(txn.mdb);
        return err;
    }
    return store_err(store, mdb_txn_commit(txn.mdb));        /* an abort would close tables opened in it */
}

static MDB_val val(struct str s)
{
    return (MDB_val){ s.len, (void *)(uintptr_t)s.bytes };
}

static struct str str_val(MDB_val v)
{
    return (struct str){ v.mv_data, v.mv_size };
}

enum err store_get(struct txn *txn, unsigned table, struct str key, struct str *ret_value)
{
    MDB_val k = val(key), v;
    int rc = txn->store->absent[table] ? MDB_NOTFOUND : mdb_get(txn->mdb, txn->store->tables[table], &k, &v);

    return rc ? txn_err(txn, rc) : store_unsum(key, str_val(v), ret_value);
}

/* The value with its sum behind it, where it is too small to be written in place. */
static bool summed(struct str key, struct str value, uint8_t bytes[STORE_KEY_MAX], MDB_val *ret_summed)
{
    if (value.len > STORE_KEY_MAX - STORE_SUM)
        return false;
    if (value.len)
        memcpy(bytes, value.bytes, value.len);
    store_sum(key, value, bytes + value.len);
    *ret_summed = (MDB_val){ value.len + STORE_SUM, bytes };
    return true;
}

static enum err put(struct txn *txn, unsigned table, struct str key, struct str value, unsigned flags)
{
    MDB_val k = val(key), v = { value.len + STORE_SUM, NULL };
    uint8_t small[STORE_KEY_MAX], sum[STORE_SUM];
    int rc;

    if (txn->store->duplicates[table])
        return summed(key, value, small, &v)
                   ? txn_err(txn, mdb_put(txn->mdb, txn->store->tables[table], &k, &v, flags)) : ERR_TOO_LONG;
    store_sum(key, value, sum);           /* before the page moves, should the value lie in it */
    rc = mdb_put(txn->mdb, txn->store->tables[table], &k, &v, flags | MDB_RESERVE);
    if (rc)
        return txn_err(txn, rc);
    if (value.len)
        memmove(v.mv_data, value.bytes, value.len);
    memcpy((uint8_t *)v.mv_data + value.len, sum, STORE_SUM);
    return ERR_OK;
}

enum err store_put(struct txn *txn, unsigned table, struct str key, struct str value)
{
    return put(txn, table, key, value, 0);
}

enum err store_put_new(struct txn *txn, unsigned table, struct str key, struct str value)
{
    return put(txn, table, key, value, txn->store->duplicates[table] ? MDB_NODUPDATA : MDB_NOOVERWRITE);
}

enum err store_append(struct txn *txn, unsigned table, struct str key, struct str value)
{
    return put(txn, table, key, value, MDB_APPEND);
}

enum err store_delete(struct txn *txn, unsigned table, struct str key)
{
    MDB_val k = val(key);

    return txn_err(txn, mdb_del(txn->mdb, txn->store->tables[table], &k, NULL));
}

enum err store_delete_value(struct txn *txn, unsigned table, struct str key, struct str value)
{
    uint8_t small[STORE_KEY_MAX];
    MDB_val k = val(key), v;

    return summed(key, value, small, &v) ? txn_err(txn, mdb_del(txn->mdb, txn->store->tables[table], &k, &v))
                                         : ERR_NOT_FOUND;
}

uint64_t store_count(struct txn *txn, unsigned table)
{
    MDB_stat stat;

    return !txn->store->absent[table] && mdb_stat(txn->mdb, txn->store->tables[table], &stat) == 0 ? stat.ms_entries : 0;
}

/* MDB_NOTFOUND: there is no such table yet. */
static int table_cursor(struct txn *txn, unsigned table, MDB_cursor **ret_cursor)
{
    return txn->store->absent[table] ? MDB_NOTFOUND : mdb_cursor_open(txn->mdb, txn->store->tables[table], ret_cursor);
}

enum err store_walk(struct txn *txn, unsigned table, struct str prefix, struct str from, store_visit visit,
                    void *context)
{
    struct str start = str_compare(from, prefix) > 0 ? from : prefix;
    MDB_val k = val(start), v;
    MDB_cursor *cursor;
    enum err err = ERR_OK;
    int rc = table_cursor(txn, table, &cursor);

    if (rc != 0)
        return rc == MDB_NOTFOUND ? ERR_OK : txn_err(txn, rc);
    rc = mdb_cursor_get(cursor, &k, &v, start.len ? MDB_SET_RANGE : MDB_FIRST);
    while (rc == 0 && err == ERR_OK && str_starts(str_val(k), prefix)) {
        struct str value;

        err = store_unsum(str_val(k), str_val(v), &value);
        if (err == ERR_OK)
            err = visit(txn, str_val(k), value, context);
        if (err == ERR_OK)
            rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (err)
        return err == ERR_STOP ? ERR_OK : err;
    return rc == 0 || rc == MDB_NOTFOUND ? ERR_OK : txn_err(txn, rc);
}

enum err store_examine(struct txn *txn, unsigned table, store_examiner examine, void *context)
{
    MDB_val k, v;
    MDB_cursor *cursor;
    enum err err = ERR_OK;
    int rc = table_cursor(txn, table, &cursor);

    if (rc != 0)
        return rc == MDB_NOTFOUND ? ERR_OK : txn_err(txn, rc);
    rc = mdb_cursor_get(cursor, &k, &v, MDB_FIRST);
    while (rc == 0 && err == ERR_OK) {
        struct str value = str_val(v);
        bool whole = store_unsum(str_val(k), value, &value) == ERR_OK;

        err = examine(txn, str_val(k), value, whole, context);
        if (err == ERR_OK)
            rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return err ? err : rc == MDB_NOTFOUND ? ERR_OK : txn_err(txn, rc);
}

enum err store_floor(struct txn *txn, unsigned table, struct str prefix, struct str key, struct str *ret_key,
                     struct str *ret_value)
{
    MDB_val k = val(key), v;
    MDB_cursor *cursor;
    int rc = table_cursor(txn, table, &cursor);

    if (rc != 0)
        return txn_err(txn, rc);
    rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND)
        rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
    else if (rc == 0 && !str_equal(str_val(k), key))
        rc = mdb_cursor_get(cursor, &k, &v, MDB_PREV);
    mdb_cursor_close(cursor);
    if (rc == 0 && !str_starts(str_val(k), prefix))
        rc = MDB_NOTFOUND;
    if (rc)
        return txn_err(txn, rc);
    *ret_key = str_val(k);
    return store_unsum(*ret_key, str_val(v), ret_value);
}

/* LMDB tells its map's address only for fixed maps, so the mapping is found by its file's name. The pages
 * stay in the page cache; the next access maps them again. */
void store_relax(struct store *store)
{
    char wanted[560], line[1024];
    FILE *maps = fopen("/proc/self/maps", "re");

    if (!maps)
        return;
    (void)snprintf(wanted, sizeof wanted, "%s/data.mdb", store->folder);
    while (fgets(line, sizeof line, maps)) {
        uintptr_t from, to;

        if (!strstr(line, wanted) || sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) != 2)
            continue;
        (void)madvise((void *)from, to - from, MADV_DONTNEED);
    }
    (void)fclose(maps);
}

void store_relax_above(struct store *store, size_t bytes)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    unsigned long resident = 0;

    if (!statm)
        return;
    if (fscanf(statm, "%*u %lu", &resident) == 1 && resident * (unsigned long)sysconf(_SC_PAGESIZE) > bytes)
        store_relax(store);
    (void)fclose(statm);
}
