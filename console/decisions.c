#include "decisions.h"

#include <string.h>

#include "bilag/read/parked.h"
#include "bilag/read/refusals.h"

enum { PIECE = 200 };

struct trail {
    struct view *view;
    struct str subject;
    struct decisions *into; uint64_t limit;
    struct decision piece[PIECE]; size_t found;              /* of this piece, the earliest first */
    uint64_t until;                      /* what is not read yet ends here; 0: all is */
};

/* A subject begins with a venue (a document, a receipt) or a company (a customer). What has neither, tokens and users, is for
 * who operates all of it. */
bool decision_is_seen(const struct view *view, struct str subject)
{
    const char *slash = subject.len ? memchr(subject.bytes, '/', subject.len) : NULL;
    struct str first = { subject.bytes, slash ? (size_t)(slash - subject.bytes) : subject.len };
    const struct venue *venue = config_venue(&view->config, first);

    if (view->user.all_companies && user_may(&view->user, ACT_OPERATE))
        return true;
    if (venue)
        return user_sees(&view->user, venue->company);
    for (size_t i = 0; slash && i < view->config.venue_count; i++)
        if (str_equal(view->config.venues[i].company, first))
            return user_sees(&view->user, first);
    return false;
}

enum console_act undo_act(struct str verb)
{
    return str_equal(verb, STR(REFUSAL_VERB)) || str_equal(verb, STR(PARKED_VERB)) ? ACT_OPERATE : ACT_DECIDE;
}

static enum err seen(const struct decision *decision, void *context)
{
    struct trail *trail = context;
    struct arena *arena = &trail->view->arena;
    struct decision *to;

    if (decision->number > trail->until)
        return ERR_STOP;
    if (!decision_is_seen(trail->view, decision->subject) ||
        (trail->subject.len && !str_starts(decision->subject, trail->subject)))
        return ERR_OK;
    to = &trail->piece[trail->found++];
    *to = *decision;
    to->who = arena_copy(arena, decision->who);
    to->verb = arena_copy(arena, decision->verb);
    to->subject = arena_copy(arena, decision->subject);
    to->detail = arena_copy(arena, decision->detail);
    to->reason = arena_copy(arena, decision->reason);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

/* Until there is one more than is asked for: then there are earlier ones, and they are this person's to see. */
static enum err read_back(struct trail *trail, struct audit *audit)
{
    struct decisions *into = trail->into;
    enum err err = ERR_OK;

    while (!err && trail->until && !into->before) {
        uint64_t from = trail->until > PIECE ? trail->until - PIECE + 1 : 1;

        trail->found = 0;
        err = audit_read(audit, from, seen, trail);
        trail->until = from - 1;
        while (!err && trail->found && into->count < trail->limit)
            into->at[into->count++] = trail->piece[--trail->found];
        if (!err && trail->found)
            into->before = into->at[into->count - 1].number;
    }
    return err;
}

enum err decisions_take(struct view *view, struct str subject, uint64_t before, uint64_t limit, struct decisions *ret_decisions)
{
    struct trail *trail = arena_alloc(&view->arena, sizeof *trail);
    struct decisions decisions = { .at = arena_array(&view->arena, limit, sizeof *decisions.at) };
    struct audit *audit;
    enum err err = trail && decisions.at ? audit_open_there(view->config.state_dir, &audit, &view->context.fault) : ERR_MEMORY;

    if (!err) {
        *trail = (struct trail){ .view = view, .subject = subject, .into = &decisions, .limit = limit };
        err = audit_last(audit, &trail->until);
        if (trail->until >= before)
            trail->until = before - 1;
        if (!err)
            err = read_back(trail, audit);
        audit_close(audit);
    } else if (err == ERR_NOT_FOUND) {
        err = ERR_OK;
    }
    if (!err)
        *ret_decisions = decisions;
    return err;
}
