#include "saft.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser.h"

/* The file is read in blocks; a hash of each from the first pass is what the second must find again. */
enum { BLOCK_BYTES = 256 * 1024, BLOCKS_FIRST = 256 };

struct block_hash { unsigned char bytes[crypto_generichash_BYTES_MIN]; };

struct saft_file {
    int fd;
    const char *name;                    /* last part of the path */
    const struct venue *venue;
    char *block;
    struct block_hash *hashes;
    size_t count, room;
};

static const struct { const char *code, *text; } notes[SAFT_NOTE_COUNT] = {
#define X(name, code, sentence) { code, sentence },
    SAFT_NOTES(X)
#undef X
};

const char *saft_note_code(enum saft_note note)
{
    ensure((unsigned)note < SAFT_NOTE_COUNT);
    return notes[note].code;
}

const char *saft_note_text(enum saft_note note)
{
    ensure((unsigned)note < SAFT_NOTE_COUNT);
    return notes[note].text;
}

static void file_close(struct saft_file *file)
{
    if (file->fd >= 0)
        (void)close(file->fd);
    free(file->block);
    free(file->hashes);
}

static enum err file_open(const char *path, const struct venue *venue, struct saft_file *file, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    struct stat stat;

    *file = (struct saft_file){ .fd = -1, .name = slash ? slash + 1 : path, .venue = venue };
    if (sodium_init() < 0)
        return fault_set(fault, ERR_SYSTEM, "libsodium cannot start");
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0)
        return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM, "%s: %s", path, strerror(errno));
    if (fstat(file->fd, &stat) || !S_ISREG(stat.st_mode))
        return fault_set(fault, ERR_REFUSED, "%s is not a file: it is read twice, so it cannot be a pipe or folder",
                         path);
    file->block = malloc(BLOCK_BYTES);
    return file->block ? ERR_OK : fault_set(fault, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
}

/* A whole block but for the last one, so that blocks of both passes are the same. */
static enum err block_read(struct saft_file *file, off_t at, size_t *ret_len, struct fault *fault)
{
    size_t len = 0;

    while (len < BLOCK_BYTES) {
        ssize_t got = pread(file->fd, file->block + len, BLOCK_BYTES - len, at + (off_t)len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_set(fault, ERR_SYSTEM, "%s cannot be read: %s", file->name, strerror(errno));
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *ret_len = len;
    return ERR_OK;
}

static enum err block_remember(struct saft_file *file, const struct block_hash *hash)
{
    if (file->count == file->room) {
        size_t room = file->room ? file->room * 2 : BLOCKS_FIRST;
        struct block_hash *grown = realloc(file->hashes, room * sizeof *grown);

        if (!grown)
            return ERR_MEMORY;
        file->hashes = grown;
        file->room = room;
    }
    file->hashes[file->count++] = *hash;
    return ERR_OK;
}

/* What people hand over instead of the XML, known by its first bytes. */
static enum err check_packing(const struct saft_file *file, size_t len, struct fault *fault)
{
    static const struct { struct str first; const char *what; } packings[] = {
        { { "PK\003\004", 4 }, "a zip archive" }, { { "\x1f\x8b", 2 }, "a gzip file" }, { { "%PDF", 4 }, "a PDF" },
    };

    for (size_t i = 0; i < COUNT(packings); i++)
        if (str_starts((struct str){ file->block, len }, packings[i].first))
            return fault_set(fault, ERR_REFUSED, "%s is %s: unpack it, and import the XML file that is inside",
                             file->name, fault_words(packings[i].what));
    return ERR_OK;
}

/* One pass over all blocks; with `again`, each must be as it was before it is handed on. */
static enum err pass(struct saft_file *file, struct parser *parser, bool again, struct fault *fault)
{
    off_t at = 0;
    size_t index = 0, len = 0;

    for (;; index++, at += (off_t)len) {
        struct block_hash hash;
        enum err err = block_read(file, at, &len, fault);

        if (!err && len == 0)
            break;
        if (!err && index == 0)
            err = check_packing(file, len, fault);
        if (err)
            return err;
        (void)crypto_generichash(hash.bytes, sizeof hash.bytes, (const unsigned char *)file->block, len, NULL, 0);
        if (again && (index >= file->count || memcmp(&hash, &file->hashes[index], sizeof hash) != 0))
            return fault_set(fault, ERR_BUSY, "%s changed while it was read; import it again when it is complete",
                             file->name);
        if (!again && block_remember(file, &hash))
            return fault_set(fault, ERR_MEMORY, "%s: %s", file->name, err_text(ERR_MEMORY));
        err = parser_push(parser, file->block, len, fault);
        if (err)
            return err;
    }
    if (again && index != file->count)
        return fault_set(fault, ERR_BUSY, "%s changed while it was read; import it again when it is complete",
                         file->name);
    return parser_end(parser, fault);
}

static enum err read_once(struct saft_file *file, saft_sink sink, saft_refuse refuse, void *context, bool again,
                          struct saft_summary *ret_summary, struct fault *fault)
{
    struct parser *parser;
    enum err err = parser_new(file->venue, file->name, sink, refuse, context, &parser);

    if (err)
        return fault_set(fault, err, "%s: %s", file->name, err_text(err));
    err = pass(file, parser, again, fault);
    if (!err && ret_summary)
        *ret_summary = *parser_summary(parser);
    parser_free(parser);
    return err;
}

static enum err check_company(const struct saft_file *file, const struct saft_summary *summary, struct fault *fault)
{
    if (!summary->notes[SAFT_OTHER_COMPANY].count)
        return ERR_OK;
    return fault_set(fault, ERR_REFUSED, "%s is of organisation number %s, but venue " STR_FMT " belongs to " STR_FMT
                     ": nothing of it was booked. If it is the right file, import it with --other-company", file->name,
                     summary->company, STR_ARG(file->venue->id), STR_ARG(file->venue->company));
}

enum err saft_read(const char *path, const struct venue *venue, saft_sink sink, const struct saft_wishes *wishes,
                   void *context, struct saft_summary *ret_summary, struct fault *fault)
{
    struct saft_file file;
    struct saft_summary first;
    enum err err = file_open(path, venue, &file, fault);

    ensure(sink);
    if (!err)
        err = read_once(&file, NULL, wishes->refuse, NULL, false, &first, fault);
    if (!err && !wishes->other_company)
        err = check_company(&file, &first, fault);
    if (!err)
        err = read_once(&file, sink, wishes->refuse, context, true, ret_summary, fault);
    file_close(&file);
    return err;
}
