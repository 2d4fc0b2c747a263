/* venue_page.c - a month of a venue's days as a calendar, its turnover, and how it is set up. */
#include "month.h"
#include "routes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bilag/read/overview.h"
#include "poweroffice/refdata.h"

enum { TYPES_SHOWN = 12, CHART_W = 720, CHART_H = 160 };

struct calendar { struct view *view; const struct venue *venue; struct month month; };

/* --- which month --- */

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

/* --- the calendar --- */

static void month_link(const struct calendar *calendar, int32_t day, const char *text)
{
    struct view *view = calendar->view;
    int32_t year, number, date;
    char rest[32];

    day_to_civil(day, &year, &number, &date);
    (void)snprintf(rest, sizeof rest, "?month=%04" PRId32 "-%02" PRId32, year, number);
    html_begin(&view->html, "a");
    html_link(&view->html, "href", view_venue_path(view, calendar->venue->id, rest));
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

static void day_cell(const struct calendar *calendar, int32_t day)
{
    struct view *view = calendar->view;
    struct html *html = &view->html;
    const struct month_day *at = &calendar->month.days[day - calendar->month.first];
    char rest[40], text[16], words[64];

    html_begin(html, "td");
    if (!at->documents) {
        html_begin(html, "span");
        html_class(html, "none");
        html_words(html, "b", NULL, "%" PRId32, day - calendar->month.first + 1);
        html_end(html);
        html_end(html);
        return;
    }
    (void)snprintf(rest, sizeof rest, "/days/%s", day_text(day, text));
    html_begin(html, "a");
    html_class(html, state_class(at->worst));
    html_link(html, "href", view_venue_path(view, calendar->venue->id, rest));
    html_words(html, "span", "unseen", "%s: ", day_words(view, day, words));         /* read aloud in place of the number */
    html_begin(html, "b");
    html_attr(html, "aria-hidden", STR("true"));
    html_say(html, "%" PRId32, day - calendar->month.first + 1);
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

static void tell_days(const struct calendar *calendar)
{
    struct html *html = &calendar->view->html;
    int32_t first = calendar->month.first, next = calendar->month.next;
    int32_t day = first - weekday(first), end = next + (6 - weekday(next - 1));

    html_begin(html, "table");
    html_class(html, "calendar");
    weekday_heads(calendar->view);
    html_begin(html, "tbody");
    for (; day < end; day++) {
        if (weekday(day) == 0)
            html_begin(html, "tr");
        if (day < first || day >= next)
            html_element(html, "td", NULL, STR_NONE);
        else
            day_cell(calendar, day);
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

static void chart(const struct calendar *calendar)
{
    struct view *view = calendar->view;
    struct html *html = &view->html;
    int32_t count = calendar->month.next - calendar->month.first, step = CHART_W / count;
    int64_t most = 1;
    char text[16], amount[MONEY_TEXT_SIZE];

    for (int32_t i = 0; i < count; i++)
        if (calendar->month.days[i].sales.ore > most)
            most = calendar->month.days[i].sales.ore;
    html_begin(html, "svg");
    html_class(html, "chart");
    html_attr(html, "viewBox", STR("0 0 720 160"));
    html_attr(html, "role", STR("img"));
    html_attr(html, "aria-label", str_of(SAY(view, "Turnover by day", "Omsetning per dag")));
    for (int32_t i = 0; i < count; i++) {
        int64_t sales = calendar->month.days[i].sales.ore;

        if (sales > 0)
            bar(html, i * step + 2, step - 4, (int32_t)(sales / (most / (CHART_H - 4) + 1)) + 1,
                arena_format(&view->arena, "%s: %s kr", day_text(calendar->month.first + i, text),
                             money_kroner((struct money){ sales }, amount)));
    }
    html_end(html);
}

static enum err turnover(const struct calendar *calendar)
{
    enum { TYPES_MAX = 200 };
    struct view *view = calendar->view;
    struct html *html = &view->html;
    const char *const words[] = { SAY(view, "Product type", "Varegruppe"), SAY(view, "In vouchers", "I bilag") };
    struct type_sum *sums = arena_array(&view->arena, TYPES_MAX, sizeof *sums);
    struct money total = { 0 };
    size_t count;
    enum err err = sums ? month_types(calendar->venue, &calendar->month, sums, TYPES_MAX, &count) : ERR_MEMORY;

    for (int32_t i = 0; !err && i < calendar->month.next - calendar->month.first; i++)
        err = money_add(total, calendar->month.days[i].sales, &total);
    if (err || !total.ore)
        return err;
    html_element(html, "h2", NULL, str_of(SAY(view, "Turnover", "Omsetning")));
    html_begin(html, "p");
    html_text(html, str_of(SAY(view, "In all, VAT included: ", "I alt, inkludert mva.: ")));
    html_money(html, "b", NULL, total);
    html_text(html, STR(" kr"));
    html_end(html);
    chart(calendar);
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

static void setup(const struct calendar *calendar)
{
    struct view *view = calendar->view;
    const struct venue *venue = calendar->venue;
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

static void month_head(const struct calendar *calendar)
{
    struct view *view = calendar->view;
    struct html *html = &view->html;
    char words[64];
    const char *blank = strchr(day_words(view, calendar->month.first, words), ' ');

    /* "Friday 1 November 2026" without its day */
    html_begin(html, "h2");
    html_text(html, str_of(blank ? strchr(blank + 1, ' ') + 1 : words));
    html_end(html);
    html_begin(html, "p");
    html_class(html, "pages screen");
    month_link(calendar, calendar->month.first - 1, SAY(view, "Previous month", "Forrige måned"));
    month_link(calendar, calendar->month.next, SAY(view, "Next month", "Neste måned"));
    html_end(html);
}

void page_venue(struct view *view)
{
    struct calendar calendar = { .view = view, .venue = view_venue(view) };
    enum err err;

    if (!calendar.venue)
        return;
    month_of(asked_month(view, calendar.venue), &calendar.month);
    err = month_gather(view, calendar.venue, &calendar.month);
    if (!err) {
        view_begin(view, arena_copy(&view->arena, calendar.venue->name).bytes, calendar.venue);
        month_head(&calendar);
        tell_days(&calendar);
        err = turnover(&calendar);
    }
    if (err) {
        view_fail(view, err);
        return;
    }
    setup(&calendar);
}
