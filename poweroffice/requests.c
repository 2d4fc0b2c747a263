#include "requests.h"

#include "base/folder.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/utf8.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_SIZE = 1200, NAME_SIZE = 128, LINE_MAX_BYTES = 4 * 1024 * 1024, DAY_MS = 86400000, DAY_CHARS = 10 };

struct requests {
    char folder[FOLDER_SIZE];
    const char *stage;
    int instance, fd;
    int32_t days;                         /* that they are kept */
    int32_t day;                          /* of the file that is open */
    bool told;                            /* that a line could not be written */
    bool torn;                            /* the last line was not written whole: the next begins on one of its own */
    struct strbuf line;
};

static bool folder_of(struct str state_dir, char folder[FOLDER_SIZE])
{
    int len = snprintf(folder, FOLDER_SIZE, STR_FMT "/requests", STR_ARG(state_dir));

    return len > 0 && len < FOLDER_SIZE;
}

enum err requests_open(struct str state_dir, const char *stage, int instance, int32_t days, struct requests **ret_requests)
{
    struct requests *requests = calloc(1, sizeof *requests);

    if (!requests)
        return ERR_MEMORY;
    requests->stage = stage;
    requests->instance = instance;
    requests->days = days;
    requests->fd = -1;
    strbuf_init(&requests->line, LINE_MAX_BYTES);
    if (!folder_of(state_dir, requests->folder)) {
        free(requests);
        return ERR_TOO_LONG;
    }
    *ret_requests = requests;
    return ERR_OK;
}

void requests_keep(struct requests *requests, int32_t days)
{
    if (requests->days == days)
        return;
    requests->days = days;
    if (requests->fd >= 0)               /* as if a day began: what is too old goes */
        (void)close(requests->fd);
    requests->fd = -1;
}

void requests_close(struct requests *requests)
{
    if (!requests)
        return;
    if (requests->fd >= 0)
        (void)close(requests->fd);
    strbuf_free(&requests->line);
    free(requests);
}

static bool day_of_name(const char *name, int32_t *ret_day)
{
    return strlen(name) > DAY_CHARS && day_parse((struct str){ name, DAY_CHARS }, ret_day) == ERR_OK;
}

/* Whoever begins a day removes what is too old, of all stages. */
static void remove_old(const struct requests *requests, int32_t today)
{
    DIR *dir = opendir(requests->folder);
    const struct dirent *entry;
    int32_t day;

    while (dir && (entry = readdir(dir)))
        if (day_of_name(entry->d_name, &day) && day < today - requests->days)
            (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        (void)closedir(dir);
}

static bool use_day(struct requests *requests, int32_t day)
{
    char path[FOLDER_SIZE + NAME_SIZE], text[16];

    if (requests->fd >= 0 && requests->day == day)
        return true;
    if (requests->fd >= 0)
        (void)close(requests->fd);
    (void)mkdir(requests->folder, folder_mode());
    (void)snprintf(path, sizeof path, "%s/%s-%s-%d.ndjson", requests->folder, day_text(day, text), requests->stage,
                   requests->instance);
    requests->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, file_mode());
    requests->day = day;
    requests->torn = requests->fd >= 0 && lseek(requests->fd, 0, SEEK_END) > 0;          /* by whoever died before us */
    remove_old(requests, day);
    return requests->fd >= 0;
}

/* As long as it was, so that lengths still tell. */
static void blank(char *bytes, size_t len, const struct str secrets[REQUEST_SECRETS_MAX])
{
    for (size_t i = 0; i < REQUEST_SECRETS_MAX; i++) {
        char *at = bytes;

        if (secrets[i].len < 8)
            continue;
        while ((at = memmem(at, len - (size_t)(at - bytes), secrets[i].bytes, secrets[i].len)))
            memset(at, '*', secrets[i].len);
    }
}

static void body_write(struct strbuf *line, const char *name, struct str type, struct str body)
{
    char note[64];

    if (!body.len)
        return;
    strbuf_format(line, ",\"%s\":", name);
    if (type.len) {
        (void)snprintf(note, sizeof note, "(%zu bytes, not kept)", body.len);
        json_quote(line, str_of(note));
        return;
    }
    json_quote(line, utf8_cut(body, REQUEST_BODY_MAX));
    if (body.len > REQUEST_BODY_MAX)
        strbuf_format(line, ",\"%s_bytes\":%zu", name, body.len);
}

static void line_write(struct strbuf *line, int64_t now_ms, const struct exchanged *exchanged)
{
    char time[32], url[2400];

    (void)snprintf(url, sizeof url, STR_FMT STR_FMT, STR_ARG(exchanged->base), STR_ARG(exchanged->path));
    (void)time_text_utc(now_ms, time);
    time[strlen(time) - 1] = '\0';                           /* the Z goes behind the milliseconds */
    strbuf_format(line, "{\"time\":\"%s.%03dZ\",\"doc\":", time, (int)(now_ms % 1000));
    json_quote(line, exchanged->doc);
    strbuf_add(line, STR(",\"client\":"));
    json_quote(line, exchanged->client);
    strbuf_format(line, ",\"method\":\"%s\",\"url\":", exchanged->method);
    json_quote(line, str_of(url));
    strbuf_format(line, ",\"status\":%ld,\"ms\":%" PRId64, exchanged->status, exchanged->took_ms);
    body_write(line, "sent", exchanged->type, exchanged->sent);
    body_write(line, "answered", STR_NONE, exchanged->answered);
    body_write(line, "words", STR_NONE, str_of(exchanged->words));
    strbuf_add(line, STR("}\n"));
}

void requests_note(struct requests *requests, int64_t now_ms, const struct exchanged *exchanged)
{
    struct strbuf *line;
    ssize_t written;

    if (!requests || !exchanged->doc.len)
        return;
    line = &requests->line;
    strbuf_reset(line);
    if (!use_day(requests, (int32_t)(now_ms / DAY_MS)))
        goto missed;
    if (requests->torn)
        strbuf_char(line, '\n');
    line_write(line, now_ms, exchanged);
    if (line->failed)
        goto missed;
    blank(line->bytes, line->len, exchanged->secrets);
    written = write(requests->fd, line->bytes, line->len);
    requests->torn = written != (ssize_t)line->len;
    if (!requests->torn) {
        requests->told = false;
        return;
    }
missed:
    if (!requests->told)
        log_fact("level=error what=\"requests are not kept for explain --requests\" why=\"%s\"",
                 line->failed ? "no memory" : strerror(errno));
    requests->told = true;
}

/* --- reading --- */

struct found { struct str doc; request_visit visit; void *context; struct strbuf all; };

static bool is_of(struct str line, struct str doc)
{
    char name[256];
    struct str object;

    return !json_check(line, &object) && json_member_text(object, "doc", name, sizeof name) && str_equal(str_of(name), doc);
}

/* Lines without the document's name in them are not parsed: there are many. */
static void file_read(const char *path, struct found *found)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    while (file && (len = getline(&line, &room, file)) > 0) {
        struct str text = { line, (size_t)len };

        if (memmem(line, (size_t)len, found->doc.bytes, found->doc.len) && is_of(text, found->doc))
            strbuf_add(&found->all, text);
    }
    free(line);
    if (file)
        (void)fclose(file);
}

static int line_order(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);      /* the time stands first in them */
}

static enum err visit_in_order(struct found *found)
{
    struct str rest = strbuf_str(&found->all);
    size_t count = 0, at = 0;
    struct str *lines;
    enum err err = ERR_OK;

    for (size_t i = 0; i < rest.len; i++)
        count += rest.bytes[i] == '\n';
    lines = calloc(count + 1, sizeof *lines);
    if (!lines)
        return ERR_MEMORY;
    while (rest.len && at < count) {
        const char *end = memchr(rest.bytes, '\n', rest.len);

        lines[at++] = (struct str){ rest.bytes, (size_t)(end - rest.bytes) };
        rest.len -= (size_t)(end + 1 - rest.bytes);
        rest.bytes = end + 1;
    }
    qsort(lines, at, sizeof *lines, line_order);
    for (size_t i = 0; i < at && !err; i++)
        err = found->visit(lines[i], found->context);
    free(lines);
    return err == ERR_STOP ? ERR_OK : err;
}

enum err requests_walk(struct str state_dir, struct str doc, request_visit visit, void *context)
{
    struct found found = { .doc = doc, .visit = visit, .context = context };
    char folder[FOLDER_SIZE], path[FOLDER_SIZE + 256 + 2];
    const struct dirent *entry;
    DIR *dir;
    enum err err;

    if (!doc.len || !folder_of(state_dir, folder))
        return ERR_TOO_LONG;
    dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? ERR_OK : ERR_SYSTEM;
    strbuf_init(&found.all, 256 * 1024 * 1024);
    while ((entry = readdir(dir))) {
        int32_t day;

        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (day_of_name(entry->d_name, &day))
            file_read(path, &found);
    }
    (void)closedir(dir);
    err = found.all.failed ? ERR_MEMORY : visit_in_order(&found);
    strbuf_free(&found.all);
    return err;
}
