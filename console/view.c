#include "view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "domain/audit.h"
#include "domain/doc.h"
#include "trail_words.h"

/* --- what was asked --- */

struct str view_field(const struct view *view, const char *name)
{
    for (size_t i = 0; i < view->field_count; i++)
        if (str_equal(view->fields[i].name, str_of(name)))
            return view->fields[i].value;
    return STR_NONE;
}

struct str view_query(struct view *view, const char *name)
{
    const char *value = MHD_lookup_connection_value(view->connection, MHD_GET_ARGUMENT_KIND, name);

    return value ? arena_copy(&view->arena, str_of(value)) : STR_NONE;
}

bool view_is_first(const struct view *view, size_t field)
{
    const struct view_field *of = &view->fields[field];

    for (size_t i = 0; i < field; i++)
        if (str_equal(view->fields[i].value, of->value) && str_equal(view->fields[i].name, of->name))
            return false;
    return true;
}

uint64_t view_number(struct str text)
{
    uint64_t number = 0;

    if (text.len > 19)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(text.bytes[i] - '0');
    }
    return number;
}

int32_t view_day(struct view *view, const char *name, int32_t preset)
{
    int32_t day;

    return day_parse(view_query(view, name), &day) ? preset : day;
}

/* A program learns from the status whose fault it is: who sees all companies asked for what is not there. */
void view_no_venue(struct view *view)
{
    view_refuse(view, view->api && !view->user.all_companies ? MHD_HTTP_FORBIDDEN : MHD_HTTP_NOT_FOUND,
                SAY(view, "There is no such venue, or it is not yours to see.",
                    "Salgsstedet finnes ikke, eller du har ikke innsyn i det."));
}

/* What is not there and what is another company's are answered alike. */
const struct venue *view_venue_of(struct view *view, struct str id)
{
    const struct venue *venue = config_venue(&view->config, id);

    if (venue && user_sees(&view->user, venue->company))
        return venue;
    view_no_venue(view);
    return NULL;
}

const struct venue *view_venue(struct view *view)
{
    return view_venue_of(view, view->parts[0]);
}

bool view_doc(struct view *view, struct str id, struct book_doc *ret_doc)
{
    struct books *books;
    struct doc doc;
    enum err err;

    if (doc_parse(id, &doc)) {
        view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such document.", "Dokumentet finnes ikke."));
        return false;
    }
    if (!view_venue_of(view, doc.venue))
        return false;
    err = books_open(&view->config, &books, &view->context.fault);
    if (!err) {
        err = books_doc(books, id, &view->arena, ret_doc);
        books_close(books);
    }
    if (err == ERR_NOT_FOUND)
        view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such document.", "Dokumentet finnes ikke."));
    else if (err)
        view_fail(view, err);
    return err == ERR_OK;
}

/* --- what is asked for --- */

bool view_path_day(struct view *view, int32_t *ret_day)
{
    if (day_parse(view->parts[1], ret_day) == ERR_OK)
        return true;
    view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "This is no day.", "Dette er ingen dag."));
    return false;
}

bool view_path_doc(struct view *view, struct book_doc *ret_doc)
{
    const struct str *parts = view->parts;

    return view_doc(view, arena_format(&view->arena, STR_FMT "/" STR_FMT "/" STR_FMT, STR_ARG(parts[0]), STR_ARG(parts[1]),
                                       STR_ARG(parts[2])), ret_doc);
}

bool view_path_line(struct view *view, struct book_doc *ret_doc, const struct voucher_line **ret_line)
{
    uint64_t place = view_number(view->parts[3]);

    if (!view_path_doc(view, ret_doc))
        return false;
    if (place >= 1 && place <= ret_doc->draft.line_count) {
        *ret_line = &ret_doc->draft.lines[place - 1];
        return true;
    }
    view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such line.", "Linjen finnes ikke."));
    return false;
}

bool view_period(struct view *view, const struct venue *venue, int32_t days, int32_t *ret_from, int32_t *ret_to)
{
    *ret_to = view_day(view, "to", venue_today(venue));
    *ret_from = view_day(view, "from", *ret_to - days + 1);
    if (*ret_to >= *ret_from && *ret_to - *ret_from < VIEW_PERIOD_DAYS_MAX)
        return true;
    view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "A period is a year at most, and ends on or after its first day.",
                                                "En periode er høyst ett år, og slutter på eller etter den første dagen."));
    return false;
}

/* --- what was just done --- */

static enum MHD_Result add_argument(void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
    struct strbuf *url = context;

    (void)kind;
    if (strcmp(name, "said") == 0)
        return MHD_YES;
    strbuf_char(url, url->bytes && memchr(url->bytes, '?', url->len) ? '&' : '?');
    url_add(url, str_of(name));
    strbuf_char(url, '=');
    url_add(url, str_of(value ? value : ""));
    return MHD_YES;
}

/* The same page without what was said: that is told once. */
static struct str unsaid(struct view *view)
{
    struct strbuf url;
    struct str copy;

    strbuf_init(&url, 4096);
    strbuf_add(&url, view->path);
    (void)MHD_get_connection_values(view->connection, MHD_GET_ARGUMENT_KIND, add_argument, &url);
    copy = arena_copy(&view->arena, strbuf_str(&url));
    strbuf_free(&url);
    return copy;
}

struct telling { struct view *view; uint64_t number; };

/* A page that loads itself again would wipe what is being typed, so where to look again is a link as well. */
static enum err tell(const struct decision *decision, void *context)
{
    const struct telling *telling = context;
    struct view *view = telling->view;
    struct html *html = &view->html;

    if (decision->number != telling->number || !str_equal(decision->who, view->context.who))
        return ERR_STOP;
    view->later = unsaid(view);
    html_begin(html, "p");
    html_class(html, "notice green");
    html_attr(html, "role", STR("status"));
    html_say(html, SAY(view, "Decision %" PRIu64 " is written down: %.*s %.*s. It takes effect within a second while the "
                                                 "stages "
                       "run. ", "Beslutning %" PRIu64 " er skrevet ned: %.*s %.*s. Den virker innen et sekund når prosessene "
                       "kjører. "), decision->number, TEXT(verb_words(view, decision->verb)), TEXT(decision->subject));
    html_begin(html, "a");
    html_link(html, "href", view->later);
    html_text(html, str_of(SAY(view, "Look again", "Se på nytt")));
    html_end(html);
    html_end(html);
    return ERR_STOP;
}

/* The decision of ?said=, at the top. */
static void tell_decision(struct view *view)
{
    struct telling telling = { view, view_number(view_query(view, "said")) };
    struct fault fault = { "" };
    struct audit *audit;

    if (!telling.number || audit_open_there(view->config.state_dir, &audit, &fault))
        return;
    if (audit_read(audit, telling.number, tell, &telling))
        view->later = STR_NONE;
    audit_close(audit);
}

/* --- the page around --- */

void view_link(struct view *view, struct str path, const char *text)
{
    struct html *html = &view->html;

    html_begin(html, "a");
    html_link(html, "href", path);
    if (str_equal(path, view->path))
        html_attr(html, "aria-current", STR("page"));
    html_text(html, str_of(text));
    html_end(html);
}

void view_link_line(struct view *view, struct str path, const char *text)
{
    html_begin(&view->html, "p");
    view_link(view, path, text);
    html_end(&view->html);
}

/* One that is left out has a set-up and a connection to see to, and nothing else yet. */
static void venue_links(struct view *view, const struct venue *venue)
{
    bool in_use = config_venue(&view->config, venue->id) != NULL;
    const struct { const char *rest, *text; enum console_act act; } links[] = {
        { "", SAY(view, "Month", "Måned"), ACT_LOOK },
        { "/period", SAY(view, "Period and transfer", "Periode og overføring"), ACT_LOOK },
        { "/orders", SAY(view, "Orders", "Ordre"), ACT_LOOK },
        { "/customers", SAY(view, "Customers", "Kunder"), ACT_LOOK },
        { "/manual", SAY(view, "By hand", "Føres manuelt"), ACT_LOOK },
        { "/receipt", SAY(view, "Receipts", "Bonger"), ACT_LOOK },
        { "/setup", SAY(view, "Set-up", "Oppsett"), ACT_SET_UP },
        { "/connect", "PowerOffice", ACT_SET_UP },
    };

    html_begin(&view->html, "nav");
    html_class(&view->html, "places");
    html_attr(&view->html, "aria-label", venue->name);
    for (size_t i = 0; i < COUNT(links); i++)
        if (user_may(&view->user, links[i].act) && (in_use || links[i].act == ACT_SET_UP))
            view_link(view, view_venue_path(view, venue->id, links[i].rest), links[i].text);
    html_end(&view->html);
}

static void head_links(struct view *view)
{
    const struct { const char *path, *text; enum console_act act; } links[] = {
        { "/", SAY(view, "Overview", "Oversikt"), ACT_LOOK },
        { "/refused", SAY(view, "Refused and parked", "Avvist og parkert"), ACT_OPERATE },
        { "/operate", SAY(view, "Processes", "Prosesser"), ACT_OPERATE },
        { "/users", SAY(view, "Users", "Brukere"), ACT_OPERATE },
        { "/tokens", SAY(view, "Tokens", "Tokener"), ACT_OPERATE },
        { "/audit", SAY(view, "Audit trail", "Revisjonsspor"), ACT_LOOK },
    };
    struct html *html = &view->html;

    html_begin(html, "nav");
    html_attr(html, "aria-label", str_of(SAY(view, "Console", "Konsoll")));
    for (size_t i = 0; i < COUNT(links); i++)
        if (user_may(&view->user, links[i].act))
            view_link(view, str_of(links[i].path), links[i].text);
    html_end(html);
    view_form(view, "/sign-out", "out");
    view_link(view, STR("/me"), arena_copy(&view->arena, user_title(&view->user)).bytes);
    view_button(view, "plain", SAY(view, "Sign out", "Logg ut"));
    view_form_end(view);
}

static void head(struct view *view, const char *title)
{
    struct html *html = &view->html;

    html_begin(html, "html");
    html_attr(html, "lang", view->config.language);
    html_begin(html, "head");
    html_single(html, "meta");
    html_attr(html, "charset", STR("utf-8"));
    html_words(html, "title", NULL, "%s - Bilag", title);
    html_single(html, "meta");
    html_attr(html, "name", STR("viewport"));
    html_attr(html, "content", STR("width=device-width, initial-scale=1"));
    html_single(html, "meta");
    html_attr(html, "name", STR("color-scheme"));
    html_attr(html, "content", STR("light dark"));
    html_single(html, "link");
    html_attr(html, "rel", STR("stylesheet"));
    html_link(html, "href", STR("/style.css"));
    html_end(html);
}

void view_begin(struct view *view, const char *title, const struct venue *venue)
{
    struct html *html = &view->html;

    head(view, title);
    html_begin(html, "body");
    html_begin(html, "a");
    html_class(html, "skip");
    html_link(html, "href", STR("#main"));
    html_text(html, str_of(SAY(view, "To the content", "Til innholdet")));
    html_end(html);
    html_begin(html, "header");
    html_begin(html, "a");
    html_class(html, "brand");
    html_link(html, "href", STR("/"));
    html_text(html, STR("Bilag"));
    html_end(html);
    if (view->signed_in)
        head_links(view);
    html_end(html);
    html_begin(html, "main");
    html_attr(html, "id", STR("main"));
    html_begin(html, "h1");
    html_text(html, str_of(title));
    html_end(html);
    if (venue)
        venue_links(view, venue);
    if (view->signed_in)
        tell_decision(view);
}

void view_begin_of(struct view *view, const char *title, const struct venue *venue)
{
    struct str whole = arena_format(&view->arena, "%s, " STR_FMT, title, STR_ARG(venue->name));

    view_begin(view, whole.bytes ? whole.bytes : title, venue);
}

void view_refuse(struct view *view, unsigned status, const char *sentence)
{
    html_free(&view->html);
    html_init(&view->html, VIEW_PAGE_MAX);
    view->status = status;
    view->type = NULL;
    view->sentence = arena_copy(&view->arena, str_of(sentence));
    if (view->api)
        return;
    view_begin(view, status == MHD_HTTP_NOT_FOUND ? SAY(view, "Not found", "Ikke "
                                                                           "funnet") : SAY(view, "Not done", "Ikke utført"),
               NULL);
    html_begin(&view->html, "p");
    html_class(&view->html, "notice red");
    html_attr(&view->html, "role", STR("alert"));
    html_text(&view->html, str_of(sentence));
    html_end(&view->html);
    html_begin(&view->html, "p");
    view_link(view, STR("/"), view->signed_in ? SAY(view, "To the overview", "Til "
                                                                           "oversikten") : SAY(view, "Sign in", "Logg inn"));
    html_end(&view->html);
}

void view_fail(struct view *view, enum err err)
{
    const char *why = view->context.fault.text[0] ? view->context.fault.text : err_text(err);

    log_fact("level=error what=\"a page could not be made\" why=\"%s\"", why);
    view_refuse(view, err == ERR_MEMORY || err == ERR_BUSY ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_INTERNAL_SERVER_ERROR,
                arena_format(&view->arena, "%s: %s", SAY(view, "This cannot be shown at the moment",
                                                         "Dette kan ikke vises akkurat nå"), why).bytes);
}

void view_go(struct view *view, struct str path)
{
    html_free(&view->html);
    html_init(&view->html, VIEW_PAGE_MAX);
    view->status = MHD_HTTP_SEE_OTHER;
    view->location = arena_copy(&view->arena, path);
}

void view_done_on(struct view *view, struct str path, uint64_t number)
{
    view->decision = number;
    view_go(view, arena_format(&view->arena, STR_FMT "%csaid=%" PRIu64, STR_ARG(path),
                               path.len && memchr(path.bytes, '?', path.len) ? '&' : '?', number));
}

/* Where the form was pressed, if that is a page of ours. */
static struct str back_of(const struct view *view)
{
    struct str back = view_field(view, "back");
    bool ours = back.len > 1 && back.bytes[0] == '/' && back.bytes[1] != '/' && back.bytes[1] != '\\';

    for (size_t i = 0; ours && i < back.len; i++)
        ours = back.bytes[i] > ' ' && back.bytes[i] < 0x7f;
    return ours ? back : STR("/");
}

void view_back(struct view *view, const char *query)
{
    struct str back = back_of(view);

    view_go(view, arena_format(&view->arena, STR_FMT "%c%s", STR_ARG(back),
                               memchr(back.bytes, '?', back.len) ? '&' : '?', query));
}

void view_done(struct view *view, uint64_t number)
{
    view_done_on(view, back_of(view), number);
}

void view_alert(struct view *view, const char *why)
{
    view->sentence = arena_copy(&view->arena, str_of(why));
    html_begin(&view->html, "p");
    html_class(&view->html, "notice red");
    html_attr(&view->html, "role", STR("alert"));
    html_text(&view->html, str_of(why));
    html_end(&view->html);
}

const char *view_why(struct view *view, enum err err)
{
    const char *text = view->context.fault.text;

    return text[0] ? arena_copy(&view->arena, str_of(text)).bytes : err_text(err);
}

/* --- tables --- */

void view_heads(struct view *view, const char *const *words, size_t count, unsigned numbers)
{
    html_begin(&view->html, "thead");
    html_begin(&view->html, "tr");
    for (size_t i = 0; i < count; i++) {
        html_begin(&view->html, "th");
        html_attr(&view->html, "scope", STR("col"));
        if (numbers & (1u << i))
            html_class(&view->html, "n");
        html_text(&view->html, str_of(words[i]));
        html_end(&view->html);
    }
    html_end(&view->html);
    html_end(&view->html);
}

void view_cell(struct view *view, const char *text)
{
    html_begin(&view->html, "td");
    html_attr(&view->html, "data-label", str_of(text));
}
