/* decide.c - post-on, invoicing: refused at once where they cannot have an effect, else written into the
 * audit trail. */
#include "deed.h"

#include "bilag/act/post_on.h"
#include "bilag/read/books.h"
#include "shell.h"

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

int decide_post_on(struct shell *shell, const struct args *args)
{
    struct context context = shell_context(shell);
    const char *objection;
    struct post_on decision;
    struct book_doc doc;
    int32_t day;

    if (!shell_day(shell, args, "post-on", 0, &day) || !load(shell, args, 1, &doc))
        return EXIT_USAGE;
    objection = post_on_objection(&context, &doc, day);
    if (objection)
        return complain(shell, EXIT_RED, "%s", objection);
    decision = post_on_decision(&doc, day, &shell->arena);
    return written(shell, decision.verb, doc.id, decision.detail, args_value(args, "reason"));
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
