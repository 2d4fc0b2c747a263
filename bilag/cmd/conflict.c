/* conflict.c - choose, restarted: what a number that came again with another content is (docs/rules.md section 8). */
#include "bilag/read/books.h"
#include "bilag/read/receipts.h"
#include "shell.h"

#include "mapper/refold.h"
#include "mapper/tables.h"
#include "domain/register.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 30 };

/* The receipt that was named, and what is known of its number. */
struct contested {
    struct shell *shell;
    const struct venue *venue;
    struct str text;
    struct receipt_name name;
    struct receipts *receipts;
    struct receipt_fate fate;
};

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

/* Opens the receipts; the caller closes them, whatever the answer. */
static int find(struct shell *shell, const struct args *args, size_t words, struct contested *contested)
{
    struct fault fault = { "" };
    enum err err;

    *contested = (struct contested){ .shell = shell, .text = args->word_count ? str_of(args->words[0]) : STR_NONE };
    if (args->word_count != words || !has_reason(args))
        return complain(shell, EXIT_USAGE, in_words(shell, "a receipt such as oslo-grill/K1/12 and --reason are needed; see "
                        "bilag %s --help", "en bong som oslo-grill/K1/12 og --reason må oppgis; se bilag %s --help"),
                        shell->command);
    if (receipt_parse(contested->text, &shell->arena, &contested->name))
        return complain(shell, EXIT_USAGE, in_words(shell, "%s is no receipt; they look like oslo-grill/K1/12, or "
                        "oslo-grill/K1/Z12", "%s er ingen bong; de ser ut som oslo-grill/K1/12 eller oslo-grill/K1/Z12"),
                        args->words[0]);
    contested->venue = config_venue(shell->config, contested->name.venue);
    if (!contested->venue)
        return complain(shell, EXIT_USAGE, in_words(shell, "there is no venue %.*s", "det finnes ikke noe sted %.*s"),
                        TEXT(contested->name.venue));
    err = receipts_open(shell->config, &contested->receipts, &fault);
    if (!err)
        err = receipts_find(contested->receipts, contested->name.venue, contested->name.reg, contested->name.series,
                            contested->name.seq, &shell->arena, &contested->fate);
    if (err && err != ERR_NOT_FOUND)
        return complain_err(shell, err, &fault);
    if (err && !contested->fate.other_count)
        return complain(shell, EXIT_RED, in_words(shell, "receipt %.*s is not known: it never came, or it is older than "
                        "retention_days (%d)", "bong %.*s er ukjent: den har aldri kommet, eller er eldre enn retention_days "
                        "(%d)"), TEXT(contested->text), shell->config->retention_days);
    if (!contested->fate.other_count)
        return complain(shell, EXIT_RED, in_words(shell, "no other content came under the number of %.*s: there is nothing to "
                        "decide", "ikke noe annet innhold er kommet under nummeret til %.*s: det er ingenting å avgjøre"),
                        TEXT(contested->text));
    return EXIT_FINE;
}

static int written(const struct contested *contested, const char *verb, struct str detail, const char *reason)
{
    struct shell *shell = contested->shell;
    uint64_t number;
    int code = shell_decide(shell, verb, contested->text, detail, str_of(reason), &number);

    if (code == EXIT_FINE)
        (void)printf(in_words(shell, "decision %" PRIu64 ": %s %.*s, because %s. It takes effect within a second while the "
                              "stages run.\n", "beslutning %" PRIu64 ": %s %.*s, fordi %s. Det virker innen et sekund når "
                              "prosessene kjører.\n"), number, verb, TEXT(contested->text), reason);
    return code;
}

static void show(const struct contested *contested, const char *what, const struct event *event, int32_t day)
{
    struct money amount = event->amount, payments;
    char when[32], date[16], text[MONEY_TEXT_SIZE];

    if (event->kind == EVENT_RECEIPT && receipt_sums(event, &amount, &payments))
        amount.ore = 0;
    (void)printf("  %-24s %-13s %14s kr  %s  (%s)\n", what, catalogue_words(event_kind_text(event->kind)),
                 money_kroner(amount, text),
                 time_text_local(contested->venue, event->time * 1000, when), day_text(day, date));
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

struct chosen { const struct event *event; uint64_t place; int32_t day; bool booked; };

static size_t contents_of(const struct contested *contested, struct chosen *list)
{
    const struct receipt_fate *fate = &contested->fate;
    size_t count = 0, at = 0;
    bool known = fate->place > 0, put = !known;

    for (; count < fate->other_count + known; count++) {
        if (!put && (at == fate->other_count || fate->place < fate->others[at].place)) {
            list[count] = (struct chosen){ &fate->event, fate->place, fate->day, true };
            put = true;
            continue;
        }
        list[count] = (struct chosen){ &fate->others[at].event, fate->others[at].place, fate->others[at].day, false };
        at++;
    }
    return count;
}

/* The voucher or order that is sent, or may be on its way, with the receipt in it. NULL: none. */
static struct str sent_with(const struct contested *contested, const struct chosen *content)
{
    struct shell *shell = contested->shell;
    struct fault fault = { "" };
    struct book_list list = { 0 };
    struct books *books;
    struct str found = STR_NONE;

    if (books_open(shell->config, &books, &fault))
        return STR_NONE;
    if (!books_venue(books, contested->name.venue, content->day, content->day, &shell->arena, &list))
        for (size_t i = 0; i < list.count; i++) {
            const struct book_doc *doc = &list.docs[i];
            const struct doc *is = &doc->draft.doc;
            bool has = is->kind == DOC_ORDER
                ? is->seq == contested->name.seq && str_equal(is->reg, contested->name.reg)
                : content->place > doc->draft.from && content->place <= doc->draft.upto;

            if (has && doc->status.sealed)
                found = doc->id;
        }
    books_close(books);
    return found;
}

/* The content that came first is no longer kept, and what it was booked in is sent: it stands. */
static int choose_kept(const struct contested *contested, const struct args *args)
{
    struct shell *shell = contested->shell;
    const struct receipt_fate *fate = &contested->fate;

    if (which(args->words[1]) != 1)
        return complain(shell, EXIT_RED, in_words(shell, "what came first under the number of %.*s was booked, and its "
                        "content is no longer kept: it is not exchanged. bilag choose %.*s first lists the later one as not booked, to be "
                        "entered by hand; if the register counts anew, bilag restarted %.*s",
                        "det som kom først under nummeret til %.*s, er bokført, og innholdet er ikke lenger lagret: det byttes "
                        "ikke ut. bilag choose %.*s first viser det senere som ikke bokført, så det kan føres manuelt; teller "
                        "kassen på nytt, bilag restarted %.*s"), TEXT(contested->text), TEXT(contested->text), TEXT(contested->text));
    for (size_t i = 0; i < fate->other_count; i++)
        show(contested, in_words(shell, "not booked", "bokføres ikke"), &fate->others[i].event, fate->others[i].day);
    if (!shell_confirm(shell, args, in_words(shell, "Do it?", "Utføre?")))
        return EXIT_USAGE;
    return written(contested, "choose", STR_NONE, args_value(args, "reason"));
}

static int choose_content(const struct contested *contested, const struct args *args)
{
    struct shell *shell = contested->shell;
    struct chosen list[RECEIPT_OTHERS_MAX + 1];
    size_t count = contents_of(contested, list), number = which(args->words[1]);
    struct str sent;

    if (number == 0 || number > count)
        return complain(shell, EXIT_USAGE, in_words(shell, "first, second or a number up to %zu, as bilag explain lists them",
                                                    "first, second eller et tall opp til %zu, slik bilag explain viser dem"),
                        count);
    for (size_t i = 0; i < count; i++) {
        bool chosen = i + 1 == number;

        show(contested, chosen ? in_words(shell, "booked", "bokføres") : in_words(shell, "not booked", "bokføres ikke"),
             list[i].event, list[i].day);
        sent = list[i].booked != chosen ? sent_with(contested, &list[i]) : STR_NONE;
        if (sent.len)
            return complain(shell, EXIT_RED, in_words(shell, "%.*s is sent with the first content: reverse it first (bilag "
                            "reverse), or take an order back in PowerOffice", "%.*s er sendt med det første innholdet: reverser "
                            "det først (bilag reverse), eller trekk ordren tilbake i PowerOffice"), TEXT(sent));
    }
    if (!shell_confirm(shell, args, in_words(shell, "Do it?", "Utføre?")))
        return EXIT_USAGE;
    return written(contested, "choose", arena_format(&shell->arena, "%" PRIu64, list[number - 1].place),
                   args_value(args, "reason"));
}

static int choose_run(struct shell *shell, const struct args *args)
{
    struct contested contested;
    int code = find(shell, args, 2, &contested);

    if (!code)
        code = contested.fate.place ? choose_content(&contested, args) : choose_kept(&contested, args);
    receipts_close(contested.receipts);
    return code;
}

const struct cmd cmd_choose = {
    "choose", "RECEIPT first|second --reason TEXT",
    "which of the contents that came under one number is right; the others are listed as not booked", options, choose_run,
};

/* --- restarted --- */

struct run_preview { const struct contested *contested; struct str next; size_t count; struct money sum; };

static enum err placed_seen(const struct placed *placed, void *context)
{
    struct run_preview *preview = context;
    struct money amount, payments;

    preview->count++;
    if (placed->event->kind == EVENT_RECEIPT && !receipt_sums(placed->event, &amount, &payments) &&
        money_add(preview->sum, amount, &preview->sum))
        preview->sum.ore = 0;
    if (preview->count <= SHOWN_MAX) {
        struct str name = arena_format(&preview->contested->shell->arena, STR_FMT " -> " STR_FMT "%.*s",
                                       STR_ARG(placed->name), STR_ARG(preview->next),
                                       (int)(placed->name.len - preview->contested->name.reg.len),
                                       placed->name.bytes + preview->contested->name.reg.len);

        show(preview->contested, name.bytes ? name.bytes : "?", placed->event, placed->day);
    }
    return ERR_OK;
}

/* The first content that nobody has decided about: from its place on. 0: there is none. */
static uint64_t first_open(const struct receipt_fate *fate)
{
    for (size_t i = 0; i < fate->other_count; i++)
        if (fate->others[i].open)
            return fate->others[i].place;
    return 0;
}

static int begin_run(const struct contested *contested, const struct args *args)
{
    struct shell *shell = contested->shell;
    const struct receipt_name *name = &contested->name;
    struct str base = register_base(name->reg);
    unsigned run = name->reg.len == base.len ? 2 : (unsigned)strtoul(name->reg.bytes + base.len + 1, NULL, 10) + 1;
    struct run_preview preview = { .contested = contested,
                                   .next = arena_format(&shell->arena, STR_FMT "~%u", STR_ARG(base), run) };
    uint64_t place = first_open(&contested->fate);
    char text[MONEY_TEXT_SIZE];
    enum err err;

    if (place == 0)
        return complain(shell, EXIT_RED, in_words(shell, "it is decided already what %.*s is",
                                                  "det er alt avgjort hva %.*s er"), TEXT(contested->text));
    (void)printf(in_words(shell, "Register %.*s counts anew as %.*s; what was sent before stays as it is:\n",
                          "Kasse %.*s teller på nytt som %.*s; det som alt er sendt, blir som det er:\n"), TEXT(base),
                 TEXT(preview.next));
    err = receipts_from(contested->receipts, name->venue, name->reg, place, placed_seen, &preview);
    if (err)
        return complain_err(shell, err, NULL);
    (void)printf(in_words(shell, "%zu numbers, sales of %s kr together\n", "%zu numre, salg for %s kr til sammen\n"),
                 preview.count, money_kroner(preview.sum, text));
    if (preview.count > REFOLD_MAX)
        return complain(shell, EXIT_RED, in_words(shell, "at most %d numbers can be moved at once: say which one is right with "
                        "bilag choose, or let the till go on with other numbers", "høyst %d numre kan flyttes på én gang: si hvilken "
                        "som er riktig med bilag choose, eller la kassen fortsette med andre numre"), (int)REFOLD_MAX);
    if (!shell_confirm(shell, args, in_words(shell, "Do it?", "Utføre?")))
        return EXIT_USAGE;
    return written(contested, "restarted", arena_format(&shell->arena, "%" PRIu64, place), args_value(args, "reason"));
}

static int restarted_run(struct shell *shell, const struct args *args)
{
    struct contested contested;
    int code = find(shell, args, 1, &contested);

    if (!code)
        code = begin_run(&contested, args);
    receipts_close(contested.receipts);
    return code;
}

const struct cmd cmd_restarted = {
    "restarted", "RECEIPT --reason TEXT",
    "from this receipt on its register counts its numbers anew: what came under known numbers is booked as well", options,
    restarted_run,
};
