/* probe.c - the first hour with demo keys: what PowerOffice's documents leave open is asked of PowerOffice itself, and told as the
 * switches that make the simulator behave so. Never of a PowerOffice in which anybody keeps books. */
#include "shell.h"

#include "bilag/probe/questions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { RATE_PRESET = 2, RATE_MAX = 1000, RATE_DIGITS = 4 };

/* Of bilag-sandbox; no words of any language. */
static const char set_option[] = "--set";

static int may_probe(const struct shell *shell, const struct venue *venue)
{
    const struct str urls[] = { shell->config->token_url, shell->config->api_url };

    for (size_t i = 0; i < COUNT(urls); i++)
        if (!probing_allows(urls[i]))
            return complain(shell, EXIT_USAGE,
                            "%.*s is neither PowerOffice's Demo nor this machine: nothing is probed where books "
                            "are kept",
                            TEXT(urls[i]));
    if (!venue->client_key.len)
        return complain(shell, EXIT_RED, "%.*s is not connected: it has no client key", TEXT(venue->id));
    return EXIT_FINE;
}

static bool rate_of(const struct shell *shell, const struct args *args, int32_t *ret_rate)
{
    const char *text = args_value(args, "rate");
    long rate = text && strlen(text) <= RATE_DIGITS ? strtol(text, NULL, 10) : 0;

    *ret_rate = text ? (int32_t)rate : RATE_PRESET;
    if (*ret_rate >= 1 && *ret_rate <= RATE_MAX)
        return true;
    (void)complain(shell, EXIT_USAGE, "--rate: requests a second, 1 to 1000");
    return false;
}

static int finding_order(const void *a, const void *b)
{
    const struct probe_finding *x = a, *y = b;
    int order = atoi(x->unknown) - atoi(y->unknown);
    const char *of_x = strchr(x->unknown, '.'), *of_y = strchr(y->unknown, '.');

    return order ? order : (of_x ? atoi(of_x + 1) : 0) - (of_y ? atoi(of_y + 1) : 0);
}

static void show_findings(const struct shell *shell, struct probing *probing)
{
    qsort(probing->findings, probing->finding_count, sizeof probing->findings[0], finding_order);
    for (size_t i = 0; i < probing->finding_count; i++) {
        const struct probe_finding *finding = &probing->findings[i];

        (void)printf("%-6s %-64s %s", finding->unknown, finding->what, paint(shell, finding->value[0] ? GREEN : YELLOW));
        if (finding->setting && finding->value[0])
            (void)printf("%s %s=%s", set_option, finding->setting, finding->value);
        else
            shell_say(finding->setting ? "not seen" : "no switch");
        (void)printf("%s  %s\n", paint(shell, PLAIN), finding->seen);
    }
    shell_say("Not asked, because it could not be taken back: orders, invoices, products, and connecting with the browser.\n");
}

static void show_standing(const struct shell *shell, const struct left *left)
{
    for (size_t i = 0; i < left->count; i++)
        if (!left->at[i].gone)
            shell_say("%sleft standing%s  voucher %s, reference %s: the next bilag probe takes it back, or reverse it in "
                      "PowerOffice\n", paint(shell, RED), paint(shell, PLAIN),
                      left->at[i].id[0] ? left->at[i].id : catalogue_words("not known"), left->at[i].reference);
}

/* What a run that died left is taken back before anything is asked. */
static enum err mend_first(struct probing *probing)
{
    size_t left = left_standing(&probing->left), standing = 0;
    int64_t life_s;
    enum err err;

    if (!left)
        return ERR_OK;
    shell_say("%zu vouchers of a probe that did not end are looked for, and taken back\n", left);
    err = probing_login(probing, &life_s);
    return err ? err : probing_mend(probing, &standing);
}

static int probe(struct shell *shell, struct probing *probing)
{
    struct context *context = probing->context;
    size_t standing = 0;
    struct fault fault;
    enum err err = mend_first(probing);

    if (!err)
        err = questions_ask(probing);
    fault = context->fault;
    if (left_standing(&probing->left)) {
        enum err mending = probing_mend(probing, &standing);

        err = err ? err : mending;
    }
    show_findings(shell, probing);
    show_standing(shell, &probing->left);
    shell_say("%zu requests\n", probing->requests);
    if (err)
        return complain_err(shell, err, fault.text[0] ? &fault : &context->fault);
    return standing ? EXIT_RED : EXIT_FINE;
}

static int probe_run(struct shell *shell, const struct args *args)
{
    static struct probing probing;       /* large */
    const struct venue *venue;
    struct context context;
    const char *file = args_value(args, "out");
    int32_t rate;
    int code;
    enum err err;

    code = shell_keys(shell);
    if (code)
        return code;
    venue = shell_venue(shell, args_value(args, "venue"));
    context = shell_context(shell);
    if (!venue || !rate_of(shell, args, &rate))
        return EXIT_USAGE;
    code = may_probe(shell, venue);
    if (code)
        return code;
    err = probing_open(&context, venue, rate, file ? file : "bilag-probe.ndjson", &probing);
    code = err ? complain_err(shell, err, &context.fault) : EXIT_FINE;
    if (!err) {
        probing.books.today = venue_business_day(venue, clock_now_ms() / 1000);
        code = probe(shell, &probing);
    }
    probing_close(&probing);
    return code;
}

static const struct option options[] = {
    { "venue", "VENUE", "whose keys are used" },
    { "out", "FILE", "every request and answer, a line each; unsaid bilag-probe.ndjson" },
    { "rate", "N", "requests a second; unsaid 2" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_probe = {
    "probe", "--venue VENUE [--out FILE] [--rate N]",
    "what PowerOffice's documents leave open: asks its demo environment, tells it as switches of bilag-sandbox", options, probe_run,
};
