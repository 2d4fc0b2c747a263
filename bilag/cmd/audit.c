/* audit.c - what people decided, in order. */
#include "domain/audit.h"
#include "shell.h"

#include <inttypes.h>

struct showing { struct str subject; uint64_t shown; };

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct showing *showing = context;
    char when[32];

    if (showing->subject.len && !str_starts(decision->subject, showing->subject))
        return ERR_OK;
    (void)printf("%6" PRIu64 "  %s  %.*s  %.*s %.*s%s%.*s%s%.*s\n", decision->number,
                 time_text_utc(decision->time_ms, when), TEXT(decision->who), TEXT(decision->verb),
                 TEXT(decision->subject), decision->detail.len ? " " : "", TEXT(decision->detail),
                 decision->reason.len ? ": " : "", TEXT(decision->reason));
    showing->shown++;
    return ERR_OK;
}

static int audit_run(struct shell *shell, const struct args *args)
{
    struct showing showing = { args->word_count ? str_of(args->words[0]) : STR_NONE, 0 };
    struct fault fault = { "" };
    struct audit *audit;
    enum err err;

    if (args->word_count > 1)
        return complain(shell, EXIT_USAGE, "one document, receipt or venue at most");
    err = audit_open(shell->config->state_dir, &audit, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    err = audit_read(audit, 1, decision_seen, &showing);
    audit_close(audit);
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static const struct option options[] = { { NULL, NULL, NULL } };

const struct cmd cmd_audit = {
    "audit", "[DOCUMENT | RECEIPT | VENUE]", "every decision: who, when, what, why", options, audit_run,
};
