/* venue_page.c - a month of a venue's days as a calendar, its turnover, and how it is set up. */
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bilag/read/overview.h"
#include "poweroffice/refdata.h"

enum { MONTH_DAYS = 31, TYPES_SHOWN = 12, CHART_W = 720, CHART_H = 160 };

struct month_day {
    const struct book_doc *voucher;      /* the one that says how the day stands; NULL: none */
    const struct book_doc *worst;
    struct money sales;
    bool any;
};

struct month {
    struct view *view;
    const struct venue *venue;
    int32_t first, next;                 /* days [first, next) */
    struct book_list list;
    struct month_day days[MONTH_DAYS];
};

struct type_sum { struct str name; struct money amount; };

/* --- which month --- */

static void month_of(int32_t day, int32_t *ret_first, int32_t *ret_next)
{
    int32_t year, month, date;

    day_to_civil(day, &year, &month, &date);
    *ret_first = day_of_civil(year, month, 1);
    *ret_next = month == 12 ? day_of_civil(year + 1, 1, 1) : day_of_civil(year, month + 1, 1);
}

static int32_t asked_month(struct view *view, const struct venue *venue)
{
    char text[16];
    struct str month = view_query(view, "month");
    int32_t day;

    if (month.len == 7 && snprintf(text, sizeof text, STR_FMT "-01", STR_ARG(month)) == 10 &&
        day_parse(str_of(text), &day) == ERR_OK)
        return day;
    return venue_today(venue);
}

static int severity(const struct book_doc *doc)
{
    const char *colour = state_class(doc);

    return strcmp(colour, "red") == 0 ? 3 : strcmp(colour, "yellow") == 0 ? 2 : strcmp(colour, "grey") == 0 ? 1 : 0;
}

static enum err gather(struct month *month)
{
    struct view *view = month->view;
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = books_venue(books, month->venue->id, month->first, month->next - 1, &view->arena, &month->list);
    books_close(books);
    for (size_t i = 0; !err && i < month->list.count; i++) {
        const struct book_doc *doc = &month->list.docs[i];
        struct month_day *day = &month->days[doc->draft.doc.day - month->first];

        if (book_doc_is_empty(doc))
            continue;
        day->any = true;
        if (!day->worst || severity(doc) > severity(day->worst))
            day->worst = doc;
        if (doc->draft.doc.kind == DOC_VOUCHER)
            err = money_add(day->sales, doc->draft.lines_total, &day->sales);
    }
    return err;
}

/* --- the calendar --- */

static void month_link(const struct month *month, int32_t day, const char *text)
{
    struct view *view = month->view;
    int32_t year, number, date;
    char rest[32];

    day_to_civil(day, &year, &number, &date);
    (void)snprintf(rest, sizeof rest, "?month=%04" PRId32 "-%02" PRId32, year, number);
    html_begin(&view->html, "a");
    html_link(&view->html, "href", view_venue_path(view, month->venue->id, rest));
    html_text(&view->html, str_of(text));
    html_end(&view->html);
}

/* Whole kroner: a calendar is to be looked over. */
static void kroner(struct html *html, struct money amount)
{
    char text[MONEY_TEXT_SIZE];
    const char *comma;

    comma = strrchr(money_kroner(amount, text), ',');
    if (comma)
        text[comma - text] = '\0';
    html_element(html, "span", "sum", str_of(text));
}

static void day_cell(const struct month *month, int32_t day)
{
    struct view *view = month->view;
    struct html *html = &view->html;
    const struct month_day *at = &month->days[day - month->first];
    char rest[40], text[16], words[64];

    html_begin(html, "td");
    if (!at->any) {
        html_begin(html, "span");
        html_class(html, "none");
        html_words(html, "b", NULL, "%" PRId32, day - month->first + 1);
        html_end(html);
        html_end(html);
        return;
    }
    (void)snprintf(rest, sizeof rest, "/days/%s", day_text(day, text));
    html_begin(html, "a");
    html_class(html, state_class(at->worst));
    html_link(html, "href", view_venue_path(view, month->venue->id, rest));
    html_words(html, "span", "unseen", "%s: ", day_words(view, day, words));         /* read aloud in place of the number */
    html_begin(html, "b");
    html_attr(html, "aria-hidden", STR("true"));
    html_say(html, "%" PRId32, day - month->first + 1);
    html_end(html);
    html_element(html, "span", "word", str_of(state_words(view, at->worst->state)));
    kroner(html, at->sales);
    html_end(html);
    html_end(html);
}

static int weekday(int32_t day)              /* 0: Monday */
{
    return ((day + 3) % 7 + 7) % 7;
}

static void weekday_heads(struct view *view)
{
    const char *const words[] = { SAY(view, "Mon", "man"), SAY(view, "Tue", "tir"), SAY(view, "Wed", "ons"),
                                  SAY(view, "Thu", "tor"), SAY(view, "Fri", "fre"), SAY(view, "Sat", "lør"),
                                  SAY(view, "Sun", "søn") };

    view_heads(view, words, COUNT(words), 0);
}

static void calendar(const struct month *month)
{
    struct html *html = &month->view->html;
    int32_t day = month->first - weekday(month->first), end = month->next + (6 - weekday(month->next - 1));

    html_begin(html, "table");
    html_class(html, "calendar");
    weekday_heads(month->view);
    html_begin(html, "tbody");
    for (; day < end; day++) {
        if (weekday(day) == 0)
            html_begin(html, "tr");
        if (day < month->first || day >= month->next)
            html_element(html, "td", NULL, STR_NONE);
        else
            day_cell(month, day);
        if (weekday(day) == 6)
            html_end(html);
    }
    html_end(html);
    html_end(html);
}

/* --- turnover --- */

static void bar(struct html *html, int32_t x, int32_t w, int32_t h, struct str title)
{
    const struct { const char *name; int32_t value; } places[] = {
        { "x", x }, { "y", CHART_H - h }, { "width", w }, { "height", h },
    };
    char text[16];

    html_begin(html, "rect");
    for (size_t i = 0; i < COUNT(places); i++) {
        (void)snprintf(text, sizeof text, "%" PRId32, places[i].value);
        html_attr(html, places[i].name, str_of(text));
    }
    html_element(html, "title", NULL, title);
    html_end(html);
}

static void chart(const struct month *month)
{
    struct view *view = month->view;
    struct html *html = &view->html;
    int32_t count = month->next - month->first, step = CHART_W / count;
    int64_t most = 1;
    char text[16], amount[MONEY_TEXT_SIZE];

    for (int32_t i = 0; i < count; i++)
        if (month->days[i].sales.ore > most)
            most = month->days[i].sales.ore;
    html_begin(html, "svg");
    html_class(html, "chart");
    html_attr(html, "viewBox", STR("0 0 720 160"));
    html_attr(html, "role", STR("img"));
    html_attr(html, "aria-label", str_of(SAY(view, "Turnover by day", "Omsetning per dag")));
    for (int32_t i = 0; i < count; i++) {
        int64_t sales = month->days[i].sales.ore;

        if (sales > 0)
            bar(html, i * step + 2, step - 4, (int32_t)(sales / (most / (CHART_H - 4) + 1)) + 1,
                arena_format(&view->arena, "%s: %s kr", day_text(month->first + i, text),
                             money_kroner((struct money){ sales }, amount)));
    }
    html_end(html);
}

static int by_amount(const void *a, const void *b)
{
    int64_t x = ((const struct type_sum *)a)->amount.ore, y = ((const struct type_sum *)b)->amount.ore;

    return x < y ? 1 : x > y ? -1 : 0;
}

/* What was sold, by product type, from the vouchers' own evidence (cells). */
static enum err type_sums(const struct month *month, struct type_sum *sums, size_t room, size_t *ret_count)
{
    size_t count = 0;

    for (size_t i = 0; i < month->list.count; i++) {
        const struct draft *draft = &month->list.docs[i].draft;

        for (size_t k = 0; k < draft->cell_count && draft->doc.kind == DOC_VOUCHER; k++) {
            const struct cell *cell = &draft->cells[k];
            struct str name = venue_title(month->venue, true, cell->type, draft->doc.day);
            size_t at = 0;

            if (!cell->sold)
                continue;
            while (at < count && !str_equal(sums[at].name, name))
                at++;
            if (at == room)
                continue;
            if (at == count)
                sums[count++] = (struct type_sum){ name, { 0 } };
            if (money_subtract(sums[at].amount, cell->amount, &sums[at].amount))
                return ERR_RANGE;
        }
    }
    qsort(sums, count, sizeof *sums, by_amount);
    *ret_count = count;
    return ERR_OK;
}

static enum err turnover(const struct month *month)
{
    enum { TYPES_MAX = 200 };
    struct view *view = month->view;
    struct html *html = &view->html;
    const char *const words[] = { SAY(view, "Product type", "Varegruppe"), SAY(view, "In vouchers", "I bilag") };
    struct type_sum *sums = arena_array(&view->arena, TYPES_MAX, sizeof *sums);
    struct money total = { 0 };
    size_t count;
    enum err err = sums ? type_sums(month, sums, TYPES_MAX, &count) : ERR_MEMORY;

    for (int32_t i = 0; !err && i < month->next - month->first; i++)
        err = money_add(total, month->days[i].sales, &total);
    if (err || !total.ore)
        return err;
    html_element(html, "h2", NULL, str_of(SAY(view, "Turnover", "Omsetning")));
    html_begin(html, "p");
    html_text(html, str_of(SAY(view, "In all, VAT included: ", "I alt, inkludert mva.: ")));
    html_money(html, "b", NULL, total);
    html_text(html, STR(" kr"));
    html_end(html);
    chart(month);
    html_begin(html, "table");
    view_heads(view, words, COUNT(words), 1u << 1);
    html_begin(html, "tbody");
    for (size_t i = 0; i < count && i < TYPES_SHOWN; i++) {
        html_begin(html, "tr");
        html_element(html, "td", NULL, sums[i].name);
        html_money(html, "td", "n", sums[i].amount);
        html_end(html);
    }
    html_end(html);
    html_end(html);
    if (count > TYPES_SHOWN)
        html_words(html, "p", "faint", SAY(view, "and %zu more", "og %zu til"), count - TYPES_SHOWN);
    return ERR_OK;
}

/* --- how it is set up --- */

static void fact(struct view *view, const char *what, struct str value)
{
    html_element(&view->html, "dt", NULL, str_of(what));
    html_element(&view->html, "dd", NULL, value);
}

static struct str on_or_off(const struct view *view, bool on)
{
    return str_of(on ? SAY(view, "on", "på") : SAY(view, "off", "av"));
}

static void setup(const struct month *month)
{
    struct view *view = month->view;
    const struct venue *venue = month->venue;
    int32_t today = venue_today(venue);
    const struct payment_entry *gift = venue_payment(venue, STR("gift_card"), today);
    const struct payment_entry *credit = venue_payment(venue, STR("credit"), today);
    struct str department = venue_department(venue, today);

    html_element(&view->html, "h2", NULL, str_of(SAY(view, "Set-up", "Oppsett")));
    html_begin(&view->html, "dl");
    fact(view, SAY(view, "Organisation number", "Organisasjonsnummer"), venue->company);
    fact(view, SAY(view, "Department", "Avdeling"), department.len ? department : str_of(SAY(view, "none", "ingen")));
    fact(view, SAY(view, "Automatic transfer", "Automatisk overføring"),
         on_or_off(view, venue_switch(&venue->auto_transfer, today)));
    fact(view, SAY(view, "Automatic invoicing", "Automatisk fakturering"),
         on_or_off(view, venue_switch(&venue->auto_invoice, today)));
    if (gift)
        fact(view, SAY(view, "Gift cards are transferred", "Gavekort overføres"),
             str_of(gift->transfer ? SAY(view, "yes", "ja") : SAY(view, "no, they are entered by hand", "nei, de føres "
                                                                                                        "manuelt")));
    if (credit)
        fact(view, SAY(view, "Credit is transferred to an account", "Kreditt overføres til konto"),
             str_of(credit->transfer ? SAY(view, "yes", "ja") : SAY(view, "no", "nei")));
    html_end(&view->html);
    if (!user_may(&view->user, ACT_SET_UP))
        html_element(&view->html, "p", "faint", str_of(SAY(view, "It is changed by who has the role that sets up.",
                                                           "Det endres av den som har rollen som setter opp.")));
}

static void month_head(const struct month *month)
{
    struct view *view = month->view;
    struct html *html = &view->html;
    char words[64];
    const char *blank = strchr(day_words(view, month->first, words), ' ');

    /* "Friday 1 November 2026" without its day */
    html_begin(html, "h2");
    html_text(html, str_of(blank ? strchr(blank + 1, ' ') + 1 : words));
    html_end(html);
    html_begin(html, "p");
    html_class(html, "pages screen");
    month_link(month, month->first - 1, SAY(view, "Former month", "Forrige måned"));
    month_link(month, month->next, SAY(view, "Next month", "Neste måned"));
    html_end(html);
}

void page_venue(struct view *view)
{
    struct month month = { .view = view, .venue = view_venue(view) };
    enum err err;

    if (!month.venue)
        return;
    month_of(asked_month(view, month.venue), &month.first, &month.next);
    err = gather(&month);
    if (!err) {
        view_begin(view, arena_copy(&view->arena, month.venue->name).bytes, month.venue);
        month_head(&month);
        calendar(&month);
        err = turnover(&month);
    }
    if (err) {
        view_fail(view, err);
        return;
    }
    setup(&month);
}
