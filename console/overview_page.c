/* overview_page.c - all venues that a person sees: red first, then what waits, then the others; and the stages. */
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/form.h"
#include "chosen.h"

enum { ROWS_ON_A_PAGE = 50, LATE_MS = 30000 };

struct overview {
    struct view *view;
    struct str search;
    bool only_red;
    struct chosen chosen;
    size_t page, pages;                  /* page 0: there is nothing to tell */
};

static void choose_page(struct overview *overview)
{
    struct str text = view_query(overview->view, "page");
    size_t page = text.len < 8 ? (size_t)view_number(text) : 1;

    overview->pages = (overview->chosen.count + ROWS_ON_A_PAGE - 1) / ROWS_ON_A_PAGE;
    overview->page = page < 1 ? 1 : page;
    if (overview->page > overview->pages)
        overview->page = overview->pages;
}

/* --- rows --- */

/* The way to the first of what is red: its day, or the orders. */
static void see_first(struct view *view, const struct picture_row *row)
{
    struct html *html = &view->html;
    struct doc doc;
    char rest[48], day[16];

    if (doc_parse(row->first_red, &doc))
        return;
    if (doc.kind == DOC_VOUCHER)
        (void)snprintf(rest, sizeof rest, "/days/%s", day_text(doc.day, day));
    html_text(html, STR(" "));
    html_begin(html, "a");
    html_link(html, "href", view_venue_path(view, row->id, doc.kind == DOC_VOUCHER ? rest : "/orders?red=1"));
    html_text(html, str_of(SAY(view, "see the first", "se den første")));
    html_end(html);
}

/* The fault itself names a file and its keys: what is to be done is told instead. */
static void left_out(struct view *view, const struct picture_row *row)
{
    const char *words = venue_waits_words(view);
    struct venue venue;

    html_element(&view->html, "span", "state red", str_of(SAY(view, "not in use", "ikke i bruk")));
    html_text(&view->html, STR(" "));
    if (!venue_can_be_opened(view, row->id, &venue))
        html_text(&view->html, str_of(SAY(view, "its set-up cannot be read; whoever runs Bilag mends its file",
                                          "oppsettet kan ikke leses; den som drifter Bilag, retter filen")));
    else if (user_may(&view->user, ACT_SET_UP))
        view_link(view, view_venue_path(view, row->id, "/setup"), words);
    else
        html_text(&view->html, str_of(words));
}

/* What keeps the venue from green, in a few words. */
static void what(struct view *view, const struct picture_row *row)
{
    struct html *html = &view->html;
    char day[16];

    if (row->fault.len)
        left_out(view, row);
    else if (row->unreadable)
        html_element(html, "span", "state red", chosen_why_unreadable(view, row));
    else if (row->login_fault || row->connected == CONNECTED_NO)
        html_element(html, "span", "state red", str_of(SAY(view, "not connected", "ikke tilkoblet")));
    if (row->red)
        html_words(html, "span", "state red", row->red == 1 ? SAY(view, "%" PRIu64 " needs you", "%" PRIu64 " trenger deg")
                                                             : SAY(view, "%" PRIu64 " need you", "%" PRIu64 " trenger deg"),
                   row->red);
    if (row->red)
        see_first(view, row);
    if (row->states[DOC_WAITING]) {
        html_text(html, STR(" "));
        html_words(html, "span", "state yellow", row->states[DOC_WAITING] == 1
                   ? SAY(view, "%" PRIu64 " ready to transfer, from %s", "%" PRIu64 " klar til overføring, fra %s")
                   : SAY(view, "%" PRIu64 " ready to transfer, from %s", "%" PRIu64 " klare til overføring, fra %s"),
                   row->states[DOC_WAITING], day_text(row->oldest_waiting, day));
    }
    if (row->awaits_add_on)
        html_element(html, "span", "state yellow", str_of(SAY(view, "waits for QuickOrder", "venter på QuickOrder")));
    if (!row->looked_ms)
        html_element(html, "span", "state grey", str_of(SAY(view, "not looked at yet", "ikke sett på ennå")));
    else if (picture_row_rank(row) == 2 && !row->awaits_add_on)
        html_element(html, "span", "state green", str_of(SAY(view, "all well", "alt i orden")));
}

static void tell_row(struct view *view, const struct picture_row *row)
{
    struct html *html = &view->html;

    html_begin(html, "tr");
    view_cell(view, SAY(view, "Venue", "Salgssted"));
    if (row->fault.len) {
        html_text(html, row->name);
    } else {
        html_begin(html, "a");
        html_link(html, "href", view_venue_path(view, row->id, ""));
        html_text(html, row->name);
        html_end(html);
    }
    html_end(html);
    view_cell(view, SAY(view, "Company", "Firma"));
    html_text(html, row->company);
    html_end(html);
    view_cell(view, SAY(view, "Stands", "Står"));
    html_begin(html, "span");
    what(view, row);
    html_end(html);
    html_end(html);
    view_cell(view, SAY(view, "On its way", "Underveis"));
    html_class(html, "n");
    html_say(html, "%" PRIu64, row->states[DOC_QUEUED] + row->states[DOC_SENDING]);
    html_end(html);
    view_cell(view, SAY(view, "Sent", "Sendt"));
    html_class(html, "n");
    html_say(html, "%" PRIu64, row->states[DOC_SENT]);
    html_end(html);
    view_cell(view, SAY(view, "Transfer", "Overføring"));
    html_text(html, str_of(row->automatic ? SAY(view, "automatic", "automatisk") : SAY(view, "by you", "av deg")));
    html_end(html);
    html_end(html);
}

/* Those of the page: [from, upto) of the rows. */
static size_t told_from(const struct overview *overview)
{
    return overview->page ? (overview->page - 1) * ROWS_ON_A_PAGE : 0;
}

static size_t told_upto(const struct overview *overview)
{
    size_t from = told_from(overview), left = overview->chosen.count - from;

    return from + (left < ROWS_ON_A_PAGE ? left : ROWS_ON_A_PAGE);
}

static void page_link(struct overview *overview, size_t page, const char *text)
{
    struct view *view = overview->view;
    struct strbuf path;

    strbuf_init(&path, 4096);
    strbuf_format(&path, "/?page=%zu%s&q=", page, overview->only_red ? "&red=1" : "");
    url_add(&path, overview->search);
    html_begin(&view->html, "a");
    html_link(&view->html, "href", strbuf_str(&path));
    html_text(&view->html, str_of(text));
    html_end(&view->html);
    strbuf_free(&path);
}

static void tell_rows(struct overview *overview)
{
    struct view *view = overview->view;
    const char *const words[] = { SAY(view, "Venue", "Salgssted"), SAY(view, "Company", "Firma"), SAY(view, "Stands", "Står"),
                                  SAY(view, "On its way", "Underveis"), SAY(view, "Sent", "Sendt"),
                                  SAY(view, "Transfer", "Overføring") };
    size_t page = overview->page, pages = overview->pages;

    if (!overview->chosen.count) {
        html_element(&view->html, "p", "faint", str_of(SAY(view, "No venue here.", "Ingen salgssteder her.")));
        return;
    }
    html_begin(&view->html, "table");
    html_class(&view->html, "stack");
    view_heads(view, words, COUNT(words), 1u << 3 | 1u << 4);
    html_begin(&view->html, "tbody");
    for (size_t i = told_from(overview); i < told_upto(overview); i++)
        tell_row(view, overview->chosen.rows[i]);
    html_end(&view->html);
    html_end(&view->html);
    html_begin(&view->html, "p");
    html_class(&view->html, "pages");
    if (page > 1)
        page_link(overview, page - 1, SAY(view, "Previous page", "Forrige side"));
    if (pages > 1)
        html_words(&view->html, "span", NULL, SAY(view, "page %zu of %zu", "side %zu av %zu"), page, pages);
    if (page < pages)
        page_link(overview, page + 1, SAY(view, "Next page", "Neste side"));
    html_end(&view->html);
}

static void search_form(const struct overview *overview)
{
    struct view *view = overview->view;

    view_search(view, STR("/"), SAY(view, "Name or organisation number", "Navn eller organisasjonsnummer"), "q",
                overview->search);
    view_only_red(view, overview->only_red);
    view_button(view, "plain", SAY(view, "Find", "Finn"));
    html_end(&view->html);
}

/* --- what is of all of them --- */

static void stages(struct view *view, const struct whole_status *whole)
{
    struct html *html = &view->html;
    char when[32];

    html_element(html, "h2", NULL, str_of(SAY(view, "Processes", "Prosesser")));
    html_begin(html, "p");
    for (size_t i = 0; i < whole->stage_count; i++) {
        const struct stage_state *stage = &whole->stages[i];

        html_words(html, "span", stage->up ? "state green" : "state red", "%s %d %s", stage->stage, stage->instance,
                   stage->up ? SAY(view, "up", "oppe") : SAY(view, "down", "nede"));
        html_text(html, STR(" "));
    }
    html_end(html);
    if (whole->outage)
        html_element(html, "p", "notice red",
                     str_of(SAY(view, "PowerOffice does not answer: what is due waits, and goes by itself when it is back.",
                                "PowerOffice svarer ikke: det som skal sendes, venter og sendes automatisk når PowerOffice "
                                "svarer igjen.")));
    if (whole->backlog.documents)
        html_words(html, "p", NULL, SAY(view, "%" PRIu64 " documents wait to be sent, the oldest since %s.",
                                        "%" PRIu64 " dokumenter venter på å bli sendt, det eldste siden %s."),
                   whole->backlog.documents, view_time(view, whole->backlog.oldest_ms, when));
}

/* What stands in red on the page of those, to this person. */
static void not_taken(struct view *view, const struct whole_status *whole)
{
    uint64_t refused = view->user.all_companies ? whole->refused_total : 0;
    size_t parked = 0;

    for (size_t i = 0; !view->user.all_companies && i < whole->refused_count; i++)
        refused += refused_is_seen(view, whole->refused[i].venue) ? whole->refused[i].count : 0;
    for (size_t i = 0; i < whole->parked.count; i++)
        parked += parked_is_red(&whole->parked.at[i]) && refused_is_seen(view, whole->parked.at[i].venue);
    if (!refused && !parked)
        return;
    html_begin(&view->html, "p");
    html_class(&view->html, "notice yellow");
    html_say(&view->html, SAY(view, "Lines refused: %" PRIu64 ". Venues with parked sales: %zu. ",
                              "Avviste linjer: %" PRIu64 ". Salgssteder med parkerte salg: %zu. "), refused, parked);
    html_begin(&view->html, "a");
    html_link(&view->html, "href", STR("/refused"));
    html_text(&view->html, str_of(SAY(view, "see them", "se dem")));
    html_end(&view->html);
    html_end(&view->html);
}

static enum err whole(struct view *view)
{
    struct whole_status status = { .config = &view->config };
    enum err err = overview_whole_alone(&view->context, &status);

    if (err)
        return err;
    stages(view, &status);
    if (user_may(&view->user, ACT_OPERATE))
        not_taken(view, &status);
    return ERR_OK;
}

/* Figures that are not of all of them say so. */
static void not_whole(struct view *view, const struct chosen *chosen)
{
    if (chosen->unreadable)
        html_words(&view->html, "p", "notice red", chosen->unreadable == 1
                   ? SAY(view, "%zu venue cannot be read: it counts as one that needs a person; no figure has its documents.",
                         "%zu salgssted kan ikke leses: det telles som et som trenger et menneske, og ingen tall har med "
                         "dokumentene.")
                   : SAY(view, "%zu venues cannot be read: they count as needing a person, and no figure has their documents.",
                         "%zu salgssteder kan ikke leses: de telles blant dem som trenger et menneske, og ingen tall har med "
                         "dokumentene."), chosen->unreadable);
    if (chosen->unseen || (chosen->all_count && clock_now_ms() - chosen->oldest_ms > LATE_MS))
        html_element(&view->html, "p", "faint", str_of(SAY(view, "Some of these are being looked at still: load the page again "
                                                           "in a moment.", "Noen av disse blir fortsatt sett på: last siden på "
                                                           "nytt om litt.")));
}

void page_overview(struct view *view)
{
    struct overview overview = { .view = view, .search = view_query(view, "q"), .only_red = view_query(view, "red").len > 0 };
    struct chosen *chosen = &overview.chosen;
    enum err err = chosen_take(view, overview.search, overview.only_red, chosen);

    if (!err) {
        choose_page(&overview);
        err = chosen_look(chosen, told_from(&overview), told_upto(&overview));
    }
    if (err) {
        view_fail(view, err);
        return;
    }
    view_begin(view, SAY(view, "Overview", "Oversikt"), NULL);
    html_words(&view->html, "p", NULL,
               SAY(view, "%zu venues: %zu need a person, %zu have something ready to transfer.",
                   "%zu salgssteder: %zu trenger et menneske, %zu har noe klart til overføring."), chosen->all_count, chosen->red,
               chosen->waiting);
    not_whole(view, chosen);
    search_form(&overview);
    tell_rows(&overview);
    if (user_may(&view->user, ACT_SET_UP))
        view_link_line(view, STR("/new-venue"), SAY(view, "New venue, and those not in use yet",
                                                    "Nytt salgssted, og de som ikke er i bruk ennå"));
    err = whole(view);
    if (err)
        view_fail(view, err);
}
