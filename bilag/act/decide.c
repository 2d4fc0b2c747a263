#include "decide.h"

#include "domain/audit.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

/* The person, not only the account that the command runs as: sudo says who asked. */
static struct str who(struct arena *arena)
{
    const struct passwd *user = getpwuid(getuid());
    struct str account = user ? arena_copy(arena, str_of(user->pw_name))
                              : arena_format(arena, "uid %u", (unsigned)getuid());
    const char *sudo = getenv("SUDO_USER");

    if (!sudo || !*sudo || str_equal(str_of(sudo), account))
        return account;
    return arena_format(arena, "%s as " STR_FMT, sudo, STR_ARG(account));
}

int decide(struct shell *shell, const char *verb, struct str subject, struct str detail, struct str reason,
           uint64_t *ret_number)
{
    struct decision decision = { .time_ms = clock_now_ms(), .who = who(&shell->arena), .verb = str_of(verb),
                                 .subject = subject, .detail = detail, .reason = reason };
    struct fault fault = { "" };
    struct audit *audit;
    uint64_t number;
    enum err err = audit_open(shell->config->state_dir, &audit, &fault);

    if (err)
        return complain_err(shell, err, &fault);
    err = audit_append(audit, &decision, &number);
    audit_close(audit);
    if (err)
        return complain(shell, EXIT_RED, "the decision could not be written down: %s", err_text(err));
    if (ret_number)
        *ret_number = number;
    return EXIT_FINE;
}
