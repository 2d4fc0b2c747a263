#include "decide.h"

#include "base/killpoint.h"
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

enum err decide(struct context *context, const char *verb, struct str subject, struct str detail, struct str reason,
                uint64_t *ret_number)
{
    struct decision decision = { .time_ms = clock_now_ms(), .verb = str_of(verb),
                                 .who = context->who.len ? context->who : who(context->arena),
                                 .subject = subject, .detail = detail, .reason = reason };
    struct audit *audit;
    uint64_t number;
    enum err err = audit_open(context->config->state_dir, &audit, &context->fault);

    if (err)
        return err;
    KILLPOINT("act.before-trail");
    err = audit_append(audit, &decision, &number);
    audit_close(audit);
    KILLPOINT("act.after-trail");
    if (err)
        return fault_set(&context->fault, err, "the decision could not be written down: %s", err_text(err));
    if (ret_number)
        *ret_number = number;
    return ERR_OK;
}
