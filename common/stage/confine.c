#include "confine.h"

#include "base/store_engine.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/socket.h>

#define FAMILY(name) (UINT64_C(1) << AF_##name)

/* getifaddrs() and getaddrinfo() ask the kernel over AF_NETLINK. */
static const uint64_t families[STAGE_KINDS + 1] = {
    [KIND_INGEST] = FAMILY(UNIX) | FAMILY(INET) | FAMILY(INET6) | FAMILY(NETLINK),
    [KIND_MAPPER] = FAMILY(UNIX),
    [KIND_VALIDATOR] = FAMILY(UNIX),
    [KIND_UPLOADER] = FAMILY(UNIX) | FAMILY(INET) | FAMILY(INET6) | FAMILY(NETLINK),
    [KIND_INVOICER] = FAMILY(UNIX) | FAMILY(INET) | FAMILY(INET6) | FAMILY(NETLINK),
    [KIND_ASKER] = FAMILY(UNIX) | FAMILY(INET) | FAMILY(INET6) | FAMILY(NETLINK),            /* no stage of its own */
    [KIND_DROP] = FAMILY(UNIX) | FAMILY(INET) | FAMILY(INET6) | FAMILY(NETLINK),
    [STAGE_KINDS] = FAMILY(UNIX) | FAMILY(INET) | FAMILY(INET6) | FAMILY(NETLINK),           /* the console */
};

/* By what they are for. Those that an architecture does not have are passed over. */
static const char *const calls[] = {
    /* files and folders: stores, keys, spool files, status */
    "access", "chmod", "chown", "close", "close_range", "creat", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fallocate",
    "fchdir", "fchmod", "fchmodat", "fchown", "fchownat", "fcntl", "fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate",
    "getcwd", "getdents", "getdents64", "ioctl", "lchown", "link", "linkat", "lseek", "lstat", "mkdir", "mkdirat", "newfstatat", "open",
    "openat", "pread64", "preadv", "preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readlink", "readlinkat", "readv", "rename",
    "renameat", "renameat2", "rmdir", "sendfile", "stat", "statfs", "statx", "sync_file_range", "truncate", "umask", "unlink",
    "unlinkat", "utimensat", "write", "writev",
    /* memory */
    "brk", "madvise", "membarrier", "mincore", "mlock", "mlock2", "mmap", "mprotect", "mremap", "msync", "munlock", "munmap",
    /* waiting */
    "clock_nanosleep", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd",
    "eventfd2", "nanosleep", "pipe", "pipe2", "poll", "ppoll", "pselect6", "select", "signalfd", "signalfd4",
    /* threads, and this process itself; clone has a rule of its own */
    "exit", "exit_group", "futex", "futex_waitv", "get_robust_list", "getegid", "geteuid", "getgid", "getpid", "getppid", "getrandom",
    "getrlimit", "getrusage", "gettid", "getuid", "kill", "prctl", "prlimit64", "restart_syscall", "rseq", "rt_sigaction",
    "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "sched_getaffinity",
    "sched_getparam", "sched_getscheduler", "sched_yield", "set_robust_list", "set_tid_address", "setrlimit", "sigaltstack",
    "sysinfo", "tgkill", "tkill", "uname",
    /* time */
    "clock_getres", "clock_gettime", "gettimeofday", "time", "times",
    /* sockets; socket has a rule of its own */
    "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen", "recvfrom", "recvmmsg", "recvmsg",
    "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown",
};

#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#ifndef WATCHED
#define WATCHED 0
#endif

/* A thread, never a process of its own; libzmq gives each of its threads the policy that it has already, and ends if it cannot. */
static int allow_threads(scmp_filter_ctx filter)
{
    int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(sched_setscheduler), 1, SCMP_A1(SCMP_CMP_EQ, SCHED_OTHER, 0));

    return rc ? rc : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                      SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM));
}

static int allow_sockets(scmp_filter_ctx filter, uint64_t wanted)
{
    int rc = 0;

    for (unsigned family = 0; family < 64 && rc == 0; family++) {
        const struct scmp_arg_cmp is = SCMP_A0(SCMP_CMP_EQ, family, 0);
        bool fine = wanted & (UINT64_C(1) << family);

        rc = seccomp_rule_add_array(filter, fine ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1, &is);
    }
    return rc ? rc : seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
}

static int allow_calls(scmp_filter_ctx filter)
{
    int rc = 0;

    for (size_t i = 0; i < COUNT(calls) && rc == 0; i++) {
        int number = seccomp_syscall_resolve_name(calls[i]);

        if (number >= 0)                 /* below 0: not of this architecture */
            rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
    }
    return rc;
}

enum err confine_self(enum stage_kind kind, struct fault *fault)
{
    scmp_filter_ctx filter;
    int rc;

    ensure(kind <= STAGE_KINDS);
    if (WATCHED)
        return ERR_OK;
    filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    rc = filter ? seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2) : -ENOMEM;      /* a tree: few steps to each call */
    if (rc == 0)
        rc = allow_calls(filter);
    if (rc == 0)
        rc = allow_threads(filter);
    if (rc == 0)
        rc = allow_sockets(filter, families[kind] | (store_engine() ? families[STAGE_KINDS] : 0));
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return rc == 0 ? ERR_OK : fault_set(fault, ERR_SYSTEM, "the kernel takes no filter of system calls: %s", strerror(-rc));
}
