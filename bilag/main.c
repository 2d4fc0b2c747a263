/* bilag - the operator's and bookkeeper's command: looks into the stores, asks the stages, writes down decisions.
 *
 * It keeps nothing of its own. Stores are read while stages run and while nothing runs; what a person decides goes
 * through the audit trail, from which the stages take it up. */
#include "bilag/cmd/nearest.h"
#include "bilag/cmd/shell.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARENA_BYTES = 1 << 30, HELP_BYTES = 65536 };

static const struct cmd *const commands[] = {
    &cmd_status,
    &cmd_check,
    &cmd_import,
    &cmd_export,
    &cmd_manual,
    &cmd_tips,
    &cmd_explain,
    &cmd_settlement,
    &cmd_accept,
    &cmd_leave_out,
    &cmd_by_hand,
    &cmd_undo,
    &cmd_resend,
    &cmd_leave_reversed,
    &cmd_reverse,
    &cmd_orders,
    &cmd_customers,
    &cmd_products,
    &cmd_invoicing,
    &cmd_venues,
    &cmd_refused,
    &cmd_choose,
    &cmd_restarted,
    &cmd_tokens,
    &cmd_audit,
    &cmd_backup,
    &cmd_restore,
    &cmd_fsck,
};

/* For help, which no configuration is needed for: its language if there is one, else that of the environment. */
static void find_language(const char *dir)
{
    static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    struct fault fault = { "" };
    struct config *config;

    log_silence();
    if (config_load(str_of(dir), &config, &fault) == ERR_OK) {
        catalogue_speak(config->language);
        config_free(config);
        return;
    }
    for (size_t i = 0; i < COUNT(variables); i++) {
        const char *value = getenv(variables[i]);

        if (!value || !*value)
            continue;
        catalogue_speak(strncmp(value, "nb", 2) == 0 || strncmp(value, "no", 2) == 0 ? STR("nb") : STR("en"));
        return;
    }
}

static const char *config_dir(void)
{
    const char *environment = getenv("BILAG_CONFIG");

    return environment && *environment ? environment : "/etc/bilag";
}

static int help_all(void)
{
    shell_say("bilag - sales from the tills into PowerOffice Go: look, check, decide\n\n"
              "usage: bilag COMMAND [--config DIR] ...\n\n");
    for (size_t i = 0; i < COUNT(commands); i++)
        (void)printf("  %-10s %s\n", commands[i]->name, catalogue_words(commands[i]->about));
    shell_say("\n  bilag COMMAND --help   its options\n"
              "  bilag help settings    every setting of bilag.yaml with preset, bounds and meaning\n\n"
              "The configuration is in --config DIR, else $BILAG_CONFIG, else /etc/bilag.\n"
              "Exit: 0 fine; 1 something is red, held, faulty or refused; 2 wrong usage; 100 the configuration\n"
              "cannot be used.\n");
    return EXIT_FINE;
}

static int help_settings(void)
{
    struct strbuf out;

    strbuf_init(&out, HELP_BYTES);
    config_help(&out);
    (void)printf(STR_FMT, STR_ARG(strbuf_str(&out)));
    strbuf_free(&out);
    return EXIT_FINE;
}

static int help_cmd(const struct cmd *cmd)
{
    (void)printf("bilag %s - %s\n\n", cmd->name, catalogue_words(cmd->about));
    for (const char *at = cmd->usage; *at;) {
        size_t len = strcspn(at, "\n");

        (void)printf("%s bilag %s %.*s\n", at == cmd->usage ? catalogue_words("usage:") : "      ", cmd->name, (int)len, at);
        at += len + (at[len] == '\n');
    }
    (void)printf("\n");
    for (size_t i = 0; cmd->options[i].name; i++) {
        char left[64];

        (void)snprintf(left, sizeof left, "--%s%s%s", cmd->options[i].name, cmd->options[i].value ? " " : "",
                       cmd->options[i].value ? cmd->options[i].value : "");
        (void)printf("  %-24s %s\n", left, catalogue_words(cmd->options[i].meaning));
    }
    (void)printf("  %-24s %s\n\n", "--config DIR", catalogue_words("the configuration; else $BILAG_CONFIG, else /etc/bilag"));
    shell_say("Exit: 0 fine; 1 something is red, held, faulty or refused; 2 wrong usage; 100 the configuration "
              "cannot be used.\n");
    return EXIT_FINE;
}

static const char *option_name(const void *options, size_t i)
{
    return ((const struct option *)options)[i].name;
}

static const char *command_name(const void *list, size_t i)
{
    return ((const struct cmd *const *)list)[i]->name;
}

static void no_option(const struct shell *shell, const struct cmd *cmd, struct str name)
{
    const char *meant;
    size_t count = 0;

    find_language(shell->config_dir);
    while (cmd->options[count].name)
        count++;
    meant = nearest(name, option_name, cmd->options, count);
    (void)complain(shell, EXIT_USAGE, "there is no option --%.*s%s%s%s; see bilag %s --help", TEXT(name),
                   meant ? catalogue_words("; did you mean --") : "", meant ? meant : "", meant ? "?" : "", cmd->name);
}

static int no_command(const char *name)
{
    const char *meant = nearest(str_of(name), command_name, commands, COUNT(commands));

    find_language(config_dir());
    (void)fprintf(stderr, catalogue_words("bilag: there is no command %s%s%s%s; bilag --help lists them\n"),
                  text_shown(str_of(name)),
                  meant ? catalogue_words("; did you mean ") : "", meant ? meant : "", meant ? "?" : "");
    return EXIT_USAGE;
}

/* Without colours: into a file, for a terminal that knows none, or when told so (no-color.org: set and not empty). */
static bool knows_colours(void)
{
    const char *told = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(told && *told) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

/* One option, "--name value" or "--name=value"; false: wrong, and said so. */
static bool take_option(struct shell *shell, const struct cmd *cmd, struct args *args, int argc, char **argv, int *at)
{
    const char *name = argv[*at] + 2, *equal = strchr(name, '=');
    size_t len = equal ? (size_t)(equal - name) : strlen(name);
    const char **to = NULL;
    bool wants_value = true;

    if (len == 6 && memcmp(name, "config", len) == 0)
        to = &shell->config_dir;
    for (size_t i = 0; cmd->options[i].name; i++)
        if (strlen(cmd->options[i].name) == len && memcmp(cmd->options[i].name, name, len) == 0) {
            to = &args->values[i];
            wants_value = cmd->options[i].value != NULL;
        }
    if (!to) {
        no_option(shell, cmd, (struct str){ name, len });
        return false;
    }
    if (!wants_value || equal || *at + 1 < argc) {
        *to = !wants_value ? "" : equal ? equal + 1 : argv[++*at];
        return true;
    }
    find_language(shell->config_dir);
    (void)complain(shell, EXIT_USAGE, "--%.*s wants a value", (int)len, name);
    return false;
}

static int run(struct shell *shell, const struct cmd *cmd, const struct args *args)
{
    struct fault fault = { "" };
    enum err err = config_load(str_of(shell->config_dir), &shell->config, &fault);
    int code;

    if (err)
        return complain(shell, EXIT_UNUSABLE, "%s", fault.text);
    shell->voice.language = shell->config->language;
    catalogue_speak(shell->config->language);
    code = cmd->run(shell, args);
    config_free(shell->config);
    if (fflush(stdout) != 0 && code == EXIT_FINE)
        code = complain(shell, EXIT_RED, "what it says could not be written");
    return code;
}

static int run_cmd(const struct cmd *cmd, int argc, char **argv)
{
    static const char *words[WORDS_MAX];
    struct shell shell = { .config_dir = config_dir(),
                           .command = cmd->name, .voice.colour = knows_colours() };
    struct args args = { .options = cmd->options, .words = words };
    bool options_end = false;
    int code;

    for (int i = 2; i < argc; i++) {
        bool option = !options_end && strncmp(argv[i], "--", 2) == 0;

        if (option && argv[i][2] == '\0') {
            options_end = true;
        } else if (option && strcmp(argv[i], "--help") == 0) {
            find_language(shell.config_dir);
            return help_cmd(cmd);
        } else if (option) {
            if (!take_option(&shell, cmd, &args, argc, argv, &i))
                return EXIT_USAGE;
        } else if (args.word_count < WORDS_MAX) {
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

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "--help";

    if (strcmp(name, "--version") == 0) {
        (void)printf("bilag %s\n", BILAG_VERSION);
        return EXIT_FINE;
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0)
        find_language(config_dir());
    if ((strcmp(name, "help") == 0 || strcmp(name, "--help") == 0) && argc > 2) {
        if (strcmp(argv[2], "settings") == 0)
            return help_settings();
        for (size_t i = 0; i < COUNT(commands); i++)
            if (strcmp(commands[i]->name, argv[2]) == 0)
                return help_cmd(commands[i]);
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0)
        return help_all();
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return run_cmd(commands[i], argc, argv);
    return no_command(name);
}
