/* orders_page.c - the order history: green or red, when, the number in PowerOffice, and what can be done. */
#include "document.h"
#include "routes.h"

#include <inttypes.h>
#include <string.h>

#include "bilag/read/overview.h"
#include "bilag/show/invoice_date.h"

enum { ORDERS_SHOWN = 300, ORDERS_DAYS = 92 };

struct orders {
    struct view *view; const struct venue *venue;
    struct str customer; bool only_red; int32_t from, to;    /* which are asked for */
    size_t shown;
};

/* Red is red however old, and of one customer all days are looked through, unless the address says which. */
static void take_days(struct orders *orders)
{
    bool all = orders->only_red || orders->customer.len;
    int32_t last;

    orders->to = view_day(orders->view, "to", INT32_MAX);
    last = orders->to == INT32_MAX ? venue_today(orders->venue) + 1 : orders->to;
    orders->from = view_day(orders->view, "from", all ? INT32_MIN : last - ORDERS_DAYS);
}

/* Which days were looked through, where it is not all, and the way to the others. */
static void tell_days(const struct orders *orders)
{
    struct view *view = orders->view;
    struct html *html = &view->html;
    char from[16], to[16];

    if (orders->from == INT32_MIN && orders->to == INT32_MAX)
        return;
    html_begin(html, "p");
    html_class(html, "faint");
    if (orders->from == orders->to)
        html_say(html, SAY(view, "The orders of %s. ", "Ordrene for %s. "), day_text(orders->to, to));
    else if (orders->from != INT32_MIN && orders->to != INT32_MAX)
        html_say(html, SAY(view, "The orders from %s to %s. ", "Ordrene fra og med %s til og med %s. "),
                 day_text(orders->from, from), day_text(orders->to, to));
    else if (orders->from != INT32_MIN)
        html_say(html, SAY(view, "The orders from %s on. ", "Ordrene fra og med %s. "), day_text(orders->from, from));
    else
        html_say(html, SAY(view, "The orders up to %s. ", "Ordrene til og med %s. "), day_text(orders->to, to));
    html_text(html, str_of(SAY(view, "Those of all days are found by till customer.",
                               "Ordrene for alle dager finnes med kassekunde.")));
    html_end(html);
}

static void filter_form(const struct orders *orders)
{
    struct view *view = orders->view;
    struct html *html = &view->html;

    html_begin(html, "form");
    html_class(html, "row");
    html_link(html, "action", view_venue_path(view, orders->venue->id, "/orders"));
    html_begin(html, "label");
    html_element(html, "span", NULL, str_of(SAY(view, "Till customer", "Kassekunde")));
    html_single(html, "input");
    html_attr(html, "name", STR("customer"));
    html_attr(html, "value", orders->customer);
    html_end(html);
    view_only_red(view, orders->only_red);
    view_button(view, "plain", SAY(view, "Show", "Vis"));
    html_end(html);
}

static void lines(struct view *view, const struct draft *draft)
{
    struct html *html = &view->html;
    const char *const words[] = { SAY(view, "Product", "Produkt"), SAY(view, "Text", "Tekst"),
                                  SAY(view, "VAT code", "Mva-kode"), SAY(view, "To be invoiced", "Faktureres") };

    if (!draft->order_line_count)
        return;
    html_begin(html, "details");
    html_element(html, "summary", NULL, str_of(SAY(view, "Lines", "Linjer")));
    html_begin(html, "table");
    html_class(html, "stack");
    view_heads(view, words, COUNT(words), 1u << 3);
    html_begin(html, "tbody");
    for (size_t i = 0; i < draft->order_line_count; i++) {
        const struct order_line *line = &draft->order_lines[i];

        html_begin(html, "tr");
        view_cell(view, words[0]);
        html_text(html, line->product.len ? line->product : str_of(SAY(view, "BLANK", "MANGLER")));
        html_end(html);
        view_cell(view, words[1]);
        html_text(html, line->text);
        html_end(html);
        view_cell(view, words[2]);
        html_text(html, line->vat_code);
        html_end(html);
        view_cell(view, words[3]);
        html_class(html, "n");
        html_money(html, "span", NULL, line->share);
        html_end(html);
        html_end(html);
    }
    html_end(html);
    html_end(html);
    html_end(html);
}

static void facts(struct view *view, const struct venue *venue, const struct book_doc *doc)
{
    struct html *html = &view->html;
    char when[32], said[INVOICE_DATE_SAID_SIZE], theirs[MONEY_TEXT_SIZE];

    html_begin(html, "p");
    view_state(view, doc);
    if (doc->status.number)
        html_say(html, SAY(view, " order %" PRId64 " in PowerOffice", " ordre %" PRId64 " i PowerOffice"), doc->status.number);
    if (doc->status.invoice_no)
        html_say(html, SAY(view, ", invoice %" PRId64, ", faktura %" PRId64), doc->status.invoice_no);
    if (doc->status.sent_ms)
        html_say(html, SAY(view, ", sent %s", ", sendt %s"), time_text_local(venue, doc->status.sent_ms, when));
    html_end(html);
    if (doc->status.invoice_day &&
        invoice_date_said(doc->draft.doc.day, doc->status.invoice_day, view->config.language, said))
        html_element(html, "p", "faint", str_of(said));
    if (status_has_rounding(doc))
        html_words(html, "p", "faint", SAY(view, "PowerOffice makes it %s: its rounding, nothing to do",
                                           "PowerOffice kommer til %s: avrunding, ingenting å gjøre"),
                   money_kroner(doc->status.total, theirs));
}

static void tell(struct orders *orders, struct books *books, const struct book_doc *doc)
{
    struct view *view = orders->view;
    struct html *html = &view->html;
    struct str back = view_venue_path(view, orders->venue->id, "/orders");
    char day[16];

    html_begin(html, "section");
    html_class(html, "card");
    html_begin(html, "h2");
    html_say(html, "%.*s, %s, ", TEXT(doc->draft.order_no), day_text(doc->draft.doc.day, day));
    html_money(html, "span", NULL, doc->draft.total);
    html_end(html);
    html_words(html, "p", NULL, SAY(view, "Customer %.*s", "Kunde %.*s"),
               TEXT(doc->draft.customer.len ? doc->draft.customer : STR("-")));
    facts(view, orders->venue, doc);
    document_problems(view, doc, back);
    document_acts(view, doc, back);
    lines(view, &doc->draft);
    if (book_doc_is_red(doc))
        document_history(view, books, doc, orders->venue);
    else if (doc->status.sealed)
        document_requests(view, doc);
    html_end(html);
    orders->shown++;
}

static bool is_asked_for(const struct orders *orders, const struct book_doc *doc)
{
    return doc->draft.doc.kind == DOC_ORDER && !book_doc_is_empty(doc) &&
           (!orders->customer.len || str_equal(doc->draft.customer, orders->customer)) &&
           (!orders->only_red || book_doc_is_red(doc));
}

static enum err gather(struct orders *orders, struct books *books)
{
    struct view *view = orders->view;
    struct book_list list;
    size_t count = 0;
    enum err err = (orders->only_red ? books_venue_brief : books_venue)(books, orders->venue->id, orders->from, orders->to,
                                                                        &view->arena, &list);

    for (size_t i = list.count; !err && i-- > 0;)            /* the latest first */
        if (is_asked_for(orders, &list.docs[i]) && ++count <= ORDERS_SHOWN)
            tell(orders, books, &list.docs[i]);
    if (!err && count > ORDERS_SHOWN)
        html_words(&view->html, "p", "faint", orders->customer.len ? SAY(view, "and %zu older ones", "og %zu eldre")
                   : SAY(view, "and %zu older ones: choose a customer", "og %zu eldre: velg en kunde"), count - ORDERS_SHOWN);
    return err;
}

void page_orders(struct view *view)
{
    struct orders orders = { .view = view, .venue = view_venue(view), .customer = view_query(view, "customer"),
                             .only_red = view_query(view, "red").len > 0 };
    struct books *books;
    enum err err;

    if (!orders.venue)
        return;
    take_days(&orders);
    view_begin_of(view, SAY(view, "Orders", "Ordre"), orders.venue);
    filter_form(&orders);
    tell_days(&orders);
    err = books_open(&view->config, &books, &view->context.fault);
    if (!err) {
        err = gather(&orders, books);
        books_close(books);
    }
    if (err) {
        view_fail(view, err);
        return;
    }
    if (!orders.shown)
        html_element(&view->html, "p", "faint", str_of(orders.only_red ? SAY(view, "No red orders.", "Ingen røde ordre.")
                                                                       : SAY(view, "No orders.", "Ingen ordre.")));
    if (!venue_switch(&orders.venue->auto_invoice, INT32_MAX))
        html_element(&view->html, "p", "faint",
                     str_of(SAY(view, "Automatic invoicing is off: credit sales are invoiced by hand, and stand under By hand.",
                                "Automatisk fakturering er av: kredittsalg faktureres manuelt, og står under Føres manuelt.")));
}
