/* api_acts.c - what a program has done: the acts of the pages, by name. Each row is a page's own POST, with its right and its
 * function (routes.c), and says which members of the body it takes. */
#include "api.h"
#include "api_routes.h"
#include "body.h"
#include "setup_form.h"

#include <string.h>
#include <strings.h>

/* Every member there is; which of them an act takes stands in its row. */
static const struct body_member members[] = {
    { "act", BODY_TEXT, "deed" },                       { "documents", BODY_TEXTS, "document" },
    { "receipts", BODY_TEXTS, "receipt" },              { "reason", BODY_TEXT, "reason" },
    { "code", BODY_TEXT, "code" },                      { "day", BODY_TEXT, "day" },
    { "seen", BODY_NUMBER, "seen" },                    { "amount", BODY_ORE, "amount" },
    { "receipt", BODY_TEXT, "receipt" },                { "which", BODY_NUMBER, "which" },
    { "place", BODY_NUMBER, "place" },                  { "item", BODY_TEXT, "item" },
    { "from", BODY_TEXT, "from" },                      { "to", BODY_TEXT, "to" },
    { "till_customer", BODY_TEXT, "till_customer" },    { "number", BODY_NUMBER, "number" },
    { "connections", BODY_CONNECTIONS, "row" },         { "decision", BODY_NUMBER, "number" },
    { "what", BODY_TEXT, "what" },                      { "subject", BODY_TEXT, "subject" },
    { "so_far", BODY_TEXT, "so_far" },                  { "name", BODY_TEXT, "name" },
    { "title", BODY_TEXT, "title" },                    { "language", BODY_TEXT, "language" },
    { "companies", BODY_WORDS, "companies" },           { "all_companies", BODY_SWITCH, "all" },
    { "roles", BODY_TEXTS, "role" },                    { "password", BODY_TEXT, "password" },
    { "made", BODY_NUMBER, "made" },                    { "venues", BODY_WORDS, "venues" },
    { "company", BODY_TEXT, "company" },                { "about", BODY_TEXT, "about" },
    { "new", BODY_TEXT, "new" },                        { "again", BODY_TEXT, "again" },
    { "id", BODY_TEXT, "id" },                          { "like", BODY_TEXT, "like" },
    { "department", BODY_TEXT, "department" },          { "key", BODY_TEXT, "key" },
    { "was", BODY_NUMBER, "was" },
};

/* takes: the members beside act; one with a question mark may be left away. step: what the page's button says. left_out: also of a
 * venue that is left out, for want of its key or its set-up. */
struct api_act { const char *name, *page, *takes, *step; bool left_out; };

static const struct api_act venue_acts[] = {
    { "transfer",       "/venues/{}/transfer",             "documents",                            NULL, false },
    { "accept",         "/decide",                         "documents reason code",                NULL, false },
    { "resend",         "/decide",                         "documents reason",                     NULL, false },
    { "reverse",        "/decide",                         "documents reason",                     NULL, false },
    { "leave-reversed", "/decide",                         "documents reason",                     NULL, false },
    { "by-hand",        "/decide",                         "documents reason",                     NULL, false },
    { "post-on",        "/decide",                         "documents reason day",                 NULL, false },
    { "leave-out",      "/leave-out",                      "receipts reason seen amount?",         NULL, false },
    { "choose",         "/choose",                         "receipt which place reason seen",      NULL, false },
    { "restarted",      "/restarted",                      "receipt place reason seen",            NULL, false },
    { "tick",           "/venues/{}/manual",               "item from to reason",                  NULL, false },
    { "connect",        "/venues/{}/customers",            "till_customer number was",             NULL, false },
    { "disconnect",     "/venues/{}/customers/disconnect", "till_customer number reason",          NULL, false },
    { "import",         "/venues/{}/customers/import",     "connections reason seen",              "save", false },
    { "give-key",       "/venues/{}/connect",              "key seen",                             NULL, true },
    { "ask",            "/venues/{}/connect/ask",          "",                                     NULL, true },
    { "read-books",     "/venues/{}/setup/read",           "",                                     NULL, false },
    { "confirm-add-on", "/venues/{}/setup/confirm",        "",                                     NULL, false },
};

static const struct api_act whole_acts[] = {
    { "undo",           "/undo",                           "decision reason",                      NULL, false },
    { "dismiss",        "/refused",                        "what subject so_far seen reason",      NULL, false },
    { "retry",          "/refused/retry",                  "what subject so_far seen reason",      NULL, false },
    { "new-venue",      "/new-venue",                      "id name? like? company? department?",  NULL, false },
    { "user-add",       "/users",                          "name password language roles? title? companies? all_companies?", NULL, false },
    { "user-remove",    "/users/remove",                   "name made reason",                     NULL, false },
    { "token-add",      "/tokens",                         "about seen venues? company?",          NULL, false },
    { "token-revoke",   "/tokens/revoke",                  "number reason",                        NULL, false },
    { "password",       "/me",                             "password new again",                   NULL, false },
};

/* --- the body --- */

static bool refuse(struct view *view, struct str member, const char *sentence)
{
    view_refuse(view, MHD_HTTP_BAD_REQUEST,
                member.len ? arena_format(&view->arena, "%.*s: %s", TEXT(member), sentence).bytes : sentence);
    return false;
}

static bool refuse_body(struct view *view, const struct body *body, enum body_fault fault)
{
    const struct { const char *en, *nb; } words[] = {
        [BODY_NO_JSON] = { "the body is no JSON object in UTF-8", "innholdet er ikke et JSON-objekt i UTF-8" },
        [BODY_UNKNOWN] = { "there is no such member", "dette feltet finnes ikke" },
        [BODY_TWICE] = { "it stands there twice", "det står der to ganger" },
        [BODY_WRONG] = { "it is not of the type that is wanted", "det er ikke av typen som ventes" },
        [BODY_TOO_LONG] = { "it is too long", "det er for langt" },
    };

    if (fault == BODY_MEMORY)
        view_fail(view, ERR_MEMORY);
    else
        return refuse(view, fault == BODY_NO_JSON ? STR_NONE : body->wrong, SAY(view, words[fault].en, words[fault].nb));
    return false;
}

bool api_body_take(struct view *view, const struct body_member *rows, size_t count)
{
    const char *type = MHD_lookup_connection_value(view->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE);
    struct body body = { .arena = &view->arena, .members = rows, .member_count = count };
    size_t len = type ? strcspn(type, "; ") : 0;
    enum body_fault fault;

    if (len != 16 || strncasecmp(type, "application/json", len) != 0) {
        view_refuse(view, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, SAY(view, "The body is to be JSON.", "Innholdet skal være JSON."));
        return false;
    }
    fault = body_read(&body, strbuf_str(&view->body));
    if (fault)
        return refuse_body(view, &body, fault);
    view->fields = body.fields;
    view->field_count = body.count;
    view->members = body.seen;
    return true;
}

/* --- the act --- */

static bool is_given(const struct view *view, size_t member)
{
    return view->members & (uint64_t)1 << member;
}

/* Whether the act's row has the word; *ret_needed: without a question mark. */
static bool takes(const struct api_act *act, const char *name, bool *ret_needed)
{
    size_t len = strlen(name);

    for (const char *at = act->takes; (at = strstr(at, name)) != NULL; at += len)
        if ((at == act->takes || at[-1] == ' ') && (!at[len] || at[len] == ' ' || at[len] == '?')) {
            *ret_needed = at[len] != '?';
            return true;
        }
    return false;
}

/* What it needs is there, and nothing that it does not take. */
static bool is_whole(struct view *view, const struct api_act *act)
{
    for (size_t i = 1; i < COUNT(members); i++) {
        bool needed = false, taken = takes(act, members[i].name, &needed);

        if (needed && !is_given(view, i))
            return refuse(view, str_of(members[i].name), SAY(view, "this act needs it", "denne handlingen trenger det"));
        if (!taken && is_given(view, i))
            return refuse(view, str_of(members[i].name), SAY(view, "this act does not take it",
                                                             "denne handlingen tar det ikke"));
    }
    return true;
}

/* What is decided about is of the path's venue. */
static bool is_of_venue(struct view *view)
{
    struct str prefix = arena_format(&view->arena, STR_FMT "/", STR_ARG(view->parts[0]));

    for (size_t i = 0; i < view->field_count; i++) {
        const struct view_field *field = &view->fields[i];

        if ((str_equal(field->name, STR("document")) || str_equal(field->name, STR("receipt"))) &&
            !str_starts(field->value, prefix))
            return refuse(view, field->value, SAY(view, "it is not of this venue", "det hører ikke til dette salgsstedet"));
    }
    return true;
}

static void run(struct view *view, const struct api_act *act, bool left_out)
{
    const struct route *page = route_of_act(act->page);

    if (left_out && !act->left_out) {
        view_no_venue(view);
        return;
    }
    if (!user_may(&view->user, page->act)) {
        view_refuse(view, MHD_HTTP_FORBIDDEN, SAY(view, "The user's role does not open this.",
                                                  "Brukerens rolle åpner ikke dette."));
        return;
    }
    if (!is_whole(view, act))
        return;
    for (size_t i = 0; i < view->field_count; i++)
        if (str_equal(view->fields[i].name, STR("role")) && !user_role_parse(view->fields[i].value)) {
            (void)refuse(view, view->fields[i].value, SAY(view, "there is no such role", "denne rollen finnes ikke"));
            return;
        }
    if (act->step)
        view->fields[view->field_count++] = (struct view_field){ STR("step"), str_of(act->step) };
    page->run(view);
}

static void act_of(struct view *view, const struct api_act *acts, size_t count, bool left_out)
{
    struct str name = view_field(view, "deed");

    for (size_t i = 0; i < count; i++)
        if (str_equal(name, str_of(acts[i].name))) {
            run(view, &acts[i], left_out);
            return;
        }
    (void)refuse(view, STR("act"), SAY(view, "there is no such act", "denne handlingen finnes ikke"));
}

/* One that is left out is known by its file alone; false: there is none, or it is not this user's, and that is answered. */
static bool is_left_out(struct view *view)
{
    struct venue_edit edit = { .context = NULL };
    bool there = setup_open(view, &edit);

    setup_close(&edit);
    return there;
}

void api_venue_acts(struct view *view)
{
    bool left_out = !config_venue(&view->config, view->parts[0]);

    if ((left_out ? is_left_out(view) : view_venue(view) != NULL) && api_body_take(view, members, COUNT(members)) &&
        is_of_venue(view))
        act_of(view, venue_acts, COUNT(venue_acts), left_out);
}

void api_acts(struct view *view)
{
    if (api_body_take(view, members, COUNT(members)))
        act_of(view, whole_acts, COUNT(whole_acts), false);
}

/* --- what there is --- */

static void tell_acts(struct view *view, struct strbuf *out, const char *path, const struct api_act *acts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, "act", str_of(acts[i].name));
        json_put_str(out, "path", str_of(path));
        json_put_str(out, "takes", str_of(acts[i].takes));
        json_put_bool(out, "open", user_may(&view->user, route_of_act(acts[i].page)->act));
        json_close(out, '}');
    }
}

void api_tell_acts(struct view *view, struct strbuf *out)
{
    json_open(out, "acts", '[');
    tell_acts(view, out, "/api/v1/venues/{}/acts", venue_acts, COUNT(venue_acts));
    tell_acts(view, out, "/api/v1/acts", whole_acts, COUNT(whole_acts));
    json_close(out, ']');
}
