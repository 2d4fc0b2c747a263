/* many_page.c - one decision about many at once: all documents of some days that have a problem, or the receipts that it names.
 * All are
 * shown first, and only what is ticked is decided about, each as it was seen. */
#include "routes.h"
#include "seen.h"

#include <string.h>

#include "bilag/act/deeds.h"
#include "bilag/act/leave_out.h"

enum { DAYS_MAX = 366, SHOWN_MAX = 400 };

struct many {
    struct view *view;
    const struct venue *venue;
    const struct deed *deed;             /* NULL: receipts are left out */
    struct str verb, problem;
    enum problem_code code;              /* PROBLEM_COUNT: whatever is wrong */
    int32_t from, to;
    struct leave_out leave;
    struct str *receipts; size_t shown, beyond;
};

/* --- which days, and what of them --- */

static void period(const struct many *many)
{
    struct view *view = many->view;
    struct html *html = &view->html;

    html_begin(html, "form");
    html_class(html, "row");
    html_link(html, "action", view_venue_path(view, many->venue->id, "/many"));
    view_hidden(view, "deed", many->verb);
    view_hidden(view, "problem", many->problem);
    view_period_fields(view, many->from, many->to);
    view_button(view, "plain", SAY(view, "Show", "Vis"));
    html_end(html);
}

static void tick_cell(struct view *view, const char *name, const char *field, struct str value, struct str label)
{
    struct html *html = &view->html;

    view_cell(view, name);
    html_single(html, "input");
    html_attr(html, "type", STR("checkbox"));
    html_attr(html, "name", str_of(field));
    html_attr(html, "value", value);
    html_attr(html, "aria-label", label);
    html_attr(html, "checked", STR(""));
    html_end(html);
}

/* --- documents --- */

static bool has(const struct many *many, const struct book_doc *doc)
{
    const struct deed_question question = { .context = &many->view->context, .code = many->code };

    if (book_doc_is_empty(doc) || (many->code == PROBLEM_COUNT && !book_doc_is_red(doc)) ||
        (many->code != PROBLEM_COUNT && !problems_have(&doc->draft.problems, many->code)))
        return false;
    return !many->deed->objection(&question, doc);
}

static void document_row(struct many *many, const struct book_doc *doc)
{
    struct view *view = many->view;
    struct html *html = &view->html;
    char day[16];

    html_begin(html, "tr");
    tick_cell(view, SAY(view, "Chosen", "Valgt"), "document", view_seen(view, doc), doc->id);
    view_cell(view, SAY(view, "Day", "Dag"));
    html_text(html, str_of(day_text(doc->draft.doc.day, day)));
    html_end(html);
    view_cell(view, SAY(view, "Document", "Dokument"));
    view_link(view, view_day_path(view, doc), doc->draft.doc.kind == DOC_ORDER ? SAY(view, "Order", "Ordre")
                                                                               : SAY(view, "Voucher", "Bilag"));
    html_end(html);
    view_cell(view, SAY(view, "State", "Tilstand"));
    view_state(view, doc);
    html_end(html);
    view_cell(view, SAY(view, "Sum", "Sum"));
    html_class(html, "n");
    html_money(html, "span", NULL, doc->draft.total);
    html_end(html);
    html_end(html);
}

/* --- receipts --- */

static bool is_listed(const struct many *many, struct str receipt)
{
    for (size_t i = 0; i < many->shown; i++)
        if (str_equal(many->receipts[i], receipt))
            return true;
    return false;
}

static void receipt_row(struct many *many, struct str receipt)
{
    struct view *view = many->view;
    struct html *html = &view->html;
    struct leaving leaving;
    char day[16], amount[MONEY_TEXT_SIZE];

    if (is_listed(many, receipt) || leave_out_judge(&many->leave, receipt, NULL, &leaving))
        return;
    if (many->shown == SHOWN_MAX) {
        many->beyond++;
        return;
    }
    many->receipts[many->shown++] = receipt;
    html_begin(html, "tr");
    tick_cell(view, SAY(view, "Chosen", "Valgt"), "receipt", receipt, receipt);
    view_cell(view, SAY(view, "Day", "Dag"));
    html_text(html, str_of(day_text(leaving.fate.day, day)));
    html_end(html);
    view_cell(view, SAY(view, "Receipt", "Bong"));
    view_link(view, view_receipt_path(view, many->venue->id, receipt_text(&view->arena, leaving.name.reg, leaving.name.series,
                                                                         leaving.name.seq)), receipt.bytes);
    html_end(html);
    view_cell(view, SAY(view, "State", "Tilstand"));
    if (leaving.later)
        html_text(html, str_of(SAY(view, "its day is sent: the difference goes into the next part",
                                   "dagen er sendt: forskjellen kommer i neste del")));
    html_end(html);
    view_cell(view, SAY(view, "Sum", "Sum"));
    html_class(html, "n");
    html_text(html, str_of(leaving.told ? money_kroner(leaving.amount, amount) : SAY(view, "not known", "ikke kjent")));
    html_end(html);
    html_end(html);
}

static void receipts_of_doc(struct many *many, const struct book_doc *doc)
{
    for (size_t i = 0; i < doc->draft.problems.count; i++) {
        const struct problem *problem = &doc->draft.problems.at[i];

        if (problem->code == many->code && problem->first.len)
            receipt_row(many, arena_format(&many->view->arena, STR_FMT "/" STR_FMT, STR_ARG(many->venue->id),
                                           STR_ARG(problem->first)));
    }
}

/* --- the page --- */

static void rows(struct many *many, const struct book_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!many->deed)
            receipts_of_doc(many, &list->docs[i]);
        else if (has(many, &list->docs[i]) && many->shown < SHOWN_MAX && ++many->shown)
            document_row(many, &list->docs[i]);
        else if (many->shown == SHOWN_MAX)
            many->beyond += has(many, &list->docs[i]);
    }
}

static struct str here(const struct many *many)
{
    struct view *view = many->view;
    char from[16], to[16];

    return view_venue_path(view, many->venue->id, arena_format(&view->arena, "/period?from=%s&to=%s",
                           day_text(many->from, from), day_text(many->to, to)).bytes);
}

static void table(struct many *many, const struct book_list *list)
{
    struct view *view = many->view;
    struct html *html = &view->html;
    const char *const words[] = { SAY(view, "Chosen", "Valgt"), SAY(view, "Day", "Dag"),
                                  many->deed ? SAY(view, "Document", "Dokument") : SAY(view, "Receipt", "Bong"),
                                  SAY(view, "State", "Tilstand"), SAY(view, "Sum", "Sum") };

    view_form(view, many->deed ? "/decide" : "/leave-out", NULL);
    view_hidden(view, "back", here(many));
    seen_hide(view);
    if (many->deed)
        view_hidden(view, "deed", many->verb);
    if (many->deed && many->deed->needs_code)
        view_hidden(view, "code", many->problem);
    html_begin(html, "table");
    html_class(html, "stack");
    view_heads(view, words, COUNT(words), 1u << 4);
    html_begin(html, "tbody");
    rows(many, list);
    html_end(html);
    html_end(html);
    if (many->shown) {
        view_reason(view);
        html_begin(html, "p");
        view_button(view, NULL, SAY(view, "Do it with all that is ticked", "Utfør for alle som er krysset av"));
        html_end(html);
    }
    view_form_end(view);
}

static enum err tell(struct many *many)
{
    struct view *view = many->view;
    struct book_list list;
    enum err err = leave_out_open(&view->context, &many->leave);

    if (!err || (err == ERR_NOT_FOUND && many->leave.books))         /* no receipts are kept yet: none is listed */
        err = books_venue(many->leave.books, many->venue->id, many->from, many->to, &view->arena, &list);
    if (err)
        return err;
    view_begin_of(view, many->deed ? SAY(view, many->deed->en, many->deed->nb)
                                   : SAY(view, "Leave receipts out, and enter them by hand",
                                         "Hold bonger utenfor, og før dem manuelt"), many->venue);
    if (many->problem.len)
        html_words(&view->html, "p", NULL, SAY(view, "Those with the problem %.*s.", "De som har problemet %.*s."),
                   TEXT(many->problem));
    period(many);
    table(many, &list);
    if (!many->shown)
        html_element(&view->html, "p", "notice green", str_of(SAY(view, "Nothing of these days has it.",
                                                                  "Ingenting i disse dagene har det.")));
    if (many->beyond)
        html_words(&view->html, "p", "notice yellow", SAY(view, "%zu more are not shown: do these first.",
                                                          "%zu til er ikke vist: utfør disse først."), many->beyond);
    return ERR_OK;
}

/* What is asked for can be asked of many; false: answered. */
static bool ask(struct many *many)
{
    struct view *view = many->view;
    bool known;

    many->verb = view_query(view, "deed");
    many->problem = view_query(view, "problem");
    many->deed = deed_of(many->verb);
    known = problem_code_parse(many->problem, &many->code);
    if (!known)
        many->code = PROBLEM_COUNT;
    if (str_equal(many->verb, STR("leave-out")) ? known && (problem_ways(many->code) & WAY_LEAVE_OUT)
                                                : many->deed && many->deed != &deed_transfer &&
                                                  (known || (!many->problem.len && !many->deed->needs_code)))
        return true;
    view_refuse(view, MHD_HTTP_NOT_FOUND, SAY(view, "There is no such decision.", "Denne beslutningen finnes ikke."));
    return false;
}

void page_many(struct view *view)
{
    struct many many = { .view = view, .venue = view_venue(view) };
    enum err err;

    if (!many.venue || !ask(&many))
        return;
    many.to = view_day(view, "to", venue_today(many.venue));
    many.from = view_day(view, "from", many.to - 31);
    if (many.to < many.from || many.to - many.from >= DAYS_MAX) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "A period is a year at most, and ends on or after its first day.",
                                                    "En periode er høyst ett år, og slutter på eller etter den første dagen."));
        return;
    }
    many.receipts = arena_array(&view->arena, SHOWN_MAX, sizeof *many.receipts);
    err = many.receipts ? tell(&many) : ERR_MEMORY;
    leave_out_close(&many.leave);
    if (err)
        view_fail(view, err);
}
