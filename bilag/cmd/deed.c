#include "deed.h"


#include <inttypes.h>
#include <string.h>

/* A reason of blanks is none. */
static bool has_reason(const struct args *args)
{
    const char *reason = args_value(args, "reason");

    return reason && reason[strspn(reason, " \t\r\n")];
}

static bool add(struct choice *choice, const struct book_doc *doc)
{
    if (choice->count == choice->room) {
        size_t room = choice->room ? choice->room * 2 : 16;
        struct book_doc *docs = arena_array(&choice->shell->arena, room, sizeof *docs);

        if (!docs)
            return false;
        if (choice->count)
            memcpy(docs, choice->docs, choice->count * sizeof *docs);
        choice->docs = docs;
        choice->room = room;
    }
    choice->docs[choice->count++] = *doc;
    return true;
}

static int add_named(struct choice *choice, struct books *books, const char *name)
{
    struct shell *shell = choice->shell;
    struct book_doc doc;
    struct doc parsed;
    const char *objection;
    enum err err;

    if (doc_parse(str_of(name), &parsed))
        return complain(shell, EXIT_USAGE, in_words(shell, "%s is no document's name; they look like oslo-grill/2026-11-20/1 "
                        "or oslo-grill/order/K1/6", "%s er ikke navnet på et dokument; de ser ut som oslo-grill/2026-11-20/1 "
                                                    "eller "
                        "oslo-grill/order/K1/6"), name);
    for (size_t i = 0; i < choice->count; i++)
        if (str_equal(choice->docs[i].id, str_of(name)))
            return EXIT_FINE;                /* named twice */
    err = books_doc(books, str_of(name), &shell->arena, &doc);
    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_USAGE, in_words(shell, "there is no document %s; `bilag status` shows those there are",
                        "dokumentet %s finnes ikke; `bilag status` viser dem som finnes"), name);
    if (err)
        return complain_err(shell, err, NULL);
    objection = choice->deed->objection(&choice->question, &doc);
    if (objection)
        return complain(shell, EXIT_RED, "%s", objection);
    return add(choice, &doc) ? EXIT_FINE : complain_err(shell, ERR_MEMORY, NULL);
}

static int add_chosen(struct choice *choice, struct books *books)
{
    struct shell *shell = choice->shell;
    const struct venue *venue = shell_venue(shell, args_value(choice->args, "venue"));
    struct book_list list;
    int32_t from, to;
    enum err err;

    if (!venue || !shell_day(shell, choice->args, "from", INT32_MIN, &from) ||
        !shell_day(shell, choice->args, "to", INT32_MAX, &to))
        return EXIT_USAGE;
    if (!args_has(choice->args, "from") || !args_has(choice->args, "to"))
        return complain(shell, EXIT_USAGE, "%s", in_words(shell, "--from DATE and --to DATE are needed with --venue",
                                                          "--from DATO og --to DATO må oppgis sammen med --venue"));
    err = books_venue(books, venue->id, from, to, &shell->arena, &list);
    for (size_t i = 0; !err && i < list.count; i++) {
        const struct book_doc *doc = &list.docs[i];

        if (book_doc_is_empty(doc) || (choice->has_code && !problems_have(&doc->draft.problems, choice->question.code)) ||
            choice->deed->objection(&choice->question, doc))
            continue;
        if (!add(choice, doc))
            err = ERR_MEMORY;
    }
    if (err)
        return complain_err(shell, err, NULL);
    if (choice->count)
        return EXIT_FINE;
    return complain(shell, EXIT_RED, "%s", in_words(shell, "no document of these days is to be decided so",
                                                    "ingen dokumenter i disse dagene kan avgjøres slik"));
}

static int collect(struct choice *choice, size_t words)
{
    struct fault fault = { "" };
    struct books *books;
    int code = EXIT_FINE;
    enum err err = books_open(choice->shell->config, &books, &fault);

    if (err)
        return complain_err(choice->shell, err, &fault);
    for (size_t i = 0; code == EXIT_FINE && i < words; i++)
        code = add_named(choice, books, choice->args->words[i]);
    if (code == EXIT_FINE && !words)
        code = add_chosen(choice, books);
    books_close(books);
    return code;
}

static void show(const struct choice *choice)
{
    const struct shell *shell = choice->shell;
    char amount[MONEY_TEXT_SIZE];
    struct money total = { 0 };
    bool has_total = true;

    (void)printf("%s:\n", in_words(shell, choice->deed->en, choice->deed->nb));
    for (size_t i = 0; i < choice->count; i++) {
        const struct book_doc *doc = &choice->docs[i];
        const struct problems *problems = &doc->draft.problems;

        (void)printf("  %-8s %-30.*s %14s", doc_state_text(doc->state), TEXT(doc->id),
                     money_kroner(doc->draft.total, amount));
        for (size_t k = 0; k < problems->count; k++)
            if (k == 0 || problems->at[k].code != problems->at[k - 1].code)
                (void)printf("%s%s", k ? ", " : "  ", problem_code_text(problems->at[k].code));
        (void)printf("\n");
        has_total = has_total && !money_add(total, doc->draft.total, &total);
    }
    if (choice->count > 1 && has_total)
        (void)printf("  %-8s %-30zu %14s\n", in_words(shell, "total", "i alt"), choice->count, money_kroner(total, amount));
}

static int write_down(struct choice *choice)
{
    struct shell *shell = choice->shell;
    const struct deed *deed = choice->deed;
    const char *reason = args_value(choice->args, "reason");

    for (size_t i = 0; i < choice->count; i++) {
        struct str id = choice->docs[i].id;
        struct str detail = deed->detail ? deed->detail(&choice->question, &choice->docs[i]) : STR_NONE;
        uint64_t number;
        int code = shell_decide(shell, deed->verb, id, detail, str_of(reason), &number);

        if (code)
            return code;
        (void)printf(in_words(shell, "decision %" PRIu64 ": %s %.*s%s%.*s, because %s. It takes effect within a second while "
                              "the stages run.\n",
                              "beslutning %" PRIu64 ": %s %.*s%s%.*s, fordi %s. Den virker innen et sekund når prosessene "
                              "kjører.\n"),
                     number, deed->verb, TEXT(id), detail.len ? " " : "", TEXT(detail), reason);
    }
    return EXIT_FINE;
}

/* The last word of accept is the problem, unless --problem says it. */
static int take_code(struct choice *choice, size_t *words)
{
    struct shell *shell = choice->shell;
    const char *code = args_value(choice->args, "problem");

    if (!code && choice->deed->needs_code && *words >= 2)
        code = choice->args->words[--*words];
    if (!code && choice->deed->needs_code)
        return complain(shell, EXIT_USAGE, in_words(shell, "which problem? see bilag %s --help",
                                                    "hvilket problem? se bilag %s --help"), shell->command);
    choice->has_code = code != NULL;
    if (code && !problem_code_parse(str_of(code), &choice->question.code))
        return complain(shell, EXIT_USAGE, in_words(shell, "there is no problem called %s", "det finnes ikke noe problem som "
                                                    "heter %s"), code);
    return EXIT_FINE;
}

int deed_run(struct shell *shell, const struct args *args, const struct deed *deed)
{
    struct choice choice = { .shell = shell, .args = args, .deed = deed, .context = shell_context(shell) };
    size_t words = args->word_count;
    int code;

    if (!has_reason(args))
        return complain(shell, EXIT_USAGE, in_words(shell, "--reason \"why\" is needed: it is kept in the audit trail; see "
                        "bilag %s --help", "--reason \"hvorfor\" må oppgis: den lagres i revisjonssporet; se bilag %s --help"),
                        shell->command);
    if (!words && !args_has(args, "venue"))
        return complain(shell, EXIT_USAGE, in_words(shell, "wrong number of arguments; see bilag %s --help",
                                                    "feil antall argumenter; se bilag %s --help"), shell->command);
    code = take_code(&choice, &words);
    if (!code && words && args_has(args, "venue"))
        code = complain(shell, EXIT_USAGE, "%s", in_words(shell, "name documents, or choose them with --venue: not both",
                                                          "nevn dokumenter, eller velg dem med --venue: ikke begge deler"));
    choice.by_name = words > 0;
    choice.question.context = &choice.context;
    if (!code)
        code = collect(&choice, words);
    if (code)
        return code;
    show(&choice);
    if ((choice.count > 1 || !choice.by_name) && !shell_confirm(shell, args, in_words(shell, "Do it?", "Utføre?")))
        return EXIT_USAGE;
    return write_down(&choice);
}
