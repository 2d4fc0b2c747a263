#include "status_pages.h"

#include "base/wholefile.h"
#include "bilag/show/status.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, PIECE = 64 * 1024, PAGE_MODE = 0600 };

static bool path_of(const char *folder, const char *name, char path[PATH_SIZE])
{
    int len = snprintf(path, PATH_SIZE, "%s/%s", folder, name);

    return len > 0 && len < PATH_SIZE;
}

static bool has_bytes(FILE *file, struct str bytes)
{
    static char piece[PIECE];
    size_t at = 0, got;

    while ((got = fread(piece, 1, sizeof piece, file)) > 0) {
        if (got > bytes.len - at || memcmp(piece, bytes.bytes + at, got) != 0)
            return false;
        at += got;
    }
    return at == bytes.len && !ferror(file);
}

/* A plain file of the owner's alone, with these bytes. */
static bool lies_there(const char *path, struct str bytes)
{
    FILE *file = fopen(path, "re");
    struct stat st;
    bool same = file && fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 07777) == PAGE_MODE &&
                (size_t)st.st_size == bytes.len && has_bytes(file, bytes);

    if (file)
        (void)fclose(file);
    return same;
}

enum err status_pages_put(const char *folder, const char *name, struct str bytes, struct fault *fault)
{
    char path[PATH_SIZE];

    if (!path_of(folder, name, path))
        return ERR_TOO_LONG;
    return lies_there(path, bytes) ? ERR_OK : wholefile_write(path, bytes, PAGE_MODE, WHOLEFILE_REPLACE, fault);
}

/* "venue-oslo-grill.html" of a venue that the configuration does not know. */
static bool is_nobodys(const char *name, const struct config *config)
{
    size_t before = strlen(STATUS_PAGES_VENUE), behind = strlen(".html"), len = strlen(name);
    struct str id = { name + before, len > before + behind ? len - before - behind : 0 };

    if (!id.len || strncmp(name, STATUS_PAGES_VENUE, before) != 0 || strcmp(name + len - behind, ".html") != 0)
        return false;
    for (size_t i = 0; i < config->fault_count; i++)
        if (str_equal(config->fault_venues[i], id))
            return false;
    return !config_venue(config, id);
}

enum err status_pages_sweep(const char *folder, const struct config *config, struct fault *fault)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    enum err err = ERR_OK;

    if (!dir)
        return fault_set(fault, ERR_SYSTEM, "%s: %s", folder, strerror(errno));
    while (!err && (entry = readdir(dir)) != NULL) {
        char path[PATH_SIZE];

        if (is_nobodys(entry->d_name, config) && path_of(folder, entry->d_name, path) && unlink(path) != 0)
            err = fault_set(fault, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    (void)closedir(dir);
    return err;
}
