/* undo.c - a decision is taken back by its number in the audit trail (act/undo.h). */
#include "bilag/act/undo.h"
#include "shell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int undo_run(struct shell *shell, const struct args *args)
{
    struct context context = shell_context(shell);
    const char *reason = args_value(args, "reason");
    char *end = NULL;
    uint64_t wanted = 0, number;
    struct undo undo;
    enum err err;

    if (args->word_count == 1)
        wanted = strtoull(args->words[0], &end, 10);
    if (!wanted || *end || !reason || !reason[strspn(reason, " \t\r\n")])
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "a decision's number (bilag audit) and --reason are needed",
                                                          "nummeret på en beslutning (bilag audit) og --reason må oppgis"));
    err = undo_find(&context, wanted, &undo);
    if (!err)
        err = undo_judge(&undo);
    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_USAGE, "%s", context.fault.text);
    if (!err)
        err = undo_do(&undo, str_of(reason), &number);
    if (err)
        return complain_err(shell, err, &context.fault);
    (void)printf(in_words(shell, "decision %" PRIu64 ": decision %" PRIu64 " (%.*s %.*s) is taken back, because %s. It "
                          "takes effect within a second while the stages run.\n",
                          "beslutning %" PRIu64 ": beslutning %" PRIu64 " (%.*s %.*s) er tatt tilbake, fordi %s. Det virker "
                          "innen et sekund når prosessene kjører.\n"), number, undo.number, TEXT(undo.found.verb),
                 TEXT(undo.found.subject), reason);
    return EXIT_FINE;
}

static const struct option options[] = {
    { "reason", "TEXT", "why; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_undo = {
    "undo", "NUMBER --reason TEXT", "take a decision back, by its number in the audit trail", options, undo_run,
};
