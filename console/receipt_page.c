/* receipt_page.c - what became of one receipt: what it says, where it is booked, and what else came under its number, side by
 * side,
 * with the ways on that are about it. */
#include "routes.h"
#include "seen.h"
#include "trail_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/act/contested.h"
#include "bilag/act/leave_out.h"
#include "bilag/read/arrivals.h"
#include "bilag/show/catalogue.h"
#include "domain/audit.h"

enum { MOVED_SHOWN = 30 };

struct receipt_view { struct view *view; const struct venue *venue; struct str name, back; struct contested of; };

static void search_form(const struct receipt_view *receipt)
{
    struct view *view = receipt->view;

    view_search(view, view_venue_path(view, receipt->venue->id, "/receipt"),
                SAY(view, "Receipt: register and number, such as K1/12", "Bong: kasse og nummer, som K1/12"), "name",
                receipt->name);
    view_button(view, "plain", SAY(view, "Find", "Finn"));
    html_end(&view->html);
}

/* --- what it says --- */

static void amount_row(struct view *view, const char *what, struct str name, struct money amount)
{
    struct html *html = &view->html;

    html_begin(html, "tr");
    html_words(html, "td", NULL, "%s %.*s", what, TEXT(name));
    html_money(html, "td", "n", amount);
    html_end(html);
}

static void content_lines(const struct receipt_view *receipt, const struct event *event, int32_t day)
{
    struct view *view = receipt->view;
    struct html *html = &view->html;

    html_begin(html, "table");
    html_begin(html, "tbody");
    for (size_t i = 0; i < event->line_count; i++) {
        const struct sale_line *line = &event->lines[i];
        char rate[16];

        html_begin(html, "tr");
        html_words(html, "td", NULL, "%.*s, %s %%", TEXT(line->text.len ? line->text : line->product_type),
                   rate_text(line->vat, rate));
        html_money(html, "td", "n", line->gross);
        html_end(html);
    }
    for (size_t i = 0; i < event->payment_count; i++)
        amount_row(view, SAY(view, "paid with", "betalt med"), venue_title(receipt->venue, false, event->payments[i].type, day),
                   event->payments[i].amount);
    if (event->kind == EVENT_CASH_MOVEMENT)
        amount_row(view, SAY(view, "never transferred, by hand:", "overføres aldri, føres manuelt:"), event->reason,
                event->amount);
    html_end(html);
    html_end(html);
    if (event->kind == EVENT_VOID)
        html_words(html, "p", NULL, SAY(view, "takes back %.*s/%" PRIu64, "annullerer %.*s/%" PRIu64), TEXT(event->voids.reg),
                   event->voids.seq);
}

/* One content with its time, day and amounts. */
static void content(const struct receipt_view *receipt, const struct event *event, int32_t day)
{
    struct view *view = receipt->view;
    char when[32], words[64];

    html_words(&view->html, "p", NULL, SAY(view, "%s of %s, business day %s", "%s, %s, salgsdag %s"),
               catalogue_words(event_kind_text(event->kind)), time_text_local(receipt->venue, event->time * 1000, when),
               day_words(view, day, words));
    content_lines(receipt, event, day);
}

static void standing(const struct receipt_view *receipt)
{
    struct view *view = receipt->view;
    struct html *html = &view->html;
    const struct receipt_fate *fate = &receipt->of.fate;
    char day[16];

    html_begin(html, "p");
    if (fate->out)
        html_words(html, "span", "state yellow", SAY(view, "left out by decision %" PRIu64 ": entered by hand",
                                                     "holdt utenfor av beslutning %" PRIu64 ": føres manuelt"), fate->out);
    if (fate->voided)
        html_words(html, "span", "state grey", SAY(view, "taken back by %.*s on %s", "annullert av %.*s %s"),
                   TEXT(fate->void_name), day_text(fate->void_day, day));
    if (fate->event.kind == EVENT_RECEIPT && !fate->booked && !fate->out)
        html_element(html, "span", "state red", str_of(SAY(view, "lines and payments differ: booked nowhere",
                                                           "linjer og betaling er ulike: ikke bokført")));
    if (fate->conflicts)
        html_element(html, "span", "state red", str_of(SAY(view, "another content came under its number",
                                                           "et annet innhold er kommet under nummeret")));
    html_end(html);
}

/* --- where it is --- */

static void document_line(struct view *view, const struct book_doc *doc)
{
    struct html *html = &view->html;

    html_begin(html, "li");
    view_state(view, doc);
    html_text(html, STR(" "));
    view_link(view, view_doc_path(view, doc), doc->draft.doc.kind == DOC_ORDER ? SAY(view, "Order", "Ordre")
                                                                               : SAY(view, "Voucher", "Bilag"));
    html_words(html, "small", NULL, "%.*s", TEXT(doc->id));
}

/* Into which lines it went, and what of it is by hand. */
static enum err shares(const struct receipt_view *receipt, const struct book_doc *doc)
{
    struct view *view = receipt->view;
    struct html *html = &view->html;
    struct sale sale = { .name = receipt->name, .event = &receipt->of.fate.event };
    enum err err = receipts_shares(sale.event, receipt->venue, &doc->draft, &view->arena, &sale.shares);

    if (err == ERR_REFUSED)
        return ERR_OK;
    html_begin(html, "ul");
    for (size_t i = 0; !err && i < doc->draft.line_count; i++) {
        const struct voucher_line *line = &doc->draft.lines[i];
        struct money amount = { 0 };

        err = sale_amount(&sale, &doc->draft, line, &amount);
        if (err || !amount.ore)
            continue;
        html_begin(html, "li");
        html_say(html, SAY(view, "account %" PRId64 ", VAT code %.*s, %s ", "konto %" PRId64 ", mva-kode %.*s, %s "),
                 line->account, TEXT(line->vat_code), amount.ore > 0 ? SAY(view, "debit", "debet") : SAY(view, "credit",
                         "kredit"));
        html_money(html, "b", NULL, (struct money){ amount.ore > 0 ? amount.ore : -amount.ore });    /* bounded */
        html_end(html);
    }
    for (size_t i = 0; !err && i < sale.shares.left_out_count; i++) {
        const struct left_out *left = &sale.shares.left_out[i];
        bool order = doc->draft.credit_ordered && str_equal(left->type, STR("credit"));

        if (!left->total.ore)
            continue;
        html_begin(html, "li");
        html_say(html, "%s, %.*s ", order ? SAY(view, "in its order", "i ordren") : SAY(view, "by hand", "føres manuelt"),
                 TEXT(venue_title(receipt->venue, false, left->type, doc->draft.doc.day)));
        html_money(html, "b", NULL, left->total);
        html_end(html);
    }
    html_end(html);
    return err;
}

/* Whether the voucher or order has it. */
static enum err in_document(const struct receipt_view *receipt, const struct book_doc *doc, size_t *found)
{
    struct view *view = receipt->view;
    const struct receipt_fate *fate = &receipt->of.fate;
    const struct draft *draft = &doc->draft;
    enum err err = ERR_OK;

    if (draft->doc.kind == DOC_ORDER) {
        if (draft->doc.seq != fate->event.seq || !str_equal(draft->doc.reg, receipt->of.name.reg))
            return ERR_OK;
        document_line(view, doc);
    } else {
        if (fate->place <= draft->from || fate->place > draft->upto)
            return ERR_OK;
        document_line(view, doc);
        if (fate->booked && !fate->out)
            err = shares(receipt, doc);
    }
    ++*found;
    html_end(&view->html);
    return err;
}

static enum err where(const struct receipt_view *receipt)
{
    struct view *view = receipt->view;
    const struct receipt_fate *fate = &receipt->of.fate;
    struct book_list list = { 0 };
    struct books *books;
    size_t found = 0;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    html_element(&view->html, "h2", NULL, str_of(SAY(view, "Where it is", "Hvor den er")));
    html_begin(&view->html, "ul");
    html_class(&view->html, "list");
    err = books_venue(books, receipt->venue->id, fate->day, fate->day, &view->arena, &list);
    for (size_t i = 0; !err && i < list.count; i++)
        err = in_document(receipt, &list.docs[i], &found);
    html_end(&view->html);
    if (!err && !found)
        html_element(&view->html, "p", "faint", str_of(SAY(view, "Not yet in a voucher: its day is being built.",
                                                           "Ikke i noe bilag ennå: dagen bygges.")));
    books_close(books);
    return err;
}

static void came(const struct receipt_view *receipt)
{
    struct view *view = receipt->view;
    struct arrival arrival;
    char when[32];

    if (!receipt->of.fate.place ||
        arrival_of(&view->config, receipt->venue->id, receipt->of.fate.place, &view->arena, &arrival))
        return;
    html_words(&view->html, "p", "faint", SAY(view, "It came %s by %.*s. %.*s", "Den kom %s med %.*s. %.*s"),
               time_text_local(receipt->venue, arrival.came.time_ms, when), TEXT(arrival.came.source),
               TEXT(arrival.token_about));
}

/* --- the ways on --- */

static void act_form(const struct receipt_view *receipt, const char *path)
{
    struct view *view = receipt->view;

    view_form(view, path, "row");
    view_hidden(view, "receipt", receipt->of.text);
    view_hidden(view, "back", receipt->back);
    seen_hide(view);
}

static bool is_settled(const struct receipt_view *receipt)
{
    return !receipt->of.fate.conflicts;
}

/* A content, and that it is the right one. */
static void one_content(const struct receipt_view *receipt, size_t number)
{
    struct view *view = receipt->view;
    const struct content *one = &receipt->of.contents[number - 1];
    char text[32];

    html_begin(&view->html, "section");
    html_class(&view->html, "card");
    html_begin(&view->html, "h3");
    html_say(&view->html, "%zu. ", number);
    html_element(&view->html, "span", one->booked ? "state green" : one->open ? "state red" : "state grey",
                 str_of(one->booked ? SAY(view, "booked", "bokført")
                        : one->open ? SAY(view, "booked nowhere", "ikke bokført")
                                    : SAY(view, "decided: not booked", "avgjort: bokføres ikke")));
    html_end(&view->html);
    if (one->event)
        content(receipt, one->event, one->day);
    else
        html_element(&view->html, "p", NULL, str_of(SAY(view, "Its content is no longer kept; what it is booked in is sent.",
                                                        "Innholdet er ikke lenger lagret; det den er bokført i, er sendt.")));
    if (user_may(&view->user, ACT_DECIDE)) {
        act_form(receipt, "/choose");
        (void)snprintf(text, sizeof text, "%zu", number);
        view_hidden(view, "which", str_of(text));
        (void)snprintf(text, sizeof text, "%" PRIu64, one->place);
        view_hidden(view, "place", str_of(text));
        view_reason(view);
        view_button(view, "plain", SAY(view, "This one is right", "Denne er riktig"));
        view_form_end(view);
    }
    html_end(&view->html);
}

struct moving { const struct receipt_view *receipt; const struct new_run *run; size_t shown; };

static enum err moved(const struct placed *placed, void *context)
{
    struct moving *moving = context;
    struct view *view = moving->receipt->view;
    struct str becomes;
    char when[32], amount[MONEY_TEXT_SIZE];

    if (moving->shown++ >= MOVED_SHOWN)
        return ERR_OK;
    becomes = new_run_name(&moving->receipt->of, moving->run, placed->name);
    html_words(&view->html, "li", NULL, SAY(view, "%.*s becomes %.*s, %s, %s kr", "%.*s blir %.*s, %s, %s kr"),
               TEXT(placed->name), TEXT(becomes), time_text_local(moving->receipt->venue, placed->event->time * 1000, when),
               money_kroner(content_amount(placed->event), amount));
    return ERR_OK;
}

/* What would be booked as a new run, and the form for it. */
static void restarted(struct receipt_view *receipt)
{
    struct view *view = receipt->view;
    struct html *html = &view->html;
    struct new_run run;
    struct moving moving = { receipt, &run, 0 };
    char text[32], amount[MONEY_TEXT_SIZE];
    enum err err;

    html_begin(html, "details");
    html_element(html, "summary", NULL, str_of(SAY(view, "Both happened: the register was reset and counts its numbers anew",
                                                   "Begge skjedde: kassen er nullstilt og teller på nytt")));
    html_begin(html, "ul");
    err = contested_run(&receipt->of, moved, &moving, &run);
    html_end(html);
    if (err) {
        html_element(html, "p", "notice red", str_of(view_why(view, err)));
        html_end(html);
        return;
    }
    html_words(html, "p", NULL, SAY(view, "Register %.*s is called %.*s from there on: %zu numbers, sales of %s kr together. "
                                          "What "
                                          "was sent before stays as it is.",
                                    "Kasse %.*s heter %.*s derfra: %zu numre, salg for %s kr til sammen. Det som alt er sendt, "
                                    "blir som det er."), TEXT(run.base), TEXT(run.next), run.count,
               money_kroner(run.sum, amount));
    act_form(receipt, "/restarted");
    (void)snprintf(text, sizeof text, "%" PRIu64, run.place);
    view_hidden(view, "place", str_of(text));
    view_reason(view);
    view_button(view, "plain", SAY(view, "It counts anew from here", "Den teller på nytt herfra"));
    view_form_end(view);
    html_end(html);
}

static void contents(struct receipt_view *receipt)
{
    struct view *view = receipt->view;

    html_element(&view->html, "h2", NULL, str_of(SAY(view, "What came under this number", "Det som er kommet under nummeret")));
    html_begin(&view->html, "div");
    html_class(&view->html, "pair");
    for (size_t i = 0; i < receipt->of.count; i++)
        one_content(receipt, i + 1);
    html_end(&view->html);
    if (!is_settled(receipt) && user_may(&view->user, ACT_DECIDE))
        restarted(receipt);
}

/* Of those that can be: its own objection is not an answer to anything that was asked here. */
static void leave_out(const struct receipt_view *receipt)
{
    struct view *view = receipt->view;
    struct leave_out leave;
    struct leaving leaving = { .told = true };
    enum err err;

    if (!user_may(&view->user, ACT_DECIDE))
        return;
    err = leave_out_open(&view->context, &leave);
    if (!err)
        err = leave_out_judge(&leave, receipt->of.text, NULL, &leaving);
    leave_out_close(&leave);
    view->context.fault.text[0] = '\0';
    if (err)
        return;
    html_begin(&view->html, "details");
    html_element(&view->html, "summary", NULL, str_of(SAY(view, "Leave it out of its day, and enter it by hand",
                                                          "Hold den utenfor dagen, og før den manuelt")));
    if (leaving.later)
        html_element(&view->html, "p", "notice yellow",
                     str_of(SAY(view, "Its day is sent: the difference goes into the day's next voucher.",
                                "Dagen er sendt: forskjellen kommer i dagens neste bilag.")));
    act_form(receipt, "/leave-out");
    if (!leaving.told)
        view_input(view, "amount", SAY(view, "What it comes to, kr (the receipt does not say)",
                                       "Beløpet, kr (bongen sier det ikke)"), "text", false);
    view_reason(view);
    view_button(view, "plain", SAY(view, "Leave it out", "Hold den utenfor"));
    view_form_end(view);
    html_end(&view->html);
}

/* --- what people decided about it --- */

struct deciding { const struct receipt_view *receipt; size_t count; };

static enum err decided(const struct decision *decision, void *context)
{
    struct deciding *deciding = context;
    struct view *view = deciding->receipt->view;
    char when[32];

    if (!deciding->count++) {
        html_element(&view->html, "h2", NULL, str_of(SAY(view, "What people decided", "Det som er bestemt")));
        html_begin(&view->html, "ul");
        html_class(&view->html, "list");
    }
    html_words(&view->html, "li", NULL, "%s  %.*s: %.*s %.*s: %.*s",
               time_text_local(deciding->receipt->venue, decision->time_ms, when), TEXT(decision->who),
               TEXT(verb_words(view, decision->verb)), TEXT(detail_words(view, decision)),
               TEXT(decision->reason));
    return ERR_OK;
}

static enum err decisions(const struct receipt_view *receipt)
{
    const struct audit_wish wish = { NULL, 0, receipt->of.text };
    struct deciding deciding = { receipt, 0 };
    struct fault fault = { "" };
    struct audit *audit;
    enum err err = audit_open_there(receipt->view->config.state_dir, &audit, &fault);

    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = audit_read_of(audit, &wish, decided, &deciding);
    audit_close(audit);
    if (deciding.count)
        html_end(&receipt->view->html);
    return err;
}

/* --- the page --- */

static enum err tell(struct receipt_view *receipt)
{
    const struct event *event = &receipt->of.fate.event;
    enum err err = ERR_OK;

    standing(receipt);
    if (!receipt->of.count)
        content(receipt, event, receipt->of.fate.day);
    else
        contents(receipt);
    came(receipt);
    if (receipt->of.fate.place && (event->kind == EVENT_RECEIPT || event->kind == EVENT_VOID)) {
        err = where(receipt);
        if (!err)
            leave_out(receipt);
    }
    return err ? err : decisions(receipt);
}

static void begin(struct receipt_view *receipt)
{
    struct view *view = receipt->view;

    view_begin_of(view, receipt->name.len ? arena_format(&view->arena, SAY(view, "Receipt %.*s", "Bong %.*s"),
                                                         TEXT(receipt->name)).bytes : SAY(view, "Find a receipt", "Finn en "
                                                                                          "bong"),
                  receipt->venue);
    search_form(receipt);
}

void page_receipt(struct view *view)
{
    struct receipt_view receipt = { .view = view, .venue = view_venue(view), .name = view_query(view, "name") };
    struct str text;
    enum err err;

    if (!receipt.venue)
        return;
    if (!receipt.name.len) {
        begin(&receipt);
        return;
    }
    text = arena_format(&view->arena, STR_FMT "/" STR_FMT, STR_ARG(receipt.venue->id), STR_ARG(receipt.name));
    receipt.back = view_receipt_path(view, receipt.venue->id, receipt.name);
    err = contested_open(&view->context, text, &receipt.of);
    if (err == ERR_REFUSED) {                /* nothing to decide, and all is known of it */
        view->context.fault.text[0] = '\0';
        err = ERR_OK;
    }
    if (err == ERR_FORMAT || err == ERR_NOT_FOUND) {
        begin(&receipt);
        html_element(&view->html, "p", "notice yellow", str_of(err == ERR_FORMAT || view->context.fault.text[0]
                     ? view_why(view, err) : SAY(view, "No receipt has come yet.", "Ingen bong er kommet ennå.")));
        view->status = err == ERR_FORMAT ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_NOT_FOUND;
    } else if (!err) {
        begin(&receipt);
        err = tell(&receipt);
    }
    if (err && err != ERR_FORMAT && err != ERR_NOT_FOUND)
        view_fail(view, err);
    contested_close(&receipt.of);
}
