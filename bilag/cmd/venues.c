/* venues.c - which venues there are, and a new one like another or from the books' own chart (act/venue_setup.h,
 * act/first_venue.h). Their connection to PowerOffice is connect.c. */
#include "bilag/act/first_venue.h"
#include "bilag/act/key_drop.h"
#include "bilag/act/keyfile.h"
#include "bilag/act/venue_setup.h"
#include "connect.h"
#include "new_key.h"
#include "base/form.h"
#include "base/secret.h"
#include "base/wholefile.h"
#include "domain/setup.h"
#include "domain/venue.h"
#include "poweroffice/privilege.h"
#include "poweroffice/right_books.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { FILE_PERMISSIONS = 0644, DAY_MS = 24 * 3600 * 1000 };

/* --- list -------------------------------------------------------------------------------------------------- */

struct standing { enum colour colour; const char *text; };

static struct standing standing_of(struct refstore *store, const struct venue *venue)
{
    struct ref_summary summary;

    if (!venue->client_key.len)
        return (struct standing){ RED, "no client key" };
    if (!store || refdata_summary(store, venue->client_id, &summary))
        return (struct standing){ YELLOW, "not tried yet" };
    if (summary.subscription_refused)
        return (struct standing){ RED, "subscription key refused" };
    if (summary.login_refused)
        return (struct standing){ RED, "key refused" };
    if (!(summary.have & REF_PRIVILEGES))
        return (struct standing){ YELLOW, "not tried yet" };
    if (!right_books(store, venue->client_id, venue->company))
        return (struct standing){ RED, "other client" };
    return summary.rights_lacking & privileges_of_matter(venue) ? (struct standing){ YELLOW, "rights missing" }
                                                                : (struct standing){ GREEN, "connected" };
}

static void show_venue(const struct shell *shell, const struct venue *venue, struct standing standing)
{
    int32_t today = venue_business_day(venue, clock_now_ms() / 1000);
    struct str department = venue_department(venue, today);
    const char *on = setup_transfer_allowed(shell->config, venue) ? "on" : "refused: bilag check";

    (void)printf("%s%-20.*s%s %s%-15s%s %.*s\n", paint(shell, BOLD), TEXT(venue->id), paint(shell, PLAIN),
                 paint(shell, standing.colour), catalogue_words(standing.text), paint(shell, PLAIN), TEXT(venue->name));
    shell_say("    company %.*s, %s%.*s%sextension %s; transfer %s, invoicing %s\n", TEXT(venue->company),
              department.len ? catalogue_words("department ") : "", TEXT(department), department.len ? ", " : "",
              extension_text(venue->extension), venue_switch(&venue->auto_transfer, today) ? on : catalogue_words("off"),
              venue_switch(&venue->auto_invoice, today) ? on : catalogue_words("off"));
}

static int list(struct shell *shell)
{
    const struct config *config = shell->config;
    struct refstore *store = NULL;
    struct fault fault = { "" };
    enum err err = refstore_open(config->state_dir, STORE_READ_ONLY, &store, &fault);

    if (err && err != ERR_NOT_FOUND)
        return complain_err(shell, err, &fault);
    for (size_t i = 0; i < config->venue_count; i++)
        show_venue(shell, &config->venues[i], standing_of(err ? NULL : store, &config->venues[i]));
    if (!err)
        refstore_close(store);
    for (size_t i = 0; i < config->fault_count; i++)
        shell_say("%s%-20.*s%s %sleft out%s        %s\n", paint(shell, BOLD), TEXT(config->fault_venues[i]),
                  paint(shell, PLAIN), paint(shell, RED), paint(shell, PLAIN), config->faults[i].text);
    return config->fault_count ? EXIT_RED : EXIT_FINE;
}

/* --- setup ------------------------------------------------------------------------------------------------- */

static void tell_setup(const struct venue_wish *wish, const struct venue_made *made)
{
    shell_say("%.*s is written: accounts, VAT codes, product and payment types are those of %.*s; automatic transfer "
              "and invoicing are off.\n", TEXT(made->path), TEXT(wish->like));
    shell_say("Company %.*s, %s%.*s%s%s%.*s.\n", TEXT(made->company),
              wish->department.len ? catalogue_words("department ") : "",
              TEXT(wish->department), wish->department.len ? ", " : "",
              catalogue_words(wish->share_key ? "the client key of " : "extension "),
              TEXT(wish->share_key ? wish->like : str_of(made->extension)));
    if (made->no_registers)
        shell_say("Not taken over: registers. Write those that must report every day.\n");
    if (made->no_locations)
        shell_say("Not taken over: saft.locations. Write the names that are this venue in its SAF-T files.\n");
    if (wish->share_key)
        shell_say("Running stages take it up when they reload (SIGHUP; `systemctl reload 'bilag-*'`).\n"
                  "Next: bilag check --venue %.*s --online\n", TEXT(wish->id));
    else
        shell_say("Next: bilag venues connect %.*s\n", TEXT(wish->id));
}

static enum err put_first(const struct first_wish *wish, const struct refdata *data, const char *path,
                          enum wholefile_mode mode, struct fault *fault)
{
    struct strbuf text;
    enum err err;

    strbuf_init(&text, FORM_BYTES_MAX);
    err = first_venue_text(wish, data, (int32_t)(clock_now_ms() / DAY_MS), &text);
    if (!err)
        err = wholefile_write(path, strbuf_str(&text), FILE_PERMISSIONS, mode, fault);
    strbuf_free(&text);
    return err;
}

/* The accounts that the books have, into the file that has none yet. */
static int suggest(struct shell *shell, const struct first_wish *wish, const char *path)
{
    const struct venue *venue = config_venue(shell->config, wish->id);
    struct refdata data;
    struct refstore *store;
    struct fault fault = { "" };
    enum err err = venue ? refstore_open(shell->config->state_dir, STORE_READ_ONLY, &store, &fault) : ERR_NOT_FOUND;

    if (!err) {
        err = refdata_load(store, venue->client_id, &shell->arena, &data);
        refstore_close(store);
    }
    if (err || !(data.have & REF_ACCOUNTS) || !(data.have & REF_VAT_CODES))
        return complain(shell, EXIT_RED, "PowerOffice's chart of accounts could not be read, so %s has no accounts: take it "
                        "and keys/%.*s away and try again, or write them by hand", path, TEXT(wish->id));
    err = put_first(wish, &data, path, WHOLEFILE_REPLACE, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    shell_say("%s is written, with accounts suggested from PowerOffice's chart: look at each line. Automatic transfer and "
              "invoicing are off.\nNext: bilag check --venue %.*s\n", path, TEXT(wish->id));
    return EXIT_FINE;
}

/* Keys are another user's: this one goes to the uploader, which keeps it or says why not. */
static int give_first(struct shell *shell, struct new_key *new_key, char *line)
{
    struct context context = shell_context(shell);
    struct str key = { line, strlen(line) };
    enum err err = key_drop(&context, str_of(new_key->id), &key, STR("bilag venues setup"));

    new_key->unanswered = err == ERR_NETWORK;
    if (new_key->unanswered)                 /* it may be kept after all, and needs the file that it is for */
        return complain(shell, EXIT_RED, "%s\nThe venue's file stays, without accounts. Give the key anew if it is not "
                        "connected in a minute: bilag venues connect %s", context.fault.text, new_key->id);
    new_key->refused = err != ERR_OK;
    return err ? complain(shell, EXIT_RED, "%s", context.fault.text) : new_key_look(shell, new_key);
}

/* Nothing is there yet but who it is; then its key. */
static int put_key_first(struct shell *shell, const struct first_wish *wish, struct new_key *new_key, char *line)
{
    struct str path = arena_format(&shell->arena, STR_FMT "/venues/" STR_FMT ".yaml", STR_ARG(shell->config->dir),
                                   STR_ARG(wish->id));
    struct fault fault = { "" };
    enum err err = keyfile_judge(str_of(line), &new_key->key, &fault);
    int code;

    if (!err)
        err = put_first(wish, NULL, path.bytes, WHOLEFILE_NEW, &fault);
    if (err)
        return complain(shell, EXIT_USAGE, "%s", fault.text[0] ? fault.text : err_text(err));
    code = shell->config->marks.file_missed ? give_first(shell, new_key, line) : new_key_put(shell, new_key);
    if (!new_key->refused)
        return new_key->unanswered || suggest(shell, wish, path.bytes) ? EXIT_RED : code;
    (void)unlink(path.bytes);
    (void)unlink(new_key->path);         /* where it is ours; the uploader has kept none */
    return complain(shell, code, "nothing is written");
}

/* The first venue is like no other: its key first, then what the books behind it say. */
static int setup_first(struct shell *shell, const struct args *args, const char *id)
{
    const char *name = args_value(args, "name");
    struct first_wish wish = { str_of(id), str_of(name ? name : id), str_of(args_value(args, "company")),
                               str_of(args_value(args, "department")) };
    struct str path = arena_format(&shell->arena, STR_FMT "/venues/%s.yaml", STR_ARG(shell->config->dir), id);
    struct str key_file = arena_format(&shell->arena, STR_FMT "/keys/%s", STR_ARG(shell->config->dir), id);
    struct new_key new_key = { .id = id, .extension = EXTENSION_MAIN, .path = key_file.bytes };
    char line[2 * SECRET_MAX];
    int code;

    if (!str_is_name(wish.id) || !wish.company.len)
        return complain(shell, EXIT_USAGE, "say setup VENUE --like OTHER, or, for the first one, setup VENUE --company NUMBER");
    if (access(path.bytes, F_OK) == 0 || access(key_file.bytes, F_OK) == 0)
        return complain(shell, EXIT_RED, "the file or the key of %s is there already; it is changed by hand", id);
    if (!connect_read_key(line, sizeof line))
        return complain(shell, EXIT_USAGE, "no client key came on stdin; give it there: bilag venues setup %s ... < FILE", id);
    code = put_key_first(shell, &wish, &new_key, line);
    sodium_memzero(line, sizeof line);
    if (new_key.connected)
        connect_ask_when_it_begins(shell, id);
    return code;
}

static int setup_like(struct shell *shell, const struct args *args, const char *id)
{
    struct context context = shell_context(shell);
    struct venue_wish wish = { .id = str_of(id), .like = str_of(args_value(args, "like")),
                               .name = str_of(args_value(args, "name")), .company = str_of(args_value(args, "company")),
                               .department = str_of(args_value(args, "department")),
                               .share_key = args_has(args, "share-key") };
    struct venue_made made;
    enum err err = venue_setup(&context, &wish, &made);

    if (err == ERR_CONFIG)
        return complain(shell, EXIT_RED, "nothing is written: %s", context.fault.text);
    if (err == ERR_FORMAT)
        return complain(shell, EXIT_USAGE, "%s", context.fault.text);
    if (err)
        return complain_err(shell, err, &context.fault);
    tell_setup(&wish, &made);
    return EXIT_FINE;
}

static int setup(struct shell *shell, const struct args *args, const char *id)
{
    return args_has(args, "like") ? setup_like(shell, args, id) : setup_first(shell, args, id);
}

static int venues_run(struct shell *shell, const struct args *args)
{
    const char *word = args->word_count ? args->words[0] : "list";

    if (strcmp(word, "list") == 0 && args->word_count <= 1)
        return list(shell);
    if (strcmp(word, "connect") == 0 && args->word_count == 2)
        return connect_run(shell, args, args->words[1]);
    if (strcmp(word, "confirm") == 0 && args->word_count == 2)
        return confirm_run(shell, args, args->words[1]);
    if (strcmp(word, "setup") == 0 && args->word_count == 2)
        return setup(shell, args, args->words[1]);
    return complain(shell, EXIT_USAGE, "say list, setup VENUE --like OTHER (the first: --company NUMBER), connect VENUE or "
                    "confirm VENUE; see --help");
}

static const struct option options[] = {
    { "like", "OTHER", "setup: the venue whose accounts and types are taken over" },
    { "name", "TEXT", "setup: its name, on vouchers; else its id" },
    { "company", "NUMBER", "setup: its organisation number; else OTHER's" },
    { "department", "CODE", "setup: its department in PowerOffice" },
    { "share-key", NULL, "setup: OTHER's client key and extension; else its own, the first that is free" },
    { "browser", NULL, "connect: say yes in PowerOffice, in a browser; nothing is pasted" },
    { "new-client", NULL, "connect: the company's books are this client from now on, on purpose" },
    { "reason", "TEXT", "connect, confirm: why; kept in the audit trail" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_venues = {
    "venues", "list\nsetup VENUE --like OTHER [--name TEXT] [--company NUMBER] [--department CODE] [--share-key]\n"
    "setup VENUE --company NUMBER [--name TEXT] [--department CODE] < CLIENT-KEY\n"
    "connect VENUE [--new-client] [--reason TEXT] < CLIENT-KEY\n"
    "connect VENUE --browser [--new-client] [--reason TEXT]\nconfirm VENUE [--reason TEXT]",
    "the venues and their connection; setup: one like another; connect: put a client key in place and test it; "
    "confirm: QuickOrder has its add-on", options,
    venues_run,
};
