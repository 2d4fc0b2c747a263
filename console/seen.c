#include "seen.h"

#include <inttypes.h>
#include <stdio.h>

/* 0: nobody has decided anything yet. */
static enum err last_decision(struct view *view, uint64_t *ret_number)
{
    struct fault fault = { "" };
    struct audit *audit;
    enum err err = audit_open_there(view->config.state_dir, &audit, &fault);

    *ret_number = 0;
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = audit_last(audit, ret_number);
    audit_close(audit);
    return err;
}

/* All forms of a page carry the same number, which is read once: a page has hundreds of them.
 * Where the trail cannot be read, the form is as one that saw nothing: what it asks for is refused, not done unseen. */
uint64_t seen_now(struct view *view)
{
    if (!view->has_last && last_decision(view, &view->last_decision))
        view->last_decision = 0;
    view->has_last = true;
    return view->last_decision;
}

void seen_hide(struct view *view)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%" PRIu64, seen_now(view));
    view_hidden(view, "seen", str_of(text));
}

struct since { struct view *view; seen_fits fits; void *context; };

static enum err decided(const struct decision *decision, void *context)
{
    const struct since *since = context;
    struct view *view = since->view;

    if (!since->fits(decision, since->context))
        return ERR_OK;
    view_refuse(view, MHD_HTTP_CONFLICT, arena_format(&view->arena,
                SAY(view, "%.*s has decided about %.*s since you saw it: %.*s, decision %" PRIu64 ". Nothing of yours is done: "
                          "look at it again.",
                    "%.*s har bestemt noe om %.*s etter at du så det: %.*s, beslutning %" PRIu64 ". Ingenting av ditt er "
                    "utført: se på det igjen."), TEXT(decision->who), TEXT(decision->subject), TEXT(decision->verb),
                decision->number).bytes);
    return ERR_STOP;
}

static bool is_seen_still(struct view *view, uint64_t number, seen_fits fits, void *context)
{
    struct since since = { view, fits, context };
    struct fault fault = { "" };
    struct audit *audit;
    enum err err = audit_open_there(view->config.state_dir, &audit, &fault);

    if (err == ERR_NOT_FOUND)
        return true;
    if (!err) {
        err = audit_read(audit, number + 1, decided, &since);
        audit_close(audit);
    }
    if (err)
        view_fail(view, err);
    return !view->status;
}

bool seen_still_of(struct view *view, seen_fits fits, void *context)
{
    return is_seen_still(view, view_number(view_field(view, "seen")), fits, context);
}

static bool is_subject(const struct decision *decision, void *context)
{
    const struct str *subject = context;

    return str_equal(decision->subject, *subject);
}

bool seen_still(struct view *view, struct str subject)
{
    return seen_still_of(view, is_subject, &subject);
}

bool seen_still_since(struct view *view, struct str subject, uint64_t number)
{
    return is_seen_still(view, number, is_subject, &subject);
}
