/* leave_out.c - one receipt leaves its day for what is entered by hand (docs/rules.md section 8); the rest goes on. */
#include "bilag/read/books.h"
#include "bilag/read/receipts.h"
#include "mapper/tables.h"
#include "shell.h"

#include <inttypes.h>
#include <string.h>

enum { OUT_MAX = 1000 };

struct leaving {
    struct str text;
    struct receipt_name name;
    struct receipt_fate fate;
    struct money amount;
    bool told, said;                     /* by the receipt itself; by the person */
    bool later;                          /* its day is sealed */
};

struct leave {
    struct shell *shell;
    const struct args *args;
    struct books *books;
    struct receipts *receipts;
    struct leaving *at;
    size_t count;
};

/* "125", "125,00" or "125.50" kroner. */
static bool parse_kroner(const char *text, struct money *ret_amount)
{
    size_t whole = strspn(text, "0123456789"), decimals = text[whole] ? strspn(text + whole + 1, "0123456789") : 0;
    int64_t ore = 0;

    if (!whole || whole > 12 ||
        (text[whole] && ((text[whole] != ',' && text[whole] != '.') || decimals != 2 || text[whole + 3])))
        return false;
    for (size_t i = 0; i < whole; i++)
        ore = ore * 10 + (text[i] - '0');
    ore *= 100;
    if (text[whole])
        ore += (text[whole + 1] - '0') * 10 + (text[whole + 2] - '0');
    *ret_amount = (struct money){ ore };
    return true;
}

/* What it comes to by itself; a void that took effect, by what it takes back. */
static bool amount_told(struct leave *leave, const struct leaving *leaving, struct money *ret_amount)
{
    const struct event *event = &leaving->fate.event;
    struct arena *arena = &leave->shell->arena;
    struct money lines, payments;
    struct receipt_fate target;

    if (event->kind == EVENT_RECEIPT) {
        if (receipt_sums(event, &lines, &payments))
            return false;
        *ret_amount = lines;
        return true;
    }
    if (receipts_find(leave->receipts, event->venue, event->voids.reg, SERIES_RECEIPTS, event->voids.seq, arena, &target) ||
        !target.voided || receipt_sums(&target.event, &lines, &payments) ||
        !str_equal(target.void_name, receipt_text(arena, leaving->name.reg, SERIES_RECEIPTS, leaving->name.seq)))
        return false;
    ret_amount->ore = -lines.ore;
    return true;
}

/* --- whether it can be left out --- */

static int of_order(struct leave *leave, const struct leaving *leaving)
{
    struct shell *shell = leave->shell;
    struct str id = arena_format(&shell->arena, STR_FMT "/order/" STR_FMT "/%" PRIu64, STR_ARG(leaving->name.venue),
                                 STR_ARG(leaving->name.reg), leaving->name.seq);
    struct book_doc doc;
    enum err err = books_doc(leave->books, id, &shell->arena, &doc);

    if (err)
        return err == ERR_NOT_FOUND ? EXIT_FINE : complain_err(shell, err, NULL);
    if (doc.draft.phase != DRAFT_CLOSED || book_doc_is_empty(&doc))
        return EXIT_FINE;
    return complain(shell, EXIT_RED, in_words(shell, "%.*s is an order, %.*s: end that with bilag by-hand if a person invoices "
                    "it, or credit it in PowerOffice if it is sent", "%.*s er en ordre, %.*s: avslutt den med bilag by-hand hvis "
                    "noen fakturerer den, eller krediter den i PowerOffice hvis den er sendt"), TEXT(leaving->text), TEXT(id));
}

/* Whether what it was booked in is sealed: then the difference goes into the next part. */
static int of_day(struct leave *leave, struct leaving *leaving)
{
    struct shell *shell = leave->shell;
    struct book_list list;
    enum err err = books_venue(leave->books, leaving->name.venue, leaving->fate.day, leaving->fate.day, &shell->arena, &list);

    for (size_t i = 0; !err && i < list.count; i++) {
        const struct draft *draft = &list.docs[i].draft;

        if (draft->doc.kind == DOC_VOUCHER && leaving->fate.place > draft->from && leaving->fate.place <= draft->upto)
            leaving->later |= list.docs[i].status.sealed;
    }
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static bool is_out(struct leave *leave, struct str venue, struct str receipt)
{
    struct arena *arena = &leave->shell->arena;
    struct receipt_name name;
    struct receipt_fate fate;

    return !receipt_parse(arena_format(arena, STR_FMT "/" STR_FMT, STR_ARG(venue), STR_ARG(receipt)), arena, &name) &&
           !receipts_find(leave->receipts, name.venue, name.reg, name.series, name.seq, arena, &fate) && fate.out;
}

static int judge(struct leave *leave, struct leaving *leaving)
{
    struct shell *shell = leave->shell;
    const struct receipt_fate *fate = &leaving->fate;
    int code;

    if (fate->event.kind != EVENT_RECEIPT && fate->event.kind != EVENT_VOID)
        return complain(shell, EXIT_RED, in_words(shell, "%.*s has no money in a voucher: only receipts and voids are left out",
                        "%.*s har ingen penger i et bilag: bare bonger og annulleringer holdes utenfor"), TEXT(leaving->text));
    if (fate->out)
        return complain(shell, EXIT_RED, in_words(shell, "%.*s is left out already, by decision %" PRIu64,
                        "%.*s er alt holdt utenfor, av beslutning %" PRIu64), TEXT(leaving->text), fate->out);
    if (fate->event.kind == EVENT_RECEIPT && fate->voided && !is_out(leave, leaving->name.venue, fate->void_name))
        return complain(shell, EXIT_RED, in_words(shell, "%.*s is taken back by %.*s: leave that out first",
                        "%.*s er annullert av %.*s: hold den utenfor først"), TEXT(leaving->text), TEXT(fate->void_name));
    code = of_order(leave, leaving);
    return code ? code : of_day(leave, leaving);
}

static int take_amount(struct leave *leave, struct leaving *leaving)
{
    struct shell *shell = leave->shell;
    const char *amount = args_value(leave->args, "amount");

    leaving->told = amount_told(leave, leaving, &leaving->amount);
    if (!amount)
        return EXIT_FINE;
    if (leaving->told)
        return complain(shell, EXIT_RED, in_words(shell, "%.*s says itself what it comes to: --amount is for those that do not",
                        "%.*s sier selv hva den er på: --amount er for dem som ikke gjør det"), TEXT(leaving->text));
    if (!parse_kroner(amount, &leaving->amount))
        return complain(shell, EXIT_USAGE, in_words(shell, "--amount wants kroner such as 125,00, not \"%s\"",
                                                    "--amount skal være kroner, som 125,00, ikke «%s»"), amount);
    if (leaving->fate.event.kind == EVENT_VOID)
        leaving->amount.ore = -leaving->amount.ore;
    leaving->said = true;
    return EXIT_FINE;
}

static int add(struct leave *leave, struct str text)
{
    struct shell *shell = leave->shell;
    struct leaving *leaving = &leave->at[leave->count];
    enum err err;
    int code;

    *leaving = (struct leaving){ .text = text };
    if (receipt_parse(text, &shell->arena, &leaving->name))
        return complain(shell, EXIT_USAGE, in_words(shell, "%.*s is no receipt; they look like oslo-grill/K1/12",
                                                    "%.*s er ingen bong; de ser ut som oslo-grill/K1/12"), TEXT(text));
    for (size_t i = 0; i < leave->count; i++)
        if (str_equal(leave->at[i].text, text))
            return EXIT_FINE;
    err = receipts_find(leave->receipts, leaving->name.venue, leaving->name.reg, leaving->name.series, leaving->name.seq,
                        &shell->arena, &leaving->fate);
    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_RED, in_words(shell, "receipt %.*s is not known: it never came, or it is older than "
                        "retention_days", "bong %.*s er ukjent: den er aldri kommet, eller er eldre enn retention_days"),
                        TEXT(text));
    code = err ? complain_err(shell, err, NULL) : judge(leave, leaving);
    if (!code)
        code = take_amount(leave, leaving);
    leave->count += !code;
    return code;
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
    if (books_venue(leave->books, venue->id, from, to, &shell->arena, &list))
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

static int write_down(const struct leave *leave)
{
    struct shell *shell = leave->shell;
    const char *reason = args_value(leave->args, "reason");

    for (size_t i = 0; i < leave->count; i++) {
        const struct leaving *leaving = &leave->at[i];
        struct str detail = leaving->said ? arena_format(&shell->arena, "%" PRId64, leaving->amount.ore) : STR_NONE;
        uint64_t number;
        int code = shell_decide(shell, "leave-out", leaving->text, detail, str_of(reason), &number);

        if (code)
            return code;
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
    struct fault fault = { "" };
    enum err err;
    int code;

    if (!reason || !reason[strspn(reason, " \t\r\n")] || args->word_count > OUT_MAX ||
        (args->word_count > 0) == args_has(args, "venue") || (args_has(args, "amount") && args->word_count != 1))
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "receipts such as oslo-grill/K1/12 (or --venue) and --reason "
                        "are needed; --amount with one receipt only", "bonger som oslo-grill/K1/12 (eller --venue) og --reason "
                        "må oppgis; --amount bare med én bong"));
    err = leave.at ? books_open(shell->config, &leave.books, &fault) : ERR_MEMORY;
    if (!err)
        err = receipts_open(shell->config, &leave.receipts, &fault);
    code = err ? complain_err(shell, err, &fault) : run(&leave);
    receipts_close(leave.receipts);
    books_close(leave.books);
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
