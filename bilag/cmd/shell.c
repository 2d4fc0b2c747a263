#include "shell.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int complain(const struct shell *shell, int code, const char *format, ...)
{
    va_list list;

    (void)fflush(stdout);
    (void)fprintf(stderr, "bilag %s: ", shell->command);
    va_start(list, format);
    (void)vfprintf(stderr, format, list);
    va_end(list);
    (void)fputc('\n', stderr);
    return code;
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

const char *paint(const struct shell *shell, enum colour colour)
{
    static const char *const codes[] = {
        [PLAIN] = "\033[0m", [RED] = "\033[31m", [GREEN] = "\033[32m", [YELLOW] = "\033[33m", [BOLD] = "\033[1m",
        [FAINT] = "\033[2m",
    };

    return shell->colour ? codes[colour] : "";
}

const char *in_words(const struct shell *shell, const char *en, const char *nb)
{
    return str_equal(shell->config->language, STR("nb")) ? nb : en;
}

int columns_left(const char *text, int width)
{
    for (; *text && width > 0; text++)
        width -= ((unsigned char)*text & 0xc0) != 0x80;      /* characters, not bytes */
    return width;
}

const char *time_text_local(const struct venue *venue, int64_t time_ms, char buffer[32])
{
    struct civil at;
    int32_t east;                        /* minutes */

    if (!venue) {
        (void)time_text_utc(time_ms, buffer);
        return buffer;
    }
    zone_civil(venue->zone, time_ms / 1000, &at);
    east = zone_offset(venue->zone, time_ms / 1000) / 60;
    (void)snprintf(buffer, 32, "%04" PRId32 "-%02" PRId32 "-%02" PRId32 " %02" PRId32 ":%02" PRId32 " %c%02d:%02d", at.year,
                   at.month, at.day, at.hour, at.minute, east < 0 ? '-' : '+', abs(east) / 60, abs(east) % 60);
    return buffer;
}
