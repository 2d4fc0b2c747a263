#include "keyfile.h"

#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_MIN = 8, PATH_BYTES = 1200 };

enum err keyfile_judge(struct str text, struct str *ret_key, struct fault *fault)
{
    while (text.len && strchr(" \t\r\n", text.bytes[text.len - 1]))
        text.len--;
    while (text.len && strchr(" \t\r\n", text.bytes[0]))
        text = (struct str){ text.bytes + 1, text.len - 1 };
    if (text.len < KEY_MIN || text.len > SECRET_MAX)
        return fault_set(fault, ERR_FORMAT, "that is no client key: one has %d to %d characters, usually 36", KEY_MIN,
                         SECRET_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (text.bytes[i] <= 0x20 || text.bytes[i] >= 0x7f)
            return fault_set(fault, ERR_FORMAT, "that is no client key: it holds more than one word of plain ASCII; copy it "
                             "again, alone, without quotes or line breaks");
    *ret_key = text;
    return ERR_OK;
}

static enum err failed(struct fault *fault, const char *path, int error)
{
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

static bool write_whole(int fd, struct str key)
{
    char bytes[SECRET_MAX + 1];
    bool fine;

    memcpy(bytes, key.bytes, key.len);
    bytes[key.len] = '\n';
    fine = write(fd, bytes, key.len + 1) == (ssize_t)(key.len + 1) && fsync(fd) == 0;
    explicit_bzero(bytes, sizeof bytes);
    return fine;
}

static bool same_owner(int fd, int folder)
{
    struct stat st;

    return geteuid() != 0 || (fstat(folder, &st) == 0 && fchown(fd, st.st_uid, st.st_gid) == 0);
}

enum err keyfile_write(const char *path, struct str key, struct fault *fault)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    struct strbuf fresh;
    int folder = open_folder(path), fd = -1, error = 0;

    ensure(key.len <= SECRET_MAX);
    if (folder < 0)
        return failed(fault, path, errno);
    strbuf_init(&fresh, PATH_BYTES);
    strbuf_format(&fresh, ".%s.new", name);
    strbuf_char(&fresh, '\0');
    if (fresh.failed) {
        error = ENAMETOOLONG;
        goto out;
    }
    (void)unlinkat(folder, fresh.bytes, 0);                  /* of a writer that was killed */
    fd = openat(folder, fresh.bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || !write_whole(fd, key) || !same_owner(fd, folder) || renameat(folder, fresh.bytes, folder, name) != 0 ||
        fsync(folder) != 0)
        error = errno ? errno : EIO;
    if (error && fd >= 0)
        (void)unlinkat(folder, fresh.bytes, 0);
out:
    if (fd >= 0)
        (void)close(fd);
    (void)close(folder);
    strbuf_free(&fresh);
    return error ? failed(fault, path, error) : ERR_OK;
}
