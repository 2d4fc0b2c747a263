#include "store_compact.h"

#include "folder.h"
#include "killpoint.h"
#include "store_engine.h"
#include "store_inside.h"
#include "store_picture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = STORE_FOLDER_MAX + 32, PATIENCE_MS = 2000, ASK_EVERY_MS = 20 };

struct compacting { char data[PATH_BYTES], lock[PATH_BYTES], copy[PATH_BYTES], copied[PATH_BYTES], copied_lock[PATH_BYTES]; };

static bool paths_of(struct str folder, struct compacting *c)
{
    (void)snprintf(c->data, sizeof c->data, STR_FMT "/data.mdb", STR_ARG(folder));
    (void)snprintf(c->lock, sizeof c->lock, STR_FMT "/lock.mdb", STR_ARG(folder));
    (void)snprintf(c->copy, sizeof c->copy, STR_FMT "/compact", STR_ARG(folder));
    (void)snprintf(c->copied, sizeof c->copied, STR_FMT "/compact/data.mdb", STR_ARG(folder));
    (void)snprintf(c->copied_lock, sizeof c->copied_lock, STR_FMT "/compact/lock.mdb", STR_ARG(folder));
    return folder.len + 32 < STORE_FOLDER_MAX;
}

static enum err failed(const char *path, const char *what, struct fault *fault)
{
    return fault_set(fault, errno == ENOSPC || errno == EDQUOT ? ERR_STORE_FULL : ERR_SYSTEM, "%s cannot be %s: %s", path, what,
                     strerror(errno));
}

/* Who has a store open holds the first byte of its lock file shared, and takes that before it looks at the data. A closed
 * descriptor of that file gives every lock of this process on it back: so there is this one alone. */
static enum err take_alone(const char *path, int *ret_fd, struct fault *fault)
{
    struct flock first = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, file_mode()), waited_ms = 0;

    if (fd < 0)
        return failed(path, "opened", fault);
    while (fcntl(fd, F_SETLK, &first) != 0) {
        if ((errno != EAGAIN && errno != EACCES && errno != EINTR) || waited_ms >= PATIENCE_MS) {
            (void)close(fd);
            return fault_set(fault, ERR_IN_USE, "another program has the store open (%s): end it, then again", path);
        }
        (void)usleep(ASK_EVERY_MS * 1000);
        waited_ms += ASK_EVERY_MS;
    }
    *ret_fd = fd;
    return ERR_OK;
}

static void remove_copy(const struct compacting *c)
{
    (void)unlink(c->copied);
    (void)unlink(c->copied_lock);
    (void)rmdir(c->copy);
}

/* Root may do this for the user that the stages run as. */
static bool owned_alike(const char *from, const char *to)
{
    struct stat was, is;

    if (stat(from, &was) != 0 || stat(to, &is) != 0)
        return false;
    if ((was.st_uid != is.st_uid || was.st_gid != is.st_gid) && chown(to, was.st_uid, was.st_gid) != 0)
        return false;
    return chmod(to, was.st_mode & 07777) == 0;
}

static enum err sync_folder(struct str folder, struct fault *fault)
{
    char path[PATH_BYTES];
    enum err err = ERR_OK;
    int fd;

    (void)snprintf(path, sizeof path, STR_FMT, STR_ARG(folder));
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        err = failed(path, "written", fault);
    if (fd >= 0)
        (void)close(fd);
    return err;
}

static enum err put_in_place(struct str folder, const struct compacting *c, struct fault *fault)
{
    if (!owned_alike(c->data, c->copied))
        return failed(c->copied, "given to the owner of the store", fault);
    KILLPOINT("compact.before-rename");
    if (rename(c->copied, c->data) != 0)
        return failed(c->data, "replaced", fault);
    KILLPOINT("compact.after-rename");
    return sync_folder(folder, fault);
}

static enum err compact(struct str folder, const struct compacting *c, struct fault *fault)
{
    struct store_picture *picture;
    uint64_t records, bytes;
    enum err err = store_picture_alone(folder, &picture, fault);

    if (err)
        return err;
    remove_copy(c);
    err = store_picture_copy(picture, str_of(c->copy), &records, &bytes, fault);
    store_picture_close(picture);
    if (!err)
        err = put_in_place(folder, c, fault);
    remove_copy(c);
    return err;
}

/* The lock file still says how far the old data were; whoever waits for it takes it as it is. Opened while nobody else can, it
 * is made anew, and with that it is theirs. Where the new data may be in place, this is done after a failure as well. */
static enum err give_back(struct str folder, const struct compacting *c, struct fault *fault)
{
    struct store_picture *picture;
    enum err err = store_picture_open(folder, &picture, fault);

    if (err)
        return err;
    store_picture_close(picture);
    return owned_alike(c->data, c->lock) ? ERR_OK : failed(c->lock, "given to the owner of the store", fault);
}

enum err store_compact(struct str folder, bool *ret_there, struct fault *fault)
{
    struct compacting c;
    char name[STORE_NAME_SIZE];
    int fd = -1;
    struct fault second = { "" };
    enum err err, given;

    if (!paths_of(folder, &c))
        return fault_set(fault, ERR_TOO_LONG, "the folder name " STR_FMT " is too long", STR_ARG(folder));
    *ret_there = !store_engine_name(folder, name) && access(c.data, F_OK) == 0;
    if (!*ret_there)
        return ERR_OK;
    err = take_alone(c.lock, &fd, fault);
    if (err)
        return err;
    err = compact(folder, &c, fault);
    given = give_back(folder, &c, err ? &second : fault);
    (void)close(fd);
    return err ? err : given;
}
