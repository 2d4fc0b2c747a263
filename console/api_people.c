/* api_people.c - oneself, the users, the tokens of those who send sales, and those of programs that ask in a user's name. */
#include "api.h"
#include "api_routes.h"

#include "bilag/act/token_make.h"
#include "bilag/act/user_make.h"
#include "domain/user_tokens.h"
#include "seen.h"

/* Members of an open object. */
static void tell_user(struct strbuf *out, const struct user *user)
{
    static const struct { uint32_t bit; const char *word; } roles[] = {
#define X(name, bit, word) { bit, word },
        USER_ROLES(X)
#undef X
    };

    json_put_str(out, "name", user->name);
    json_put_str(out, "title", user->title);
    json_put_str(out, "language", user->language);
    json_open(out, "roles", '[');
    for (size_t i = 0; i < COUNT(roles); i++)
        if (user->roles & roles[i].bit)
            json_put_str(out, NULL, str_of(roles[i].word));
    json_close(out, ']');
    json_put_bool(out, "all_companies", user->all_companies);
    json_open(out, "companies", '[');
    for (size_t i = 0; i < user->company_count; i++)
        json_put_str(out, NULL, user->companies[i].number);
    json_close(out, ']');
    json_put_time(out, "changed_at", user->changed_ms);
    json_put_int(out, "made", user->changed_ms);
}

void api_tell_token(struct view *view, uint64_t number, const char *text)
{
    struct strbuf *out = api_begin(view);

    json_put_uint(out, "number", number);
    json_put_str(out, "token", str_of(text));
    api_end(view);
}

struct listing { struct view *view; struct strbuf *out; struct api_page page; };

/* --- oneself --- */

static enum err own_token(const struct user_token *token, void *context)
{
    const struct listing *listing = context;
    struct strbuf *out = listing->out;

    if (!str_equal(token->user, listing->view->user.name))
        return ERR_OK;
    json_open(out, NULL, '{');
    json_put_uint(out, "number", token->number);
    json_put_str(out, "about", token->about);
    json_put_time(out, "made_at", token->made_ms);
    api_time(out, "used_at", token->used_ms);
    json_close(out, '}');
    return ERR_OK;
}

void api_me(struct view *view)
{
    struct listing listing = { .view = view, .out = api_begin(view) };
    enum err err;

    json_open(listing.out, "user", '{');
    tell_user(listing.out, &view->user);
    json_close(listing.out, '}');
    json_open(listing.out, "tokens", '[');
    err = user_tokens_list(view->console->users, own_token, &listing);
    json_close(listing.out, ']');
    if (err)
        view_fail(view, err);
    else
        api_end(view);
}

/* --- users --- */

static enum err user_listed(const struct user *user, void *context)
{
    struct listing *listing = context;

    if (!user_is_within(&listing->view->user, user) || !api_page_has(&listing->page))
        return ERR_OK;
    json_open(listing->out, NULL, '{');
    tell_user(listing->out, user);
    json_close(listing->out, '}');
    return ERR_OK;
}

void api_users(struct view *view)
{
    struct listing listing = { .view = view };
    enum err err;

    if (!api_page_take(view, &listing.page))
        return;
    listing.out = api_begin(view);
    json_open(listing.out, "users", '[');
    err = users_list(view->console->users, user_listed, &listing);
    json_close(listing.out, ']');
    api_page_tell(view, &listing.page);
    if (err)
        view_fail(view, err);
    else
        api_end(view);
}

/* --- tokens of tills --- */

static enum err door_listed(const struct door_token *token, void *context)
{
    struct listing *listing = context;
    struct strbuf *out = listing->out;

    if (!token_is_seen(listing->view, token) || !api_page_has(&listing->page))
        return ERR_OK;
    json_open(out, NULL, '{');
    json_put_uint(out, "number", token->number);
    json_put_str(out, "about", token->about);
    json_put_bool(out, "zeromq", token->curve);
    json_open(out, "opens", '[');
    for (size_t i = 0; i < token->scope_count; i++) {
        json_open(out, NULL, '{');
        json_put_str(out, token->scopes[i].company ? "company" : "venue", token->scopes[i].name);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_put_time(out, "made_at", token->made_ms);
    api_time(out, "used_at", token->used_ms);
    api_time(out, "revoked_at", token->revoked_ms);
    json_close(out, '}');
    return ERR_OK;
}

static void tell_tokens(struct listing *listing, struct doors *doors)
{
    struct view *view = listing->view;
    enum err err;

    listing->out = api_begin(view);
    json_open(listing->out, "tokens", '[');
    err = doors_list(doors, door_listed, listing);
    json_close(listing->out, ']');
    api_page_tell(view, &listing->page);
    json_put_uint(listing->out, "seen", seen_now(view));
    if (err)
        view_fail(view, err);
    else
        api_end(view);
}

void api_tokens(struct view *view)
{
    struct listing listing = { .view = view };
    struct doors *doors;
    enum err err;

    if (!api_page_take(view, &listing.page))
        return;
    err = doors_open(view->config.state_dir, 0, &doors, &view->context.fault);
    if (err) {
        view_fail(view, err);
        return;
    }
    tell_tokens(&listing, doors);
    doors_close(doors);
}
