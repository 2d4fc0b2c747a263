#include "store_engine.h"

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

/* `store.place` is the absolute folder: it names the map in /proc/self/maps. */
struct lmdb {
    struct store store;
    MDB_env *env;
    MDB_dbi tables[STORE_TABLES_MAX];
    bool duplicates[STORE_TABLES_MAX];
    bool absent[STORE_TABLES_MAX];        /* read-only, and nobody has made it yet */
};

struct lmdb_txn { struct txn txn; struct lmdb *lmdb; MDB_txn *mdb; bool map_full; };

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
        store_break();                    /* LMDB does not go on until it is opened again */
        return ERR_STORE_IO;
    case MDB_BAD_VALSIZE:
        return ERR_TOO_LONG;
    case ENOMEM:
        return ERR_MEMORY;
    default:
        return rc == EIO && disk_full(folder) ? ERR_STORE_FULL : ERR_STORE_IO;
    }
}

static enum err lmdb_err(const struct lmdb *lmdb, int rc)
{
    return store_err_of(lmdb->store.place, rc);
}

static enum err txn_err(struct lmdb_txn *txn, int rc)
{
    if (rc == MDB_MAP_FULL)
        txn->map_full = true;
    return lmdb_err(txn->lmdb, rc);
}

/* Another process may have grown the map; readers that were killed may have left no place free. */
static int txn_begin(struct lmdb *lmdb, unsigned flags, MDB_txn **ret_txn)
{
    int rc = mdb_txn_begin(lmdb->env, NULL, flags, ret_txn), dead = 0;

    for (int tries = 0; tries < 8 && (rc == MDB_MAP_RESIZED || rc == MDB_READERS_FULL); tries++) {
        int mended = rc == MDB_MAP_RESIZED ? mdb_env_set_mapsize(lmdb->env, 0)
                                           : mdb_reader_check(lmdb->env, &dead);

        if (mended != 0)
            return mended;
        rc = mdb_txn_begin(lmdb->env, NULL, flags, ret_txn);
    }
    return rc;
}

static enum err grow(struct lmdb *lmdb)
{
    MDB_envinfo info;
    size_t step;
    int dead;

    if (mdb_env_info(lmdb->env, &info) != 0 || info.me_mapsize >= MAP_MAX)
        return ERR_STORE_FULL;
    (void)mdb_reader_check(lmdb->env, &dead);
    step = info.me_mapsize < MAP_STEP_MAX ? info.me_mapsize : MAP_STEP_MAX;
    return lmdb_err(lmdb, mdb_env_set_mapsize(lmdb->env, info.me_mapsize + step));
}

/* again: LMDB writes the page that makes a commit valid behind a flush of all others. Here nothing waits for that page: the next
 * commit's flush takes it along, and before it is there the commit before stands, of which nothing was written over. */
static enum err lmdb_write(struct store *store, store_work work, void *context, bool again)
{
    struct lmdb *lmdb = (struct lmdb *)store;

    for (;;) {
        struct lmdb_txn txn = { .txn = { store }, .lmdb = lmdb };
        enum err err;
        int rc = txn_begin(lmdb, again ? (unsigned)MDB_NOMETASYNC : 0, &txn.mdb);

        if (rc != 0)
            return lmdb_err(lmdb, rc);
        err = work(&txn.txn, context);
        if (err == ERR_OK) {
            rc = mdb_txn_commit(txn.mdb);
            if (rc != MDB_MAP_FULL)
                return lmdb_err(lmdb, rc);
            txn.map_full = true;
        } else {
            mdb_txn_abort(txn.mdb);
        }
        if (!txn.map_full)
            return err;
        err = grow(lmdb);
        if (err)
            return err;
    }
}

static enum err lmdb_within(struct txn *of, store_work work, void *context)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
    struct lmdb_txn inner = { .txn = txn->txn, .lmdb = txn->lmdb };
    int rc = mdb_txn_begin(txn->lmdb->env, txn->mdb, 0, &inner.mdb);
    enum err err;

    if (rc != 0)
        return txn_err(txn, rc);
    err = work(&inner.txn, context);
    txn->map_full |= inner.map_full;
    if (!err)
        return txn_err(txn, mdb_txn_commit(inner.mdb));
    mdb_txn_abort(inner.mdb);
    return err;
}

static enum err lmdb_read(struct store *store, store_work work, void *context)
{
    struct lmdb *lmdb = (struct lmdb *)store;
    struct lmdb_txn txn = { .txn = { store }, .lmdb = lmdb };
    enum err err;
    int rc = txn_begin(lmdb, MDB_RDONLY, &txn.mdb);

    if (rc != 0)
        return lmdb_err(lmdb, rc);
    err = work(&txn.txn, context);
    if (err) {
        mdb_txn_abort(txn.mdb);
        return err;
    }
    return lmdb_err(lmdb, mdb_txn_commit(txn.mdb));          /* an abort would close tables opened in it */
}

struct layout_work { const char *const *tables; size_t count; uint32_t version; unsigned flags; uint32_t found; };

static enum err open_tables(struct txn *of, void *context)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
    struct layout_work *work = context;
    bool read_only = work->flags & STORE_READ_ONLY;
    unsigned create = read_only ? 0 : MDB_CREATE;
    MDB_val key = { 6, "layout" }, sums = { 4, "sums" }, value;
    MDB_dbi meta;
    int rc = mdb_dbi_open(txn->mdb, "_layout", create, &meta);

    for (size_t i = 0; rc == 0 && i < work->count; i++) {
        const char *name = work->tables[i];
        unsigned flags = create | (name[0] == '+' ? (unsigned)MDB_DUPSORT : 0);

        rc = mdb_dbi_open(txn->mdb, name[0] == '+' ? name + 1 : name, flags, &txn->lmdb->tables[i]);
        txn->lmdb->absent[i] = read_only && rc == MDB_NOTFOUND;
        rc = txn->lmdb->absent[i] ? 0 : rc;
        txn->lmdb->duplicates[i] = name[0] == '+';
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

static enum err open_once(struct lmdb *lmdb, unsigned flags, struct fault *fault)
{
    unsigned mdb_flags = MDB_NOTLS | MDB_NORDAHEAD | (flags & STORE_READ_ONLY ? (unsigned)MDB_RDONLY : 0) |
                         (flags & STORE_VOLATILE ? (unsigned)MDB_NOSYNC : 0);
    const char *folder = lmdb->store.place;
    MDB_envinfo info;
    int rc, dead;

    if ((flags & STORE_READ_ONLY) && !is_begun(folder))
        return fault_set(fault, ERR_NOT_FOUND, "there is no store in %s", folder);
    rc = mdb_env_create(&lmdb->env);
    if (rc == 0)
        store_fault_watch(folder);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(lmdb->env, STORE_TABLES_MAX + 1);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(lmdb->env, STORE_READERS_MAX);
    if (rc == 0)
        rc = mdb_env_open(lmdb->env, folder, mdb_flags, file_mode());
    if (rc == ENOENT && (flags & STORE_READ_ONLY))
        return fault_set(fault, ERR_NOT_FOUND, "there is no store in %s", folder);
    if (rc == 0)
        rc = mdb_env_info(lmdb->env, &info);
    if (rc == 0 && !(flags & STORE_READ_ONLY) && info.me_mapsize < MAP_FIRST)
        rc = mdb_env_set_mapsize(lmdb->env, MAP_FIRST);
    if (rc == 0)
        rc = mdb_reader_check(lmdb->env, &dead);
    if (rc != 0)
        return fault_set(fault, lmdb_err(lmdb, rc), "cannot open the store in %s: %s", folder, mdb_strerror(rc));
    return ERR_OK;
}

/* Who only reads opens the file before it waits for the lock: the store may have been written anew meanwhile (store_compact.c). */
static bool is_replaced(struct lmdb *lmdb)
{
    char path[600];
    struct stat now, opened;
    int fd;

    (void)snprintf(path, sizeof path, "%s/data.mdb", lmdb->store.place);
    return mdb_env_get_fd(lmdb->env, &fd) == 0 && fstat(fd, &opened) == 0 && stat(path, &now) == 0 &&
           (opened.st_ino != now.st_ino || opened.st_dev != now.st_dev);
}

static enum err open_env(struct lmdb *lmdb, unsigned flags, struct fault *fault)
{
    enum err err = open_once(lmdb, flags, fault);

    while (!err && is_replaced(lmdb)) {
        mdb_env_close(lmdb->env);
        store_fault_forget(lmdb->store.place);
        lmdb->env = NULL;
        err = open_once(lmdb, flags, fault);
    }
    return err;
}

static enum err lmdb_locate(const struct store_asked *asked, char **ret_place, struct fault *fault)
{
    char path[512];

    if (!str_copy(asked->folder, path, sizeof path))
        return fault_set(fault, ERR_CONFIG, "the folder name " STR_FMT " is too long", STR_ARG(asked->folder));
    if (!(asked->flags & STORE_READ_ONLY)) {
        enum err err = folder_make(asked->folder, fault);

        if (err)
            return err;
    }
    if (store_engine_judge(asked->folder, false, fault))
        return ERR_CONFIG;
    *ret_place = realpath(path, NULL);
    if (!*ret_place)
        return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_STORE_IO, "there is no store in %s: %s",
                         path, strerror(errno));
    return ERR_OK;
}

static enum err open_layout(struct lmdb *lmdb, const struct store_asked *asked, struct fault *fault)
{
    struct layout_work work = { asked->tables, asked->table_count, asked->layout_version, asked->flags, 0 };
    enum err err = work.flags & STORE_READ_ONLY ? lmdb_read(&lmdb->store, open_tables, &work)
                                                : lmdb_write(&lmdb->store, open_tables, &work, false);

    if (err == ERR_CONFIG)
        return fault_set(fault, err, "the store in %s has layout %u, this program has %u: use the version of "
                         "the program that wrote it", lmdb->store.place, work.found, work.version);
    if (err)
        return fault_set(fault, err, "the tables of the store in %s cannot be opened: %s", lmdb->store.place,
                         err_text(err));
    return ERR_OK;
}

static void lmdb_close(struct store *store)
{
    struct lmdb *lmdb = (struct lmdb *)store;

    if (lmdb->env) {
        mdb_env_close(lmdb->env);
        store_fault_forget(store->place);
    }
    free(store->place);
    free(lmdb);
}

static enum err lmdb_open(const struct store_asked *asked, char *place, struct store **ret_store, struct fault *fault)
{
    struct lmdb *lmdb = calloc(1, sizeof *lmdb);
    enum err err;

    if (!lmdb)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    lmdb->store = (struct store){ .base = &store_lmdb, .place = place, .flags = asked->flags };
    err = open_env(lmdb, asked->flags, fault);
    if (!err)
        err = open_layout(lmdb, asked, fault);
    if (err) {
        if (lmdb->env) {
            mdb_env_close(lmdb->env);
            store_fault_forget(place);
        }
        free(lmdb);
        return err;
    }
    *ret_store = &lmdb->store;
    return ERR_OK;
}

static uint64_t lmdb_generation(struct store *store)
{
    MDB_txn *txn;
    uint64_t generation;

    if (txn_begin((struct lmdb *)store, MDB_RDONLY, &txn) != 0)
        return 0;
    generation = mdb_txn_id(txn);
    mdb_txn_abort(txn);
    return generation;
}

static MDB_val val(struct str s)
{
    return (MDB_val){ s.len, (void *)(uintptr_t)s.bytes };
}

static struct str str_val(MDB_val v)
{
    return (struct str){ v.mv_data, v.mv_size };
}

static enum err lmdb_get(struct txn *of, unsigned table, struct str key, struct str *ret_value)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
    MDB_val k = val(key), v;
    int rc = txn->lmdb->absent[table] ? MDB_NOTFOUND : mdb_get(txn->mdb, txn->lmdb->tables[table], &k, &v);

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

static enum err lmdb_put(struct txn *of, unsigned table, struct str key, struct str value, enum store_how how)
{
    static const unsigned ways[] = { [PUT_OVER] = 0, [PUT_NEW] = MDB_NOOVERWRITE, [PUT_RISING] = MDB_APPEND };
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
    MDB_val k = val(key), v = { value.len + STORE_SUM, NULL };
    uint8_t small[STORE_KEY_MAX], sum[STORE_SUM];
    MDB_dbi dbi = txn->lmdb->tables[table];
    int rc;

    if (txn->lmdb->duplicates[table]) {
        unsigned way = how == PUT_NEW ? (unsigned)MDB_NODUPDATA : ways[how];

        return summed(key, value, small, &v) ? txn_err(txn, mdb_put(txn->mdb, dbi, &k, &v, way)) : ERR_TOO_LONG;
    }
    store_sum(key, value, sum);           /* before the page moves, should the value lie in it */
    rc = mdb_put(txn->mdb, dbi, &k, &v, ways[how] | MDB_RESERVE);
    if (rc)
        return txn_err(txn, rc);
    if (value.len)
        memmove(v.mv_data, value.bytes, value.len);
    memcpy((uint8_t *)v.mv_data + value.len, sum, STORE_SUM);
    return ERR_OK;
}

static enum err lmdb_remove(struct txn *of, unsigned table, struct str key)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
    MDB_val k = val(key);

    return txn_err(txn, mdb_del(txn->mdb, txn->lmdb->tables[table], &k, NULL));
}

static enum err lmdb_remove_value(struct txn *of, unsigned table, struct str key, struct str value)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
    uint8_t small[STORE_KEY_MAX];
    MDB_val k = val(key), v;

    return summed(key, value, small, &v) ? txn_err(txn, mdb_del(txn->mdb, txn->lmdb->tables[table], &k, &v))
                                         : ERR_NOT_FOUND;
}

static uint64_t lmdb_count(struct txn *of, unsigned table)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
    MDB_stat stat;

    return !txn->lmdb->absent[table] && mdb_stat(txn->mdb, txn->lmdb->tables[table], &stat) == 0 ? stat.ms_entries : 0;
}

/* MDB_NOTFOUND: there is no such table yet. */
static int table_cursor(struct lmdb_txn *txn, unsigned table, MDB_cursor **ret_cursor)
{
    return txn->lmdb->absent[table] ? MDB_NOTFOUND : mdb_cursor_open(txn->mdb, txn->lmdb->tables[table], ret_cursor);
}

static enum err lmdb_walk(struct txn *of, unsigned table, struct str prefix, struct str from, store_visit visit,
                    void *context)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
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
            err = visit(of, str_val(k), value, context);
        if (err == ERR_OK)
            rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    if (err)
        return err == ERR_STOP ? ERR_OK : err;
    return rc == 0 || rc == MDB_NOTFOUND ? ERR_OK : txn_err(txn, rc);
}

static enum err lmdb_examine(struct txn *of, unsigned table, store_examiner examine, void *context)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
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

        err = examine(of, str_val(k), value, whole, context);
        if (err == ERR_OK)
            rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return err ? err : rc == MDB_NOTFOUND ? ERR_OK : txn_err(txn, rc);
}

static enum err lmdb_floor(struct txn *of, unsigned table, struct str prefix, struct str key, struct str *ret_key,
                     struct str *ret_value)
{
    struct lmdb_txn *txn = (struct lmdb_txn *)of;
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
static void lmdb_relax(struct store *store)
{
    char wanted[560], line[1024];
    FILE *maps = fopen("/proc/self/maps", "re");

    if (!maps)
        return;
    (void)snprintf(wanted, sizeof wanted, "%s/data.mdb", store->place);
    while (fgets(line, sizeof line, maps)) {
        uintptr_t from, to;

        if (!strstr(line, wanted) || sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) != 2)
            continue;
        (void)madvise((void *)from, to - from, MADV_DONTNEED);
    }
    (void)fclose(maps);
}

const struct store_base store_lmdb = {
    .locate = lmdb_locate, .open = lmdb_open, .close = lmdb_close, .generation = lmdb_generation, .write = lmdb_write,
    .within = lmdb_within, .read = lmdb_read, .get = lmdb_get, .put = lmdb_put, .remove = lmdb_remove,
    .remove_value = lmdb_remove_value, .count = lmdb_count, .walk = lmdb_walk, .examine = lmdb_examine, .floor = lmdb_floor,
    .relax = lmdb_relax,
};
