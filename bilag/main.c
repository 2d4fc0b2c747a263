/* bilag - the operator's and bookkeeper's command: looks into the stores, asks the stages, writes down decisions.
 *
 * It keeps nothing of its own. Stores are read while stages run and while nothing runs; what a person decides goes
 * through the audit trail, from which the stages take it up. */
#include "bilag/cmd/arguments.h"
#include "bilag/cmd/help.h"

#include <string.h>
#include <sys/stat.h>

/* In the order in which help tells them; help.c names the groups. */
static const struct cmd *const commands[] = {
    &cmd_status, &cmd_export, &cmd_explain, &cmd_orders, &cmd_manual, &cmd_tips, &cmd_settlement, &cmd_audit,
    &cmd_import, &cmd_refused,
    &cmd_accept, &cmd_leave_out, &cmd_by_hand, &cmd_undo, &cmd_resend, &cmd_leave_reversed, &cmd_reverse, &cmd_choose,
    &cmd_restarted, &cmd_invoicing,
    &cmd_check, &cmd_venues, &cmd_customers, &cmd_products, &cmd_tokens, &cmd_users, &cmd_probe,
    &cmd_backup, &cmd_restore, &cmd_fsck, &cmd_move, &cmd_forget,
};

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "--help";

    (void)umask(077);                     /* pages, settlements and backups name customers and amounts (docs/privacy.md) */
    if (strcmp(name, "--version") == 0) {
        (void)printf("bilag %s\n", BILAG_VERSION);
        return EXIT_FINE;
    }
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0)
        return help(commands, COUNT(commands), argc > 2 ? argv[2] : NULL);
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return arguments_run(commands[i], argc, argv);
    return help_no_command(commands, COUNT(commands), name);
}
