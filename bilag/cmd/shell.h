/* shell.h - what every subcommand of `bilag` has in common: options, configuration, exit codes, colours.
 *
 * A subcommand is a row (struct cmd) and one function. Options may stand anywhere; what is no option is a
 * word. Exit  0 fine; 1 something is red, held, faulty or was refused; 2 wrong usage; 100 the configuration
 * cannot be used. What it found goes to stdout, complaints to stderr.
 */
#ifndef BILAG_BILAG_CMD_SHELL_H
#define BILAG_BILAG_CMD_SHELL_H

#include "bilag/read/online.h"
#include "bilag/show/catalogue.h"
#include "bilag/show/voice.h"

#include <stdio.h>

enum { EXIT_FINE = 0, EXIT_RED = 1, EXIT_USAGE = 2, EXIT_UNUSABLE = 100 };
enum { OPTIONS_MAX = 16, WORDS_MAX = 4096 };

struct option { const char *name, *value, *meaning; };      /* value NULL: a switch */

struct args {
    const struct option *options;
    const char *values[OPTIONS_MAX];     /* beside options; "" for a switch that was given */
    const char **words;
    size_t word_count;
};

struct shell {
    const char *config_dir;
    struct config *config;
    struct arena arena;                  /* for the life of the command */
    struct voice voice;                  /* colour: stdout is a terminal */
    const char *command;
};

struct cmd {
    const char *name, *usage, *about;
    const struct option *options;        /* ends with a row without name; --config and --help come by themselves */
    int (*run)(struct shell *shell, const struct args *args);
};

const char *args_value(const struct args *args, const char *name);       /* NULL: not given */
bool        args_has(const struct args *args, const char *name);

/* "bilag check: ..." on stderr, in the language of the configuration; gives the code back, so that a return says both. */
int complain(const struct shell *shell, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* printf() in the language of the configuration (catalogue.h). */
void shell_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
int complain_err(const struct shell *shell, enum err err, const struct fault *fault);    /* EXIT_RED */

/* The venue of --venue, complained about if there is none of that name (NULL). */
const struct venue *shell_venue(const struct shell *shell, const char *name);
/* A day from an option; the preset if it was not given. False: complained about. */
bool shell_day(const struct shell *shell, const struct args *args, const char *name, int32_t preset, int32_t *ret_day);
/* True when a person at the terminal says yes, or --yes was given. */
bool shell_confirm(const struct shell *shell, const struct args *args, const char *question);

/* What reading and deciding need of it (context.h). */
struct context shell_context(struct shell *shell);
/* The configuration with the keys in place of the one without: for who speaks to PowerOffice itself. What was lent of the former
 * is dead. Complains where the keys are another user's. */
USED int shell_keys(struct shell *shell);
/* online_open() of read/online.h. */
USED enum err shell_online(struct shell *shell, enum online_use use, struct online **ret_online, struct fault *fault);
/* decide() of act/decide.h; complains and gives a code that is not EXIT_FINE if it could not be written down. */
int shell_decide(struct shell *shell, const char *verb, struct str subject, struct str detail, struct str reason,
                 uint64_t *ret_number);

static inline const char *paint(const struct shell *shell, enum colour colour)
{
    return voice_paint(&shell->voice, colour);
}

/* One of the two, in the language of the configuration. */
__attribute__((format_arg(2), format_arg(3)))
static inline const char *in_words(const struct shell *shell, const char *en, const char *nb)
{
    return voice_words(&shell->voice, en, nb);
}

extern const struct cmd
    cmd_status,
    cmd_check,
    cmd_import,
    cmd_export,
    cmd_manual,
    cmd_tips,
    cmd_explain,
    cmd_settlement,
    cmd_accept,
    cmd_leave_out,
    cmd_by_hand,
    cmd_undo,
    cmd_resend,
    cmd_leave_reversed,
    cmd_reverse,
    cmd_orders,
    cmd_customers,
    cmd_products,
    cmd_invoicing,
    cmd_venues,
    cmd_refused,
    cmd_choose,
    cmd_restarted,
    cmd_tokens,
    cmd_probe,
    cmd_users,
    cmd_audit,
    cmd_backup,
    cmd_restore,
    cmd_fsck,
    cmd_move,
    cmd_forget;

#endif
