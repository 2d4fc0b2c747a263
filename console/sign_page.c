/* sign_page.c - signing in and out, and the one file beside the pages: their style. */
#include "routes.h"
#include "bilag/show/style.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "base/log.h"

/* --- the page --- */

static void labelled(struct view *view, const char *name, const char *label, const char *type, const char *complete)
{
    struct html *html = &view->html;

    view_input_begin(view, name, label, type);
    html_attr(html, "autocomplete", str_of(complete));
    html_attr(html, "required", STR(""));
    html_end(html);
}

static void sign_in_page(struct view *view, const char *why)
{
    view_begin(view, SAY(view, "Sign in", "Logg inn"), NULL);
    if (why)
        view_alert(view, why);
    view_form(view, "/sign-in", "sign");
    labelled(view, "name", SAY(view, "Name", "Navn"), "text", "username");
    labelled(view, "password", SAY(view, "Password", "Passord"), "password", "current-password");
    view_button(view, NULL, SAY(view, "Sign in", "Logg inn"));
    view_form_end(view);
}

void page_sign_in(struct view *view)
{
    if (view->signed_in)
        view_go(view, STR("/"));
    else
        sign_in_page(view, NULL);
}

/* --- signing in --- */

static struct str cookie_of(struct view *view, const char *token, int64_t age_s)
{
    bool secure = console_is_secure(view->console);

    return arena_format(&view->arena, "%s=%s; Path=/; Max-Age=%" PRId64 "; HttpOnly; SameSite=Strict%s",
                        secure ? "__Host-bilag" : "bilag", token, age_s, secure ? "; Secure" : "");
}

static void refuse(struct view *view, unsigned status, int64_t wait_s, const char *why)
{
    view->status = status;
    view->retry_s = wait_s;
    sign_in_page(view, why);
}

/* A new token for a new sign-in: the one that came with the request, whoever set it, is worth nothing after it. */
static void begin_session(struct view *view, const struct user *user)
{
    struct console *console = view->console;
    const struct session_limits limits = console_limits(console);
    char token[SESSION_TEXT_SIZE];
    enum err err = ERR_OK;

    if (view->signed_in)
        err = sessions_end(console->sessions, view->cookie);
    if (!err || err == ERR_NOT_FOUND)
        err = sessions_begin(console->sessions, user->name, &limits, stage_now_ms(console->stage), token);
    if (err) {
        view_fail(view, err);
        return;
    }
    view_go(view, STR("/"));
    view->set_cookie = cookie_of(view, token, limits.age_ms / 1000);
    sodium_memzero(token, sizeof token);
    log_fact("what=\"signed in\" user=" STR_FMT " from=" STR_FMT, STR_ARG(user->name), STR_ARG(view->address));
}

void do_sign_in(struct view *view)
{
    struct console *console = view->console;
    struct str name = view_field(view, "name"), password = view_field(view, "password");
    int64_t now_ms = stage_steady_ms(console->stage);
    int64_t wait_s = guesses_wait_s(console->guesses, name, view->address, now_ms);
    struct user user;
    enum err err;

    if (wait_s) {
        refuse(view, MHD_HTTP_TOO_MANY_REQUESTS, wait_s, SAY(view, "Too many wrong passwords: wait a quarter of an hour.",
                                                             "For mange feil passord: vent et kvarter."));
        return;
    }
    err = users_judge(console->users, name, password, &view->arena, &user);
    if (password.bytes)
        sodium_memzero((void *)(uintptr_t)password.bytes, password.len);
    if (err == ERR_OK) {
        guesses_right(console->guesses, name, view->address);
        begin_session(view, &user);
    } else if (err == ERR_NOT_FOUND) {
        guesses_wrong(console->guesses, name, view->address, now_ms);
        stage_counter_add(console->stage, "wrong_passwords", 1);
        refuse(view, MHD_HTTP_FORBIDDEN, 0, SAY(view, "There is no such name with this password.",
                                                "Navnet finnes ikke med dette passordet."));
    } else {
        view_fail(view, err);
    }
}

void do_sign_out(struct view *view)
{
    enum err err = sessions_end(view->console->sessions, view->cookie);

    if (err && err != ERR_NOT_FOUND) {
        view_fail(view, err);
        return;
    }
    view_go(view, STR("/sign-in"));
    view->set_cookie = cookie_of(view, "", 0);
}

void page_style(struct view *view)
{
    view->type = "text/css; charset=utf-8";
    strbuf_reset(&view->html.out);
    strbuf_add(&view->html.out, str_of(page_sheet));
}

/* Browsers ask for it unasked; there is none. */
void page_icon(struct view *view)
{
    view->status = MHD_HTTP_NO_CONTENT;
    view->type = "image/x-icon";
    strbuf_reset(&view->html.out);
}
