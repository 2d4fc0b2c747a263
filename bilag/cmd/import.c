/* import.c - events from files to ingest: read, checked, handed over in batches, each durable before the next.
 *
 * Interrupted or failed, the same command may be given again: what arrived already counts as a duplicate. */
#include "shell.h"

#include "domain/event_canonical.h"
#include "domain/event_read.h"
#include "base/lines.h"
#include "base/utf8.h"
#include "stage/ingestclient.h"
#include "saft/saft.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BATCH_EVENTS = 4096, BATCH_BYTES = 4 * 1024 * 1024, READ_BYTES = 256 * 1024, PATIENCE_S = 30, PATIENCE_S_MAX = 86400,
       REFUSED_SHOWN = 50, REFUSED_BYTES = 16384, REASON_BYTES = 4096, ITEM_BYTES = 32,
       SOURCE_BYTES = 255, WRONG_IN_A_ROW_MAX = 100 };

struct import {
    struct shell *shell;
    struct ingestclient *client;
    struct arena batch_arena;            /* the events of the batch under way */
    struct ingest_item items[BATCH_EVENTS];      /* line: in the file; SAF-T: number of the event */
    size_t count, bytes;
    const char *file, *place_word;
    uint64_t taken;                      /* events handed over, of all files */
    uint64_t accepted, duplicates, refused, parked;
    unsigned wrong_in_a_row;             /* lines that are no events */
    bool keep_going;                     /* however many those are */
    int64_t patience_ms;
    bool progress;
    struct fault fault;
};

static void show_progress(const struct import *import, bool last)
{
    if (!import->progress)
        return;
    (void)fprintf(stderr, catalogue_words("\r%s: %" PRIu64 " accepted, %" PRIu64 " duplicates, %" PRIu64 " refused%s"),
                  import->file, import->accepted, import->duplicates, import->refused, last ? "\n" : " ...");
}

static void show_refused(struct import *import, uint64_t place, struct str reason)
{
    if (import->refused++ < REFUSED_SHOWN)
        (void)fprintf(stderr, catalogue_words("%s%s: %s %" PRIu64 " refused: %.*s\n"), import->progress ? "\r" : "",
                      import->file,
                      import->place_word, place, TEXT(reason));
    else if (import->refused == REFUSED_SHOWN + 1)
        (void)fprintf(stderr, catalogue_words("%s: further refused ones are counted, not shown\n"), import->file);
}

/* As the list of what was refused names it. */
static struct str source_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    struct str name = str_of(slash ? slash + 1 : file);

    return name.len && name.len <= SOURCE_BYTES && utf8_is_valid(name) ? name : STR("a file");
}

static enum err hand_over(struct import *import)
{
    struct ingest_answer answer;
    enum err err;

    if (!import->count)
        return ERR_OK;
    err = ingestclient_send(import->client, source_name(import->file), import->items, import->count, import->patience_ms,
                            &import->batch_arena, &answer, &import->fault);
    if (err)
        return err;
    import->accepted += answer.accepted;
    import->duplicates += answer.duplicates;
    import->parked += answer.parked;
    for (size_t i = 0; i < answer.reject_count; i++)
        show_refused(import, answer.rejects[i].line, answer.rejects[i].reason);
    if (answer.rejected > answer.reject_count)
        import->refused += answer.rejected - answer.reject_count;
    import->count = import->bytes = 0;
    arena_reset(&import->batch_arena);
    show_progress(import, false);
    return ERR_OK;
}

/* item: in the batch's arena. A batch that is full goes first. */
static enum err add_item(struct import *import, struct ingest_item item)
{
    if (import->count == BATCH_EVENTS || import->bytes + item.bytes.len > BATCH_BYTES) {
        struct strbuf copy;
        enum err err;

        strbuf_init(&copy, EVENT_BYTES_MAX + REASON_BYTES);  /* outlives the arena that is emptied */
        strbuf_add(&copy, item.bytes);
        strbuf_add(&copy, item.reason);
        err = copy.failed ? ERR_MEMORY : hand_over(import);
        item.bytes = arena_copy(&import->batch_arena, (struct str){ copy.bytes, item.bytes.len });
        item.reason = arena_copy(&import->batch_arena, (struct str){ copy.bytes + item.bytes.len, item.reason.len });
        strbuf_free(&copy);
        if (err || arena_failed(&import->batch_arena))
            return err ? err : ERR_MEMORY;
    }
    import->items[import->count++] = item;
    import->bytes += item.bytes.len + item.reason.len + ITEM_BYTES;
    import->taken++;
    return ERR_OK;
}

static enum err add(struct import *import, uint64_t place, const struct event *event)
{
    struct ingest_item item = { .line = place };
    enum err err = event_encode(event, &import->batch_arena, &item.bytes);

    return err ? err : add_item(import, item);
}

/* What is no event goes to ingest all the same, which keeps it with its reason: nothing is dropped here. */
static enum err add_refused(struct import *import, const struct line *line, const char *reason)
{
    struct str bytes = { line->text.bytes, line->text.len < REFUSED_BYTES ? line->text.len : REFUSED_BYTES };
    struct ingest_item item = { line->number, arena_copy(&import->batch_arena, bytes),
                                arena_copy(&import->batch_arena, str_of(reason)) };

    return item.bytes.bytes && item.reason.bytes ? add_item(import, item) : ERR_MEMORY;
}

/* --- NDJSON --- */

static enum err take_line(struct import *import, const struct line *line)
{
    struct event event;
    struct fault fault = { "" };
    bool wrong;
    enum err err;

    if (line->lost)
        return ERR_MEMORY;
    if (line_is_blank(line))
        return ERR_OK;
    err = line->too_long ? fault_set(&fault, ERR_TOO_LONG, "the line is longer than %d bytes",
                                     import->shell->config->ingest.line_bytes_max)
                         : event_from_json(line->text, &import->batch_arena, &event, &fault);
    wrong = err != ERR_OK;
    if (err != ERR_MEMORY)
        err = err ? add_refused(import, line, fault.text[0] ? fault.text : err_text(err)) : add(import, line->number, &event);
    if (err == ERR_MEMORY && import->count) {                /* the arena is full of this batch */
        err = hand_over(import);
        return err ? err : take_line(import, line);
    }
    import->wrong_in_a_row = wrong ? import->wrong_in_a_row + 1 : 0;
    return err;
}

static bool is_no_events(const struct import *import)
{
    return import->wrong_in_a_row >= WRONG_IN_A_ROW_MAX && !import->keep_going;
}

/* What is no file of events is not read to its end, line by line, into the list of what was refused. */
static enum err look_whether_events(struct import *import, const struct line *line)
{
    enum err err;

    if (!is_no_events(import))
        return ERR_OK;
    err = hand_over(import);
    if (err)
        return err;
    return fault_set(&import->fault, ERR_FORMAT, "%s: the last %d lines are no events, so nothing after line %" PRIu64
                     " was read: is it a file of events, one to a line? with --keep-going it is read to its end", import->file,
                     WRONG_IN_A_ROW_MAX, line->number);
}

static enum err read_lines(struct import *import, int fd)
{
    static char piece[READ_BYTES];
    struct lines lines;
    struct line line;
    enum err err = ERR_OK;
    ssize_t got = 0;

    lines_init(&lines, (size_t)import->shell->config->ingest.line_bytes_max);
    while (!err && ((got = read(fd, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))) {
        struct str input = { piece, got > 0 ? (size_t)got : 0 };

        while (!err && lines_next(&lines, &input, &line)) {
            err = take_line(import, &line);
            err = err ? err : look_whether_events(import, &line);
        }
    }
    if (!err && got < 0)
        err = fault_set(&import->fault, ERR_SYSTEM, "%s cannot be read: %s", import->file, strerror(errno));
    if (!err && lines_last(&lines, &line))
        err = take_line(import, &line);
    lines_free(&lines);
    return err ? err : hand_over(import);
}

static enum err import_ndjson(struct import *import, const char *path)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    enum err err;

    import->place_word = "line";
    if (fd < 0)
        return fault_set(&import->fault, ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
    err = read_lines(import, fd);
    if (fd != STDIN_FILENO)
        (void)close(fd);
    return err;
}

/* --- SAF-T --- */

static enum err take(struct str event, void *context)
{
    struct import *import = context;
    struct ingest_item item = { .line = import->taken + 1, .bytes = arena_copy(&import->batch_arena, event) };

    return item.bytes.bytes ? add_item(import, item) : ERR_MEMORY;
}

static void show_summary(const struct import *import, const struct saft_summary *summary)
{
    shell_say(summary->registers == 1
                  ? "%s: %" PRIu64 " receipts, %" PRIu64 " voids, %" PRIu64 " Z reports, %" PRIu64 " movements, %" PRIu64
                    " training; %" PRIu32 " register\n"
                  : "%s: %" PRIu64 " receipts, %" PRIu64 " voids, %" PRIu64 " Z reports, %" PRIu64 " movements, %" PRIu64
                    " training; %" PRIu32 " registers\n",
              import->file, summary->receipts, summary->voids, summary->z_reports, summary->movements, summary->training,
              summary->registers);
    for (int note = 0; note < SAFT_NOTE_COUNT; note++)
        if (summary->notes[note].count)
            shell_say("  note: %s (%" PRIu64 ", first: %s) [%s]\n", catalogue_words(saft_note_text((enum saft_note)note)),
                      summary->notes[note].count, summary->notes[note].first, saft_note_code((enum saft_note)note));
}

/* One odd receipt does not keep the others out: it goes to ingest's list of what was refused. */
static enum err refuse(struct str receipt, struct str fields, const char *why, void *context)
{
    struct import *import = context;
    struct line line = { .text = fields, .number = import->taken + 1 };
    enum err err = add_refused(import, &line, why);

    (void)receipt;
    if (err != ERR_MEMORY || !import->count)
        return err;
    err = hand_over(import);             /* the arena is full of this batch */
    return err ? err : add_refused(import, &line, why);
}

static enum err import_saft(struct import *import, const char *path, const struct venue *venue, bool other_company)
{
    const struct str state_dir = import->shell->config->state_dir;
    const struct saft_wishes wishes = { arena_copy(&import->shell->arena, state_dir).bytes, refuse, other_company };
    struct saft_summary summary;
    enum err err;

    import->place_word = "event";
    err = saft_read(path, venue, take, &wishes, import, &summary, &import->fault);
    if (!err)
        err = hand_over(import);
    if (!err)
        show_summary(import, &summary);
    return err;
}

/* --- the command --- */

static bool is_xml(const char *path)
{
    size_t len = strlen(path);

    return len > 4 && strcasecmp(path + len - 4, ".xml") == 0;
}

static int import_file(struct import *import, const char *path, const char *format, const struct args *args)
{
    bool saft = format ? strcmp(format, "saft") == 0 : is_xml(path);
    uint64_t accepted = import->accepted, duplicates = import->duplicates, refused = import->refused,
             parked = import->parked;
    const struct venue *venue;
    enum err err;

    import->file = strcmp(path, "-") == 0 ? "stdin" : path;
    import->count = import->bytes = 0;
    import->wrong_in_a_row = 0;
    arena_reset(&import->batch_arena);
    if (saft) {
        venue = shell_venue(import->shell, args_value(args, "venue"));
        if (!venue)
            return EXIT_USAGE;
        err = import_saft(import, path, venue, args_has(args, "other-company"));
    } else {
        err = import_ndjson(import, path);
    }
    show_progress(import, true);
    if (err && (import->accepted + import->duplicates == accepted + duplicates || is_no_events(import)))
        return complain(import->shell, EXIT_RED, "%s", import->fault.text[0] ? import->fault.text : err_text(err));
    if (err)
        return complain(import->shell, EXIT_RED, "%s: %s; the first %" PRIu64 " events are stored, give the same command "
                        "again for the rest", import->file, import->fault.text[0] ? import->fault.text : err_text(err),
                        import->accepted + import->duplicates - accepted - duplicates);
    shell_say("%s: %" PRIu64 " accepted, %" PRIu64 " duplicates, %" PRIu64 " refused\n", import->file,
              import->accepted - accepted, import->duplicates - duplicates, import->refused - refused);
    if (import->parked > parked)
        shell_say("%s: %" PRIu64 " of these are parked until their venue is set up: bilag refused list\n", import->file,
                  import->parked - parked);
    return import->refused > refused || import->parked > parked ? EXIT_RED : EXIT_FINE;
}

static bool patience(const char *seconds, int64_t *ret_ms)
{
    char *end = NULL;
    unsigned long wait = seconds ? strtoul(seconds, &end, 10) : PATIENCE_S;

    if (seconds && (end == seconds || *end || wait > PATIENCE_S_MAX))
        return false;
    *ret_ms = (int64_t)wait * 1000;
    return true;
}

static int import_run(struct shell *shell, const struct args *args)
{
    static struct import import;         /* large */
    const char *format = args_value(args, "format");
    int worst = EXIT_FINE;
    enum err err;

    if (!args->word_count)
        return complain(shell, EXIT_USAGE, "which file? see bilag import --help");
    if (format && strcmp(format, "saft") != 0 && strcmp(format, "ndjson") != 0)
        return complain(shell, EXIT_USAGE, "--format is saft or ndjson, not %s", format);
    if (!patience(args_value(args, "wait"), &import.patience_ms))
        return complain(shell, EXIT_USAGE, "--wait is a number of seconds, %d at most", PATIENCE_S_MAX);
    import.shell = shell;
    import.keep_going = args_has(args, "keep-going");
    import.progress = isatty(STDERR_FILENO);
    err = ingestclient_open(shell->config->run_dir, shell->config->stages.ingest, &import.client, &import.fault);
    if (err)
        return complain_err(shell, err, &import.fault);
    arena_init(&import.batch_arena, 64 * 1024 * 1024);
    for (size_t i = 0; i < args->word_count; i++) {
        int code = import_file(&import, args->words[i], format, args);

        worst = code > worst ? code : worst;
    }
    arena_free(&import.batch_arena);
    ingestclient_close(import.client);
    return worst;
}

static const struct option options[] = {
    { "format", "saft|ndjson", "of the files; else a name ending in .xml is SAF-T, all others NDJSON" },
    { "venue", "VENUE", "whose sales a SAF-T file holds" },
    { "other-company", NULL, "SAF-T: also a file of another organisation number than the venue's" },
    { "keep-going", NULL, "also when a hundred lines in a row are no events" },
    { "wait", "SECONDS", "for a bilag-ingest that does not answer; 30 unless said" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_import = {
    "import",
    "[--format ndjson] [--keep-going] [--wait SECONDS] FILE...  (-: stdin)\n"
    "[--format saft] --venue VENUE [--other-company] [--wait SECONDS] FILE...",
    "sales from files into the event log; the same file again changes nothing", options, import_run,
};
