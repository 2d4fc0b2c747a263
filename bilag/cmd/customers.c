/* customers.c - which customer in PowerOffice a till's customer is. Connections belong to the company: all its
 * venues share them. A connection raises the version of the reference data, so held orders go on by themselves.
 *
 * A number that PowerOffice does not have, or has archived, is refused; before that, its list is read anew, because
 * the customer may have been made a minute ago. */
#include "base/clean.h"
#include "bilag/act/connect.h"
#include "shell.h"
#include "bilag/read/online.h"
#include "domain/event.h"
#include "domain/problem.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_COLUMN = 24 };

struct ledger {
    struct shell *shell;
    struct context context;
    struct customer_ledger of;
};

/* Names come from tills and from PowerOffice: nothing of them may steer a terminal. */
static struct str plain(const struct ledger *ledger, struct str text)
{
    char *copy = arena_alloc(&ledger->shell->arena, text.len + 1);

    if (!copy)
        return STR_NONE;
    if (text.len)
        memcpy(copy, text.bytes, text.len);
    return (struct str){ copy, clean_bytes(copy, text.len) };
}

/* --- gathering --------------------------------------------------------------------------------------------- */

static int ledger_open(struct ledger *ledger, unsigned flags)
{
    enum err err;

    ledger->context = shell_context(ledger->shell);
    ledger->of.context = &ledger->context;
    err = customer_ledger_open(&ledger->of, flags);
    return err ? complain_err(ledger->shell, err, &ledger->context.fault) : EXIT_FINE;
}

/* Who was seen at the company's venues, and who is connected. */
static int gather(struct ledger *ledger)
{
    enum err err = customer_ledger_gather(&ledger->of);

    return err ? complain_err(ledger->shell, err, &ledger->context.fault) : EXIT_FINE;
}

/* --- list -------------------------------------------------------------------------------------------------- */

struct standing { enum colour colour; const char *text; };

static struct standing standing_of(const struct ledger *ledger, const struct till_customer *customer,
                                   const struct ref_customer *ref)
{
    if (!customer->number)
        return (struct standing){ RED, "not connected" };
    if (ledger->of.has_customers && !ref)
        return (struct standing){ RED, "no such number" };
    if (ledger->of.has_customers && ref->archived)
        return (struct standing){ RED, "archived" };
    return (struct standing){ GREEN, "connected" };
}

static void print_till_customer(const struct ledger *ledger, const struct till_customer *customer)
{
    const struct ref_customer *ref = customer->number ? refdata_customer(&ledger->of.data, customer->number) : NULL;
    struct standing standing = standing_of(ledger, customer, ref);
    struct str name = plain(ledger, customer->name), ref_name = plain(ledger, ref ? ref->name : STR_NONE);
    char day[16];

    (void)printf("  %s%-14s%s %-*.*s", paint(ledger->shell, standing.colour), catalogue_words(standing.text),
                 paint(ledger->shell, PLAIN), NAME_COLUMN, TEXT(name));
    if (customer->number)
        (void)printf("  %8" PRId64 " %.*s", customer->number, TEXT(ref_name));
    if (customer->reference.len)
        shell_say("  reference %.*s", TEXT(plain(ledger, customer->reference)));
    if (customer->orders)
        shell_say(customer->orders == 1 ? "  %" PRIu64 " order" : "  %" PRIu64 " orders", customer->orders);
    if (customer->waiting)
        shell_say(", %s%" PRIu64 " waiting%s", paint(ledger->shell, RED), customer->waiting,
                  paint(ledger->shell, PLAIN));
    if (customer->manual)
        shell_say("  %" PRIu64 " to be invoiced by hand", customer->manual);
    if (customer->last_day != INT32_MIN)
        shell_say("  last %s", day_text(customer->last_day, day));
    else
        shell_say("  not seen in any order yet");
    (void)printf("\n");
}

static void print_ref_customer(const struct ledger *ledger, const struct ref_customer *customer)
{
    struct str name = plain(ledger, customer->name), org_no = plain(ledger, customer->org_no);

    (void)printf("  %8" PRId64 "  %-*.*s  %.*s%s%s%s\n", customer->no, NAME_COLUMN, TEXT(name), TEXT(org_no),
                 customer->archived ? paint(ledger->shell, RED) : "", customer->archived ? catalogue_words("  archived") : "",
                 customer->archived ? paint(ledger->shell, PLAIN) : "");
}

static void print_powers_customers(const struct ledger *ledger, struct str search)
{
    size_t shown = 0;
    char when[32];

    if (!ledger->of.has_customers) {
        shell_say("\nPowerOffice's customers were not read yet: that happens when the first order is looked at, or "
                  "at once with\n  bilag check --venue %.*s --online\n", TEXT(ledger->of.venue->id));
        return;
    }
    shell_say("\n%sCustomers in PowerOffice%s, as read %s\n", paint(ledger->shell, BOLD), paint(ledger->shell, PLAIN),
              time_text_local(ledger->of.venue, ledger->of.data.read_ms, when));
    for (size_t i = 0; i < ledger->of.data.customer_count; i++)
        if (customer_matches(&ledger->of.data.customers[i], search)) {
            print_ref_customer(ledger, &ledger->of.data.customers[i]);
            shown++;
        }
    if (shown == 0)
        shell_say("  none%s\n", search.len ? catalogue_words(" that match") : "");
}

/* The search is by everything on the line: a till customer is also found by whom it is connected with. */
static bool till_matches(const struct ledger *ledger, const struct till_customer *customer, struct str search)
{
    const struct ref_customer *ref = customer->number ? refdata_customer(&ledger->of.data, customer->number) : NULL;

    return customer_name_matches(customer->name, search) || (ref && customer_matches(ref, search));
}

static int list_run(struct ledger *ledger, const struct args *args)
{
    struct str search = str_of(args_value(args, "search"));
    size_t shown = 0;
    int code = ledger_open(ledger, STORE_READ_ONLY);

    if (code == EXIT_FINE)
        code = gather(ledger);
    if (code)
        return code;
    shell_say("%sTill customers of company %.*s%s\n", paint(ledger->shell, BOLD), TEXT(ledger->of.venue->company),
              paint(ledger->shell, PLAIN));
    for (size_t i = 0; i < ledger->of.till.count; i++)
        if (till_matches(ledger, &ledger->of.till.at[i], search)) {
            print_till_customer(ledger, &ledger->of.till.at[i]);
            shown++;
        }
    if (shown == 0)
        shell_say("  none%s\n",
                  catalogue_words(search.len ? " that match" : " seen yet: they come with the first credit sale"));
    print_powers_customers(ledger, search);
    return EXIT_FINE;
}

/* --- connect ----------------------------------------------------------------------------------------------- */

/* The list anew; what is known already stays if PowerOffice cannot be asked now. */
static void read_again(struct ledger *ledger)
{
    struct fault fault = { "" };
    struct online *online;
    enum err err, result;

    if (!ledger->of.venue->client_key.len || shell_online(ledger->shell, ONLINE_READS, &online, &fault))
        return;
    online_read(online, &ledger->of.venue, 1, REF_CUSTOMERS, &result);
    err = result ? result : customer_ledger_load(&ledger->of);
    if (err)
        (void)complain(ledger->shell, EXIT_RED, "PowerOffice's customers could not be read anew: %s", online_why(online, err));
    online_close(online);
}

/* Why this number cannot be connected; false: it can. */
static bool number_is_wrong(struct ledger *ledger, int64_t number, struct fault *fault)
{
    enum err err = connect_judge(&ledger->of, number);

    *fault = ledger->context.fault;
    return err != ERR_OK;
}

static int connect_one(struct ledger *ledger, struct str till_customer, int64_t number, const char *reason)
{
    struct str name = plain(ledger, till_customer);
    const struct ref_customer *customer = refdata_customer(&ledger->of.data, number);
    uint64_t decision;
    enum err err = customer_connect(&ledger->of, till_customer, number, CONNECTED_ANYHOW, str_of(reason), &decision);

    if (err == ERR_TOO_LONG)
        return complain(ledger->shell, EXIT_USAGE, "the till customer's name is too long");
    if (err)
        return complain_err(ledger->shell, err, &ledger->context.fault);
    shell_say("%sconnected%s  %.*s  %" PRId64 "%s%.*s%s\n", paint(ledger->shell, GREEN), paint(ledger->shell, PLAIN),
              TEXT(name), number, customer ? " " : "", TEXT(plain(ledger, customer ? customer->name : STR_NONE)),
              decision ? "" : catalogue_words("  (already)"));
    return EXIT_FINE;
}

static void note_unread(const struct ledger *ledger)
{
    if (!ledger->of.has_customers)
        shell_say("PowerOffice's customers were not read yet, so the number could not be checked; it will be before "
                  "anything is sent.\n");
}

static bool was_seen(const struct till_customer *customer)
{
    return customer && customer->orders + customer->manual > 0;
}

/* A name that no order has had may be a slip of the pen: its orders would stay held without a word. */
static int note_unseen(struct ledger *ledger, struct str till_customer)
{
    struct str name = plain(ledger, till_customer);
    size_t alike = 0;
    int code = gather(ledger);

    if (code || was_seen(till_customers_of(&ledger->of.till, till_customer)))
        return code;
    shell_say("No order of %.*s has been seen yet; it is connected for those to come.\n", TEXT(name));
    for (size_t i = 0; i < ledger->of.till.count; i++) {
        struct str seen = ledger->of.till.at[i].name;

        if (was_seen(&ledger->of.till.at[i]) &&
            (customer_name_matches(seen, till_customer) || customer_name_matches(till_customer, seen)))
            (void)printf("%s%.*s", alike++ ? ", " : catalogue_words("Did you mean one that has been seen: "),
                         TEXT(plain(ledger, seen)));
    }
    (void)printf("%s", alike ? "?\n" : "");
    return EXIT_FINE;
}

/* Kept with the connection, and in the trail as everything that decides what is sent. */
static int keep_reference(struct ledger *ledger, struct str till_customer, const char *reference, const char *reason)
{
    struct arena *arena = &ledger->shell->arena;
    struct str before, wanted = str_of(reference), shown = plain(ledger, wanted);
    enum err err = customer_link_get_reference(ledger->of.store, ledger->of.venue->company, till_customer, arena, &before);
    int code;

    if (err)
        return complain_err(ledger->shell, err, NULL);
    if (!str_equal(before, wanted)) {
        code = shell_decide(ledger->shell, "customer-reference", arena_format(arena, STR_FMT "/" STR_FMT,
                      STR_ARG(ledger->of.venue->company), STR_ARG(till_customer)),
                            arena_format(arena, "\"" STR_FMT "\" (was \"" STR_FMT "\")", STR_ARG(shown),
                                         STR_ARG(plain(ledger, before))), str_of(reason), NULL);
        if (code)
            return code;
        err = customer_link_put_reference(ledger->of.store, ledger->of.venue->company, till_customer, wanted);
        if (err)
            return complain(ledger->shell, EXIT_RED, "the reference was not kept: %s", err_text(err));
    }
    if (wanted.len)
        shell_say("Its orders say the reference %.*s, where the receipt says none.\n", TEXT(shown));
    else
        shell_say("Its orders say the till's order number as reference, where the receipt says none.\n");
    return EXIT_FINE;
}

static int connect_run(struct ledger *ledger, const struct args *args)
{
    struct str till_customer = str_of(args->words[1]);
    const char *reference = args_value(args, "reference"), *reason = args_value(args, "reason");
    struct fault fault = { "" };
    int64_t number;
    int code;

    if (till_customer.len == 0 || !customer_number_parse(str_of(args->words[2]), &number))
        return complain(ledger->shell, EXIT_USAGE, "%s is no customer number; they are whole numbers such as 10001",
                        args->words[2]);
    if (reference && (strlen(reference) > CUSTOMER_REFERENCE_MAX || !utf8_is_valid(str_of(reference))))
        return complain(ledger->shell, EXIT_USAGE, "a reference is a text of %d characters at most", CUSTOMER_REFERENCE_MAX);
    code = ledger_open(ledger, 0);
    if (code)
        return code;
    if (ledger->of.has_customers && connect_judge(&ledger->of, number))
        read_again(ledger);
    if (number_is_wrong(ledger, number, &fault))
        return complain(ledger->shell, EXIT_RED, "%s", fault.text);
    code = connect_one(ledger, till_customer, number, reason);
    if (!code && reference)
        code = keep_reference(ledger, till_customer, reference, reason);
    if (code)
        return code;
    note_unread(ledger);
    return note_unseen(ledger, till_customer);
}

static int disconnect_run(struct ledger *ledger, const struct args *args)
{
    int64_t before;
    uint64_t decision;
    enum err err;
    int code = ledger_open(ledger, 0);

    if (code)
        return code;
    err = customer_disconnect(&ledger->of, str_of(args->words[1]), 0, str_of(args_value(args, "reason")), &before, &decision);
    if (err == ERR_NOT_FOUND)
        return complain(ledger->shell, EXIT_RED, "%s is not connected", args->words[1]);
    if (err)
        return complain_err(ledger->shell, err, &ledger->context.fault);
    shell_say("disconnected  %s  (was %" PRId64 "). Orders that are not sent yet are held from now on.\n",
              args->words[1], before);
    return EXIT_FINE;
}

/* --- import ------------------------------------------------------------------------------------------------ */

static int read_file(struct ledger *ledger, const char *path, struct str *ret_bytes)
{
    FILE *file = fopen(path, "re");
    char *bytes = arena_alloc(&ledger->shell->arena, CUSTOMER_FILE_MAX + 1);
    size_t len = 0;
    bool failed;

    if (!file)
        return complain(ledger->shell, EXIT_USAGE, "%s cannot be read: %m", path);
    if (bytes)
        len = fread(bytes, 1, CUSTOMER_FILE_MAX + 1, file);
    failed = !bytes || ferror(file);
    (void)fclose(file);
    if (failed)
        return complain(ledger->shell, EXIT_RED, "%s cannot be read", path);
    if (len > CUSTOMER_FILE_MAX)
        return complain(ledger->shell, EXIT_USAGE, "%s is larger than %d MB", path, CUSTOMER_FILE_MAX >> 20);
    *ret_bytes = (struct str){ bytes, len };
    return EXIT_FINE;
}

/* Every wrong row is named; one wrong row and nothing is connected. */
static int rows_are_right(struct ledger *ledger, const char *path, const struct customer_file *file)
{
    struct fault fault = { "" };
    bool unknown = false;
    int code = EXIT_FINE;

    for (size_t i = 0; i < file->fault_count; i++)
        code = complain(ledger->shell, EXIT_USAGE, "%s %s", path, file->faults[i].text);
    if (!code && file->count == 0)
        code = complain(ledger->shell, EXIT_USAGE, "%s has no row with a till customer and a number", path);
    for (size_t i = 0; i < file->count && !unknown; i++)
        unknown = !customer_is_usable(&ledger->of, file->rows[i].number);
    if (!code && ledger->of.has_customers && unknown)
        read_again(ledger);
    for (size_t i = 0; i < file->count; i++)
        if (number_is_wrong(ledger, file->rows[i].number, &fault))
            code = complain(ledger->shell, EXIT_RED, "%s line %" PRIu64 ": %s", path, file->rows[i].line, fault.text);
    if (code)
        return complain(ledger->shell, code, "nothing was connected");
    return EXIT_FINE;
}

static int import_run(struct ledger *ledger, const struct args *args)
{
    const char *path = args->words[1];
    struct customer_file file;
    struct str bytes;
    size_t unseen = 0;
    enum err err;
    int code = read_file(ledger, path, &bytes);

    if (code)
        return code;
    err = customer_file_parse(bytes, &ledger->shell->arena, &file);
    if (err)
        return complain_err(ledger->shell, err, NULL);
    code = ledger_open(ledger, 0);
    if (code == EXIT_FINE)
        code = rows_are_right(ledger, path, &file);
    for (size_t i = 0; i < file.count && code == EXIT_FINE; i++)
        code = connect_one(ledger, file.rows[i].till_customer, file.rows[i].number, args_value(args, "reason"));
    if (code == EXIT_FINE)
        code = gather(ledger);
    if (code)
        return code;
    note_unread(ledger);
    for (size_t i = 0; i < file.count; i++)
        unseen += !was_seen(till_customers_of(&ledger->of.till, file.rows[i].till_customer));
    if (unseen)
        shell_say("Of %zu connections, %zu are of customers that no order has had yet (bilag customers list).\n", file.count,
                  unseen);
    return EXIT_FINE;
}

/* --- suggest ----------------------------------------------------------------------------------------------- */

static const char *const why[] = {
    [SUGGEST_NONE] = "nobody alike", [SUGGEST_ORG_NO] = "same organisation number", [SUGGEST_NAME] = "same name",
    [SUGGEST_SEVERAL] = "several alike: choose with list --search",
};

static void print_suggestion(const struct ledger *ledger, const struct till_customer *till)
{
    const struct ref_customer *customer = NULL;
    enum suggestion suggestion = customer_suggest(&ledger->of.data, till->name, &customer);
    struct str name = plain(ledger, till->name);

    (void)printf("  %-*.*s  ", NAME_COLUMN, TEXT(name));
    if (suggestion == SUGGEST_ORG_NO || suggestion == SUGGEST_NAME)
        (void)printf("%8" PRId64 " %.*s (%s)\n", customer->no, TEXT(plain(ledger, customer->name)),
                     catalogue_words(why[suggestion]));
    else
        (void)printf("%s\n", catalogue_words(why[suggestion]));
}

static int suggest_run(struct ledger *ledger, const struct args *args)
{
    size_t shown = 0;
    int code = ledger_open(ledger, STORE_READ_ONLY);

    (void)args;
    if (code == EXIT_FINE)
        code = gather(ledger);
    if (code)
        return code;
    if (!ledger->of.has_customers)
        return complain(ledger->shell, EXIT_RED, "PowerOffice's customers were not read yet; `bilag check --venue %.*s "
                        "--online` reads them", TEXT(ledger->of.venue->id));
    for (size_t i = 0; i < ledger->of.till.count; i++)
        if (!ledger->of.till.at[i].number) {
            print_suggestion(ledger, &ledger->of.till.at[i]);
            shown++;
        }
    if (shown)
        shell_say("To connect: bilag customers --venue %.*s connect TILL-CUSTOMER NUMBER\n", TEXT(ledger->of.venue->id));
    else
        shell_say("Every till customer seen so far is connected.\n");
    return EXIT_FINE;
}

/* --- the command ------------------------------------------------------------------------------------------- */

static const struct action {
    const char *name;
    size_t words;
    int (*run)(struct ledger *ledger, const struct args *args);
} actions[] = {
    { "list", 1, list_run },       { "connect", 3, connect_run }, { "disconnect", 2, disconnect_run },
    { "import", 2, import_run },   { "suggest", 1, suggest_run },
};

static int customers_run(struct shell *shell, const struct args *args)
{
    const char *word = args->word_count ? args->words[0] : "list";
    struct ledger ledger = { .shell = shell, .of.venue = shell_venue(shell, args_value(args, "venue")) };
    int code = EXIT_USAGE;

    if (!ledger.of.venue)
        return EXIT_USAGE;
    for (size_t i = 0; i < COUNT(actions); i++)
        if (strcmp(actions[i].name, word) == 0) {
            if (args->word_count && args->word_count != actions[i].words)
                return complain(shell, EXIT_USAGE, "%s wants %zu words after it; see bilag customers --help", word,
                                actions[i].words - 1);
            code = actions[i].run(&ledger, args);
            refstore_close(ledger.of.store);
            return code;
        }
    return complain(shell, code, "there is no `bilag customers %s`; see bilag customers --help", word);
}

static const struct option options[] = {
    { "venue", "VENUE", "whose company" },
    { "search", "TEXT", "list: part of a name, or how a number or organisation number begins" },
    { "reference", "TEXT", "connect: the buyer's reference for its orders; an empty one takes it away" },
    { "reason", "TEXT", "why; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_customers = {
    "customers",
    "--venue VENUE list [--search TEXT]\n--venue VENUE connect TILL-CUSTOMER NUMBER [--reference TEXT] [--reason TEXT]\n"
    "--venue VENUE disconnect TILL-CUSTOMER [--reason TEXT]\n--venue VENUE import FILE.csv\n--venue VENUE suggest",
    "which customer in PowerOffice a till's customer is; connected ones show green", options, customers_run,
};
