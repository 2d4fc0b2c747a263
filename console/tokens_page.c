/* tokens_page.c - who may send whose sales over HTTP: tokens listed, made (shown once, never again) and revoked by who
 * operates. */
#include "api.h"
#include "routes.h"
#include "seen.h"

#include <inttypes.h>
#include <sodium.h>

#include "bilag/act/token_make.h"

/* What a scope opens is this person's to see; a venue that is not set up has no company yet. */
static bool sees_scope(const struct view *view, const struct door_scope *scope)
{
    const struct venue *venue = scope->company ? NULL : config_venue(&view->config, scope->name);

    return view->user.all_companies || (scope->company ? user_sees(&view->user, scope->name)
                                                       : venue && user_sees(&view->user, venue->company));
}

bool token_is_seen(const struct view *view, const struct door_token *token)
{
    for (size_t i = 0; i < token->scope_count; i++)
        if (!sees_scope(view, &token->scopes[i]))
            return false;
    return true;
}

/* --- the list --- */

static void revoke_form(struct view *view, uint64_t number)
{
    html_begin(&view->html, "details");
    html_element(&view->html, "summary", NULL, str_of(SAY(view, "Revoke", "Trekk tilbake")));
    view_form(view, "/tokens/revoke", "row");
    view_hidden(view, "number", arena_format(&view->arena, "%" PRIu64, number));
    view_hidden(view, "back", STR("/tokens"));
    view_reason(view);
    view_button(view, "plain", SAY(view, "It opens nothing any more", "Det åpner ingenting lenger"));
    view_form_end(view);
    html_end(&view->html);
}

static enum err tell_token(const struct door_token *token, void *context)
{
    struct view *view = context;
    struct html *html = &view->html;
    char when[32];

    if (!token_is_seen(view, token))
        return ERR_OK;
    html_begin(html, "tr");
    view_cell(view, SAY(view, "No.", "Nr."));
    html_say(html, "%" PRIu64, token->number);
    html_end(html);
    view_cell(view, SAY(view, "Opens", "Åpner"));
    html_text(html, door_scopes_text(&view->arena, token->scopes, token->scope_count));
    html_end(html);
    view_cell(view, SAY(view, "Who has it", "Hvem har det"));
    html_say(html, "%.*s%s", TEXT(token->about), token->curve ? " (ZeroMQ)" : "");
    html_end(html);
    view_cell(view, SAY(view, "Made", "Laget"));
    html_text(html, str_of(view_time(view, token->made_ms, when)));
    html_end(html);
    view_cell(view, SAY(view, "Last used", "Sist brukt"));
    html_begin(html, "div");
    html_text(html, str_of(token->used_ms ? view_time(view, token->used_ms, when) : SAY(view, "never", "aldri")));
    if (token->revoked_ms)
        html_words(html, "span", "state grey", SAY(view, "revoked %s", "trukket tilbake %s"),
                   view_time(view, token->revoked_ms, when));
    else
        revoke_form(view, token->number);
    html_end(html);
    html_end(html);
    html_end(html);
    return ERR_OK;
}

static enum err list(struct view *view, struct doors *doors)
{
    const char *const words[] = { SAY(view, "No.", "Nr."), SAY(view, "Opens", "Åpner"), SAY(view, "Who has it", "Hvem har det"),
                                  SAY(view, "Made", "Laget"), SAY(view, "Last used", "Sist brukt") };
    enum err err;

    html_begin(&view->html, "table");
    html_class(&view->html, "stack");
    view_heads(view, words, COUNT(words), 0);
    html_begin(&view->html, "tbody");
    err = doors_list(doors, tell_token, view);
    html_end(&view->html);
    html_end(&view->html);
    return err;
}

static void add_form(struct view *view)
{
    html_element(&view->html, "h2", NULL, str_of(SAY(view, "A new token", "Nytt token")));
    html_element(&view->html, "p", "faint",
                 str_of(SAY(view, "A till, or what sends for several, has a token of its own. It opens what is said here, and "
                                  "nothing "
                                  "else; a venue may be named before it is set up. Keys for ZeroMQ are made by whoever runs "
                                  "Bilag.",
                            "En kasse, eller det som sender for flere, har sitt eget token. Det åpner det som sies her, og "
                            "ikke "
                            "noe annet; et salgssted kan nevnes før det er satt opp. Nøkler til ZeroMQ lages av den som "
                            "drifter Bilag.")));
    view_form(view, "/tokens", "sheet");
    seen_hide(view);
    view_input(view, "venues", SAY(view, "Venues, with commas", "Salgssteder, med komma"), "text", false);
    view_input(view, "company", SAY(view, "or all venues of an organisation number, also later ones",
                                    "eller alle salgsstedene til et organisasjonsnummer, også senere"), "text", false);
    view_input(view, "about", SAY(view, "Who has it", "Hvem har det"), "text", true);
    view_button(view, NULL, SAY(view, "Make a token", "Lag et token"));
    view_form_end(view);
}

static bool open_doors(struct view *view, struct doors **ret_doors)
{
    enum err err = doors_open(view->config.state_dir, 0, ret_doors, &view->context.fault);

    if (err)
        view_fail(view, err);
    return err == ERR_OK;
}

void page_tokens(struct view *view)
{
    struct doors *doors;
    enum err err;

    if (!open_doors(view, &doors))
        return;
    view_begin(view, SAY(view, "Tokens", "Tokener"), NULL);
    err = list(view, doors);
    if (err)
        view_fail(view, err);
    else
        add_form(view);
    doors_close(doors);
}

/* --- made --- */

struct scopes { struct door_scope *at; size_t count; };

static bool take_scope(struct view *view, struct scopes *scopes, bool company, struct str name)
{
    struct door_scope scope = { company, name };

    while (scope.name.len && scope.name.bytes[0] == ' ')
        scope.name = (struct str){ scope.name.bytes + 1, scope.name.len - 1 };
    while (scope.name.len && scope.name.bytes[scope.name.len - 1] == ' ')
        scope.name.len--;
    if (!scope.name.len)
        return true;
    if (!str_is_name(scope.name) || scopes->count == DOOR_SCOPES_MAX) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, arena_format(&view->arena, company
                    ? SAY(view, "%.*s is no organisation number.", "%.*s er ikke et organisasjonsnummer.")
                    : SAY(view, "%.*s is no name of a venue.", "%.*s er ikke navnet på et salgssted."),
                            TEXT(scope.name)).bytes);
        return false;
    }
    if (!sees_scope(view, &scope)) {
        view_no_venue(view);
        return false;
    }
    scopes->at[scopes->count++] = scope;
    return true;
}

/* False: answered. */
static bool take_scopes(struct view *view, struct scopes *scopes)
{
    struct str rest = view_field(view, "venues");

    scopes->at = arena_array(&view->arena, rest.len / 2 + 3, sizeof *scopes->at);
    if (!scopes->at) {
        view_fail(view, ERR_MEMORY);
        return false;
    }
    if (!take_scope(view, scopes, true, view_field(view, "company")))
        return false;
    while (rest.len) {
        struct str word = { rest.bytes, 0 };

        while (word.len < rest.len && rest.bytes[word.len] != ',')
            word.len++;
        rest = (struct str){ rest.bytes + word.len + (word.len < rest.len), rest.len - word.len - (word.len < rest.len) };
        if (!take_scope(view, scopes, false, word))
            return false;
    }
    if (!scopes->count)
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "Say whose sales it may send: venues, or an organisation number.",
                                                    "Si hvem sine salg det kan sende: salgssteder eller et "
                                                    "organisasjonsnummer."));
    return scopes->count > 0;
}

/* Pressed twice, or sent again by a browser that goes back: one token. */
static bool made_by_me(const struct decision *decision, void *context)
{
    const struct view *view = context;

    return str_equal(decision->verb, STR("token-add")) && str_equal(decision->who, view->context.who);
}

static void show_once(struct view *view, uint64_t number, const char *text)
{
    if (view->api) {
        api_tell_token(view, number, text);
        return;
    }
    view_begin(view, arena_format(&view->arena, SAY(view, "Token %" PRIu64, "Token %" PRIu64), number).bytes, NULL);
    html_element(&view->html, "p", "notice yellow",
                 str_of(SAY(view, "It is shown this once, and never again: put it where it is used. What is kept of it here "
                                  "opens "
                                  "nothing.", "Det vises bare denne ene gangen: legg det der det skal brukes. Det som lagres "
                                              "her, "
                                  "åpner ingenting.")));
    html_begin(&view->html, "p");
    html_element(&view->html, "code", "command", str_of(text));
    html_end(&view->html);
    view_link_line(view, STR("/tokens"), SAY(view, "To the tokens", "Til tokenene"));
}

void do_token_add(struct view *view)
{
    struct scopes scopes = { NULL, 0 };
    struct str about = view_field(view, "about");
    char text[DOOR_TEXT_SIZE];
    struct doors *doors;
    uint64_t number;
    enum err err;

    if (!take_scopes(view, &scopes) || !seen_still_of(view, made_by_me, view) || !open_doors(view, &doors))
        return;
    err = token_make(&view->context, doors, scopes.at, scopes.count, about, STR_NONE, text, &number);
    doors_close(doors);
    if (err == ERR_TOO_LONG)
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "What it is for is too long: a few words.",
                                                    "Det som står om hva det er til, er for langt: noen få ord."));
    else if (err)
        view_fail(view, err);
    else
        show_once(view, number, text);
    sodium_memzero(text, sizeof text);
}

/* --- revoked --- */

struct choosing { const struct view *view; uint64_t number; bool there, over; };

static enum err chosen(const struct door_token *token, void *context)
{
    struct choosing *choosing = context;

    if (token->number == choosing->number) {
        choosing->there = token_is_seen(choosing->view, token);
        choosing->over = token->revoked_ms != 0;
    }
    return ERR_OK;
}

static void take_back(struct view *view, struct doors *doors, struct str reason)
{
    struct choosing choosing = { .view = view, .number = view_number(view_field(view, "number")) };
    uint64_t number;
    enum err err = doors_list(doors, chosen, &choosing);

    if (!err && !choosing.there) {
        view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such token.", "Tokenet finnes ikke."));
        return;
    }
    if (!err && choosing.over) {
        view_refuse(view, MHD_HTTP_CONFLICT, SAY(view, "It is revoked already.", "Det er alt trukket tilbake."));
        return;
    }
    if (!err)
        err = token_revoke(&view->context, doors, choosing.number, reason, &number);
    if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

void do_token_revoke(struct view *view)
{
    struct doors *doors;
    struct str reason;

    if (!view_has_reason(view, &reason) || !open_doors(view, &doors))
        return;
    take_back(view, doors, reason);
    doors_close(doors);
}
