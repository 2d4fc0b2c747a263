/* audit_page.c - what people decided, the latest first, about what this person sees. */
#include "decisions.h"
#include "routes.h"
#include "trail_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/act/undo.h"

enum { DECISIONS_SHOWN = 200 };

static void undo_form(struct view *view, const struct decision *decision)
{
    struct html *html = &view->html;
    char number[32];

    if (!undo_is_known(decision->verb) || !user_may(&view->user, undo_act(decision->verb)))
        return;
    (void)snprintf(number, sizeof number, "%" PRIu64, decision->number);
    html_begin(html, "details");
    html_class(html, "screen");
    html_element(html, "summary", NULL, str_of(SAY(view, "Take back", "Ta tilbake")));
    view_form(view, "/undo", "row");
    view_hidden(view, "number", str_of(number));
    view_hidden(view, "back", STR("/audit"));
    view_reason(view);
    view_button(view, "plain", SAY(view, "Take the decision back", "Ta beslutningen tilbake"));
    view_form_end(view);
    html_end(html);
}

static void tell(struct view *view, const struct decision *decision)
{
    struct html *html = &view->html;
    char when[32];

    html_begin(html, "tr");
    view_cell(view, SAY(view, "No.", "Nr."));
    html_say(html, "%" PRIu64, decision->number);
    html_end(html);
    view_cell(view, SAY(view, "When", "Når"));
    html_text(html, str_of(view_time(view, decision->time_ms, when)));
    html_end(html);
    view_cell(view, SAY(view, "Who", "Hvem"));
    html_text(html, decision->who);
    html_end(html);
    view_cell(view, SAY(view, "What", "Hva"));
    html_element(html, "b", NULL, verb_words(view, decision->verb));
    html_say(html, " %.*s %.*s", TEXT(decision->subject), TEXT(detail_words(view, decision)));
    html_end(html);
    view_cell(view, SAY(view, "Why", "Hvorfor"));
    html_begin(html, "div");
    html_text(html, decision->reason);
    undo_form(view, decision);
    html_end(html);
    html_end(html);
    html_end(html);
}

/* Where one is in the trail: back to its end, and on to what was decided before. */
static void way_on(struct view *view, struct str subject, const struct decisions *decisions, bool from_the_end)
{
    struct strbuf path;

    strbuf_init(&path, 4096);
    html_begin(&view->html, "p");
    html_class(&view->html, "pages");
    if (!from_the_end) {
        strbuf_add(&path, STR("/audit?q="));
        url_add(&path, subject);
        view_link(view, strbuf_str(&path), SAY(view, "The latest ones", "De siste"));
        html_text(&view->html, STR(" "));
    }
    strbuf_reset(&path);
    if (decisions->before) {
        strbuf_format(&path, "/audit?before=%" PRIu64 "&q=", decisions->before);
        url_add(&path, subject);
        view_link(view, strbuf_str(&path), SAY(view, "Earlier ones", "Tidligere"));
    }
    html_end(&view->html);
    strbuf_free(&path);
}

static void table(struct view *view, const struct decisions *decisions)
{
    const char *const words[] = { SAY(view, "No.", "Nr."), SAY(view, "When", "Når"), SAY(view, "Who", "Hvem"),
                                  SAY(view, "What", "Hva"), SAY(view, "Why", "Hvorfor") };

    html_begin(&view->html, "table");
    html_class(&view->html, "stack");
    view_heads(view, words, COUNT(words), 0);
    html_begin(&view->html, "tbody");
    for (uint64_t i = 0; i < decisions->count; i++)
        tell(view, &decisions->at[i]);
    html_end(&view->html);
    html_end(&view->html);
}

void page_audit(struct view *view)
{
    struct str subject = view_query(view, "q");
    uint64_t before = view_number(view_query(view, "before"));
    struct decisions decisions;
    enum err err = decisions_take(view, subject, before ? before : UINT64_MAX, DECISIONS_SHOWN, &decisions);

    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin(view, SAY(view, "Audit trail", "Revisjonsspor"), NULL);
    view_search(view, STR("/audit"), SAY(view, "Document, receipt or venue", "Dokument, bong eller salgssted"), "q", subject);
    view_button(view, "plain", SAY(view, "Find", "Finn"));
    html_end(&view->html);
    if (decisions.count)
        table(view, &decisions);
    else
        html_element(&view->html, "p", "faint", str_of(SAY(view, "No decision.", "Ingen beslutninger.")));
    if (before || decisions.before)
        way_on(view, subject, &decisions, !before);
}
