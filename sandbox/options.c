/* options.c - the command line. */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sandbox/base/text.h"

static void help(void)
{
    (void)printf(
        "bilag-sandbox - a PowerOffice Go API v2 that runs on this machine\n\n"
        "  --listen HOST:PORT    where to listen; port 0 takes any free one (preset 127.0.0.1:8080)\n"
        "  --port-file FILE      the port is written there when it is ready\n"
        "  --ledger DIR          the books survive a restart there; without it they live in memory\n"
        "  --companies FILE      keys, clients and their books, JSON\n"
        "  --set NAME=VALUE      a switch, as often as wanted; the table below\n"
        "  --seed N              of the faults (preset 1)\n"
        "  --help                this\n\n");
    settings_help(stdout);
}

static bool set_option(const char *text, struct settings *settings)
{
    const char *equal = strchr(text, '=');
    enum setting_id id;
    const char *why = "NAME=VALUE is wanted";
    char name[64];

    if (equal && (size_t)(equal - text) < sizeof name) {
        text_set(name, (size_t)(equal - text) + 1, text);
        if (setting_set(settings, name, equal + 1, &id, &why))
            return true;
    }
    (void)fprintf(stderr, "stage=sandbox option=--set value=\"%s\" wrong=\"%s\"\n", text, why);
    return false;
}

static bool seed_option(const char *text, uint64_t *ret_seed)
{
    char *end;

    errno = 0;
    *ret_seed = strtoumax(text, &end, 10);
    if (!errno && end != text && !*end)
        return true;
    (void)fprintf(stderr, "stage=sandbox option=--seed wrong=\"not a whole number\"\n");
    return false;
}

enum options_result options_read(int argc, char **argv, struct options *options,
                                 struct settings *settings)
{
    const struct { const char *name; const char **value; } texts[] = {
        { "--listen", &options->listen },       { "--port-file", &options->port_file },
        { "--ledger", &options->ledger },       { "--companies", &options->companies },
    };

    *options = (struct options){ .listen = "127.0.0.1:8080", .seed = 1 };
    for (int i = 1; i < argc; i += 2) {
        const char *name = argv[i], *value = i + 1 < argc ? argv[i + 1] : NULL;
        bool known = false;

        if (strcmp(name, "--help") == 0) {
            help();
            return OPTIONS_HELP;
        }
        for (size_t row = 0; value && row < COUNT(texts); row++)
            if (strcmp(name, texts[row].name) == 0) {
                *texts[row].value = value;
                known = true;
            }
        if (value && strcmp(name, "--set") == 0)
            known = set_option(value, settings);
        else if (value && strcmp(name, "--seed") == 0)
            known = seed_option(value, &options->seed);
        if (!known) {
            (void)fprintf(stderr, "stage=sandbox option=\"%s\" wrong=\"see --help\"\n", name);
            return OPTIONS_WRONG;
        }
    }
    return OPTIONS_RUN;
}
