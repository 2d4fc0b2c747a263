/* leave_out.c - one receipt leaves its day for what is entered by hand (docs/rules.md section 8); the rest goes on. */
#include "bilag/act/leave_out.h"
#include "shell.h"

#include <inttypes.h>
#include <string.h>

enum { OUT_MAX = 1000, REASON_BYTES_MAX = 1000 };         /* as the console's */

struct leave {
    struct shell *shell;
    const struct args *args;
    struct context context;
    struct leave_out of;
    struct leaving *at;
    size_t count;
};

static int add(struct leave *leave, struct str text)
{
    struct leaving *leaving = &leave->at[leave->count];
    enum err err;

    for (size_t i = 0; i < leave->count; i++)
        if (str_equal(leave->at[i].text, text))
            return EXIT_FINE;
    err = leave_out_judge(&leave->of, text, args_value(leave->args, "amount"), leaving);
    if (err)
        return complain(leave->shell, err == ERR_FORMAT ? EXIT_USAGE : EXIT_RED, "%s",
                        leave->context.fault.text[0] ? leave->context.fault.text : err_text(err));
    leave->count++;
    return EXIT_FINE;
}

/* --- many --- */

/* The receipts that a problem is about. */
static int add_of(struct leave *leave, const struct book_doc *doc, enum problem_code code)
{
    int bad = EXIT_FINE;

    for (size_t i = 0; !bad && i < doc->draft.problems.count; i++) {
        const struct problem *problem = &doc->draft.problems.at[i];

        if (problem->code == code && problem->first.len && leave->count < OUT_MAX)
            bad = add(leave, arena_format(&leave->shell->arena, STR_FMT "/" STR_FMT, STR_ARG(doc->draft.doc.venue),
                                          STR_ARG(problem->first)));
    }
    return bad;
}

static int add_chosen(struct leave *leave)
{
    struct shell *shell = leave->shell;
    const struct venue *venue = shell_venue(shell, args_value(leave->args, "venue"));
    const char *wanted = args_value(leave->args, "problem");
    enum problem_code code = PROBLEM_COUNT;
    struct book_list list;
    int32_t from, to;
    int bad = EXIT_FINE;

    if (!venue || !shell_day(shell, leave->args, "from", INT32_MIN, &from) ||
        !shell_day(shell, leave->args, "to", INT32_MAX, &to))
        return EXIT_USAGE;
    if (!args_has(leave->args, "from") || !args_has(leave->args, "to") || !wanted ||
        !problem_code_parse(str_of(wanted), &code))
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "--from DATE, --to DATE and --problem CODE are needed with "
                        "--venue", "--from DATO, --to DATO og --problem KODE må oppgis sammen med --venue"));
    if (!(problem_ways(code) & WAY_LEAVE_OUT))
        return complain(shell, EXIT_RED, in_words(shell, "no receipt is to blame for %s", "ingen bong er skyld i %s"), wanted);
    if (books_venue(leave->of.books, venue->id, from, to, &shell->arena, &list))
        return complain_err(shell, ERR_STORE_IO, NULL);
    for (size_t i = 0; !bad && i < list.count; i++)
        bad = add_of(leave, &list.docs[i], code);
    if (bad || leave->count)
        return bad;
    return complain(shell, EXIT_RED, "%s", in_words(shell, "no receipt of these days has that problem",
                                                    "ingen bong i disse dagene har det problemet"));
}

static void show(const struct leave *leave)
{
    const struct shell *shell = leave->shell;
    char amount[MONEY_TEXT_SIZE], day[16];

    (void)printf("%s:\n", in_words(shell, "To be left out, and entered by hand", "Holdes utenfor, og føres manuelt"));
    for (size_t i = 0; i < leave->count; i++) {
        const struct leaving *leaving = &leave->at[i];

        (void)printf("  %-30.*s %s %14s%s\n", TEXT(leaving->text), day_text(leaving->fate.day, day),
                     leaving->told || leaving->said ? money_kroner(leaving->amount, amount)
                                                    : in_words(shell, "not known", "ikke kjent"),
                     leaving->later ? in_words(shell, "  its day is sealed: the difference goes into the next part",
                                               "  dagen er låst: forskjellen kommer i neste del") : "");
    }
}

static int write_down(struct leave *leave)
{
    struct shell *shell = leave->shell;
    const char *reason = args_value(leave->args, "reason");

    for (size_t i = 0; i < leave->count; i++) {
        const struct leaving *leaving = &leave->at[i];
        uint64_t number;
        enum err err = leave_out_do(&leave->of, leaving, str_of(reason), &number);

        if (err)
            return complain_err(shell, err, &leave->context.fault);
        (void)printf(in_words(shell, "decision %" PRIu64 ": leave-out %.*s, because %s. It takes effect within a second while "
                              "the stages run.\n", "beslutning %" PRIu64 ": leave-out %.*s, fordi %s. Den virker innen et "
                              "sekund når prosessene kjører.\n"), number, TEXT(leaving->text), reason);
    }
    return EXIT_FINE;
}

static int run(struct leave *leave)
{
    struct shell *shell = leave->shell;
    const struct args *args = leave->args;
    int code = EXIT_FINE;

    for (size_t i = 0; !code && i < args->word_count; i++)
        code = add(leave, str_of(args->words[i]));
    if (!code && !args->word_count)
        code = add_chosen(leave);
    if (code)
        return code;
    show(leave);
    if ((leave->count > 1 || !args->word_count) && !shell_confirm(shell, args, in_words(shell, "Do it?", "Utføre?")))
        return EXIT_USAGE;
    return write_down(leave);
}

static int leave_out_run(struct shell *shell, const struct args *args)
{
    const char *reason = args_value(args, "reason");
    struct leave leave = { .shell = shell, .args = args, .at = arena_array(&shell->arena, OUT_MAX + 1, sizeof *leave.at) };
    enum err err;
    int code;

    if (!reason || !reason[strspn(reason, " \t\r\n")] || args->word_count > OUT_MAX ||
        (args->word_count > 0) == args_has(args, "venue") || (args_has(args, "amount") && args->word_count != 1))
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "receipts such as oslo-grill/K1/12 (or --venue) and --reason "
                        "are needed; --amount with one receipt only", "bonger som oslo-grill/K1/12 (eller --venue) og --reason "
                        "må oppgis; --amount bare med én bong"));
    if (strlen(reason) > REASON_BYTES_MAX)
        return complain(shell, EXIT_USAGE, in_words(shell, "the reason is too long: at most %d letters",
                                                    "begrunnelsen er for lang: høyst %d bokstaver"), (int)REASON_BYTES_MAX);
    leave.context = shell_context(shell);
    err = leave.at ? leave_out_open(&leave.context, &leave.of) : ERR_MEMORY;
    code = err ? complain_err(shell, err, &leave.context.fault) : run(&leave);
    leave_out_close(&leave.of);
    return code;
}

static const struct option options[] = {
    { "reason", "TEXT", "why; kept in the audit trail, and shown under manual" },
    { "amount", "KRONER", "what it comes to, where the receipt does not tell" },
    { "venue", "VENUE", "instead of receipts: those that a problem names, of this venue, ..." },
    { "from", "DATE", "... from this business day on" },
    { "to", "DATE", "... to this business day" },
    { "problem", "CODE", "... with this problem" },
    { "yes", NULL, "more than one: without asking" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_leave_out = {
    "leave-out", "RECEIPT... --reason TEXT [--amount KRONER]\n--venue VENUE --from DATE --to DATE --problem CODE --reason TEXT",
    "a receipt leaves its day for what is entered by hand; the rest goes on", options, leave_out_run,
};
