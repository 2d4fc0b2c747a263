/* api_venues.c - the venues of a user, the red ones first, and a venue's month of days: what the overview and the calendar show. */
#include "api.h"
#include "api_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bilag/read/customers.h"
#include "picture.h"

enum { LOOK_BUDGET_MS = 120, MONTH_DAYS = 31 };

/* --- all of them --- */

static bool is_red(const struct picture_row *row)
{
    return row->red || row->fault.len || row->login_fault || row->connected == CONNECTED_NO;
}

static int rank(const struct picture_row *row)
{
    return is_red(row) ? 0 : row->states[DOC_WAITING] ? 1 : 2;
}

static int by_rank(const void *a, const void *b)
{
    const struct picture_row *x = *(const struct picture_row *const *)a, *y = *(const struct picture_row *const *)b;

    return rank(x) != rank(y) ? rank(x) - rank(y) : str_compare(x->name, y->name);
}

/* A venue whose file is wrong has no company that could be known: who sees all companies sees it. */
static bool sees(const struct view *view, const struct picture_row *row)
{
    return row->fault.len ? view->user.all_companies : user_sees(&view->user, row->company);
}

static void tell_venue(struct strbuf *out, const struct picture_row *row)
{
    static const char *const connected[] = { "null", "false", "true" };
    static const char *const colours[] = { "red", "yellow", "green" };

    json_open(out, NULL, '{');
    json_put_str(out, "venue", row->id);
    json_put_str(out, "name", row->name);
    json_put_str(out, "company", row->company);
    json_put_str(out, "colour", str_of(!row->looked_ms ? "grey" : colours[rank(row)]));
    json_put_uint(out, "red", row->red);
    api_text(out, "first_red", row->first_red);
    api_text(out, "fault", row->fault);
    json_put_number(out, "connected", connected[row->connected]);
    json_put_bool(out, "login_fault", row->login_fault);
    json_put_bool(out, "awaits_add_on", row->awaits_add_on);
    json_put_bool(out, "automatic", row->automatic);
    if (row->states[DOC_WAITING])
        json_put_day(out, "oldest_waiting", row->oldest_waiting);
    json_open(out, "states", '{');
    for (int i = 0; i < DOC_STATE_COUNT; i++)
        json_put_uint(out, doc_state_text((enum doc_state)i), row->states[i]);
    json_close(out, '}');
    api_time(out, "looked_at", row->looked_ms);
    json_close(out, '}');
}

struct venues { struct view *view; const struct picture_row **rows; size_t count, seen, red, waiting; };

static bool matches(const struct picture_row *row, struct str search)
{
    return !search.len || customer_name_matches(row->name, search) || customer_name_matches(row->id, search) ||
           str_starts(row->company, search);
}

static void choose(struct venues *venues, const struct picture_row *rows, size_t count, bool only_red)
{
    struct str search = view_query(venues->view, "q");

    for (size_t i = 0; i < count; i++) {
        if (!sees(venues->view, &rows[i]))
            continue;
        venues->seen++;
        venues->red += is_red(&rows[i]);
        venues->waiting += rows[i].states[DOC_WAITING] > 0;
        if (matches(&rows[i], search) && (!only_red || is_red(&rows[i])))
            venues->rows[venues->count++] = &rows[i];
    }
    qsort(venues->rows, venues->count, sizeof *venues->rows, by_rank);
}

static void tell_venues(const struct venues *venues, struct api_page *page)
{
    struct view *view = venues->view;
    struct strbuf *out = api_begin(view);

    json_put_uint(out, "venue_count", venues->seen);
    json_put_uint(out, "red", venues->red);
    json_put_uint(out, "waiting", venues->waiting);
    json_open(out, "venues", '[');
    for (size_t i = 0; i < venues->count; i++)
        if (api_page_has(page))
            tell_venue(out, venues->rows[i]);
    json_close(out, ']');
    api_page_tell(view, page);
    api_end(view);
}

void api_venues(struct view *view)
{
    struct venues venues = { .view = view };
    const struct picture_row *rows;
    struct api_page page;
    bool only_red;
    size_t count;
    enum err err;

    if (!api_page_take(view, &page) || !api_switch(view, "red", &only_red))
        return;
    err = picture_take(view->console->picture, &view->config, LOOK_BUDGET_MS, &rows, &count);
    if (!err)
        venues.rows = arena_array(&view->arena, count ? count : 1, sizeof *venues.rows);
    if (err || !venues.rows) {
        view_fail(view, err ? err : ERR_MEMORY);
        return;
    }
    choose(&venues, rows, count, only_red);
    tell_venues(&venues, &page);
}

/* --- a month --- */

struct month_day { const struct book_doc *worst; struct money sales; size_t documents; };
struct month { int32_t first, next; struct book_list list; struct month_day days[MONTH_DAYS]; };

/* "2026-11"; false: answered. */
static bool take_month(struct view *view, int32_t today, struct month *month)
{
    struct str text = view_query(view, "month");
    int32_t day = today, year, number, date;
    char whole[16];

    if (text.len && (text.len != 7 || snprintf(whole, sizeof whole, STR_FMT "-01", STR_ARG(text)) != 10 ||
                     day_parse(str_of(whole), &day))) {
        view_refuse(view, MHD_HTTP_BAD_REQUEST, SAY(view, "month: a month such as 2026-11", "month: en måned som 2026-11"));
        return false;
    }
    day_to_civil(day, &year, &number, &date);
    month->first = day_of_civil(year, number, 1);
    month->next = number == 12 ? day_of_civil(year + 1, 1, 1) : day_of_civil(year, number + 1, 1);
    return true;
}

static int severity(const struct book_doc *doc)
{
    const char *colour = state_class(doc);

    return strcmp(colour, "red") == 0 ? 3 : strcmp(colour, "yellow") == 0 ? 2 : strcmp(colour, "grey") == 0 ? 1 : 0;
}

static enum err gather(struct view *view, const struct venue *venue, struct month *month)
{
    struct books *books;
    enum err err = books_open(&view->config, &books, &view->context.fault);

    if (err)
        return err;
    err = books_venue(books, venue->id, month->first, month->next - 1, &view->arena, &month->list);
    books_close(books);
    for (size_t i = 0; !err && i < month->list.count; i++) {
        const struct book_doc *doc = &month->list.docs[i];
        struct month_day *day = &month->days[doc->draft.doc.day - month->first];

        if (book_doc_is_empty(doc))
            continue;
        day->documents++;
        if (!day->worst || severity(doc) > severity(day->worst))
            day->worst = doc;
        if (doc->draft.doc.kind == DOC_VOUCHER)
            err = money_add(day->sales, doc->draft.lines_total, &day->sales);
    }
    return err;
}

void api_month(struct view *view)
{
    const struct venue *venue = view_venue(view);
    struct month month = { .list = { .count = 0 } };
    struct strbuf *out;
    enum err err;

    if (!venue || !take_month(view, venue_today(venue), &month))
        return;
    err = gather(view, venue, &month);
    if (err) {
        view_fail(view, err);
        return;
    }
    out = api_begin(view);
    json_put_str(out, "venue", venue->id);
    json_put_day(out, "from", month.first);
    json_put_day(out, "to", month.next - 1);
    json_open(out, "days", '[');
    for (int32_t i = 0; i < month.next - month.first; i++) {
        if (!month.days[i].worst)
            continue;
        json_open(out, NULL, '{');
        json_put_day(out, "business_day", month.first + i);
        json_put_str(out, "colour", str_of(state_class(month.days[i].worst)));
        json_put_str(out, "state", str_of(doc_state_text(month.days[i].worst->state)));
        json_put_uint(out, "documents", month.days[i].documents);
        json_put_int(out, "lines_total", month.days[i].sales.ore);
        json_close(out, '}');
    }
    json_close(out, ']');
    api_end(view);
}
