/* api_connect.c - a venue's connection to PowerOffice for programs: what the connect page shows. Keys are given by an act and read by
 * nobody. */
#include "api.h"
#include "api_routes.h"
#include "asking.h"
#include "bilag/read/connection.h"
#include "connect_page.h"
#include "seen.h"

static const char *const states[] = {
    [CONNECTION_NONE] = "no-key", [CONNECTION_UNREAD] = "not-asked", [CONNECTION_REFUSED] = "refused",
    [CONNECTION_SUBSCRIPTION] = "subscription", [CONNECTION_OTHER_BOOKS] = "other-books",
    [CONNECTION_RIGHTS] = "rights-lacking", [CONNECTION_ADD_ON] = "add-on-awaited", [CONNECTION_FINE] = "connected",
};

static void tell_given(struct view *view, struct strbuf *out, const struct connection *connection)
{
    static const char *const given[] = {
        [GIVEN_ON_ITS_WAY] = "on-its-way", [GIVEN_USED] = "in-use", [GIVEN_TAKEN_BACK] = "not-kept",
    };

    if (connection->given.state == GIVEN_NONE)
        return;
    json_open(out, "key_given", '{');
    json_put_str(out, "stands", str_of(given[connection->given.state]));
    json_put_str(out, "by", connection->given.who);
    api_time(out, "at", connection->given.time_ms);
    api_text(out, "why", connect_said(view, connection->given.why));
    json_close(out, '}');
}

static const char *const wishes[] = {
    [ASKING_KEY] = "key", [ASKING_READ] = "books", [ASKING_PAGE] = "page", [ASKING_TOKEN] = "key",
};

static void tell_asked(struct view *view, struct strbuf *out, struct str venue)
{
    const struct asked_for *asked = askings_of(view->console->askings, venue);

    if (!asked)
        return;
    json_open(out, "asked", '{');
    json_put_str(out, "for", str_of(wishes[asked->kind]));
    json_put_bool(out, "over", asked->over);
    api_time(out, "began_at", asked->began_ms);
    if (asked->over)
        api_time(out, "ended_at", asked->ended_ms);
    if (asked->over && asked->err)
        api_text(out, "why", connect_said(view, str_of(asked->words)));
    json_close(out, '}');
}

static void tell_green(struct strbuf *out, const struct green *green)
{
    json_open(out, "faults", '[');
    for (size_t i = 0; i < green->count; i++)
        json_put_str(out, NULL, green->faults[i]);
    json_close(out, ']');
    json_put_bool(out, "may_be_switched_on", !green->count && !green->unknown);
    if (green->unknown)
        json_put_str(out, "not_known", str_of(green->unknown));
}

static void tell(struct view *view, const struct venue *now, const struct connection *connection, const struct green *green)
{
    struct strbuf *out = api_begin(view);

    json_put_str(out, "venue", now->id);
    json_put_str(out, "stands", str_of(states[connection->state]));
    json_put_str(out, "extension", str_of(extension_text(now->extension)));
    if (now->extension != EXTENSION_MAIN)    /* that one is a secret of the installation */
        api_text(out, "application_key", view->config.application_keys[now->extension]);
    api_text(out, "client_name", connection->client_name);
    api_text(out, "words", connect_said(view, connection->words));
    api_time(out, "read_at", connection->read_ms);
    json_put_bool(out, "add_on_awaited", connection->add_on_waits);
    tell_given(view, out, connection);
    tell_asked(view, out, now->id);
    if (now->client_id.len)
        tell_green(out, green);
    json_put_uint(out, "seen", seen_now(view));
    api_end(view);
}

void api_connection(struct view *view)
{
    struct venue_edit edit = { .context = NULL };
    struct setup_form form = { .view = view, .edit = &edit };
    struct connection connection;
    struct green green = { .count = 0 };
    enum err err;

    if (setup_open(view, &edit)) {
        err = connection_of(&view->context, &edit.now, &connection);
        if (!err && edit.now.client_id.len)
            err = connect_green(&form, &green);
        if (err)
            view_fail(view, err);
        else
            tell(view, &edit.now, &connection, &green);
    }
    setup_close(&edit);
}
