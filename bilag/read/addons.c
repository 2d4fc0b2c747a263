#include "addons.h"

#include <string.h>

struct loading { struct context *context; struct addons *addons; };

static size_t place_of(const struct addons *addons, struct str venue)
{
    size_t at = 0;

    while (at < addons->count && !str_equal(addons->venues[at], venue))
        at++;
    return at;
}

bool addons_has(const struct addons *addons, struct str venue)
{
    return place_of(addons, venue) < addons->count;
}

static enum err add(struct loading *loading, struct str venue)
{
    struct addons *addons = loading->addons;

    if (addons->count == addons->room) {
        size_t room = addons->room ? 2 * addons->room : 16;
        struct str *more = arena_array(loading->context->arena, room, sizeof *more);

        if (!more)
            return ERR_MEMORY;
        if (addons->count)
            memcpy(more, addons->venues, addons->count * sizeof *more);
        addons->venues = more;
        addons->room = room;
    }
    addons->venues[addons->count++] = arena_copy(loading->context->arena, venue);
    return arena_failed(loading->context->arena) ? ERR_MEMORY : ERR_OK;
}

/* A venue that was moved to the main extension since waits for nobody. */
static bool is_on_add_on(const struct config *config, struct str id)
{
    const struct venue *venue = config_venue(config, id);

    return !venue || venue->extension != EXTENSION_MAIN;
}

static enum err decision_seen(const struct decision *decision, void *context)
{
    struct loading *loading = context;
    struct addons *addons = loading->addons;
    bool asked = str_equal(decision->verb, STR(ADD_ON_ASKED));
    size_t at;

    if (!asked && !str_equal(decision->verb, STR(ADD_ON_THERE)) && !str_equal(decision->verb, STR(ADD_ON_DROPPED)))
        return ERR_OK;
    at = place_of(addons, decision->subject);
    if (!asked && at < addons->count)
        addons->venues[at] = addons->venues[--addons->count];
    return asked && at == addons->count && is_on_add_on(loading->context->config, decision->subject)
               ? add(loading, decision->subject) : ERR_OK;
}

enum err addons_load(struct context *context, struct addons *ret_addons)
{
    static const char *const verbs[] = { ADD_ON_ASKED, ADD_ON_THERE, ADD_ON_DROPPED };
    const struct audit_wish wish = { verbs, COUNT(verbs), STR_NONE };
    struct loading loading = { context, ret_addons };
    struct audit *audit;
    enum err err;

    *ret_addons = (struct addons){ NULL, 0, 0 };
    err = audit_open_there(context->config->state_dir, &audit, &context->fault);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = audit_read_of(audit, &wish, decision_seen, &loading);
    audit_close(audit);
    return err;
}

struct confirming { struct str venue, extension; bool confirmed; };

static enum err confirmed_seen(const struct decision *decision, void *context)
{
    struct confirming *confirming = context;

    if (str_equal(decision->verb, STR(ADD_ON_THERE)) && str_equal(decision->subject, confirming->venue))
        confirming->confirmed = str_equal(decision->detail, confirming->extension);
    return ERR_OK;
}

enum err addons_confirmed(struct context *context, struct str venue, struct str extension, bool *ret_confirmed)
{
    static const char *const verbs[] = { ADD_ON_THERE };
    const struct audit_wish wish = { verbs, COUNT(verbs), venue };
    struct confirming confirming = { venue, extension, false };
    struct audit *audit;
    enum err err = audit_open_there(context->config->state_dir, &audit, &context->fault);

    *ret_confirmed = false;
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = audit_read_of(audit, &wish, confirmed_seen, &confirming);
    audit_close(audit);
    *ret_confirmed = confirming.confirmed;
    return err;
}
