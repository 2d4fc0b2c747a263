#include "connect.h"

#include "base/form.h"
#include "base/secret.h"
#include "bilag/act/add_on.h"
#include "bilag/act/key_drop.h"
#include "bilag/act/keyfile.h"
#include "bilag/act/venue_setup.h"
#include "bilag/read/addons.h"
#include "browser.h"
#include "domain/venue.h"
#include "new_key.h"

#include <sodium.h>
#include <termios.h>
#include <unistd.h>

/* --- the key ------------------------------------------------------------------------------------------------- */

/* Where the venue's file says that its key is. */
static int key_path(struct shell *shell, const char *id, struct str *ret_path)
{
    struct context context = shell_context(shell);
    enum err err = key_place(&context, str_of(id), ret_path);

    return err ? complain_err(shell, err, &context.fault) : EXIT_FINE;
}

/* A venue that is left out for want of its key has an extension and a company all the same. */
static int read_extension(struct shell *shell, const char *id, int *ret_extension, struct str *ret_company)
{
    const struct venue *known = config_venue(shell->config, str_of(id));
    struct context context = shell_context(shell);
    struct venue venue;
    struct str text;
    enum err err;

    if (known) {
        *ret_extension = known->extension;
        *ret_company = known->company;
        return EXIT_FINE;
    }
    err = venue_setup_read(&context, str_of(id), &text, &venue);
    if (err)
        return complain_err(shell, err, &context.fault);
    *ret_extension = venue.extension;
    *ret_company = arena_copy(&shell->arena, venue.company);
    form_free(&text);
    return EXIT_FINE;
}

/* The guide's step, for the extension that the venue uses. */
static void tell_step(const struct shell *shell, int extension)
{
    shell_say("In PowerOffice: Menu, Settings, Extensions, Add extension, ");
    if (extension != EXTENSION_MAIN)
        shell_say("Custom (\"Egendefinert\"), application key %.*s (%s)",
                  TEXT(shell->config->application_keys[extension]), extension_text(extension));
    else
        (void)printf("QuickOrder");
    shell_say("; copy the client key.\n");
}

bool connect_read_key(char *line, int size)
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
    (void)setvbuf(stdin, NULL, _IONBF, 0);                   /* no copy of it stays in a buffer */
    got = fgets(line, size, stdin) != NULL;
    if (terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        (void)printf("\n");
    }
    return got;
}

static int key_by_hand(const struct shell *shell, const char *id, int extension, char *line, int size)
{
    tell_step(shell, extension);
    if (connect_read_key(line, size))
        return EXIT_FINE;
    return complain(shell, EXIT_USAGE, "no key came on stdin; give it there: bilag venues connect %s < FILE", id);
}

static int key_by_browser(struct shell *shell, const char *id, int extension, struct str company, char *line, size_t size)
{
    if (!company.len)
        return complain(shell, EXIT_RED, "venues/%s.yaml does not say which company it is of", id);
    return browser_key(shell, extension, company, line, size);
}

/* --- QuickOrder ---------------------------------------------------------------------------------------------- */

/* What QuickOrder must know before the venue's sales come as its own; told until it is confirmed. Stages take the key with their
 * next reload: nothing is sent with it meanwhile (sender/add_on.c). */
static int write_to_quickorder(struct shell *shell, const char *id)
{
    const struct venue *venue = config_venue(shell->config, str_of(id));
    struct context context = shell_context(shell);
    struct addons addons;
    enum err err = addons_load(&context, &addons);

    if (err)
        return complain_err(shell, err, &context.fault);
    if (!venue || venue->extension == EXTENSION_MAIN || !addons_has(&addons, venue->id))
        return EXIT_FINE;
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

int confirm_run(struct shell *shell, const struct args *args, const char *id)
{
    const char *reason = args_value(args, "reason");
    const struct venue *venue = shell_venue(shell, id);
    struct context context = shell_context(shell);
    enum err err;

    if (!venue)
        return EXIT_USAGE;
    err = add_on_confirm(&context, venue->id, venue->extension, str_of(reason ? reason : "QuickOrder has it"), NULL);
    if (err == ERR_NOT_FOUND)
        return complain(shell, EXIT_RED, in_words(shell, "%s does not wait for an add-on",
                                                  "%s venter ikke på noen utvidelse"), id);
    if (err)
        return complain_err(shell, err, &context.fault);
    (void)printf(in_words(shell, "%s: QuickOrder has its add-on\n", "%s: QuickOrder har utvidelsen\n"), id);
    return EXIT_FINE;
}

/* --- connect ------------------------------------------------------------------------------------------------- */

void connect_ask_when_it_begins(const struct shell *shell, const char *id)
{
    const struct venue *venue = config_venue(shell->config, str_of(id));

    if (venue && venue->begins == DAY_ALWAYS)
        (void)printf(in_words(shell, "Which business day is posted first? Say it in venues/%s.yaml:\n  begins: 2026-12-01\n"
                              "Until then every day that comes in is, also one of an old file.\n",
                              "Fra hvilken salgsdag skal det føres? Skriv den i venues/%s.yaml, som\n  begins: 2026-12-01\n"
                              "Inntil da føres hver dag som kommer inn, også fra en gammel fil.\n"), id);
}

static int take_key(struct shell *shell, const struct args *args, struct new_key *new_key, char *line, size_t size)
{
    struct str company = STR_NONE;
    struct fault fault = { "" };
    int code = read_extension(shell, new_key->id, &new_key->extension, &company);
    enum err err;

    if (!code)
        code = args_has(args, "browser") ? key_by_browser(shell, new_key->id, new_key->extension, company, line, size)
                                         : key_by_hand(shell, new_key->id, new_key->extension, line, (int)size);
    if (code)
        return code;
    err = keyfile_judge(str_of(line), &new_key->key, &fault);
    if (err)
        return complain(shell, EXIT_USAGE, "%s", fault.text);
    if (secret_read(new_key->path, false, &shell->arena, &new_key->former, &fault))
        new_key->former = STR_NONE;
    return EXIT_FINE;
}

/* Keys are another user's, and stay his: this one goes to him sealed. */
static int give_key(struct shell *shell, const struct args *args, struct new_key *new_key, char *line, size_t size)
{
    struct context context = shell_context(shell);
    struct str company = STR_NONE, key = { line, 0 };
    int code = read_extension(shell, new_key->id, &new_key->extension, &company);
    enum err err;

    if (!code)
        code = key_by_hand(shell, new_key->id, new_key->extension, line, (int)size);
    if (code)
        return code;
    key.len = strlen(line);
    context = shell_context(shell);
    err = key_drop(&context, str_of(new_key->id), &key, str_of(args_value(args, "reason")));
    sodium_memzero(line, size);
    if (err)
        return complain(shell, err == ERR_FORMAT ? EXIT_USAGE : EXIT_RED, "%s", context.fault.text);
    return new_key_look(shell, new_key);
}

/* What only the user with the keys may do: say on purpose that other books are the company's, and connect by the browser. */
static bool is_to_give(const struct shell *shell, const struct args *args)
{
    return shell->config->marks.file_missed && !args_has(args, "browser") && !args_has(args, "new-client");
}

static int put_key(struct shell *shell, const struct args *args, struct new_key *new_key, char *line, size_t size)
{
    struct str path = STR_NONE;
    int code = shell_keys(shell);

    if (!code)
        code = key_path(shell, new_key->id, &path);
    new_key->path = path.bytes;
    if (!code)
        code = take_key(shell, args, new_key, line, size);
    return code ? code : new_key_put(shell, new_key);
}

int connect_run(struct shell *shell, const struct args *args, const char *id)
{
    struct new_key new_key = { .id = id, .new_client = args_has(args, "new-client"), .reason = args_value(args, "reason") };
    char line[2 * SECRET_MAX];
    int code;

    if (!str_is_name(str_of(id)))
        return complain(shell, EXIT_USAGE, "%s is no venue's name", id);
    if (new_key.new_client && !new_key.reason)
        return complain(shell, EXIT_USAGE, "--new-client moves the company to other books: say why with --reason TEXT");
    code = (is_to_give(shell, args) ? give_key : put_key)(shell, args, &new_key, line, sizeof line);
    if (new_key.connected && write_to_quickorder(shell, id) != EXIT_FINE)
        code = EXIT_RED;
    if (new_key.connected)
        connect_ask_when_it_begins(shell, id);
    secret_wipe(&new_key.former);
    sodium_memzero(line, sizeof line);
    return code;
}
