/* venues.c - which venues there are, a new one like another (venue_setup.c), and their connection to PowerOffice: a
 * client key put in its place, tested at once, missing rights named.
 *
 * A venue whose key file is missing is left out of the configuration, so `connect` reads the venue's file itself. */
#include "base/form.h"
#include "bilag/act/first_venue.h"
#include "bilag/act/keyfile.h"
#include "bilag/read/addons.h"
#include "bilag/read/online.h"
#include "browser.h"
#include "shell.h"
#include "domain/problem.h"
#include "poweroffice/privilege.h"
#include "poweroffice/right_books.h"
#include "base/secret.h"
#include "base/wholefile.h"
#include "domain/setup.h"
#include "domain/venue.h"
#include "bilag/act/venue_setup.h"

#include <sodium.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { WORDS_BYTES = 4096, PATH_BYTES = 1200, FILE_PERMISSIONS = 0644, DAY_MS = 24 * 3600 * 1000 };

/* --- list -------------------------------------------------------------------------------------------------- */

struct standing { enum colour colour; const char *text; };

static struct standing standing_of(struct refstore *store, const struct venue *venue)
{
    struct ref_summary summary;

    if (!venue->client_key.len)
        return (struct standing){ RED, "no client key" };
    if (!store || refdata_summary(store, venue->client_id, &summary) || !(summary.have & REF_PRIVILEGES))
        return (struct standing){ YELLOW, "not tried yet" };
    if (summary.login_refused)
        return (struct standing){ RED, "key refused" };
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

/* --- connect ----------------------------------------------------------------------------------------------- */

struct reference { struct str file, credential; };

static const struct field reference_fields[] = {
    { "file", offsetof(struct reference, file), .parse = form_path, .min = 1, .max = 1024, .meaning = "" },
    { "credential", offsetof(struct reference, credential), .parse = form_name, .meaning = "" },
};

/* Where the venue's file says that its key is. */
static int key_path(struct shell *shell, const char *id, struct str *ret_path)
{
    struct str file = arena_format(&shell->arena, "venues/%s.yaml", id);
    struct str path = arena_format(&shell->arena, STR_FMT "/" STR_FMT, STR_ARG(shell->config->dir), STR_ARG(file));
    struct reference reference = { STR_NONE, STR_NONE };
    struct fault fault = { "" };
    const yaml_node_t *node;
    struct form form;
    enum err err;

    if (!path.bytes)
        return complain_err(shell, ERR_MEMORY, NULL);
    err = form_open(&form, path.bytes, file, shell->config->dir, &shell->arena, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    node = form_find(&form, "client_key");
    if (node && node->type == YAML_MAPPING_NODE)
        err = form_mapping(&form, node, reference_fields, COUNT(reference_fields), &reference);
    form_close(&form);
    if (err)
        return complain_err(shell, err, &fault);
    if (reference.credential.len)
        return complain(shell, EXIT_RED, "%s names the systemd credential %.*s: put the key into that one", path.bytes,
                        TEXT(reference.credential));
    if (!reference.file.len)
        return complain(shell, EXIT_RED, "%s does not say where the key is; write\n  client_key: {file: keys/%s}\n"
                        "into it and try again", path.bytes, id);
    *ret_path = reference.file;
    return EXIT_FINE;
}

/* A venue that is left out for want of its key has an extension and a company all the same. */
static int extension_of(struct shell *shell, const char *id, struct str *ret_company)
{
    struct context context = shell_context(shell);
    struct venue venue;
    struct str text;

    *ret_company = STR_NONE;
    if (venue_setup_read(&context, str_of(id), &text, &venue))
        return EXTENSION_MAIN;
    *ret_company = arena_copy(&shell->arena, venue.company);
    form_free(&text);
    return venue.extension;
}

/* The guide's step, for the extension that the venue uses. */
static void tell_step(struct shell *shell, const char *id)
{
    struct str company;
    int extension = extension_of(shell, id, &company);

    shell_say("In PowerOffice: Menu, Settings, Extensions, Add extension, ");
    if (extension != EXTENSION_MAIN)
        shell_say("Custom (\"Egendefinert\"), application key %.*s (%s)",
                  TEXT(shell->config->application_keys[extension]), extension_text(extension));
    else
        (void)printf("QuickOrder");
    shell_say("; copy the client key.\n");
}

/* One line of stdin, not shown while it is typed. */
static bool read_key(char *line, int size)
{
    struct termios before, silent;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0, got;

    if (terminal) {
        silent = before;
        silent.c_lflag &= (tcflag_t)~ECHO;
        shell_say("Client key (it is not shown): ");
        (void)fflush(stdout);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    got = fgets(line, size, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        (void)printf("\n");
    }
    return got;
}

static int key_by_hand(struct shell *shell, const char *id, char *line, int size)
{
    tell_step(shell, id);
    if (read_key(line, size))
        return EXIT_FINE;
    return complain(shell, EXIT_USAGE, "no key came on stdin; give it there: bilag venues connect %s < FILE", id);
}

static int key_by_browser(struct shell *shell, const char *id, char *line, int size)
{
    struct str company;
    int extension = extension_of(shell, id, &company);

    if (!company.len)
        return complain(shell, EXIT_RED, "venues/%s.yaml does not say which company it is of", id);
    return browser_key(shell, extension, company, line, (size_t)size);
}

static unsigned needs_of(const struct venue *venue)
{
    unsigned needs = NEED_VOUCHER;

    ensure(venue != NULL);
    for (size_t i = 0; i < venue->auto_invoice.count; i++)
        if (venue->auto_invoice.rows[i].value)
            needs |= NEED_ORDER;
    return needs | (venue->department_count ? (unsigned)NEED_DEPARTMENT : 0) |
           (venue_names_project(venue) ? (unsigned)NEED_PROJECT : 0) |
           (venue_names_location(venue) ? (unsigned)NEED_LOCATION : 0) |
           (venue->settlement_pdf ? (unsigned)NEED_PDF : 0);
}

static int show_books(struct shell *shell, const struct venue *venue, const struct refdata *data)
{
    struct strbuf lacks;
    bool fine;

    strbuf_init(&lacks, WORDS_BYTES);
    privileges_needed(data->missing_privileges, needs_of(venue), &lacks);
    fine = lacks.len == 0 && !lacks.failed;
    shell_say("%sconnected%s  %.*s, to the books of %.*s\n", paint(shell, GREEN), paint(shell, PLAIN),
              TEXT(venue->id), TEXT(data->client_name.len ? data->client_name
                                                      : str_of(catalogue_words("a client without a name"))));
    if (!fine)
        shell_say("%srights missing%s  %.*s. Grant them to the extension in PowerOffice: Settings, Extensions.\n",
                  paint(shell, RED), paint(shell, PLAIN), TEXT(strbuf_str(&lacks)));
    strbuf_free(&lacks);
    shell_say("Running stages take the key up when they reload (SIGHUP; `systemctl reload 'bilag-*'`).\n"
              "Next: bilag check --venue %.*s --online\n", TEXT(venue->id));
    return fine ? EXIT_FINE : EXIT_RED;
}

/* What a connection is tested for: its key is PowerOffice's, and opens the books of its company. */
struct connecting { const char *reason; bool new_client, refused, connected; };

static int say_other_client(struct shell *shell, const struct venue *venue, const struct refdata *data, struct str kept)
{
    struct problem problem = { .code = PROBLEM_OTHER_CLIENT, .count = 1,
                               .arg = { arena_format(&shell->arena, STR_FMT " (" STR_FMT ")", STR_ARG(data->client_name),
                                                     STR_ARG(data->client)), venue->company, data->company, kept } };
    struct strbuf text;
    int code;

    strbuf_init(&text, PROBLEM_TEXT_MAX);
    problem_write(&problem, shell->config->language, &text);
    code = complain(shell, EXIT_RED, "%.*s", TEXT(strbuf_str(&text)));
    strbuf_free(&text);
    return code;
}

/* The person's word is in the audit trail before it counts. */
static int take_new_client(struct shell *shell, struct refstore *store, const struct venue *venue, const struct refdata *data,
                           const char *reason)
{
    struct str detail = arena_format(&shell->arena, "company " STR_FMT " client " STR_FMT, STR_ARG(venue->company),
                                     STR_ARG(data->client));
    int code = shell_decide(shell, "new-client", venue->id, detail, str_of(reason), NULL);
    enum err err;

    if (code)
        return code;
    err = right_books_give(store, venue->company, data->client);
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static int judge_books(struct shell *shell, struct refstore *store, const struct venue *venue, const struct refdata *data,
                       struct connecting *connecting)
{
    struct str kept = STR_NONE;
    enum err err = right_books_of(store, venue->company, &shell->arena, &kept);

    if (err && err != ERR_NOT_FOUND)
        return complain_err(shell, err, NULL);
    if (str_equal(data->company, venue->company))
        return EXIT_FINE;
    if (connecting->new_client)
        return take_new_client(shell, store, venue, data, connecting->reason);
    connecting->refused = true;
    return say_other_client(shell, venue, data, kept);
}

static int test(struct shell *shell, const struct venue *venue, struct connecting *connecting)
{
    enum err result = ERR_OK;
    unsigned want = needs_of(venue) & NEED_ORDER ? REF_FOR_ORDERS : REF_FOR_VOUCHERS;
    struct fault fault = { "" };
    struct online *online;
    struct refdata data = { .version = 0 };
    enum err err = shell_online(shell, &online, &fault);
    int code;

    if (err)
        return complain_err(shell, err, &fault);
    online_read(online, &venue, 1, want, &result);
    err = refdata_load(online_refstore(online), venue->client_id, &shell->arena, &data);
    connecting->refused = result == ERR_REFUSED;
    if (result == ERR_REFUSED)
        code = complain(shell, EXIT_RED, "PowerOffice refuses the key: %.*s", TEXT(data.login_fault));
    else if (err || !(data.have & REF_PRIVILEGES))
        code = complain(shell, EXIT_RED, "the key is stored and not tested: PowerOffice could not be asked at %.*s (%s); "
                        "connect it again when it can", TEXT(shell->config->api_url), err_text(result));
    else
        code = judge_books(shell, online_refstore(online), venue, &data, connecting);
    connecting->connected = code == EXIT_FINE;
    if (connecting->connected)
        code = show_books(shell, venue, &data);
    online_close(online);
    return code;
}

/* The configuration with the new key in it takes the place of the former. */
static int reload(struct shell *shell, const char *id, const struct venue **ret_venue)
{
    struct config *fresh;
    struct fault fault = { "" };
    enum err err = config_load(str_of(shell->config_dir), &fresh, &fault);

    if (err)
        return complain_err(shell, err, &fault);
    config_free(shell->config);
    shell->config = fresh;
    *ret_venue = shell_venue(shell, id);
    return *ret_venue ? EXIT_FINE : EXIT_RED;
}

/* The key that is not in use after all: the trail says so beside the line that said it would be. */
static int take_back(struct shell *shell, const char *id, struct str client, struct str why)
{
    return shell_decide(shell, "venue-key-refused", str_of(id), client, why, NULL);
}

/* Who gave the venue its key, and why, is in the trail before the key is in its place. */
static int store_and_test(struct shell *shell, const char *id, const char *path, struct str key, struct str former,
                          struct connecting *connecting)
{
    const struct venue *venue = NULL;
    struct str client = venue_client_id(key, &shell->arena);
    struct fault fault = { "" };
    int code = shell_decide(shell, "venue-key", str_of(id), client,
                            str_of(connecting->reason ? connecting->reason : "bilag venues connect"), NULL);
    enum err err;

    if (code)
        return code;
    err = keyfile_write(path, key, &fault);
    if (err) {
        (void)take_back(shell, id, client, str_of(fault.text));
        return complain_err(shell, err, &fault);
    }
    code = reload(shell, id, &venue);
    if (code == EXIT_FINE)
        code = test(shell, venue, connecting);
    if (!connecting->refused)
        return code;
    (void)take_back(shell, id, client, STR("PowerOffice refuses it, or it opens other books"));
    if (!former.len || str_equal(former, key))
        return code;
    err = keyfile_write(path, former, &fault);
    return err ? complain_err(shell, err, &fault) : complain(shell, code, "the former key stays in %s", path);
}

/* What QuickOrder must know before the venue's sales come as its own; asked once an extension, kept until it is confirmed.
 * Stages take the key with their next reload: nothing is sent with it meanwhile (sender/add_on.c). */
static int ask_for_add_on(struct shell *shell, const char *id)
{
    const struct venue *venue = config_venue(shell->config, str_of(id));
    struct context context = shell_context(shell);
    bool confirmed = false;
    enum err err;
    int code;

    if (!venue || venue->extension == EXTENSION_MAIN)
        return EXIT_FINE;
    err = addons_confirmed(&context, venue->id, str_of(extension_text(venue->extension)), &confirmed);
    if (err)
        return complain_err(shell, err, &context.fault);
    if (confirmed)
        return EXIT_FINE;
    code = shell_decide(shell, ADD_ON_ASKED, venue->id, str_of(extension_text(venue->extension)), STR("connected"), NULL);
    if (code)
        return code;
    (void)printf(in_words(shell, "\nSend this to QuickOrder, and run `bilag venues confirm %s` when they say it is done:\n\n"
                          "  The venue \"%.*s\" (organisation number %.*s) uses %s in PowerOffice Go, application key\n  %.*s. "
                          "Please register that for it.\n",
                          "\nSend dette til QuickOrder, og kjør `bilag venues confirm %s` når de sier at det er gjort:\n\n"
                          "  Utsalgsstedet «%.*s» (organisasjonsnummer %.*s) bruker %s i PowerOffice Go, app-nøkkel\n  %.*s. "
                          "Vennligst registrer det.\n"), id, TEXT(venue->name), TEXT(venue->company),
                 extension_text(venue->extension), TEXT(shell->config->application_keys[venue->extension]));
    shell_say("\nUntil then nothing of it is sent.\n");
    return EXIT_FINE;
}

/* Asked for when a venue is connected (docs/rules.md section 8): there is no preset that fits. */
static void ask_when_it_begins(const struct shell *shell, const char *id)
{
    const struct venue *venue = config_venue(shell->config, str_of(id));

    if (venue && venue->begins == DAY_ALWAYS)
        (void)printf(in_words(shell, "Which business day is posted first? Say it in venues/%s.yaml:\n  begins: 2026-12-01\n"
                              "Until then every day that comes in is, also one of an old file.\n",
                              "Fra hvilken salgsdag skal det føres? Skriv den i venues/%s.yaml, som\n  begins: 2026-12-01\n"
                              "Inntil da føres hver dag som kommer inn, også fra en gammel fil.\n"), id);
}

static int confirm(struct shell *shell, const struct args *args, const char *id)
{
    const char *reason = args_value(args, "reason");
    const struct venue *venue = shell_venue(shell, id);
    struct context context = shell_context(shell);
    struct addons addons;
    enum err err;
    int code;

    if (!venue)
        return EXIT_USAGE;
    err = addons_load(&context, &addons);
    if (err)
        return complain_err(shell, err, &context.fault);
    if (!addons_has(&addons, venue->id))
        return complain(shell, EXIT_RED, in_words(shell, "%s does not wait for an add-on",
                                                  "%s venter ikke på noen utvidelse"), id);
    code = shell_decide(shell, ADD_ON_THERE, venue->id, str_of(extension_text(venue->extension)),
                        str_of(reason ? reason : "QuickOrder has it"), NULL);
    if (code == EXIT_FINE)
        (void)printf(in_words(shell, "%s: QuickOrder has its add-on\n", "%s: QuickOrder har utvidelsen\n"), id);
    return code;
}

static int connect(struct shell *shell, const struct args *args, const char *id)
{
    struct connecting connecting = { .new_client = args_has(args, "new-client"), .reason = args_value(args, "reason") };
    char line[2 * SECRET_MAX];
    struct str path = STR_NONE, key = STR_NONE, former = STR_NONE;
    struct fault fault = { "" };
    enum err err;
    int code;

    if (!str_is_name(str_of(id)))
        return complain(shell, EXIT_USAGE, "%s is no venue's name", id);
    if (connecting.new_client && !connecting.reason)
        return complain(shell, EXIT_USAGE, "--new-client moves the company to other books: say why with --reason TEXT");
    code = key_path(shell, id, &path);
    if (code)
        return code;
    code = args_has(args, "browser") ? key_by_browser(shell, id, line, sizeof line) : key_by_hand(shell, id, line, sizeof line);
    if (code)
        return code;
    err = keyfile_judge(str_of(line), &key, &fault);
    if (err)
        code = complain(shell, EXIT_USAGE, "%s", fault.text);
    else if (secret_read(path.bytes, false, &shell->arena, &former, &fault))
        former = STR_NONE;               /* none yet, or none of use */
    if (code == EXIT_FINE)
        code = store_and_test(shell, id, path.bytes, key, former, &connecting);
    if (connecting.connected && ask_for_add_on(shell, id) != EXIT_FINE)
        code = EXIT_RED;
    if (connecting.connected)
        ask_when_it_begins(shell, id);
    secret_wipe(&former);
    sodium_memzero(line, sizeof line);
    return code;
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

/* The first venue is like no other: its key first, then what the books behind it say. */
static int setup_first(struct shell *shell, const struct args *args, const char *id)
{
    const char *name = args_value(args, "name");
    struct first_wish wish = { str_of(id), str_of(name ? name : id), str_of(args_value(args, "company")),
                               str_of(args_value(args, "department")) };
    struct str path = arena_format(&shell->arena, STR_FMT "/venues/%s.yaml", STR_ARG(shell->config->dir), id);
    struct str key_file = arena_format(&shell->arena, STR_FMT "/keys/%s", STR_ARG(shell->config->dir), id);
    struct connecting connecting = { .new_client = false };
    char line[2 * SECRET_MAX];
    struct str key = STR_NONE;
    struct fault fault = { "" };
    int code;
    enum err err;

    if (!str_is_name(wish.id) || !wish.company.len)
        return complain(shell, EXIT_USAGE, "say setup VENUE --like OTHER, or, for the first one, setup VENUE --company NUMBER");
    if (access(path.bytes, F_OK) == 0 || access(key_file.bytes, F_OK) == 0)
        return complain(shell, EXIT_RED, "the file or the key of %s is there already; it is changed by hand", id);
    if (!read_key(line, sizeof line))
        return complain(shell, EXIT_USAGE, "no client key came on stdin; give it there: bilag venues setup %s ... < FILE", id);
    err = keyfile_judge(str_of(line), &key, &fault);
    if (!err)
        err = put_first(&wish, NULL, path.bytes, WHOLEFILE_NEW, &fault);
    code = err ? complain(shell, EXIT_USAGE, "%s", fault.text[0] ? fault.text : err_text(err))
               : store_and_test(shell, id, key_file.bytes, key, STR_NONE, &connecting);
    sodium_memzero(line, sizeof line);
    if (err)
        return code;
    if (connecting.refused) {
        (void)unlink(path.bytes);
        (void)unlink(key_file.bytes);
        return complain(shell, code, "nothing is written");
    }
    err = suggest(shell, &wish, path.bytes) ? ERR_REFUSED : ERR_OK;
    if (connecting.connected)
        ask_when_it_begins(shell, id);
    return err ? EXIT_RED : code;
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
        return connect(shell, args, args->words[1]);
    if (strcmp(word, "confirm") == 0 && args->word_count == 2)
        return confirm(shell, args, args->words[1]);
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
