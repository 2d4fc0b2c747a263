/* Linked into every unit test: with BILAG_UNITS_ENGINE (a conninfo, tests/engine.py) its stores lie in PostgreSQL, whatever their
 * folders are, each in a schema of a name that is drawn when it is first opened and lies in the folder, so that it goes with it
 * where a test renames it, and a folder that was made anew is another store. With BILAG_TOOLS_ENGINE they are those of an installation
 * that has them there, by its names: for the tools of tests/chaos, which look into it. */
#include "base/store_engine.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_BYTES = 12 };

static bool name_by_folder(struct str folder, char name[STORE_NAME_SIZE])
{
    unsigned char drawn[NAME_BYTES];
    char path[600];
    int fd;

    (void)snprintf(path, sizeof path, STR_FMT "/engine-name", STR_ARG(folder));
    randombytes_buf(drawn, sizeof drawn);
    (void)sodium_bin2hex(name, STORE_NAME_SIZE, drawn, sizeof drawn);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        ensure(write(fd, name, 2 * NAME_BYTES) == 2 * NAME_BYTES);
        (void)close(fd);
        return true;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        ensure(read(fd, name, 2 * NAME_BYTES) == 2 * NAME_BYTES);
        (void)close(fd);
    }
    return true;
}

__attribute__((constructor)) static void choose(void)
{
    const char *of_units = getenv("BILAG_UNITS_ENGINE"), *of_tools = getenv("BILAG_TOOLS_ENGINE");
    const char *root = getenv("BILAG_TOOLS_STATE");
    struct store_engine engine = { of_tools ? of_tools : of_units, of_tools ? 2 : 1, of_tools && root ? root : "" };
    struct fault fault;

    if (!engine.conninfo)
        return;
    if (!of_tools)
        store_engine_name_by(name_by_folder);
    if (store_engine_use(&engine, &fault) != ERR_OK) {
        (void)fprintf(stderr, "%s\n", fault.text);
        exit(1);
    }
}
