#include "spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/lines.h"
#include "base/log.h"
#include "spool_file.h"

enum { CHUNK_BYTES = 256 * 1024, CHUNKS_PER_TURN = 4, FAILED_WAIT_MS = 1000 };

struct file {
    char *name;
    struct position at;
    int64_t size, mtime_ns;              /* when it was last looked into */
    uint64_t inode;
    uint64_t passed_over;                /* of a line too long, whose end has not come */
    bool present, unread, told;          /* told: that it cannot be read */
    struct delivery delivery;
};

struct spool {
    struct stage *stage;
    struct intake *intake;
    struct eventlog *log;
    char folder[512];
    char *chunk;
    struct file **files;                 /* sorted by name */
    size_t count, size, next;            /* next: whose turn it is */
    uint64_t failures;                   /* of commits: after one, positions are loaded again */
    int64_t scan_at_ms;
    bool loaded, told_unreadable, told_many;
};

#define MARK_PREFIX "spool/"

enum err spool_open(struct stage *stage, struct intake *intake, struct eventlog *log, struct str folder,
                    struct spool **ret_spool, struct fault *fault)
{
    struct spool *spool = calloc(1, sizeof *spool);
    DIR *dir = NULL;

    if (!spool || !(spool->chunk = malloc(CHUNK_BYTES))) {
        free(spool);
        return fault_set(fault, ERR_MEMORY, "out of memory");
    }
    spool->stage = stage;
    spool->intake = intake;
    spool->log = log;
    if (str_copy(folder, spool->folder, sizeof spool->folder) &&
        (mkdir(spool->folder, 0700) == 0 || errno == EEXIST))
        dir = opendir(spool->folder);
    if (!dir) {
        int error = errno;

        spool_close(spool);
        return fault_set(fault, err_of_errno(error, ERR_CONFIG), "ingest.spool: the folder " STR_FMT " cannot be used: "
                         "%s; make it and let this user read it", STR_ARG(folder), strerror(error));
    }
    (void)closedir(dir);
    *ret_spool = spool;
    return ERR_OK;
}

static void forget_file(struct spool *spool, struct file *file)
{
    delivery_free(&file->delivery, spool->intake);
    free(file->name);
    free(file);
}

void spool_close(struct spool *spool)
{
    if (!spool)
        return;
    for (size_t i = 0; i < spool->count; i++)
        forget_file(spool, spool->files[i]);
    free(spool->files);
    free(spool->chunk);
    free(spool);
}

/* The place of a name, or where it belongs. */
static size_t place_of(const struct spool *spool, struct str name, bool *ret_found)
{
    size_t low = 0, high = spool->count;

    *ret_found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(str_of(spool->files[middle]->name), name);

        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_place(struct spool *spool)
{
    size_t size = spool->size ? 2 * spool->size : 64;
    struct file **grown;

    if (spool->count < spool->size)
        return true;
    grown = realloc(spool->files, size * sizeof *grown);
    if (!grown)
        return false;
    spool->files = grown;
    spool->size = size;
    return true;
}

/* The file of that name, made if it is new. NULL: too many, or out of memory. */
static struct file *file_named(struct spool *spool, struct str name)
{
    bool found;
    size_t at = place_of(spool, name, &found);
    struct file *file;

    if (found)
        return spool->files[at];
    if (spool->count == SPOOL_FILES_MAX || !make_place(spool))
        return NULL;
    file = calloc(1, sizeof *file);
    if (!file || !(file->name = strndup(name.bytes, name.len))) {
        free(file);
        return NULL;
    }
    delivery_init(&file->delivery, "spool", name);
    memmove(spool->files + at + 1, spool->files + at, (spool->count - at) * sizeof *spool->files);
    spool->files[at] = file;
    spool->count++;
    return file;
}

static bool is_ours(const struct spool *spool, struct str name)
{
    int instances = stage_config(spool->stage)->stages.ingest;

    return venue_partition(name, instances) == (uint32_t)(stage_instance(spool->stage) % instances);
}

static enum err load_position(struct str key, struct str value, void *context)
{
    struct spool *spool = context;
    struct str name = { key.bytes + sizeof MARK_PREFIX - 1, key.len - (sizeof MARK_PREFIX - 1) };
    struct file *file = is_ours(spool, name) ? file_named(spool, name) : NULL;

    return file ? position_decode(value, &file->at) : ERR_OK;
}

/* At the start, and after a commit failed: then what was read since the last one must be read again. */
static enum err load_positions(struct spool *spool)
{
    enum err err;

    for (size_t i = 0; i < spool->count; i++)
        forget_file(spool, spool->files[i]);
    spool->count = 0;
    err = eventlog_marks(spool->log, STR(MARK_PREFIX), load_position, spool);
    if (err)
        return err;
    spool->failures = intake_counts(spool->intake)->failures;
    spool->scan_at_ms = stage_steady_ms(spool->stage) + (spool->loaded ? FAILED_WAIT_MS : 0);
    spool->loaded = true;
    return ERR_OK;
}

static enum err put_mark(struct spool *spool, const struct file *file, struct str value)
{
    struct str key = arena_format(stage_arena(spool->stage), MARK_PREFIX "%s", file->name);

    return key.bytes ? intake_mark(spool->intake, key, value) : ERR_MEMORY;
}

static bool is_wanted(const struct spool *spool, const char *name)
{
    struct str text = str_of(name);
    struct str end = STR(".ndjson");

    return text.len > end.len && name[0] != '.' && strcmp(name + text.len - end.len, end.bytes) == 0 &&
           is_ours(spool, text);
}

static void look_at(struct spool *spool, int folder_fd, const char *name)
{
    struct file *file;
    struct stat st;
    int64_t mtime_ns;

    if (fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
        return;
    file = file_named(spool, str_of(name));
    if (!file) {
        if (!spool->told_many)
            log_fact("level=error what=\"too many files in the spool, the others wait\" kept=%zu do=\"remove those "
                     "that are read\"", spool->count);
        spool->told_many = true;
        return;
    }
    mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    if (st.st_size != file->size || mtime_ns != file->mtime_ns || (uint64_t)st.st_ino != file->inode)
        file->unread = true;
    file->present = true;
}

static enum err forget_gone(struct spool *spool)
{
    size_t kept = 0;
    enum err err = ERR_OK;

    for (size_t i = 0; i < spool->count; i++) {
        struct file *file = spool->files[i];

        if (file->present || err) {
            spool->files[kept++] = file;
            continue;
        }
        if (file->size > 0 && (uint64_t)file->size > file->at.offset)
            log_fact("level=warning what=\"a file is gone before it was read to its end\" file=%s read=%" PRIu64
                     " of=%" PRId64, file->name, file->at.offset, file->size);
        if (file->at.offset)
            err = put_mark(spool, file, STR_NONE);
        forget_file(spool, file);
    }
    spool->count = kept;
    return err;
}

static enum err scan(struct spool *spool)
{
    DIR *dir = opendir(spool->folder);
    struct dirent *entry;

    if (!dir) {
        if (!spool->told_unreadable)
            log_fact("level=error what=\"the spool folder cannot be read\" folder=%s why=\"%s\"", spool->folder,
                     strerror(errno));
        spool->told_unreadable = true;
        return ERR_OK;
    }
    spool->told_unreadable = false;
    for (size_t i = 0; i < spool->count; i++)
        spool->files[i]->present = false;
    while ((entry = readdir(dir)))
        if (is_wanted(spool, entry->d_name))
            look_at(spool, dirfd(dir), entry->d_name);
    (void)closedir(dir);
    return forget_gone(spool);
}

/* The file is not the one that was read: that is said, and it is read from its beginning. */
static enum err start_again(struct spool *spool, struct file *file, enum position_verdict verdict)
{
    static const char *const reasons[] = {
        [POSITION_TRUNCATED] = "the file became shorter than what was read of it; it is read again from its "
                               "beginning, what is known are duplicates",
        [POSITION_REPLACED] = "another file has this name now; it is read from its beginning, and what of the "
                              "former one was not read yet must be sent again",
        [POSITION_REWRITTEN] = "the file was written anew in its place; it is read again from its beginning, "
                               "what is known are duplicates",
    };

    log_fact("level=warning what=\"spool file changed\" file=%s read=%" PRIu64 " why=\"%s\"", file->name,
             file->at.offset, reasons[verdict]);
    file->at = (struct position){ 0 };
    file->passed_over = 0;
    return intake_refuse(spool->intake, &file->delivery, 0, STR_NONE, reasons[verdict]);
}

static enum err take_line(struct spool *spool, struct file *file, int fd, const struct line *line, uint64_t end)
{
    char bytes[POSITION_BYTES];
    enum err err = ERR_OK;

    if (line->lost)
        return ERR_MEMORY;
    if (line->too_long)
        err = intake_refuse(spool->intake, &file->delivery, line->number, line->text,
                            "the line is longer than line_bytes_max; an event is not that long");
    else if (!line_is_blank(line))
        err = intake_add(spool->intake, &file->delivery, FORM_JSON, line->number, line->text);
    if (err)
        return err;
    file->at.offset = end;
    file->at.line = line->number;
    file->passed_over = 0;
    print_of(line->too_long ? STR_NONE : line->text, &file->at.tail);
    err = position_head(&file->at, fd);
    if (err)
        return err;
    position_encode(&file->at, bytes);
    return put_mark(spool, file, (struct str){ bytes, sizeof bytes });
}

/* Whole lines until a chunk gave some, the file's end, or proof that the line is too long. */
static enum err read_lines(struct spool *spool, struct file *file, int fd)
{
    uint64_t at = file->at.offset + file->passed_over, before = file->at.offset;
    struct lines lines;
    struct line line;
    enum err err = ERR_OK;

    lines_init(&lines, (size_t)stage_config(spool->stage)->ingest.line_bytes_max);
    lines.number = file->at.line;
    lines.length = file->passed_over;
    while (!err && file->at.offset == before && (lines.length <= lines.max || at == before + file->passed_over)) {
        ssize_t got = pread(fd, spool->chunk, CHUNK_BYTES, (off_t)at);
        struct str input = { spool->chunk, got > 0 ? (size_t)got : 0 };

        if (got < 0)
            err = ERR_SYSTEM;
        at += input.len;
        while (!err && lines_next(&lines, &input, &line))
            err = take_line(spool, file, fd, &line, at - input.len);
        arena_reset(stage_arena(spool->stage));
        if (got < CHUNK_BYTES) {
            file->unread = false;
            break;
        }
    }
    if (!err && file->at.offset == before && lines.length > lines.max)
        file->passed_over = lines.length;
    lines_free(&lines);
    return err;
}

static enum err read_file(struct spool *spool, struct file *file, int fd)
{
    enum position_verdict verdict;
    struct stat st;
    enum err err;

    if (fstat(fd, &st) != 0)
        return ERR_SYSTEM;
    err = position_judge(&file->at, fd, &st, &verdict);
    if (!err && verdict != POSITION_SAME)
        err = start_again(spool, file, verdict);
    if (file->at.inode != (uint64_t)st.st_ino || (uint64_t)st.st_size < file->at.offset + file->passed_over)
        file->passed_over = 0;
    file->at.device = (uint64_t)st.st_dev;
    file->at.inode = (uint64_t)st.st_ino;
    file->size = st.st_size;
    file->mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    file->inode = (uint64_t)st.st_ino;
    return err ? err : read_lines(spool, file, fd);
}

/* What a file's own trouble is stays with the file; what a commit's is, is given back. */
static enum err step(struct spool *spool, struct file *file, int folder_fd)
{
    int fd = openat(folder_fd, file->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    enum err err = fd < 0 ? ERR_SYSTEM : read_file(spool, file, fd);

    delivery_free(&file->delivery, spool->intake);   /* its answers go to the log and the list only */
    delivery_init(&file->delivery, "spool", str_of(file->name));
    if (err == ERR_SYSTEM) {
        if (!file->told && errno != ENOENT)
            log_fact("level=error what=\"spool file cannot be read\" file=%s why=\"%s\"", file->name,
                     strerror(errno));
        file->told = true;
        file->unread = false;
        err = ERR_OK;
    } else {
        file->told = false;
    }
    if (fd >= 0)
        (void)close(fd);
    return err;
}

/* Files take turns, a chunk each. */
static enum err read_some(struct spool *spool)
{
    int folder_fd = open(spool->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int steps = 0;
    enum err err = ERR_OK;

    if (folder_fd < 0)
        return ERR_OK;                               /* the next scan says so */
    for (size_t i = 0; i < spool->count && steps < CHUNKS_PER_TURN && !err; i++) {
        struct file *file;

        spool->next = (spool->next + 1) % spool->count;
        file = spool->files[spool->next];
        if (!file->unread)
            continue;
        steps++;
        err = step(spool, file, folder_fd);
    }
    (void)close(folder_fd);
    if (steps == CHUNKS_PER_TURN)
        stage_wake_at(spool->stage, stage_steady_ms(spool->stage));
    return err;
}

static bool any_unread(const struct spool *spool)
{
    for (size_t i = 0; i < spool->count; i++)
        if (spool->files[i]->unread)
            return true;
    return false;
}

enum err spool_turn(struct spool *spool)
{
    int64_t now = stage_steady_ms(spool->stage);
    enum err err = ERR_OK;

    if (!spool->loaded || spool->failures != intake_counts(spool->intake)->failures)
        err = load_positions(spool);
    if (!err && now >= spool->scan_at_ms) {
        spool->scan_at_ms = now + SPOOL_SCAN_MS;
        err = scan(spool);
    }
    if (!err && any_unread(spool))
        err = read_some(spool);
    stage_wake_at(spool->stage, any_unread(spool) && !err ? now : spool->scan_at_ms);
    return err;
}

void spool_status(const struct spool *spool, struct strbuf *json)
{
    uint64_t behind = 0;

    for (size_t i = 0; i < spool->count; i++)
        if (spool->files[i]->size > 0 && (uint64_t)spool->files[i]->size > spool->files[i]->at.offset)
            behind += (uint64_t)spool->files[i]->size - spool->files[i]->at.offset;
    json_open(json, "spool", '{');
    json_put_uint(json, "files", spool->count);
    json_put_uint(json, "bytes_behind", behind);
    json_close(json, '}');
}
