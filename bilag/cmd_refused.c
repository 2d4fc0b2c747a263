/* cmd_refused.c - events that ingest did not take, each with its reason: nothing is dropped in silence. */
#include "shell.h"

#include "ingest/eventlog.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_LISTED = 100 };

struct listing {
    struct shell *shell;
    const char *venue;
    uint64_t number, wanted, shown;      /* wanted 0: list all */
};

/* What a till sent may be anything: only printable bytes reach the terminal. */
static void print_bytes(struct str bytes, size_t most)
{
    for (size_t i = 0; i < bytes.len && i < most; i++) {
        unsigned char c = (unsigned char)bytes.bytes[i];

        (void)putchar(c >= 0x80 || (c >= 0x20 && c < 0x7f) ? c : '?');
    }
    (void)printf("%s\n", bytes.len > most ? " ..." : "");
}

static enum err refusal_seen(int64_t time_ms, const struct eventlog_refusal *refusal, void *context)
{
    struct listing *listing = context;
    char when[32];

    listing->number++;
    if ((listing->wanted && listing->number != listing->wanted) ||
        (listing->venue && !str_equal(refusal->venue, str_of(listing->venue))))
        return ERR_OK;
    (void)printf("%6" PRIu64 "  %s  %.*s line %" PRIu64 "%s%.*s: %.*s\n        ", listing->number,
                 time_text_utc(time_ms, when), TEXT(refusal->source), refusal->line, refusal->venue.len ? "  " : "",
                 TEXT(refusal->venue), TEXT(refusal->reason));
    print_bytes(refusal->bytes, listing->wanted ? refusal->bytes.len : BYTES_LISTED);
    listing->shown++;
    return ERR_OK;
}

static int refused_run(struct shell *shell, const struct args *args)
{
    const char *verb = args->word_count ? args->words[0] : "list";
    struct listing listing = { .shell = shell, .venue = args_value(args, "venue") };
    struct str folder = arena_format(&shell->arena, STR_FMT "/ingest", STR_ARG(shell->config->state_dir));
    struct fault fault = { "" };
    struct eventlog *log;
    int32_t since;
    enum err err;

    if (!shell_day(shell, args, "since", 0, &since))
        return EXIT_USAGE;
    if (strcmp(verb, "show") == 0 && args->word_count == 2)
        listing.wanted = strtoull(args->words[1], NULL, 10);
    if (strcmp(verb, "list") != 0 && !listing.wanted)
        return complain(shell, EXIT_USAGE, "list, or show NUMBER; see bilag refused --help");
    err = eventlog_open(folder, shell->config->partitions, STORE_READ_ONLY, &log, &fault);
    if (err == ERR_NOT_FOUND) {
        (void)printf("nothing was refused\n");
        return EXIT_FINE;
    }
    if (err)
        return complain_err(shell, err, &fault);
    err = eventlog_refused(log, (int64_t)since * 86400 * 1000, refusal_seen, &listing);
    eventlog_close(log);
    if (err)
        return complain_err(shell, err, NULL);
    if (!listing.shown)
        (void)printf("%s\n", listing.wanted ? "there is no such number" : "nothing was refused");
    return listing.shown ? EXIT_RED : EXIT_FINE;
}

static const struct option options[] = {
    { "venue", "VENUE", "only of this venue, as far as the line said it" },
    { "since", "DATE", "only from this day (UTC) on" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_refused = {
    "refused", "list [--venue VENUE] [--since DATE]\nshow NUMBER [--since DATE]",
    "events that ingest did not take, and why", options, refused_run,
};
