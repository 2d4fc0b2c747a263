#include "serve.h"

#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "base/utf8.h"
#include "api.h"
#include "bilag/show/catalogue.h"
#include "door/host.h"
#include "routes.h"
#include "seen.h"

enum { ARENA_BYTES = 512 * 1024 * 1024, SLOW_MS = 300, PATIENCE_MS = 200, PIECE_BYTES = 32 * 1024, PARTS_MAX = 100 };

static const char *header(const struct view *view, const char *name)
{
    return MHD_lookup_connection_value(view->connection, MHD_HEADER_KIND, name);
}

/* --- beginning and end --- */

/* The address that asks; behind a proxy, the last one that the proxy itself has seen. */
static struct str address_of(struct view *view)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(view->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *forwarded = view->config.console.behind_proxy ? header(view, "X-Forwarded-For") : NULL, *comma;
    char host[NI_MAXHOST] = "?";
    socklen_t len;

    if (forwarded) {
        comma = strrchr(forwarded, ',');
        forwarded = comma ? comma + 1 : forwarded;
        return arena_copy(&view->arena, str_of(forwarded + strspn(forwarded, " ")));
    }
    if (info && info->client_addr) {
        len = info->client_addr->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
        (void)getnameinfo(info->client_addr, len, host, sizeof host, NULL, 0, NI_NUMERICHOST);
    }
    return arena_copy(&view->arena, str_of(host));
}

/* What is asked for first, if it is one of the two; empty: neither is. */
static struct str wished_language(const struct view *view)
{
    const char *wish = header(view, MHD_HTTP_HEADER_ACCEPT_LANGUAGE);

    if (wish && (strncmp(wish, "nb", 2) == 0 || strncmp(wish, "no", 2) == 0 || strncmp(wish, "nn", 2) == 0))
        return STR("nb");
    return wish && strncmp(wish, "en", 2) == 0 ? STR("en") : STR_NONE;
}

/* The configuration as it is now: a reload may have come while the body did. */
static void take_config(struct view *view)
{
    view->config = *stage_config(view->console->stage);
    view->config.console.on = false;         /* it does not ask itself how it is: nobody would answer meanwhile */
}

static void speak(struct view *view, struct str language)
{
    view->config.language = language;
    view->voice.language = language;
    view->config.wording = view->voice.wording = WORDING_PAGES;
    catalogue_speak(language, WORDING_PAGES);
}

static struct view *begin(struct console *console, struct MHD_Connection *connection, const char *url, const char *method)
{
    struct view *view = calloc(1, sizeof *view);

    if (!view)
        return NULL;
    view->console = console;
    view->connection = connection;
    take_config(view);
    arena_init(&view->arena, ARENA_BYTES);
    view->context = (struct context){ .config = &view->config, .arena = &view->arena, .patience_ms = PATIENCE_MS };
    strbuf_init(&view->body, VIEW_BODY_MAX);
    view->method = arena_copy(&view->arena, str_of(method));
    view->path = arena_copy(&view->arena, str_of(url));
    view->address = address_of(view);
    view->api = api_is_asked(view->path);
    html_init(&view->html, VIEW_PAGE_MAX);
    return view;
}

void serve_completed(void *context, struct MHD_Connection *connection, void **connection_context,
                     enum MHD_RequestTerminationCode why)
{
    struct console *console = context;
    struct view *view = *connection_context;

    (void)why;
    if (!view)
        return;
    server_visitor(console->server, connection, view->signed_in ? VISITOR_IDLE : VISITOR_HEAD, view->signed_in);
    html_free(&view->html);
    strbuf_wipe(&view->body);                /* it may have a password or a key, and so may the fields made of it */
    arena_wipe(&view->arena);
    free(view);
    *connection_context = NULL;
}

/* --- judging --- */

/* A browser says with every POST which page sent it. */
static bool comes_from_us(const struct view *view)
{
    const char *origin = header(view, MHD_HTTP_HEADER_ORIGIN), *host = header(view, MHD_HTTP_HEADER_HOST), *at;

    if (!origin)
        return true;                         /* no browser: the form's token decides */
    at = strstr(origin, "://");
    return at && host && strcmp(at + 3, host) == 0;
}

static bool take_pairs(struct view *view)
{
    struct str rest = strbuf_str(&view->body);
    size_t room = 1;
    bool fine = true;

    for (size_t i = 0; i < rest.len; i++)
        room += rest.bytes[i] == '&';
    room = room < VIEW_FIELDS_MAX ? room : VIEW_FIELDS_MAX;
    view->fields = arena_array(&view->arena, room, sizeof *view->fields);
    if (!view->fields)
        return false;
    while (view->field_count < room && url_pair(&rest, &view->arena, &view->fields[view->field_count].name,
                                                           &view->fields[view->field_count].value, &fine))
        view->field_count++;
    return fine && !rest.len;
}

/* A piece of a field; what comes in several pieces is put together. A file is a field as any other, whatever it is called. */
static enum MHD_Result field_piece(void *context, enum MHD_ValueKind kind, const char *name, const char *file_name,
                                   const char *type, const char *coding, const char *data, uint64_t at, size_t len)
{
    struct view *view = context;
    struct view_field *field = view->field_count ? &view->fields[view->field_count - 1] : NULL;

    (void)kind;
    (void)file_name;
    (void)type;
    (void)coding;
    if (len && memchr(data, '\0', len))
        return MHD_NO;                       /* no text */
    if (!at || !field || !str_equal(field->name, str_of(name))) {
        if (!name || view->field_count == PARTS_MAX)
            return MHD_NO;
        field = &view->fields[view->field_count++];
        *field = (struct view_field){ arena_copy(&view->arena, str_of(name)), STR_NONE };
    }
    field->value = arena_format(&view->arena, STR_FMT STR_FMT, STR_ARG(field->value), (int)len, data);
    return field->value.bytes ? MHD_YES : MHD_NO;
}

/* A form with a file, which a browser sends in parts. */
static bool take_parts(struct view *view)
{
    struct MHD_PostProcessor *parts = MHD_create_post_processor(view->connection, PIECE_BYTES, field_piece, view);
    bool fine;

    view->fields = arena_array(&view->arena, PARTS_MAX, sizeof *view->fields);
    fine = parts && view->fields && MHD_post_process(parts, view->body.bytes, view->body.len) == MHD_YES;
    return (!parts || MHD_destroy_post_processor(parts) == MHD_YES) && fine;
}

/* What is kept is read by programs, as JSON: one reason that is no text would keep the whole trail from them. */
static bool is_text(const struct view *view)
{
    for (size_t i = 0; i < view->field_count; i++)
        if (!utf8_is_valid(view->fields[i].name) || !utf8_is_valid(view->fields[i].value))
            return false;
    return true;
}

static bool take_fields(struct view *view)
{
    const char *type = header(view, MHD_HTTP_HEADER_CONTENT_TYPE);
    bool in_parts = type && strncasecmp(type, "multipart/form-data", 19) == 0;

    return (in_parts ? view->body.len && take_parts(view) : take_pairs(view)) && is_text(view);
}

static enum err find_session(struct view *view)
{
    struct console *console = view->console;
    const struct session_limits limits = console_limits(console);
    const char *name = console_is_secure(console) ? "__Host-bilag" : "bilag";
    const char *cookie = MHD_lookup_connection_value(view->connection, MHD_COOKIE_KIND, name);
    enum err err;

    if (!cookie)
        return ERR_NOT_FOUND;
    view->cookie = arena_copy(&view->arena, str_of(cookie));
    err = sessions_find(console->sessions, view->cookie, &limits, stage_now_ms(console->stage), &view->arena, &view->session);
    if (!err)
        err = users_find(console->users, view->session.user, &view->arena, &view->user);
    if (!err && view->session.made_ms < view->user.changed_ms)
        err = ERR_NOT_FOUND;                 /* made anew since */
    if (err)
        return err;
    view->signed_in = true;
    view->context.who = arena_format(&view->arena, STR_FMT " (console)", STR_ARG(view->user.name));
    session_form_token(view->cookie, view->form_token);
    speak(view, str_equal(view->user.language, STR("nb")) ? STR("nb") : STR("en"));
    return ERR_OK;
}

/* Programs speak as their request wishes, else as their user does. */
static enum err find_caller(struct view *view)
{
    enum err err = view->api ? api_find_user(view) : find_session(view);

    if (view->api && !err && !wished_language(view).len)
        speak(view, str_equal(view->user.language, STR("nb")) ? STR("nb") : STR("en"));
    return err;
}

static void judge(struct view *view, const struct route *route, bool known)
{
    bool posted = str_equal(view->method, STR("POST"));

    if (view->api)
        api_judge(view, route, known);
    else if (view->asked && view->asked != ERR_NOT_FOUND)
        view_fail(view, view->asked);
    else if (!route)
        view_refuse(view, known ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND, SAY(view, "There is no such page.",
                                                                                      "Denne siden finnes ikke."));
    else if (view->too_long || (posted && !take_fields(view)))
        view_refuse(view, view->too_long ? MHD_HTTP_CONTENT_TOO_LARGE : MHD_HTTP_BAD_REQUEST,
                    SAY(view, "This form cannot be read: too much, or no text in UTF-8 (a spreadsheet saves it as CSV UTF-8).",
                        "Skjemaet kan ikke leses: for mye, eller ikke tekst i UTF-8 (et regneark lagrer den som CSV UTF-8)."));
    else if (posted && !comes_from_us(view))
        view_refuse(view, MHD_HTTP_FORBIDDEN, SAY(view, "This form was sent by another page.", "Skjemaet er sendt fra en annen "
                                                  "side."));
    else if (route->act == ACT_NONE)
        return;
    else if (!view->signed_in && posted)
        view_refuse(view, MHD_HTTP_FORBIDDEN, SAY(view, "You are signed out: sign in, and do it again.",
                                                  "Du er logget ut: logg inn og gjør det på nytt."));
    else if (!view->signed_in)
        view_go(view, STR("/sign-in"));
    else if (posted && !session_form_token_is(view->cookie, view_field(view, "token")))
        view_refuse(view, MHD_HTTP_FORBIDDEN, SAY(view, "This form is not of your sign-in: load the page again.",
                                                  "Skjemaet hører ikke til innloggingen din: last siden på nytt."));
    else if (!user_may(&view->user, route->act))
        view_refuse(view, MHD_HTTP_FORBIDDEN, SAY(view, "Your role does not open this; who runs Bilag can give you another.",
                                                  "Rollen din åpner ikke dette; den som drifter Bilag, kan gi deg en annen."));
}

/* --- the answer --- */

static const struct { const char *name, *value; } always[] = {
    { "Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                                 "frame-ancestors 'none'; base-uri 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "same-origin" },    /* with less, a browser would not say which page sent a form */
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()" },
};

static void add(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

static void add_headers(const struct view *view, struct MHD_Response *response)
{
    bool style = view->type && strncmp(view->type, "text/css", 8) == 0;
    char number[32];

    for (size_t i = 0; i < COUNT(always); i++)
        add(response, always[i].name, always[i].value);
    add(response, MHD_HTTP_HEADER_CONTENT_TYPE, view->type ? view->type : "text/html; charset=utf-8");
    add(response, MHD_HTTP_HEADER_CACHE_CONTROL, style ? "private, max-age=300" : "no-store");
    if (console_is_secure(view->console))
        add(response, "Strict-Transport-Security", "max-age=31536000");
    if (view->location.len)
        add(response, MHD_HTTP_HEADER_LOCATION, view->location.bytes);
    if (view->set_cookie.len)
        add(response, MHD_HTTP_HEADER_SET_COOKIE, view->set_cookie.bytes);
    if (view->file_name.len)
        add(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, view->file_name.bytes);
    if (view->again.len)
        add(response, "Refresh", view->again.bytes);
    if (view->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        add(response, MHD_HTTP_HEADER_ALLOW, view->api ? "GET, POST, PATCH" : "GET, POST");
    if (view->status == MHD_HTTP_UNAUTHORIZED)
        add(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"bilag\"");
    (void)snprintf(number, sizeof number, "%" PRId64, view->retry_s);
    if (view->retry_s)
        add(response, MHD_HTTP_HEADER_RETRY_AFTER, number);
}

static enum MHD_Result answer(struct view *view)
{
    struct MHD_Response *response;
    enum MHD_Result result = MHD_NO;

    html_end_to(&view->html, 0);
    if (view->later.len && !view->again.len && !view->html.asks)
        view->again = arena_format(&view->arena, "2; url=" STR_FMT, STR_ARG(view->later));
    if (view->html.out.failed || arena_failed(&view->arena)) {
        html_free(&view->html);
        html_init(&view->html, VIEW_PAGE_MAX);
        view->location = view->file_name = STR_NONE;
        view->type = NULL;
        view_fail(view, ERR_MEMORY);
        html_end_to(&view->html, 0);
    }
    if (view->api)
        api_answer(view);
    response = MHD_create_response_from_buffer(view->html.out.len, view->html.out.bytes ? view->html.out.bytes : "",
                                               MHD_RESPMEM_MUST_COPY);
    if (response) {
        add_headers(view, response);
        result = MHD_queue_response(view->connection, view->status ? view->status : MHD_HTTP_OK, response);
        MHD_destroy_response(response);
    }
    return result;
}

static enum MHD_Result run(struct view *view)
{
    struct stage *stage = view->console->stage;
    int64_t began_ms = stage_steady_ms(stage), took_ms;
    bool known;
    const struct route *route = route_of(view, &known);

    take_config(view);
    speak(view, view->voice.language);       /* others were answered since this one began */
    judge(view, route, known);
    if (!view->status && view->signed_in)
        (void)seen_now(view);            /* before what the page tells is read: whatever comes after it is unseen */
    if (!view->status)
        route->run(view);
    if (!str_equal(view->method, STR("GET")))
        KILLPOINT("act.before-answer");
    stage_counter_add(stage, "requests", 1);
    if (view->status >= 400)
        stage_counter_add(stage, "refused", 1);
    took_ms = stage_steady_ms(stage) - began_ms;
    if (took_ms > SLOW_MS)
        log_fact("level=warning what=\"a page was slow\" route=%s ms=%" PRId64, route ? route->path : "none", took_ms);
    return answer(view);
}

enum MHD_Result serve_handle(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                             const char *version, const char *data, size_t *size, void **connection_context)
{
    struct console *console = context;
    struct view *view = *connection_context;
    struct str wish;

    (void)version;
    if (!view) {
        *connection_context = view = begin(console, connection, url, method);
        if (!view)
            return MHD_NO;
        wish = wished_language(view);        /* of who is not signed in yet */
        speak(view, wish.len ? wish : view->config.language);
        view->asked = find_caller(view);
        server_visitor(console->server, connection, VISITOR_BODY, view->signed_in);
        if (!host_is_ours(header(view, MHD_HTTP_HEADER_HOST), view->config.console.listen, view->config.console.names,
                          view->config.console.name_count)) {
            view_refuse(view, MHD_HTTP_MISDIRECTED_REQUEST,
                        SAY(view, "Nobody goes by that name here; whoever runs Bilag says by which names people reach it.",
                            "Ingen heter det her; den som drifter Bilag, sier hvilke navn konsollen har."));
            view->judged = true;
        }
        return MHD_YES;
    }
    if (*size) {
        size_t room = view->signed_in ? VIEW_BODY_MAX : VIEW_STRANGER_MAX;

        strbuf_reserve(&view->body, room);   /* once: what grows leaves copies behind that nobody wipes */
        view->too_long |= view->body.len + *size > room;
        if (!view->too_long)
            strbuf_add(&view->body, (struct str){ data, *size });
        *size = 0;
        return MHD_YES;
    }
    server_visitor(console->server, connection, VISITOR_ANSWER, view->signed_in);
    return view->judged ? answer(view) : run(view);
}
