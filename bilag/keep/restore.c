#include "restore.h"

#include "base/folder.h"
#include "base/lease.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, CHUNK_BYTES = 256 * 1024, INSTANCES_MAX = 64 };
static const char first_line[] = "bilag-backup 1\n";

static enum err failed(struct fault *fault, const char *what, const char *path)
{
    int error = errno;

    return fault_set(fault, error == ENOSPC || error == EDQUOT ? ERR_STORE_FULL : ERR_SYSTEM, "%s %s: %s", fault_words(what),
                     path, strerror(error));
}

static bool join(char path[PATH_BYTES], const char *a, const char *b, const char *c)
{
    int len = snprintf(path, PATH_BYTES, "%s/%s%s%s", a, b, *c ? "/" : "", c);

    return len > 0 && len < PATH_BYTES;
}

static int sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

    if (fd < 0)
        return -1;
    rc = fsync(fd);
    (void)close(fd);
    return rc;
}

/* --- a backup's folder ------------------------------------------------------------------------------------- */

enum err backup_folder(const char *folder, struct fault *fault)
{
    const struct dirent *entry;
    bool empty = true;
    DIR *dir;

    if (strlen(folder) > PATH_BYTES - 64)
        return fault_set(fault, ERR_TOO_LONG, "the folder's name is too long");
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return failed(fault, "cannot make the folder", folder);
    dir = opendir(folder);
    if (!dir)
        return failed(fault, "cannot read the folder", folder);
    while ((entry = readdir(dir)) != NULL)
        empty &= strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    (void)closedir(dir);
    return empty ? ERR_OK : fault_set(fault, ERR_EXISTS, "%s is not empty: a backup gets a folder of its own", folder);
}

enum err manifest_write(const char *folder, const struct snapshot_part *parts, size_t count, struct fault *fault)
{
    char path[PATH_BYTES], when[32];
    bool fine;
    FILE *out;

    if (!join(path, folder, "manifest", ""))
        return fault_set(fault, ERR_TOO_LONG, "the folder's name is too long");
    out = fopen(path, "wxe");
    if (!out)
        return failed(fault, "cannot write", path);
    (void)fprintf(out, "%staken %s by bilag %s\n", first_line, time_text_utc(clock_now_ms(), when), BILAG_VERSION);
    for (size_t i = 0; i < count; i++)
        if (parts[i].there)
            (void)fprintf(out, "store %s %" PRIu64 " records\n", parts[i].name, parts[i].records);
    fine = fflush(out) == 0 && fsync(fileno(out)) == 0;
    if (fclose(out) != 0 || !fine || sync_folder(folder) != 0) {
        (void)unlink(path);
        return failed(fault, "cannot write", path);
    }
    return ERR_OK;
}

enum err manifest_read(const char *folder, const char *const *names, size_t count, bool *ret_there, struct fault *fault)
{
    char path[PATH_BYTES], line[256], name[64];
    FILE *in = join(path, folder, "manifest", "") ? fopen(path, "re") : NULL;
    bool whole;

    if (!in)
        return fault_set(fault, ERR_NOT_FOUND, "%s is no backup, or one that was broken off: it has no manifest", folder);
    whole = fgets(line, sizeof line, in) && strcmp(line, first_line) == 0;
    for (size_t i = 0; i < count; i++)
        ret_there[i] = false;
    while (whole && fgets(line, sizeof line, in))
        if (sscanf(line, "store %63s", name) == 1)
            for (size_t i = 0; i < count; i++)
                ret_there[i] |= strcmp(names[i], name) == 0;
    (void)fclose(in);
    return whole ? ERR_OK : fault_set(fault, ERR_FORMAT, "%s was written by another version of bilag: use that one", path);
}

/* --- the stages' locks ------------------------------------------------------------------------------------- */

#define X(field, preset, min, max, meaning) #field,
static const char *const stages[] = { STAGE_COUNTS(X) };
#undef X

/* ERR_IN_USE without a sentence: who calls says which program it is. */
static enum err lock_one(struct stage_locks *locks, struct str run_dir, const char *program, int instance, struct fault *fault)
{
    char path[PATH_BYTES];
    int len = snprintf(path, sizeof path, STR_FMT "/%s-%d.lock", STR_ARG(run_dir), program, instance), fd;

    if (len < 0 || (size_t)len >= sizeof path || locks->count == STAGE_LOCKS_MAX)
        return fault_set(fault, ERR_TOO_LONG, "run_dir has too long a name");
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, file_mode());
    if (fd < 0)
        return failed(fault, "cannot open", path);
    locks->fds[locks->count++] = fd;
    return flock(fd, LOCK_EX | LOCK_NB) == 0 ? ERR_OK : ERR_IN_USE;
}

static enum err lock_stage(struct stage_locks *locks, struct str run_dir, const char *stage, int instance, struct fault *fault)
{
    enum err err = lock_one(locks, run_dir, stage, instance, fault);

    if (err != ERR_IN_USE)
        return err;
    return fault_set(fault, err, "bilag-%s --instance %d runs: stop all stages first (systemctl stop bilag.target)", stage,
                     instance);
}

enum err stage_locks_take(const struct config *config, struct stage_locks *ret_locks, struct fault *fault)
{
    char run_dir[PATH_BYTES];
    struct stage_locks locks = { .count = 0 };
    enum err err = ERR_OK;

    if (!str_copy(config->run_dir, run_dir, sizeof run_dir))
        return fault_set(fault, ERR_TOO_LONG, "run_dir has too long a name");
    if (mkdir(run_dir, folder_mode()) != 0 && errno != EEXIST)
        return failed(fault, "cannot make the folder", run_dir);
    for (size_t i = 0; i < COUNT(stages) && !err; i++)
        for (int instance = 0; instance < INSTANCES_MAX && !err; instance++)
            err = lock_stage(&locks, config->run_dir, stages[i], instance, fault);
    if (err)
        stage_locks_give(&locks);
    else
        *ret_locks = locks;
    return err;
}

enum err stage_locks_take_others(const struct config *config, struct stage_locks *locks, struct fault *fault)
{
    static const char *const names[] = { "console", "watch" };

    for (size_t i = 0; i < COUNT(names); i++) {
        enum err err = lock_one(locks, config->run_dir, names[i], 0, fault);

        if (err == ERR_IN_USE)
            return fault_set(fault, err, "bilag-%s runs: stop it first (systemctl stop bilag.target)", names[i]);
        if (err)
            return err;
    }
    return lease_alone(fault);
}

void stage_locks_give(struct stage_locks *locks)
{
    for (size_t i = 0; i < locks->count; i++)
        (void)close(locks->fds[i]);
    locks->count = 0;
}

/* --- the way back ------------------------------------------------------------------------------------------ */

static bool copy_bytes(int from, int to)
{
    static char chunk[CHUNK_BYTES];
    ssize_t got, put = 0;

    while ((got = read(from, chunk, sizeof chunk)) > 0) {
        put = write(to, chunk, (size_t)got);
        if (put != got) {
            errno = put < 0 ? errno : ENOSPC;
            return false;
        }
    }
    return got == 0 && fsync(to) == 0;
}

static bool own(const char *path, const struct stat *owner)
{
    return geteuid() != 0 || chown(path, owner->st_uid, owner->st_gid) == 0;
}

static enum err copy_store(const char *folder, const char *work, const char *name, const struct stat *owner,
                           struct fault *fault)
{
    char from[PATH_BYTES], to[PATH_BYTES], home[PATH_BYTES];
    int in = -1, out = -1;
    bool fine;

    if (!join(from, folder, name, "data.mdb") || !join(home, work, name, "") || !join(to, work, name, "data.mdb"))
        return fault_set(fault, ERR_TOO_LONG, "the folder's name is too long");
    if (mkdir(home, folder_mode()) != 0 && errno != EEXIST)
        return failed(fault, "cannot make the folder", home);
    in = open(from, O_RDONLY | O_CLOEXEC);
    if (in >= 0)
        out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file_mode());
    fine = in >= 0 && out >= 0 && copy_bytes(in, out) && own(home, owner) && own(to, owner) && sync_folder(home) == 0;
    if (!fine)
        (void)failed(fault, "cannot copy", from);
    if (in >= 0)
        (void)close(in);
    if (out >= 0)
        (void)close(out);
    return fine ? ERR_OK : ERR_SYSTEM;
}

static enum err move(const char *from_folder, const char *to_folder, const char *name, struct fault *fault)
{
    char from[PATH_BYTES], to[PATH_BYTES];

    if (!join(from, from_folder, name, "") || !join(to, to_folder, name, ""))
        return fault_set(fault, ERR_TOO_LONG, "the folder's name is too long");
    return rename(from, to) == 0 || errno == ENOENT ? ERR_OK : failed(fault, "cannot move", from);
}

/* A folder that is not there yet, for what was there before. */
static enum err make_aside(const char *state_dir, char aside[1024], struct fault *fault)
{
    for (int i = 1; i < 1000; i++) {
        int len = snprintf(aside, 1024, "%s/before-restore-%d", state_dir, i);

        if (len < 0 || len >= 1024)
            break;
        if (mkdir(aside, folder_mode()) == 0)
            return ERR_OK;
        if (errno != EEXIST)
            return failed(fault, "cannot make the folder", aside);
    }
    return fault_set(fault, ERR_EXISTS, "there are too many before-restore folders in %s: remove those of old", state_dir);
}

enum err restore_stores(const char *folder, struct str state_dir, const char *const *names, const bool *there,
                        size_t count, char aside[1024], struct fault *fault)
{
    char state[PATH_BYTES], work[PATH_BYTES];
    struct stat owner;
    enum err err = ERR_OK;

    if (!str_copy(state_dir, state, sizeof state) || !join(work, state, ".restore", ""))
        return fault_set(fault, ERR_TOO_LONG, "state_dir has too long a name");
    if (mkdir(state, folder_mode()) != 0 && errno != EEXIST)
        return failed(fault, "cannot make the folder", state);
    if (stat(state, &owner) != 0 || (mkdir(work, folder_mode()) != 0 && errno != EEXIST))
        return failed(fault, "cannot make the folder", work);
    for (size_t i = 0; i < count && !err; i++)
        if (there[i])
            err = copy_store(folder, work, names[i], &owner, fault);
    if (!err)
        err = make_aside(state, aside, fault);
    for (size_t i = 0; i < count && !err; i++)
        err = move(state, aside, names[i], fault);
    for (size_t i = 0; i < count && !err; i++)
        if (there[i])
            err = move(work, state, names[i], fault);
    if (err)
        return err;
    (void)rmdir(work);
    return sync_folder(aside) == 0 && sync_folder(state) == 0 ? ERR_OK : failed(fault, "cannot sync", state);
}
