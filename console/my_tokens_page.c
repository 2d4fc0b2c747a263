/* my_tokens_page.c - tokens for programs that ask in one's own name (api.h): listed under one's sign-in, made with the password and
 * shown once, revoked. */
#include "routes.h"
#include "seen.h"

#include <inttypes.h>
#include <sodium.h>

#include "bilag/act/user_token_make.h"

/* --- the list --- */

static void revoke_form(struct view *view, uint64_t number)
{
    view_form(view, "/me/tokens/revoke", "row");
    view_hidden(view, "number", arena_format(&view->arena, "%" PRIu64, number));
    view_hidden(view, "back", STR("/me"));
    view_button(view, "plain", SAY(view, "Revoke", "Trekk tilbake"));
    view_form_end(view);
}

static enum err tell_token(const struct user_token *token, void *context)
{
    struct view *view = context;
    struct html *html = &view->html;
    char made[32], used[32];

    if (!str_equal(token->user, view->user.name))
        return ERR_OK;
    html_begin(html, "li");
    html_element(html, "b", NULL, token->about);
    html_words(html, "p", "faint", SAY(view, "Token %" PRIu64 ", made %s, last used %s", "Token %" PRIu64 ", laget %s, sist "
                                       "brukt %s"), token->number, time_text_utc(token->made_ms, made),
               token->used_ms ? time_text_utc(token->used_ms, used) : SAY(view, "never", "aldri"));
    revoke_form(view, token->number);
    html_end(html);
    return ERR_OK;
}

static void add_form(struct view *view)
{
    view_form(view, "/me/tokens", "sign");
    seen_hide(view);
    view_input(view, "about", SAY(view, "What the token is for", "Hva tokenet er til"), "text", true);
    view_input(view, "password", SAY(view, "Your password", "Passordet ditt"), "password", true);
    view_button(view, "plain", SAY(view, "Make a token", "Lag et token"));
    view_form_end(view);
}

void my_tokens(struct view *view)
{
    enum err err;

    html_element(&view->html, "h2", NULL, str_of(SAY(view, "Tokens for programs", "Tokener til programmer")));
    html_element(&view->html, "p", "faint",
                 str_of(SAY(view, "A program that shows one may over /api/v1 what you may. Give a program that others run a "
                                  "user of its own.",
                            "Et program som viser et token, kan over /api/v1 det du kan. Gi et program som andre kjører, sin "
                            "egen bruker.")));
    html_begin(&view->html, "ul");
    html_class(&view->html, "list");
    err = user_tokens_list(view->console->users, tell_token, view);
    html_end(&view->html);
    if (err)
        view_fail(view, err);
    else
        add_form(view);
}

/* --- made, and revoked --- */

/* Pressed twice, or sent again by a browser that goes back: one token. */
static bool made_by_me(const struct decision *decision, void *context)
{
    const struct view *view = context;

    return str_equal(decision->verb, STR("user-token-add")) && str_equal(decision->subject, view->user.name);
}

static void show_once(struct view *view, const char *text)
{
    view_begin(view, SAY(view, "A token", "Et token"), NULL);
    html_element(&view->html, "p", "notice yellow",
                 str_of(SAY(view, "It is shown this once, and never again: put it where it is used. What is kept of it here "
                                  "opens nothing.",
                            "Det vises bare denne ene gangen: legg det der det skal brukes. Det som lagres her, åpner "
                            "ingenting.")));
    html_begin(&view->html, "p");
    html_element(&view->html, "code", "command", str_of(text));
    html_end(&view->html);
    view_link_line(view, STR("/me"), SAY(view, "To my sign-in", "Til min innlogging"));
}

/* Who has the session, but not the password, makes nothing that outlasts it. */
void do_my_token_add(struct view *view)
{
    struct str password = view_field(view, "password");
    bool known = me_knows_password(view, password);
    char text[USER_TOKEN_SIZE];
    uint64_t number;
    enum err err;

    if (password.bytes)
        sodium_memzero((void *)(uintptr_t)password.bytes, password.len);
    if (!known || !seen_still_of(view, made_by_me, view))
        return;
    err = user_token_make(&view->context, view->console->users, view->user.name, view_field(view, "about"), text, &number);
    if (err == ERR_FORMAT || err == ERR_EXISTS)
        view_refuse(view, err == ERR_FORMAT ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_CONFLICT, view_why(view, err));
    else if (err)
        view_fail(view, err);
    else
        show_once(view, text);
    sodium_memzero(text, sizeof text);
}

void do_my_token_revoke(struct view *view)
{
    uint64_t token = view_number(view_field(view, "number")), number = 0;
    enum err err = user_token_revoke(&view->context, view->console->users, view->user.name, token, STR("console"), &number);

    if (err == ERR_NOT_FOUND)
        view_refuse(view, MHD_HTTP_NOT_FOUND, view_why(view, err));
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}
