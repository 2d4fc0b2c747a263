#include "new_key.h"

#include "base/secret.h"
#include "bilag/act/add_on.h"
#include "bilag/act/keyfile.h"
#include "bilag/read/online.h"
#include "domain/problem.h"
#include "domain/venue.h"
#include "poweroffice/privilege.h"
#include "poweroffice/right_books.h"

enum { WORDS_BYTES = 4096 };

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
                       struct new_key *new_key)
{
    struct str kept = STR_NONE;
    enum err err = right_books_of(store, venue->company, &shell->arena, &kept);

    if (err && err != ERR_NOT_FOUND)
        return complain_err(shell, err, NULL);
    if (str_equal(data->company, venue->company))
        return EXIT_FINE;
    if (new_key->new_client)
        return take_new_client(shell, store, venue, data, new_key->reason);
    new_key->refused = true;
    return say_other_client(shell, venue, data, kept);
}

static int test(struct shell *shell, const struct venue *venue, struct new_key *new_key)
{
    enum err result = ERR_OK;
    unsigned want = needs_of(venue) & NEED_ORDER ? REF_FOR_ORDERS : REF_FOR_VOUCHERS;
    struct fault fault = { "" };
    struct online *online;
    struct refdata data = { .version = 0 };
    enum err err = shell_online(shell, ONLINE_READS, &online, &fault);
    int code;

    if (err)
        return complain_err(shell, err, &fault);
    online_read(online, &venue, 1, want, &result);
    err = refdata_load(online_refstore(online), venue->client_id, &shell->arena, &data);
    new_key->refused = result == ERR_REFUSED && !data.subscription_refused;
    if (result == ERR_REFUSED && data.subscription_refused)
        code = complain(shell, EXIT_RED, "the key is stored and not tested: PowerOffice refuses the subscription key of this "
                        "installation (%.*s); connect it again when that is mended", TEXT(data.login_fault));
    else if (result == ERR_REFUSED)
        code = complain(shell, EXIT_RED, "PowerOffice refuses the key: %.*s", TEXT(data.login_fault));
    else if (err || !(data.have & REF_PRIVILEGES))
        code = complain(shell, EXIT_RED, "the key is stored and not tested: PowerOffice could not be asked at %.*s (%s); "
                        "connect it again when it can", TEXT(shell->config->api_url), online_why(online, result));
    else
        code = judge_books(shell, online_refstore(online), venue, &data, new_key);
    new_key->connected = code == EXIT_FINE;
    if (new_key->connected)
        code = show_books(shell, venue, &data);
    online_close(online);
    return code;
}

/* The configuration with the new key in it takes the place of the former. */
static int reload(struct shell *shell, const char *id, const struct venue **ret_venue)
{
    struct config *fresh;
    struct fault fault = { "" };
    enum err (*load)(struct str, struct config **, struct fault *) = shell->config->holds_keys ? config_load
                                                                                             : config_load_without_keys;
    enum err err = load(str_of(shell->config_dir), &fresh, &fault);

    if (err)
        return complain_err(shell, err, &fault);
    config_free(shell->config);
    shell->config = fresh;
    *ret_venue = shell_venue(shell, id);
    return *ret_venue ? EXIT_FINE : EXIT_RED;
}

int new_key_look(struct shell *shell, struct new_key *new_key)
{
    const struct venue *venue = NULL;
    int code = reload(shell, new_key->id, &venue);

    return code ? code : test(shell, venue, new_key);
}

/* The key that is not in use after all: the trail says so beside the line that said it would be. */
static int take_back(struct shell *shell, const char *id, struct str client, struct str why)
{
    return shell_decide(shell, "venue-key-refused", str_of(id), client, why, NULL);
}

static int put_in_place(struct shell *shell, struct new_key *new_key)
{
    struct str client = venue_client_id(new_key->key, &shell->arena);
    const struct venue *venue = NULL;
    struct fault fault = { "" };
    int code;
    enum err err = keyfile_write(new_key->path, new_key->key, &fault);

    if (err) {
        new_key->refused = true;
        (void)take_back(shell, new_key->id, client, str_of(fault.text));
        return complain_err(shell, err, &fault);
    }
    new_key->in_place = true;
    code = reload(shell, new_key->id, &venue);
    if (code == EXIT_FINE)
        code = test(shell, venue, new_key);
    if (!new_key->refused)
        return code;
    (void)take_back(shell, new_key->id, client, STR("PowerOffice refuses it, or it opens other books"));
    if (!new_key->former.len || str_equal(new_key->former, new_key->key))
        return code;
    err = keyfile_write(new_key->path, new_key->former, &fault);
    new_key->in_place = err != ERR_OK;
    return err ? complain_err(shell, err, &fault) : complain(shell, code, "the former key stays in %s", new_key->path);
}

int new_key_put(struct shell *shell, struct new_key *new_key)
{
    struct context context = shell_context(shell);
    struct str client = venue_client_id(new_key->key, &shell->arena);
    bool asked = false;
    enum err err;
    int code = shell_decide(shell, "venue-key", str_of(new_key->id), client,
                            str_of(new_key->reason ? new_key->reason : "bilag venues connect"), NULL);

    if (code)
        return code;
    err = add_on_ask(&context, str_of(new_key->id), new_key->extension, &asked);
    if (err)
        return complain_err(shell, err, &context.fault);
    code = put_in_place(shell, new_key);
    if (!asked || new_key->in_place)     /* a refused one that has no former stays, and may be accepted some day */
        return code;
    context = shell_context(shell);      /* the configuration was read again */
    err = add_on_drop(&context, str_of(new_key->id), new_key->extension);
    return err ? complain_err(shell, err, &context.fault) : code;
}
