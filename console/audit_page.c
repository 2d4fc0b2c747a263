/* audit_page.c - what people decided, the latest first, about what this person sees. */
#include "routes.h"
#include "trail_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/act/undo.h"

enum { DECISIONS_SHOWN = 200 };

/* Read from its end, a piece at a time, until there are as many as are shown: a trail grows for years. */
struct trail {
    struct view *view;
    struct str subject;
    struct decision last[DECISIONS_SHOWN]; uint64_t count;   /* of the pieces that were read */
    struct decision piece[DECISIONS_SHOWN]; size_t found;    /* of this piece, the earliest first */
    uint64_t until;
    bool more;
};

/* A subject begins with a venue (a document, a receipt) or a company (a customer). What has neither, tokens and users, is for
 * who operates all of it. */
bool audit_is_seen(const struct view *view, struct str subject)
{
    const char *slash = subject.len ? memchr(subject.bytes, '/', subject.len) : NULL;
    struct str first = { subject.bytes, slash ? (size_t)(slash - subject.bytes) : subject.len };
    const struct venue *venue = config_venue(&view->config, first);

    if (view->user.all_companies && user_may(&view->user, ACT_OPERATE))
        return true;
    if (venue)
        return user_sees(&view->user, venue->company);
    for (size_t i = 0; slash && i < view->config.venue_count; i++)
        if (str_equal(view->config.venues[i].company, first))
            return user_sees(&view->user, first);
    return false;
}

static enum err seen(const struct decision *decision, void *context)
{
    struct trail *trail = context;
    struct arena *arena = &trail->view->arena;
    struct decision *to;

    if (decision->number > trail->until)
        return ERR_STOP;
    if (!audit_is_seen(trail->view, decision->subject) ||
        (trail->subject.len && !str_starts(decision->subject, trail->subject)))
        return ERR_OK;
    to = &trail->piece[trail->found++];
    *to = *decision;
    to->who = arena_copy(arena, decision->who);
    to->verb = arena_copy(arena, decision->verb);
    to->subject = arena_copy(arena, decision->subject);
    to->detail = arena_copy(arena, decision->detail);
    to->reason = arena_copy(arena, decision->reason);
    return arena_failed(arena) ? ERR_MEMORY : ERR_OK;
}

static enum err read_back(struct trail *trail, struct audit *audit)
{
    enum err err = audit_last(audit, &trail->until);

    while (!err && trail->until && trail->count < DECISIONS_SHOWN) {
        uint64_t from = trail->until > DECISIONS_SHOWN ? trail->until - DECISIONS_SHOWN + 1 : 1;

        trail->found = 0;
        err = audit_read(audit, from, seen, trail);
        while (trail->found && trail->count < DECISIONS_SHOWN)
            trail->last[trail->count++] = trail->piece[--trail->found];
        trail->until = from - 1;
    }
    trail->more = trail->until || trail->found;
    return err;
}

static void undo_form(struct view *view, const struct decision *decision)
{
    struct html *html = &view->html;
    char number[32];

    if (!undo_is_known(decision->verb) || !user_may(&view->user, ACT_DECIDE))
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
    html_say(html, " %.*s %.*s", TEXT(decision->subject), TEXT(decision->detail));
    html_end(html);
    view_cell(view, SAY(view, "Why", "Hvorfor"));
    html_begin(html, "div");
    html_text(html, decision->reason);
    undo_form(view, decision);
    html_end(html);
    html_end(html);
    html_end(html);
}

static void table(const struct trail *trail)
{
    struct view *view = trail->view;
    const char *const words[] = { SAY(view, "No.", "Nr."), SAY(view, "When", "Når"), SAY(view, "Who", "Hvem"),
                                  SAY(view, "What", "Hva"), SAY(view, "Why", "Hvorfor") };

    html_begin(&view->html, "table");
    html_class(&view->html, "stack");
    view_heads(view, words, COUNT(words), 0);
    html_begin(&view->html, "tbody");
    for (uint64_t i = 0; i < trail->count; i++)
        tell(view, &trail->last[i]);
    html_end(&view->html);
    html_end(&view->html);
    if (trail->more)
        html_element(&view->html, "p", "faint", str_of(SAY(view, "Earlier ones: search for a document or a venue",
                                                           "Tidligere: søk etter et dokument eller et salgssted")));
}

static void search_form(const struct trail *trail)
{
    struct view *view = trail->view;
    struct html *html = &view->html;

    html_begin(html, "form");
    html_class(html, "row");
    html_attr(html, "role", STR("search"));
    html_link(html, "action", STR("/audit"));
    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(SAY(view, "Document, receipt or venue", "Dokument, bong eller salgssted")));
    html_single(html, "input");
    html_attr(html, "type", STR("search"));
    html_attr(html, "name", STR("q"));
    html_attr(html, "value", trail->subject);
    html_end(html);
    view_button(view, "plain", SAY(view, "Find", "Finn"));
    html_end(html);
}

void page_audit(struct view *view)
{
    struct trail *trail = arena_alloc(&view->arena, sizeof *trail);
    struct audit *audit;
    enum err err = trail ? audit_open_there(view->config.state_dir, &audit, &view->context.fault) : ERR_MEMORY;

    if (trail)
        *trail = (struct trail){ .view = view, .subject = view_query(view, "q") };
    if (!err) {
        err = read_back(trail, audit);
        audit_close(audit);
    } else if (err == ERR_NOT_FOUND) {
        err = ERR_OK;
    }
    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin(view, SAY(view, "Audit trail", "Revisjonsspor"), NULL);
    search_form(trail);
    if (trail->count)
        table(trail);
    else
        html_element(&view->html, "p", "faint", str_of(SAY(view, "No decision.", "Ingen beslutninger.")));
}
