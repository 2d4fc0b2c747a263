/* decide.c - post-on, invoicing: refused at once where they cannot have an effect, else written into the
 * audit trail. */
#include "deed.h"

#include "bilag/read/books.h"
#include "shell.h"
#include "bilag/read/receipts.h"
#include "poweroffice/refdata.h"

#include "mapper/tables.h"

#include <inttypes.h>
#include <string.h>

/* A reason of blanks is none. */
static bool has_reason(const struct args *args)
{
    const char *reason = args_value(args, "reason");

    return reason && reason[strspn(reason, " \t\r\n")];
}

static bool load(struct shell *shell, const struct args *args, size_t words, struct book_doc *ret_doc)
{
    struct fault fault = { "" };
    struct books *books;
    struct doc parsed;
    enum err err;

    if (args->word_count != words || !has_reason(args)) {
        (void)complain(shell, EXIT_USAGE, "%s; see bilag %s --help", catalogue_words(args->word_count != words
                       ? "wrong number of arguments" : "--reason \"why\" is needed: it is kept in the audit trail"),
                       shell->command);
        return false;
    }
    if (doc_parse(str_of(args->words[0]), &parsed)) {
        (void)complain(shell, EXIT_USAGE, "%s is no document's name; they look like oslo-grill/2026-11-20/1 or "
                       "oslo-grill/order/K1/6", args->words[0]);
        return false;
    }
    err = books_open(shell->config, &books, &fault);
    if (!err) {
        err = books_doc(books, str_of(args->words[0]), &shell->arena, ret_doc);
        books_close(books);
    }
    if (err == ERR_NOT_FOUND)
        (void)complain(shell, EXIT_USAGE, "there is no document %s; `bilag status` shows those there are",
                       args->words[0]);
    else if (err)
        (void)complain_err(shell, err, &fault);
    return err == ERR_OK;
}

static int written(struct shell *shell, const char *verb, struct str subject, struct str detail, const char *reason)
{
    uint64_t number;
    int code = shell_decide(shell, verb, subject, detail, str_of(reason), &number);

    if (code == EXIT_FINE)
        shell_say("decision %" PRIu64 ": %s %.*s%s%.*s, because %s. It takes effect within a second while the "
                  "stages run.\n", number, verb, TEXT(subject), detail.len ? " " : "", TEXT(detail), reason);
    return code;
}

/* --- post on another day --- */

static int32_t today(const struct shell *shell, const struct draft *draft)
{
    const struct venue *venue = config_venue(shell->config, draft->doc.venue);
    struct civil now;

    if (!venue)
        return (int32_t)(clock_now_ms() / 86400000);
    zone_civil(venue->zone, clock_now_ms() / 1000, &now);
    return day_of_civil(now.year, now.month, now.day);
}

/* As the validator will judge it, by what is kept of PowerOffice; what is not known is left to it. */
static int is_locked(struct shell *shell, const struct draft *draft, int32_t day)
{
    struct fault fault = { "" };
    struct refstore *store;
    struct refdata data;
    char text[2][16];
    enum err err = refstore_open(shell->config->state_dir, STORE_READ_ONLY, &store, &fault);

    if (!err) {
        err = refdata_load(store, draft->client_id, &shell->arena, &data);
        refstore_close(store);
    }
    if (err)
        return err == ERR_NOT_FOUND ? EXIT_FINE : complain_err(shell, err, &fault);
    if (data.has_lock_date && day <= data.lock_date)
        return complain(shell, EXIT_RED, "%s is locked as well: PowerOffice is locked up to %s", day_text(day, text[0]),
                        day_text(data.lock_date, text[1]));
    if (data.has_conversion_date && day < data.conversion_date)
        return complain(shell, EXIT_RED, "%s is before the conversion date in PowerOffice, %s", day_text(day, text[0]),
                        day_text(data.conversion_date, text[1]));
    return EXIT_FINE;
}

int decide_post_on(struct shell *shell, const struct args *args)
{
    struct book_doc doc;
    char text[16];
    int32_t day;
    bool wrong_clock;
    int code;

    if (!shell_day(shell, args, "post-on", 0, &day) || !load(shell, args, 1, &doc))
        return EXIT_USAGE;
    if (doc.draft.doc.kind != DOC_VOUCHER)
        return complain(shell, EXIT_RED, "only vouchers can be posted on another day");
    if (doc.state == DOC_FAILED)
        return complain(shell, EXIT_RED, "%s was refused for another reason than its period, as far as PowerOffice's own dates "
                        "say: bilag explain shows its words; mend that and send it again with bilag resend, or enter it by "
                        "hand and say so with bilag by-hand", args->words[0]);
    if (doc.status.sealed)
        return complain(shell, EXIT_RED, "%s is sealed already: reverse it first", args->words[0]);
    wrong_clock = problems_have(&doc.draft.problems, PROBLEM_DAY_NOT_COME) ||
                  problems_have(&doc.draft.problems, PROBLEM_CLOCK_JUMP);
    if (day < doc.draft.doc.day && !wrong_clock)
        return complain(shell, EXIT_RED, "a voucher is never posted before its business day");
    if (doc.state != DOC_HELD || (!wrong_clock && !problems_have(&doc.draft.problems, PROBLEM_PERIOD_LOCKED)))
        return complain(shell, EXIT_RED, "%s is held neither because its period is locked (period-locked) nor because its day "
                        "is wrong (day-not-come, clock-jump): it is posted on its own day", args->words[0]);
    if (day > today(shell, &doc.draft))
        return complain(shell, EXIT_RED, "%s is still to come: choose an open day up to today", day_text(day, text));
    code = is_locked(shell, &doc.draft, day);
    return code ? code : written(shell, "post-on", doc.id, str_of(day_text(day, text)), args_value(args, "reason"));
}

/* --- invoicing --- */

static int invoicing_run(struct shell *shell, const struct args *args)
{
    const struct venue *venue = shell_venue(shell, args_value(args, "venue"));
    const char *reason = args_value(args, "reason");
    char text[16];
    int32_t day;

    if (!venue)
        return EXIT_USAGE;
    if (!args_has(args, "from"))
        return complain(shell, EXIT_USAGE, "--from DATE is needed: the first business day whose credit sales become orders");
    if (!shell_day(shell, args, "from", 0, &day))
        return EXIT_USAGE;
    if (!venue_switch(&venue->auto_invoice, day))
        return complain(shell, EXIT_RED, "auto_invoice is off for %.*s on %s: turn it on in %.*s first", TEXT(venue->id),
                        day_text(day, text), TEXT(venue->file));
    return written(shell, "invoice-from", venue->id, str_of(day_text(day, text)),
                   reason ? reason : "automatic invoicing was turned on");
}

static const struct option invoicing_options[] = {
    { "venue", "VENUE", "whose" },
    { "from", "DATE", "the first business day" },
    { "reason", "TEXT", "why; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_invoicing = {
    "invoicing", "--venue VENUE --from DATE [--reason TEXT]",
    "make orders of earlier credit sales, after automatic invoicing was turned on", invoicing_options, invoicing_run,
};
