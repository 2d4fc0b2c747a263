#include "snapshot.h"

#include "base/store_picture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1024 };

static enum err path_of(struct str folder, const char *name, char path[PATH_BYTES], struct fault *fault)
{
    int len = snprintf(path, PATH_BYTES, STR_FMT "/%s", STR_ARG(folder), name);

    return len > 0 && len < PATH_BYTES ? ERR_OK : fault_set(fault, ERR_TOO_LONG, "the folder name " STR_FMT " is too long",
                                                            STR_ARG(folder));
}

/* Only what may be called in a signal handler. The locks are robust: they end with the process. */
static void patience_over(int signal)
{
    static const char words[] = "bilag backup: a store stays locked: a stage that is stopped (SIGSTOP) inside a commit? "
                                "Nothing was copied; let it go on or end it, and try again\n";

    (void)signal;
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
        _exit(1);
    _exit(1);
}

static enum err fix_with_patience(struct store_picture *const *pictures, size_t count, struct fault *fault)
{
    struct sigaction alarmed = { .sa_handler = patience_over }, before;
    enum err err;

    if (sigaction(SIGALRM, &alarmed, &before) != 0)
        return fault_set(fault, ERR_SYSTEM, "no stores can be copied: %s", strerror(errno));
    (void)alarm(SNAPSHOT_PATIENCE_S);
    err = store_pictures_fix(pictures, count, fault);
    (void)alarm(0);
    (void)sigaction(SIGALRM, &before, NULL);
    return err;
}

enum err snapshot_take(struct str from, struct str to, const char *const *names, size_t count,
                       struct snapshot_part *parts, struct fault *fault)
{
    struct store_picture *pictures[SNAPSHOT_STORES_MAX] = { NULL };
    char path[PATH_BYTES];
    enum err err = ERR_OK;

    ensure(count <= SNAPSHOT_STORES_MAX);
    for (size_t i = 0; i < count && !err; i++) {
        parts[i] = (struct snapshot_part){ .name = names[i] };
        err = path_of(from, names[i], path, fault);
        if (!err)
            err = store_picture_open(str_of(path), &pictures[i], fault);
        if (err == ERR_NOT_FOUND)
            err = ERR_OK;
    }
    if (!err)
        err = fix_with_patience(pictures, count, fault);
    for (size_t i = 0; i < count; i++) {
        parts[i].there = !err && pictures[i];
        if (parts[i].there)
            err = path_of(to, names[i], path, fault);
        if (parts[i].there && !err)
            err = store_picture_copy(pictures[i], str_of(path), &parts[i].records, &parts[i].bytes, fault);
        store_picture_close(pictures[i]);
    }
    return err;
}
