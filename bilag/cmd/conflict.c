/* conflict.c - choose, restarted: what a number that came again with another content is (docs/rules.md section 8). */
#include "bilag/act/contested.h"
#include "shell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 30 };

struct conflict { struct shell *shell; struct context context; struct contested of; };

static const struct option options[] = {
    { "reason", "TEXT", "why; kept in the audit trail" },
    { "yes", NULL, "without asking" },
    { NULL, NULL, NULL },
};

static bool has_reason(const struct args *args)
{
    const char *reason = args_value(args, "reason");

    return reason && reason[strspn(reason, " \t\r\n")];
}

static int refused(const struct conflict *conflict, enum err err)
{
    const char *text = conflict->context.fault.text;

    return complain(conflict->shell, err == ERR_FORMAT ? EXIT_USAGE : EXIT_RED, "%s", text[0] ? text : err_text(err));
}

/* Opens the receipt that is named; the caller closes it, whatever the answer. */
static int find(struct shell *shell, const struct args *args, size_t words, struct conflict *conflict)
{
    enum err err;

    *conflict = (struct conflict){ .shell = shell, .context = shell_context(shell) };
    if (args->word_count != words || !has_reason(args))
        return complain(shell, EXIT_USAGE, in_words(shell, "a receipt such as oslo-grill/K1/12 and --reason are needed; see "
                        "bilag %s --help", "en bong som oslo-grill/K1/12 og --reason må oppgis; se bilag %s --help"),
                        shell->command);
    err = contested_open(&conflict->context, str_of(args->words[0]), &conflict->of);
    return err ? refused(conflict, err) : EXIT_FINE;
}

static int written(const struct conflict *conflict, enum err err, const char *verb, uint64_t number, const char *reason)
{
    struct shell *shell = conflict->shell;

    if (err)
        return complain_err(shell, err, &conflict->context.fault);
    (void)printf(in_words(shell, "decision %" PRIu64 ": %s %.*s, because %s. It takes effect within a second while the "
                          "stages run.\n", "beslutning %" PRIu64 ": %s %.*s, fordi %s. Det virker innen et sekund når "
                          "prosessene kjører.\n"), number, verb, TEXT(conflict->of.text), reason);
    return EXIT_FINE;
}

static void show(const struct conflict *conflict, const char *what, const struct event *event, int32_t day)
{
    char when[32], date[16], text[MONEY_TEXT_SIZE];

    (void)printf("  %-24s %-13s %14s kr  %s  (%s)\n", what, catalogue_words(event_kind_text(event->kind)),
                 money_kroner(content_amount(event), text),
                 time_text_local(conflict->of.venue, event->time * 1000, when), day_text(day, date));
}

/* --- choose --- */

/* "first", "second", or a number: as explain lists them, in the order in which they came. */
static size_t which(const char *word)
{
    static const char *const words[] = { "first", "second", "third" };
    char *end;
    unsigned long number = strtoul(word, &end, 10);

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcmp(word, words[i]) == 0)
            return i + 1;
    return *word && !*end ? (size_t)number : 0;
}

static int choose(struct conflict *conflict, const struct args *args)
{
    struct shell *shell = conflict->shell;
    struct contested *of = &conflict->of;
    size_t number = which(args->words[1]);
    uint64_t decision = 0;
    enum err err = contested_judge(of, number);

    for (size_t i = 0; err != ERR_FORMAT && (of->fate.place || !err) && i < of->count; i++)
        if (of->contents[i].event)
            show(conflict, i + 1 == number ? in_words(shell, "booked", "bokføres")
                                           : in_words(shell, "not booked", "bokføres ikke"), of->contents[i].event,
                 of->contents[i].day);
    if (err)
        return refused(conflict, err);
    if (!shell_confirm(shell, args, in_words(shell, "Do it?", "Utføre?")))
        return EXIT_USAGE;
    err = contested_choose(of, number, str_of(args_value(args, "reason")), &decision);
    return written(conflict, err, "choose", decision, args_value(args, "reason"));
}

static int choose_run(struct shell *shell, const struct args *args)
{
    struct conflict conflict;
    int code = find(shell, args, 2, &conflict);

    if (!code)
        code = choose(&conflict, args);
    contested_close(&conflict.of);
    return code;
}

const struct cmd cmd_choose = {
    "choose", "RECEIPT first|second --reason TEXT",
    "which of the contents that came under one number is right; the others are listed as not booked", options, choose_run,
};

/* --- restarted --- */

struct run_preview { const struct conflict *conflict; const struct new_run *run; size_t shown; };

static enum err placed_seen(const struct placed *placed, void *context)
{
    struct run_preview *preview = context;
    const struct conflict *conflict = preview->conflict;

    if (preview->shown++ < SHOWN_MAX) {
        struct str becomes = new_run_name(&conflict->of, preview->run, placed->name);
        struct str name = arena_format(&conflict->shell->arena, STR_FMT " -> " STR_FMT, STR_ARG(placed->name),
                                       STR_ARG(becomes));

        if (preview->shown == 1)
            (void)printf(in_words(conflict->shell, "Register %.*s counts anew as %.*s; what was sent before stays as it is:\n",
                                  "Kasse %.*s teller på nytt som %.*s; det som alt er sendt, blir som det er:\n"),
                         TEXT(preview->run->base), TEXT(preview->run->next));
        show(conflict, name.bytes ? name.bytes : "?", placed->event, placed->day);
    }
    return ERR_OK;
}

static int begin_run(struct conflict *conflict, const struct args *args)
{
    struct shell *shell = conflict->shell;
    struct new_run run;
    struct run_preview preview = { conflict, &run, 0 };
    uint64_t decision = 0;
    char text[MONEY_TEXT_SIZE];
    enum err err = contested_run(&conflict->of, placed_seen, &preview, &run);

    if (run.count)
        (void)printf(in_words(shell, "%zu numbers, sales of %s kr together\n", "%zu numre, salg for %s kr til sammen\n"),
                     run.count, money_kroner(run.sum, text));
    if (err)
        return refused(conflict, err);
    if (!shell_confirm(shell, args, in_words(shell, "Do it?", "Utføre?")))
        return EXIT_USAGE;
    err = contested_begin(&conflict->of, &run, str_of(args_value(args, "reason")), &decision);
    return written(conflict, err, "restarted", decision, args_value(args, "reason"));
}

static int restarted_run(struct shell *shell, const struct args *args)
{
    struct conflict conflict;
    int code = find(shell, args, 1, &conflict);

    if (!code)
        code = begin_run(&conflict, args);
    contested_close(&conflict.of);
    return code;
}

const struct cmd cmd_restarted = {
    "restarted", "RECEIPT --reason TEXT",
    "from this receipt on its register counts its numbers anew: what came under known numbers is booked as well", options,
    restarted_run,
};
