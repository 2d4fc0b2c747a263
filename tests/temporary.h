/* temporary.h - folders and files of a test's own in the temporary folder: taken away when the test's program ends, also when
 * its tests failed. BILAG_KEEP=1 keeps them, to look at. */
#ifndef BILAG_TESTS_TEMPORARY_H
#define BILAG_TESTS_TEMPORARY_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY static __attribute__((unused))

enum { TEMPORARY_MAX = 64, TEMPORARY_PATH = 96 };

static struct { pid_t owner; size_t count; char paths[TEMPORARY_MAX][TEMPORARY_PATH]; } temporary;

TEMPORARY int temporary_entry_remove(const char *path, const struct stat *stat, int type, struct FTW *where)
{
    (void)stat;
    (void)type;
    (void)where;
    return remove(path);
}

/* 0: it is not there any more. */
TEMPORARY int temporary_remove(const char *path)
{
    for (size_t i = 0; i < temporary.count; i++)
        if (strcmp(temporary.paths[i], path) == 0)
            temporary.paths[i][0] = '\0';
    return nftw(path, temporary_entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* A child of the test that ends takes nothing away. */
TEMPORARY void temporary_end(void)
{
    if (getpid() != temporary.owner || getenv("BILAG_KEEP"))
        return;
    for (size_t i = 0; i < temporary.count; i++)
        if (temporary.paths[i][0])
            (void)nftw(temporary.paths[i], temporary_entry_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* What mkdtemp() or mkstemp() has just made. */
TEMPORARY void temporary_own(const char *path)
{
    size_t place = 0;

    if (temporary.owner != getpid()) {
        temporary.owner = getpid();
        temporary.count = 0;
        (void)atexit(temporary_end);
    }
    while (place < temporary.count && temporary.paths[place][0])
        place++;
    if (place == TEMPORARY_MAX || strlen(path) >= TEMPORARY_PATH)
        abort();
    (void)strcpy(temporary.paths[place], path);
    temporary.count += place == temporary.count;
}

/* "/tmp/bilag-NAME-XXXXXX"; false: it cannot be made. */
TEMPORARY bool temporary_folder(const char *name, char *path, size_t size)
{
    if (snprintf(path, size, "/tmp/bilag-%s-XXXXXX", name) >= (int)size || !mkdtemp(path))
        return false;
    temporary_own(path);
    return true;
}

#endif
