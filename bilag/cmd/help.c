#include "help.h"

#include "base/log.h"
#include "nearest.h"

#include <stdlib.h>
#include <string.h>

enum { HELP_BYTES = 65536 };

const char *help_config_dir(void)
{
    const char *environment = getenv("BILAG_CONFIG");

    return environment && *environment ? environment : "/etc/bilag";
}

/* "language: nb", at the beginning of a line or in a map on one line, quoted or not; what a comment says does not count. */
static bool language_in(const char *line, char word[16])
{
    const char *at = line;

    while (line[strspn(line, " ")] != '#' && (at = strstr(at, "language")) != NULL) {
        bool begins = at == line || strchr(" {,\"'", at[-1]);

        at += strlen("language");
        at += strspn(at, "\"'");
        if (begins && *at == ':')
            return sscanf(at + 1 + strspn(at + 1, " \"'"), "%15[a-z]", word) == 1;
    }
    return false;
}

bool help_peek(const char *config_dir)
{
    static char line[64 * 1024];
    char path[1200], word[16] = "";
    FILE *file;
    bool found = false;

    (void)snprintf(path, sizeof path, "%s/bilag.yaml", config_dir);
    file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file))
        found = language_in(line, word);
    if (file)
        (void)fclose(file);
    if (found)
        catalogue_speak(str_of(word), WORDING_COMMAND);
    return found;
}

void help_speak(const char *config_dir)
{
    static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    struct fault fault = { "" };
    struct config *config;

    log_silence();
    if (help_peek(config_dir))
        return;
    if (config_load_without_keys(str_of(config_dir), &config, &fault) == ERR_OK) {
        catalogue_speak(config->language, WORDING_COMMAND);
        config_free(config);
        return;
    }
    for (size_t i = 0; i < COUNT(variables); i++) {
        const char *value = getenv(variables[i]);

        if (!value || !*value)
            continue;
        catalogue_speak(strncmp(value, "nb", 2) == 0 || strncmp(value, "no", 2) == 0 ? STR("nb") : STR("en"), WORDING_COMMAND);
        return;
    }
}

/* Each begins with a command of main.c's list. */
static const struct { const char *first, *title; } groups[] = {
    { "status", "Looking" },
    { "import", "Sales that come in" },
    { "accept", "Deciding" },
    { "check", "Setting up" },
    { "backup", "Keeping" },
};

static int help_all(const struct cmd *const *commands, size_t count)
{
    shell_say("bilag - sales from the tills into PowerOffice Go: look, check, decide\n\n"
              "usage: bilag COMMAND [--config DIR] ...\n\n");
    for (size_t i = 0; i < count; i++) {
        for (size_t g = 0; g < COUNT(groups); g++)
            if (strcmp(groups[g].first, commands[i]->name) == 0)
                (void)printf("%s%s\n", g ? "\n" : "", catalogue_words(groups[g].title));
        (void)printf("  %-14s %s\n", commands[i]->name, catalogue_words(commands[i]->about));
    }
    shell_say("\n  bilag COMMAND --help   its options\n"
              "  bilag help settings    every setting of bilag.yaml and of venues, with preset, bounds and meaning\n\n"
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

int help_cmd(const struct cmd *cmd)
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

int help(const struct cmd *const *commands, size_t count, const char *name)
{
    fault_speak(catalogue_words);
    help_speak(help_config_dir());
    if (name && strcmp(name, "settings") == 0)
        return help_settings();
    for (size_t i = 0; name && i < count; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return help_cmd(commands[i]);
    return name ? help_no_command(commands, count, name) : help_all(commands, count);
}

static const char *option_name(const void *options, size_t i)
{
    return ((const struct option *)options)[i].name;
}

int help_no_option(const struct shell *shell, const struct cmd *cmd, struct str name)
{
    const char *meant;
    size_t count = 0;

    help_speak(shell->config_dir);
    while (cmd->options[count].name)
        count++;
    meant = nearest(name, option_name, cmd->options, count);
    return complain(shell, EXIT_USAGE, "there is no option --%.*s%s%s%s; see bilag %s --help", TEXT(name),
                   meant ? catalogue_words("; did you mean --") : "", meant ? meant : "", meant ? "?" : "", cmd->name);
}

static const char *command_name(const void *list, size_t i)
{
    return ((const struct cmd *const *)list)[i]->name;
}

int help_no_command(const struct cmd *const *commands, size_t count, const char *name)
{
    const char *meant = nearest(str_of(name), command_name, commands, count);

    help_speak(help_config_dir());
    (void)fprintf(stderr, catalogue_words("bilag: there is no command %s%s%s%s; bilag --help lists them\n"),
                  text_shown(str_of(name)),
                  meant ? catalogue_words("; did you mean ") : "", meant ? meant : "", meant ? "?" : "");
    return EXIT_USAGE;
}
