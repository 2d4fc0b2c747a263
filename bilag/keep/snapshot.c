#include "snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TABLES_MAX = 32, PATH_BYTES = 1024, COMMIT_BYTES = 32 * 1024 * 1024 };

struct source { const char *name; MDB_env *env; MDB_txn *lock, *picture; size_t map_size; };

/* Where copying is: a transaction of the copy is committed whenever it has grown large. */
struct copying {
    MDB_env *env;
    MDB_txn *from, *to;
    MDB_dbi from_table, to_table;
    size_t pending;
    struct snapshot_part *part;
};

static enum err lmdb_failed(int rc, const char *what, const char *name, struct fault *fault)
{
    enum err err = rc == ENOSPC || rc == EDQUOT || rc == EFBIG || rc == MDB_MAP_FULL ? ERR_STORE_FULL
                   : rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND || rc == MDB_INVALID ? ERR_STORE_DAMAGED
                   : rc == ENOMEM ? ERR_MEMORY : ERR_STORE_IO;

    return fault_set(fault, err, "the store %s cannot be %s: %s", name, what, mdb_strerror(rc));
}

static bool path_of(struct str folder, const char *name, const char *file, char path[PATH_BYTES])
{
    int len = snprintf(path, PATH_BYTES, STR_FMT "/%s%s%s", STR_ARG(folder), name, *file ? "/" : "", file);

    return len > 0 && len < PATH_BYTES;
}

/* --- one moment -------------------------------------------------------------------------------------------- */

static enum err source_open(struct str folder, struct source *source, struct fault *fault)
{
    char path[PATH_BYTES];
    MDB_envinfo info;
    int rc;

    if (!path_of(folder, source->name, "data.mdb", path))
        return fault_set(fault, ERR_TOO_LONG, "the folder name " STR_FMT " is too long", STR_ARG(folder));
    if (access(path, F_OK) != 0)
        return ERR_NOT_FOUND;
    (void)path_of(folder, source->name, "", path);
    rc = mdb_env_create(&source->env);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(source->env, TABLES_MAX);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(source->env, 500);
    if (rc == 0)
        rc = mdb_env_open(source->env, path, MDB_NOTLS | MDB_NORDAHEAD, 0600);
    if (rc == 0)
        rc = mdb_env_info(source->env, &info);
    if (rc)
        return lmdb_failed(rc, "opened", source->name, fault);
    source->map_size = info.me_mapsize;
    return ERR_OK;
}

static int begin(struct source *source, unsigned flags, MDB_txn **ret_txn)
{
    int rc = mdb_txn_begin(source->env, NULL, flags, ret_txn);

    if (rc == MDB_MAP_RESIZED) {          /* a stage has grown it since it was opened */
        rc = mdb_env_set_mapsize(source->env, 0);
        if (rc == 0)
            rc = mdb_txn_begin(source->env, NULL, flags, ret_txn);
    }
    return rc;
}

/* Only what may be called in a signal handler. The locks are robust: they end with the process. */
static void patience_over(int signal)
{
    static const char words[] = "bilag backup: a store stays locked: a stage that is stopped (SIGSTOP) inside a commit? "
                                "Nothing was copied; let it go on or end it, and try again\n";

    (void)signal;
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
        _exit(1);
    _exit(1);
}

static enum err fix_pictures(struct source *sources, size_t count, struct fault *fault)
{
    struct sigaction alarmed = { .sa_handler = patience_over }, before;
    const char *failed = "";
    int rc = sigaction(SIGALRM, &alarmed, &before) ? errno : 0;

    (void)alarm(SNAPSHOT_PATIENCE_S);
    for (size_t i = 0; i < count && rc == 0; i++) {
        failed = sources[i].name;
        if (sources[i].env)
            rc = begin(&sources[i], 0, &sources[i].lock);
    }
    for (size_t i = 0; i < count && rc == 0; i++) {
        failed = sources[i].name;
        if (sources[i].env)
            rc = begin(&sources[i], MDB_RDONLY, &sources[i].picture);
    }
    for (size_t i = count; i > 0; i--)
        if (sources[i - 1].lock)
            mdb_txn_abort(sources[i - 1].lock);
    (void)alarm(0);
    (void)sigaction(SIGALRM, &before, NULL);
    return rc ? lmdb_failed(rc, "locked", failed, fault) : ERR_OK;
}

static void source_close(struct source *source)
{
    if (source->picture)
        mdb_txn_abort(source->picture);
    if (source->env)
        mdb_env_close(source->env);
}

/* --- copying ----------------------------------------------------------------------------------------------- */

static int copy_opened(struct copying *copying)
{
    return mdb_txn_begin(copying->env, NULL, 0, &copying->to);
}

static int commit(struct copying *copying)
{
    int rc = mdb_txn_commit(copying->to);

    copying->to = NULL;
    copying->pending = 0;
    return rc;
}

static int copy_records(struct copying *copying, unsigned flags)
{
    unsigned append = flags & MDB_DUPSORT ? (unsigned)MDB_APPENDDUP : (unsigned)MDB_APPEND;
    MDB_cursor *cursor;
    MDB_val key, value;
    int rc = mdb_cursor_open(copying->from, copying->from_table, &cursor);

    if (rc)
        return rc;
    rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    while (rc == 0) {
        rc = mdb_put(copying->to, copying->to_table, &key, &value, append);
        copying->part->records++;
        copying->part->bytes += key.mv_size + value.mv_size;
        copying->pending += key.mv_size + value.mv_size;
        if (rc == 0 && copying->pending > COMMIT_BYTES) {
            rc = commit(copying);
            if (rc == 0)
                rc = copy_opened(copying);
        }
        if (rc == 0)
            rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* What the store keeps of itself (store.c) is copied, and counted as little as `bilag fsck` counts it. */
static int copy_table(struct copying *copying, const MDB_val *name)
{
    char text[64];
    uint64_t counted = copying->part->records;
    unsigned flags = 0;
    int rc;

    if (!str_copy((struct str){ name->mv_data, name->mv_size }, text, sizeof text))
        return MDB_INCOMPATIBLE;
    rc = mdb_dbi_open(copying->from, text, 0, &copying->from_table);
    if (rc == 0)
        rc = mdb_dbi_flags(copying->from, copying->from_table, &flags);
    if (rc == 0)
        rc = copy_opened(copying);
    if (rc == 0)
        rc = mdb_dbi_open(copying->to, text, flags | MDB_CREATE, &copying->to_table);
    if (rc == 0)
        rc = copy_records(copying, flags);
    if (text[0] == '_')
        copying->part->records = counted;
    if (rc == 0)
        return commit(copying);
    if (copying->to)
        mdb_txn_abort(copying->to);
    copying->to = NULL;
    return rc;
}

/* The unnamed table lists the named ones. */
static int copy_tables(struct copying *copying)
{
    MDB_cursor *cursor;
    MDB_val name, value;
    MDB_dbi main_table;
    int rc = mdb_dbi_open(copying->from, NULL, 0, &main_table);

    if (rc == 0)
        rc = mdb_cursor_open(copying->from, main_table, &cursor);
    if (rc)
        return rc;
    rc = mdb_cursor_get(cursor, &name, &value, MDB_FIRST);
    while (rc == 0) {
        rc = copy_table(copying, &name);
        if (rc == 0)
            rc = mdb_cursor_get(cursor, &name, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* In a compact copy every record has its place, so the map need not be larger than the original's. */
static int copy_store(const struct source *source, const char *path, struct snapshot_part *part)
{
    struct copying copying = { .from = source->picture, .part = part };
    int rc = mdb_env_create(&copying.env);

    if (rc)
        return rc;
    rc = mdb_env_set_maxdbs(copying.env, TABLES_MAX);
    if (rc == 0)
        rc = mdb_env_set_mapsize(copying.env, source->map_size + COMMIT_BYTES);
    if (rc == 0)
        rc = mdb_env_open(copying.env, path, MDB_NOSYNC | MDB_NORDAHEAD, 0600);
    if (rc == 0)
        rc = copy_tables(&copying);
    if (rc == 0)
        rc = mdb_env_sync(copying.env, 1);
    mdb_env_close(copying.env);
    return rc;
}

static enum err copy_part(const struct source *source, struct str to, struct snapshot_part *part, struct fault *fault)
{
    char path[PATH_BYTES];
    int rc, folder;

    if (!path_of(to, source->name, "", path))
        return fault_set(fault, ERR_TOO_LONG, "the folder name " STR_FMT " is too long", STR_ARG(to));
    if (mkdir(path, 0700) != 0)
        return fault_set(fault, ERR_SYSTEM, "cannot make the folder %s: %s", path, strerror(errno));
    rc = copy_store(source, path, part);
    if (rc)
        return lmdb_failed(rc, "copied", source->name, fault);
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || fsync(folder) != 0)
        rc = errno;
    if (folder >= 0)
        (void)close(folder);
    return rc ? lmdb_failed(rc, "copied", source->name, fault) : ERR_OK;
}

enum err snapshot_take(struct str from, struct str to, const char *const *names, size_t count,
                       struct snapshot_part *parts, struct fault *fault)
{
    struct source sources[SNAPSHOT_STORES_MAX] = { { .name = NULL } };
    enum err err = ERR_OK;

    ensure(count <= SNAPSHOT_STORES_MAX);
    for (size_t i = 0; i < count && !err; i++) {
        sources[i].name = names[i];
        parts[i] = (struct snapshot_part){ .name = names[i] };
        err = source_open(from, &sources[i], fault);
        if (err == ERR_NOT_FOUND)
            err = ERR_OK;
    }
    if (!err)
        err = fix_pictures(sources, count, fault);
    for (size_t i = 0; i < count; i++) {
        parts[i].there = !err && sources[i].env;
        if (parts[i].there)
            err = copy_part(&sources[i], to, &parts[i], fault);
        source_close(&sources[i]);
    }
    return err;
}
