/* requests_page.c - what was sent to PowerOffice for one document and what it answered, word by word, for its vendor's support.
 * */
#include "routes.h"

#include <inttypes.h>

#include "base/json.h"
#include "poweroffice/requests.h"

enum { REQUESTS_SHOWN = 100, BODY_SHOWN = 64 * 1024, URL_SIZE = 2400 };

struct showing { struct view *view; size_t count; };

static void body(struct view *view, const char *words, const char *name, struct str object)
{
    struct str value;
    char *raw;

    if (!json_member(object, name, &value))
        return;
    raw = arena_alloc(&view->arena, BODY_SHOWN);
    if (!raw || !json_text(value, raw, BODY_SHOWN) || !raw[0])
        return;
    html_begin(&view->html, "details");
    html_element(&view->html, "summary", NULL, str_of(words));
    html_element(&view->html, "pre", "command", str_of(raw));
    html_end(&view->html);
}

static enum err line_seen(struct str line, void *context)
{
    struct showing *showing = context;
    struct view *view = showing->view;
    char time[32], method[8], url[URL_SIZE];
    int64_t status = 0, took_ms = 0;
    struct str object;

    if (json_check(line, &object) || !json_member_text(object, "time", time, sizeof time) ||
        !json_member_text(object, "method", method, sizeof method) || !json_member_text(object, "url", url, sizeof url))
        return ERR_OK;
    if (showing->count++ >= REQUESTS_SHOWN)
        return ERR_OK;
    (void)json_member_int(object, "status", &status);
    (void)json_member_int(object, "ms", &took_ms);
    html_begin(&view->html, "li");
    html_element(&view->html, "span", status >= 200 && status < 300 ? "state green" : "state red",
                 status ? arena_format(&view->arena, "%" PRId64, status) : str_of(SAY(view, "no answer", "ikke svar")));
    html_say(&view->html, " %s  %" PRId64 " ms", time, took_ms);
    html_words(&view->html, "p", "command", "%s %s", method, url);
    body(view, SAY(view, "sent", "sendt"), "sent", object);
    body(view, SAY(view, "answered", "svar"), "answered", object);
    body(view, SAY(view, "in words", "i ord"), "words", object);
    html_end(&view->html);
    return ERR_OK;
}

void page_requests(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct showing showing = { view, 0 };
    struct book_doc doc;
    enum err err;

    if (!venue || !view_doc(view, view_query(view, "document"), &doc))
        return;
    if (!str_equal(doc.draft.doc.venue, venue->id)) {
        view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such document.", "Dokumentet finnes ikke."));
        return;
    }
    view_begin_of(view, SAY(view, "Requests to PowerOffice", "Forespørsler til PowerOffice"), venue);
    view_link_line(view, view_doc_path(view, &doc), doc.id.bytes);
    html_begin(&view->html, "ul");
    html_class(&view->html, "list");
    err = requests_walk(view->config.state_dir, doc.id, line_seen, &showing);
    html_end(&view->html);
    if (showing.count > REQUESTS_SHOWN)
        html_words(&view->html, "p", "faint", SAY(view, "%zu later ones are not shown.",
                                                  "%zu senere er ikke vist."),
                   showing.count - REQUESTS_SHOWN);
    if (!err && !showing.count)
        html_words(&view->html, "p", "faint", SAY(view, "Nothing was sent for it in the last %d days.",
                                                  "Ingenting er sendt for det de siste %d dagene."), view->config.requests_days);
    if (err)
        view_fail(view, err);
}
