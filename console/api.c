#include "api.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "domain/user_tokens.h"

enum { PAGE_MAX = 1000000 };

/* --- who asks, and for what --- */

bool api_is_asked(struct str path)
{
    return str_equal(path, STR("/api")) || str_starts(path, STR("/api/")) || str_equal(path, STR("/metrics"));
}

enum err api_find_user(struct view *view)
{
    const char *said = MHD_lookup_connection_value(view->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION);
    struct users *users = view->console->users;
    struct user_token token;
    enum err err;

    if (!said || strncasecmp(said, "Bearer ", 7) != 0)
        return ERR_NOT_FOUND;
    err = user_tokens_judge(users, str_of(said + 7 + strspn(said + 7, " ")), stage_now_ms(view->console->stage), &view->arena,
                            &token);
    if (!err)
        err = users_find(users, token.user, &view->arena, &view->user);
    if (err)
        return err;
    view->signed_in = true;
    view->context.who = arena_format(&view->arena, STR_FMT " (api)", STR_ARG(view->user.name));
    return view->context.who.bytes ? ERR_OK : ERR_MEMORY;
}

void api_judge(struct view *view, const struct route *route, bool known)
{
    if (view->asked && view->asked != ERR_NOT_FOUND)
        view_fail(view, view->asked);
    else if (!view->signed_in)
        view_refuse(view, MHD_HTTP_UNAUTHORIZED, SAY(view, "No token was shown, or one that opens nothing.",
                                                     "Det er ikke vist noe token, eller et som ikke åpner noe."));
    else if (!route)
        view_refuse(view, known ? MHD_HTTP_METHOD_NOT_ALLOWED : MHD_HTTP_NOT_FOUND,
                    SAY(view, "There is no such operation.", "Denne operasjonen finnes ikke."));
    else if (!user_may(&view->user, route->act))
        view_refuse(view, MHD_HTTP_FORBIDDEN, SAY(view, "The user's role does not open this.",
                                                  "Brukerens rolle åpner ikke dette."));
    else if (view->too_long)
        view_refuse(view, MHD_HTTP_CONTENT_TOO_LARGE, SAY(view, "The body is too long.", "Innholdet er for langt."));
}

/* --- the answer --- */

/* The first that fits; the last fits all. */
static const struct { unsigned status; const char *error, *en, *nb; } refusals[] = {
    { MHD_HTTP_BAD_REQUEST, "bad_request", "Mend the request as the message says, and send it again.",
      "Rett forespørselen slik meldingen sier, og send den på nytt." },
    { MHD_HTTP_UNAUTHORIZED, "unauthorized", "Send Authorization: Bearer with a token of a user; bilag users token makes one.",
      "Send Authorization: Bearer med tokenet til en bruker; bilag users token lager et." },
    { MHD_HTTP_FORBIDDEN, "forbidden", "Who runs Bilag can give the user another role or company (bilag users).",
      "Den som drifter Bilag, kan gi brukeren en annen rolle eller et annet firma (bilag users)." },
    { MHD_HTTP_NOT_FOUND, "not_found", "Look it up in the list that names it.", "Slå det opp i listen som nevner det." },
    { MHD_HTTP_METHOD_NOT_ALLOWED, "method_not_allowed", "GET /api/v1 lists the operations.",
      "GET /api/v1 lister operasjonene." },
    { MHD_HTTP_CONFLICT, "conflict", "Read it again, look at what it is now, and decide anew.",
      "Les det på nytt, se på det slik det er nå, og bestem på nytt." },
    { MHD_HTTP_CONTENT_TOO_LARGE, "too_large", "Send less at a time.", "Send mindre om gangen." },
    { MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Send Content-Type: application/json.",
      "Send Content-Type: application/json." },
    { MHD_HTTP_MISDIRECTED_REQUEST, "misdirected", "Ask for it by a name of console.names.",
      "Spør etter det med et navn i console.names." },
    { MHD_HTTP_TOO_MANY_REQUESTS, "too_many", "Wait as long as Retry-After says.", "Vent så lenge Retry-After sier." },
    { MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable", "Ask again in a moment.", "Spør igjen om litt." },
    { 0, "failed", "Ask again; if it stays so, the log of bilag-console says why.",
      "Spør igjen; blir det ved, sier loggen til bilag-console hvorfor." },
};

struct strbuf *api_refuse(struct view *view, unsigned status, const char *sentence)
{
    struct strbuf *out = api_begin(view);
    size_t at = 0;

    view->status = status;
    while (refusals[at].status && refusals[at].status != status)
        at++;
    json_put_str(out, "error", str_of(refusals[at].error));
    json_put_str(out, "message", str_of(sentence ? sentence : SAY(view, "It cannot be done at the moment.",
                                                                  "Det kan ikke gjøres akkurat nå.")));
    json_put_str(out, "what_to_do", str_of(SAY(view, refusals[at].en, refusals[at].nb)));
    return out;
}

static void tell_refusal(struct view *view)
{
    struct strbuf *out = api_refuse(view, view->status, view->sentence.len ? view->sentence.bytes : NULL);

    api_text(out, "now", view->now);
    api_end(view);
}

static void tell_done(struct view *view)
{
    struct strbuf *out = api_begin(view);

    view->status = MHD_HTTP_OK;
    if (view->decision)
        json_put_uint(out, "decision", view->decision);
    api_end(view);
}

/* A page that was begun all the same is not sent: nobody reads it. */
void api_answer(struct view *view)
{
    bool done = view->status == MHD_HTTP_SEE_OTHER;

    view->location = view->set_cookie = view->again = STR_NONE;
    if (!view->status && !view->type)
        view->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
    if (done)
        tell_done(view);
    else if (view->status >= 400 && !view->type)
        tell_refusal(view);
    if (!view->type)
        view->type = "application/json";
}

struct strbuf *api_begin(struct view *view)
{
    struct strbuf *out = &view->html.out;

    view->type = "application/json";
    strbuf_reset(out);
    json_open(out, NULL, '{');
    return out;
}

void api_end(struct view *view)
{
    json_close(&view->html.out, '}');
    strbuf_char(&view->html.out, '\n');
}

void api_text(struct strbuf *out, const char *name, struct str value)
{
    if (value.len)
        json_put_str(out, name, value);
}

void api_time(struct strbuf *out, const char *name, int64_t time_ms)
{
    if (time_ms)
        json_put_time(out, name, time_ms);
}

/* --- the query --- */

static bool refuse_query(struct view *view, const char *name, const char *en, const char *nb)
{
    view_refuse(view, MHD_HTTP_BAD_REQUEST, arena_format(&view->arena, "%s: %s", name, SAY(view, en, nb)).bytes);
    return false;
}

static bool take_day(struct view *view, const char *name, int32_t preset, int32_t *ret_day)
{
    struct str text = view_query(view, name);

    *ret_day = preset;
    return !text.len || day_parse(text, ret_day) == ERR_OK ||
           refuse_query(view, name, "a day such as 2026-11-20", "en dag som 2026-11-20");
}

bool api_period(struct view *view, int32_t last, int32_t days, int32_t *ret_from, int32_t *ret_to)
{
    if (!take_day(view, "to", last, ret_to) || !take_day(view, "from", *ret_to - days + 1, ret_from))
        return false;
    return (*ret_to >= *ret_from && *ret_to - *ret_from < API_DAYS_MAX) ||
           refuse_query(view, "from, to", "a period is a year at most, and ends on or after its first day",
                        "en periode er høyst ett år, og slutter på eller etter den første dagen");
}

bool api_switch(struct view *view, const char *name, bool *ret_on)
{
    struct str text = view_query(view, name);

    *ret_on = str_equal(text, STR("1")) || str_equal(text, STR("true"));
    return !text.len || *ret_on || str_equal(text, STR("0")) || str_equal(text, STR("false")) ||
           refuse_query(view, name, "true or false", "true eller false");
}

bool api_number(struct view *view, const char *name, uint64_t preset, uint64_t max, uint64_t *ret_number)
{
    struct str text = view_query(view, name);
    bool fine = text.len < 20;

    for (size_t i = 0; i < text.len; i++)
        fine &= text.bytes[i] >= '0' && text.bytes[i] <= '9';
    *ret_number = !text.len ? preset : fine ? strtoull(text.bytes, NULL, 10) : 0;
    if (*ret_number >= 1 && *ret_number <= max)
        return true;
    view_refuse(view, MHD_HTTP_BAD_REQUEST,
                arena_format(&view->arena, SAY(view, "%s: a number from 1 to %llu", "%s: et tall fra 1 til %llu"), name,
                             (unsigned long long)max).bytes);
    return false;
}

bool api_page_take(struct view *view, struct api_page *ret_page)
{
    *ret_page = (struct api_page){ .total = 0 };
    return api_number(view, "page", 1, PAGE_MAX, &ret_page->page) &&
           api_number(view, "limit", API_LIMIT_PRESET, API_LIMIT_MAX, &ret_page->limit);
}

bool api_page_has(struct api_page *page)
{
    uint64_t at = page->total++, from = (page->page - 1) * page->limit;

    return at >= from && at - from < page->limit;
}

void api_page_tell(struct view *view, const struct api_page *page)
{
    struct strbuf *out = &view->html.out;

    json_put_uint(out, "page", page->page);
    json_put_uint(out, "limit", page->limit);
    json_put_uint(out, "total", page->total);
}
