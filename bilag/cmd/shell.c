#include "shell.h"

#include "base/clean.h"
#include "bilag/act/decide.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum { COMPLAINT_BYTES = 16 * 1024 };

const char *args_value(const struct args *args, const char *name)
{
    for (size_t i = 0; args->options[i].name; i++)
        if (strcmp(args->options[i].name, name) == 0)
            return args->values[i];
    ensure_failed("the command lists this option", name, 0);
}

bool args_has(const struct args *args, const char *name)
{
    return args_value(args, name) != NULL;
}

/* Line ends in the form are ours; those in what stands in it would forge a line. */
int complain(const struct shell *shell, int code, const char *format, ...)
{
    char text[COMPLAINT_BYTES], *next = text;
    va_list list;

    (void)fflush(stdout);
    va_start(list, format);
    (void)vsnprintf(text, sizeof text, catalogue_words(format), list);
    va_end(list);
    (void)fprintf(stderr, "bilag %s: ", shell->command);
    while (next) {
        char *line = next, *end = strchr(format, '\n') ? strchr(line, '\n') : NULL;

        next = end ? end + 1 : NULL;
        if (end)
            *end = '\0';
        clean_text(line);
        (void)fprintf(stderr, "%s\n", line);
    }
    return code;
}

void shell_say(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    (void)vprintf(catalogue_words(format), list);
    va_end(list);
}

int complain_err(const struct shell *shell, enum err err, const struct fault *fault)
{
    return complain(shell, err == ERR_CONFIG ? EXIT_UNUSABLE : EXIT_RED, "%s",
                    fault && fault->text[0] ? fault->text : err_text(err));
}

const struct venue *shell_venue(const struct shell *shell, const char *name)
{
    const struct venue *venue;

    if (!name) {
        (void)complain(shell, EXIT_USAGE, "--venue VENUE is needed");
        return NULL;
    }
    venue = config_venue(shell->config, str_of(name));
    if (venue)
        return venue;
    for (size_t i = 0; i < shell->config->fault_count; i++)
        if (str_equal(shell->config->fault_venues[i], str_of(name))) {
            (void)complain(shell, EXIT_RED, "the venue %s is left out: %s", name, shell->config->faults[i].text);
            return NULL;
        }
    (void)complain(shell, EXIT_USAGE, "there is no venue %s; `bilag venues list` shows those there are", name);
    return NULL;
}

bool shell_day(const struct shell *shell, const struct args *args, const char *name, int32_t preset, int32_t *ret_day)
{
    const char *text = args_value(args, name);

    *ret_day = preset;
    if (!text || day_parse(str_of(text), ret_day) == ERR_OK)
        return true;
    (void)complain(shell, EXIT_USAGE, "--%s wants a date such as 2026-11-20, not \"%s\"", name, text);
    return false;
}

bool shell_confirm(const struct shell *shell, const struct args *args, const char *question)
{
    char answer[16] = "";

    if (args_has(args, "yes"))
        return true;
    if (!isatty(STDIN_FILENO)) {
        (void)complain(shell, EXIT_USAGE, "not done: say --yes, or run it at a terminal");
        return false;
    }
    (void)printf("%s [y/N] ", question);
    (void)fflush(stdout);
    return fgets(answer, sizeof answer, stdin) && (answer[0] == 'y' || answer[0] == 'Y' || answer[0] == 'j' ||
                                                   answer[0] == 'J');
}

struct context shell_context(struct shell *shell)
{
    return (struct context){ .config = shell->config, .arena = &shell->arena };
}

int shell_decide(struct shell *shell, const char *verb, struct str subject, struct str detail, struct str reason,
                 uint64_t *ret_number)
{
    struct context context = shell_context(shell);
    enum err err = decide(&context, verb, subject, detail, reason, ret_number);

    return err ? complain_err(shell, err, &context.fault) : EXIT_FINE;
}

int shell_keys(struct shell *shell)
{
    struct context context = shell_context(shell);
    struct config *keyed;
    enum err err = context_keys(&context, &keyed);

    if (err)
        return complain_err(shell, err, &context.fault);
    config_free(shell->config);
    shell->config = keyed;
    return EXIT_FINE;
}

enum err shell_online(struct shell *shell, enum online_use use, struct online **ret_online, struct fault *fault)
{
    struct context context = shell_context(shell);
    enum err err = online_open(&context, use, ret_online);

    *fault = context.fault;
    return err;
}
