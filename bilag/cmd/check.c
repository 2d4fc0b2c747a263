/* check.c - is the set-up right? Every fault with its mend: what the files say by themselves, and with --online
 * what PowerOffice says of the accounts, VAT codes, departments, products and rights that they name (setup_judge.h). */
#include "bilag/read/due.h"
#include "bilag/read/elsewhere.h"
#include "bilag/read/setup_judge.h"
#include "bilag/read/stages.h"
#include "shell.h"
#include "bilag/show/shellword.h"
#include "domain/problem.h"
#include "domain/setup.h"
#include "door/certificate.h"
#include "poweroffice/privilege.h"
#include "poweroffice/right_books.h"
#include "invoicer/order_request.h"
#include "uploader/voucher_request.h"

#include <string.h>

enum { TEXT_BYTES = 8 * PROBLEM_TEXT_MAX, WORDS_BYTES = 4096, STAGE_PATIENCE_MS = 500, DUE_SHOWN = 40 };

struct counts {
    size_t faults, notes;
    size_t subscription;                 /* venues for which PowerOffice refuses the installation's key, and what it says */
    struct str subscription_words;
};

static bool ever_invoices(const struct venue *venue)
{
    for (size_t i = 0; i < venue->auto_invoice.count; i++)
        if (venue->auto_invoice.rows[i].value)
            return true;
    return false;
}

static void heading(const struct shell *shell, struct str venue, struct str *last)
{
    if (last->bytes && str_equal(*last, venue))
        return;
    *last = venue.bytes ? venue : STR("");
    (void)printf("%s%.*s%s\n", paint(shell, BOLD),
                 TEXT(venue.len ? venue : str_of(in_words(shell, "bilag.yaml and the set-up as a whole",
                                                          "bilag.yaml og oppsettet som helhet"))), paint(shell, PLAIN));
}

static int offline(struct shell *shell, struct str venue, struct counts *counts)
{
    struct finding *findings;
    struct str last = STR_NONE;
    size_t count;
    enum err err = setup_check(shell->config, venue, &shell->arena, &findings, &count);

    if (err)
        return complain_err(shell, err, NULL);
    for (size_t i = 0; i < count; i++) {
        bool fault = findings[i].severity == SEVERITY_FAULT;

        heading(shell, findings[i].venue, &last);
        (void)printf("  %s%s%s  %.*s [%s]\n         %.*s\n", paint(shell, fault ? RED : YELLOW),
                     catalogue_words(fault ? "FAULT" : "note "),
                     paint(shell, PLAIN), TEXT(findings[i].text), finding_code_text(findings[i].code),
                     TEXT(findings[i].mend));
        counts->faults += fault;
        counts->notes += !fault;
    }
    return EXIT_FINE;
}

enum { RENEW_DAYS = 14, DAY_MS = 24 * 3600 * 1000 };

/* How it stands with a certificate that ends in so long: over is a fault from the first moment, soon is a note with the days. */
static void say_ending(const struct shell *shell, int64_t left_ms, struct strbuf *out)
{
    if (left_ms <= 0)
        strbuf_add(out, str_of(in_words(shell, "the certificate has ended: tills that check it send nothing",
                                        "sertifikatet er utløpt: kasser som kontrollerer det, sender ingenting")));
    else if (left_ms < DAY_MS)
        strbuf_add(out, str_of(in_words(shell, "the certificate ends within a day",
                                        "sertifikatet utløper innen et døgn")));
    else
        strbuf_format(out, in_words(shell, "the certificate ends in %d days", "sertifikatet utløper om %d dager"),
                      (int)(left_ms / DAY_MS));
}

/* The certificate of ingest's address, read as ingest reads it. */
static void certificate_check(struct shell *shell, struct counts *counts)
{
    const struct config *config = shell->config;
    struct certificate *certificate = NULL;
    struct str last = STR_NONE;
    struct fault fault = { 0 };
    struct strbuf text;
    enum err err = config->certificate.len
                       ? certificate_open(config->certificate, config->certificate_key, &certificate, &fault) : ERR_OK;
    int64_t left_ms = certificate ? certificate_ends_ms(certificate) - clock_now_ms() : INT64_MAX;
    bool wrong = err || left_ms <= 0;

    strbuf_init(&text, WORDS_BYTES);
    if (err)
        strbuf_add(&text, str_of(fault.text));
    else
        say_ending(shell, left_ms, &text);
    if (wrong || left_ms < (int64_t)RENEW_DAYS * DAY_MS) {
        heading(shell, STR_NONE, &last);
        (void)printf("  %s%s%s  ingest.certificate: %.*s [certificate]\n         %s\n", paint(shell, wrong ? RED : YELLOW),
                     catalogue_words(wrong ? "FAULT" : "note "), paint(shell, PLAIN), TEXT(strbuf_str(&text)),
                     in_words(shell, "Renew it, and send bilag-ingest SIGHUP: it is taken up, and no connection is dropped.",
                              "Forny det, og send bilag-ingest SIGHUP: det tas i bruk uten at noen forbindelse brytes."));
        counts->faults += wrong;
        counts->notes += !wrong;
    }
    strbuf_free(&text);
    certificate_close(certificate);
}

/* --- what runs, and what the switch will send --- */

/* A stage that was told to reload and kept what it had: the files are not what runs. */
static int running_check(struct shell *shell, struct counts *counts)
{
    struct stage_state *stages;
    struct str last = STR_NONE;
    size_t count;
    enum err err = stages_ask(shell->config, STAGE_PATIENCE_MS, &shell->arena, &stages, &count);

    if (err)
        return complain_err(shell, err, NULL);
    for (size_t i = 0; i < count; i++) {
        if (!stages[i].refused.len)
            continue;
        heading(shell, STR_NONE, &last);
        shell_say("  %sFAULT%s  bilag-%s %d runs with its former configuration: %.*s [not-reloaded]\n"
                  "         When that is mended, reload it (SIGHUP; `systemctl reload 'bilag-*'`).\n", paint(shell, RED),
                  paint(shell, PLAIN), stages[i].stage, stages[i].instance, TEXT(stages[i].refused));
        counts->faults++;
    }
    return EXIT_FINE;
}

static void show_due(const struct due_list *list, bool on)
{
    char amount[MONEY_TEXT_SIZE];
    size_t shown = 0;

    for (size_t i = 0; i < list->count && shown < DUE_SHOWN; i++)
        if (list->at[i].on == on) {
            (void)printf("         %-40.*s %14s\n", TEXT(list->at[i].doc), money_kroner(list->at[i].debit, amount));
            shown++;
        }
    shell_say(list->each[on] == 1 ? "         %zu voucher, %s in all\n" : "         %zu vouchers, %s in all\n", list->each[on],
              money_kroner(list->sum[on], amount));
}

/* Asked before the switch is turned, and before the stages have read that it is: what goes at once (docs/rules.md section 8). */
static int due_check(struct shell *shell, struct books *books, const struct venue *venue, struct counts *counts)
{
    struct str last = STR_NONE;
    struct due_list list;
    enum err err = due_of(books, venue, &shell->arena, &list);

    if (err)
        return complain_err(shell, err, NULL);
    for (int on = 1; on >= 0; on--) {
        if (!list.each[on])
            continue;
        heading(shell, venue->id, &last);
        shell_say(on ? "  %snote %s  automatic transfer is on: sent at once, when the stages have read it, is [transfer-due]\n"
                     : "  %snote %s  automatic transfer is off: sent at once, if it is switched on, is [transfer-waits]\n",
                  paint(shell, YELLOW), paint(shell, PLAIN));
        show_due(&list, on);
        counts->notes++;
    }
    return EXIT_FINE;
}

static int due_all(struct shell *shell, const struct venue *only, struct counts *counts)
{
    const struct config *config = shell->config;
    struct fault fault = { "" };
    struct books *books;
    int code = EXIT_FINE;
    enum err err = books_open(config, &books, &fault);

    if (err)
        return complain_err(shell, err, &fault);
    for (size_t i = 0; i < config->venue_count && !code; i++)
        if (!only || only == &config->venues[i])
            code = due_check(shell, books, &config->venues[i], counts);
    books_close(books);
    return code;
}

/* --- online --- */

static int show_problems(struct shell *shell, const struct venue *venue, const struct refdata *data,
                         struct str kept_client, struct counts *counts)
{
    struct str lacks = privileges_text(data->missing_privileges, venue, &shell->arena);
    struct problems problems = { .count = 0 };
    enum err err = setup_judge(venue, data, kept_client, &shell->arena, &problems);

    if (err)
        return complain_err(shell, err, NULL);
    shell_say("  %sonline%s %.*s: %zu accounts, %zu VAT codes, %zu departments%s%.*s\n", paint(shell, GREEN),
              paint(shell, PLAIN), TEXT(data->client_name), data->account_count, data->vat_code_count,
              data->department_count, lacks.len ? catalogue_words("; the key lacks ") : "", TEXT(lacks));
    for (size_t i = 0; i < problems.count; i++) {
        struct strbuf text;

        strbuf_init(&text, TEXT_BYTES);
        problem_write(&problems.at[i], shell->config->language, &text);
        shell_say("  %sFAULT%s  %.*s [%s]\n", paint(shell, RED), paint(shell, PLAIN), TEXT(strbuf_str(&text)),
                  problem_code_text(problems.at[i].code));
        strbuf_free(&text);
    }
    counts->faults += problems.count;
    return EXIT_FINE;
}

static void show_unreached(struct shell *shell, const struct online *online)
{
    const char *why = online_why(online, ERR_OK);

    if (strcmp(why, err_text(ERR_OK)) != 0)
        (void)printf("  %s%s%s  %s\n", paint(shell, RED), catalogue_words("FAULT"), paint(shell, PLAIN), why);
    else
        shell_say("  %sFAULT%s  PowerOffice could not be reached at %.*s. Check the network and the addresses in "
                  "bilag.yaml.\n", paint(shell, RED), paint(shell, PLAIN), TEXT(shell->config->api_url));
}

static int show_online(struct shell *shell, struct online *online, const struct venue *venue, enum err result,
                       struct counts *counts)
{
    struct str kept_client = STR_NONE;
    struct refdata data;
    enum err err;

    (void)printf("%s%.*s%s\n", paint(shell, BOLD), TEXT(venue->id), paint(shell, PLAIN));
    if (result == ERR_NOT_FOUND) {
        shell_say("  not connected: it has no client key\n");
        return EXIT_FINE;                /* the offline part has named it */
    }
    if (result == ERR_NETWORK) {
        show_unreached(shell, online);
        counts->faults++;
        return EXIT_FINE;
    }
    err = refdata_load(online_refstore(online), venue->client_id, &shell->arena, &data);
    if (!err && data.subscription_refused) {
        counts->subscription++;
        counts->subscription_words = data.login_fault;
        return EXIT_FINE;
    }
    if (!err && !str_equal(data.company, venue->company))
        err = right_books_of(online_refstore(online), venue->company, &shell->arena, &kept_client);
    if (err && err != ERR_NOT_FOUND)
        return complain_err(shell, err, NULL);
    return show_problems(shell, venue, &data, kept_client, counts);
}

/* One fault of the installation, whatever venues it concerns. */
static void show_subscription(struct shell *shell, struct counts *counts)
{
    struct problem problem = { .code = PROBLEM_SUBSCRIPTION_KEY, .count = 1, .arg = { counts->subscription_words } };
    struct strbuf text;

    if (!counts->subscription)
        return;
    strbuf_init(&text, TEXT_BYTES);
    problem_write(&problem, shell->config->language, &text);
    (void)printf(counts->subscription == 1
                     ? in_words(shell, "%sFAULT%s  %zu venue: %.*s [%s]\n", "%sFEIL%s   %zu salgssted: %.*s [%s]\n")
                     : in_words(shell, "%sFAULT%s  %zu venues: %.*s [%s]\n", "%sFEIL%s   %zu salgssteder: %.*s [%s]\n"),
                 paint(shell, RED), paint(shell, PLAIN), counts->subscription, TEXT(strbuf_str(&text)),
                 problem_code_text(problem.code));
    strbuf_free(&text);
    counts->faults++;
}

/* What a person took back there, or what stands there twice: named, and the stages are told to look. */
static int show_elsewhere(struct shell *shell, const struct elsewhere *found, struct counts *counts)
{
    struct problem problem = { .code = found->twice ? PROBLEM_POSTED_TWICE : PROBLEM_REVERSED_ELSEWHERE, .count = 1,
                               .arg = { found->number, found->by } };
    const char *verb = found->twice ? "look-twice" : "look";
    struct strbuf text;

    if (found->again)
        return shell_decide(shell, verb, found->doc, found->by, STR("bilag check --online"), NULL);
    strbuf_init(&text, TEXT_BYTES);
    problem_write(&problem, shell->config->language, &text);
    (void)printf("  %sFAULT%s  %.*s: %.*s [%s]\n", paint(shell, RED), paint(shell, PLAIN), TEXT(found->doc),
                 TEXT(strbuf_str(&text)), problem_code_text(problem.code));
    strbuf_free(&text);
    counts->faults++;
    return shell_decide(shell, verb, found->doc, found->by, STR("bilag check --online"), NULL);
}

static int check_elsewhere(struct shell *shell, struct online *online, const struct sender_ops *ops, const struct venue *venue,
                           struct counts *counts)
{
    struct context context = shell_context(shell);
    struct taken_list list = { .step = WATCH_END };
    struct elsewhere *found = NULL;
    size_t count = 0;
    int code = EXIT_FINE;
    enum err err = right_books(online_refstore(online), venue->client_id, venue->company)
                       ? elsewhere_read(&context, online, ops, venue, &list) : ERR_NOT_FOUND;

    if (err == ERR_REFUSED || err == ERR_NOT_FOUND)
        return EXIT_FINE;                 /* the right that lacks, or the other books, are named already */
    if (!err)
        err = elsewhere_find(&context, ops, venue, &list, &found, &count);
    taken_free(&list);
    if (err)
        return complain_err(shell, err, &context.fault);
    for (size_t i = 0; i < count && !code; i++)
        code = show_elsewhere(shell, &found[i], counts);
    return code;
}

static int online_check(struct shell *shell, const struct venue *only, struct counts *counts)
{
    const struct config *config = shell->config;
    size_t count = only ? 1 : config->venue_count;
    const struct venue **venues = arena_array(&shell->arena, count + 1, sizeof(struct venue *));
    enum err *results = arena_array(&shell->arena, count + 1, sizeof *results);
    struct fault fault = { "" };
    struct online *online;
    int code = EXIT_FINE;
    enum err err;

    if (!venues || !results)
        return complain_err(shell, ERR_MEMORY, NULL);
    err = shell_online(shell, ONLINE_READS, &online, &fault);
    if (err)
        return complain_err(shell, err, &fault);
    for (size_t i = 0; i < count; i++)
        venues[i] = only ? only : &config->venues[i];
    online_read(online, venues, count, REF_FOR_ORDERS, results);
    for (size_t i = 0; i < count && !code; i++)
        code = show_online(shell, online, venues[i], results[i], counts);
    show_subscription(shell, counts);
    for (size_t i = 0; i < count && !code; i++)
        if (results[i] == ERR_OK)
            code = check_elsewhere(shell, online, &voucher_ops, venues[i], counts);
    for (size_t i = 0; i < count && !code; i++)
        if (results[i] == ERR_OK && ever_invoices(venues[i]))
            code = check_elsewhere(shell, online, &order_ops, venues[i], counts);
    online_close(online);
    return code;
}

/* --- who is invoiced without a reference --- */

struct unsaid { struct shell *shell; const struct venue *venue; struct refdata data; struct counts *counts; };

/* An electronic invoice to a company is refused without the buyer's reference. */
static enum err reference_unsaid(struct str till_customer, int64_t number, struct str reference, void *context)
{
    static const struct { const char *text, *mend; } words[2] = {
        { "Till customer \"%.*s\" is the company %.*s (organisation number %.*s), and no buyer's reference is kept: where the "
          "receipt says none, its orders say the till's order number, which an electronic invoice may be refused for.",
          "Ask the customer, and keep it with: bilag customers --venue %.*s connect %.*s %lld --reference TEXT" },
        { "Kassekunden «%.*s» er foretaket %.*s (organisasjonsnummer %.*s), og det er ikke lagret noen referanse for kjøperen: "
          "der bongen ikke sier noen, får ordren kassens ordrenummer, som en elektronisk faktura kan bli avvist for.",
          "Spør kunden, og lagre den med: bilag customers --venue %.*s connect %.*s %lld --reference TEKST" },
    };
    const struct unsaid *unsaid = context;
    const struct shell *shell = unsaid->shell;
    const struct ref_customer *customer = refdata_customer(&unsaid->data, number);
    bool nb = str_equal(shell->config->language, STR("nb"));
    struct strbuf word;

    if (!customer || customer->org_no.len == 0 || reference.len)
        return ERR_OK;
    shell_say("  %snote %s  ", paint(shell, YELLOW), paint(shell, PLAIN));
    strbuf_init(&word, TEXT_BYTES);
    shellword_add(&word, till_customer);
    (void)printf(words[nb].text, TEXT(till_customer), TEXT(customer->name), TEXT(customer->org_no));
    (void)printf(" [customer-reference]\n         ");
    (void)printf(words[nb].mend, TEXT(unsaid->venue->id), TEXT(strbuf_str(&word)), (long long)number);
    (void)printf("\n");
    strbuf_free(&word);
    unsaid->counts->notes++;
    return ERR_OK;
}

/* Connections belong to the company: they are named at the first of its venues. */
static bool company_told(const struct shell *shell, const struct venue *venue, const struct venue *only)
{
    for (const struct venue *other = shell->config->venues; !only && other < venue; other++)
        if (str_equal(other->company, venue->company) && ever_invoices(other))
            return true;
    return false;
}

static int references(struct shell *shell, const struct venue *only, struct counts *counts)
{
    const struct config *config = shell->config;
    struct unsaid unsaid = { .shell = shell, .counts = counts };
    struct refstore *store;
    struct fault fault = { "" };
    enum err err = refstore_open(config->state_dir, STORE_READ_ONLY, &store, &fault);

    if (err)
        return err == ERR_NOT_FOUND ? EXIT_FINE : complain_err(shell, err, &fault);
    for (size_t i = 0; i < config->venue_count && !err; i++) {
        const struct venue *venue = &config->venues[i];

        if ((only && venue != only) || !ever_invoices(venue) || company_told(shell, venue, only))
            continue;
        unsaid.venue = venue;
        err = refdata_load(store, venue->client_id, &shell->arena, &unsaid.data);
        if (!err)
            err = customer_link_walk(store, venue->company, reference_unsaid, &unsaid);
        if (err == ERR_NOT_FOUND)
            err = ERR_OK;
    }
    refstore_close(store);
    return err ? complain_err(shell, err, NULL) : EXIT_FINE;
}

static int check_run(struct shell *shell, const struct args *args)
{
    const char *name = args_value(args, "venue");
    const struct venue *venue = name ? config_venue(shell->config, str_of(name)) : NULL;
    struct counts counts = { 0 };
    bool left_out = false;
    int code;

    for (size_t i = 0; name && i < shell->config->fault_count; i++)
        left_out |= str_equal(shell->config->fault_venues[i], str_of(name));
    if (name && !venue && !left_out)
        return shell_venue(shell, name) ? EXIT_FINE : EXIT_USAGE;
    code = offline(shell, str_of(name), &counts);
    if (!code && !name)
        certificate_check(shell, &counts);
    if (!code)
        code = running_check(shell, &counts);
    if (!code && !left_out)
        code = due_all(shell, venue, &counts);
    if (!code && args_has(args, "online") && !left_out)
        code = online_check(shell, venue, &counts);
    if (!code && !left_out)
        code = references(shell, venue, &counts);
    if (code)
        return code;
    shell_say(counts.faults == 1 ? (counts.notes == 1 ? "%s%zu fault%s, %zu note\n" : "%s%zu fault%s, %zu notes\n")
                                 : (counts.notes == 1 ? "%s%zu faults%s, %zu note\n" : "%s%zu faults%s, %zu notes\n"),
              paint(shell, counts.faults ? RED : GREEN), counts.faults, paint(shell, PLAIN), counts.notes);
    return counts.faults ? EXIT_RED : EXIT_FINE;
}

static const struct option options[] = {
    { "venue", "VENUE", "only this venue" },
    { "online", NULL, "also ask PowerOffice, now" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_check = {
    "check", "[--venue VENUE] [--online]", "is the set-up right? every fault, each with its mend", options, check_run,
};
