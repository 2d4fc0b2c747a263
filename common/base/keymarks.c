#include "keymarks.h"

#include "wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MARK_DIGITS = 16, DIGEST_BYTES = 32, PATH_BYTES = 1100, ROOM_FIRST = 16, FILE_BYTES_MAX = 32 * 1024 * 1024,
       FILE_PERMISSIONS = 0640 };

struct str keymark_of(struct str key, struct arena *arena)
{
    uint8_t digest[DIGEST_BYTES];
    char hex[MARK_DIGITS + 1];

    (void)crypto_generichash(digest, sizeof digest, (const uint8_t *)key.bytes, key.len, NULL, 0);
    return arena_copy(arena, str_of(sodium_bin2hex(hex, sizeof hex, digest, MARK_DIGITS / 2)));
}

void keymarks_init(struct keymarks *marks, struct arena *arena)
{
    *marks = (struct keymarks){ .arena = arena };
}

enum err keymarks_add(struct keymarks *marks, struct str place, struct str mark)
{
    if (marks->count == marks->room) {
        size_t room = marks->room ? 2 * marks->room : ROOM_FIRST;
        struct keymark *more = arena_array(marks->arena, room, sizeof *more);

        if (!more)
            return ERR_MEMORY;
        if (marks->count)
            memcpy(more, marks->at, marks->count * sizeof *more);
        marks->at = more;
        marks->room = room;
    }
    marks->at[marks->count] = (struct keymark){ arena_copy(marks->arena, mark), arena_copy(marks->arena, place) };
    marks->count++;
    marks->sorted = false;
    return arena_failed(marks->arena) ? ERR_MEMORY : ERR_OK;
}

static int by_place(const void *a, const void *b)
{
    return str_compare(((const struct keymark *)a)->place, ((const struct keymark *)b)->place);
}

/* Venues that share a key name one place: it stands once. */
static void sort(struct keymarks *marks)
{
    size_t kept = 0;

    if (marks->count && !marks->sorted)
        qsort(marks->at, marks->count, sizeof *marks->at, by_place);
    for (size_t i = 0; i < marks->count; i++)
        if (kept == 0 || !str_equal(marks->at[kept - 1].place, marks->at[i].place))
            marks->at[kept++] = marks->at[i];
    marks->count = kept;
    marks->sorted = true;
}

struct str keymarks_find(struct keymarks *marks, struct str place)
{
    struct keymark wanted = { .place = place };
    const struct keymark *found;

    marks->missed = true;
    marks->file_missed |= str_starts(place, STR(KEYMARK_FILE));
    if (!marks->sorted)
        sort(marks);
    found = marks->count ? bsearch(&wanted, marks->at, marks->count, sizeof wanted, by_place) : NULL;
    return found ? found->mark : STR_NONE;
}

/* ---- the file ---- */

static bool file_path(struct str state_dir, char path[PATH_BYTES])
{
    int len = snprintf(path, PATH_BYTES, STR_FMT "/key-marks", STR_ARG(state_dir));

    return len > 0 && len < PATH_BYTES;
}

static enum err take_lines(struct keymarks *marks, struct str text, const char *path, struct fault *fault)
{
    while (text.len) {
        const char *end = memchr(text.bytes, '\n', text.len);
        struct str line = { text.bytes, end ? (size_t)(end - text.bytes) : text.len };

        if (!end || line.len < MARK_DIGITS + 2 || strspn(line.bytes, "0123456789abcdef") != MARK_DIGITS ||
            line.bytes[MARK_DIGITS] != ' ')
            return fault_set(fault, ERR_CONFIG, "%s is not as the uploader writes it; remove it, and reload the uploader",
                             path);
        if (keymarks_add(marks, (struct str){ line.bytes + MARK_DIGITS + 1, line.len - MARK_DIGITS - 1 },
                         (struct str){ line.bytes, MARK_DIGITS }))
            return fault_set(fault, ERR_MEMORY, "no memory for %s", path);
        text = (struct str){ end + 1, text.len - line.len - 1 };
    }
    return ERR_OK;
}

/* All of an open file; ERR_CONFIG with its sentence. */
static enum err read_all(int fd, const char *path, struct arena *arena, struct timespec *ret_written, struct str *ret_text,
                         struct fault *fault)
{
    struct stat st;
    char *bytes;
    ssize_t len;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (st.st_mode & 022) || st.st_size > FILE_BYTES_MAX)
        return fault_set(fault, ERR_CONFIG, "%s is no plain file, too large, or others may write in it; remove it, and reload "
                         "the uploader", path);
    bytes = arena_alloc(arena, (size_t)st.st_size + 1);
    if (!bytes)
        return fault_set(fault, ERR_MEMORY, "no memory for %s", path);
    len = read(fd, bytes, (size_t)st.st_size);
    if (len < 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s)", path, strerror(errno));
    *ret_text = (struct str){ bytes, (size_t)len };
    *ret_written = st.st_mtim;
    return ERR_OK;
}

enum err keymarks_read(struct keymarks *marks, struct str state_dir, struct fault *fault)
{
    char path[PATH_BYTES];
    struct str text;
    enum err err;
    int fd;

    if (!file_path(state_dir, path))
        return fault_set(fault, ERR_CONFIG, "state_dir has too long a name");
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return ERR_OK;
    if (fd < 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s)", path, strerror(errno));
    err = read_all(fd, path, marks->arena, &marks->written, &text, fault);
    (void)close(fd);
    return err ? err : take_lines(marks, text, path, fault);
}

static bool is_there(const char *path, struct str bytes, struct arena *arena)
{
    struct timespec written;
    struct str text = STR_NONE;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool same = fd >= 0 && read_all(fd, path, arena, &written, &text, NULL) == ERR_OK && str_equal(text, bytes);

    if (fd >= 0)
        (void)close(fd);
    return same;
}

enum err keymarks_write(struct keymarks *marks, struct str state_dir, struct fault *fault)
{
    char path[PATH_BYTES];
    struct strbuf out;
    enum err err = ERR_OK;

    if (!file_path(state_dir, path))
        return fault_set(fault, ERR_CONFIG, "state_dir has too long a name");
    sort(marks);
    strbuf_init(&out, FILE_BYTES_MAX);
    for (size_t i = 0; i < marks->count; i++)
        strbuf_format(&out, STR_FMT " " STR_FMT "\n", STR_ARG(marks->at[i].mark), STR_ARG(marks->at[i].place));
    if (out.failed)
        err = fault_set(fault, ERR_MEMORY, "no memory for %s", path);
    else if (!is_there(path, strbuf_str(&out), marks->arena))
        err = wholefile_write(path, strbuf_str(&out), FILE_PERMISSIONS, WHOLEFILE_REPLACE, fault);
    strbuf_free(&out);
    return err;
}

bool keymarks_changed(const struct keymarks *marks, struct str state_dir)
{
    char path[PATH_BYTES];
    struct stat st = { .st_mtim = { 0, 0 } };

    if (!file_path(state_dir, path) || (stat(path, &st) != 0 && errno != ENOENT))
        return false;
    return st.st_mtim.tv_sec != marks->written.tv_sec || st.st_mtim.tv_nsec != marks->written.tv_nsec;
}
