/* recording - writes down what a program writes to its stores, in order, for a power cut that is played afterwards.
 *
 *   LD_PRELOAD=recording.so BILAG_RECORD=FILE BILAG_RECORD_OF=TAIL program ...
 *
 * Every write to a file whose path ends with TAIL ("ingest/data.mdb") is appended to FILE as it has returned: a struct
 * row, then its bytes. A write through a descriptor opened with O_DSYNC is durable by itself. Several processes may
 * share FILE: each row is one append.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <dlfcn.h>

enum { ROW_WRITE = 1, ROW_DURABLE_WRITE, ROW_SYNC, ROW_SIZE, FDS = 1024, PARTS_MAX = 64 };
struct row { uint64_t what, at_ns, offset, len; };

static int record_fd = -1;
static const char *tail;
static signed char known[FDS];           /* 0: not looked at; 1: ours; 2: ours and durable; -1: not ours */

__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv("BILAG_RECORD");

    tail = getenv("BILAG_RECORD_OF");
    if (file && tail)
        record_fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static signed char look(int fd)
{
    char name[64], path[4096];
    ssize_t len;

    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    len = readlink(name, path, sizeof path - 1);
    if (len < 0 || (size_t)len < strlen(tail) || strncmp(path + len - strlen(tail), tail, strlen(tail)) != 0)
        return -1;
    return fcntl(fd, F_GETFL) & O_DSYNC ? 2 : 1;
}

static signed char ours(int fd)
{
    if (record_fd < 0 || fd < 0 || fd >= FDS)
        return -1;
    if (known[fd] == 0)
        known[fd] = look(fd);
    return known[fd];
}

static void record(uint64_t what, uint64_t offset, const struct iovec *parts, int count)
{
    struct iovec out[1 + PARTS_MAX];
    struct timespec now;
    struct row row = { .what = what, .offset = offset };
    size_t size = sizeof row;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    row.at_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
    out[0] = (struct iovec){ &row, sizeof row };
    for (int i = 0; i < count && i < PARTS_MAX; i++) {
        out[1 + i] = parts[i];
        row.len += parts[i].iov_len;
        size += parts[i].iov_len;
    }
    if (count > PARTS_MAX || syscall(SYS_writev, record_fd, out, 1 + count) != (long)size)
        abort();
}

static void *next_of(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t at)
{
    static ssize_t (*next)(int fd, const void *from, size_t size, off_t at);
    struct iovec part = { (void *)(uintptr_t)from, size };
    ssize_t wrote;

    if (!next)
        *(void **)&next = next_of("pwrite");
    wrote = next(fd, from, size, at);
    if (wrote == (ssize_t)size && ours(fd) > 0)
        record(ours(fd) == 2 ? ROW_DURABLE_WRITE : ROW_WRITE, (uint64_t)at, &part, 1);
    return wrote;
}

/* LMDB seeks, then writes several pages at once. */
ssize_t writev(int fd, const struct iovec *parts, int count)
{
    static ssize_t (*next)(int fd, const struct iovec *parts, int count);
    off_t at = ours(fd) > 0 ? lseek(fd, 0, SEEK_CUR) : 0;
    ssize_t wrote;

    if (!next)
        *(void **)&next = next_of("writev");
    wrote = next(fd, parts, count);
    if (wrote > 0 && ours(fd) > 0)
        record(ours(fd) == 2 ? ROW_DURABLE_WRITE : ROW_WRITE, (uint64_t)at, parts, count);
    return wrote;
}

#define SYNCING(name, parameters, arguments, row, number) \
    int name parameters; \
    int name parameters \
    { \
        static int (*next) parameters; \
        int rc; \
        if (!next) \
            *(void **)&next = next_of(#name); \
        rc = next arguments; \
        if (rc == 0 && ours(fd) > 0) \
            record(row, number, NULL, 0); \
        return rc; \
    }
SYNCING(fdatasync, (int fd), (fd), ROW_SYNC, 0)
SYNCING(fsync, (int fd), (fd), ROW_SYNC, 0)
SYNCING(ftruncate, (int fd, off_t size), (fd, size), ROW_SIZE, (uint64_t)size)

/* A descriptor's number may come to mean another file. */
int close(int fd)
{
    static int (*next)(int fd);

    if (!next)
        *(void **)&next = next_of("close");
    if (fd >= 0 && fd < FDS)
        known[fd] = 0;
    return next(fd);
}
