/* failing - makes calls that may fail do so: every EVERY-th call of one class, for a whole process and its successors.
 *
 *   LD_PRELOAD=failing.so BILAG_FAIL=CLASS:EVERY:OFFSET:MOST BILAG_FAIL_COUNT=FILE program ...
 *
 * Class  memory  malloc, calloc, realloc: NULL
 *        disk    pwrite, pwritev, writev to files, ftruncate: ENOSPC; fdatasync, fsync, msync: EIO
 *        net     send, sendto, sendmsg, recv, recvfrom, recvmsg: ECONNRESET; connect: ECONNREFUSED; accept4
 *        open    open, openat, fopen, socket, eventfd: EMFILE
 * Calls are counted in FILE (two 64-bit numbers: calls, failures), which all lives of a program share, so one that
 * ended over a failure is not met by the same one again. After MOST failures nothing fails any more.
 * Callers  Only calls out of our programs and the libraries named below fail: libzmq and the C++ library abort by
 *          design when there is no memory or descriptor for them, which is a kill and tested as such.
 * Built with FAILING_WRAP it is linked into a sanitized program (-Wl,--wrap=malloc ...) and does memory only.
 */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <dlfcn.h>

enum class_ { MEMORY, DISK, NET, OPEN, CLASSES };
static const char *const class_names[CLASSES] = { "memory", "disk", "net", "open" };

static void *warm[4];                    /* backtrace() allocates at its first call */
static struct counts { _Atomic uint64_t calls, failures; } *counts;
static enum class_ the_class;
static uint64_t every, offset, most;

#ifndef FAILING_WRAP
enum { RANGES_MAX = 64 };
static struct range { uintptr_t from, to; bool zmq; } ranges[RANGES_MAX];
static size_t range_count;

static int note_module(struct dl_phdr_info *info, size_t size, void *context)
{
    static const char *const libraries[] = { "liblmdb", "libcurl", "libmicrohttpd", "libmsgpack", "libcjson", "libyaml",
                                             "libxml2", "libc.so", "libzmq" };
    bool wanted = info->dlpi_name[0] == '\0';

    (void)size;
    (void)context;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        wanted |= strstr(info->dlpi_name, libraries[i]) != NULL;
    for (int i = 0; wanted && i < info->dlpi_phnum && range_count < RANGES_MAX; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X)
            ranges[range_count++] = (struct range){ info->dlpi_addr + info->dlpi_phdr[i].p_vaddr,
                                                    info->dlpi_addr + info->dlpi_phdr[i].p_vaddr +
                                                        info->dlpi_phdr[i].p_memsz,
                                                    strstr(info->dlpi_name, "libzmq") != NULL };
    return 0;
}

static bool may_fail(const void *caller)
{
    for (size_t i = 0; i < range_count; i++)
        if ((uintptr_t)caller >= ranges[i].from && (uintptr_t)caller < ranges[i].to)
            return !ranges[i].zmq || the_class == NET;
    return false;
}
#else
static bool may_fail(const void *caller)
{
    (void)caller;
    return true;
}
#endif

__attribute__((constructor)) static void begin(void)
{
    const char *told = getenv("BILAG_FAIL"), *file = getenv("BILAG_FAIL_COUNT");
    char name[16];
    unsigned long long numbers[3];
    int fd;

    if (!told || !file || sscanf(told, "%15[a-z]:%llu:%llu:%llu", name, &numbers[0], &numbers[1], &numbers[2]) != 4 ||
        numbers[0] == 0)
        return;
    while (the_class < CLASSES && strcmp(name, class_names[the_class]) != 0)
        the_class++;
    every = numbers[0];
    offset = numbers[1] % every;
    most = numbers[2];
#ifndef FAILING_WRAP
    (void)dl_iterate_phdr(note_module, NULL);
#endif
    (void)backtrace(warm, 4);
    fd = (int)open(file, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (counts == MAP_FAILED)
        counts = NULL;
    (void)close(fd);
}

/* Into the program's log: where it was, for addr2line. */
static void tell(uint64_t number)
{
    void *at[16];
    char line[64];
    int len = snprintf(line, sizeof line, "failing call=%llu class=%s\n", (unsigned long long)number,
                       class_names[the_class]);

    if (write(2, line, (size_t)len) == len)
        backtrace_symbols_fd(at + 2, backtrace(at, 16) - 2, 2);
}

static bool fails(enum class_ what, const void *caller)
{
    uint64_t number;

    if (!counts || what != the_class || !may_fail(caller))
        return false;
    number = atomic_fetch_add(&counts->calls, 1);
    if (number % every != offset || atomic_load(&counts->failures) >= most)
        return false;
    (void)atomic_fetch_add(&counts->failures, 1);
    tell(number);
    return true;
}

#define CALLER __builtin_return_address(0)

#ifdef FAILING_WRAP
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
#define MALLOC __wrap_malloc
#define CALLOC __wrap_calloc
#define REALLOC __wrap_realloc
#define REAL(name) __real_##name
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
#define MALLOC malloc
#define CALLOC calloc
#define REALLOC realloc
#define REAL(name) __libc_##name
#endif

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *MALLOC(size_t size)
{
    return fails(MEMORY, CALLER) ? no_memory() : REAL(malloc)(size);
}

void *CALLOC(size_t count, size_t size)
{
    return fails(MEMORY, CALLER) ? no_memory() : REAL(calloc)(count, size);
}

void *REALLOC(void *old, size_t size)
{
    return size && fails(MEMORY, CALLER) ? no_memory() : REAL(realloc)(old, size);
}

#ifndef FAILING_WRAP
/* One row a function: it fails with an errno, or does what the next library's does. */
#define FAILING(class_, type, name, error, parameters, arguments) BREAKING(class_, type, name, error, parameters, arguments, )
#define BREAKING(class_, type, name, error, parameters, arguments, also) \
    type name parameters; \
    type name parameters \
    { \
        static type (*next) parameters; \
        if (!next) \
            *(void **)&next = dlsym(RTLD_NEXT, #name); \
        if (fails(class_, CALLER)) { \
            also; \
            errno = error; \
            return (type)-1; \
        } \
        return next arguments; \
    }

FAILING(DISK, ssize_t, pwrite, ENOSPC, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at))
FAILING(DISK, ssize_t, pwrite64, ENOSPC, (int fd, const void *from, size_t size, off64_t at), (fd, from, size, at))
FAILING(DISK, ssize_t, pwritev, ENOSPC, (int fd, const struct iovec *v, int n, off_t at), (fd, v, n, at))
FAILING(DISK, ssize_t, pwritev64, ENOSPC, (int fd, const struct iovec *v, int n, off64_t at), (fd, v, n, at))
FAILING(DISK, int, ftruncate, ENOSPC, (int fd, off_t size), (fd, size))
FAILING(DISK, int, ftruncate64, ENOSPC, (int fd, off64_t size), (fd, size))
FAILING(DISK, int, fdatasync, EIO, (int fd), (fd))
FAILING(DISK, int, fsync, EIO, (int fd), (fd))
FAILING(DISK, int, msync, EIO, (void *at, size_t size, int flags), (at, size, flags))

/* A connection that is reset is gone for both ends; libzmq waits for its reader to notice. */
#define RESETTING(name, parameters, arguments) \
    BREAKING(NET, ssize_t, name, ECONNRESET, parameters, arguments, (void)shutdown(s, SHUT_RDWR))
RESETTING(send, (int s, const void *from, size_t size, int flags), (s, from, size, flags))
RESETTING(sendto,
        (int s, const void *from, size_t size, int flags, const struct sockaddr *to, socklen_t len),
        (s, from, size, flags, to, len))
RESETTING(sendmsg, (int s, const struct msghdr *m, int flags), (s, m, flags))
RESETTING(recv, (int s, void *to, size_t size, int flags), (s, to, size, flags))
RESETTING(recvfrom,
        (int s, void *to, size_t size, int flags, struct sockaddr *from, socklen_t *len), (s, to, size, flags, from, len))
RESETTING(recvmsg, (int s, struct msghdr *m, int flags), (s, m, flags))
FAILING(NET, int, connect, ECONNREFUSED, (int s, const struct sockaddr *to, socklen_t len), (s, to, len))
FAILING(NET, int, accept4, ECONNABORTED, (int s, struct sockaddr *from, socklen_t *len, int flags), (s, from, len, flags))

FAILING(OPEN, int, socket, EMFILE, (int family, int type, int protocol), (family, type, protocol))
FAILING(OPEN, int, eventfd, EMFILE, (unsigned int value, int flags), (value, flags))

#define OPENING(name) \
    int name(const char *path, int flags, ...); \
    int name(const char *path, int flags, ...) \
    { \
        static int (*next)(const char *path, int flags, ...); \
        va_list more; \
        int mode; \
        va_start(more, flags); \
        mode = va_arg(more, int); \
        va_end(more); \
        if (!next) \
            *(void **)&next = dlsym(RTLD_NEXT, #name); \
        if (fails(OPEN, CALLER)) { \
            errno = EMFILE; \
            return -1; \
        } \
        return next(path, flags, mode); \
    }
OPENING(open)
OPENING(open64)

FILE *fopen(const char *path, const char *mode)
{
    static FILE *(*next)(const char *path, const char *mode);

    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "fopen");
    if (fails(OPEN, CALLER)) {
        errno = EMFILE;
        return NULL;
    }
    return next(path, mode);
}
#endif
