/* Goal: who took a stage over can start no program and no process, look into no other one, and reach no network from mapper and
 * validator; what the stage itself needs goes on. */
#include "base/store_engine.h"
#include "stage/confine.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { FINE = 0, NOT_CONFINED = 3 };

static int try_exec(void)
{
    char program[] = "/bin/true", *argv[] = { program, NULL };

    return execv(program, argv);
}

static int try_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid < 0 ? -1 : 0;
}

static int try_ptrace(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int try_mount(void)
{
    return mount("none", "/tmp", "tmpfs", 0, NULL);
}

static int try_unshare(void)
{
    return unshare(CLONE_NEWUSER);
}

static int try_read_others(void)
{
    return (int)syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0);
}

static int try_setuid(void)
{
    return (int)syscall(SYS_setuid, 65534);
}

static int try_io_uring(void)
{
    return (int)syscall(SYS_io_uring_setup, 1, NULL);
}

static int try_memfd(void)
{
    return (int)syscall(SYS_memfd_create, "x", 0);
}

static int try_socket(int family)
{
    int fd = socket(family, family == AF_NETLINK ? SOCK_RAW : SOCK_STREAM, 0);

    return fd < 0 ? -1 : close(fd);
}

static int try_unix(void)
{
    return try_socket(AF_UNIX);
}

static int try_inet(void)
{
    return try_socket(AF_INET);
}

static int try_packet(void)
{
    return try_socket(AF_PACKET);
}

static void *nothing(void *context)
{
    return context;
}

static int try_thread(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL) ? -1 : 0;
}

static int try_file(void)
{
    FILE *file = tmpfile();

    return file && fputs("x", file) >= 0 && fclose(file) == 0 ? 0 : -1;
}

/* In a child of its own, because there is no way back: the errno, FINE, or NOT_CONFINED. */
static int in_a_child(enum stage_kind kind, int (*call)(void))
{
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        if (confine_self(kind, NULL))
            _exit(NOT_CONFINED);
        errno = 0;
        _exit(call() == 0 ? FINE : errno);
    }
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void what_is_given_up(void **unused)
{
    static const struct { const char *what; int (*call)(void); int inside, outside; } rows[] = {
        { "another program",      try_exec,        ENOSYS, ENOSYS },
        { "a process",            try_fork,        ENOSYS, ENOSYS },
        { "tracing",              try_ptrace,      ENOSYS, ENOSYS },
        { "mounting",             try_mount,       ENOSYS, ENOSYS },
        { "name spaces",          try_unshare,     ENOSYS, ENOSYS },
        { "another's memory",     try_read_others, ENOSYS, ENOSYS },
        { "another user",         try_setuid,      ENOSYS, ENOSYS },
        { "io_uring",             try_io_uring,    ENOSYS, ENOSYS },
        { "a program in memory",  try_memfd,       ENOSYS, ENOSYS },
        { "raw packets",          try_packet,      EAFNOSUPPORT, EAFNOSUPPORT },
        { "the network",          try_inet,        EAFNOSUPPORT, FINE },
        { "sockets of the stages", try_unix,       FINE, FINE },
        { "threads",              try_thread,      FINE, FINE },
        { "files",                try_file,        FINE, FINE },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (enum stage_kind kind = 0; kind <= STAGE_KINDS; kind++) {
            /* A server that keeps the stores may be anywhere. */
            bool inside = !store_engine() && (kind == KIND_MAPPER || kind == KIND_VALIDATOR);
            int was = in_a_child(kind, rows[i].call);

            if (was != (inside ? rows[i].inside : rows[i].outside))
                fail_msg("%s in %s: %s", rows[i].what, kind < STAGE_KINDS ? stage_kind_text(kind) : "console",
                         was == NOT_CONFINED ? "no filter" : strerror(was));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_given_up) };

#ifdef __SANITIZE_ADDRESS__
    return 0;                            /* sanitizers look from outside: there is no filter then */
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
