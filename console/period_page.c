/* period_page.c - the guide's export: choose from and to, see all vouchers, transfer what is ready. */
#include "document.h"
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/act/deeds.h"

enum { PERIOD_PRESET = 7 };

struct period { struct view *view; const struct venue *venue; int32_t from, to; struct book_list list; size_t ready; };

static bool is_ready(const struct period *period, const struct book_doc *doc)
{
    const struct deed_question question = { .context = &period->view->context, .code = PROBLEM_COUNT };

    return !deed_transfer.objection(&question, doc);
}

static void checkbox(const struct period *period, const struct book_doc *doc)
{
    struct view *view = period->view;
    struct html *html = &view->html;

    if (!is_ready(period, doc) || !user_may(&view->user, ACT_TRANSFER))
        return;
    html_single(html, "input");
    html_attr(html, "type", STR("checkbox"));
    html_attr(html, "name", STR("document"));
    html_attr(html, "checked", STR(""));
    html_attr(html, "aria-label", doc->id);
    html_attr(html, "value", view_seen(view, doc));
}

static void row(const struct period *period, const struct book_doc *doc)
{
    struct view *view = period->view;
    struct html *html = &view->html;
    char text[16];
    size_t blanks = 0;

    for (size_t i = 0; i < doc->draft.line_count; i++) {
        struct voucher_row line = voucher_row_of(&view->arena, doc, i);

        blanks += voucher_row_is_blank(&line);
    }
    html_begin(html, "tr");
    view_cell(view, SAY(view, "Transfer", "Overfør"));
    checkbox(period, doc);
    html_end(html);
    view_cell(view, SAY(view, "Day", "Dag"));
    html_begin(html, "a");
    html_link(html, "href", view_day_path(view, doc));
    html_text(html, str_of(day_text(doc->draft.doc.day, text)));
    html_end(html);
    html_end(html);
    view_cell(view, SAY(view, "Document", "Dokument"));
    html_text(html, doc->draft.doc.kind == DOC_ORDER ? doc->draft.order_no : doc->draft.text);
    html_end(html);
    view_cell(view, SAY(view, "State", "Tilstand"));
    html_begin(html, "span");
    view_state(view, doc);
    if (blanks)
        html_words(html, "span", "state red", blanks == 1 ? SAY(view, "%zu blank", "%zu mangler")
                                                          : SAY(view, "%zu blanks", "%zu mangler"), blanks);
    html_end(html);
    html_end(html);
    view_cell(view, SAY(view, "Sum", "Sum"));
    html_class(html, "n");
    html_money(html, "span", NULL, doc->draft.total);
    html_end(html);
    view_cell(view, SAY(view, "Number", "Nummer"));
    html_class(html, "n");
    if (doc->status.number)
        html_say(html, "%" PRId64, doc->status.number);
    html_end(html);
    html_end(html);
}

static void tell(struct period *period)
{
    struct view *view = period->view;
    struct html *html = &view->html;
    const char *const words[] = { SAY(view, "Transfer", "Overfør"), SAY(view, "Day", "Dag"), SAY(view, "Document", "Dokument"),
                                  SAY(view, "State", "Tilstand"), SAY(view, "Sum", "Sum"), SAY(view, "Number", "Nummer") };
    char from[16], to[16], back[64];

    (void)snprintf(back, sizeof back, "/period?from=%s&to=%s", day_text(period->from, from), day_text(period->to, to));
    view_form(view, view_venue_path(view, period->venue->id, "/transfer").bytes, NULL);
    view_hidden(view, "back", view_venue_path(view, period->venue->id, back));
    html_begin(html, "table");
    html_class(html, "stack");
    view_heads(view, words, COUNT(words), 1u << 4 | 1u << 5);
    html_begin(html, "tbody");
    for (size_t i = 0; i < period->list.count; i++)
        if (!book_doc_is_empty(&period->list.docs[i]))
            row(period, &period->list.docs[i]);
    html_end(html);
    html_end(html);
    if (period->ready && user_may(&view->user, ACT_TRANSFER)) {
        html_begin(html, "p");
        view_button(view, NULL, SAY(view, "Transfer what is ticked to PowerOffice", "Overfør det som er krysset av, til "
                                                                                    "PowerOffice"));
        html_end(html);
    }
    view_form_end(view);
}

/* All vouchers of the period, as the guide shows them before they are transferred. */
static void vouchers(const struct period *period)
{
    struct view *view = period->view;
    struct html *html = &view->html;
    char text[16];

    for (size_t i = 0; i < period->list.count; i++) {
        const struct book_doc *doc = &period->list.docs[i];

        if (doc->draft.doc.kind != DOC_VOUCHER || book_doc_is_empty(doc))
            continue;
        html_begin(html, "details");
        html_begin(html, "summary");
        html_say(html, "%s ", day_text(doc->draft.doc.day, text));
        view_state(view, doc);
        html_end(html);
        document_voucher(view, doc);
        html_end(html);
    }
}

static enum err gather(struct period *period)
{
    struct view *view = period->view;
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = books_venue(books, period->venue->id, period->from, period->to, &view->arena, &period->list);
    books_close(books);
    for (size_t i = 0; !err && i < period->list.count; i++)
        period->ready += is_ready(period, &period->list.docs[i]);
    return err;
}

void page_period(struct view *view)
{
    struct period period = { .view = view, .venue = view_venue(view) };
    size_t shown = 0;
    enum err err;

    if (!period.venue || !view_period(view, period.venue, PERIOD_PRESET, &period.from, &period.to))
        return;
    err = gather(&period);
    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin_of(view, SAY(view, "Period", "Periode"), period.venue);
    view_period_form(view, period.venue, "/period", period.from, period.to);
    for (size_t i = 0; i < period.list.count; i++)
        shown += !book_doc_is_empty(&period.list.docs[i]);
    if (!shown) {
        html_element(&view->html, "p", "faint", str_of(SAY(view, "No vouchers in this period.", "Ingen bilag i perioden.")));
        return;
    }
    tell(&period);
    html_element(&view->html, "h2", NULL, str_of(SAY(view, "Vouchers", "Bilag")));
    vouchers(&period);
}
