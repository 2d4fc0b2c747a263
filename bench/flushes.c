/* flushes - counts what a program has the disk do, and can make each flush slower or nothing, for bench/bench.py.
 *
 *   LD_PRELOAD=flushes.so BILAG_FLUSHES=FILE [BILAG_FLUSH=5ms|none] program ...
 *
 * FILE becomes three numbers of 64 bits in the machine's order, kept up to date: flushes (fdatasync, fsync, msync, and each write
 * through a descriptor opened with O_DSYNC), writes to files, bytes of these. `none`: flushes are counted and the disk is not
 * asked, files are opened without O_DSYNC: what durability costs is the difference.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { FDS = 1024, UNKNOWN = 0, OTHER, PLAIN, DURABLE };

static struct { _Atomic uint64_t flushes, writes, bytes; } *counts;
static _Atomic signed char kinds[FDS];
static _Atomic bool durable[FDS];             /* was to be opened with O_DSYNC */
static long slower_ms;
static bool without;

__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv("BILAG_FLUSHES"), *flush = getenv("BILAG_FLUSH");
    int fd = file ? open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    void *map;

    slower_ms = flush ? strtol(flush, NULL, 10) : 0;
    without = flush && strcmp(flush, "none") == 0;
    if (fd < 0 || ftruncate(fd, sizeof *counts) != 0)
        return;
    map = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        counts = map;
    (void)close(fd);
}

static int kind(int fd)
{
    struct stat st;

    if (!counts || fd < 0 || fd >= FDS)
        return OTHER;
    if (kinds[fd] == UNKNOWN)
        kinds[fd] = fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ? OTHER
                    : durable[fd] || fcntl(fd, F_GETFL) & O_DSYNC   ? DURABLE : PLAIN;
    return kinds[fd];
}

static void *next_of(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static void flushed(int fd)
{
    struct timespec longer = { slower_ms / 1000, slower_ms % 1000 * 1000000 };

    if (kind(fd) == OTHER)
        return;
    counts->flushes++;
    if (slower_ms)
        (void)nanosleep(&longer, NULL);
}

static void wrote(int fd, ssize_t bytes)
{
    if (bytes <= 0 || kind(fd) == OTHER)
        return;
    counts->writes++;
    counts->bytes += (uint64_t)bytes;
    if (kind(fd) == DURABLE)
        flushed(fd);
}

#define WRITING(name, parameters, arguments) \
    ssize_t name parameters; \
    ssize_t name parameters \
    { \
        static ssize_t (*next) parameters; \
        ssize_t bytes; \
        if (!next) \
            *(void **)&next = next_of(#name); \
        bytes = next arguments; \
        wrote(fd, bytes); \
        return bytes; \
    }
WRITING(write, (int fd, const void *from, size_t size), (fd, from, size))
WRITING(pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at))
WRITING(pwrite64, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at))
WRITING(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
WRITING(pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at))

#define SYNCING(name) \
    int name(int fd) \
    { \
        static int (*next)(int fd); \
        int rc; \
        if (!next) \
            *(void **)&next = next_of(#name); \
        rc = without ? 0 : next(fd); \
        flushed(fd); \
        return rc; \
    }
SYNCING(fdatasync)
SYNCING(fsync)

int msync(void *at, size_t size, int how)
{
    static int (*next)(void *at, size_t size, int how);
    struct timespec longer = { slower_ms / 1000, slower_ms % 1000 * 1000000 };

    if (!next)
        *(void **)&next = next_of("msync");
    if (counts)
        counts->flushes++;
    if (slower_ms)
        (void)nanosleep(&longer, NULL);
    return without ? 0 : next(at, size, how);
}

/* `none`: what is written through it counts as a flush all the same. */
#define OPENING(name) \
    int name(const char *path, int flags, ...) \
    { \
        static int (*next)(const char *path, int flags, ...); \
        mode_t mode = 0; \
        va_list rest; \
        int fd; \
        va_start(rest, flags); \
        if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) \
            mode = va_arg(rest, mode_t); \
        va_end(rest); \
        if (!next) \
            *(void **)&next = next_of(#name); \
        fd = next(path, without ? flags & ~O_SYNC : flags, mode);      /* O_SYNC has O_DSYNC within it */ \
        if (fd >= 0 && fd < FDS) \
            durable[fd] = flags & O_DSYNC; \
        return fd; \
    }
OPENING(open)
OPENING(open64)

/* A descriptor's number may come to mean another file. */
int close(int fd)
{
    static int (*next)(int fd);

    if (!next)
        *(void **)&next = next_of("close");
    if (fd >= 0 && fd < FDS) {
        kinds[fd] = UNKNOWN;
        durable[fd] = false;
    }
    return next(fd);
}
