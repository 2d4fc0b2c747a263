/* users_page.c - who may sign in: listed, made and removed by who operates; and everybody's own password. */
#include "routes.h"
#include "seen.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "bilag/act/user_make.h"

/* --- words --- */

/* In the list, and longer beside its box. */
static const struct role_words { uint32_t bit; const char *word, *en, *nb, *long_en, *long_nb; } role_words[] = {
    { ROLE_READS, "reads", "looks", "ser", "looks", "ser" },
    { ROLE_DECIDES, "decides", "decides", "bestemmer", "transfers and decides", "overfører og bestemmer" },
    { ROLE_SETS_UP, "sets-up", "sets up", "setter opp", "sets up venues and connects customers",
      "setter opp salgssteder og kobler kunder" },
    { ROLE_OPERATES, "operates", "operates", "drifter", "operates: users, tokens, refused and parked sales",
      "drifter: brukere, tokener, avviste og parkerte salg" },
};

static void tell_roles(struct view *view, uint32_t roles)
{
    for (size_t i = 1; i < COUNT(role_words); i++)
        if (roles & role_words[i].bit) {
            html_element(&view->html, "span", "state grey", str_of(SAY(view, role_words[i].en, role_words[i].nb)));
            html_text(&view->html, STR(" "));
        }
    if (roles == ROLE_READS)
        html_element(&view->html, "span", "state grey", str_of(SAY(view, role_words[0].en, role_words[0].nb)));
}

/* --- the list --- */

struct listing { struct view *view; size_t shown; };

static void remove_form(struct view *view, const struct user *user)
{
    if (str_equal(user->name, view->user.name))
        return;                              /* who removes himself cannot undo it */
    html_begin(&view->html, "details");
    html_element(&view->html, "summary", NULL, str_of(SAY(view, "Remove", "Fjern")));
    view_form(view, "/users/remove", "row");
    view_hidden(view, "name", user->name);
    view_hidden(view, "made", arena_format(&view->arena, "%" PRId64, user->changed_ms));
    view_hidden(view, "back", STR("/users"));
    view_reason(view);
    view_button(view, "plain", SAY(view, "Remove, and sign out", "Fjern, og logg ut"));
    view_form_end(view);
    html_end(&view->html);
}

static enum err tell_user(const struct user *user, void *context)
{
    struct listing *listing = context;
    struct view *view = listing->view;
    struct html *html = &view->html;
    char when[32];

    if (!user_is_within(&view->user, user))
        return ERR_OK;
    listing->shown++;
    html_begin(html, "tr");
    view_cell(view, SAY(view, "Name", "Navn"));
    html_begin(html, "span");
    html_element(html, "b", NULL, user->name);
    html_say(html, " %.*s", TEXT(user->title));
    html_end(html);
    html_end(html);
    view_cell(view, SAY(view, "May", "Kan"));
    html_begin(html, "span");
    tell_roles(view, user->roles);
    html_end(html);
    html_end(html);
    view_cell(view, SAY(view, "Books", "Regnskap"));
    html_text(html, user->all_companies ? str_of(SAY(view, "all companies", "alle firmaer"))
                                        : user_companies_text(&view->context, user));
    html_end(html);
    view_cell(view, SAY(view, "Made or changed", "Laget eller endret"));
    html_begin(html, "div");
    html_text(html, str_of(view_time(view, user->changed_ms, when)));
    remove_form(view, user);
    html_end(html);
    html_end(html);
    html_end(html);
    return ERR_OK;
}

static enum err list(struct view *view)
{
    const char *const words[] = { SAY(view, "Name", "Navn"), SAY(view, "May", "Kan"), SAY(view, "Books", "Regnskap"),
                                  SAY(view, "Made or changed", "Laget eller endret") };
    struct listing listing = { view, 0 };
    enum err err;

    html_begin(&view->html, "table");
    html_class(&view->html, "stack");
    view_heads(view, words, COUNT(words), 0);
    html_begin(&view->html, "tbody");
    err = users_list(view->console->users, tell_user, &listing);
    html_end(&view->html);
    html_end(&view->html);
    return err;
}

/* --- a new one --- */

static void field(struct view *view, const char *name, const char *label, const char *type, const char *complete)
{
    struct html *html = &view->html;
    bool secret = strcmp(type, "password") == 0;

    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(label));
    html_single(html, "input");
    html_attr(html, "name", str_of(name));
    html_attr(html, "type", str_of(type));
    html_attr(html, "autocomplete", str_of(complete));
    if (!secret)
        html_attr(html, "value", view_field(view, name));
    html_end(html);
}

static void tick(struct view *view, const char *name, const char *value, const char *label, bool on)
{
    struct html *html = &view->html;

    html_begin(html, "label");
    html_class(html, "check");
    html_single(html, "input");
    html_attr(html, "type", STR("checkbox"));
    html_attr(html, "name", str_of(name));
    html_attr(html, "value", str_of(value));
    if (on)
        html_attr(html, "checked", STR(""));
    html_element(html, "span", NULL, str_of(label));
    html_end(html);
}

static bool is_ticked(const struct view *view, const char *name, const char *value)
{
    for (size_t i = 0; i < view->field_count; i++)
        if (str_equal(view->fields[i].name, str_of(name)) && str_equal(view->fields[i].value, str_of(value)))
            return true;
    return false;
}

static bool operates_all(const struct view *view)
{
    return view->user.all_companies && user_may(&view->user, ACT_OPERATE);
}

static void roles_field(struct view *view)
{
    html_begin(&view->html, "fieldset");
    html_element(&view->html, "legend", NULL, str_of(SAY(view, "May, beside looking", "Kan, i tillegg til å se")));
    for (size_t i = 1; i < COUNT(role_words); i++)
        if (operates_all(view) || (view->user.roles & role_words[i].bit))
            tick(view, "role", role_words[i].word, SAY(view, role_words[i].long_en, role_words[i].long_nb),
                 is_ticked(view, "role", role_words[i].word));
    html_end(&view->html);
}

static void language_field(struct view *view)
{
    struct html *html = &view->html;
    const struct { const char *value, *text; } languages[] = { { "nb", "Norsk" }, { "en", "English" } };
    struct str chosen = view_field(view, "language");

    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(SAY(view, "Language", "Språk")));
    html_begin(html, "select");
    html_attr(html, "name", STR("language"));
    for (size_t i = 0; i < COUNT(languages); i++) {
        html_begin(html, "option");
        html_attr(html, "value", str_of(languages[i].value));
        if (str_equal(chosen, str_of(languages[i].value)))
            html_attr(html, "selected", STR(""));
        html_text(html, str_of(languages[i].text));
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

static void add_form(struct view *view)
{
    html_element(&view->html, "h2", NULL, str_of(SAY(view, "A new user", "Ny bruker")));
    view_form(view, "/users", "sheet");
    view_hidden(view, "back", STR("/users"));
    field(view, "name", SAY(view, "Name to sign in with", "Brukernavn"), "text", "off");
    field(view, "title", SAY(view, "What people call the person", "Navn"), "text", "off");
    field(view, "companies", SAY(view, "Organisation numbers, with commas", "Organisasjonsnumre, med komma"), "text", "off");
    if (operates_all(view))
        tick(view, "all", "1", SAY(view, "The books of all companies", "Regnskapet til alle firmaer"),
             is_ticked(view, "all", "1"));
    roles_field(view);
    language_field(view);
    field(view, "password", arena_format(&view->arena, SAY(view, "Password, %d characters at least", "Passord, minst %d tegn"),
                                         USER_PASSWORD_MIN).bytes, "password", "new-password");
    view_button(view, NULL, SAY(view, "Add the user", "Legg til brukeren"));
    view_form_end(view);
}

static void users_page(struct view *view, const char *why)
{
    enum err err;

    view_begin(view, SAY(view, "Users", "Brukere"), NULL);
    if (why)
        view_alert(view, why);
    err = list(view);
    if (err)
        view_fail(view, err);
    else
        add_form(view);
}

void page_users(struct view *view)
{
    users_page(view, NULL);
}

/* --- made, and removed --- */

static void wipe(struct str password)
{
    if (password.bytes)
        sodium_memzero((void *)(uintptr_t)password.bytes, password.len);
}

static struct str roles_text(struct view *view)
{
    struct str text = STR("reads");

    for (size_t i = 1; i < COUNT(role_words); i++)
        if (is_ticked(view, "role", role_words[i].word))
            text = arena_format(&view->arena, STR_FMT ",%s", STR_ARG(text), role_words[i].word);
    return text;
}

/* What is wrong is told above the form, which keeps what was written, but not the password. */
static void refused(struct view *view, enum err err)
{
    view->status = err == ERR_FORMAT ? MHD_HTTP_BAD_REQUEST : err == ERR_REFUSED ? MHD_HTTP_FORBIDDEN : MHD_HTTP_CONFLICT;
    users_page(view, view_why(view, err));
}

void do_user_add(struct view *view)
{
    const struct user_wish wish = {
        .name = view_field(view, "name"), .title = view_field(view, "title"), .language = view_field(view, "language"),
        .password = view_field(view, "password"), .roles = roles_text(view), .companies = view_field(view, "companies"),
        .all_companies = is_ticked(view, "all", "1"),
    };
    struct context *context = &view->context;
    struct user user;
    uint64_t number;
    enum err err = user_judge(context, &wish, &user);

    if (!err)
        err = user_bounds(context, &view->user, &user);
    if (!err)
        err = password_judge(context, wish.password);
    if (!err)
        err = user_make(context, view->console->users, &user, wish.password, &number);
    wipe(wish.password);
    if (err == ERR_FORMAT || err == ERR_REFUSED || err == ERR_EXISTS)
        refused(view, err);
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

static void no_user(struct view *view)
{
    view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such user.", "Brukeren finnes ikke."));
}

/* The one that was seen, and not another of that name that was made since. */
void do_user_remove(struct view *view)
{
    struct str name = view_field(view, "name"), reason;
    struct user user;
    uint64_t number;
    enum err err;

    if (!view_has_reason(view, &reason))
        return;
    err = users_find(view->console->users, name, &view->arena, &user);
    if (err == ERR_NOT_FOUND || (!err && !user_is_within(&view->user, &user))) {
        no_user(view);
        return;
    }
    if (!err && (!str_equal(view_field(view, "made"), arena_format(&view->arena, "%" PRId64, user.changed_ms)) ||
                 str_equal(name, view->user.name))) {
        view_refuse(view, MHD_HTTP_CONFLICT, SAY(view, "This user has changed since you saw it: look at it again.",
                                                 "Brukeren er endret siden du så den: se på den igjen."));
        return;
    }
    if (!err)
        err = user_bounds(&view->context, &view->user, &user);
    if (!err)
        err = user_unmake(&view->context, view->console->users, name, reason, &number);
    if (err == ERR_REFUSED)
        refused(view, err);
    else if (err)
        view_fail(view, err);
    else
        view_done(view, number);
}

/* --- one's own password --- */

static void me(struct view *view, const char *why)
{
    view_begin(view, SAY(view, "My sign-in", "Min innlogging"), NULL);
    if (why)
        view_alert(view, why);
    html_begin(&view->html, "p");
    html_element(&view->html, "b", NULL, view->user.name);
    html_text(&view->html, STR(" "));
    tell_roles(&view[0], view->user.roles);
    html_end(&view->html);
    view_form(view, "/me", "sign");
    field(view, "password", SAY(view, "Password now", "Passordet nå"), "password", "current-password");
    field(view, "new", arena_format(&view->arena, SAY(view, "New password, %d characters at least", "Nytt passord, minst %d "
                                                                                          "tegn"),
                                    USER_PASSWORD_MIN).bytes, "password", "new-password");
    field(view, "again", SAY(view, "The new password once more", "Det nye passordet en gang til"), "password", "new-password");
    view_button(view, NULL, SAY(view, "Change it, and sign in anew", "Bytt det, og logg inn på nytt"));
    view_form_end(view);
    my_tokens(view);
}

void page_me(struct view *view)
{
    me(view, NULL);
}

static void say_me(struct view *view, unsigned status, const char *why)
{
    view->status = status;
    me(view, why);
}

/* Who has the session, but not the password, guesses as at the door. */
bool me_knows_password(struct view *view, struct str password)
{
    struct console *console = view->console;
    int64_t now_ms = stage_steady_ms(console->stage), wait_s = guesses_wait_s(console->guesses, view->user.name, view->address,
        now_ms);
    struct user user;
    enum err err = wait_s ? ERR_BUSY : users_judge(console->users, view->user.name, password, &view->arena, &user);

    if (wait_s) {
        view->retry_s = wait_s;
        say_me(view, MHD_HTTP_TOO_MANY_REQUESTS, SAY(view, "Too many wrong passwords: wait a quarter of an hour.",
                                                     "For mange feil passord: vent et kvarter."));
    } else if (err == ERR_NOT_FOUND) {
        guesses_wrong(console->guesses, view->user.name, view->address, now_ms);
        say_me(view, MHD_HTTP_FORBIDDEN, SAY(view, "This is not your password.", "Dette er ikke passordet ditt."));
    } else if (err) {
        view_fail(view, err);
    } else {
        guesses_right(console->guesses, view->user.name, view->address);
    }
    return !view->status;
}

static void change(struct view *view, struct str new)
{
    uint64_t number;
    enum err err = password_judge(&view->context, new);

    if (err) {
        say_me(view, MHD_HTTP_BAD_REQUEST, view_why(view, err));
        return;
    }
    err = user_password(&view->context, view->console->users, view->user.name, new, &number);
    if (err)
        view_fail(view, err);
    else
        view_go(view, STR("/sign-in"));      /* all sign-ins with the former one are over */
    view->decision = err ? 0 : number;
}

void do_me(struct view *view)
{
    struct str now = view_field(view, "password"), new = view_field(view, "new"), again = view_field(view, "again");

    if (!str_equal(new, again))
        say_me(view, MHD_HTTP_BAD_REQUEST, SAY(view, "The new password was not written twice alike.",
                                               "Det nye passordet er ikke skrevet likt to ganger."));
    else if (me_knows_password(view, now))
        change(view, new);
    wipe(now);
    wipe(new);
    wipe(again);
}
