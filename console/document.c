#include "document.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/act/deeds.h"
#include "bilag/read/manual.h"
#include "bilag/show/status.h"
#include "domain/audit.h"
#include "mapper/tables.h"
#include "seen.h"
#include "trail_words.h"

/* --- the voucher --- */

static void blank_or(struct view *view, const char *name, const char *class_, struct str text)
{
    bool blank = str_starts(text, STR(VOUCHER_BLANK));       /* one of several counter accounts: it stands first */
    size_t behind = blank ? sizeof VOUCHER_BLANK - 1 : 0;

    view_cell(view, name);
    html_class(&view->html, blank ? "blank" : class_);
    if (blank)
        html_text(&view->html, str_of(SAY(view, "BLANK", "MANGLER")));
    html_text(&view->html, (struct str){ text.bytes + behind, text.len - behind });
    html_end(&view->html);
}

static void amount_cell(struct view *view, const char *name, struct money amount)
{
    char text[MONEY_TEXT_SIZE];

    view_cell(view, name);
    html_class(&view->html, "n");
    if (amount.ore)
        html_text(&view->html, str_of(money_kroner(amount, text)));
    html_end(&view->html);
}

/* The description leads to the receipts behind the line. */
static void described(struct view *view, const struct book_doc *doc, const struct voucher_row *row, const char *name)
{
    struct html *html = &view->html;
    char rest[80], day[16];

    (void)snprintf(rest, sizeof rest, "/days/%s/%" PRIu32 "/lines/%td", day_text(doc->draft.doc.day, day), doc->draft.doc.part,
                   row->line - doc->draft.lines + 1);
    view_cell(view, name);
    html_begin(html, "a");
    html_link(html, "href", view_venue_path(view, doc->draft.doc.venue, rest));
    html_text(html, row->line->text.len ? row->line->text : str_of(SAY(view, "receipts", "bonger")));
    html_end(html);
    html_end(html);
}

static void line(struct view *view, const struct book_doc *doc, const struct voucher_row *row, const char *const *words)
{
    struct html *html = &view->html;

    html_begin(html, "tr");
    blank_or(view, words[0], "n", row->account);
    blank_or(view, words[1], "", row->counter);
    blank_or(view, words[2], "", row->vat_code);
    blank_or(view, words[3], "", row->department);
    amount_cell(view, words[4], row->debit);
    amount_cell(view, words[5], row->credit);
    described(view, doc, row, words[6]);
    html_end(html);
}

static void sums(struct view *view, const struct book_doc *doc, const char *const *words)
{
    struct html *html = &view->html;
    struct money debit, credit;

    if (voucher_sums(&view->arena, doc, &debit, &credit))
        return;
    html_begin(html, "tfoot");
    html_begin(html, "tr");
    html_begin(html, "td");
    html_attr(html, "colspan", STR("4"));
    html_text(html, str_of(SAY(view, "Sum", "Sum")));
    html_end(html);
    amount_cell(view, words[4], debit);
    amount_cell(view, words[5], credit);
    html_element(html, "td", NULL, STR_NONE);
    html_end(html);
    html_end(html);
}

void document_voucher(struct view *view, const struct book_doc *doc)
{
    const char *const words[] = { SAY(view, "Account", "Konto"), SAY(view, "Counter account", "Motkonto"),
                                  SAY(view, "VAT code", "Mva-kode"), SAY(view, "Department", "Avdeling"),
                                  SAY(view, "Debit", "Debet"), SAY(view, "Credit", "Kredit"),
                                  SAY(view, "Description", "Beskrivelse") };
    struct html *html = &view->html;

    if (!doc->draft.line_count)
        return;
    html_begin(html, "table");
    html_class(html, "stack");
    view_heads(view, words, COUNT(words), 1u << 0 | 1u << 4 | 1u << 5);
    html_begin(html, "tbody");
    for (size_t i = 0; i < doc->draft.line_count; i++) {
        struct voucher_row row = voucher_row_of(&view->arena, doc, i);

        line(view, doc, &row, words);
    }
    html_end(html);
    sums(view, doc, words);
    html_end(html);
}

/* --- what can be done --- */

/* The revision that is seen is the one that is decided about. */
static void decide_form(struct view *view, const struct book_doc *doc, const char *deed, const char *code, struct str back)
{
    view_form(view, "/decide", "row");
    view_hidden(view, "document", view_seen(view, doc));
    view_hidden(view, "deed", str_of(deed));
    if (code)
        view_hidden(view, "code", str_of(code));
    view_hidden(view, "back", back);
}

/* folded: what ends it otherwise, and is seldom meant, is a click further away. */
struct way_form { const char *way; const struct deed *deed; bool folded; const char *en, *nb; };

/* Ways on that are pressed here. */
static const struct way_form way_forms[] = {
    { "accept", &deed_accept, false, "Accept it as it is", "Godta som det er" },
    { "resend", &deed_resend, false, "Send again", "Send på nytt" },
    { "reverse", &deed_reverse, true, "Reverse in PowerOffice and send anew", "Reverser i PowerOffice og send på nytt" },
    { "leave-reversed", &deed_leave_reversed, true, "Let it stay reversed", "La det forbli tilbakeført" },
    { "by-hand", &deed_by_hand, true, "I have entered it myself", "Jeg har ført det selv" },
};

struct telling_ways { struct view *view; const struct book_doc *doc; struct str back; };

static void link_way(const struct telling_ways *telling, const char *page, const char *text)
{
    struct view *view = telling->view;

    html_begin(&view->html, "p");
    html_begin(&view->html, "a");
    html_link(&view->html, "href", view_venue_path(view, telling->doc->draft.doc.venue, page));
    html_text(&view->html, str_of(text));
    html_end(&view->html);
    html_end(&view->html);
}

/* What who sets up does on another page, or presses here; others are told whose it is. False: none of these. */
static bool setup_way(const struct telling_ways *telling, const char *way)
{
    struct view *view = telling->view;
    struct str venue = telling->doc->draft.doc.venue;
    bool mine = user_may(&view->user, ACT_SET_UP);

    if (strcmp(way, "settings") != 0 && strcmp(way, "poweroffice") != 0 && strcmp(way, "confirm") != 0 &&
        strcmp(way, "key") != 0)
        return false;
    if (!mine)
        html_element(&view->html, "p", "faint", str_of(SAY(view, "Who sets up the venue can see to it under Set-up.",
                                                           "Den som setter opp salgsstedet, kan ordne det under Oppsett.")));
    else if (strcmp(way, "settings") == 0)
        link_way(telling, "/setup", SAY(view, "Mend it under Set-up", "Rett det under Oppsett"));
    else if (strcmp(way, "key") == 0)
        link_way(telling, "/connect", SAY(view, "Give another key", "Gi en annen nøkkel"));
    else if (strcmp(way, "confirm") == 0)
        view_confirm_add_on(view, venue, telling->back);
    else
        view_read_books(view, venue, telling->back);
    return true;
}

static void post_on_way(const struct telling_ways *telling)
{
    struct view *view = telling->view;

    decide_form(view, telling->doc, "post-on", NULL, telling->back);
    view_input(view, "day", SAY(view, "Post it on an open day", "Før det på en åpen dag"), "date", true);
    view_reason(view);
    view_button(view, "plain", SAY(view, "Post on this day", "Før på denne dagen"));
    view_form_end(view);
}

/* The receipt that a problem names, "oslo-grill/K1/12"; empty: none. */
static struct str receipt_of(const struct telling_ways *telling, const struct problem *problem)
{
    struct str receipt = problem ? problem->first : STR_NONE;

    return receipt.len ? arena_format(&telling->view->arena, STR_FMT "/" STR_FMT, STR_ARG(telling->doc->draft.doc.venue),
                                      STR_ARG(receipt)) : STR_NONE;
}

static void leave_out_way(const struct telling_ways *telling, struct str receipt)
{
    struct view *view = telling->view;

    html_begin(&view->html, "details");
    html_words(&view->html, "summary", NULL, SAY(view, "Leave receipt %.*s out, and enter it by hand",
                                                 "Hold bong %.*s utenfor, og før den manuelt"), TEXT(receipt));
    view_form(view, "/leave-out", "row");
    view_hidden(view, "receipt", receipt);
    view_hidden(view, "back", telling->back);
    seen_hide(view);
    view_reason(view);
    view_button(view, "plain", SAY(view, "Leave it out", "Hold den utenfor"));
    view_form_end(view);
    html_end(&view->html);
}

/* The same way on, for all documents or receipts that have the problem. */
static void many_way(const struct telling_ways *telling, const char *deed, const struct problem *problem)
{
    struct view *view = telling->view;

    if (problem)
        view_link_line(view, view_venue_path(view, telling->doc->draft.doc.venue,
                       arena_format(&view->arena, "/many?deed=%s&problem=%s", deed, problem_code_text(problem->code)).bytes),
                       SAY(view, "The same for several at once", "Det samme for flere på én gang"));
}

/* What came twice under one number is looked at side by side, and decided there. */
static void contest_way(const struct telling_ways *telling, const struct problem *problem)
{
    struct view *view = telling->view;
    struct str receipt = !problem ? STR_NONE : problem->code == PROBLEM_RECEIPT_CONFLICT ? problem->arg[0] : problem->first;

    if (receipt.len)
        view_link_line(view, view_receipt_path(view, telling->doc->draft.doc.venue, receipt),
                       SAY(view, "See both contents, and say which is right or that the register counts anew",
                           "Se begge innholdene, og si hvilket som er riktig, eller at kassen teller på nytt"));
}

/* Of several that may be said to be right, which: what is wrong, in the sentence that begins it. */
static const char *why_words(struct view *view, const struct problem *problem)
{
    const char *why = SAY(view, "Why", "Hvorfor"), *end;
    struct strbuf text;

    if (!problem)
        return why;
    strbuf_init(&text, 8 * PROBLEM_TEXT_MAX);
    problem_write_for(problem, view->config.language, view->config.wording, &text);
    end = text.len ? strstr(text.bytes, ". ") : NULL;
    why = arena_format(&view->arena, "%s (%.*s)", why, TEXT(((struct str){ text.bytes, end ? (size_t)(end - text.bytes)
                                                                                          : text.len }))).bytes;
    strbuf_free(&text);
    return why;
}

/* False: it cannot be done, or is about a problem and none is told. */
static bool deed_way(const struct telling_ways *telling, const struct way_form *form, const struct problem *problem)
{
    struct view *view = telling->view;
    const struct deed_question question = { .context = &view->context, .code = problem ? problem->code : PROBLEM_COUNT };
    const char *code = form->deed->needs_code && problem ? problem_code_text(problem->code) : NULL;

    if ((form->deed->needs_code && !code) || form->deed->objection(&question, telling->doc))
        return false;
    if (form->folded) {
        html_begin(&view->html, "details");
        html_element(&view->html, "summary", NULL, str_of(SAY(view, form->en, form->nb)));
    }
    decide_form(view, telling->doc, form->deed->verb, code, telling->back);
    view_input(view, "reason", why_words(view, code ? problem : NULL), "text", true);
    view_button(view, "plain", SAY(view, form->en, form->nb));
    view_form_end(view);
    if (form->folded)
        html_end(&view->html);
    return true;
}

static void tell_way(void *context, const struct advice *advice)
{
    const struct telling_ways *telling = context;
    bool decides = user_may(&telling->view->user, ACT_DECIDE);
    struct str receipt = receipt_of(telling, advice->problem);

    for (size_t i = 0; i < COUNT(way_forms); i++)
        if (strcmp(advice->way, way_forms[i].way) == 0) {
            if (decides && deed_way(telling, &way_forms[i], advice->problem))
                many_way(telling, way_forms[i].deed->verb, advice->problem);
            return;
        }
    if (strcmp(advice->way, "leave-out") == 0) {
        if (decides && receipt.len)
            leave_out_way(telling, receipt);
        if (decides)
            many_way(telling, "leave-out", advice->problem);
    } else if (strcmp(advice->way, "choose") == 0)
        contest_way(telling, advice->problem);
    else if (strcmp(advice->way, "restarted") == 0)
        return;                              /* on the same page as the choice */
    else if (strcmp(advice->way, "connect") == 0)
        link_way(telling, "/customers", SAY(telling->view, "Connect the customer", "Koble kunden"));
    else if (setup_way(telling, advice->way))
        return;
    else if (strcmp(advice->way, "post-on") == 0 && decides)
        post_on_way(telling);
    else if (!advice->command.len)           /* what PowerOffice said; whoever runs Bilag sees to what only a command does */
        html_element(&telling->view->html, "p", NULL, advice->sentence);
}

/* The receipt that a problem is about, to look at; what is missing cannot be looked at. */
static void link_receipt(const struct telling_ways *telling, const struct problem *problem)
{
    struct view *view = telling->view;
    struct str name = problem->code == PROBLEM_RECEIPT_CONFLICT ? problem->arg[0] : problem->first;
    struct receipt_name parsed;

    if (!name.len || !(problem_ways(problem->code) & (WAY_LEAVE_OUT | WAY_CHOOSE)) || receipt_parse(arena_format(&view->arena,
            STR_FMT "/" STR_FMT, STR_ARG(telling->doc->draft.doc.venue),
                                                STR_ARG(name)), &view->arena, &parsed))
        return;
    html_text(&view->html, STR(" "));
    view_link(view, view_receipt_path(view, telling->doc->draft.doc.venue, name),
              arena_format(&view->arena, SAY(view, "See receipt %.*s", "Se bong %.*s"), TEXT(name)).bytes);
}

void document_problems(struct view *view, const struct book_doc *doc, struct str back)
{
    const struct problems *problems = &doc->draft.problems;
    struct telling_ways telling = { view, doc, back };

    for (size_t i = 0; i < problems->count && doc->state != DOC_BY_HAND; i++) {
        struct strbuf text;

        strbuf_init(&text, 8 * PROBLEM_TEXT_MAX);
        problem_write_for(&problems->at[i], view->config.language, view->config.wording, &text);
        html_begin(&view->html, "p");
        html_class(&view->html, "problem");
        html_text(&view->html, strbuf_str(&text));
        strbuf_free(&text);
        link_receipt(&telling, &problems->at[i]);
        html_end(&view->html);
    }
    status_advise(&view->voice, doc, tell_way, &telling);
}

static void transfer_form(struct view *view, const struct book_doc *doc, struct str back)
{
    view_form(view, view_venue_path(view, doc->draft.doc.venue, "/transfer").bytes, "row");
    view_hidden(view, "document", view_seen(view, doc));
    view_hidden(view, "back", back);
    view_button(view, NULL, SAY(view, "Transfer to PowerOffice", "Overfør til PowerOffice"));
    view_form_end(view);
}

void document_acts(struct view *view, const struct book_doc *doc, struct str back)
{
    const struct telling_ways telling = { view, doc, back };
    const struct deed_question question = { .context = &view->context, .code = PROBLEM_COUNT };

    if (!deed_transfer.objection(&question, doc) && user_may(&view->user, ACT_TRANSFER))
        transfer_form(view, doc, back);
    for (size_t i = 0; i < COUNT(way_forms) && user_may(&view->user, ACT_DECIDE); i++)
        if ((way_forms[i].deed == &deed_reverse || way_forms[i].deed == &deed_by_hand) && !book_doc_is_red(doc))
            (void)deed_way(&telling, &way_forms[i], NULL);
}

/* --- its history --- */

void document_requests(struct view *view, const struct book_doc *doc)
{
    view_link_line(view, view_venue_path(view, doc->draft.doc.venue,
                   arena_format(&view->arena, "/requests?document=" STR_FMT, STR_ARG(doc->id)).bytes),
                   SAY(view, "Requests to PowerOffice", "Forespørsler til PowerOffice"));
}

struct history { struct view *view; const struct venue *venue; size_t shown; };

static enum err decided(const struct decision *decision, void *context)
{
    struct history *history = context;
    struct html *html = &history->view->html;
    struct str detail = detail_words(history->view, decision);
    char when[32];

    html_begin(html, "li");
    html_say(html, "%s  ", time_text_local(history->venue, decision->time_ms, when));
    html_element(html, "b", NULL, verb_words(history->view, decision->verb));
    if (detail.len)
        html_say(html, " %.*s", TEXT(detail));
    html_say(html, " %s %.*s", SAY(history->view, "by", "av"), TEXT(decision->who));
    if (decision->reason.len)
        html_say(html, ": %.*s", TEXT(decision->reason));
    html_end(html);
    history->shown++;
    return ERR_OK;
}

void document_history(struct view *view, struct books *books, const struct book_doc *doc, const struct venue *venue)
{
    struct html *html = &view->html;
    struct history history = { view, venue, 0 };
    const struct audit_wish wish = { NULL, 0, doc->id };
    struct fault fault = { "" };
    struct trail_fact *facts;
    struct audit *audit;
    size_t count;
    char when[32];

    html_begin(html, "details");
    html_element(html, "summary", NULL, str_of(SAY(view, "History", "Historikk")));
    html_begin(html, "ul");
    html_class(html, "list");
    if (books_trail(books, &doc->draft.doc, &view->arena, &facts, &count) == ERR_OK)
        for (size_t i = 0; i < count; i++) {
            html_begin(html, "li");
            html_say(html, "%s  %.*s %.*s", time_text_local(venue, facts[i].time_ms, when),
                     TEXT(step_words(view, facts[i].what)), TEXT(step_detail(view, &facts[i])));
            html_end(html);
        }
    if (audit_open_there(view->config.state_dir, &audit, &fault) == ERR_OK) {
        if (audit_read_of(audit, &wish, decided, &history))
            html_element(html, "li", NULL, str_of(SAY(view, "the audit trail cannot be read", "revisjonssporet kan ikke "
                                                                                              "leses")));
        audit_close(audit);
    }
    html_end(html);
    document_requests(view, doc);
    html_end(html);
}
