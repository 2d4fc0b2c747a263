/* day_page.c - a business day: each part's voucher, the proof, what is wrong, what can be done; and its files. */
#include "days.h"
#include "document.h"
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/show/vouchers_csv.h"
#include "pdf/settlement_page.h"

enum { PDF_BYTES_MAX = 8 * 1024 * 1024, CSV_BYTES_MAX = 64 * 1024 * 1024 };

/* --- the day's proof --- */

static void proof_row(struct view *view, const char *what, struct money amount, const char *class_)
{
    struct html *html = &view->html;

    html_begin(html, "tr");
    html_element(html, "td", NULL, str_of(what));
    html_money(html, "td", class_, amount);
    html_end(html);
}

static void proof(struct view *view, const struct day_proof *day)
{
    struct html *html = &view->html;
    bool differs = day->has_z && !day->elsewhere.ore && day->z.ore != day->lines.ore;

    html_begin(html, "section");
    html_class(html, "card");
    html_element(html, "h2", NULL, str_of(SAY(view, "Proof of the day", "Avstemming av dagen")));
    html_begin(html, "table");
    html_begin(html, "tbody");
    if (day->has_z)
        proof_row(view, SAY(view, "Z reports", "Z-rapporter"), day->z, differs ? "n blank" : "n");
    if (day->elsewhere.ore)
        proof_row(view, SAY(view, "of them elsewhere: another day, left out, not booked",
                            "herav annet sted: en annen dag, holdt utenfor, ikke bokført"), day->elsewhere, "n");
    proof_row(view, SAY(view, "Sales", "Salg"), day->lines, "n");
    proof_row(view, SAY(view, "in vouchers", "i bilag"), day->voucher, "n");
    proof_row(view, SAY(view, "in orders", "i ordre"), day->orders, "n");
    proof_row(view, SAY(view, "by hand", "manuelt"), day->manual, "n");
    if (day->difference.ore)
        proof_row(view, SAY(view, "Difference", "Differanse"), day->difference, "n blank");
    if (day->rounding.ore)
        proof_row(view, SAY(view, "PowerOffice's rounding of orders", "PowerOffices avrunding av ordre"), day->rounding, "n");
    html_end(html);
    html_end(html);
    if (!day->has_z)
        html_element(html, "p", "faint", str_of(SAY(view, "No Z report stands against these sales.", "Ingen Z-rapport står mot "
                                                    "disse salgene.")));
    html_end(html);
}

/* What the voucher rests on: registers with their numbers, and Z reports. */
static void basis(struct view *view, const struct draft *draft)
{
    struct html *html = &view->html;

    if (!draft->register_count && !draft->z_count)
        return;
    html_begin(html, "details");
    html_element(html, "summary", NULL, str_of(SAY(view, "Registers and Z reports", "Kasser og Z-rapporter")));
    html_begin(html, "ul");
    html_class(html, "list");
    for (size_t i = 0; i < draft->register_count; i++)
        html_words(html, "li", NULL, SAY(view, "Register %.*s: numbers %" PRIu64 " to %" PRIu64,
                                         "Kasse %.*s: nummer %" PRIu64 " til %" PRIu64), TEXT(draft->registers[i].reg),
                   draft->registers[i].first, draft->registers[i].last);
    for (size_t i = 0; i < draft->z_count; i++)
        html_words(html, "li", NULL, SAY(view, "Z report %" PRIu64 " of register %.*s", "Z-rapport %" PRIu64 " fra kasse %.*s"),
                   draft->zs[i].number, TEXT(draft->zs[i].reg));
    html_end(html);
    html_end(html);
}

/* --- one voucher --- */

static void voucher_facts(struct view *view, const struct venue *venue, const struct book_doc *doc)
{
    struct html *html = &view->html;
    char when[32], day[16];

    html_begin(html, "p");
    view_state(view, doc);
    if (doc->status.number)
        html_say(html, SAY(view, " voucher %" PRId64 " in "
                                                     "PowerOffice", " bilag %" PRId64 " i PowerOffice"), doc->status.number);
    if (doc->status.sent_ms)
        html_say(html, SAY(view, ", sent %s", ", sendt %s"), time_text_local(venue, doc->status.sent_ms, when));
    if (doc->draft.post_on != doc->draft.doc.day)
        html_say(html, SAY(view, ", posted on %s", ", bokført %s"), day_text(doc->draft.post_on, day));
    html_words(html, "small", NULL, "  %.*s", TEXT(doc->id));
    html_end(html);
}

static void files(struct view *view, const struct book_doc *doc)
{
    struct html *html = &view->html;
    char day[16], rest[80];

    html_begin(html, "p");
    html_class(html, "pages screen");
    html_begin(html, "a");
    (void)snprintf(rest, sizeof rest, "/days/%s/%" PRIu32 "/settlement.pdf", day_text(doc->draft.doc.day, day),
                   doc->draft.doc.part);
    html_link(html, "href", view_venue_path(view, doc->draft.doc.venue, rest));
    html_text(html, str_of(SAY(view, "Settlement as PDF", "Dagsoppgjøret som PDF")));
    html_end(html);
    html_begin(html, "a");
    (void)snprintf(rest, sizeof rest, "/vouchers.csv?from=%s&to=%s", day, day);
    html_link(html, "href", view_venue_path(view, doc->draft.doc.venue, rest));
    html_text(html, str_of(SAY(view, "Vouchers as CSV", "Bilagene som CSV")));
    html_end(html);
    html_end(html);
}

static void voucher(struct view *view, const struct venue *venue, struct books *books, const struct book_doc *doc, size_t parts)
{
    struct html *html = &view->html;
    struct str back = view_day_path(view, doc);

    html_begin(html, "section");
    html_class(html, "card");
    html_begin(html, "h2");
    html_text(html, doc->draft.text.len ? doc->draft.text : str_of(SAY(view, "Voucher", "Bilag")));
    if (parts > 1)
        html_say(html, SAY(view, ", part %" PRIu32, ", del %" PRIu32), doc->draft.doc.part);
    html_end(html);
    voucher_facts(view, venue, doc);
    document_problems(view, doc, back);
    document_acts(view, doc, back);
    document_voucher(view, doc);
    basis(view, &doc->draft);
    files(view, doc);
    document_history(view, books, doc, venue);
    html_end(html);
}

static void day_orders(struct view *view, const struct book_list *list)
{
    struct html *html = &view->html;
    const struct book_doc *last = NULL;

    for (size_t i = 0; i < list->count; i++)
        if (list->docs[i].draft.doc.kind == DOC_ORDER && !book_doc_is_empty(&list->docs[i]))
            last = &list->docs[i];
    if (!last)
        return;
    html_element(html, "h2", NULL, str_of(SAY(view, "Orders of the day", "Dagens ordre")));
    html_begin(html, "ul");
    html_class(html, "list");
    for (size_t i = 0; i < list->count; i++) {
        const struct book_doc *doc = &list->docs[i];

        if (doc->draft.doc.kind != DOC_ORDER || book_doc_is_empty(doc))
            continue;
        html_begin(html, "li");
        view_state(view, doc);
        html_say(html, " %.*s, %.*s, ", TEXT(doc->draft.order_no), TEXT(doc->draft.customer));
        html_money(html, "b", NULL, doc->draft.total);
        html_end(html);
    }
    html_end(html);
    view_link_line(view, view_doc_path(view, last), SAY(view, "These orders, with their lines", "Disse ordrene, med linjene"));
}

static void neighbours(struct view *view, const struct venue *venue, int32_t day)
{
    const struct { int32_t day; const char *text; } links[] = {
        { day - 1, SAY(view, "Previous day", "Forrige dag") }, { day + 1, SAY(view, "Next day", "Neste dag") },
    };
    char rest[40], text[16];

    html_begin(&view->html, "p");
    html_class(&view->html, "pages screen");
    for (size_t i = 0; i < COUNT(links); i++) {
        (void)snprintf(rest, sizeof rest, "/days/%s", day_text(links[i].day, text));
        html_begin(&view->html, "a");
        html_link(&view->html, "href", view_venue_path(view, venue->id, rest));
        html_text(&view->html, str_of(links[i].text));
        html_end(&view->html);
    }
    html_end(&view->html);
}

static void tell_day(struct view *view, const struct venue *venue, int32_t day, const struct day_list *days)
{
    size_t parts = 0;
    char words[64];

    for (size_t i = 0; i < days->list.count; i++)
        parts += days->list.docs[i].draft.doc.kind == DOC_VOUCHER && !book_doc_is_empty(&days->list.docs[i]);
    view_begin(view, arena_format(&view->arena, STR_FMT ", %s", STR_ARG(venue->name), day_words(view, day, words)).bytes,
               venue);
    neighbours(view, venue, day);
    if (!parts)
        html_element(&view->html, "p", "faint", str_of(SAY(view, "No voucher on this day.", "Ingen bilag denne dagen.")));
    for (size_t i = 0; i < days->list.count; i++) {
        const struct book_doc *doc = &days->list.docs[i];

        if (doc->draft.doc.kind == DOC_VOUCHER && !book_doc_is_empty(doc))
            voucher(view, venue, days->books, doc, parts);
    }
    for (size_t i = 0; i < days->count; i++)
        proof(view, &days->days[i]);
    day_orders(view, &days->list);
}

void page_day(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct day_list days = { .books = NULL };
    int32_t day;
    enum err err;

    if (!venue || !view_path_day(view, &day))
        return;
    err = days_load(view, venue, day, day, &days);
    if (err)
        view_fail(view, err);
    else
        tell_day(view, venue, day, &days);
    days_close(&days);
}

/* --- files --- */

static void send_file(struct view *view, const char *type, struct str name)
{
    view->type = type;
    view->file_name = arena_format(&view->arena, "attachment; filename=\"" STR_FMT "\"", STR_ARG(name));
    strbuf_reset(&view->html.out);
}

void file_vouchers(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct day_list days = { .books = NULL };
    int32_t from, to;
    enum err err;

    if (!venue)
        return;
    from = view_day(view, "from", venue_today(venue));
    to = view_day(view, "to", from);
    if (to < from || to - from >= VIEW_PERIOD_DAYS_MAX) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "A period is a year at most.", "En periode er høyst ett år."));
        return;
    }
    err = days_load(view, venue, from, to, &days);
    days_close(&days);
    if (err) {
        view_fail(view, err);
        return;
    }
    send_file(view, "text/csv; charset=utf-8", arena_format(&view->arena, STR_FMT ".csv", STR_ARG(venue->id)));
    strbuf_add(&view->html.out, STR(VOUCHERS_CSV_BEGIN));
    for (size_t i = 0; i < days.list.count; i++) {
        const struct book_doc *doc = &days.list.docs[i];

        if (doc->draft.doc.kind == DOC_VOUCHER && !book_doc_is_empty(doc))
            vouchers_csv_doc(&view->voice, doc, voucher_proof(&days.list, doc, days.days, days.count), &view->arena,
                             &view->html.out);
    }
}

void file_settlement(struct view *view)
{
    const struct str *parts = view->parts;
    struct book_doc doc;
    struct strbuf pdf;
    enum err err;

    if (!view_path_doc(view, &doc))
        return;
    strbuf_init(&pdf, PDF_BYTES_MAX);
    err = settlement_page(&doc.draft, &pdf, &view->context.fault);
    if (err) {
        view_fail(view, err);
    } else {
        send_file(view, "application/pdf", arena_format(&view->arena, STR_FMT "-" STR_FMT "-" STR_FMT ".pdf",
                                                        STR_ARG(parts[0]), STR_ARG(parts[1]), STR_ARG(parts[2])));
        strbuf_add(&view->html.out, strbuf_str(&pdf));
    }
    strbuf_free(&pdf);
}
