#include "wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 1200 };

static enum err failed(struct fault *fault, const char *path, int error)
{
    if (error == EEXIST)
        return fault_set(fault, ERR_EXISTS, "%s is there already", path);
    return fault_set(fault, ERR_SYSTEM, "%s cannot be written: %s", path, strerror(error));
}

/* The folder of the file, opened: it is synced after the rename and lends its owner. */
static int open_folder(const char *path)
{
    char folder[PATH_BYTES];
    char *slash;

    if (!str_copy(str_of(path), folder, sizeof folder)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    slash = strrchr(folder, '/');
    if (!slash)
        return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *slash = '\0';
    if (*folder && mkdir(folder, 0700) != 0 && errno != EEXIST)
        return -1;
    return open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool write_all(int fd, struct str bytes, mode_t permissions)
{
    while (bytes.len) {
        ssize_t done = write(fd, bytes.bytes, bytes.len);

        if (done < 0)
            return false;
        bytes = (struct str){ bytes.bytes + done, bytes.len - (size_t)done };
    }
    return fchmod(fd, permissions) == 0 && fsync(fd) == 0;   /* whatever the umask is */
}

static bool same_owner(int fd, int folder)
{
    struct stat st;

    return geteuid() != 0 || (fstat(folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

static bool name_it(int folder, const char *fresh, const char *name, enum wholefile_mode mode)
{
    if (mode == WHOLEFILE_REPLACE)
        return renameat(folder, fresh, folder, name) == 0;
    if (linkat(folder, fresh, folder, name, 0) != 0)
        return false;
    (void)unlinkat(folder, fresh, 0);                        /* what is left of it, the next writer takes away */
    return true;
}

enum err wholefile_write(const char *path, struct str bytes, mode_t permissions, enum wholefile_mode mode,
                         struct fault *fault)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char fresh[PATH_BYTES + 8];          /* "." and ".new" */
    int folder = open_folder(path), len, fd, error = 0;

    if (folder < 0)
        return failed(fault, path, errno);
    len = snprintf(fresh, sizeof fresh, ".%s.new", name);
    ensure(len > 0 && (size_t)len < sizeof fresh);           /* open_folder() has seen the path's length */
    (void)unlinkat(folder, fresh, 0);                        /* of a writer that was killed */
    fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || !write_all(fd, bytes, permissions) || !same_owner(fd, folder) || !name_it(folder, fresh, name, mode) ||
        fsync(folder) != 0)
        error = errno ? errno : EIO;
    if (fd >= 0) {
        if (error)
            (void)unlinkat(folder, fresh, 0);
        (void)close(fd);
    }
    (void)close(folder);
    return error ? failed(fault, path, error) : ERR_OK;
}
