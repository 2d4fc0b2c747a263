#include "saft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parser.h"
#include "spool.h"

enum { BLOCK_BYTES = 256 * 1024 };

struct saft_file {
    int fd;
    const char *name;                    /* last part of the path */
    const struct venue *venue;
    char *block;
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
}

static enum err file_open(const char *path, const struct venue *venue, struct saft_file *file, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    struct stat stat;

    *file = (struct saft_file){ .name = slash ? slash + 1 : path, .venue = venue };
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0)
        return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_SYSTEM, "%s: %s", path, strerror(errno));
    if (fstat(file->fd, &stat) || S_ISDIR(stat.st_mode))
        return fault_set(fault, ERR_REFUSED, "%s is a folder, not a file", path);
    file->block = malloc(BLOCK_BYTES);
    return file->block ? ERR_OK : fault_set(fault, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
}

/* A whole block but for the last one. */
static enum err block_read(struct saft_file *file, size_t *ret_len, struct fault *fault)
{
    size_t len = 0;

    while (len < BLOCK_BYTES) {
        ssize_t got = read(file->fd, file->block + len, BLOCK_BYTES - len);

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

static enum err read_blocks(struct saft_file *file, struct parser *parser, struct fault *fault)
{
    bool first = true;

    for (;; first = false) {
        size_t len = 0;
        enum err err = block_read(file, &len, fault);

        if (!err && len == 0)
            return parser_end(parser, fault);
        if (!err && first)
            err = check_packing(file, len, fault);
        if (!err)
            err = parser_push(parser, file->block, len, fault);
        if (err)
            return err;
    }
}

static enum err judge(struct saft_file *file, struct spool *spool, const struct saft_wishes *wishes,
                      struct saft_summary *ret_summary, struct fault *fault)
{
    struct parser *parser;
    enum err err = parser_new(file->venue, file->name, spool_event, wishes->refuse ? spool_refused : NULL, spool, &parser);

    if (err)
        return fault_set(fault, err, "%s: %s", file->name, err_text(err));
    err = read_blocks(file, parser, fault);
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

enum err saft_read(const char *path, const struct venue *venue, saft_take take, const struct saft_wishes *wishes,
                   void *context, struct saft_summary *ret_summary, struct fault *fault)
{
    struct spool *spool = NULL;
    struct saft_summary summary;
    struct saft_file file;
    enum err err = file_open(path, venue, &file, fault);

    if (!err)
        err = spool_new(wishes->folder, &spool, fault);
    if (!err)
        err = judge(&file, spool, wishes, &summary, fault);
    if (!err && !wishes->other_company)
        err = check_company(&file, &summary, fault);
    if (!err)
        err = spool_hand_on(spool, file.name, take, wishes->refuse, context, fault);
    if (!err && ret_summary)
        *ret_summary = summary;
    spool_free(spool);
    file_close(&file);
    return err;
}
