#include "store_picture.h"

#include "folder.h"

#include "store_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TABLES_MAX = 32, COMMIT_BYTES = 32 * 1024 * 1024 };

struct store_picture { MDB_env *env; MDB_txn *lock, *picture; size_t map_size; char folder[STORE_FOLDER_MAX]; };

static enum err failed(const struct store_picture *picture, int rc, const char *what, struct fault *fault)
{
    return fault_set(fault, store_err_of(picture->folder, rc), "the store %s cannot be %s: %s", picture->folder, what,
                     mdb_strerror(rc));
}

static enum err open_env(struct store_picture *picture, unsigned flags, struct fault *fault)
{
    MDB_envinfo info;
    int rc = mdb_env_create(&picture->env);

    if (rc == 0)
        rc = mdb_env_set_maxdbs(picture->env, TABLES_MAX);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(picture->env, STORE_READERS_MAX);
    if (rc == 0)
        rc = mdb_env_open(picture->env, picture->folder, MDB_NOTLS | MDB_NORDAHEAD | flags, file_mode());
    if (rc == 0)
        rc = mdb_env_info(picture->env, &info);
    if (rc)
        return failed(picture, rc, "opened", fault);
    picture->map_size = info.me_mapsize;
    return ERR_OK;
}

static enum err open_picture(struct str folder, unsigned flags, struct store_picture **ret_picture, struct fault *fault)
{
    struct store_picture *picture = calloc(1, sizeof *picture);
    char data[STORE_FOLDER_MAX + 16];
    enum err err;

    if (!picture)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    if (!str_copy(folder, picture->folder, sizeof picture->folder)) {
        free(picture);
        return fault_set(fault, ERR_TOO_LONG, "the folder name " STR_FMT " is too long", STR_ARG(folder));
    }
    (void)snprintf(data, sizeof data, "%s/data.mdb", picture->folder);
    err = access(data, F_OK) == 0 ? open_env(picture, flags, fault)
                                  : fault_set(fault, ERR_NOT_FOUND, "there is no store in %s", picture->folder);
    if (err) {
        store_picture_close(picture);
        return err;
    }
    *ret_picture = picture;
    return ERR_OK;
}

enum err store_picture_open(struct str folder, struct store_picture **ret_picture, struct fault *fault)
{
    return open_picture(folder, 0, ret_picture, fault);
}

enum err store_picture_alone(struct str folder, struct store_picture **ret_picture, struct fault *fault)
{
    struct store_picture *picture;
    enum err err = open_picture(folder, MDB_RDONLY | MDB_NOLOCK, &picture, fault);
    int rc;

    if (err)
        return err;
    rc = mdb_txn_begin(picture->env, NULL, MDB_RDONLY, &picture->picture);
    if (rc) {
        err = failed(picture, rc, "read", fault);
        store_picture_close(picture);
        return err;
    }
    *ret_picture = picture;
    return ERR_OK;
}

void store_picture_close(struct store_picture *picture)
{
    if (!picture)
        return;
    if (picture->picture)
        mdb_txn_abort(picture->picture);
    if (picture->env)
        mdb_env_close(picture->env);
    free(picture);
}

static int begin(struct store_picture *picture, unsigned flags, MDB_txn **ret_txn)
{
    int rc = mdb_txn_begin(picture->env, NULL, flags, ret_txn);

    if (rc == MDB_MAP_RESIZED) {          /* a stage has grown it since it was opened */
        rc = mdb_env_set_mapsize(picture->env, 0);
        if (rc == 0)
            rc = mdb_txn_begin(picture->env, NULL, flags, ret_txn);
    }
    return rc;
}

enum err store_pictures_fix(struct store_picture *const *pictures, size_t count, struct fault *fault)
{
    const struct store_picture *at = NULL;
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++)
        if (pictures[i]) {
            at = pictures[i];
            rc = begin(pictures[i], 0, &pictures[i]->lock);
        }
    for (size_t i = 0; i < count && rc == 0; i++)
        if (pictures[i]) {
            at = pictures[i];
            rc = begin(pictures[i], MDB_RDONLY, &pictures[i]->picture);
        }
    for (size_t i = count; i > 0; i--)
        if (pictures[i - 1] && pictures[i - 1]->lock) {
            mdb_txn_abort(pictures[i - 1]->lock);
            pictures[i - 1]->lock = NULL;
        }
    return rc ? failed(at, rc, "locked", fault) : ERR_OK;
}

/* Where copying is: a transaction of the copy is committed whenever it has grown large. */
struct copying {
    MDB_env *env;
    MDB_txn *from, *to;
    MDB_dbi from_table, to_table;
    size_t pending;
    uint64_t records, bytes;
};

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
        copying->records++;
        copying->bytes += key.mv_size + value.mv_size;
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
    uint64_t counted = copying->records;
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
        copying->records = counted;
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
static int copy_store(const struct store_picture *picture, const char *path, struct copying *copying)
{
    int rc = mdb_env_create(&copying->env);

    if (rc)
        return rc;
    copying->from = picture->picture;
    rc = mdb_env_set_maxdbs(copying->env, TABLES_MAX);
    if (rc == 0)
        rc = mdb_env_set_mapsize(copying->env, picture->map_size + COMMIT_BYTES);
    if (rc == 0)
        rc = mdb_env_open(copying->env, path, MDB_NOSYNC | MDB_NORDAHEAD, 0600);
    if (rc == 0)
        rc = copy_tables(copying);
    if (rc == 0)
        rc = mdb_env_sync(copying->env, 1);
    mdb_env_close(copying->env);
    return rc;
}

static int sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = folder < 0 || fsync(folder) != 0 ? errno : 0;

    if (folder >= 0)
        (void)close(folder);
    return rc;
}

enum err store_picture_copy(struct store_picture *picture, struct str folder, uint64_t *ret_records, uint64_t *ret_bytes,
                            struct fault *fault)
{
    struct copying copying = { .env = NULL };
    char path[STORE_FOLDER_MAX];
    int rc;

    if (!str_copy(folder, path, sizeof path))
        return fault_set(fault, ERR_TOO_LONG, "the folder name " STR_FMT " is too long", STR_ARG(folder));
    if (mkdir(path, 0700) != 0)
        return fault_set(fault, ERR_SYSTEM, "the store %s cannot be copied: cannot make the folder %s: %s", picture->folder,
                         path, strerror(errno));
    rc = copy_store(picture, path, &copying);
    if (rc == 0)
        rc = sync_folder(path);
    if (rc)
        return failed(picture, rc, "copied", fault);
    *ret_records = copying.records;
    *ret_bytes = copying.bytes;
    return ERR_OK;
}
