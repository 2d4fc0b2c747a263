/* help.h - what the command says about itself, in the language of the configuration if there is one, else of the
 * environment. Prints to stdout, complaints to stderr; gives the exit code.
 */
#ifndef BILAG_BILAG_CMD_HELP_H
#define BILAG_BILAG_CMD_HELP_H

#include "shell.h"

/* $BILAG_CONFIG, else /etc/bilag. */
const char *help_config_dir(void);
/* The language that the configuration's file says, without reading the configuration: it may be wrong. False: it says none. */
bool help_peek(const char *config_dir);
/* Whatever is printed from here on is in the language of this configuration. */
void help_speak(const char *config_dir);
/* `bilag --help`, `bilag help`, `bilag help NAME`: all commands, the settings (NAME "settings"), or one command. */
int help(const struct cmd *const *commands, size_t count, const char *name);
/* `bilag NAME --help`. */
int help_cmd(const struct cmd *cmd);
/* There is no such command, no such option: with the one that was probably meant. */
int help_no_command(const struct cmd *const *commands, size_t count, const char *name);
int help_no_option(const struct shell *shell, const struct cmd *cmd, struct str name);

#endif
