/* products.c - PowerOffice wants a product for each sales account and VAT rate: which of the venue's are there,
 * on the right account, and the missing ones made after a look at them.
 *
 * Whatever is not fine by the list we keep is looked up in PowerOffice before anything is said, and what was read
 * releases held orders: a product mended there needs nothing but this look. */
#include "shell.h"
#include "bilag/read/online.h"
#include "bilag/read/products.h"

#include <inttypes.h>
#include <string.h>

enum { TRIES = 5, BODY_BYTES = 4096, WANT = REF_PRODUCTS | REF_ACCOUNTS | REF_PRIVILEGES };

struct work {
    struct shell *shell;
    const struct args *args;
    const struct venue *venue;
    enum online_use use;
    struct online *online;               /* NULL: PowerOffice was not asked */
    struct refdata data;
    bool listed;
    struct product_needs needs;
};

static enum err judge(struct work *work)
{
    struct refstore *store = NULL;
    struct fault fault = { "" };
    enum err err = refstore_open(work->shell->config->state_dir, work->online ? 0 : STORE_READ_ONLY, &store, &fault);

    if (!err) {
        err = refdata_load(store, work->venue->client_id, &work->shell->arena, &work->data);
        refstore_close(store);
    }
    if (err && err != ERR_NOT_FOUND)
        return err;
    work->listed = !err && (work->data.have & REF_PRODUCTS);
    return product_needs_of(work->venue, venue_business_day(work->venue, clock_now_ms() / 1000),
                            work->listed ? &work->data : NULL, &work->shell->arena, &work->needs);
}

static int ask(struct work *work)
{
    struct shell *shell = work->shell;
    struct fault fault = { "" };
    enum err err = ERR_OK, result = ERR_OK;

    if (!work->venue->client_key.len)
        return complain(shell, EXIT_RED, "%.*s is not connected to PowerOffice: `bilag venues connect %.*s`",
                        TEXT(work->venue->id), TEXT(work->venue->id));
    if (!work->online)
        err = shell_online(shell, work->use, &work->online, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    online_read(work->online, &work->venue, 1, WANT, &result);
    err = judge(work);
    if (err)
        return complain_err(shell, err, NULL);
    if (result == ERR_REFUSED)
        return complain(shell, EXIT_RED, "PowerOffice refuses the key of %.*s: %.*s", TEXT(work->venue->id),
                        TEXT(work->data.login_fault));
    if (result && work->data.missing_privileges.len)
        return complain(shell, EXIT_RED, "the key of %.*s lacks rights in PowerOffice: %.*s", TEXT(work->venue->id),
                        TEXT(work->data.missing_privileges));
    if (result)
        return complain(shell, EXIT_RED, "PowerOffice could not be asked at %.*s (%s)", TEXT(shell->config->api_url),
                        online_why(work->online, result));
    return EXIT_FINE;
}

/* --- check ------------------------------------------------------------------------------------------------- */

static const struct { const char *text, *mend; } states[PRODUCT_STATE_COUNT] = {
    [PRODUCT_FINE]            = { "fine", NULL },
    [PRODUCT_MISSING]         = { "missing", "`bilag products create` makes it, or make it in PowerOffice." },
    [PRODUCT_ARCHIVED]        = { "archived", "Take it out of the archive in PowerOffice." },
    [PRODUCT_OTHER_ACCOUNT]   = { "other account", "Change the product's standard sales account in PowerOffice, or the "
                                  "account in the venue's file." },
    [PRODUCT_TWO_ACCOUNTS]    = { "two accounts", "Give each account a product code of its own in the venue's file." },
    [PRODUCT_NO_ACCOUNT]      = { "no account", "Name the account in the venue's file." },
    [PRODUCT_ACCOUNT_UNKNOWN] = { "no such account", "Make the account in PowerOffice, or correct it in the venue's file." },
};

static void show_need(struct shell *shell, const struct product_need *need)
{
    bool fine = need->state == PRODUCT_FINE;

    (void)printf("  %s%-16s%s%-14.*s %6" PRId64 "  %.*s%s", paint(shell, fine ? GREEN : RED),
                 catalogue_words(states[need->state].text),
                 paint(shell, PLAIN), TEXT(need->code), need->account, TEXT(need->type),
                 need->reduced ? catalogue_words(", reduced VAT") : "");
    if (need->state == PRODUCT_OTHER_ACCOUNT && need->other_account)
        shell_say("  (PowerOffice has it on %" PRId64 ")", need->other_account);
    else if (need->state == PRODUCT_OTHER_ACCOUNT)
        shell_say("  (in PowerOffice it has no account of its own)");
    else if (need->state == PRODUCT_TWO_ACCOUNTS)
        shell_say("  (and %" PRId64 ")", need->other_account);
    if (!fine)
        (void)printf("\n                  %s", catalogue_words(states[need->state].mend));
    (void)printf("\n");
}

static int show(struct work *work)
{
    struct shell *shell = work->shell;
    size_t wrong = work->needs.count - product_needs_in(&work->needs, PRODUCT_FINE);
    char when[32];

    shell_say("%sProducts of %.*s%s", paint(shell, BOLD), TEXT(work->venue->id), paint(shell, PLAIN));
    if (work->listed)
        shell_say(", PowerOffice's list as read %s", time_text_local(work->venue, work->data.read_ms, when));
    (void)printf("\n");
    for (size_t i = 0; i < work->needs.count; i++)
        show_need(shell, &work->needs.at[i]);
    if (work->needs.count == 0)
        shell_say("  none: no product type in %.*s names a product code\n", TEXT(work->venue->file));
    if (work->needs.codeless)
        shell_say(work->needs.codeless == 1
                      ? "%zu product type is without a product code for each of its accounts, such as %.*s: credit sales of it "
                        "there are held.\n"
                      : "%zu product types are without a product code for each of their accounts, such as %.*s: credit sales "
                        "of them there are held.\n",
                  work->needs.codeless, TEXT(work->needs.first_codeless));
    return wrong ? EXIT_RED : EXIT_FINE;
}

static int check(struct work *work)
{
    enum err err = judge(work);
    int code = EXIT_FINE;

    if (err)
        return complain_err(work->shell, err, NULL);
    if (!work->listed || product_needs_in(&work->needs, PRODUCT_FINE) < work->needs.count)
        code = ask(work);
    return code && !work->listed ? code : show(work) | code;
}

/* --- create ------------------------------------------------------------------------------------------------ */

/* What was surely not processed is tried again; what may have been is looked up by the reading that follows. */
static bool create_one(struct work *work, const struct product_need *need)
{
    struct online_answer answer = { .outcome = OUTCOME_PASSING };
    struct strbuf body;
    enum err err = ERR_OK;

    strbuf_init(&body, BODY_BYTES);
    product_body(need, &work->shell->arena, &body);
    for (int i = 0; i < TRIES && !err && (answer.outcome == OUTCOME_PASSING || answer.outcome == OUTCOME_THROTTLED); i++)
        err = body.failed ? ERR_MEMORY : online_call(work->online, work->venue, CALL_POST, STR("/Products"),
                                                     strbuf_str(&body), &answer);
    strbuf_free(&body);
    if (err)
        (void)complain(work->shell, EXIT_RED, "%.*s: %s", TEXT(need->code), err_text(err));
    else if (answer.outcome == OUTCOME_LOGIN)
        (void)complain(work->shell, EXIT_RED, "%.*s: PowerOffice refuses it to this key; making products wants the right "
                       "Product_Full (%.*s)", TEXT(need->code), TEXT(answer.words));
    else if (answer.outcome != OUTCOME_DONE && answer.outcome != OUTCOME_UNKNOWN)
        (void)complain(work->shell, EXIT_RED, "%.*s: PowerOffice says %ld %.*s", TEXT(need->code), answer.status,
                       TEXT(answer.words));
    return !err && answer.outcome == OUTCOME_DONE;
}

/* Written down before the first request leaves. */
static int write_down(struct work *work)
{
    struct strbuf codes;
    int code;

    strbuf_init(&codes, 4000);           /* the trail's bound; what does not fit is counted */
    for (size_t i = 0; i < work->needs.count && codes.len < 3800; i++)
        if (work->needs.at[i].state == PRODUCT_MISSING)
            strbuf_format(&codes, "%s" STR_FMT, codes.len ? ", " : "", STR_ARG(work->needs.at[i].code));
    code = codes.failed ? complain_err(work->shell, ERR_MEMORY, NULL)
                        : shell_decide(work->shell, "create-products", work->venue->id, strbuf_str(&codes), STR_NONE, NULL);
    strbuf_free(&codes);
    return code;
}

static void show_plan(struct work *work)
{
    shell_say("To be made in PowerOffice%s%.*s:\n", work->data.client_name.len ? catalogue_words(", in the books of ") : "",
              TEXT(work->data.client_name));
    for (size_t i = 0; i < work->needs.count; i++) {
        const struct product_need *need = &work->needs.at[i];
        struct str name = product_name(need, &work->shell->arena);

        if (need->state == PRODUCT_MISSING)
            shell_say("  %-14.*s %-24.*s standard sales account %" PRId64 "\n", TEXT(need->code), TEXT(name),
                      need->account);
    }
}

static int create(struct work *work)
{
    struct shell *shell = work->shell;
    size_t missing, created = 0;
    int code;

    work->use = ONLINE_WRITES;
    code = ask(work);
    if (code)
        return code;
    missing = product_needs_in(&work->needs, PRODUCT_MISSING);
    if (missing == 0) {
        shell_say("Nothing is missing.\n");
        return show(work);
    }
    show_plan(work);
    if (!shell_confirm(shell, work->args, catalogue_words("Make them?")))
        return EXIT_RED;
    code = write_down(work);
    for (size_t i = 0; i < work->needs.count && code == EXIT_FINE; i++)
        if (work->needs.at[i].state == PRODUCT_MISSING)
            created += create_one(work, &work->needs.at[i]);
    if (code == EXIT_FINE)
        code = ask(work);
    if (code)
        return code;
    shell_say("%zu of %zu made.\n", created, missing);
    return show(work);
}

static int products_run(struct shell *shell, const struct args *args)
{
    struct work work = { .shell = shell, .args = args, .venue = shell_venue(shell, args_value(args, "venue")) };
    const char *word = args->word_count == 1 ? args->words[0] : "";
    int code;

    if (!work.venue)
        return EXIT_USAGE;
    if (strcmp(word, "check") == 0)
        code = check(&work);
    else if (strcmp(word, "create") == 0)
        code = create(&work);
    else
        code = complain(shell, EXIT_USAGE, "say check or create; see bilag products --help");
    online_close(work.online);
    return code;
}

static const struct option options[] = {
    { "venue", "VENUE", "whose products" },
    { "yes", NULL, "create: without asking" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_products = {
    "products", "--venue VENUE check\n--venue VENUE create [--yes]",
    "which products orders need in PowerOffice; make the missing ones", options, products_run,
};
