/* arguments.h - one command from its words on the command line to its exit code.
 *
 * Options may stand anywhere, as "--name value" or "--name=value"; what follows "--" is words. The configuration is read
 * once they are known, so that a wrong option is said whatever the configuration says.
 */
#ifndef BILAG_BILAG_CMD_ARGUMENTS_H
#define BILAG_BILAG_CMD_ARGUMENTS_H

#include "shell.h"

/* argv as main() has it: the command's name is argv[1]. */
int arguments_run(const struct cmd *cmd, int argc, char **argv);

#endif
