#include "arguments.h"

#include "base/log.h"
#include "base/utf8.h"
#include "help.h"
#include "stage/runas.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES = 1 << 30 };

/* Without colours: into a file, for a terminal that knows none, or when told so (no-color.org: set and not empty). */
static bool knows_colours(void)
{
    const char *told = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(told && *told) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

/* What is written down, and told to others, is text in UTF-8; a file may have any name. */
static bool is_text(const struct shell *shell, const char *text, bool is_file)
{
    if (is_file || utf8_is_valid(str_of(text)))
        return true;
    help_speak(shell->config_dir);
    (void)complain(shell, EXIT_USAGE, "\"%s\" is no text in UTF-8; set the terminal, or the script that runs bilag, to UTF-8",
                   text);
    return false;
}

static bool names_file(const struct option *option)
{
    return strcmp(option->value, "FILE") == 0;
}

/* One option, "--name value" or "--name=value"; false: wrong, and said so. */
static bool take_option(struct shell *shell, const struct cmd *cmd, struct args *args, int argc, char **argv, int *at)
{
    const char *name = argv[*at] + 2, *equal = strchr(name, '=');
    size_t len = equal ? (size_t)(equal - name) : strlen(name);
    const char **to = NULL;
    bool wants_value = true, file = false;

    if (len == 6 && memcmp(name, "config", len) == 0) {
        to = &shell->config_dir;
        file = true;
    }
    for (size_t i = 0; cmd->options[i].name; i++)
        if (strlen(cmd->options[i].name) == len && memcmp(cmd->options[i].name, name, len) == 0) {
            to = &args->values[i];
            wants_value = cmd->options[i].value != NULL;
            file = wants_value && names_file(&cmd->options[i]);
        }
    if (!to) {
        (void)help_no_option(shell, cmd, (struct str){ name, len });
        return false;
    }
    if (!wants_value || equal || *at + 1 < argc) {
        *to = !wants_value ? "" : equal ? equal + 1 : argv[++*at];
        return is_text(shell, *to, file);
    }
    help_speak(shell->config_dir);
    (void)complain(shell, EXIT_USAGE, "--%.*s wants a value", (int)len, name);
    return false;
}

static int run(struct shell *shell, const struct cmd *cmd, const struct args *args)
{
    struct fault fault = { "" };
    enum err err;
    int code;

    fault_speak(catalogue_words);
    (void)help_peek(shell->config_dir);  /* for what is wrong with the configuration itself */
    err = config_load_without_keys(str_of(shell->config_dir), &shell->config, &fault);
    if (err)
        return complain(shell, EXIT_UNUSABLE, "%s", fault.text);
    shell->voice.language = shell->config->language;
    catalogue_speak(shell->config->language, WORDING_COMMAND);
    err = runas_command(shell->config, &fault);
    if (!err)
        err = config_stores(shell->config, &fault);
    code = err ? complain(shell, EXIT_UNUSABLE, "%s", fault.text) : cmd->run(shell, args);
    config_free(shell->config);
    if (fflush(stdout) != 0 && code == EXIT_FINE)
        code = complain(shell, EXIT_RED, "what it says could not be written");
    return code;
}

int arguments_run(const struct cmd *cmd, int argc, char **argv)
{
    static const char *words[WORDS_MAX];
    struct shell shell = { .config_dir = help_config_dir(),
                           .command = cmd->name, .voice.colour = knows_colours() };
    struct args args = { .options = cmd->options, .words = words };
    bool options_end = false;
    int code;

    for (int i = 2; i < argc; i++) {
        bool option = !options_end && strncmp(argv[i], "--", 2) == 0;

        if (option && argv[i][2] == '\0') {
            options_end = true;
        } else if (option && strcmp(argv[i], "--help") == 0) {
            help_speak(shell.config_dir);
            return help_cmd(cmd);
        } else if (option) {
            if (!take_option(&shell, cmd, &args, argc, argv, &i))
                return EXIT_USAGE;
        } else if (args.word_count < WORDS_MAX) {
            if (!is_text(&shell, argv[i], access(argv[i], F_OK) == 0))
                return EXIT_USAGE;
            words[args.word_count++] = argv[i];
        } else {
            return complain(&shell, EXIT_USAGE, "more than %d arguments", WORDS_MAX);
        }
    }
    if (!getenv("BILAG_LOG"))
        log_silence();
    arena_init(&shell.arena, ARENA_BYTES);
    code = run(&shell, cmd, &args);
    arena_free(&shell.arena);
    return code;
}
