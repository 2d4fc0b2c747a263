/* audit.c - what people decided, in order. */
#include "bilag/show/decision_words.h"
#include "shell.h"

#include <inttypes.h>

enum { WORDS_BYTES = 64 * 1024 };

struct showing { struct str subject; struct arena arena; };

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct showing *showing = context;
    struct str words;
    char when[32];

    if (showing->subject.len && !str_starts(decision->subject, showing->subject))
        return ERR_OK;
    arena_reset(&showing->arena);
    words = decision_detail_words(decision, &showing->arena);
    if (!words.len)
        words = decision->detail;        /* for programs: here is all of it */
    (void)printf("%6" PRIu64 "  %s  %.*s  %.*s %.*s%s%.*s%s%.*s\n", decision->number,
                 time_text_utc(decision->time_ms, when), TEXT(decision->who), TEXT(decision->verb),
                 TEXT(decision->subject), words.len ? " " : "", TEXT(words),
                 decision->reason.len ? ": " : "", TEXT(decision->reason));
    return ERR_OK;
}

static int audit_run(struct shell *shell, const struct args *args)
{
    struct showing showing = { .subject = args->word_count ? str_of(args->words[0]) : STR_NONE };
    struct fault fault = { "" };
    struct audit *audit;
    enum err err;

    if (args->word_count > 1)
        return complain(shell, EXIT_USAGE, "one document, receipt or venue at most");
    err = audit_open(shell->config->state_dir, &audit, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    arena_init(&showing.arena, WORDS_BYTES);
    err = audit_read(audit, 1, decision_seen, &showing);
    audit_close(audit);
    arena_free(&showing.arena);
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static const struct option options[] = { { NULL, NULL, NULL } };

const struct cmd cmd_audit = {
    "audit", "[DOCUMENT | RECEIPT | VENUE]", "every decision: who, when, what, why", options, audit_run,
};
